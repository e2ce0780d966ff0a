//! One whole conversation over a real service, frame by frame, as docs/protocol-example.jsonl shows it to whoever reads the
//! specification.
//!
//! `SHOPBELL_WRITE_DOCS=1 cargo test -p backend --test line example` writes the file anew, after a change that is meant. What a
//! run makes up (secret, ids, times) is written as something fixed; every other byte is the line's own.

use crate::{
    lines::{AgentLine, Line, VisitorLine},
    shop::{Shop, hello},
};
use protocol::{
    AgentFrame, Author, ErrorCode, Event, Floor, PROTOCOL, Resume, ServerToAgent, ServerToVisitor, VisitorFrame,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt::Debug, fs};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol-example.jsonl");
/// What stands for the visitor's secret, the conversation's id and the epoch.
const TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const CONVERSATION: &str = "0197a2c4-7d5e-7000-8000-00000000c001";
const EPOCH: &str = "00112233445566778899aabbccddeeff";
/// When the first event happens, in milliseconds since the Unix epoch; the others follow a second apart.
const START: u64 = 1_750_000_000_000;
/// How long the visitor has waited when the queue is told, in milliseconds.
const WAITED: u64 = 1_200;

/// A kind of frame, by its name in the schema.
trait Frame: Serialize {
    const TYPE: &'static str;
    /// With times that are the same in every run.
    fn timeless(self) -> Self;
}

impl Frame for VisitorFrame {
    const TYPE: &'static str = "VisitorFrame";
    fn timeless(self) -> Self {
        self
    }
}

impl Frame for AgentFrame {
    const TYPE: &'static str = "AgentFrame";
    fn timeless(self) -> Self {
        self
    }
}

impl Frame for ServerToVisitor {
    const TYPE: &'static str = "ServerToVisitor";
    fn timeless(self) -> Self {
        match self {
            ServerToVisitor::Event(event) => ServerToVisitor::Event(at_its_second(event)),
            ServerToVisitor::Replay(events) => ServerToVisitor::Replay(events.into_iter().map(at_its_second).collect()),
            frame => frame,
        }
    }
}

impl Frame for ServerToAgent {
    const TYPE: &'static str = "ServerToAgent";
    fn timeless(self) -> Self {
        match self {
            ServerToAgent::Event { conversation, event } => {
                ServerToAgent::Event { conversation, event: at_its_second(event) }
            }
            ServerToAgent::Replay { conversation, events } => {
                ServerToAgent::Replay { conversation, events: events.into_iter().map(at_its_second).collect() }
            }
            ServerToAgent::Queue { mut conversations, more } => {
                conversations.iter_mut().for_each(|waiting| waiting.waiting_ms = WAITED);
                ServerToAgent::Queue { conversations, more }
            }
            frame => frame,
        }
    }
}

fn at_its_second(event: Event) -> Event {
    Event { at: START + 1_000 * event.seq, ..event }
}

/// The client-made id of this number.
fn cid(number: u8) -> String {
    format!("0197a2c4-7d5e-7c3a-9f10-2b6c8d4e1f{number:02}")
}

/// What the file says so far.
#[derive(Default)]
struct Script(Vec<String>);

impl Script {
    fn note(&mut self, note: &str) {
        self.0.push(serde_json::json!({ "note": note }).to_string());
    }

