//! "A person at any time, one press, no condition": in every state, and whatever fails.

use crate::{
    agent::Agent,
    browser::Browser,
    shop::Shop,
    visitor::{Visitor, with_parts},
};
use serde_json::Value;

#[tokio::test]
async fn the_human_button_stands_in_the_same_place_in_every_state() {
    let shop = Shop::open().await;
    Browser::with("same place", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            let mut places: Vec<(&str, Value)> = Vec::new();
            let mut look = async |state| {
                visitor.sees("human").await;
                let script = "const { x, y, width, height } = part('human').getBoundingClientRect(); \
                              return [x, y, width, height, part('human').disabled]";
                places.push((state, browser.run(&with_parts(script), &[]).await));
            };
            look("before intent").await;
            visitor.opens().await;
            look("open").await;
            visitor.asks("how long does shipping take?").await;
            look("answered").await;
            visitor.asks("do you sell unicorns").await;
            look("not known").await;
            visitor.rings().await;
            look("ringing").await;
            agent.claims().await;
            visitor.is_told("Ada is here now").await;
            look("with a person").await;
            agent.closes().await;
            visitor.is_told("ended this conversation").await;
            look("closed").await;
            visitor.presses("close").await;
            look("panel closed").await;
            for (state, place) in &places {
                assert_eq!(place, &places[0].1, "{state}");
            }
        })
        .await;
    })
    .await;
}

/// Leaves a message through the form and finds it in the queue.
async fn the_door_leads_to_a_person(shop: &Shop, browser: &Browser) {
    let visitor = Visitor::at(browser, &shop.origin).await;
    visitor.presses("human").await;
    let form = "return document.querySelector('shop-bell').shadowRoot.querySelector('.door textarea') !== null";
    browser.until("the door's form is shown", form).await;
    visitor.reads("panel", "help@harbor.example").await;
    visitor.reads("disclosure", "automated assistant").await;
    let focused = "return document.querySelector('shop-bell').shadowRoot.activeElement?.name === 'text'";
    browser.until("the message field has the focus", focused).await;
    browser.client.active_element().await.expect("the host").send_keys("I need a person").await.expect("typed");
    visitor.presses("send").await;
    visitor.reads("panel", "Sent. A person will read it.").await;
    Browser::with("the agent behind the door", async |desk: &Browser| {
        let agent = Agent::at_work(desk, shop, "Ada").await;
        agent.reads("I need a person").await;
    })
    .await;
}

#[tokio::test]
async fn it_leads_to_a_person_when_the_wasm_is_not_to_be_had() {
    let shop = Shop::open().await;
    shop.pages.lose("/shopbell-widget_bg.wasm");
    Browser::with("no wasm", async |browser: &Browser| the_door_leads_to_a_person(&shop, browser).await).await;
}

#[tokio::test]
async fn it_leads_to_a_person_when_the_page_forbids_wasm() {
    let shop = Shop::open().await;
    shop.pages.guard(&format!(
        "default-src 'self'; connect-src 'self' {}; img-src data:; style-src 'self' 'unsafe-inline'",
        shop.backend
    ));
    Browser::with("wasm forbidden", async |browser: &Browser| the_door_leads_to_a_person(&shop, browser).await).await;
}

#[tokio::test]
async fn it_leads_to_a_person_when_the_wasm_never_comes() {
    let shop = Shop::open().await;
    shop.pages.hold("/shopbell-widget_bg.wasm");
    Browser::with("wasm hangs", async |browser: &Browser| the_door_leads_to_a_person(&shop, browser).await).await;
}

#[tokio::test]
async fn it_leads_to_a_person_when_the_widgets_script_is_not_to_be_had() {
    let shop = Shop::open().await;
    shop.pages.lose("/shopbell-widget.js");
    Browser::with("no glue", async |browser: &Browser| the_door_leads_to_a_person(&shop, browser).await).await;
}

#[tokio::test]
async fn it_rings_when_faq_and_model_are_not_to_be_had() {
    let shop = Shop::open().await;
    shop.pages.lose("/faq.json");
    shop.pages.lose("/encoders/en.bin");
    Browser::with("no FAQ", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.rings().await;
        visitor.reads("status", "Nobody is at the desk").await;
    })
    .await;
}

