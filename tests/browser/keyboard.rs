//! The widget without a mouse.

use crate::{
    browser::Browser,
    shop::Shop,
    visitor::{Visitor, with_parts},
};
use fantoccini::{Locator, key::Key};
use serde_json::json;

const ESCAPE: char = '\u{e00c}';
const SHIFT: char = '\u{e008}';
const TAB: char = '\u{e004}';

#[tokio::test]
async fn enter_sends_and_shift_enter_begins_a_new_line() {
    let shop = Shop::open().await;
    Browser::with("enter", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.types(&format!("how long{SHIFT}{}{SHIFT}does shipping take", char::from(Key::Enter))).await;
        let value = browser.run(&with_parts("return part('composer').value"), &[]).await;
        assert_eq!(value, json!("how long\ndoes shipping take"));
        assert_eq!(visitor.lines().await, []);
        visitor.says("?").await;
        let said = visitor.line_by("visitor", 0).await;
        assert_eq!(said.text, "how long\ndoes shipping take?");
    })
    .await;
}

#[tokio::test]
async fn escape_closes_the_panel_and_gives_the_focus_back() {
    let shop = Shop::open().await;
    Browser::with("escape", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        let before = browser.client.find(Locator::Css("#before")).await.expect("a button");
        before.click().await.expect("focused");
        browser.run("shopbell('open')", &[]).await;
        let writing = with_parts("return document.activeElement?.shadowRoot?.activeElement === part('composer') && part('composer') !== undefined");
        browser.until("one can write at once", &writing).await;
        visitor.types(&ESCAPE.to_string()).await;
        browser.until("the focus is back", "return document.activeElement?.id === 'before'").await;
        assert!(!visitor.can_see("panel").await);

        visitor.sees("launcher").await.click().await.expect("pressed");
        browser.until("one can write again", &writing).await;
        visitor.types(&ESCAPE.to_string()).await;
        let back = with_parts("return document.activeElement?.shadowRoot?.activeElement === part('launcher')");
        browser.until("the launcher has the focus", &back).await;
    })
    .await;
}

#[tokio::test]
async fn everything_is_reached_with_tab_and_shows_that_it_has_the_focus() {
    let shop = Shop::open().await;
    Browser::with("tab", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        let mut reached = Vec::new();
        for _ in 0..12 {
            let active = browser.client.active_element().await.expect("something has the focus");
            active.send_keys(&TAB.to_string()).await.expect("tabbed");
            let script = "const active = document.activeElement?.shadowRoot?.activeElement; if (!active) return null; \
                          const { outlineStyle, outlineWidth } = getComputedStyle(active); \
                          return [active.getAttribute('part'), outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2]";
            let found = browser.run(script, &[]).await;
            if let (Some(part), Some(outlined)) = (found[0].as_str(), found[1].as_bool()) {
                assert!(outlined, "{part} shows no focus");
                reached.push(part.to_owned());
            }
        }
        for part in ["composer", "send", "close", "human", "launcher", "choice", "transcript"] {
            assert!(reached.iter().any(|reached| reached == part), "{part} is not reached: {reached:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_focus_stays_in_the_panel_when_what_had_it_is_gone() {
    let shop = Shop::open().await;
    Browser::with("focus after a choice", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        browser.run(&with_parts("part('choice').focus()"), &[]).await;
        let choice = browser.client.active_element().await.expect("the widget");
        choice.send_keys(&char::from(Key::Enter).to_string()).await.expect("pressed");
        visitor.line_by("bot", 1).await;
        let within = with_parts("return document.activeElement?.shadowRoot?.activeElement === part('transcript')");
        browser.until("the transcript has the focus", &within).await;
        browser
            .client
            .active_element()
            .await
            .expect("the widget")
            .send_keys(&ESCAPE.to_string())
            .await
            .expect("pressed");
        browser.until("the panel is closed", &with_parts("return part('panel').hidden")).await;
    })
    .await;
}
