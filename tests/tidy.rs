//! The rules about the repository itself, one test a rule. A failing one says how to mend what it found.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

/// Where sources are, from the root.
const SOURCES: &[&str] = &["src", "crates", "xtask", "tests", "fuzz", "public", "style", "index.html"];
/// The longest a source file may be, in lines.
const MOST_LINES: usize = 500;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["utils", "util", "helpers", "helper", "common", "misc", "infra", "core", "types", "manager"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files at or under `path`, from the root, without what is built.
fn files(path: &Path) -> Vec<PathBuf> {
    let full = root().join(path);
    if full.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()));
    let names = entries.map(|entry| entry.expect("folders can be read").file_name());
    let names = names.filter(|name| name != "target" && !name.to_string_lossy().starts_with('.'));
    let mut files: Vec<PathBuf> = names.flat_map(|name| self::files(&path.join(name))).collect();
    files.sort();
    files
}

/// The sources in `folders` whose names end in one of `extensions`.
fn sources(folders: &[&str], extensions: &[&str]) -> Vec<PathBuf> {
    let files = folders.iter().flat_map(|folder| files(Path::new(folder)));
    let is_wanted = |file: &PathBuf| file.extension().is_some_and(|end| extensions.iter().any(|wanted| end == *wanted));
    files.filter(is_wanted).collect()
}

fn text(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with what breaks the rule, and how to mend it.
fn nothing_breaks(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

/// Those of the files in which one of `words` stands, with the line.
fn lines_with(words: &[&str], files: &[PathBuf]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in text(file).lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", file.display(), number + 1));
            }
        }
    }
    found
}

fn metadata() -> Metadata {
    let options = ["--filter-platform", "wasm32-unknown-unknown"].map(String::from);
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml")).other_options(options);
    command.exec().expect("cargo metadata runs")
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let text = text(Path::new("ARCHITECTURE.md"));
    let is_path = |code: &str| {
        let ends = [".rs", ".md", ".toml", ".js", ".html", ".css"];
        (code.contains('/') || ends.iter().any(|end| code.ends_with(end))) && !code.contains(char::is_whitespace)
    };
    let paths: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|code| is_path(code)).collect();
    assert!(paths.len() >= 10, "ARCHITECTURE.md names only {} paths: is its Markdown whole?", paths.len());
    let missing = paths.into_iter().filter(|path| !root().join(path).exists()).map(str::to_owned);
    nothing_breaks("ARCHITECTURE.md names what is not there; rename or remove it there:", &missing.collect::<Vec<_>>());
}

/// Whether this is the name of a test, as our tests are named: a sentence.
fn is_sentence(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    name.chars().all(is_letter) && name.matches('_').count() >= 3
}

#[test]
fn every_test_that_the_documents_name_is_there() {
    let all: Vec<String> = sources(SOURCES, &["rs"]).iter().map(|file| text(file)).collect();
    let functions = all.iter().flat_map(|text| text.split("fn ").skip(1));
    let functions: BTreeSet<&str> = functions.filter_map(|after| after.split(['(', '<']).next()).collect();
    for (document, fewest) in [("docs/protocol.md", 50), ("docs/threat-model.md", 50)] {
        let text = text(Path::new(document));
        let names: BTreeSet<&str> = text.split('`').skip(1).step_by(2).filter(|code| is_sentence(code)).collect();
        assert!(names.len() >= fewest, "{document} names only {} tests: is its Markdown whole?", names.len());
        let gone = names.into_iter().filter(|name| !functions.contains(name)).map(str::to_owned);
        let rule = format!("{document} names tests that are not there; say which test holds it now:");
        nothing_breaks(&rule, &gone.collect::<Vec<_>>());
    }
}

