//! An encoder file from any bytes: it is refused, or what is fitted with it decides. Files whose parts fit each other are rare
//! among any bytes, so the same bytes also say what to pack one from.

#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use classifier::{Calibration, Classifier, Encoder, Entry, Faq, LABELS, Parts, Signals, Weights};
use fuzz::decisions::decides_soundly;
use libfuzzer_sys::fuzz_target;

/// Numbers of a code book for each of a span's.
const BOOK: usize = 256;
/// The most spans, and numbers in one.
const MOST: u8 = 4;
/// Characters of a text that are decided about: mending a long row of unknown words takes longer than all else.
const READ: usize = 150;

/// What a file is packed from: lists are short, and repeat to fill what they must fill.
#[derive(Arbitrary, Debug)]
struct Shape {
    spans: u8,
    width: u8,
    pieces: Vec<(String, u8, u8)>,
    values: Vec<f32>,
    heads: Vec<(f32, u16, f32)>,
    calibration: Option<[f32; 4]>,
    text: String,
}

impl Shape {
    fn parts(&self) -> Parts {
        let (spans, width) = (usize::from(self.spans % MOST), usize::from(self.width % MOST));
        let values = |count: usize| self.values.iter().copied().chain([0.0]).cycle().take(count).collect::<Vec<f32>>();
        let pieces = self.pieces.iter().map(|(piece, common, code)| (piece.clone(), *common, vec![*code; spans]));
        let heads = self.heads.iter().cycle().take(if self.heads.is_empty() { 0 } else { LABELS.len() });
        let heads = heads.map(|&(bias, piece, weight)| Weights {
            bias,
            vector: values(spans * width),
            pieces: vec![(piece % 8, weight)],
        });
        let curve = |values: [f32; 4]| std::array::from_fn::<f32, { 1 + Signals::COUNT }, _>(|at| values[at % 4]);
        let calibration = self.calibration.map(|values| {
            let curve = curve(values);
            Calibration { best: curve, three: curve, scope: curve }
        });
        Parts {
            pieces: pieces.collect(),
            books: vec![values(BOOK * width); spans],
            heads: heads.collect(),
            calibration,
        }
    }
}

fn decides(encoder: &Encoder, text: &str) {
    let text: String = text.chars().take(READ).collect();
    let entry = Entry {
        id: "returns".into(),
        question: "Can I send my parcel back?".into(),
        examples: vec![text.clone()],
        answer: "Within 45 days.".into(),
    };
    let faq = Faq { language: "en".into(), entries: vec![entry], fitted: None };
    let classifier = Classifier::fit(encoder, &faq).expect("it can be fitted");
    decides_soundly(&classifier, &faq, &text);
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(encoder) = Encoder::from_bytes(bytes) {
        // Its words are in there.
        decides(&encoder, &String::from_utf8_lossy(bytes));
    }
    let Ok(shape) = Shape::arbitrary(&mut Unstructured::new(bytes)) else { return };
    if let Ok(packed) = Encoder::pack(&shape.parts()) {
        let encoder = Encoder::from_bytes(&packed).expect("what was packed is read");
        let words: Vec<&str> = shape.pieces.iter().map(|(piece, ..)| piece.as_str()).collect();
        decides(&encoder, &format!("{} {}", words.join(" "), shape.text));
    }
});
