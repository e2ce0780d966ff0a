//! Word from the backend: its log is merged into the transcript, whatever comes twice, late or not at all.

use crate::page::{Page, ada_says, announced, claimed, closed, rang, sent, with_cid};
use channel::visitor_line::Notice;
use protocol::{ErrorCode, Event as LogEvent, EventBody, Floor, WireError};
use shopbell::{
    strings,
    widget::{
        line::{Delivery, Line},
        state::{Conversation, Effect, Event},
    },
};
use std::rc::Rc;

fn ack(id: &str, seq: u64) -> Notice {
    Notice::Acknowledged(id.into(), seq)
}

/// The log's event for a line of the page.
fn stored(line: &Line, seq: u64) -> LogEvent {
    LogEvent { seq, cid: line.id.clone(), at: 0, body: line.body.clone() }
}

#[test]
fn an_ack_and_an_event_of_one_message_make_one_line_in_either_order_and_however_often() {
    for event_first in [true, false] {
        let mut page = Page::with_ada();
        page.says("thanks");
        let line = page.last().clone();
        for _ in 0..2 {
            if event_first {
                assert_eq!(page.hears(stored(&line, 6)), []);
            }
            page.is_told(ack(&line.id, 6));
            if !event_first {
                assert_eq!(page.hears(stored(&line, 6)), []);
            }
        }
        assert_eq!(page.transcript().iter().filter(|said| *said == "You: thanks").count(), 1);
        assert_eq!((page.last().seq, page.last().delivery), (Some(6), Delivery::Sent));
    }
}

#[test]
fn what_the_backend_stored_first_stands_first() {
    let mut page = Page::with_ada();
    page.says("mine");
    page.hears(ada_says(6, "Ada's"));
    assert_eq!(page.transcript()[5..], ["Ada: Ada's", "You: mine"], "what is not stored yet comes last");
    let mine = page.last().id.clone();
    page.is_told(ack(&mine, 8));
    page.hears(ada_says(7, "and more"));
    assert_eq!(page.transcript()[5..], ["Ada: Ada's", "Ada: and more", "You: mine"]);
}

#[test]
fn messages_acknowledged_in_another_order_than_they_were_said_stand_in_the_order_of_the_log() {
    let mut page = Page::with_ada();
    page.says("one");
    page.says("two");
    let [one, two] = &page.ids_of(|line| line.delivery == Delivery::Sending)[..] else {
        panic!("two are on their way")
    };
    page.is_told(ack(one, 7));
    page.is_told(ack(two, 6));
    assert_eq!(page.transcript()[5..], ["You: two", "You: one"]);
}

#[test]
fn a_late_event_stands_before_those_that_are_after_it_though_none_is_before() {
    let mut page = Page::ready();
    page.rings();
    let ring = page.last().id.clone();
    page.is_told(ack(&ring, 2));
    page.hears(ada_says(1, "from earlier"));
    assert_eq!(page.seqs(), [Some(1), Some(2)]);
}

#[test]
fn a_ring_while_it_rings_already_is_the_earlier_ring_whether_that_was_heard_of_or_not() {
    for heard_first in [true, false] {
        let mut page = Page::ready();
        page.rings();
        let mine = page.last().id.clone();
        if heard_first {
            page.hears(rang(1));
        }
        page.is_told(ack(&mine, 1));
        if !heard_first {
            page.hears(rang(1));
        }
        assert_eq!(page.seqs(), [Some(1)], "heard first: {heard_first}");
        assert_eq!(page.conversation.floor(), Floor::Ringing);
    }
}

