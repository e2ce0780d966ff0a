//! The inbox as agents live through it, without a browser: what is shown, and what is asked of the line.

use channel::{
    Status,
    agent_line::{Command, Notice},
};
use inbox::{
    access::{Access, LogInProblem},
    dialogue::{Closing, Delivery},
    state::{self, Effect, Event, Inbox, Spot},
};
use protocol::{Author, ConversationSummary, ErrorCode, EventBody, Floor, Message, WireError};

/// An inbox, a clock and a source of ids.
#[derive(Default)]
struct Page {
    inbox: Inbox,
    now: u64,
    ids: u32,
}

impl Page {
    /// Ada is logged in and looks at the page.
    fn of_ada() -> Page {
        let mut page = Page::default();
        page.does(Event::Started);
        page.does(Event::Shown(true));
        page.does(Event::Recognised(Some("Ada".into())));
        page.hears(Notice::Status(Status::Live));
        page
    }

    /// Ada has claimed `c1`, which is open.
    fn of_ada_with_a_visitor() -> Page {
        let mut page = Page::of_ada();
        page.queue(&[summary("c1", with("Ada"), 3, 1)]);
        page.does(Event::Opened("c1".into()));
        page.hears(Notice::Replayed("c1".into(), vec![says(1, "Where is my parcel?"), rang(2), claimed(3, "Ada")]));
        page
    }

    fn does(&mut self, event: Event) -> Vec<Effect> {
        let ids = &mut self.ids;
        let mut new_id = || {
            *ids += 1;
            format!("id{ids}")
        };
        state::update(&mut self.inbox, event, self.now, &mut new_id)
    }

    fn hears(&mut self, notice: Notice) -> Vec<Effect> {
        self.does(Event::Line(notice))
    }

    fn queue(&mut self, queue: &[ConversationSummary]) -> Vec<Effect> {
        self.hears(Notice::Queue(queue.to_vec()))
    }

    fn waits(&mut self, ms: u64) -> Vec<Effect> {
        self.now += ms;
        self.does(Event::Ticked)
    }

    fn writes(&mut self, text: &str) -> Vec<Effect> {
        self.does(Event::Drafted(text.into()))
    }

    fn problem(&self) -> Option<String> {
        self.inbox.problem.as_ref().map(|problem| problem.words(&self.inbox))
    }

    fn delivery(&self) -> Vec<Delivery> {
        self.inbox.dialogues["c1"].pending.iter().map(|pending| pending.delivery.clone()).collect()
    }
}

fn with(agent: &str) -> Floor {
    Floor::Human { agent: agent.into() }
}

fn summary(conversation: &str, floor: Floor, head: u64, unanswered: u32) -> ConversationSummary {
    let preview = "Where is my parcel?".into();
    ConversationSummary {
        conversation: conversation.into(),
        floor,
        waiting_ms: 1_000,
        head,
        preview,
        unanswered,
        identity: None,
    }
}

fn event(seq: u64, cid: &str, body: EventBody) -> protocol::Event {
    protocol::Event { seq, cid: cid.into(), at: 0, body }
}

fn rang(seq: u64) -> protocol::Event {
    event(seq, &format!("e{seq}"), EventBody::Rang)
}

fn claimed(seq: u64, agent: &str) -> protocol::Event {
    event(seq, &format!("e{seq}"), EventBody::Claimed { agent: agent.into() })
}

fn message(seq: u64, cid: &str, author: Author, text: &str) -> protocol::Event {
    event(seq, cid, EventBody::Message(Message { author, text: text.into(), name: None, entry: None }))
}

fn says(seq: u64, text: &str) -> protocol::Event {
    message(seq, &format!("e{seq}"), Author::Visitor, text)
}

fn typing(active: bool) -> Effect {
    Effect::Line(Command::Typing { conversation: "c1".into(), active })
}

#[test]
fn whoever_the_backend_knows_is_let_in_and_others_get_the_form() {
    let mut page = Page::default();
    assert!(page.does(Event::Started).contains(&Effect::AskWhoIAm));
    assert!(page.does(Event::Recognised(None)).contains(&Effect::Focus(Spot::Name)));
    let pressed = Event::LogInPressed { name: " Ada ".into(), password: "secret words".into() };
    let log_in = Effect::LogIn { name: "Ada".into(), password: "secret words".into() };
    assert_eq!(page.does(pressed.clone()), [log_in]);
    assert_eq!(page.does(pressed), [], "one attempt at a time");
    page.does(Event::LogInRefused(LogInProblem::Wrong));
    assert_eq!(page.inbox.access, Access::Out { problem: Some(LogInProblem::Wrong), busy: false });
    page.does(Event::LogInPressed { name: "Ada".into(), password: "secret words".into() });
    assert_eq!(page.does(Event::LoggedIn), [Effect::AskWhoIAm]);
    assert!(page.does(Event::Recognised(Some("Ada".into()))).contains(&Effect::Line(Command::Follow)));
    assert_eq!(page.inbox.access, Access::In("Ada".into()));
}

