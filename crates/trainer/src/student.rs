//! The student: a table of pieces, trained by episodes on simulated shops and by the teacher's opinion of what is alike.

use crate::{catalogue::Numbered, heads, random::Random, teacher::unit, vocabulary::Places};
use candle_core::{D, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};

/// Topics in a simulated shop, and messages a topic.
const TOPICS: usize = 48;
const MESSAGES: usize = 3;
/// The temperature of the cosines.
const TEMPERATURE: f64 = 0.07;
/// How much an answer's cosine counts beside those of the phrasings.
const ANSWER_SHARE: f64 = 0.5;
const UNSEEN: f32 = -1e4;

/// How to train.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub(crate) steps: usize,
    pub(crate) rate: f64,
    /// The share of pieces that a text loses.
    pub(crate) dropped: f32,
    /// Weight of the teacher's opinion.
    pub(crate) teacher: f64,
    /// Weight of telling tones.
    pub(crate) tones: f64,
    /// Texts that are held against the teacher a step.
    pub(crate) batch: usize,
    /// Whether shops are simulated at all.
    pub(crate) shops: bool,
}

/// Where vectors come from: a table of its own, or code books.
pub(crate) enum Table {
    /// [pieces, dimensions]
    Free(Var),
    /// code books [spans x 256, width] and codes [pieces x spans]: places in the books
    Quantised { books: Var, codes: Vec<u32>, spans: usize },
}

impl Table {
    fn rows(&self, places: &[u32]) -> anyhow::Result<Tensor> {
        Ok(match self {
            Table::Free(table) => table.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?,
            Table::Quantised { books, codes, spans } => {
                let codes: Vec<u32> = places
                    .iter()
                    .flat_map(|&place| codes[place as usize * spans..][..*spans].iter().copied())
                    .collect();
                let rows = books.index_select(&Tensor::new(codes, &Device::Cpu)?, 0)?;
                rows.reshape((places.len(), spans * books.dim(1)?))?
            }
        })
    }

    fn variable(&self) -> &Var {
        match self {
            Table::Free(table) => table,
            Table::Quantised { books, .. } => books,
        }
    }

    /// The unit vectors of texts.
    pub(crate) fn embed(&self, texts: &[Places]) -> anyhow::Result<Tensor> {
        let places: Vec<u32> = texts.iter().flatten().copied().collect();
        let owners: Vec<u32> =
            texts.iter().enumerate().flat_map(|(text, places)| places.iter().map(move |_| text as u32)).collect();
        let rows = self.rows(&places)?;
        let sums = Tensor::zeros((texts.len(), rows.dim(1)?), rows.dtype(), &Device::Cpu)?;
        unit(&sums.index_add(&Tensor::new(owners, &Device::Cpu)?, &rows, 0)?)
    }
}

/// What it learns from.
pub(crate) struct Lessons<'a> {
    pub(crate) topics: Vec<&'a Numbered>,
    /// Messages with what their tone is; and messages of no tone.
    pub(crate) toned: &'a [(Places, [f32; heads::COUNT])],
    pub(crate) ordinary: &'a [Places],
    /// What the teacher takes the tone of each of `texts` to be.
    pub(crate) guessed: &'a [[f32; heads::COUNT]],
    /// Texts, and the teacher's unit vectors of them in the student's dimensions.
    pub(crate) texts: &'a [Places],
    pub(crate) targets: Option<&'a Tensor>,
}

