//! `cargo xtask model` runs this: it trains an encoder file from the catalogue and, where there is one, a teacher.

mod calibrate;
mod catalogue;
mod heads;
mod quantise;
mod random;
mod start;
mod student;
mod teacher;
mod vocabulary;

use anyhow::Context;
use candle_core::{Device, Tensor, Var};
use catalogue::{Numbered, Other, Topic};
use clap::{Args, Parser};
use classifier::{Calibration, Classifier, Encoder, Entry, Faq, Parts, Weights};
use random::Random;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};
use student::{Lessons, Recipe, Table};
use vocabulary::{Sizes, Vocabulary};

/// Numbers that the teacher's vectors have.
const TEACHER_WIDTH: usize = 384;
/// Numbers in a span of a vector.
const SPAN: usize = 4;
/// Every so many topics, one is held out of a first training, which tells how well unseen topics fare and fits the calibration.
const HELD_OUT: usize = 3;
/// Every so many labelled messages, one is held out of that training.
const HEARD: usize = 5;
/// Texts whose vectors are worked out at once.
const GUESSED: usize = 10_000;

#[derive(Parser)]
enum Command {
    /// Writes the teacher's vectors of a file's lines.
    Embed {
        #[arg(long)]
        teacher: PathBuf,
        #[arg(long)]
        texts: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// Trains an encoder.
    Train(Train),
}

#[derive(Args)]
struct Train {
    #[arg(long, default_value = "catalogue")]
    catalogue: PathBuf,
    #[arg(long)]
    language: String,
    /// Texts of any kind, one a line, with the teacher's vectors of them.
    #[arg(long, requires = "vectors")]
    texts: Option<PathBuf>,
    #[arg(long)]
    vectors: Option<PathBuf>,
    /// The teacher, for the vectors of single pieces.
    #[arg(long)]
    teacher: Option<PathBuf>,
    #[arg(long)]
    out: PathBuf,
    #[arg(long)]
    words: usize,
    #[arg(long)]
    rows: usize,
    #[arg(long)]
    parts: usize,
    #[arg(long)]
    dimensions: usize,
    /// Steps to match the teacher, to learn from simulated shops, and to mend what quantising broke.
    #[arg(long, default_value_t = 1000)]
    matching: usize,
    #[arg(long, default_value_t = 1000)]
    shops: usize,
    #[arg(long, default_value_t = 400)]
    mending: usize,
    #[arg(long, default_value_t = 15.0)]
    teacher_weight: f64,
    #[arg(long, default_value_t = 0.15)]
    tones: f64,
    #[arg(long, default_value_t = 0.3)]
    dropped: f32,
    #[arg(long, default_value_t = 3e-3)]
    rate: f64,
    #[arg(long, default_value_t = 3)]
    seed: u64,
}

fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Embed { teacher, texts, out } => {
            let teacher = teacher::Teacher::read(&teacher)?;
            let texts = lines(&texts)?;
            write_floats(&out, &teacher.embed_all(&texts)?)
        }
        Command::Train(train) => Trainer::prepare(train)?.run(),
    }
}

/// Everything that both trainings share.
struct Trainer {
    options: Train,
    clock: Instant,
    topics: Vec<Topic>,
    other: Vec<Other>,
    vocabulary: Vocabulary,
    frequencies: Vec<f32>,
    numbered: Vec<Numbered>,
    toned: Vec<(vocabulary::Places, [f32; heads::COUNT])>,
    ordinary: Vec<vocabulary::Places>,
    texts: Vec<vocabulary::Places>,
    /// The teacher's vectors of the texts.
    vectors: Option<Tensor>,
    /// Messages that stand among the texts too: their place among all labelled ones, or among ordinary ones; the text's place;
    /// and their labels.
    labelled_texts: Vec<(usize, u32, [f32; heads::COUNT])>,
    start: Tensor,
    targets: Option<Tensor>,
}

