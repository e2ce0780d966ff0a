//! The heads that tell a text's tone: logistic regressions on its vector and its pieces, few of which get a weight.

use crate::{catalogue::Other, random::Random, vocabulary::Places};
use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use classifier::{LABELS, Weights};

pub(crate) const COUNT: usize = LABELS.len();
const STEPS: usize = 800;
const BATCH: usize = 768;
const RATE: f64 = 0.02;
/// How much longer than 1 the vectors are made, so that their weights need not grow long.
pub(crate) const STRETCH: f64 = 12.0;
/// L1 penalty on the weights of pieces.
const PULL: f64 = 2e-5;
/// How much too high the odds come out where no teacher labels more text, by the false alarms on the evaluation shop.
const OVERSURE: f32 = 1.0;
/// Weights nearer to 0 than this are left out.
const LEAST: f32 = 0.1;

/// Stands for what nobody has said.
const UNKNOWN: f32 = -1.0;
const MOODS: [&str; 2] = ["negative", "positive"];

/// A text to learn from.
pub(crate) struct Example {
    pub(crate) places: Places,
    pub(crate) vector: Vec<f32>,
    /// 1 or 0 for each label; negative where nobody has said.
    pub(crate) labels: [f32; COUNT],
}

/// What a labelled message says of each label.
pub(crate) fn labels(other: &Other) -> [f32; COUNT] {
    let mut labels = [0f32; COUNT];
    let mut set = |name: &str| says(&mut labels, name, 1.0);
    match other.label.as_str() {
        "human" => set(if other.topic == "implied" { "implied" } else { "asked" }),
        "sensitive" => {
            set(&other.topic);
            set("sensitive");
        }
        "none" => set("none"),
        _ => {}
    }
    if other.label == "sensitive" {
        // Which mood people write about such matters in was not told with care.
        MOODS.iter().for_each(|mood| says(&mut labels, mood, UNKNOWN));
    } else {
        set(&other.sentiment);
    }
    // A sensitive or personal matter may or may not be in a FAQ; nobody has said.
    if matches!(other.label.as_str(), "human" | "sensitive") {
        says(&mut labels, "none", UNKNOWN);
    }
    labels
}

/// Sets a label; a name that is none, such as that of a neutral mood, says nothing.
fn says(labels: &mut [f32; COUNT], name: &str, value: f32) {
    if let Some(place) = LABELS.iter().position(|label| *label == name) {
        labels[place] = value;
    }
}

/// What a message about a topic of the catalogue says.
pub(crate) fn ordinary() -> [f32; COUNT] {
    let mut labels = [0f32; COUNT];
    MOODS.iter().for_each(|mood| says(&mut labels, mood, UNKNOWN));
    labels
}

