//! The browser of the tests and benches: found, or installed where we may.

use crate::command::{run, tell};
use anyhow::bail;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A Chromium and its driver.
#[derive(Debug)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

/// The browser of this machine. Installs Debian's when there is none and we are root there.
pub(crate) fn browser() -> anyhow::Result<Browser> {
    if let Some(found) = found() {
        return Ok(found);
    }
    if is_debian() && is_root() {
        tell("installing Chromium and its driver with apt");
        let apt = |arguments: &[&str]| run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
        apt(&["update"])?;
        apt(&["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])?;
    }
    match found() {
        Some(found) => Ok(found),
        None => bail!(
            "no browser to test in: install Chromium (or Chrome) and its chromedriver so that both are on the PATH; \
             on Debian: apt-get install chromium chromium-driver"
        ),
    }
}

fn found() -> Option<Browser> {
    let chromium = ["chromium", "chromium-browser", "google-chrome", "chrome"].into_iter().find_map(on_the_path)?;
    Some(Browser { chromium, chromedriver: on_the_path("chromedriver")? })
}

fn on_the_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
