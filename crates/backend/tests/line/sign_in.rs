//! Agents logging in and out, over HTTP.

use crate::shop::{PASSWORD, Shop};
use backend::{Database, agents::Role};
use protocol::{AgentProfile, ErrorCode, ServerToAgent, WireError};
use tokio_tungstenite::tungstenite;

#[tokio::test]
async fn an_agent_logs_in_is_known_and_logs_out_everywhere() {
    let shop = Shop::open().await;
    let cookie = shop.agent("Ada").await;
    let me = shop.get("/v1/agent/me", &[("cookie", &cookie)]).await;
    assert_eq!(me.status, 200);
    assert_eq!(serde_json::from_str::<AgentProfile>(&me.body).expect("JSON").name, "Ada");

    let mut inbox = shop.inbox(&cookie).await;
    let headers = [("cookie", cookie.as_str()), ("origin", &shop.own_origin())];
    let out = shop.post("/v1/agent/logout", &headers, "").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").expect("a cookie").contains("Max-Age=0"));
    let error = inbox
        .until(|frame| match frame {
            ServerToAgent::Error(error) => Some(error),
            _ => None,
        })
        .await;
    assert_eq!(error.code, ErrorCode::Unauthorized);
    assert_eq!(inbox.closed().await, 4401);
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &cookie)]).await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let shop = Shop::open().await;
    shop.agent("Ada").await;
    let wrong = shop.log_in("Ada", "another password").await;
    let unknown = shop.log_in("Mallory", PASSWORD).await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, None));
    assert_eq!((unknown.status, &unknown.body), (wrong.status, &wrong.body));
    assert_eq!(shop.log_in("ada", PASSWORD).await.status, 204, "a name is the same in small letters");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    let shop = Shop::open().await;
    backend::agents::add(&shop.database, "Ada", PASSWORD, Role::Agent).await.expect("added");
    let cookie = shop.log_in("Ada", PASSWORD).await.header("set-cookie").expect("a cookie").to_owned();
    assert!(cookie.starts_with("shopbell="), "{cookie}");
    for flag in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"] {
        assert!(cookie.contains(flag), "{flag} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http, on one's own machine: {cookie}");

    let public = backend::Origin::parse("https://bell.example").expect("an origin");
    let shop = Shop::open_with(|config| config.public_url = Some(public)).await;
    backend::agents::add(&shop.database, "Ada", PASSWORD, Role::Agent).await.expect("added");
    let body = serde_json::json!({ "name": "Ada", "password": PASSWORD }).to_string();
    let answer = shop.post("/v1/agent/login", &[("origin", "https://bell.example")], &body).await;
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-shopbell="), "{cookie}");
    assert!(cookie.ends_with("; Secure") && !cookie.contains("Domain"), "{cookie}");
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &answer.cookie())]).await.status, 200);
}

#[tokio::test]
async fn other_sites_cannot_use_an_agents_cookie() {
    let shop = Shop::open().await;
    let cookie = shop.agent("Ada").await;
    let evil = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(shop.get("/v1/agent/me", &evil).await.status, 403);
    assert_eq!(shop.post("/v1/agent/logout", &evil, "").await.status, 403);
    assert_eq!(shop.post("/v1/agent/logout", &evil[..1], "").await.status, 403, "no Origin at all");
    for headers in [&evil[..], &evil[..1]] {
        let refused = shop.socket::<ServerToAgent>("/v1/agent/line", headers).await.err().expect("refused");
        assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 403), "{refused:?}");
    }
    assert_eq!(shop.get("/v1/agent/me", &evil[..1]).await.status, 200, "nothing has happened");
}

