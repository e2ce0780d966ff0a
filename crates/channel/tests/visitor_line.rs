//! A visitor's line, alone and in tabs, against a faithful little backend and an unfaithful network: nothing lost, nothing
//! doubled.

mod backend;

use backend::{World, say};
use channel::{
    Input, Line, Output, Status, Timer, Transport, VisitorLine,
    visitor_line::{Command, Notice},
};
use proptest::prelude::*;
use protocol::{Author, ErrorCode, Event, EventBody, Message, ServerToVisitor, VisitorFrame, WireError};

#[derive(Clone, Debug)]
enum Step {
    Say(usize),
    Ring(usize),
    AgentSays,
    /// A frame, or a request, reaches the backend.
    Up(usize),
    /// A frame reaches the tab.
    Down(usize),
    /// The connection breaks.
    Cut(usize),
    /// The tab's timer runs out.
    Wait(usize),
    /// The tab's oldest write is done, and the others are woken.
    Stored(usize),
    /// The tab takes in the store.
    Woken(usize),
    /// The tab's page is loaded anew; another tab talks meanwhile, if there is one.
    Reload(usize),
    /// The network lets WebSockets through, or does not.
    WebSockets(bool),
}

impl Step {
    fn on(&self, world: &mut World, number: usize) {
        match *self {
            Step::Say(tab) => world.command(tab, say(number)),
            Step::Ring(tab) => world.command(tab, Command::Ring { cid: format!("ring-{number:03}") }),
            Step::AgentSays => world.agent_says(number),
            Step::Up(tab) => world.up(tab),
            Step::Down(tab) => world.down(tab),
            Step::Cut(tab) => world.cut(tab),
            Step::Wait(tab) => world.input(tab, Input::TimedOut(Timer::Connection)),
            Step::Stored(tab) => world.stored(tab),
            Step::Woken(tab) => world.woken(tab),
            Step::Reload(tab) => world.reload(tab),
            Step::WebSockets(pass) => world.websockets_pass = pass,
        }
    }
}

fn steps(tabs: usize) -> impl Strategy<Value = Vec<Step>> {
    let tab = 0..tabs;
    let step = prop_oneof![
        3 => tab.clone().prop_map(Step::Say),
        1 => tab.clone().prop_map(Step::Ring),
        2 => Just(Step::AgentSays),
        6 => tab.clone().prop_map(Step::Up),
        6 => tab.clone().prop_map(Step::Down),
        2 => tab.clone().prop_map(Step::Cut),
        2 => tab.clone().prop_map(Step::Wait),
        6 => tab.clone().prop_map(Step::Stored),
        3 => tab.clone().prop_map(Step::Woken),
        1 => tab.prop_map(Step::Reload),
        1 => any::<bool>().prop_map(Step::WebSockets),
    ];
    prop::collection::vec(step, 1..100)
}

/// What was said in a tab and shown there as kept: that may not be lost. By tab, in order.
fn kept(world: &World, tab: usize) -> Vec<String> {
    world.promised.iter().filter(|(by, _)| *by == tab).map(|(_, cid)| cid.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn everything_kept_is_stored_once_in_order_and_everything_stored_is_shown_once_in_order(
        tabs in 1usize..4, steps in (1usize..4).prop_flat_map(steps)
    ) {
        let mut world = World::new(tabs);
        for (number, step) in steps.iter().enumerate() {
            step.on(&mut world, number);
        }
        world.settle();

        let stored: Vec<String> = world.backend.log.iter().map(|event| event.cid.clone()).collect();
        let mut once = stored.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), stored.len(), "stored twice: {:?}", stored);
        for tab in 0..tabs {
            let kept = kept(&world, tab);
            let arrived: Vec<String> = stored.iter().filter(|cid| kept.contains(cid)).cloned().collect();
            prop_assert_eq!(&kept, &arrived, "tab {}", tab);
            prop_assert_eq!(&world.tabs[tab].shown, &world.backend.log, "tab {}", tab);
        }
        prop_assert!(world.store.keys().all(|key| !key.starts_with('o')), "the outbox is empty: {:?}", world.store);
    }

    #[test]
    fn one_tab_alone_holds_a_connection(steps in steps(3)) {
        let mut world = World::new(3);
        for (number, step) in steps.iter().enumerate() {
            step.on(&mut world, number);
            let connected = world.tabs.iter().filter(|tab| tab.connected.is_some()).count();
            prop_assert!(connected <= 1, "{} connections after {:?}", connected, step);
        }
    }
}

