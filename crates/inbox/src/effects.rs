//! The live inbox: holds the state, takes in events, and is the only place that carries out effects.

use crate::{
    focus,
    session::{self, Answer},
    state::{self, Effect, Event, Inbox},
};
use channel::{AgentLine, agent_line::Command, driver::Driver};
use gloo_timers::callback::Interval;
use leptos::{ev, prelude::*};
use wasm_bindgen_futures::spawn_local;
use web_sys::VisibilityState;

/// Milliseconds between two ticks.
const TICK_MS: u32 = 1_000;

/// A handle on the live inbox; copies share it.
#[derive(Clone, Copy)]
pub struct Live {
    inbox: RwSignal<Inbox, LocalStorage>,
    /// The line to the backend. Empty only while this is made.
    line: StoredValue<Option<Driver<AgentLine>>, LocalStorage>,
    /// Counts what was asked about the log-in, so that a late answer is not taken for the present one's.
    asked: StoredValue<u32, LocalStorage>,
}

impl Live {
    /// The inbox of this page. Asks who is logged in and goes on from there.
    pub fn start() -> Self {
        let inbox = RwSignal::new_local(Inbox::default());
        let live = Live { inbox, line: StoredValue::new_local(None), asked: StoredValue::new_local(0) };
        let driver = Driver::new(AgentLine::default(), line_url(), move |notice| live.emit(Event::Line(notice)));
        live.line.set_value(Some(driver));
        live.listen();
        live.emit(Event::Shown(is_visible()));
        live.emit(Event::Started);
        live
    }

    /// The inbox, for views.
    pub fn inbox(self) -> RwSignal<Inbox, LocalStorage> {
        self.inbox
    }

    /// Takes in an event and carries out what follows from it.
    pub fn emit(self, event: Event) {
        // `None` when the page was taken down meanwhile.
        let effects = self.inbox.try_update(|inbox| state::update(inbox, event, now(), &mut new_id));
        for effect in effects.into_iter().flatten() {
            self.act(effect);
        }
    }

    fn act(self, effect: Effect) {
        match effect {
            Effect::AskWhoIAm => self.ask(session::who_am_i()),
            Effect::LogIn { name, password } => self.ask(session::log_in(name, password)),
            Effect::LogOut => self.ask(session::log_out()),
            Effect::Line(command) => self.line(command),
            Effect::RetryNow => {
                if let Some(driver) = self.driver() {
                    driver.retry_now();
                }
            }
            Effect::Title(title) => document().set_title(&title),
            Effect::Focus(spot) => focus::put(spot),
            Effect::FocusIfLost(spot) => focus::put_if_lost(spot),
        }
    }

    /// Asks the backend about the log-in; only the answer to the latest question counts.
    fn ask(self, question: impl Future<Output = Answer> + 'static) {
        let number = self.asked.with_value(|asked| asked.wrapping_add(1));
        self.asked.set_value(number);
        spawn_local(async move {
            let answer = question.await;
            if self.asked.try_get_value() == Some(number) {
                self.emit(match answer {
                    Answer::Is(name) => Event::Recognised(name),
                    Answer::Unknown => Event::NotRecognised,
                    Answer::LoggedIn => Event::LoggedIn,
                    Answer::Refused(problem) => Event::LogInRefused(problem),
                    Answer::LoggedOut(done) => Event::LoggedOut(done),
                });
            }
        });
    }

    fn line(self, command: Command) {
        if let Some(driver) = self.driver() {
            driver.command(command);
        }
    }

    /// A clone, so that nothing is borrowed while the line tells its notices.
    fn driver(self) -> Option<Driver<AgentLine>> {
        self.line.try_with_value(Clone::clone).flatten()
    }

    /// Hears the clock and the window for as long as the page is there.
    fn listen(self) {
        Interval::new(TICK_MS, move || self.emit(Event::Ticked)).forget();
        let looked = move || {
            self.emit(Event::Shown(is_visible()));
            if is_visible() {
                self.emit(Event::CameBack);
            }
        };
        // Fired at the document, from where it rises to the window.
        window_event_listener_untyped("visibilitychange", move |_| looked());
        window_event_listener(ev::focus, move |_| looked());
        window_event_listener(ev::online, move |_| self.emit(Event::CameBack));
        window_event_listener(ev::beforeunload, move |event| {
            if self.inbox.with_untracked(Inbox::has_unsent) {
                event.prevent_default();
                // Older browsers ask only when there is a text, though none shows it.
                event.set_return_value("unsent");
            }
        });
    }
}

/// Where the line goes: to this host, `ws:` for `http:`, `wss:` for `https:`. The browser adds the cookie by itself.
fn line_url() -> String {
    // Only pages without an origin have none, and those have no backend either.
    let origin = window().location().origin().unwrap_or_default();
    format!("{}/v1/agent/line", origin.replacen("http", "ws", 1))
}

/// Milliseconds since the page was loaded: never goes back.
fn now() -> u64 {
    window().performance().map_or(0, |performance| performance.now().round() as u64)
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}

/// A UUIDv7 (RFC 9562): the page's clock and 74 random bits.
fn new_id() -> String {
    let mut random = [0; 10];
    // Without a source of randomness ids of one millisecond would collide; browsers have had one since 2011.
    getrandom::fill(&mut random).expect("browsers give random bytes");
    uuid::Builder::from_unix_timestamp_millis(js_sys::Date::now() as u64, &random).into_uuid().to_string()
}
