//! The inbox: what it is, what can happen to it, and what is to be done then.
//!
//! Pure: no DOM, clock or network, and it cannot fail. Views show an [`Inbox`] and emit [`Event`]s; `effects` carries out
//! the [`Effect`]s. What the line tells is taken in by [`crate::heard`], what concerns the log-in by [`crate::access`], what the
//! agent does with a conversation by [`crate::actions`], [`crate::parting`] and [`crate::editing`].

use crate::{
    access::{self, Access, LogInProblem},
    actions::Writing,
    dialogue::Dialogue,
    heard,
    parting::Next,
    problem::{self, Problem},
    strings::{ENGLISH, fill},
};
use channel::{
    Status,
    agent_line::{Command, Notice},
};
use protocol::{ConversationSummary, Floor, Presence, Role};
use std::collections::BTreeMap;

/// How many announcements the live region keeps: enough for a slow reader, few enough to stay small.
const ANNOUNCEMENTS: usize = 4;

/// Everything the page shows.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// Whether somebody is logged in.
    pub access: Access,
    /// Who is, or was last: what is half done is theirs.
    pub agent: Option<String>,
    /// What they may do, once the line was welcomed.
    pub role: Option<Role>,
    /// They take no conversations now.
    pub is_away: bool,
    /// How the line stands.
    pub status: Status,
    /// The queue as last told, oldest ring first; nothing before it was told.
    pub queue: Option<Vec<ConversationSummary>>,
    /// How many more conversations there are than the queue tells.
    pub more: u32,
    /// Every agent who has the inbox open, by name.
    pub agents: Vec<Presence>,
    /// When the queue was told.
    pub queue_told_at: u64,
    /// What is held of conversations, by id.
    pub dialogues: BTreeMap<String, Dialogue>,
    /// The conversation on the screen.
    pub open: Option<String>,
    /// What went wrong and the agent should know.
    pub problem: Option<Problem>,
    /// What the live region holds, each with a number of its own.
    pub announcements: Vec<(u64, String)>,
    /// Milliseconds of a clock that never goes back.
    pub now: u64,
    /// Whether the page is before the agent's eyes.
    pub shown: bool,
    /// The conversation the backend believes the agent is writing in.
    pub(crate) writing: Option<Writing>,
    told_title: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The page was loaded.
    Started,
    /// The answer to [`Effect::AskWhoIAm`]: nobody, or the agent of this name.
    Recognised(Option<String>),
    /// [`Effect::AskWhoIAm`] got no answer.
    NotRecognised,
    /// The agent wants to log in.
    LogInPressed {
        /// Their name.
        name: String,
        /// Their password.
        password: String,
    },
    /// The backend let them in.
    LoggedIn,
    /// It did not.
    LogInRefused(LogInProblem),
    /// The agent wants to log out.
    LogOutPressed,
    /// The answer to [`Effect::LogOut`]: whether it came about.
    LoggedOut(bool),
    /// The line tells something.
    Line(Notice),
    /// The agent chose a conversation.
    Opened(String),
    /// The agent went back to the queue.
    Left,
    /// The agent takes conversations from now on, or does not any more.
    AvailablePressed,
    /// The agent wants to answer the open conversation, which waits.
    ClaimPressed,
    /// The agent wants the open conversation, which another agent has.
    TakeOverPressed,
    /// The composer's text changed.
    Drafted(String),
    /// The composer's text is to be sent, or to stand where the message stood that is being changed.
    Submitted,
    /// The refused message or change with this id is to be sent again.
    RetryPressed(String),
    /// The agent wants to change their message at this `seq`.
    ChangePressed(u64),
    /// They do not, after all.
    ChangeLeft,
    /// The agent wants to take back their message at this `seq`.
    TakeBackPressed(u64),
    /// They do not, after all.
    TakeBackLeft,
    /// They do.
    TakeBackConfirmed,
    /// The agent wants to give the open conversation away.
    GivePressed,
    /// To this agent, or to the queue or the bot, which needs no choosing.
    Given(Next),
    /// The agent wants to close the open conversation.
    ClosePressed,
    /// They do.
    CloseConfirmed,
    /// The agent keeps the open conversation, after all.
    Kept,
    /// The agent does not want to wait for the next attempt to connect.
    ReconnectPressed,
    /// The agent has read the problem.
    ProblemDismissed,
    /// The page is now before the agent's eyes, or hidden.
    Shown(bool),
    /// The agent or the network came back: what waits to be tried again is tried now.
    CameBack,
    /// A second has passed.
    Ticked,
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the backend who is logged in.
    AskWhoIAm,
    /// Log in.
    LogIn {
        /// The agent's name.
        name: String,
        /// Their password.
        password: String,
    },
    /// Log out.
    LogOut,
    /// Ask this of the line.
    Line(Command),
    /// Let the line connect at once.
    RetryNow,
    /// Show this as the page's title.
    Title(String),
    /// Put the keyboard's focus there.
    Focus(Spot),
    /// Put it there if what had it is gone.
    FocusIfLost(Spot),
}

