//! How often somebody may. Never asked about a ring.

use crate::metrics::{Limit, Metrics};
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock,
};
use prometheus_client::metrics::counter::Counter;
use protocol::limits;
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Log-ins that may fail in a row for one name from one address, and again each minute.
const LOG_INS_PER_MINUTE: u32 = 10;
/// Log-ins that may fail within a minute from one address, whatever the names: each is an entry in the audit log.
const LOG_INS_PER_MINUTE_AT_AN_ADDRESS: u32 = 30;
const MINUTE: Duration = Duration::from_secs(60);

/// So many a minute over time, and a burst at once, for each key.
#[derive(Debug)]
pub(crate) struct RateLimit<K: Hash + Eq + Clone> {
    /// None: no limit.
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
    /// Those who were not let through.
    refused: Counter,
}

impl<K: Hash + Eq + Clone> RateLimit<K> {
    /// A limit of 0 a minute is none.
    pub(crate) fn new(per_minute: u32, burst: u32, refused: Counter) -> Self {
        let limiter = (per_minute > 0).then(|| RateLimiter::keyed(quota(per_minute, burst)));
        RateLimit { limiter, clock: DefaultClock::default(), refused }
    }

    /// Counts one; an error is the milliseconds to wait before it would be let through.
    pub(crate) fn take(&self, key: &K) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.check_key(key).map_err(|until| {
            self.refused.inc();
            milliseconds(until.wait_time_from(self.clock.now()))
        })
    }

    /// Forgets keys that have all of their burst again.
    pub(crate) fn forget_idle(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// Where a visitor's messages come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The visitor's address.
    pub(crate) address: IpAddr,
    /// The place of the page's origin in the list of those that may ring.
    pub(crate) site: usize,
}

/// Messages of visitors: one visitor's, one address's, one site's. Nobody asks here about a ring.
#[derive(Debug)]
pub(crate) struct MessageLimits {
    by_visitor: RateLimit<i64>,
    by_address: RateLimit<IpAddr>,
    by_site: RateLimit<usize>,
}

impl MessageLimits {
    /// So many messages a minute from one visitor; from an address and from a site as many as from a number of visitors.
    pub(crate) fn new(per_minute: u32, metrics: &Metrics) -> Self {
        let burst = limits::MESSAGE_BURST.saturating_mul(per_minute) / limits::MESSAGES_PER_MINUTE;
        let of = |visitors: u32| (per_minute.saturating_mul(visitors), burst.saturating_mul(visitors));
        let (address, site) = (of(limits::VISITORS_AT_AN_ADDRESS), of(limits::VISITORS_AT_A_SITE));
        MessageLimits {
            by_visitor: RateLimit::new(per_minute, burst, metrics.limit(Limit::Visitor)),
            by_address: RateLimit::new(address.0, address.1, metrics.limit(Limit::Address)),
            by_site: RateLimit::new(site.0, site.1, metrics.limit(Limit::Site)),
        }
    }

    /// Counts one message; an error is the milliseconds to wait before it would be let through.
    pub(crate) fn take(&self, visitor: i64, source: Source) -> Result<(), u64> {
        self.by_visitor.take(&visitor)?;
        self.by_address.take(&network(source.address))?;
        self.by_site.take(&source.site)
    }

    /// Forgets whoever has all of their burst again.
    pub(crate) fn forget_idle(&self) {
        self.by_visitor.forget_idle();
        self.by_address.forget_idle();
        self.by_site.forget_idle();
    }
}

/// What one customer of a provider has: an IPv4 address, or the 64 bits before their own part of an IPv6 address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
        address => address,
    }
}

/// Failed log-ins: those for one name from one address, and all those from one address. A success takes back what it counted.
#[derive(Debug)]
pub(crate) struct LogInAttempts {
    attempts: Mutex<Attempts>,
    /// Those who were not let through, for their name and for their address.
    refused: [Counter; 2],
}

#[derive(Debug, Default)]
struct Attempts {
    by_name: HashMap<(String, IpAddr), (DefaultDirectRateLimiter, Instant)>,
    /// Since when, and how many. They count from the beginning a minute later.
    by_address: HashMap<IpAddr, (Instant, u32)>,
}

