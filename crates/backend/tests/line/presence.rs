//! Who is there to answer, in which role, and until when.

use crate::shop::{PASSWORD, Shop};
use backend::agents::Role;
use protocol::{AgentFrame, AgentProfile, ErrorCode, PROTOCOL, ServerToAgent};

fn names(agents: &[protocol::Presence]) -> Vec<(&str, bool)> {
    agents.iter().map(|agent| (agent.name.as_str(), agent.available)).collect()
}

#[tokio::test]
async fn agents_see_who_comes_goes_and_takes_a_break() {
    let shop = Shop::open().await;
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    let mut ada = shop.inbox(&ada).await;
    ada.agents(|agents| names(agents) == [("Ada", true)]).await;
    let mut other = shop.inbox(&grace).await;
    ada.agents(|agents| names(agents) == [("Ada", true), ("Grace", true)]).await;
    other.send(&AgentFrame::Available { available: false }).await;
    ada.agents(|agents| names(agents) == [("Ada", true), ("Grace", false)]).await;
    other.agents(|agents| names(agents) == [("Ada", true), ("Grace", false)]).await;
    other.send(&AgentFrame::Available { available: true }).await;
    ada.agents(|agents| names(agents) == [("Ada", true), ("Grace", true)]).await;
    drop(other);
    ada.agents(|agents| names(agents) == [("Ada", true)]).await;
}

#[tokio::test]
async fn who_takes_a_break_is_not_counted_in_the_visitors_wait() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.ringing().await;
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    let (_ada, mut grace) = (shop.inbox(&ada).await, shop.inbox(&grace).await);
    line.wait((1, 2)).await;
    grace.send(&AgentFrame::Available { available: false }).await;
    line.wait((1, 1)).await;
    grace.send(&AgentFrame::Available { available: true }).await;
    line.wait((1, 2)).await;
}

#[tokio::test]
async fn an_agent_is_told_their_role() {
    let shop = Shop::open().await;
    for (name, role) in [("Ada", Role::Agent), ("Hedy", Role::Lead), ("Mary", Role::Admin)] {
        let cookie = shop.agent_as(name, role).await;
        let me = shop.get("/v1/agent/me", &[("cookie", &cookie)]).await;
        let me: AgentProfile = serde_json::from_str(&me.body).expect("JSON");
        assert_eq!(me, AgentProfile { name: name.into(), role });
        let origin = shop.own_origin();
        let headers = [("origin", origin.as_str()), ("cookie", cookie.as_str())];
        let mut line: crate::lines::AgentLine = shop.socket("/v1/agent/line", &headers).await.expect("let in");
        line.send(&AgentFrame::Hello { protocol: PROTOCOL.into() }).await;
        let ServerToAgent::Welcome { agent, .. } = line.next().await else { panic!("not welcomed") };
        assert_eq!(agent, me);
    }
}

#[tokio::test]
async fn another_role_ends_the_log_in_and_every_line_of_it() {
    let shop = Shop::open().await;
    let hedy = shop.agent_as("Hedy", Role::Lead).await;
    let mut lines = [shop.inbox(&hedy).await, shop.inbox(&hedy).await];
    backend::agents::set_role(&shop.database, "hedy", Role::Agent).await.expect("another role");
    for line in &mut lines {
        let error = line
            .until(|frame| match frame {
                ServerToAgent::Error(error) => Some(error),
                _ => None,
            })
            .await;
        assert_eq!(error.code, ErrorCode::Unauthorized);
        assert_eq!(line.closed().await, 4401);
    }
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &hedy)]).await.status, 401);
    let again = shop.log_in("Hedy", PASSWORD).await.cookie();
    let me = shop.get("/v1/agent/me", &[("cookie", &again)]).await;
    assert_eq!(serde_json::from_str::<AgentProfile>(&me.body).expect("JSON").role, Role::Agent);
}

#[tokio::test]
async fn logging_out_ends_every_line_of_that_log_in_and_of_no_other() {
    let shop = Shop::open().await;
    let here = shop.agent("Ada").await;
    let there = shop.log_in("Ada", PASSWORD).await.cookie();
    let mut lines = [shop.inbox(&here).await, shop.inbox(&here).await, shop.inbox(&here).await];
    let mut elsewhere = shop.inbox(&there).await;
    let headers = [("cookie", here.as_str()), ("origin", &shop.own_origin())];
    assert_eq!(shop.post("/v1/agent/logout", &headers, "").await.status, 204);
    for line in &mut lines {
        assert_eq!(line.closed().await, 4401);
    }
    let (_visitor, welcome) = shop.ringing().await;
    elsewhere.claim(&welcome.conversation).await.expect("the other log-in goes on");
}
