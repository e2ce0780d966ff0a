//! Whether the process lives, and whether it can do its work: two questions, for those who run it.

use crate::{service::Service, store::StoreError};
use axum::{extract::State, http::StatusCode};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// How long the store may take to answer before nobody should be sent here.
const STORE: Duration = Duration::from_secs(1);

/// An answer to either question.
type Answer = (StatusCode, &'static str);

/// `GET /healthz`: 200 while the process answers at all. Asks nobody else: a database that is away is no reason to start
/// this process again.
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// `GET /readyz`: 200 while visitors and agents may be sent here, 503 while they should go elsewhere.
pub(crate) async fn readyz(State(service): State<Arc<Service>>) -> Answer {
    let draining = *service.hang_up.borrow();
    readiness(draining, service.store.check()).await
}

/// How it stands with a service that may be shutting down and a store that may not answer.
async fn readiness(draining: bool, store: impl Future<Output = Result<(), StoreError>>) -> Answer {
    if draining {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down");
    }
    match timeout(STORE, store).await {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        Ok(Err(cause)) => {
            tracing::error!(%cause, "not ready: the store failed");
            (StatusCode::SERVICE_UNAVAILABLE, "the store failed")
        }
        Err(_) => {
            tracing::error!("not ready: the store did not answer within a second");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};
    use tokio::time::Instant;

    #[tokio::test]
    async fn it_is_ready_while_the_store_answers_and_it_stays() {
        let failure = StoreError::Unreadable { what: "its epoch" };
        assert_eq!(readiness(false, ready(Ok(()))).await, (StatusCode::OK, "ready"));
        assert_eq!(readiness(false, ready(Err(failure))).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(readiness(true, ready(Ok(()))).await, (StatusCode::SERVICE_UNAVAILABLE, "shutting down"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_does_not_answer_within_a_second_is_not_waited_for() {
        let asked = Instant::now();
        assert_eq!(readiness(false, pending()).await, (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer"));
        assert_eq!(asked.elapsed(), STORE);
    }
}
