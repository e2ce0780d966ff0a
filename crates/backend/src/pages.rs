//! The files we serve: the inbox under /inbox/, and a site at / when there is one.

use crate::origin::Origin;
use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    routing::{any, get_service},
};
use std::path::Path;
use tower_http::{services::ServeDir, set_header::SetResponseHeaderLayer};

/// What the inbox may load and reach: itself, and its own line.
pub(crate) fn inbox_policy(public_url: &Origin) -> String {
    let here = public_url.authority();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' ws://{here} wss://{here}; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}

/// The inbox's files, or a word on how to get them.
pub(crate) fn inbox<S: Clone + Send + Sync + 'static>(folder: Option<&Path>, public_url: &Origin) -> Router<S> {
    let absent = any(|| async {
        (
            StatusCode::NOT_FOUND,
            "The inbox is not here: build it with `cargo xtask dist`, and start with --inbox DIR.\n",
        )
    });
    let files = match folder {
        Some(folder) => Router::new().fallback_service(get_service(files(folder))),
        None => Router::new().fallback(absent),
    };
    // A policy that is no header cannot come of an origin; without one nothing is loaded at all.
    let policy =
        HeaderValue::try_from(inbox_policy(public_url)).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    files.layer(always(header::CONTENT_SECURITY_POLICY, policy)).layer(revalidated())
}

/// The site's files.
pub(crate) fn site<S: Clone + Send + Sync + 'static>(folder: &Path) -> Router<S> {
    Router::new().fallback_service(get_service(files(folder))).layer(revalidated())
}

fn files(folder: &Path) -> ServeDir {
    ServeDir::new(folder)
}

/// Names stay the same from build to build, so a browser must ask whether what it holds is still true.
fn revalidated() -> SetResponseHeaderLayer<HeaderValue> {
    always(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))
}

/// Sets a header on every answer.
pub(crate) fn always(name: HeaderName, value: HeaderValue) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, value)
}
