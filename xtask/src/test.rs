//! `cargo xtask test`: every test, and the counts on the last line.

use crate::{
    browser::{Driver, browser},
    command::{cargo, tell, watch},
    dist,
    services::Services,
    wasm,
};
use anyhow::bail;
use std::fmt;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// Runs all tests. Prints `N passed, N failed` last.
///
/// # Errors
/// A test failed, or the browser suite ran none.
pub(crate) fn run() -> anyhow::Result<()> {
    let browser = browser()?;
    tell("native tests");
    let native = counted(&mut cargo(&["test", "--workspace", "--no-fail-fast"]))?;
    let on_postgres = on_postgres()?;
    dist::build()?;
    wasm::compile(&["--package", "classifier", "--example", "in_browser"])?;
    let classifier = dist::folder("classifier")?;
    wasm::bind(&wasm::compiled("examples/in_browser")?, &classifier, "in_browser")?;
    tell("browser tests");
    let dist = dist::folder("")?;
    let driver = Driver::start(&browser)?;
    let in_browser = counted(
        // Of the whole workspace, so that nothing is built again with other features.
        cargo(&["test", "--workspace", "--test", "browser", "--", "--test-threads=2"])
            .env("SHOPBELL_CHROMIUM", browser.chromium)
            .env("SHOPBELL_WEBDRIVER", &driver.address)
            .env("SHOPBELL_DIST", dist),
    )?;
    drop(driver);
    let postgres = on_postgres.map_or("skipped".to_owned(), |counts| counts.to_string());
    println!("native: {native}; on Postgres and NATS: {postgres}; in the browser: {in_browser}");
    let all = [native, on_postgres.unwrap_or_default(), in_browser];
    let passed = all.iter().map(|counts| counts.passed).sum();
    let all = Counts { passed, failed: all.iter().map(|counts| counts.failed).sum() };
    println!("{all}");
    if in_browser.passed == 0 {
        bail!("the browser suite ran no test");
    }
    is_passed(all)
}

/// Runs the tests of the line on Postgres and NATS alone. Prints `N passed, N failed` last.
///
/// # Errors
/// A test failed, or the servers are not to be had.
pub(crate) fn run_on_services() -> anyhow::Result<()> {
    let Some(counts) = on_postgres()? else { bail!("nothing was tested") };
    println!("{counts}");
    is_passed(counts)
}

fn is_passed(counts: Counts) -> anyhow::Result<()> {
    if counts.failed > 0 {
        bail!("some tests failed; they are named above");
    }
    Ok(())
}

/// The tests of the line on Postgres and NATS; `None` without these servers.
fn on_postgres() -> anyhow::Result<Option<Counts>> {
    let Some(services) = Services::start()? else { return Ok(None) };
    tell("the tests of the line once more, on Postgres and NATS");
    // Of the whole workspace, so that nothing is built again with other features.
    let counts = counted(
        cargo(&["test", "--workspace", "--test", "line", "--no-fail-fast"])
            .env("SHOPBELL_TEST_POSTGRES", &services.postgres)
            .env("SHOPBELL_TEST_NATS", &services.nats),
    )?;
    if counts.passed + counts.failed == 0 {
        bail!("no test of the line ran on Postgres");
    }
    Ok(Some(counts))
}

/// Runs a `cargo test` and counts. What fails without a test having failed (it does not compile, say) counts as one.
fn counted(command: &mut std::process::Command) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let succeeded = watch(command, |line| {
        if let Some(more) = Counts::read(line) {
            counts.passed += more.passed;
            counts.failed += more.failed;
        }
    })?;
    if !succeeded && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

impl Counts {
    /// Reads `test result: ok. 3 passed; 0 failed; …`.
    fn read(line: &str) -> Option<Counts> {
        let line = line.strip_prefix("test result: ")?;
        let number = |word: &str| {
            let before = line.split(word).next()?;
            before.rsplit([' ', '.']).find(|part| !part.is_empty())?.parse().ok()
        };
        Some(Counts { passed: number(" passed;")?, failed: number(" failed;")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_of_a_suite_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.52s";
        assert_eq!(Counts::read(line), Some(Counts { passed: 12, failed: 3 }));
        assert_eq!(Counts::read("test a_result ... ok"), None);
    }
}
