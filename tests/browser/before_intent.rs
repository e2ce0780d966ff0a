//! What happens before a visitor wants anything: next to nothing.

use crate::{browser::Browser, shop::Shop, visitor::Visitor};
use fantoccini::{
    Locator,
    actions::{InputSource, MouseActions, PointerAction},
};
use serde_json::json;

/// What a page with the tag asks for by itself.
const PAGE_AND_LOADER: [&str; 2] = ["/", "/shopbell.js"];

#[tokio::test]
async fn nothing_is_asked_for_stored_or_set_before_intent_beside_the_page_and_the_loader() {
    let shop = Shop::open().await;
    Browser::with("before intent", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.sees("human").await;
        browser.client.find(Locator::Css("#before")).await.expect("a button").click().await.expect("pressed");
        // The page asks for something itself: whatever the loader had begun before would have come in before.
        browser.run("return fetch('/marker').then(() => true)", &[]).await;
        assert_eq!(shop.pages.asked(), [PAGE_AND_LOADER.as_slice(), &["/marker"]].concat());
        assert_eq!(visitor.stored().await, Vec::<String>::new());
        let requests = "return performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)";
        assert_eq!(browser.run(requests, &[]).await, json!(["/shopbell.js", "/marker"]));
    })
    .await;
}

#[tokio::test]
async fn a_pointer_that_comes_near_loads_the_widget() {
    let shop = Shop::open().await;
    Browser::with("pointer near", async |browser: &Browser| {
        Visitor::at(browser, &shop.origin).await;
        let (width, height) = (1_280, 900);
        browser.resize(width, height).await;
        let far = PointerAction::MoveTo { duration: None, x: 30.0, y: 30.0 };
        let near = PointerAction::MoveTo { duration: None, x: f64::from(width) - 30.0, y: f64::from(height) - 110.0 };
        let mouse = |action| MouseActions::new("mouse".into()).then(action);
        browser.client.perform_actions(mouse(far)).await.expect("moved");
        assert_eq!(shop.pages.asked(), PAGE_AND_LOADER);
        browser.client.perform_actions(mouse(near)).await.expect("moved");
        let loaded = "return performance.getEntriesByName(location.origin + '/shopbell-widget_bg.wasm').length";
        browser.until("the widget is asked for", loaded).await;
    })
    .await;
}

#[tokio::test]
async fn focus_on_the_launcher_loads_the_widget() {
    let shop = Shop::open().await;
    Browser::with("focus", async |browser: &Browser| {
        Visitor::at(browser, &shop.origin).await;
        assert_eq!(shop.pages.asked(), PAGE_AND_LOADER);
        let focus = "document.querySelector('shop-bell').shadowRoot.querySelector('[part=launcher]').focus()";
        browser.run(focus, &[]).await;
        let loaded = "return performance.getEntriesByName(location.origin + '/shopbell-widget_bg.wasm').length";
        browser.until("the widget is asked for", loaded).await;
    })
    .await;
}

#[tokio::test]
async fn talking_with_the_bot_stores_nothing_and_leaves_nothing_from_the_page() {
    let shop = Shop::open().await;
    Browser::with("talking with the bot", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        assert_eq!(visitor.stored().await, Vec::<String>::new());
        let elsewhere = "return performance.getEntriesByType('resource').map(entry => entry.name)\
                         .filter(address => !address.startsWith(location.origin))";
        assert_eq!(browser.run(elsewhere, &[]).await, json!([]));
        let own =
            ["/shopbell-widget.js", "/shopbell-line.js", "/shopbell-widget_bg.wasm", "/faq.json", "/encoders/en.bin"];
        let mut asked = shop.pages.asked();
        asked.retain(|path| !PAGE_AND_LOADER.contains(&path.as_str()));
        asked.sort();
        let mut expected = own.map(String::from);
        expected.sort();
        assert_eq!(asked, expected, "each once, and nothing else");
    })
    .await;
}

#[tokio::test]
async fn the_page_keeps_its_looks_its_focus_its_scroll_and_its_globals() {
    let shop = Shop::open().await;
    shop.pages.put(
        "/plain",
        "text/html",
        "<!doctype html><link rel=icon href='data:,'><h1>A shop</h1><p><button id=before>Before</button></p>",
    );
    Browser::with("the page stays intact", async |browser: &Browser| {
        let looks = "return ['h1', 'p', 'button', 'body'].map(name => { const style = getComputedStyle(document.querySelector(name)); \
                     return ['color', 'backgroundColor', 'font', 'margin', 'padding', 'border', 'display', 'cursor', 'lineHeight', \
                     'position', 'overflow', 'opacity', 'boxSizing', 'textAlign', 'direction'].map(key => style[key]); })";
        // What begins with `se_` is the browser driver's own.
        let globals = "return Object.keys(window).filter(key => !key.startsWith('se_'))";
        browser.goto(&format!("{}/plain", shop.origin)).await;
        let (plain_looks, plain_globals) = (browser.run(looks, &[]).await, browser.run(globals, &[]).await);

        let visitor = Visitor::at(browser, &shop.origin).await;
        browser.run("document.querySelector('#before').focus({ preventScroll: true }); scrollTo(0, 400)", &[]).await;
        visitor.opens().await;
        visitor.presses("close").await;
        assert_eq!(browser.run(looks, &[]).await, plain_looks);
        let mut expected = plain_globals.as_array().cloned().unwrap_or_default();
        expected.push(json!("shopbell"));
        expected.push(json!("before"));
        let found = browser.run(globals, &[]).await.as_array().cloned().unwrap_or_default();
        let new: Vec<_> = found.iter().filter(|key| !expected.contains(key)).collect();
        assert_eq!(new, Vec::<&serde_json::Value>::new(), "no global beside `shopbell`");
        assert_eq!(browser.run("return scrollY", &[]).await, json!(400));
    })
    .await;
}
