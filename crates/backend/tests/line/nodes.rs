//! Two nodes on one Postgres: whatever is true at one is true at the other. Skipped without a server; see `place`.

use crate::{
    lines::{AgentLine, VisitorLine},
    place::{Place, skipped_without_nats, skipped_without_postgres},
    served::{Orders, Served},
    shop::{PASSWORD, Shop, Welcome, cid, in_time},
};
use protocol::{AgentFrame, Author, ErrorCode, Event, EventBody, Floor, VisitorFrame};
use sqlx::{Connection, Executor, PgConnection};
use std::{collections::HashSet, process::Stdio, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    time::Instant,
};

/// Two nodes, a visitor who has rung at the first, and an agent at the second who watches and has claimed.
async fn two_nodes() -> (Shop, Shop, (VisitorLine, Welcome), AgentLine) {
    let one = Shop::open().await;
    let two = one.beside().await;
    let (mut line, welcome) = one.ringing().await;
    let ada = two.agent("Ada").await;
    let mut ada = two.inbox(&ada).await;
    ada.queue(|queue| queue.len() == 1).await;
    ada.watch(&welcome.conversation, 0).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    line.log_to(2).await;
    (one, two, (line, welcome), ada)
}

fn cids(log: &[Event]) -> HashSet<&str> {
    log.iter().map(|event| event.cid.as_str()).collect()
}

#[tokio::test]
async fn a_visitor_at_one_node_and_an_agent_at_the_other_talk() {
    if skipped_without_postgres() {
        return;
    }
    let (_one, _two, (mut line, welcome), mut ada) = two_nodes().await;
    for number in 0..5 {
        line.tell(&format!("question {number}")).await;
        ada.reply(&welcome.conversation, &format!("answer {number}")).await.expect("said");
        assert_eq!(line.message_by(Author::Human).await, format!("answer {number}"));
    }
    let log = ada.watch(&welcome.conversation, 2).await;
    assert_eq!(log.len(), 10);
    line.tell("one more").await;
    assert_eq!(ada.event().await.seq, 13);
}

#[tokio::test]
async fn typing_is_seen_across_nodes() {
    if skipped_without_postgres() {
        return;
    }
    let (_one, _two, (mut line, welcome), mut ada) = two_nodes().await;
    for active in [true, false] {
        line.send(&VisitorFrame::Typing { active }).await;
        assert_eq!(ada.visitor_typing().await, active);
        ada.send(&AgentFrame::Typing { conversation: welcome.conversation.clone(), active }).await;
        assert_eq!(line.agent_typing().await, active);
    }
}

#[tokio::test]
async fn the_queue_and_who_is_there_are_the_same_at_every_node() {
    if skipped_without_postgres() {
        return;
    }
    let one = Shop::open().await;
    let two = one.beside().await;
    let (mut line, welcome) = one.ringing().await;
    let (ada, grace) = (two.agent("Ada").await, one.agent("Grace").await);
    let (mut ada, mut grace) = (two.inbox(&ada).await, one.inbox(&grace).await);
    line.wait((1, 2)).await;
    for inbox in [&mut ada, &mut grace] {
        inbox.agents(|agents| agents.len() == 2).await;
    }
    let (_other, theirs) = two.ringing().await;
    for inbox in [&mut ada, &mut grace] {
        let queue = inbox.queue(|queue| queue.len() == 2).await;
        let order: Vec<_> = queue.iter().map(|waiting| &waiting.conversation).collect();
        assert_eq!(order, [&welcome.conversation, &theirs.conversation]);
    }
    ada.send(&AgentFrame::Available { available: false }).await;
    line.wait((1, 1)).await;
    grace.claim(&welcome.conversation).await.expect("claimed");
    ada.queue(|queue| queue[0].floor == Floor::Human { agent: "Grace".into() }).await;
    drop(ada);
    grace.agents(|agents| agents.len() == 1).await;
}

#[tokio::test]
async fn whoever_was_at_a_node_that_was_stopped_is_not_waited_for() {
    if skipped_without_postgres() {
        return;
    }
    let one = Shop::open().await;
    let two = one.beside().await;
    let ada = two.agent("Ada").await;
    let _ada = two.inbox(&ada).await;
    let (mut line, _) = one.ringing().await;
    line.wait((1, 1)).await;
    two.close().await;
    // Sooner than the others would find out by themselves.
    line.wait((1, 0)).await;
}

#[tokio::test]
async fn logging_out_at_one_node_ends_the_lines_at_the_other() {
    if skipped_without_postgres() {
        return;
    }
    let one = Shop::open().await;
    let two = one.beside().await;
    let ada = one.agent("Ada").await;
    let mut there = two.inbox(&ada).await;
    let headers = [("cookie", ada.as_str()), ("origin", &one.own_origin())];
    assert_eq!(one.post("/v1/agent/logout", &headers, "").await.status, 204);
    assert_eq!(there.closed().await, 4401);
    assert_eq!(two.get("/v1/agent/me", &[("cookie", &ada)]).await.status, 401);
}