#[test]
fn no_source_file_is_longer_than_five_hundred_lines() {
    let long = sources(SOURCES, &["rs", "js", "css", "html"]).into_iter().filter_map(|file| {
        let lines = text(&file).lines().count();
        (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.display()))
    });
    nothing_breaks("these files are too long; split each by what it holds:", &long.collect::<Vec<_>>());
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let empty = sources(SOURCES, &["rs", "js", "css", "html"]).into_iter().filter(|file| {
        let names = file.iter().map(|part| Path::new(part).file_stem().unwrap_or(part).to_string_lossy().into_owned());
        names.into_iter().any(|name| EMPTY_NAMES.contains(&name.as_str()))
    });
    let empty: Vec<String> = empty.map(|file| file.display().to_string()).collect();
    nothing_breaks("these names say nothing; name each after the thing inside:", &empty);
}

#[test]
fn every_rust_file_begins_by_saying_what_it_is_for() {
    let silent = sources(SOURCES, &["rs"]).into_iter().filter(|file| !text(file).starts_with("//!"));
    let silent: Vec<String> = silent.map(|file| file.display().to_string()).collect();
    nothing_breaks("these files do not begin with `//!`; say in a sentence what each is for:", &silent);
}

#[test]
fn dependencies_among_our_crates_point_only_where_the_design_says() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("shopbell", &["protocol", "channel", "classifier"][..]),
        ("inbox", &["protocol", "channel", "classifier"]),
        ("cli", &["backend", "classifier"]),
        ("backend", &["protocol", "classifier"]),
        ("channel", &["protocol"]),
        ("protocol", &[]),
        ("classifier", &[]),
        ("trainer", &["classifier"]),
        ("xtask", &["backend", "channel", "protocol"]),
    ]);
    let metadata = metadata();
    let ours: BTreeSet<String> = metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(allowed) = allowed.get(package.name.as_str()) else {
            wrong.push(format!("{} is new: give it its arrows in this test and in ARCHITECTURE.md", package.name));
            continue;
        };
        let needed = package.dependencies.iter().filter(|needed| needed.kind == DependencyKind::Normal);
        let needed = needed.filter(|needed| ours.contains(&needed.name) && !allowed.contains(&needed.name.as_str()));
        wrong.extend(needed.map(|needed| format!("{} -> {}", package.name, needed.name)));
    }
    nothing_breaks("these dependencies go against the house; move the code to where it may be used:", &wrong);
}

/// What goes into the widget: the packages reachable from `shopbell` in Wasm, and the features of each.
fn widget_packages(metadata: &Metadata) -> Vec<(&Package, Vec<String>)> {
    let resolve = metadata.resolve.as_ref().expect("cargo resolved");
    let nodes: HashMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut waiting: Vec<&PackageId> = metadata.root_package().map(|package| &package.id).into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if reached.insert(id) {
            let needed = nodes[id].deps.iter();
            let needed = needed.filter(|needed| needed.dep_kinds.iter().any(|dep| dep.kind == DependencyKind::Normal));
            waiting.extend(needed.map(|needed| &needed.pkg));
        }
    }
    let features = |id| nodes[id].features.iter().map(ToString::to_string).collect();
    reached.into_iter().map(|id| (&metadata[id], features(id))).collect()
}

#[test]
fn nothing_of_the_backend_comes_into_the_widget() {
    let foreign =
        ["tokio", "axum", "hyper", "sqlx", "argon2", "clap", "candle-nn", "candle-transformers", "backend", "cli"];
    let metadata = metadata();
    let packages = widget_packages(&metadata);
    assert!(packages.iter().any(|(package, _)| package.name.as_str() == "leptos"), "the widget's graph was not found");
    let found = packages.iter().map(|(package, _)| package.name.to_string());
    let found: Vec<String> = found.filter(|name| foreign.contains(&name.as_str())).collect();
    let rule = "visitors would download these; see `cargo tree -p shopbell --target wasm32-unknown-unknown -i NAME`:";
    nothing_breaks(rule, &found);
}

