//! How often the classifier is right, on every data set that is at hand beside the workspace: `shopbell faq eval` on each, and
//! on copies in which half the words are misspelt.

use crate::command::{cargo, output_of, run, target_folder, tell};
use anyhow::Context;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the data sets are.
const DATA: &str = "../shared/data";
/// The languages of harbor beside English.
const LANGUAGES: [&str; 5] = ["de", "es", "fr", "zh", "ar"];
/// The share of words that get a slip of the finger in the misspelt copies.
const MISSPELT: f32 = 0.5;

/// Measures and prints; what is missing is told and passed over.
pub(super) fn run_all(json: bool) -> anyhow::Result<()> {
    run(&mut cargo(&["build", "--package", "cli"]))?;
    let eval = Eval { program: target_folder()?.join("debug/shopbell"), json };
    let data = Path::new(DATA);
    let harbor = data.join("harbor");
    eval.shop("harbor, en", &harbor.join("faq.json"), &harbor.join("visitors.jsonl"))?;
    let mut top = Vec::new();
    for language in LANGUAGES {
        let (faq, visitors) = (format!("faq.{language}.json"), format!("visitors.{language}.jsonl"));
        let name = format!("harbor, {language}");
        top.extend(eval.shop(&name, &harbor.join(faq), &harbor.join(visitors))?);
    }
    if top.len() == LANGUAGES.len() {
        let mean = top.iter().sum::<f64>() / top.len() as f64;
        eval.print(&json!({ "of": "harbor, mean of five languages", "name": "top-1, no threshold", "value": mean }));
    }
    for set in ["banking77", "clinc150", "sofmattress"] {
        let folder = data.join(set);
        for train in ["train_5", "train_10", "train"] {
            let file = folder.join(format!("{train}.jsonl"));
            if file.exists() || train == "train" {
                eval.intents(&format!("{set}, {train}"), &folder, &file, &folder.join("test.jsonl"))?;
            }
        }
    }
    eval.misspelt(&harbor, &data.join("banking77"))
}

struct Eval {
    program: PathBuf,
    json: bool,
}

impl Eval {
    /// A shop's messages; top-1 comes back.
    fn shop(&self, name: &str, faq: &Path, messages: &Path) -> anyhow::Result<Option<f64>> {
        let arguments = [Path::new("--faq"), faq, Path::new("--messages"), messages];
        self.of(name, &[faq, messages], &arguments)
    }

    /// A set of intents, with what is out of its scope where there is such a file.
    fn intents(&self, name: &str, folder: &Path, train: &Path, test: &Path) -> anyhow::Result<Option<f64>> {
        let (oos, valid) = (folder.join("oos_test.jsonl"), folder.join("valid.jsonl"));
        let oos_valid = folder.join("oos_valid.jsonl");
        let mut arguments = vec![Path::new("--train"), train, Path::new("--test"), test];
        if oos.exists() {
            arguments.extend([
                Path::new("--oos"),
                &oos,
                Path::new("--valid"),
                &valid,
                Path::new("--valid"),
                &oos_valid,
            ]);
        }
        self.of(name, &[train, test], &arguments)
    }

    /// Runs one evaluation and prints a row for each figure.
    fn of(&self, name: &str, needed: &[&Path], arguments: &[&Path]) -> anyhow::Result<Option<f64>> {
        if let Some(missing) = needed.iter().find(|file| !file.exists()) {
            tell(&format!("{name} is skipped: there is no {}", missing.display()));
            return Ok(None);
        }
        tell(name);
        let mut command = Command::new(&self.program);
        let report = output_of(command.args(["faq", "eval", "--json"]).args(arguments))?;
        let report: Value = serde_json::from_str(&report).context("the evaluation printed no JSON")?;
        let mut first = None;
        for section in report["sections"].as_array().into_iter().flatten() {
            for figure in section["figures"].as_array().into_iter().flatten() {
                let value = [&figure["share"], &figure["value"]].into_iter().find_map(Value::as_f64);
                first = first.or(value);
                let mut row =
                    json!({ "of": name, "section": section["heading"], "name": figure["name"], "value": value });
                for field in ["hits", "total", "low", "high"] {
                    if !figure[field].is_null() {
                        row[field] = figure[field].clone();
                    }
                }
                self.print(&row);
            }
        }
        Ok(first)
    }

