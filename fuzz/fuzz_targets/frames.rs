//! The line's frames from any text: it parses or is refused, and what parses is written so that it parses to the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::{AgentFrame, PostedFrames, ServerToAgent, ServerToVisitor, VisitorFrame};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

fuzz_target!(|text: &str| {
    comes_back::<VisitorFrame>(text);
    comes_back::<PostedFrames>(text);
    comes_back::<AgentFrame>(text);
    comes_back::<ServerToVisitor>(text);
    comes_back::<ServerToAgent>(text);
});

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let Ok(frame) = serde_json::from_str::<T>(text) else { return };
    let written = serde_json::to_string(&frame).expect("frames serialise");
    assert_eq!(serde_json::from_str::<T>(&written).expect("what was written parses"), frame, "{written}");
}