#[test]
fn a_browser_that_keeps_no_cookie_is_told_so() {
    let mut page = Page::default();
    page.does(Event::Recognised(None));
    page.does(Event::LogInPressed { name: "Ada".into(), password: "secret words".into() });
    page.does(Event::LoggedIn);
    page.does(Event::Recognised(None));
    assert_eq!(page.inbox.access, Access::Out { problem: Some(LogInProblem::NotKept), busy: false });
}

#[test]
fn an_ended_log_in_keeps_what_is_half_done_for_the_same_agent_only() {
    for (name, draft) in [("Ada", Some("Half a rep")), ("Grace", None)] {
        let mut page = Page::of_ada_with_a_visitor();
        page.writes("Half a rep");
        assert!(page.hears(Notice::LoggedOut).contains(&typing(false)));
        assert_eq!(page.inbox.access, Access::Out { problem: Some(LogInProblem::Ended), busy: false });
        let effects = page.does(Event::Recognised(Some(name.into())));
        assert_eq!(page.inbox.dialogues.get("c1").map(|dialogue| dialogue.draft.as_str()), draft);
        assert_eq!(effects.contains(&Effect::Line(Command::HangUp)), draft.is_none());
        assert!(effects.contains(&Effect::Line(Command::Follow)));
    }
}

#[test]
fn waiting_times_count_on_between_queues() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    page.waits(61_000);
    assert_eq!(page.inbox.waited_ms(&summary("c1", Floor::Ringing, 2, 1)), 62_000);
}

#[test]
fn the_title_counts_who_waits_and_what_of_mine_is_unseen() {
    let mut page = Page::of_ada_with_a_visitor();
    let title = |count: u32| Effect::Title(format!("({count}) Shopbell inbox"));
    let ringing = || summary("c2", Floor::Ringing, 2, 1);
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 3, 1), ringing()]), [title(1)]);
    page.does(Event::Opened("c2".into()));
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 5, 3), ringing()]), [title(3)], "two new of c1, and a ring");
    assert!(page.does(Event::Opened("c1".into())).contains(&title(1)), "c1 is seen now");
    page.does(Event::Shown(false));
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 6, 4), ringing()]), [title(2)], "nobody looks");
    assert_eq!(page.does(Event::Shown(true)), [title(1)]);
    let of_grace = summary("c2", with("Grace"), 4, 2);
    let nothing = Effect::Title("Shopbell inbox".into());
    assert_eq!(page.queue(&[summary("c1", with("Ada"), 6, 4), of_grace]), [nothing]);
}

#[test]
fn a_claim_brings_the_composer_and_is_sent_once() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    let opened = page.does(Event::Opened("c1".into()));
    assert!(opened.contains(&Effect::Line(Command::Watch { conversation: "c1".into(), after: 0 })));
    assert!(!page.inbox.is_mine("c1"));
    let claim = Effect::Line(Command::Claim { conversation: "c1".into(), cid: "id1".into() });
    assert_eq!(page.does(Event::ClaimPressed), [claim]);
    assert_eq!(page.does(Event::ClaimPressed), []);
    page.hears(Notice::Replayed("c1".into(), vec![says(1, "Where is my parcel?"), rang(2)]));
    let event = event(3, "id1", EventBody::Claimed { agent: "Ada".into() });
    assert!(page.hears(Notice::Happened("c1".into(), event)).contains(&Effect::FocusIfLost(Spot::Conversation)));
    assert!(page.inbox.is_mine("c1"));
    assert_eq!(page.inbox.dialogues["c1"].claiming, None);
}

#[test]
fn the_second_to_claim_is_told_who_has_it() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    page.does(Event::Opened("c1".into()));
    page.does(Event::ClaimPressed);
    page.hears(Notice::Refused(WireError::new(ErrorCode::AlreadyClaimed, "Taken.").for_cid("id1")));
    assert_eq!(page.problem().as_deref(), Some("Another agent has already claimed this conversation."));
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    assert_eq!(page.problem().as_deref(), Some("Grace has already claimed this conversation."));
    page.does(Event::ProblemDismissed);
    assert_eq!(page.problem(), None);
}

#[test]
fn a_reply_is_on_its_way_then_sent_and_shown_once() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(" On its way! \n");
    let effects = page.does(Event::Submitted);
    let say = Command::Say { conversation: "c1".into(), cid: "id1".into(), text: "On its way!".into() };
    assert_eq!(effects, [Effect::Line(say), typing(false)]);
    assert_eq!(page.inbox.dialogues["c1"].draft, "");
    assert_eq!(page.delivery(), [Delivery::Sending]);
    page.hears(Notice::Acknowledged("id1".into(), 4));
    assert_eq!(page.delivery(), [Delivery::Sent]);
    for _ in 0..2 {
        page.hears(Notice::Happened("c1".into(), message(4, "id1", Author::Human, "On its way!")));
    }
    assert_eq!(page.delivery(), []);
    assert_eq!(page.inbox.dialogues["c1"].log.len(), 4);
}

