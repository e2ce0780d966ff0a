//! Every type on the wire ("shopbell/1"), for widget, inbox and backend alike.
//!
//! One conversation is one log of [`Event`]s. The backend gives each a gap-free `seq` in the transaction that stores it;
//! clients resume from the last `seq` they hold. What is not an event (typing, queue position) is never stored or replayed.
//!
//! Reading order: [`event`] (the log), [`floor`] (who is answering, derived from the log), [`visitor`] and [`agent`] (the
//! frames of each kind of client), [`error`] and [`limits`]; by itself, [`masking`] (what is not to be stored).
//!
//! A frame is a JSON object of one key, its name: `{"human":{"cid":"…"}}`; one that says nothing more is its name alone:
//! `"beat"`. A name inside, such as `"type":"human"`, would make readers hold a frame back until they have found it, and cost
//! the widget 60 kB of code before compression.
//!
//! Unknown fields are refused in what clients send and passed over in what the backend sends: a page can hold a widget that
//! is older than its backend.
//!
//! Only boundary types live here; they know nothing of sockets, clocks or storage.

pub mod agent;
pub mod error;
pub mod event;
pub mod floor;
pub mod limits;
pub mod masking;
pub mod visitor;

pub use agent::{AgentFrame, AgentProfile, ConversationSummary, Identity, Presence, Role, ServerToAgent};
pub use error::{ErrorCode, WireError};
pub use event::{Author, Event, EventBody, Message};
pub use floor::Floor;
pub use limits::Limits;
pub use visitor::{PostedFrames, Resume, ServerToVisitor, VisitorFrame};

/// The name and version of the line, sent in `hello` and `welcome`.
pub const PROTOCOL: &str = "shopbell/1";

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Serialize, de::DeserializeOwned};
    use std::fmt::Debug;

    fn is_written<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T, json: &str) {
        assert_eq!(serde_json::to_string(&value).expect("frames serialise"), json);
        assert_eq!(serde_json::from_str::<T>(json).expect("frames parse"), value);
    }

    /// These lines are the wire: changing one breaks widgets that are already pasted on pages.
    #[test]
    fn frames_keep_their_json() {
        is_written(
            VisitorFrame::Hello {
                protocol: PROTOCOL.into(),
                token: None,
                conversation: Some("c1".into()),
                resume: Some(Resume { epoch: "e1".into(), seq: 3 }),
                identity: None,
            },
            r#"{"hello":{"protocol":"shopbell/1","conversation":"c1","resume":{"epoch":"e1","seq":3}}}"#,
        );
        is_written(VisitorFrame::Beat, r#""beat""#);
        is_written(VisitorFrame::Human { cid: "x".into() }, r#"{"human":{"cid":"x"}}"#);
        is_written(
            ServerToVisitor::Event(Event {
                seq: 1,
                cid: "x".into(),
                at: 5,
                body: EventBody::Message(Message {
                    author: Author::Human,
                    text: "hi".into(),
                    name: Some("Ada".into()),
                    entry: None,
                }),
            }),
            r#"{"event":{"seq":1,"cid":"x","at":5,"body":{"message":{"author":"human","text":"hi","name":"Ada"}}}}"#,
        );
        is_written(
            ServerToVisitor::Error(WireError::new(ErrorCode::BadFrame, "why").for_cid("x")),
            r#"{"error":{"code":"bad_frame","message":"why","cid":"x"}}"#,
        );
        is_written(
            AgentFrame::Claim { conversation: "c1".into(), cid: "x".into() },
            r#"{"claim":{"conversation":"c1","cid":"x"}}"#,
        );
    }

    #[test]
    fn clients_must_keep_to_the_fields_and_the_backend_may_add_some() {
        for json in [
            r#"{"beat":{}}"#,
            r#"{"human":{"cid":"x","reason":"none of your business"}}"#,
            r#"{"hello":{"protocol":"shopbell/1","resume":{"epoch":"e","seq":1,"since":2}}}"#,
            r#"{"typing":{"active":true},"human":{"cid":"x"}}"#,
        ] {
            assert!(serde_json::from_str::<VisitorFrame>(json).is_err(), "{json}");
        }
        let event =
            r#"{"seq":1,"cid":"x","at":5,"body":{"message":{"author":"bot","text":"hi","mood":"good"}},"new":1}"#;
        assert!(serde_json::from_str::<Event>(event).is_ok());
    }
}
