//! A visitor, an agent and a real backend: from the first question to the person's answer, whatever fails between.

use crate::world::{Agent, Shop, Visitor};
use inbox::state::{Event as InboxEvent, Inbox};
use protocol::{Event as LogEvent, EventBody, Floor, limits};
use shopbell::widget::{
    line::Delivery,
    state::{Conversation, Event},
};

fn is_sent(conversation: &Conversation) -> bool {
    conversation.lines.iter().all(|line| line.delivery != Delivery::Sending)
}

fn is_with_ada(conversation: &Conversation) -> bool {
    conversation.floor() == Floor::Human { agent: "Ada".into() }
}

/// A visitor who rang, and Ada who is with them and has their conversation open.
async fn visitor_with_ada(shop: &Shop) -> (Visitor, Agent) {
    let mut visitor = shop.visitor().await;
    visitor.does(Event::Rang).await;
    visitor.until("the ring to be stored", is_sent).await;
    let mut ada = shop.agent("Ada").await;
    ada.claims_the_first_ring().await;
    visitor.until("Ada", is_with_ada).await;
    (visitor, ada)
}

/// The open conversation's log, as the inbox holds it.
fn logged(inbox: &Inbox) -> &[LogEvent] {
    inbox.opened().map_or(&[], |(_, dialogue)| &dialogue.log)
}

/// Everything the agent said is in the log.
fn is_logged(inbox: &Inbox) -> bool {
    inbox.opened().is_some_and(|(_, dialogue)| dialogue.pending.is_empty())
}

fn seqs(conversation: &Conversation) -> Vec<u64> {
    conversation.lines.iter().filter_map(|line| line.seq).collect()
}

fn says(body: &EventBody, text: &str) -> bool {
    matches!(body, EventBody::Message(message) if message.text == text)
}

/// How often the agent sees this text.
fn times(agent: &Agent, text: &str) -> usize {
    agent.transcript().iter().filter(|(_, said)| said == text).count()
}

/// Both ends see the same log to its end, without a gap, and each of `texts` in it once.
async fn both_see_once(visitor: &mut Visitor, agent: &mut Agent, texts: &[&str]) {
    tokio::join!(
        visitor.until("everything", |conversation| {
            is_sent(conversation) && texts.iter().all(|text| has(conversation, text))
        }),
        agent.until("everything", |inbox| {
            is_logged(inbox) && texts.iter().all(|text| logged(inbox).iter().any(|event| says(&event.body, text)))
        })
    );
    let head = logged(&agent.inbox).len().max(seqs(&visitor.conversation).len());
    tokio::join!(
        visitor.until("the whole log", |conversation| seqs(conversation).len() == head),
        agent.until("the whole log", |inbox| logged(inbox).len() == head)
    );
    assert_eq!(seqs(&visitor.conversation), (1..=head as u64).collect::<Vec<u64>>(), "{:?}", visitor.transcript());
    for text in texts {
        assert_eq!(times(agent, text), 1, "{text}: {:?}", agent.transcript());
        let seen = visitor.transcript().iter().filter(|line| line.ends_with(text)).count();
        assert_eq!(seen, 1, "{text}: {:?}", visitor.transcript());
    }
}

fn has(conversation: &Conversation, text: &str) -> bool {
    conversation.lines.iter().any(|line| says(&line.body, text))
}

#[tokio::test]
async fn a_visitor_asks_the_bot_rings_and_is_answered_by_a_person_who_knows_the_story() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor().await;
    visitor.says("where's my parcel").await;
    let answer = visitor.conversation.lines[1].message().expect("an answer").clone();
    assert_eq!(answer.entry.as_deref(), Some("order.track"));
    visitor.says("I want a person").await;
    assert_eq!(visitor.conversation.floor(), Floor::Ringing, "to want a person is to ring");
    visitor.until("the ring to be stored", is_sent).await;

    let mut ada = shop.agent("Ada").await;
    ada.opens_the_first_ring().await;
    ada.until("the story", |inbox| logged(inbox).len() == 4).await;
    let story: Vec<(String, String)> = ada.transcript();
    let said = |author: &str, text: &str| (author.to_owned(), text.to_owned());
    assert_eq!(
        story[..3],
        [said("visitor", "where's my parcel"), said("bot", &answer.text), said("visitor", "I want a person")]
    );
    visitor
        .until("word that somebody is at the desk", |conversation| {
            conversation.queue.is_some_and(|wait| (wait.position, wait.agents) == (1, 1))
        })
        .await;

    ada.does(InboxEvent::ClaimPressed).await;
    ada.until("her claim", |inbox| inbox.opened().is_some_and(|(id, _)| inbox.is_mine(id))).await;
    ada.replies("It comes tomorrow.").await;
    visitor.until("the reply", |conversation| has(conversation, "It comes tomorrow.")).await;
    assert_eq!(visitor.transcript().last().map(String::as_str), Some("Ada: It comes tomorrow."));
    visitor.says("thank you!").await;
    both_see_once(&mut visitor, &mut ada, &["where's my parcel", "It comes tomorrow.", "thank you!"]).await;

    ada.does(InboxEvent::CloseConfirmed).await;
    visitor.until("the end", |conversation| conversation.floor() == Floor::Closed).await;
    visitor.says("do you sell unicorns").await;
    assert!(visitor.transcript().last().is_some_and(|line| line.starts_with("Assistant: ")), "the bot answers again");
}

