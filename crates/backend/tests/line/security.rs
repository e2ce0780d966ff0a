//! What an attacker would try, each in vain. docs/threat-model.md tells what each of these stands against.

use crate::{
    edits::search,
    identities::{SECRET, saying, shop_with_secret, token},
    injection::{audited, exported},
    lines::VisitorLine,
    place::skipped_on_postgres,
    shop::{ORIGIN, PASSWORD, Shop, cid, hello},
};
use backend::{Which, agents, agents::Role};
use data_encoding::BASE64URL_NOPAD;
use protocol::{Author, ErrorCode, Event, EventBody, PROTOCOL, ServerToVisitor, VisitorFrame, WireError};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};

/// What would do something if anybody took it for more than text.
const MARKUP: &str = "<img src=x onerror=alert(1)><script>alert(2)</script> &lt;b&gt; javascript:alert(3) \u{202e}txt";

pub(crate) fn texts(log: &[Event]) -> Vec<&str> {
    let text = |event| match event {
        &Event { body: EventBody::Message(ref message), .. } => Some(message.text.as_str()),
        _ => None,
    };
    log.iter().filter_map(text).collect()
}

/// Why a line was ended right after this `hello`, and the close code.
pub(crate) async fn refused(shop: &Shop, hello: &VisitorFrame) -> (ErrorCode, u16) {
    let mut line = shop.knock().await;
    line.send(hello).await;
    (refusal(&mut line).await.code, line.closed().await)
}

