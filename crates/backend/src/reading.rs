//! Reads a log for a line, a stretch at a time. What was begun goes on where it was when it is polled again: a reading that is
//! dropped half-way costs its connection to the database.

use crate::service::Service;
use futures_util::{FutureExt, future::BoxFuture};
use protocol::{Event, limits};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::sleep;

/// How long to wait before a log that could not be read is read again.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// A stretch of a log that is being read, or nothing.
#[derive(Default)]
pub(crate) struct Reading(Option<BoxFuture<'static, (String, Vec<Event>)>>);

impl Reading {
    /// Reads the next events of this conversation after this `seq`, and nothing else any more. When that fails, again until it
    /// works: the line itself is as good as before.
    pub(crate) fn begin(&mut self, service: Arc<Service>, conversation: String, after: u64) {
        let reading = async move {
            loop {
                match service.store.events_after(&conversation, after, limits::REPLAY_EVENTS).await {
                    Ok(events) => return (conversation, events),
                    Err(cause) => {
                        service.metrics.store_failed();
                        tracing::error!(%cause, "a log was not read; it is tried again");
                    }
                }
                sleep(READ_AGAIN).await;
            }
        };
        self.0 = Some(reading.boxed());
    }

    /// The conversation and its next events; never while nothing is read. May be dropped and called again: nothing is lost by it.
    pub(crate) async fn done(&mut self) -> (String, Vec<Event>) {
        match &mut self.0 {
            Some(reading) => {
                let read = reading.await;
                self.0 = None;
                read
            }
            None => pending().await,
        }
    }
}