#[test]
fn the_schema_of_the_wire_stays_with_the_tests() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    for (package, target) in
        [("shopbell", Some("wasm32-unknown-unknown")), ("inbox", Some("wasm32-unknown-unknown")), ("cli", None)]
    {
        let mut tree = std::process::Command::new(&cargo);
        tree.args(["tree", "-p", package, "-e", "normal", "--prefix", "none"]).current_dir(root());
        tree.args(target.iter().flat_map(|target| ["--target", target]));
        let tree = tree.output().expect("cargo tree runs");
        let tree = String::from_utf8(tree.stdout).expect("text");
        assert!(tree.contains("protocol v"), "the graph of {package} was not found");
        assert!(
            !tree.contains("schemars"),
            "{package} has schemars; only tests may ask protocol for its feature `schema`"
        );
    }
}

#[test]
fn leptos_does_not_delegate_events_which_shadow_roots_would_hide_from_it() {
    let metadata = metadata();
    let delegating = widget_packages(&metadata).into_iter().filter(|(package, features)| {
        ["leptos", "tachys"].contains(&package.name.as_str()) && features.iter().any(|name| name == "delegation")
    });
    let delegating: Vec<String> = delegating.map(|(package, _)| package.name.to_string()).collect();
    nothing_breaks(
        "these have the feature `delegation`; find who asks for it with `cargo tree -e features`:",
        &delegating,
    );
}

#[test]
fn sql_stands_in_the_store_and_nowhere_else() {
    let store = Path::new("crates/backend/src/store");
    let mut elsewhere = sources(&["src", "crates", "xtask"], &["rs"]);
    // LISTEN and NOTIFY carry no data of the store's.
    let bus = Path::new("crates/backend/src/bus/postgres.rs");
    elsewhere.retain(|file| !file.starts_with(store) && !file.starts_with("crates/backend/tests") && file != bus);
    let rule =
        "sqlx is used outside crates/backend/src/store; give the store a function with a name that says what for:";
    nothing_breaks(rule, &lines_with(&["sqlx"], &elsewhere));
}

#[test]
fn text_never_becomes_html() {
    let files = sources(&["src", "crates", "public"], &["rs", "js", "html"]);
    let words = [
        "inner_html",
        "innerHTML",
        "outer_html",
        "outerHTML",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "document.write",
    ];
    nothing_breaks("these make HTML of text; make elements and text nodes:", &lines_with(&words, &files));
}

#[test]
fn what_is_pure_knows_no_browser_clock_network_or_chance() {
    let widget = ["state.rs", "bot.rs", "log.rs", "line.rs", "words.rs"].map(|file| format!("src/widget/{file}"));
    let inbox = ["state.rs", "access.rs", "actions.rs", "heard.rs", "dialogue.rs", "lines.rs", "problem.rs"];
    let inbox = inbox.map(|file| format!("crates/inbox/src/{file}"));
    let mut pure: Vec<PathBuf> = widget.into_iter().chain(inbox).map(PathBuf::from).collect();
    pure.extend(sources(&["crates/protocol/src", "crates/classifier/src", "crates/channel/src"], &["rs"]));
    pure.retain(|file| !file.ends_with("channel/src/driver.rs") && !file.ends_with("channel/src/socket.rs"));
    let words = [
        "web_sys",
        "js_sys",
        "gloo_",
        "leptos",
        "std::time",
        "std::fs",
        "std::net",
        "Instant::now",
        "SystemTime",
        "getrandom::",
        "rand::",
        "tokio",
    ];
    let rule = "these are pure by design; let the caller pass in what they need:";
    nothing_breaks(rule, &lines_with(&words, &pure));
}

#[test]
fn every_crate_has_the_projects_license_from_the_workspace() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let inherits =
            fs::read_to_string(&package.manifest_path).expect("its manifest").contains("license.workspace = true");
        if !inherits || package.license.as_deref() != Some("MIT OR Apache-2.0") {
            wrong.push(package.manifest_path.to_string());
        }
    }
    nothing_breaks("these need `license.workspace = true`, and the workspace `MIT OR Apache-2.0`:", &wrong);
}