#[tokio::test]
async fn what_is_sent_to_both_nodes_at_once_is_stored_once() {
    if skipped_without_postgres() {
        return;
    }
    let one = Shop::open().await;
    let two = one.beside().await;
    let (mut here, welcome) = one.visitor().await;
    let (mut there, _) = two.again(&welcome, 0).await;
    let sent: Vec<String> = (0..20).map(|_| cid()).collect();
    for cid in &sent {
        tokio::join!(here.say(cid, "where is my parcel"), there.say(cid, "where is my parcel"));
        let ((seq, dup), (seq_there, dup_there)) = tokio::join!(here.ack(cid), there.ack(cid));
        assert_eq!(seq, seq_there);
        assert!(dup != dup_there, "one of them stored it");
    }
    let (mut line, again) = one.again(&welcome, 0).await;
    let log = line.log_to(again.head).await;
    assert_eq!(log.iter().map(|event| event.cid.as_str()).collect::<Vec<_>>(), sent);
}

#[tokio::test]
async fn of_two_agents_who_claim_at_two_nodes_at_once_exactly_one_wins() {
    if skipped_without_postgres() {
        return;
    }
    let one = Shop::open().await;
    let two = one.beside().await;
    let (ada, grace) = (one.agent("Ada").await, two.agent("Grace").await);
    let (mut ada, mut grace) = (one.inbox(&ada).await, two.inbox(&grace).await);
    for _ in 0..10 {
        let (mut line, welcome) = one.ringing().await;
        let (adas, graces) = tokio::join!(ada.claim(&welcome.conversation), grace.claim(&welcome.conversation));
        let (winner, refused) = match (adas, graces) {
            (Ok(2), Err(refused)) => ("Ada", refused),
            (Err(refused), Ok(2)) => ("Grace", refused),
            both => panic!("{both:?}"),
        };
        assert_eq!(refused.code, ErrorCode::AlreadyClaimed);
        assert_eq!(line.log_to(2).await[0].body, EventBody::Claimed { agent: winner.into() });
    }
}

#[tokio::test]
async fn a_claim_waits_for_whoever_is_removing_its_agent_and_is_refused() {
    if skipped_without_postgres() {
        return;
    }
    let shop = Shop::open().await;
    let (_line, welcome) = shop.ringing().await;
    let ada = shop.agent("Ada").await;
    let mut ada = shop.inbox(&ada).await;
    let backend::Database::Postgres(address) = &shop.database else { panic!("on Postgres") };
    let mut remover = PgConnection::connect(address).await.expect("the database");
    remover.execute("BEGIN; DELETE FROM agent WHERE name = 'Ada'").await.expect("removed");
    let claim = cid();
    ada.send(&AgentFrame::Claim { conversation: welcome.conversation.clone(), cid: claim.clone() }).await;
    let mut looker = PgConnection::connect(address).await.expect("the database");
    in_time(async {
        let waits = "SELECT count(*) FROM pg_stat_activity \
                     WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut looker).await.expect("a count") == 0 {}
    })
    .await;
    remover.execute("COMMIT").await.expect("removed for good");
    assert_eq!(ada.settled(&claim).await.expect_err("refused").code, ErrorCode::NotFound);
}

#[tokio::test]
async fn without_a_bus_messages_come_later_and_come() {
    if skipped_without_postgres() {
        return;
    }
    // Taken and let go: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let nowhere = format!("nats://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let place = Arc::new(Place::new().await);
    let bus = || Some(nowhere.parse().expect("a bus"));
    let one = Shop::open_in(Arc::clone(&place), |config| config.bus = bus()).await;
    let two = Shop::open_in(place, |config| config.bus = bus()).await;
    let (mut line, welcome) = one.ringing().await;
    let ada = two.agent("Ada").await;
    let mut ada = two.inbox(&ada).await;
    ada.queue(|queue| queue.len() == 1).await;
    ada.watch(&welcome.conversation, 0).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    for number in 0..2 {
        let start = Instant::now();
        ada.reply(&welcome.conversation, &format!("answer {number}")).await.expect("said");
        assert_eq!(line.message_by(Author::Human).await, format!("answer {number}"));
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        let seq = line.tell("question").await;
        while ada.event().await.seq < seq {}
    }
    let again = two.log_in("Ada", PASSWORD).await.cookie();
    let mut there = two.inbox(&again).await;
    let headers = [("cookie", again.as_str()), ("origin", &one.own_origin())];
    assert_eq!(one.post("/v1/agent/logout", &headers, "").await.status, 204);
    assert_eq!(there.closed().await, 4401);
}

