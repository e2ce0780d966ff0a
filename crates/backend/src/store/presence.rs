//! Which agents are there to answer, at whichever node. Each node writes its own; what it does not renew is forgotten.

use super::{Store, StoreError, now_ms, signed};
use protocol::Presence;
use std::{collections::BTreeMap, time::Duration};

/// How long a node is believed without renewing.
const BELIEVED: Duration = Duration::from_secs(30);

impl Store {
    /// Says who is at this node now.
    pub(crate) async fn is_present(&self, node: &str, agents: &[Presence]) -> Result<(), StoreError> {
        let until = now_ms().saturating_add(signed(BELIEVED.as_millis() as u64));
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let before = "DELETE FROM presence WHERE node = $1 OR until < $2";
        sqlx::query(before).bind(node).bind(now_ms()).execute(&mut *transaction).await?;
        for Presence { name, available } in agents {
            let agent = "INSERT INTO presence (node, agent, available, until) VALUES ($1, $2, $3, $4)";
            sqlx::query(agent)
                .bind(node)
                .bind(name)
                .bind(i64::from(*available))
                .bind(until)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Everyone who is there, by name. Who is at two nodes is there once, and available when they are at one of them.
    pub(crate) async fn present(&self) -> Result<Vec<Presence>, StoreError> {
        let present = "SELECT agent, available FROM presence WHERE until >= $1";
        let rows: Vec<(String, i64)> = sqlx::query_as(present).bind(now_ms()).fetch_all(&self.readers).await?;
        let mut agents = BTreeMap::new();
        for (name, available) in rows {
            *agents.entry(name).or_insert(false) |= available != 0;
        }
        Ok(agents.into_iter().map(|(name, available)| Presence { name, available }).collect())
    }
}