#[test]
fn a_refused_reply_says_why_and_is_tried_again_under_the_same_id() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes("Hello");
    page.does(Event::Submitted);
    page.hears(Notice::Refused(WireError::new(ErrorCode::NotClaimed, "Claim it first.").for_cid("id1")));
    assert_eq!(page.delivery(), [Delivery::NotSent("This conversation is not yours any more.".into())]);
    let again = Command::Say { conversation: "c1".into(), cid: "id1".into(), text: "Hello".into() };
    assert!(page.does(Event::RetryPressed("id1".into())).contains(&Effect::Line(again)));
    assert_eq!(page.delivery(), [Delivery::Sending]);
}

#[test]
fn nothing_empty_or_too_long_is_sent_and_the_draft_stays() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(" \n ");
    assert_eq!(page.does(Event::Submitted), []);
    page.writes(&"ü".repeat(4_001));
    assert_eq!(page.does(Event::Submitted), []);
    assert!(page.problem().expect("it is told").contains("4000"));
    assert_eq!(page.inbox.dialogues["c1"].draft.chars().count(), 4_001);
}

#[test]
fn writing_is_told_at_most_every_three_seconds_and_its_end_after_five() {
    let mut page = Page::of_ada_with_a_visitor();
    assert_eq!(page.writes("O"), [typing(true)]);
    page.now += 2_000;
    assert_eq!(page.writes("On"), []);
    page.now += 1_500;
    assert_eq!(page.writes("On "), [typing(true)]);
    assert_eq!(page.waits(4_000), []);
    assert_eq!(page.waits(1_000), [typing(false)]);
    assert_eq!(page.waits(9_000), []);
    assert_eq!(page.writes("On i"), [typing(true)]);
    assert_eq!(page.writes(""), [typing(false)]);
}

#[test]
fn the_visitors_writing_shows_until_they_stop_speak_or_ten_seconds_pass() {
    let mut page = Page::of_ada_with_a_visitor();
    let writes = |page: &mut Page, active| page.hears(Notice::Typing("c1".into(), Author::Visitor, active));
    writes(&mut page, true);
    page.waits(9_000);
    assert!(page.inbox.visitor_writes("c1"));
    page.waits(1_000);
    assert!(!page.inbox.visitor_writes("c1"));
    writes(&mut page, true);
    writes(&mut page, false);
    assert!(!page.inbox.visitor_writes("c1"));
    writes(&mut page, true);
    page.hears(Notice::Happened("c1".into(), says(4, "Hello?")));
    assert!(!page.inbox.visitor_writes("c1"));
}

#[test]
fn closing_takes_a_second_press_and_can_be_thought_better_of() {
    let mut page = Page::of_ada_with_a_visitor();
    assert_eq!(page.does(Event::ClosePressed), [Effect::Focus(Spot::ConfirmClose)]);
    assert_eq!(page.does(Event::CloseKept), [Effect::Focus(Spot::Close)]);
    assert_eq!(page.inbox.dialogues["c1"].closing, Closing::No);
    page.does(Event::ClosePressed);
    let close = Effect::Line(Command::Close { conversation: "c1".into(), cid: "id1".into() });
    assert_eq!(page.does(Event::CloseConfirmed), [close]);
    page.hears(Notice::Happened("c1".into(), event(4, "id1", EventBody::Closed { agent: "Ada".into() })));
    page.queue(&[]);
    assert_eq!(page.inbox.floor("c1"), Floor::Closed);
    assert_eq!(page.inbox.dialogues["c1"].log.len(), 4, "what is on the screen stays");
    page.does(Event::Opened("c2".into()));
    assert!(!page.inbox.dialogues.contains_key("c1"));
}

#[test]
fn news_is_announced_and_history_is_not() {
    let mut page = Page::of_ada_with_a_visitor();
    let announced = |page: &Page| page.inbox.announcements.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>();
    assert_eq!(announced(&page), [""; 0]);
    page.hears(Notice::Happened("c1".into(), says(4, "Hello?")));
    page.queue(&[summary("c1", with("Ada"), 4, 2), summary("c2", Floor::Ringing, 2, 1)]);
    page.queue(&[summary("c1", with("Ada"), 4, 2), summary("c2", Floor::Ringing, 3, 2)]);
    assert_eq!(announced(&page), ["Visitor: Hello?", "New ring: Where is my parcel?"]);
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Replayed("c1".into(), vec![says(5, "Still there?")]));
    assert_eq!(announced(&page)[2..], ["Connection lost. Reconnecting…", "Visitor: Still there?"]);
}