#[tokio::test]
async fn nobody_is_connected_to_before_the_ring() {
    let mut shop = Shop::open().await;
    let mut visitor = shop.visitor().await;
    visitor.says("where's my parcel").await;
    shop.stop().await;
    visitor.says("how long does shipping take").await;
    assert_eq!(visitor.conversation.lines.len(), 4, "the bot needs no backend");
    let visitor = visitor.reloads(&shop).await;
    assert!(visitor.conversation.lines.is_empty(), "and nothing is kept");
}

#[tokio::test]
async fn each_sees_that_the_other_is_writing() {
    let shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    let (conversation, _) = ada.inbox.opened().expect("a conversation");
    let conversation = conversation.to_owned();
    visitor.does(Event::Typed(false, 1_000)).await;
    ada.until("the visitor to write", |inbox| inbox.visitor_writes(&conversation)).await;
    visitor.does(Event::Typed(true, 1_500)).await;
    ada.until("the visitor to stop", |inbox| !inbox.visitor_writes(&conversation)).await;
    ada.does(InboxEvent::Drafted("Let me lo".into())).await;
    visitor.until("Ada to write", |conversation| conversation.writing.as_deref() == Some("Ada")).await;
    ada.does(InboxEvent::Drafted(String::new())).await;
    visitor.until("Ada to stop", |conversation| conversation.writing.is_none()).await;
}

#[tokio::test]
async fn the_second_to_claim_is_told_that_somebody_was_faster() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor().await;
    visitor.does(Event::Rang).await;
    visitor.until("the ring to be stored", is_sent).await;
    let mut grace = shop.agent("Grace").await;
    let conversation = grace.opens_the_first_ring().await;
    let mut ada = shop.agent("Ada").await;
    ada.claims_the_first_ring().await;
    grace.does(InboxEvent::ClaimPressed).await;
    let is_refused = |inbox: &inbox::state::Inbox| {
        let is_adas = inbox.floor(&conversation) == Floor::Human { agent: "Ada".into() };
        is_adas && inbox.opened().is_some_and(|(_, dialogue)| dialogue.claiming.is_none())
    };
    grace.until("the refusal", is_refused).await;
    assert!(!grace.inbox.is_mine(&conversation));
    let (_, dialogue) = grace.inbox.opened().expect("the conversation stays open");
    assert_eq!((dialogue.log.len(), &dialogue.claiming), (2, &None), "one ring, one claim: Ada's");
}

#[tokio::test]
async fn a_message_stored_just_before_a_restart_whose_ack_was_lost_is_there_once() {
    let mut shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    visitor.says("did you get this?").await;
    ada.until("the message", |inbox| logged(inbox).len() == 3).await;
    shop.stop().await;
    visitor.is_cut_off().await;
    assert!(!is_sent(&visitor.conversation), "no ack came");
    shop.start().await;
    both_see_once(&mut visitor, &mut ada, &["did you get this?"]).await;
}

#[tokio::test]
async fn messages_said_while_the_backend_is_away_are_stored_once_when_it_is_back() {
    let mut shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    shop.stop().await;
    visitor.says("are you").await;
    ada.replies("One moment.").await;
    visitor.says("still there?").await;
    shop.start().await;
    both_see_once(&mut visitor, &mut ada, &["are you", "One moment.", "still there?"]).await;
}

#[tokio::test]
async fn a_ring_while_the_backend_is_away_rings_when_it_is_back() {
    let mut shop = Shop::open().await;
    let mut visitor = shop.visitor().await;
    shop.stop().await;
    visitor.says("where's my parcel").await;
    visitor.does(Event::Rang).await;
    visitor.until("the shop's contact", Conversation::shows_contact).await;
    let mut visitor = visitor.reloads(&shop).await;
    shop.start().await;
    visitor.until("the ring to be stored", is_sent).await;
    let mut ada = shop.agent("Ada").await;
    ada.claims_the_first_ring().await;
    both_see_once(&mut visitor, &mut ada, &["where's my parcel"]).await;
}

