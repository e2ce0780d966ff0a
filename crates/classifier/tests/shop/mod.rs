//! The demo shop's FAQ and the encoder that ships, for the tests beside this folder.

#![allow(dead_code, reason = "each test file is a crate of its own and needs only some of it")]

use classifier::{Classifier, Encoder, Faq};
use std::fs;

/// The FAQ's JSON.
pub(crate) fn faq_json() -> String {
    fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/faq.json")).expect("public/faq.json is there")
}

/// The encoder file.
pub(crate) fn encoder_bytes() -> Vec<u8> {
    fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/encoders/en.bin"))
        .expect("public/encoders/en.bin is there")
}

/// Fitted as the demo's widget fits it.
pub(crate) fn classifier() -> Classifier {
    let faq = Faq::from_json(&faq_json()).expect("the FAQ is one");
    let encoder = Encoder::from_bytes(&encoder_bytes()).expect("the encoder is one");
    Classifier::fit(&encoder, &faq).expect("it can be fitted")
}
