//! The visitor and the bot: what is asked, what is answered, what may be pressed.

use crate::page::{Page, announced, answer, asked, bot, commands, near, sent};
use protocol::Author;
use shopbell::{
    answering::Reply,
    strings,
    widget::{
        line::{Choice, Delivery},
        state::{Detail, Effect, Event},
    },
};

#[test]
fn a_question_is_asked_of_the_bot_and_leaves_the_page_nowhere() {
    let mut page = Page::ready();
    let effects = page.says("  where is my parcel \n");
    assert_eq!(asked(&effects), ["where is my parcel"]);
    assert_eq!(sent(&effects), [""; 0]);
    assert_eq!(page.last().delivery, Delivery::Here);
    assert_eq!(page.last().author(), Author::Visitor);
}

#[test]
fn an_answer_is_the_shops_text_said_by_the_assistant_and_may_be_judged() {
    let mut page = Page::ready();
    page.says("where is my parcel");
    let effects = page.is_replied(answer("Use the **link**.", &["order.late"]));
    assert_eq!(announced(&effects), ["Assistant: Use the link."]);
    let detail = vec![("entry", "order.track".into()), ("confidence", Detail::Number(0.9))];
    assert!(effects.contains(&Effect::Tell("answer", detail)), "{effects:?}");
    let message = page.last().message().expect("a message");
    assert_eq!((message.author, message.text.as_str()), (Author::Bot, "Use the **link**."));
    assert_eq!(message.entry.as_deref(), Some("order.track"));
    assert_eq!(page.last().choices, [Choice::Right, Choice::Wrong(vec![near("order.late")])]);
}

#[test]
fn a_right_answer_is_acknowledged_and_asks_no_more() {
    let mut page = Page::ready();
    page.asks_and_is_answered("where is my parcel", "Use the link.");
    let line = page.last().id.clone();
    page.does(Event::Chose(line, Choice::Right));
    assert_eq!(page.transcript().last(), Some(&bot(strings::GLAD)));
    assert!(page.conversation.lines.iter().all(|line| line.choices.is_empty()));
}

#[test]
fn a_wrong_answer_offers_what_else_was_near_and_a_person() {
    let mut page = Page::ready();
    page.asks_and_is_answered("where is my parcel", "Use the link.");
    let line = page.last().id.clone();
    let effects = page.does(Event::Chose(line, Choice::Wrong(vec![near("a"), near("b")])));
    assert_eq!(page.last().choices, [Choice::Entry(near("a")), Choice::Entry(near("b")), Choice::Human]);
    let spoken = format!("{}\nAbout a?\nAbout b?", bot(strings::SORRY_NEAR));
    assert_eq!(announced(&effects), [spoken], "the questions are announced, too");
}

#[test]
fn a_wrong_answer_with_nothing_near_offers_a_person() {
    let mut page = Page::ready();
    page.asks_and_is_answered("where is my parcel", "Use the link.");
    let line = page.last().id.clone();
    page.does(Event::Chose(line, Choice::Wrong(Vec::new())));
    assert_eq!(page.transcript().last(), Some(&bot(strings::SORRY)));
    assert_eq!(page.last().choices, [Choice::Human]);
}

#[test]
fn a_near_question_that_is_pressed_is_said_by_the_visitor_and_answered() {
    let mut page = Page::ready();
    page.says("parcel?");
    page.is_replied(Reply::DidYouMean(vec![near("a"), near("b")]));
    assert_eq!(page.last().choices, [Choice::Entry(near("a")), Choice::Entry(near("b")), Choice::Human]);
    let line = page.last().id.clone();
    let effects = page.does(Event::Chose(line, Choice::Entry(near("b"))));
    assert_eq!(page.transcript().last().map(String::as_str), Some("You: About b?"));
    assert!(effects.contains(&Effect::Quote(page.last().id.clone(), "b".into())), "{effects:?}");
    page.is_replied(answer("That is b.", &[]));
    assert_eq!(page.transcript().last().map(String::as_str), Some("Assistant: That is b."));
}

#[test]
fn what_the_shop_does_not_say_is_not_made_up_and_a_person_is_offered() {
    let mut page = Page::ready();
    page.says("do you sell unicorns");
    page.is_replied(Reply::Unknown);
    assert_eq!(page.transcript().last(), Some(&bot(strings::UNKNOWN)));
    assert_eq!(page.last().choices, [Choice::Human]);
}

#[test]
fn the_wish_for_a_person_rings_whether_it_is_said_or_pressed() {
    let mut page = Page::ready();
    page.says("I want a person");
    assert_eq!(sent(&page.is_replied(Reply::WantsHuman { outright: true })), ["I want a person", "(ring)"]);

    let mut page = Page::ready();
    page.says("unicorns");
    page.is_replied(Reply::Unknown);
    let line = page.last().id.clone();
    let effects = page.does(Event::Chose(line, Choice::Human));
    assert_eq!(sent(&effects), ["unicorns", strings::UNKNOWN.english, "(ring)"]);
}

