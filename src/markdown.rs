//! The FAQ's small Markdown: paragraphs, lists, **bold**, *emphasis*, [links](https://example.com). Pure: text in, tree out.
//!
//! Not CommonMark on purpose: whatever else stands in an answer is shown as the text it is, so that nothing in a FAQ can
//! become an element, an attribute or a script.

/// A block of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Span>),
    /// A list, one item a line; `true` when numbered.
    List(bool, Vec<Vec<Span>>),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq)]
pub enum Span {
    /// As it is.
    Text(String),
    /// `**bold**`
    Bold(Vec<Span>),
    /// `*emphasis*` or `_emphasis_`
    Emphasis(Vec<Span>),
    /// `[label](address)`, only with an address that [`is_safe_link`].
    Link(Vec<Span>, String),
}

/// How deep marks may stand in each other; deeper ones stay text.
const DEPTH: usize = 4;

/// Whether a link may lead there: http, https, mailto, tel, or an address without scheme (relative to the page).
pub fn is_safe_link(address: &str) -> bool {
    // Browsers strip control characters and blanks inside a scheme, so none are allowed anywhere.
    if address.is_empty() || address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return false;
    }
    match address.find(['/', '?', '#', ':']) {
        Some(end) if address[end..].starts_with(':') => {
            ["http", "https", "mailto", "tel"].contains(&address[..end].to_ascii_lowercase().as_str())
        }
        _ => !address.starts_with("//"),
    }
}

/// Reads an answer.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut paragraph = String::new();
    for line in text.lines().map(str::trim) {
        if let Some((numbered, item)) = list_item(line) {
            end_paragraph(&mut paragraph, &mut blocks);
            match blocks.last_mut() {
                Some(Block::List(kind, items)) if *kind == numbered => items.push(spans(item, DEPTH)),
                _ => blocks.push(Block::List(numbered, vec![spans(item, DEPTH)])),
            }
        } else if line.is_empty() {
            end_paragraph(&mut paragraph, &mut blocks);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
        }
    }
    end_paragraph(&mut paragraph, &mut blocks);
    blocks
}

/// The same answer without marks, one line a block or item: what is announced and what agents read.
pub fn plain(text: &str) -> String {
    let mut lines = Vec::new();
    for block in parse(text) {
        match block {
            Block::Paragraph(spans) => lines.push(flatten(&spans)),
            Block::List(_, items) => lines.extend(items.iter().map(|item| flatten(item))),
        }
    }
    lines.join("\n")
}

fn flatten(spans: &[Span]) -> String {
    spans
        .iter()
        .map(|span| match span {
            Span::Text(text) => text.clone(),
            Span::Bold(inner) | Span::Emphasis(inner) | Span::Link(inner, _) => flatten(inner),
        })
        .collect()
}

fn end_paragraph(paragraph: &mut String, blocks: &mut Vec<Block>) {
    if !paragraph.is_empty() {
        blocks.push(Block::Paragraph(spans(paragraph, DEPTH)));
        paragraph.clear();
    }
}

/// `- item`, `* item` (not numbered) or `1. item` (numbered).
fn list_item(line: &str) -> Option<(bool, &str)> {
    if let Some(item) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, item));
    }
    let (number, item) = line.split_once(". ")?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((true, item))
}

fn spans(text: &str, depth: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let marked = if depth == 0 { None } else { mark(rest, plain.chars().last(), depth) };
        match marked {
            Some((span, length)) => {
                if !plain.is_empty() {
                    found.push(Span::Text(std::mem::take(&mut plain)));
                }
                found.push(span);
                rest = &rest[length..];
            }
            None => {
                plain.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    if !plain.is_empty() {
        found.push(Span::Text(plain));
    }
    found
}

/// The mark that `text` begins with, and its length in bytes. `before` is the character in front of it.
fn mark(text: &str, before: Option<char>, depth: usize) -> Option<(Span, usize)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (label, rest) = rest.split_once("](")?;
        let (address, _) = rest.split_once(')')?;
        if label.is_empty() || label.contains('[') || !is_safe_link(address) {
            return None;
        }
        let length = label.len() + address.len() + "[](".len() + ")".len();
        return Some((Span::Link(spans(label, depth - 1), address.to_owned()), length));
    }
    for (mark, make) in [("**", Span::Bold as fn(Vec<Span>) -> Span), ("*", Span::Emphasis), ("_", Span::Emphasis)] {
        let Some(rest) = text.strip_prefix(mark) else { continue };
        // `snake_case` and `5 * 3 * 2` are no emphasis.
        if rest.starts_with(char::is_whitespace) || (mark == "_" && before.is_some_and(char::is_alphanumeric)) {
            return None;
        }
        let end = rest.find(mark).filter(|end| *end > 0 && !rest[..*end].ends_with(char::is_whitespace))?;
        return Some((make(spans(&rest[..end], depth - 1)), end + 2 * mark.len()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    #[test]
    fn the_subset_is_read() {
        assert_eq!(
            parse("Free over **$60**, see\n[costs](/shipping).\n\n- one\n- *two*\n\n1. first"),
            [
                Block::Paragraph(vec![
                    text("Free over "),
                    Span::Bold(vec![text("$60")]),
                    text(", see "),
                    Span::Link(vec![text("costs")], "/shipping".into()),
                    text("."),
                ]),
                Block::List(false, vec![vec![text("one")], vec![Span::Emphasis(vec![text("two")])]]),
                Block::List(true, vec![vec![text("first")]]),
            ]
        );
        assert_eq!(plain("Free over **$60**\n- *two*"), "Free over $60\ntwo");
    }

    #[test]
    fn everything_else_stays_text() {
        for line in [
            "<img src=x onerror=alert(1)>",
            "snake_case_name",
            "5 * 3 * 2",
            "**open",
            "[x](javascript:alert(1))",
            "# no",
        ] {
            assert_eq!(parse(line), [Block::Paragraph(vec![text(line)])], "{line}");
        }
    }

    #[test]
    fn links_lead_only_where_they_may() {
        for safe in [
            "https://a.example/b?c:d",
            "HTTP://a.example",
            "mailto:a@b.example",
            "tel:+1555",
            "/a",
            "a/b:c",
            "#top",
            "?q=a:b",
        ] {
            assert!(is_safe_link(safe), "{safe}");
        }
        for unsafe_link in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "java\nscript:x",
            " javascript:x",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "\\\\evil",
            "",
        ] {
            assert!(!is_safe_link(unsafe_link), "{unsafe_link}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_and_no_letter_is_lost(input in "\\PC{0,200}") {
            let kept: String = plain(&input).chars().filter(|c| c.is_alphabetic()).collect();
            let unlinked = !input.contains("](");
            if unlinked {
                let expected: String = input.chars().filter(|c| c.is_alphabetic()).collect();
                prop_assert_eq!(kept, expected);
            }
        }

        #[test]
        fn marks_in_any_arrangement_are_read_in_time(input in "[*_\\[\\]() a-]{0,2000}") {
            parse(&input);
        }
    }
}