/// A NATS server of the test's own.
fn nats_at(port: u16) -> Child {
    let mut command = Command::new("nats-server");
    command.args(["-a", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    command.kill_on_drop(true).spawn().expect("nats-server, as beside SHOPBELL_TEST_NATS")
}

#[tokio::test]
async fn while_nats_is_killed_and_started_again_all_that_is_said_is_stored_once_and_in_order_at_both_nodes() {
    if skipped_without_postgres() || skipped_without_nats() {
        return;
    }
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let mut server = nats_at(port);
    let bus = |config: &mut backend::Config| {
        config.bus = Some(format!("nats://127.0.0.1:{port}").parse().expect("a bus"));
        config.messages_per_minute = 0;
    };
    let place = Arc::new(Place::new().await);
    let (one, two) = (Shop::open_in(Arc::clone(&place), bus).await, Shop::open_in(place, bus).await);
    let (mut line, welcome) = one.ringing().await;
    let ada = two.agent("Ada").await;
    let mut ada = two.inbox(&ada).await;
    ada.claim(&welcome.conversation).await.expect("claimed");
    let mut said: [Vec<String>; 2] = Default::default();
    for outage in 0..4 {
        for is_there in [false, true] {
            if is_there {
                server = nats_at(port);
            } else {
                server.kill().await.expect("killed");
            }
            let texts: Vec<String> = (0..10).map(|number| format!("{outage} {is_there} {number}")).collect();
            let asking = async {
                for text in &texts {
                    line.tell(text).await;
                }
            };
            let answering = async {
                for text in &texts {
                    ada.reply(&welcome.conversation, text).await.expect("said");
                }
            };
            tokio::join!(asking, answering);
            said.iter_mut().for_each(|said| said.extend(texts.clone()));
        }
    }
    let (mut here, now) = one.again(&welcome, 0).await;
    let log = here.log_to(now.head).await;
    for (author, said) in [Author::Visitor, Author::Human].into_iter().zip(&said) {
        let texts: Vec<&String> = log.iter().filter_map(|event| text_by(author, event)).collect();
        assert_eq!(texts, said.iter().collect::<Vec<_>>(), "{author:?}");
    }
    let (mut there, now) = two.again(&welcome, 0).await;
    assert_eq!(there.log_to(now.head).await, log);
}

fn text_by(author: Author, event: &Event) -> Option<&String> {
    match &event.body {
        EventBody::Message(message) if message.author == author => Some(&message.text),
        _ => None,
    }
}

/// Two nodes in processes of their own, on a new database, and orders that go with it.
async fn two_processes(place: &Place) -> (Served, Served) {
    let backend::Database::Postgres(database) = place.database() else { panic!("on Postgres") };
    let bus = std::env::var("SHOPBELL_TEST_NATS").ok();
    let orders = Orders { database: &database, bus: bus.as_deref(), ..Orders::default() };
    (Served::start(orders).await, Served::start(orders).await)
}

/// Sends messages at one node, lets `stop` happen while they are on their way, and sends them all again at the other. Returns the
/// visitor's welcome and what was sent.
async fn goes_on_elsewhere(one: &Served, two: &Served, stop: impl Future<Output = ()>) -> (Welcome, Vec<String>) {
    let (mut line, welcome) = one.node.visitor().await;
    let before = line.tell("before").await;
    let sent: Vec<String> = (0..20).map(|_| cid()).collect();
    for cid in &sent {
        line.say(cid, "where is my parcel").await;
    }
    stop.await;
    let (mut line, again) = two.node.again(&welcome, before).await;
    assert!(!again.reset && again.epoch == welcome.epoch);
    for cid in &sent {
        line.say(cid, "where is my parcel").await;
    }
    for cid in &sent {
        line.ack(cid).await;
    }
    (welcome, sent)
}

async fn each_is_stored_once(at: &Served, welcome: &Welcome, sent: &[String]) {
    let (mut line, again) = at.node.again(welcome, 0).await;
    let log = line.log_to(again.head).await;
    assert_eq!(log.len(), sent.len() + 1);
    assert!(sent.iter().all(|cid| cids(&log).contains(cid.as_str())));
}

#[tokio::test]
async fn when_a_node_is_killed_its_visitor_goes_on_at_the_other() {
    if skipped_without_postgres() {
        return;
    }
    let place = Place::new().await;
    let (one, two) = two_processes(&place).await;
    let (welcome, sent) = goes_on_elsewhere(&one, &two, one.signal("KILL")).await;
    each_is_stored_once(&two, &welcome, &sent).await;
}

#[tokio::test]
async fn when_a_node_is_stopped_its_visitor_goes_on_at_the_other_and_nothing_is_doubled_when_it_wakes() {
    if skipped_without_postgres() {
        return;
    }
    let place = Place::new().await;
    let (one, two) = two_processes(&place).await;
    let (welcome, sent) = goes_on_elsewhere(&one, &two, one.signal("STOP")).await;
    each_is_stored_once(&two, &welcome, &sent).await;
    one.signal("CONT").await;
    let (mut line, _) = one.node.again(&welcome, 0).await;
    line.tell("awake again").await;
    let (mut line, again) = two.node.again(&welcome, 0).await;
    assert_eq!(line.log_to(again.head).await.len(), sent.len() + 2);
}
