//! The words the encoder will know, and how common they are.

use std::collections::BTreeMap;

/// Words with their places, which follow their order.
pub(crate) struct Vocabulary {
    /// Each word's place.
    places: BTreeMap<String, u32>,
    /// How often each stood in the texts, by place.
    counts: Vec<u32>,
}

impl Vocabulary {
    /// The words that stand in the texts at least `least` times.
    pub(crate) fn of<'a>(texts: impl Iterator<Item = &'a str>, least: u32) -> Vocabulary {
        let mut found: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            for word in classifier::words(text) {
                *found.entry(word).or_insert(0) += 1;
            }
        }
        found.retain(|_, count| *count >= least);
        let counts = found.values().copied().collect();
        Vocabulary { places: found.into_keys().zip(0..).collect(), counts }
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.counts.len()
    }

    /// How often the word at a place stood in the texts.
    pub(crate) fn count(&self, place: u32) -> u32 {
        self.counts[place as usize]
    }

    /// The words with their places, in ascending order.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&str, u32)> {
        self.places.iter().map(|(word, place)| (word.as_str(), *place))
    }

    /// A text as places.
    pub(crate) fn places(&self, text: &str) -> Vec<u32> {
        classifier::words(text).iter().filter_map(|word| self.places.get(word).copied()).collect()
    }
}