#[test]
fn a_reset_tells_the_log_anew_without_doubling_a_line() {
    let mut page = Page::with_ada();
    let before = page.transcript();
    let lines = page.conversation.lines.clone();
    page.is_told(Notice::Reset);
    assert!(page.seqs().iter().all(Option::is_none));
    for (line, seq) in lines.iter().zip(1..) {
        page.hears(stored(line, seq));
    }
    assert_eq!(page.transcript(), before);
    assert_eq!(page.seqs(), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
}

#[test]
fn a_backend_that_forgot_the_visitor_is_told_the_story_and_the_ring_again() {
    let mut page = Page::with_ada();
    page.says("and where exactly?");
    let effects = page.is_told(Notice::Forgotten);
    assert_eq!(
        sent(&effects),
        ["where is my parcel", "Use the link.", "and where exactly?", "(ring)"],
        "what people said is not the visitor's to tell"
    );
    assert_eq!(page.conversation.floor(), Floor::Ringing);
    assert!(page.transcript().contains(&"Ada: Hello!".to_owned()), "but it stays on the page");
    page.is_acknowledged();
    let seqs: Vec<u64> = page.conversation.lines.iter().filter_map(|line| line.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
}

#[test]
fn a_backend_that_forgot_a_visitor_who_talks_with_the_bot_is_told_nothing() {
    let mut page = Page::with_ada();
    page.hears(closed(6, "Ada"));
    assert_eq!(sent(&page.is_told(Notice::Forgotten)), [""; 0]);
    assert_eq!(page.conversation.floor(), Floor::Bot);
    assert_eq!(sent(&page.rings()), ["where is my parcel", "Use the link.", "(ring)"]);
}

#[test]
fn a_refused_message_says_that_it_was_not_sent() {
    let mut page = Page::with_ada();
    page.says("hello?");
    let refusal = WireError::new(ErrorCode::Invalid, "").for_cid(page.last().id.clone());
    let effects = page.is_told(Notice::Refused(refusal));
    assert_eq!(announced(&effects), [strings::NOT_SENT.english]);
    assert_eq!(page.last().delivery, Delivery::Failed);
    assert_eq!(page.is_told(Notice::Refused(WireError::new(ErrorCode::Invalid, ""))), []);
}

#[test]
fn what_people_say_is_announced_whole_with_its_author_and_as_they_wrote_it() {
    let mut page = Page::with_ada();
    let long = "It is *really* on its way_to_you. ".repeat(50);
    assert_eq!(announced(&page.hears(ada_says(6, &long))), [format!("Ada: {long}")]);
    assert_eq!(announced(&page.hears(claimed(7, "Grace"))), [strings::CLAIMED.english.replace("{name}", "Grace")]);
}

#[test]
fn the_visitors_words_from_another_page_are_shown_and_not_announced() {
    let mut page = Page::with_ada();
    page.says("from here");
    let elsewhere = with_cid(stored(page.last(), 6), "elsewhere");
    let effects = page.hears(elsewhere);
    assert_eq!((announced(&effects), sent(&effects)), (vec![], vec![]));
    assert_eq!(page.transcript()[5..], ["You: from here", "You: from here"]);
}

#[test]
fn messages_by_people_count_as_unread_while_the_panel_is_closed() {
    let mut page = Page::with_ada();
    let effects = page.does(Event::Opened(false));
    assert!(effects.contains(&Effect::Unread(0)) && effects.contains(&Effect::Save), "{effects:?}");
    assert!(page.hears(ada_says(6, "Still there?")).contains(&Effect::Unread(1)));
    assert!(page.hears(ada_says(7, "Hello?")).contains(&Effect::Unread(2)));
    assert!(!page.hears(claimed(8, "Ada")).iter().any(|effect| matches!(effect, Effect::Unread(_))), "no message");
    assert!(page.does(Event::Opened(true)).contains(&Effect::Unread(0)));
    assert!(!page.hears(ada_says(9, "Hi.")).iter().any(|effect| matches!(effect, Effect::Unread(_))), "it is open");
}

#[test]
fn a_conversation_goes_on_after_a_reload_where_it_was() {
    let mut page = Page::with_ada();
    page.says("still on its way");
    let stored = serde_json::to_string(&page.conversation.lines).expect("lines serialise");
    let lines: Vec<Line> = serde_json::from_str(&stored).expect("lines parse");
    page.conversation = Conversation::new(Rc::default(), true, lines);
    assert_eq!(page.conversation.floor(), Floor::Human { agent: "Ada".into() });
    let cid = page.last().id.clone();
    page.is_told(ack(&cid, 6));
    assert_eq!(sent(&page.says("and this")), ["and this"], "the bot's answers need not be there");
    assert!(page.conversation.lines.iter().any(|line| line.body == EventBody::Rang));
}
