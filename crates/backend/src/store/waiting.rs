//! Who waits, who is with whom, and how long others have waited.

use super::{Store, StoreError, log, unsigned};
use protocol::{Floor, Identity};
use sqlx::Row;

/// Of how many of the latest claims the waits are told.
const PAST_WAITS: i64 = 50;

/// One conversation of the queue: ringing, or with a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) conversation: String,
    pub(crate) floor: Floor,
    /// Milliseconds since the Unix epoch.
    pub(crate) rang_at: u64,
    pub(crate) head: u64,
    pub(crate) preview: String,
    pub(crate) unanswered: u32,
    pub(crate) identity: Option<Identity>,
}

/// How long somebody waited from the ring to the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PastWait {
    /// When they were claimed, in milliseconds since the Unix epoch.
    pub(crate) claimed_at: u64,
    /// Milliseconds from the ring on.
    pub(crate) waited_ms: u64,
}

impl Store {
    /// Every conversation that is ringing or with a person, oldest ring first.
    pub(crate) async fn queue(&self) -> Result<Vec<Waiting>, StoreError> {
        let queue = "SELECT c.id, c.floor, c.agent, c.head, c.preview, c.unanswered, e.at AS rang_at, v.identity \
                     FROM conversation c JOIN event e ON e.id = c.ring LEFT JOIN visitor v ON v.id = c.visitor \
                     WHERE c.floor IN ('ringing', 'human') ORDER BY c.ring";
        let rows = sqlx::query(queue).fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let identity: Option<String> = row.try_get("identity")?;
                Ok(Waiting {
                    conversation: row.try_get("id")?,
                    floor: log::floor(row)?,
                    rang_at: unsigned(row.try_get("rang_at")?),
                    head: unsigned(row.try_get("head")?),
                    preview: row.try_get("preview")?,
                    unanswered: u32::try_from(row.try_get::<i64, _>("unanswered")?).unwrap_or(u32::MAX),
                    identity: identity.and_then(|json| serde_json::from_str(&json).ok()),
                })
            })
            .collect()
    }

    /// The waits that ended latest, newest first.
    pub(crate) async fn past_waits(&self) -> Result<Vec<PastWait>, StoreError> {
        // A conversation that was passed on has a later `claim` than the one that ended its wait.
        let waits = "SELECT k.at AS claimed_at, k.at - r.at AS waited FROM conversation c \
                     JOIN event r ON r.id = c.ring JOIN event k ON k.id = c.claim \
                     WHERE c.claim > c.ring AND k.body LIKE '{\"claimed\"%' ORDER BY c.claim DESC LIMIT $1";
        let rows: Vec<(i64, i64)> = sqlx::query_as(waits).bind(PAST_WAITS).fetch_all(&self.readers).await?;
        let past = |(claimed_at, waited)| PastWait { claimed_at: unsigned(claimed_at), waited_ms: unsigned(waited) };
        Ok(rows.into_iter().map(past).collect())
    }
}
