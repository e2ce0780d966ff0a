//! What all shops share: a file that knows words by vectors, so that a "parcel" lies near a "package".
//!
//! A text's vector is the sum of the vectors of its pieces (words, rows of words, parts of words) that the file knows, at unit
//! length. The vectors are product-quantised (Jégou et al. 2011): cut into spans, each span one of 256 from its code book.
//!
//! The file is the eight bytes `shopbell`, a version (u32), and sections: a name of four bytes, a length in bytes (u32), and
//! as many bytes. Numbers are little-endian; sections with other names are passed over. An encoder without sections knows no
//! words, and the classifier then goes by the FAQ's own.
//!
//! | section | holds |
//! |---|---|
//! | `word` | the pieces, each ended by a line feed, in ascending order of their bytes |
//! | `freq` | for each piece how common it is, one byte, 0 to 255 |
//! | `book` | how many spans a vector has (u32), how many numbers a span (u32); then for each span a scale (f32), and 256 times the numbers of a span in steps of the scale (i8) |
//! | `code` | for each span and each piece which of the span's 256 it is, one byte; span after span |
//! | `head` | what else is read off a text, see `tone` |
//! | `cali` | the numbers (f32) of a [`Calibration`] |

use crate::{
    decision::Calibration,
    message::Message,
    pack,
    tone::{Heads, Tone, Weights},
};
use std::sync::Arc;

/// What the file starts with.
const MAGIC: &[u8; 8] = b"shopbell";
/// The one version that is read.
const VERSION: u32 = 3;
/// The longest vector that is read, and the entries of a code book.
const MOST_DIMENSIONS: usize = 1_024;
const BOOK: usize = 256;

/// The words that all shops share, as vectors. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Encoder {
    table: Arc<Table>,
    /// Tells its bytes from those of others.
    print: u64,
}

#[derive(Debug, Default)]
struct Table {
    /// All pieces, one after the other, and where each ends.
    words: String,
    ends: Vec<u32>,
    commonness: Vec<u8>,
    spans: usize,
    /// Numbers in a span.
    width: usize,
    /// For each span 256 times its numbers.
    books: Vec<f32>,
    /// For each piece the code of each span.
    codes: Vec<u8>,
    heads: Heads,
    calibration: Option<Calibration>,
}

/// Why bytes are no encoder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderError {
    /// The first bytes are those of something else.
    #[error("this is no encoder file")]
    Foreign,
    /// It is of another version.
    #[error("the encoder file is of version {found}; use the one that comes with this program")]
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

/// What an encoder file is packed from.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// Each piece, how common it is (0 to 255), and its codes; in any order.
    pub pieces: Vec<(String, u8, Vec<u8>)>,
    /// For each span 256 times its numbers.
    pub books: Vec<Vec<f32>>,
    /// What else is read off a text: one for each label of `tone`, in their order.
    pub heads: Vec<Weights>,
    /// From how well a message fits a FAQ to chances.
    pub calibration: Option<Calibration>,
}

