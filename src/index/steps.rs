//! Which answers the figures of a campaign are formed from: all but those set aside, and of a campaign that is open only so
//! many that two days' figures differ by nothing or by at least k answers (security tests D-05, J-06).
//!
//! A unit's answers are cells of a counter and a day. What is shown of a unit at some time is a [`State`]: the cells up to
//! a day without those of the [`Window`]s that are set aside. Whoever keeps yesterday's figures subtracts, so a new state may
//! be shown only if what it adds to *each* earlier one, and what it takes from it, is nothing or at least k answers. Sums over
//! units and differences between any two days are then made of parts of at least k.
//!
//! The states follow from counts and decisions alone, day by day from the first one on ([`Course::states`]): nothing is stored
//! that could go out of step. Today's answers never count before tomorrow, and of each unit at least k are held
//! back until the campaign closes, or what came last would be the difference between the last two reports.
//!
//! What this does not cover: a question that few of a part's sheets answered. Its own figure hides below k answers (D-01), but
//! the difference of two figures of it may rest on fewer.

use std::collections::BTreeMap;

use crate::clock;

/// Answers of one counter on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Number of the place.
    pub place: i64,
    /// Day since 1970.
    pub day: i32,
    /// How many.
    pub answers: u64,
}

/// Answers of a unit that are, or once were, set aside: those of a counter, or of all, on some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Number of the place; absent: all of the unit.
    pub place: Option<i64>,
    /// First day.
    pub first: i32,
    /// Last day.
    pub last: i32,
    /// When it was set aside, UTC milliseconds.
    pub since: i64,
    /// When it was taken back; absent: it is set aside.
    pub until: Option<i64>,
}

impl Window {
    /// Whether it holds the answers of a place and a day.
    pub fn holds(&self, place: i64, day: i32) -> bool {
        self.place.is_none_or(|own| own == place) && (self.first..=self.last).contains(&day)
    }

    /// Whether both may hold an answer.
    pub fn overlaps(&self, other: &Self) -> bool {
        let places = self.place.zip(other.place).is_none_or(|(one, other)| one == other);
        places && self.first <= other.last && other.first <= self.last
    }

    /// Whether it is set aside at a moment.
    pub fn is_out(&self, at: i64) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

/// Most windows of a unit.
pub const WINDOWS: usize = 60;

/// What is shown of a unit: its cells up to a day, without those of some windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The last day that counts.
    pub through: i32,
    /// The windows that do not count: bit n for the n-th.
    out: u64,
}

/// Why answers may not be set aside, or not taken back, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// The answers in question are fewer than k.
    Few {
        /// How many there are.
        answers: u64,
    },
    /// Fewer than k of the unit would count (but not none).
    Left {
        /// How many would.
        answers: u64,
    },
    /// A figure already shown would differ by fewer than k answers.
    Difference,
    /// The unit has too many windows.
    Windows,
}

/// The answers of one unit over time.
#[derive(Debug, Clone)]
pub struct Course<'a> {
    windows: &'a [Window],
    k: u64,
    first: i32,
    /// Answers before the n-th day, by the windows that hold them.
    sums: BTreeMap<u64, Vec<u64>>,
}

impl<'a> Course<'a> {
    /// Of a unit with these cells and windows; windows beyond the [`WINDOWS`]-th are not known. `k`: the smallest part.
    pub fn new(cells: &[Cell], windows: &'a [Window], k: u64) -> Self {
        let windows = windows.get(..WINDOWS).unwrap_or(windows);
        let first = cells.iter().map(|cell| cell.day).min().unwrap_or_default();
        let last = cells.iter().map(|cell| cell.day).max().unwrap_or_default();
        let length = usize::try_from(i64::from(last) - i64::from(first) + 2).unwrap_or(1);
        let mut sums: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for cell in cells {
            let held = bits(windows, |window| window.holds(cell.place, cell.day));
            let days = sums.entry(held).or_insert_with(|| vec![0; length]);
            let at = usize::try_from(i64::from(cell.day) - i64::from(first) + 1).unwrap_or_default();
            if let Some(sum) = days.get_mut(at) {
                *sum += cell.answers;
            }
        }
        for days in sums.values_mut() {
            let mut sum = 0;
            for day in days {
                sum += *day;
                *day = sum;
            }
        }
        Self { windows, k, first, sums }
    }

    /// Answers up to a day that exactly these windows hold.
    fn up_to(&self, days: &[u64], through: i32) -> u64 {
        let at = i64::from(through) - i64::from(self.first) + 1;
        let at = usize::try_from(at.max(0)).unwrap_or_default().min(days.len().saturating_sub(1));
        days.get(at).copied().unwrap_or_default()
    }

    /// How many answers `to` has that `from` has not, and the other way round.
    fn between(&self, from: State, to: State) -> (u64, u64) {
        let (mut added, mut removed) = (0, 0);
        for (held, days) in &self.sums {
            let of = |state: State| if held & state.out == 0 { self.up_to(days, state.through) } else { 0 };
            let (before, after) = (of(from), of(to));
            added += after.saturating_sub(before);
            removed += before.saturating_sub(after);
        }
        (added, removed)
    }

    /// How many answers a state has.
    pub fn answers(&self, state: State) -> u64 {
        self.between(State { through: self.first.saturating_sub(1), out: 0 }, state).0
    }

    fn is_sound(&self, part: u64) -> bool {
        part == 0 || part >= self.k
    }

