//! A shop's visitors against its FAQ: every figure that tells whether they would be served.

use super::{
    metrics::{Figure, Rate, auroc, calibration_error, macro_f1},
    ranking::predict,
    report::{Report, Section},
    rows::{self, HUMAN, NONE, Prediction, Visitor},
};
use anyhow::Context;
use classifier::{Classifier, Eagerness, Encoder, Faq};
use std::{collections::BTreeSet, path::Path};

/// A message and what came of it.
type Row<'a> = (&'a Visitor, &'a Prediction);

/// Fits the FAQ, predicts every message, and measures.
pub(crate) fn evaluate(
    encoder: &Encoder,
    faq: &Path,
    messages: &Path,
    answers: Eagerness,
    predictions: Option<&Path>,
) -> anyhow::Result<Report> {
    let shop = Faq::from_json(&super::read(faq)?).with_context(|| format!("{}", faq.display()))?;
    let classifier = Classifier::fit(encoder, &shop)?.with_eagerness(answers);
    let visitors: Vec<Visitor> = rows::read(messages)?;
    for (place, visitor) in visitors.iter().enumerate().filter(|(_, visitor)| visitor.in_scope()) {
        let known = shop.entries.iter().any(|entry| entry.id == visitor.expect);
        anyhow::ensure!(
            known,
            "{}, line {}: the FAQ has no entry \"{}\"; expect one of its ids, \"{NONE}\" or \"{HUMAN}\"",
            messages.display(),
            place + 1,
            visitor.expect
        );
    }
    let predicted: Vec<Prediction> = visitors.iter().map(|visitor| predict(&classifier, &visitor.text)).collect();
    if let Some(path) = predictions {
        rows::write(path, &predicted)?;
    }
    let of = format!("{} on {} ({} messages)", faq.display(), messages.display(), visitors.len());
    Ok(Report { of, sections: sections(&visitors, &predicted) })
}

/// All figures.
fn sections(visitors: &[Visitor], predicted: &[Prediction]) -> Vec<Section> {
    let all: Vec<Row> = visitors.iter().zip(predicted).collect();
    let pick =
        |keep: &dyn Fn(&Visitor) -> bool| -> Vec<Row> { all.iter().copied().filter(|row| keep(row.0)).collect() };
    let inside = pick(&Visitor::in_scope);
    let outside = pick(&|visitor| visitor.expect == NONE);
    let askers = pick(&|visitor| visitor.expect == HUMAN && !visitor.sensitive);
    let sensitive = pick(&|visitor| visitor.sensitive);
    vec![
        Section { heading: "in scope", figures: in_scope(&inside) },
        Section { heading: "in scope, final decision, by kind", figures: by_kind(&inside) },
        Section {
            heading: "in scope, final decision, by content-word overlap with the entry",
            figures: by_overlap(&inside),
        },
        Section { heading: "out of scope", figures: out_of_scope(&inside, &outside) },
        Section { heading: "a person is asked for", figures: person(&all, &inside, &askers) },
        Section { heading: "sensitive", figures: sensitivity(&all, &sensitive) },
        Section { heading: "all lines", figures: overall(&all, &inside) },
    ]
}

fn right(row: &Row) -> bool {
    row.0.accepts(&row.1.decision)
}

fn among_top3(row: &Row) -> bool {
    row.1.top3.iter().any(|entry| row.0.accepts(entry))
}

fn shows_entry(row: &Row) -> bool {
    ![NONE, HUMAN].contains(&row.1.decision.as_str())
}

fn rate(name: impl Into<String>, rows: &[Row], hit: impl FnMut(&&Row) -> bool) -> Figure {
    Figure::rate(name, Rate::of(rows, hit))
}

fn in_scope(inside: &[Row]) -> Vec<Figure> {
    let asked: Vec<Row> = inside.iter().copied().filter(|row| row.1.did_you_mean).collect();
    vec![
        rate("top-1, no threshold", inside, |row| row.0.accepts(&row.1.top1)),
        rate("right entry in top-3", inside, |row| among_top3(row)),
        rate("top-1, final decision", inside, |row| right(row)),
        rate("answered right or offered among three", inside, |row| {
            right(row) || row.1.did_you_mean && among_top3(row)
        }),
        rate("false abstention (none)", inside, |row| row.1.decision == NONE && !right(row)),
        rate("wrong answer shown", inside, |row| shows_entry(row) && !right(row)),
        rate("asked \"did you mean\"", inside, |row| row.1.did_you_mean),
        rate("  of those, the right entry is among them", &asked, |row| among_top3(row)),
    ]
}

