//! Every refusal over HTTP: one enum, one status each, the wire's JSON. Causes are logged here and never sent.

use crate::{metrics::Refused, store::StoreError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{ErrorCode, WireError};

/// Why a request was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// 400: not JSON, or a field that is unknown, missing or not allowed.
    #[error("{0}")]
    Invalid(String),
    /// 400: a plain request to an address that speaks WebSocket.
    #[error("This address speaks WebSocket; connect with `new WebSocket(...)`.")]
    NotAWebSocket,
    /// 413: a body beyond the limit.
    #[error("The request is larger than 32 KiB; send less at once.")]
    TooLarge,
    /// 401: not logged in, or the log-in has ended.
    #[error("Log in first.")]
    NotLoggedIn,
    /// 401: a visitor's token or conversation that is not known here.
    #[error("The token or the conversation is not known here; say hello without them.")]
    UnknownVisitor,
    /// 401: the same words whether the name or the password is wrong.
    #[error("Name or password is wrong.")]
    WrongLogIn,
    /// 403: a page that may not speak to us.
    #[error("This page's origin is not allowed; a shop's is allowed with `shopbell serve --origin`.")]
    OriginNotAllowed,
    /// 403: a page that is not the inbox.
    #[error("Only the inbox may do this; tell where agents reach it with `shopbell serve --public-url`.")]
    NotOurOrigin,
    /// 429: too often, with the milliseconds after which it may be tried again.
    #[error("Too many requests; try again later.")]
    RateLimited(u64),
    /// 503: the store failed.
    #[error("Not possible at this moment; try again.")]
    Store(#[from] StoreError),
    /// 503: something else inside failed.
    #[error("Not possible at this moment; try again.")]
    Inside(&'static str),
}

impl Error {
    /// What is wrong with a body that should have been JSON like `example`.
    pub(crate) fn of_body(status: StatusCode, example: &str) -> Error {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            // axum's own words may quote the body; ours never do.
            _ => Error::Invalid(format!("Send JSON like {example}, as application/json, with no other fields.")),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Error::Invalid(_) => (StatusCode::BAD_REQUEST, ErrorCode::Invalid),
            Error::NotAWebSocket => (StatusCode::BAD_REQUEST, ErrorCode::BadFrame),
            Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::FrameTooLarge),
            Error::NotLoggedIn | Error::UnknownVisitor | Error::WrongLogIn => {
                (StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized)
            }
            Error::OriginNotAllowed | Error::NotOurOrigin => (StatusCode::FORBIDDEN, ErrorCode::OriginNotAllowed),
            Error::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited),
            Error::Store(_) | Error::Inside(_) => (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::Unavailable),
        };
        match &self {
            Error::Store(cause) => tracing::error!(%cause, "the store failed"),
            Error::Inside(cause) => tracing::error!(cause, "a request failed"),
            _ => {}
        }
        let mut error = WireError::new(code, self.to_string());
        if let Error::RateLimited(after_ms) = self {
            error.retry_after_ms = Some(after_ms);
        }
        let mut response = (status, Json(&error)).into_response();
        response.extensions_mut().insert(Refused { code, store_failed: matches!(self, Error::Store(_)) });
        if let Some(after_ms) = error.retry_after_ms {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after_ms.div_ceil(1_000)));
        }
        response
    }
}
