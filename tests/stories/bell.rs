//! Ringing: the story is told, the bot falls silent, people hear what is said, and it may be rung again.

use crate::page::{
    Page, ada_says, announced, answer, asked, claimed, closed, commands, near, queue, rang, sent, status,
};
use channel::{
    Status,
    visitor_line::{Command, Notice},
};
use protocol::{Author, Floor, limits::STORY_MESSAGES};
use shopbell::{
    answering::Reply,
    strings,
    widget::{
        line::{Choice, Delivery},
        state::{Answers, Effect, Event, Wait},
    },
};

#[test]
fn a_ring_tells_the_story_so_far_and_then_rings() {
    let mut page = Page::ready();
    page.asks_and_is_answered("where is my parcel", "Use the link.");
    page.says("and now?");
    page.is_replied(Reply::DidYouMean(vec![near("a"), near("b")]));
    let effects = page.rings();
    let offered = format!("{}\n- About a?\n- About b?", strings::DID_YOU_MEAN.english);
    assert_eq!(sent(&effects), ["where is my parcel", "Use the link.", "and now?", offered.as_str(), "(ring)"]);
    let Command::Say { author, entry, .. } = commands(&effects)[1] else { panic!("{effects:?}") };
    assert_eq!((*author, entry.as_deref()), (Author::Bot, Some("order.track")), "the bot's words stay the bot's");
    assert_eq!(announced(&effects), [strings::RANG.english]);
    assert!(effects.contains(&Effect::Tell("ring", Vec::new())));
    assert_eq!(page.conversation.floor(), Floor::Ringing);
    assert!(page.conversation.has_rung());
}

#[test]
fn the_questions_that_were_offered_are_told_when_a_person_is_chosen_instead() {
    let mut page = Page::ready();
    page.says("parcel?");
    page.is_replied(Reply::DidYouMean(vec![near("a")]));
    let line = page.last().id.clone();
    let effects = page.does(Event::Chose(line, Choice::Human));
    assert_eq!(sent(&effects)[1], format!("{}\n- About a?", strings::DID_YOU_MEAN.english));
}

#[test]
fn a_ring_needs_no_word_before_it_and_is_one_ring_however_often_it_is_pressed() {
    let mut page = Page::loading();
    assert_eq!(sent(&page.rings()), ["(ring)"]);
    assert_eq!(page.rings(), []);
    page.is_acknowledged();
    page.hears(claimed(2, "Ada"));
    assert_eq!(page.rings(), [], "somebody is there");
}

#[test]
fn a_long_story_is_told_in_part_and_what_was_left_out_does_not_follow_at_the_next_ring() {
    let mut page = Page::ready();
    for number in 0..STORY_MESSAGES {
        page.asks_and_is_answered(&format!("question {number}"), "The answer.");
    }
    let effects = page.rings();
    assert_eq!(sent(&effects).len(), STORY_MESSAGES + 1);
    assert_eq!(sent(&effects)[0], format!("question {}", STORY_MESSAGES / 2), "the latest messages, in order");
    page.is_acknowledged();
    page.hears(claimed(42, "Ada"));
    page.hears(closed(43, "Ada"));
    page.asks_and_is_answered("one more thing", "The answer.");
    assert_eq!(sent(&page.rings()), ["one more thing", "The answer.", "(ring)"]);
}

#[test]
fn after_the_ring_what_is_said_goes_to_people_and_the_bot_is_silent() {
    let mut page = Page::ready();
    page.says("where is my parcel");
    let question = page.last().id.clone();
    page.rings();
    assert_eq!(page.does(Event::Replied(question, answer("Too late.", &[]))), []);
    let effects = page.says("are you there?");
    assert_eq!((sent(&effects), asked(&effects)), (vec!["are you there?"], vec![]));
    assert_eq!(page.last().delivery, Delivery::Sending);
    page.hears(claimed(4, "Ada"));
    assert_eq!(sent(&page.says("hello Ada")), ["hello Ada"]);
    assert!(page.conversation.lines.iter().all(|line| line.author() != Author::Bot));
}

#[test]
fn questions_that_waited_for_the_answers_are_told_to_people_and_not_asked_of_the_bot() {
    let mut page = Page::loading();
    page.says("where is my parcel");
    assert_eq!(sent(&page.rings()), ["where is my parcel", "(ring)"]);
    assert_eq!(page.does(Event::Learned(true)), []);
    let mut page = Page::loading();
    page.rings();
    assert_eq!(page.does(Event::Learned(false)), []);
}

#[test]
fn what_is_pressed_under_an_old_answer_does_not_make_the_bot_speak_while_people_have_the_floor() {
    let mut page = Page::ready();
    page.says("parcel?");
    page.is_replied(answer("Use the link.", &["a"]));
    let judged = page.last().id.clone();
    page.says("hm");
    page.is_replied(Reply::DidYouMean(vec![near("a"), near("b")]));
    let offered = page.last().id.clone();
    page.rings();
    let lines = page.conversation.lines.len();
    assert_eq!(page.does(Event::Chose(judged.clone(), Choice::Right)), []);
    assert_eq!(page.does(Event::Chose(judged, Choice::Wrong(vec![near("a")]))), []);
    assert_eq!(page.conversation.lines.len(), lines);
    let effects = page.does(Event::Chose(offered, Choice::Entry(near("b"))));
    assert_eq!(sent(&effects), ["About b?"], "a question that is pressed is a question to the person");
}

#[test]
fn a_ring_on_another_page_tells_the_story_of_this_one_and_silences_its_bot() {
    let mut page = Page::with_ada();
    page.hears(closed(6, "Ada"));
    page.conversation.answers = Answers::Loading;
    page.says("one more thing");
    let effects = page.hears(rang(7));
    assert_eq!(sent(&effects), ["one more thing"]);
    assert_eq!(page.does(Event::Learned(true)), []);
    assert_eq!(page.conversation.floor(), Floor::Ringing);
}

