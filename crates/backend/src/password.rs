//! Agents' passwords: argon2id, off the async threads, at the same cost whether the name is known or not.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::{Arc, OnceLock};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// Characters of the shortest password. Length is what guessing costs; rules about kinds of characters are not.
pub(crate) const MIN_CHARS: usize = 10;
/// Bytes of the longest; more would only cost time.
pub(crate) const MAX_BYTES: usize = 1_024;
/// Passwords checked at once. Each takes about 19 MiB and a good part of a core.
const AT_ONCE: usize = 2;

/// Checks passwords, a few at a time.
#[derive(Clone, Debug)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// What an unknown name's password is checked against. Made when first needed.
    nobody: Arc<OnceLock<Option<String>>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { turns: Arc::new(Semaphore::new(AT_ONCE)), nobody: Arc::default() }
    }
}

impl Passwords {
    /// Whether `password` is the one behind `hash`. Without a hash (an unknown name) it takes as long and is false.
    pub(crate) async fn is_right(&self, password: String, hash: Option<String>) -> bool {
        if password.len() > MAX_BYTES {
            return false;
        }
        let Ok(_turn) = self.turns.acquire().await else { return false };
        let nobody = Arc::clone(&self.nobody);
        let checked = spawn_blocking(move || {
            let nobody = nobody.get_or_init(|| hash_of("nobody has this password"));
            let known = hash.is_some();
            let Some(hash) = hash.or_else(|| nobody.clone()) else { return false };
            matches(&password, &hash) && known
        });
        checked.await.unwrap_or(false)
    }
}

/// The hash to store, in PHC form with its own salt; `None` when the system gives no random bits. Takes a good part of a
/// core for tens of milliseconds.
pub(crate) fn hash_of(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn matches(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_agent_is_right() {
        let passwords = Passwords::default();
        let hash = hash_of("correct horse").expect("random bits");
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert_ne!(hash_of("correct horse").expect("random bits"), hash, "each has its own salt");
        assert!(passwords.is_right("correct horse".into(), Some(hash.clone())).await);
        assert!(!passwords.is_right("wrong horse".into(), Some(hash.clone())).await);
        assert!(!passwords.is_right("nobody has this password".into(), None).await);
        assert!(!passwords.is_right("x".repeat(2_000), Some(hash)).await);
        assert!(!passwords.is_right("correct horse".into(), Some("not a hash".into())).await);
    }
}
