//! What is kept: the audit log, backups, exports and erasures, all beside the running service.

use crate::{
    edits::search,
    place::{Place, skipped_on_postgres},
    shop::{PASSWORD, Shop, cid},
};
use backend::{AuditEntry, AuditTrail, Database, Exported, Which, records};
use protocol::{ErrorCode, EventBody, ServerToVisitor};
use std::collections::HashSet;

const MARK: &str = "my parcel number is kumquat-4711";

async fn audited(database: &Database) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    records::list_audit(database, |entry| entries.push(entry)).await.expect("listed");
    entries
}

async fn exported(database: &Database, which: Which) -> Vec<Exported> {
    let mut conversations = Vec::new();
    let count = records::export(database, &which, |exported| conversations.push(exported)).await.expect("exported");
    assert_eq!(count, conversations.len() as u64);
    conversations
}

#[tokio::test]
async fn what_agents_and_operators_do_is_in_the_audit_log_and_the_chain_is_whole() {
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let conversation = welcome.conversation.as_str();
    let cookie = shop.agent("Ada").await;
    assert_eq!(shop.log_in("Ada", "a wrong password").await.status, 401);
    let mut ada = shop.inbox(&cookie).await;
    ada.watch(conversation, 0).await;
    ada.claim(conversation).await.expect("claimed");
    ada.claim(conversation).await.expect("claimed already");
    ada.reply(conversation, "40 days").await.expect("said");
    ada.edit(conversation, 3, "45 days").await.expect("changed");
    ada.edit(conversation, 3, "").await.expect("taken back");
    ada.transfer(conversation, None).await.expect("given back");
    ada.claim(conversation).await.expect("claimed");
    ada.close(conversation).await.expect("closed");
    let headers = [("cookie", cookie.as_str()), ("origin", &shop.own_origin())];
    shop.post("/v1/agent/logout", &headers, "").await;
    exported(&shop.database, Which::Conversation(conversation.to_owned())).await;

    let entries = audited(&shop.database).await;
    let told: Vec<_> =
        entries.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str(), entry.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            ("operator", "added", "Ada"),
            ("Ada", "logged in", "127.0.0.1"),
            ("somebody", "failed to log in", "127.0.0.1"),
            ("Ada", "viewed", conversation),
            ("Ada", "claimed", conversation),
            ("Ada", "changed a message", conversation),
            ("Ada", "took back a message", conversation),
            ("Ada", "transferred", conversation),
            ("Ada", "claimed", conversation),
            ("Ada", "closed", conversation),
            ("Ada", "logged out", ""),
            ("operator", "exported", conversation),
        ]
    );
    assert!(entries.iter().all(|entry| !format!("{entry:?}").contains("days")), "nothing that was said");
    let hash = entries.last().expect("an entry").hash.clone();
    let whole = AuditTrail::Whole { entries: entries.len() as u64, hash };
    assert_eq!(records::verify_audit(&shop.database).await.expect("read"), whole);
}

#[tokio::test]
async fn another_epoch_is_in_the_audit_log() {
    let shop = Shop::open().await;
    records::renew_epoch(&shop.database).await.expect("renewed");
    let entries = audited(&shop.database).await;
    let entry = entries.last().map(|entry| (entry.actor.as_str(), entry.action.as_str()));
    assert_eq!(entry, Some(("operator", "renewed the epoch")));
}

