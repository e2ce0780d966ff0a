//! How long fitting and deciding take natively: `time FAQ ENCODER` prints a line of JSON. Called by `cargo xtask bench`.

use classifier::{Classifier, Encoder, Faq};
use std::{error::Error, fs, hint::black_box, time::Instant};

/// So often each is measured; the median counts.
const RUNS: usize = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, faq, encoder] = arguments.as_slice() else { return Err("usage: time FAQ ENCODER".into()) };
    let faq = Faq::from_json(&fs::read_to_string(faq)?)?;
    let encoder = Encoder::from_bytes(&fs::read(encoder)?)?;
    let messages: Vec<&str> = faq.entries.iter().flat_map(|entry| entry.phrasings()).collect();
    let classifier = Classifier::fit(&encoder, &faq)?;
    let fit = median(|| drop(black_box(Classifier::fit(&encoder, &faq))));
    let all = median(|| messages.iter().for_each(|text| drop(black_box(classifier.decide(text)))));
    println!(r#"{{"fit_ms":{fit:.3},"classify_ms":{:.4}}}"#, all / messages.len() as f64);
    Ok(())
}

/// The median of [`RUNS`] runs, in milliseconds.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}
