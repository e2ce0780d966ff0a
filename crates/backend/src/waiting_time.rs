//! How long a visitor will wait for a person, as far as the shop's own recent waits can tell. Pure: figures in, a figure out.
//!
//! Each past wait is told as if it were this visitor's, and the longest but for one in ten is what is said:
//!
//! ```text
//! rounds(place, agents) = place / agents, rounded up
//! likened = waited × rounds(place now, agents then) / rounds(place then, agents then) × max(1, agents then / agents now)
//! within = the 90th percentile of all `likened` (nearest rank), rounded up to a whole minute
//! ```
//!
//! What makes it honest:
//! - **Nine in ten, not the mean.** Half of all visitors wait longer than the middle one, and waits have a long tail: a mean
//!   would be broken as a promise every second time.
//! - **A place counts in rounds.** With three agents, the first three in the queue are each next for somebody. A wait from the
//!   end of a queue says little to who is first in it, until it is divided by its rounds. A sum of rounds at their ninetieth
//!   percentile is longer than the percentile of the sum; where the model errs, it errs towards the longer wait.
//! - **Fewer agents now make it longer, more do not make it shorter.** A part of each wait is somebody noticing, which a second
//!   agent need not halve. When more agents do help, the next waits show it.
//! - **It counts from the ring**, as the data do, and holds for the whole wait. Who has waited as long is told
//!   no number any more: none is honest then, and nobody is consoled with the same minutes anew.
//! - **It is silent** with fewer than [`FEWEST`] waits or no agent: nobody knows then.
//!
//! It knows only of waits that ended with a person. Those who gave up before are not in the data, though they may have waited
//! longest; that is one more reason for a high percentile, and no remedy.

/// With fewer waits nothing is said.
pub const FEWEST: usize = 5;
/// Waits beyond these are older than what holds now.
pub const MOST: usize = 50;

const MINUTE_MS: u128 = 60_000;

/// A wait that ended with a person, with the queue as it was at the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Milliseconds from the ring to the claim.
    pub waited_ms: u64,
    /// Agents who were there. A wait that began with none tells of an absence and is passed over.
    pub agents: u32,
    /// The place in the queue, counted from 1.
    pub position: u32,
}

/// What can be said to a visitor who rang at place `position` (counted from 1), has waited `waited_ms` milliseconds since, and
/// has `agents` there to answer now: of visitors like this one, nine in ten were answered within so many milliseconds of their
/// ring, in whole minutes, at least one. `past` is the waits of this part of the day, newest first; the first [`MOST`] that can
/// be used are. None without an agent, with fewer than [`FEWEST`] such waits, and for whoever has waited as long already.
#[must_use]
pub fn expected_wait(past: &[Wait], position: u32, agents: u32, waited_ms: u64) -> Option<u64> {
    if agents == 0 {
        return None;
    }
    let usable = past.iter().filter(|wait| wait.agents > 0).take(MOST);
    let mut likened: Vec<u128> = usable.map(|wait| liken(wait, position, agents)).collect();
    if likened.len() < FEWEST {
        return None;
    }
    // Nearest rank: the smallest one that nine in ten do not exceed.
    let rank = (9 * likened.len()).div_ceil(10) - 1;
    let (_, nine_in_ten, _) = likened.select_nth_unstable(rank);
    let within = nine_in_ten.div_ceil(MINUTE_MS).max(1).saturating_mul(MINUTE_MS);
    let within = u64::try_from(within).unwrap_or(u64::MAX);
    (within > waited_ms).then_some(within)
}