impl Trainer {
    fn prepare(options: Train) -> anyhow::Result<Trainer> {
        let clock = Instant::now();
        let topics: Vec<Topic> = catalogue::read(&options.catalogue.join(format!("{}.jsonl", options.language)))?;
        let other: Vec<Other> = catalogue::read(&options.catalogue.join("other.jsonl"))?;
        let other: Vec<Other> = other.into_iter().filter(|other| other.language == options.language).collect();
        let texts = options.texts.as_deref().map(lines).transpose()?.unwrap_or_default();
        let weighted = topics.iter().flat_map(Topic::texts).chain(other.iter().map(|other| other.text.as_str()));
        let weighted = weighted.map(|text| (text, 2.0)).chain(texts.iter().map(|text| (text.as_str(), 1.0)));
        let sizes = Sizes { words: options.words, rows: options.rows, parts: options.parts };
        let vocabulary = Vocabulary::of(weighted, sizes);
        let frequencies: Vec<f32> = vocabulary.pieces().iter().map(|(_, count)| *count).collect();
        println!("{}: {} topics, {} pieces", options.language, topics.len(), vocabulary.len());
        let mut random = Random::from_seed(options.seed);
        let (start, targets, vectors) = match (&options.teacher, &options.vectors) {
            (Some(teacher), Some(vectors)) => {
                let teacher = teacher::Teacher::read(teacher)?;
                let names: Vec<String> = vocabulary.pieces().iter().map(|(piece, _)| piece.clone()).collect();
                let pieces = teacher.embed_all(&names)?;
                let (start, axes) = start::rows(&pieces, &frequencies, options.dimensions, &mut random)?;
                let vectors = Tensor::from_vec(floats(vectors)?, (texts.len(), TEACHER_WIDTH), &Device::Cpu)
                    .context("the vectors are not those of the texts")?;
                let centred = vectors.broadcast_sub(&vectors.mean_keepdim(0)?)?;
                (start, Some(teacher::unit(&centred.matmul(&axes)?)?), Some(vectors))
            }
            _ => (start::random(&frequencies, options.dimensions, &mut random)?, None, None),
        };
        let numbered = topics.iter().map(|topic| topic.numbered(&vocabulary)).collect();
        let place_of: HashMap<&str, u32> =
            texts.iter().enumerate().map(|(at, text)| (text.as_str(), at as u32)).collect();
        let labelled = other.iter().map(|other| (other.text.as_str(), heads::labels(other)));
        let labelled = labelled.enumerate().filter_map(|(at, (text, labels))| Some((at, *place_of.get(text)?, labels)));
        let asked = topics.iter().flat_map(Topic::asked).enumerate();
        let asked = asked.filter_map(|(at, text)| Some((at, *place_of.get(text)?, heads::ordinary())));
        // Ordinary messages are many more.
        let labelled = labelled.flat_map(|labelled| std::iter::repeat_n(labelled, 4));
        let labelled_texts = labelled.chain(asked).collect();
        let texts = texts.iter().map(|text| vocabulary.places(text)).collect();
        let toned = other.iter().map(|other| (vocabulary.places(&other.text), heads::labels(other))).collect();
        // Questions as shops put them are short, as are many labelled messages: length must tell nothing.
        let asked = topics.iter().flat_map(Topic::asked);
        let ordinary = asked.map(|text| vocabulary.places(text)).collect();
        println!("prepared after {:.0?}", clock.elapsed());
        Ok(Trainer {
            options,
            clock,
            topics,
            other,
            vocabulary,
            frequencies,
            numbered,
            toned,
            ordinary,
            texts,
            vectors,
            labelled_texts,
            start,
            targets,
        })
    }

