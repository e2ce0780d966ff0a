//! Which of the supported languages a message is in: by its script, else by the little words that every sentence has.

use crate::message::Message;

/// The languages that an encoder is trained for, as in HTML's `lang`.
pub const LANGUAGES: [&str; 6] = ["en", "de", "es", "fr", "zh", "ar"];

/// Words that are frequent in one language and rare in the others, without accents, as messages are read.
const WORDS: [(&str, &str); 4] = [
    ("en", "the and you your my this that have for with what how when can not are it"),
    ("de", "der die das und ich ist nicht ein eine mein meine wie wann wo kann mit kommt es"),
    ("es", "el los las que como cuando donde esta mi por para con una puedo hay es llega y"),
    ("fr", "le les des est je vous mon ma votre comment quand pour avec une pas que ou et"),
];
/// So many of a language's words, and more than of any other's, make a message one of that language.
const ENOUGH: usize = 2;

/// The language of a message, if it is plain.
pub(crate) fn language(message: &Message) -> Option<&'static str> {
    let (mut han, mut arabic, mut letters) = (0, 0, 0);
    for letter in message.words().flat_map(str::chars).filter(|letter| letter.is_alphabetic()) {
        letters += 1;
        han += usize::from(('\u{4e00}'..='\u{9fff}').contains(&letter));
        arabic += usize::from(('\u{600}'..='\u{6ff}').contains(&letter));
    }
    if letters > 0 && 2 * han >= letters {
        return Some("zh");
    }
    if letters > 0 && 2 * arabic >= letters {
        return Some("ar");
    }
    let mut best = (None, ENOUGH - 1);
    let mut tied = false;
    for (language, words) in WORDS {
        let count = message.words().filter(|word| words.split(' ').any(|known| known == *word)).count();
        tied = count == best.1 || (tied && count < best.1);
        if count > best.1 {
            best = (Some(language), count);
        }
    }
    best.0.filter(|_| !tied)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&'static str> {
        language(&Message::read(text))
    }

    #[test]
    fn sentences_are_known_by_their_little_words_or_their_script() {
        assert_eq!(read("Where is my parcel and when can I have it?"), Some("en"));
        assert_eq!(read("Wo ist mein Paket und wann kommt es?"), Some("de"));
        assert_eq!(read("¿Dónde está mi paquete y cuándo llega?"), Some("es"));
        assert_eq!(read("Où est mon colis et quand est-ce que je l’aurai ?"), Some("fr"));
        assert_eq!(read("我的包裹在哪里"), Some("zh"));
        assert_eq!(read("أين طلبي؟"), Some("ar"));
    }

    #[test]
    fn few_words_or_names_are_of_no_language() {
        for text in ["", "parcel", "HB-123456", "Harbour tent 2", "la la"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
