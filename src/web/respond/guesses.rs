//! Wrong short codes, counted by network in memory: guessing gets slow and is noticed, and a right code typed behind the
//! same address is let through in its turn (security test A-11).
//!
//! After [`FREE`] wrong codes of a day a network's codes are looked at one each [`INTERVAL`]; those that would wait for
//! longer than [`PATIENCE`] are not looked at at all. A network is a keyed hash of its address; the key is random, changes
//! daily, and is written nowhere (security test B-14).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use crate::{
    clock,
    secret::{self, Id, Key},
    web::auth::throttle,
};

/// Wrong codes of a network on a day before it is slowed down: an office of many people may mistype some.
const FREE: u32 = 30;
/// Time between two codes of a network that is slowed down, in milliseconds.
const INTERVAL: i64 = 500;
/// Longest wait for a turn, in milliseconds.
const PATIENCE: i64 = 10_000;
/// Most networks remembered.
const NETWORKS: usize = 50_000;

/// Whether a code is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Now.
    Now,
    /// After so many milliseconds.
    Wait(u64),
    /// Not at all: too many wait already.
    Full,
}

/// What is counted; gone with the process.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<Option<Day>>);

#[derive(Debug)]
struct Day {
    day: i32,
    key: Key,
    networks: HashMap<Id, Network>,
    alarms: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Network {
    wrong: u32,
    /// When the next code may be looked at.
    next: i64,
}

impl Day {
    fn new(day: i32) -> Option<Self> {
        let key = Key::from_text(&secret::hex(&secret::random::<32>()))?;
        Some(Self { day, key, networks: HashMap::new(), alarms: 0 })
    }

    fn network(&mut self, address: IpAddr) -> &mut Network {
        let id = self.key.id("network", &[&throttle::network(address)]);
        if self.networks.len() >= NETWORKS && !self.networks.contains_key(&id) {
            self.networks.clear();
        }
        self.networks.entry(id).or_default()
    }
}

impl Guesses {
    fn today<T: Default>(&self, now: i64, with: impl FnOnce(&mut Day) -> T) -> T {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = clock::day(now);
        if held.as_ref().is_none_or(|held| held.day != day) {
            *held = Day::new(day);
        }
        held.as_mut().map(with).unwrap_or_default()
    }

    /// Takes a turn for a code from this address.
    pub fn turn(&self, address: IpAddr, now: i64) -> Turn {
        let wait = self.today(now, |day| {
            let network = day.network(address);
            if network.wrong < FREE {
                return Some(0);
            }
            // A clock that was set back must not lock anybody out.
            let next = if network.next > now + 2 * PATIENCE { now } else { network.next.max(now) };
            if next - now > PATIENCE {
                return None;
            }
            network.next = next + INTERVAL;
            u64::try_from(next - now).ok()
        });
        match wait {
            Some(0) => Turn::Now,
            Some(milliseconds) => Turn::Wait(milliseconds),
            None => Turn::Full,
        }
    }

    /// Notes a wrong code; true when somebody should look at it, once a day and network.
    pub fn wrong(&self, address: IpAddr, now: i64) -> bool {
        self.today(now, |day| {
            let network = day.network(address);
            network.wrong = network.wrong.saturating_add(1);
            let alarm = network.wrong == FREE;
            day.alarms += u32::from(alarm);
            alarm
        })
    }

    /// How many networks were slowed down today.
    pub fn alarms(&self, now: i64) -> u32 {
        self.today(now, |day| day.alarms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn a_11_ten_thousand_guesses_take_more_than_an_hour_and_a_right_code_from_behind_the_same_address_waits_seconds()
     {
        let guesses = Guesses::default();
        let (mut now, mut alarms) = (0, 0);
        for _ in 0..10_000 {
            match guesses.turn(HERE, now) {
                Turn::Now => {}
                Turn::Wait(milliseconds) => now += i64::try_from(milliseconds).unwrap(),
                Turn::Full => panic!("one after the other never waits for long"),
            }
            alarms += u32::from(guesses.wrong(HERE, now));
        }
        assert!(now > 80 * 60_000, "{now}");
        assert_eq!((alarms, guesses.alarms(now)), (1, 1));
        let Turn::Wait(wait) = guesses.turn(HERE, now) else { panic!("it is slowed down") };
        assert!(wait <= 500, "{wait}");
        assert_eq!(guesses.turn(THERE, now), Turn::Now, "another network is not");
    }

    #[test]
    fn a_11_guesses_at_once_are_no_more_than_guesses_in_a_row() {
        let guesses = Guesses::default();
        (0..FREE).for_each(|_| _ = guesses.wrong(HERE, 0));
        let looked_at = (0..10_000).filter(|_| guesses.turn(HERE, 0) != Turn::Full).count();
        assert_eq!(looked_at, 21, "of all those that come within a moment");
        // And a moment later there is room again.
        assert!(matches!(guesses.turn(HERE, 1_000), Turn::Wait(_)));
    }

    #[test]
    fn b_14_nothing_is_known_of_yesterday() {
        let guesses = Guesses::default();
        (0..FREE).for_each(|_| _ = guesses.wrong(HERE, 0));
        assert_eq!(guesses.alarms(0), 1);
        let tomorrow = 2 * 86_400_000;
        assert_eq!((guesses.alarms(tomorrow), guesses.turn(HERE, tomorrow)), (0, Turn::Now));
        let text = format!("{guesses:?}");
        // A byte of the hash may be 192 by chance, the beginning of the address may not be.
        for own in ["192.0.2", "192, 0, 2", "[0, 0, 192", "c0000", "[192, 0"] {
            assert!(!text.contains(own), "{own} in {text}");
        }
    }
}
