//! The one place through which anything happens in a conversation: checked, decided, stored, and only then told.

use crate::{
    decision::{self, Refusal, Sender, Wish},
    store::{Recorded, Store, StoreError, is_conversation},
    wake::Wake,
};
use protocol::masking;

/// Conversations, as handlers change them.
#[derive(Debug)]
pub(crate) struct Conversations {
    store: Store,
    wake: Wake,
}

impl Conversations {
    pub(crate) fn new(store: Store, wake: Wake) -> Self {
        Conversations { store, wake }
    }

    /// Lets `wish` happen, once for each (sender, cid). Returns after the commit.
    pub(crate) async fn record(
        &self,
        conversation: &str,
        sender: Sender,
        cid: &str,
        wish: Wish,
    ) -> Result<Recorded, Refusal> {
        decision::check(cid, &wish)?;
        if !is_conversation(conversation) {
            return Err(Refusal::NotFound(decision::NO_CONVERSATION));
        }
        let mut recorded = self.store.record(conversation, sender, cid, wish.masked()).await.map_err(|cause| {
            tracing::error!(%cause, conversation, "a frame was not stored");
            Refusal::Unavailable
        })??;
        if !recorded.dup {
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
        }
        Ok(())
    }
}
