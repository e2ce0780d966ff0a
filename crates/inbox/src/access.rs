//! Who is logged in: recognising, letting in and out.

use crate::{
    problem::Problem,
    state::{Effect, Inbox, Spot},
    strings::{ENGLISH, fill},
    waiting,
};
use channel::agent_line::Command;

/// Whether somebody is logged in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Not known yet.
    #[default]
    Asking,
    /// Nobody is.
    Out {
        /// Why the form is shown, if not by the agent's own wish.
        problem: Option<LogInProblem>,
        /// A log-in is on its way.
        busy: bool,
    },
    /// The agent of this name is.
    In(String),
}

/// Why somebody is not logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogInProblem {
    /// Name or password is wrong.
    Wrong,
    /// Too many attempts; milliseconds to wait.
    TooMany(u64),
    /// The backend gave no answer, or none that we know.
    NotReached,
    /// The log-in has ended.
    Ended,
    /// The browser keeps no cookie for this page.
    NotKept,
}

impl LogInProblem {
    /// The problem in words.
    pub fn words(self) -> String {
        let words = match self {
            LogInProblem::Wrong => ENGLISH.wrong_log_in,
            LogInProblem::TooMany(ms) => return fill(ENGLISH.too_many_log_ins, "{time}", &waiting::words(ms)),
            LogInProblem::NotReached => ENGLISH.not_reached,
            LogInProblem::Ended => ENGLISH.log_in_ended,
            LogInProblem::NotKept => ENGLISH.log_in_not_kept,
        };
        words.to_owned()
    }
}

/// The backend knows the agent.
pub(crate) fn enter(inbox: &mut Inbox, name: String) -> Vec<Effect> {
    let mut effects = Vec::new();
    if inbox.agent.as_ref().is_some_and(|last| *last != name) {
        // Another agent: what the last one left half done is not theirs to see or to send.
        forget(inbox);
        effects.push(Effect::Line(Command::HangUp));
    }
    let entered = Access::In(name.clone());
    if inbox.access != entered {
        inbox.access = entered;
        // What was said at the log-in is no news here.
        inbox.announcements.clear();
        effects.push(Effect::Focus(if inbox.open.is_some() { Spot::Conversation } else { Spot::Queue }));
    }
    inbox.agent = Some(name);
    effects.push(Effect::Line(Command::Follow));
    effects
}

/// The backend knows nobody.
pub(crate) fn nobody(inbox: &mut Inbox) -> Vec<Effect> {
    match inbox.access {
        Access::Asking => out(inbox, None, Spot::Name),
        // Let in, and not recognised right after.
        Access::Out { busy: true, .. } => out(inbox, Some(LogInProblem::NotKept), Spot::Name),
        Access::Out { .. } => Vec::new(),
        Access::In(_) => ended(inbox),
    }
}

/// Nobody answered who is logged in. A line that is wanted goes on trying by itself.
pub(crate) fn unreached(inbox: &mut Inbox) -> Vec<Effect> {
    match inbox.access {
        // Nobody waits for this answer: the agent is inside, or has the form.
        Access::In(_) | Access::Out { busy: false, .. } => Vec::new(),
        Access::Asking | Access::Out { busy: true, .. } => out(inbox, Some(LogInProblem::NotReached), Spot::Name),
    }
}

/// The log-in has ended without the agent's wish: what is half done is kept for them.
pub(crate) fn ended(inbox: &mut Inbox) -> Vec<Effect> {
    let mut effects = inbox.stop_writing();
    effects.extend(out(inbox, Some(LogInProblem::Ended), Spot::Name));
    effects
}

/// The agent or the network came back. They may have logged in elsewhere, or the backend may be in reach again.
pub(crate) fn came_back(inbox: &Inbox) -> Vec<Effect> {
    match inbox.access {
        Access::Out { busy: false, .. } => vec![Effect::AskWhoIAm],
        Access::Out { busy: true, .. } | Access::Asking => Vec::new(),
        Access::In(_) => vec![Effect::RetryNow],
    }
}

pub(crate) fn log_in(inbox: &mut Inbox, name: String, password: String) -> Vec<Effect> {
    if matches!(inbox.access, Access::Out { busy: true, .. }) {
        return Vec::new();
    }
    let name = name.trim().to_owned();
    if name.is_empty() || password.is_empty() {
        return vec![Effect::Focus(if name.is_empty() { Spot::Name } else { Spot::Password })];
    }
    inbox.access = Access::Out { problem: None, busy: true };
    vec![Effect::LogIn { name, password }]
}

pub(crate) fn refused(inbox: &mut Inbox, problem: LogInProblem) -> Vec<Effect> {
    out(inbox, Some(problem), Spot::Password)
}

pub(crate) fn log_out(inbox: &mut Inbox) -> Vec<Effect> {
    if inbox.has_unsent() && inbox.problem != Some(Problem::Unsent) {
        inbox.problem = Some(Problem::Unsent);
        return Vec::new();
    }
    vec![Effect::LogOut]
}

pub(crate) fn logged_out(inbox: &mut Inbox, done: bool) -> Vec<Effect> {
    if !done {
        inbox.problem = Some(Problem::LogOut);
        return Vec::new();
    }
    forget(inbox);
    let mut effects = vec![Effect::Line(Command::HangUp)];
    effects.extend(out(inbox, None, Spot::Name));
    effects
}

fn out(inbox: &mut Inbox, problem: Option<LogInProblem>, spot: Spot) -> Vec<Effect> {
    inbox.access = Access::Out { problem, busy: false };
    if let Some(problem) = problem {
        inbox.announce(problem.words());
    }
    vec![Effect::Focus(spot)]
}

/// Nothing of an agent stays.
fn forget(inbox: &mut Inbox) {
    inbox.agent = None;
    inbox.role = None;
    inbox.is_away = false;
    inbox.agents.clear();
    inbox.queue = None;
    inbox.more = 0;
    inbox.dialogues.clear();
    inbox.open = None;
    inbox.problem = None;
    inbox.announcements.clear();
    inbox.writing = None;
}
