//! Agents and their log-ins.

use super::{BEGIN, Store, StoreError, log, now_ms, signed};
use crate::{decision::Sender, secret::SecretHash};
use protocol::EventBody;
use std::time::Duration;
use uuid::Uuid;

/// An agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) name: String,
    pub(crate) token: SecretHash,
}

impl Store {
    /// Adds an agent. False when the name is taken, in whatever letters.
    pub(crate) async fn add_agent(&self, name: &str, password_hash: &str) -> Result<bool, StoreError> {
        let agent = "INSERT INTO agent (name, password_hash, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        let added = sqlx::query(agent).bind(name).bind(password_hash).bind(now_ms()).execute(&self.writer).await?;
        Ok(added.rows_affected() == 1)
    }

    /// Every agent's name, in alphabetical order.
    pub(crate) async fn agents(&self) -> Result<Vec<String>, StoreError> {
        let rows: Vec<(String,)> =
            sqlx::query_as("SELECT name FROM agent ORDER BY name").fetch_all(&self.readers).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Removes an agent, ends their log-ins, and closes what they had claimed, so that no visitor is left with nobody.
    /// False when there is no such agent.
    pub(crate) async fn remove_agent(&self, name: &str) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(BEGIN).await?;
        let agent: Option<(String,)> = sqlx::query_as("DELETE FROM agent WHERE name = ? RETURNING name")
            .bind(name)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some((agent,)) = agent else { return Ok(false) };
        let held: Vec<(String,)> = sqlx::query_as("SELECT id FROM conversation WHERE floor = 'human' AND agent = ?")
            .bind(&agent)
            .fetch_all(&mut *transaction)
            .await?;
        for (conversation,) in held {
            let Some(standing) = log::standing(&mut transaction, &conversation).await? else { continue };
            let sender = Sender::Agent(agent.clone());
            let cid = Uuid::now_v7().to_string();
            let closed = EventBody::Closed { agent: agent.clone() };
            log::append(&mut transaction, &conversation, standing, &sender, &cid, &closed).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// The agent's name as stored, and the hash of their password.
    pub(crate) async fn agent(&self, name: &str) -> Result<Option<(String, String)>, StoreError> {
        let agent = "SELECT name, password_hash FROM agent WHERE name = ?";
        Ok(sqlx::query_as(agent).bind(name).fetch_optional(&self.readers).await?)
    }

    /// Keeps a log-in until it expires. False when the agent has been removed meanwhile.
    pub(crate) async fn add_session(
        &self,
        name: &str,
        token: &SecretHash,
        lasts: Duration,
    ) -> Result<bool, StoreError> {
        let session =
            "INSERT INTO agent_session (token_hash, agent, expires_at) SELECT ?, id, ? FROM agent WHERE name = ?";
        let expires_at = now_ms().saturating_add(signed(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)));
        let added = sqlx::query(session).bind(&token.0[..]).bind(expires_at).bind(name).execute(&self.writer).await?;
        Ok(added.rows_affected() == 1)
    }

    /// Who holds this log-in, unless it has expired.
    pub(crate) async fn session(&self, token: &SecretHash) -> Result<Option<SignedIn>, StoreError> {
        let session = "SELECT a.name FROM agent_session s JOIN agent a ON a.id = s.agent \
                       WHERE s.token_hash = ? AND s.expires_at > ?";
        let found: Option<(String,)> =
            sqlx::query_as(session).bind(&token.0[..]).bind(now_ms()).fetch_optional(&self.readers).await?;
        Ok(found.map(|(name,)| SignedIn { name, token: token.clone() }))
    }

    /// Ends one log-in.
    pub(crate) async fn remove_session(&self, token: &SecretHash) -> Result<(), StoreError> {
        let session = "DELETE FROM agent_session WHERE token_hash = ?";
        sqlx::query(session).bind(&token.0[..]).execute(&self.writer).await?;
        Ok(())
    }

    /// Forgets log-ins that have expired.
    pub(crate) async fn remove_expired_sessions(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM agent_session WHERE expires_at <= ?").bind(now_ms()).execute(&self.writer).await?;
        Ok(())
    }
}
