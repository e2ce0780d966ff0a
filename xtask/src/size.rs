//! `cargo xtask size`: how many bytes a visitor loads, stage by stage, and whether that is within the budget.

use crate::{
    compress::{brotli, gzip},
    dist,
};
use anyhow::{Context, bail};
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// When a file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    /// With the page.
    Load,
    /// When the visitor shows intent: Wasm, its glue and its styles.
    Intent,
    /// With it: the words of another language than English, of which the total counts the largest.
    Words,
    /// Only where the widget cannot run, or the line to people is blocked.
    Door,
    /// With the widget, to answer by: the encoder for English.
    English,
    /// The same for another language; the total counts the largest.
    Other,
}

/// Every stage and how many bytes it may have, compressed with brotli.
const BUDGETS: [(Stage, u64); 6] = [
    (Stage::Load, 4_000),
    (Stage::Intent, 150_000),
    (Stage::Words, 2_000),
    (Stage::Door, 2_000),
    (Stage::English, 600_000),
    (Stage::Other, 400_000),
];

/// A file's sizes in bytes, or a stage's.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    stage: Stage,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Builds, and prints a row for each file and stage.
///
/// # Errors
/// A stage is beyond its budget.
pub(crate) fn run(json: bool) -> anyhow::Result<()> {
    dist::build()?;
    let folder = dist::folder("widget")?;
    let mut rows = files(&folder)?.iter().map(|file| row(&folder, file)).collect::<anyhow::Result<Vec<_>>>()?;
    let totals = BUDGETS.map(|(stage, _)| total(&rows, stage));
    let beyond: Vec<String> = BUDGETS
        .iter()
        .zip(&totals)
        .filter(|((_, budget), total)| total.brotli > *budget)
        .map(|((stage, budget), total)| format!("{stage:?} has {} bytes and may have {budget}", total.brotli))
        .collect();
    rows.extend(totals);
    for row in &rows {
        if json {
            println!("{}", serde_json::to_string(row)?);
        } else {
            let Row { file, stage, raw, gzip, brotli } = row;
            println!("{:8}{file:28}{raw:>9} raw{gzip:>9} gzip{brotli:>9} brotli", format!("{stage:?}").to_lowercase());
        }
    }
    if !beyond.is_empty() {
        bail!("too many bytes with brotli: {}", beyond.join("; "));
    }
    Ok(())
}

/// Every file below `folder`, relative to it, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder)?.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn row(folder: &Path, file: &Path) -> anyhow::Result<Row> {
    let bytes = fs::read(folder.join(file)).with_context(|| format!("cannot read {}", file.display()))?;
    let stage = match file.to_str() {
        Some("shopbell.js") => Stage::Load,
        Some("shopbell-door.js") => Stage::Door,
        Some(name) if name.starts_with("strings/") => Stage::Words,
        Some("encoders/en.bin") => Stage::English,
        Some(name) if name.starts_with("encoders/") => Stage::Other,
        _ => Stage::Intent,
    };
    Ok(Row {
        file: file.display().to_string(),
        stage,
        raw: bytes.len() as u64,
        gzip: gzip(&bytes)?.len() as u64,
        brotli: brotli(&bytes)?.len() as u64,
    })
}

/// What one visitor loads at most.
fn total(rows: &[Row], stage: Stage) -> Row {
    let (languages, others): (Vec<&Row>, Vec<&Row>) =
        rows.iter().filter(|row| row.stage == stage).partition(|row| row.file.contains('/'));
    let largest = languages.into_iter().max_by_key(|row| row.brotli);
    let mut total = Row { file: "total".into(), stage, raw: 0, gzip: 0, brotli: 0 };
    for row in others.into_iter().chain(largest) {
        total.raw += row.raw;
        total.gzip += row.gzip;
        total.brotli += row.brotli;
    }
    total
}
