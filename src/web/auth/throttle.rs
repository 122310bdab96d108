//! Failed log-ins slow down the next ones: per account and network, so that strangers cannot lock an account out for
//! the person it belongs to (security test F-03), and per network, against one password tried on many accounts (F-04).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Failures of an account from a network before the first delay.
const FREE: u32 = 5;
/// Failures of a network, whatever the account, before the first delay.
const FREE_NETWORK: u32 = 30;
/// First delay; it doubles with each further failure.
const FIRST: i64 = 2_000;
/// Longest delay, in milliseconds: a quarter of an hour.
const LONGEST: i64 = 15 * 60_000;
/// Failures older than this are forgotten.
const MEMORY: i64 = 60 * 60_000;
/// Most keys remembered; beyond that old ones go first.
const KEYS: usize = 50_000;

/// Failed log-ins in memory.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Who, Failures>>);

/// What many failures in a row look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Somebody guesses the password of one account.
    Account,
    /// Somebody tries many accounts from one network.
    Network,
}

impl Alarm {
    /// The word for it in logs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Account => "one-account",
            Self::Network => "many-accounts",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    Account(String, Network),
    Network(Network),
    /// An account, from wherever: see [`Throttle::attempt`].
    Code(String),
}

/// An IPv4 address, or the /64 that one IPv6 subscriber has.
pub type Network = [u8; 8];

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: i64,
}

impl Failures {
    fn wait(self, free: u32, now: i64) -> i64 {
        let Some(over) = self.count.checked_sub(free) else { return 0 };
        let delay = FIRST.saturating_mul(1_i64 << over.min(20)).min(LONGEST);
        (self.last + delay - now).max(0)
    }
}

impl Throttle {
    /// Milliseconds to wait before the next attempt; 0: now.
    pub fn wait(&self, account: &str, address: IpAddr, now: i64) -> i64 {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |who: &Who, free: u32| {
            known.get(who).filter(|f| now - f.last < MEMORY).map_or(0, |f| f.wait(free, now))
        };
        let network = network(address);
        of(&Who::Account(account.to_owned(), network), FREE).max(of(&Who::Network(network), FREE_NETWORK))
    }

    /// Notes a failed attempt; says when somebody should look at it, once as long as the failures are remembered.
    pub fn failed(&self, account: &str, address: IpAddr, now: i64) -> Option<Alarm> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEYS {
            known.retain(|_, failures| now - failures.last < MEMORY);
        }
        if known.len() >= KEYS {
            known.clear();
        }
        let network = network(address);
        let mut alarm = None;
        for (who, free, kind) in [
            (Who::Account(account.to_owned(), network), FREE, Alarm::Account),
            (Who::Network(network), FREE_NETWORK, Alarm::Network),
        ] {
            let failures = known.entry(who).or_insert(Failures { count: 0, last: now });
            if now - failures.last >= MEMORY {
                failures.count = 0;
            }
            *failures = Failures { count: failures.count.saturating_add(1), last: now };
            if failures.count == free {
                alarm = Some(kind);
            }
        }
        alarm
    }

    /// Takes a turn at guessing an account's second factor, whatever the network; `Err`: milliseconds to wait for the next
    /// one. Each turn counts as failed until [`Self::passed`] says otherwise, so that many at the same moment are no more
    /// than many in a row (security test F-11).
    ///
    /// Only who knows the password comes this far: strangers can lock nobody out by it, and without it whoever has stolen
    /// a password could guess from a thousand networks at once.
    ///
    /// # Errors
    /// How long to wait.
    pub fn attempt(&self, account: &str, now: i64) -> Result<(), i64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = known.entry(Who::Code(account.to_owned())).or_insert(Failures { count: 0, last: now });
        if now - failures.last >= MEMORY {
            failures.count = 0;
        }
        match failures.wait(FREE, now) {
            0 => {
                *failures = Failures { count: failures.count.saturating_add(1), last: now };
                Ok(())
            }
            wait => Err(wait),
        }
    }

    /// Forgets the turns of an account after a good code.
    pub fn passed(&self, account: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&Who::Code(account.to_owned()));
    }

    /// Forgets the failures of an account from a network after a good log-in.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&Who::Account(account.to_owned(), network(address)));
    }
}

/// The network of an address.
pub fn network(address: IpAddr) -> Network {
    let mut network = [0; 8];
    match address.to_canonical() {
        IpAddr::V4(v4) => network[..4].copy_from_slice(&v4.octets()),
        IpAddr::V6(v6) => network.copy_from_slice(&v6.octets()[..8]),
    }
    network
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn f_03_failures_slow_down_and_never_lock_out_another_network() {
        let throttle = Throttle::default();
        for _ in 0..4 {
            throttle.failed("an", HERE, 0);
        }
        assert_eq!(throttle.wait("an", HERE, 0), 0);
        throttle.failed("an", HERE, 0);
        assert_eq!(throttle.wait("an", HERE, 0), FIRST);
        throttle.failed("an", HERE, 0);
        assert_eq!(throttle.wait("an", HERE, 0), 2 * FIRST);
        for _ in 0..30 {
            throttle.failed("an", HERE, 0);
        }
        assert_eq!(throttle.wait("an", HERE, 0), LONGEST);
        assert_eq!(throttle.wait("an", THERE, 0), 0);
        assert_eq!(throttle.wait("an", HERE, MEMORY), 0);
    }

    #[test]
    fn f_04_one_password_on_many_accounts_is_slowed_down() {
        let throttle = Throttle::default();
        for n in 0..30 {
            let alarm = throttle.failed(&format!("account-{n}"), HERE, 0);
            assert_eq!(alarm, (n == 29).then_some(Alarm::Network));
        }
        assert!(throttle.wait("another", HERE, 0) > 0);
        assert_eq!(throttle.wait("another", THERE, 0), 0);
    }

    #[test]
    fn f_11_codes_are_guessed_ever_more_slowly_from_wherever_and_only_of_that_account() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            assert_eq!(throttle.attempt("an", 0), Ok(()));
        }
        assert_eq!(throttle.attempt("an", 0), Err(FIRST));
        assert_eq!(throttle.attempt("an", FIRST), Ok(()));
        assert_eq!(throttle.attempt("an", FIRST), Err(2 * FIRST));
        assert_eq!(throttle.attempt("hoa", 0), Ok(()));
        // A day of guessing without a pause: a chance of 1 in 2,000 with three codes of a million that count.
        let (mut now, mut turns) = (FIRST, 0);
        while now < 24 * MEMORY {
            match throttle.attempt("an", now) {
                Ok(()) => turns += 1,
                Err(wait) => now += wait,
            }
        }
        assert!(turns < 150, "{turns}");
        throttle.passed("an");
        assert_eq!(throttle.attempt("an", now), Ok(()));
    }

    #[test]
    fn a_good_log_in_clears_the_account() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            throttle.failed("an", HERE, 0);
        }
        throttle.succeeded("an", HERE);
        assert_eq!(throttle.wait("an", HERE, 0), 0);
    }
}
