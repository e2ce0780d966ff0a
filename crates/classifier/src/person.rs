//! "I want a person", in English: said outright, by its manner of asking, or by being tired of the bot.
//!
//! Every rule looks at one clause. It is made to be right when it speaks: a "human hair wig", "the agent who ships my
//! parcel" and a "robot vacuum" are no requests. The button for a person stands beside it in any case.

use crate::message::Message;

/// Words for a person who could answer.
const PERSON: &str = "adviser advisor agent agents anybody anyone associate boss colleague colleagues employee executive \
    expert hooman human humans manager operator owner people person rep reps representative \
    representatives somebody someone specialist staff supervisor team worker";
/// Those among them that a shop's visitor wants for their own sake, not as a buyer, friend or neighbour.
const STAFF: &str = "adviser advisor agent hooman human humans operator person rep representative staff supervisor";
/// Departments that are people.
const DEPARTMENT: &str = "care help sales service services support";
/// What goes before such a word without changing it.
const KIND: &str = "a actual an another any breathing chat customer human in live living member of one our proper real \
    sales service shop some store support tech technical the your";
/// What may stand after the person that is wanted; anything else makes it part of another thing ("human hair").
const AFTER: &str = "about and any around as asap at because being beings but by can chat could directly else fast for \
    from help here i if immediately in instead irl is member not now on online or over person please plz \
    pls quickly rather real regarding right so team thanks thank that there this to today urgently via \
    who with asking";
/// What a request of few words may have around the person.
const COURTESY: &str = "a an and chat connect get give hello help hey hi i just kindly line me my need now ok omg only \
    please pls plz real sir some the thanks to transfer ugh urgently want with you no stop yo talk speak \
    wanna gimme right live actual";
/// What a visitor calls the bot.
const BOT: &str = "ai bot bots chatbot chatbots machine robot robots computer chatgpt";
/// What one who is tired of it says about it.
const WEARY: &str = "annoying awful bloody crap damn done dumb enough garbage hate hopeless idiotic insulting rubbish \
    sick skip stupid terrible tired useless worst worthless";
/// Words that refuse.
const REFUSAL: &str = "dont instead no not rather refuse stop than without never";
/// Those who may ring a visitor in an ordinary question.
const COURIER: &str = "courier couriers deliver delivery driver drivers before app when";
/// What nobody says who is content with the bot, or with anything but a person.
const SAYINGS: &[&str] = &[
    "didnt answer my question",
    "escalate this",
    "give me a bell",
    "give me a call",
    "give me a ring",
    "human help",
    "in touch with me",
    "keep repeating yourself",
    "never understand me",
    "no automated",
    "no more automated",
    "not listening to me",
    "not understanding me",
    "not what i asked",
    "phone conversation",
    "sending me links",
    "the same canned",
    "youre not helping",
    "youre not listening",
    "youre not understanding",
];

/// Whether a list, such as those above, has the word. Lists are single texts because a table of many small ones is larger.
fn among(list: &str, word: &str) -> bool {
    list.split(' ').any(|listed| listed == word)
}

/// How a message shows that a person is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// By being tired of the bot, or asking what it is.
    Hinted,
    /// By asking for one.
    Outright,
}

/// Whether a message shows that a person is wanted.
pub(crate) fn wish(message: &Message) -> Option<Wish> {
    let clauses = || message.clauses.iter().map(|clause| Clause(clause));
    if only_a_person(message) || clauses().any(|clause| clause.asks()) {
        return Some(Wish::Outright);
    }
    clauses().any(|clause| clause.hints()).then_some(Wish::Hinted)
}

/// Words of the rules that are often misspelt.
pub(crate) fn vocabulary<'a>() -> impl Iterator<Item = &'a str> {
    [PERSON, "speak talk chat connect transfer customer service support real live"]
        .into_iter()
        .flat_map(|list| list.split(' '))
}

