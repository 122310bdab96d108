//! How many answers there will be at closing, if things go on as in the last weeks.
//!
//! Answers a day are taken as counts with a constant level, times what a day of its kind brings (working days,
//! Saturdays, Sundays), and with more scatter than a Poisson count has (quasi-Poisson: McCullagh and Nelder, Generalized
//! Linear Models, 2nd ed., 1989, 6.2). With exposure W of the days seen, R of the days to come, level λ = Σy / W and
//! dispersion φ = max(1, Σ(y − μ)²/μ / (D − 1)), what is to come has the mean λR and, the error of λ included, the
//! variance φλR(1 + R/W). It knows of no holiday and no trend: a level that changed lately is followed late.

use crate::statistics::quantile;

/// Days looked back at, at most: older habits say little about the next weeks.
pub const WINDOW: usize = 28;
/// Complete days needed at least.
pub const FEWEST: usize = 5;
/// The range holds with this probability, if the assumptions do.
pub const LEVEL: f64 = 0.8;

/// How many answers are expected in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forecast {
    /// Expected.
    pub expected: u64,
    /// Lower end of the range.
    pub lower: u64,
    /// Upper end.
    pub upper: u64,
}

/// What a day of its kind brings, relative to the others: working days, Saturdays, Sundays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape([f64; 3]);

impl Shape {
    /// From the answers on complete days, each with its day (since 1970). Kinds of day not seen yet count as the mean
    /// of those seen; without answers all days count alike.
    pub fn of(days: impl Iterator<Item = (i32, u64)>) -> Self {
        let mut sums = [(0_u64, 0_u64); 3];
        for (day, answers) in days {
            let (seen, sum) = &mut sums[kind(day)];
            *seen += 1;
            *sum += answers;
        }
        let (seen, sum) = sums.iter().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
        if sum == 0 {
            return Self([1.0; 3]);
        }
        let mean = sum as f64 / seen as f64;
        Self(sums.map(|(seen, sum)| if seen == 0 { 1.0 } else { sum as f64 / seen as f64 / mean }))
    }

    /// What this day brings.
    pub const fn weight(&self, day: i32) -> f64 {
        self.0[kind(day)]
    }

    /// What these days bring together; the end is exclusive.
    pub fn weights(&self, from: i32, to: i32) -> f64 {
        (from..to).map(|day| self.weight(day)).sum()
    }
}

/// 0 a working day, 1 a Saturday, 2 a Sunday. The first of January 1970 was a Thursday.
const fn kind(day: i32) -> usize {
    match day.rem_euclid(7) {
        2 => 1,
        3 => 2,
        _ => 0,
    }
}

/// The forecast. `days` are the answers of complete days, the last of them the day before `today`; `before` all answers
/// until then, `done` all answers until now; the campaign goes on to the end of the day before `end`. `None` with too
/// few days, or where the first answers are of today.
pub fn forecast(
    before: u64,
    done: u64,
    days: &[u64],
    today: i32,
    end: i32,
    shape: &Shape,
) -> Option<Forecast> {
    let days = days.get(days.len().saturating_sub(WINDOW)..)?;
    if days.len() < FEWEST {
        return None;
    }
    let first = today - i32::try_from(days.len()).ok()?;
    let exposure = shape.weights(first, today);
    if exposure <= 0.0 {
        return None;
    }
    let sum: u64 = days.iter().sum();
    // Answers of today alone say that collecting has only just begun: the silent days before were none of it.
    if sum == 0 && done > before {
        return None;
    }
    let level = sum as f64 / exposure;
    let remaining = shape.weights(today, end.max(today));
    let mean = level * remaining;
    let pearson: f64 = (first..today)
        .zip(days)
        .map(|(day, answers)| (level * shape.weight(day), *answers as f64))
        .filter(|(mean, _)| *mean > 0.0)
        .map(|(mean, answers)| (answers - mean).powi(2) / mean)
        .sum();
    let freedom = days.len() - 1;
    let dispersion = (pearson / freedom as f64).max(1.0);
    let spread = (dispersion * mean * (1.0 + remaining / exposure)).sqrt();
    let t = quantile::t(0.5 + LEVEL / 2.0, i64::try_from(freedom).ok()?)?;
    // Nothing seen is not nothing to come: the level could be as high as would still be silent one time in ten.
    let silent = if sum == 0 { -((1.0 - LEVEL) / 2.0).ln() * remaining / exposure } else { 0.0 };
    let whole = |to_come: f64| done.max((before as f64 + to_come.max(0.0)).round() as u64);
    Some(Forecast {
        expected: whole(mean),
        lower: whole(mean - t * spread),
        upper: whole((mean + t * spread).max(silent)),
    })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// A Monday.
    const MONDAY: i32 = 20_416;

    #[test]
    fn weekends_count_for_what_they_bring() {
        // Two weeks of 10 a working day, 4 a Saturday, none on Sundays.
        let days: Vec<u64> = [10, 10, 10, 10, 10, 4, 0].repeat(2);
        let seen = (MONDAY - 14..MONDAY).zip(days.iter().copied());
        let shape = Shape::of(seen);
        assert!((shape.weight(MONDAY) / shape.weight(MONDAY + 5) - 2.5).abs() < 1e-9);
        assert_eq!(shape.weight(MONDAY + 6), 0.0);
        let forecast = forecast(108, 108, &days, MONDAY, MONDAY + 7, &shape).unwrap();
        assert_eq!(forecast.expected, 162, "another week as those before");
        assert!(forecast.lower < 162 && forecast.upper > 162);
    }

    #[test]
    fn with_few_days_there_is_none_and_answers_are_never_taken_back() {
        let shape = Shape::of(std::iter::empty());
        assert_eq!(forecast(40, 40, &[10; 4], MONDAY, MONDAY + 7, &shape), None);
        let over = forecast(50, 63, &[10; 5], MONDAY, MONDAY, &shape).unwrap();
        assert_eq!(over, Forecast { expected: 63, lower: 63, upper: 63 }, "closed: what there is");
        let silent = forecast(0, 0, &[0; 10], MONDAY, MONDAY + 10, &shape).unwrap();
        assert_eq!((silent.expected, silent.lower, silent.upper), (0, 0, 2), "ten silent days, ten to come");
    }

    #[test]
    fn the_range_holds_as_often_as_it_says() {
        // Days scatter more than Poisson: the level of each day is drawn between 5 and 15.
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut day = || {
            let level = 5.0 + 10.0 * rng.random::<f64>();
            let (limit, mut product, mut n) = ((-level).exp(), rng.random::<f64>(), 0_u64);
            while product > limit {
                product *= rng.random::<f64>();
                n += 1;
            }
            n
        };
        let (mut held, rounds) = (0, 2_000);
        for _ in 0..rounds {
            let seen: Vec<u64> = (0..20).map(|_| day()).collect();
            let sum: u64 = seen.iter().sum();
            let coming: u64 = (0..30).map(|_| day()).sum();
            let shape = Shape::of(std::iter::empty());
            let forecast = forecast(sum, sum, &seen, MONDAY, MONDAY + 30, &shape).unwrap();
            held += usize::from((forecast.lower..=forecast.upper).contains(&(sum + coming)));
        }
        let share = held as f64 / f64::from(rounds);
        assert!((share - LEVEL).abs() < 0.04, "{share}");
    }
}