    fn run(&self) -> anyhow::Result<()> {
        let held: Vec<usize> = (0..self.topics.len()).filter(|place| place % HELD_OUT == 0).collect();
        let kept: Vec<usize> = (0..self.topics.len()).filter(|place| place % HELD_OUT != 0).collect();
        println!("training with {} topics held out", held.len());
        let encoder = Encoder::from_bytes(&self.train(&kept, None, true)?)?;
        let held: Vec<&Topic> = held.iter().map(|&place| &self.topics[place]).collect();
        let (right, three, total) = accuracy(&encoder, &held)?;
        println!(
            "held-out topics as a FAQ of {}: top-1 {:.1} %, top-3 {:.1} % of {total}",
            held.len(),
            100.0 * right,
            100.0 * three
        );
        // The others were told to the encoder, which would seem surer than it is.
        let unheard = self.other.iter().step_by(HEARD);
        let none: Vec<&Other> = unheard.filter(|other| other.label == "none").collect();
        let calibration = calibrate::fit(&encoder, &held, &none, &mut Random::from_seed(self.options.seed))?;
        println!("training on all topics");
        let all: Vec<usize> = (0..self.topics.len()).collect();
        let bytes = self.train(&all, Some(calibration), false)?;
        fs::write(&self.options.out, &bytes).with_context(|| format!("cannot write {}", self.options.out.display()))?;
        println!("{}: {} bytes after {:.0?}", self.options.out.display(), bytes.len(), self.clock.elapsed());
        Ok(())
    }

    /// The bytes of an encoder trained on some of the topics, and on all labelled messages or all but a fifth, on which it is
    /// then told how well their tone is heard.
    fn train(&self, topics: &[usize], calibration: Option<Calibration>, hold: bool) -> anyhow::Result<Vec<u8>> {
        let options = &self.options;
        let toned = self.toned.iter().enumerate().filter(|(place, _)| !hold || place % HEARD != 0);
        let toned: Vec<_> = toned.map(|(_, toned)| toned.clone()).collect();
        let mut random = Random::from_seed(options.seed);
        let guessed = match &self.vectors {
            Some(vectors) => {
                let labelled = self.labelled_texts.iter().filter(|(place, ..)| !hold || place % HEARD != 0);
                let shown: Vec<_> = labelled.map(|&(_, text, labels)| (text, labels)).collect();
                heads::guess(vectors, &shown, &mut random)?
            }
            None => vec![],
        };
        let lessons = Lessons {
            topics: topics.iter().map(|&place| &self.numbered[place]).collect(),
            toned: &toned,
            ordinary: &self.ordinary,
            guessed: &guessed,
            texts: &self.texts,
            targets: self.targets.as_ref(),
        };
        let recipe = Recipe {
            steps: options.shops,
            rate: options.rate,
            dropped: options.dropped,
            teacher: options.teacher_weight,
            tones: options.tones,
            batch: 512,
            shops: true,
        };
        let watch = |step: usize, shops: f64, apart: f64| {
            println!("  step {step}: loss {shops:.3}, from the teacher {apart:.3}, after {:.0?}", self.clock.elapsed());
        };
        let table = Table::Free(Var::from_tensor(&self.start)?);
        if self.targets.is_some() {
            let matching = Recipe { steps: options.matching, batch: 1024, shops: false, teacher: 1.0, ..recipe };
            student::train(&table, &lessons, matching, &mut random, watch)?;
        }
        student::train(&table, &lessons, recipe, &mut random, watch)?;
        let Table::Free(free) = &table else { anyhow::bail!("the table is gone") };
        let weights: Vec<f32> = self.frequencies.iter().map(|frequency| frequency.sqrt()).collect();
        let quantised = quantise::quantise(&free.to_vec2::<f32>()?, &weights, SPAN, &mut random);
        let spans = options.dimensions / SPAN;
        let books = Tensor::from_vec(quantised.books.concat(), (spans * 256, SPAN), &Device::Cpu)?;
        let codes = quantised
            .codes
            .iter()
            .flat_map(|row| row.iter().enumerate().map(|(span, &code)| (span * 256) as u32 + u32::from(code)));
        let books = Var::from_tensor(&books)?;
        let table = Table::Quantised { books: books.clone(), codes: codes.collect(), spans };
        let mending = Recipe { steps: options.mending, rate: options.rate / 3.0, ..recipe };
        student::train(&table, &lessons, mending, &mut random, watch)?;

        let pieces = self.vocabulary.pieces().iter().zip(quantised.codes);
        let commonness = |count: f32| (16.0 * count.max(1.0).log2()).clamp(0.0, 255.0) as u8;
        let parts = Parts {
            pieces: pieces.map(|((piece, count), codes)| (piece.clone(), commonness(*count), codes)).collect(),
            books: books.to_vec2::<f32>()?.chunks(256).map(|book| book.concat()).collect(),
            heads: self.heads(&table, &guessed, hold, &mut random)?,
            calibration,
        };
        Ok(Encoder::pack(&parts)?)
    }

