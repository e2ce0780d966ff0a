//! How a conversation leaves an agent: given to another one, back to the queue or the bot, closed, or taken over.

use super::page::{Page, claimed, event, given, rang, summary, typing, with};
use channel::agent_line::{Command, Notice};
use inbox::{
    parting::{Next, Parting},
    standing::May,
    state::{Effect, Event, Spot},
};
use protocol::{ErrorCode, EventBody, Floor, Role};

#[test]
fn closing_takes_a_second_press_and_can_be_thought_better_of() {
    let mut page = Page::of_ada_with_a_visitor();
    assert_eq!(page.does(Event::ClosePressed), [Effect::Focus(Spot::ConfirmClose)]);
    assert_eq!(page.does(Event::Kept), [Effect::Focus(Spot::Close)]);
    assert_eq!(page.inbox.dialogues["c1"].parting, Parting::No);
    page.does(Event::ClosePressed);
    let close = Effect::Line(Command::Close { conversation: "c1".into(), cid: "id1".into() });
    assert_eq!(page.does(Event::CloseConfirmed), [close, Effect::FocusIfLost(Spot::Conversation)]);
    assert_eq!(page.does(Event::CloseConfirmed), [], "once");
    page.hears(Notice::Happened("c1".into(), event(4, "id1", EventBody::Closed { agent: "Ada".into() })));
    page.queue(&[]);
    assert_eq!(page.inbox.floor("c1"), Floor::Closed);
    assert_eq!(page.inbox.dialogues["c1"].log.len(), 4, "what is on the screen stays");
    page.does(Event::Opened("c2".into()));
    assert!(!page.inbox.dialogues.contains_key("c1"));
}

/// Ada gives `c1` away.
fn gives(page: &mut Page, next: Next) -> Vec<Effect> {
    page.does(Event::Given(next))
}

fn to(name: &str) -> Next {
    Next::Agent(name.into())
}

#[test]
fn giving_away_offers_the_others_who_are_there_those_who_take_conversations_first() {
    let mut page = Page::of_ada_with_a_visitor();
    page.agents(&[("Ada", true), ("Barbara", false), ("Grace", true), ("Linus", true)]);
    let others = page.inbox.others();
    let names: Vec<_> = others.iter().map(|agent| (agent.name.as_str(), agent.available)).collect();
    assert_eq!(names, [("Grace", true), ("Linus", true), ("Barbara", false)]);
    assert_eq!(page.does(Event::GivePressed), [Effect::Focus(Spot::Choices)]);
    let effects = page.agents(&[("Ada", true), ("Linus", true)]);
    assert_eq!(effects, [Effect::FocusIfLost(Spot::Choices)], "whoever had the focus may have left");
    assert_eq!(page.does(Event::Kept), [Effect::Focus(Spot::Give)]);
    assert_eq!(page.inbox.dialogues["c1"].parting, Parting::No);
}

#[test]
fn each_way_to_give_a_conversation_away_sends_its_frame_once_and_shows_that_it_is_on_its_way() {
    let transfer = |to: Option<&str>| Command::Transfer {
        conversation: "c1".into(),
        cid: "id1".into(),
        to: to.map(str::to_owned),
    };
    let hand_back = Command::HandBack { conversation: "c1".into(), cid: "id1".into() };
    for (next, command, words) in [
        (to("Grace"), transfer(Some("Grace")), "Giving it to Grace…"),
        (Next::Queue, transfer(None), "Giving it back to the queue…"),
        (Next::Bot, hand_back, "Giving it back to the bot…"),
    ] {
        let mut page = Page::of_ada_with_a_visitor();
        page.writes("Half a rep");
        let expected = [typing(false), Effect::Line(command), Effect::FocusIfLost(Spot::Conversation)];
        assert_eq!(gives(&mut page, next.clone()), expected);
        assert_eq!(gives(&mut page, next), []);
        assert_eq!(gives(&mut page, Next::Bot), [], "nor another one");
        for press in [Event::ClosePressed, Event::Kept, Event::CloseConfirmed, Event::GivePressed] {
            assert_eq!(page.does(press), [], "it is on its way");
        }
        page.queue(&[summary("c1", with("Ada"), 3, 1)]);
        assert_eq!(page.inbox.dialogues["c1"].parting.words().as_deref(), Some(words));
    }
}

