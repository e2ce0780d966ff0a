//! Text that would do something in a statement, wherever somebody may write any: it is only text.

use crate::{
    security::{refusal, refused, texts},
    shop::{ORIGIN, PASSWORD, Shop, cid, hello},
};
use backend::{
    AuditEntry, AuditTrail, Exported, Which,
    agents::{self, AgentError, Role},
    records,
};
use protocol::{AgentFrame, Author, ErrorCode, Resume, ServerToAgent, VisitorFrame, WireError};
use serde_json::json;

/// What would do something in a statement, or find more than it should.
const STATEMENTS: [&str; 8] = [
    "'; DROP TABLE event; --",
    "x' OR '1'='1",
    "\" OR \"1\"=\"1",
    "') UNION SELECT token_hash FROM visitor --",
    "%",
    "_",
    "$1 ?1 :a {\"a\":[1]}",
    "\\'; --",
];

/// These conversations as `shopbell export` copies them out.
pub(crate) async fn exported(shop: &Shop, which: &Which) -> Vec<Exported> {
    let mut all = Vec::new();
    records::export(&shop.database, which, |one| all.push(one)).await.expect("exported");
    all
}

/// The audit log.
pub(crate) async fn audited(shop: &Shop) -> Vec<AuditEntry> {
    let mut all = Vec::new();
    records::list_audit(&shop.database, |entry| all.push(entry)).await.expect("listed");
    all
}

fn code(settled: Result<u64, WireError>) -> ErrorCode {
    settled.expect_err("refused").code
}

#[tokio::test]
async fn what_a_visitor_writes_anywhere_is_never_part_of_a_statement() {
    let shop = Shop::open().await;
    let (mut line, mine) = shop.ringing().await;
    let mut said = Vec::new();
    for text in STATEMENTS {
        let unknown = hello(Some(text.into()), None, None);
        assert_eq!(refused(&shop, &unknown).await, (ErrorCode::Unauthorized, 4401), "as a token: {text}");
        let foreign = hello(mine.token.clone(), Some(text.into()), None);
        assert_eq!(refused(&shop, &foreign).await, (ErrorCode::Unauthorized, 4401), "as a conversation: {text}");
        let resume = Some(Resume { epoch: text.into(), seq: 1 });
        let (_line, again) = shop.returning(mine.token.clone(), Some(mine.conversation.clone()), resume).await;
        assert!(again.reset, "as an epoch: {text}");

        line.send(&VisitorFrame::Human { cid: text.into() }).await;
        assert_eq!(refusal(&mut line).await.code, ErrorCode::Invalid, "as an id: {text}");
        line.tell(text).await;
        let (id, entry) = (cid(), Some(text.to_owned()));
        line.send(&VisitorFrame::Send { cid: id.clone(), author: Author::Bot, text: text.into(), entry }).await;
        line.ack(&id).await;
        said.extend([text, text]);

        let bearer = format!("Bearer {}", mine.token.as_ref().expect("a secret"));
        for (authorization, conversation) in [(bearer.as_str(), text), (text, &mine.conversation)] {
            let headers = [("origin", ORIGIN), ("authorization", authorization)];
            let frames = json!({ "conversation": conversation, "frames": [{ "human": { "cid": cid() } }] });
            assert_eq!(shop.post("/v1/visitor/frames", &headers, &frames.to_string()).await.status, 401, "{text}");
        }
        for (id, status) in [(cid(), 202), (text.to_owned(), 400)] {
            let note = json!({ "cid": id, "text": text, "reply_to": text }).to_string();
            assert_eq!(shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status, status, "at the door: {text}");
        }
    }
    let all = exported(&shop, &Which::All).await;
    assert_eq!(all.len(), 1 + STATEMENTS.len(), "one conversation, and a note for each");
    assert_eq!(texts(&all[0].events), said);
    for (note, text) in all[1..].iter().zip(STATEMENTS) {
        assert_eq!(texts(&note.events), [text, &format!("Reply to: {text}")]);
    }
}

