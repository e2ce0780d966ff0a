//! Running other programs: what is run is shown, and what fails says so.

use anyhow::{Context, bail};
use std::{
    ffi::OsString,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    sync::OnceLock,
};

/// A call of the cargo that runs us; what it says of its progress is shown.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.args(arguments).stderr(Stdio::inherit());
    command
}

/// Where cargo builds, by its own word.
pub(crate) fn target_folder() -> anyhow::Result<PathBuf> {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    if let Some(folder) = FOLDER.get() {
        return Ok(folder.clone());
    }
    let metadata = output_of(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata).context("cargo metadata printed no JSON")?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(FOLDER.get_or_init(|| PathBuf::from(folder)).clone())
}

/// Tells what is being done, on standard error: standard output is for results.
pub(crate) fn tell(words: &str) {
    eprintln!("── {words}");
}

/// Runs to the end, its output shown.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status}); what it printed above says why", shown(command));
    }
    Ok(())
}

/// Runs to the end and returns what it printed on standard output; standard error goes where the command says.
pub(crate) fn output_of(command: &mut Command) -> anyhow::Result<String> {
    let output = command.output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed ({}); what it printed above says why", shown(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", shown(command)))
}

/// Runs to the end, showing standard output and handing each line of it to `look`; true when it succeeded.
pub(crate) fn watch(command: &mut Command, mut look: impl FnMut(&str)) -> anyhow::Result<bool> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", shown(command)))?;
    let output = child.stdout.take().context("its output is not there")?;
    for line in BufReader::new(output).lines() {
        let line = line.with_context(|| format!("while reading what {} prints", shown(command)))?;
        println!("{line}");
        look(&line);
    }
    Ok(child.wait().with_context(|| format!("while waiting for {}", shown(command)))?.success())
}

/// The program of this name, where a shell would find it.
pub(crate) fn on_the_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
