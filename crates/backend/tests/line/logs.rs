//! What is logged, however much of it: never what people say, type in to log in, or prove themselves by.

use crate::{
    shop::{ORIGIN, PASSWORD, Shop, cid},
    stream::{Stream, poll, posted},
};
use protocol::{Author, ServerToVisitor, VisitorFrame};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing::level_filters::LevelFilter;

/// Everything logged by this process, as JSON lines.
#[derive(Default)]
struct Log(Mutex<Vec<u8>>);

impl io::Write for &Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic while writing").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn logs_tell_conversations_but_no_text_token_or_password_at_any_level() {
    let log = Arc::new(Log::default());
    // For the whole process, whatever thread logs; what other tests log meanwhile does no harm.
    tracing_subscriber::fmt().json().with_max_level(LevelFilter::TRACE).with_writer(Arc::clone(&log)).init();
    tracing::trace!("this level is heard");

    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    let mut secrets = vec![PASSWORD.to_owned(), ada.split_once('=').expect("a cookie").1.to_owned()];
    let mut secret = |what: &str| {
        secrets.push(format!("{what}-{}", cid()));
        secrets.last().expect("just added").clone()
    };

    let (name, password) = (secret("name"), secret("password"));
    assert_eq!(shop.log_in(&name, &password).await.status, 401);
    assert_eq!(shop.log_in("Ada", &secret("password")).await.status, 401);
    shop.post("/v1/agent/login", &[("origin", &shop.own_origin())], &secret("no-json")).await;
    let forged = format!("shopbell={}", secret("cookie"));
    assert_eq!(shop.get("/v1/agent/me", &[("cookie", &forged)]).await.status, 401);
    shop.get(&format!("/v1/visitor?token={}", secret("query")), &[("authorization", &secret("header"))]).await;

    let (mut line, welcome) = shop.visitor().await;
    let said = cid();
    line.say(&said, &secret("question")).await;
    line.ack(&said).await;
    line.send_text(&format!("{{\"send\":{{\"{}\":1}}}}", secret("field"))).await;
    line.until(|frame| matches!(frame, ServerToVisitor::Error(_)).then_some(())).await;
    line.ring().await;
    let mut inbox = shop.inbox(&ada).await;
    inbox.queue(|queue| !queue.is_empty()).await;
    inbox.claim(&welcome.conversation).await.expect("claimed");
    inbox.reply(&welcome.conversation, &secret("answer")).await.expect("said");
    let edited = inbox.watch(&welcome.conversation, 0).await.last().expect("the answer").seq;
    inbox.edit(&welcome.conversation, edited, &secret("edited")).await.expect("edited");
    line.message_by(Author::Human).await;
    let send = VisitorFrame::Send { cid: cid(), author: Author::Visitor, text: secret("posted"), entry: None };
    posted(&shop, &welcome, vec![send]).await;
    poll(&shop, &welcome.hello(0)).await;
    Stream::open(&shop, &welcome.hello(0)).await.log_to(edited).await;
    shop.again(&welcome, 1).await;
    let stranger = secret("token");
    let mut refused = shop.knock().await;
    let hello = serde_json::json!({ "hello": { "protocol": protocol::PROTOCOL, "token": stranger } });
    refused.send(&hello).await;
    refused.until(|frame| matches!(frame, ServerToVisitor::Error(_)).then_some(())).await;
    let note = serde_json::json!({ "cid": cid(), "text": secret("note"), "reply_to": secret("address") }).to_string();
    assert_eq!(shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status, 202);
    secrets.extend(welcome.token);
    shop.close().await;

    let log = String::from_utf8(log.0.lock().expect("written").clone()).expect("text");
    let told = log.lines().filter(|line| line.contains(&welcome.conversation)).count();
    assert!(told >= 2, "the conversation is told");
    for level in ["TRACE", "DEBUG", "INFO"] {
        assert!(log.contains(&format!("\"level\":\"{level}\"")), "{level} is not heard");
    }
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} was logged");
    }
}
