//! What may happen next in a conversation. Pure: facts and a wish in, events or a refusal out.

#[cfg(test)]
mod tests;

use protocol::{Author, ErrorCode, EventBody, Floor, Message, WireError, limits, masking};

/// Characters in the id of an FAQ entry.
const ENTRY_CHARS: usize = 100;

/// Why nothing can be done in a conversation.
pub(crate) const NO_CONVERSATION: &str = "There is no such conversation.";
/// Why a conversation could not be given to somebody.
const NO_AGENT: &str = "There is no such agent; give it to one who is there.";
/// Why somebody who was removed takes nothing any more.
const REMOVED: &str = "This agent has been removed; nothing can be claimed under that name.";

/// Who asks. Client-made ids are told apart by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The visitor.
    Visitor,
    /// The agent's name.
    Agent(String),
}

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The visitor says something, or tells what the bot had answered.
    Tell {
        /// The visitor or the bot.
        author: Author,
        /// What.
        text: String,
        /// The FAQ entry that the bot quoted.
        entry: Option<String>,
    },
    /// The visitor asks for a person.
    Ring,
    /// The agent takes the conversation, from another one if they may.
    Claim {
        /// Who.
        agent: String,
        /// A lead may take what another agent holds.
        takes_over: bool,
    },
    /// The agent says something.
    Reply {
        /// Who.
        agent: String,
        /// What.
        text: String,
    },
    /// The agent changes what they said earlier, or takes it back with an empty text.
    Edit {
        /// Who.
        agent: String,
        /// The event with the message.
        seq: u64,
        /// What it should say.
        text: String,
    },
    /// The agent gives the conversation to another one, or to the queue.
    Transfer {
        /// Who.
        agent: String,
        /// To whom.
        to: Option<String>,
    },
    /// The agent gives the floor back to the bot.
    HandBack {
        /// Who.
        agent: String,
    },
    /// The agent ends the conversation.
    Close {
        /// Who.
        agent: String,
    },
}

impl Wish {
    /// The same wish with card and account numbers in people's words masked: they must never be stored. What the bot quotes is
    /// the shop's own.
    pub(crate) fn masked(mut self) -> Wish {
        match &mut self {
            Wish::Tell { author: Author::Bot, .. } => {}
            Wish::Tell { text, .. } | Wish::Reply { text, .. } | Wish::Edit { text, .. } => {
                if let Some(masked) = masking::masked(text) {
                    *text = masked;
                }
            }
            _ => {}
        }
        self
    }

    /// The agent who would hold the conversation, and must exist.
    pub(crate) fn receiver(&self) -> Option<&str> {
        match self {
            Wish::Claim { agent, .. } | Wish::Transfer { to: Some(agent), .. } => Some(agent),
            _ => None,
        }
    }

    /// What the audit log says of it; `None` for what the conversation's own log tells well enough.
    pub(crate) fn audited(&self) -> Option<&'static str> {
        match self {
            Wish::Claim { .. } => Some("claimed"),
            Wish::Transfer { .. } => Some("transferred"),
            Wish::HandBack { .. } => Some("handed back"),
            Wish::Close { .. } => Some("closed"),
            Wish::Edit { text, .. } if text.is_empty() => Some("took back a message"),
            Wish::Edit { .. } => Some("changed a message"),
            Wish::Tell { .. } | Wish::Ring | Wish::Reply { .. } => None,
        }
    }
}

/// What a decision depends on, read in the transaction that stores what comes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Who has the floor.
    pub floor: Floor,
    /// For [`Wish::Edit`]: what the event says now.
    pub edited: Option<EventBody>,
    /// For [`Wish::Claim`] and [`Wish::Transfer`]: whether there is an agent of the name that would then hold it.
    pub receiver_exists: bool,
}

/// What comes of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// These are added to the log, the first under the wish's own id.
    Add(Vec<EventBody>),
    /// It is so already: the latest ring stands.
    RingStands,
    /// It is so already: the latest claim or transfer stands.
    ClaimStands,
}

