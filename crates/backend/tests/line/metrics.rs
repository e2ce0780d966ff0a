//! What is counted for whoever runs the service, and where it is told.

use crate::{
    place::postgres,
    shop::{ORIGIN, Shop, Welcome, cid, in_time},
    stream::{Stream, poll, posted},
};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use protocol::{Author, ServerToVisitor, VisitorFrame};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The sample's value, when it is told.
fn sample(counts: &str, name: &str) -> Option<f64> {
    let value = counts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.map(|value| value.parse().expect("a number"))
}

/// Reads the metrics until this sample has this value.
async fn until(shop: &Shop, name: &str, value: f64) {
    in_time(async { while sample(&shop.counts().await, name) != Some(value) {} }).await;
}

/// A shop in which everything that is counted has happened once or more.
async fn after_a_day() -> Shop {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    assert_eq!(shop.log_in("Ada", "another password").await.status, 401);

    let (mut line, welcome) = shop.visitor().await;
    let said = cid();
    line.say(&said, "where is my parcel").await;
    line.ack(&said).await;
    line.say(&said, "where is my parcel").await;
    assert_eq!(line.ack(&said).await, (1, true));
    line.send_text("not a frame").await;
    line.until(|frame| matches!(frame, ServerToVisitor::Error(_)).then_some(())).await;
    line.ring().await;
    until(&shop, "shopbell_ringing", 1.0).await;

    let mut inbox = shop.inbox(&ada).await;
    inbox.queue(|queue| !queue.is_empty()).await;
    inbox.claim(&welcome.conversation).await.expect("claimed");
    inbox.reply(&welcome.conversation, "on its way").await.expect("said");
    line.message_by(Author::Human).await;
    drop(line);
    let (line, _) = shop.again(&welcome, 4).await;
    drop(line);
    let elsewhere = Welcome { epoch: "another".into(), ..welcome.clone() };
    assert!(shop.again(&elsewhere, 4).await.1.reset);
    without_websocket(&shop, &welcome).await;

    inbox.close(&welcome.conversation).await.expect("closed");
    let note = serde_json::json!({ "cid": cid(), "text": "hello", "reply_to": "a@b.example" }).to_string();
    for _ in 0..2 {
        assert_eq!(shop.post("/v1/door", &[("origin", ORIGIN)], &note).await.status, 202);
    }
    until(&shop, "shopbell_ringing", 1.0).await;
    drop(inbox);
    until(&shop, "shopbell_agents_available", 0.0).await;
    shop
}

/// The visitor says something more over a stream, and polls once.
async fn without_websocket(shop: &Shop, welcome: &Welcome) {
    let streams = r#"shopbell_connections{side="visitor",transport="stream"}"#;
    let mut stream = Stream::open(shop, &welcome.hello(4)).await;
    stream.welcome().await;
    until(shop, streams, 1.0).await;
    let send = VisitorFrame::Send { cid: cid(), author: Author::Visitor, text: "thank you".into(), entry: None };
    let beat = VisitorFrame::Beat;
    let answers = posted(shop, welcome, vec![send, beat]).await;
    assert!(matches!(answers[..], [ServerToVisitor::Ack { .. }, ServerToVisitor::Error(_)]), "{answers:?}");
    stream.log_to(5).await;
    drop(stream);
    until(shop, streams, 0.0).await;
    poll(shop, &welcome.hello(4)).await;
}

