//! Who waits, and who is with whom.

use super::{Store, StoreError, log, unsigned};
use protocol::{ConversationSummary, Floor, Identity};
use sqlx::Row;

/// One conversation of the queue: ringing, or with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) conversation: String,
    pub(crate) floor: Floor,
    /// Milliseconds since the Unix epoch.
    pub(crate) rang_at: u64,
    /// A person had it after the latest ring. While it rings, it was given back to the queue, and how long ago the ring was
    /// says nothing of how long a person takes to come.
    pub(crate) was_claimed: bool,
    pub(crate) head: u64,
    pub(crate) preview: String,
    pub(crate) unanswered: u32,
    pub(crate) identity: Option<Identity>,
}

impl Waiting {
    /// As an agent is told it at this time, in milliseconds since the Unix epoch.
    pub(crate) fn summary(&self, now: u64) -> ConversationSummary {
        ConversationSummary {
            conversation: self.conversation.clone(),
            floor: self.floor.clone(),
            waiting_ms: now.saturating_sub(self.rang_at),
            head: self.head,
            preview: self.preview.clone(),
            unanswered: self.unanswered,
            identity: self.identity.clone(),
        }
    }
}

impl Store {
    /// Every conversation that is ringing or with a person, oldest ring first.
    pub(crate) async fn queue(&self) -> Result<Vec<Waiting>, StoreError> {
        let queue = "SELECT c.id, c.floor, c.agent, c.head, c.preview, c.unanswered, c.ring, c.claim, e.at AS rang_at, \
                     v.identity \
                     FROM conversation c JOIN event e ON e.id = c.ring LEFT JOIN visitor v ON v.id = c.visitor \
                     WHERE c.floor IN ('ringing', 'human') ORDER BY c.ring";
        let rows = sqlx::query(queue).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let identity: Option<String> = row.try_get("identity")?;
                // Events are numbered in the order in which they were stored.
                let claim: Option<i64> = row.try_get("claim")?;
                let ring: i64 = row.try_get("ring")?;
                Ok(Waiting {
                    conversation: row.try_get("id")?,
                    floor: log::floor_of(row)?,
                    rang_at: unsigned(row.try_get("rang_at")?),
                    was_claimed: claim.is_some_and(|claim| claim > ring),
                    head: unsigned(row.try_get("head")?),
                    preview: row.try_get("preview")?,
                    unanswered: u32::try_from(row.try_get::<i64, _>("unanswered")?).unwrap_or(u32::MAX),
                    identity: identity.and_then(|json| serde_json::from_str(&json).ok()),
                })
            })
            .collect()
    }
}
