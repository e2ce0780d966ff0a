//! The errors in a FAQ's text, all of them, each with its line and a way to mend it.

use super::links::unsafe_links;
use classifier::limits;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Something to mend.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// Where, from 1.
    pub(crate) line: usize,
    /// The entry's id, where it is about one that has an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<String>,
    /// What is wrong and how to mend it.
    pub(crate) message: String,
}

/// A FAQ that was read through.
#[derive(Debug, Default)]
pub(crate) struct Proofread {
    /// The line each id stands on.
    pub(crate) lines: BTreeMap<String, usize>,
    /// What is wrong.
    pub(crate) errors: Vec<Finding>,
}

/// The fields of an object, their values unread, so that each still knows its place in the text.
type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// Reads a FAQ's text and goes on after an error, except in the JSON itself.
pub(crate) fn proofread(text: &str) -> Proofread {
    let mut reader = Reader { text, entry: None, done: Proofread::default() };
    match serde_json::from_str::<Fields>(text) {
        Ok(fields) => reader.faq(&fields),
        Err(error) => {
            let message = format!("this is not the JSON of a FAQ: {error}; mend it there or just before");
            reader.done.errors.push(Finding { line: error.line().max(1), entry: None, message });
        }
    }
    reader.done
}

struct Reader<'a> {
    text: &'a str,
    /// The id of the entry that is being read.
    entry: Option<String>,
    done: Proofread,
}

impl<'a> Reader<'a> {
    fn faq(&mut self, fields: &Fields<'a>) {
        self.known_fields(self.text, fields, &["language", "entries", "fitted"]);
        if let Some(language) = self.needed(self.text, fields, "language") {
            self.text_within(language, "language", limits::LANGUAGE_CHARS);
        }
        let Some(list) = self.needed(self.text, fields, "entries") else { return };
        let Some(entries) = self.list(list, "entries") else { return };
        if entries.len() > limits::ENTRIES {
            self.tell(
                list.get(),
                format!("{} entries are too many; join some to have {} at most", entries.len(), limits::ENTRIES),
            );
        }
        for entry in entries {
            self.entry = None;
            match serde_json::from_str::<Fields>(entry.get()) {
                Ok(fields) => self.entry(entry.get(), &fields),
                Err(_) => self.tell(
                    entry.get(),
                    "an entry is an object: {\"id\", \"question\", \"examples\", \"answer\"}".to_owned(),
                ),
            }
        }
    }

    fn entry(&mut self, whole: &'a str, fields: &Fields<'a>) {
        if let Some(id) = self.needed(whole, fields, "id")
            && let Some(id) = self.text_within(id, "id", limits::ID_CHARS)
        {
            let line = self.line(whole);
            if let Some(first) = self.done.lines.get(&id) {
                self.tell(
                    whole,
                    format!("the id \"{id}\" is already that of the entry in line {first}; rename one of them"),
                );
            } else {
                self.done.lines.insert(id.clone(), line);
            }
            self.entry = Some(id);
        }
        self.known_fields(whole, fields, &["id", "question", "examples", "answer"]);
        if let Some(question) = self.needed(whole, fields, "question") {
            self.text_within(question, "question", limits::QUESTION_CHARS);
        }
        if let Some(examples) = fields.get("examples") {
            self.examples(examples);
        }
        if let Some(answer) = self.needed(whole, fields, "answer")
            && let Some(read) = self.text_within(answer, "answer", limits::ANSWER_CHARS)
        {
            for address in unsafe_links(&read) {
                let message = format!(
                    "the link to \"{address}\" would not be shown; link to http, https, mailto, tel or a page of the shop"
                );
                self.tell(answer.get(), message);
            }
        }
    }

    fn examples(&mut self, list: &'a RawValue) {
        let Some(examples) = self.list(list, "examples") else { return };
        if examples.len() > limits::EXAMPLES {
            self.tell(
                list.get(),
                format!("{} examples are too many; keep the {} that differ most", examples.len(), limits::EXAMPLES),
            );
        }
        for example in examples {
            self.text_within(example, "example", limits::QUESTION_CHARS);
        }
    }

