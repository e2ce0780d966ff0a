//! The wait: whose turn it is, and how many agents there are.

use crate::shop::{ORIGIN, Shop, cid};
use futures_util::{StreamExt, stream};
use protocol::{ConversationSummary, Floor, ServerToAgent, limits};
use serde_json::json;

#[tokio::test]
async fn the_wait_is_told_in_order_of_ringing_and_at_every_change() {
    let shop = Shop::open().await;
    let (mut first, one) = shop.visitor().await;
    let (mut second, two) = shop.visitor().await;
    first.ring().await;
    first.wait((1, 0)).await;
    second.ring().await;
    second.wait((2, 0)).await;

    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let queue = inbox.queue(|queue| queue.len() == 2).await;
    let order: Vec<_> = queue.iter().map(|waiting| waiting.conversation.clone()).collect();
    assert_eq!(order, [one.conversation.clone(), two.conversation]);
    assert!(queue.iter().all(|waiting| waiting.floor == Floor::Ringing && waiting.waiting_ms < 60_000));
    first.wait((1, 1)).await;
    second.wait((2, 1)).await;

    inbox.claim(&one.conversation).await.expect("claimed");
    second.wait((1, 1)).await;
    let queue = inbox.queue(|queue| queue.iter().any(|waiting| waiting.floor != Floor::Ringing)).await;
    assert_eq!(queue[0].floor, Floor::Human { agent: "Ada".into() }, "claimed ones stay, in order of ringing");

    drop(inbox);
    second.wait((1, 0)).await;
}

#[tokio::test]
async fn the_queue_shows_what_is_unanswered_and_the_latest_words() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    line.say(&crate::shop::cid(), "where is my parcel").await;
    line.ring().await;
    line.say(&crate::shop::cid(), &"hello? ".repeat(100)).await;
    let queue = inbox.queue(|queue| queue.iter().any(|waiting| waiting.head == 3)).await;
    assert_eq!(queue[0].unanswered, 2);
    assert_eq!(queue[0].preview.chars().count(), 120);
    assert!(queue[0].preview.starts_with("hello? hello?"));

    inbox.claim(&welcome.conversation).await.expect("claimed");
    let cid = crate::shop::cid();
    let reply = protocol::AgentFrame::Send { conversation: welcome.conversation, cid: cid.clone(), text: "Hi!".into() };
    inbox.send(&reply).await;
    inbox.queue(|queue| queue.iter().any(|waiting| waiting.unanswered == 0)).await;
}

#[tokio::test]
async fn however_many_ring_an_agent_is_told_their_own_and_the_oldest_and_how_many_more_there_are() {
    const NOTES: u32 = 1_000;
    let shop = Shop::open().await;
    let leave = |_| async {
        let note = json!({ "cid": cid(), "text": "My kayak leaks. ".repeat(20) }).to_string();
        // A busy machine may ask to post it again.
        while shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status != 202 {}
    };
    stream::iter(0..NOTES).for_each_concurrent(8, leave).await;
    let (mut line, welcome) = shop.visitor().await;
    line.ring().await;
    line.wait((NOTES + 1, 0)).await;

    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let told = |frame| match frame {
        ServerToAgent::Queue { conversations, more } => Some((conversations, more)),
        _ => None,
    };
    let (told, more) = inbox.until(told).await;
    assert_eq!((told.len(), more), (limits::QUEUE_CONVERSATIONS, NOTES - 199));
    // Those that came at the same moment stand as the store took them.
    let in_turn = |one: &ConversationSummary, next: &ConversationSummary| one.waiting_ms + 1_000 >= next.waiting_ms;
    assert!(told.is_sorted_by(in_turn), "the oldest rings");

    // The last who rang is not among those; once claimed, they are.
    inbox.claim(&welcome.conversation).await.expect("claimed");
    let mut inbox = shop.inbox(&ada).await;
    let told = inbox.queue(|queue| queue.iter().any(|waiting| waiting.conversation == welcome.conversation)).await;
    assert_eq!(told.len(), limits::QUEUE_CONVERSATIONS);
    assert_eq!(told[199].floor, Floor::Human { agent: "Ada".into() });
}
