//! A conversation going from hand to hand: to another agent, to the queue, to the bot, to a lead, and closed.

use crate::shop::Shop;
use backend::agents::Role;
use protocol::{ErrorCode, EventBody, Floor};

#[tokio::test]
async fn an_agent_gives_a_conversation_to_another_who_then_answers_it() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.as_str();
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    let (mut ada, mut grace) = (shop.inbox(&ada).await, shop.inbox(&grace).await);
    ada.claim(conversation).await.expect("claimed");
    assert_eq!(ada.transfer(conversation, Some("Grace")).await, Ok(3));
    let queue = grace.queue(|queue| queue[0].floor == Floor::Human { agent: "Grace".into() }).await;
    assert_eq!(queue.len(), 1);
    let given = line.log_to(3).await.pop().expect("an event");
    assert_eq!(given.body, EventBody::Transferred { agent: "Ada".into(), to: Some("Grace".into()) });

    assert_eq!(ada.reply(conversation, "still me?").await.expect_err("given away").code, ErrorCode::NotClaimed);
    grace.reply(conversation, "Grace here.").await.expect("said");
    assert_eq!(line.message_by(protocol::Author::Human).await, "Grace here.");
    assert_eq!(grace.claim(conversation).await, Ok(3), "what was given is held");
}

#[tokio::test]
async fn a_conversation_is_not_given_to_somebody_who_does_not_exist() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    for nobody in ["Linus", "", "ada"] {
        let refused = ada.transfer(&welcome.conversation, Some(nobody)).await.expect_err("nobody there");
        assert_eq!(refused.code, ErrorCode::NotFound, "{nobody:?}");
    }
    ada.reply(&welcome.conversation, "I still have it.").await.expect("said");
}

#[tokio::test]
async fn what_goes_back_to_the_queue_has_its_old_place_there() {
    let shop = Shop::open().await;
    let (mut first, one) = shop.ringing().await;
    let (mut second, two) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.claim(&one.conversation).await.expect("claimed");
    second.wait((1, 1)).await;

    ada.transfer(&one.conversation, None).await.expect("given back");
    first.wait((1, 1)).await;
    second.wait((2, 1)).await;
    let queue = ada.queue(|queue| queue.iter().all(|waiting| waiting.floor == Floor::Ringing)).await;
    let order: Vec<_> = queue.iter().map(|waiting| waiting.conversation.as_str()).collect();
    assert_eq!(order, [one.conversation.as_str(), two.conversation.as_str()]);
}

#[tokio::test]
async fn what_is_handed_back_to_the_bot_leaves_the_queue_and_may_be_rung_again() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    ada.hand_back(&welcome.conversation).await.expect("handed back");
    ada.queue(|queue| queue.is_empty()).await;
    assert_eq!(line.log_to(3).await.pop().expect("an event").body, EventBody::HandedBack { agent: "Ada".into() });

    line.tell("thank you, bot").await;
    let again = shop.again(&welcome, 0).await.1;
    assert_eq!(again.head, 4, "what is said to the bot rings no bell");
    line.ring().await;
    ada.queue(|queue| queue.len() == 1).await;
}

#[tokio::test]
async fn a_lead_takes_over_what_another_holds_and_a_plain_agent_may_not() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.as_str();
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    let hedy = shop.agent_as("Hedy", Role::Lead).await;
    let (mut ada, mut grace, mut hedy) = (shop.inbox(&ada).await, shop.inbox(&grace).await, shop.inbox(&hedy).await);
    ada.claim(conversation).await.expect("claimed");
    assert_eq!(grace.claim(conversation).await.expect_err("Ada's").code, ErrorCode::AlreadyClaimed);
    assert_eq!(hedy.claim(conversation).await, Ok(3));
    assert_eq!(line.log_to(3).await.pop().expect("an event").body, EventBody::Claimed { agent: "Hedy".into() });
    assert_eq!(ada.reply(conversation, "mine?").await.expect_err("Hedy's").code, ErrorCode::NotClaimed);
    hedy.reply(conversation, "Hedy here.").await.expect("said");
}

#[tokio::test]
async fn what_the_visitor_says_after_the_end_opens_the_conversation_again_and_rings() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    ada.close(&welcome.conversation).await.expect("closed");
    ada.queue(|queue| queue.is_empty()).await;

    assert_eq!(line.tell("one more thing").await, 4);
    assert_eq!(line.log_to(5).await.pop().expect("an event").body, EventBody::Rang);
    line.wait((1, 1)).await;
    let queue = ada.queue(|queue| queue.len() == 1).await;
    assert_eq!((&queue[0].floor, queue[0].preview.as_str()), (&Floor::Ringing, "one more thing"));
    assert_eq!(line.tell("hello?").await, 6, "it opens once");
}