fn by_kind(inside: &[Row]) -> Vec<Figure> {
    let kinds: BTreeSet<&str> = inside.iter().map(|row| row.0.kind.as_str()).collect();
    let of = |kind: &str| inside.iter().copied().filter(|row| row.0.kind == kind).collect::<Vec<Row>>();
    kinds.into_iter().map(|kind| rate(kind, &of(kind), |row| right(row))).collect()
}

fn by_overlap(inside: &[Row]) -> Vec<Figure> {
    let range_of = |overlap: f64| match overlap {
        0.0 => "0",
        // Overlaps are rounded to two places, and a third is among them.
        ..=0.34 => "up to 1/3",
        _ => "above 1/3",
    };
    let of = |range: &str| {
        inside.iter().copied().filter(|row| row.0.overlap.map(range_of) == Some(range)).collect::<Vec<Row>>()
    };
    ["0", "up to 1/3", "above 1/3"].into_iter().map(|range| rate(range, &of(range), |row| right(row))).collect()
}

fn out_of_scope(inside: &[Row], outside: &[Row]) -> Vec<Figure> {
    let of = |kind: &str| outside.iter().copied().filter(|row| row.0.kind == kind).collect::<Vec<Row>>();
    let chances = |rows: &[Row]| rows.iter().map(|row| f64::from(row.1.in_scope)).collect::<Vec<f64>>();
    let mut figures = vec![rate("recall (decided none), all", outside, |row| right(row))];
    for kind in ["oos", "oos_near"] {
        figures.push(rate(format!("recall, {kind}"), &of(kind), |row| right(row)));
        figures.push(rate(format!("wrong answer shown, {kind}"), &of(kind), |row| shows_entry(row) && !right(row)));
    }
    figures.push(rate("asked \"did you mean\"", outside, |row| row.1.did_you_mean));
    figures.push(Figure::number("AUROC of the chance to be in scope", auroc(&chances(inside), &chances(outside))));
    figures
}

fn person(all: &[Row], inside: &[Row], askers: &[Row]) -> Vec<Figure> {
    let handed: Vec<Row> = all.iter().copied().filter(|row| row.1.decision == HUMAN).collect();
    let frustrated: Vec<Row> =
        askers.iter().copied().filter(|row| row.0.sentiment.as_deref() == Some("negative")).collect();
    vec![
        rate("recall", askers, |row| row.1.decision == HUMAN),
        rate("  of the frustrated (negative tone)", &frustrated, |row| row.1.decision == HUMAN),
        rate("precision (of all decided human)", &handed, |row| right(row)),
        rate("false hand-over (in scope, decided human)", inside, |row| row.1.decision == HUMAN && !right(row)),
    ]
}

fn sensitivity(all: &[Row], sensitive: &[Row]) -> Vec<Figure> {
    let mut figures = vec![rate("recall (decided human)", sensitive, |row| row.1.decision == HUMAN)];
    let topics: BTreeSet<&str> = sensitive.iter().filter_map(|row| row.0.topic.as_deref()).collect();
    for topic in topics {
        let of: Vec<Row> = sensitive.iter().copied().filter(|row| row.0.topic.as_deref() == Some(topic)).collect();
        figures.push(rate(format!("  {topic}"), &of, |row| row.1.decision == HUMAN));
    }
    figures.push(rate("answered from the FAQ", sensitive, |row| shows_entry(row)));
    let flagged: Vec<Row> = all.iter().copied().filter(|row| row.1.sensitive).collect();
    figures.push(rate("flag recall", sensitive, |row| row.1.sensitive));
    figures.push(rate("flag precision", &flagged, |row| row.0.sensitive));
    figures
}

fn overall(all: &[Row], inside: &[Row]) -> Vec<Figure> {
    let shown: Vec<(f64, bool)> =
        all.iter().filter(|row| shows_entry(row)).map(|row| (f64::from(row.1.confidence), right(row))).collect();
    let top: Vec<(f64, bool)> =
        inside.iter().map(|row| (f64::from(row.1.confidence), row.0.accepts(&row.1.top1))).collect();
    let sentiments: Vec<(&str, &str)> =
        all.iter().filter_map(|row| Some((row.0.sentiment.as_deref()?, row.1.sentiment))).collect();
    vec![
        rate("acceptable decision", all, |row| right(row)),
        Figure::number("calibration error, answers shown (15 bins)", calibration_error(&shown)),
        Figure::number("calibration error, top-1 in scope (15 bins)", calibration_error(&top)),
        Figure::number("sentiment macro-F1", Some(macro_f1(&sentiments, &["positive", "neutral", "negative"]))),
    ]
}
