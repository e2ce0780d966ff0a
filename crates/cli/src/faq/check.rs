//! `shopbell faq check`: what is wrong in a FAQ, by line and with a way to mend it, and what visitors will stumble over.

use super::proofreading::{Finding, Proofread, proofread};
use classifier::{Encoder, Faq, FaqError, alike};
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

/// Fewer ways to ask than this, the question among them, and visitors' words are likely missed.
const FEW_PHRASINGS: usize = 3;
/// Texts of two entries more alike than this (cosine, 0 to 1) will be taken for each other.
const ALIKE: f32 = 0.8;
/// At most so many pairs are told of.
const MOST_PAIRS: usize = 20;

/// The flags of `shopbell faq check`.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// The FAQ.
    file: PathBuf,
    /// The encoder to judge likeness by, in place of the one that ships.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// All there is to say about a FAQ.
#[derive(Debug, Default, Serialize)]
struct Findings {
    errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Check {
    /// Checks and prints.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let encoder = super::encoder(self.encoder.as_ref())?;
        let findings = look_over(&super::read(&self.file)?, &encoder);
        if self.json {
            println!("{}", serde_json::to_string(&findings)?);
        } else {
            for (kind, found) in [("error", &findings.errors), ("warning", &findings.warnings)] {
                for finding in found {
                    println!("{}:{}: {kind}: {}", self.file.display(), finding.line, finding.message);
                }
            }
            println!("{} error(s), {} warning(s)", findings.errors.len(), findings.warnings.len());
        }
        Ok(if findings.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Everything wrong with a FAQ's text; warnings only for one without errors.
fn look_over(text: &str, encoder: &Encoder) -> Findings {
    let Proofread { lines, mut errors } = proofread(text);
    let mut found = Vec::new();
    if errors.is_empty() {
        match Faq::from_json(text) {
            Ok(faq) => found = warnings(&faq, encoder, &lines),
            // Such as a field given twice, which only the type itself notices.
            Err(error) => errors.push(Finding { line: line_of(&error), entry: None, message: error.to_string() }),
        }
    }
    Findings { errors, warnings: found }
}

fn line_of(error: &FaqError) -> usize {
    match error {
        FaqError::Json(error) => error.line(),
        _ => 1,
    }
}

/// What visitors will stumble over.
fn warnings(faq: &Faq, encoder: &Encoder, lines: &BTreeMap<String, usize>) -> Vec<Finding> {
    let at = |entry: &str, message| Finding {
        line: lines.get(entry).copied().unwrap_or(1),
        entry: Some(entry.to_owned()),
        message,
    };
    let few = faq.entries.iter().filter(|entry| entry.phrasings().count() < FEW_PHRASINGS).map(|entry| {
        at(
            &entry.id,
            format!(
                "\"{}\" has {} example(s); write {} or more, each in other words, as visitors would ask",
                entry.id,
                entry.examples.len(),
                FEW_PHRASINGS - 1
            ),
        )
    });
    let pairs = alike(encoder, faq, ALIKE);
    let told = pairs.iter().take(MOST_PAIRS).map(|pair| {
        let [(one, said), (other, also)] = &pair.phrasings;
        at(
            one,
            format!(
                "\"{one}\" and \"{other}\" are easily taken for each other ({:.2}): \"{said}\" / \"{also}\"; reword one, or join the entries",
                pair.similarity
            ),
        )
    });
    let mut found: Vec<Finding> = few.chain(told).collect();
    found.sort_by_key(|finding| finding.line);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(found: &[Finding]) -> Vec<(usize, &str)> {
        found.iter().map(|finding| (finding.line, finding.message.as_str())).collect()
    }

    #[test]
    fn entries_that_say_the_same_are_told_with_their_texts() {
        let found = look_over(
            r#"{"language": "en", "entries": [
                {"id": "a", "question": "Where is my parcel?", "examples": ["track it", "no news of it"], "answer": "There."},
                {"id": "b", "question": "Where is my parcel", "examples": ["x", "y"], "answer": "Here."}]}"#,
            &Encoder::default(),
        );
        assert!(found.errors.is_empty(), "{found:?}");
        assert!(
            matches!(messages(&found.warnings)[..], [(2, told)] if told.contains("\"Where is my parcel?\"")),
            "{found:?}"
        );
    }

    #[test]
    fn an_entry_with_too_few_examples_is_told() {
        let found = look_over(
            r#"{"language": "en", "entries": [{"id": "a", "question": "Where?", "answer": "There."}]}"#,
            &Encoder::default(),
        );
        assert!(matches!(messages(&found.warnings)[..], [(1, told)] if told.contains("has 0 example")), "{found:?}");
    }

    #[test]
    fn a_field_given_twice_is_an_error() {
        let text = r#"{"language": "en", "entries": [{"id": "a", "question": "q", "question": "r", "answer": "x"}]}"#;
        let found = look_over(text, &Encoder::default());
        assert!(matches!(messages(&found.errors)[..], [(1, told)] if told.contains("duplicate field")), "{found:?}");
    }
}