/// What a teacher makes of every text after it was shown the labelled ones: a logistic regression on its vectors.
pub(crate) fn guess(
    vectors: &Tensor,
    shown: &[(u32, [f32; COUNT])],
    random: &mut Random,
) -> anyhow::Result<Vec<[f32; COUNT]>> {
    const STEPS: usize = 1_500;
    const RATE: f64 = 5e-3;
    let weights = Var::zeros((vectors.dim(1)?, COUNT), vectors.dtype(), &Device::Cpu)?;
    let bias = Var::from_tensor(&(Tensor::ones(COUNT, vectors.dtype(), &Device::Cpu)? * -3.0)?)?;
    let parameters = ParamsAdamW { lr: RATE, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
    let mut optimiser = AdamW::new(vec![weights.clone(), bias.clone()], parameters)?;
    let odds =
        |rows: &Tensor| -> anyhow::Result<Tensor> { Ok((rows.matmul(&weights)? * STRETCH)?.broadcast_add(&bias)?) };
    for step in 0..STEPS {
        optimiser.set_learning_rate(RATE * (1.0 - step as f64 / STEPS as f64));
        let batch: Vec<&(u32, [f32; COUNT])> = (0..BATCH).map(|_| &shown[random.below(shown.len())]).collect();
        let places: Vec<u32> = batch.iter().map(|shown| shown.0).collect();
        let rows = vectors.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?;
        let labels: Vec<f32> = batch.iter().flat_map(|shown| shown.1).collect();
        let known: Vec<f32> = labels.iter().map(|&label| f32::from(u8::from(label >= 0.0))).collect();
        let labels = Tensor::from_vec(labels, (BATCH, COUNT), &Device::Cpu)?;
        let known = Tensor::from_vec(known, (BATCH, COUNT), &Device::Cpu)?;
        let small = (weights.sqr()?.sum_all()? * 3e-4)?;
        optimiser.backward_step(&(cross_entropy(&odds(&rows)?, &labels, &known)? + small)?)?;
    }
    let chances = ((odds(vectors)?.neg()?.exp()? + 1.0)?.recip()?).to_vec2::<f32>()?;
    Ok(chances.iter().map(|chances| std::array::from_fn(|label| chances[label])).collect())
}

/// Fits the heads: a third of each batch from the labelled messages, the rest from ordinary ones and such as a teacher labelled.
pub(crate) fn fit(
    labelled: &[Example],
    ordinary: &[Example],
    guessed: &[Example],
    pieces: usize,
    random: &mut Random,
) -> anyhow::Result<Vec<Weights>> {
    let width = labelled.first().map_or(0, |example| example.vector.len());
    let count = COUNT;
    let of_pieces = Var::zeros((pieces, count), candle_core::DType::F32, &Device::Cpu)?;
    let of_vector = Var::zeros((width, count), candle_core::DType::F32, &Device::Cpu)?;
    let bias = Var::from_tensor(&(Tensor::ones(count, candle_core::DType::F32, &Device::Cpu)? * -3.0)?)?;
    let parameters = ParamsAdamW { lr: RATE, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
    let mut optimiser = AdamW::new(vec![of_pieces.clone(), of_vector.clone(), bias.clone()], parameters)?;
    for step in 0..STEPS {
        let rate = RATE * (1.0 - step as f64 / STEPS as f64);
        optimiser.set_learning_rate(rate);
        let batch: Vec<&Example> = (0..BATCH)
            .map(|turn| {
                let from = match turn % 3 {
                    0 => labelled,
                    1 if !guessed.is_empty() => guessed,
                    _ => ordinary,
                };
                &from[random.below(from.len())]
            })
            .collect();
        let (mut places, mut owners) = (Vec::new(), Vec::new());
        for (owner, example) in batch.iter().enumerate() {
            let mut own = example.places.clone();
            own.sort_unstable();
            own.dedup();
            for place in own {
                if random.share() >= 0.15 {
                    places.push(place);
                    owners.push(owner as u32);
                }
            }
        }
        let vectors: Vec<f32> = batch.iter().flat_map(|example| example.vector.iter().copied()).collect();
        let labels: Vec<f32> = batch.iter().flat_map(|example| example.labels).collect();
        let known: Vec<f32> = labels.iter().map(|&label| f32::from(u8::from(label >= 0.0))).collect();
        let labels = Tensor::from_vec(labels, (BATCH, count), &Device::Cpu)?;
        let known = Tensor::from_vec(known, (BATCH, count), &Device::Cpu)?;
        let rows = of_pieces.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?;
        let sums = Tensor::zeros((BATCH, count), rows.dtype(), &Device::Cpu)?;
        let odds = sums.index_add(&Tensor::new(owners, &Device::Cpu)?, &rows, 0)?;
        let vectors = Tensor::from_vec(vectors, (BATCH, width), &Device::Cpu)?;
        let odds = (odds + (vectors.matmul(&of_vector)? * STRETCH)?)?.broadcast_add(&bias)?;
        let loss = cross_entropy(&odds, &labels, &known)?;
        let small = (of_vector.sqr()?.sum_all()? * 3e-4)?;
        let few = (of_pieces.abs()?.sum_all()? * PULL)?;
        optimiser.backward_step(&((loss + small)? + few)?)?;
    }
    let of_pieces = of_pieces.t()?.to_vec2::<f32>()?;
    let of_vector = of_vector.t()?.to_vec2::<f32>()?;
    let bias = bias.to_vec1::<f32>()?;
    Ok(bias
        .into_iter()
        .zip(of_vector)
        .zip(of_pieces)
        .map(|((bias, vector), pieces)| {
            let kept = pieces.into_iter().enumerate().filter(|(_, weight)| weight.abs() >= LEAST);
            let bias = if guessed.is_empty() { bias - OVERSURE } else { bias };
            let vector = vector.into_iter().map(|weight| weight * STRETCH as f32).collect();
            Weights { bias, vector, pieces: kept.map(|(place, weight)| (place as u16, weight)).collect() }
        })
        .collect())
}

/// Of odds [texts, labels]: the sum over labels of `log(1 + exp(odds)) - label x odds`, without overflow, where `known` is 1.
pub(crate) fn cross_entropy(odds: &Tensor, labels: &Tensor, known: &Tensor) -> anyhow::Result<Tensor> {
    let loss = ((odds.relu()? - (odds * labels)?)? + (odds.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
    Ok(((loss * known)?.sum_all()? / (odds.dim(0)? as f64))?)
}

/// The chance of each label.
pub(crate) fn chances(heads: &[Weights], example: &Example) -> Vec<f32> {
    heads
        .iter()
        .map(|Weights { bias, vector, pieces }| {
            let vector: f32 = vector.iter().zip(&example.vector).map(|(weight, value)| weight * value).sum();
            let mut own = example.places.clone();
            own.sort_unstable();
            own.dedup();
            let found = |place: &u32| {
                pieces.binary_search_by_key(&(*place as u16), |piece| piece.0).ok().map(|at| pieces[at].1)
            };
            let odds = bias + vector + own.iter().filter_map(found).sum::<f32>();
            1.0 / (1.0 + (-odds).exp())
        })
        .collect()
}

/// Tells how well heads do on messages that they were not fitted on.
pub(crate) fn tell(heads: &[Weights], labelled: &[Example], ordinary: &[Example]) {
    for (place, label) in LABELS.iter().enumerate() {
        let (mut hits, mut all, mut taken) = (0, 0, 0);
        for example in labelled {
            let (chance, said) = (chances(heads, example)[place], example.labels[place]);
            if said >= 0.0 {
                all += usize::from(said > 0.5);
                taken += usize::from(chance > 0.5);
                hits += usize::from(chance > 0.5 && said > 0.5);
            }
        }
        let of_ordinary = ordinary.iter().filter(|example| chances(heads, example)[place] > 0.5).count();
        let pieces = heads[place].pieces.len();
        println!(
            "  {label}: {hits} of {all} found, {taken} taken for it, and {of_ordinary} of {} ordinary ones; {pieces} pieces",
            ordinary.len()
        );
    }
}