/// Where the keyboard's focus can be put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The log-in's name field.
    Name,
    /// The log-in's password field.
    Password,
    /// The queue's heading.
    Queue,
    /// This conversation's entry in the queue, or the queue's heading.
    QueueItem(String),
    /// Where one goes on in the open conversation: the composer, the claim button, or else its heading.
    Conversation,
    /// The button that gives the open conversation away.
    Give,
    /// Where it is asked to whom. None of the answers, for they come and go.
    Choices,
    /// The button that takes back the message at this `seq`.
    TakeBack(u64),
    /// The button that means it.
    ConfirmTakeBack,
    /// The button that closes the open conversation.
    Close,
    /// The button that means it.
    ConfirmClose,
}

/// Takes in what happened at `now` (milliseconds of a clock that never goes back) and says what is to be done.
///
/// `new_id` makes a new UUIDv7.
pub fn update(inbox: &mut Inbox, event: Event, now: u64, new_id: &mut dyn FnMut() -> String) -> Vec<Effect> {
    inbox.now = now;
    let problem_before = inbox.problem.clone();
    let mut effects = match event {
        Event::Started => vec![Effect::AskWhoIAm],
        Event::Recognised(Some(name)) => access::enter(inbox, name),
        Event::Recognised(None) => access::nobody(inbox),
        Event::NotRecognised => access::unreached(inbox),
        Event::LogInPressed { name, password } => access::log_in(inbox, name, password),
        Event::LoggedIn => vec![Effect::AskWhoIAm],
        Event::LogInRefused(problem) => access::refused(inbox, problem),
        Event::LogOutPressed => access::log_out(inbox),
        Event::LoggedOut(done) => access::logged_out(inbox, done),
        Event::Line(notice) => heard::notice(inbox, notice),
        Event::Opened(conversation) => inbox.open(conversation),
        Event::Left => inbox.leave(),
        Event::AvailablePressed => inbox.switch_available(),
        Event::ClaimPressed => inbox.claim(new_id),
        Event::TakeOverPressed => inbox.take_over(new_id),
        Event::Drafted(text) => inbox.draft(text),
        Event::Submitted => inbox.submit(new_id),
        Event::RetryPressed(cid) => inbox.retry(&cid),
        Event::ChangePressed(seq) => inbox.change(seq),
        Event::ChangeLeft => inbox.leave_unchanged(),
        Event::TakeBackPressed(seq) => inbox.ask_to_take_back(seq),
        Event::TakeBackLeft => inbox.keep_said(),
        Event::TakeBackConfirmed => inbox.take_back(new_id),
        Event::GivePressed => inbox.choose_next(),
        Event::Given(next) => inbox.part(next, new_id),
        Event::ClosePressed => inbox.ask_to_close(),
        Event::CloseConfirmed => inbox.part(Next::Nobody, new_id),
        Event::Kept => inbox.keep(),
        Event::ReconnectPressed => vec![Effect::RetryNow],
        Event::ProblemDismissed => problem::dismiss(inbox),
        Event::Shown(shown) => {
            inbox.shown = shown;
            Vec::new()
        }
        Event::CameBack => access::came_back(inbox),
        Event::Ticked => inbox.tick(),
    };
    if let Some(problem) = inbox.problem.as_ref().filter(|problem| Some(*problem) != problem_before.as_ref()) {
        inbox.announce(problem.words(inbox));
    }
    inbox.see();
    let title = inbox.title();
    if title != inbox.told_title {
        inbox.told_title.clone_from(&title);
        effects.push(Effect::Title(title));
    }
    effects
}

impl Inbox {
    /// What the queue says of this conversation.
    pub fn summary(&self, conversation: &str) -> Option<&ConversationSummary> {
        self.queue.iter().flatten().find(|summary| summary.conversation == conversation)
    }

