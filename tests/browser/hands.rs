//! What agents do with a conversation beside answering: give it away, give it back, change what they said.

use crate::{agent::Agent, browser::Browser, shop::Shop, visitor::Visitor};
use serde_json::json;

/// Nothing of the page is cut off at the side.
async fn fits(browser: &Browser) {
    let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.run(overflow, &[]).await, json!(0));
}

#[tokio::test]
async fn a_conversation_goes_from_agent_to_agent_and_back_to_the_bot_and_the_visitor_is_told() {
    let shop = Shop::open().await;
    Browser::with("hands, Ada", async |first: &Browser| {
        Browser::with("hands, Grace", async |second: &Browser| {
            Browser::with("hands, the visitor", async |page: &Browser| {
                let ada = Agent::at_work(first, &shop, "Ada").await;
                let grace = Agent::at_work(second, &shop, "Grace").await;
                first.resize(320, 640).await;
                let visitor = Visitor::at(page, &shop.origin).await;
                visitor.rings().await;
                ada.claims().await;
                visitor.is_told("Ada is here now").await;
                ada.presses("#give").await;
                ada.sees("#choices").await;
                fits(first).await;
                first.picture("inbox-give-320").await;
                ada.presses("#choices button.agent").await;
                visitor.is_told("Grace is here now").await;
                grace.opens().await;
                grace.sees("#composer").await;
                grace.replies("Grace here.").await;
                visitor.is_told("Grace here.").await;
                second.picture("inbox-given").await;
                grace.presses("#hand-back").await;
                visitor.is_told("Grace has left. The assistant answers again").await;
            })
            .await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_an_agent_changes_or_takes_back_reads_so_to_the_visitor() {
    let shop = Shop::open().await;
    Browser::with("edits, Ada", async |desk: &Browser| {
        Browser::with("edits, the visitor", async |page: &Browser| {
            let ada = Agent::at_work(desk, &shop, "Ada").await;
            desk.resize(320, 640).await;
            let visitor = Visitor::at(page, &shop.origin).await;
            visitor.rings().await;
            ada.claims().await;
            ada.replies("It comes on Munday.").await;
            visitor.is_told("It comes on Munday.").await;
            ada.presses(".change").await;
            ada.sees("#leave-change").await;
            desk.picture("inbox-change-320").await;
            fits(desk).await;
            let width = "return document.querySelector('#composer').clientWidth > 200";
            assert_eq!(desk.run(width, &[]).await, json!(true), "there is room to write");
            let plain = "return getComputedStyle(document.querySelector('#give')).fontStyle";
            assert_eq!(desk.run(plain, &[]).await, json!("normal"), "a button looks like a button");
            desk.run("document.querySelector('#composer').select()", &[]).await;
            ada.replies("It comes on Monday.").await;
            visitor.is_told("It comes on Monday.").await;
            assert_eq!(visitor.lines_by("human").await.len(), 1, "the line reads otherwise; there is no second one");
            ada.presses(".take-back").await;
            ada.presses("#confirm-take-back").await;
            visitor.is_told("Taken back.").await;
            desk.picture("inbox-taken-back-320").await;
        })
        .await;
    })
    .await;
}
