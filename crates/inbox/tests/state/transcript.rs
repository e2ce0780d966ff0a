//! The transcript: who said what, and what happened.

use super::page::{Page, claimed, event, given, message, rang, says, summary, with};
use channel::agent_line::Notice;
use inbox::{dialogue::Delivery, state::Event};
use protocol::{Author, EventBody, Message};

#[test]
fn the_transcript_says_who_wrote_each_line_and_what_the_bot_quoted() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Ada"), 6, 1)]);
    page.does(Event::Opened("c1".into()));
    let answer =
        Message { author: Author::Bot, text: "In **3 days**.".into(), name: None, entry: Some("delivery".into()) };
    let reply = |name: &str| Message { author: Author::Human, text: "Hi".into(), name: Some(name.into()), entry: None };
    let log = vec![
        says(1, "When?"),
        event(2, "e2", EventBody::Message(answer)),
        rang(3),
        event(4, "g1", EventBody::Message(reply("Grace"))),
        claimed(5, "Ada"),
        event(6, "a1", EventBody::Message(reply("Ada"))),
    ];
    page.hears(Notice::Replayed("c1".into(), log));
    page.writes("Tomorrow");
    page.does(Event::Submitted);
    let lines = page.inbox.lines("c1");
    let told: Vec<_> = lines.iter().map(|line| (line.author.as_str(), line.who.as_str(), line.text.as_str())).collect();
    let expected = [
        ("visitor", "Visitor", "When?"),
        ("bot", "Bot", "In **3 days**."),
        ("system", "Shopbell", "The visitor rang the bell."),
        ("human", "Agent Grace", "Hi"),
        ("system", "Shopbell", "You claimed the conversation."),
        ("human", "You", "Hi"),
        ("human", "You", "Tomorrow"),
    ];
    assert_eq!(told, expected);
    assert_eq!(lines[1].entry.as_deref(), Some("delivery"));
    assert_eq!(lines[6].delivery, Some((lines[6].key.clone(), Delivery::Sending)));
    let key = lines[6].key.clone();
    page.hears(Notice::Happened("c1".into(), message(7, &key, Author::Human, "Tomorrow")));
    assert_eq!(page.inbox.lines("c1").last().map(|line| &line.key), Some(&key), "the line stays the same line");
}

#[test]
fn the_transcript_tells_each_change_of_hands() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Ada"), 9, 1)]);
    page.does(Event::Opened("c1".into()));
    let log = vec![
        rang(1),
        claimed(2, "Grace"),
        given(3, "e3", "Grace", Some("Ada")),
        given(4, "e4", "Ada", Some("Linus")),
        claimed(5, "Ada"),
        given(6, "e6", "Ada", None),
        claimed(7, "Grace"),
        event(8, "e8", EventBody::HandedBack { agent: "Grace".into() }),
        event(9, "e9", EventBody::Closed { agent: "Ada".into() }),
    ];
    page.hears(Notice::Replayed("c1".into(), log));
    let lines = page.inbox.lines("c1");
    let told: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
    let expected = [
        "The visitor rang the bell.",
        "Grace claimed the conversation.",
        "Grace gave the conversation to you.",
        "You gave the conversation to Linus.",
        "You took over the conversation.",
        "You gave the conversation back to the queue.",
        "Grace claimed the conversation.",
        "Grace gave the floor back to the bot.",
        "You closed the conversation.",
    ];
    assert_eq!(told, expected);
}
