//! Changing what one said, and taking it back.

use super::page::{Page, claimed, edited, event, given, message, rang, reply, says, summary, typing, with};
use channel::{
    Status,
    agent_line::{Command, Notice},
};
use inbox::{
    dialogue::Delivery,
    lines::{Line, Mark},
    state::{Effect, Event, Spot},
};
use protocol::{Author, ErrorCode, EventBody};

/// The line of Ada's message at 4.
fn fourth(page: &Page) -> Line {
    page.inbox.lines("c1").into_iter().find(|line| line.key == "a4").expect("the message is in the transcript")
}

/// What it says, and what became of it.
fn wording(page: &Page) -> (String, Option<Mark>) {
    let line = fourth(page);
    (line.text, line.mark)
}

fn edit(cid: &str, text: &str) -> Effect {
    Effect::Line(Command::Edit { conversation: "c1".into(), cid: cid.into(), seq: 4, text: text.into() })
}

/// What stands in the composer while an earlier message is changed.
fn composer(page: &Page) -> Option<&str> {
    page.inbox.dialogues["c1"].editing.as_ref().map(|editing| editing.text.as_str())
}

#[test]
fn a_changed_message_is_sent_as_an_edit_and_stands_in_its_old_place() {
    let mut page = Page::of_ada_who_answered();
    page.happens(says(5, "Thanks."));
    assert_eq!(page.does(Event::ChangePressed(4)), [Effect::Focus(Spot::Conversation)]);
    assert_eq!(composer(&page), Some("It is on it's way."));
    assert_eq!(page.writes(" It is on its way. "), [], "the visitor waits for no new message");
    assert_eq!(
        page.does(Event::Submitted),
        [edit("id1", "It is on its way."), Effect::FocusIfLost(Spot::Conversation)]
    );
    assert_eq!(composer(&page), None);
    let changed = ("It is on its way.".to_owned(), Some(Mark::Changed));
    assert_eq!(wording(&page), changed);
    assert_eq!(fourth(&page).delivery, Some(("id1".into(), Delivery::Sending)));
    assert_eq!(fourth(&page).own, None, "one change at a time");
    assert_eq!(page.does(Event::ChangePressed(4)), []);
    assert_eq!(page.does(Event::TakeBackPressed(4)), []);
    assert!(page.inbox.has_unsent());
    page.hears(Notice::Acknowledged("id1".into(), 6));
    assert_eq!(fourth(&page).delivery, Some(("id1".into(), Delivery::Sent)));
    page.happens(edited(6, "id1", "It is on its way."));
    assert_eq!((wording(&page), fourth(&page).delivery, fourth(&page).own), (changed, None, Some(4)));
    let last: Vec<_> = page.inbox.lines("c1").into_iter().map(|line| line.text).skip(3).collect();
    assert_eq!(last, ["It is on its way.", "Thanks."], "the change has no line of its own");
    assert_eq!(page.announced(), ["Visitor: Thanks.", "Your message is changed."]);
}

#[test]
fn taking_back_takes_a_second_press_and_sends_no_words() {
    let mut page = Page::of_ada_who_answered();
    assert_eq!(page.does(Event::TakeBackPressed(4)), [Effect::Focus(Spot::ConfirmTakeBack)]);
    assert_eq!(page.does(Event::TakeBackLeft), [Effect::Focus(Spot::TakeBack(4))]);
    assert_eq!(page.does(Event::TakeBackConfirmed), [], "not asked any more");
    page.does(Event::TakeBackPressed(4));
    assert_eq!(page.does(Event::TakeBackConfirmed), [edit("id1", ""), Effect::FocusIfLost(Spot::Conversation)]);
    assert_eq!(page.does(Event::TakeBackConfirmed), [], "once");
    page.happens(edited(5, "id1", ""));
    assert_eq!((wording(&page), fourth(&page).own), ((String::new(), Some(Mark::TakenBack)), None));
    assert_eq!(page.announced(), ["Your message is taken back."]);
}

