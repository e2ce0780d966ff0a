//! Drives a line in the browser: opens its sockets, runs its timers, hands its notices to the page.

use crate::{
    Input, Line, Output, Timer,
    socket::{Signal, Socket},
};
use gloo_timers::callback::Timeout;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A line with a socket and a clock. Clones share the same line; dropping the last one hangs up.
pub struct Driver<L: Line>(Rc<Inner<L>>);

struct Inner<L: Line> {
    line: RefCell<L>,
    url: String,
    /// Told every notice, in order, while nothing here is borrowed.
    notify: Box<dyn Fn(L::Notice)>,
    socket: RefCell<Option<Socket>>,
    /// Counts sockets, so that a late word from a replaced one is not taken for the present one's.
    generation: Cell<u32>,
    timers: RefCell<Vec<(Timer, Timeout)>>,
}

impl<L: Line> Clone for Driver<L> {
    fn clone(&self) -> Self {
        Driver(Rc::clone(&self.0))
    }
}

impl<L: Line + 'static> Driver<L> {
    /// A driver for `line`, whose sockets go to `url`. Connects when the line asks for it.
    pub fn new(line: L, url: String, notify: impl Fn(L::Notice) + 'static) -> Self {
        Driver(Rc::new(Inner {
            line: RefCell::new(line),
            url,
            notify: Box::new(notify),
            socket: RefCell::new(None),
            generation: Cell::new(0),
            timers: RefCell::new(Vec::new()),
        }))
    }

    /// The page wants something of the line.
    pub fn command(&self, command: L::Command) {
        self.on(Input::Command(command));
    }

    /// Tries to connect at once, if the line was waiting to.
    pub fn retry_now(&self) {
        self.on(Input::RetryNow);
    }

    /// Looks at the line's state.
    pub fn with<T>(&self, look: impl FnOnce(&L) -> T) -> T {
        look(&self.0.line.borrow())
    }

    fn on(&self, input: Input<L::Command>) {
        let outputs = self.0.line.borrow_mut().on(input, js_sys::Math::random());
        for output in outputs {
            self.act(output);
        }
    }

    fn act(&self, output: Output<L::Notice>) {
        match output {
            Output::Open => {
                let generation = self.0.generation.get().wrapping_add(1);
                self.0.generation.set(generation);
                let inner = Rc::downgrade(&self.0);
                let socket = Socket::open(&self.0.url, move |signal| {
                    let Some(inner) = inner.upgrade() else { return };
                    if inner.generation.get() == generation {
                        Driver(inner).on(match signal {
                            Signal::Opened => Input::Opened,
                            Signal::Text(text) => Input::Text(text),
                            Signal::Closed => Input::Closed,
                        });
                    }
                });
                self.0.socket.replace(Some(socket));
            }
            Output::Close => {
                self.0.generation.set(self.0.generation.get().wrapping_add(1));
                self.0.socket.replace(None);
            }
            Output::Transmit(text) => {
                if let Some(socket) = self.0.socket.borrow().as_ref() {
                    socket.send(text);
                }
            }
            Output::Timer(timer, ms) => {
                let inner = Rc::downgrade(&self.0);
                let timeout = Timeout::new(ms, move || {
                    if let Some(inner) = inner.upgrade() {
                        Driver(inner).on(Input::TimedOut(timer));
                    }
                });
                let mut timers = self.0.timers.borrow_mut();
                timers.retain(|(earlier, _)| *earlier != timer);
                timers.push((timer, timeout));
            }
            Output::Notice(notice) => (self.0.notify)(notice),
        }
    }
}
