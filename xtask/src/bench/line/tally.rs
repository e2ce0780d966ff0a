//! Counts what became of messages: those that were said against the log, and against what either side was shown. Pure.

use protocol::Author;
use std::collections::{HashMap, HashSet};

/// A message, by its author and the author's own count.
pub(super) type Said = (Author, usize);

/// What is known of one conversation once everything has settled.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// What was said, each once.
    pub(super) said: Vec<Said>,
    /// The messages of the log, in its order.
    pub(super) log: Vec<Said>,
    /// What the visitor was shown, in order.
    pub(super) to_visitor: Vec<Said>,
    /// What the agent was shown, in order.
    pub(super) to_agent: Vec<Said>,
}

/// What went wrong, in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Said, but not in the log or not shown to the other side.
    pub(super) lost: usize,
    /// In the log, or shown to somebody, more than once.
    pub(super) doubled: usize,
    /// After a later one by the same author, in the log or on a screen.
    pub(super) out_of_order: usize,
    /// In the log although nobody said it.
    pub(super) unsaid: usize,
}

impl Account {
    pub(super) fn tally(&self) -> Tally {
        let [log, to_visitor, to_agent] = [&self.log, &self.to_visitor, &self.to_agent].map(|list| counted(list));
        let of = |counts: &HashMap<Said, usize>, said: &Said| counts.get(said).copied().unwrap_or(0);
        let lost = self.said.iter().filter(|said| {
            let other_side = if said.0 == Author::Visitor { &to_agent } else { &to_visitor };
            of(&log, said) == 0 || of(other_side, said) == 0
        });
        let told: HashSet<&Said> = log.keys().chain(to_visitor.keys()).chain(to_agent.keys()).collect();
        let doubled = told.iter().filter(|said| [&log, &to_visitor, &to_agent].iter().any(|list| of(list, said) > 1));
        let said = counted(&self.said);
        Tally {
            lost: lost.count(),
            doubled: doubled.count(),
            out_of_order: [&self.log, &self.to_visitor, &self.to_agent].map(|list| out_of_order(list)).iter().sum(),
            unsaid: log.keys().filter(|entry| !said.contains_key(entry)).count(),
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.out_of_order += other.out_of_order;
        self.unsaid += other.unsaid;
    }
}

fn counted(list: &[Said]) -> HashMap<Said, usize> {
    let mut counts = HashMap::new();
    for said in list {
        *counts.entry(*said).or_default() += 1;
    }
    counts
}

/// Messages that come after one of the same author that was said later.
fn out_of_order(list: &[Said]) -> usize {
    let mut latest: HashMap<Author, usize> = HashMap::new();
    let late = list.iter().filter(|(author, number)| {
        let latest = latest.entry(*author).or_insert(*number);
        let late = number < latest;
        *latest = (*latest).max(*number);
        late
    });
    late.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Author::{Human, Visitor};

    fn whole() -> Account {
        let said = vec![(Visitor, 0), (Human, 0), (Visitor, 1), (Human, 1)];
        Account { said: said.clone(), log: said.clone(), to_visitor: said.clone(), to_agent: said }
    }

    #[test]
    fn nothing_is_wrong_with_a_whole_conversation() {
        assert_eq!(whole().tally(), Tally::default());
        assert_eq!(Account::default().tally(), Tally::default());
    }

    #[test]
    fn what_is_not_in_the_log_is_lost_once_though_nobody_was_shown_it_either() {
        let mut account = whole();
        for list in [&mut account.log, &mut account.to_visitor, &mut account.to_agent] {
            list.retain(|said| *said != (Visitor, 1));
        }
        assert_eq!(account.tally(), Tally { lost: 1, ..Tally::default() });
    }

    #[test]
    fn what_is_in_the_log_but_was_not_shown_to_the_other_side_is_lost() {
        let mut account = whole();
        account.to_visitor.retain(|said| *said != (Human, 0));
        assert_eq!(account.tally(), Tally { lost: 1, ..Tally::default() });
        // That the author was not shown it is no loss: the author has it.
        let mut account = whole();
        account.to_visitor.retain(|said| *said != (Visitor, 0));
        assert_eq!(account.tally(), Tally::default());
    }

    #[test]
    fn what_stands_twice_in_the_log_or_on_a_screen_is_doubled_once() {
        let mut account = whole();
        account.log.push((Human, 1));
        account.to_agent.push((Human, 1));
        assert_eq!(account.tally(), Tally { doubled: 1, ..Tally::default() });
        let mut account = whole();
        account.to_visitor.push((Human, 1));
        assert_eq!(account.tally(), Tally { doubled: 1, ..Tally::default() });
    }

    #[test]
    fn order_counts_for_each_author_by_itself() {
        let mut account = whole();
        account.log = vec![(Human, 0), (Human, 1), (Visitor, 1), (Visitor, 0)];
        assert_eq!(account.tally(), Tally { out_of_order: 1, ..Tally::default() });
    }

    #[test]
    fn what_nobody_said_does_not_pass_for_something_said() {
        let mut account = whole();
        account.log.push((Visitor, 7));
        assert_eq!(account.tally(), Tally { unsaid: 1, ..Tally::default() });
    }
}
