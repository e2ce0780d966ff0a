//! What all shops share: a file that knows words by vectors, so that a "parcel" lies near a "package".
//!
//! The file is the eight bytes `shopbell`, a version (u32), and sections: a name of four bytes, a length in bytes (u32), and
//! as many bytes. Numbers are little-endian; sections with other names are passed over. An encoder without sections knows no
//! words, and the classifier then goes by the FAQ's own.
//!
//! | section | holds |
//! |---|---|
//! | `word` | the words, each ended by a line feed, in ascending order of their bytes |
//! | `freq` | for each word how common it is, one byte, 0 to 255 |
//! | `dims` | how long a vector is (u32), even |
//! | `rows` | for each word a scale (f32), then the vector in steps of the scale, four bits a number (value + 8), low bits first |

use std::sync::Arc;

/// What the file starts with.
const MAGIC: &[u8; 8] = b"shopbell";
/// The one version there is.
const VERSION: u32 = 1;
/// The longest vector that is read.
const MOST_DIMENSIONS: usize = 1_024;

/// The words that all shops share, as vectors. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    table: Arc<Table>,
}

#[derive(Debug, Default)]
struct Table {
    words: Vec<Box<str>>,
    commonness: Vec<u8>,
    dimensions: usize,
    scales: Vec<f32>,
    /// Two numbers a byte.
    steps: Vec<u8>,
}

/// Why bytes are no encoder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The first bytes are those of something else.
    #[error("this is no encoder file; use the encoder.bin that comes with this version")]
    Foreign,
    /// It is of another version.
    #[error(
        "the encoder file is of version {found} and this program reads version {VERSION}; use the encoder.bin that comes with it"
    )]
    Version {
        /// The file's version.
        found: u32,
    },
    /// It ends early, or says something about itself that is not so.
    #[error("the encoder file is damaged ({what}); fetch it again")]
    Damaged {
        /// What does not fit.
        what: &'static str,
    },
}

impl Encoder {
    /// Reads an encoder file.
    ///
    /// # Errors
    /// The bytes are not such a file, of another version, cut short, or contradict themselves.
    pub fn from_bytes(bytes: &[u8]) -> Result<Encoder, EncoderError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(EncoderError::Foreign)?;
        let (found, mut rest) = number(rest).ok_or(damaged("no version"))?;
        if found != VERSION {
            return Err(EncoderError::Version { found });
        }
        let (mut words, mut commonness, mut dimensions, mut rows) = (&[][..], &[][..], &[][..], &[][..]);
        while !rest.is_empty() {
            let (name, after) = rest.split_first_chunk::<4>().ok_or(damaged("half a name"))?;
            let (length, after) = number(after).ok_or(damaged("no length"))?;
            let (section, after) = after.split_at_checked(length as usize).ok_or(damaged("cut short"))?;
            match name {
                b"word" => words = section,
                b"freq" => commonness = section,
                b"dims" => dimensions = section,
                b"rows" => rows = section,
                _ => {}
            }
            rest = after;
        }
        Table::read(words, commonness, dimensions, rows).map(|table| Encoder { table: Arc::new(table) })
    }

    /// Packs words, each with how common it is (0 to 255) and its vector, into an encoder file.
    ///
    /// Vectors are rounded to 15 steps, four bits a number; the words may come in any order.
    ///
    /// # Errors
    /// A word that is empty, has a line feed or is there twice, vectors of different lengths, or of an odd one.
    pub fn pack(mut words: Vec<(String, u8, Vec<f32>)>) -> Result<Vec<u8>, EncoderError> {
        words.sort_by(|one, next| one.0.cmp(&next.0));
        let dimensions = words.first().map_or(0, |(.., vector)| vector.len());
        let mut sections: [(&[u8; 4], Vec<u8>); 4] =
            [(b"word", vec![]), (b"freq", vec![]), (b"dims", vec![]), (b"rows", vec![])];
        sections[2].1.extend((dimensions as u32).to_le_bytes());
        for (word, commonness, vector) in &words {
            if word.is_empty() || word.contains('\n') || vector.len() != dimensions {
                return Err(damaged("a word or vector that cannot be packed"));
            }
            sections[0].1.extend(word.bytes().chain([b'\n']));
            sections[1].1.push(*commonness);
            sections[3].1.extend(rounded(vector));
        }
        let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
        for (name, section) in sections {
            bytes.extend(name.iter().copied().chain((section.len() as u32).to_le_bytes()).chain(section));
        }
        Encoder::from_bytes(&bytes).map(|_| bytes)
    }

    /// How long a vector is.
    pub(crate) fn dimensions(&self) -> usize {
        self.table.dimensions
    }

    /// The sum of the vectors of the words it knows, at unit length; zeros if there is none.
    pub(crate) fn embed<'a>(&self, words: impl Iterator<Item = &'a str>) -> Vec<f32> {
        let mut sum = vec![0f32; self.table.dimensions];
        for place in words.filter_map(|word| self.find(word)) {
            self.table.add(place, &mut sum);
        }
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|value| *value /= length);
        }
        sum
    }

    /// How common a word is, 0 to 255; `None` for a word it does not know.
    pub(crate) fn commonness(&self, word: &str) -> Option<u8> {
        self.find(word).map(|place| self.table.commonness[place])
    }

    /// Whether it knows any words at all.
    pub(crate) fn knows_words(&self) -> bool {
        !self.table.words.is_empty()
    }

    fn find(&self, word: &str) -> Option<usize> {
        self.table.words.binary_search_by(|known| (**known).cmp(word)).ok()
    }
}

