//! Some messages and what is decided about them, to the bit. The browser tests read the same file in Wasm.
//!
//! `SHOPBELL_WRITE_GOLDEN=1 cargo test -p classifier --test golden` writes the file anew, after a change that is meant.

mod shop;

use classifier::{Classifier, Decision};
use serde::Deserialize;
use std::fs;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.jsonl");

/// What is read of a line; the decision is compared as text.
#[derive(Deserialize)]
struct Line {
    text: String,
}

fn lines() -> Vec<String> {
    fs::read_to_string(FILE).expect("golden.jsonl can be read").lines().map(str::to_owned).collect()
}

/// The line as it is to be: with the decision as it is now. The shortest text of an `f32` stands for its very bits.
fn decided(classifier: &Classifier, line: &str) -> String {
    let Line { text } = serde_json::from_str(line).expect("a line is {\"text\", \"decision\"}");
    let decision = serde_json::to_string(&classifier.decide(&text)).expect("decisions serialise");
    let text = serde_json::to_string(&text).expect("texts serialise");
    format!(r#"{{"text":{text},"decision":{decision}}}"#)
}

/// A line for a report: the beginning of the message, and the decision.
fn brief(line: &str) -> String {
    let (text, decision) = line.split_once(r#","decision":"#).unwrap_or((line, ""));
    format!("{text:.70} {decision}")
}

#[test]
fn every_message_is_decided_as_it_was_to_the_bit() {
    let classifier = shop::classifier();
    let was = lines();
    let is: Vec<String> = was.iter().map(|line| decided(&classifier, line)).collect();
    if std::env::var_os("SHOPBELL_WRITE_GOLDEN").is_some() {
        // In one step, because the tests beside this one read the file at the same time.
        let new = format!("{FILE}.new");
        fs::write(&new, is.join("\n") + "\n").expect("golden.jsonl.new can be written");
        return fs::rename(&new, FILE).expect("golden.jsonl can be replaced");
    }
    let changed = was.iter().zip(&is).filter(|(was, is)| was != is);
    let changed: Vec<String> = changed.map(|(was, is)| format!("was {}\nis  {}", brief(was), brief(is))).collect();
    assert!(
        changed.is_empty(),
        "{} of {} lines are others now; when that is meant, run \
         `SHOPBELL_WRITE_GOLDEN=1 cargo test -p classifier --test golden` and look at the difference:\n{}",
        changed.len(),
        was.len(),
        changed.join("\n")
    );
}

#[test]
fn the_file_holds_some_forty_messages_and_every_kind_of_decision() {
    let lines = lines();
    assert!(lines.len() >= 35, "{} messages", lines.len());
    for kind in ["answer", "did_you_mean", "unknown", "wants_human"] {
        let tag = format!(r#","decision":{{"decision":"{kind}""#);
        assert!(lines.iter().any(|line| line.contains(&tag)), "no message is decided as {kind}");
    }
}

/// What the demo, the documentation and the browser tests rely on.
#[test]
fn a_parcel_a_misspelt_return_and_a_unicorn_are_decided_as_a_shop_would() {
    let classifier = shop::classifier();
    for (text, expected) in
        [("where's my parcel", "order.track"), ("can i still retrn somthing after 45 days", "returns.window")]
    {
        let decision = classifier.decide(text);
        assert!(matches!(&decision, Decision::Answer { entry, .. } if entry == expected), "{text}: {decision:?}");
    }
    assert_eq!(classifier.decide("do you sell unicorns"), Decision::Unknown {});
}
