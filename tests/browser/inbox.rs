//! The inbox in a real browser.

use crate::{agent::Agent, browser::Browser, shop::Shop, visitor::Visitor};

#[tokio::test]
async fn a_wrong_password_is_said_and_the_right_one_opens_the_queue() {
    let shop = Shop::open().await;
    shop.hire("Ada").await;
    Browser::with("log-in", async |desk: &Browser| {
        let agent = Agent::at_the_door(desk, &shop).await;
        agent.logs_in("Ada", "not the password").await;
        agent.reads("Name or password is wrong").await;
        desk.run("document.querySelector('#log-in [name=password]').value = ''", &[]).await;
        agent.fills("#log-in [name=password]", &format!("{}\u{e007}", crate::shop::PASSWORD)).await;
        agent.reads("Nobody is waiting").await;
        desk.client.refresh().await.expect("loaded again");
        agent.reads("Nobody is waiting").await;
    })
    .await;
}

#[tokio::test]
async fn a_ring_appears_by_itself_is_counted_in_the_title_and_only_the_first_claimer_has_it() {
    let shop = Shop::open().await;
    Browser::with("two agents, Ada", async |first: &Browser| {
        Browser::with("two agents, Grace", async |second: &Browser| {
            Browser::with("their visitor", async |page: &Browser| {
                let ada = Agent::at_work(first, &shop, "Ada").await;
                let grace = Agent::at_work(second, &shop, "Grace").await;
                let visitor = Visitor::at(page, &shop.origin).await;
                visitor.rings().await;
                visitor.says("hello?").await;
                first.until("the title counts", "return document.title.startsWith('(1)')").await;
                ada.opens().await;
                grace.opens().await;
                ada.presses("#claim").await;
                ada.sees("#composer").await;
                grace.reads("Ada has this conversation").await;
                visitor.says("are you there?").await;
                ada.reads("are you there?").await;
            })
            .await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn what_a_visitor_writes_is_text_to_the_agent_whatever_it_looks_like() {
    let shop = Shop::open().await;
    Browser::with("hostile text", async |desk: &Browser| {
        Browser::with("its visitor", async |page: &Browser| {
            let agent = Agent::at_work(desk, &shop, "Ada").await;
            let visitor = Visitor::at(page, &shop.origin).await;
            visitor.rings().await;
            let words = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>";
            visitor.says(words).await;
            agent.claims().await;
            agent.reads(words).await;
            let harmed =
                "return window.hacked ?? document.querySelectorAll('.transcript img, .transcript script').length";
            assert_eq!(desk.run(harmed, &[]).await, serde_json::json!(0));
        })
        .await;
    })
    .await;
}
