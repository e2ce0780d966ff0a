//! An answer's Markdown from any text: its words, addresses included, are those of the input in their order, what is left out
//! are marks, no mark stands deeper than it may, and no link leads where a browser would do more than open a page.

#![no_main]

use fuzz::markdown::{Block, Span, is_safe_link, parse, plain};
use libfuzzer_sys::fuzz_target;

/// How deep marks may stand in each other.
const DEPTH: usize = 4;
/// What the Markdown is made of: emphasis, links, items of lists.
const MARKS: &str = "*_[]()-.0123456789";

fuzz_target!(|text: &str| {
    let blocks = parse(text);
    let mut read = String::new();
    for block in &blocks {
        match block {
            Block::Paragraph(spans) => collect(spans, DEPTH, &mut read),
            Block::List(_, items) => {
                assert!(!items.is_empty());
                items.iter().for_each(|item| collect(item, DEPTH, &mut read));
            }
        }
    }
    comes_from(text, &read);
    let lines = blocks.iter().map(|block| match block {
        Block::Paragraph(_) => 1,
        Block::List(_, items) => items.len(),
    });
    assert_eq!(plain(text).lines().count(), lines.sum::<usize>(), "a line a block or item");
    if is_safe_link(text) {
        is_harmless(text);
    }
});

/// Adds the words in `spans` to `read`, each link's address behind its label.
fn collect(spans: &[Span], depth: usize, read: &mut String) {
    assert!(!spans.is_empty(), "nothing within marks");
    for span in spans {
        match span {
            Span::Text(text) => {
                assert!(!text.is_empty(), "an empty text");
                read.push_str(text);
            }
            Span::Bold(inner) | Span::Emphasis(inner) => collect(inner, shallower(depth), read),
            Span::Link(label, address) => {
                collect(label, shallower(depth), read);
                is_harmless(address);
                read.push_str(address);
            }
        }
    }
}

fn shallower(depth: usize) -> usize {
    depth.checked_sub(1).expect("marks stand in each other deeper than they may")
}

/// What was read stands in the input, in this order, and all that is left out are marks. Blanks do not count: lines are joined.
fn comes_from(input: &str, read: &str) {
    let shown = |letter: &char| !letter.is_whitespace();
    let mut input_letters = input.chars().filter(shown);
    let mut left_out = Vec::new();
    for letter in read.chars().filter(shown) {
        loop {
            match input_letters.next() {
                Some(next) if next == letter => break,
                Some(next) => left_out.push(next),
                None => panic!("{read:?} is not what stands in {input:?}"),
            }
        }
    }
    left_out.extend(input_letters);
    assert!(left_out.iter().all(|letter| MARKS.contains(*letter)), "{left_out:?} got lost from {input:?}");
}

/// Reads an address as browsers do (WHATWG's URL standard, "basic URL parser"), and looks where it leads.
fn is_harmless(address: &str) {
    let trimmed = address.trim_matches(|letter: char| letter <= ' ');
    let read: String = trimmed.chars().filter(|letter| !['\t', '\n', '\r'].contains(letter)).collect();
    let is_of_schemes = |letter: char| letter.is_ascii_alphanumeric() || ['+', '-', '.'].contains(&letter);
    match read.split_once(':') {
        Some((scheme, _))
            if scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.chars().all(is_of_schemes) =>
        {
            let scheme = scheme.to_ascii_lowercase();
            assert!(["http", "https", "mailto", "tel"].contains(&scheme.as_str()), "{address:?} is of another scheme");
        }
        _ => {
            let leads_elsewhere = read.replace('\\', "/").starts_with("//");
            assert!(!leads_elsewhere, "{address:?} leads to another host");
        }
    }
}