/// One tab that has been welcomed.
fn welcomed() -> World {
    let mut world = World::new(1);
    world.command(0, Command::Follow);
    world.settle();
    world
}

fn from_backend(world: &mut World, frame: &ServerToVisitor) -> Vec<Output<Notice>> {
    world.tabs[0].line.on(Input::Text(serde_json::to_string(frame).expect("frames serialise")), 0.5)
}

fn human_says(seq: u64, text: &str) -> Event {
    let message = Message { author: Author::Human, text: text.into(), name: None, entry: None };
    Event { seq, cid: format!("agent-{seq}"), at: 0, body: EventBody::Message(message) }
}

fn notices(outputs: &[Output<Notice>]) -> Vec<&Notice> {
    let notices = outputs.iter().filter_map(|output| match output {
        Output::Notice(notice) => Some(notice),
        _ => None,
    });
    notices.collect()
}

#[test]
fn a_hole_in_the_log_makes_the_line_reconnect_and_resume() {
    let mut world = welcomed();
    let outputs = from_backend(&mut world, &ServerToVisitor::Event(human_says(5, "late")));
    assert!(outputs.contains(&Output::Close), "{outputs:?}");
    assert!(!outputs.iter().any(|output| matches!(output, Output::Notice(Notice::Happened(_)))), "{outputs:?}");
}

#[test]
fn what_an_agent_said_while_the_line_was_down_is_caught_up_by_its_number_whatever_the_clock_says() {
    let mut world = welcomed();
    world.cut(0);
    world.agent_says(1);
    world.backend.log[0].at = 0;
    world.agent_says(2);
    world.settle();
    assert_eq!(world.tabs[0].shown, world.backend.log);
}

#[test]
fn what_is_said_between_welcome_and_replay_is_shown_once_and_in_order() {
    let mut world = welcomed();
    world.cut(0);
    world.agent_says(1);
    world.input(0, Input::TimedOut(Timer::Connection));
    world.up(0);
    // The backend listens before it reads: this comes live and is in the replay, too.
    let both = ServerToVisitor::Event(world.backend.log[0].clone());
    world.tabs[0].down.push(both);
    world.settle();
    assert_eq!(world.tabs[0].shown, world.backend.log);
}

#[test]
fn nothing_is_sent_before_the_welcome() {
    let mut world = World::new(1);
    world.command(0, Command::Talk);
    world.command(0, say(1));
    world.stored(0);
    assert!(world.tabs[0].connected.is_some());
    assert!(matches!(&world.tabs[0].up[..], [VisitorFrame::Hello { .. }]), "{:?}", world.tabs[0].up);
    world.command(0, Command::Typing(true));
    assert_eq!(world.tabs[0].up.len(), 1);
}

#[test]
fn nothing_is_shown_or_sent_before_it_is_stored_or_known_not_to_be_storable() {
    for stored in [true, false] {
        let mut world = welcomed();
        world.command(0, say(1));
        assert!(world.tabs[0].up.is_empty() && world.promised.is_empty());
        let outputs = world.tabs[0].line.on(Input::Command(Command::Stored("say-001".into(), stored)), 0.5);
        assert!(matches!(notices(&outputs)[..], [Notice::Kept(_, _, true)]), "{outputs:?}");
        assert!(outputs.iter().any(|output| matches!(output, Output::Transmit(_))), "{outputs:?}");
    }
}

#[test]
fn what_could_not_be_stored_is_sent_all_the_same_though_the_store_does_not_know_it() {
    let mut world = welcomed();
    world.cut(0);
    world.command(0, say(1));
    world.tabs[0].writes.clear();
    world.command(0, Command::Stored("say-001".into(), false));
    world.command(0, Command::Loaded(Vec::new()));
    world.input(0, Input::TimedOut(Timer::Connection));
    world.settle();
    assert_eq!(world.backend.log.len(), 1);
}

