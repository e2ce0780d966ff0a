//! `cargo xtask fuzz`: throws arbitrary input at everything that reads what comes from outside, with cargo-fuzz (libFuzzer).
//!
//! The targets are in `fuzz/fuzz_targets`, what they start from in `fuzz/corpus`. What a run finds worth keeping stays in the
//! target folder, for the next run; what breaks a target, in `fuzz/artifacts`.

use crate::command::{cargo, run as run_to_the_end, target_folder, tell};
use anyhow::{Context, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where the fuzz targets' own workspace is.
const WORKSPACE: &str = "fuzz";
/// What libFuzzer may give and take: bytes of an input, seconds for one, MiB in all and at once.
const LIMITS: [&str; 4] = ["-max_len=4096", "-timeout=20", "-rss_limit_mb=2048", "-malloc_limit_mb=64"];

/// The targets that need the classifier: with a sanitizer, candle takes minutes to build.
const OF_THE_CLASSIFIER: [&str; 2] = ["encoder", "pack"];

/// Runs every target for so many seconds, those of the classifier only when asked to. Prints a line for each, and the counts last.
///
/// # Errors
/// A target found something or ran nothing, or one of the tools is missing and cannot be installed.
pub(crate) fn run(seconds: u32, with_classifier: bool) -> anyhow::Result<()> {
    let targets = targets(with_classifier)?;
    let fuzzer = Fuzzer::find(with_classifier)?;
    tell("building the fuzz targets");
    run_to_the_end(&mut fuzzer.command("build"))?;
    let (mut broken, mut idle, mut executions) = (Vec::new(), Vec::new(), 0);
    for target in &targets {
        tell(&format!("{target}, for {seconds} s"));
        match fuzzer.fuzz(target, seconds)? {
            Some(closing) if closing.executions == 0 || closing.edges == 0 => idle.push(target.as_str()),
            Some(closing) => {
                executions += closing.executions;
                println!(
                    "{target:14} {:>9} executions   {:>5} edges covered   {:>5} inputs kept",
                    closing.executions, closing.edges, closing.inputs
                );
            }
            None => broken.push(target.as_str()),
        }
    }
    println!(
        "fuzzed {} of {} targets, {executions} executions, {} broken",
        targets.len() - idle.len(),
        targets.len(),
        broken.len()
    );
    if !broken.is_empty() {
        let again = "run one again with: cargo +nightly fuzz run TARGET FILE";
        bail!("fuzzing broke {}; the input lies in {WORKSPACE}/artifacts; {again}", broken.join(" and "));
    }
    if !idle.is_empty() || executions == 0 {
        bail!("nothing was tried of {}; what is printed above may say why", idle.join(" and "));
    }
    Ok(())
}

/// The targets' names.
fn targets(with_classifier: bool) -> anyhow::Result<Vec<String>> {
    let folder = Path::new(WORKSPACE).join("fuzz_targets");
    let files = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut targets = Vec::new();
    for file in files {
        targets.extend(file?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    targets.retain(|target| with_classifier || !OF_THE_CLASSIFIER.contains(&target.as_str()));
    targets.sort();
    Ok(targets)
}

/// The tools.
struct Fuzzer {
    /// Whether there is a nightly Rust, without which the address sanitizer cannot be switched on.
    has_nightly: bool,
    /// Where it builds and keeps, apart from all that is built without a sanitizer.
    folder: PathBuf,
    with_classifier: bool,
}

impl Fuzzer {
    /// The tools of this machine; what is missing is installed, or named.
    fn find(with_classifier: bool) -> anyhow::Result<Fuzzer> {
        let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
        if !is_there(Command::new(compiler).arg("--version")) {
            bail!("libFuzzer needs a C++ compiler; on Debian: apt-get install g++");
        }
        if !is_there(&mut cargo(&["fuzz", "--version"])) {
            tell("installing cargo-fuzz");
            run_to_the_end(&mut cargo(&["install", "cargo-fuzz", "--locked"]))
                .context("cargo-fuzz is missing and could not be installed")?;
        }
        let nightly = || is_there(Command::new("rustup").args(["run", "nightly", "cargo", "--version"]));
        let has_nightly = nightly() || {
            tell("installing a nightly Rust");
            let install = ["toolchain", "install", "nightly", "--profile", "minimal"];
            run_to_the_end(Command::new("rustup").args(install)).is_ok() && nightly()
        };
        if !has_nightly {
            tell("there is no nightly Rust to be had: fuzzing without address sanitizer and limit on one allocation");
        }
        Ok(Fuzzer { has_nightly, folder: target_folder()?.join("fuzz"), with_classifier })
    }

    /// A call of cargo-fuzz.
    fn command(&self, verb: &str) -> Command {
        let mut command = if self.has_nightly {
            let mut command = Command::new("rustup");
            // Else cargo-fuzz would call the cargo that runs us.
            command.args(["run", "nightly", "cargo", "fuzz", verb]).env_remove("CARGO");
            command
        } else {
            let mut command = cargo(&["fuzz", verb]);
            command.args(["--sanitizer", "none"]);
            command
        };
        command.arg("--target-dir").arg(&self.folder);
        if self.with_classifier {
            command.args(["--features", "classifier"]);
        }
        command
    }

    /// Runs a target; `None` when it broke, after showing how.
    fn fuzz(&self, target: &str, seconds: u32) -> anyhow::Result<Option<Closing>> {
        let found = self.folder.join("corpus").join(target);
        fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
        let mut command = self.command("run");
        command.arg(target).arg(found).arg(Path::new(WORKSPACE).join("corpus").join(target)).arg("--").args(LIMITS);
        command.arg(format!("-max_total_time={seconds}")).args(["-print_final_stats=1", "-print_funcs=0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().context("cannot start cargo-fuzz")?;
        let output = child.stderr.take().context("its output is not there")?;
        let mut closing = Closing::default();
        let mut said = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line.context("while reading what a target says")?;
            closing.read(&line);
            // Lines about progress begin so; there are thousands.
            if !line.starts_with('#') {
                said.push(line);
            }
        }
        if child.wait().context("while waiting for a target")?.success() {
            return Ok(Some(closing));
        }
        eprintln!("{}", said.join("\n"));
        Ok(None)
    }
}

fn is_there(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What a target comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Closing {
    /// Inputs tried.
    executions: u64,
    /// Edges between blocks of code that some input took.
    edges: u64,
    /// Inputs that took an edge, or took one more often, than any before.
    inputs: u64,
}

impl Closing {
    /// Reads `#81203 DONE   cov: 345 ft: 678 corp: 90/12Kb lim: 4096 exec/s: 40 rss: 50Mb` and
    /// `stat::number_of_executed_units: 81203`.
    fn read(&mut self, line: &str) {
        let number = |before: &str| {
            let (_, rest) = line.split_once(before)?;
            let digits = rest.trim_start().split(|letter: char| !letter.is_ascii_digit()).next()?;
            digits.parse().ok()
        };
        if let Some(executions) = number("stat::number_of_executed_units:") {
            self.executions = executions;
        } else if let (true, Some(edges), Some(inputs)) = (line.contains("DONE"), number("cov:"), number("corp:")) {
            (self.edges, self.inputs) = (edges, inputs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_a_target_are_read() {
        let mut closing = Closing::default();
        for line in [
            "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb",
            "#81203\tDONE   cov: 345 ft: 678 corp: 90/12Kb lim: 4096 exec/s: 8120 rss: 50Mb",
            "stat::number_of_executed_units: 81203",
            "stat::peak_rss_mb:              50",
        ] {
            closing.read(line);
        }
        assert_eq!(closing, Closing { executions: 81_203, edges: 345, inputs: 90 });
    }
}