impl LogInAttempts {
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let refused = [Limit::LogIn, Limit::LogInAddress].map(|limit| metrics.limit(limit));
        LogInAttempts { attempts: Mutex::default(), refused }
    }

    /// Counts an attempt; an error is the milliseconds to wait before the next.
    pub(crate) fn take(&self, name: &str, address: IpAddr) -> Result<(), u64> {
        let now = Instant::now();
        let mut attempts = self.attempts();
        let Attempts { by_name, by_address } = &mut *attempts;
        let (since, count) = by_address.entry(network(address)).or_insert((now, 0));
        let passed = now.duration_since(*since);
        if passed >= MINUTE {
            (*since, *count) = (now, 0);
        } else if *count >= LOG_INS_PER_MINUTE_AT_AN_ADDRESS {
            self.refused[1].inc();
            return Err(milliseconds(MINUTE - passed));
        }
        let (limiter, last) = by_name
            .entry((name.to_lowercase(), address))
            .or_insert_with(|| (RateLimiter::direct(quota(LOG_INS_PER_MINUTE, LOG_INS_PER_MINUTE)), now));
        *last = now;
        limiter.check().map_err(|until| {
            self.refused[0].inc();
            milliseconds(until.wait_time_from(DefaultClock::default().now()))
        })?;
        *count += 1;
        Ok(())
    }

    /// The password was right. Many agents may log in from one address at once; others' failures there still count.
    pub(crate) fn clear(&self, name: &str, address: IpAddr) {
        let mut attempts = self.attempts();
        attempts.by_name.remove(&(name.to_lowercase(), address));
        if let Some((_, count)) = attempts.by_address.get_mut(&network(address)) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets attempts that no longer count.
    pub(crate) fn forget_idle(&self) {
        let mut attempts = self.attempts();
        attempts.by_name.retain(|_, (_, last)| last.elapsed() < MINUTE);
        attempts.by_address.retain(|_, (since, _)| since.elapsed() < MINUTE);
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn quota(per_minute: u32, burst: u32) -> Quota {
    let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst))
}

/// Rounded up, so that whoever waits so long is let through.
fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_burst_and_is_told_when_to_come_back() {
        let limit = RateLimit::new(30, 3, Counter::default());
        assert_eq!([limit.take(&1), limit.take(&1), limit.take(&1)], [Ok(()); 3]);
        let wait = limit.take(&1).expect_err("the burst is spent");
        assert!((1..=2_001).contains(&wait), "{wait} ms");
        assert_eq!(limit.take(&2), Ok(()));
    }

    #[test]
    fn many_visitors_at_one_address_share_its_limit_and_cost_other_addresses_nothing() {
        let limits = MessageLimits::new(limits::MESSAGES_PER_MINUTE, &Metrics::default());
        let at = |address: &str| Source { address: address.parse().expect("an address"), site: 0 };
        let visitors = i64::from(limits::VISITORS_AT_AN_ADDRESS);
        for visitor in 0..visitors {
            for _ in 0..limits::MESSAGE_BURST {
                assert_eq!(limits.take(visitor, at("2001:db8::1")), Ok(()));
            }
        }
        assert!(limits.take(visitors, at("2001:db8::2")).is_err(), "the same network");
        assert_eq!(limits.take(visitors, at("2001:db8:0:1::1")), Ok(()));
        assert_eq!(limits.take(visitors, at("::ffff:192.0.2.1")), Ok(()));
    }

    #[test]
    fn ten_wrong_passwords_close_the_way_for_that_name_from_that_address_only() {
        let attempts = LogInAttempts::new(&Metrics::default());
        let (here, there) = ([127, 0, 0, 1].into(), [127, 0, 0, 2].into());
        for _ in 0..10 {
            assert_eq!(attempts.take("Ada", here), Ok(()));
        }
        assert!(attempts.take("ada", here).is_err());
        assert_eq!(attempts.take("ada", there), Ok(()));
        assert_eq!(attempts.take("grace", here), Ok(()));
        attempts.clear("ADA", here);
        assert_eq!(attempts.take("Ada", here), Ok(()));
    }

    #[test]
    fn thirty_log_ins_that_fail_close_the_way_for_every_name_from_that_network() {
        let attempts = LogInAttempts::new(&Metrics::default());
        let at = |address: &str| address.parse::<IpAddr>().expect("an address");
        for number in 0..30 {
            assert_eq!(attempts.take(&format!("agent {number}"), at("2001:db8::1")), Ok(()));
            assert_eq!(attempts.take("Ada", at("192.0.2.1")), Ok(()));
            attempts.clear("Ada", at("192.0.2.1"));
        }
        let wait = attempts.take("Ada", at("2001:db8::2")).expect_err("the same network");
        assert!((1..=60_001).contains(&wait), "{wait} ms");
        assert_eq!(attempts.take("Ada", at("2001:db8:0:1::1")), Ok(()));
        assert_eq!(attempts.take("Ada", at("192.0.2.1")), Ok(()), "right passwords do not count");
    }
}
