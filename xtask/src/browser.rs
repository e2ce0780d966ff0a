//! The browser of the tests and benches: found, or installed where we may.

use crate::{
    command::{on_the_path, tell},
    debian,
};
use anyhow::{Context, bail};
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
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
    if debian::may_install() {
        tell("installing Chromium and its driver with apt");
        debian::install(&["chromium", "chromium-driver"])?;
    }
    match found() {
        Some(found) => Ok(found),
        None => bail!(
            "no browser to test in: install Chromium (or Chrome) and its chromedriver so that both are on the PATH; \
             on Debian: apt-get install chromium chromium-driver"
        ),
    }
}

/// A running driver. Ends with its value.
pub(crate) struct Driver {
    /// Where it listens.
    pub(crate) address: String,
    process: Child,
}

impl Driver {
    /// Starts the browser's driver on a free port.
    pub(crate) fn start(browser: &Browser) -> anyhow::Result<Driver> {
        let mut command = Command::new(&browser.chromedriver);
        let mut process =
            command.arg("--port=0").stdout(Stdio::piped()).spawn().context("cannot start chromedriver")?;
        let output = process.stdout.take().context("chromedriver's output is not there")?;
        let mut lines = BufReader::new(output).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // What it says further must go somewhere, or it would stop one day.
        std::thread::spawn(move || lines.for_each(drop));
        let port = port.context("chromedriver did not say where it listens; try it by hand: chromedriver --port=0")?;
        Ok(Driver { address: format!("http://127.0.0.1:{port}"), process })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn found() -> Option<Browser> {
    let chromium = ["chromium", "chromium-browser", "google-chrome", "chrome"].into_iter().find_map(on_the_path)?;
    Some(Browser { chromium, chromedriver: on_the_path("chromedriver")? })
}
