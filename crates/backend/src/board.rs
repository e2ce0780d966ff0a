//! The board: who waits, who is there to answer, and how long it will take. Pure; `queue` keeps it true.

use crate::{
    line::Wait,
    store::Waiting,
    waiting_time::{self, MOST, expected_wait},
};
use protocol::{ConversationSummary, Floor, Presence, limits};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Waits that ended longer ago tell of another part of the day, in milliseconds.
const DAY_PART_MS: u64 = 3 * 60 * 60 * 1_000;

/// What hangs on the board now.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Ringing or with a person, oldest ring first.
    pub(crate) waiting: Arc<[Waiting]>,
    /// Every agent who has the inbox open, by name.
    pub(crate) present: Arc<[Presence]>,
    /// When the shop opens next, while it is closed, in milliseconds since the Unix epoch.
    opens_at: Option<u64>,
    /// Those who ring, by conversation: worked out once at every turn, and not by each of them.
    rings: HashMap<String, Ring>,
    /// Waits that ended with a person, newest first, each with the time of its end.
    past: VecDeque<(u64, waiting_time::Wait)>,
    /// The same, without the time.
    waits: Vec<waiting_time::Wait>,
    /// When it was read last, in milliseconds since the Unix epoch.
    now: u64,
}

/// Somebody who rings.
#[derive(Clone, Copy, Debug)]
struct Ring {
    /// Their place among those who ring, from 1.
    position: u32,
    /// Milliseconds since the Unix epoch.
    rang_at: u64,
    /// Their place and the agents there when the ring was first seen; nothing when a person has had the conversation since.
    begun: Option<(u32, u32)>,
}

impl Board {
    /// Hangs up what was read; false when nothing differs.
    pub(crate) fn turn(
        &mut self,
        waiting: Vec<Waiting>,
        present: Vec<Presence>,
        opens_at: Option<u64>,
        now: u64,
    ) -> bool {
        let differs = *self.waiting != *waiting || *self.present != *present || self.opens_at != opens_at;
        (self.opens_at, self.now) = (opens_at, now);
        if *self.present != *present {
            self.present = present.into();
        }
        if *self.waiting != *waiting {
            self.waiting = waiting.into();
            self.learn(now);
        }
        differs
    }

    /// Takes note of rings that begin, and of waits that have ended with a person. Those whom a person has given back to the
    /// queue keep their old ring: of them nothing is learned.
    fn learn(&mut self, now: u64) {
        let agents = self.agents();
        let waiting = Arc::clone(&self.waiting);
        let mut position = 0;
        let mut rings = HashMap::new();
        for conversation in waiting.iter() {
            let begun = self.rings.remove(&conversation.conversation).and_then(|ring| ring.begun);
            if conversation.floor == Floor::Ringing {
                position += 1;
                let begun = (!conversation.was_claimed).then(|| begun.unwrap_or((position, agents)));
                let ring = Ring { position, rang_at: conversation.rang_at, begun };
                rings.insert(conversation.conversation.clone(), ring);
            } else if let Some((position, agents)) = begun {
                let waited_ms = now.saturating_sub(conversation.rang_at);
                self.past.push_front((now, waiting_time::Wait { waited_ms, agents, position }));
            }
        }
        self.rings = rings;
        self.past.truncate(MOST);
        self.past.retain(|(ended, _)| now.saturating_sub(*ended) <= DAY_PART_MS);
        self.waits = self.past.iter().map(|(_, wait)| *wait).collect();
    }

    /// How many agents take conversations.
    fn agents(&self) -> u32 {
        u32::try_from(self.present.iter().filter(|agent| agent.available).count()).unwrap_or(u32::MAX)
    }