#[test]
fn after_the_end_the_bot_answers_again_and_it_may_be_rung_again() {
    let mut page = Page::with_ada();
    let effects = page.hears(closed(6, "Ada"));
    assert_eq!(announced(&effects), [strings::CLOSED.english.replace("{name}", "Ada")]);
    assert_eq!(sent(&effects), [""; 0]);
    assert_eq!(asked(&page.says("do you rent boats")), ["do you rent boats"]);
    page.is_replied(answer("We do.", &[]));
    assert_eq!(sent(&page.rings()), ["do you rent boats", "We do.", "(ring)"], "and nothing that was told before");
    page.is_acknowledged();
    assert_eq!(page.conversation.floor(), Floor::Ringing);
    assert_eq!(page.seqs().iter().flatten().copied().collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
}

#[test]
fn a_message_that_crosses_the_end_rings_again_rather_than_reach_nobody() {
    let mut page = Page::with_ada();
    page.says("wait, one more");
    let effects = page.hears(closed(6, "Ada"));
    assert_eq!(sent(&effects), ["(ring)"]);
    assert_eq!(page.conversation.floor(), Floor::Ringing);
}

#[test]
fn without_a_backend_the_shops_contact_stands_in_for_the_bell() {
    let mut page = Page::without_backend();
    assert!(!page.conversation.shows_contact());
    page.says("I want a person");
    let rung = page.is_replied(Reply::WantsHuman { outright: true });
    assert_eq!(rung.last(), Some(&Effect::Tell("ring", Vec::new())));
    assert!(page.conversation.shows_contact());
    assert!(!page.conversation.has_rung(), "so nothing is ever stored");
    assert_eq!(asked(&page.says("and the bot?")), ["and the bot?"], "goes on answering");
}

#[test]
fn the_contact_is_shown_when_people_are_out_of_reach_and_nobody_is_there() {
    let mut page = Page::ready();
    page.is_told(status(Status::Unreachable));
    assert!(!page.conversation.shows_contact(), "nobody was rung for");
    page.rings();
    assert!(page.conversation.shows_contact());
    page.is_told(status(Status::Live));
    assert!(!page.conversation.shows_contact());
    page.is_told(queue(1, 0));
    assert!(page.conversation.shows_contact());
    page.is_told(queue(1, 2));
    assert!(!page.conversation.shows_contact());
}

#[test]
fn losing_reach_is_announced_once() {
    let mut page = Page::ready();
    page.rings();
    assert_eq!(announced(&page.is_told(status(Status::Unreachable))), [strings::UNREACHABLE.english]);
    assert_eq!(page.is_told(status(Status::Unreachable)), []);
}

#[test]
fn people_are_told_now_and_then_that_the_visitor_is_writing_and_once_that_they_stopped() {
    let mut page = Page::ready();
    assert_eq!(page.does(Event::Typed(false, 0)), [], "the bot is told nothing");
    page.rings();
    let typing = |active| [Effect::Line(Command::Typing(active))];
    assert_eq!(page.does(Event::Typed(true, 0)), []);
    assert_eq!(page.does(Event::Typed(false, 1_000)), typing(true));
    assert_eq!(page.does(Event::Typed(false, 3_999)), []);
    assert_eq!(page.does(Event::Typed(false, 4_000)), typing(true));
    assert_eq!(page.does(Event::Typed(true, 4_001)), typing(false));
    assert_eq!(page.does(Event::Typed(true, 4_002)), []);
    page.does(Event::Typed(false, 5_000));
    page.says("done");
    assert_eq!(page.does(Event::Typed(true, 5_001)), [], "the message itself ended the writing");
    assert_eq!(page.does(Event::Typed(false, 5_002)), typing(true));
}

#[test]
fn a_clock_set_back_does_not_stop_the_signs_of_writing_for_good() {
    let mut page = Page::ready();
    page.rings();
    page.does(Event::Typed(false, 1_000_000));
    assert_eq!(page.does(Event::Typed(false, 5)), []);
    page.does(Event::Typed(true, 6));
    assert_eq!(page.does(Event::Typed(false, 7)), [Effect::Line(Command::Typing(true))]);
}

#[test]
fn the_sign_that_somebody_writes_fades_unless_it_is_renewed_and_ends_with_their_message() {
    let mut page = Page::with_ada();
    let writes = |active| Notice::Typing(Author::Human, active);
    let first = page.is_told(writes(true));
    assert_eq!(page.conversation.writing.as_deref(), Some("Ada"));
    let [Effect::FadeWriting(first)] = first[..] else { panic!("{first:?}") };
    page.is_told(writes(true));
    page.does(Event::WritingFaded(first));
    assert_eq!(page.conversation.writing.as_deref(), Some("Ada"), "an older sign fades, not the latest");
    page.does(Event::WritingFaded(first + 1));
    assert_eq!(page.conversation.writing, None);
    page.is_told(writes(true));
    assert_eq!(page.is_told(writes(false)), []);
    assert_eq!(page.conversation.writing, None);
    page.is_told(writes(true));
    page.hears(ada_says(6, "There."));
    assert_eq!(page.conversation.writing, None);
}

#[test]
fn a_wait_of_whole_minutes_is_told_as_just_so_many() {
    let told = |ms| Wait { position: 1, agents: 1, wait_ms: Some(ms), opens_at: None }.minutes();
    for (ms, minutes) in [(0, 1), (1, 1), (60_000, 1), (60_001, 2), (120_000, 2)] {
        assert_eq!(told(ms), Some(minutes), "{ms} ms");
    }
}
