//! Training by episodes: a simulated shop's FAQ, its visitors' messages, and the question which entry each is about.

use super::{
    catalogue::{Numbered, Places},
    random::Random,
    table::{Table, Unit, dot},
};

/// Topics in a simulated shop.
const TOPICS: usize = 48;
/// Messages a topic.
const MESSAGES: usize = 3;
/// The temperature of the cosines.
const TEMPERATURE: f32 = 0.07;
/// How much an answer's cosine counts beside those of the phrasings.
const ANSWER_SHARE: f32 = 0.5;
/// The share of words that a text loses.
const DROPPED: f32 = 0.3;
/// Adam's rates: of learning at the start (it falls to 0), of keeping the mean slope and its mean square, and what keeps it
/// from dividing by 0.
const RATE: f32 = 4e-3;
const FORGET: (f32, f32) = (0.9, 0.99);
const EPSILON: f32 = 1e-8;
/// One simulated shop.
struct Episode {
    /// (text, entry, whether it is the answer).
    faq: Vec<(Places, usize, bool)>,
    /// (text, entry).
    messages: Vec<(Places, usize)>,
    entries: usize,
}

/// Trains a table on so many episodes; `watch` sees the mean loss of every two hundred.
pub(crate) fn train(
    start: Table,
    topics: &[&Numbered],
    episodes: usize,
    random: &mut Random,
    mut watch: impl FnMut(usize, f32),
) -> Table {
    const WATCHED: usize = 200;
    let mut table = start;
    // Of each number the mean slope and the mean of its square, both lately.
    let mut slopes = vec![(0f32, 0f32); table.values.len()];
    let mut loss = 0.0;
    for turn in 0..episodes {
        let mut gradient = vec![0f32; table.values.len()];
        loss += Episode::draw(topics, random).slope(&table, &mut gradient) / WATCHED as f32;
        let rate = RATE * (1.0 - turn as f32 / episodes as f32);
        let warmth = [FORGET.0, FORGET.1].map(|forget| 1.0 - forget.powi(turn as i32 + 1));
        for ((value, slope), (mean, square)) in table.values.iter_mut().zip(&gradient).zip(&mut slopes) {
            *mean = FORGET.0 * *mean + (1.0 - FORGET.0) * slope;
            *square = FORGET.1 * *square + (1.0 - FORGET.1) * slope * slope;
            *value -= rate * (*mean / warmth[0]) / ((*square / warmth[1]).sqrt() + EPSILON);
        }
        if (turn + 1).is_multiple_of(WATCHED) {
            watch(turn + 1, std::mem::take(&mut loss));
        }
    }
    table
}

/// The share of messages whose own entry scores highest, when all topics are one shop's FAQ in each of the variants.
pub(crate) fn accuracy(table: &Table, topics: &[&Numbered]) -> f32 {
    let variants = topics.iter().map(|topic| topic.variants.len()).min().unwrap_or(0);
    let (mut right, mut total) = (0, 0);
    for variant in 0..variants {
        let faq = topics.iter().enumerate().flat_map(|(entry, topic)| texts_of(topic, variant, entry)).collect();
        let messages = topics
            .iter()
            .enumerate()
            .flat_map(|(entry, topic)| topic.messages.iter().map(move |text| (text.clone(), entry)));
        let shop = Episode { faq, messages: messages.collect(), entries: topics.len() };
        let units: Vec<Unit> = shop.faq.iter().map(|(text, ..)| table.unit(text)).collect();
        for (text, entry) in &shop.messages {
            let (scores, _) = shop.scores(&table.unit(text), &units);
            let best = (0..scores.len()).max_by(|&one, &other| scores[one].total_cmp(&scores[other]));
            right += usize::from(best == Some(*entry));
            total += 1;
        }
    }
    right as f32 / total.max(1) as f32
}

fn texts_of(topic: &Numbered, variant: usize, entry: usize) -> impl Iterator<Item = (Places, usize, bool)> {
    let (phrasings, answer) = &topic.variants[variant];
    phrasings.iter().map(move |text| (text.clone(), entry, false)).chain([(answer.clone(), entry, true)])
}