/// "Agent please", "real person", "customer service".
fn only_a_person(message: &Message) -> bool {
    let words: Vec<&str> = message.words().collect();
    let names_one = |(place, word): (usize, &&str)| {
        among(STAFF, word)
            || among("manager people someone somebody", word)
            || place > 0 && among(DEPARTMENT, word) && among("customer live tech technical", words[place - 1])
    };
    words.len() <= 7
        && words.iter().enumerate().any(names_one)
        && words.iter().all(|word| [PERSON, DEPARTMENT, KIND, COURTESY].iter().any(|list| among(list, word)))
        && !words.ends_with(&["in", "person"])
}

struct Clause<'a>(&'a [String]);

impl Clause<'_> {
    fn asks(&self) -> bool {
        let rules = [Self::says_so, Self::reaches, Self::wants, Self::sends_for, Self::be_called];
        (0..self.0.len()).any(|at| rules.iter().any(|rule| rule(self, at))) || self.knocks()
    }

    fn hints(&self) -> bool {
        (0..self.0.len()).any(|at| self.tires(at))
    }

    fn word(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    /// Whether the words from `at` on are these.
    fn says(&self, at: usize, words: &str) -> bool {
        words.split(' ').enumerate().all(|(offset, word)| self.word(at + offset) == word)
    }

    /// Whether any of its words is in the list.
    fn has(&self, list: &str) -> bool {
        self.0.iter().any(|word| among(list, word))
    }

    /// Whether a person, with any number of words about their kind, begins at `at` and is not part of another thing.
    fn person_at(&self, at: usize, of: &str) -> bool {
        let kinds = (at..self.0.len()).take_while(|&place| among(KIND, self.word(place))).count();
        // "human" is a kind of agent and a person itself, so each prefix of the kinds is tried.
        (at..=at + kinds).any(|place| {
            let word = self.word(place);
            let department = place > at && among("customer support tech technical sales", self.word(place - 1));
            (among(of, word) || department && among(DEPARTMENT, word) || place > at && word == "sales")
                && (self.word(place + 1).is_empty() || among(AFTER, self.word(place + 1)))
                && self.word(place.wrapping_sub(1)) != "in"
        })
    }

    /// One of the sayings, or a person who must be "real".
    fn says_so(&self, at: usize) -> bool {
        let real = among("actual breathing live living real", self.word(at));
        SAYINGS.iter().any(|saying| self.says(at, saying))
            || real && self.person_at(at + 1, PERSON) && !self.says(at + 1, "people")
            || self.says(at, "someone real")
            || self.says(at, "somebody real")
    }

    /// "Let me talk to someone", "put me through to your team", "who can I speak to".
    fn reaches(&self, at: usize) -> bool {
        const TALK: &str = "chat contact conversation deal explain explaining hold reach speak speaking talk talking \
            tell word write";
        const BRING: &str = "connect escalate forward hand pass put reconnect redirect switch take transfer";
        const FETCH: &str = "fetch find get gimme give send";
        let word = self.word(at);
        let to = |within: usize| (at + 1..=at + within).find(|&place| among("to with w of", self.word(place)));
        if among(TALK, word) {
            return to(3).is_some_and(|to| self.person_at(to + 1, PERSON) && self.word(to + 1) != "people")
                || among("contact reach tell", word) && self.person_at(at + 1, STAFF)
                || self.talks_to_whom(at);
        }
        if among(BRING, word) {
            let moved = among("me my this us", self.word(at + 1));
            return moved
                && (self.0.len() <= at + 3 && !among("hand pass put take", word)
                    || to(6).is_some_and(|to| self.person_at(to + 1, PERSON) || among(DEPARTMENT, self.word(to + 1))));
        }
        let fetched = if word == "gimme" { at + 1 } else { at + 2 };
        among(FETCH, word) && (word == "gimme" || self.word(at + 1) == "me") && self.person_at(fetched, PERSON)
    }

    /// "Who can I talk to", "someone I can speak with", "I want to talk".
    fn talks_to_whom(&self, at: usize) -> bool {
        if !among("chat speak talk", self.word(at)) {
            return false;
        }
        let asked = self.0[..at].iter().any(|word| among("anyone anybody person someone somebody who whom", word));
        let to = among("to with", self.word(at + 1)) && among(" here", self.word(at + 2));
        asked && to
            || self.word(at + 1).is_empty()
                && at > 0
                && self.word(at - 1) == "to"
                && self.word(at.wrapping_sub(2)) == "want"
    }

    /// "I need a human", "can I have an agent", "is there a real person".
    fn wants(&self, at: usize) -> bool {
        const WANT: &str = "have like need possible prefer rather require there wanna want";
        const ASKER: &str = "can could i id is just really we you";
        let asked = at == 0 || among(ASKER, self.word(at - 1));
        let elsewhere = self.0[at..].iter().any(|word| among("in who", word));
        among(WANT, self.word(at)) && asked && !elsewhere && self.person_at(at + 1, STAFF)
    }

    /// "Can someone help me", "please have a colleague look at it".
    fn sends_for(&self, at: usize) -> bool {
        const SEND: &str = "can could have let please pls get will";
        const DO: &str = "assist call chat check contact email look message msg phone read reply review ring write";
        if !among(SEND, self.word(at)) || self.has(COURIER) {
            return false;
        }
        let end = (at + 1..at + 8).find(|&place| among(DO, self.word(place)) || self.word(place) == "help");
        end.is_some_and(|end| {
            let one = (at + 1..end)
                .any(|place| self.person_at(place, PERSON) || among(PERSON, self.word(place)) && place + 1 == end);
            let helps = self.word(end) != "help" || among(" with please", self.word(end + 2));
            one && helps && !self.0[at..end].iter().any(|word| word == "else")
        })
    }

    /// "Please call me", "can someone ring me back".
    fn be_called(&self, at: usize) -> bool {
        const CALL: &str = "call phone ring contact callback";
        if !among(CALL, self.word(at)) || self.has(COURIER) {
            return false;
        }
        let someone = self.0[..at].iter().any(|word| among("someone somebody anyone please pls you kindly", word));
        let of_team = self.has("team staff colleague colleagues member");
        if self.word(at) == "callback" {
            return self.0.len() <= 4 || self.has("arrange request want need like");
        }
        among("me us", self.word(at + 1)) && (at == 0 || someone || of_team)
    }

    /// "This bot is useless", "I don't want to talk to a machine", "are you a robot".
    fn tires(&self, at: usize) -> bool {
        if self.says(at, "are you") && self.has(BOT) && self.0.len() <= at + 8 {
            return true;
        }
        if self.says(at, "are you")
            && (self.person_at(at + 2, "human person") || self.word(at + 2) == "real" && self.0.len() == at + 3)
        {
            return true;
        }
        if !among(BOT, self.word(at)) {
            return false;
        }
        // "The robot vacuum" and "the machine I bought" are goods.
        let the_bot = self.word(at + 1).is_empty() || among(AFTER, self.word(at + 1)) || self.word(at + 1) == "keeps";
        let goods = among("computer machine robot", self.word(at));
        let refused = self.0[..at].iter().rev().take(6).any(|word| among(REFUSAL, word));
        the_bot
            && (refused && (!goods || self.has("talk speak chat human person explain")) || self.has(WEARY) && !goods)
    }

    /// "Is anyone there?", "hello, anybody home?"
    fn knocks(&self) -> bool {
        let end: Vec<&str> = self.0.iter().map(String::as_str).collect();
        let one = |word: &str| among("anyone anybody somebody someone", word);
        match end.as_slice() {
            [word] => one(word),
            [.., word, "there" | "home" | "online"] => one(word) && end.len() <= 5,
            _ => false,
        }
    }
}
