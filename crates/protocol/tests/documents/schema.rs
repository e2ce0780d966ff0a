//! The JSON Schema of every frame, made from the types.

use protocol::{AgentFrame, PROTOCOL, PostedFrames, ServerToAgent, ServerToVisitor, VisitorFrame};
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

/// The whole schema, as docs/protocol.schema.json holds it.
pub(crate) fn of_the_types() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    generator.subschema_for::<VisitorFrame>();
    generator.subschema_for::<ServerToVisitor>();
    generator.subschema_for::<PostedFrames>();
    generator.subschema_for::<AgentFrame>();
    generator.subschema_for::<ServerToAgent>();
    let mut definitions = Value::Object(generator.take_definitions(true));
    speak_of_the_wire(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": PROTOCOL,
        "description": "The frames of the line, as docs/protocol.md specifies it. What a client sends is valid against \
                        VisitorFrame, AgentFrame or PostedFrames; what the backend of this version sends, against \
                        ServerToVisitor or ServerToAgent. A client must accept more than that: the backend may add \
                        fields and frames. Lengths and counts are not told here: see the limits.",
        "$defs": definitions,
    })
}

/// The schema of one type, with those that it refers to.
pub(crate) fn of(name: &str, whole: &Value) -> Value {
    json!({ "$schema": whole["$schema"], "$ref": format!("#/$defs/{name}"), "$defs": whole["$defs"] })
}

/// Descriptions are the types' own comments, which link to Rust names: writes the names of the wire instead.
fn speak_of_the_wire(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "description" => *text = without_links(text),
                    member => speak_of_the_wire(member),
                }
            }
        }
        Value::Array(members) => members.iter_mut().for_each(speak_of_the_wire),
        _ => {}
    }
}

fn without_links(text: &str) -> String {
    let mut parts = text.split("[`");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (path, rest) = part.split_once("`]").unwrap_or((part, ""));
        plain += &format!("`{}`{rest}", on_the_wire(path));
    }
    plain
}

fn on_the_wire(path: &str) -> String {
    let path = path.trim_start_matches("crate::");
    match path.rsplit_once("::") {
        None if path == "PROTOCOL" => PROTOCOL.to_owned(),
        None => path.to_owned(),
        Some((_, name)) => {
            let mut written = String::new();
            for letter in name.chars() {
                if letter.is_uppercase() && !written.is_empty() {
                    written.push('_');
                }
                written.extend(letter.to_lowercase());
            }
            written
        }
    }
}
