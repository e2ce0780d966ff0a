//! Whatever happens, in whatever order: nothing panics, and what is promised holds.

use crate::page::{Page, ada_says, answer, commands, near, with_cid};
use channel::{Status, visitor_line::Notice};
use proptest::{
    prelude::*,
    sample::{Index, select},
};
use protocol::{Author, Event as LogEvent, EventBody, Message};
use shopbell::{
    answering::Reply,
    widget::{
        line::Choice,
        state::{Effect, Event},
    },
};
use std::collections::BTreeSet;

/// The id of a line of the page, or one that it has never heard of.
#[derive(Clone, Debug)]
enum Id {
    Of(Index),
    Foreign(u64),
}

/// An event, before the ids in it are known.
#[derive(Clone, Debug)]
enum Step {
    Ready(Event),
    Replied(Id, Reply),
    Chose(Id, Choice),
    Happened(Id, u64, EventBody),
    Acknowledged(Id, u64),
    Refused(Id),
    Kept(Id, EventBody, bool),
    Retried(Id),
}

fn ids() -> impl Strategy<Value = Id> {
    prop_oneof![3 => any::<Index>().prop_map(Id::Of), 1 => (0u64..12).prop_map(Id::Foreign)]
}

fn bodies() -> impl Strategy<Value = EventBody> {
    let authors = select(vec![Author::Bot, Author::Human, Author::Visitor, Author::System]);
    let message = |author, text| Message { author, text, name: None, entry: None };
    prop_oneof![
        3 => (authors, "\\PC{0,12}").prop_map(move |(author, text)| EventBody::Message(message(author, text))),
        1 => Just(EventBody::Rang),
        1 => Just(EventBody::Claimed { agent: "Ada".into() }),
        1 => Just(EventBody::Closed { agent: "Ada".into() }),
    ]
}

fn replies() -> impl Strategy<Value = Reply> {
    select(vec![
        answer("It **is**.", &["a", "b"]),
        Reply::DidYouMean(vec![near("a"), near("b")]),
        Reply::Unknown,
        Reply::WantsHuman { outright: true },
        Reply::WantsHuman { outright: false },
    ])
}

fn choices() -> impl Strategy<Value = Choice> {
    select(vec![
        Choice::Right,
        Choice::Wrong(vec![]),
        Choice::Wrong(vec![near("a")]),
        Choice::Entry(near("b")),
        Choice::Human,
    ])
}

