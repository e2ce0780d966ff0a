//! The links in an answer: which of them the widget would not show.

/// The addresses of an answer's links that do not lead to http, https, mailto, tel or within the shop's site.
///
/// The widget shows such a link as plain text, brackets and all.
pub(crate) fn unsafe_links(answer: &str) -> impl Iterator<Item = &str> {
    answer.match_indices("](").filter_map(|(at, mark)| {
        let (address, _) = answer[at + mark.len()..].split_once(')')?;
        (!is_safe(address)).then_some(address)
    })
}

fn is_safe(address: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_elsewhere_are_found() {
        let answer =
            "See [us](/help), [mail](mailto:a@b.example), [this](javascript:alert) or [that](//evil.example/x).";
        assert_eq!(unsafe_links(answer).collect::<Vec<_>>(), ["javascript:alert", "//evil.example/x"]);
    }

    #[test]
    fn brackets_that_are_no_link_are_left_alone() {
        assert_eq!(unsafe_links("[size] (in cm) and ](").count(), 0);
    }
}