#[test]
fn escape_leaves_the_message_as_it_is_and_brings_the_draft_back() {
    let mut page = Page::of_ada_who_answered();
    page.writes("And by the w");
    assert_eq!(page.does(Event::ChangePressed(4)), [typing(false), Effect::Focus(Spot::Conversation)]);
    page.writes("Something else");
    assert_eq!(page.does(Event::ChangeLeft), [Effect::Focus(Spot::Conversation)]);
    assert_eq!((composer(&page), page.inbox.dialogues["c1"].draft.as_str()), (None, "And by the w"));
    assert_eq!(wording(&page), ("It is on it's way.".into(), None));
}

#[test]
fn a_change_without_a_difference_is_not_sent_an_empty_one_asks_and_a_long_one_stays() {
    let mut page = Page::of_ada_who_answered();
    page.does(Event::ChangePressed(4));
    assert_eq!(page.does(Event::Submitted), []);
    assert_eq!(composer(&page), None);
    page.does(Event::ChangePressed(4));
    page.writes(&"ü".repeat(4_001));
    assert_eq!(page.does(Event::Submitted), []);
    assert!(page.problem().expect("it is told").contains("4000") && composer(&page).is_some());
    page.writes(" ");
    assert_eq!(page.does(Event::Submitted), [Effect::Focus(Spot::ConfirmTakeBack)]);
    assert_eq!(page.does(Event::TakeBackConfirmed)[0], edit("id1", ""));
    assert_eq!(composer(&page), None, "there is nothing to change any more");
}

/// Which messages can be changed, and which can be taken back.
fn choices(page: &Page) -> (Vec<u64>, Vec<u64>) {
    let lines = page.inbox.lines("c1");
    let changeable = lines.iter().filter(|line| line.may_change).filter_map(|line| line.own).collect();
    (changeable, lines.iter().filter_map(|line| line.own).collect())
}

#[test]
fn only_what_this_agent_said_can_be_changed_or_taken_back() {
    let mut page = Page::of_ada_who_answered();
    page.happens(reply(5, "g5", "Grace", "Hello"));
    page.happens(message(6, "b6", Author::Bot, "In 3 days."));
    assert_eq!(choices(&page), (vec![4], vec![4]));
    for seq in [0, 1, 2, 3, 5, 6, 7, u64::MAX] {
        assert_eq!(page.does(Event::ChangePressed(seq)), [], "{seq}");
        assert_eq!(page.does(Event::TakeBackPressed(seq)), [], "{seq}");
    }
}

#[test]
fn what_was_said_in_a_conversation_that_left_can_be_taken_back_and_a_half_done_change_waits_for_its_return() {
    let mut page = Page::of_ada_who_answered();
    page.does(Event::ChangePressed(4));
    page.writes("Half a chan");
    page.happens(claimed(5, "Grace"));
    assert_eq!(choices(&page), (vec![], vec![4]));
    assert_eq!(page.does(Event::ChangePressed(4)), []);
    assert_eq!(page.does(Event::Submitted), []);
    page.happens(given(6, "g6", "Grace", Some("Ada")));
    assert_eq!((choices(&page), composer(&page)), ((vec![4], vec![4]), Some("Half a chan")));
    page.happens(event(7, "e7", EventBody::Closed { agent: "Ada".into() }));
    page.does(Event::TakeBackPressed(4));
    assert_eq!(page.does(Event::TakeBackConfirmed)[0], edit("id1", ""));
}

#[test]
fn an_edit_missed_while_away_changes_the_message_that_is_held() {
    let mut page = Page::of_ada_who_answered();
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Status(Status::Live));
    page.hears(Notice::Replayed("c1".into(), vec![says(5, "Hm?"), edited(6, "other tab", "It is on its way.")]));
    assert_eq!(wording(&page), ("It is on its way.".into(), Some(Mark::Changed)));
    page.hears(Notice::Replayed("c1".into(), vec![edited(7, "another", "It left on Monday."), edited(8, "last", "")]));
    assert_eq!(wording(&page), (String::new(), Some(Mark::TakenBack)));
}