#[tokio::test]
async fn a_backup_taken_while_messages_come_in_holds_all_that_was_acknowledged_before() {
    if skipped_on_postgres("which is copied") {
        return;
    }
    let shop = Shop::open_with(|config| config.messages_per_minute = 0).await;
    let (mut line, welcome) = shop.visitor().await;
    let mut before = HashSet::new();
    for number in 0..30 {
        let cid = cid();
        line.say(&cid, &format!("before {number}")).await;
        line.ack(&cid).await;
        before.insert(cid);
    }
    let copies = tempfile::tempdir().expect("a folder");
    let copy = copies.path().join("shopbell.db");
    let writing = tokio::spawn(async move {
        for number in 0..60 {
            line.tell(&format!("during {number}")).await;
        }
        line
    });
    records::back_up(&shop.database, &copy).await.expect("copied");
    let _line = writing.await.expect("written");
    assert_eq!(shop.again(&welcome, 0).await.1.head, 90, "nothing was held up for good");
    let again = records::back_up(&shop.database, &copy).await;
    assert!(again.is_err(), "a copy is not written over");

    let copied = Shop::open_in(Place::Folder(copies).into(), |_| {}).await;
    let (mut line, restored) = copied.again(&welcome, 90).await;
    assert!(restored.reset && restored.epoch != welcome.epoch, "{restored:?}");
    let log = line.log_to(restored.head).await;
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=restored.head).collect::<Vec<_>>());
    let copied_cids: HashSet<_> = log.into_iter().map(|event| event.cid).collect();
    assert!(before.is_subset(&copied_cids));
    line.tell("the copy goes on").await;
    assert!(!shop.again(&welcome, 30).await.1.reset, "the original's epoch is its own");
}

#[tokio::test]
async fn an_export_tells_what_was_said() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let (mut other, theirs) = shop.visitor().await;
    line.tell(MARK).await;
    other.tell("somebody else's").await;
    let (mut line, _) = shop.again(&welcome, 0).await;
    let log = line.log_to(2).await;
    let one = exported(&shop.database, Which::Conversation(welcome.conversation.clone())).await;
    assert_eq!((one.len(), one[0].conversation.as_str()), (1, welcome.conversation.as_str()));
    assert_eq!(one[0].events, log);
    let EventBody::Message(message) = &one[0].events[1].body else { panic!("no message") };
    assert_eq!(message.text, MARK);
    let all = exported(&shop.database, Which::All).await;
    let ids: Vec<_> = all.iter().map(|exported| exported.conversation.as_str()).collect();
    assert_eq!(ids, [welcome.conversation.as_str(), theirs.conversation.as_str()]);
    assert!(exported(&shop.database, Which::Conversation("unheard-of".into())).await.is_empty());
    assert!(exported(&shop.database, Which::Identity("customer-7".into())).await.is_empty());
}

#[tokio::test]
async fn what_is_erased_is_gone_and_its_visitors_secret_with_it() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let (mut other, theirs) = shop.visitor().await;
    line.tell(MARK).await;
    other.tell("this stays").await;
    let which = Which::Conversation(welcome.conversation.clone());
    assert_eq!(records::erase(&shop.database, &which).await.expect("erased"), 1);
    assert_eq!(records::erase(&shop.database, &which).await.expect("nothing left"), 0);
    assert!(exported(&shop.database, which).await.is_empty());

    let cid = cid();
    line.say(&cid, "still open").await;
    let refused = line
        .until(|frame| match frame {
            ServerToVisitor::Error(error) => Some(error),
            _ => None,
        })
        .await;
    assert_eq!((refused.code, refused.cid), (ErrorCode::NotFound, Some(cid)));
    let mut line = shop.knock().await;
    line.send(&welcome.hello(0)).await;
    assert_eq!(line.closed().await, 4401);
    assert_eq!(shop.again(&theirs, 0).await.1.head, 1);
    let entries = audited(&shop.database).await;
    assert_eq!(entries.last().map(|entry| entry.action.as_str()), Some("erased"));
    assert!(matches!(records::verify_audit(&shop.database).await, Ok(AuditTrail::Whole { .. })));
}

#[tokio::test]
async fn what_is_erased_is_in_no_byte_of_the_files_even_while_the_service_runs() {
    if skipped_on_postgres("whose bytes are searched") {
        return;
    }
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    line.tell(MARK).await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.watch(&welcome.conversation, 0).await;
    assert!(search(shop.folder(), MARK).1, "the search finds what is there");
    let which = Which::Conversation(welcome.conversation.clone());
    records::erase(&shop.database, &which).await.expect("erased");
    let (read, found) = search(shop.folder(), MARK);
    assert!(read > 10_000 && !found, "{MARK} in {read} bytes");
    assert_eq!(shop.log_in("Ada", PASSWORD).await.status, 204, "the service goes on");
    let place = shop.close().await;
    assert!(!search(place.folder(), MARK).1);
}
