//! Every address, on one screen.

use crate::{
    agent_socket, config::Config, door, health, metrics, origin::cross_origin, pages, service::Service, session,
    visitor_http, visitor_socket,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderValue, header},
    middleware::map_response_with_state,
    response::Redirect,
    routing::{get, post},
};
use protocol::limits;
use std::sync::Arc;
use tower_http::trace::TraceLayer;

/// Bytes in the body of a request.
const BODY_BYTES: usize = limits::VISITOR_FRAME_BYTES as usize;

/// The whole service over HTTP.
pub(crate) fn router(service: Arc<Service>, config: &Config) -> Router {
    let inbox = pages::inbox(config.inbox.as_deref(), &service.public_url);
    let door = post(door::leave).layer(cross_origin(&service.origins, [header::CONTENT_TYPE]));
    let mut router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/v1/visitor", get(visitor_socket::connect))
        .merge(without_websocket(&service))
        .route("/v1/door", door)
        .route("/v1/agent/login", post(session::log_in))
        .route("/v1/agent/logout", post(session::log_out))
        .route("/v1/agent/me", get(session::me))
        .route("/v1/agent/line", get(agent_socket::connect))
        .route("/inbox", get(|| async { Redirect::permanent("/inbox/") }))
        .nest_service("/inbox/", inbox);
    if let Some(folder) = &config.site {
        router = router.fallback_service(pages::site::<()>(folder));
    }
    router
        .with_state(Arc::clone(&service))
        .layer(map_response_with_state(service, metrics::count_refusal))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(pages::always(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(pages::always(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")))
        // Only the path: nothing else of a request is ours to keep.
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request| {
            tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
        }))
}

/// The visitor's line where WebSockets are blocked.
fn without_websocket(service: &Service) -> Router<Arc<Service>> {
    Router::new()
        .route("/v1/visitor/stream", post(visitor_http::stream))
        .route("/v1/visitor/poll", post(visitor_http::poll))
        .route("/v1/visitor/frames", post(visitor_http::post))
        .layer(cross_origin(&service.origins, [header::CONTENT_TYPE, header::AUTHORIZATION]))
}