#[tokio::test]
async fn a_visitor_who_goes_to_another_page_goes_on_there_with_everything_said() {
    let shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    visitor.says("sent just before the page was left").await;
    let mut visitor = visitor.reloads(&shop).await;
    ada.replies("Welcome back.").await;
    visitor.until("the reply", |conversation| has(conversation, "Welcome back.")).await;
    visitor.says("here I am").await;
    let texts = ["sent just before the page was left", "Welcome back.", "here I am"];
    both_see_once(&mut visitor, &mut ada, &texts).await;
    let again = visitor.reloads(&shop).await;
    assert_eq!(again.conversation.floor(), Floor::Human { agent: "Ada".into() });
}

#[tokio::test]
async fn a_network_that_fails_again_and_again_loses_and_doubles_nothing() {
    let shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    let mut texts = Vec::new();
    for round in 0..5 {
        let (asked, replied) = (format!("question {round}."), format!("reply {round}."));
        visitor.says(&asked).await;
        ada.replies(&replied).await;
        if round % 2 == 0 {
            visitor.is_cut_off().await
        } else {
            ada.is_cut_off().await
        }
        visitor.says(&format!("more {round}.")).await;
        texts.extend([asked, replied, format!("more {round}.")]);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    both_see_once(&mut visitor, &mut ada, &texts).await;
}

#[tokio::test]
async fn the_longest_story_of_the_longest_messages_reaches_the_agent_whole() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor().await;
    visitor.does(Event::Rang).await;
    // Four bytes a character, and each message as long as it may be.
    let longest: Vec<String> = (0..limits::STORY_MESSAGES)
        .map(|number| format!("{number:02}{}", "🚲".repeat(limits::TEXT_CHARS as usize - 2)))
        .collect();
    for text in &longest {
        visitor.says(text).await;
    }
    visitor.until("everything to be stored", is_sent).await;
    let mut ada = shop.agent("Ada").await;
    ada.claims_the_first_ring().await;
    let texts: Vec<&str> = longest.iter().map(String::as_str).collect();
    both_see_once(&mut visitor, &mut ada, &texts).await;
}

#[tokio::test]
async fn an_agent_whose_line_was_cut_sends_what_waited_and_sees_what_was_missed() {
    let shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    ada.replies("Before.").await;
    ada.is_cut_off().await;
    visitor.says("meanwhile").await;
    visitor.until("it to be stored", is_sent).await;
    ada.replies("After.").await;
    both_see_once(&mut visitor, &mut ada, &["Before.", "meanwhile", "After."]).await;
}

#[tokio::test]
async fn two_pages_of_one_visitor_show_one_conversation_and_ring_once() {
    let shop = Shop::open().await;
    let (mut first, mut ada) = visitor_with_ada(&shop).await;
    let mut second = first.opens_another_page(&shop).await;
    second.says("from the second page").await;
    second.until("it to be stored", is_sent).await;
    first.until("the other page", |conversation| has(conversation, "from the second page")).await;
    first.says("from the first page").await;
    second.until("the other page", |conversation| has(conversation, "from the first page")).await;

    ada.does(InboxEvent::CloseConfirmed).await;
    first.until("the end", |conversation| conversation.floor() == Floor::Closed).await;
    second.until("the end", |conversation| conversation.floor() == Floor::Closed).await;
    second.says("do you sell unicorns").await;
    first.does(Event::Rang).await;
    second.does(Event::Rang).await;
    let texts = ["from the second page", "from the first page", "do you sell unicorns"];
    both_see_once(&mut first, &mut ada, &texts).await;
    both_see_once(&mut second, &mut ada, &texts).await;
    let rings = logged(&ada.inbox).iter().filter(|event| event.body == EventBody::Rang).count();
    assert_eq!(rings, 2, "one before Ada came, one after she left: {:?}", logged(&ada.inbox));
}

#[tokio::test]
async fn a_visitor_whose_conversation_the_backend_has_lost_is_heard_all_the_same() {
    let mut shop = Shop::open().await;
    let (mut visitor, mut ada) = visitor_with_ada(&shop).await;
    ada.replies("Hello.").await;
    visitor.until("the reply", |conversation| has(conversation, "Hello.")).await;
    visitor.says("where is my parcel?").await;
    visitor.until("it to be stored", is_sent).await;
    shop.stop().await;
    shop.loses_its_database();
    shop.start().await;
    visitor.until("a new ring", |conversation| conversation.floor() == Floor::Ringing && is_sent(conversation)).await;
    let mut grace = shop.agent("Grace").await;
    grace.claims_the_first_ring().await;
    both_see_once(&mut visitor, &mut grace, &["where is my parcel?"]).await;
    assert!(has(&visitor.conversation, "Hello."), "what Ada said stays on the page");
}