    /// How this conversation's wait stands; `None` while it does not ring.
    pub(crate) fn wait_of(&self, conversation: &str) -> Option<Wait> {
        let Ring { position, rang_at, .. } = *self.rings.get(conversation)?;
        let agents = self.agents();
        let wait_ms = expected_wait(&self.waits, position, agents, self.now.saturating_sub(rang_at));
        Some(Wait { position, agents, wait_ms, opens_at: self.opens_at })
    }

    /// How long this conversation has rung; `None` while it does not, or rings again after a person had it.
    pub(crate) fn rings_for(&self, conversation: &str) -> Option<Duration> {
        let ring = self.rings.get(conversation)?;
        ring.begun.map(|_| since(ring.rang_at))
    }

    /// The board in numbers.
    pub(crate) fn tally(&self) -> Tally {
        let mut ringing = self.waiting.iter().filter(|waiting| waiting.floor == Floor::Ringing);
        Tally {
            ringing: ringing.clone().count(),
            oldest_ring: ringing.next().map_or(Duration::ZERO, |oldest| since(oldest.rang_at)),
            agents: self.agents(),
            is_open: self.opens_at.is_none(),
        }
    }

    /// The queue as this agent is told it now, as much as fits into one frame, and how many more conversations there are. Their
    /// own go before those that ring, and these before those of others; told they are oldest ring first.
    pub(crate) fn queue_of(&self, agent: &str) -> (Vec<ConversationSummary>, u32) {
        let now = now_ms();
        let mut wanted: Vec<(usize, &Waiting)> = self.waiting.iter().enumerate().collect();
        wanted.sort_by_key(|(_, waiting)| match &waiting.floor {
            Floor::Human { agent: holder } if holder == agent => 0,
            Floor::Ringing => 1,
            _ => 2,
        });
        let mut bytes = 0;
        let summaries = wanted.into_iter().map(|(place, waiting)| (place, waiting.summary(now)));
        let mut told: Vec<(usize, ConversationSummary)> = summaries
            .take(limits::QUEUE_CONVERSATIONS)
            .take_while(|(_, summary)| {
                // With the comma that parts it from the next.
                bytes += serde_json::to_string(summary).map_or(0, |json| json.len() + 1);
                bytes <= limits::QUEUE_BYTES
            })
            .collect();
        told.sort_unstable_by_key(|(place, _)| *place);
        let more = u32::try_from(self.waiting.len() - told.len()).unwrap_or(u32::MAX);
        (told.into_iter().map(|(_, summary)| summary).collect(), more)
    }
}

/// The board in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Conversations that wait for a person.
    pub(crate) ringing: usize,
    /// How long the first of them has waited; zero when none waits.
    pub(crate) oldest_ring: Duration,
    /// Agents who take conversations.
    pub(crate) agents: u32,
    /// The shop is open, or keeps no hours.
    pub(crate) is_open: bool,
}

/// How long ago this was, in milliseconds since the Unix epoch, by this machine's clock.
fn since(at: u64) -> Duration {
    Duration::from_millis(now_ms().saturating_sub(at))
}