#[test]
fn an_edit_made_while_the_line_was_down_comes_with_the_catch_up() {
    let mut world = welcomed();
    world.agent_says(1);
    world.settle();
    world.cut(0);
    let edit = EventBody::Edited { agent: "Ada".into(), seq: 1, text: "better".into() };
    world.backend.store("edit", edit.clone());
    world.settle();
    assert_eq!(world.tabs[0].shown.last().map(|event| &event.body), Some(&edit));
    world.reload(0);
    world.settle();
    assert_eq!(world.tabs[0].shown.last().map(|event| &event.body), Some(&edit), "and is kept over a reload");
}

#[test]
fn after_ten_reconnects_an_event_is_told_once() {
    let mut world = welcomed();
    for _ in 0..10 {
        world.cut(0);
        world.input(0, Input::TimedOut(Timer::Connection));
        world.settle();
    }
    let outputs = from_backend(&mut world, &ServerToVisitor::Event(human_says(1, "hello")));
    let happened = notices(&outputs).into_iter().filter(|notice| matches!(notice, Notice::Happened(_))).count();
    assert_eq!(happened, 1, "{outputs:?}");
}

#[test]
fn the_status_is_told_when_it_changes_to_this_tab_and_the_others_and_is_live_again_after_a_reconnect() {
    let mut world = World::new(2);
    world.command(0, Command::Follow);
    world.settle();
    world.command(1, Command::Follow);
    world.settle();
    assert_eq!([0, 1].map(|tab| world.tabs[tab].status), [Status::Live; 2]);
    world.cut(0);
    assert_eq!([0, 1].map(|tab| world.tabs[tab].status), [Status::Reconnecting; 2]);
    world.input(0, Input::TimedOut(Timer::Connection));
    world.settle();
    assert_eq!([0, 1].map(|tab| world.tabs[tab].status), [Status::Live; 2]);
}

#[test]
fn a_tab_that_follows_shows_who_writes_and_tells_that_the_visitor_does() {
    let mut world = World::new(2);
    world.command(0, Command::Follow);
    world.settle();
    let writes = ServerToVisitor::Typing { author: Author::Human, active: true };
    let outputs = from_backend(&mut world, &writes);
    let told = outputs.iter().find_map(|output| match output {
        Output::Notice(Notice::Tell(word)) => Some(word.clone()),
        _ => None,
    });
    let outputs = world.tabs[1].line.on(Input::Command(Command::Told(told.expect("told"))), 0.5);
    assert_eq!(outputs, [Output::Notice(Notice::Typing(Author::Human, true))]);
    world.command(1, Command::Typing(true));
    assert_eq!(world.tabs[0].up, [VisitorFrame::Typing { active: true }]);
}

#[test]
fn a_message_that_came_too_fast_is_sent_again_later() {
    let mut world = welcomed();
    world.command(0, say(1));
    world.stored(0);
    let too_fast = WireError { retry_after_ms: Some(700), ..WireError::new(ErrorCode::RateLimited, "") };
    let outputs = from_backend(&mut world, &ServerToVisitor::Error(too_fast.for_cid("say-001")));
    assert_eq!(outputs.last(), Some(&Output::Timer(Timer::Resend, 700)));
    world.command(0, say(2));
    world.stored(0);
    assert_eq!(world.tabs[0].up.len(), 1, "what is said meanwhile must not overtake");
    assert_eq!(world.tabs[0].line.on(Input::TimedOut(Timer::Resend), 0.5).len(), 2);
}

#[test]
fn a_ring_goes_out_at_once_though_a_message_that_came_too_fast_still_waits() {
    let mut world = welcomed();
    world.command(0, say(1));
    world.stored(0);
    let too_fast = WireError { retry_after_ms: Some(60_000), ..WireError::new(ErrorCode::RateLimited, "") };
    from_backend(&mut world, &ServerToVisitor::Error(too_fast.for_cid("say-001")));
    world.command(0, say(2));
    world.stored(0);
    world.command(0, Command::Ring { cid: "ring".into() });
    world.stored(0);
    let sent = &world.tabs[0].up;
    assert!(matches!(sent[..], [VisitorFrame::Send { .. }, VisitorFrame::Human { .. }]), "{sent:?}");
}