/// Trains a table in place; `watch` sees the mean losses of every hundred steps.
pub(crate) fn train(
    table: &Table,
    lessons: &Lessons<'_>,
    recipe: Recipe,
    random: &mut Random,
    mut watch: impl FnMut(usize, f64, f64),
) -> anyhow::Result<()> {
    const WATCHED: usize = 100;
    let parameters = ParamsAdamW { lr: recipe.rate, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.0 };
    let width = table.embed(&[vec![0]])?.dim(1)?;
    let tones = Var::zeros((width, heads::COUNT), candle_core::DType::F32, &Device::Cpu)?;
    let bias = Var::from_tensor(&(Tensor::ones(heads::COUNT, candle_core::DType::F32, &Device::Cpu)? * -3.0)?)?;
    let variables = vec![table.variable().clone(), tones.clone(), bias.clone()];
    let mut optimiser = AdamW::new(variables, parameters)?;
    let (mut of_shops, mut of_teacher) = (0.0, 0.0);
    for step in 0..recipe.steps {
        optimiser.set_learning_rate(recipe.rate * (1.0 - step as f64 / recipe.steps as f64));
        let mut loss = if recipe.shops {
            Shop::draw(lessons, recipe, random).loss(table)?
        } else {
            Tensor::new(0f32, &Device::Cpu)?
        };
        if let Some(targets) = lessons.targets.filter(|_| recipe.teacher > 0.0) {
            let chosen: Vec<u32> = (0..recipe.batch).map(|_| random.below(lessons.texts.len()) as u32).collect();
            let batch: Vec<Places> = chosen.iter().map(|&text| lessons.texts[text as usize].clone()).collect();
            let ours = table.embed(&batch)?;
            let theirs = targets.index_select(&Tensor::new(chosen, &Device::Cpu)?, 0)?;
            let apart = ((ours * theirs)?.sum(D::Minus1)?.mean_all()? * -1.0)?;
            of_teacher += f64::from(apart.to_scalar::<f32>()?);
            loss = (loss + (apart * recipe.teacher)?)?;
        }
        if recipe.tones > 0.0 && recipe.shops {
            loss = (loss + (tones_loss(table, lessons, &tones, &bias, recipe, random)? * recipe.tones)?)?;
        }
        of_shops += f64::from(loss.to_scalar::<f32>()?);
        optimiser.backward_step(&loss)?;
        if (step + 1).is_multiple_of(WATCHED) {
            watch(step + 1, of_shops / WATCHED as f64, of_teacher / WATCHED as f64);
            (of_shops, of_teacher) = (0.0, 0.0);
        }
    }
    Ok(())
}

/// How badly the vectors tell the tone of messages.
fn tones_loss(
    table: &Table,
    lessons: &Lessons<'_>,
    tones: &Var,
    bias: &Var,
    recipe: Recipe,
    random: &mut Random,
) -> anyhow::Result<Tensor> {
    const BATCH: usize = 384;
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for turn in 0..BATCH {
        let (text, said) = match turn % 3 {
            0 => {
                let (text, said) = &lessons.toned[random.below(lessons.toned.len())];
                (text, *said)
            }
            1 if !lessons.guessed.is_empty() => {
                let place = random.below(lessons.guessed.len());
                (&lessons.texts[place], lessons.guessed[place])
            }
            _ => (&lessons.ordinary[random.below(lessons.ordinary.len())], heads::ordinary()),
        };
        texts.push(thinned(text, recipe.dropped, random));
        labels.extend(said);
    }
    let known: Vec<f32> = labels.iter().map(|&label| f32::from(u8::from(label >= 0.0))).collect();
    let shape = (BATCH, heads::COUNT);
    let odds = (table.embed(&texts)?.matmul(tones)? * heads::STRETCH)?.broadcast_add(bias)?;
    heads::cross_entropy(
        &odds,
        &Tensor::from_vec(labels, shape, &Device::Cpu)?,
        &Tensor::from_vec(known, shape, &Device::Cpu)?,
    )
}

/// A text without a share of its pieces, but never without all.
fn thinned(text: &Places, dropped: f32, random: &mut Random) -> Places {
    let kept: Places = text.iter().copied().filter(|_| random.share() >= dropped).collect();
    if kept.is_empty() { text.clone() } else { kept }
}

fn log_softmax(rows: &Tensor) -> anyhow::Result<Tensor> {
    let rows = rows.broadcast_sub(&rows.max_keepdim(D::Minus1)?.detach())?;
    Ok(rows.broadcast_sub(&rows.exp()?.sum_keepdim(D::Minus1)?.log()?)?)
}

