//! The widget as a screen reader perceives it.

use crate::{agent::Agent, browser::Browser, shop::Shop, visitor::Visitor};

#[tokio::test]
async fn every_part_has_a_role_and_a_name_and_every_message_its_author() {
    let shop = Shop::open().await;
    Browser::with("roles and names", async |browser: &Browser| {
        let visitor = Visitor::at(browser, &shop.origin).await;
        visitor.opens().await;
        visitor.asks("how long does shipping take?").await;
        visitor.rings().await;
        let seen = browser.accessible().await;
        for (role, name) in [
            ("dialog", "Ask a question"),
            ("region", "Conversation"),
            ("textbox", "Your question or message"),
            ("button", "Send"),
            ("button", "Close"),
            ("button", "Talk to a human"),
            ("button", "Ask a question"),
            ("article", "You"),
            ("article", "Assistant"),
            ("article", "Note"),
        ] {
            assert!(
                seen.iter().any(|found| found.0 == role && found.1 == name),
                "{role} {name:?} is missing in {seen:?}"
            );
        }
        let nameless: Vec<_> = seen.iter().filter(|(role, name)| role == "button" && name.is_empty()).collect();
        assert_eq!(nameless, Vec::<&(String, String)>::new());
    })
    .await;
}

#[tokio::test]
async fn one_live_region_says_whole_messages_with_who_speaks() {
    let shop = Shop::open().await;
    Browser::with("live region", async |browser: &Browser| {
        Browser::with("its agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.opens().await;
            let answer = visitor.asks("how long does shipping take?").await;
            let said = "return [...document.querySelector('shop-bell').shadowRoot.querySelectorAll('[aria-live]')].map(region => region.innerText)";
            let regions = browser.run(said, &[]).await;
            assert_eq!(regions.as_array().map(Vec::len), Some(1), "one live region");
            let start: String = answer.text.chars().take(30).collect();
            let words = regions[0].as_str().unwrap_or_default();
            assert!(words.contains(&format!("Assistant: {start}")), "{words}");
            visitor.rings().await;
            agent.claims().await;
            visitor.is_told("Ada is here now").await;
            visitor.presses("close").await;
            agent.replies("Hello there.").await;
            let announced = "return document.querySelector('shop-bell').shadowRoot.querySelector('[aria-live]').innerText.includes('Ada: Hello there.')";
            browser.until("the reply is announced although the panel is closed", announced).await;
            browser.until("the launcher counts it", "return document.querySelector('shop-bell').dataset.unread === '1'").await;
        })
        .await;
    })
    .await;
}
