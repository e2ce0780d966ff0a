//! A head fitted beforehand: how it is told from one for other texts, and how its bytes stand in JSON.

use crate::{encoder::Encoder, faq::Faq};

/// What a print starts from (FNV-1a, 64 bits).
pub(crate) const START: u64 = 0xcbf2_9ce4_8422_2325;
/// Changed whenever the same texts come to another head.
const VERSION: u8 = 2;
/// Base64's digits (RFC 4648).
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Goes on with a print over more bytes.
pub(crate) fn print(from: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(from, |print, &byte| (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The print of an encoder and a FAQ's texts.
pub(crate) fn print_of(encoder: &Encoder, faq: &Faq) -> String {
    let mut sum = print(encoder.print(), &[VERSION]);
    for entry in &faq.entries {
        for text in entry.phrasings().chain([entry.answer.as_str()]) {
            sum = print(print(sum, text.as_bytes()), &[0]);
        }
        sum = print(sum, &[1]);
    }
    sum.to_string()
}

/// Bytes as base64 without padding.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..=three.len() {
            text.push(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize].into());
        }
    }
    text
}

/// The bytes of such a text; `None` if it is not one.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for digit in text.bytes() {
        bits = bits << 6 | DIGITS.iter().position(|known| *known == digit)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc_and_comes_back() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(to_base64(bytes.as_bytes()), text);
            assert_eq!(from_base64(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(from_base64("a b"), None);
    }
}
