//! How an agent comes to have a conversation: by claiming one that waits, or taking over another agent's.

use super::page::{Page, claimed, event, given, rang, says, summary, with};
use channel::agent_line::{Command, Notice};
use inbox::{
    standing::May,
    state::{Effect, Event, Spot},
};
use protocol::{ErrorCode, EventBody, Floor, Role, WireError};

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
fn an_old_claim_in_a_log_that_is_still_being_told_gives_nobody_the_floor() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 60, 1)]);
    page.does(Event::Opened("c1".into()));
    page.hears(Notice::Replayed("c1".into(), vec![rang(1), claimed(2, "Ada")]));
    assert_eq!(page.inbox.floor("c1"), Floor::Ringing);
}

/// Grace has `c1`, which is open before Ada.
fn of_ada_before_graces_visitor() -> Page {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    page.does(Event::Opened("c1".into()));
    page.hears(Notice::Replayed("c1".into(), vec![says(1, "Where is my parcel?"), rang(2), claimed(3, "Grace")]));
    page
}

#[test]
fn only_who_leads_may_take_over_what_another_agent_has() {
    for (role, may) in [(Role::Agent, May::Look), (Role::Lead, May::TakeOver), (Role::Admin, May::TakeOver)] {
        let mut page = of_ada_before_graces_visitor();
        assert_eq!(page.inbox.standing("c1").0, May::Look, "the role is not known yet");
        page.is_welcomed_as(role);
        assert_eq!(page.inbox.standing("c1"), (may, "Grace has this conversation.".into()));
        let claim = Effect::Line(Command::Claim { conversation: "c1".into(), cid: "id1".into() });
        let expected = if may == May::TakeOver { vec![claim] } else { Vec::new() };
        assert_eq!(page.does(Event::TakeOverPressed), expected);
        assert_eq!(page.does(Event::TakeOverPressed), [], "once");
    }
}

#[test]
fn what_is_taken_over_has_a_composer_once_the_log_says_so() {
    let mut page = of_ada_before_graces_visitor();
    page.is_welcomed_as(Role::Lead);
    page.does(Event::TakeOverPressed);
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    assert!(page.inbox.dialogues["c1"].claiming.is_some(), "still on its way");
    page.happens(event(4, "id1", EventBody::Claimed { agent: "Ada".into() }));
    assert_eq!(page.inbox.standing("c1").0, May::Write);
    assert_eq!(page.inbox.dialogues["c1"].claiming, None);
    assert_eq!(page.inbox.lines("c1").last().map(|line| line.text.as_str()), Some("You took over the conversation."));
}

#[test]
fn a_press_on_claim_takes_nothing_over() {
    let mut page = of_ada_before_graces_visitor();
    page.is_welcomed_as(Role::Lead);
    assert_eq!(page.does(Event::ClaimPressed), [], "it was meant for one that waits");
}

#[test]
fn a_refused_takeover_says_why_and_can_be_tried_again() {
    let mut page = of_ada_before_graces_visitor();
    page.is_welcomed_as(Role::Lead);
    page.does(Event::TakeOverPressed);
    assert!(page.is_refused("id1", ErrorCode::NotAllowed).contains(&Effect::FocusIfLost(Spot::Conversation)));
    assert_eq!(page.problem().as_deref(), Some("Your role does not allow this."));
    assert_eq!(page.announced(), ["Your role does not allow this."]);
    let again = Effect::Line(Command::Claim { conversation: "c1".into(), cid: "id2".into() });
    assert_eq!(page.does(Event::TakeOverPressed), [again]);
}

#[test]
fn a_claim_that_came_too_late_is_over_when_it_is_refused_and_not_before() {
    let mut page = Page::of_ada();
    page.queue(&[summary("c1", Floor::Ringing, 2, 1)]);
    page.does(Event::Opened("c1".into()));
    page.does(Event::ClaimPressed);
    page.queue(&[summary("c1", with("Grace"), 3, 1)]);
    page.is_refused("id1", ErrorCode::AlreadyClaimed);
    assert_eq!(page.problem().as_deref(), Some("Grace has already claimed this conversation."));
}

#[test]
fn another_agents_log_in_takes_the_role_of_the_last_one_away() {
    let mut page = of_ada_before_graces_visitor();
    page.is_welcomed_as(Role::Admin);
    page.hears(Notice::LoggedOut);
    page.does(Event::Recognised(Some("Linus".into())));
    assert_eq!(page.inbox.role, None);
}

#[test]
fn one_who_is_given_a_conversation_on_the_screen_hears_by_whom_and_may_write() {
    let mut page = of_ada_before_graces_visitor();
    page.does(Event::Shown(false));
    let effects = page.happens(given(4, "g4", "Grace", Some("Ada")));
    assert!(effects.contains(&Effect::FocusIfLost(Spot::Conversation)));
    page.queue(&[summary("c1", with("Ada"), 4, 1)]);
    assert_eq!(page.announced(), ["Grace gave the conversation to you."]);
    assert!(page.inbox.is_given("c1"), "nobody looks");
    page.does(Event::Shown(true));
    assert!(!page.inbox.is_given("c1"));
    assert_eq!(page.inbox.standing("c1").0, May::Write);
}
