//! Misspelt words: one that nobody knows is read as a known one that is a single slip of the finger away from it, or as two
//! known ones that lack the space between them.

use crate::{
    encoder::Encoder,
    order::{ascending, hash},
};

/// Shorter words have too many neighbours to guess from; those of just this length are read only as lacking a letter, or as
/// having two swapped.
const SHORTEST: usize = 3;
/// How much likelier a word is meant that the shop uses, and by how much more for every doubling of how often; in steps of
/// which 16 are a doubling of how common a word is.
const OF_THE_SHOP: u32 = 64;
const PER_DOUBLING: u32 = 16;
/// Each of two words that were run together has at least so many letters, and is one of the shop's or at least this common.
const SHORTEST_HALF: usize = 2;
const COMMON: u8 = 112;
/// The rows of a keyboard.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// The words a shop's visitors may have meant.
#[derive(Clone, Debug)]
pub(crate) struct Spelling {
    encoder: Encoder,
    /// The hashes of the shop's words in order, and how often it uses them.
    shop: Vec<(u32, u32)>,
    /// The letters that words are made of.
    letters: Vec<char>,
}

impl Spelling {
    /// Learns the shop's words, beside which those of the encoder count as known.
    pub(crate) fn learn<'a>(encoder: &Encoder, words: impl Iterator<Item = &'a str>) -> Spelling {
        let words: Vec<&str> = words.collect();
        let mut letters: Vec<char> = ('a'..='z').collect();
        for letter in words.iter().flat_map(|word| word.chars()) {
            if is_of_an_alphabet(letter) && !letters.contains(&letter) {
                letters.push(letter);
            }
        }
        let hashes = ascending(words.iter().map(|word| hash(word.bytes())));
        let shop = hashes.chunk_by(u32::eq).map(|equal| (equal[0], equal.len() as u32)).collect();
        Spelling { encoder: encoder.clone(), shop, letters }
    }

    /// Whether the shop or the encoder knows the word; numbers need no knowing.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.count(word).is_some() || self.encoder.commonness(word).is_some() || !word.chars().all(char::is_alphabetic)
    }

    /// How often the shop uses the word, if it does.
    fn count(&self, word: &str) -> Option<u32> {
        let wanted = hash(word.bytes());
        let place = self.shop.binary_search_by(|(known, _)| known.cmp(&wanted));
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
            let (shop, encoder) = (self.count(meant), self.encoder.commonness(meant));
            if (shop.is_some() || encoder.is_some()) && (letters.len() > SHORTEST || slip >= Slip::Dropped) {
                let of_the_shop = shop.map_or(0, |count| OF_THE_SHOP + PER_DOUBLING * (count + 1).ilog2());
                let likelihood = slip as u32 + of_the_shop + u32::from(encoder.unwrap_or(0));
                if best.as_ref().is_none_or(|(highest, _)| likelihood > *highest) {
                    best = Some((likelihood, meant.to_owned()));
                }
            }
        });
        best.map(|(_, meant)| meant).or_else(|| self.parted(word)).unwrap_or_else(|| word.to_owned())
    }

    /// The two words that a word was run together from, where both are common.
    fn parted(&self, word: &str) -> Option<String> {
        let common = |half: &str| {
            half.chars().count() >= SHORTEST_HALF
                && (self.count(half).is_some() || self.encoder.commonness(half) >= Some(COMMON))
        };
        let cuts = word.char_indices().skip(1).map(|(at, _)| word.split_at(at));
        let (one, other) = cuts
            .filter(|(one, other)| common(one) && common(other))
            .max_by_key(|(one, other)| one.len().min(other.len()))?;
        let mut parted = String::from(one);
        parted.push(' ');
        parted.push_str(other);
        Some(parted)
    }
}

/// Whether two letters are next to each other in a row of the keyboard, or one below the other.
fn neighbours(one: char, other: char) -> bool {
    let place = |letter| KEYS.iter().enumerate().find_map(|(row, keys)| Some((row, keys.find(letter)?)));
    match (place(one), place(other)) {
        (Some((row, at)), Some((of, there))) => row.abs_diff(of) <= 1 && at.abs_diff(there) <= 1,
        _ => false,
    }
}

/// Whether a letter is one of few, as on keyboards: scripts with thousands of signs have no neighbours to slip to.
fn is_of_an_alphabet(letter: char) -> bool {
    letter.is_alphabetic() && (letter < '\u{1100}' || ('\u{1e00}'..'\u{2000}').contains(&letter))
}

/// What a finger does wrong, and how likely that is, in the same steps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Slip {
    Replaced = 0,
    ReplacedByNeighbour = 32,
    Added = 33,
    Dropped = 48,
    Swapped = 49,
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
                let slip = if neighbours(letter, after[0]) { Slip::ReplacedByNeighbour } else { Slip::Replaced };
                tell(slip, [before, &[letter], rest]);
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
    fn two_words_run_together_are_parted_and_a_neighbours_key_is_likelier_than_another() {
        assert_eq!(mended("returnparcel"), "return parcel");
        let spelling = Spelling::learn(&Encoder::default(), ["band", "bank"].into_iter());
        assert_eq!(spelling.mend("banl"), "bank");
    }

    #[test]
    fn three_letters_are_read_as_four_or_as_swapped_and_as_nothing_else() {
        let spelling = Spelling::learn(&Encoder::default(), ["from", "who"].into_iter());
        assert_eq!(["fom", "hwo", "whp"].map(|word| spelling.mend(word)), ["from", "who", "whp"]);
    }

    #[test]
    fn what_is_like_nothing_known_stays() {
        for word in ["unicorns", "ode", "ordeal2", "café", ""] {
            assert_eq!(mended(word), word);
        }
    }
}