#[test]
fn questions_wait_for_the_answers_to_be_loaded_and_are_asked_in_their_order() {
    let mut page = Page::loading();
    assert_eq!(asked(&page.says("first")), [""; 0]);
    assert_eq!(asked(&page.says("second")), [""; 0]);
    assert_eq!(page.conversation.unanswered.len(), 2);
    assert_eq!(asked(&page.does(Event::Learned(true))), ["first", "second"]);
    assert!(page.conversation.unanswered.is_empty());
    assert_eq!(asked(&page.says("third")), ["third"]);
}

#[test]
fn without_answers_the_bot_says_so_and_a_person_is_offered() {
    let mut page = Page::loading();
    page.says("first");
    let effects = page.does(Event::Learned(false));
    assert_eq!(announced(&effects), [bot(strings::NO_ANSWERS)]);
    assert_eq!(page.last().choices, [Choice::Human]);
    page.says("second");
    assert_eq!(page.transcript().last(), Some(&bot(strings::NO_ANSWERS)));
}

#[test]
fn nothing_is_said_by_empty_words_and_endless_ones_are_cut_to_what_the_backend_takes() {
    let mut page = Page::ready();
    assert_eq!(page.says(" \n\t "), []);
    assert!(page.conversation.lines.is_empty());
    page.says(&"ü".repeat(5_000));
    assert_eq!(page.last().message().expect("a message").text.chars().count(), 4_000);
}

#[test]
fn signs_that_nobody_can_see_or_mean_are_left_out_of_what_is_said() {
    let mut page = Page::ready();
    page.says("two\nlines\0\u{1}\u{7f}");
    assert_eq!(page.last().message().expect("a message").text, "two\nlines");
    assert_eq!(page.says("\u{1}"), [], "and nothing else is nothing");
}

#[test]
fn a_late_reply_to_nobody_or_a_press_under_nothing_does_nothing() {
    let mut page = Page::ready();
    assert_eq!(page.does(Event::Replied("gone".into(), Reply::Unknown)), []);
    assert_eq!(page.does(Event::Chose("gone".into(), Choice::Right)), []);
    assert!(page.conversation.lines.is_empty());
}

#[test]
fn nothing_is_stored_before_the_first_ring_whatever_else_happens() {
    let mut page = Page::ready();
    let mut effects = page.does(Event::Opened(false));
    effects.extend(page.does(Event::Opened(true)));
    effects.extend(page.says("where is my parcel"));
    effects.extend(page.is_replied(answer("Use the link.", &[])));
    effects.extend(page.does(Event::Typed(false, 5)));
    assert!(commands(&effects).is_empty(), "the line, which stores, is asked for nothing: {effects:?}");
    assert!(!page.conversation.has_rung());
    assert!(!commands(&page.rings()).is_empty());
    assert!(page.conversation.has_rung());
}

#[test]
fn what_was_asked_beside_is_offered_under_the_answer() {
    let mut page = Page::ready();
    page.says("where is my parcel, and how do I return it");
    let Reply::Answer { entry, text, confidence, near: others, .. } = answer("Use the link.", &[]) else {
        unreachable!()
    };
    page.is_replied(Reply::Answer { entry, text, confidence, near: others, second: Some(near("returns")) });
    assert_eq!(page.last().choices, [Choice::Right, Choice::Wrong(vec![]), Choice::Entry(near("returns"))]);
}

#[test]
fn the_same_answer_once_more_comes_with_a_person() {
    let mut page = Page::ready();
    page.asks_and_is_answered("where is my parcel", "Use the link.");
    page.asks_and_is_answered("WHERE is it", "Use the link.");
    assert_eq!(page.last().choices, [Choice::Right, Choice::Wrong(vec![]), Choice::Human]);
}

#[test]
fn a_sensitive_matter_is_not_answered_and_a_person_is_offered() {
    let mut page = Page::ready();
    page.says("the battery caught fire");
    let effects = page.is_replied(Reply::Sensitive);
    assert_eq!(page.transcript().last(), Some(&bot(strings::SENSITIVE)));
    assert_eq!(page.last().choices, [Choice::Human]);
    assert_eq!(sent(&effects), [""; 0], "nothing rings that the visitor did not ask for");
}

#[test]
fn another_language_than_the_faqs_is_told_once_and_tried_all_the_same() {
    let mut page = Page::ready();
    page.says("wo ist mein Paket");
    page.does(Event::Foreign);
    assert_eq!(page.transcript().last(), Some(&bot(strings::OTHER_LANGUAGE)));
    let lines = page.conversation.lines.len();
    page.does(Event::Foreign);
    assert_eq!(page.conversation.lines.len(), lines);
}
