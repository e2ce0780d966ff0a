//! `cargo xtask bench line`: the line between visitors and people, measured on one machine against a bare echo.
//!
//! Reading order: [`report`] (what is measured, and from where on a figure is refused), [`machine`] (what it runs on),
//! [`server`] and [`echo`] (the processes under test), [`client`] (one WebSocket), then a file a measure: [`idle`],
//! [`throughput`], [`latency`] (on a [`schedule`]), [`storm`], and [`soak`] (behind a [`proxy`], counted by a [`tally`]);
//! the last two speak through [`drive`], which gives the clients' own lines a socket and a clock.

mod client;
mod drive;
pub(super) mod echo;
mod idle;
mod latency;
mod machine;
mod proxy;
mod report;
mod schedule;
mod server;
mod soak;
mod storm;
mod tally;
mod throughput;

use crate::command::{cargo, run, target_folder, tell};
use anyhow::{Context, bail};
use clap::ValueEnum;
use report::Figures;
use serde_json::Value;
use server::Server;
use std::{fs, path::PathBuf};

/// The flags of `cargo xtask bench line`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Print one JSON object, as the last line.
    #[arg(long)]
    json: bool,
    /// Minutes of the soak with faults. 1 is a quick look; the figure that counts takes 10.
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0)]
    soak_minutes: f64,
    /// Only these measures, separated by commas; the figures of the others are null.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "MEASURES")]
    only: Vec<Measure>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Measure {
    /// Memory an idle connection, and how many are held.
    Idle,
    /// Durable messages a second, and the echo's.
    Throughput,
    /// From send to receipt at 1,000 messages a second.
    Latency,
    /// All clients back after a restart.
    Storm,
    /// Faults every second: nothing lost, nothing doubled.
    Soak,
}

/// Measures and prints.
pub(crate) fn measure(options: &Options) -> anyhow::Result<()> {
    if cfg!(debug_assertions) {
        // The clients share the machine with the server, so they must be as fast. The alias `cargo xtask` builds without
        // optimisation, which suits every other verb; so this one calls itself once more, optimised.
        let mut again = cargo(&["run", "--release", "--package", "xtask", "--"]);
        return run(again.args(std::env::args_os().skip(1)));
    }
    // By itself, as it is shipped: built together with xtask it would get features that only xtask asks for.
    run(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    let place = Place::new()?;
    // Before the servers start, which are allowed what this process is.
    let files = machine::allow_open_files(idle::FILES)?;
    let mut figures = Figures::new(machine::described(&place.folder)?);
    let runtime = tokio::runtime::Runtime::new().context("while starting")?;
    let failed = runtime.block_on(measure_all(options, &place, files, &mut figures));
    if options.json {
        println!("{}", figures.json());
    } else {
        print!("{}", figures.table());
    }
    if !failed.is_empty() {
        bail!("not measured: {}", failed.join("; "));
    }
    Ok(())
}

/// Where the servers and their files are.
struct Place {
    /// The binary `shopbell`, as it was when this began.
    program: PathBuf,
    /// On a disk, kept: the servers' logs. Each database is in a temporary folder below.
    folder: PathBuf,
}

impl Place {
    fn new() -> anyhow::Result<Place> {
        let target = target_folder()?;
        let folder = target.join("bench").join("line");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if machine::is_in_memory(&folder)? {
            bail!("{} is in memory; set CARGO_TARGET_DIR to a folder on a disk", folder.display());
        }
        // A copy, so that a build meanwhile does not change what is measured.
        let program = folder.join("shopbell");
        fs::copy(target.join("release/shopbell"), &program).context("the server was not built")?;
        Ok(Place { program, folder })
    }
}

/// Measures one after the other. What fails is named, and the rest goes on without it.
async fn measure_all(options: &Options, place: &Place, files: u64, figures: &mut Figures) -> Vec<String> {
    let mut failed = Vec::new();
    for measure in Measure::value_variants() {
        if !options.only.is_empty() && !options.only.contains(measure) {
            continue;
        }
        let name = format!("{measure:?}").to_lowercase();
        tell(&name);
        match measure_one(*measure, options, place, files, &name).await {
            Ok(measured) => figures.add(measured),
            Err(error) => {
                let failure = format!("{name}: {error:#}");
                tell(&failure);
                failed.push(failure);
            }
        }
    }
    failed
}

/// Measures one thing, on a server and a database of its own.
async fn measure_one(
    measure: Measure,
    options: &Options,
    place: &Place,
    files: u64,
    name: &str,
) -> anyhow::Result<Value> {
    let mut server = Server::start(&place.program, &place.folder, name).await?;
    let measured = match measure {
        Measure::Idle => idle::measure(&server, files).await,
        Measure::Throughput => throughput::measure(&server).await,
        Measure::Latency => latency::measure(&server).await,
        Measure::Storm => storm::measure(&mut server).await,
        Measure::Soak => soak::measure(&mut server, options.soak_minutes).await,
    };
    match server.ended() {
        Some(ended) if measured.is_err() => measured.context(ended),
        _ => measured,
    }
}
