//! Drives a line in the browser: opens its connections, runs its timers, hands its notices to the page.

use crate::{
    Input, Line, Output, Timer,
    socket::Socket,
    wire::{Signal, Wire},
};
use gloo_timers::callback::Timeout;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A line with a connection and a clock. Clones share the same line; dropping the last one hangs up.
pub struct Driver<L: Line, W: Wire = Socket>(Rc<Inner<L, W>>);

struct Inner<L: Line, W: Wire> {
    line: RefCell<L>,
    url: String,
    /// Told every notice, in order, while nothing here is borrowed.
    notify: Box<dyn Fn(L::Notice)>,
    wire: RefCell<Option<W>>,
    /// Counts connections, so that a late word from a replaced one is not taken for the present one's.
    generation: Cell<u32>,
    timers: RefCell<Vec<(Timer, Timeout)>>,
}

impl<L: Line, W: Wire> Clone for Driver<L, W> {
    fn clone(&self) -> Self {
        Driver(Rc::clone(&self.0))
    }
}

impl<L: Line + 'static, W: Wire + 'static> Driver<L, W> {
    /// A driver for `line`, whose connections go to `url`. Connects when the line asks for it.
    pub fn new(line: L, url: String, notify: impl Fn(L::Notice) + 'static) -> Self {
        Driver(Rc::new(Inner {
            line: RefCell::new(line),
            url,
            notify: Box::new(notify),
            wire: RefCell::new(None),
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

    /// The network is gone, whatever the connection says.
    pub fn lost(&self) {
        self.act(Output::Close);
        self.on(Input::Closed);
    }

    fn on(&self, input: Input<L::Command>) {
        let outputs = self.0.line.borrow_mut().on(input, js_sys::Math::random());
        for output in outputs {
            self.act(output);
        }
    }

    fn act(&self, output: Output<L::Notice>) {
        match output {
            Output::Open(transport) => {
                let generation = self.next_generation();
                let inner = Rc::downgrade(&self.0);
                let wire = W::open(&self.0.url, transport, move |signal| {
                    let Some(inner) = inner.upgrade() else { return };
                    if inner.generation.get() == generation {
                        Driver(inner).on(match signal {
                            Signal::Opened => Input::Opened,
                            Signal::Text(text) => Input::Text(text),
                            Signal::Closed => Input::Closed,
                            Signal::Posted => Input::Posted,
                        });
                    }
                });
                self.0.wire.replace(Some(wire));
            }
            Output::Close => {
                self.next_generation();
                self.0.wire.replace(None);
            }
            Output::Transmit(text) => {
                if let Some(wire) = self.0.wire.borrow().as_ref() {
                    wire.send(text);
                }
            }
            Output::Post { token, body } => {
                if let Some(wire) = self.0.wire.borrow().as_ref() {
                    wire.post(&token, body);
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

    fn next_generation(&self) -> u32 {
        let next = self.0.generation.get().wrapping_add(1);
        self.0.generation.set(next);
        next
    }
}
