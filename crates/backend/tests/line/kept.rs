//! What is kept, and what an operator does with it: copied out, erased, and told in the audit log.

use crate::{
    place::skipped_on_postgres,
    security::refused,
    shop::{PASSWORD, Shop, cid, hello},
};
use backend::{AuditEntry, AuditTrail, Exported, Which, records};
use protocol::{AgentFrame, ErrorCode};
use std::{fs, path::Path};

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

/// Whether these bytes stand in any file of the folder, which must hold something.
pub(crate) fn holds(folder: &Path, words: &[u8]) -> bool {
    let files = fs::read_dir(folder).expect("a folder").map(|file| fs::read(file.expect("a file").path()));
    let files: Vec<Vec<u8>> = files.map(|bytes| bytes.expect("readable")).collect();
    assert!(files.iter().map(Vec::len).sum::<usize>() > 10_000, "the database was looked at");
    files.iter().any(|bytes| bytes.windows(words.len()).any(|window| window == words))
}

#[tokio::test]
async fn what_is_erased_is_in_no_byte_of_the_file_and_its_page_cannot_go_on() {
    if skipped_on_postgres("whose bytes are searched") {
        return;
    }
    let words = "my parcel for 7 Quince Lane is lost";
    let shop = Shop::open().await;
    let (mut line, erased) = shop.ringing().await;
    line.tell(words).await;
    let (mut line, kept) = shop.ringing().await;
    line.tell("another matter").await;
    let place = shop.close().await;
    assert!(holds(place.folder(), words.as_bytes()), "the search finds what is there");

    let which = Which::Conversation(erased.conversation.clone());
    assert_eq!(records::erase(&place.database(), &which).await.expect("erased"), 1);
    assert!(!holds(place.folder(), words.as_bytes()));
    let shop = Shop::open_in(place, |_| {}).await;
    assert_eq!(refused(&shop, &erased.hello(2)).await, (ErrorCode::Unauthorized, 4401));
    let token_alone = hello(erased.token.clone(), None, None);
    assert_eq!(refused(&shop, &token_alone).await, (ErrorCode::Unauthorized, 4401), "the visitor is forgotten, too");
    let (_line, again) = shop.again(&kept, 2).await;
    assert_eq!((again.head, again.reset), (2, false), "nobody else notices");
    let last = audited(&shop).await.pop().expect("an entry");
    assert_eq!((last.actor.as_str(), last.action.as_str(), last.subject), ("operator", "erased", erased.conversation));
}

#[tokio::test]
async fn who_saw_and_did_what_is_in_the_audit_log_and_no_words_are() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    line.tell("words of a visitor").await;
    let conversation = welcome.conversation.as_str();
    let (ada, grace) = (shop.agent("Ada").await, shop.agent("Grace").await);
    shop.log_in("Ada", "a wrong password").await;
    let (mut ada, mut grace) = (shop.inbox(&ada).await, shop.inbox(&grace).await);
    grace.watch(conversation, 0).await;
    ada.claim(conversation).await.expect("claimed");
    let said = ada.reply(conversation, "words of an agent").await.expect("said");
    ada.edit(conversation, said, "other words").await.expect("changed");
    ada.edit(conversation, said, "").await.expect("taken back");
    ada.transfer(conversation, Some("Grace")).await.expect("given");
    grace.hand_back(conversation).await.expect("handed back");
    line.ring().await;
    line.log_to(9).await;
    grace.claim(conversation).await.expect("claimed");
    let close = cid();
    for _ in 0..2 {
        grace.send(&AgentFrame::Close { conversation: conversation.into(), cid: close.clone() }).await;
        grace.settled(&close).await.expect("closed, once");
    }
    grace.close(conversation).await.expect_err("what is refused is not told");

    let entries = audited(&shop).await;
    let told: Vec<(&str, &str)> = entries
        .iter()
        .filter(|entry| entry.subject == conversation)
        .map(|entry| (entry.actor.as_str(), entry.action.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("Grace", "viewed"),
            ("Ada", "claimed"),
            ("Ada", "changed a message"),
            ("Ada", "took back a message"),
            ("Ada", "transferred"),
            ("Grace", "handed back"),
            ("Grace", "claimed"),
            ("Grace", "closed"),
        ]
    );
    let others: Vec<&str> =
        entries.iter().filter(|entry| entry.subject != conversation).map(|entry| entry.action.as_str()).collect();
    assert_eq!(others, ["added", "logged in", "added", "logged in", "failed to log in"]);
    let all = serde_json::to_string(&entries).expect("JSON");
    for secret in ["words", PASSWORD, "wrong"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let trail = records::verify_audit(&shop.database).await.expect("read");
    assert!(matches!(trail, AuditTrail::Whole { entries: 13, .. }), "{trail:?}");
}