fn notices() -> impl Strategy<Value = Notice> {
    let statuses = [Status::Idle, Status::Connecting, Status::Live, Status::Reconnecting, Status::Unreachable];
    prop_oneof![
        1 => Just(Notice::Reset),
        1 => Just(Notice::Forgotten),
        1 => select(statuses.to_vec()).prop_map(Notice::Status),
        1 => any::<bool>().prop_map(|active| Notice::Typing(Author::Human, active)),
        1 => (0u32..3, 0u32..3).prop_map(|(position, agents)| Notice::Queue { position, agents, wait_ms: None, opens_at: None }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => "\\PC{0,12}".prop_map(|text| Step::Ready(Event::Said(text))),
        2 => Just(Step::Ready(Event::Rang)),
        1 => (any::<bool>(), 0u64..20_000).prop_map(|(is_empty, now)| Step::Ready(Event::Typed(is_empty, now))),
        1 => (0u32..4).prop_map(|sign| Step::Ready(Event::WritingFaded(sign))),
        1 => any::<bool>().prop_map(|ready| Step::Ready(Event::Learned(ready))),
        1 => any::<bool>().prop_map(|open| Step::Ready(Event::Opened(open))),
        3 => notices().prop_map(|notice| Step::Ready(Event::Line(notice))),
        3 => (ids(), replies()).prop_map(|(id, reply)| Step::Replied(id, reply)),
        3 => (ids(), choices()).prop_map(|(id, choice)| Step::Chose(id, choice)),
        6 => (ids(), 1u64..16, bodies()).prop_map(|(id, seq, body)| Step::Happened(id, seq, body)),
        4 => (ids(), 1u64..16).prop_map(|(id, seq)| Step::Acknowledged(id, seq)),
        1 => ids().prop_map(Step::Refused),
        2 => (ids(), bodies(), any::<bool>()).prop_map(|(id, body, is_new)| Step::Kept(id, body, is_new)),
        1 => ids().prop_map(Step::Retried),
        1 => any::<bool>().prop_map(|offline| Step::Ready(Event::Offline(offline))),
    ];
    prop::collection::vec(step, 1..60)
}

fn event(page: &Page, step: Step) -> Event {
    let named = |id: Id| match id {
        Id::Of(index) if !page.conversation.lines.is_empty() => index.get(&page.conversation.lines).id.clone(),
        Id::Of(_) => "gone".to_owned(),
        Id::Foreign(number) => format!("foreign{number}"),
    };
    match step {
        Step::Ready(event) => event,
        Step::Replied(id, reply) => Event::Replied(named(id), reply),
        Step::Chose(id, choice) => Event::Chose(named(id), choice),
        Step::Happened(id, seq, body) => Event::Line(Notice::Happened(LogEvent { seq, cid: named(id), at: 0, body })),
        Step::Acknowledged(id, seq) => Event::Line(Notice::Acknowledged(named(id), seq)),
        Step::Kept(id, body, is_new) => Event::Line(Notice::Kept(named(id), body, is_new)),
        Step::Retried(id) => Event::Retried(named(id)),
        Step::Refused(id) => Event::Line(Notice::Refused(named(id))),
    }
}

/// Whether the bot is asked, or speaks.
fn is_of_bot(effect: &Effect) -> bool {
    match effect {
        Effect::Classify(..) | Effect::Quote(..) | Effect::Tell("answer", _) => true,
        Effect::Announce(text) => text.starts_with("Assistant:"),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_doubled_stored_too_soon_or_answered_by_the_bot_in_a_persons_stead(
        has_backend in any::<bool>(), steps in steps()
    ) {
        let mut page = Page::loading();
        page.conversation.has_backend = has_backend;
        for step in steps {
            let with_people = page.conversation.floor().is_with_people();
            let event = event(&page, step);
            let effects = page.does(event.clone());
            let lines = &page.conversation.lines;
            let ids: BTreeSet<&str> = lines.iter().map(|line| line.id.as_str()).collect();
            prop_assert_eq!(ids.len(), lines.len(), "an id twice after {:?}: {:?}", event, lines);
            let seqs: Vec<u64> = lines.iter().filter_map(|line| line.seq).collect();
            prop_assert!(seqs.is_sorted_by(|one, next| one < next), "{:?} after {:?}", seqs, event);
            if !page.conversation.has_rung() && !with_people && !page.conversation.floor().is_with_people() {
                prop_assert!(commands(&effects).is_empty(), "stored before the first ring by {:?}", event);
            }
            if with_people && page.conversation.floor().is_with_people() {
                prop_assert!(!effects.iter().any(is_of_bot), "the bot in a person's stead after {:?}: {:?}", event, effects);
            }
        }
    }

    #[test]
    fn the_transcript_becomes_the_log_whenever_the_acks_come(
        order in Just((0..12).collect::<Vec<usize>>()).prop_shuffle(),
        acks in prop::collection::vec((any::<Index>(), any::<Index>()), 0..12),
    ) {
        // The backend stores this page's twelve messages in some order, a person's reply after every third.
        let mut page = Page::with_ada();
        let mine: Vec<LogEvent> = (0..12).map(|number| {
            page.says(&format!("mine {number}"));
            LogEvent { seq: 0, cid: page.last().id.clone(), at: 0, body: page.last().body.clone() }
        }).collect();
        let mut log: Vec<LogEvent> = Vec::new();
        for (place, number) in order.into_iter().enumerate() {
            log.push(mine[number].clone());
            if place % 3 == 2 {
                log.push(with_cid(ada_says(0, &format!("reply {place}")), &format!("reply{place}")));
            }
        }
        for (event, seq) in log.iter_mut().zip(6..) {
            event.seq = seq;
        }
        for (at, event) in log.iter().enumerate() {
            for (_, acked) in acks.iter().filter(|(when, _)| when.index(log.len()) == at) {
                let acked = acked.get(&log);
                if acked.cid.starts_with("id") {
                    page.is_told(Notice::Acknowledged(acked.cid.clone(), acked.seq));
                }
            }
            page.hears(event.clone());
        }
        let shown: Vec<(Option<u64>, &str)> =
            page.conversation.lines[5..].iter().map(|line| (line.seq, line.id.as_str())).collect();
        let stored: Vec<(Option<u64>, &str)> = log.iter().map(|event| (Some(event.seq), event.cid.as_str())).collect();
        prop_assert_eq!(shown, stored);
    }
}
