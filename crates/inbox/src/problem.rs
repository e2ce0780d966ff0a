//! What went wrong, and the words for it.

use crate::{
    state::{Effect, Inbox, Spot},
    strings::{ENGLISH, fill},
};
use protocol::{ErrorCode, Floor, WireError, limits};

/// The agent has read it.
pub(crate) fn dismiss(inbox: &mut Inbox) -> Vec<Effect> {
    inbox.problem = None;
    vec![Effect::FocusIfLost(if inbox.open.is_some() { Spot::Conversation } else { Spot::Queue })]
}

/// Something the agent should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Another agent was faster to claim this conversation.
    Taken(String),
    /// What the agent wanted to claim does not wait any more.
    NotWaiting,
    /// The conversation is another agent's, or closed.
    NotYours,
    /// The agent's role does not allow it.
    NotAllowed,
    /// The agent of this name, who should get the conversation, has left.
    AgentLeft(String),
    /// The conversation is not known to the backend.
    Gone,
    /// The message that should be changed is not known to the backend.
    NoMessage,
    /// The message has too many characters.
    TooLong,
    /// Logging out would lose messages.
    Unsent,
    /// Logging out did not come about.
    LogOut,
    /// The backend speaks a later version.
    Outdated,
    /// What the backend says, where we have no words of our own.
    Said(String),
}

impl Problem {
    /// What a refusal means to whoever wanted something of a conversation.
    pub(crate) fn of(error: &WireError) -> Problem {
        match error.code {
            ErrorCode::NotClaimed | ErrorCode::AlreadyClaimed => Problem::NotYours,
            ErrorCode::NotAllowed => Problem::NotAllowed,
            ErrorCode::NotFound => Problem::Gone,
            ErrorCode::UnsupportedProtocol | ErrorCode::BadFrame => Problem::Outdated,
            _ => Problem::Said(error.message.clone()),
        }
    }

    /// The problem in words, by what is known now.
    pub fn words(&self, inbox: &Inbox) -> String {
        let words = match self {
            Problem::Taken(conversation) => match inbox.floor(conversation) {
                Floor::Human { agent } => return fill(ENGLISH.problem_taken, "{name}", &agent),
                _ => ENGLISH.problem_taken_unknown,
            },
            Problem::NotWaiting => ENGLISH.problem_not_waiting,
            Problem::NotYours => ENGLISH.problem_not_yours,
            Problem::NotAllowed => ENGLISH.problem_not_allowed,
            Problem::AgentLeft(name) => return fill(ENGLISH.problem_agent_left, "{name}", name),
            Problem::Gone => ENGLISH.problem_gone,
            Problem::NoMessage => ENGLISH.problem_no_message,
            Problem::TooLong => return fill(ENGLISH.problem_too_long, "{count}", &limits::TEXT_CHARS.to_string()),
            Problem::Unsent => ENGLISH.problem_unsent,
            Problem::LogOut => ENGLISH.problem_log_out,
            Problem::Outdated => ENGLISH.problem_outdated,
            Problem::Said(message) => message,
        };
        words.to_owned()
    }
}