impl Table {
    fn read(words: &[u8], commonness: &[u8], dimensions: &[u8], rows: &[u8]) -> Result<Table, EncoderError> {
        let words = std::str::from_utf8(words).map_err(|_| damaged("words that are no text"))?;
        let words: Vec<Box<str>> = words.split_terminator('\n').map(Box::from).collect();
        if !words.is_sorted_by(|one, next| one < next) {
            return Err(damaged("words out of order"));
        }
        if commonness.len() != words.len() {
            return Err(damaged("as many words as frequencies"));
        }
        let dimensions = match dimensions {
            [] => 0,
            bytes => number(bytes).filter(|(_, rest)| rest.is_empty()).ok_or(damaged("no dimensions"))?.0 as usize,
        };
        if dimensions > MOST_DIMENSIONS || !dimensions.is_multiple_of(2) {
            return Err(damaged("dimensions"));
        }
        let row = 4 + dimensions / 2;
        if rows.len() != if dimensions == 0 { 0 } else { words.len() * row } {
            return Err(damaged("as many words as vectors"));
        }
        let mut table = Table { words, commonness: commonness.to_vec(), dimensions, ..Table::default() };
        for (scale, steps) in rows.chunks_exact(row).filter_map(|row| row.split_first_chunk::<4>()) {
            let scale = f32::from_le_bytes(*scale);
            if !scale.is_finite() || scale.abs() > 1e6 {
                return Err(damaged("a scale"));
            }
            table.scales.push(scale);
            table.steps.extend_from_slice(steps);
        }
        Ok(table)
    }

    /// Adds a word's vector to `sum`.
    fn add(&self, place: usize, sum: &mut [f32]) {
        let Some(&scale) = self.scales.get(place) else { return };
        let steps = &self.steps[place * self.dimensions / 2..][..self.dimensions / 2];
        for (pair, &byte) in sum.chunks_exact_mut(2).zip(steps) {
            pair[0] += scale * (f32::from(byte & 15) - 8.0);
            pair[1] += scale * (f32::from(byte >> 4) - 8.0);
        }
    }
}

/// A vector as its scale and its steps, two a byte.
fn rounded(vector: &[f32]) -> Vec<u8> {
    const MOST: f32 = 7.0;
    let largest = vector.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    // Of a few scales below the one that fits all, the one whose rounding errs least: outliers are dear.
    let error = |scale: &f32| -> f32 {
        vector.iter().map(|value| (value - scale * (value / scale).round().clamp(-MOST, MOST)).powi(2)).sum()
    };
    let scales = (4..=10).map(|tenth| (largest * tenth as f32 / 10.0 / MOST).max(f32::MIN_POSITIVE));
    let scale = scales.min_by(|one, other| error(one).total_cmp(&error(other))).unwrap_or(1.0);
    let step = |value: f32| ((value / scale).round().clamp(-MOST, MOST) + 8.0) as u8;
    let steps = vector.chunks_exact(2).map(|pair| step(pair[0]) | step(pair[1]) << 4);
    scale.to_le_bytes().into_iter().chain(steps).collect()
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    bytes.split_first_chunk::<4>().map(|(number, rest)| (u32::from_le_bytes(*number), rest))
}

fn damaged(what: &'static str) -> EncoderError {
    EncoderError::Damaged { what }
}
