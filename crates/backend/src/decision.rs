//! What may happen next in a conversation. Pure: a floor and a wish in, an event or a refusal out.

use protocol::{Author, ErrorCode, EventBody, Floor, Message, WireError, limits};

/// Characters in the id of an FAQ entry.
const ENTRY_CHARS: usize = 100;

/// Who asks. Client-made ids are told apart by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Visitor,
    /// The agent's name.
    Agent(String),
}

/// What somebody wants to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The visitor says something, or tells what the bot had answered.
    Tell { author: Author, text: String, entry: Option<String> },
    /// The visitor asks for a person.
    Ring,
    /// The agent takes the conversation.
    Claim { agent: String },
    /// The agent says something.
    Reply { agent: String, text: String },
    /// The agent ends the conversation.
    Close { agent: String },
}

/// What comes of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// This is added to the log.
    Add(EventBody),
    /// It is so already: the latest ring stands.
    RingStands,
    /// It is so already: the latest claim stands.
    ClaimStands,
}

/// Why a wish was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Invalid(&'static str),
    #[error("{agent} has already claimed this conversation.")]
    AlreadyClaimed { agent: String },
    #[error("{0}")]
    NotClaimed(&'static str),
    #[error("There is no such conversation.")]
    NotFound,
    #[error("Not possible at this moment; try again.")]
    Unavailable,
}

impl Refusal {
    /// As it goes over the wire, naming the frame it answers.
    pub(crate) fn for_cid(&self, cid: String) -> WireError {
        let code = match self {
            Refusal::Invalid(_) => ErrorCode::Invalid,
            Refusal::AlreadyClaimed { .. } => ErrorCode::AlreadyClaimed,
            Refusal::NotClaimed(_) => ErrorCode::NotClaimed,
            Refusal::NotFound => ErrorCode::NotFound,
            Refusal::Unavailable => ErrorCode::Unavailable,
        };
        WireError::new(code, self.to_string()).for_cid(cid)
    }
}

/// What comes of `wish` while `floor` holds.
pub(crate) fn decide(floor: &Floor, wish: &Wish) -> Result<Decision, Refusal> {
    match (wish, floor) {
        (Wish::Tell { author, text, entry }, _) => {
            let message = Message { author: *author, text: text.clone(), name: None, entry: entry.clone() };
            Ok(Decision::Add(EventBody::Message(message)))
        }
        (Wish::Ring, Floor::Ringing | Floor::Human { .. }) => Ok(Decision::RingStands),
        (Wish::Ring, Floor::Bot | Floor::Closed) => Ok(Decision::Add(EventBody::Rang)),
        (Wish::Claim { agent }, Floor::Ringing) => Ok(Decision::Add(EventBody::Claimed { agent: agent.clone() })),
        (Wish::Claim { agent }, Floor::Human { agent: holder }) if agent == holder => Ok(Decision::ClaimStands),
        (Wish::Claim { .. }, Floor::Human { agent }) => Err(Refusal::AlreadyClaimed { agent: agent.clone() }),
        (Wish::Claim { .. }, Floor::Bot | Floor::Closed) => {
            Err(Refusal::NotClaimed("Nobody is waiting in this conversation."))
        }
        (Wish::Reply { agent, text }, Floor::Human { agent: holder }) if agent == holder => {
            let message = Message { author: Author::Human, text: text.clone(), name: Some(agent.clone()), entry: None };
            Ok(Decision::Add(EventBody::Message(message)))
        }
        (Wish::Close { agent }, Floor::Human { agent: holder }) if agent == holder => {
            Ok(Decision::Add(EventBody::Closed { agent: agent.clone() }))
        }
        (Wish::Reply { .. } | Wish::Close { .. }, _) => {
            Err(Refusal::NotClaimed("Claim this conversation first; it is not yours."))
        }
    }
}

/// Whether the wish's own words are allowed, whatever the floor.
pub(crate) fn check(cid: &str, wish: &Wish) -> Result<(), Refusal> {
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
        Wish::Ring | Wish::Claim { .. } | Wish::Close { .. } => Ok(()),
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

    fn tell(author: Author, text: &str, entry: Option<&str>) -> Wish {
        Wish::Tell { author, text: text.into(), entry: entry.map(Into::into) }
    }

    #[test]
    fn a_ring_is_heard_once_until_it_is_answered_and_closed() {
        assert_eq!(decide(&Floor::Bot, &Wish::Ring), Ok(Decision::Add(EventBody::Rang)));
        assert_eq!(decide(&Floor::Ringing, &Wish::Ring), Ok(Decision::RingStands));
        assert_eq!(decide(&with("Ada"), &Wish::Ring), Ok(Decision::RingStands));
        assert_eq!(decide(&Floor::Closed, &Wish::Ring), Ok(Decision::Add(EventBody::Rang)));
    }

    #[test]
    fn the_first_to_claim_has_it_and_the_second_is_told_who() {
        let claim = Wish::Claim { agent: "Ada".into() };
        assert_eq!(decide(&Floor::Ringing, &claim), Ok(Decision::Add(EventBody::Claimed { agent: "Ada".into() })));
        assert_eq!(decide(&with("Ada"), &claim), Ok(Decision::ClaimStands));
        let refused = decide(&with("Grace"), &claim).expect_err("Grace has it").for_cid(CID.into());
        assert_eq!(refused.code, ErrorCode::AlreadyClaimed);
        assert!(refused.message.contains("Grace"), "{}", refused.message);
        for floor in [Floor::Bot, Floor::Closed] {
            assert!(matches!(decide(&floor, &claim), Err(Refusal::NotClaimed(_))), "{floor:?}");
        }
    }

    #[test]
    fn only_the_claimer_replies_and_closes() {
        for wish in [Wish::Reply { agent: "Ada".into(), text: "hi".into() }, Wish::Close { agent: "Ada".into() }] {
            assert!(decide(&with("Ada"), &wish).is_ok());
            for floor in [with("Grace"), Floor::Ringing, Floor::Bot, Floor::Closed] {
                assert!(matches!(decide(&floor, &wish), Err(Refusal::NotClaimed(_))), "{wish:?} at {floor:?}");
            }
        }
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
