//! The log-in: a name, a password, and why it did not work.

use crate::{
    access::{Access, LogInProblem},
    effects::Live,
    focus::id,
    state::Event,
    strings::ENGLISH,
};
use leptos::{html, prelude::*};

const PROBLEM: &str = "log-in-problem";

/// The form, alone on its page.
#[component]
pub fn LogIn(
    /// The inbox.
    live: Live,
) -> impl IntoView {
    let inbox = live.inbox();
    let state = Memo::new(move |_| {
        inbox.with(|inbox| match inbox.access {
            Access::Out { problem, busy } => (problem, busy),
            _ => (None, false),
        })
    });
    let busy = move || state.get().1;
    let problem = move || state.get().0.map(LogInProblem::words);
    let described = move || state.get().0.map(|_| PROBLEM);
    let (name, password) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let (Some(name), Some(password)) = (name.get_untracked(), password.get_untracked()) {
            live.emit(Event::LogInPressed { name: name.value(), password: password.value() });
        }
    };
    view! {
        <main class="door">
            <h1>{ENGLISH.title}</h1>
            <form id="log-in" aria-labelledby="log-in-heading" novalidate on:submit=submit>
                <h2 id="log-in-heading">{ENGLISH.log_in_heading}</h2>
                {move || problem().map(|words| view! { <p class="problem" id=PROBLEM>{words}</p> })}
                <label for=id::NAME>{ENGLISH.name}</label>
                <input
                    id=id::NAME
                    name="name"
                    autocomplete="username"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby=described
                    node_ref=name
                />
                <label for=id::PASSWORD>{ENGLISH.password}</label>
                <input
                    id=id::PASSWORD
                    name="password"
                    type="password"
                    autocomplete="current-password"
                    aria-describedby=described
                    node_ref=password
                />
                <button type="submit" class="strong" aria-disabled=move || busy().then_some("true")>
                    {move || if busy() { ENGLISH.logging_in } else { ENGLISH.log_in }}
                </button>
            </form>
        </main>
    }
}
