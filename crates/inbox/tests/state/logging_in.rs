//! Who is let in, what an ended log-in keeps, and what logging out leaves.

use super::page::{Page, typing};
use channel::agent_line::{Command, Notice};
use inbox::{
    access::{Access, LogInProblem},
    state::{Effect, Event, Spot},
};

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