#[tokio::test]
async fn what_an_agent_writes_anywhere_is_never_part_of_a_statement() {
    let shop = Shop::open().await;
    let (_line, mine) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    inbox.claim(&mine.conversation).await.expect("claimed");
    for text in STATEMENTS {
        inbox.send(&AgentFrame::Watch { conversation: text.into(), after: 0 }).await;
        let error = inbox.until(|frame| match frame {
            ServerToAgent::Error(error) => Some(error),
            _ => None,
        });
        assert_eq!(error.await.code, ErrorCode::NotFound, "{text}");
        for settled in [
            inbox.claim(text).await,
            inbox.reply(text, "hi").await,
            inbox.edit(text, 1, "hi").await,
            inbox.transfer(text, None).await,
            inbox.hand_back(text).await,
            inbox.close(text).await,
            inbox.transfer(&mine.conversation, Some(text)).await,
        ] {
            assert_eq!(code(settled), ErrorCode::NotFound, "{text}");
        }
        inbox.send(&AgentFrame::Claim { conversation: mine.conversation.clone(), cid: text.into() }).await;
        assert_eq!(code(inbox.settled(text).await), ErrorCode::Invalid, "{text}");
        inbox.send(&AgentFrame::Typing { conversation: text.into(), active: true }).await;
        inbox.reply(&mine.conversation, text).await.expect("said");
        for (name, password) in [(text, PASSWORD), ("Ada", text)] {
            assert_eq!(shop.log_in(name, password).await.status, 401, "{text}");
        }
    }
    let all = exported(&shop, &Which::All).await;
    assert_eq!(texts(&all[0].events), STATEMENTS);
    assert_eq!(agents::list(&shop.database).await.expect("a list"), [("Ada".to_owned(), Role::Agent)]);
}

#[tokio::test]
async fn a_zero_byte_which_postgres_cannot_take_names_nothing_and_may_be_said() {
    let shop = Shop::open().await;
    let zero = "a\0b";
    let (mut line, mine) = shop.ringing().await;
    let foreign = hello(mine.token.clone(), Some(zero.into()), None);
    assert_eq!(refused(&shop, &foreign).await, (ErrorCode::Unauthorized, 4401));
    line.tell(zero).await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    inbox.claim(&mine.conversation).await.expect("claimed");
    for settled in [inbox.claim(zero).await, inbox.transfer(&mine.conversation, Some(zero)).await] {
        assert_eq!(code(settled), ErrorCode::NotFound);
    }
    inbox.reply(&mine.conversation, zero).await.expect("said");
    assert_eq!(shop.log_in(zero, PASSWORD).await.status, 401);
    assert_eq!(texts(&exported(&shop, &Which::All).await[0].events), [zero, zero]);
}

#[tokio::test]
async fn what_an_operator_names_is_only_a_name() {
    let shop = Shop::open().await;
    let (_line, mine) = shop.ringing().await;
    let database = &shop.database;
    agents::add(database, "Ada", PASSWORD, Role::Agent).await.expect("added");
    for text in STATEMENTS {
        for which in [Which::Conversation(text.into()), Which::Identity(text.into())] {
            assert_eq!(exported(&shop, &which).await, [], "{text}");
            assert_eq!(records::erase(database, &which).await.expect("nothing to erase"), 0, "{text}");
        }
        assert!(matches!(agents::remove(database, text).await, Err(AgentError::Unknown(_))), "{text}");
        assert!(matches!(agents::set_role(database, text, Role::Admin).await, Err(AgentError::Unknown(_))), "{text}");
        agents::add(database, text, PASSWORD, Role::Agent).await.expect("an odd name is a name");
        agents::set_role(database, text, Role::Lead).await.expect("changed");
        let expected = [("Ada".to_owned(), Role::Agent), (text.to_owned(), Role::Lead)];
        let mut there = agents::list(database).await.expect("a list");
        there.sort_by_key(|(name, _)| name != "Ada");
        assert_eq!(there, expected, "theirs alone was changed");
        agents::remove(database, text).await.expect("removed");
    }
    assert_eq!(exported(&shop, &Which::All).await[0].conversation, mine.conversation);
    let told = audited(&shop).await;
    assert!(STATEMENTS.iter().all(|text| told.iter().any(|entry| entry.subject == *text)));
    let trail = records::verify_audit(database).await.expect("read");
    assert!(matches!(trail, AuditTrail::Whole { .. }), "{trail:?}");
}
