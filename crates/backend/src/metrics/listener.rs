//! Where the counts are read: a listener of its own, so that the public one never answers for them.

use super::Refused;
use crate::service::Service;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::sync::Arc;
use tokio::{net::TcpListener, sync::oneshot};

/// The type of [OpenMetrics text](https://prometheus.io/docs/specs/om/open_metrics_spec/).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers `GET /metrics` on `listener`, and nothing else, until the other end of `ended` is dropped.
pub(crate) async fn serve(listener: TcpListener, service: Arc<Service>, ended: oneshot::Receiver<()>) {
    let router = Router::new().route("/metrics", get(tell)).with_state(service);
    let served = axum::serve(listener, router).with_graceful_shutdown(async {
        // A dropped sender is the word to end.
        let _ = ended.await;
    });
    if let Err(cause) = served.await {
        tracing::error!(%cause, "metrics are no longer told; start the service again");
    }
}

async fn tell(State(service): State<Arc<Service>>) -> Response {
    let tally = service.queue.look().borrow().tally();
    match service.metrics.text(&tally) {
        Ok(text) => ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response(),
        Err(cause) => {
            tracing::error!(%cause, "metrics were not written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Counts what the service refuses over HTTP.
pub(crate) async fn count_refusal(State(service): State<Arc<Service>>, response: Response) -> Response {
    if let Some(refused) = response.extensions().get::<Refused>() {
        service.metrics.refused(refused.code);
        if refused.store_failed {
            service.metrics.store_failed();
        }
    }
    response
}
