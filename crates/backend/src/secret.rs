//! Secrets we hand out: 256 random bits, written once to their owner, kept here only as a SHA-256.

use crate::error::Error;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

/// What the store keeps of a secret. A fast hash is enough for 256 random bits: there is nothing to guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SecretHash(pub(crate) [u8; 32]);

/// A new secret, base64url without padding, and what to store of it.
pub(crate) fn new_secret() -> Result<(String, SecretHash), Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits).map_err(|_| Error::Inside("the system gave no random bits"))?;
    Ok((BASE64URL_NOPAD.encode(&bits), hash_of(&bits)))
}

/// What the store would know this secret by; `None` for text that we never handed out.
pub(crate) fn read_secret(text: &str) -> Option<SecretHash> {
    let bits = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    (bits.len() == 32).then(|| hash_of(&bits))
}

fn hash_of(bits: &[u8]) -> SecretHash {
    SecretHash(Sha256::digest(bits).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_hash_alone() {
        let (secret, hash) = new_secret().expect("random bits");
        assert_eq!(secret.len(), 43);
        assert_eq!(read_secret(&secret), Some(hash));
        assert_ne!(new_secret().expect("random bits").0, secret);
        for malformed in ["", "short", &secret[1..], &format!("{secret}A"), "ä".repeat(22).as_str()] {
            assert_eq!(read_secret(malformed), None, "{malformed}");
        }
    }
}
