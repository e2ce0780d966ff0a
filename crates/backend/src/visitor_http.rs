//! A visitor's line where WebSockets are blocked: the same frames, over server-sent events or long polling from us, and posts
//! to us. Every request names its visitor by the token in its body or in Authorization, never in the address.

use crate::{
    decision::{Refusal, Sender, Wish},
    error::Error,
    line::{Ending, LATER_MS, Typing, VisitorInput},
    metrics::{Metrics, Side, Transport},
    rate_limit::Source,
    secret::read_secret,
    service::Service,
    visitor_driver::VisitorDriver,
};
use axum::{
    Json,
    body::Body,
    extract::{
        ConnectInfo, State,
        rejection::{JsonRejection, StringRejection},
    },
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use protocol::{Author, ErrorCode, PostedFrames, ServerToVisitor, VisitorFrame, WireError, limits};
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, interval_at, sleep_until, timeout},
};

const HEARTBEAT: Duration = Duration::from_millis(limits::HEARTBEAT_MS as u64);
const SILENCE: Duration = Duration::from_millis(limits::SILENCE_MS as u64);
/// Frames that wait for a client that reads slowly; then the line itself waits, and is cut after the silence.
const WAITING: usize = 32;
/// How long a poll that has something to tell waits for more of it.
const TOGETHER: Duration = Duration::from_millis(20);
/// How long a poll waits that can only tell how the wait stands, which each is told anew.
const AT_EASE: Duration = Duration::from_secs(2);
/// How a `hello` looks.
const HELLO: &str = r#"{"hello":{"protocol":"shopbell/1"}}"#;

/// Reads the body, which must be a `hello`.
fn hello(body: Result<String, StringRejection>) -> Result<VisitorInput, Error> {
    let body = body.map_err(|rejection| Error::of_body(rejection.status(), HELLO))?;
    match serde_json::from_str(&body) {
        Ok(hello @ VisitorFrame::Hello { .. }) => Ok(VisitorInput::Frame(Ok(hello))),
        _ => Err(Error::Invalid("Send a `hello` frame as the body.".into())),
    }
}

