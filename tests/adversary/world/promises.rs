//! What was promised, held against what each has been shown.

use super::World;
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use protocol::{Event, EventBody};

impl World {
    /// What must hold at every moment.
    pub(crate) fn check_what_was_promised(&self) -> Result<(), TestCaseError> {
        for client in &self.clients {
            for (index, event) in client.shown.iter().enumerate() {
                prop_assert_eq!(event.seq, index as u64 + 1, "shown without holes and in order");
            }
        }
        Ok(())
    }

    /// What must hold once the network is good.
    pub(crate) fn check_everything(&self) -> Result<(), TestCaseError> {
        self.check_what_was_promised()?;
        let log = &self.ledger.log;
        for client in &self.clients {
            prop_assert_eq!(&client.shown, log, "everybody has seen the whole log");
        }
        let text = |event: &Event| match &event.body {
            EventBody::Message(message) => Some(message.text.clone()),
            _ => None,
        };
        let texts: Vec<String> = log.iter().filter_map(text).collect();
        for (at, text) in texts.iter().enumerate() {
            prop_assert!(!texts[at + 1..].contains(text), "{text} was stored twice");
        }
        for by in 0..4 {
            let own = |cid: &String| self.said.iter().any(|(who, said)| *who == by && said == cid);
            let stored: Vec<&String> = texts.iter().filter(|text| own(text)).collect();
            let said = self.said.iter().filter(|(who, _)| *who == by).map(|(_, cid)| cid);
            let said: Vec<&String> = said.filter(|cid| !self.uncertain.contains(cid) || texts.contains(cid)).collect();
            prop_assert_eq!(stored, said, "each one's words stand once, in the order in which they were said");
        }
        for cid in self.acknowledged.keys() {
            let is_message = self.said.iter().any(|(_, said)| said == cid);
            prop_assert!(!is_message || texts.contains(cid), "{cid} was acknowledged and is gone");
        }
        for ring in &self.rings {
            let is_ring = |event: &Event| event.body == EventBody::Rang;
            // While it rings, a second ring is that ring.
            let stands = self.acknowledged.get(ring).and_then(|seq| log.get(*seq as usize - 1)).is_some_and(is_ring);
            let is_heard = stands || log.iter().any(|event| event.cid == *ring && is_ring(event));
            prop_assert!(is_heard, "the ring {ring} was heard");
        }
        Ok(())
    }
}