    /// What may be shown after the days before `today`, given all that was shown before.
    fn step(&self, shown: &[State], today: i32, out: u64) -> State {
        let nothing = State { through: self.first.saturating_sub(1), out };
        let all = State { through: today.saturating_sub(1), out };
        // What was shown last may be shown on, unless a decision has come between.
        let last = shown.last().copied().filter(|last| last.out == out).unwrap_or(nothing);
        // As many again are held back.
        if self.between(last, all).0 < 2 * self.k {
            return last;
        }
        (last.through.saturating_add(1)..today)
            .rev()
            .map(|through| State { through, out })
            .find(|state| {
                self.between(*state, all).0 >= self.k
                    && self.is_sound(self.answers(*state))
                    && shown.iter().rev().all(|before| {
                        let (added, removed) = self.between(*before, *state);
                        self.is_sound(added) && self.is_sound(removed)
                    })
            })
            .unwrap_or(last)
    }

    /// Everything that may have been shown up to `now`, the latest last, of a campaign that closes at `closes`: one state a
    /// day, one after each decision, and what is shown once it is closed.
    pub fn states(&self, now: i64, closes: i64) -> Vec<State> {
        if self.sums.is_empty() {
            return Vec::new();
        }
        let mut moments: Vec<(i32, i64)> = self
            .windows
            .iter()
            .flat_map(|window| [Some(window.since), window.until])
            .flatten()
            .filter(|at| *at <= now)
            .map(|at| (clock::day(at), at))
            .collect();
        let last = clock::day(now.min(closes.saturating_sub(1)));
        // A day begins before whatever is decided on it.
        moments.extend((self.first.saturating_add(1)..=last).map(|day| (day, i64::MIN)));
        if now >= closes {
            moments.push((clock::day(closes), closes));
        }
        moments.sort_unstable();
        let mut shown: Vec<State> = Vec::new();
        for (day, at) in moments {
            let out = bits(self.windows, |window| match at {
                // What is decided later, or never, has no day yet.
                i64::MIN => {
                    window.since <= now
                        && clock::day(window.since) < day
                        && window.until.is_none_or(|until| until > now || clock::day(until) >= day)
                }
                at => window.is_out(at),
            });
            let state =
                if at >= closes { State { through: i32::MAX, out } } else { self.step(&shown, day, out) };
            if shown.last() != Some(&state) {
                shown.push(state);
            }
        }
        shown
    }

    /// What is shown at `now`.
    pub fn shown(&self, now: i64, closes: i64) -> State {
        let nothing = State { through: self.first.saturating_sub(1), out: 0 };
        self.states(now, closes).last().copied().unwrap_or(nothing)
    }

    /// Everything that is not set aside at `now`.
    pub fn all(&self, now: i64) -> State {
        State { through: i32::MAX, out: bits(self.windows, |window| window.is_out(now)) }
    }

    /// Whether the window at `at` may be set aside, or taken back if it is set aside, at `now`. `stepwise`: figures were
    /// shown before the campaign closed, so that they can be subtracted.
    ///
    /// # Errors
    /// [`Objection`].
    pub fn turn(&self, at: usize, now: i64, closes: i64, stepwise: bool) -> Result<(), Objection> {
        if at >= self.windows.len() {
            return Err(Objection::Windows);
        }
        let out = bits(self.windows, |window| window.is_out(now));
        let turned = out ^ (1_u64 << at);
        let over = now >= closes;
        let through = if over { i32::MAX } else { clock::day(now).saturating_sub(1) };
        let (before, after) = (State { through, out }, State { through, out: turned });
        let (added, removed) = self.between(before, after);
        let moved = added + removed;
        if moved < self.k {
            return Err(Objection::Few { answers: moved });
        }
        let left = self.answers(after);
        if !self.is_sound(left) {
            return Err(Objection::Left { answers: left });
        }
        if !stepwise {
            return Ok(());
        }
        for shown in self.states(now, closes) {
            let (added, removed) = self.between(shown, after);
            // While it is open more may be added, and nothing so far would become too little.
            let adds = if over { self.is_sound(added) } else { added >= self.k || self.answers(shown) == 0 };
            if !adds || !self.is_sound(removed) {
                return Err(Objection::Difference);
            }
        }
        Ok(())
    }

    /// Answers that the window at `at` holds.
    pub fn held(&self, at: usize) -> u64 {
        let inside = self.sums.iter().filter(|(held, _)| **held & (1_u64 << at) != 0);
        inside.map(|(_, days)| self.up_to(days, i32::MAX)).sum()
    }

    /// Which answers of a place count in a state.
    pub fn rule(&self, state: State, place: i64) -> Rule {
        let own = |(_, window): &(usize, &Window)| window.place.is_none_or(|one| one == place);
        let windows = self.windows.iter().enumerate().filter(own);
        Rule {
            through: state.through,
            out: windows
                .filter(|(at, _)| state.out & (1_u64 << at) != 0)
                .map(|(_, window)| (window.first, window.last))
                .collect(),
        }
    }
}

/// Which answers of a place count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The last day that counts.
    pub through: i32,
    /// First and last days of answers that do not.
    pub out: Vec<(i32, i32)>,
}

impl Default for Rule {
    fn default() -> Self {
        Self { through: i32::MAX, out: Vec::new() }
    }
}

impl Rule {
    /// Whether answers of a day count.
    pub fn counts(&self, day: i32) -> bool {
        day <= self.through && !self.out.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }
}

/// Which answers count, by the number of their place; of places that are not here, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted(pub BTreeMap<i64, Rule>);

impl Counted {
    /// Of a place.
    pub fn rule(&self, place: i64) -> Rule {
        self.0.get(&place).cloned().unwrap_or_default()
    }
}

fn bits(windows: &[Window], is: impl Fn(&Window) -> bool) -> u64 {
    windows
        .iter()
        .take(WINDOWS)
        .enumerate()
        .filter(|(_, window)| is(window))
        .fold(0, |all, (at, _)| all | 1_u64 << at)
}

#[cfg(test)]
mod tests;