/// `POST /v1/visitor/stream`: what comes after this `hello`, as server-sent events, one frame each.
pub(crate) async fn stream(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<String, StringRejection>,
) -> Result<Response, Error> {
    let source = service.source(&headers, connection)?;
    let first = hello(body)?;
    let (frames, waiting) = mpsc::channel::<String>(WAITING);
    tokio::spawn(async move {
        let (mut hang_up, metrics) = (service.hang_up.subscribe(), service.metrics.clone());
        let ending = tokio::select! {
            ending = carry(VisitorDriver::new(service, source, Transport::Stream), first, &frames, &metrics) => ending,
            _ = hang_up.wait_for(|hang_up| *hang_up) => Ending::HangUp,
        };
        metrics.ended(&ending);
        if let Some(last) = ending.last_words() {
            // Whoever does not let us end properly is simply cut off.
            let _ = timeout(Duration::from_secs(1), frames.send(event(&last))).await;
        }
    });
    let body = stream::unfold(waiting, |mut waiting| async move {
        let event = waiting.recv().await?;
        Some((Ok::<_, Infallible>(event), waiting))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Tells nginx, which would gather events otherwise.
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

async fn carry(
    mut driver: VisitorDriver,
    first: VisitorInput,
    out: &mpsc::Sender<String>,
    metrics: &Metrics,
) -> Ending {
    let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut input = first;
    loop {
        let (frames, ending) = driver.take(input).await;
        for frame in frames {
            // While this waits, what happens gathers in the log, and is read from there after.
            match timeout(SILENCE, out.send(event(&frame))).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Ending::Lost,
                Err(_) => {
                    metrics.cut_slow(Side::Visitor);
                    return Ending::Lost;
                }
            }
        }
        if let Some(ending) = ending {
            return ending;
        }
        input = tokio::select! {
            input = driver.next() => input,
            _ = beat.tick() => VisitorInput::BeatDue,
            () = out.closed() => return Ending::Lost,
        };
    }
}

fn event(frame: &ServerToVisitor) -> String {
    // JSON has no raw line breaks, so a frame is one line.
    format!("data: {}\n\n", serde_json::to_string(frame).unwrap_or_default())
}

/// `POST /v1/visitor/poll`: what comes after this `hello`, as soon as there is something, and after a heartbeat in any case.
pub(crate) async fn poll(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<String, StringRejection>,
) -> Result<Response, Error> {
    let source = service.source(&headers, connection)?;
    let mut input = hello(body)?;
    let mut hang_up = service.hang_up.subscribe();
    let metrics = service.metrics.clone();
    let mut driver = VisitorDriver::new(service, source, Transport::Poll);
    let mut told = Vec::new();
    let mut until = Instant::now() + HEARTBEAT;
    loop {
        let (frames, ending) = driver.take(input).await;
        for frame in &frames {
            until = until.min(match frame {
                // The welcome alone is no news, unless it is a new visitor's.
                ServerToVisitor::Welcome { token: None, reset: false, .. } => continue,
                ServerToVisitor::Queue { .. } => Instant::now() + AT_EASE,
                _ => Instant::now() + TOGETHER,
            });
        }
        told.extend(frames);
        if let Some(ending) = ending {
            metrics.ended(&ending);
            told.extend(ending.last_words());
            break;
        }
        input = tokio::select! {
            input = driver.next() => input,
            () = sleep_until(until) => break,
            _ = hang_up.wait_for(|hang_up| *hang_up) => {
                told.extend(Ending::HangUp.last_words());
                break;
            }
        };
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

/// `POST /v1/visitor/frames`: frames of a visitor who listens by stream or poll. Answers each once it is stored.
pub(crate) async fn post(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    posted: Result<Json<PostedFrames>, JsonRejection>,
) -> Result<Json<Vec<ServerToVisitor>>, Error> {
    let source = service.source(&headers, connection)?;
    let Json(PostedFrames { conversation, frames }) =
        posted.map_err(|rejection| Error::of_body(rejection.status(), r#"{"conversation":"…","frames":[…]}"#))?;
    if frames.len() > limits::POSTED_FRAMES {
        return Err(Error::Invalid("Send at most 100 frames at once.".into()));
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = bearer.and_then(read_secret).ok_or(Error::UnknownVisitor)?;
    let visitor = service.store.visitor_of(&token, &conversation).await?.ok_or(Error::UnknownVisitor)?;
    // A task of its own: what is stored is told even when nobody waits for the answer any more.
    let recording = tokio::spawn(record(service, visitor, source, conversation, frames));
    Ok(Json(recording.await.map_err(|_| Error::Inside("posted frames were not recorded"))?))
}

/// Records these frames, one after the other, and answers each once it is stored.
async fn record(
    service: Arc<Service>,
    visitor: i64,
    source: Source,
    conversation: String,
    frames: Vec<VisitorFrame>,
) -> Vec<ServerToVisitor> {
    let posted = frames.len();
    let mut answers = Vec::new();
    // Set once a message was not stored: what comes after must not overtake it.
    let mut held_back = None;
    for frame in frames {
        let (cid, wish) = match frame {
            VisitorFrame::Typing { active } => {
                service.wake.typing(&conversation, Typing { author: Author::Visitor, active });
                continue;
            }
            VisitorFrame::Human { cid } => (cid, Wish::Ring),
            VisitorFrame::Send { cid, author, text, entry } => {
                let taken = held_back.map_or_else(|| service.messages.take(visitor, source), Err);
                if let Err(after_ms) = taken {
                    held_back = Some(after_ms);
                    answers.push(ServerToVisitor::Error(Refusal::RateLimited(after_ms).for_cid(cid)));
                    continue;
                }
                (cid, Wish::Tell { author, text, entry })
            }
            VisitorFrame::Hello { .. } | VisitorFrame::Beat => {
                let message = "Only `send`, `human` and `typing` are posted.";
                answers.push(ServerToVisitor::Error(WireError::new(ErrorCode::BadFrame, message)));
                continue;
            }
        };
        let recorded = service.conversations.record(&conversation, Sender::Visitor, &cid, wish, None).await;
        answers.push(match recorded {
            Ok(recorded) => ServerToVisitor::Ack { cid, seq: recorded.seq, dup: recorded.dup },
            Err(refusal) => {
                if refusal == Refusal::Unavailable {
                    held_back = Some(LATER_MS);
                }
                ServerToVisitor::Error(refusal.for_cid(cid))
            }
        });
    }
    service.metrics.posted(posted, &answers);
    answers
}
