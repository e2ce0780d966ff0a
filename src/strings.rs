//! Every word the widget says, in English, and the page's language laid over it.
//!
//! A language is a JSON object of these keys in `public/strings/<language>.json`; what it lacks stays English. `{name}`
//! and `{position}` stand for values.

/// One thing the widget says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The key in a language's file.
    pub key: &'static str,
    /// What it says in English.
    pub english: &'static str,
}

macro_rules! texts {
    ($($name:ident = $key:literal: $english:literal;)*) => {
        $(#[doc = $english] pub const $name: Text = Text { key: $key, english: $english };)*
        /// All of them, for the test that every language has them.
        pub const ALL: &[Text] = &[$($name),*];
    };
}

texts! {
    DISCLOSURE_HUMAN = "disclosure_human": "You are talking with {name}, a person.";
    DISCLOSURE_RINGING = "disclosure_ringing": "We rang the bell. A person will answer here; the assistant is silent.";
    WHO_BOT = "who_bot": "Assistant";
    WHO_VISITOR = "who_visitor": "You";
    WHO_HUMAN = "who_human": "Person";
    WHO_SYSTEM = "who_system": "Note";
    TRANSCRIPT = "transcript": "Conversation";
    COMPOSER = "composer": "Your question or message";
    SEND = "send": "Send";
    LOADING = "loading_answers": "Looking that up…";
    DID_YOU_MEAN = "did_you_mean": "I am not sure. Did you mean one of these?";
    UNKNOWN = "unknown": "I don't know that. A person can help you.";
    NO_ANSWERS = "no_answers": "I cannot look up answers right now. A person can help you.";
    OFFER_HUMAN = "offer_human": "I am an automated assistant. Would you like to talk to a person?";
    SENSITIVE = "sensitive": "A person should answer this. Shall I ring for one?";
    OTHER_LANGUAGE = "other_language": "I know this shop's answers in one language only and may misunderstand you. I'll try.";
    WAS_THIS_IT = "was_this_it": "Was this it?";
    YES = "yes": "Yes";
    NO = "no": "No";
    GLAD = "glad": "Good. Ask me anything else.";
    SORRY_NEAR = "sorry_near": "Sorry. Perhaps one of these?";
    SORRY = "sorry": "Sorry about that. A person can help you.";
    HUMAN = "human": "Talk to a human";
    RANG = "rang": "You rang the bell for a person.";
    CLAIMED = "claimed": "{name} is here now.";
    CLOSED = "closed": "{name} ended this conversation. The assistant answers again; ring whenever you like.";
    HANDED_BACK = "handed_back": "{name} has left. The assistant answers again; ring whenever you like.";
    TAKEN_BACK = "taken_back": "Taken back.";
    TYPING = "typing": "{name} is writing…";
    WAITING = "waiting": "Waiting for a person.";
    WAITING_FIRST = "waiting_first": "Waiting for a person. You are next.";
    WAITING_POSITION = "waiting_position": "Waiting for a person. You are number {position} in line.";
    WAIT_TIME = "wait_time": "About {position} min.";
    NOBODY_THERE = "nobody_there": "Nobody is at the desk right now. Your message is kept, and they will see it first thing. For an answer by e-mail, write your address.";
    OPENS = "opens": "We open again: {name}.";
    CONNECTING = "connecting": "Connecting…";
    RECONNECTING = "reconnecting": "The connection was lost. Reconnecting…";
    UNREACHABLE = "unreachable": "We cannot reach the shop's people right now. What you write is kept and sent as soon as we can.";
    OFFLINE = "offline": "You are offline. What you write is kept and sent as soon as we can.";
    NO_LINE = "no_line": "There is no direct line to a person on this page.";
    CONTACT_LEAD = "contact_lead": "You can also reach us here:";
    CONTACT_PAGE = "contact_page": "Contact page";
    PRIVATE = "private": "That looks like a card or account number. It will be hidden.";
    SENDING = "sending": "Sending…";
    SENT = "sent": "Sent";
    NOT_SENT = "not_sent": "Not sent";
    RETRY = "retry": "Try again";
    LANGUAGE = "language": "en";
}

/// The words in the page's language, by key.
#[derive(Clone, Debug, Default)]
pub struct Strings(Vec<[String; 2]>);

impl Strings {
    /// Takes key, words, key, words; what is lacking stays English.
    pub fn from_pairs(words: Vec<String>) -> Self {
        let mut words = words.into_iter();
        let mut pairs = Vec::new();
        while let (Some(key), Some(words)) = (words.next(), words.next()) {
            pairs.push([key, words]);
        }
        Strings(pairs)
    }

    /// The words for `text`.
    pub fn say(&self, text: Text) -> String {
        let found = self.0.iter().find(|[key, _]| key == text.key);
        found.map_or_else(|| text.english.to_owned(), |[_, words]| words.clone())
    }

    /// The words for `text`, with the one `{…}` in it replaced by `value`.
    pub fn say_with(&self, text: Text, value: &str) -> String {
        let words = self.say(text);
        match (words.find('{'), words.find('}')) {
            (Some(start), Some(end)) if start < end => {
                format!("{}{value}{}", &words[..start], &words[end + 1..])
            }
            _ => words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_language_lies_over_english_and_values_take_their_place() {
        let words = ["send", "Senden", "typing", "{name} schreibt …", "odd"];
        let strings = Strings::from_pairs(words.map(String::from).to_vec());
        assert_eq!(strings.say(SEND), "Senden");
        assert_eq!(strings.say(YES), "Yes");
        assert_eq!(strings.say_with(TYPING, "Ada"), "Ada schreibt …");
    }

    #[test]
    fn every_language_that_ships_has_every_text_and_its_placeholders() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/public/strings");
        let mut languages = 0;
        for file in std::fs::read_dir(folder).expect("public/strings is there") {
            let path = file.expect("the folder can be read").path();
            let json = std::fs::read_to_string(&path).expect("the file can be read");
            let words: BTreeMap<String, String> = serde_json::from_str(&json).expect("an object of strings");
            for text in ALL {
                let said = words.get(text.key).unwrap_or_else(|| panic!("{} lacks {}", path.display(), text.key));
                for placeholder in ["{name}", "{position}"] {
                    let expected = text.english.contains(placeholder);
                    assert_eq!(said.contains(placeholder), expected, "{}: {}", path.display(), text.key);
                }
            }
            languages += 1;
        }
        assert_eq!(languages, 5);
    }
}
