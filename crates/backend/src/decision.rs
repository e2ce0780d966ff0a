//! What may happen next in a conversation. Pure: facts and a wish in, events or a refusal out.

use protocol::{Author, ErrorCode, EventBody, Floor, Message, WireError, limits, masking};

/// Characters in the id of an FAQ entry.
const ENTRY_CHARS: usize = 100;

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
    /// The same wish with card and account numbers masked, when people's words hold any: they must never be stored. What the
    /// bot quotes is the shop's own.
    pub(crate) fn masked(&self) -> Option<Wish> {
        let mut wish = self.clone();
        match &mut wish {
            Wish::Tell { author: Author::Bot, .. } => None,
            Wish::Tell { text, .. } | Wish::Reply { text, .. } | Wish::Edit { text, .. } => {
                *text = masking::masked(text)?;
                Some(wish)
            }
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
    /// For [`Wish::Transfer`]: whether there is an agent of that name.
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
            Err(Refusal::NotFound("There is no such agent; give it to one who is there."))
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

#[cfg(test)]
mod tests {
    use super::*;

    const CID: &str = "0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f00";

    fn with(agent: &str) -> Floor {
        Floor::Human { agent: agent.into() }
    }

    fn at(floor: &Floor) -> Facts {
        Facts { floor: floor.clone(), ..Facts::default() }
    }

    fn added(body: EventBody) -> Result<Decision, Refusal> {
        Ok(Decision::Add(vec![body]))
    }

    fn tell(author: Author, text: &str, entry: Option<&str>) -> Wish {
        Wish::Tell { author, text: text.into(), entry: entry.map(Into::into) }
    }

    #[test]
    fn a_ring_is_heard_once_until_it_is_answered_and_closed() {
        assert_eq!(decide(&at(&Floor::Bot), &Wish::Ring), added(EventBody::Rang));
        assert_eq!(decide(&at(&Floor::Ringing), &Wish::Ring), Ok(Decision::RingStands));
        assert_eq!(decide(&at(&with("Ada")), &Wish::Ring), Ok(Decision::RingStands));
        assert_eq!(decide(&at(&Floor::Closed), &Wish::Ring), added(EventBody::Rang));
    }

    #[test]
    fn the_first_to_claim_has_it_and_the_second_is_told_who() {
        let claim = Wish::Claim { agent: "Ada".into(), takes_over: false };
        assert_eq!(decide(&at(&Floor::Ringing), &claim), added(EventBody::Claimed { agent: "Ada".into() }));
        assert_eq!(decide(&at(&with("Ada")), &claim), Ok(Decision::ClaimStands));
        let refused = decide(&at(&with("Grace")), &claim).expect_err("Grace has it").for_cid(CID.into());
        assert_eq!(refused.code, ErrorCode::AlreadyClaimed);
        assert!(refused.message.contains("Grace"), "{}", refused.message);
        for floor in [Floor::Bot, Floor::Closed] {
            assert!(matches!(decide(&at(&floor), &claim), Err(Refusal::NotClaimed(_))), "{floor:?}");
        }
    }

    #[test]
    fn a_lead_may_take_what_another_agent_holds() {
        let claim = Wish::Claim { agent: "Ada".into(), takes_over: true };
        assert_eq!(decide(&at(&with("Grace")), &claim), added(EventBody::Claimed { agent: "Ada".into() }));
        assert!(matches!(decide(&at(&Floor::Bot), &claim), Err(Refusal::NotClaimed(_))));
    }

    #[test]
    fn only_the_claimer_replies_gives_away_and_closes() {
        let agent = || "Ada".to_owned();
        for wish in [
            Wish::Reply { agent: agent(), text: "hi".into() },
            Wish::Close { agent: agent() },
            Wish::HandBack { agent: agent() },
            Wish::Transfer { agent: agent(), to: None },
        ] {
            assert!(decide(&at(&with("Ada")), &wish).is_ok());
            for floor in [with("Grace"), Floor::Ringing, Floor::Bot, Floor::Closed] {
                assert!(matches!(decide(&at(&floor), &wish), Err(Refusal::NotClaimed(_))), "{wish:?} at {floor:?}");
            }
        }
    }

    #[test]
    fn a_conversation_is_given_only_to_an_agent_whom_there_is() {
        let give = Wish::Transfer { agent: "Ada".into(), to: Some("Grace".into()) };
        let facts = |receiver_exists| Facts { floor: with("Ada"), receiver_exists, edited: None };
        let given = EventBody::Transferred { agent: "Ada".into(), to: Some("Grace".into()) };
        assert_eq!(decide(&facts(true), &give), added(given));
        assert!(matches!(decide(&facts(false), &give), Err(Refusal::NotFound(_))));
        let to_herself = Wish::Transfer { agent: "Ada".into(), to: Some("Ada".into()) };
        assert_eq!(decide(&facts(true), &to_herself), Ok(Decision::ClaimStands));
    }

    #[test]
    fn what_is_said_into_a_closed_conversation_opens_it_again() {
        for (floor, author, events) in [
            (Floor::Closed, Author::Visitor, 2),
            (Floor::Closed, Author::Bot, 1),
            (Floor::Bot, Author::Visitor, 1),
            (Floor::Ringing, Author::Visitor, 1),
        ] {
            let Ok(Decision::Add(added)) = decide(&at(&floor), &tell(author, "hello?", None)) else {
                panic!("refused")
            };
            assert_eq!(added.len(), events, "{author:?} at {floor:?}");
            assert!(events == 1 || added[1] == EventBody::Rang);
        }
    }

    #[test]
    fn an_agent_changes_their_own_words_and_nobody_elses() {
        let edit = Wish::Edit { agent: "Ada".into(), seq: 3, text: "sorry, 45 days".into() };
        let said = |author, name: Option<&str>| {
            let message = Message { author, text: "40 days".into(), name: name.map(Into::into), entry: None };
            Facts { floor: Floor::Closed, edited: Some(EventBody::Message(message)), receiver_exists: false }
        };
        assert!(decide(&said(Author::Human, Some("Ada")), &edit).is_ok());
        for facts in [
            said(Author::Human, Some("Grace")),
            said(Author::Visitor, None),
            said(Author::Bot, Some("Ada")),
            Facts { edited: Some(EventBody::Rang), ..Facts::default() },
            Facts::default(),
        ] {
            assert!(matches!(decide(&facts, &edit), Err(Refusal::NotFound(_))), "{facts:?}");
        }
    }

    #[test]
    fn card_and_account_numbers_of_people_are_masked_and_the_shops_own_are_not() {
        let text = "my card is 4242 4242 4242 4242";
        let Some(Wish::Tell { text: masked, .. }) = tell(Author::Visitor, text, None).masked() else { panic!("kept") };
        assert!(masked.ends_with(" 4242") && !masked.contains("4242 4242"), "{masked}");
        assert!(Wish::Reply { agent: "Ada".into(), text: text.into() }.masked().is_some());
        assert_eq!(tell(Author::Bot, text, Some("payment")).masked(), None);
        assert_eq!(tell(Author::Visitor, "order 4242", None).masked(), None);
        assert_eq!(Wish::Ring.masked(), None);
    }

    #[test]
    fn what_a_visitor_tells_has_limits() {
        let long = "ü".repeat(4_000);
        assert_eq!(check(CID, &tell(Author::Visitor, &long, None)), Ok(()));
        assert_eq!(check(CID, &tell(Author::Bot, "45 days", Some("returns"))), Ok(()));
        assert_eq!(check("6fa459ea-ee8a-3ca4-894e-db77e160355e", &Wish::Ring), Ok(()));
        for (cid, wish) in [
            (CID, tell(Author::Visitor, "", None)),
            (CID, tell(Author::Visitor, " \n\t", None)),
            (CID, tell(Author::Visitor, &format!("{long}ü"), None)),
            (CID, tell(Author::Human, "I am Ada", None)),
            (CID, tell(Author::System, "all is well", None)),
            (CID, tell(Author::Visitor, "hi", Some("returns"))),
            (CID, tell(Author::Bot, "hi", Some(&"e".repeat(101)))),
            ("", Wish::Ring),
            ("not-a-uuid", Wish::Ring),
            ("{0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f00}", Wish::Ring),
            ("0197a2c47d5e7c3a9f102b6c8d4e1f00", Wish::Ring),
        ] {
            assert!(matches!(check(cid, &wish), Err(Refusal::Invalid(_))), "{cid} {wish:?}");
        }
    }
}
