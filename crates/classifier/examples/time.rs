//! How long fitting and deciding take natively: `time ENCODER SMALL LARGE` prints a line of JSON, the times for a small FAQ and
//! to fit a large one. Called by `cargo xtask bench`.

use classifier::{Classifier, Encoder, Faq};
use std::{error::Error, fs, hint::black_box, time::Instant};

/// So often each is measured; the median counts.
const RUNS: usize = 15;
const RUNS_LARGE: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, encoder, small, large] = arguments.as_slice() else { return Err("usage: time ENCODER SMALL LARGE".into()) };
    let faq = Faq::from_json(&fs::read_to_string(small)?)?;
    let large = Faq::from_json(&fs::read_to_string(large)?)?;
    let encoder = Encoder::from_bytes(&fs::read(encoder)?)?;
    let messages: Vec<&str> = faq.entries.iter().flat_map(|entry| entry.phrasings()).collect();
    let classifier = Classifier::fit(&encoder, &faq)?;
    let fit = median(RUNS, || drop(black_box(Classifier::fit(&encoder, &faq))));
    let fit_large = median(RUNS_LARGE, || drop(black_box(Classifier::fit(&encoder, &large))));
    let all = median(RUNS, || messages.iter().for_each(|text| drop(black_box(classifier.decide(text)))));
    let classify = all / messages.len() as f64;
    println!(r#"{{"fit_ms":{fit:.3},"fit_large_ms":{fit_large:.1},"classify_ms":{classify:.4}}}"#);
    Ok(())
}

/// The median of so many runs, in milliseconds.
fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[runs / 2]
}