#[test]
fn a_log_told_from_its_beginning_shows_the_latest_wording() {
    let mut page = Page::of_ada_who_answered();
    page.happens(edited(5, "e5", "It is on its way."));
    page.hears(Notice::Reset("c1".into()));
    let first = vec![says(1, "Where is my parcel?"), rang(2), claimed(3, "Ada")];
    page.hears(Notice::Replayed("c1".into(), first));
    page.hears(Notice::Replayed(
        "c1".into(),
        vec![reply(4, "a4", "Ada", "It is on it's way."), edited(5, "e5", "It is on its way.")],
    ));
    assert_eq!(wording(&page), ("It is on its way.".into(), Some(Mark::Changed)));
    assert_eq!(page.inbox.lines("c1").len(), 4);
}

#[test]
fn a_message_whose_words_the_backend_has_dropped_is_taken_back_before_its_edit_is_told() {
    let mut page = Page::of_ada_with_a_visitor();
    page.hears(Notice::Replayed("c1".into(), vec![reply(4, "a4", "Ada", "")]));
    assert_eq!((wording(&page), choices(&page)), ((String::new(), Some(Mark::TakenBack)), (vec![], vec![])));
}

#[test]
fn an_edit_sent_again_after_a_lost_acknowledgement_is_shown_once_and_settled() {
    let mut page = Page::of_ada_who_answered();
    page.does(Event::ChangePressed(4));
    page.writes("It is on its way.");
    page.does(Event::Submitted);
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Status(Status::Live));
    page.hears(Notice::Replayed("c1".into(), vec![edited(5, "id1", "It is on its way.")]));
    page.hears(Notice::Acknowledged("id1".into(), 5));
    assert!(page.inbox.dialogues["c1"].edits.is_empty() && !page.inbox.has_unsent());
    assert_eq!(wording(&page), ("It is on its way.".into(), Some(Mark::Changed)));
}

#[test]
fn a_refused_change_says_why_beside_the_old_words_and_is_tried_again_or_gone_on_with() {
    let mut page = Page::of_ada_who_answered();
    page.does(Event::ChangePressed(4));
    page.writes("It is on its way.");
    page.does(Event::Submitted);
    page.is_refused("id1", ErrorCode::NotFound);
    assert_eq!(wording(&page), ("It is on it's way.".into(), None));
    let why = "There is no such message any more.";
    assert_eq!(fourth(&page).delivery, Some(("id1".into(), Delivery::NotSent(why.into()))));
    assert_eq!(page.announced(), [format!("Not changed. {why}")]);
    assert!(page.does(Event::RetryPressed("id1".into())).contains(&edit("id1", "It is on its way.")));
    page.is_refused("id1", ErrorCode::NotFound);
    page.does(Event::ChangePressed(4));
    assert_eq!((composer(&page), fourth(&page).delivery), (Some("It is on its way."), None));
}

#[test]
fn another_agents_change_is_announced_and_shown_to_everyone_who_looks() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    page.does(Event::Opened("c1".into()));
    page.hears(Notice::Replayed(
        "c1".into(),
        vec![rang(1), claimed(2, "Grace"), reply(3, "g3", "Grace", "On it's way.")],
    ));
    let change = |seq, text: &str| {
        event(seq, &format!("g{seq}"), EventBody::Edited { agent: "Grace".into(), seq: 3, text: text.into() })
    };
    page.happens(change(4, "On its way."));
    assert_eq!(page.inbox.lines("c1")[2].text, "On its way.");
    page.happens(change(5, ""));
    assert_eq!(page.inbox.lines("c1")[2].mark, Some(Mark::TakenBack));
    assert_eq!(page.announced(), ["Grace changed a message: On its way.", "Grace took back a message."]);
}

#[test]
fn a_change_that_is_not_sent_yet_keeps_the_conversation_and_its_draft_alive() {
    let mut page = Page::of_ada_who_answered();
    page.does(Event::TakeBackPressed(4));
    page.does(Event::TakeBackConfirmed);
    page.does(Event::Left);
    page.queue(&[]);
    assert!(page.inbox.dialogues.contains_key("c1"), "its refusal would have no place");
}
