//! A head fitted beforehand, as it stands in a FAQ, from any text: whatever it says, the classifier is fitted and its chances
//! are chances. In the input `:` at the start stands for the print of the FAQ below, which lets the head behind it be read.

#![no_main]

use classifier::{Classifier, Encoder, Entry, Faq};
use fuzz::decisions::decides_soundly;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FAQ: LazyLock<Faq> = LazyLock::new(|| {
    let entry = |id: &str, question: &str, answer: &str| Entry {
        id: id.into(),
        question: question.into(),
        examples: Vec::new(),
        answer: answer.into(),
    };
    let entries =
        vec![entry("returns", "Can I send it back?", "Within 45 days."), entry("hours", "Open on Sunday?", "No.")];
    Faq { language: "en".into(), entries, fitted: None }
});

static PRINT: LazyLock<String> = LazyLock::new(|| {
    let classifier = Classifier::fit(&Encoder::default(), &FAQ).expect("it can be fitted");
    let fitted = classifier.fitted(&FAQ);
    fitted.split_once(':').expect("a print and a head").0.to_owned()
});

fuzz_target!(|fitted: &str| {
    let fitted = if fitted.starts_with(':') { format!("{}{fitted}", *PRINT) } else { fitted.to_owned() };
    let faq = Faq { fitted: Some(fitted), ..FAQ.clone() };
    let classifier = Classifier::fit(&Encoder::default(), &faq).expect("it can be fitted");
    decides_soundly(&classifier, &faq, "send it back on Sunday");
});
