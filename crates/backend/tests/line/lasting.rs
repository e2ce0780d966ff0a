//! The service as a whole: files and headers, health, shutdown, and what is there after it.

use crate::shop::{ORIGIN, Shop, cid};
use protocol::{ServerToAgent, ServerToVisitor};
use std::{fs, time::Instant};

#[tokio::test]
async fn a_shutdown_says_good_bye_on_every_line_and_is_quick() {
    let shop = Shop::open().await;
    let (mut line, _) = shop.visitor().await;
    let mut knocking = shop.knock().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let start = Instant::now();
    let closing = tokio::spawn(shop.close());
    let wait = line
        .until(|frame| match frame {
            ServerToVisitor::Bye { retry_after_ms } => Some(retry_after_ms),
            _ => None,
        })
        .await;
    assert!((500..3_000).contains(&wait), "{wait} ms");
    assert_eq!(line.closed().await, 1001);
    inbox.until(|frame| matches!(frame, ServerToAgent::Bye { .. }).then_some(())).await;
    assert_eq!(inbox.closed().await, 1001);
    assert_eq!(knocking.closed().await, 1001);
    let _place = closing.await.expect("closed");
    assert!(start.elapsed().as_secs() < 4, "{:?}", start.elapsed());
}

#[tokio::test]
async fn at_a_shutdown_not_everybody_is_told_to_come_back_at_the_same_moment() {
    let shop = Shop::open().await;
    let mut lines = Vec::new();
    for _ in 0..8 {
        lines.push(shop.visitor().await.0);
    }
    let closing = tokio::spawn(shop.close());
    let mut waits = std::collections::BTreeSet::new();
    for line in &mut lines {
        let wait = line.until(|frame| match frame {
            ServerToVisitor::Bye { retry_after_ms } => Some(retry_after_ms),
            _ => None,
        });
        waits.insert(wait.await);
        line.closed().await;
    }
    assert!(waits.len() > 1 && waits.iter().all(|wait| (500..3_000).contains(wait)), "{waits:?}");
    closing.await.expect("closed");
}

#[tokio::test]
async fn somebody_who_does_not_listen_cannot_hold_up_the_shutdown() {
    let shop = Shop::open().await;
    let (_deaf, _) = shop.visitor().await;
    let start = Instant::now();
    let _place = shop.close().await;
    assert!(start.elapsed().as_secs() < 4, "{:?}", start.elapsed());
}

#[tokio::test]
async fn everything_acknowledged_is_there_after_a_restart() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let said = cid();
    line.say(&said, "where is my parcel").await;
    line.ack(&said).await;
    line.ring().await;
    line.log_to(2).await;
    let ada = shop.agent("Ada").await;
    let place = shop.close().await;

    let shop = Shop::open_in(place, |_| {}).await;
    let (mut line, again) = shop.again(&welcome, 0).await;
    assert_eq!((again.head, again.reset, &again.epoch), (2, false, &welcome.epoch));
    assert_eq!(line.log_to(2).await.len(), 2);
    line.say(&said, "where is my parcel").await;
    assert_eq!(line.ack(&said).await, (1, true));
    let mut inbox = shop.inbox(&ada).await;
    let queue = inbox.queue(|queue| !queue.is_empty()).await;
    assert_eq!(queue[0].conversation, welcome.conversation);
}

#[tokio::test]
async fn a_database_of_another_name_has_another_epoch() {
    let (one, two) = (Shop::open().await, Shop::open().await);
    assert_ne!(one.visitor().await.1.epoch, two.visitor().await.1.epoch);
}

#[tokio::test]
async fn life_and_readiness_are_told() {
    let shop = Shop::open().await;
    let alive = shop.get("/healthz", &[]).await;
    assert_eq!((alive.status, alive.body.as_str()), (200, "ok"));
    let ready = shop.get("/readyz", &[]).await;
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready"));
}

#[tokio::test]
async fn the_inbox_and_the_site_are_served_with_their_types_and_headers() {
    let files = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("inbox/index.html", "the inbox"),
        ("inbox/inbox_bg.wasm", "wasm"),
        ("site/index.html", "the shop"),
        ("site/shop/cart.html", "the cart"),
    ] {
        let path = files.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    let shop = Shop::open_with(|config| {
        config.inbox = Some(files.path().join("inbox"));
        config.site = Some(files.path().join("site"));
    })
    .await;

    let redirect = shop.get("/inbox", &[]).await;
    assert_eq!((redirect.status, redirect.header("location")), (308, Some("/inbox/")));
    let inbox = shop.get("/inbox/", &[]).await;
    assert_eq!((inbox.status, inbox.body.as_str()), (200, "the inbox"));
    let policy = inbox.header("content-security-policy").expect("a policy");
    for rule in ["default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"] {
        assert!(policy.contains(rule), "{rule} in {policy}");
    }
    let wasm = shop.get("/inbox/inbox_bg.wasm", &[]).await;
    assert_eq!((wasm.status, wasm.header("content-type")), (200, Some("application/wasm")));

    let home = shop.get("/", &[]).await;
    assert_eq!((home.status, home.body.as_str()), (200, "the shop"));
    assert!(home.header("content-security-policy").is_none(), "the site's policy is the site's");
    assert_eq!(shop.get("/shop/cart.html", &[]).await.body, "the cart");
    assert_eq!(shop.get("/nothing", &[]).await.status, 404);
    assert_eq!(shop.get("/../inbox/index.html", &[]).await.status, 404);

    for answer in [inbox, wasm, home] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
    }
}

#[tokio::test]
async fn without_a_built_inbox_one_is_told_how_to_get_it() {
    let shop = Shop::open().await;
    let answer = shop.get("/inbox/", &[]).await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("cargo xtask dist"), "{}", answer.body);
    assert_eq!(shop.get("/", &[("origin", ORIGIN)]).await.status, 404);
}
