//! Agents and their log-ins.

use super::{Store, StoreError, batch::Batch, now_ms, signed};
use crate::{
    decision::{Sender, Wish},
    secret::SecretHash,
};
use protocol::Role;
use std::time::Duration;
use uuid::Uuid;

/// An agent who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) token: SecretHash,
}

/// An agent as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredAgent {
    pub(crate) name: String,
    pub(crate) password_hash: String,
}

impl Store {
    /// Adds an agent. False when the name is taken, in whatever letters.
    pub(crate) async fn add_agent(&self, name: &str, password_hash: &str, role: Role) -> Result<bool, StoreError> {
        let agent = "INSERT INTO agent (name, password_hash, created_at, role) VALUES ($1, $2, $3, $4) \
                     ON CONFLICT DO NOTHING";
        let agent = sqlx::query(agent).bind(name).bind(password_hash).bind(now_ms()).bind(word_of(role));
        Ok(agent.execute(&self.writer).await?.rows_affected() == 1)
    }

    /// Every agent's name and role, in alphabetical order.
    pub(crate) async fn agents(&self) -> Result<Vec<(String, Role)>, StoreError> {
        let agents = "SELECT name, role FROM agent ORDER BY lower(name)";
        let rows: Vec<(String, String)> = sqlx::query_as(agents).fetch_all(&self.readers).await?;
        rows.into_iter().map(|(name, role)| Ok((name, role_of(&role)?))).collect()
    }

    /// Gives an agent another role and ends their log-ins, so that nothing open goes on under the old one. False when there
    /// is no such agent.
    pub(crate) async fn set_role(&self, name: &str, role: Role) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let changed = "UPDATE agent SET role = $2 WHERE lower(name) = lower($1) RETURNING id";
        let agent = sqlx::query_as(changed).bind(name).bind(word_of(role)).fetch_optional(&mut *transaction).await?;
        let Some((agent,)): Option<(i64,)> = agent else { return Ok(false) };
        sqlx::query("DELETE FROM agent_session WHERE agent = $1").bind(agent).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Removes an agent, ends their log-ins, and gives what they had claimed back to the queue, so that no visitor is left
    /// with nobody. False when there is no such agent.
    pub(crate) async fn remove_agent(&self, name: &str) -> Result<bool, StoreError> {
        let mut transaction = self.writer.begin_with(self.database.begin()).await?;
        let removed = "DELETE FROM agent WHERE lower(name) = lower($1) RETURNING name";
        let agent: Option<(String,)> = sqlx::query_as(removed).bind(name).fetch_optional(&mut *transaction).await?;
        let Some((agent,)) = agent else { return Ok(false) };
        let held = "SELECT id FROM conversation WHERE floor = 'human' AND agent = $1 ORDER BY id";
        let held: Vec<(String,)> = sqlx::query_as(held).bind(&agent).fetch_all(&mut *transaction).await?;
        let sender = Sender::Agent(agent.clone());
        let cids: Vec<String> = held.iter().map(|_| Uuid::now_v7().to_string()).collect();
        // Decided as if they had done it: what somebody took from them meanwhile stays.
        let back = Wish::Transfer { agent: agent.clone(), to: None };
        let frames = || held.iter().zip(&cids).map(|((held,), cid)| (held.as_str(), &sender, cid.as_str(), &back));
        let mut batch = Batch::begin(&mut transaction, &self.database, now_ms(), true, frames()).await?;
        for (conversation, sender, cid, back) in frames() {
            let _ = batch.record(conversation, sender, cid, back).await?;
        }
        batch.finish().await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The agent of this name, in whatever letters.
    pub(crate) async fn agent(&self, name: &str) -> Result<Option<StoredAgent>, StoreError> {
        let agent = "SELECT name, password_hash FROM agent WHERE lower(name) = lower($1)";
        let found: Option<(String, String)> = sqlx::query_as(agent).bind(name).fetch_optional(&self.readers).await?;
        Ok(found.map(|(name, password_hash)| StoredAgent { name, password_hash }))
    }

    /// Keeps a log-in until it expires. False when the agent has been removed meanwhile.
    pub(crate) async fn add_session(
        &self,
        name: &str,
        token: &SecretHash,
        lasts: Duration,
    ) -> Result<bool, StoreError> {
        let session =
            "INSERT INTO agent_session (token_hash, agent, expires_at) SELECT $1, id, $2 FROM agent WHERE name = $3";
        let expires_at = now_ms().saturating_add(signed(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)));
        let added = sqlx::query(session).bind(&token.0[..]).bind(expires_at).bind(name).execute(&self.writer).await?;
        Ok(added.rows_affected() == 1)
    }