    fn line<F: Frame>(&mut self, on: &str, frame: F) {
        let json = serde_json::to_string(&frame.timeless()).expect("JSON");
        self.0.push(format!(r#"{{"on":"{on}","type":"{}","frame":{json}}}"#, F::TYPE));
    }

    /// A client sends a frame.
    async fn send<F: DeserializeOwned + Debug>(&mut self, on: &str, line: &mut Line<F>, frame: impl Frame) {
        line.send(&frame).await;
        self.line(on, frame);
    }

    /// A client hears these frames, in whatever order, with others between that are not told.
    async fn hear<F>(&mut self, on: &str, line: &mut Line<F>, wanted: &[&dyn Fn(&F) -> bool])
    where
        F: Frame + DeserializeOwned + Debug + Clone,
    {
        let mut heard: Vec<Option<F>> = vec![None; wanted.len()];
        while heard.iter().any(Option::is_none) {
            let frame = line.next().await;
            let place = wanted.iter().zip(&heard).position(|(is_it, heard)| heard.is_none() && is_it(&frame));
            if let Some(place) = place {
                heard[place] = Some(frame);
            }
        }
        heard.into_iter().flatten().for_each(|frame| self.line(on, frame));
    }

    /// An agent does something in the conversation: it is acknowledged, becomes an event, and the visitor hears of it.
    async fn act(&mut self, on: &str, inbox: &mut AgentLine, seq: u64, frame: AgentFrame) {
        self.send(on, inbox, frame).await;
        self.hear(on, inbox, &[&acked(seq), &agents_event(seq)]).await;
    }

    async fn visitor_hears(&mut self, line: &mut VisitorLine, seq: u64) {
        self.hear("visitor", line, &[&visitors_event(seq)]).await;
    }

    /// The visitor says something: it is acknowledged and becomes an event.
    async fn say(&mut self, line: &mut VisitorLine, seq: u64, frame: VisitorFrame) {
        self.send("visitor", line, frame).await;
        let is_ack = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Ack { seq: at, .. } if *at == seq);
        self.hear("visitor", line, &[&is_ack, &visitors_event(seq)]).await;
    }

    async fn log_in(&mut self, on: &str, inbox: &mut AgentLine, agents: usize) {
        self.send(on, inbox, AgentFrame::Hello { protocol: PROTOCOL.into() }).await;
        self.hear(on, inbox, &[&|frame| matches!(frame, ServerToAgent::Welcome { .. })]).await;
        let is_empty = |frame: &ServerToAgent| matches!(frame, ServerToAgent::Queue { conversations, .. } if conversations.is_empty());
        self.hear(on, inbox, &[&is_empty, &agents_there(agents)]).await;
    }
}

fn acked(seq: u64) -> impl Fn(&ServerToAgent) -> bool {
    move |frame| matches!(frame, ServerToAgent::Ack { seq: at, .. } if *at == seq)
}

fn agents_event(seq: u64) -> impl Fn(&ServerToAgent) -> bool {
    move |frame| matches!(frame, ServerToAgent::Event { event, .. } if event.seq == seq)
}

fn agents_there(count: usize) -> impl Fn(&ServerToAgent) -> bool {
    move |frame| matches!(frame, ServerToAgent::Agents { agents } if agents.len() == count)
}

fn agents_replay(frame: &ServerToAgent) -> bool {
    matches!(frame, ServerToAgent::Replay { .. })
}

fn visitors_event(seq: u64) -> impl Fn(&ServerToVisitor) -> bool {
    move |frame| matches!(frame, ServerToVisitor::Event(event) if event.seq == seq)
}

/// An agent's line before `hello`.
async fn knock(shop: &Shop, name: &str) -> AgentLine {
    let (cookie, origin) = (shop.agent(name).await, shop.own_origin());
    shop.socket("/v1/agent/line", &[("origin", &origin), ("cookie", &cookie)]).await.expect("let in")
}

fn says(number: u8, author: Author, text: &str, entry: Option<&str>) -> VisitorFrame {
    VisitorFrame::Send { cid: cid(number), author, text: text.into(), entry: entry.map(Into::into) }
}

#[tokio::test]
async fn the_specification_shows_a_conversation_as_it_goes_over_the_line() {
    let shop = Shop::open().await;
    let mut script = Script::default();
    script.note(
        "Each line is a frame: on whose connection it goes, its type in protocol.schema.json, which tells the direction, and \
         the frame itself. Left out are beats and whatever else the agents hear of the queue and of conversations they watch.",
    );

    script.note("Ada and Grace have logged in and open their lines.");
    let mut ada = knock(&shop, "Ada").await;
    script.log_in("Ada", &mut ada, 1).await;
    let mut grace = knock(&shop, "Grace").await;
    script.log_in("Grace", &mut grace, 2).await;
    script.hear("Ada", &mut ada, &[&agents_there(2)]).await;

    script.note("A new visitor rings. First the widget tells what was said so far, then it rings.");
    let mut line = shop.knock().await;
    script.send("visitor", &mut line, hello(None, None, None)).await;
    let ServerToVisitor::Welcome {
        token: Some(token), conversation: actual, epoch, head, reset, floor, limits, ..
    } = line.next().await
    else {
        panic!("not welcomed as a new visitor")
    };
    let (token_known, conversation) = (Some(token.clone()), actual.clone());
    let welcome = ServerToVisitor::Welcome {
        protocol: PROTOCOL.into(),
        token: Some(token.clone()),
        conversation: actual.clone(),
        epoch: epoch.clone(),
        head,
        reset,
        floor,
        limits,
    };
    script.line("visitor", welcome);
    script.say(&mut line, 1, says(1, Author::Visitor, "Do you rent out kayaks in winter?", None)).await;
    let answer = "We rent kayaks from **April to October**.";
    script.say(&mut line, 2, says(2, Author::Bot, answer, Some("rental.season"))).await;
    script.say(&mut line, 3, VisitorFrame::Human { cid: cid(3) }).await;

    script.note("The visitor waits: first in the queue, and two agents are there. The queue rings at the agents.");
    let waits = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Queue { position: 1, agents: 2, .. });
    script.hear("visitor", &mut line, &[&waits]).await;
    let rings = |frame: &ServerToAgent| {
        let ServerToAgent::Queue { conversations, .. } = frame else { return false };
        matches!(&conversations[..], [one] if one.head == 3 && one.floor == Floor::Ringing)
    };
    script.hear("Ada", &mut ada, &[&rings]).await;

