//! Coming back: exactly what was missed, or everything anew, never a hole.

use crate::{
    lines::VisitorLine,
    shop::{Shop, cid},
};
use protocol::{Event, Resume, ServerToVisitor, limits};

async fn say(line: &mut VisitorLine, count: usize) {
    for number in 0..count {
        let cid = cid();
        line.say(&cid, &format!("message {number}")).await;
        line.ack(&cid).await;
    }
}

fn seqs(log: &[Event]) -> Vec<u64> {
    log.iter().map(|event| event.seq).collect()
}

#[tokio::test]
async fn exactly_what_was_missed_is_replayed() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    say(&mut line, 5).await;
    let (mut line, again) = shop.again(&welcome, 3).await;
    assert_eq!((again.head, again.reset), (5, false));
    assert_eq!(seqs(&line.log_to(5).await), [4, 5]);

    let (mut line, again) = shop.again(&welcome, 5).await;
    assert_eq!((again.head, again.reset), (5, false));
    say(&mut line, 1).await;
    let (mut line, _) = shop.again(&welcome, 5).await;
    assert_eq!(seqs(&line.log_to(6).await), [6]);
}

#[tokio::test]
async fn another_epoch_or_more_than_there_is_starts_anew() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    say(&mut line, 2).await;
    for (epoch, seq) in [("of another database", 1), (welcome.epoch.as_str(), 7)] {
        let resume = Resume { epoch: epoch.into(), seq };
        let conversation = Some(welcome.conversation.clone());
        let (mut line, again) = shop.returning(welcome.token.clone(), conversation, Some(resume)).await;
        assert!(again.reset, "{epoch} {seq}");
        assert_eq!(again.epoch, welcome.epoch);
        assert_eq!(seqs(&line.log_to(2).await), [1, 2]);
    }
}

#[tokio::test]
async fn a_long_log_comes_in_frames_of_at_most_fifty_events_and_in_order() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    say(&mut line, limits::MESSAGE_BURST as usize).await;
    let (mut line, again) = shop.again(&welcome, 0).await;
    let mut frames = Vec::new();
    let mut log = Vec::new();
    while log.len() < again.head as usize {
        if let ServerToVisitor::Replay(events) = line.next().await {
            frames.push(events.len());
            log.extend(events);
        }
    }
    assert_eq!(frames, [50, 10]);
    assert_eq!(seqs(&log), (1..=60).collect::<Vec<_>>());
}

/// The log is longer than what may wait unread, so it must be told at the pace of who reads.
#[tokio::test]
async fn a_log_larger_than_the_outbound_queue_is_told_whole() {
    let shop = Shop::open().await;
    let (mut line, welcome) = shop.visitor().await;
    let text = "\u{1F514}".repeat(3_900);
    for _ in 0..limits::MESSAGE_BURST {
        let cid = cid();
        line.say(&cid, &text).await;
        line.ack(&cid).await;
    }
    assert!(text.len() * limits::MESSAGE_BURST as usize > 3 * limits::OUTBOUND_BYTES);
    let (mut line, _) = shop.again(&welcome, 0).await;
    assert_eq!(seqs(&line.log_to(60).await), (1..=60).collect::<Vec<_>>());
}
