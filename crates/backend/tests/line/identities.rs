//! Who the shop says its visitors are.

use crate::{
    place::skipped_on_postgres,
    shop::{Shop, hello},
};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use protocol::{Identity, VisitorFrame};
use sha2::Sha256;
use sqlx::{Connection, Executor, SqliteConnection};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::NamedTempFile;

pub(crate) const SECRET: &str = "a secret of the shop and of its bell, long enough";

/// A token as the shop's server would sign it, good for ten minutes.
pub(crate) fn token(secret: &str) -> String {
    let exp = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970") + Duration::from_secs(600);
    let claims =
        serde_json::json!({ "sub": "customer-7", "name": "Mina", "email": "mina@example.org", "exp": exp.as_secs() });
    let parts = [r#"{"alg":"HS256","typ":"JWT"}"#.to_owned(), claims.to_string()];
    let signed = parts.map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key does");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

pub(crate) fn saying(token: String) -> VisitorFrame {
    let VisitorFrame::Hello { protocol, token: secret, conversation, resume, .. } = hello(None, None, None) else {
        unreachable!("it is a hello")
    };
    VisitorFrame::Hello { protocol, token: secret, conversation, resume, identity: Some(token) }
}

/// A shop with a secret, which is read when it opens.
pub(crate) async fn shop_with_secret() -> (Shop, NamedTempFile) {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), format!("{SECRET}\n")).expect("written");
    let shop = Shop::open_with(|config| config.identity_secret_file = Some(file.path().to_owned())).await;
    (shop, file)
}

#[tokio::test]
async fn whom_the_shop_has_signed_for_is_named_in_the_queue() {
    let (shop, _secret) = shop_with_secret().await;
    let (mut line, _) = shop.greet(saying(token(SECRET))).await;
    line.ring().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    let queue = ada.queue(|queue| !queue.is_empty()).await;
    let mina = Identity { id: "customer-7".into(), name: Some("Mina".into()), email: Some("mina@example.org".into()) };
    assert_eq!(queue[0].identity, Some(mina));
}

#[tokio::test]
async fn whoever_brings_a_forged_token_is_let_in_without_a_name() {
    let (shop, _secret) = shop_with_secret().await;
    let forged = token("a secret of somebody else, which is long enough");
    for identity in [forged, "no token at all".to_owned(), String::new()] {
        let (mut line, _) = shop.greet(saying(identity)).await;
        line.ring().await;
        line.log_to(1).await;
    }
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    let queue = ada.queue(|queue| queue.len() == 3).await;
    assert!(queue.iter().all(|waiting| waiting.identity.is_none()), "{queue:?}");
}

#[tokio::test]
async fn whoever_cannot_be_noted_down_is_let_in_all_the_same() {
    if skipped_on_postgres("which is kept from writing") {
        return;
    }
    let (shop, _secret) = shop_with_secret().await;
    let _line = shop.visitor().await;
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", shop.database)).await.expect("the file");
    let full = "CREATE TRIGGER full BEFORE UPDATE OF identity ON visitor BEGIN SELECT RAISE(ABORT, 'no room'); END";
    connection.execute(full).await.expect("no room");
    let (mut line, _) = shop.greet(saying(token(SECRET))).await;
    line.ring().await;
    line.log_to(1).await;
}

#[tokio::test]
async fn a_shop_without_a_secret_believes_nobody_and_lets_everybody_in() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.greet(saying(token(SECRET))).await;
    line.ring().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    assert_eq!(ada.queue(|queue| !queue.is_empty()).await[0].identity, None);
}
