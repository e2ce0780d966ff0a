//! Who the shop says a visitor is: a JSON Web Token (RFC 7519) that the shop's server signs with a secret that only it and we
//! know (HMAC with SHA-256, RFC 7518 section 3.2). Short-lived, because it stands in a page.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use protocol::Identity;
use serde::Deserialize;
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of the shortest secret: as many as the hash has (RFC 7518 section 3.2).
const SECRET_BYTES: usize = 32;
/// Seconds that a token may still last: one that lasts longer can be stolen for longer.
const LONGEST_S: u64 = 3_600;
/// Seconds that two clocks may differ.
const LEEWAY_S: u64 = 30;
/// Characters of an id, a name or an address.
const CHARS: usize = 200;

/// Why a token was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Doubt {
    #[error("no identity secret is set; give one with --identity-secret-file")]
    NoSecret,
    #[error("it is no token of three parts signed with HS256")]
    Malformed,
    #[error("its signature is not by our secret")]
    Forged,
    #[error("it has expired, or is valid for more than an hour")]
    Expired,
    #[error("`sub` is missing or a field is longer than 200 characters")]
    Fields,
}

/// A secret too short to be one.
#[derive(Debug, thiserror::Error)]
#[error("an identity secret needs at least 32 bytes; make one with `openssl rand -base64 48`")]
pub struct ShortSecret;

/// Reads the shop's tokens. Without a secret it believes none.
#[derive(Clone, Default)]
pub(crate) struct Identities(Option<Vec<u8>>);

impl std::fmt::Debug for Identities {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_some() { "Identities(secret)" } else { "Identities(none)" })
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// Extensions that must be understood; we understand none (RFC 7515 section 4.1.11).
    #[serde(default)]
    crit: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

impl Identities {
    /// With the secret's bytes, white space at the ends left out.
    pub(crate) fn with_secret(secret: &[u8]) -> Result<Self, ShortSecret> {
        let secret = secret.trim_ascii();
        if secret.len() < SECRET_BYTES { Err(ShortSecret) } else { Ok(Identities(Some(secret.to_vec()))) }
    }

    /// Whom this token speaks of.
    pub(crate) fn read(&self, token: &str) -> Result<Identity, Doubt> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        self.read_at(token, now)
    }

    fn read_at(&self, token: &str, now: u64) -> Result<Identity, Doubt> {
        let secret = self.0.as_ref().ok_or(Doubt::NoSecret)?;
        let (signed, signature) = token.rsplit_once('.').ok_or(Doubt::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Doubt::Malformed)?;
        let decoded = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Doubt::Malformed);
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Doubt::Malformed)?;
        // Only this one: whoever writes the token must not choose how it is checked.
        if header.alg != "HS256" || header.crit.is_some() {
            return Err(Doubt::Malformed);
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Doubt::NoSecret)?;
        mac.update(signed.as_bytes());
        mac.verify_slice(&decoded(signature)?).map_err(|_| Doubt::Forged)?;
        let claims: Claims = serde_json::from_slice(&decoded(claims)?).map_err(|_| Doubt::Fields)?;
        if claims.exp.saturating_add(LEEWAY_S) < now || claims.exp > now + LONGEST_S + LEEWAY_S {
            return Err(Doubt::Expired);
        }
        let fields = [Some(&claims.sub), claims.name.as_ref(), claims.email.as_ref()];
        if claims.sub.is_empty() || fields.into_iter().flatten().any(|field| field.chars().count() > CHARS) {
            return Err(Doubt::Fields);
        }
        Ok(Identity { id: claims.sub, name: claims.name, email: claims.email })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a secret of the shop and of ours, long enough";
    const NOW: u64 = 1_800_000_000;

    fn signed(header: &str, claims: &str, secret: &[u8]) -> String {
        let signed = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key does");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    }

    fn read(header: &str, claims: &str, secret: &[u8]) -> Result<Identity, Doubt> {
        let identities = Identities::with_secret(SECRET).expect("long enough");
        identities.read_at(&signed(header, claims, secret), NOW)
    }

    #[test]
    fn whom_the_shop_has_signed_for_is_believed() {
        let claims = format!(r#"{{"sub":"customer-7","name":"Mina","email":"mina@example.org","exp":{}}}"#, NOW + 600);
        let identity = read(r#"{"alg":"HS256","typ":"JWT"}"#, &claims, SECRET).expect("believed");
        assert_eq!(identity.id, "customer-7");
        assert_eq!(identity.email.as_deref(), Some("mina@example.org"));
    }

    #[test]
    fn forged_old_and_odd_tokens_are_not_believed() {
        let hs256 = r#"{"alg":"HS256"}"#;
        let claims = |exp: u64| format!(r#"{{"sub":"customer-7","exp":{exp}}}"#);
        let long = format!(r#"{{"sub":"{}","exp":{}}}"#, "x".repeat(201), NOW);
        for (header, claims, secret, doubt) in [
            (hs256, claims(NOW), &b"another secret, which is long enough as well"[..], Doubt::Forged),
            (r#"{"alg":"none"}"#, claims(NOW), SECRET, Doubt::Malformed),
            (r#"{"alg":"HS256","crit":["exp"]}"#, claims(NOW), SECRET, Doubt::Malformed),
            (hs256, claims(NOW - 31), SECRET, Doubt::Expired),
            (hs256, claims(NOW + 7_200), SECRET, Doubt::Expired),
            (hs256, claims(u64::MAX), SECRET, Doubt::Expired),
            (hs256, r#"{"sub":"customer-7"}"#.into(), SECRET, Doubt::Fields),
            (hs256, format!(r#"{{"sub":"","exp":{NOW}}}"#), SECRET, Doubt::Fields),
            (hs256, long, SECRET, Doubt::Fields),
        ] {
            assert_eq!(read(header, &claims, secret), Err(doubt), "{header} {claims}");
        }
        let identities = Identities::with_secret(SECRET).expect("long enough");
        for token in ["", ".", "..", "a.b.c", "a.b", &format!("{}.", signed(hs256, &claims(NOW), SECRET))] {
            assert!(identities.read_at(token, NOW).is_err(), "{token}");
        }
        assert_eq!(Identities::default().read_at("a.b.c", NOW), Err(Doubt::NoSecret));
        assert!(Identities::with_secret(b"short\n").is_err());
    }
}