    script.note("Ada reads the story so far and claims the conversation. Grace is a little later and is told so.");
    script.send("Ada", &mut ada, AgentFrame::Watch { conversation: conversation.clone(), after: 0 }).await;
    script.hear("Ada", &mut ada, &[&agents_replay]).await;
    let claim = |number| AgentFrame::Claim { conversation: conversation.clone(), cid: cid(number) };
    script.act("Ada", &mut ada, 4, claim(4)).await;
    script.visitor_hears(&mut line, 4).await;
    script.send("Grace", &mut grace, claim(5)).await;
    let refused =
        |frame: &ServerToAgent| matches!(frame, ServerToAgent::Error(error) if error.code == ErrorCode::AlreadyClaimed);
    script.hear("Grace", &mut grace, &[&refused]).await;

    script.note("Ada writes, and answers.");
    let typing = AgentFrame::Typing { conversation: conversation.clone(), active: true };
    script.send("Ada", &mut ada, typing).await;
    let writes = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Typing { active: true, .. });
    script.hear("visitor", &mut line, &[&writes]).await;
    let reply = |number, text: &str| AgentFrame::Send {
        conversation: conversation.clone(),
        cid: cid(number),
        text: text.into(),
    };
    script.act("Ada", &mut ada, 5, reply(6, "Hello, Ada here. For a group we open in winter, too.")).await;
    script.visitor_hears(&mut line, 5).await;

    script
        .note("The visitor answers, and the connection is lost before the acknowledgement comes. Ada has the message.");
    let lost = says(7, Author::Visitor, "We are four. Is 12 January possible?", None);
    script.send("visitor", &mut line, lost.clone()).await;
    script.hear("Ada", &mut ada, &[&agents_event(6)]).await;
    drop(line);
    script.act("Ada", &mut ada, 7, reply(8, "Yes. My colleague books that for you.")).await;

    script.note(
        "The visitor comes back and tells what it holds: all up to 5. What it missed is replayed. It sends the message that \
         was not acknowledged again, under the same id, and learns that it had been stored.",
    );
    let mut line = shop.knock().await;
    let resume = Some(Resume { epoch: epoch.clone(), seq: 5 });
    script.send("visitor", &mut line, hello(token_known, Some(conversation.clone()), resume)).await;
    let is_welcome = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Welcome { head: 7, .. });
    let is_replay = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Replay(_));
    script.hear("visitor", &mut line, &[&is_welcome, &is_replay]).await;
    script.send("visitor", &mut line, lost).await;
    let is_known = |frame: &ServerToVisitor| matches!(frame, ServerToVisitor::Ack { seq: 6, dup: true, .. });
    script.hear("visitor", &mut line, &[&is_known]).await;

    script.note("Ada gives the conversation to Grace, who reads it and answers.");
    let (to, id) = (Some("Grace".to_owned()), cid(9));
    let transfer = AgentFrame::Transfer { conversation: conversation.clone(), cid: id, to };
    script.act("Ada", &mut ada, 8, transfer).await;
    script.visitor_hears(&mut line, 8).await;
    script.send("Grace", &mut grace, AgentFrame::Watch { conversation: conversation.clone(), after: 0 }).await;
    script.hear("Grace", &mut grace, &[&agents_replay]).await;
    script.act("Grace", &mut grace, 9, reply(10, "Booked: four kayaks on 21 January.")).await;
    script.visitor_hears(&mut line, 9).await;

    script
        .note("Grace mends a slip: an edit is a further event, and the message it names reads otherwise from then on.");
    let text = "Booked: four kayaks on 12 January.".to_owned();
    let edit = AgentFrame::Edit { conversation: conversation.clone(), cid: cid(11), seq: 9, text };
    script.act("Grace", &mut grace, 10, edit).await;
    script.visitor_hears(&mut line, 10).await;

    script.note("Grace gives the floor back to the bot. Nobody is left in the queue.");
    let hand_back = AgentFrame::HandBack { conversation: conversation.clone(), cid: cid(12) };
    let is_empty =
        |frame: &ServerToAgent| matches!(frame, ServerToAgent::Queue { conversations, .. } if conversations.is_empty());
    script.send("Grace", &mut grace, hand_back).await;
    script.hear("Grace", &mut grace, &[&acked(11), &agents_event(11), &is_empty]).await;
    script.visitor_hears(&mut line, 11).await;

    let fixed = [(&token, TOKEN), (&conversation, CONVERSATION), (&epoch, EPOCH)];
    let is: Vec<String> = script
        .0
        .into_iter()
        .map(|line| fixed.iter().fold(line, |line, (actual, fixed)| line.replace(actual.as_str(), fixed)))
        .collect();
    if std::env::var_os("SHOPBELL_WRITE_DOCS").is_some() {
        return fs::write(FILE, is.join("\n") + "\n").expect("the example can be written");
    }
    let was = fs::read_to_string(FILE).expect("docs/protocol-example.jsonl can be read");
    let was: Vec<&str> = was.lines().collect();
    for (number, (was, is)) in was.iter().zip(&is).enumerate() {
        assert_eq!(was, is, "line {} of the example; when it is meant, run with SHOPBELL_WRITE_DOCS=1", number + 1);
    }
    assert_eq!(was.len(), is.len(), "the example has another length; when it is meant, run with SHOPBELL_WRITE_DOCS=1");
}