pub(crate) async fn refusal(line: &mut VisitorLine) -> WireError {
    line.until(|frame| match frame {
        ServerToVisitor::Error(error) => Some(error),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn markup_stays_the_text_it_is_between_visitor_and_agent() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    line.tell(MARKUP).await;
    let ada = shop.agent(MARKUP.split(' ').next().expect("a word")).await;
    let mut inbox = shop.inbox(&ada).await;
    let queue = inbox.queue(|queue| queue.iter().any(|waiting| waiting.unanswered == 1)).await;
    assert!(MARKUP.starts_with(queue[0].preview.trim_end()), "{}", queue[0].preview);
    assert_eq!(texts(&inbox.watch(&welcome.conversation, 0).await), [MARKUP]);
    inbox.claim(&welcome.conversation).await.expect("claimed");
    inbox.reply(&welcome.conversation, MARKUP).await.expect("said");
    assert_eq!(line.message_by(Author::Human).await, MARKUP);

    let note = json!({ "cid": cid(), "text": MARKUP, "reply_to": MARKUP }).to_string();
    let answer = shop.post("/v1/door", &[("origin", ORIGIN)], &note).await;
    assert_eq!((answer.status, answer.header("content-type")), (202, Some("application/json")));
    let door = inbox.queue(|queue| queue.len() == 2).await.pop().expect("the note");
    let reply_to = format!("Reply to: {MARKUP}");
    assert_eq!(texts(&inbox.watch(&door.conversation, 0).await), [MARKUP, &reply_to]);
}

#[tokio::test]
async fn there_is_nowhere_to_leave_a_file() {
    let site = tempfile::tempdir().expect("a folder");
    fs::write(site.path().join("index.html"), "the shop").expect("written");
    let folder = site.path().to_owned();
    let shop = Shop::open_with(|config| (config.site, config.inbox) = (Some(folder.clone()), Some(folder))).await;
    let ada = shop.agent("Ada").await;
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    let part =
        format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.svg\"\r\n\r\n{svg}\r\n--x--\r\n");
    let files = [
        ("image/svg+xml", svg),
        ("application/pdf", "%PDF-1.7 /JavaScript"),
        ("multipart/form-data; boundary=x", part.as_str()),
        ("application/json", svg),
    ];
    let paths = [
        "/v1/door",
        "/v1/visitor",
        "/v1/visitor/stream",
        "/v1/visitor/poll",
        "/v1/visitor/frames",
        "/v1/agent/login",
        "/v1/agent/line",
        "/v1/agent/me",
        "/v1/files",
        "/v1/upload",
        "/upload",
        "/a.svg",
        "/inbox/a.svg",
    ];
    for path in paths {
        for method in ["POST", "PUT", "PATCH"] {
            for (kind, body) in files {
                for origin in [ORIGIN, &shop.own_origin()] {
                    let headers = [("origin", origin), ("cookie", &ada), ("content-type", kind)];
                    let answer = shop.request(method, path, &headers, body).await;
                    assert!((400..=415).contains(&answer.status), "{method} {path} {kind}: {answer:?}");
                    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
                }
            }
        }
    }
    for path in ["/a.svg", "/inbox/a.svg", "/v1/files", "/upload"] {
        assert_eq!(shop.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(fs::read_dir(site.path()).expect("a folder").count(), 1, "only what was there");
    assert_eq!(exported(&shop, &Which::All).await, []);
}

#[tokio::test]
async fn nothing_of_a_requests_headers_reaches_an_agent_or_the_store() {
    let shop = Shop::open_with(|config| config.behind_proxy = true).await;
    let hostile = "<script>canary</script>";
    let headers = [
        ("origin", ORIGIN),
        ("user-agent", hostile),
        ("referer", hostile),
        ("accept-language", hostile),
        ("cookie", hostile),
        ("x-forwarded-for", hostile),
        ("x-forwarded-host", hostile),
        ("x-real-ip", hostile),
        ("forwarded", hostile),
        ("from", hostile),
        ("canary", hostile),
    ];
    let mut line: VisitorLine = shop.socket("/v1/visitor?canary", &headers).await.expect("let in");
    line.send(&hello(None, None, None)).await;
    line.ring().await;
    line.log_to(1).await;
    let note = json!({ "cid": cid(), "text": "hi" }).to_string();
    assert_eq!(shop.post("/v1/door?canary", &headers, &note).await.status, 202);
    agents::add(&shop.database, "Ada", PASSWORD, Role::Agent).await.expect("added");
    let origin = shop.own_origin();
    let headers = [&[("origin", origin.as_str())], &headers[1..]].concat();
    for (password, status) in [("a wrong password", 401), (PASSWORD, 204)] {
        let body = json!({ "name": "Ada", "password": password }).to_string();
        assert_eq!(shop.post("/v1/agent/login?canary", &headers, &body).await.status, status);
    }

    let ada = shop.log_in("Ada", PASSWORD).await.cookie();
    let mut inbox = shop.inbox(&ada).await;
    let mut seen = json!(inbox.queue(|queue| queue.len() == 2).await);
    for conversation in ["/0/conversation", "/1/conversation"] {
        let conversation = seen.pointer(conversation).and_then(Value::as_str).expect("an id").to_owned();
        let log = inbox.watch(&conversation, 0).await;
        seen.as_array_mut().expect("a list").push(json!(log));
    }
    let kept = (json!(exported(&shop, &Which::All).await), json!(audited(&shop).await));
    for told in [seen, kept.0, kept.1] {
        assert!(told.as_array().is_some_and(|told| !told.is_empty()) && !told.to_string().contains("canary"), "{told}");
    }
    if !skipped_on_postgres("whose bytes are searched") {
        let place = shop.close().await;
        assert!(!search(place.folder(), "canary").1);
    }
}

#[tokio::test]
async fn a_reply_address_is_only_text_and_opens_nothing() {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let address = "mina@mail.example\r\nBcc: everybody@mail.example";
    let note = json!({ "cid": cid(), "text": "I am Mina.", "reply_to": address }).to_string();
    assert_eq!(shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status, 202);
    let waiting = inbox.queue(|queue| queue.len() == 1).await.remove(0);
    assert_eq!(waiting.identity, None, "whoever writes an address is not thereby its owner");
    let log = inbox.watch(&waiting.conversation, 0).await;
    assert_eq!(texts(&log)[1], format!("Reply to: {address}"), "one message, as it was written");

    let (_line, mine) = shop.visitor().await;
    for token in [None, mine.token] {
        let hello = hello(token, Some(waiting.conversation.clone()), None);
        assert_eq!(refused(&shop, &hello).await, (ErrorCode::Unauthorized, 4401), "nobody's page goes on with it");
    }
}

#[tokio::test]
async fn to_be_known_by_the_same_name_opens_nothing() {
    let (shop, _secret) = shop_with_secret().await;
    let (_line, mina) = shop.greet(saying(token(SECRET))).await;
    let (_line, other) = shop.greet(saying(token(SECRET))).await;
    assert_ne!(other.conversation, mina.conversation);
    let VisitorFrame::Hello { identity, .. } = saying(token(SECRET)) else { unreachable!("it is a hello") };
    for token in [None, other.token] {
        let conversation = Some(mina.conversation.clone());
        let (protocol, identity) = (PROTOCOL.into(), identity.clone());
        let hello = VisitorFrame::Hello { protocol, token, conversation, resume: None, identity };
        assert_eq!(refused(&shop, &hello).await, (ErrorCode::Unauthorized, 4401));
    }
}

#[tokio::test]
async fn a_log_in_gives_a_new_secret_whatever_cookie_was_brought() {
    let shop = Shop::open().await;
    shop.agent("Ada").await;
    let planted = format!("shopbell={}", "A".repeat(43));
    let body = json!({ "name": "Ada", "password": PASSWORD }).to_string();
    let headers = [("origin", shop.own_origin()), ("cookie", planted.clone())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let cookies =
        [shop.post("/v1/agent/login", &headers, &body).await.cookie(), shop.log_in("Ada", PASSWORD).await.cookie()];
    assert_eq!(BTreeSet::from(cookies.clone()).len(), 2, "each log-in has its own");
    assert!(!cookies.contains(&planted));
    for (cookie, status) in [(&planted, 401), (&cookies[0], 200), (&cookies[1], 200)] {
        assert_eq!(shop.get("/v1/agent/me", &[("cookie", cookie)]).await.status, status);
    }
}

#[tokio::test]
async fn neither_a_cookie_nor_a_password_lies_in_the_database() {
    if skipped_on_postgres("whose bytes are searched") {
        return;
    }
    let shop = Shop::open().await;
    let cookie = shop.agent("Ada").await;
    let secret = cookie.split_once('=').expect("a cookie").1;
    let bits = BASE64URL_NOPAD.decode(secret.as_bytes()).expect("base64url");
    let place = shop.close().await;
    for kept in [secret.as_bytes(), &bits, PASSWORD.as_bytes()] {
        assert!(!search(place.folder(), kept).1);
    }
    assert!(search(place.folder(), "$argon2id$").1, "the search finds what is there");
}

#[tokio::test]
async fn no_secret_is_taken_from_an_address() {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    assert_eq!(shop.get(&format!("/v1/agent/me?{ada}"), &[]).await.status, 401);
    let (_line, mine) = shop.visitor().await;
    let token = mine.token.expect("a secret");
    let frames = json!({ "conversation": mine.conversation, "frames": [] }).to_string();
    let posted = shop.post(&format!("/v1/visitor/frames?token={token}"), &[("origin", ORIGIN)], &frames).await;
    assert_eq!(posted.status, 401);
    let path = format!("/v1/visitor?token={token}&conversation={}", mine.conversation);
    let mut line: VisitorLine = shop.socket(&path, &[("origin", ORIGIN)]).await.expect("let in");
    line.send(&hello(None, None, None)).await;
    let ServerToVisitor::Welcome { conversation, token: Some(other), .. } = line.next().await else { panic!("known") };
    assert_ne!((conversation, other), (mine.conversation, token), "a new visitor");
}