/// One simulated shop.
pub(crate) struct Shop {
    phrasings: Vec<Places>,
    /// For each entry the first phrasing and how many there are.
    spans: Vec<(usize, usize)>,
    answers: Vec<Places>,
    /// Text, entry.
    messages: Vec<(Places, usize)>,
}

impl Shop {
    fn draw(lessons: &Lessons<'_>, recipe: Recipe, random: &mut Random) -> Shop {
        let all = random.draw(&lessons.topics, lessons.topics.len());
        let chosen = &all[..TOPICS.min(all.len())];
        let mut shop = Shop { phrasings: vec![], spans: vec![], answers: vec![], messages: vec![] };
        for (entry, topic) in chosen.iter().enumerate() {
            let (phrasings, answer) = &topic.variants[random.below(topic.variants.len())];
            // Some shops give a question and nothing else.
            let count = if random.share() < 0.2 { 1 } else { phrasings.len() };
            shop.spans.push((shop.phrasings.len(), count));
            for text in &phrasings[..count] {
                shop.phrasings.push(thinned(text, recipe.dropped, random));
            }
            shop.answers.push(thinned(answer, recipe.dropped, random));
            for _ in 0..MESSAGES {
                let text = &topic.messages[random.below(topic.messages.len())];
                shop.messages.push((thinned(text, recipe.dropped, random), entry));
            }
        }
        shop
    }

    /// [messages, entries]
    fn scores(&self, table: &Table) -> anyhow::Result<Tensor> {
        let most = self.spans.iter().map(|span| span.1).max().unwrap_or(1);
        let mut places = Vec::new();
        let mut unseen = Vec::new();
        for &(first, count) in &self.spans {
            for at in 0..most {
                places.push(if at < count { (first + at) as u32 } else { 0 });
                // The mean over the phrasings of an entry, so that many are no advantage.
                unseen.push(if at < count { -(count as f32).ln() } else { UNSEEN });
            }
        }
        let texts: Vec<Places> =
            self.messages.iter().map(|(text, _)| text).chain(&self.phrasings).chain(&self.answers).cloned().collect();
        let vectors = table.embed(&texts)?;
        let messages = vectors.narrow(0, 0, self.messages.len())?;
        let phrasings = vectors.narrow(0, self.messages.len(), self.phrasings.len())?;
        let answers = vectors.narrow(0, self.messages.len() + self.phrasings.len(), self.answers.len())?;
        let phrasings = phrasings.index_select(&Tensor::new(places, &Device::Cpu)?, 0)?;
        let unseen = Tensor::from_vec(unseen, (1, self.spans.len(), most), &Device::Cpu)?;
        let alike = (messages.matmul(&phrasings.t()?)? / TEMPERATURE)?;
        let alike = alike.reshape((self.messages.len(), self.spans.len(), most))?.broadcast_add(&unseen)?;
        let highest = alike.max_keepdim(D::Minus1)?.detach();
        let sums = alike.broadcast_sub(&highest)?.exp()?.sum_keepdim(D::Minus1)?.log()?;
        let scores = (sums + highest)?.squeeze(D::Minus1)?;
        Ok((scores + (messages.matmul(&answers.t()?)? * (ANSWER_SHARE / TEMPERATURE))?)?)
    }

    /// The cross-entropy of the messages' own entries.
    fn loss(&self, table: &Table) -> anyhow::Result<Tensor> {
        let count = self.messages.len();
        let own: Vec<u32> = self.messages.iter().map(|&(_, entry)| entry as u32).collect();
        let own = Tensor::from_vec(own, (count, 1), &Device::Cpu)?;
        let picked = log_softmax(&self.scores(table)?)?.gather(&own, 1)?;
        Ok((picked.sum_all()? * (-1.0 / count as f64))?)
    }
}
