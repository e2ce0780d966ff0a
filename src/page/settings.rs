//! What the loader read from the page's tag.

/// The page's settings, as the loader passes them on.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The backend's address, ending in `/`; absent when the shop has none.
    pub backend: Option<String>,
    /// Another way to reach a person: a `mailto:`, `tel:` or page address.
    pub contact: Option<String>,
    /// Under which key the conversation is stored.
    pub storage_key: String,
    /// Who the shop says its visitor is: a short-lived token that its server has signed.
    pub identity: Option<String>,
    /// That a machine answers, in the page's language.
    pub disclosure: String,
}

impl Settings {
    /// Where the visitor's line goes, over whatever transport.
    pub fn line_url(&self) -> Option<String> {
        Some(format!("{}v1/visitor", self.backend.as_ref()?))
    }
}
