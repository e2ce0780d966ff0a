//! What an agent said, changed and taken back.

use crate::{
    lines::AgentLine,
    place::skipped_on_postgres,
    shop::{Shop, Welcome},
};
use protocol::{ErrorCode, Event, EventBody};
use std::path::Path;

const WORDS: &str = "the code is plum-jam-17";
const OTHER_WORDS: &str = "the code is quince-jam-18";

/// Claims, and says [`WORDS`] as event 3.
async fn said(shop: &Shop, welcome: &Welcome) -> AgentLine {
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    assert_eq!(ada.reply(&welcome.conversation, WORDS).await, Ok(3));
    ada
}

fn edited(text: &str) -> EventBody {
    EventBody::Edited { agent: "Ada".into(), seq: 3, text: text.into() }
}

fn json(log: &[Event]) -> String {
    serde_json::to_string(log).expect("JSON")
}

/// How many bytes of the folder were searched, and whether `words` stand in them.
pub(crate) fn search(folder: &Path, words: impl AsRef<[u8]>) -> (usize, bool) {
    let words = words.as_ref();
    let (mut read, mut found) = (0, false);
    for file in std::fs::read_dir(folder).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
        read += bytes.len();
        found |= bytes.windows(words.len()).any(|window| window == words);
    }
    (read, found)
}

#[tokio::test]
async fn an_edit_is_told_at_once_and_to_whoever_comes_back_later() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let mut ada = said(&shop, &welcome).await;
    line.log_to(3).await;
    assert_eq!(ada.edit(&welcome.conversation, 3, OTHER_WORDS).await, Ok(4));
    assert_eq!(line.log_to(4).await[0].body, edited(OTHER_WORDS));

    drop(line);
    let (mut line, _) = shop.again(&welcome, 3).await;
    assert_eq!(line.log_to(4).await[0].body, edited(OTHER_WORDS), "missed while away");
    assert_eq!(ada.watch(&welcome.conversation, 3).await[0].body, edited(OTHER_WORDS));
}

#[tokio::test]
async fn what_was_taken_back_is_in_no_replay() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let mut ada = said(&shop, &welcome).await;
    ada.edit(&welcome.conversation, 3, OTHER_WORDS).await.expect("changed");
    ada.edit(&welcome.conversation, 3, "").await.expect("taken back");
    line.log_to(5).await;

    let (mut line, _) = shop.again(&welcome, 0).await;
    let log = line.log_to(5).await;
    assert_eq!(log.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(log[4].body, edited(""));
    for log in [log, ada.watch(&welcome.conversation, 0).await] {
        assert!(!json(&log).contains("-jam-"), "{}", json(&log));
    }
}

#[tokio::test]
async fn what_was_taken_back_is_in_no_byte_of_the_file() {
    if skipped_on_postgres("whose bytes are searched") {
        return;
    }
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let mut ada = said(&shop, &welcome).await;
    ada.edit(&welcome.conversation, 3, OTHER_WORDS).await.expect("changed");
    let place = shop.close().await;
    assert!(search(place.folder(), WORDS).1 && search(place.folder(), OTHER_WORDS).1, "the search finds what is there");

    let shop = Shop::open_in(place, |_| {}).await;
    let cookie = shop.log_in("Ada", crate::shop::PASSWORD).await.cookie();
    let mut ada = shop.inbox(&cookie).await;
    ada.edit(&welcome.conversation, 3, "").await.expect("taken back");
    let place = shop.close().await;
    for words in [WORDS, OTHER_WORDS] {
        let (read, found) = search(place.folder(), words);
        assert!(read > 10_000 && !found, "{words} in {read} bytes");
    }
}

#[tokio::test]
async fn nobody_changes_what_somebody_else_said() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.ringing().await;
    let mut ada = said(&shop, &welcome).await;
    line.tell("thank you").await;
    let grace = shop.agent_as("Grace", backend::agents::Role::Admin).await;
    let mut grace = shop.inbox(&grace).await;
    assert_eq!(grace.edit(&welcome.conversation, 3, "no").await.expect_err("Ada's").code, ErrorCode::NotFound);
    for not_hers in [1, 2, 4, 5, 99, u64::MAX] {
        let refused = ada.edit(&welcome.conversation, not_hers, "no").await.expect_err("not hers");
        assert_eq!(refused.code, ErrorCode::NotFound, "{not_hers}");
    }
    assert_eq!(ada.edit(&welcome.conversation, 3, " ").await.expect_err("blank").code, ErrorCode::Invalid);
    assert_eq!(shop.again(&welcome, 0).await.1.head, 4);
}
