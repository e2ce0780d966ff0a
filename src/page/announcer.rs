//! The one live region: says every new message, whole, with who wrote it.

use leptos::prelude::document;
use web_sys::{Element, HtmlElement};

/// How many announcements the region keeps: enough for a slow reader, few enough to stay small.
const KEPT: u32 = 4;

/// A region only screen readers perceive. Additions are read out in turn; nothing else of the widget is live.
pub struct Announcer(Option<Element>);

impl Announcer {
    /// A region in `root`, beside the panel: hidden panels announce nothing.
    pub fn within(root: &HtmlElement) -> Self {
        // Names, attributes and place are valid, so none of these fails.
        let region = document().create_element("div").ok();
        if let Some(region) = &region {
            region.set_class_name("announcer");
            let _ = region.set_attribute("aria-live", "polite");
            let _ = region.set_attribute("aria-relevant", "additions");
            let _ = root.append_child(region);
        }
        Announcer(region)
    }

    /// Says this.
    pub fn say(&self, text: &str) {
        let (Some(region), Ok(line)) = (&self.0, document().create_element("p")) else { return };
        line.set_text_content(Some(text));
        let _ = region.append_child(&line);
        if region.child_element_count() > KEPT
            && let Some(first) = region.first_element_child()
        {
            first.remove();
        }
    }
}