#[tokio::test]
async fn with_the_backend_down_the_contact_is_shown_and_the_message_kept_until_it_is_back() {
    let mut shop = Shop::open().await;
    shop.hire("Ada").await;
    shop.stop_backend().await;
    Browser::with("backend down", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.rings().await;
        visitor.says("my order is broken").await;
        visitor.reads("status", "We cannot reach the shop's people").await;
        visitor.reads("status", "help@harbor.example").await;
        browser.picture("backend-down").await;
        let lines = visitor.lines().await;
        browser.client.refresh().await.expect("loaded again");
        visitor.is_told("my order is broken").await;
        assert_eq!(visitor.lines().await, lines, "kept over a reload");
        shop.start_backend().await;
        // The visitor looks at the page again: no need to sit out the wait.
        browser.run("dispatchEvent(new Event('online'))", &[]).await;
        visitor.reads("transcript", "Sent").await;
        Browser::with("the agent, later", async |desk: &Browser| {
            let agent = Agent::at_the_door(desk, &shop).await;
            agent.logs_in("Ada", crate::shop::PASSWORD).await;
            agent.claims().await;
            agent.reads("my order is broken").await;
            let said =
                agent.transcript().await.into_iter().filter(|(_, text)| text.contains("my order is broken")).count();
            assert_eq!(said, 1, "once");
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn without_a_backend_the_contact_is_shown() {
    let shop = Shop::open().await;
    let page = "<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href='data:,'><h1>A shop</h1>\
                <script async src='/shopbell.js' data-faq='/faq.json' data-contact='tel:+15550100'></script>";
    shop.pages.put("/no-backend", "text/html", page);
    Browser::with("no backend", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &format!("{}/no-backend", shop.origin)).await;
        visitor.presses("human").await;
        visitor.reads("status", "+15550100").await;
        let link = browser.run(&with_parts("return part('status').querySelector('a').getAttribute('href')"), &[]).await;
        assert_eq!(link, "tel:+15550100");
    })
    .await;
}

#[tokio::test]
async fn it_leads_to_a_person_when_the_started_widget_breaks() {
    let shop = Shop::open().await;
    let broken = "export default async () => {}; export const start = () => ({ opened() {}, learn() {}, \
                  human() { throw new Error('broken') }, destroy() {} });";
    shop.pages.put("/shopbell-widget.js", "text/javascript", broken);
    Browser::with("broken widget", async |browser: &Browser| the_door_leads_to_a_person(&shop, browser).await).await;
}

#[tokio::test]
async fn with_the_line_blocked_over_every_transport_a_form_that_posts_is_offered_below_the_conversation() {
    let (shop, wall) = Shop::behind_a_wall().await;
    wall.refuses(&["/v1/visitor"]);
    Browser::with("no line", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.rings().await;
        visitor.reads("panel", "You can also leave a message for a person here").await;
        visitor.reads("status", "help@harbor.example").await;
        browser.picture("no-line").await;
        let write = "const root = document.querySelector('shop-bell').shadowRoot; const field = root.querySelector('.door textarea'); \
                     field.value = 'over the wall'; field.dispatchEvent(new Event('input', { bubbles: true })); \
                     root.querySelector('.door form').requestSubmit();";
        browser.run(write, &[]).await;
        visitor.reads("panel", "Sent. A person will read it.").await;
        Browser::with("the agent behind the wall", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            agent.reads("over the wall").await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_door_takes_no_focus_from_a_visitor_who_has_gone_on() {
    let shop = Shop::open().await;
    shop.pages.hold("/shopbell-widget_bg.wasm");
    Browser::with("door and focus", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.presses("human").await;
        browser.run("document.querySelector('#before').focus()", &[]).await;
        let form = "return document.querySelector('shop-bell').shadowRoot.querySelector('.door textarea') !== null";
        browser.until("the door's form is shown", form).await;
        assert_eq!(browser.run("return document.activeElement.id", &[]).await, serde_json::json!("before"));
    })
    .await;
}
