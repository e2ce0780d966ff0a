//! `cargo xtask model`: trains the encoder file from the catalogue; the same bytes each time on the same kind of machine.

mod catalogue;
mod episodes;
mod random;
mod table;
mod vocabulary;

use anyhow::Context;
use catalogue::Numbered;
use classifier::Encoder;
use random::Random;
use std::{fs, path::Path};
use table::Table;
use vocabulary::Vocabulary;

/// Numbers in a word's vector: fewer cost accuracy on topics held out, more cost bytes.
const DIMENSIONS: usize = 96;
/// Words that stand less often in the catalogue are left out; leaving them in gained nothing.
const LEAST: u32 = 3;
/// Simulated shops to train on; accuracy on topics held out stands still after about 1,500.
const EPISODES: usize = 2_000;
/// Every so many topics, one is held out of a first training, whose accuracy is told.
const HELD_OUT: usize = 6;
/// What chance starts from.
const SEED: u64 = 3;

/// Trains on the catalogue in the working folder and writes `public/encoder.bin`.
///
/// # Errors
/// The catalogue cannot be read, or the file not be written.
pub(crate) fn run() -> anyhow::Result<()> {
    let topics = catalogue::read(Path::new("catalogue/en.jsonl"))?;
    let vocabulary = Vocabulary::of(topics.iter().flat_map(catalogue::Topic::texts), LEAST);
    let numbered: Vec<Numbered> = topics.iter().map(|topic| topic.numbered(&vocabulary)).collect();
    println!("{} topics, {} words", topics.len(), vocabulary.len());

    let (held, kept): (Vec<_>, Vec<_>) = numbered.iter().enumerate().partition(|(place, _)| place % HELD_OUT == 0);
    let [held, kept] = [held, kept].map(|part| part.into_iter().map(|(_, topic)| topic).collect::<Vec<&Numbered>>());
    println!("training with {} topics held out", held.len());
    let accuracy = episodes::accuracy(&trained(&vocabulary, &kept), &held);
    println!("of messages on those topics {:.1} % find their entry among {}", 100.0 * accuracy, held.len());

    println!("training on all topics");
    let table = trained(&vocabulary, &numbered.iter().collect::<Vec<&Numbered>>());
    let bytes = Encoder::pack(words(&vocabulary, &table)).context("while packing the encoder")?;
    let file = Path::new("public/encoder.bin");
    fs::write(file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    println!("{}: {} bytes", file.display(), bytes.len());
    Ok(())
}

fn trained(vocabulary: &Vocabulary, topics: &[&Numbered]) -> Table {
    let mut random = Random::from_seed(SEED);
    let start = Table::start(vocabulary, DIMENSIONS, &mut random);
    episodes::train(start, topics, EPISODES, &mut random, |done, loss| {
        println!("  {done} of {EPISODES} simulated shops, loss {loss:.3}");
    })
}

/// The words with how common they are, in sixteenths of a doubling, and their vectors.
fn words(vocabulary: &Vocabulary, table: &Table) -> Vec<(String, u8, Vec<f32>)> {
    let commonness = |place| (16.0 * (vocabulary.count(place) as f32).log2()).min(255.0) as u8;
    vocabulary.words().map(|(word, place)| (word.to_owned(), commonness(place), table.row(place).to_vec())).collect()
}