    /// The same texts with half the words misspelt, and how many points of top-1 that costs.
    fn misspelt(&self, harbor: &Path, banking: &Path) -> anyhow::Result<()> {
        let folder = target_folder()?.join("misspelt");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let faq = harbor.join("faq.json");
        let train = banking.join("train_10.jsonl");
        for (name, test) in
            [("harbor, en", harbor.join("visitors.jsonl")), ("banking77, train_10", banking.join("test.jsonl"))]
        {
            if !test.exists() {
                tell(&format!("{name}, misspelt, is skipped: there is no {}", test.display()));
                continue;
            }
            let wrong = folder.join("messages.jsonl");
            let text = fs::read_to_string(&test).with_context(|| format!("cannot read {}", test.display()))?;
            let lines: Vec<String> =
                text.lines().enumerate().map(|(at, line)| misspelt(line, at as u64)).collect::<anyhow::Result<_>>()?;
            fs::write(&wrong, lines.join("\n")).with_context(|| format!("cannot write {}", wrong.display()))?;
            let measure = |test: &Path, name: &str| {
                if name.starts_with("harbor") {
                    self.shop(name, &faq, test)
                } else {
                    self.intents(name, banking, &train, test)
                }
            };
            let wrong = measure(&wrong, &format!("{name}, half the words misspelt"))?;
            let right = measure(&test, name)?;
            if let (Some(right), Some(wrong)) = (right, wrong) {
                self.print(&json!({ "of": name, "name": "points of top-1 lost to misspelling", "value": 100.0 * (right - wrong) }));
            }
        }
        Ok(())
    }

    fn print(&self, row: &Value) {
        if self.json {
            println!("{row}");
        } else {
            let value = row["value"].as_f64().map_or("-".to_owned(), |value| format!("{value:.3}"));
            let counts =
                if row["hits"].is_null() { String::new() } else { format!(" ({}/{})", row["hits"], row["total"]) };
            println!(
                "{:34} {:50} {value}{counts}",
                row["of"].as_str().unwrap_or(""),
                row["name"].as_str().unwrap_or("")
            );
        }
    }
}

/// A row whose text has a slip in half its words of four letters and more: two letters swapped, one dropped, doubled, or
/// replaced by its neighbour on the keyboard. The same slips each time.
fn misspelt(line: &str, seed: u64) -> anyhow::Result<String> {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let mut row: Value = serde_json::from_str(line).context("a line that is no JSON")?;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % end
    };
    let text = row["text"].as_str().unwrap_or_default().to_owned();
    let words = text.split(' ').map(|word| {
        let mut letters: Vec<char> = word.chars().collect();
        let wrong = (below(1_000) as f32) < 1_000.0 * MISSPELT;
        if letters.len() >= 4 && letters.iter().all(|letter| letter.is_ascii_alphabetic()) && wrong {
            let at = 1 + below(letters.len() - 2);
            match below(4) {
                0 => letters.swap(at, at + 1),
                1 => {
                    letters.remove(at);
                }
                2 => letters.insert(at, letters[at]),
                _ => {
                    let near = ROWS.iter().find_map(|row| {
                        let place = row.find(letters[at].to_ascii_lowercase())?;
                        row.chars().nth(if place == 0 { 1 } else { place - 1 })
                    });
                    letters[at] = near.unwrap_or(letters[at]);
                }
            }
        }
        letters.into_iter().collect::<String>()
    });
    row["text"] = Value::String(words.collect::<Vec<_>>().join(" "));
    Ok(row.to_string())
}
