//! The calibration: simulated shops of topics that the encoder was not trained on, visitors who ask about them, about other
//! topics and about nothing of the kind; and three logistic curves from what the classifier sees to how often it was right, and
//! how often the FAQ had an answer.

use crate::{
    catalogue::{Message, Other, Topic},
    random::Random,
};
use classifier::{Calibration, Classifier, Encoder, Entry, Faq, Signals};

const SHOPS: usize = 80;
/// Of each shop's messages, so many are about one of its topics, about others', and about none.
const MESSAGES: [usize; 3] = [120, 30, 20];

/// A message on a topic: most visitors write plainly, and the catalogue has more of the other voices than shops hear.
fn usual<'a>(topic: &'a Topic, random: &mut Random) -> &'a str {
    const PLAIN: f32 = 0.7;
    let wanted = random.share() < PLAIN;
    let voices: Vec<&Message> = topic.messages.iter().filter(|message| (message.voice == "plain") == wanted).collect();
    let voices = if voices.is_empty() { topic.messages.iter().collect() } else { voices };
    &voices[random.below(voices.len())].text
}

struct Case {
    values: [f32; 1 + Signals::COUNT],
    best: f32,
    three: f32,
    scope: f32,
}

/// Fits a calibration for an encoder.
pub(crate) fn fit(
    encoder: &Encoder,
    topics: &[&Topic],
    none: &[&Other],
    random: &mut Random,
) -> anyhow::Result<Calibration> {
    let mut cases = Vec::new();
    for turn in 0..SHOPS {
        let entries = [10, 20, 30, 40, 60][turn % 5].min(topics.len() * 3 / 4);
        let all = random.draw(topics, topics.len());
        let (own, others) = all.split_at(entries);
        let faq = Faq {
            language: "en".to_owned(),
            entries: own
                .iter()
                .map(|topic| {
                    let variant = &topic.faq[random.below(topic.faq.len())];
                    let examples = if random.share() < 0.15 { vec![] } else { variant.examples.clone() };
                    Entry {
                        id: topic.topic.clone(),
                        question: variant.question.clone(),
                        examples,
                        answer: variant.answer.clone(),
                    }
                })
                .collect(),
            fitted: None,
        };
        let classifier = Classifier::fit(encoder, &faq)?;
        let mut ask = |text: &str, own: &str| {
            let (signals, three) = classifier.signals(text);
            let mut values = [1.0; 1 + Signals::COUNT];
            values[1..].copy_from_slice(&signals.values);
            let right = |taken: usize| f32::from(u8::from(three.iter().take(taken).any(|entry| entry == own)));
            let scope = f32::from(u8::from(!own.is_empty()));
            cases.push(Case { values, best: right(1), three: right(3), scope });
        };
        for _ in 0..MESSAGES[0] {
            let topic = own[random.below(own.len())];
            ask(usual(topic, random), &topic.topic);
        }
        for _ in 0..MESSAGES[1] {
            let topic = others[random.below(others.len())];
            ask(usual(topic, random), "");
        }
        for _ in 0..MESSAGES[2] {
            ask(&none[random.below(none.len())].text, "");
        }
    }
    println!("calibration: {:?}", Signals::NAMES);
    let curve = |name: &str, right: fn(&Case) -> f32| {
        let weights = logistic(&cases, right);
        let loss = cases.iter().map(|case| {
            let chance = chance(&weights, &case.values);
            -(chance * right(case) + (1.0 - chance) * (1.0 - right(case))).max(1e-6).ln()
        });
        println!("  {name} {weights:.3?} loss {:.4}", loss.sum::<f32>() / cases.len() as f32);
        weights
    };
    Ok(Calibration {
        best: curve("best", |case| case.best),
        three: curve("three", |case| case.three),
        scope: curve("scope", |case| case.scope),
    })
}

fn chance(weights: &[f32; 1 + Signals::COUNT], values: &[f32; 1 + Signals::COUNT]) -> f32 {
    1.0 / (1.0 + (-weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f32>()).exp())
}

/// Newton's method with a small ridge.
fn logistic(cases: &[Case], right: impl Fn(&Case) -> f32) -> [f32; 1 + Signals::COUNT] {
    const N: usize = 1 + Signals::COUNT;
    let mut weights = [0f32; N];
    for _ in 0..20 {
        let mut slope = [0f64; N];
        let mut bend = [[0f64; N]; N];
        for case in cases {
            let chance = chance(&weights, &case.values);
            for one in 0..N {
                slope[one] += f64::from((chance - right(case)) * case.values[one]);
                for (bend, value) in bend[one].iter_mut().zip(case.values) {
                    *bend += f64::from(chance * (1.0 - chance) * case.values[one] * value);
                }
            }
        }
        for place in 0..N {
            slope[place] += 1.0 * f64::from(weights[place]);
            bend[place][place] += 1.0;
        }
        let step = solve(bend, slope);
        for (weight, step) in weights.iter_mut().zip(step) {
            *weight -= step as f32;
        }
    }
    weights
}

/// Gaussian elimination with pivots.
fn solve<const N: usize>(mut matrix: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for column in 0..N {
        let pivot = (column..N)
            .max_by(|&one, &other| matrix[one][column].abs().total_cmp(&matrix[other][column].abs()))
            .unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in 0..N {
            if row != column {
                let factor = matrix[row][column] / matrix[column][column];
                let pivot = matrix[column];
                matrix[row].iter_mut().zip(pivot).for_each(|(value, of_pivot)| *value -= factor * of_pivot);
                right[row] -= factor * right[column];
            }
        }
    }
    std::array::from_fn(|place| right[place] / matrix[place][place])
}