impl Episode {
    fn draw(topics: &[&Numbered], random: &mut Random) -> Episode {
        let chosen = random.draw(topics, TOPICS);
        let mut episode = Episode { faq: vec![], messages: vec![], entries: chosen.len() };
        for (entry, topic) in chosen.into_iter().enumerate() {
            let variant = random.below(topic.variants.len());
            episode.faq.extend(texts_of(topic, variant, entry));
            let places: Vec<usize> = (0..topic.messages.len()).collect();
            for place in random.draw(&places, MESSAGES) {
                episode.messages.push((topic.messages[place].clone(), entry));
            }
        }
        let faq = episode.faq.iter_mut().map(|(text, ..)| text);
        for text in faq.chain(episode.messages.iter_mut().map(|(text, _)| text)) {
            let kept: Places = text.iter().copied().filter(|_| random.share() >= DROPPED).collect();
            if !kept.is_empty() {
                *text = kept;
            }
        }
        episode
    }

    /// Every entry's score for a message, and what share of it each text of the FAQ has.
    fn scores(&self, message: &Unit, faq: &[Unit]) -> (Vec<f32>, Vec<f32>) {
        let cosines: Vec<f32> = faq.iter().map(|text| dot(&message.vector, &text.vector) / TEMPERATURE).collect();
        let mut sums = vec![(0f32, 0f32); self.entries];
        let mut shares = vec![0f32; faq.len()];
        for ((cosine, share), &(_, entry, answer)) in cosines.iter().zip(&mut shares).zip(&self.faq) {
            if !answer {
                *share = (cosine - 1.0 / TEMPERATURE).exp();
                sums[entry].0 += *share;
                sums[entry].1 += 1.0;
            }
        }
        let mut scores: Vec<f32> =
            sums.iter().map(|(sum, count)| (sum.max(1e-30) / count.max(1.0)).ln() + 1.0 / TEMPERATURE).collect();
        for ((cosine, share), &(_, entry, answer)) in cosines.iter().zip(&mut shares).zip(&self.faq) {
            if answer {
                *share = ANSWER_SHARE;
                scores[entry] += ANSWER_SHARE * cosine;
            } else {
                *share /= sums[entry].0.max(1e-30);
            }
        }
        (scores, shares)
    }

    /// Adds the slope of the mean cross-entropy to `gradient` and returns the loss.
    fn slope(&self, table: &Table, gradient: &mut [f32]) -> f32 {
        let faq: Vec<Unit> = self.faq.iter().map(|(text, ..)| table.unit(text)).collect();
        let mut on_faq = vec![vec![0f32; table.dimensions]; faq.len()];
        let mut loss = 0.0;
        for (text, own) in &self.messages {
            let message = table.unit(text);
            let (scores, shares) = self.scores(&message, &faq);
            let highest = scores.iter().fold(f32::NEG_INFINITY, |highest, &score| highest.max(score));
            let sum: f32 = scores.iter().map(|score| (score - highest).exp()).sum();
            loss += (sum.ln() + highest - scores[*own]) / self.messages.len() as f32;
            let mut on_message = vec![0f32; table.dimensions];
            for (place, &(_, entry, _)) in self.faq.iter().enumerate() {
                let wrong = (scores[entry] - highest).exp() / sum - f32::from(u8::from(entry == *own));
                let pull = wrong * shares[place] / TEMPERATURE / self.messages.len() as f32;
                for lane in 0..table.dimensions {
                    on_message[lane] += pull * faq[place].vector[lane];
                    on_faq[place][lane] += pull * message.vector[lane];
                }
            }
            table.trace(text, &message, &on_message, gradient);
        }
        for (((text, ..), unit), on_unit) in self.faq.iter().zip(&faq).zip(&on_faq) {
            table.trace(text, unit, on_unit, gradient);
        }
        loss
    }
}
