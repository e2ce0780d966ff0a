//! Visitors whom the shop knows.

use crate::{agent::Agent, browser::Browser, shop::Shop, visitor::Visitor};

#[tokio::test]
async fn the_shops_customer_is_named_to_the_agent_and_the_next_one_in_the_same_browser_sees_nothing_of_theirs() {
    let shop = Shop::open().await;
    Browser::with("customers", async |browser: &Browser| {
        Browser::with("their agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            // Whoever has begun before the log-in goes on with it afterwards.
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.rings().await;
            visitor.says("about my ring").await;
            agent.reads("about my ring").await;
            shop.tag("en", &Shop::identity_of("customer-1", "Mina Ünal"));
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.is_told("about my ring").await;
            agent.reads("Mina Ünal").await;

            shop.tag("en", &Shop::identity_of("customer-2", "Omar"));
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.rings().await;
            visitor.says("about my lamp").await;
            agent.reads("Omar").await;
            let said: Vec<String> = visitor.lines_by("visitor").await.into_iter().map(|line| line.text).collect();
            assert_eq!(said, ["about my lamp"]);

            shop.tag("en", &Shop::identity_of("customer-1", "Mina Ünal"));
            let visitor = Visitor::at(browser, &shop.origin).await;
            visitor.is_told("about my ring").await;
            let said: Vec<String> = visitor.lines_by("visitor").await.into_iter().map(|line| line.text).collect();
            assert_eq!(said, ["about my ring"]);
        })
        .await;
    })
    .await;
}
