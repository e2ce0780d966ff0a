//! An answer's small Markdown as elements: every piece of it a text node, every link one that [`crate::markdown`] let pass.

use crate::markdown::{Block, Span, parse};
use leptos::prelude::*;

/// The text of a message by the bot.
pub fn answer(text: &str) -> Vec<AnyView> {
    parse(text)
        .into_iter()
        .map(|block| match block {
            Block::Paragraph(inner) => view! { <p>{spans(inner)}</p> }.into_any(),
            Block::List(true, items) => view! { <ol>{list(items)}</ol> }.into_any(),
            Block::List(false, items) => view! { <ul>{list(items)}</ul> }.into_any(),
        })
        .collect()
}

fn list(items: Vec<Vec<Span>>) -> Vec<AnyView> {
    items.into_iter().map(|item| view! { <li>{spans(item)}</li> }.into_any()).collect()
}

fn spans(spans_of_text: Vec<Span>) -> Vec<AnyView> {
    spans_of_text
        .into_iter()
        .map(|span| match span {
            Span::Text(text) => text.into_any(),
            Span::Bold(inner) => view! { <strong>{spans(inner)}</strong> }.into_any(),
            Span::Emphasis(inner) => view! { <em>{spans(inner)}</em> }.into_any(),
            Span::Link(inner, address) => {
                // Other sites open beside the shop, without a handle on its page.
                let elsewhere = address.contains("://");
                let target = elsewhere.then_some("_blank");
                let rel = elsewhere.then_some("noopener noreferrer");
                view! { <a href=address target=target rel=rel>{spans(inner)}</a> }.into_any()
            }
        })
        .collect()
}
