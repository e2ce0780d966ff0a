//! The browser's part of a conversation with people: connections, the store, the other tabs, the page's comings and goings.
//!
//! A door to `public/shopbell-line.js`, which does it: streams, promises and transactions take several times as many bytes in
//! Wasm. What is to be done is decided in `channel`, what is told is carried out by `crate::live`.

use super::settings::Settings;
use channel::{
    Transport,
    records::Record,
    visitor_line::Command,
    wire::{Signal, Wire},
};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./shopbell-line.js")]
extern "C" {
    type Link;
    fn connect(url: &str, transport: u32, report: &Tell) -> Link;
    #[wasm_bindgen(method)]
    fn send(this: &Link, text: &str);
    #[wasm_bindgen(method)]
    fn post(this: &Link, token: &str, body: &str);
    #[wasm_bindgen(method)]
    fn close(this: &Link);

    type Page;
    fn attach(key: &str, identity: Option<&str>, tell: &Tell) -> Page;
    #[wasm_bindgen(method)]
    fn join(this: &Page);
    #[wasm_bindgen(method)]
    fn put(this: &Page, changes: Vec<String>, id: Option<String>);
    #[wasm_bindgen(method, js_name = post)]
    fn tell(this: &Page, word: &str);
    #[wasm_bindgen(method)]
    fn leave(this: &Page);
    #[wasm_bindgen(method)]
    fn stop(this: &Page);

    /// A time, in milliseconds since the Unix epoch, as one says it in a language.
    pub fn clock(at: f64, language: &str) -> String;
}

/// What the script calls: a number that says what happened, and texts.
type Tell = Closure<dyn Fn(u32, Vec<String>)>;

/// A connection over any transport.
pub struct Connection {
    link: Link,
    /// What the link reports to, for as long as it is there.
    _report: Tell,
}

impl Wire for Connection {
    fn open(url: &str, transport: Transport, report: impl Fn(Signal) + 'static) -> Self {
        let report = Closure::new(move |what, mut texts: Vec<String>| {
            report(match (what, texts.pop()) {
                (0, _) => Signal::Opened,
                (1, Some(text)) => Signal::Text(text),
                (3, _) => Signal::Posted,
                _ => Signal::Closed,
            });
        });
        Connection { link: connect(url, transport as u32, &report), _report: report }
    }

    fn send(&self, text: String) {
        self.link.send(&text);
    }

    fn post(&self, token: &str, body: String) {
        self.link.post(token, &body);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.link.close();
    }
}

/// What the browser tells.
pub enum Word {
    /// For the line.
    Line(Command),
    /// The network is back.
    Online,
    /// Somebody looks at the page.
    Seen,
    /// The network is gone.
    Offline,
    /// The page is left, perhaps to be shown again as it is.
    Left,
    /// The page is back, or another tab has stored something.
    Back,
}

/// This page's end of the conversation that all the visitor's tabs share.
pub struct Tabs {
    page: Page,
    /// What the page tells, for as long as it is there.
    _tell: Tell,
}

impl Tabs {
    /// Listens to the page. Stores nothing and asks for nothing before [`Tabs::join`].
    pub fn attach(settings: &Settings, hear: impl Fn(Word) + 'static) -> Tabs {
        let tell = Closure::new(move |what, mut texts: Vec<String>| {
            let text = if what == 2 { None } else { texts.pop() }.unwrap_or_default();
            hear(match what {
                0 | 1 => Word::Line(Command::Stored(text, what == 0)),
                2 => Word::Line(Command::Loaded(pairs(texts))),
                3 => Word::Line(Command::Talk),
                4 => Word::Line(Command::Told(text)),
                5 => Word::Online,
                6 => Word::Seen,
                7 => Word::Offline,
                8 => Word::Left,
                _ => Word::Back,
            });
        });
        Tabs { page: attach(&settings.storage_key, settings.identity.as_deref(), &tell), _tell: tell }
    }

    /// Takes part: loads what is stored and is told when it is this tab's turn to talk.
    pub fn join(&self) {
        self.page.join();
    }

    /// Makes changes in the store, and tells when those of a frame are done.
    pub fn put(&self, changes: Vec<Record>, cid: Option<String>) {
        self.page.put(changes.into_iter().flat_map(|(key, text)| [key, text]).collect(), cid);
    }

    /// Tells the other tabs.
    pub fn tell(&self, word: &str) {
        self.page.tell(word);
    }

    /// Takes no part any more, until [`Tabs::join`].
    pub fn leave(&self) {
        self.page.leave();
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.page.stop();
    }
}

fn pairs(texts: Vec<String>) -> Vec<Record> {
    let mut texts = texts.into_iter();
    let mut pairs = Vec::new();
    while let (Some(key), Some(text)) = (texts.next(), texts.next()) {
        pairs.push((key, text));
    }
    pairs
}
