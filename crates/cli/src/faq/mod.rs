//! `shopbell faq`: is this FAQ fit for visitors, and how well is it answered from.

mod check;
mod eval;
mod intents;
mod links;
mod metrics;
mod missing;
mod pack;
mod proofreading;
mod ranking;
mod report;
mod rows;
mod shop;

use anyhow::Context;
use clap::Subcommand;
use classifier::Encoder;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The encoders that ship, by language, for when no other is named.
const SHIPPED_ENCODERS: [(&str, &[u8]); 6] = [
    ("en", include_bytes!("../../../../public/encoders/en.bin")),
    ("de", include_bytes!("../../../../public/encoders/de.bin")),
    ("es", include_bytes!("../../../../public/encoders/es.bin")),
    ("fr", include_bytes!("../../../../public/encoders/fr.bin")),
    ("zh", include_bytes!("../../../../public/encoders/zh.bin")),
    ("ar", include_bytes!("../../../../public/encoders/ar.bin")),
];

/// The flags of `shopbell faq`.
#[derive(clap::Args)]
pub(crate) struct FaqCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look a FAQ over: what is wrong in it, line by line, and what visitors will stumble over.
    Check(check::Check),
    /// Fit a FAQ beforehand, which spares visitors' browsers the work where it has hundreds of entries.
    Pack(pack::Pack),
    /// Measure how well messages are answered: visitors' of a shop, or a data set of intents.
    Eval(eval::Eval),
}

/// Does what was asked; the exit code is 1 when a FAQ has errors.
pub(crate) fn run(command: FaqCommand) -> anyhow::Result<ExitCode> {
    match command.command {
        Command::Check(check) => check.run(),
        Command::Pack(pack) => pack.run(),
        Command::Eval(eval) => eval.run(),
    }
}

/// Reads a text file.
fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The encoder in a file, or the one that ships for a language (as in HTML's `lang`); where there is none, one without words.
fn encoder(path: Option<&PathBuf>, language: &str) -> anyhow::Result<Encoder> {
    if let Some(path) = path {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        return Encoder::from_bytes(&bytes).with_context(|| format!("while reading {}", path.display()));
    }
    let spoken = language.split('-').next().unwrap_or_default();
    match SHIPPED_ENCODERS.iter().find(|(language, _)| *language == spoken) {
        Some((_, bytes)) => Encoder::from_bytes(bytes).context("while reading the encoder that ships"),
        None => Ok(Encoder::default()),
    }
}
