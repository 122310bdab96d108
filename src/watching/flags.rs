//! Hours that stand out: many answers in one hour at one counter, more than its day and the hours of the province let
//! expect. A flag points and refuses nothing; it may have a good reason (a queue, a reminder, a market day).
//!
//! Given the n answers of a counter on a day, the number in one hour is taken as beta-binomial: the share is that of the
//! hour in the whole campaign, and shares scatter from counter to counter and day to day as they are seen to (by the
//! method of moments: Williams, Applied Statistics 31 (1982), 144–148). The p-value of a counter is its smallest over
//! the hours times their number (Bonferroni); of the counters of a day those are flagged that the procedure of Benjamini
//! and Hochberg (JRSS B 57 (1995), 289–300) takes at [`RATE`]. So on a day without any fraud nothing is flagged with a
//! probability of at least 1 − [`RATE`], however many counters there are.
//!
//! What it cannot see: cheating that is spread over the day (security.md 3.3: no statistics can).

use statrs::function::gamma::ln_gamma;

/// Share of wrong flags among the flags of a day, at most.
pub const RATE: f64 = 0.01;
/// Fewest answers of a counter on a day that are looked at.
pub const FEWEST: u64 = 15;
/// Fewest answers of all counters in the days looked back at: below, nobody knows what is usual.
pub const FEWEST_KNOWN: u64 = 200;
/// The day's hours in which one-stop shops may be open, generously; the end is exclusive.
pub const OPEN: std::ops::Range<usize> = 6..19;
/// Shares scatter at least this much (intra-class correlation), whatever a short history says.
const LEAST_SCATTER: f64 = 0.02;

/// Answers of one counter on one day, by hour.
pub type Hours = [u64; 24];

/// Why an hour stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Many answers within one hour.
    Burst,
    /// Many answers at an hour when offices are closed.
    Outside,
}

impl Kind {
    /// Its code, as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Outside => "outside",
        }
    }

    /// The kind of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Burst, Self::Outside].into_iter().find(|kind| kind.code() == code)
    }
}

/// A counter's hour that stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flag {
    /// Number of the counter's place.
    pub place: i64,
    /// Why.
    pub kind: Kind,
    /// The hour, 0..24.
    pub hour: usize,
    /// Answers in it.
    pub observed: u64,
    /// Answers of the day.
    pub total: u64,
    /// Answers that were to be expected in it.
    pub expected: f64,
}

/// The counters of a day that stand out. `known` are the hours of all counters on the days looked back at, `day` those
/// of the day itself (by place), which are among them.
pub fn find(known: &[Hours], day: &[(i64, Hours)]) -> Vec<Flag> {
    let mut sums = [0_u64; 24];
    for hours in known {
        sums.iter_mut().zip(hours).for_each(|(sum, n)| *sum += n);
    }
    let all: u64 = sums.iter().sum();
    if all < FEWEST_KNOWN {
        return Vec::new();
    }
    // Half an answer more in every hour: none is impossible because nobody came yet.
    let shares = sums.map(|n| (n as f64 + 0.5) / (all as f64 + 12.0));
    let scatter = scatter(known, &shares);
    let mut tested: Vec<(f64, Flag)> = day
        .iter()
        .filter_map(|(place, hours)| {
            let total: u64 = hours.iter().sum();
            if total < FEWEST {
                return None;
            }
            let (p, hour) = (0..24)
                .map(|hour| (at_least(hours[hour], total, shares[hour], scatter), hour))
                .min_by(|a, b| a.0.total_cmp(&b.0))?;
            let kind = if OPEN.contains(&hour) { Kind::Burst } else { Kind::Outside };
            let flag = Flag {
                place: *place,
                kind,
                hour,
                observed: hours[hour],
                total,
                expected: total as f64 * shares[hour],
            };
            Some((p * 24.0, flag))
        })
        .collect();
    tested.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.place.cmp(&b.1.place)));
    let tests = tested.len() as f64;
    let taken = tested.iter().enumerate().filter(|(at, (p, _))| *p <= RATE * (*at + 1) as f64 / tests);
    let taken = taken.map(|(at, _)| at + 1).next_back().unwrap_or(0);
    tested.into_iter().take(taken).map(|(_, flag)| flag).collect()
}

/// How much the shares of hours scatter beyond chance: the intra-class correlation, by the method of moments.
fn scatter(known: &[Hours], shares: &[f64; 24]) -> f64 {
    let (mut seen, mut chance, mut room) = (0.0, 0.0, 0.0);
    for hours in known {
        let total = hours.iter().sum::<u64>() as f64;
        for (n, share) in hours.iter().zip(shares) {
            let spread = share * (1.0 - share);
            seen += (*n as f64 - total * share).powi(2);
            chance += total * spread;
            room += total * (total - 1.0).max(0.0) * spread;
        }
    }
    if room > 0.0 { ((seen - chance) / room).clamp(LEAST_SCATTER, 0.5) } else { LEAST_SCATTER }
}

