//! What the queue shows and says: waits, counts, names, rings, and what came to the agent or left them.

use super::page::{Page, claimed, given, rang, says, summary, with};
use channel::{Status, agent_line::Notice};
use inbox::state::{Effect, Event};
use protocol::{ConversationSummary, Floor, Identity};

#[test]
fn waiting_times_count_on_between_queues() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    page.waits(61_000);
    assert_eq!(page.inbox.waited_ms(&summary("c1", Floor::Ringing, 2, 1)), 62_000);
}

#[test]
fn the_title_counts_who_waits_and_what_of_mine_is_unseen() {
    let mut page = Page::of_ada_with_a_visitor();
    let title = |count: u32| Effect::Title(format!("({count}) Shopbell inbox"));
    let ringing = || summary("c2", Floor::Ringing, 2, 1);
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 3, 1), ringing()]), [title(1)]);
    page.does(Event::Opened("c2".into()));
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 5, 3), ringing()]), [title(3)], "two new of c1, and a ring");
    assert!(page.does(Event::Opened("c1".into())).contains(&title(1)), "c1 is seen now");
    page.does(Event::Shown(false));
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 6, 4), ringing()]), [title(2)], "nobody looks");
    assert_eq!(page.does(Event::Shown(true)), [title(1)]);
    let of_grace = summary("c2", with("Grace"), 4, 2);
    let nothing = Effect::Title("Shopbell inbox".into());
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 6, 4), of_grace]), [nothing]);
}

#[test]
fn news_is_announced_and_history_is_not() {
    let mut page = Page::of_ada_with_a_visitor();
    assert_eq!(page.announced(), [""; 0]);
    page.hears(Notice::Happened("c1".into(), says(4, "Hello?")));
    page.queue(&[summary("c1", with("Ada"), 4, 2), summary("c2", Floor::Ringing, 2, 1)]);
    page.queue(&[summary("c1", with("Ada"), 4, 2), summary("c2", Floor::Ringing, 3, 2)]);
    assert_eq!(page.announced(), ["Visitor: Hello?", "New ring: Where is my parcel?"]);
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Replayed("c1".into(), vec![says(5, "Still there?")]));
    assert_eq!(page.announced()[2..], ["Connection lost. Reconnecting…", "Visitor: Still there?"]);
}

#[test]
fn a_conversation_given_to_me_is_announced_and_marked_until_i_look() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Grace"), 4, 0)]);
    let title = Effect::Title("(1) Shopbell inbox".into());
    assert_eq!(
        page.queue(&[summary("c1", with("Ada"), 5, 0)]),
        [title],
        "it counts, though nothing in it is unanswered"
    );
    assert_eq!(page.announced(), ["Visitor C1 is with you now."]);
    assert!(page.inbox.is_given("c1"));
    page.queue(&[summary("c1", with("Ada"), 6, 1)]);
    assert_eq!(page.announced().len(), 1, "once is enough");
    page.does(Event::Opened("c1".into()));
    assert!(!page.inbox.is_given("c1"));
}

#[test]
fn what_i_claim_myself_is_not_given_to_me_in_whatever_order_i_hear_of_it() {
    let ringing = || summary("c1", Floor::Ringing, 2, 1);
    let mine = || summary("c1", with("Ada"), 3, 1);
    for log_first in [true, false] {
        let mut page = Page::of_ada();
        page.queue(&[ringing()]);
        page.does(Event::Opened("c1".into()));
        page.hears(Notice::Replayed("c1".into(), vec![says(1, "Where is my parcel?"), rang(2)]));
        page.does(Event::Shown(false));
        page.does(Event::ClaimPressed);
        page.hears(Notice::Acknowledged("id1".into(), 3));
        if log_first {
            page.happens(claimed(3, "Ada"));
        }
        page.queue(&[mine()]);
        page.happens(claimed(3, "Ada"));
        page.queue(&[mine()]);
        assert!(!page.inbox.is_given("c1"), "log first: {log_first}");
        assert_eq!(page.announced(), [""; 0], "log first: {log_first}");
    }
}

#[test]
fn what_is_mine_when_the_page_is_loaded_is_no_news() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Ada"), 3, 1)]);
    assert!(!page.inbox.is_given("c1") && page.announced().is_empty());
}

#[test]
fn what_was_given_to_me_while_the_connection_was_lost_is_announced_when_it_is_back() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Status(Status::Live));
    page.queue(&[summary("c1", with("Ada"), 4, 1)]);
    assert_eq!(page.announced().last(), Some(&"Visitor C1 is with you now."));
}

#[test]
fn a_conversation_that_leaves_me_unopened_is_announced_with_who_has_it() {
    for (floor, words) in
        [(with("Grace"), "Visitor C1 is with Grace now."), (Floor::Ringing, "Visitor C1 is in the queue again.")]
    {
        let mut page = Page::of_ada();
        page.queue(&[summary("c1", with("Ada"), 3, 1)]);
        page.queue(&[summary("c1", floor, 4, 1)]);
        assert_eq!(page.announced(), [words]);
    }
}

#[test]
fn what_i_gave_back_to_the_queue_is_no_new_ring_to_me() {
    for log_first in [true, false] {
        let mut page = Page::of_ada_with_a_visitor();
        let given = given(4, "id9", "Ada", None);
        if log_first {
            page.happens(given.clone());
        }
        page.queue(&[summary("c1", Floor::Ringing, 4, 1)]);
        page.happens(given);
        assert_eq!(page.announced(), ["You gave the conversation back to the queue."], "log first: {log_first}");
    }
}

/// Who the shop says the visitor is.
fn jo() -> Identity {
    Identity { id: "4711".into(), name: Some("Jo <b>Doe</b>".into()), email: Some("jo@shop.example".into()) }
}

#[test]
fn a_visitor_the_shop_knows_has_a_name_also_when_the_conversation_is_over() {
    let mut page = Page::of_ada();
    page.queue(&[
        ConversationSummary { identity: Some(jo()), ..summary("c1", with("Ada"), 3, 1) },
        summary("c2", Floor::Ringing, 2, 1),
    ]);
    let told = page.inbox.visitor("c1");
    assert_eq!(
        (told.name.as_str(), told.email.as_deref(), told.is_confirmed),
        ("Jo <b>Doe</b>", Some("jo@shop.example"), true)
    );
    let unknown = page.inbox.visitor("c2");
    assert_eq!((unknown.name.as_str(), unknown.email, unknown.is_confirmed), ("Visitor C2", None, false));
    page.does(Event::Opened("c1".into()));
    page.queue(&[]);
    assert_eq!(page.inbox.visitor("c1"), told, "its heading stays");
}

#[test]
fn a_name_the_shop_tells_later_reaches_the_open_conversation() {
    let mut page = Page::of_ada_with_a_visitor();
    page.queue(&[ConversationSummary { identity: Some(jo()), ..summary("c1", with("Ada"), 3, 1) }]);
    page.queue(&[]);
    assert_eq!(page.inbox.visitor("c1").name, "Jo <b>Doe</b>");
}

#[test]
fn the_queue_says_how_many_more_there_are_than_it_tells() {
    let mut page = Page::of_ada();
    page.hears(Notice::Queue(vec![summary("c1", Floor::Ringing, 2, 1)], 1_300));
    assert_eq!(page.inbox.words_on_more().as_deref(), Some("and 1300 more"));
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    assert_eq!(page.inbox.words_on_more(), None);
}