    fn known_fields(&mut self, whole: &'a str, fields: &Fields<'a>, known: &[&str]) {
        for (name, value) in fields.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            // A value's place is known, its name's is not; they stand in one line as a rule.
            let place = if value.get().is_empty() { whole } else { value.get() };
            self.tell(
                place,
                format!("there is no field \"{name}\"; rename it to one of {} or remove it", known.join(", ")),
            );
        }
    }

    fn needed(&mut self, whole: &'a str, fields: &Fields<'a>, name: &str) -> Option<&'a RawValue> {
        let value = fields.get(name).copied();
        if value.is_none() {
            self.tell(whole, format!("\"{name}\" is missing; add it"));
        }
        value
    }

    fn list(&mut self, value: &'a RawValue, name: &str) -> Option<Vec<&'a RawValue>> {
        let list = serde_json::from_str(value.get()).ok();
        if list.is_none() {
            self.tell(value.get(), format!("\"{name}\" is a list; put it in [ ]"));
        }
        list
    }

    /// The text of a value, if it is one, neither empty nor longer than `most` characters.
    fn text_within(&mut self, value: &'a RawValue, name: &str, most: usize) -> Option<String> {
        let Ok(text) = serde_json::from_str::<String>(value.get()) else {
            self.tell(value.get(), format!("the {name} is a text; put it in quotes"));
            return None;
        };
        let chars = text.chars().count();
        if text.trim().is_empty() {
            self.tell(value.get(), format!("the {name} is empty; write one, or remove it"));
            return None;
        }
        if chars > most {
            self.tell(value.get(), format!("the {name} has {chars} characters; shorten it to {most}"));
            return None;
        }
        Some(text)
    }

    fn tell(&mut self, place: &'a str, message: String) {
        let finding = Finding { line: self.line(place), entry: self.entry.clone(), message };
        self.done.errors.push(finding);
    }

    /// The line that a part of the text begins on, from 1.
    fn line(&self, part: &'a str) -> usize {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        self.text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<(usize, String)> {
        proofread(text).errors.into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    #[test]
    fn a_broken_line_is_named() {
        let found = errors("{\n \"language\": \"en\",\n \"entries\": [}\n}");
        assert!(matches!(&found[..], [(3, message)] if message.contains("mend")), "{found:?}");
    }

    #[test]
    fn every_error_of_an_entry_is_told_at_its_line() {
        let text = r#"{"language": "en", "entries": [
            {"id": "a", "question": "Where?", "anser": "x", "examples": "one",
             "answer": "See [this](javascript:x)."},
            {"id": "a", "question": " ", "answer": "There."},
            {"id": "b", "examples": [7], "answer": "There."},
            []
        ]}"#;
        let found = errors(text);
        let says = |line: usize, part: &str| found.iter().any(|(at, message)| *at == line && message.contains(part));
        assert!(says(2, "no field \"anser\"") && says(2, "\"examples\" is a list"), "{found:?}");
        assert!(says(3, "the link to \"javascript:x\""), "{found:?}");
        assert!(says(4, "already that of the entry in line 2") && says(4, "the question is empty"), "{found:?}");
        assert!(says(5, "\"question\" is missing") && says(5, "the example is a text"), "{found:?}");
        assert!(says(6, "an entry is an object"), "{found:?}");
        assert_eq!(found.len(), 8, "{found:?}");
    }

    #[test]
    fn what_is_too_long_is_told_with_the_limit() {
        let question = "x".repeat(limits::QUESTION_CHARS + 1);
        let found = errors(&format!(
            "{{\"language\": \"en\", \"entries\": [{{\"id\": \"a\", \"question\": \"{question}\", \"answer\": \"b\"}}]}}"
        ));
        assert!(matches!(&found[..], [(1, message)] if message.contains("shorten it to 500")), "{found:?}");
    }
}
