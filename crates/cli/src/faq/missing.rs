//! What visitors of all shops ask and a FAQ does not answer: the commonest topics of the catalogue, asked of the FAQ.

use classifier::Classifier;
use serde::Deserialize;

/// The catalogue, by language.
const CATALOGUE: [(&str, &str); 6] = [
    ("en", include_str!("../../../../catalogue/en.jsonl")),
    ("de", include_str!("../../../../catalogue/de.jsonl")),
    ("es", include_str!("../../../../catalogue/es.jsonl")),
    ("fr", include_str!("../../../../catalogue/fr.jsonl")),
    ("zh", include_str!("../../../../catalogue/zh.jsonl")),
    ("ar", include_str!("../../../../catalogue/ar.jsonl")),
];
/// What nearly every shop is asked.
const COMMON: [&str; 24] = [
    "delivery.where_is_my_order",
    "delivery.time",
    "delivery.cost",
    "delivery.late",
    "delivery.marked_delivered_missing",
    "delivery.international",
    "delivery.change_address_after",
    "order.cancel",
    "order.change_items",
    "order.confirmation_missing",
    "payment.methods",
    "payment.declined",
    "payment.invoice",
    "discount.code_not_working",
    "return.window",
    "return.how_to",
    "return.cost",
    "refund.when",
    "exchange.size",
    "problem.damaged_in_transit",
    "problem.wrong_item",
    "problem.stopped_working",
    "stock.when_back",
    "account.password_reset",
];
/// Messages of a topic that are asked.
const ASKED: usize = 24;
/// A topic counts as answered when this share of them finds an entry at this confidence.
const ANSWERED: f32 = 0.3;
const CONFIDENT: f32 = 0.4;

#[derive(Deserialize)]
struct Topic {
    topic: String,
    faq: Vec<Variant>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Variant {
    question: String,
}

#[derive(Deserialize)]
struct Message {
    text: String,
}

/// A common topic that a FAQ lacks.
#[derive(Debug, PartialEq)]
pub(crate) struct Missing {
    /// How another shop puts the question.
    pub(crate) question: String,
    /// How a visitor does.
    pub(crate) example: String,
}

/// The common topics that nothing in the FAQ answers; none for a language without a catalogue.
pub(crate) fn missing(classifier: &Classifier, language: &str) -> Vec<Missing> {
    let spoken = language.split('-').next().unwrap_or_default();
    let lines = CATALOGUE.iter().find(|(language, _)| *language == spoken).map_or("", |(_, lines)| lines).lines();
    let topics = lines.filter_map(|line| serde_json::from_str::<Topic>(line).ok());
    topics
        .filter(|topic| COMMON.contains(&topic.topic.as_str()))
        .filter(|topic| {
            let asked: Vec<&Message> = topic.messages.iter().take(ASKED).collect();
            let sure = |message: &&&Message| {
                classifier.rank(&message.text).first().is_some_and(|best| best.confidence >= CONFIDENT)
            };
            (asked.iter().filter(sure).count() as f32) < ANSWERED * asked.len() as f32
        })
        .filter_map(|topic| {
            let question = topic.faq.into_iter().next()?.question;
            let example = topic.messages.into_iter().next()?.text;
            Some(Missing { question, example })
        })
        .collect()
}
