//! `cargo xtask bench`: how often the classifier is right, and how long it takes, natively and in Chromium.

use crate::{
    browser::browser,
    command::{cargo, output_of, tell},
    dist, wasm,
};
use anyhow::Context;
use backend::Config;
use serde::Deserialize;
use serde_json::json;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};
use tokio::{net::TcpListener, sync::oneshot};

/// A shop's FAQ and its visitors' messages, beside the workspace where they are at hand.
const HARBOR: &str = "../shared/data/harbor";
/// What is fitted to and classified for the times.
const FAQ: &str = "public/faq.json";
const ENCODER: &str = "public/encoder.bin";

/// Medians in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Times {
    /// To read nothing and fit to [`FAQ`].
    fit_ms: f64,
    /// To decide about one message.
    classify_ms: f64,
}

/// Measures and prints.
pub(crate) fn run(json: bool) -> anyhow::Result<()> {
    accuracy(json)?;
    tell("times, natively");
    let native = ["run", "--release", "--package", "classifier", "--example", "time", "--", FAQ, ENCODER];
    let native: Times = serde_json::from_str(output_of(&mut cargo(&native))?.trim()).context("no times came")?;
    tell("times, in Chromium");
    let chromium = in_chromium()?;
    for (name, native, chromium) in
        [("fit_ms", native.fit_ms, chromium.fit_ms), ("classify_ms", native.classify_ms, chromium.classify_ms)]
    {
        if json {
            let line = json!({ "name": name, "native": native, "chromium": chromium, "ratio": chromium / native });
            println!("{line}");
        } else {
            let ratio = chromium / native;
            println!("{name:14} native {native:8.3}   chromium {chromium:8.3}   ratio {ratio:.1}");
        }
    }
    Ok(())
}

/// How well a shop's messages are answered, as `shopbell faq eval` tells it.
fn accuracy(json: bool) -> anyhow::Result<()> {
    let (faq, messages) = (format!("{HARBOR}/faq.json"), format!("{HARBOR}/visitors.jsonl"));
    if !Path::new(&faq).exists() || !Path::new(&messages).exists() {
        tell(&format!("accuracy is skipped: there is no {HARBOR} here"));
        return Ok(());
    }
    tell("accuracy on harbor");
    let mut eval = cargo(&["run", "--package", "cli", "--", "faq", "eval", "--faq", &faq, "--messages", &messages]);
    if json {
        eval.arg("--json");
    }
    print!("{}", output_of(&mut eval)?);
    println!();
    Ok(())
}

/// Lets Chromium measure on a page of its own and reads the result off it.
fn in_chromium() -> anyhow::Result<Times> {
    let browser = browser()?;
    wasm::compile(&["--package", "classifier", "--example", "in_browser"])?;
    let folder = dist::folder("classifier")?;
    wasm::bind(&wasm::compiled("examples/in_browser")?, &folder, "in_browser")?;
    for (name, bytes) in [
        ("bench.html", include_bytes!("page.html").to_vec()),
        ("bench.js", include_bytes!("bench.js").to_vec()),
        ("faq.json", fs::read(FAQ).context("the demo's FAQ is not there")?),
        ("encoder.bin", fs::read(ENCODER).context("the encoder is not there")?),
    ] {
        fs::write(folder.join(name), bytes).with_context(|| format!("cannot write {name}"))?;
    }
    let profile = folder.join("profile");
    let runtime = tokio::runtime::Runtime::new().context("while starting")?;
    let page = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
        let address = listener.local_addr()?;
        let mut config = Config::new(folder.join("unused.db"), &[])?;
        config.site = Some(folder.clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(backend::serve(listener, config, async {
            // A dropped sender ends it just as well.
            let _ = stopped.await;
        }));
        let mut chromium = Command::new(browser.chromium);
        chromium.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        chromium.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        chromium.arg(format!("--user-data-dir={}", profile.display()));
        chromium.args(["--dump-dom", &format!("http://{address}/bench.html")]).stderr(Stdio::null());
        let page = tokio::task::spawn_blocking(move || output_of(&mut chromium)).await.context("it was cut off")?;
        drop(stop);
        server.await.context("the page's server broke")??;
        page
    })?;
    let result = page.split(r#"<pre id="result">"#).nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
    serde_json::from_str(result).with_context(|| format!("Chromium measured nothing; its page says: {page}"))
}