#[test]
fn logging_out_asks_twice_while_something_is_not_sent_and_leaves_nothing_behind() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes("Hello");
    page.does(Event::Submitted);
    assert_eq!(page.does(Event::LogOutPressed), []);
    assert!(page.problem().is_some());
    assert_eq!(page.does(Event::LogOutPressed), [Effect::LogOut]);
    page.does(Event::LoggedOut(false));
    assert_eq!(page.inbox.access, Access::In("Ada".into()));
    assert!(page.does(Event::LoggedOut(true)).contains(&Effect::Line(Command::HangUp)));
    assert_eq!(page.inbox.access, Access::Out { problem: None, busy: false });
    assert!(page.inbox.dialogues.is_empty() && page.inbox.queue.is_none() && page.inbox.open.is_none());
}

#[test]
fn an_old_claim_in_a_log_that_is_still_being_told_gives_nobody_the_floor() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 60, 1)]);
    page.does(Event::Opened("c1".into()));
    page.hears(Notice::Replayed("c1".into(), vec![rang(1), claimed(2, "Ada")]));
    assert_eq!(page.inbox.floor("c1"), Floor::Ringing);
}

#[test]
fn whoever_comes_back_finds_the_line_tried_again_or_the_log_in_looked_up() {
    let mut page = Page::of_ada();
    assert_eq!(page.does(Event::CameBack), [Effect::RetryNow]);
    page.hears(Notice::LoggedOut);
    assert_eq!(page.does(Event::CameBack), [Effect::AskWhoIAm], "perhaps they logged in in another tab");
    assert_eq!(page.does(Event::NotRecognised), [], "nobody waited for it: the focus and the words stay");
    assert_eq!(page.does(Event::Recognised(None)), []);
    assert_eq!(page.inbox.access, Access::Out { problem: Some(LogInProblem::Ended), busy: false });
    page.does(Event::LogInPressed { name: "Ada".into(), password: "secret words".into() });
    assert_eq!(page.does(Event::CameBack), [], "one question at a time");
}

#[test]
fn what_goes_wrong_is_announced_once() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes(&"x".repeat(4_001));
    page.does(Event::Submitted);
    page.does(Event::Submitted);
    page.writes("Hello");
    page.does(Event::Submitted);
    page.hears(Notice::Refused(WireError::new(ErrorCode::NotClaimed, "Claim it first.").for_cid("id1")));
    page.hears(Notice::LoggedOut);
    let announced: Vec<_> = page.inbox.announcements.iter().map(|(_, text)| text.as_str()).collect();
    let expected = [
        "The message is too long: at most 4000 characters.",
        "Not sent. This conversation is not yours any more.",
        "Your log-in has ended. Log in again; what was not sent is kept.",
    ];
    assert_eq!(announced, expected);
}

#[test]
fn the_transcript_says_who_wrote_each_line_and_what_the_bot_quoted() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Ada"), 6, 1)]);
    page.does(Event::Opened("c1".into()));
    let answer =
        Message { author: Author::Bot, text: "In **3 days**.".into(), name: None, entry: Some("delivery".into()) };
    let reply = |name: &str| Message { author: Author::Human, text: "Hi".into(), name: Some(name.into()), entry: None };
    let log = vec![
        says(1, "When?"),
        event(2, "e2", EventBody::Message(answer)),
        rang(3),
        event(4, "g1", EventBody::Message(reply("Grace"))),
        claimed(5, "Ada"),
        event(6, "a1", EventBody::Message(reply("Ada"))),
    ];
    page.hears(Notice::Replayed("c1".into(), log));
    page.writes("Tomorrow");
    page.does(Event::Submitted);
    let lines = page.inbox.lines("c1");
    let told: Vec<_> = lines.iter().map(|line| (line.author.as_str(), line.who.as_str(), line.text.as_str())).collect();
    let expected = [
        ("visitor", "Visitor", "When?"),
        ("bot", "Bot", "In **3 days**."),
        ("system", "Shopbell", "The visitor rang the bell."),
        ("human", "Agent Grace", "Hi"),
        ("system", "Shopbell", "You claimed the conversation."),
        ("human", "You", "Hi"),
        ("human", "You", "Tomorrow"),
    ];
    assert_eq!(told, expected);
    assert_eq!(lines[1].entry.as_deref(), Some("delivery"));
    assert_eq!(lines[6].delivery, Some(Delivery::Sending));
    let key = lines[6].key.clone();
    page.hears(Notice::Happened("c1".into(), message(7, &key, Author::Human, "Tomorrow")));
    assert_eq!(page.inbox.lines("c1").last().map(|line| &line.key), Some(&key), "the line stays the same line");
}
