//! `deploy` and the guide for operations name only what there is: commands, flags and settings of this binary, files of this
//! repository, services of the same Compose file. The README names every setting.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};
use yaml_rust2::{Yaml, YamlLoader};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of `deploy` and the guide, by path, with its text. The settings of somebody who runs it from here are theirs.
fn files() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("deploy")).expect("deploy");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"));
    let paths = names.filter(|name| name != ".env").map(|name| format!("deploy/{name}"));
    paths.chain(["docs/operations.md".to_owned()]).map(|path| (path.clone(), text(&path))).collect()
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(&text("deploy/compose.yaml")).expect("YAML").remove(0)
}

/// The words of `text` that begin with `start`, as far as they consist of letters, digits and `also`.
fn words(text: &str, start: &str, also: char) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != also);
    let is_one = |word: &&str| word.strip_prefix(start).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    words.filter(is_one).map(str::to_owned).collect()
}

/// What `shopbell` says of a command; nothing when there is none of this name.
fn help_of(command: &str) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_shopbell")).args([command, "--help"]).output().expect("it runs");
    output.status.success().then(|| String::from_utf8(output.stdout).expect("text"))
}

/// What `shopbell serve --help` says.
fn help() -> String {
    help_of("serve").expect("the service")
}

#[test]
fn every_setting_that_is_named_is_one_of_the_service() {
    let settings = words(&help(), "SHOPBELL_", '_');
    let mut named = 0;
    for (path, text) in files() {
        for setting in words(&text, "SHOPBELL_", '_') {
            assert!(settings.contains(&setting), "{path} names {setting}, which `shopbell serve` does not know");
            named += 1;
        }
    }
    assert!(named > 10, "only {named} settings are named: were the files found?");
}

#[test]
fn every_flag_that_the_guide_names_is_one_of_the_service() {
    let flags = words(&help(), "--", '-');
    let named = words(&text("docs/operations.md"), "--", '-');
    assert!(named.len() > 4, "the guide names only {named:?}");
    for flag in named {
        assert!(flags.contains(&flag), "docs/operations.md names {flag}, which `shopbell serve` does not know");
    }
}

#[test]
fn every_command_that_the_guide_names_is_there() {
    let guide = text("docs/operations.md");
    let after = guide.split("shopbell ").skip(1);
    let named =
        after.filter_map(|text| text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '-').next());
    // What does not follow `shopbell ` in code begins with no small letter, such as a flag or a path.
    let named: BTreeSet<&str> = named.filter(|word| !word.is_empty()).collect();
    assert!(named.len() >= 7, "the guide names only {named:?}");
    for command in named {
        assert!(help_of(command).is_some(), "docs/operations.md names `shopbell {command}`, which is not there");
    }
}

#[test]
fn the_readme_names_every_setting_of_the_service() {
    let readme = words(&text("README.md"), "SHOPBELL_", '_');
    let settings = words(&help(), "SHOPBELL_", '_');
    assert!(settings.len() > 10, "only {settings:?}");
    assert_eq!(settings.difference(&readme).collect::<Vec<_>>(), Vec::<&String>::new(), "README.md leaves these out");
}

/// What `systemd-analyze verify` finds wrong with the unit after `change`; `None` where there is no systemd.
fn wrong_with_the_unit(change: impl Fn(String) -> String) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("shopbell.service");
    // It looks for the program, too.
    let whole = text("deploy/shopbell.service").replace("/usr/local/bin/shopbell", env!("CARGO_BIN_EXE_shopbell"));
    fs::write(&unit, change(whole)).expect("written");
    let output = Command::new("systemd-analyze").arg("verify").arg(&unit).output().ok()?;
    let said = String::from_utf8(output.stdout).expect("text") + &String::from_utf8(output.stderr).expect("text");
    // It also looks at the units of this machine, which are not ours to mend.
    Some(said.lines().filter(|line| line.contains("shopbell.service")).collect::<Vec<_>>().join("\n"))
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let Some(wrong) = wrong_with_the_unit(|unit| unit) else {
        println!("skipped: needs systemd-analyze");
        return;
    };
    assert_eq!(wrong, "");
    for (ours, theirs) in [("ProtectSystem=", "ProtectSystems="), ("Type=exec", "Type=exit")] {
        let wrong = wrong_with_the_unit(|unit| unit.replace(ours, theirs)).expect("asked before");
        assert_ne!(wrong, "", "it does not notice {theirs}");
    }
}

#[test]
fn every_file_that_is_named_is_there() {
    let mut named = 0;
    for (path, text) in files() {
        let words = text.split(|letter: char| letter.is_whitespace() || ",;:()[]`\"".contains(letter));
        for word in words.map(|word| word.trim_end_matches('.').trim_start_matches("../")) {
            if ["deploy/", "docs/"].iter().any(|folder| word.starts_with(folder)) && !word.contains(".env") {
                assert!(root().join(word).exists(), "{path} names {word}, which is not there");
                named += 1;
            }
        }
    }
    assert!(named > 4, "only {named} files are named: were they found?");
}

#[test]
fn the_compose_file_runs_two_nodes_that_wait_for_healthy_services_and_are_known_to_the_proxy() {
    let file = compose();
    let proxy = text("deploy/nginx.conf");
    let services = file["services"].as_hash().expect("services");
    // What stands under `<<` counts as the service's own.
    let of = |service: &Yaml, key: &str| match &service[key] {
        Yaml::BadValue => service["<<"][key].clone(),
        own => own.clone(),
    };
    let mut nodes = 0;
    for (name, service) in services {
        let name = name.as_str().expect("a name");
        assert!(!of(service, "healthcheck")["test"].is_badvalue(), "{name} has no health check");
        let image = of(service, "image").into_string().expect("an image");
        if image != "shopbell" {
            assert!(image.contains(':'), "{name} takes whatever version of {image} there is");
            continue;
        }
        nodes += 1;
        for (other, condition) in of(service, "depends_on").as_hash().expect("what it needs") {
            assert!(services.contains_key(other), "{name} waits for {other:?}, which is not there");
            assert_eq!(condition["condition"].as_str(), Some("service_healthy"), "{name} waits for {other:?}");
        }
        for port in of(service, "ports").into_iter().filter_map(Yaml::into_string) {
            let address = port.strip_suffix(":8080").expect("the node's own port");
            assert!(proxy.contains(&format!("server {address} ")), "deploy/nginx.conf does not know {address}");
        }
    }
    assert_eq!(nodes, 2);
}

#[test]
fn no_password_stands_in_the_compose_file() {
    let file = compose();
    let node = file["x-node"]["environment"].as_hash().expect("settings");
    let postgres = file["services"]["postgres"]["environment"].as_hash().expect("settings");
    let mut passwords = 0;
    for (name, value) in node.iter().chain(postgres) {
        let (name, value) = (name.as_str().expect("a name"), value.as_str().expect("a text"));
        let in_url = value.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')?.0.split_once(':'));
        let in_url = in_url.map(|(_, password)| password);
        if let Some(password) = if name.ends_with("PASSWORD") { Some(value) } else { in_url } {
            assert!(password.starts_with("${") && password.ends_with('}'), "{name} holds a password");
            passwords += 1;
        }
    }
    assert_eq!(passwords, 2);
}
