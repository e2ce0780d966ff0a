//! One message through the classifier: the decision by name, and the ranking behind it.

use super::rows::{HUMAN, NONE, Prediction};
use classifier::{Classifier, Decision, Sentiment};

/// What comes of a message.
pub(crate) fn predict(classifier: &Classifier, text: &str) -> Prediction {
    let ranked = classifier.rank(text);
    let mut prediction = Prediction {
        decision: NONE.to_owned(),
        top1: ranked.first().map_or(NONE.to_owned(), |best| best.entry.clone()),
        confidence: ranked.first().map_or(0.0, |best| best.confidence),
        in_scope: classifier.in_scope(text),
        top3: ranked.into_iter().take(3).map(|candidate| candidate.entry).collect(),
        did_you_mean: false,
        sensitive: false,
        sentiment: match classifier.sentiment(text) {
            Sentiment::Negative => "negative",
            Sentiment::Neutral => "neutral",
            Sentiment::Positive => "positive",
        },
    };
    match classifier.decide(text) {
        Decision::Answer { entry, .. } => prediction.decision = entry,
        Decision::DidYouMean { entries } => {
            prediction.top3 = entries;
            prediction.did_you_mean = true;
        }
        Decision::Unknown {} => {}
        Decision::WantsHuman { .. } => prediction.decision = HUMAN.to_owned(),
        Decision::Sensitive { .. } => {
            prediction.decision = HUMAN.to_owned();
            prediction.sensitive = true;
        }
    }
    prediction
}
