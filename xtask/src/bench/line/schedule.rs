//! When each message is due, whatever becomes of those before it (an open loop). Waiting counts from when a message was due
//! and not from when it was sent: a server that holds everybody up is charged for all who had to wait (G. Tene, "How not to
//! measure latency": coordinated omission). Pure; times are since the start.

use std::time::Duration;

/// Messages at a steady pace, given to the conversations in turn: a warm-up, then rounds of equal length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub(super) per_second: usize,
    pub(super) conversations: usize,
    pub(super) warm_up: Duration,
    pub(super) round: Duration,
    pub(super) rounds: usize,
}

impl Schedule {
    /// When message `number` is due.
    pub(super) fn due(&self, number: usize) -> Duration {
        Duration::from_secs_f64(number as f64 / self.per_second as f64)
    }

    /// How many messages there are, the warm-up included.
    pub(super) fn messages(&self) -> usize {
        (self.end().as_secs_f64() * self.per_second as f64) as usize
    }

    /// When the last round is over.
    pub(super) fn end(&self) -> Duration {
        self.warm_up + self.round * u32::try_from(self.rounds).unwrap_or(u32::MAX)
    }

    /// The numbers of a conversation's messages, in order.
    pub(super) fn of(&self, conversation: usize) -> impl Iterator<Item = usize> + use<> {
        (conversation..self.messages()).step_by(self.conversations)
    }

    /// The round in which a message is due, counted from 0; `None` in the warm-up.
    pub(super) fn round_of(&self, number: usize) -> Option<usize> {
        let since = self.due(number).checked_sub(self.warm_up)?;
        Some(((since.as_secs_f64() / self.round.as_secs_f64()) as usize).min(self.rounds - 1))
    }

    /// How long a message that arrived at `at` was waited for.
    pub(super) fn waited(&self, number: usize, at: Duration) -> Duration {
        at.saturating_sub(self.due(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEDULE: Schedule = Schedule {
        per_second: 1_000,
        conversations: 200,
        warm_up: Duration::from_secs(2),
        round: Duration::from_secs(10),
        rounds: 3,
    };

    #[test]
    fn every_message_is_given_to_one_conversation() {
        let mut numbers: Vec<usize> = (0..200).flat_map(|conversation| SCHEDULE.of(conversation)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..32_000).collect::<Vec<_>>());
        assert_eq!(SCHEDULE.of(7).take(3).collect::<Vec<_>>(), [7, 207, 407]);
    }

    #[test]
    fn a_message_waits_from_when_it_was_due_and_not_from_when_it_was_sent() {
        assert_eq!(SCHEDULE.due(1_500), Duration::from_millis(1_500));
        assert_eq!(SCHEDULE.waited(1_500, Duration::from_millis(1_730)), Duration::from_millis(230));
    }

    #[test]
    fn the_warm_up_is_of_no_round() {
        for (number, round) in
            [(0, None), (1_999, None), (2_000, Some(0)), (11_999, Some(0)), (12_000, Some(1)), (31_999, Some(2))]
        {
            assert_eq!(SCHEDULE.round_of(number), round, "{number}");
        }
    }
}
