//! Who may answer: adding, listing and removing agents in a database file. What `shopbell agent` does.

use crate::{
    password,
    store::{Database, Store, StoreError},
};
pub use protocol::Role;

/// Characters of the longest name.
pub(crate) const NAME_CHARS: usize = 60;

/// Why an agent was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name cannot be shown to visitors.
    #[error("a name must have 1 to 60 characters, without line breaks or spaces at the ends; visitors see it")]
    Name,
    /// The password is too short or too long.
    #[error("a password must have at least 10 characters and at most 1,024 bytes")]
    Password,
    /// There is an agent of this name already, perhaps in other letters.
    #[error("there is an agent named {0} already; remove them first to give them another password")]
    Taken(String),
    /// There is no agent of this name.
    #[error("there is no agent named {0}; `shopbell agent list` shows who there is")]
    Unknown(String),
    /// The system gave no random bits to salt the password with.
    #[error("the system gave no random bits; try again")]
    NoRandomBits,
}

/// Adds an agent who logs in with `name` and `password`.
///
/// # Errors
/// When the name or password is not allowed, the name is taken, or the database fails.
pub async fn add(database: &Database, name: &str, password: &str, role: Role) -> Result<(), AgentError> {
    let characters = name.chars().count();
    if !(1..=NAME_CHARS).contains(&characters) || name.trim() != name || name.chars().any(char::is_control) {
        return Err(AgentError::Name);
    }
    if password.chars().count() < password::MIN_CHARS || password.len() > password::MAX_BYTES {
        return Err(AgentError::Password);
    }
    let hash = password::hash_of(password).ok_or(AgentError::NoRandomBits)?;
    let store = Store::open(database).await?;
    let added = store.add_agent(name, &hash, role).await;
    if let Ok(true) = added {
        store.audit("operator", "added", name).await?;
    }
    store.close().await;
    if added? { Ok(()) } else { Err(AgentError::Taken(name.to_owned())) }
}

/// Gives an agent another role. Their log-ins end.
///
/// # Errors
/// When there is no such agent, or the database fails.
pub async fn set_role(database: &Database, name: &str, role: Role) -> Result<(), AgentError> {
    let store = Store::open(database).await?;
    let changed = store.set_role(name, role).await?;
    if changed {
        store.audit("operator", "gave another role", name).await?;
    }
    store.close().await;
    if changed { Ok(()) } else { Err(AgentError::Unknown(name.to_owned())) }
}

/// Every agent's name and role, in alphabetical order.
///
/// # Errors
/// When the database fails.
pub async fn list(database: &Database) -> Result<Vec<(String, Role)>, AgentError> {
    let store = Store::open(database).await?;
    let names = store.agents().await;
    store.close().await;
    Ok(names?)
}

/// Removes an agent, ends their log-ins, and gives the conversations they had claimed back to the queue.
/// A service that runs on the same file notices within a heartbeat.
///
/// # Errors
/// When there is no such agent, or the database fails.
pub async fn remove(database: &Database, name: &str) -> Result<(), AgentError> {
    let store = Store::open(database).await?;
    let removed = store.remove_agent(name).await;
    if let Ok(true) = removed {
        store.audit("operator", "removed", name).await?;
    }
    store.close().await;
    if removed? { Ok(()) } else { Err(AgentError::Unknown(name.to_owned())) }
}
