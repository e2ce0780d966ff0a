//! An agent's line, driven by hand: what is sent again, what is taken in, what is told.

use channel::{
    AgentLine, Input, Line, Output, Status, Timer,
    agent_line::{Command, Notice},
};
use protocol::{AgentFrame, AgentProfile, ErrorCode, Event, EventBody, Limits, PROTOCOL, ServerToAgent, WireError};

type Outputs = Vec<Output<Notice>>;

fn live() -> AgentLine {
    let mut line = AgentLine::default();
    line.on(Input::Command(Command::Follow), 0.5);
    welcome(&mut line);
    line
}

fn welcome(line: &mut AgentLine) -> Vec<AgentFrame> {
    sent(&welcome_in(line, "one"))
}

fn welcome_in(line: &mut AgentLine, epoch: &str) -> Outputs {
    line.on(Input::Opened, 0.5);
    let agent = AgentProfile { name: "Ada".into(), role: protocol::Role::Agent };
    let welcome =
        ServerToAgent::Welcome { protocol: PROTOCOL.into(), agent, epoch: epoch.into(), limits: Limits::agent() };
    hear(line, &welcome)
}

fn hear(line: &mut AgentLine, frame: &ServerToAgent) -> Outputs {
    line.on(Input::Text(serde_json::to_string(frame).expect("frames serialise")), 0.5)
}

fn sent(outputs: &Outputs) -> Vec<AgentFrame> {
    let sent = outputs.iter().filter_map(|output| match output {
        Output::Transmit(text) => Some(serde_json::from_str(text).expect("the line sends frames of the protocol")),
        _ => None,
    });
    sent.collect()
}

fn told(outputs: Outputs) -> Vec<Notice> {
    let told = outputs.into_iter().filter_map(|output| match output {
        Output::Notice(notice) => Some(notice),
        _ => None,
    });
    told.collect()
}

fn ring(seq: u64) -> Event {
    Event { seq, cid: format!("e{seq}"), at: 0, body: EventBody::Rang }
}

fn watch(line: &mut AgentLine, after: u64) -> Outputs {
    line.on(Input::Command(Command::Watch { conversation: "c1".into(), after }), 0.5)
}

fn replay(events: Vec<Event>) -> ServerToAgent {
    ServerToAgent::Replay { conversation: "c1".into(), events }
}

#[test]
fn what_was_not_acknowledged_is_sent_again_after_a_reconnection_and_the_screen_goes_on_where_it_was() {
    let mut line = live();
    watch(&mut line, 0);
    hear(&mut line, &replay(vec![ring(1), ring(2)]));
    for cid in ["x1", "x2"] {
        let say = Command::Say { conversation: "c1".into(), cid: cid.into(), text: "Hello".into() };
        line.on(Input::Command(say), 0.5);
    }
    hear(&mut line, &ServerToAgent::Ack { conversation: "c1".into(), cid: "x1".into(), seq: 3, dup: false });
    line.on(Input::Closed, 0.5);
    line.on(Input::TimedOut(Timer::Connection), 0.5);
    assert_eq!(
        welcome(&mut line),
        [
            AgentFrame::Watch { conversation: "c1".into(), after: 2 },
            AgentFrame::Send { conversation: "c1".into(), cid: "x2".into(), text: "Hello".into() },
        ]
    );
}

#[test]
fn events_come_once_and_in_order_and_a_hole_makes_the_line_come_back() {
    let mut line = live();
    watch(&mut line, 0);
    let replayed = told(hear(&mut line, &replay(vec![ring(1), ring(2)])));
    assert_eq!(replayed, [Notice::Replayed("c1".into(), vec![ring(1), ring(2)])]);
    let event = |seq| ServerToAgent::Event { conversation: "c1".into(), event: ring(seq) };
    assert_eq!(told(hear(&mut line, &event(2))), []);
    assert_eq!(told(hear(&mut line, &event(3))), [Notice::Happened("c1".into(), ring(3))]);
    let other = ServerToAgent::Event { conversation: "c2".into(), event: ring(1) };
    assert_eq!(told(hear(&mut line, &other)), []);
    assert_eq!(told(hear(&mut line, &event(5))), [Notice::Status(Status::Reconnecting)]);
}

#[test]
fn a_store_that_was_replaced_is_read_from_the_beginning() {
    let mut line = live();
    watch(&mut line, 7);
    line.on(Input::Closed, 0.5);
    line.on(Input::TimedOut(Timer::Connection), 0.5);
    let outputs = welcome_in(&mut line, "another");
    assert_eq!(sent(&outputs), [AgentFrame::Watch { conversation: "c1".into(), after: 0 }]);
    assert!(told(outputs).contains(&Notice::Replaced));
}

