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
use std::{cell::RefCell, rc::Rc};
use web_sys::HtmlElement;

/// After how long without a new sign somebody is not taken to be writing any more, in milliseconds.
const WRITING_FADES_MS: u32 = 8_000;
/// How many announcements the live region keeps: enough for a slow reader, few enough to stay small.
const ANNOUNCEMENTS: usize = 4;

/// A handle on the live conversation; copies share it.
#[derive(Clone, Copy)]
pub struct Live {
    conversation: RwSignal<Conversation, LocalStorage>,
    /// What the live region holds, each with a number of its own.
    announcements: RwSignal<Vec<(u32, String)>>,
    page: StoredValue<Rc<Page>, LocalStorage>,
    /// The line to people. Empty when the shop has no backend.
    line: StoredValue<Option<Driver<VisitorLine>>, LocalStorage>,
}

/// What stays the same, or is no view's business.
struct Page {
    settings: Settings,
    host: HtmlElement,
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
        let page = Page { settings, host, answering: RefCell::new(None), fading: RefCell::new(None) };
        let live = Live {
            conversation: RwSignal::new_local(conversation),
            announcements: RwSignal::new(Vec::new()),
            page: StoredValue::new_local(Rc::new(page)),
            line: StoredValue::new_local(None),
        };
        let tell = move |notice| live.emit(Event::Line(notice));
        live.line.set_value(line_url.map(|url| Driver::new(VisitorLine::new(stored.line), url, tell)));
        live
    }

    /// The conversation, for views.
    pub fn conversation(self) -> RwSignal<Conversation, LocalStorage> {
        self.conversation
    }

    /// What the live region holds, for its view.
    pub fn announcements(self) -> RwSignal<Vec<(u32, String)>> {
        self.announcements
    }

    /// The shop's other way to reach a person.
    pub fn contact(self) -> Option<String> {
        self.page.with_value(|page| page.settings.contact.clone())
    }

    /// That a machine answers, in the page's language.
    pub fn disclosure(self) -> String {
        self.page.with_value(|page| page.settings.disclosure.clone())
    }

    /// Connects when there is a conversation with people to follow.
    pub fn follow(self) {
        if self.conversation.with_untracked(|conversation| conversation.floor().is_with_people()) {
            self.line(Command::Follow);
        }
    }

    /// Tries the line again at once.
    pub fn retry_now(self) {
        if let Some(driver) = self.driver() {
            driver.retry_now();
        }
    }

    /// Ends the line.
    pub fn hang_up(self) {
        self.line(Command::HangUp);
    }

    /// Gives the bot what it answers from, or tells it that there is nothing.
    pub fn learn(self, answering: Option<Answering>) {
        let ready = answering.is_some();
        self.page.with_value(|page| page.answering.replace(answering));
        self.emit(Event::Learned(ready));
    }

    /// Takes in an event and carries out what follows from it.
    pub fn emit(self, event: Event) {
        // `None` when the widget was taken off the page meanwhile.
        let effects = self.conversation.try_update(|conversation| conversation.update(event, &mut new_id));
        for effect in effects.into_iter().flatten() {
            self.act(effect);
        }
    }

    fn act(self, effect: Effect) {
        match effect {
            Effect::Classify(id, text) => self.reply(id, |answering| answering.reply(&text)),
            Effect::Quote(id, entry) => self.reply(id, |answering| answering.quote(&entry)),
            Effect::Line(command) => self.line(command),
            Effect::Save => self.save(),
            Effect::Announce(text) => self.announcements.update(|announcements| {
                let number = announcements.last().map_or(0, |(number, _)| number + 1);
                announcements.push((number, text));
                let surplus = announcements.len().saturating_sub(ANNOUNCEMENTS);
                announcements.drain(..surplus);
            }),
            Effect::Tell(name, detail) => events::dispatch(&self.host(), name, &detail),
            Effect::Unread(count) => {
                // The attribute's name is valid, so neither call can fail.
                let _ = match count {
                    0 => self.host().remove_attribute("data-unread"),
                    count => self.host().set_attribute("data-unread", &count.to_string()),
                };
            }
            Effect::FadeWriting(sign) => {
                let timeout = Timeout::new(WRITING_FADES_MS, move || self.emit(Event::WritingFaded(sign)));
                self.page.with_value(|page| page.fading.replace(Some(timeout)));
            }
        }
    }

    fn reply(self, id: String, ask: impl FnOnce(&Answering) -> crate::answering::Reply) {
        let reply = self.page.with_value(|page| page.answering.borrow().as_ref().map(ask));
        if let Some(reply) = reply {
            self.emit(Event::Replied(id, reply));
        }
    }

    fn line(self, command: Command) {
        if let Some(driver) = self.driver() {
            driver.command(command);
        }
    }

    /// The line's driver. A clone: what it tells comes back in here.
    fn driver(self) -> Option<Driver<VisitorLine>> {
        self.line.try_get_value().flatten()
    }

    fn save(self) {
        let Some(driver) = self.driver() else { return };
        let stored = self.conversation.with_untracked(|conversation| Stored {
            line: driver.with(|line| line.saved().clone()),
            lines: conversation.lines.clone(),
            with_people: conversation.floor().is_with_people(),
            open: conversation.open,
        });
        self.page.with_value(|page| storage::store(&page.settings.storage_key, &stored));
    }

    fn host(self) -> HtmlElement {
        self.page.with_value(|page| page.host.clone())
    }
}
