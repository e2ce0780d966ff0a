//! The pure line on its own: what it must do before anything is known, and in which order.

use super::{Arrival, Ending, VisitorInput, VisitorLine, VisitorOutput};
use crate::decision::Refusal;
use protocol::{Event, EventBody, Floor, PROTOCOL, Resume, ServerToVisitor, VisitorFrame};

fn event(seq: u64) -> Event {
    Event { seq, cid: seq.to_string(), at: 0, body: EventBody::Rang }
}

fn hello() -> VisitorInput {
    let hello = VisitorFrame::Hello {
        protocol: PROTOCOL.into(),
        token: None,
        conversation: Some("c1".into()),
        resume: Some(Resume { epoch: "e1".into(), seq: 1 }),
        identity: None,
    };
    VisitorInput::Frame(Ok(hello))
}

fn known() -> VisitorInput {
    VisitorInput::Arrived(Some(Arrival { visitor: 1, conversation: "c1".into(), token: None }))
}

fn stands(head: u64) -> VisitorInput {
    VisitorInput::Stands { epoch: "e1".into(), head, floor: Floor::Ringing }
}

#[test]
fn a_conversation_is_listened_to_before_it_is_looked_at() {
    let mut line = VisitorLine::default();
    assert!(matches!(line.on(hello())[..], [VisitorOutput::Arrive { .. }]));
    assert_eq!(line.on(known()), [VisitorOutput::Listen("c1".into()), VisitorOutput::Stand("c1".into())]);
}

#[test]
fn nothing_is_done_for_whoever_has_not_said_hello() {
    for frame in [VisitorFrame::Human { cid: "x".into() }, VisitorFrame::Beat, VisitorFrame::Typing { active: true }] {
        let outputs = VisitorLine::default().on(VisitorInput::Frame(Ok(frame)));
        assert!(matches!(outputs[..], [VisitorOutput::End(Ending::Refused(..))]), "{outputs:?}");
    }
}

#[test]
fn what_is_stored_between_the_listening_and_the_look_is_told_once_and_in_order() {
    let mut line = VisitorLine::default();
    line.on(hello());
    line.on(known());
    assert_eq!(line.on(VisitorInput::Grew(Some(event(2)))), []);
    let welcome = line.on(stands(3));
    assert!(matches!(welcome[0], VisitorOutput::Push(ServerToVisitor::Welcome { head: 3, .. })), "{welcome:?}");
    assert_eq!(welcome[1], VisitorOutput::Read(1));
    assert_eq!(line.on(VisitorInput::Grew(Some(event(4)))), []);
    let told = line.on(VisitorInput::Read(vec![event(2), event(3)]));
    assert_eq!(told[0], VisitorOutput::Push(ServerToVisitor::Replay(vec![event(2), event(3)])));
    assert_eq!(told[1], VisitorOutput::Read(3), "event 4 came while 2 and 3 were read");
    assert_eq!(line.on(VisitorInput::Read(vec![event(4)])), [VisitorOutput::Push(ServerToVisitor::Event(event(4)))]);
    assert_eq!(
        line.on(VisitorInput::Grew(Some(event(5)))),
        [VisitorOutput::Push(ServerToVisitor::Event(event(5)))],
        "the very next one needs no reading"
    );
    assert_eq!(line.on(VisitorInput::Grew(Some(event(5)))), []);
    assert_eq!(line.on(VisitorInput::Grew(Some(event(7)))), [VisitorOutput::Read(5)], "6 was not heard of");
}

#[test]
fn nothing_overtakes_a_message_that_was_refused_as_too_early() {
    let mut line = VisitorLine::default();
    line.on(hello());
    line.on(known());
    line.on(stands(1));
    let say = |cid: &str| {
        let (author, text, entry) = (protocol::Author::Visitor, "hi".to_owned(), None);
        VisitorInput::Frame(Ok(VisitorFrame::Send { cid: cid.into(), author, text, entry }))
    };
    let recorded = |outputs: Vec<VisitorOutput>| matches!(outputs[..], [VisitorOutput::Record { .. }]);
    assert!(recorded(line.on(say("first"))));
    line.on(VisitorInput::Recorded("first".into(), Err(Refusal::RateLimited(500))));
    assert!(!recorded(line.on(say("second"))));
    assert!(recorded(line.on(VisitorInput::Frame(Ok(VisitorFrame::Human { cid: "ring".into() })))), "never a ring");
    assert!(recorded(line.on(say("first"))));
    line.on(VisitorInput::Recorded("first".into(), Ok((2, false))));
    assert!(recorded(line.on(say("second"))));
    line.on(VisitorInput::Recorded("second".into(), Err(Refusal::RateLimited(500))));
    line.on(VisitorInput::Recorded("second".into(), Err(Refusal::Invalid("for good"))));
    assert!(recorded(line.on(say("third"))), "what was refused for good holds up nothing");
}

#[test]
fn nothing_is_read_while_there_is_no_room_for_it() {
    let mut line = VisitorLine::default();
    line.on(hello());
    line.on(known());
    line.on(VisitorInput::Room(false));
    assert_eq!(line.on(stands(3)).len(), 1, "the welcome alone");
    assert_eq!(line.on(VisitorInput::Grew(Some(event(4)))), []);
    assert_eq!(line.on(VisitorInput::Room(true)), [VisitorOutput::Read(1)]);
}
