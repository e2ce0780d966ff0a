//! The live conversation: holds the state, takes in events, and is the only place that carries out effects.

use crate::{
    answering::{Answering, Reply},
    page::{
        announcer::Announcer,
        events,
        identity::new_id,
        parts,
        settings::Settings,
        storage::{self, Stored},
    },
    strings::Strings,
    widget::state::{Conversation, Effect, Event},
};
use channel::{
    VisitorLine,
    driver::Driver,
    visitor_line::{Command, Saved},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc};
use web_sys::HtmlElement;

/// After how long without a new sign somebody is not taken to be writing any more, in milliseconds.
const WRITING_FADES_MS: u32 = 8_000;

/// A handle on the live conversation; copies share it.
#[derive(Clone, Copy)]
pub struct Live(StoredValue<Rc<Page>, LocalStorage>);

struct Page {
    conversation: RefCell<Conversation>,
    /// Notified whenever the conversation has changed. One trigger and not a signal a field: the views are few, and every
    /// kind of signal weighs.
    changed: ArcTrigger,
    settings: Settings,
    host: HtmlElement,
    announcer: Announcer,
    /// The line to people. Empty when the shop has no backend.
    line: RefCell<Option<Driver<VisitorLine>>>,
    answering: RefCell<Option<Answering>>,
    fading: RefCell<Option<Timeout>>,
}

impl Live {
    /// The conversation on this page, going on where an earlier page ended. Connects to nothing yet.
    pub fn new(host: HtmlElement, announcer: Announcer, settings: Settings, strings: Strings) -> Self {
        let stored = storage::load(&settings.storage_key);
        let conversation = Conversation::new(Rc::new(strings), settings.backend.is_some(), stored.lines);
        let live = Live(StoredValue::new_local(Rc::new(Page {
            conversation: RefCell::new(conversation),
            changed: ArcTrigger::new(),
            settings,
            host,
            announcer,
            line: RefCell::new(None),
            answering: RefCell::new(None),
            fading: RefCell::new(None),
        })));
        live.page().line.replace(live.driver(stored.line));
        live
    }

    /// Looks at the conversation, and again whenever it has changed.
    pub fn look<T>(self, look: impl FnOnce(&Conversation) -> T) -> T {
        let page = self.page();
        page.changed.track();
        look(&page.conversation.borrow())
    }

    /// Looks at the conversation once.
    pub fn glance<T>(self, look: impl FnOnce(&Conversation) -> T) -> T {
        look(&self.page().conversation.borrow())
    }

    /// The shop's other way to reach a person.
    pub fn contact(self) -> Option<String> {
        self.page().settings.contact.clone()
    }

    /// That a machine answers, in the page's language.
    pub fn disclosure(self) -> String {
        self.page().settings.disclosure.clone()
    }

    /// Connects when there is a conversation with people to follow.
    pub fn follow(self) {
        if self.glance(|conversation| conversation.floor().is_with_people()) {
            self.page().line(Command::Follow);
        }
    }

    /// Tries the line again at once.
    pub fn retry_now(self) {
        if let Some(driver) = self.page().driver() {
            driver.retry_now();
        }
    }

    /// Another page of the shop has stored something. When the visitor rang there and not here, this page goes on with it.
    pub fn look_elsewhere(self) {
        if self.glance(Conversation::has_rung) {
            return;
        }
        let stored = storage::load(&self.page().settings.storage_key);
        if stored.line.is_welcomed() {
            self.page().line.replace(self.driver(stored.line));
            self.emit(Event::RangElsewhere(stored.lines));
            self.follow();
        }
    }

    /// Ends the line.
    pub fn hang_up(self) {
        self.page().line(Command::HangUp);
    }

    /// Gives the bot what it answers from, or tells it that there is nothing.
    pub fn learn(self, answering: Option<Answering>) {
        let ready = answering.is_some();
        self.page().answering.replace(answering);
        self.emit(Event::Learned(ready));
    }

    /// Takes in an event and carries out what follows from it.
    pub fn emit(self, event: Event) {
        // `None` when the widget was taken off the page meanwhile.
        let Some(page) = self.0.try_get_value() else { return };
        let effects = page.conversation.borrow_mut().update(event, &mut new_id);
        page.changed.notify();
        for effect in effects {
            self.act(&page, effect);
        }
    }

    fn act(self, page: &Rc<Page>, effect: Effect) {
        match effect {
            Effect::Classify(id, text) => {
                if page.answering.borrow().as_ref().is_some_and(|answering| answering.is_foreign(&text)) {
                    self.emit(Event::Foreign);
                }
                self.reply(page, id, |answering| answering.reply(&text));
            }
            Effect::Quote(id, entry) => self.reply(page, id, |answering| answering.quote(&entry)),
            Effect::Line(command) => page.line(command),
            Effect::Save => page.save(),
            Effect::Announce(text) => page.announcer.say(&text),
            Effect::Tell(name, detail) => events::dispatch(&page.host, name, &detail),
            Effect::Unread(count) => {
                // The attribute's name is valid, so neither call can fail.
                let _ = match count {
                    0 => page.host.remove_attribute("data-unread"),
                    count => page.host.set_attribute("data-unread", &count.to_string()),
                };
            }
            Effect::ShowNewest => parts::show_newest(&page.host),
            Effect::FocusComposer => parts::focus_composer(&page.host),
            Effect::FocusTranscript => parts::focus_transcript(&page.host),
            Effect::FadeWriting(sign) => {
                let timeout = Timeout::new(WRITING_FADES_MS, move || self.emit(Event::WritingFaded(sign)));
                page.fading.replace(Some(timeout));
            }
        }
    }

    fn reply(self, page: &Page, id: String, ask: impl FnOnce(&Answering) -> Reply) {
        let reply = page.answering.borrow().as_ref().map(ask);
        if let Some(reply) = reply {
            self.emit(Event::Replied(id, reply));
        }
    }

    /// A driver for a line that goes on where `saved` ended; none when the shop has no backend.
    fn driver(self, saved: Saved) -> Option<Driver<VisitorLine>> {
        let url = self.page().settings.line_url()?;
        Some(Driver::new(VisitorLine::new(saved), url, move |notice| self.emit(Event::Line(notice))))
    }

    fn page(self) -> Rc<Page> {
        self.0.get_value()
    }
}

impl Page {
    /// The line's driver. A clone, and nothing borrowed: what it tells comes back in here.
    fn driver(&self) -> Option<Driver<VisitorLine>> {
        self.line.borrow().clone()
    }

    fn line(&self, command: Command) {
        if let Some(driver) = self.driver() {
            driver.command(command);
        }
    }

    fn save(&self) {
        let Some(driver) = self.driver() else { return };
        let conversation = self.conversation.borrow();
        let stored = Stored {
            line: driver.with(|line| line.saved().clone()),
            lines: conversation.lines.clone(),
            with_people: conversation.floor().is_with_people(),
            open: conversation.open,
        };
        storage::store(&self.settings.storage_key, &stored);
    }
}
