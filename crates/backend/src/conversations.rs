//! The one place through which anything happens in a conversation: checked, decided, stored, and only then told.

use crate::{
    decision::{self, Refusal, Sender, Wish},
    line::Order,
    metrics::Metrics,
    queue::Queue,
    store::{Recorded, Store, StoreError, is_conversation},
    wake::Wake,
};
use protocol::masking;
use std::time::Instant;

/// Conversations, as handlers change them.
#[derive(Debug)]
pub(crate) struct Conversations {
    store: Store,
    wake: Wake,
    queue: Queue,
    metrics: Metrics,
}

impl Conversations {
    pub(crate) fn new(store: Store, wake: Wake, queue: Queue, metrics: Metrics) -> Self {
        Conversations { store, wake, queue, metrics }
    }

    /// Lets `wish` happen, once for each (sender, cid), in this order among what the same line hands in. Returns after the commit.
    pub(crate) async fn record(
        &self,
        conversation: &str,
        sender: Sender,
        cid: &str,
        wish: Wish,
        order: Option<Order>,
    ) -> Result<Recorded, Refusal> {
        decision::check(cid, &wish)?;
        if !is_conversation(conversation) {
            return Err(Refusal::NotFound(decision::NO_CONVERSATION));
        }
        let claims = matches!(wish, Wish::Claim { .. });
        let rang_for = claims.then(|| self.queue.look().borrow().rings_for(conversation)).flatten();
        let asked = Instant::now();
        let mut recorded =
            self.store.record(conversation, sender, cid, wish.masked(), order).await.map_err(|cause| {
                self.metrics.store_failed();
                tracing::error!(%cause, conversation, "a frame was not stored");
                Refusal::Unavailable
            })??;
        self.metrics.recorded(asked.elapsed());
        if recorded.dup {
            self.metrics.duplicate_answered();
        } else {
            self.metrics.stored(&recorded.added);
            rang_for.inspect(|rang_for| self.metrics.claimed(*rang_for));
            self.wake.log_grew(conversation, std::mem::take(&mut recorded.added));
        }
        Ok(recorded)
    }

    /// Rings and leaves `texts`, once for each cid. Returns after the commit.
    pub(crate) async fn record_at_door(&self, cid: &str, texts: &[String]) -> Result<(), StoreError> {
        let mask = |text: &String| masking::masked(text).unwrap_or_else(|| text.clone());
        let texts: Vec<String> = texts.iter().map(mask).collect();
        if self.store.record_at_door(cid, &texts).await? {
            self.wake.queue_changed();
            self.metrics.stored_at_door(texts.len());
        } else {
            self.metrics.duplicate_answered();
        }
        Ok(())
    }
}
