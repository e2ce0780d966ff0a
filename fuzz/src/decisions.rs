//! What holds for every decision of a classifier.

use classifier::{Classifier, Decision, Faq};

/// Asks a classifier about a text in every way.
///
/// # Panics
/// A chance is none, a mood is out of its bounds, an entry is missing or not of the FAQ, or asked again it says otherwise.
pub fn decides_soundly(classifier: &Classifier, faq: &Faq, text: &str) {
    let ranked = classifier.rank(text);
    assert_eq!(ranked.len(), faq.entries.len());
    for candidate in &ranked {
        assert!((0.0..=1.0).contains(&candidate.confidence), "{ranked:?}");
    }
    assert!(ranked.is_sorted_by(|one, next| one.confidence >= next.confidence), "{ranked:?}");
    let is_entry = |id: &String| faq.entries.iter().any(|entry| entry.id == *id);
    let decision = classifier.decide(text);
    match &decision {
        Decision::Answer { entry, second, .. } => {
            assert!(is_entry(entry) && second.as_ref().is_none_or(is_entry), "{decision:?}");
        }
        Decision::DidYouMean { entries } => {
            assert!((1..=3).contains(&entries.len()) && entries.iter().all(is_entry), "{decision:?}");
        }
        _ => {}
    }
    assert_eq!(classifier.decide(text), decision);
    assert!((0.0..=1.0).contains(&classifier.in_scope(text)));
    assert!((-1.0..=1.0).contains(&classifier.mood(text)));
}