/// Milliseconds since the Unix epoch. For display, never for order.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Identity, ServerToAgent};

    fn waiting(conversation: &str, floor: Floor) -> Waiting {
        let (conversation, preview) = (conversation.into(), String::new());
        Waiting { conversation, floor, rang_at: 0, was_claimed: false, head: 1, preview, unanswered: 0, identity: None }
    }

    fn with_ada() -> Floor {
        Floor::Human { agent: "Ada".into() }
    }

    fn ada_and_grace() -> Vec<Presence> {
        [("Ada", true), ("Grace", false)].map(|(name, available)| Presence { name: name.into(), available }).into()
    }

    #[test]
    fn places_count_only_those_who_still_wait_and_agents_only_those_who_take_them() {
        let mut board = Board::default();
        let queue =
            [waiting("with-ada", with_ada()), waiting("first", Floor::Ringing), waiting("second", Floor::Ringing)];
        assert!(board.turn(queue.to_vec(), ada_and_grace(), None, 0));
        assert!(!board.turn(queue.to_vec(), ada_and_grace(), None, 5));
        let place = |conversation| board.wait_of(conversation).map(|wait| (wait.position, wait.agents));
        assert_eq!(place("first"), Some((1, 1)));
        assert_eq!(place("second"), Some((2, 1)));
        assert_eq!(place("with-ada"), None);
        assert_eq!(place("unheard-of"), None);
    }

    #[test]
    fn places_move_up_as_those_before_are_claimed_give_up_or_come_back_to_an_older_ring() {
        let mut board = Board::default();
        let ringing = |conversation| waiting(conversation, Floor::Ringing);
        let place = |board: &Board, conversation| board.wait_of(conversation).map(|wait| wait.position);
        board.turn(vec![ringing("a"), ringing("b"), ringing("c")], ada_and_grace(), None, 0);
        assert_eq!(place(&board, "c"), Some(3));
        board.turn(vec![waiting("a", with_ada()), ringing("b"), ringing("c")], ada_and_grace(), None, 0);
        assert_eq!((place(&board, "a"), place(&board, "c")), (None, Some(2)));
        board.turn(vec![waiting("a", with_ada()), ringing("c")], ada_and_grace(), None, 0);
        assert_eq!((place(&board, "b"), place(&board, "c")), (None, Some(1)));
        let given_back = Waiting { was_claimed: true, ..ringing("a") };
        board.turn(vec![given_back, ringing("c")], ada_and_grace(), None, 0);
        assert_eq!((place(&board, "a"), place(&board, "c")), (Some(1), Some(2)));
    }

    #[test]
    fn the_tally_counts_who_rings_and_who_is_there_to_answer() {
        let rang = |conversation, floor, seconds: u64| Waiting {
            rang_at: now_ms() - seconds * 1_000,
            ..waiting(conversation, floor)
        };
        let queue = vec![
            rang("with-ada", with_ada(), 90),
            rang("first", Floor::Ringing, 60),
            rang("second", Floor::Ringing, 30),
        ];
        let mut board = Board::default();
        board.turn(queue, ada_and_grace(), Some(7), 0);
        let tally = board.tally();
        assert_eq!((tally.ringing, tally.oldest_ring.as_secs(), tally.agents, tally.is_open), (2, 60, 1, false));
        assert_eq!(board.rings_for("second").map(|rings| rings.as_secs()), Some(30));
        assert_eq!((board.rings_for("with-ada"), board.rings_for("unheard-of")), (None, None));
        let quiet = Tally { ringing: 0, oldest_ring: Duration::ZERO, agents: 0, is_open: true };
        assert_eq!(Board::default().tally(), quiet);
    }

    #[test]
    fn how_long_it_takes_is_told_once_five_have_waited_and_only_by_waits_of_this_part_of_the_day() {
        let mut board = Board::default();
        for visitor in 0..5 {
            let name = visitor.to_string();
            board.turn(vec![waiting(&name, Floor::Ringing)], ada_and_grace(), None, 0);
            assert_eq!(board.wait_of(&name).expect("it waits").wait_ms, None);
            board.turn(vec![waiting(&name, with_ada())], ada_and_grace(), None, 90_000);
        }
        let last = vec![waiting("last", Floor::Ringing)];
        board.turn(last.clone(), ada_and_grace(), Some(7), 0);
        let wait = board.wait_of("last").expect("it waits");
        assert_eq!((wait.wait_ms, wait.opens_at), (Some(120_000), Some(7)));
        board.turn(Vec::new(), ada_and_grace(), None, DAY_PART_MS + 90_001);
        board.turn(last, ada_and_grace(), None, DAY_PART_MS + 90_001);
        assert_eq!(board.wait_of("last").expect("it waits").wait_ms, None);
    }
    #[test]
    fn nothing_is_learned_of_the_wait_from_a_conversation_that_a_person_gave_back_to_the_queue() {
        let claimed = |floor| vec![Waiting { was_claimed: true, ..waiting("given back", floor) }];
        // Seen with a person before, or not: the board may look in between, or begin with it.
        for seen_with_ada in [true, false] {
            let mut board = Board::default();
            for _ in 0..5 {
                board.turn(vec![waiting("given back", Floor::Ringing)], ada_and_grace(), None, 0);
                if seen_with_ada {
                    board.turn(claimed(with_ada()), ada_and_grace(), None, 60_000);
                }
                board.turn(claimed(Floor::Ringing), ada_and_grace(), None, 3_600_000);
                assert_eq!(board.rings_for("given back"), None);
                board.turn(claimed(with_ada()), ada_and_grace(), None, 3_660_000);
                board.turn(Vec::new(), ada_and_grace(), None, 3_660_000);
            }
            board.turn(vec![waiting("new", Floor::Ringing)], ada_and_grace(), None, 0);
            let wait_ms = board.wait_of("new").expect("it waits").wait_ms;
            assert_eq!(wait_ms, seen_with_ada.then_some(60_000), "an hour's talk was learned as a wait");
        }
    }
    #[test]
    fn one_frame_tells_what_is_the_agents_before_who_rings_and_these_before_what_others_have() {
        let with = |agent: &str| Floor::Human { agent: agent.into() };
        let many = |name: &str, floor: &Floor| -> Vec<Waiting> {
            (0..limits::QUEUE_CONVERSATIONS).map(|number| waiting(&format!("{name} {number}"), floor.clone())).collect()
        };
        let mut board = Board::default();
        let mut queue = [many("with Grace", &with("Grace")), many("rings", &Floor::Ringing)].concat();
        queue.push(waiting("with Ada", with_ada()));
        board.turn(queue, Vec::new(), None, 0);
        let (told, more) = board.queue_of("Ada");
        let told: Vec<_> = told.into_iter().map(|summary| summary.conversation).collect();
        assert_eq!((told.len(), more), (limits::QUEUE_CONVERSATIONS, 201));
        assert_eq!((told[0].as_str(), told[198].as_str(), told[199].as_str()), ("rings 0", "rings 198", "with Ada"));
        let (told, more) = board.queue_of("Grace");
        assert_eq!((told.len(), more), (limits::QUEUE_CONVERSATIONS, 201));
        assert!(told.iter().all(|summary| summary.floor == with("Grace")));

        board.turn(vec![waiting("with Grace", with("Grace")), waiting("rings", Floor::Ringing)], Vec::new(), None, 0);
        let (told, more) = board.queue_of("Ada");
        let told: Vec<_> = told.iter().map(|summary| summary.conversation.as_str()).collect();
        assert_eq!((told, more), (vec!["with Grace", "rings"], 0), "in order of ringing");
    }

    #[test]
    fn one_frame_never_holds_more_bytes_than_it_may() {
        // A character of six bytes in JSON, as long a preview as there is, and an identity of the same kind.
        let identity = Identity { id: "\u{1}".repeat(200), name: Some("\u{1}".repeat(200)), email: None };
        let long = |number: usize| Waiting {
            preview: "\u{1}".repeat(120),
            identity: Some(identity.clone()),
            ..waiting(&number.to_string(), Floor::Ringing)
        };
        let mut board = Board::default();
        board.turn((0..limits::QUEUE_CONVERSATIONS).map(long).collect(), Vec::new(), None, 0);
        let (conversations, more) = board.queue_of("Ada");
        assert!((1..limits::QUEUE_CONVERSATIONS).contains(&conversations.len()), "{}", conversations.len());
        assert_eq!(conversations.len() + more as usize, limits::QUEUE_CONVERSATIONS);
        let frame = serde_json::to_string(&ServerToAgent::Queue { conversations, more }).expect("JSON");
        assert!(frame.len() < limits::OUTBOUND_BYTES / 2, "{} bytes", frame.len());
    }
}