impl Encoder {
    /// Reads an encoder file.
    ///
    /// # Errors
    /// The bytes are not such a file, of another version, cut short, or contradict themselves.
    pub fn from_bytes(bytes: &[u8]) -> Result<Encoder, EncoderError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(EncoderError::Foreign)?;
        let (found, mut rest) = number(rest).ok_or(damaged("cut short"))?;
        if found != VERSION {
            return Err(EncoderError::Version { found });
        }
        let mut sections = [&[][..]; 6];
        const NAMES: [&[u8; 4]; 6] = [b"word", b"freq", b"book", b"code", b"head", b"cali"];
        while !rest.is_empty() {
            let (name, after) = rest.split_first_chunk::<4>().ok_or(damaged("cut short"))?;
            let (length, after) = number(after).ok_or(damaged("cut short"))?;
            let (section, after) = after.split_at_checked(length as usize).ok_or(damaged("cut short"))?;
            if let Some(place) = NAMES.iter().position(|known| *known == name) {
                sections[place] = section;
            }
            rest = after;
        }
        Table::read(sections).map(|table| Encoder { table: Arc::new(table), print: pack::print(pack::START, bytes) })
    }

    /// Packs an encoder file.
    ///
    /// # Errors
    /// A piece that is empty, has a line feed or is there twice; code books or codes that do not fit each other.
    pub fn pack(parts: &Parts) -> Result<Vec<u8>, EncoderError> {
        let mut pieces: Vec<&(String, u8, Vec<u8>)> = parts.pieces.iter().collect();
        pieces.sort_by(|one, next| one.0.cmp(&next.0));
        let spans = parts.books.len();
        let width = parts.books.first().map_or(0, |book| book.len() / BOOK);
        let heads = Heads::pack(&parts.heads);
        let calibration = parts.calibration.map(|calibration| calibration.pack()).unwrap_or_default();
        let mut sections: [(&[u8; 4], Vec<u8>); 6] = [
            (b"word", vec![]),
            (b"freq", vec![]),
            (b"book", vec![]),
            (b"code", vec![]),
            (b"head", heads),
            (b"cali", calibration),
        ];
        for (piece, commonness, codes) in &pieces {
            if piece.is_empty() || piece.contains('\n') || codes.len() != spans {
                return Err(damaged("a piece that cannot be packed"));
            }
            sections[0].1.extend(piece.bytes().chain([b'\n']));
            sections[1].1.push(*commonness);
        }
        sections[2].1.extend([spans as u32, width as u32].iter().flat_map(|number| number.to_le_bytes()));
        for book in &parts.books {
            let largest = book.iter().fold(1e-9f32, |largest, value| largest.max(value.abs()));
            let scale = largest / f32::from(i8::MAX);
            sections[2].1.extend(scale.to_le_bytes());
            sections[2].1.extend(book.iter().map(|value| ((value / scale).round() as i8).to_le_bytes()[0]));
        }
        for span in 0..spans {
            sections[3].1.extend(pieces.iter().map(|(.., codes)| codes[span]));
        }
        let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
        for (name, section) in sections {
            bytes.extend(name.iter().copied().chain((section.len() as u32).to_le_bytes()).chain(section));
        }
        Encoder::from_bytes(&bytes).map(|_| bytes)
    }

    /// A number that tells its bytes from those of others.
    pub(crate) fn print(&self) -> u64 {
        self.print
    }

    /// How long a vector is.
    pub(crate) fn dimensions(&self) -> usize {
        self.table.spans * self.table.width
    }

    /// Reads a text: its vector, which is the sum of the vectors of the pieces it knows, at unit length (zeros if there is
    /// none); and its tone.
    pub(crate) fn embed(&self, text: &Message) -> Embedded {
        let mut vector = vec![0f32; self.dimensions()];
        let mut places = Vec::new();
        if self.knows_words() {
            text.pieces(&mut |piece| places.extend(self.find(piece).map(|place| place as u32)));
        }
        for &place in &places {
            self.table.add(place as usize, &mut vector);
        }
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            vector.iter_mut().for_each(|value| *value /= length);
        }
        Embedded { vector, places }
    }

    /// What a text tells beside what it is about.
    pub(crate) fn tone(&self, text: &Embedded) -> Tone {
        self.table.heads.tone(&text.vector, &text.places)
    }

    /// From how well a message fits a FAQ to chances.
    pub(crate) fn calibration(&self) -> Calibration {
        self.table.calibration.unwrap_or(Calibration::LEXICAL)
    }

    /// How common a word is, 0 to 255; `None` for a word it does not know.
    pub(crate) fn commonness(&self, word: &str) -> Option<u8> {
        self.find(word).map(|place| self.table.commonness[place])
    }

    /// Whether it knows any words at all.
    pub fn knows_words(&self) -> bool {
        !self.table.ends.is_empty()
    }

    fn find(&self, piece: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.table.ends.len());
        while low < high {
            let middle = (low + high) / 2;
            match self.table.word(middle).cmp(piece) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

/// A text as an encoder reads it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Embedded {
    /// Of unit length, or zeros.
    pub(crate) vector: Vec<f32>,
    /// The pieces that it knows.
    pub(crate) places: Vec<u32>,
}

impl Table {
    fn read([words, commonness, book, code, head, calibration]: [&[u8]; 6]) -> Result<Table, EncoderError> {
        let text = std::str::from_utf8(words).map_err(|_| damaged("words"))?;
        let mut table = Table { commonness: commonness.to_vec(), ..Table::default() };
        for word in text.split_terminator('\n') {
            if table.ends.last().is_some() && table.word(table.ends.len() - 1) >= word {
                return Err(damaged("words"));
            }
            table.words.push_str(word);
            table.ends.push(table.words.len() as u32);
        }
        let count = table.ends.len();
        if commonness.len() != count {
            return Err(damaged("words"));
        }
        if count > 0 {
            let (spans, rest) = number(book).ok_or(damaged("code books"))?;
            let (width, mut rest) = number(rest).ok_or(damaged("code books"))?;
            (table.spans, table.width) = (spans as usize, width as usize);
            let dimensions = table.spans.checked_mul(table.width);
            if dimensions.is_none_or(|count| !(1..=MOST_DIMENSIONS).contains(&count))
                || rest.len() != table.spans * (4 + BOOK * table.width)
                || code.len() != table.spans * count
            {
                return Err(damaged("code books"));
            }
            while let Some((scale, after)) = rest.split_first_chunk::<4>() {
                let scale = f32::from_le_bytes(*scale);
                if !scale.is_finite() || scale.abs() > 1e6 {
                    return Err(damaged("code books"));
                }
                let (steps, after) = after.split_at(BOOK * table.width);
                table.books.extend(steps.iter().map(|&step| scale * f32::from(step.cast_signed())));
                rest = after;
            }
            table.codes = (0..code.len()).map(|at| code[at % table.spans * count + at / table.spans]).collect();
        }
        table.heads = Heads::read(head, table.spans * table.width).ok_or(damaged("heads"))?;
        if !calibration.is_empty() {
            table.calibration = Some(Calibration::read(calibration).ok_or(damaged("calibration"))?);
        }
        Ok(table)
    }

    fn word(&self, place: usize) -> &str {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.words[start as usize..self.ends[place] as usize]
    }

    /// Adds a piece's vector to `sum`.
    fn add(&self, place: usize, sum: &mut [f32]) {
        let codes = &self.codes[place * self.spans..][..self.spans];
        let books = self.books.chunks_exact(BOOK * self.width);
        for ((sum, book), &code) in sum.chunks_exact_mut(self.width).zip(books).zip(codes) {
            for (sum, value) in sum.iter_mut().zip(&book[usize::from(code) * self.width..]) {
                *sum += value;
            }
        }
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    bytes.split_first_chunk::<4>().map(|(number, rest)| (u32::from_le_bytes(*number), rest))
}

fn damaged(what: &'static str) -> EncoderError {
    EncoderError::Damaged { what }
}