/// This wait in milliseconds, as it would have been from place `position` with `agents` there.
fn liken(wait: &Wait, position: u32, agents: u32) -> u128 {
    let rounds = |position: u32| u128::from(position.max(1).div_ceil(wait.agents));
    // Rounds times agents is less than place plus agents, so this is below 2^97.
    let waited = u128::from(wait.waited_ms) * rounds(position) * u128::from(wait.agents);
    waited.div_ceil(rounds(wait.position) * u128::from(agents.min(wait.agents)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: u64 = 60_000;

    /// Waits of so many minutes, by visitors who were first, with one agent there.
    fn minutes(waits: &[u64]) -> Vec<Wait> {
        waits.iter().map(|minutes| Wait { waited_ms: minutes * MINUTE, agents: 1, position: 1 }).collect()
    }

    #[test]
    fn nine_in_ten_were_answered_within_what_is_said() {
        let one_to_ten = minutes(&[4, 10, 1, 7, 3, 8, 2, 9, 6, 5]);
        let of_seconds: Vec<Wait> = (1..=5).map(|s| Wait { waited_ms: s * 1_000, agents: 1, position: 1 }).collect();
        for (past, expected) in [
            (one_to_ten, 9),
            (minutes(&[1, 1, 1, 1, 7]), 7),
            // Rounded up to a minute.
            (of_seconds, 1),
            (minutes(&[0; 9]), 1),
            // The 51st is too old to count.
            (minutes(&[[2; 50], [60; 50]].concat()), 2),
        ] {
            assert_eq!(expected_wait(&past, 1, 1, 0), Some(expected * MINUTE), "{past:?}");
        }
    }

    #[test]
    fn place_and_agents_count_in_rounds_of_those_there() {
        let of = |minutes: u64, agents, position| vec![Wait { waited_ms: minutes * MINUTE, agents, position }; 5];
        for (past, position, agents, expected) in [
            (of(3, 1, 1), 4, 1, 12),
            (of(12, 1, 4), 1, 1, 3),
            (of(12, 1, 4), 2, 1, 6),
            // All four were next for somebody.
            (of(2, 4, 4), 1, 4, 2),
            (of(2, 4, 4), 5, 4, 4),
            // Agents who left, agents who came.
            (of(2, 3, 1), 1, 1, 6),
            (of(2, 3, 1), 6, 1, 12),
            (of(2, 1, 1), 1, 3, 2),
            (of(2, 1, 1), 6, 3, 12),
            // A place is never before the first.
            (of(2, 1, 0), 0, 1, 2),
        ] {
            assert_eq!(expected_wait(&past, position, agents, 0), Some(expected * MINUTE), "{past:?}");
        }
    }

    #[test]
    fn who_has_waited_as_long_is_told_no_number() {
        let past = minutes(&[5; 5]);
        assert_eq!(expected_wait(&past, 1, 1, 5 * MINUTE - 1), Some(5 * MINUTE));
        assert_eq!(expected_wait(&past, 1, 1, 5 * MINUTE), None);
        assert_eq!(expected_wait(&past, 1, 1, u64::MAX), None);
    }

    #[test]
    fn nothing_is_said_without_an_agent_or_without_enough_waits() {
        assert_eq!(expected_wait(&minutes(&[1; 50]), 1, 0, 0), None);
        assert_eq!(expected_wait(&minutes(&[1; 4]), 1, 1, 0), None);
        assert_eq!(expected_wait(&[], 1, 1, 0), None);
        let nobody_there = Wait { waited_ms: 900 * MINUTE, agents: 0, position: 1 };
        let four = [minutes(&[1; 4]), vec![nobody_there; 9]].concat();
        assert_eq!(expected_wait(&four, 1, 1, 0), None);
        let five = [vec![nobody_there; 60], minutes(&[1; 5])].concat();
        assert_eq!(expected_wait(&five, 1, 1, 0), Some(MINUTE));
    }

    fn pasts() -> impl Strategy<Value = Vec<Wait>> {
        let waited = prop_oneof![4 => 0..3_600_000u64, 1 => any::<u64>()];
        let many = || prop_oneof![9 => 0..20u32, 1 => any::<u32>()];
        let wait = (waited, many(), many());
        let wait = wait.prop_map(|(waited_ms, agents, position)| Wait { waited_ms, agents, position });
        prop::collection::vec(wait, 0..80)
    }

    /// What can be said at the ring.
    fn within(past: &[Wait], position: u32, agents: u32) -> Option<u64> {
        expected_wait(past, position, agents, 0)
    }

    proptest! {
        #[test]
        fn a_later_place_fewer_agents_and_longer_waits_never_make_it_shorter(
            past in pasts(),
            position: u32,
            agents in 1..20u32,
        ) {
            let now = within(&past, position, agents);
            prop_assert!(within(&past, position.saturating_add(1), agents) >= now);
            prop_assert!(within(&past, position, agents + 1) <= now);
            let mut longer = past.clone();
            if let Some(wait) = longer.first_mut() {
                wait.waited_ms = wait.waited_ms.saturating_mul(3);
            }
            prop_assert!(within(&longer, position, agents) >= now);
        }

        #[test]
        fn it_scales_with_the_waits_and_is_whole_minutes(
            past in pasts(),
            position in 0..40u32,
            agents in 1..20u32,
            times in 1..9u64,
        ) {
            let mut past = past;
            past.iter_mut().for_each(|wait| wait.waited_ms %= 86_400_000);
            if let Some(once) = within(&past, position, agents) {
                past.iter_mut().for_each(|wait| wait.waited_ms *= times);
                let many = within(&past, position, agents).expect("as many waits");
                prop_assert!(once >= MINUTE && once.is_multiple_of(MINUTE));
                // Each is rounded up to a minute.
                prop_assert!(many <= times * once && many + times * MINUTE >= times * once, "{} {}", once, many);
            }
        }

        #[test]
        fn what_is_said_is_always_more_than_was_waited(past in pasts(), position: u32, agents: u32, waited_ms: u64) {
            if let Some(milliseconds) = expected_wait(&past, position, agents, waited_ms) {
                prop_assert!(milliseconds > waited_ms);
            }
        }
    }
}
