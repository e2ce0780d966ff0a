//! An intent data set: each intent an entry, its training texts the examples.

use super::{
    metrics::{Figure, Rate, auroc, best_threshold, fpr95},
    ranking::predict,
    report::{Report, Section},
    rows::{self, IntentPrediction, Labelled},
};
use classifier::{Classifier, Encoder, Entry, Faq};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Intents that stand for "none of them".
const OUT_OF_SCOPE: &[&str] = &["oos", "NO_NODES_DETECTED"];

/// The files of a data set.
pub(crate) struct Files<'a> {
    pub(crate) train: &'a Path,
    pub(crate) test: &'a Path,
    pub(crate) oos: Option<&'a Path>,
    pub(crate) valid: &'a [PathBuf],
}

/// Fits the training texts, predicts the test texts, and measures.
pub(crate) fn evaluate(encoder: &Encoder, files: &Files<'_>, predictions: Option<&Path>) -> anyhow::Result<Report> {
    let faq = as_faq(rows::read(files.train)?);
    let classifier = Classifier::fit(encoder, &faq)?;
    let mut test: Vec<Labelled> = rows::read(files.test)?;
    for row in files.oos.map(rows::read::<Labelled>).transpose()?.into_iter().flatten() {
        test.push(Labelled { intent: OUT_OF_SCOPE[0].to_owned(), ..row });
    }
    let predicted: Vec<IntentPrediction> = test.iter().map(|row| predicted(&classifier, &row.text)).collect();
    if let Some(path) = predictions {
        rows::write(path, &predicted)?;
    }
    let mut sections = vec![figures(&test, &predicted)];
    if !files.valid.is_empty() {
        let mut valid: Vec<Labelled> = Vec::new();
        for path in files.valid {
            valid.extend(rows::read::<Labelled>(path)?);
        }
        let judged: Vec<IntentPrediction> = valid.iter().map(|row| self::predicted(&classifier, &row.text)).collect();
        sections.push(at_threshold(best_threshold(&marks(&valid, &judged)), &test, &predicted));
    }
    let of = format!(
        "{} on {} ({} intents, {} texts)",
        files.train.display(),
        files.test.display(),
        faq.entries.len(),
        test.len()
    );
    Ok(Report { of, sections })
}

/// Each intent an entry without an answer: the first text its question, the others its examples.
fn as_faq(rows: Vec<Labelled>) -> Faq {
    let mut intents: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| !out_of_scope(row)) {
        let texts = intents.entry(row.intent).or_default();
        if !texts.contains(&row.text) {
            texts.push(row.text);
        }
    }
    let entries = intents.into_iter().filter_map(|(id, texts)| {
        let mut texts = texts.into_iter();
        let question = texts.next()?;
        Some(Entry { id, question, examples: texts.collect(), answer: String::new() })
    });
    Faq { language: "en".to_owned(), entries: entries.collect(), fitted: None }
}

fn out_of_scope(row: &Labelled) -> bool {
    OUT_OF_SCOPE.contains(&row.intent.as_str())
}

fn predicted(classifier: &Classifier, text: &str) -> IntentPrediction {
    let prediction = predict(classifier, text);
    IntentPrediction { top1: prediction.top1, decision: prediction.decision, confidence: prediction.in_scope }
}

/// (chance to be in scope, right if not abstained, in scope) of each text.
fn marks(rows: &[Labelled], predicted: &[IntentPrediction]) -> Vec<(f64, bool, bool)> {
    rows.iter()
        .zip(predicted)
        .map(|(row, came)| (f64::from(came.confidence), came.top1 == row.intent, !out_of_scope(row)))
        .collect()
}

fn figures(test: &[Labelled], predicted: &[IntentPrediction]) -> Section {
    let marks = marks(test, predicted);
    let confidences =
        |inside: bool| -> Vec<f64> { marks.iter().filter(|mark| mark.2 == inside).map(|mark| mark.0).collect() };
    let (inside, outside) = (confidences(true), confidences(false));
    let rows: Vec<(&Labelled, &IntentPrediction)> = test.iter().zip(predicted).collect();
    let intents: BTreeSet<&str> = rows.iter().map(|(_, came)| came.top1.as_str()).collect();
    let final_right =
        Rate::of(rows.iter().filter(|(row, _)| !out_of_scope(row)), |(row, came)| came.decision == row.intent);
    let abstained = Rate::of(rows.iter().filter(|(row, _)| out_of_scope(row)), |(_, came)| {
        !intents.contains(came.decision.as_str())
    });
    let mut figures = vec![
        Figure::rate("accuracy in scope, no threshold", Rate::of(marks.iter().filter(|mark| mark.2), |mark| mark.1)),
        Figure::rate("accuracy in scope, final decision", final_right),
    ];
    if !outside.is_empty() {
        figures.push(Figure::rate("out-of-scope recall, final decision", abstained));
        figures.push(Figure::number("AUROC of the chance to be in scope", auroc(&inside, &outside)));
        figures.push(Figure::number("FPR95 of the chance to be in scope", fpr95(&inside, &outside)));
    }
    Section { heading: "test", figures }
}

fn at_threshold(threshold: f64, test: &[Labelled], predicted: &[IntentPrediction]) -> Section {
    let marks = marks(test, predicted);
    let of = |inside: bool| marks.iter().filter(move |mark| mark.2 == inside);
    Section {
        heading: "at the threshold that decides most validation texts right (Larson et al. 2019)",
        figures: vec![
            Figure::number("threshold", threshold.is_finite().then_some(threshold)),
            Figure::rate("accuracy in scope", Rate::of(of(true), |mark| mark.0 >= threshold && mark.1)),
            Figure::rate("out-of-scope recall", Rate::of(of(false), |mark| mark.0 < threshold)),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, intent: &str) -> Labelled {
        Labelled { text: text.to_owned(), intent: intent.to_owned() }
    }

    #[test]
    fn intents_become_entries_and_what_is_out_of_scope_does_not() {
        let faq =
            as_faq(vec![row("a", "x"), row("b", "x"), row("a", "x"), row("c", "oos"), row("d", "NO_NODES_DETECTED")]);
        assert_eq!(faq.entries.len(), 1);
        assert_eq!(
            (faq.entries[0].question.as_str(), faq.entries[0].examples.as_slice()),
            ("a", &["b".to_owned()][..])
        );
    }
}