    /// Who holds this log-in, unless it has expired.
    pub(crate) async fn session(&self, token: &SecretHash) -> Result<Option<SignedIn>, StoreError> {
        let session = "SELECT a.name, a.role FROM agent_session s JOIN agent a ON a.id = s.agent \
                       WHERE s.token_hash = $1 AND s.expires_at > $2";
        let found: Option<(String, String)> =
            sqlx::query_as(session).bind(&token.0[..]).bind(now_ms()).fetch_optional(&self.readers).await?;
        let signed_in =
            |(name, role): (String, String)| Ok(SignedIn { name, role: role_of(&role)?, token: token.clone() });
        found.map(signed_in).transpose()
    }

    /// Ends one log-in.
    pub(crate) async fn remove_session(&self, token: &SecretHash) -> Result<(), StoreError> {
        let session = "DELETE FROM agent_session WHERE token_hash = $1";
        sqlx::query(session).bind(&token.0[..]).execute(&self.writer).await?;
        Ok(())
    }

    /// Forgets log-ins that have expired.
    pub(crate) async fn remove_expired_sessions(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM agent_session WHERE expires_at <= $1").bind(now_ms()).execute(&self.writer).await?;
        Ok(())
    }
}

fn word_of(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Lead => "lead",
        Role::Admin => "admin",
    }
}

fn role_of(word: &str) -> Result<Role, StoreError> {
    match word {
        "agent" => Ok(Role::Agent),
        "lead" => Ok(Role::Lead),
        "admin" => Ok(Role::Admin),
        _ => Err(StoreError::Unreadable { what: "a role" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decision::Refusal, secret::new_secret};

    #[tokio::test]
    async fn whoever_was_removed_is_given_nothing_whatever_line_of_theirs_is_still_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("shopbell.db").into()).await.expect("opened");
        for name in ["Ada", "Grace"] {
            assert!(store.add_agent(name, "a hash", Role::Lead).await.expect("added"));
        }
        let (_, token) = new_secret().expect("random bits");
        let (_, conversation) = store.add_visitor(&token).await.expect("added");
        let record = async |sender: Sender, wish: Wish| {
            let cid = Uuid::now_v7().to_string();
            store.record(&conversation, sender, &cid, wish, None).await.expect("decided").map(|recorded| recorded.seq)
        };
        let (ada, grace) = (|| Sender::Agent("Ada".into()), || Sender::Agent("Grace".into()));
        let claim = |agent: &str| Wish::Claim { agent: agent.into(), takes_over: true };
        let give = || Wish::Transfer { agent: "Grace".into(), to: Some("Ada".into()) };
        assert_eq!(record(Sender::Visitor, Wish::Ring).await, Ok(1));
        assert_eq!(record(ada(), claim("Ada")).await, Ok(2));
        assert!(store.remove_agent("ADA").await.expect("removed"), "3: given back");

        let is_refused = |answer| matches!(answer, Err(Refusal::NotFound(_)));
        assert!(is_refused(record(ada(), claim("Ada")).await), "while it rings");
        assert_eq!(record(grace(), claim("Grace")).await, Ok(4));
        assert!(is_refused(record(ada(), claim("Ada")).await), "from Grace");
        assert!(is_refused(record(grace(), give()).await));
        assert!(store.add_agent("Ada", "a hash", Role::Agent).await.expect("added"));
        assert_eq!(record(grace(), give()).await, Ok(5));
    }
}
