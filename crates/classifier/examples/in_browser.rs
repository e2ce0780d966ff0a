//! The classifier by itself in a browser: what the browser tests and `cargo xtask bench` hold against the native one.

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "what is exported to JavaScript must be public")]
mod exports {
    use classifier::{Classifier, Encoder, Faq};
    use wasm_bindgen::prelude::*;

    /// A fitted classifier.
    #[wasm_bindgen]
    pub struct Fitted(Classifier);

    /// Fits to a FAQ (JSON) with the bytes of an encoder file.
    #[wasm_bindgen]
    pub fn fit(faq: &str, encoder: &[u8]) -> Result<Fitted, JsError> {
        let (faq, encoder) = (Faq::from_json(faq)?, Encoder::from_bytes(encoder)?);
        Ok(Fitted(Classifier::fit(&encoder, &faq)?))
    }

    #[wasm_bindgen]
    impl Fitted {
        /// The decision about a message, as JSON.
        pub fn decide(&self, text: &str) -> Result<String, JsError> {
            Ok(serde_json::to_string(&self.0.decide(text))?)
        }
    }
}
