//! Misspelt words: one that nobody knows is read as a known one that a single slip of the finger away from it.

use crate::encoder::Encoder;

/// Shorter words have too many neighbours to guess from.
const SHORTEST: usize = 4;

/// The words a shop's visitors may have meant.
#[derive(Clone, Debug)]
pub(crate) struct Spelling {
    encoder: Encoder,
    /// The shop's words in order, and how often it uses them.
    shop: Vec<(String, u32)>,
    /// The letters that words are made of.
    letters: Vec<char>,
}

impl Spelling {
    /// Learns the shop's words, beside which those of the encoder count as known.
    pub(crate) fn learn<'a>(encoder: &Encoder, words: impl Iterator<Item = &'a str>) -> Spelling {
        let mut words: Vec<&str> = words.collect();
        words.sort_unstable();
        let mut letters: Vec<char> = ('a'..='z').collect();
        for letter in words.iter().flat_map(|word| word.chars()) {
            if is_of_an_alphabet(letter) && !letters.contains(&letter) {
                letters.push(letter);
            }
        }
        let shop =
            words.chunk_by(|one, next| one == next).map(|equal| (equal[0].to_owned(), equal.len() as u32)).collect();
        Spelling { encoder: encoder.clone(), shop, letters }
    }

    /// Whether the shop or the encoder knows the word; numbers need no knowing.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.count(word).is_some() || self.encoder.commonness(word).is_some() || !word.chars().all(char::is_alphabetic)
    }

    /// How often the shop uses the word, if it does.
    fn count(&self, word: &str) -> Option<u32> {
        let place = self.shop.binary_search_by(|(known, _)| known.as_str().cmp(word));
        place.ok().map(|place| self.shop[place].1)
    }

    /// The word itself if it is known or nothing like it is; else the likeliest known word.
    pub(crate) fn mend(&self, word: &str) -> String {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < SHORTEST || self.knows(word) {
            return word.to_owned();
        }
        let mut best = None;
        slips(&letters, &self.letters, |slip, meant| {
            let shop = self.count(meant);
            let encoder = self.encoder.commonness(meant);
            if shop.is_some() || encoder.is_some() {
                let likelihood = (shop.is_some(), slip, shop.unwrap_or(0), encoder.unwrap_or(0));
                if best.as_ref().is_none_or(|(highest, _)| likelihood > *highest) {
                    best = Some((likelihood, meant.to_owned()));
                }
            }
        });
        best.map_or_else(|| word.to_owned(), |(_, meant)| meant)
    }
}

/// Whether a letter is one of few, as on keyboards: scripts with thousands of signs have no neighbours to slip to.
fn is_of_an_alphabet(letter: char) -> bool {
    letter.is_alphabetic() && (letter < '\u{1100}' || ('\u{1e00}'..'\u{2000}').contains(&letter))
}

/// What a finger does wrong, the likeliest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    Replaced,
    Added,
    Dropped,
    Swapped,
}

/// Calls `meant` with every word from which one slip makes `letters`.
fn slips(letters: &[char], alphabet: &[char], mut meant: impl FnMut(Slip, &str)) {
    let mut word = String::with_capacity(4 * letters.len() + 4);
    let mut tell = |slip, parts: [&[char]; 3]| {
        word.clear();
        word.extend(parts.iter().copied().flatten());
        meant(slip, &word);
    };
    for at in 0..=letters.len() {
        let (before, after) = letters.split_at(at);
        if let [first, second, rest @ ..] = after {
            tell(Slip::Swapped, [before, &[*second, *first], rest]);
        }
        if let [_, rest @ ..] = after {
            tell(Slip::Added, [before, rest, &[]]);
            for &letter in alphabet {
                tell(Slip::Replaced, [before, &[letter], rest]);
            }
        }
        for &letter in alphabet {
            tell(Slip::Dropped, [before, &[letter], after]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(word: &str) -> String {
        Spelling::learn(&Encoder::default(), ["return", "parcel", "order", "order"].into_iter()).mend(word)
    }

    #[test]
    fn one_slip_is_repaired_whatever_it_was() {
        for slipped in ["retrn", "retrun", "retuurn", "retirn", "return"] {
            assert_eq!(mended(slipped), "return", "{slipped}");
        }
    }

    #[test]
    fn what_is_like_nothing_known_stays() {
        for word in ["unicorns", "odr", "ordeal2", "café", ""] {
            assert_eq!(mended(word), word);
        }
    }
}