    /// That there are more conversations than the queue tells, when there are.
    pub fn words_on_more(&self) -> Option<String> {
        (self.more > 0).then(|| fill(ENGLISH.queue_more, "{count}", &self.more.to_string()))
    }

    /// Who has the floor in this conversation: by its log when that is told to the end, else by the queue.
    pub fn floor(&self, conversation: &str) -> Floor {
        let dialogue = self.dialogues.get(conversation);
        match (self.summary(conversation), dialogue) {
            (Some(summary), Some(dialogue)) if dialogue.head() >= summary.head => dialogue.floor(),
            (Some(summary), _) => summary.floor.clone(),
            (None, Some(dialogue)) => dialogue.floor(),
            (None, None) => Floor::default(),
        }
    }

    /// Whether this agent has the floor in this conversation.
    pub fn is_mine(&self, conversation: &str) -> bool {
        matches!(self.floor(conversation), Floor::Human { agent } if Some(&agent) == self.agent.as_ref())
    }

    /// The open conversation's id and what is held of it.
    pub fn opened(&self) -> Option<(&str, &Dialogue)> {
        let conversation = self.open.as_deref()?;
        Some((conversation, self.dialogues.get(conversation)?))
    }

    /// How long this visitor has waited by now, in milliseconds.
    pub fn waited_ms(&self, summary: &ConversationSummary) -> u64 {
        summary.waiting_ms + self.now.saturating_sub(self.queue_told_at)
    }

    /// How many of the visitor's messages in a conversation of this agent they have not seen.
    pub fn unseen(&self, summary: &ConversationSummary) -> u64 {
        if !self.is_mine(&summary.conversation) {
            return 0;
        }
        let seen = self.dialogues.get(&summary.conversation).map_or(0, |dialogue| dialogue.seen);
        summary.head.saturating_sub(seen).min(summary.unanswered.into())
    }

    /// Whether this conversation came to the agent without their doing and unseen so far.
    pub fn is_given(&self, conversation: &str) -> bool {
        self.dialogues.get(conversation).is_some_and(|dialogue| dialogue.given)
    }

    /// Whether something said here may not have reached the backend.
    pub fn has_unsent(&self) -> bool {
        self.dialogues.values().any(Dialogue::has_unsent)
    }

    /// Whether the visitor of this conversation is writing.
    pub fn visitor_writes(&self, conversation: &str) -> bool {
        let until = self.dialogues.get(conversation).and_then(|dialogue| dialogue.visitor_writes_until);
        until.is_some_and(|until| self.now < until)
    }

    /// Adds to what the live region says.
    pub(crate) fn announce(&mut self, text: String) {
        let number = self.announcements.last().map_or(0, |(number, _)| number + 1);
        self.announcements.push((number, text));
        let surplus = self.announcements.len().saturating_sub(ANNOUNCEMENTS);
        self.announcements.drain(..surplus);
    }

    /// What is held of this conversation, to be changed.
    pub(crate) fn dialogue(&mut self, conversation: &str) -> &mut Dialogue {
        self.dialogues.entry(conversation.to_owned()).or_default()
    }

    /// The number in the title: who waits, and what waits unseen.
    fn title(&self) -> String {
        let Access::In(_) = self.access else { return ENGLISH.title.to_owned() };
        let count = |summary: &ConversationSummary| match self.floor(&summary.conversation) {
            Floor::Ringing => 1,
            _ => self.unseen(summary).max(self.is_given(&summary.conversation).into()),
        };
        match self.queue.iter().flatten().map(count).sum::<u64>() {
            0 => ENGLISH.title.to_owned(),
            count => fill(ENGLISH.title_with_count, "{count}", &count.to_string()),
        }
    }

    /// What is open and before the agent's eyes is seen.
    fn see(&mut self) {
        if let (true, Some(conversation)) = (self.shown, self.open.clone()) {
            let head = self.summary(&conversation).map_or(0, |summary| summary.head);
            let dialogue = self.dialogue(&conversation);
            dialogue.seen = dialogue.head().max(head);
            dialogue.given = false;
        }
    }

    /// Conversations that are neither waiting nor on the screen need not be held.
    pub(crate) fn forget_what_is_over(&mut self) {
        let Inbox { queue, dialogues, open, .. } = self;
        dialogues.retain(|conversation, dialogue| {
            let waits = queue.iter().flatten().any(|summary| summary.conversation == *conversation);
            waits || open.as_ref() == Some(conversation) || !dialogue.may_go()
        });
    }
}
