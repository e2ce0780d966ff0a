//! What docs/ says of the wire, held against the types.
//!
//! `SHOPBELL_WRITE_DOCS=1 cargo test -p protocol --test documents` writes the schema anew, after a change that is meant.

mod schema;

use serde_json::Value;
use std::{fs, path::PathBuf};

fn document(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "docs", name].iter().collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(document(name)).unwrap_or_else(|error| panic!("docs/{name}: {error}"))
}

#[test]
fn the_schema_is_that_of_the_types() {
    let is = schema::of_the_types();
    if std::env::var_os("SHOPBELL_WRITE_DOCS").is_some() {
        let pretty = serde_json::to_string_pretty(&is).expect("values serialise");
        return fs::write(document("protocol.schema.json"), pretty + "\n").expect("the schema can be written");
    }
    let was: Value = serde_json::from_str(&text("protocol.schema.json")).expect("the schema is JSON");
    assert!(was == is, "the types have another schema now; when that is meant, run with SHOPBELL_WRITE_DOCS=1");
}
