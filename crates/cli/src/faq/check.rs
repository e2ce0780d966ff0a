//! `shopbell faq check`: what is wrong in a FAQ, by line and with a way to mend it, and what visitors will stumble over.

use super::missing::missing;
use super::proofreading::{Finding, Proofread, proofread};
use classifier::{Classifier, Encoder, Faq, FaqError, LANGUAGES, alike, mistaken};
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf, process::ExitCode};

/// Fewer ways to ask than this, the question among them, and visitors' words are likely missed.
const FEW_PHRASINGS: usize = 3;
/// Texts of two entries more alike than this (cosine, 0 to 1) will be taken for each other.
const ALIKE: f32 = 0.8;
/// At most so many pairs are told of, and so many phrasings that are taken for another entry's.
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
        let text = super::read(&self.file)?;
        let language = Faq::from_json(&text).map_or_else(|_| "en".to_owned(), |faq| faq.language);
        let findings = look_over(&text, &super::encoder(self.encoder.as_ref(), &language)?);
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
    let mistaken = mistaken(encoder, faq);
    // Pairs that are told of already need no more words.
    let untold = mistaken.iter().filter(|mistaken| {
        let both = [&mistaken.entry, &mistaken.taken_for];
        !pairs.iter().any(|pair| pair.phrasings.iter().all(|(id, _)| both.contains(&id)))
    });
    let taken = untold.take(MOST_PAIRS).map(|mistaken| {
        let (entry, phrasing, other) = (&mistaken.entry, &mistaken.phrasing, &mistaken.taken_for);
        at(
            entry,
            format!(
                "only \"{phrasing}\" itself leads to \"{entry}\": without it, \"{other}\" would be nearer; give \"{entry}\" another example like it"
            ),
        )
    });
    let mut found: Vec<Finding> = few.chain(told).chain(taken).collect();
    let spoken = faq.language.split('-').next().unwrap_or_default();
    if !LANGUAGES.contains(&spoken) {
        found.push(Finding {
            line: 1,
            entry: None,
            message: format!(
                "there is no encoder for \"{}\", so that the bot goes by this FAQ's own words alone; give each entry more examples (encoders: {})",
                faq.language,
                LANGUAGES.join(", ")
            ),
        });
    } else if encoder.knows_words() {
        // Without an encoder nothing is sure enough to tell what is missing.
        let lacking = Classifier::fit(encoder, faq).map(|classifier| missing(&classifier, spoken)).unwrap_or_default();
        found.extend(lacking.into_iter().map(|missing| Finding {
            line: 1,
            entry: None,
            message: format!(
                "visitors of most shops ask \"{}\" (such as \"{}\"), which no entry seems to answer; add one, if it concerns your shop",
                missing.question, missing.example
            ),
        }));
    }
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
    fn a_phrasing_nearer_to_another_entry_than_to_its_own_is_told() {
        let found = look_over(
            r#"{"language": "en", "entries": [
                {"id": "a", "question": "Do you ship to Canada", "examples": ["ship it to Canada please", "return shipping label"], "answer": "Yes."},
                {"id": "b", "question": "Where is the return label", "examples": ["print a return shipping label", "label lost"], "answer": "Inside."}]}"#,
            &Encoder::default(),
        );
        assert!(
            messages(&found.warnings).iter().any(|(_, told)| told.contains("only \"return shipping label\" itself")),
            "{found:?}"
        );
    }

    #[test]
    fn a_language_without_an_encoder_is_told() {
        let faq = r#"{"language": "it", "entries": [{"id": "a", "question": "Dove?", "examples": ["x", "y"], "answer": "Qui."}]}"#;
        let found = look_over(faq, &Encoder::default());
        assert!(
            matches!(messages(&found.warnings)[..], [(1, told)] if told.contains("no encoder for \"it\"")),
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
