//! A conversation with people, over whatever happens to page and line.

use crate::{
    agent::{Agent, meet},
    browser::Browser,
    shop::Shop,
    visitor::Visitor,
};
use fantoccini::Locator;

#[tokio::test]
async fn it_goes_on_on_another_page_with_the_panel_as_it_was() {
    let shop = Shop::open().await;
    Browser::with("navigation", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        visitor.rings().await;
        let before = visitor.lines().await;
        browser.client.find(Locator::Css("a[href='/second']")).await.expect("a link").click().await.expect("followed");
        visitor.is_told("You rang the bell").await;
        assert_eq!(visitor.lines().await, before);
        visitor.presses("close").await;
        browser.goto(&shop.origin).await;
        browser
            .until(
                "the widget goes on by itself",
                "return performance.getEntriesByName(location.origin + '/shopbell-widget_bg.wasm').length",
            )
            .await;
        assert!(!visitor.can_see("panel").await, "closed stays closed");
    })
    .await;
}

#[tokio::test]
async fn what_is_written_while_the_backend_restarts_arrives_once_and_in_order() {
    let mut shop = Shop::open().await;
    Browser::with("restart", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.rings().await;
            agent.claims().await;
            visitor.says("first").await;
            agent.reads("first").await;
            shop.stop_backend().await;
            visitor.says("second").await;
            visitor.says("third").await;
            shop.start_backend().await;
            browser.run("dispatchEvent(new Event('online'))", &[]).await;
            desk.run("dispatchEvent(new Event('online'))", &[]).await;
            agent.reads("third").await;
            let said = agent.transcript().await;
            let words: Vec<&str> = said
                .iter()
                .filter(|(author, _)| author == "visitor")
                .map(|(_, text)| {
                    ["first", "second", "third"].into_iter().find(|word| text.contains(word)).unwrap_or("?")
                })
                .collect();
            assert_eq!(words, ["first", "second", "third"]);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn after_an_agent_has_closed_it_the_bot_answers_again_and_the_visitor_may_ring_again() {
    let shop = Shop::open().await;
    Browser::with("closed", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let (agent, visitor) = meet(desk, browser, &shop).await;
            agent.closes().await;
            visitor.is_told("ended this conversation").await;
            visitor.reads("disclosure", "automated assistant").await;
            assert!(visitor.asks("how long does shipping take?").await.entry.is_some());
            visitor.presses("human").await;
            agent.reads("how long does shipping take?").await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn while_a_person_has_the_floor_the_bot_is_silent() {
    let shop = Shop::open().await;
    Browser::with("silent bot", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.rings().await;
            visitor.says("how long does shipping take?").await;
            agent.claims().await;
            agent.reads("how long does shipping take?").await;
            visitor.says("and how much does it cost?").await;
            agent.replies("Six dollars.").await;
            visitor.is_told("Six dollars.").await;
            assert_eq!(visitor.lines_by("bot").await, []);
            visitor.reads("disclosure", "You are talking with Ada, a person").await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_second_tab_goes_on_with_what_the_first_one_began() {
    let shop = Shop::open().await;
    Browser::with("two tabs", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        let first = browser.client.window().await.expect("a window");
        let second = browser.client.new_window(true).await.expect("a second").handle;
        browser.client.switch_to_window(second.clone()).await.expect("switched");
        Visitor::at(browser, &shop.origin).await.opens().await;
        browser.client.switch_to_window(first).await.expect("switched");
        visitor.rings().await;
        visitor.says("from the first tab").await;
        browser.client.switch_to_window(second).await.expect("switched");
        visitor.is_told("from the first tab").await;
        visitor.says("from the second tab").await;
        Browser::with("the agent of both tabs", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            agent.claims().await;
            agent.reads("from the first tab").await;
            agent.reads("from the second tab").await;
        })
        .await;
    })
    .await;
}
