//! `shopbell faq eval`: chooses between a shop's messages and an intent data set.

use super::{intents, shop};
use classifier::Faq;
use std::{path::PathBuf, process::ExitCode};

/// The flags of `shopbell faq eval`.
#[derive(clap::Args)]
pub(crate) struct Eval {
    /// A shop's FAQ; goes with --messages.
    #[arg(long, value_name = "FILE", requires = "messages", conflicts_with_all = ["train", "test"], required_unless_present = "train")]
    faq: Option<PathBuf>,
    /// What its visitors wrote, one JSON object a line: text, expect, and optionally also, kind, sensitive, topic,
    /// sentiment, overlap.
    #[arg(long, value_name = "FILE", requires = "faq")]
    messages: Option<PathBuf>,
    /// An intent data set's training texts, one {"text", "intent"} a line; goes with --test.
    #[arg(long, value_name = "FILE", requires = "test")]
    train: Option<PathBuf>,
    /// Its test texts.
    #[arg(long, value_name = "FILE", requires = "train")]
    test: Option<PathBuf>,
    /// Texts that belong to none of its intents, to test with.
    #[arg(long, value_name = "FILE", requires = "train")]
    oos: Option<PathBuf>,
    /// Texts to choose a threshold on, among them some of the intent "oos".
    #[arg(long, value_name = "FILE", requires = "train")]
    valid: Vec<PathBuf>,
    /// Where to write what came of each message.
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// The encoder to use in place of the one that ships.
    #[arg(long, value_name = "FILE")]
    encoder: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Eval {
    /// Measures and prints.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let language = match &self.faq {
            Some(faq) => Faq::from_json(&super::read(faq)?)?.language,
            None => "en".to_owned(),
        };
        let encoder = super::encoder(self.encoder.as_ref(), &language)?;
        let predictions = self.predictions.as_deref();
        let report = match (&self.faq, &self.messages, &self.train, &self.test) {
            (Some(faq), Some(messages), ..) => shop::evaluate(&encoder, faq, messages, predictions)?,
            (_, _, Some(train), Some(test)) => {
                let files = intents::Files { train, test, oos: self.oos.as_deref(), valid: &self.valid };
                intents::evaluate(&encoder, &files, predictions)?
            }
            _ => anyhow::bail!("give --faq and --messages, or --train and --test"),
        };
        report.print(self.json)?;
        Ok(ExitCode::SUCCESS)
    }
}
