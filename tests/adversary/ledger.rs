//! The store's promises in memory: one conversation's log, decided on by the backend's own rules, durable once committed.

use backend::{
    decision::{Decision, Facts, Refusal, Sender, Wish, check, decide},
    teeth::Weakness,
};
use protocol::{Event, EventBody, Floor};

/// One conversation's log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) log: Vec<Event>,
    pub(crate) senders: Vec<Sender>,
    pub(crate) weakness: Option<Weakness>,
}

/// Where a wish came to stand, whether it had stood there before, and what was added.
pub(crate) type Recorded = (u64, bool, Vec<Event>);

impl Ledger {
    pub(crate) fn head(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn floor(&self) -> Floor {
        self.log.iter().fold(Floor::default(), |floor, event| floor.after(&event.body))
    }

    pub(crate) fn after(&self, seq: u64) -> Vec<Event> {
        let limit = protocol::limits::REPLAY_EVENTS;
        self.log.iter().skip(seq as usize).take(limit).cloned().collect()
    }

    pub(crate) fn record(&mut self, sender: &Sender, cid: &str, wish: &Wish) -> Result<Recorded, Refusal> {
        check(cid, wish)?;
        let known = |(event, by): (&Event, &Sender)| event.cid == cid && by == sender;
        let earlier = self.log.iter().zip(&self.senders).position(known);
        if let Some(index) = earlier
            && self.weakness != Some(Weakness::NoDeduplication)
        {
            return Ok((index as u64 + 1, true, Vec::new()));
        }
        let edited = match wish {
            Wish::Edit { seq, .. } => self.log.get((*seq as usize).wrapping_sub(1)).map(|event| event.body.clone()),
            _ => None,
        };
        let facts = Facts { floor: self.floor(), edited, receiver_exists: true };
        let latest =
            |is: fn(&EventBody) -> bool| self.log.iter().rposition(|event| is(&event.body)).unwrap_or(0) as u64 + 1;
        match decide(&facts, wish)? {
            Decision::RingStands => Ok((latest(|body| *body == EventBody::Rang), true, Vec::new())),
            Decision::ClaimStands => {
                let is_claim = |body: &EventBody| {
                    matches!(body, EventBody::Claimed { .. } | EventBody::Transferred { to: Some(_), .. })
                };
                Ok((latest(is_claim), true, Vec::new()))
            }
            Decision::Add(bodies) => {
                let first = self.head() + 1;
                for (index, body) in bodies.into_iter().enumerate() {
                    let seq = self.head() + 1;
                    let cid = if index == 0 { cid.to_owned() } else { format!("{cid}-{index}") };
                    self.log.push(Event { seq, cid, at: 0, body });
                    self.senders.push(sender.clone());
                }
                Ok((first, false, self.log[first as usize - 1..].to_vec()))
            }
        }
    }
}
