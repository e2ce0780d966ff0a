//! `shopbell faq`: is this FAQ fit for visitors, and how well is it answered from.

mod check;
mod eval;
mod intents;
mod links;
mod metrics;
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

/// The encoder that ships, for when no other is named.
const SHIPPED_ENCODER: &[u8] = include_bytes!("../../../../public/encoder.bin");

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
    /// Measure how well messages are answered: visitors' of a shop, or a data set of intents.
    Eval(eval::Eval),
}

/// Does what was asked; the exit code is 1 when a FAQ has errors.
pub(crate) fn run(command: FaqCommand) -> anyhow::Result<ExitCode> {
    match command.command {
        Command::Check(check) => check.run(),
        Command::Eval(eval) => eval.run(),
    }
}

/// Reads a text file.
fn read(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The encoder in a file, or the one that ships.
fn encoder(path: Option<&PathBuf>) -> anyhow::Result<Encoder> {
    match path {
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Encoder::from_bytes(&bytes).with_context(|| format!("while reading {}", path.display()))
        }
        None => Encoder::from_bytes(SHIPPED_ENCODER).context("while reading the encoder that ships"),
    }
}
