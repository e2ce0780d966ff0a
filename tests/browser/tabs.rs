//! Nothing lost, nothing doubled: over reloads, without a network, in several tabs, and where WebSockets are blocked.

use crate::{
    agent::{Agent, meet},
    browser::Browser,
    shop::Shop,
    visitor::{Visitor, with_parts},
};
use serde_json::json;

/// How often an agent sees a message.
async fn times(agent: &Agent<'_>, words: &str) -> usize {
    agent.transcript().await.iter().filter(|(_, text)| text.contains(words)).count()
}

async fn network(browser: &Browser, offline: bool) {
    browser.devtools("Network.enable", json!({})).await;
    let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.emulateNetworkConditions", conditions).await;
}

#[tokio::test]
async fn what_is_written_offline_survives_a_reload_and_arrives_once() {
    let mut shop = Shop::open().await;
    Browser::with("offline", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let (agent, visitor) = meet(desk, browser, &shop).await;
            // Offline emulation spares what is open already, so the line is cut at its other end.
            network(browser, true).await;
            shop.stop_backend().await;
            visitor.reads("status", "You are offline").await;
            visitor.says("written in a tunnel").await;
            visitor.is_told("written in a tunnel").await;
            visitor.is_told("Sending").await;
            network(browser, false).await;
            browser.client.refresh().await.expect("loaded again");
            visitor.is_told("written in a tunnel").await;
            visitor.is_told("Ada is here now").await;
            let unread = "return document.querySelector('shop-bell').dataset.unread ?? 'none'";
            assert_eq!(browser.run(unread, &[]).await, json!("none"), "history is no news");
            shop.start_backend().await;
            browser.run("dispatchEvent(new Event('online'))", &[]).await;
            desk.run("dispatchEvent(new Event('online'))", &[]).await;
            agent.reads("written in a tunnel").await;
            agent.replies("I read you.").await;
            visitor.is_told("I read you.").await;
            let sending = "return !part('transcript').innerText.includes('Sending')";
            browser.until("everything is sent", &with_parts(sending)).await;
            assert_eq!(times(&agent, "written in a tunnel").await, 1);
            assert_eq!(visitor.lines_by("visitor").await.len(), 1);
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn of_two_tabs_one_holds_the_line_and_when_it_closes_the_other_goes_on() {
    let (shop, wall) = Shop::behind_a_wall().await;
    Browser::with("one line", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let (agent, _) = meet(desk, browser, &shop).await;
            let first = browser.client.window().await.expect("a window");
            let second = browser.client.new_window(true).await.expect("a second").handle;
            browser.client.switch_to_window(second.clone()).await.expect("switched");
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.is_told("Ada is here now").await;
            visitor.says("from the tab that follows").await;
            agent.reads("from the tab that follows").await;
            visitor.is_told("Sent").await;
            agent.replies("to both").await;
            visitor.is_told("to both").await;
            assert_eq!(wall.lines(), 1);
            browser.client.switch_to_window(first).await.expect("switched");
            visitor.is_told("from the tab that follows").await;
            visitor.is_told("to both").await;
            browser.client.close_window().await.expect("closed");
            browser.client.switch_to_window(second).await.expect("switched");
            agent.replies("and now?").await;
            visitor.is_told("and now?").await;
            visitor.says("still here").await;
            agent.reads("still here").await;
            assert_eq!((wall.lines(), times(&agent, "still here").await), (1, 1));
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_left_hangs_up_and_one_that_comes_back_goes_on() {
    let (shop, wall) = Shop::behind_a_wall().await;
    Browser::with("left and back", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let (agent, visitor) = meet(desk, browser, &shop).await;
            browser.run("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))", &[]).await;
            // The agent hears that the line is closed by nothing; the wall does.
            let closed = tokio::time::timeout(std::time::Duration::from_secs(10), async {
                while wall.lines() > 0 {
                    tokio::task::yield_now().await;
                }
            });
            closed.await.expect("the line is closed");
            agent.replies("meanwhile").await;
            agent.reads("meanwhile").await;
            browser.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))", &[]).await;
            visitor.is_told("meanwhile").await;
            assert_eq!(wall.lines(), 1);
            let times = visitor.lines_by("human").await.len();
            assert_eq!(times, 1, "shown once");
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn without_a_store_a_conversation_lives_as_long_as_the_page() {
    let shop = Shop::open().await;
    Browser::with("no store", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            browser.run("Object.defineProperty(window, 'indexedDB', { value: undefined })", &[]).await;
            visitor.rings().await;
            visitor.says("nothing is kept here").await;
            agent.claims().await;
            agent.reads("nothing is kept here").await;
            agent.replies("I know.").await;
            visitor.is_told("I know.").await;
        })
        .await;
    })
    .await;
}

/// Both ways, though what `words` stand for is refused or swallowed.
async fn messages_go_both_ways(name: &str, refused: &[&'static str], swallowed: &[&'static str]) {
    let (shop, wall) = Shop::behind_a_wall().await;
    wall.refuses(refused);
    wall.swallows(swallowed);
    Browser::with(name, async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.rings().await;
            visitor.says("over the wall").await;
            agent.claims().await;
            agent.reads("over the wall").await;
            agent.replies("and back").await;
            visitor.is_told("and back").await;
            visitor.says("and again").await;
            agent.reads("and again").await;
            assert_eq!((wall.lines(), times(&agent, "over the wall").await), (0, 1));
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn where_websockets_are_refused_messages_go_both_ways_over_a_stream() {
    messages_go_both_ways("websockets refused", &["upgrade: websocket"], &[]).await;
}

#[tokio::test]
async fn where_streams_are_refused_too_messages_go_both_ways_by_polling() {
    messages_go_both_ways("streams refused", &["upgrade: websocket", "post /v1/visitor/stream"], &[]).await;
}

#[tokio::test]
async fn where_a_proxy_holds_streams_back_messages_go_both_ways_by_polling() {
    messages_go_both_ways("streams held back", &["upgrade: websocket"], &["post /v1/visitor/stream"]).await;
}
