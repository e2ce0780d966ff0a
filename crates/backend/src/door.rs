//! The way in that needs neither WebSocket nor Wasm: one POST that rings and leaves a message.

use crate::{decision, error::Error, origin::listed, service::Service};
use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Characters in an e-mail address or phone number.
const REPLY_TO_CHARS: usize = 200;

/// What is left at the door.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note {
    /// Client-made id (a UUID): the same one is stored once.
    cid: String,
    text: String,
    /// Where a person may answer.
    #[serde(default)]
    reply_to: Option<String>,
}

/// The answer.
#[derive(Serialize)]
pub(crate) struct Stored {
    stored: bool,
}

/// `POST /v1/door`: 202 once it is stored; a person finds it in the queue.
pub(crate) async fn leave(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    note: Result<Json<Note>, JsonRejection>,
) -> Result<(StatusCode, Json<Stored>), Error> {
    // It rings, so no limit may stand before it.
    listed(&service.origins, &headers)?;
    let Json(Note { cid, text, reply_to }) =
        note.map_err(|rejection| Error::of_body(rejection.status(), r#"{"cid":"…","text":"…","reply_to":"…"}"#))?;
    let reply_to = reply_to.map(|reply_to| reply_to.trim().to_owned()).filter(|reply_to| !reply_to.is_empty());
    let invalid = |refusal: decision::Refusal| Error::Invalid(refusal.to_string());
    decision::check_cid(&cid).and_then(|()| decision::check_text(&text)).map_err(invalid)?;
    if reply_to.as_ref().is_some_and(|reply_to| reply_to.chars().count() > REPLY_TO_CHARS) {
        return Err(Error::Invalid(
            "`reply_to` has more than 200 characters; write an e-mail address or a phone number.".into(),
        ));
    }
    let mut texts = vec![text];
    texts.extend(reply_to.map(|reply_to| format!("Reply to: {reply_to}")));
    // A task of its own: what is stored rings even when nobody waits for the answer any more.
    let recording = tokio::spawn(async move { service.conversations.record_at_door(&cid, &texts).await });
    recording.await.map_err(|_| Error::Inside("a note was not recorded"))??;
    Ok((StatusCode::ACCEPTED, Json(Stored { stored: true })))
}
