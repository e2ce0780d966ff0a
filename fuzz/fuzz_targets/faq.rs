//! A FAQ from any text: it is refused, or it keeps to its limits.

#![no_main]

use fuzz::faq::{Faq, FaqError, limits};
use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;

fuzz_target!(|json: &str| match Faq::from_json(json) {
    Ok(faq) => keeps_to_the_limits(&faq),
    Err(error) => names_its_entry_in_few_words(&error),
});

fn keeps_to_the_limits(faq: &Faq) {
    is_within("language", faq.language.trim(), limits::LANGUAGE_CHARS);
    assert!(faq.entries.len() <= limits::ENTRIES);
    let mut ids = HashSet::new();
    for entry in &faq.entries {
        assert!(ids.insert(&entry.id), "{} is there twice", entry.id);
        assert!(entry.examples.len() <= limits::EXAMPLES);
        is_within("id", &entry.id, limits::ID_CHARS);
        is_within("answer", &entry.answer, limits::ANSWER_CHARS);
        entry.phrasings().for_each(|text| is_within("question or example", text, limits::QUESTION_CHARS));
    }
}

fn is_within(what: &str, text: &str, most: usize) {
    assert!(!text.trim().is_empty(), "an empty {what}");
    assert!(text.chars().count() <= most, "a long {what}");
}

fn names_its_entry_in_few_words(error: &FaqError) {
    if let FaqError::DuplicateId { id }
    | FaqError::Empty { id, .. }
    | FaqError::TooLong { id, .. }
    | FaqError::TooManyExamples { id, .. } = error
    {
        assert!(id.chars().count() <= limits::ID_CHARS, "a long id in {error}");
    }
}
