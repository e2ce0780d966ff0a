//! Word from the backend: its log is merged into the transcript, whatever comes twice, late or not at all.

use crate::page::{Page, ada_says, announced, answer, claimed, closed, commands, kept, rang, sent, with_cid};
use channel::visitor_line::{Command, Notice};
use protocol::{Event as LogEvent, EventBody, Floor};
use shopbell::{
    strings,
    widget::{
        line::{Delivery, Line},
        state::{Effect, Event},
    },
};

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
    let id = page.last().id.clone();
    let effects = page.is_told(Notice::Refused(id.clone()));
    assert_eq!(announced(&effects), [strings::NOT_SENT.english]);
    assert_eq!(page.last().delivery, Delivery::Failed);
    assert_eq!(page.is_told(Notice::Refused(id.clone())), [], "once");
    assert_eq!(page.is_told(Notice::Refused("another".into())), []);
    let again = page.does(Event::Retried(id.clone()));
    let [Command::Say { cid, text, .. }] = commands(&again)[..] else { panic!("{again:?}") };
    assert_eq!((cid, text.as_str()), (&id, "hello?"), "under the same id");
    assert_eq!(page.last().delivery, Delivery::Sending);
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
    assert!(effects.contains(&Effect::Unread(0)), "{effects:?}");
    assert!(page.hears(ada_says(6, "Still there?")).contains(&Effect::Unread(1)));
    assert!(page.hears(ada_says(7, "Hello?")).contains(&Effect::Unread(2)));
    assert!(!page.hears(claimed(8, "Ada")).iter().any(|effect| matches!(effect, Effect::Unread(_))), "no message");
    assert!(page.does(Event::Opened(true)).contains(&Effect::Unread(0)));
    assert!(!page.hears(ada_says(9, "Hi.")).iter().any(|effect| matches!(effect, Effect::Unread(_))), "it is open");
}

#[test]
fn a_conversation_goes_on_after_a_reload_where_it_was_and_nothing_of_it_is_news() {
    let mut page = Page::with_ada();
    let log: Vec<LogEvent> = page.conversation.lines.iter().zip(1..).map(|(line, seq)| stored(line, seq)).collect();
    page.says("still on its way");
    let waiting = page.last().clone();
    let before = page.transcript();

    let mut page = Page::ready();
    page.does(Event::Opened(false));
    let effects = page.remembers(log);
    assert!(effects.iter().all(|effect| *effect == Effect::ShowNewest), "{effects:?}");
    page.is_told(Notice::Kept(waiting.id.clone(), waiting.body, false));
    assert_eq!(page.transcript(), before);
    assert_eq!(page.conversation.floor(), Floor::Human { agent: "Ada".into() });
    assert_eq!(page.last().delivery, Delivery::Sending);
    page.is_told(ack(&waiting.id, 6));
    assert_eq!(sent(&page.says("and this")), ["and this"], "the bot's answers need not be there");
}

#[test]
fn a_message_is_shown_once_it_is_kept_and_not_before() {
    let mut page = Page::with_ada();
    let effects = page.does_without_a_store(Event::Said("hello?".into()));
    let [say] = commands(&effects)[..] else { panic!("{effects:?}") };
    assert!(!page.transcript().contains(&"You: hello?".to_owned()));
    for _ in 0..2 {
        page.is_told(kept(say).expect("it is kept"));
        assert_eq!(page.transcript().iter().filter(|line| *line == "You: hello?").count(), 1);
        assert_eq!(page.last().delivery, Delivery::Sending);
    }
}

#[test]
fn a_message_that_is_kept_after_the_end_rings_again_rather_than_reach_nobody() {
    let mut page = Page::with_ada();
    let effects = page.does_without_a_store(Event::Said("one more".into()));
    let say = kept(commands(&effects)[0]).expect("it is kept");
    page.hears(closed(6, "Ada"));
    assert_eq!(sent(&page.is_told(say)), ["(ring)"]);
}

#[test]
fn a_story_of_an_earlier_conversation_is_not_told_again_with_what_is_asked_now() {
    let mut page = Page::ready();
    page.says("do you sell unicorns");
    page.is_replied(answer("No.", &[]));
    assert_eq!(sent(&page.remembers([rang(1), claimed(2, "Ada"), closed(3, "Ada")])), [""; 0]);
}

#[test]
fn what_an_agent_took_back_says_so_and_what_they_mended_reads_as_mended() {
    let mut page = Page::with_ada();
    let edit = |seq, text: &str| {
        let body = EventBody::Edited { agent: "Ada".into(), seq: 5, text: text.into() };
        LogEvent { seq, cid: format!("e{seq}"), at: 0, body }
    };
    page.hears(edit(6, "Hello there!"));
    assert_eq!(page.transcript()[4..], ["Ada: Hello there!"]);
    page.hears(edit(7, ""));
    assert_eq!(page.transcript()[4..], [format!("Ada: {}", strings::TAKEN_BACK.english)]);
}

#[test]
fn a_visitor_with_people_hears_that_they_are_offline() {
    let mut page = Page::ready();
    assert_eq!(page.does(Event::Offline(true)), [], "the bot needs no network");
    let mut page = Page::with_ada();
    assert_eq!(announced(&page.does(Event::Offline(true))), [strings::OFFLINE.english]);
    assert!(page.conversation.offline);
    assert_eq!(page.does(Event::Offline(false)), []);
    assert!(!page.conversation.offline);
}

#[test]
fn a_visitor_is_warned_once_while_they_write_what_looks_like_a_card_number() {
    let mut page = Page::ready();
    assert_eq!(announced(&page.does(Event::TypedPrivate(true))), [strings::PRIVATE.english]);
    assert_eq!(page.does(Event::TypedPrivate(true)), []);
    assert!(page.conversation.is_private);
    page.says("4242 4242 4242 4242");
    assert!(!page.conversation.is_private, "the composer is empty again");
}
