//! A text as words: lower case, without accents that come as separate marks, in clauses.

/// How much of a text is read, in characters. Visitors may write as much in one message.
const READ_CHARS: usize = 4_000;
/// How much of a word is read, in characters; longer runs of letters are no words.
const WORD_CHARS: usize = 32;
/// The word that stands for order numbers, telephone numbers and the like.
const NUMBER: &str = "#";
/// From this many digits on a word is such a number; "45 days" and "size 38" are not.
const NUMBER_DIGITS: usize = 4;

/// The longest row of words that an encoder may know as one piece.
const ROW: usize = 3;
/// Lengths of the parts of words that an encoder may know, in characters, the word's edges included.
const PARTS: std::ops::RangeInclusive<usize> = 3..=5;

/// The pieces of a text that an encoder may know by a vector, for those who train encoders: its words, rows of two and three
/// words (`how long`), and parts of words (`-ship`, `-<pre`, `-ing>`).
pub fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    Message::read(text).pieces(&mut |piece| pieces.push(piece.to_owned()));
    pieces
}

/// A text cut into clauses, and those into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) clauses: Vec<Vec<String>>,
}

impl Message {
    /// Reads the first 4,000 characters of a text.
    pub(crate) fn read(text: &str) -> Message {
        let mut reader = Reader::default();
        for character in text.chars().take(READ_CHARS) {
            reader.take(character);
        }
        reader.end_clause();
        Message { clauses: reader.clauses }
    }

    /// All words in their order.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.clauses.iter().flatten().map(String::as_str)
    }

    /// Calls `take` with every piece, in a fixed order.
    pub(crate) fn pieces(&self, take: &mut dyn FnMut(&str)) {
        let mut piece = String::new();
        for clause in &self.clauses {
            for (place, word) in clause.iter().enumerate() {
                piece.clear();
                for (count, word) in clause[place..].iter().take(ROW).enumerate() {
                    if count > 0 {
                        piece.push(' ');
                    }
                    piece.push_str(word);
                    take(&piece);
                }
                if word.chars().all(|letter| letter.is_alphabetic() && !stands_alone(letter)) {
                    parts(word, PARTS, |part| {
                        piece.clear();
                        piece.push('-');
                        piece.push_str(part);
                        take(&piece);
                    });
                }
            }
        }
    }

    /// The same clauses with every word replaced by what `mend` makes of it: a word, or several with spaces between.
    pub(crate) fn mended(&self, mut mend: impl FnMut(&str) -> String) -> Message {
        let mut clauses = self.clauses.clone();
        for clause in &mut clauses {
            *clause =
                clause.iter().flat_map(|word| mend(word).split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        }
        Message { clauses }
    }
}

/// Calls `take` with the character n-grams of a word between its edges, which count as characters.
pub(crate) fn parts(word: &str, lengths: std::ops::RangeInclusive<usize>, mut take: impl FnMut(&str)) {
    let edged = format!("<{word}>");
    let starts: Vec<usize> = edged.char_indices().map(|(at, _)| at).chain([edged.len()]).collect();
    for length in lengths {
        for ends in starts.windows(length + 1) {
            take(&edged[ends[0]..ends[length]]);
        }
    }
}

#[derive(Default)]
struct Reader {
    clauses: Vec<Vec<String>>,
    clause: Vec<String>,
    word: String,
}

impl Reader {
    fn take(&mut self, character: char) {
        match character {
            // "what's" and "whats" are one word, whichever sign a keyboard makes; marks that combine say little.
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{652}' => {}
            '.' | ',' | '!' | '?' | ';' | ':' | '\n' | '…' | '。' | '，' | '！' | '？' | '；' | '،' | '؟' | '؛'
            | '(' | ')' => {
                self.end_clause();
            }
            character if stands_alone(character) => {
                self.end_word();
                self.word.push(character);
                self.end_word();
            }
            character if character.is_alphanumeric() => self.word.push(plain(lower_case(character))),
            _ => self.end_word(),
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let mut word = std::mem::take(&mut self.word);
        // "Where's" and "wheres" are read as "where is".
        let asks = matches!(word.as_str(), "wheres" | "whats" | "hows" | "whens" | "whos");
        if asks {
            word.pop();
        }
        let digits = word.chars().filter(char::is_ascii_digit).count();
        self.clause.push(if digits >= NUMBER_DIGITS {
            NUMBER.to_owned()
        } else {
            word.chars().take(WORD_CHARS).collect()
        });
        if asks {
            self.clause.push("is".to_owned());
        }
    }

    fn end_clause(&mut self) {
        self.end_word();
        if !self.clause.is_empty() {
            self.clauses.push(std::mem::take(&mut self.clause));
        }
    }
}

/// The small form of a Latin, Greek or Cyrillic letter, by Unicode's blocks. The whole of Unicode's table would add over 10 kB
/// to the widget, before compression.
fn lower_case(letter: char) -> char {
    let code = u32::from(letter);
    let small = match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => code + 32,
        'Ѐ'..='Џ' => code + 80,
        'Ÿ' => 0xff,
        // Here large and small letters take turns, the large one first at even places and then at odd ones.
        'Ā'..='ķ' | 'Ŋ'..='ŷ' | 'Ѡ'..='ҁ' | 'Ҋ'..='ҿ' | 'Ḁ'..='ẕ' | 'Ạ'..='ỿ' => code | 1,
        'Ĺ'..='ň' | 'Ź'..='ž' => (code + 1) & !1,
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

/// A small letter without what many leave out as they type: accents, and what tells Arabic letters of one shape apart.
fn plain(letter: char) -> char {
    const FROM: char = 'à';
    const PLAIN: &[u8; 32] = b"aaaaaaaceeeeiiiidnooooo/ouuuuyty";
    match letter {
        'à'..='ÿ' if letter != '÷' => PLAIN[(u32::from(letter) - u32::from(FROM)) as usize].into(),
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ة' => 'ه',
        'ى' => 'ي',
        _ => letter,
    }
}

/// Scripts that put no spaces between words: each character is taken for one.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        Message::read(text).clauses
    }

    #[test]
    fn words_are_lower_case_and_clauses_end_at_stops() {
        assert_eq!(read("Hi! WHERE’S my parcel"), [vec!["hi"], vec!["where", "is", "my", "parcel"]]);
    }

    #[test]
    fn letters_become_small_as_unicode_has_it() {
        for letter in ('A'..='ž').chain('Α'..='ώ').chain('Ѐ'..='џ').chain('Ḁ'..='ẕ').chain('Ạ'..='ỹ') {
            // Letters whose small form is two characters or of another block are left as they are.
            if letter.is_alphanumeric() && letter.to_lowercase().count() == 1 && !"İẞ".contains(letter) {
                assert_eq!(lower_case(letter).to_string(), letter.to_lowercase().to_string(), "{letter}");
            }
        }
    }

    #[test]
    fn order_numbers_become_one_word_and_days_stay() {
        assert_eq!(read("order HB-123456 after 45 days"), [["order", "hb", "#", "after", "45", "days"]]);
    }

    #[test]
    fn chinese_characters_are_words() {
        assert_eq!(read("退货？"), [["退", "货"]]);
    }

    #[test]
    fn an_endless_text_is_read_in_part() {
        assert_eq!(Message::read(&"ab ".repeat(30_000)).words().count(), READ_CHARS.div_ceil(3));
        assert_eq!(Message::read(&"x".repeat(60_000)).words().map(str::len).collect::<Vec<_>>(), [WORD_CHARS]);
    }
}
