//! The open conversation: its heading, what was said, and what the agent may do now.

use super::{closing::ClosingButtons, composer::Composer, transcript::Transcript};
use crate::{
    effects::Live,
    focus::id,
    lines::visitor_label,
    state::Event,
    strings::{ENGLISH, fill},
};
use leptos::prelude::*;
use protocol::Floor;

/// What the agent may do.
#[derive(Clone, PartialEq)]
enum May {
    Claim,
    Write,
    /// Only look, and why.
    Look(String),
}

/// The pane of one conversation.
#[component]
pub fn Conversation(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let inbox = live.inbox();
    let may = {
        let conversation = conversation.clone();
        Memo::new(move |_| {
            inbox.with(|inbox| match inbox.floor(&conversation) {
                Floor::Ringing => May::Claim,
                Floor::Human { .. } if inbox.is_mine(&conversation) => May::Write,
                Floor::Human { agent } => May::Look(fill(ENGLISH.held_by, "{name}", &agent)),
                Floor::Closed => May::Look(ENGLISH.is_closed.to_owned()),
                Floor::Bot => May::Look(ENGLISH.with_the_bot.to_owned()),
            })
        })
    };
    let may_close = Memo::new(move |_| may.get() == May::Write);
    let id = StoredValue::new(conversation.clone());
    let writes = Memo::new(move |_| inbox.with(|inbox| id.with_value(|id| inbox.visitor_writes(id))));
    view! {
        <section class="conversation" aria-labelledby=id::CONVERSATION>
            <div class="top">
                <button type="button" class="back" on:click=move |_| live.emit(Event::Left)>
                    <span class="arrow" aria-hidden="true"></span>
                    <span class="unseen">{ENGLISH.back}</span>
                </button>
                <h2 id=id::CONVERSATION tabindex="-1">
                    <span class="unseen">{ENGLISH.conversation}": "</span>
                    {visitor_label(&conversation)}
                </h2>
                <Show when=move || may_close.get()>
                    <ClosingButtons live conversation=id.get_value()/>
                </Show>
            </div>
            <Transcript live conversation/>
            // Always there, so that nothing jumps when the visitor begins to write.
            <p class="typing">{move || writes.get().then_some(ENGLISH.visitor_writes)}</p>
            <div class="bottom">
                {move || match may.get() {
                    May::Claim => view! { <Claim live conversation=id.get_value()/> }.into_any(),
                    May::Write => view! { <Composer live conversation=id.get_value()/> }.into_any(),
                    May::Look(why) => view! { <p class="why">{why}</p> }.into_any(),
                }}
            </div>
        </section>
    }
}

/// The button that takes a waiting conversation.
#[component]
fn Claim(
    /// The inbox.
    live: Live,
    /// The conversation's id.
    conversation: String,
) -> impl IntoView {
    let is_claiming = Memo::new(move |_| {
        live.inbox()
            .with(|inbox| inbox.dialogues.get(&conversation).is_some_and(|dialogue| dialogue.claiming.is_some()))
    });
    view! {
        <div class="claiming">
            <p id="claim-hint">{ENGLISH.claim_hint}</p>
            <button
                type="button"
                id=id::CLAIM
                class="strong"
                aria-describedby="claim-hint"
                aria-disabled=move || is_claiming.get().then_some("true")
                on:click=move |_| live.emit(Event::ClaimPressed)
            >
                {move || if is_claiming.get() { ENGLISH.claiming } else { ENGLISH.claim }}
            </button>
        </div>
    }
}