#[tokio::test]
async fn without_a_log_in_there_is_no_line() {
    let shop = Shop::open().await;
    let origin = shop.own_origin();
    for cookie in ["", "shopbell=", "shopbell=forged", &format!("shopbell={}", "A".repeat(43))] {
        let headers = [("origin", origin.as_str()), ("cookie", cookie)];
        let refused = shop.socket::<ServerToAgent>("/v1/agent/line", &headers).await.err().expect("refused");
        assert!(matches!(&refused, tungstenite::Error::Http(answer) if answer.status() == 401), "{refused:?}");
    }
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let shop = Shop::open().await;
    shop.agent("Ada").await;
    // On a slow disk another guess may be let in while these are made.
    let mut guesses = 0;
    let refused = loop {
        let answer = shop.log_in("Ada", "a wrong password").await;
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.status, 401);
        guesses += 1;
    };
    assert!((10..20).contains(&guesses), "{guesses} guesses");
    assert_eq!(shop.log_in("Ada", PASSWORD).await.status, 429, "not even the right one");
    assert!(refused.header("retry-after").is_some());
    let error: WireError = serde_json::from_str(&refused.body).expect("JSON");
    assert_eq!(error.code, ErrorCode::RateLimited);
    assert!(error.retry_after_ms.is_some());
}

#[tokio::test]
async fn new_names_from_one_address_do_not_fill_the_audit_log() {
    let shop = Shop::open().await;
    let cookie = shop.agent("Ada").await;
    let mut guesses = 0;
    let refused = loop {
        let answer = shop.log_in(&format!("somebody {guesses}"), "a wrong password").await;
        if answer.status == 429 {
            break answer;
        }
        assert_eq!(answer.status, 401);
        guesses += 1;
    };
    // On a slow machine a minute may pass while these are made, and then they count from the beginning.
    assert!((30..60).contains(&guesses), "{guesses} guesses");
    assert!(refused.header("retry-after").is_some());
    let mut entries = 0;
    let count = |entry: backend::AuditEntry| entries += u32::from(entry.action == "failed to log in");
    backend::records::list_audit(&shop.database, count).await.expect("listed");
    assert_eq!(entries, guesses);
    let counts = shop.counts().await;
    assert!(counts.contains("shopbell_rate_limited_total{limit=\"log_in_address\"} 1\n"), "{counts}");
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &cookie)]).await.status, 200, "who is logged in stays so");
}

#[tokio::test]
async fn a_log_in_that_is_no_log_in_is_refused() {
    let shop = Shop::open().await;
    let origin = shop.own_origin();
    let headers = [("origin", origin.as_str())];
    for body in ["", "{}", r#"{"name":"Ada","password":"x","admin":true}"#] {
        assert_eq!(shop.post("/v1/agent/login", &headers, body).await.status, 400);
    }
    assert_eq!(shop.post("/v1/agent/login", &headers, &"x".repeat(40_000)).await.status, 413);
}

#[tokio::test]
async fn agents_are_added_with_a_name_and_a_password_worth_the_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::from(folder.path().join("shopbell.db"));
    use backend::agents::{self, AgentError};
    for name in ["", " Ada", "Ada\n", &"A".repeat(61)] {
        assert!(matches!(agents::add(&database, name, PASSWORD, Role::Agent).await, Err(AgentError::Name)), "{name:?}");
    }
    assert!(matches!(agents::add(&database, "Ada", "too short", Role::Agent).await, Err(AgentError::Password)));
    agents::add(&database, "Ada", PASSWORD, Role::Agent).await.expect("added");
    assert!(matches!(agents::add(&database, "ADA", PASSWORD, Role::Agent).await, Err(AgentError::Taken(_))));
    agents::add(&database, "Grace", PASSWORD, Role::Agent).await.expect("added");
    assert_eq!(
        agents::list(&database).await.expect("a list"),
        [("Ada".to_owned(), Role::Agent), ("Grace".to_owned(), Role::Agent)]
    );
    assert!(matches!(agents::remove(&database, "Linus").await, Err(AgentError::Unknown(_))));
    agents::remove(&database, "Grace").await.expect("removed");
    assert_eq!(agents::list(&database).await.expect("a list"), [("Ada".to_owned(), Role::Agent)]);
    let nowhere = Database::from(folder.path().join("no such folder").join("shopbell.db"));
    let error = agents::list(&nowhere).await.expect_err("no folder").to_string();
    assert!(error.contains("check that it is there"), "{error}");
}
