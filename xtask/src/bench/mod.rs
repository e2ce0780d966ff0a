//! `cargo xtask bench`: how often the classifier is right, and how long it takes, natively and in Chromium; with `line`, what
//! the line between visitors and people carries.

mod accuracy;
mod line;

use crate::{
    browser::browser,
    command::{cargo, output_of, tell},
    dist, wasm,
};
use anyhow::Context;
use backend::Config;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs,
    process::{Command, Stdio},
};
use tokio::{net::TcpListener, sync::oneshot};

/// Entries of the FAQs that are fitted to for the times; they are made of the catalogue.
const SMALL: usize = 50;
const LARGE: usize = 1_000;
const ENCODER: &str = "public/encoders/en.bin";

/// Medians in milliseconds.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Times {
    /// To fit to a FAQ of [`SMALL`] entries.
    fit_ms: f64,
    /// To fit to one of [`LARGE`] entries.
    fit_large_ms: f64,
    /// To decide about one message.
    classify_ms: f64,
}

/// What else can be measured.
#[derive(clap::Subcommand)]
pub(crate) enum Of {
    /// Measure the line between visitors and people: memory, durable messages, latency, a reconnect storm, and a soak with
    /// faults, all beside a bare echo. Linux only.
    Line(line::Options),
    /// Echo WebSocket frames until standard input ends; `line` starts it.
    #[command(hide = true)]
    Echo,
}

/// Measures something else and prints.
pub(crate) fn run_of(of: &Of) -> anyhow::Result<()> {
    match of {
        Of::Line(options) => line::measure(options),
        Of::Echo => line::echo::serve(),
    }
}

/// Measures and prints.
pub(crate) fn run(json: bool, only_times: bool) -> anyhow::Result<()> {
    if !only_times {
        accuracy::run_all(json)?;
    }
    tell("times, natively");
    let folder = dist::folder("classifier")?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let (small, large) = (folder.join("small.json"), folder.join("large.json"));
    for (file, entries) in [(&small, SMALL), (&large, LARGE)] {
        fs::write(file, faq_of(entries)?).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let mut native = cargo(&["run", "--release", "--package", "classifier", "--example", "time", "--", ENCODER]);
    let native: Times =
        serde_json::from_str(output_of(native.arg(small).arg(large))?.trim()).context("no times came")?;
    tell("times, in Chromium");
    let chromium = in_chromium()?;
    for (name, native, chromium) in [
        ("fit_50_ms", native.fit_ms, chromium.fit_ms),
        ("fit_1000_ms", native.fit_large_ms, chromium.fit_large_ms),
        ("classify_ms", native.classify_ms, chromium.classify_ms),
    ] {
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

/// A FAQ of so many entries, each with a question, two or three examples and an answer: those of the catalogue's shops, and when
/// they are used up, entries of visitors' messages.
fn faq_of(count: usize) -> anyhow::Result<String> {
    let text = fs::read_to_string("catalogue/en.jsonl").context("the catalogue is not there")?;
    let topics: Vec<Value> =
        text.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("catalogue/en.jsonl")?;
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let of_shops = (0..3).flat_map(|variant| topics.iter().map(move |topic| topic["faq"][variant].clone()));
    let of_visitors = topics.iter().flat_map(|topic| {
        let said: Vec<Value> = array(&topic["messages"]).into_iter().map(|message| message["text"].clone()).collect();
        let threes: Vec<Value> = said
            .chunks_exact(4)
            .map(|four| json!({ "question": four[0], "examples": four[1..3], "answer": four[3] }))
            .collect();
        threes.into_iter().take(2)
    });
    let entries = of_shops.chain(of_visitors).take(count).enumerate().map(|(id, mut entry)| {
        entry["id"] = id.to_string().into();
        entry
    });
    Ok(json!({ "language": "en", "entries": entries.collect::<Vec<Value>>() }).to_string())
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
