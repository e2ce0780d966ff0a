//! A session of a real Chromium, ended when its test ends, with a picture of the page when that failed.

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use futures_util::FutureExt;
use serde_json::{Value, json};
use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// A condition that does not come true within this has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// A browser with one window.
pub(crate) struct Browser {
    pub(crate) client: Client,
    name: String,
}

impl Browser {
    /// Lets `test` use a browser of its own, called `name` in failures.
    pub(crate) async fn with(name: &str, test: impl AsyncFnOnce(&Browser)) {
        let browser = Browser::open(name).await;
        let result = AssertUnwindSafe(test(&browser)).catch_unwind().await;
        if result.is_err() {
            browser.keep_picture().await;
        }
        // Whatever became of the test, no browser may stay behind.
        let _ = browser.client.close().await;
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    }

    async fn open(name: &str) -> Browser {
        let flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
        ];
        let options = json!({ "binary": setting("SHOPBELL_CHROMIUM"), "args": flags });
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(capabilities) = capabilities else { unreachable!("written as an object above") };
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let client =
            ClientBuilder::new(connector).capabilities(capabilities).connect(&setting("SHOPBELL_WEBDRIVER")).await;
        Browser { client: client.expect("the driver opens a browser"), name: name.to_owned() }
    }

    /// Opens a page and waits until it is loaded.
    pub(crate) async fn goto(&self, address: &str) {
        self.client.goto(address).await.expect("the page loads");
    }

    /// What the body of a function returns in the page; its arguments are `arguments`.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.client.execute(script, arguments.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until the body of a function returns something true in the page, and returns it.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Value {
        let start = Instant::now();
        loop {
            let value = self.run(script, &[]).await;
            if !matches!(&value, Value::Null | Value::Bool(false)) && value != json!("") && value != json!(0) {
                return value;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{} waited in vain until {what}; the page: {}",
                self.name,
                self.text().await
            );
            sleep(LOOK_EVERY).await;
        }
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = Devtools { body: json!({ "cmd": command, "params": parameters }) };
        self.client.issue_cmd(command).await.expect("the browser understands the command")
    }

    /// A page as wide and high as a phone's or a desktop's.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Media features of the visitor's system, such as `prefers-color-scheme: dark`.
    pub(crate) async fn prefer(&self, feature: &str, value: &str) {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// Every element as a screen reader perceives it: role, name.
    pub(crate) async fn accessible(&self) -> Vec<(String, String)> {
        self.devtools("Accessibility.enable", json!({})).await;
        let tree = self.devtools("Accessibility.getFullAXTree", json!({})).await;
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        let seen = nodes.iter().filter(|node| node["ignored"] != json!(true));
        let word = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        seen.map(|node| (word(&node["role"]), word(&node["name"]))).collect()
    }

    /// Keeps a picture of the page under `name` in the folder of pictures.
    pub(crate) async fn picture(&self, name: &str) {
        let folder = PathBuf::from(setting("SHOPBELL_DIST")).join("pictures");
        let picture = self.client.screenshot().await.expect("a picture");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a file for the picture");
    }

    async fn keep_picture(&self) {
        if let Ok(picture) = self.client.screenshot().await {
            let folder = PathBuf::from(setting("SHOPBELL_DIST")).join("pictures");
            let file = folder.join(format!("failed-{}.png", self.name.replace(' ', "-")));
            if std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, picture)).is_ok() {
                eprintln!("what {} saw when it failed: {}", self.name, file.display());
            }
        }
    }

    /// The text on the page and in the widget.
    async fn text(&self) -> String {
        let script = "return document.body.innerText + '\\n--- widget ---\\n' + \
                      (document.querySelector('shop-bell')?.shadowRoot.querySelector('.root')?.innerText ?? 'none')";
        self.run(script, &[]).await.as_str().unwrap_or_default().to_owned()
    }
}

/// `POST /session/{id}/goog/cdp/execute`.
#[derive(Debug)]
struct Devtools {
    body: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base_url: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

/// What `cargo xtask test` tells us.
pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run these tests with `cargo xtask test`"))
}
