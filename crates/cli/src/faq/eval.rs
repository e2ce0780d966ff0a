//! `shopbell faq eval`: chooses between a shop's messages and an intent data set.

use super::{intents, shop};
use classifier::{Eagerness, Faq};
use std::{path::PathBuf, process::ExitCode};

/// The flags of `shopbell faq eval`.
#[derive(clap::Args)]
pub(crate) struct Eval {
    /// A shop's FAQ; goes with --messages.
    #[arg(long, value_name = "FILE", requires = "messages", conflicts_with_all = ["train", "test"], required_unless_present = "train")]
    faq: Option<PathBuf>,
    /// What its visitors wrote, one JSON object a line, such as {"text": "do you take paypal", "expect": "payment.methods"}.
    /// `expect` is an entry's id, "none" (the FAQ has no answer) or "human" (a person is asked for). Optional: `also`
    /// (a list of what is right as well), `kind` (any word to group by; "oos" and "oos_near" tell what is out of scope far
    /// from the shop and near to it), `sensitive` (true), `topic` (of a sensitive one), `sentiment` ("negative", "neutral",
    /// "positive"), `overlap` (the share of its content words that the entry has).
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
    /// How readily the bot answers, as the tag's data-answers.
    #[arg(long, value_name = "HOW", value_parser = eagerness, default_value = "balanced")]
    answers: Eagerness,
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
            (Some(faq), Some(messages), ..) => shop::evaluate(&encoder, faq, messages, self.answers, predictions)?,
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

fn eagerness(name: &str) -> Result<Eagerness, &'static str> {
    Eagerness::named(name).ok_or("it is cautious, balanced or eager")
}
