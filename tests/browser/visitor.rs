//! The widget as a visitor uses it: sees parts, presses them, writes.

use crate::browser::Browser;
use fantoccini::{Locator, elements::Element, key::Key};
use serde_json::{Value, json};

/// A visitor before a page with the widget.
#[derive(Clone, Copy)]
pub(crate) struct Visitor<'a> {
    pub(crate) browser: &'a Browser,
}

/// A line of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) author: String,
    pub(crate) entry: Option<String>,
    pub(crate) text: String,
}

impl<'a> Visitor<'a> {
    /// Opens a page and waits for the launcher.
    pub(crate) async fn at(browser: &'a Browser, address: &str) -> Visitor<'a> {
        browser.goto(address).await;
        let visitor = Visitor { browser };
        visitor.sees("launcher").await;
        visitor
    }

    /// Waits until a part is to be seen.
    pub(crate) async fn sees(&self, part: &str) -> Element {
        let seen = format!("return {}", visible(part));
        self.browser.until(&format!("the {part} is seen"), &seen).await;
        let host = self.browser.client.find(Locator::Css("shop-bell")).await.expect("the widget's element");
        let root = host.shadow_root().await.expect("an open shadow root");
        root.find(Locator::Css(&format!("[part={part}]"))).await.expect("the part")
    }

    /// Whether a part is to be seen now.
    pub(crate) async fn can_see(&self, part: &str) -> bool {
        self.browser.run(&format!("return {}", visible(part)), &[]).await == json!(true)
    }

    /// Presses a part with a real click.
    pub(crate) async fn presses(&self, part: &str) {
        self.sees(part).await.click().await.expect("pressed");
    }

    /// Opens the panel and waits until one can write in it.
    pub(crate) async fn opens(&self) {
        self.presses("launcher").await;
        self.sees("composer").await;
    }

    /// Writes with real keys and sends with Enter.
    pub(crate) async fn says(&self, text: &str) {
        self.types(text).await;
        self.types(&char::from(Key::Enter).to_string()).await;
        let ends = "return part('composer').value === ''";
        self.browser.until("the composer is empty again", &with_parts(ends)).await;
    }

    /// Types with real keys into the composer.
    pub(crate) async fn types(&self, keys: &str) {
        self.sees("composer").await.send_keys(keys).await.expect("typed");
    }

    /// Asks the bot, and waits for what it says.
    pub(crate) async fn asks(&self, question: &str) -> Line {
        let before = self.lines_by("bot").await.len();
        self.says(question).await;
        self.line_by("bot", before).await
    }

    /// Waits for the line at this place among those by `author`.
    pub(crate) async fn line_by(&self, author: &str, place: usize) -> Line {
        let there = format!("return parts('message').filter(by => by.dataset.author === '{author}').length > {place}");
        self.browser.until(&format!("{author} says something, number {place}"), &with_parts(&there)).await;
        self.lines_by(author).await.swap_remove(place)
    }

    /// What is said by `author`.
    pub(crate) async fn lines_by(&self, author: &str) -> Vec<Line> {
        self.lines().await.into_iter().filter(|line| line.author == author).collect()
    }

    /// The transcript.
    pub(crate) async fn lines(&self) -> Vec<Line> {
        let script = "return parts('message').map(line => [line.dataset.author, line.dataset.entry ?? null, \
                      line.querySelector('.body').innerText])";
        let lines = self.browser.run(&with_parts(script), &[]).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |line: &Value| Line {
            author: text(&line[0]),
            entry: line[1].as_str().map(Into::into),
            text: text(&line[2]),
        };
        lines.as_array().map(|lines| lines.iter().map(line).collect()).unwrap_or_default()
    }

    /// Waits until a part's text contains `words`.
    pub(crate) async fn reads(&self, part: &str, words: &str) {
        let script = format!("return (part('{part}')?.innerText ?? '').includes({})", json!(words));
        self.browser.until(&format!("the {part} says {words:?}"), &with_parts(&script)).await;
    }

    /// Waits until the transcript contains `words`.
    pub(crate) async fn is_told(&self, words: &str) {
        self.reads("transcript", words).await;
    }

    /// The labels of what may be pressed in the transcript.
    pub(crate) async fn choices(&self) -> Vec<String> {
        let labels = self.browser.run(&with_parts("return parts('choice').map(choice => choice.innerText)"), &[]).await;
        let labels = labels.as_array().cloned().unwrap_or_default();
        labels.iter().map(|label| label.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Presses the choice with this label.
    pub(crate) async fn chooses(&self, label: &str) {
        let find = format!("return parts('choice').findIndex(choice => choice.innerText === {}) + 1", json!(label));
        let place = self.browser.until(&format!("{label:?} can be chosen"), &with_parts(&find)).await;
        let host = self.browser.client.find(Locator::Css("shop-bell")).await.expect("the widget's element");
        let root = host.shadow_root().await.expect("an open shadow root");
        let mut choices = root.find_all(Locator::Css("[part=choice]")).await.expect("the choices");
        let place = place.as_u64().expect("a number") as usize;
        choices.swap_remove(place - 1).click().await.expect("pressed");
    }

    /// Rings and waits until the bell is said to be rung.
    pub(crate) async fn rings(&self) {
        self.presses("human").await;
        self.is_told("You rang the bell").await;
    }

    /// What the page keeps in its storage, and its cookies.
    pub(crate) async fn stored(&self) -> Vec<String> {
        let script = "return indexedDB.databases().then(databases => [...Object.keys(localStorage), \
                      ...Object.keys(sessionStorage), document.cookie, ...databases.map(({ name }) => name)].filter(Boolean))";
        let keys = self.browser.run(script, &[]).await;
        keys.as_array()
            .cloned()
            .unwrap_or_default()
            .iter()
            .map(|key| key.as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

/// A script in which `part(name)` is a part of the widget, and `parts(name)` all of its kind.
pub(crate) fn with_parts(script: &str) -> String {
    format!(
        "const parts = (name) => [...(document.querySelector('shop-bell')?.shadowRoot ?? document)\
         .querySelectorAll(`[part=${{name}}]`)]; const part = (name) => parts(name)[0]; {script}"
    )
}

/// An expression: whether the part is on the screen.
fn visible(part: &str) -> String {
    format!(
        "(() => {{ const part = document.querySelector('shop-bell')?.shadowRoot?.querySelector('[part={part}]'); \
         return Boolean(part?.checkVisibility({{ visibilityProperty: true, opacityProperty: true }}) \
         && part.getBoundingClientRect().width > 0); }})()"
    )
}