    /// The heads; with `hold` they are fitted without a fifth of the messages, and it is told how well they do on those.
    fn heads(
        &self,
        table: &Table,
        guessed: &[[f32; heads::COUNT]],
        hold: bool,
        random: &mut Random,
    ) -> anyhow::Result<Vec<Weights>> {
        let examples =
            |texts: &[(vocabulary::Places, [f32; heads::COUNT])]| -> anyhow::Result<[Vec<heads::Example>; 2]> {
                let places: Vec<_> = texts.iter().map(|(places, _)| places.clone()).collect();
                let vectors = table.embed(&places)?.to_vec2::<f32>()?;
                let examples = texts.iter().zip(vectors).map(|((places, labels), vector)| heads::Example {
                    places: places.clone(),
                    vector,
                    labels: *labels,
                });
                let (held, kept): (Vec<_>, Vec<_>) =
                    examples.enumerate().partition(|(place, _)| hold && place % HEARD == 0);
                Ok([held, kept].map(|part| part.into_iter().map(|(_, example)| example).collect()))
            };
        let ordinary: Vec<_> = self.ordinary.iter().map(|places| (places.clone(), heads::ordinary())).collect();
        let ([held, labelled], [held_ordinary, ordinary]) = (examples(&self.toned)?, examples(&ordinary)?);
        let mut of_teacher = Vec::new();
        for (texts, labels) in self.texts.chunks(GUESSED).zip(guessed.chunks(GUESSED)) {
            let vectors = table.embed(texts)?.to_vec2::<f32>()?;
            of_teacher.extend(texts.iter().zip(vectors).zip(labels).map(|((places, vector), labels)| heads::Example {
                places: places.clone(),
                vector,
                labels: *labels,
            }));
        }
        let heads = heads::fit(&labelled, &ordinary, &of_teacher, self.vocabulary.len(), random)?;
        if hold {
            heads::tell(&heads, &held, &held_ordinary);
        }
        Ok(heads)
    }
}

/// How often the right entry comes first, and among the first three, when topics are a shop's FAQ in each of their variants;
/// and how many messages were asked.
fn accuracy(encoder: &Encoder, topics: &[&Topic]) -> anyhow::Result<(f64, f64, usize)> {
    let variants = topics.iter().map(|topic| topic.faq.len()).min().unwrap_or(0);
    let (mut right, mut three, mut total) = (0usize, 0usize, 0usize);
    for variant in 0..variants {
        let entries = topics.iter().map(|topic| {
            let said = &topic.faq[variant];
            Entry {
                id: topic.topic.clone(),
                question: said.question.clone(),
                examples: said.examples.clone(),
                answer: said.answer.clone(),
            }
        });
        let classifier =
            Classifier::fit(encoder, &Faq { language: "en".to_owned(), entries: entries.collect(), fitted: None })?;
        for topic in topics {
            for message in &topic.messages {
                let (_, found) = classifier.signals(&message.text);
                right += usize::from(found.first() == Some(&topic.topic));
                three += usize::from(found.contains(&topic.topic));
                total += 1;
            }
        }
    }
    let share = |hits: usize| hits as f64 / total.max(1) as f64;
    Ok((share(right), share(three), total))
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn floats(path: &Path) -> anyhow::Result<Vec<f32>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
}

fn write_floats(path: &Path, vectors: &Tensor) -> anyhow::Result<()> {
    let bytes: Vec<u8> =
        vectors.flatten_all()?.to_vec1::<f32>()?.iter().flat_map(|value| value.to_le_bytes()).collect();
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
