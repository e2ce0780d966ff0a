//! The live conversation: holds the state, takes in events, and is the only place that carries out effects.

use crate::{
    answering::Answering,
    page::{
        events,
        identity::new_id,
        settings::Settings,
        storage::{self, Stored},
    },
    strings::Strings,
    widget::state::{Conversation, Effect, Event},
};
use channel::{VisitorLine, driver::Driver, visitor_line::Command};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};
use web_sys::HtmlElement;

/// After how long without a new sign somebody is not taken to be writing any more, in milliseconds.
const WRITING_FADES_MS: u32 = 8_000;
/// How many announcements the live region keeps: enough for a slow reader, few enough to stay small.
const ANNOUNCEMENTS: usize = 4;

/// A handle on the live conversation; clones share it.
#[derive(Clone)]
pub struct Live(Rc<Inner>);

struct Inner {
    conversation: RwSignal<Conversation, LocalStorage>,
    /// What the live region holds, each with a number of its own.
    announcements: RwSignal<Vec<(u32, String)>>,
    settings: Settings,
    host: HtmlElement,
    /// The line to people; set once, right after this is made. Empty when the shop has no backend.
    driver: OnceCell<Driver<VisitorLine>>,
    answering: RefCell<Option<Answering>>,
    fading: RefCell<Option<Timeout>>,
}

impl Live {
    /// The conversation on this page, going on where an earlier page ended. Connects to nothing yet.
    pub fn new(host: HtmlElement, settings: Settings) -> Self {
        let stored = storage::load(&settings.storage_key);
        let strings = Rc::new(Strings::from_json(&settings.strings));
        let line_url = settings.line_url();
        let conversation = Conversation::new(strings, line_url.is_some(), stored.lines);
        let live = Live(Rc::new(Inner {
            conversation: RwSignal::new_local(conversation),
            announcements: RwSignal::new(Vec::new()),
            settings,
            host,
            driver: OnceCell::new(),
            answering: RefCell::new(None),
            fading: RefCell::new(None),
        }));
        if let Some(url) = line_url {
            let inner = Rc::downgrade(&live.0);
            let driver = Driver::new(VisitorLine::new(stored.line), url, move |notice| {
                if let Some(inner) = inner.upgrade() {
                    Live(inner).emit(Event::Line(notice));
                }
            });
            // The cell was made above and is empty.
            let _ = live.0.driver.set(driver);
        }
        live
    }

    /// The conversation, for views.
    pub fn conversation(&self) -> RwSignal<Conversation, LocalStorage> {
        self.0.conversation
    }

    /// What the live region holds, for its view.
    pub fn announcements(&self) -> RwSignal<Vec<(u32, String)>> {
        self.0.announcements
    }

    /// The page's settings.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Connects when there is a conversation with people to follow.
    pub fn follow(&self) {
        if self.0.conversation.with_untracked(|conversation| conversation.floor().is_with_people()) {
            self.line(Command::Follow);
        }
    }

    /// Tries the line again at once.
    pub fn retry_now(&self) {
        if let Some(driver) = self.0.driver.get() {
            driver.retry_now();
        }
    }

    /// Ends the line.
    pub fn hang_up(&self) {
        self.line(Command::HangUp);
    }

    /// Gives the bot what it answers from, or tells it that there is nothing.
    pub fn learn(&self, answering: Option<Answering>) {
        let ready = answering.is_some();
        self.0.answering.replace(answering);
        self.emit(Event::Learned(ready));
    }

    /// Takes in an event and carries out what follows from it.
    pub fn emit(&self, event: Event) {
        // `None` when the widget was taken off the page meanwhile.
        let effects = self.0.conversation.try_update(|conversation| conversation.update(event, &mut new_id));
        for effect in effects.into_iter().flatten() {
            self.act(effect);
        }
    }

    fn act(&self, effect: Effect) {
        match effect {
            Effect::Classify(id, text) => self.reply(id, |answering| answering.reply(&text)),
            Effect::Quote(id, entry) => self.reply(id, |answering| answering.quote(&entry)),
            Effect::Line(command) => self.line(command),
            Effect::Save => self.save(),
            Effect::Announce(text) => self.0.announcements.update(|announcements| {
                let number = announcements.last().map_or(0, |(number, _)| number + 1);
                announcements.push((number, text));
                let surplus = announcements.len().saturating_sub(ANNOUNCEMENTS);
                announcements.drain(..surplus);
            }),
            Effect::Tell(name, detail) => events::dispatch(&self.0.host, name, &detail),
            Effect::Unread(count) => {
                // The attribute's name is valid, so neither call can fail.
                let _ = match count {
                    0 => self.0.host.remove_attribute("data-unread"),
                    count => self.0.host.set_attribute("data-unread", &count.to_string()),
                };
            }
            Effect::FadeWriting(sign) => {
                let live = Rc::downgrade(&self.0);
                let timeout = Timeout::new(WRITING_FADES_MS, move || {
                    if let Some(inner) = live.upgrade() {
                        Live(inner).emit(Event::WritingFaded(sign));
                    }
                });
                self.0.fading.replace(Some(timeout));
            }
        }
    }

    fn reply(&self, id: String, ask: impl FnOnce(&Answering) -> crate::answering::Reply) {
        let reply = self.0.answering.borrow().as_ref().map(ask);
        if let Some(reply) = reply {
            self.emit(Event::Replied(id, reply));
        }
    }

    fn line(&self, command: Command) {
        if let Some(driver) = self.0.driver.get() {
            driver.command(command);
        }
    }

    fn save(&self) {
        let Some(driver) = self.0.driver.get() else { return };
        let stored = self.0.conversation.with_untracked(|conversation| Stored {
            line: driver.with(|line| line.saved().clone()),
            lines: conversation.lines.clone(),
            with_people: conversation.floor().is_with_people(),
            open: conversation.open,
        });
        storage::store(&self.0.settings.storage_key, &stored);
    }
}
