//! What a page's own scripts can do with the widget.

use crate::{browser::Browser, shop::Shop, visitor::Visitor};
use serde_json::json;

#[tokio::test]
async fn calls_made_before_the_loader_came_are_made_up_for_in_their_order() {
    let shop = Shop::open().await;
    let page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href='data:,'><h1>A shop</h1><script>\
         window.shopbell = window.shopbell || function () {{ (shopbell.q = shopbell.q || []).push(arguments) }}; \
         window.heard = []; shopbell('on', 'answer', detail => heard.push(detail.entry)); \
         shopbell('open'); shopbell('ask', 'how long does shipping take?');</script>\
         <script async src='/shopbell.js' data-faq='/faq.json' data-backend='{}'></script>",
        shop.backend
    );
    shop.pages.put("/early", "text/html; charset=utf-8", page);
    Browser::with("early calls", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &format!("{}/early", shop.origin)).await;
        let entry = visitor.line_by("bot", 0).await.entry.expect("an answer");
        browser.until("the listener has heard", "return heard.length").await;
        assert_eq!(browser.run("return heard", &[]).await, json!([entry]));
    })
    .await;
}

#[tokio::test]
async fn events_tell_the_page_what_happens_and_cross_the_shadow_root() {
    let shop = Shop::open().await;
    Browser::with("events", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        let listen = "window.heard = []; for (const name of ['ready', 'open', 'close', 'answer', 'ring', 'message']) \
                      addEventListener(`shopbell:${name}`, event => heard.push([name, event.bubbles && event.composed, event.detail?.author ?? null]))";
        browser.run(listen, &[]).await;
        visitor.opens().await;
        browser.until("it is ready", "return heard.some(([name]) => name === 'ready')").await;
        visitor.asks("how long does shipping take?").await;
        visitor.rings().await;
        visitor.presses("close").await;
        browser.until("it is closed", "return heard.some(([name]) => name === 'close')").await;
        let heard = browser.run("return heard.filter(([name]) => name !== 'ready')", &[]).await;
        let expected = json!([
            ["open", true, null],
            ["message", true, "visitor"],
            ["answer", true, null],
            ["message", true, "bot"],
            ["ring", true, null],
            ["close", true, null],
        ]);
        assert_eq!(heard, expected);
    })
    .await;
}

#[tokio::test]
async fn a_listener_that_was_taken_off_hears_nothing_more() {
    let shop = Shop::open().await;
    Browser::with("off", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        browser.run("window.heard = 0; window.count = () => heard++; shopbell('on', 'open', count); shopbell('on', 'close', count)", &[]).await;
        browser.run("shopbell('open'); shopbell('close')", &[]).await;
        assert_eq!(browser.run("return heard", &[]).await, json!(2));
        browser.run("shopbell('off', 'open', count); shopbell('off', 'close', count); shopbell('open'); shopbell('close')", &[]).await;
        assert_eq!(browser.run("return heard", &[]).await, json!(2));
        assert!(!visitor.can_see("panel").await);
    })
    .await;
}

#[tokio::test]
async fn destroy_leaves_nothing_on_the_page() {
    let shop = Shop::open().await;
    Browser::with("destroy", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        browser.run("window.problems = []; addEventListener('error', event => problems.push(event.message)); shopbell('destroy')", &[]).await;
        let left = "return [document.querySelector('shop-bell'), typeof window.shopbell, problems]";
        assert_eq!(browser.run(left, &[]).await, json!([null, "undefined", []]));
    })
    .await;
}

#[tokio::test]
async fn the_human_command_rings() {
    let shop = Shop::open().await;
    Browser::with("human command", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        browser.run("shopbell('human')", &[]).await;
        visitor.is_told("You rang the bell").await;
    })
    .await;
}

#[tokio::test]
async fn a_listener_may_destroy_the_widget_in_the_middle_of_what_it_does() {
    let shop = Shop::open().await;
    Browser::with("destroy in a listener", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let listen = "window.problems = []; addEventListener('error', event => problems.push(event.message)); \
                      addEventListener('unhandledrejection', event => problems.push(String(event.reason))); \
                      shopbell('on', 'ring', () => shopbell('destroy'))";
        browser.run(listen, &[]).await;
        visitor.presses("human").await;
        browser.until("it is gone", "return document.querySelector('shop-bell') === null").await;
        // What comes of it comes before the next answer to a request.
        browser.run("return fetch('/marker').then(() => true)", &[]).await;
        assert_eq!(browser.run("return [typeof window.shopbell, problems]", &[]).await, json!(["undefined", []]));
    })
    .await;
}
