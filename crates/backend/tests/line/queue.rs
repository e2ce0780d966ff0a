//! The wait: whose turn it is, and how many agents there are.

use crate::shop::Shop;
use protocol::Floor;

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