#[test]
fn what_the_shop_says_of_its_visitor_is_told_at_every_hello_even_after_all_else_is_forgotten() {
    let mut line = VisitorLine::of(Some("a signed token".into()));
    line.on(Input::Command(Command::Talk), 0.5);
    line.on(Input::Command(Command::Follow), 0.5);
    for _ in 0..2 {
        let outputs = line.on(Input::Opened, 0.5);
        assert!(matches!(&outputs[..], [Output::Transmit(hello)] if hello.contains("a signed token")), "{outputs:?}");
        let refused = ServerToVisitor::Error(WireError::new(ErrorCode::Unauthorized, ""));
        line.on(Input::Text(serde_json::to_string(&refused).expect("JSON")), 0.5);
    }
}

#[test]
fn an_event_of_a_later_version_leaves_no_hole() {
    let mut world = welcomed();
    let later = r#"{"event":{"seq":1,"cid":"c","at":0,"body":{"rated":{"stars":5}}}}"#;
    let outputs = world.tabs[0].line.on(Input::Text(later.to_owned()), 0.5);
    assert!(!outputs.contains(&Output::Close), "{outputs:?}");
    let outputs = from_backend(&mut world, &ServerToVisitor::Event(human_says(2, "still here")));
    assert!(notices(&outputs).iter().any(|notice| matches!(notice, Notice::Happened(event) if event.seq == 2)));
}

#[test]
fn a_refused_message_is_not_sent_again_but_kept_until_the_visitor_tries_again() {
    let mut world = welcomed();
    world.command(0, say(1));
    world.stored(0);
    world.tabs[0].up.clear();
    world.refuse(0, "say-001");
    world.settle();
    assert!(world.backend.log.is_empty());
    world.reload(0);
    assert!(world.tabs[0].refused.contains(&"say-001".to_owned()), "it is still there after a reload");
    world.settle();
    assert!(world.backend.log.is_empty());
    world.command(0, say(1));
    world.settle();
    assert_eq!(world.backend.log.len(), 1);
    assert!(world.store.keys().all(|key| !key.starts_with(['o', 'x'])), "{:?}", world.store);
}

#[test]
fn a_forgotten_visitor_starts_anew_without_the_old_token() {
    let mut world = welcomed();
    world.input(0, Input::Text(r#"{"error":{"code":"unauthorized","message":""}}"#.into()));
    world.input(0, Input::TimedOut(Timer::Connection));
    let hello = world.tabs[0].up.last().expect("a new connection says hello");
    assert!(matches!(hello, VisitorFrame::Hello { token: None, conversation: None, resume: None, .. }), "{hello:?}");
    world.stored(0);
    assert!(world.store.is_empty(), "{:?}", world.store);
}

#[test]
fn frames_from_a_later_version_are_passed_over() {
    let mut world = welcomed();
    let outputs = world.tabs[0].line.on(Input::Text(r#"{"fanfare":{"volume":11}}"#.into()), 0.5);
    assert!(outputs.iter().all(|output| matches!(output, Output::Timer(..))), "{outputs:?}");
}

#[test]
fn without_websockets_one_request_at_a_time_carries_what_was_said_and_the_secret() {
    let mut world = World::new(1);
    world.websockets_pass = false;
    world.command(0, Command::Follow);
    world.settle();
    assert_eq!(world.tabs[0].connected, Some(Transport::Stream));
    for number in 1..4 {
        world.command(0, say(number));
        world.stored(0);
    }
    let [(token, body)] = &world.tabs[0].posts[..] else { panic!("one request: {:?}", world.tabs[0].posts) };
    assert_eq!(token, "secret");
    let posted: protocol::PostedFrames = serde_json::from_str(body).expect("what the backend reads");
    assert_eq!((posted.conversation.as_str(), posted.frames.len()), ("c1", 1));
    world.settle();
    assert_eq!(world.backend.log.len(), 3);
}

#[test]
fn a_request_carries_no_more_frames_than_the_backend_takes() {
    let mut world = World::new(1);
    world.websockets_pass = false;
    for number in 1..=250 {
        world.command(0, say(number));
        world.stored(0);
    }
    world.settle();
    assert_eq!(world.backend.log.len(), 250);
}