/// The probability of at least `n` of `total` where the share is beta distributed with this mean and correlation.
fn at_least(n: u64, total: u64, share: f64, scatter: f64) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let size = 1.0 / scatter - 1.0;
    let (a, b) = (share * size, (1.0 - share) * size);
    let all = total as f64;
    let constant = ln_gamma(all + 1.0) - ln_gamma(all + size) + ln_gamma(size) - ln_gamma(a) - ln_gamma(b);
    let exactly = |k: u64| {
        let (k, rest) = (k as f64, (total - k) as f64);
        (constant - ln_gamma(k + 1.0) - ln_gamma(rest + 1.0) + ln_gamma(k + a) + ln_gamma(rest + b)).exp()
    };
    (n..=total).map(exactly).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// What an honest day looks like: mornings fuller than afternoons, some in the evening at home, and every counter
    /// and day with habits of its own.
    fn honest(rng: &mut ChaCha8Rng, mean: u64) -> Hours {
        const USUAL: [f64; 24] = [
            0., 0., 0., 0., 0., 0., 0.2, 6., 12., 14., 10., 3., 1., 6., 10., 9., 6., 2., 1., 1., 0.6, 0.4,
            0.1, 0.,
        ];
        let habits = USUAL.map(|usual| usual * (0.4 + 1.2 * rng.random::<f64>()));
        let sum: f64 = habits.iter().sum();
        let mut hours = [0; 24];
        for _ in 0..rng.random_range(mean / 2..=mean + mean / 2) {
            let mut at = rng.random::<f64>() * sum;
            let hour = habits.iter().position(|habit| {
                at -= habit;
                at < 0.0
            });
            hours[hour.unwrap_or(9)] += 1;
        }
        hours
    }

    /// Two hundred counters with up to 60 answers a day, for so many working days.
    fn province(rng: &mut ChaCha8Rng, days: usize) -> Vec<Vec<(i64, Hours)>> {
        (0..days)
            .map(|_| (0_i64..200).map(|place| (place, honest(rng, 5 + place.unsigned_abs() % 55))).collect())
            .collect()
    }

    #[test]
    fn j_04_of_200_honest_units_at_most_two_in_a_hundred_are_flagged_in_a_quarter() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let days = province(&mut rng, 60);
        let mut flagged = std::collections::BTreeSet::new();
        for at in 4..days.len() {
            let known: Vec<Hours> = days[at - 4..=at].iter().flatten().map(|(_, hours)| *hours).collect();
            flagged.extend(find(&known, &days[at]).into_iter().map(|flag| flag.place));
        }
        assert!(flagged.len() <= 4, "{flagged:?}");
    }

    #[test]
    fn j_05_thirty_scans_of_one_s_own_within_an_hour_are_flagged_and_nobody_else() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut days = province(&mut rng, 5);
        days[4][9].1[10] += 30;
        days[4][30].1[22] += 20;
        let known: Vec<Hours> = days.iter().flatten().map(|(_, hours)| *hours).collect();
        let flags = find(&known, &days[4]);
        let found: Vec<_> = flags.iter().map(|flag| (flag.place, flag.kind, flag.hour)).collect();
        assert!(
            found.contains(&(9, Kind::Burst, 10)) && found.contains(&(30, Kind::Outside, 22)),
            "{flags:?}"
        );
        assert_eq!(found.len(), 2, "{flags:?}");
        assert!(flags.iter().all(|flag| flag.expected < flag.observed as f64 / 2.0));
    }

    #[test]
    fn j_05_the_same_thirty_spread_over_a_month_are_not_seen() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut days = province(&mut rng, 20);
        for (at, day) in days.iter_mut().enumerate() {
            day[9].1[8 + at % 8] += 2;
        }
        let known: Vec<Hours> = days.iter().flatten().map(|(_, hours)| *hours).collect();
        assert!(days.iter().all(|day| find(&known, day).iter().all(|flag| flag.place != 9)));
    }

    #[test]
    fn where_little_is_known_nothing_is_flagged() {
        let mut hours = [0; 24];
        hours[3] = 150;
        assert_eq!(find(&[hours], &[(1, hours)]), []);
    }

    #[test]
    fn the_tail_is_that_of_the_beta_binomial() {
        // a = b = 1: every number from 0 to n is equally likely.
        let uniform = |n| at_least(n, 9, 0.5, 1.0 / 3.0);
        assert!((uniform(5) - 0.5).abs() < 1e-12 && (uniform(9) - 0.1).abs() < 1e-12);
        assert_eq!(uniform(0), 1.0);
    }
}