/// Why a wish was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The wish's own words are not allowed.
    #[error("{0}")]
    Invalid(&'static str),
    /// Another agent was faster.
    #[error("{agent} has already claimed this conversation.")]
    AlreadyClaimed {
        /// Who.
        agent: String,
    },
    /// It is not theirs, or nobody waits.
    #[error("{0}")]
    NotClaimed(&'static str),
    /// No such conversation, message or agent.
    #[error("{0}")]
    NotFound(&'static str),
    /// Too often; milliseconds until it may be tried again. Never said of a ring.
    #[error("Too many messages; send this one again later.")]
    RateLimited(u64),
    /// Something inside failed; its cause is in the log.
    #[error("Not possible at this moment; try again.")]
    Unavailable,
}

impl Refusal {
    /// As it goes over the wire, naming the frame it answers.
    pub fn for_cid(&self, cid: String) -> WireError {
        let code = match self {
            Refusal::Invalid(_) => ErrorCode::Invalid,
            Refusal::AlreadyClaimed { .. } => ErrorCode::AlreadyClaimed,
            Refusal::NotClaimed(_) => ErrorCode::NotClaimed,
            Refusal::NotFound(_) => ErrorCode::NotFound,
            Refusal::RateLimited(_) => ErrorCode::RateLimited,
            Refusal::Unavailable => ErrorCode::Unavailable,
        };
        let mut error = WireError::new(code, self.to_string()).for_cid(cid);
        if let Refusal::RateLimited(after_ms) = self {
            error.retry_after_ms = Some(*after_ms);
        }
        error
    }
}

/// What comes of `wish`, given the facts.
///
/// # Errors
/// When it may not happen.
pub fn decide(facts: &Facts, wish: &Wish) -> Result<Decision, Refusal> {
    let add = |body| Ok(Decision::Add(vec![body]));
    let holds = |agent: &str| matches!(&facts.floor, Floor::Human { agent: holder } if holder == agent);
    match (wish, &facts.floor) {
        (Wish::Tell { author, text, entry }, floor) => {
            let message = Message { author: *author, text: text.clone(), name: None, entry: entry.clone() };
            let message = EventBody::Message(message);
            // What is said into a closed conversation opens it again: somebody must read it.
            let reopens = *floor == Floor::Closed && *author == Author::Visitor;
            Ok(Decision::Add(if reopens { vec![message, EventBody::Rang] } else { vec![message] }))
        }
        (Wish::Ring, Floor::Ringing | Floor::Human { .. }) => Ok(Decision::RingStands),
        (Wish::Ring, Floor::Bot | Floor::Closed) => add(EventBody::Rang),
        // Their line may still be open for some seconds.
        (Wish::Claim { .. }, _) if !facts.receiver_exists => Err(Refusal::NotFound(REMOVED)),
        (Wish::Claim { agent, .. }, Floor::Ringing) => add(EventBody::Claimed { agent: agent.clone() }),
        (Wish::Claim { agent, .. }, Floor::Human { .. }) if holds(agent) => Ok(Decision::ClaimStands),
        (Wish::Claim { agent, takes_over: true }, Floor::Human { .. }) => {
            add(EventBody::Claimed { agent: agent.clone() })
        }
        (Wish::Claim { .. }, Floor::Human { agent }) => Err(Refusal::AlreadyClaimed { agent: agent.clone() }),
        (Wish::Claim { .. }, Floor::Bot | Floor::Closed) => {
            Err(Refusal::NotClaimed("Nobody is waiting in this conversation."))
        }
        (Wish::Reply { agent, text }, _) if holds(agent) => {
            let message = Message { author: Author::Human, text: text.clone(), name: Some(agent.clone()), entry: None };
            add(EventBody::Message(message))
        }
        (Wish::Transfer { agent, to: Some(to) }, _) if holds(agent) && agent == to => Ok(Decision::ClaimStands),
        (Wish::Transfer { agent, to: Some(_) }, _) if holds(agent) && !facts.receiver_exists => {
            Err(Refusal::NotFound(NO_AGENT))
        }
        (Wish::Transfer { agent, to }, _) if holds(agent) => {
            add(EventBody::Transferred { agent: agent.clone(), to: to.clone() })
        }
        (Wish::HandBack { agent }, _) if holds(agent) => add(EventBody::HandedBack { agent: agent.clone() }),
        (Wish::Close { agent }, _) if holds(agent) => add(EventBody::Closed { agent: agent.clone() }),
        (Wish::Reply { .. } | Wish::Transfer { .. } | Wish::HandBack { .. } | Wish::Close { .. }, _) => {
            Err(Refusal::NotClaimed("Claim this conversation first; it is not yours."))
        }
        (Wish::Edit { agent, seq, text }, _) => match &facts.edited {
            Some(EventBody::Message(Message { author: Author::Human, name: Some(name), .. })) if name == agent => {
                add(EventBody::Edited { agent: agent.clone(), seq: *seq, text: text.clone() })
            }
            _ => Err(Refusal::NotFound("There is no such message by this agent.")),
        },
    }
}

/// Whether the wish's own words are allowed, whatever the facts.
///
/// # Errors
/// When they are not.
pub fn check(cid: &str, wish: &Wish) -> Result<(), Refusal> {
    check_cid(cid)?;
    match wish {
        Wish::Tell { author: Author::Human | Author::System, .. } => {
            Err(Refusal::Invalid("`author` must be \"visitor\" or \"bot\"."))
        }
        Wish::Tell { entry: Some(entry), .. } if entry.is_empty() || entry.chars().count() > ENTRY_CHARS => {
            Err(Refusal::Invalid("`entry` must have 1 to 100 characters."))
        }
        Wish::Tell { author: Author::Visitor, entry: Some(_), .. } => {
            Err(Refusal::Invalid("`entry` belongs to answers by the bot only."))
        }
        Wish::Tell { text, .. } | Wish::Reply { text, .. } => check_text(text),
        Wish::Edit { text, .. } if !text.is_empty() => check_text(text),
        // Postgres fails at a zero byte, and no agent's name has one.
        Wish::Transfer { to: Some(to), .. } if to.contains('\0') => Err(Refusal::NotFound(NO_AGENT)),
        Wish::Ring
        | Wish::Edit { .. }
        | Wish::Claim { .. }
        | Wish::Transfer { .. }
        | Wish::HandBack { .. }
        | Wish::Close { .. } => Ok(()),
    }
}

/// Whether this may be a frame's id. Exactly the hyphenated form: another spelling of the same id would count as another.
pub(crate) fn check_cid(cid: &str) -> Result<(), Refusal> {
    if cid.len() == 36 && uuid::Uuid::try_parse(cid).is_ok() {
        return Ok(());
    }
    Err(Refusal::Invalid("`cid` must be a UUID, such as crypto.randomUUID() makes."))
}

/// Whether this may be said.
pub(crate) fn check_text(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Invalid("`text` is empty; write something."));
    }
    if text.chars().count() > limits::TEXT_CHARS as usize {
        return Err(Refusal::Invalid("`text` has more than 4,000 characters; send it in parts."));
    }
    Ok(())
}
