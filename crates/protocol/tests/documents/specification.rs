//! Reads the tables of docs/protocol.md.

use serde_json::Value;
use std::collections::BTreeMap;

/// Of each type or frame, written `Type` or `Type.frame`: its fields, each with its type and whether it is required.
pub(crate) type Fields = BTreeMap<String, BTreeMap<String, (String, bool)>>;

/// The cells of a table's row, without white space around them; none for a line that is no row.
pub(crate) fn cells(line: &str) -> Vec<&str> {
    let row = line.trim().strip_prefix('|').and_then(|row| row.strip_suffix('|'));
    row.map_or_else(Vec::new, |row| row.split('|').map(str::trim).collect())
}

/// The rows of the table whose header begins with `first`.
pub(crate) fn table<'a>(text: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    let lines = text.lines().skip_while(|line| cells(line).first() != Some(&first));
    lines.skip(2).map(cells).take_while(|cells| !cells.is_empty()).collect()
}

/// The first thing in a text that is in backticks.
pub(crate) fn in_backticks(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

/// What the specification says of fields: a table under `### Type`, or under `#### frame` below it.
pub(crate) fn written(text: &str) -> Fields {
    let mut fields = Fields::new();
    let (mut of_type, mut place) = (None, None);
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("#### ") {
            let name = of_type.as_ref().zip(in_backticks(heading)).map(|(of, name)| format!("{of}.{name}"));
            fields.extend(name.clone().map(|name| (name, BTreeMap::new())));
            place = name;
        } else if line.starts_with('#') {
            of_type = line.strip_prefix("### `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
            place.clone_from(&of_type);
        }
        if let (Some(place), [field, kind, required, _]) = (&place, &cells(line)[..])
            && let (Some(field), true) = (in_backticks(field), ["yes", "no"].contains(required))
        {
            let kind = kind.replace(['`', '['], "").split("](").next().unwrap_or_default().to_owned();
            let of = fields.entry(place.clone()).or_default();
            of.insert(field.to_owned(), (kind, *required == "yes"));
        }
    }
    fields
}

/// The same, as the schema has it.
pub(crate) fn of_the_schema(schema: &Value) -> Fields {
    let mut fields = Fields::new();
    for (name, definition) in schema["$defs"].as_object().expect("definitions") {
        if definition["properties"].is_object() {
            fields.insert(name.clone(), properties(definition));
        }
        let variants = definition["oneOf"].as_array().into_iter().flatten();
        for variant in variants.chain([definition]) {
            let names = variant["enum"].as_array().into_iter().flatten().chain([&variant["const"]]);
            for value in names.filter_map(Value::as_str) {
                fields.insert(format!("{name}.{value}"), BTreeMap::new());
            }
            if definition["oneOf"].is_array() {
                for (frame, inside) in variant["properties"].as_object().into_iter().flatten() {
                    fields.insert(format!("{name}.{frame}"), properties(inside));
                }
            }
        }
    }
    fields
}

fn properties(definition: &Value) -> BTreeMap<String, (String, bool)> {
    let is_required =
        |name: &str| definition["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
    let all = definition["properties"].as_object().into_iter().flatten();
    all.map(|(name, schema)| (name.clone(), (kind(schema), is_required(name)))).collect()
}

/// A field's type, in the words of the specification.
fn kind(schema: &Value) -> String {
    if let Some(path) = schema["$ref"].as_str() {
        return path.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(either) = schema["anyOf"].as_array() {
        return either.first().map(kind).unwrap_or_default();
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("array of {}", self::kind(&schema["items"])),
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => kinds.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => panic!("the specification has no word for {other}"),
    }
}

/// The names by which headings are linked to, as GitHub makes them.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|sign| sign.is_alphanumeric() || [' ', '-', '_'].contains(sign));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(anchor).collect()
}
