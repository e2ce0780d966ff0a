//! `cargo xtask`: builds and runs things, the same for people and for CI. One verb, one file.

mod bench;
mod browser;
mod command;
mod compress;
mod debian;
mod demo;
mod dist;
mod fuzz;
mod minify;
mod model;
mod prune;
mod services;
mod size;
mod test;
mod wasm;

use anyhow::Context;
use clap::{Parser, Subcommand};
use std::{path::Path, process::ExitCode};

/// Builds and runs Shopbell. Needs nothing beyond rustup; what else a verb needs, it fetches or names.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Build everything and serve it: the demo shop, the inbox and the backend, on this machine.
    Demo {
        /// The port to serve on.
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Run all tests, those on Postgres and NATS and in a real browser included.
    Test {
        /// Only the tests of the line, on Postgres and NATS.
        #[arg(long)]
        services: bool,
    },
    /// Build the files to host into target/dist: the widget, the inbox, and the demo shop.
    Dist,
    /// Say how many bytes a visitor loads, and fail when that is beyond the budget.
    Size {
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Measure: accuracy on a shop's messages, and the time to fit and to classify, natively and in Chromium.
    #[command(args_conflicts_with_subcommands = true)]
    Bench {
        #[command(subcommand)]
        of: Option<bench::Of>,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
        /// Measure the times alone, which is a matter of a minute.
        #[arg(long)]
        times: bool,
    },
    /// Throw arbitrary input at everything that reads what comes from outside, and fail when something breaks.
    Fuzz {
        /// For how long to try each target.
        #[arg(long, default_value_t = 300)]
        seconds: u32,
        /// Leave out the targets that need the classifier, which take minutes to build.
        #[arg(long)]
        without_classifier: bool,
    },
    /// Train the encoder files that ship from the catalogue.
    Model {
        /// Only this language's.
        #[arg(long)]
        language: Option<String>,
    },
}

fn main() -> ExitCode {
    let verb = Arguments::parse().verb;
    let done = in_the_workspace().and_then(|()| match verb {
        Verb::Demo { port } => demo::run(port),
        Verb::Test { services: true } => test::run_on_services(),
        Verb::Test { services: false } => test::run(),
        Verb::Dist => dist::run(),
        Verb::Size { json } => size::run(json),
        Verb::Fuzz { seconds, without_classifier } => fuzz::run(seconds, !without_classifier),
        Verb::Bench { of: Some(of), .. } => bench::run_of(&of),
        Verb::Bench { of: None, json, times } => bench::run(json, times),
        Verb::Model { language } => model::train(language.as_deref()),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every path in here is relative to the workspace, wherever cargo was called.
fn in_the_workspace() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in no workspace")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot work in {}", root.display()))
}
