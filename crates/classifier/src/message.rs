//! A text as words: lower case, without accents that come as separate marks, in clauses.

/// How much of a text is read, in characters. Visitors may write as much in one message.
const READ_CHARS: usize = 4_000;
/// How much of a word is read, in characters; longer runs of letters are no words.
const WORD_CHARS: usize = 32;
/// The word that stands for order numbers, telephone numbers and the like.
const NUMBER: &str = "#";
/// From this many digits on a word is such a number; "45 days" and "size 38" are not.
const NUMBER_DIGITS: usize = 4;

/// The words of a text as the classifier reads them, for those who train encoders.
pub fn words(text: &str) -> Vec<String> {
    Message::read(text).clauses.into_iter().flatten().collect()
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

    /// The same clauses with every word replaced by what `mend` makes of it.
    pub(crate) fn mended(&self, mut mend: impl FnMut(&str) -> String) -> Message {
        let clauses = self.clauses.iter().map(|clause| clause.iter().map(|word| mend(word)).collect()).collect();
        Message { clauses }
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
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{652}' => {}
            '.' | ',' | '!' | '?' | ';' | ':' | '\n' | '…' | '。' | '，' | '！' | '？' | '；' | '،' | '؟' | '؛'
            | '(' | ')' => {
                self.end_clause();
            }
            character if stands_alone(character) => {
                self.end_word();
                self.word.push(character);
                self.end_word();
            }
            character if character.is_alphanumeric() => self.word.push(lower_case(character)),
            _ => self.end_word(),
        }
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        let digits = word.chars().filter(char::is_ascii_digit).count();
        self.clause.push(if digits >= NUMBER_DIGITS {
            NUMBER.to_owned()
        } else {
            word.chars().take(WORD_CHARS).collect()
        });
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
        assert_eq!(read("Hi! WHERE’S my parcel"), [vec!["hi"], vec!["wheres", "my", "parcel"]]);
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