#[tokio::test]
async fn what_happens_on_the_line_is_counted() {
    let shop = after_a_day().await;
    for transport in ["websocket", "poll"] {
        until(&shop, &format!(r#"shopbell_connections{{side="visitor",transport="{transport}"}}"#), 0.0).await;
    }
    let counts = shop.counts().await;
    for (name, value) in [
        (r#"shopbell_connections{side="agent",transport="websocket"}"#, 0.0),
        (r#"shopbell_visitors_welcomed_total{way="new"}"#, 1.0),
        // Over a WebSocket and the stream; a poll is not an arrival.
        (r#"shopbell_visitors_welcomed_total{way="back"}"#, 2.0),
        (r#"shopbell_visitors_welcomed_total{way="reset"}"#, 1.0),
        (r#"shopbell_messages_stored_total{author="visitor"}"#, 4.0),
        (r#"shopbell_messages_stored_total{author="human"}"#, 1.0),
        (r#"shopbell_floor_changes_total{change="ring"}"#, 2.0),
        (r#"shopbell_floor_changes_total{change="claim"}"#, 1.0),
        (r#"shopbell_floor_changes_total{change="close"}"#, 1.0),
        ("shopbell_duplicates_total", 2.0),
        ("shopbell_record_seconds_count", 7.0),
        ("shopbell_ring_to_claim_seconds_count", 1.0),
        ("shopbell_store_errors_total", 0.0),
        (r#"shopbell_refusals_total{code="bad_frame"}"#, 2.0),
        (r#"shopbell_refusals_total{code="unauthorized"}"#, 1.0),
        (r#"shopbell_log_ins_total{outcome="succeeded"}"#, 1.0),
        (r#"shopbell_log_ins_total{outcome="failed"}"#, 1.0),
        (r#"shopbell_rate_limited_total{limit="visitor"}"#, 0.0),
        (r#"shopbell_slow_consumers_cut_total{side="visitor"}"#, 0.0),
        ("shopbell_open", 1.0),
        ("shopbell_bus_connected", if postgres().is_some() { 1.0 } else { 0.0 }),
        ("shopbell_bus_failures_total", 0.0),
        (concat!(r#"shopbell_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""}"#), 1.0),
        // Five hellos, two messages, a ring, what was no frame, and two posted.
        (r#"shopbell_frames_total{side="visitor",direction="in"}"#, 11.0),
        (r#"shopbell_frames_total{side="agent",direction="in"}"#, 4.0),
    ] {
        assert_eq!(sample(&counts, name), Some(value), "{name} in\n{counts}");
    }
    // The visitor, and seven wishes; those that came together share a commit.
    assert_eq!(sample(&counts, "shopbell_batch_writes_sum"), Some(8.0), "{counts}");
    assert!(sample(&counts, "shopbell_commit_seconds_count").is_some_and(|commits| commits >= 7.0), "{counts}");
    assert!(sample(&counts, "shopbell_oldest_ring_seconds").is_some_and(|seconds| seconds > 0.0), "{counts}");
}

#[tokio::test]
async fn a_conversation_given_back_to_the_queue_counts_no_second_time_as_a_wait() {
    let shop = Shop::open().await;
    let ada = shop.agent("Ada").await;
    let mut inbox = shop.inbox(&ada).await;
    let (mut line, welcome) = shop.visitor().await;
    line.ring().await;
    for ringing_again in [false, true] {
        until(&shop, "shopbell_ringing", 1.0).await;
        inbox.claim(&welcome.conversation).await.expect("claimed");
        if !ringing_again {
            until(&shop, "shopbell_ringing", 0.0).await;
            inbox.transfer(&welcome.conversation, None).await.expect("given back");
        }
    }
    let counts = shop.counts().await;
    assert_eq!(sample(&counts, "shopbell_ring_to_claim_seconds_count"), Some(1.0), "{counts}");
}

#[tokio::test]
async fn a_shop_that_is_closed_is_told_apart_from_one_where_nobody_answers() {
    // Always open, but for today and the days beside it, wherever midnight comes while this runs.
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let closed = [-1, 0, 1].map(|day| ((today + day.days()).to_string(), Vec::<String>::new()));
    let hours = serde_json::json!({
        "time_zone": "UTC",
        "open": days.map(|day| (day, ["00:00-24:00"])).into_iter().collect::<BTreeMap<_, _>>(),
        "holidays": BTreeMap::from(closed),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hours.json");
    fs::write(&file, hours.to_string()).expect("written");
    let shop = Shop::open_with(|config| config.hours = Some(file)).await;
    until(&shop, "shopbell_open", 0.0).await;
}

#[tokio::test]
async fn a_limit_that_is_reached_is_counted() {
    let shop = Shop::open().await;
    shop.agent("Ada").await;
    while shop.log_in("Ada", "a wrong password").await.status != 429 {}
    let (mut line, _) = shop.visitor().await;
    while sample(&shop.counts().await, r#"shopbell_rate_limited_total{limit="visitor"}"#) == Some(0.0) {
        line.say(&cid(), "once more").await;
        line.until(|frame| matches!(frame, ServerToVisitor::Ack { .. } | ServerToVisitor::Error(_)).then_some(()))
            .await;
    }
    let counts = shop.counts().await;
    for limit in ["visitor", "log_in"] {
        let name = format!("shopbell_rate_limited_total{{limit=\"{limit}\"}}");
        assert_eq!(sample(&counts, &name), Some(1.0), "{counts}");
    }
    assert_eq!(sample(&counts, r#"shopbell_refusals_total{code="rate_limited"}"#), Some(2.0), "{counts}");
}

#[tokio::test]
async fn metrics_are_told_on_a_listener_of_their_own_which_tells_nothing_else() {
    let shop = Shop::open().await;
    let told = shop.metrics.get("/metrics", &[]).await;
    assert_eq!(told.status, 200);
    let kind = told.header("content-type").expect("a type");
    assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
    assert!(told.body.ends_with("# EOF\n"), "{}", told.body);
    assert_eq!(shop.get("/metrics", &[]).await.status, 404, "never on the public listener");
    for path in ["/", "/healthz", "/readyz", "/v1/visitor", "/v1/agent/me", "/inbox/"] {
        assert_eq!(shop.metrics.get(path, &[]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_operations_guide_names_every_metric_and_no_other() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let words = guide.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    let family = |word: &str| {
        let ends = ["_total", "_bucket", "_count", "_sum", "_info"];
        ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word).to_owned()
    };
    let named: BTreeSet<String> = words.filter(|word| word.starts_with("shopbell_")).map(family).collect();
    let counts = after_a_day().await.counts().await;
    let told = counts.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let told: BTreeSet<String> = told.map(str::to_owned).collect();
    assert!(told.len() > 10, "{counts}");
    assert_eq!(named, told, "in docs/operations.md, and at /metrics");
}
