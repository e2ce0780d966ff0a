//! Both ends of the line, pure, with an adversary between them who loses, delays, cuts, crashes and reloads at every step.
//! Whatever he does: nothing is lost, nothing is doubled, everybody sees one order without holes, every ring is heard.
//!
//! `SHOPBELL_CASES` sets how many stories are tried (10,000 when it is not set), `SHOPBELL_SEED` repeats a run.

mod ledger;
mod server;
mod world;

use backend::teeth::Weakness;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use std::io::{Write, stderr};
use world::{Step, World};

/// What may happen, in any order and number.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0usize..4;
    let step = prop_oneof![
        3 => (0usize..2).prop_map(Step::Say),
        1 => (0usize..2).prop_map(Step::Ring),
        1 => (2usize..4).prop_map(Step::Claim),
        2 => (2usize..4).prop_map(Step::Reply),
        1 => (2usize..4, any::<bool>()).prop_map(|(who, away)| Step::GiveUp(who, away)),
        1 => (2usize..4, 1u64..6).prop_map(|(who, seq)| Step::Edit(who, seq)),
        8 => who().prop_map(Step::Up),
        8 => who().prop_map(Step::Down),
        6 => who().prop_map(Step::Answer),
        6 => who().prop_map(Step::Hear),
        4 => Just(Step::Commit),
        1 => Just(Step::Fail),
        1 => (0usize..2).prop_map(Step::TooFast),
        2 => who().prop_map(Step::Cut),
        1 => who().prop_map(Step::Reload),
        3 => who().prop_map(Step::Timer),
        2 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 1..120)
}

fn runner(cases: u32) -> (TestRunner, String) {
    let seed: [u8; 32] = match std::env::var("SHOPBELL_SEED") {
        Ok(seed) => std::array::from_fn(|index| {
            let digits = seed.get(index * 2..index * 2 + 2).expect("SHOPBELL_SEED has 64 hexadecimal digits");
            u8::from_str_radix(digits, 16).expect("SHOPBELL_SEED has 64 hexadecimal digits")
        }),
        Err(_) => {
            let [one, other] = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()].map(uuid::Uuid::into_bytes);
            std::array::from_fn(|index| if index < 16 { one[index] } else { other[index - 16] })
        }
    };
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let shown = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    (TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed)), shown)
}

fn tell(steps: &[Step], weakness: Option<Weakness>) -> Result<(), TestCaseError> {
    let mut world = World::new(weakness);
    // Half of the stories begin with everybody connected, so that they get further.
    if steps.len().is_multiple_of(2) {
        world.settle();
    }
    for step in steps {
        world.step(step);
        world.check_what_was_promised()?;
    }
    world.settle();
    world.check_everything()
}

#[test]
fn whatever_breaks_nothing_is_lost_nothing_doubled_and_all_see_one_order() {
    let cases = std::env::var("SHOPBELL_CASES").map_or(10_000, |cases| cases.parse().expect("a number"));
    let (mut runner, seed) = runner(cases);
    println!("{cases} stories, SHOPBELL_SEED={seed}");
    if let Err(failed) = runner.run(&steps(), |steps| tell(&steps, None)) {
        panic!("SHOPBELL_SEED={seed}: {failed}");
    }
}

/// The tests would notice: with a promise broken on purpose, the same stories fail.
fn is_noticed(weakness: Weakness) {
    let (mut runner, seed) = runner(10_000);
    match runner.run(&steps(), |steps| tell(&steps, Some(weakness))) {
        // Past the capture of what a test prints: it shows that the suite can fail, also where all pass.
        Err(TestError::Fail(why, steps)) => {
            writeln!(stderr(), "teeth: with {weakness:?} the stories fail after {} steps: {why}", steps.len())
                .expect("standard error takes a line");
        }
        other => panic!("SHOPBELL_SEED={seed}: nobody noticed {weakness:?}: {other:?}"),
    }
}

#[test]
fn without_deduplication_the_stories_fail() {
    is_noticed(Weakness::NoDeduplication);
}

#[test]
fn reading_before_listening_makes_the_stories_fail() {
    is_noticed(Weakness::ReadBeforeListening);
}

#[test]
fn acknowledging_before_the_commit_makes_the_stories_fail() {
    is_noticed(Weakness::AckBeforeCommit);
}
