//! Rows of the evaluation files, one JSON object a line, and the predictions written beside them.

use anyhow::Context;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt::Write, fs, path::Path};

/// `expect` and `decision` of a message that the FAQ does not answer.
pub(crate) const NONE: &str = "none";
/// `expect` and `decision` of a message that asks for a person.
pub(crate) const HUMAN: &str = "human";

/// What a visitor wrote, and what should come of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Visitor {
    pub(crate) text: String,
    /// An entry's id, `none` or `human`.
    pub(crate) expect: String,
    /// Other decisions that are right as well.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// How it is written, or why it is out of scope: `oos` (far from the shop) or `oos_near`.
    #[serde(default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) sensitive: bool,
    /// Of a sensitive message.
    pub(crate) topic: Option<String>,
    pub(crate) sentiment: Option<String>,
    /// The share of its content words that its entry's question and examples have.
    pub(crate) overlap: Option<f64>,
}

impl Visitor {
    /// Whether the FAQ answers it.
    pub(crate) fn in_scope(&self) -> bool {
        ![NONE, HUMAN].contains(&self.expect.as_str())
    }

    /// Whether a decision or an entry is right.
    pub(crate) fn accepts(&self, decision: &str) -> bool {
        self.expect == decision || self.also.iter().any(|also| also == decision)
    }
}

/// What came of a visitor's message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Prediction {
    /// The entry shown, `none` or `human`.
    pub(crate) decision: String,
    /// The likeliest entry before any threshold; of an empty FAQ, `none`.
    pub(crate) top1: String,
    /// The three likeliest entries, or those asked about.
    pub(crate) top3: Vec<String>,
    /// Whether it was asked which of `top3` is meant.
    pub(crate) did_you_mean: bool,
    /// Of the likeliest entry.
    pub(crate) confidence: f32,
    /// How likely the FAQ answers it at all.
    pub(crate) in_scope: f32,
    /// Whether it was taken for sensitive.
    pub(crate) sensitive: bool,
    /// The sentiment it was taken for.
    pub(crate) sentiment: &'static str,
}

/// A text of an intent data set.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Labelled {
    pub(crate) text: String,
    pub(crate) intent: String,
}

/// What came of such a text.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct IntentPrediction {
    /// The likeliest intent.
    pub(crate) top1: String,
    /// The intent decided for, `none` or `human`.
    pub(crate) decision: String,
    /// How likely it has any of the intents: what a threshold is set on.
    pub(crate) confidence: f32,
}

/// Reads a file of rows; blank lines are passed over.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = super::read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(place, line)| {
            serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), place + 1))
        })
        .collect()
}

/// Writes rows to a file.
pub(crate) fn write(path: &Path, rows: &[impl Serialize]) -> anyhow::Result<()> {
    let mut text = String::new();
    for row in rows {
        writeln!(text, "{}", serde_json::to_string(row)?)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_wrong_is_named_by_its_line() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
        fs::write(file.path(), "{\"text\":\"a\",\"intent\":\"b\"}\n\n{\"text\":1}\n").expect("it can be written");
        let error = read::<Labelled>(file.path()).expect_err("the third line is no row");
        assert!(format!("{error:#}").contains("line 3"), "{error:#}");
    }
}
