//! Figures from what was expected and what came: rates with Wilson intervals, AUROC, FPR95, calibration error, macro-F1. Pure.

use serde::Serialize;

/// z of a 95 % interval.
const Z: f64 = 1.96;
/// Bins of the calibration error.
const BINS: usize = 15;

/// How often something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) hits: usize,
    pub(crate) total: usize,
}

impl Rate {
    /// Counts the rows where `hit` holds.
    pub(crate) fn of<T>(rows: impl IntoIterator<Item = T>, mut hit: impl FnMut(&T) -> bool) -> Rate {
        rows.into_iter()
            .fold(Rate::default(), |rate, row| Rate { hits: rate.hits + usize::from(hit(&row)), total: rate.total + 1 })
    }

    /// The share, 0 to 1; `None` of no rows.
    pub(crate) fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.hits as f64 / self.total as f64)
    }

    /// Wilson's 95 % interval of the share; `None` of no rows.
    pub(crate) fn interval(self) -> Option<(f64, f64)> {
        let (share, total) = (self.share()?, self.total as f64);
        let widened = 1.0 + Z * Z / total;
        let centre = (share + Z * Z / 2.0 / total) / widened;
        let half = Z * (share * (1.0 - share) / total + Z * Z / 4.0 / total / total).sqrt() / widened;
        Some((centre - half, centre + half))
    }
}

/// How likely a score of `inside` is above one of `outside`, ties counting half; `None` if either is empty.
pub(crate) fn auroc(inside: &[f64], outside: &[f64]) -> Option<f64> {
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let mut sorted = outside.to_vec();
    sorted.sort_by(f64::total_cmp);
    let above: f64 = inside
        .iter()
        .map(|score| {
            let below = sorted.partition_point(|other| other < score);
            let not_above = sorted.partition_point(|other| other <= score);
            (below + not_above) as f64 / 2.0
        })
        .sum();
    Some(above / (inside.len() * outside.len()) as f64)
}

/// The share of `outside` that a threshold lets pass which 95 % of `inside` pass; `None` if either is empty.
pub(crate) fn fpr95(inside: &[f64], outside: &[f64]) -> Option<f64> {
    let mut sorted = inside.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let threshold = *sorted.get((inside.len() * 95).div_ceil(100).checked_sub(1)?)?;
    Rate::of(outside, |score| **score >= threshold).share()
}

/// Expected calibration error of (confidence, right) over 15 equal bins; `None` of no rows.
pub(crate) fn calibration_error(rows: &[(f64, bool)]) -> Option<f64> {
    if rows.is_empty() {
        return None;
    }
    let mut bins = [(0.0, 0.0); BINS];
    for &(confidence, right) in rows {
        let bin = ((confidence * BINS as f64) as usize).min(BINS - 1);
        bins[bin].0 += confidence;
        bins[bin].1 += f64::from(u8::from(right));
    }
    Some(bins.iter().map(|(confidence, right)| (confidence - right).abs()).sum::<f64>() / rows.len() as f64)
}

/// The mean over the classes of their F1, from (expected, predicted); a class that neither holds counts as 0.
pub(crate) fn macro_f1(rows: &[(&str, &str)], classes: &[&str]) -> f64 {
    let count = |holds: &dyn Fn(&(&str, &str)) -> bool| rows.iter().filter(|row| holds(row)).count() as f64;
    let sum: f64 = classes
        .iter()
        .map(|class| {
            let both = count(&|(expected, predicted)| expected == class && predicted == class);
            let either = count(&|(expected, _)| expected == class) + count(&|(_, predicted)| predicted == class);
            if either > 0.0 { 2.0 * both / either } else { 0.0 }
        })
        .sum();
    sum / classes.len().max(1) as f64
}

/// The threshold on the confidence at which most rows are decided right, in scope by their intent and out of scope by
/// abstaining (Larson et al. 2019), from (confidence, right if not abstained, in scope).
pub(crate) fn best_threshold(rows: &[(f64, bool, bool)]) -> f64 {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    // Below every confidence nothing abstains; each step up makes one more row abstain.
    let mut right = sorted.iter().filter(|(_, right, inside)| *right && *inside).count() as i64;
    let (mut best, mut threshold) = (right, f64::NEG_INFINITY);
    for (place, &(confidence, hit, inside)) in sorted.iter().enumerate() {
        right += i64::from(!inside) - i64::from(hit && inside);
        let next = sorted.get(place + 1).map_or(f64::INFINITY, |row| row.0);
        if right > best && next > confidence {
            (best, threshold) = (right, if next.is_finite() { (confidence + next) / 2.0 } else { f64::INFINITY });
        }
    }
    threshold
}

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Figure {
    /// A rate with its counts and 95 % interval.
    Rate { name: String, hits: usize, total: usize, share: Option<f64>, low: Option<f64>, high: Option<f64> },
    /// A number.
    Number { name: String, value: Option<f64> },
}

impl Figure {
    /// A rate under a name.
    pub(crate) fn rate(name: impl Into<String>, rate: Rate) -> Figure {
        let (low, high) = rate.interval().unzip();
        Figure::Rate { name: name.into(), hits: rate.hits, total: rate.total, share: rate.share(), low, high }
    }

    /// A number under a name.
    pub(crate) fn number(name: impl Into<String>, value: Option<f64>) -> Figure {
        Figure::Number { name: name.into(), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: Option<f64>, expected: f64) -> bool {
        value.is_some_and(|value| (value - expected).abs() < 5e-4)
    }

    #[test]
    fn a_wilson_interval_is_the_published_one() {
        let (low, high) = Rate { hits: 81, total: 263 }.interval().expect("there are rows");
        assert!(close(Some(low), 0.2553) && close(Some(high), 0.3662), "{low} {high}");
        assert_eq!(Rate::default().interval(), None);
    }

    #[test]
    fn auroc_counts_pairs_and_halves_ties() {
        assert!(close(auroc(&[0.9, 0.4], &[0.4, 0.1]), 3.5 / 4.0));
        assert_eq!(auroc(&[], &[1.0]), None);
    }

    #[test]
    fn fpr95_is_what_passes_when_95_percent_inside_do() {
        let inside: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!(close(fpr95(&inside, &[5.5, 6.0, 7.0, 200.0]), 0.75));
        assert_eq!(fpr95(&[], &[1.0]), None);
    }

    #[test]
    fn calibration_error_is_zero_when_confidence_means_what_it_says() {
        let honest: Vec<(f64, bool)> = (0..10).map(|place| (0.5, place % 2 == 0)).collect();
        assert!(close(calibration_error(&honest), 0.0));
        assert!(close(calibration_error(&[(1.0, false), (1.0, true)]), 0.5));
    }

    #[test]
    fn macro_f1_weighs_classes_alike() {
        let rows = [("a", "a"), ("a", "a"), ("a", "b"), ("b", "b")];
        assert!(close(Some(macro_f1(&rows, &["a", "b"])), (0.8 + 2.0 / 3.0) / 2.0));
    }

    #[test]
    fn the_best_threshold_parts_what_is_inside_from_what_is_not() {
        let rows = [(0.9, true, true), (0.8, false, true), (0.6, true, true), (0.5, false, false), (0.1, false, false)];
        let threshold = best_threshold(&rows);
        assert!(threshold > 0.5 && threshold < 0.6, "{threshold}");
        assert_eq!(best_threshold(&[(0.5, true, true)]), f64::NEG_INFINITY);
    }
}
