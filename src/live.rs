//! The live conversation: holds the state, takes in events, and is the only place that carries out effects.

use crate::{
    answering::{Answering, Reply},
    page::{
        announcer::Announcer,
        browser::{Connection, Tabs, Word},
        events,
        identity::new_id,
        parts,
        settings::Settings,
        storage,
    },
    strings::Strings,
    widget::state::{Conversation, Effect, Event},
};
use channel::{
    VisitorLine,
    driver::Driver,
    visitor_line::{Command, Notice},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
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
    line: RefCell<Option<Driver<VisitorLine, Connection>>>,
    /// The visitor's other tabs and the store, with the line.
    tabs: RefCell<Option<Rc<Tabs>>>,
    /// Whether what is stored was loaded: what comes later is news.
    has_loaded: Cell<bool>,
    /// What the loader was last told for later pages.
    remembered: Cell<Option<(bool, bool)>>,
    answering: RefCell<Option<Answering>>,
    fading: RefCell<Option<Timeout>>,
}

impl Live {
    /// The conversation on this page. Connects to nothing, and loads only what an earlier page has begun.
    pub fn new(host: HtmlElement, announcer: Announcer, settings: Settings, strings: Strings) -> Self {
        let line_url = settings.line_url();
        let live = Live(StoredValue::new_local(Rc::new(Page {
            conversation: RefCell::new(Conversation::new(Rc::new(strings), line_url.is_some())),
            changed: ArcTrigger::new(),
            settings,
            host,
            announcer,
            line: RefCell::new(None),
            tabs: RefCell::new(None),
            has_loaded: Cell::new(false),
            remembered: Cell::new(None),
            answering: RefCell::new(None),
            fading: RefCell::new(None),
        })));
        if let Some(url) = line_url {
            let page = live.page();
            page.line.replace(Some(Driver::new(VisitorLine::of(page.settings.identity.clone()), url, move |notice| {
                live.told(notice)
            })));
            page.tabs.replace(Some(Rc::new(Tabs::attach(&page.settings, move |word| live.hear(word)))));
            live.go_on();
        }
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

    /// Takes part in the conversation that this or another page has begun, if one has.
    fn go_on(self) {
        let page = self.page();
        if storage::has_begun(&page.settings.storage_key) {
            page.with_tabs(Tabs::join);
        }
    }

    /// Word from the line.
    fn told(self, notice: Notice) {
        let Some(page) = self.0.try_get_value() else { return };
        match notice {
            Notice::Store(changes, cid) => page.with_tabs(|tabs| {
                // The visitor rang: from here on there is something to share.
                tabs.join();
                tabs.put(changes, cid);
            }),
            Notice::Tell(word) => page.with_tabs(|tabs| tabs.tell(&word)),
            notice => self.emit(Event::Line(notice)),
        }
    }

    /// Word from the browser.
    fn hear(self, word: Word) {
        let Some(page) = self.0.try_get_value() else { return };
        match word {
            Word::Line(command) => {
                let is_loading = matches!(command, Command::Loaded(_));
                page.conversation.borrow_mut().is_history = is_loading && !page.has_loaded.get();
                page.line(command);
                page.conversation.borrow_mut().is_history = false;
                page.has_loaded.set(is_loading || page.has_loaded.get());
                page.remember();
                if self.glance(|conversation| conversation.floor().is_with_people()) {
                    page.line(Command::Follow);
                }
            }
            Word::Online => {
                self.emit(Event::Offline(false));
                page.with_driver(Driver::retry_now);
            }
            Word::Seen => page.with_driver(Driver::retry_now),
            Word::Offline => {
                self.emit(Event::Offline(true));
                page.with_driver(Driver::lost);
            }
            // A page that is kept as it is must hold nothing open.
            Word::Left => {
                page.line(Command::HangUp);
                page.with_tabs(Tabs::leave);
            }
            Word::Back => {
                self.go_on();
                page.with_driver(Driver::retry_now);
            }
        }
    }

    /// Ends the line.
    pub fn hang_up(self) {
        let page = self.page();
        page.line(Command::HangUp);
        page.tabs.replace(None);
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
        page.remember();
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

    fn page(self) -> Rc<Page> {
        self.0.get_value()
    }
}

impl Page {
    /// Does something with the line's driver. A clone, and nothing borrowed: what it tells comes back in here.
    fn with_driver(&self, act: impl FnOnce(&Driver<VisitorLine, Connection>)) {
        let driver = self.line.borrow().clone();
        if let Some(driver) = driver {
            act(&driver);
        }
    }

    fn with_tabs(&self, act: impl FnOnce(&Tabs)) {
        let tabs = self.tabs.borrow().clone();
        if let Some(tabs) = tabs {
            act(&tabs);
        }
    }

    fn line(&self, command: Command) {
        self.with_driver(|driver| driver.command(command));
    }

    /// Tells the loader of later pages how things stand, once people have been rung for.
    fn remember(&self) {
        let conversation = self.conversation.borrow();
        let now = (conversation.floor().is_with_people(), conversation.open);
        if conversation.has_rung() && !conversation.is_history && self.remembered.replace(Some(now)) != Some(now) {
            storage::remember(&self.settings.storage_key, now.0, now.1);
        }
    }
}