#[test]
fn what_stands_before_a_hole_in_a_replay_is_told_and_not_asked_for_again() {
    let mut line = live();
    watch(&mut line, 7);
    let outputs = hear(&mut line, &replay(vec![ring(1), ring(2), ring(5)]));
    assert!(outputs.contains(&Output::Close), "{outputs:?}");
    assert_eq!(
        told(outputs),
        [
            Notice::Reset("c1".into()),
            Notice::Replayed("c1".into(), vec![ring(1), ring(2)]),
            Notice::Status(Status::Reconnecting),
        ]
    );
    line.on(Input::TimedOut(Timer::Connection), 0.5);
    assert_eq!(welcome(&mut line), [AgentFrame::Watch { conversation: "c1".into(), after: 2 }]);
}

#[test]
fn a_log_told_from_the_beginning_replaces_the_one_held() {
    let mut line = live();
    watch(&mut line, 7);
    assert_eq!(
        told(hear(&mut line, &replay(vec![ring(1)]))),
        [Notice::Reset("c1".into()), Notice::Replayed("c1".into(), vec![ring(1)])]
    );
}

#[test]
fn the_end_of_the_log_in_ends_the_line_and_the_next_one_sends_what_waited() {
    let mut line = live();
    line.on(Input::Command(Command::Claim { conversation: "c1".into(), cid: "x1".into() }), 0.5);
    let ended = hear(&mut line, &ServerToAgent::Error(WireError::new(ErrorCode::Unauthorized, "Log in.")));
    assert_eq!(told(ended), [Notice::LoggedOut, Notice::Status(Status::Idle)]);
    line.on(Input::Command(Command::Follow), 0.5);
    assert_eq!(welcome(&mut line), [AgentFrame::Claim { conversation: "c1".into(), cid: "x1".into() }]);
    line.on(Input::Command(Command::HangUp), 0.5);
    line.on(Input::Command(Command::Follow), 0.5);
    assert_eq!(welcome(&mut line), []);
}

#[test]
fn a_refusal_is_told_and_not_sent_again_unless_it_is_only_too_early() {
    let mut line = live();
    line.on(Input::Command(Command::Claim { conversation: "c1".into(), cid: "x1".into() }), 0.5);
    let mut early = WireError::new(ErrorCode::RateLimited, "Slowly.").for_cid("x1");
    early.retry_after_ms = Some(700);
    assert_eq!(hear(&mut line, &ServerToAgent::Error(early))[1..], [Output::Timer(Timer::Resend, 700)]);
    assert_eq!(sent(&line.on(Input::TimedOut(Timer::Resend), 0.5)).len(), 1);
    let refusal = WireError::new(ErrorCode::AlreadyClaimed, "Grace has it.").for_cid("x1");
    assert_eq!(told(hear(&mut line, &ServerToAgent::Error(refusal.clone()))), [Notice::Refused(refusal)]);
    assert_eq!(sent(&line.on(Input::TimedOut(Timer::Resend), 0.5)), []);
}

#[test]
fn a_socket_that_never_opened_asks_for_a_look_at_the_log_in() {
    let mut line = AgentLine::default();
    line.on(Input::Command(Command::Follow), 0.5);
    assert!(told(line.on(Input::Closed, 0.5)).contains(&Notice::NotWelcomed));
    assert_eq!(told(live().on(Input::Closed, 0.5)), [Notice::Status(Status::Reconnecting)]);
}

#[test]
fn frames_go_out_one_after_the_other_and_nothing_overtakes_what_was_refused_as_too_early() {
    let mut line = live();
    let say = |line: &mut AgentLine, cid: &str| {
        let say = Command::Say { conversation: "c1".into(), cid: cid.into(), text: cid.into() };
        sent(&line.on(Input::Command(say), 0.5)).len()
    };
    assert_eq!(say(&mut line, "x1"), 1);
    let early = WireError::new(ErrorCode::RateLimited, "Slowly.").for_cid("x1");
    hear(&mut line, &ServerToAgent::Error(early));
    assert_eq!(say(&mut line, "x2"), 0);
    let again = sent(&line.on(Input::TimedOut(Timer::Resend), 0.5));
    assert!(matches!(&again[..], [AgentFrame::Send { cid, .. }] if cid == "x1"), "{again:?}");
    assert_eq!(say(&mut line, "x3"), 0);
    for (stored, next) in [("x1", "x2"), ("x2", "x3")] {
        let ack = ServerToAgent::Ack { conversation: "c1".into(), cid: stored.into(), seq: 1, dup: false };
        let sent = sent(&hear(&mut line, &ack));
        assert!(matches!(&sent[..], [AgentFrame::Send { cid, .. }] if cid == next), "{sent:?}");
    }
}
