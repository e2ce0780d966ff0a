//! What docs/ says of the wire, held against the types: the schema, the example's frames, and the specification's tables.
//!
//! `SHOPBELL_WRITE_DOCS=1 cargo test -p protocol --test documents` writes the schema anew, after a change that is meant.

mod schema;
mod specification;

use protocol::{
    AgentFrame, EventBody, Floor, Message, PROTOCOL, PostedFrames, ServerToAgent, ServerToVisitor, VisitorFrame, limits,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn document(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", name].iter().collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(document(name)).unwrap_or_else(|error| panic!("docs/{name}: {error}"))
}

fn written_schema() -> Value {
    serde_json::from_str(&text("protocol.schema.json")).expect("the schema is JSON")
}

fn is_valid(name: &str, frame: &Value) -> bool {
    let schema = schema::of(name, &written_schema());
    jsonschema::draft202012::is_valid(&schema, frame)
}

#[test]
fn the_schema_is_that_of_the_types() {
    let is = schema::of_the_types();
    if std::env::var_os("SHOPBELL_WRITE_DOCS").is_some() {
        let pretty = serde_json::to_string_pretty(&is).expect("values serialise");
        return fs::write(document("protocol.schema.json"), pretty + "\n").expect("the schema can be written");
    }
    assert!(
        written_schema() == is,
        "the types have another schema now; when that is meant, run with SHOPBELL_WRITE_DOCS=1"
    );
}

/// Whether a text is a frame of this kind as the code reads and writes it.
fn is_as_written<F: Serialize + DeserializeOwned>(json: &str) -> bool {
    serde_json::from_str::<F>(json).is_ok_and(|frame| serde_json::to_string(&frame).is_ok_and(|again| again == json))
}

#[test]
fn every_frame_of_the_example_is_valid_and_as_the_types_write_it() {
    let mut kinds = BTreeSet::new();
    for line in text("protocol-example.jsonl").lines() {
        let value: Value = serde_json::from_str(line).expect("every line is JSON");
        let Some(kind) = value["type"].as_str() else {
            assert!(value["note"].is_string(), "{line}");
            continue;
        };
        assert!(is_valid(kind, &value["frame"]), "{line}");
        let (_, frame) = line.split_once(r#","frame":"#).expect("a frame");
        let frame = frame.strip_suffix('}').expect("an object");
        let as_written = match kind {
            "VisitorFrame" => is_as_written::<VisitorFrame>(frame),
            "ServerToVisitor" => is_as_written::<ServerToVisitor>(frame),
            "AgentFrame" => is_as_written::<AgentFrame>(frame),
            "ServerToAgent" => is_as_written::<ServerToAgent>(frame),
            _ => false,
        };
        assert!(as_written, "{line}");
        let frame = &value["frame"];
        let name = frame.as_object().and_then(|frame| frame.keys().next().cloned());
        let name = name.or_else(|| frame.as_str().map(str::to_owned)).expect("a frame has a name");
        kinds.insert(format!("{kind}.{name}"));
    }
    for kind in ["VisitorFrame.human", "ServerToVisitor.replay", "AgentFrame.transfer", "AgentFrame.edit"] {
        assert!(kinds.contains(kind), "the example shows no {kind}");
    }
}

#[test]
fn the_schema_refuses_what_the_backend_refuses_and_leaves_the_backend_free_to_add() {
    let send = json!({ "send": { "cid": "x", "author": "visitor", "text": "hi" } });
    let good = [json!("beat"), send, json!({ "human": { "cid": "x" } }), json!({ "hello": { "protocol": PROTOCOL } })];
    for frame in good {
        assert!(is_valid("VisitorFrame", &frame), "{frame}");
    }
    for frame in [
        json!({ "beat": {} }),
        json!("human"),
        json!([]),
        json!({ "human": {} }),
        json!({ "human": { "cid": 1 } }),
        json!({ "human": { "cid": "x", "reason": "none of your business" } }),
        json!({ "typing": { "active": true }, "human": { "cid": "x" } }),
        json!({ "send": { "cid": "x", "author": "nobody", "text": "hi" } }),
        json!({ "hello": { "protocol": PROTOCOL, "resume": { "epoch": "e", "seq": -1 } } }),
        json!({ "hello": { "protocol": PROTOCOL, "resume": { "epoch": "e", "seq": 1, "since": 2 } } }),
    ] {
        assert!(!is_valid("VisitorFrame", &frame), "{frame}");
        assert!(serde_json::from_value::<VisitorFrame>(frame.clone()).is_err(), "{frame}");
    }
    let posted = json!({ "conversation": "c1", "frames": ["beat"] });
    assert!(is_valid("PostedFrames", &posted) && serde_json::from_value::<PostedFrames>(posted).is_ok());
    let later = json!({ "bye": { "retry_after_ms": 5, "because": "of the weather" } });
    assert!(is_valid("ServerToVisitor", &later) && serde_json::from_value::<ServerToVisitor>(later).is_ok());
}

#[test]
fn the_specification_has_every_type_frame_and_field_and_no_other() {
    let text = text("protocol.md");
    let mut written = specification::written(&text);
    let codes = specification::table(&text, "code");
    let codes = codes.iter().filter_map(|row| specification::in_backticks(row[0]));
    written.extend(codes.map(|code| (format!("ErrorCode.{code}"), BTreeMap::new())));
    let is = specification::of_the_schema(&written_schema());
    for (name, fields) in &is {
        assert_eq!(written.get(name), Some(fields), "{name}: the specification first, then the types");
    }
    let gone: Vec<&String> = written.keys().filter(|name| !is.contains_key(*name)).collect();
    assert!(gone.is_empty(), "the specification has what the types do not: {gone:?}");
}

#[test]
fn the_specifications_floors_are_those_of_the_log() {
    let message = Message { author: protocol::Author::Visitor, text: "hi".into(), name: None, entry: None };
    let agent = || "Ada".to_owned();
    let bodies = [
        EventBody::Rang,
        EventBody::Claimed { agent: agent() },
        EventBody::Transferred { agent: agent(), to: Some(agent()) },
        EventBody::Transferred { agent: agent(), to: None },
        EventBody::HandedBack { agent: agent() },
        EventBody::Closed { agent: agent() },
        EventBody::Message(message),
        EventBody::Edited { agent: agent(), seq: 1, text: String::new() },
    ];
    let name_of = |floor: &Floor| match floor {
        Floor::Bot => "`bot`",
        Floor::Ringing => "`ringing`",
        Floor::Human { .. } => "`human`",
        Floor::Closed => "`closed`",
    };
    let floors = [Floor::Bot, Floor::Ringing, Floor::Human { agent: agent() }, Floor::Closed];
    let is = floors.map(|floor| {
        let after = bodies.iter().map(|body| name_of(&floor.clone().after(body)));
        [name_of(&floor)].into_iter().chain(after).collect::<Vec<_>>()
    });
    assert_eq!(specification::table(&text("protocol.md"), "floor"), is);
}

#[test]
fn the_specifications_limits_are_those_of_the_code() {
    let is = [
        u64::from(limits::TEXT_CHARS),
        limits::VISITOR_FRAME_BYTES.into(),
        limits::AGENT_FRAME_BYTES.into(),
        limits::MESSAGES_PER_MINUTE.into(),
        limits::MESSAGE_BURST.into(),
        limits::STORY_MESSAGES as u64,
        limits::HEARTBEAT_MS.into(),
        limits::SILENCE_MS.into(),
        limits::HELLO_MS.into(),
        limits::REPLAY_EVENTS as u64,
        limits::QUEUE_CONVERSATIONS as u64,
        limits::QUEUE_BYTES as u64,
        limits::OUTBOUND_BYTES as u64,
    ];
    let text = text("protocol.md");
    let written = specification::table(&text, "limit");
    let written: Vec<u64> = written.iter().map(|row| row[1].replace(',', "").parse().expect("a number")).collect();
    assert_eq!(written, is, "in the order of limits.rs");
}

#[test]
fn every_link_of_these_documents_leads_somewhere() {
    for name in ["protocol.md", "threat-model.md"] {
        let text = text(name);
        let anchors = specification::anchors(&text);
        let links: Vec<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(!links.is_empty(), "{name}");
        for link in links {
            let leads = match link.strip_prefix('#') {
                Some(anchor) => anchors.iter().any(|known| known == anchor),
                None => document(link).exists(),
            };
            assert!(leads, "{name}: {link}");
        }
    }
}
