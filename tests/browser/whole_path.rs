//! The whole path, in the demo shop as it is pasted: from the tag to an agent's reply, and over a reload.

use crate::{agent::Agent, browser::Browser, shop::Shop, visitor::Visitor};

#[tokio::test]
async fn a_visitor_asks_rings_is_answered_by_a_person_and_finds_it_all_after_a_reload() {
    let shop = Shop::open().await;
    Browser::with("the visitor", async |page: &Browser| {
        Browser::with("the agent", async |desk: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(page, &format!("{}/", shop.backend)).await;
            visitor.opens().await;
            for question in ["where's my parcel", "can i still retrn somthing after 45 days"] {
                assert!(visitor.asks(question).await.entry.is_some(), "{question} is answered from the FAQ");
            }
            let unknown = visitor.asks("do you sell unicorns").await;
            assert_eq!(unknown.entry, None);
            assert!(unknown.text.contains("I don't know that"), "{}", unknown.text);
            page.picture("visitor-asks").await;

            visitor.rings().await;
            agent.reads("do you sell unicorns").await;
            agent.claims().await;
            visitor.is_told("Ada is here now").await;
            let told = agent.transcript().await;
            let bot = told.iter().filter(|(author, _)| author == "bot").count();
            assert_eq!(bot, 3, "the agent sees what the bot answered: {told:?}");

            visitor.types("One more th").await;
            agent.reads("The visitor is writing").await;
            agent.fills("#composer", "Let me lo").await;
            visitor.reads("status", "Ada is writing").await;
            agent.replies("ok. No unicorns, but kayaks.").await;
            let reply = visitor.line_by("human", 0).await;
            assert!(reply.text.contains("No unicorns, but kayaks."), "{}", reply.text);
            visitor.says("ing: thank you").await;
            agent.reads("One more thing: thank you").await;
            page.picture("visitor-talks-to-a-person").await;
            desk.picture("agent-answers").await;
            desk.resize(390, 844).await;
            desk.prefer("prefers-color-scheme", "dark").await;
            desk.picture("agent-390-dark").await;

            let before = visitor.lines().await;
            page.client.refresh().await.expect("loaded again");
            visitor.is_told("No unicorns, but kayaks.").await;
            assert_eq!(visitor.lines().await, before);
            agent.replies("You are welcome.").await;
            visitor.is_told("You are welcome.").await;
        })
        .await;
    })
    .await;
}
