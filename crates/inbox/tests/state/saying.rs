//! What the agent writes: how it is sent, refused and tried again, and who hears that somebody is writing.

use super::page::{Page, message, says, typing};
use channel::agent_line::{Command, Notice};
use inbox::{
    dialogue::Delivery,
    state::{Effect, Event},
};
use protocol::{Author, ErrorCode, WireError};

#[test]
fn a_reply_is_on_its_way_then_sent_and_shown_once() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(" On its way! \n");
    let effects = page.does(Event::Submitted);
    let say = Command::Say { conversation: "c1".into(), cid: "id1".into(), text: "On its way!".into() };
    assert_eq!(effects, [Effect::Line(say), typing(false)]);
    assert_eq!(page.inbox.dialogues["c1"].draft, "");
    assert_eq!(page.delivery(), [Delivery::Sending]);
    page.hears(Notice::Acknowledged("id1".into(), 4));
    assert_eq!(page.delivery(), [Delivery::Sent]);
    for _ in 0..2 {
        page.hears(Notice::Happened("c1".into(), message(4, "id1", Author::Human, "On its way!")));
    }
    assert_eq!(page.delivery(), []);
    assert_eq!(page.inbox.dialogues["c1"].log.len(), 4);
}

#[test]
fn a_refused_reply_says_why_and_is_tried_again_under_the_same_id() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes("Hello");
    page.does(Event::Submitted);
    page.hears(Notice::Refused(WireError::new(ErrorCode::NotClaimed, "Claim it first.").for_cid("id1")));
    assert_eq!(page.delivery(), [Delivery::NotSent("This conversation is not yours any more.".into())]);
    let again = Command::Say { conversation: "c1".into(), cid: "id1".into(), text: "Hello".into() };
    assert!(page.does(Event::RetryPressed("id1".into())).contains(&Effect::Line(again)));
    assert_eq!(page.delivery(), [Delivery::Sending]);
}

#[test]
fn nothing_empty_or_too_long_is_sent_and_the_draft_stays() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(" \n ");
    assert_eq!(page.does(Event::Submitted), []);
    page.writes(&"ü".repeat(4_001));
    assert_eq!(page.does(Event::Submitted), []);
    assert!(page.problem().expect("it is told").contains("4000"));
    assert_eq!(page.inbox.dialogues["c1"].draft.chars().count(), 4_001);
}

#[test]
fn writing_is_told_at_most_every_three_seconds_and_its_end_after_five() {
    let mut page = Page::of_ada_with_a_visitor();
    assert_eq!(page.writes("O"), [typing(true)]);
    page.now += 2_000;
    assert_eq!(page.writes("On"), []);
    page.now += 1_500;
    assert_eq!(page.writes("On "), [typing(true)]);
    assert_eq!(page.waits(4_000), []);
    assert_eq!(page.waits(1_000), [typing(false)]);
    assert_eq!(page.waits(9_000), []);
    assert_eq!(page.writes("On i"), [typing(true)]);
    assert_eq!(page.writes(""), [typing(false)]);
}

#[test]
fn the_visitors_writing_shows_until_they_stop_speak_or_ten_seconds_pass() {
    let mut page = Page::of_ada_with_a_visitor();
    let writes = |page: &mut Page, active| page.hears(Notice::Typing("c1".into(), Author::Visitor, active));
    writes(&mut page, true);
    page.waits(9_000);
    assert!(page.inbox.visitor_writes("c1"));
    page.waits(1_000);
    assert!(!page.inbox.visitor_writes("c1"));
    writes(&mut page, true);
    writes(&mut page, false);
    assert!(!page.inbox.visitor_writes("c1"));
    writes(&mut page, true);
    page.hears(Notice::Happened("c1".into(), says(4, "Hello?")));
    assert!(!page.inbox.visitor_writes("c1"));
}

#[test]
fn what_goes_wrong_is_announced_once() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(&"x".repeat(4_001));
    page.does(Event::Submitted);
    page.does(Event::Submitted);
    page.writes("Hello");
    page.does(Event::Submitted);
    page.hears(Notice::Refused(WireError::new(ErrorCode::NotClaimed, "Claim it first.").for_cid("id1")));
    page.hears(Notice::LoggedOut);
    let expected = [
        "The message is too long: at most 4000 characters.",
        "Not sent. This conversation is not yours any more.",
        "Your log-in has ended. Log in again; what was not sent is kept.",
    ];
    assert_eq!(page.announced(), expected);
}
