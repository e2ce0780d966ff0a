//! Agents answering: one claims, both talk, one closes.

use crate::shop::{PASSWORD, Shop, cid};
use protocol::{AgentFrame, Author, ErrorCode, Event, EventBody, ServerToAgent, VisitorFrame, WireError};

#[tokio::test]
async fn of_two_who_claim_at_once_one_wins_and_the_other_is_told_who() {
    let shop = Shop::open().await;
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    for _ in 0..10 {
        let (_line, welcome) = shop.ringing().await;
        let (mut ada, mut grace) = (shop.inbox(&ada).await, shop.inbox(&grace).await);
        let (adas, graces) = tokio::join!(ada.claim(&welcome.conversation), grace.claim(&welcome.conversation));
        let (winner, refused) = match (adas, graces) {
            (Ok(2), Err(refused)) => ("Ada", refused),
            (Err(refused), Ok(2)) => ("Grace", refused),
            both => panic!("{both:?}"),
        };
        assert_eq!(refused.code, ErrorCode::AlreadyClaimed);
        assert!(refused.message.contains(winner), "{}", refused.message);
    }
}

#[tokio::test]
async fn claiming_what_one_has_is_the_same_claim() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    assert_eq!(inbox.claim(&welcome.conversation).await, Ok(2));
    assert_eq!(inbox.claim(&welcome.conversation).await, Ok(2));
}

#[tokio::test]
async fn a_claimed_conversation_flows_both_ways_until_it_is_closed_and_may_be_rung_again() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.as_str();
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    assert_eq!(inbox.watch(conversation, 0).await[0].body, EventBody::Rang);
    inbox.claim(conversation).await.expect("claimed");
    let claimed = line.log_to(2).await;
    assert_eq!(claimed[0].body, EventBody::Claimed { agent: "Ada".into() });

    inbox.reply(conversation, "Hello, Ada here.").await.expect("said");
    assert_eq!(line.message_by(Author::Human).await, "Hello, Ada here.");
    line.say(&cid(), "where is my parcel").await;
    let text = inbox
        .until(|frame| match frame {
            ServerToAgent::Event { event: Event { body: EventBody::Message(message), .. }, .. } => {
                (message.author == Author::Visitor).then_some(message.text)
            }
            _ => None,
        })
        .await;
    assert_eq!(text, "where is my parcel");

    assert_eq!(inbox.close(conversation).await, Ok(5));
    inbox.queue(|queue| queue.is_empty()).await;
    let log = line.log_to(5).await;
    assert_eq!(log.last().expect("an event").body, EventBody::Closed { agent: "Ada".into() });
    line.ring().await;
    assert_eq!(line.log_to(6).await.last().expect("an event").body, EventBody::Rang);
    inbox.queue(|queue| queue.len() == 1).await;
}

#[tokio::test]
async fn only_who_has_claimed_replies_and_closes() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.as_str();
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    let (mut ada, mut grace) = (shop.inbox(&ada).await, shop.inbox(&grace).await);
    let code = |settled: Result<u64, WireError>| settled.expect_err("refused").code;
    assert_eq!(code(ada.reply(conversation, "too early").await), ErrorCode::NotClaimed);
    ada.claim(conversation).await.expect("claimed");
    assert_eq!(code(grace.reply(conversation, "not mine").await), ErrorCode::NotClaimed);
    assert_eq!(code(grace.close(conversation).await), ErrorCode::NotClaimed);
    assert_eq!(code(ada.reply(conversation, " ").await), ErrorCode::Invalid);
    assert_eq!(code(ada.reply("unheard-of", "hi").await), ErrorCode::NotFound);
    ada.close(conversation).await.expect("closed");
    assert_eq!(code(ada.claim(conversation).await), ErrorCode::NotClaimed);
}

#[tokio::test]
async fn what_an_agent_missed_is_replayed_and_nothing_else() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    for text in ["one", "two", "three"] {
        line.say(&cid(), text).await;
    }
    line.log_to(4).await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let seqs = |events: &[Event]| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert_eq!(seqs(&inbox.watch(&welcome.conversation, 0).await), [1, 2, 3, 4]);
    assert_eq!(seqs(&inbox.watch(&welcome.conversation, 2).await), [3, 4]);
    assert!(inbox.watch(&welcome.conversation, 4).await.is_empty());
    assert_eq!(seqs(&inbox.watch(&welcome.conversation, 9).await), [1, 2, 3, 4], "more than there is");
    inbox.send(&AgentFrame::Watch { conversation: "unheard-of".into(), after: 0 }).await;
    let error = inbox
        .until(|frame| match frame {
            ServerToAgent::Error(error) => Some(error),
            _ => None,
        })
        .await;
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn each_sees_the_other_typing_and_nothing_of_it_is_stored() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.clone();
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    inbox.watch(&conversation, 0).await;
    inbox.claim(&conversation).await.expect("claimed");

    for active in [true, false] {
        line.send(&VisitorFrame::Typing { active }).await;
        assert_eq!(inbox.visitor_typing().await, active);
        inbox.send(&AgentFrame::Typing { conversation: conversation.clone(), active }).await;
        assert_eq!(line.agent_typing().await, active);
    }
    let (mut line, again) = shop.again(&welcome, 0).await;
    assert_eq!(again.head, 2);
    assert_eq!(line.log_to(2).await.len(), 2);
}

#[tokio::test]
async fn whoever_goes_away_while_typing_has_stopped_typing() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.clone();
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let mut other = shop.inbox(&ada).await;
    inbox.watch(&conversation, 0).await;
    inbox.claim(&conversation).await.expect("claimed");

    other.watch(&conversation, 0).await;
    other.send(&AgentFrame::Typing { conversation, active: true }).await;
    assert!(line.agent_typing().await);
    drop(other);
    assert!(!line.agent_typing().await);

    line.send(&VisitorFrame::Typing { active: true }).await;
    assert!(inbox.visitor_typing().await);
    drop(line);
    assert!(!inbox.visitor_typing().await);
}

#[tokio::test]
async fn a_removed_agent_leaves_no_visitor_behind() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    inbox.claim(&welcome.conversation).await.expect("claimed");
    line.log_to(2).await;

    backend::agents::remove(&shop.database, "ada").await.expect("removed");
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &ada)]).await.status, 401);
    assert_eq!(shop.log_in("Ada", PASSWORD).await.status, 401);
    // Another node or process wrote it: the next ring of anybody makes this one look.
    line.ring().await;
    let log = line.log_to(3).await;
    assert_eq!(log[0].body, EventBody::Transferred { agent: "Ada".into(), to: None });
    assert!(backend::agents::list(&shop.database).await.expect("a list").is_empty());
}
