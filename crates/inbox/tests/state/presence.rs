//! Who has the inbox open, and the switch that says whether this agent takes conversations.

use super::page::Page;
use channel::{
    Status,
    agent_line::{Command, Notice},
};
use inbox::state::{Effect, Event};

/// Presses the switch; whether Ada takes conversations from then on, as the line is told.
fn switches(page: &mut Page) -> Vec<Effect> {
    page.does(Event::AvailablePressed)
}

fn takes(available: bool) -> Effect {
    Effect::Line(Command::Available(available))
}

#[test]
fn the_switch_is_told_the_line_and_stays_over_a_lost_connection_and_an_ended_log_in() {
    let mut page = Page::of_ada();
    assert!(!page.inbox.is_away);
    assert_eq!(switches(&mut page), [takes(false)]);
    page.hears(Notice::Status(Status::Reconnecting));
    page.hears(Notice::Status(Status::Live));
    page.hears(Notice::LoggedOut);
    page.does(Event::Recognised(Some("Ada".into())));
    assert!(page.inbox.is_away, "the line says so again by itself");
    assert_eq!(switches(&mut page), [takes(true)]);
    assert!(!page.inbox.is_away);
}

#[test]
fn another_agent_begins_as_one_who_takes_conversations_as_the_line_does() {
    let mut page = Page::of_ada();
    switches(&mut page);
    page.agents(&[("Ada", false)]);
    page.hears(Notice::LoggedOut);
    let effects = page.does(Event::Recognised(Some("Grace".into())));
    assert!(effects.contains(&Effect::Line(Command::HangUp)), "which makes the line forget it, too");
    assert!(!page.inbox.is_away && page.inbox.agents.is_empty());
}

#[test]
fn who_is_there_is_who_the_backend_says() {
    let mut page = Page::of_ada();
    page.agents(&[("Ada", true), ("Grace", false)]);
    page.agents(&[("Ada", true)]);
    let names: Vec<_> = page.inbox.agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["Ada"]);
    assert!(page.inbox.others().is_empty());
}