#[test]
fn a_conversation_given_away_says_to_whom_and_offers_nothing_to_write() {
    for (next, event, may, why) in [
        (to("Grace"), given(4, "id1", "Ada", Some("Grace")), May::Look, "You gave the conversation to Grace."),
        (
            Next::Queue,
            given(4, "id1", "Ada", None),
            May::Claim,
            "You gave the conversation back to the queue. Claim the conversation to answer.",
        ),
        (
            Next::Bot,
            event(4, "id1", EventBody::HandedBack { agent: "Ada".into() }),
            May::Look,
            "You gave the floor back to the bot.",
        ),
    ] {
        let mut page = Page::of_ada_with_a_visitor();
        gives(&mut page, next);
        page.hears(Notice::Acknowledged("id1".into(), 4));
        assert!(page.happens(event).contains(&Effect::FocusIfLost(Spot::Conversation)));
        assert_eq!(page.inbox.dialogues["c1"].parting, Parting::No);
        assert_eq!(page.inbox.standing("c1"), (may, why.into()));
        assert!(why.starts_with(page.announced()[0]), "{:?}", page.announced());
        assert_eq!(page.writes("More"), []);
        assert_eq!(page.does(Event::Submitted), []);
        for press in [Event::GivePressed, Event::ClosePressed, Event::CloseConfirmed] {
            assert_eq!(page.does(press), []);
        }
    }
}

#[test]
fn one_whose_conversation_is_taken_over_hears_by_whom_and_finds_the_draft_when_it_comes_back() {
    let mut page = Page::of_ada_with_a_visitor();
    page.writes("Half a rep");
    page.happens(claimed(4, "Grace"));
    page.queue(&[summary("c1", with("Grace"), 4, 1)]);
    assert_eq!(page.inbox.standing("c1"), (May::Look, "Grace took over the conversation.".into()));
    assert_eq!(page.announced(), ["Grace took over the conversation."]);
    page.does(Event::Left);
    page.queue(&[]);
    page.queue(&[summary("c1", Floor::Ringing, 6, 1)]);
    page.does(Event::Opened("c1".into()));
    let handed_back = event(5, "g5", EventBody::HandedBack { agent: "Grace".into() });
    page.hears(Notice::Replayed("c1".into(), vec![handed_back, rang(6)]));
    assert_eq!(page.inbox.standing("c1"), (May::Claim, "Claim the conversation to answer.".into()));
    page.does(Event::ClaimPressed);
    page.happens(claimed(7, "Ada"));
    assert_eq!((page.inbox.standing("c1").0, page.inbox.dialogues["c1"].draft.as_str()), (May::Write, "Half a rep"));
}

#[test]
fn the_words_for_a_lost_conversation_wait_for_the_whole_log() {
    let mut page = Page::of_ada_with_a_visitor();
    page.happens(claimed(4, "Grace"));
    page.queue(&[summary("c1", with("Linus"), 6, 1)]);
    assert_eq!(page.inbox.standing("c1").1, "Linus has this conversation.", "who it was after Grace is not told yet");
}

#[test]
fn a_refused_parting_says_why_and_leaves_the_conversation_where_it_is() {
    let gone = "Grace is not here any more. The conversation stays with you.";
    for (next, code, words) in [
        (to("Grace"), ErrorCode::NotFound, gone),
        (Next::Queue, ErrorCode::NotFound, "There is no such conversation any more."),
        (to("Grace"), ErrorCode::NotClaimed, "This conversation is not yours any more."),
        (Next::Bot, ErrorCode::NotAllowed, "Your role does not allow this."),
    ] {
        let mut page = Page::of_ada_with_a_visitor();
        gives(&mut page, next);
        page.is_refused("id1", code);
        assert_eq!(page.problem().as_deref(), Some(words));
        assert_eq!(page.inbox.dialogues["c1"].parting, Parting::No);
        assert!(!gives(&mut page, Next::Queue).is_empty(), "it can be tried again");
        assert_eq!(page.problem(), None);
    }
}

#[test]
fn what_i_closed_and_left_is_not_still_closing_when_it_rings_again() {
    let mut page = Page::of_ada_with_a_visitor();
    page.does(Event::CloseConfirmed);
    page.does(Event::Opened("c2".into()));
    page.hears(Notice::Acknowledged("id1".into(), 4));
    page.queue(&[]);
    assert!(!page.inbox.dialogues.contains_key("c1"), "nothing of it is kept");
}

#[test]
fn what_was_gone_before_my_frame_came_is_not_still_going_when_it_is_mine_again() {
    let mut page = Page::of_ada_with_a_visitor();
    page.is_welcomed_as(Role::Agent);
    gives(&mut page, Next::Bot);
    page.queue(&[summary("c1", with("Grace"), 4, 1)]);
    page.queue(&[summary("c1", with("Ada"), 5, 1)]);
    assert_eq!(page.inbox.dialogues["c1"].parting, Parting::No);
}
