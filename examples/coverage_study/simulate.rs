//! Every scenario many times, and what its intervals did.

use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};
use sipas::statistics::{estimate::Figure, interval::Interval, sample::Sample, spec};

use super::{
    draw::Population,
    settings::{Design, LEVEL, Scenario, Study},
};

/// Samples that are drawn from one stream of random numbers.
const BLOCK: u64 = 250;

/// The intervals compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    T,
    Logit,
    Beta,
    Wilson,
    Kg,
    /// Exact limits; of a simple random sample from a known population alone.
    Hypergeometric,
    /// What the report gives an index: logit, and `kg` where the variance is zero. Of composites alone.
    Index,
}

impl Method {
    pub const ALL: [Self; 7] =
        [Self::T, Self::Logit, Self::Beta, Self::Wilson, Self::Kg, Self::Hypergeometric, Self::Index];

    /// Whether the method is for such a design.
    pub fn is_for(self, design: &Design) -> bool {
        match self {
            Self::Hypergeometric => matches!(design, Design::Finite { .. }),
            Self::Index => matches!(design, Design::Composite { .. }),
            _ => true,
        }
    }

    pub fn interval(self, figure: &Figure) -> Option<Interval> {
        let by = |method| figure.interval(method, LEVEL);
        match self {
            Self::T => by(spec::Method::T),
            Self::Logit => by(spec::Method::Logit),
            Self::Beta => by(spec::Method::Beta),
            Self::Wilson => by(spec::Method::Wilson),
            Self::Kg => by(spec::Method::Kg),
            Self::Hypergeometric => by(spec::Method::Hypergeom),
            Self::Index if figure.var > 0.0 => by(spec::Method::Logit),
            Self::Index => by(spec::Method::Kg),
        }
    }
}

/// What the intervals of one method did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kept {
    /// Samples with an interval.
    pub intervals: u64,
    /// Those whose lower limit is above the truth.
    pub above: u64,
    /// Those whose upper limit is below it.
    pub below: u64,
    /// Sum of their widths.
    pub width: f64,
}

/// What happened in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub samples: u64,
    /// Samples in which everybody who answered said yes.
    pub unanimous: u64,
    /// By [`Method::ALL`].
    pub kept: [Kept; 7],
}

impl Kept {
    /// Share of the intervals that hold the truth; NaN without intervals.
    pub fn coverage(&self) -> f64 {
        (self.intervals - self.above - self.below) as f64 / self.intervals as f64
    }

    /// The Monte-Carlo error of the coverage: its standard error.
    pub fn error(&self) -> f64 {
        let coverage = self.coverage();
        (coverage * (1.0 - coverage) / self.intervals as f64).sqrt()
    }

    /// Share of the intervals that lie wholly above the truth.
    pub fn share_above(&self) -> f64 {
        self.above as f64 / self.intervals as f64
    }

    /// Mean width.
    pub fn mean_width(&self) -> f64 {
        self.width / self.intervals as f64
    }

    fn count(&mut self, interval: Option<Interval>, truth: f64) {
        // Limits that are the truth but for rounding hold it.
        const ROUNDING: f64 = 1e-12;
        let Some(interval) = interval else { return };
        self.intervals += 1;
        self.above += u64::from(interval.lower > truth + ROUNDING);
        self.below += u64::from(interval.upper < truth - ROUNDING);
        self.width += interval.width();
    }

    fn add(&mut self, other: &Self) {
        self.intervals += other.intervals;
        self.above += other.above;
        self.below += other.below;
        self.width += other.width;
    }
}

impl Outcome {
    pub fn of(&self, method: Method) -> &Kept {
        &self.kept[method as usize]
    }

    fn new() -> Self {
        Self { samples: 0, unanimous: 0, kept: [Kept::default(); 7] }
    }

    fn add(&mut self, other: &Self) {
        self.samples += other.samples;
        self.unanimous += other.unanimous;
        self.kept.iter_mut().zip(&other.kept).for_each(|(kept, other)| kept.add(other));
    }
}

/// Draws all samples of a study; the outcomes are in the order of its scenarios, and the same for any number of
/// threads: every block of samples has a stream of its own, and blocks are added up in their order.
#[expect(clippy::expect_used, reason = "a worker that panics has found a fault of the study")]
pub fn run(study: &Study, threads: usize) -> Vec<Outcome> {
    let populations: Vec<Population> = study.scenarios.iter().map(Population::new).collect();
    let frames: Vec<Option<Sample<'_>>> = populations.iter().map(Population::frame).collect();
    let blocks = study.replicates.div_ceil(BLOCK);
    let tasks: Vec<(usize, u64)> =
        (0..populations.len()).flat_map(|at| (0..blocks).map(move |block| (at, block))).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, block)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let count = BLOCK.min(study.replicates - block * BLOCK);
            let mut rng = stream(study.seed, &study.scenarios[*at], *block);
            let outcome =
                samples(&study.scenarios[*at], &populations[*at], frames[*at].as_ref(), count, &mut rng);
            done.push((*at, *block, outcome));
        }
        done
    };
    let mut done: Vec<(usize, u64, Outcome)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker that did not panic")).collect()
    });
    done.sort_by_key(|(at, block, _)| (*at, *block));
    let mut outcomes = vec![Outcome::new(); populations.len()];
    done.iter().for_each(|(at, _, outcome)| outcomes[*at].add(outcome));
    outcomes
}

/// The random numbers of a block, by what its scenario is: they stay when other scenarios come or go.
fn stream(seed: u64, scenario: &Scenario, block: u64) -> ChaCha8Rng {
    let digest: [u8; 32] = Sha256::digest(format!("{seed} {}", scenario.key())).into();
    let mut rng = ChaCha8Rng::from_seed(digest);
    rng.set_stream(block);
    rng
}

fn samples(
    scenario: &Scenario,
    population: &Population,
    frame: Option<&Sample<'_>>,
    count: u64,
    rng: &mut impl Rng,
) -> Outcome {
    let mut outcome = Outcome::new();
    for _ in 0..count {
        outcome.samples += 1;
        let Some(figure) = population.figure(frame, rng) else { continue };
        outcome.unanimous += u64::from(figure.estimate >= 1.0 - 1e-12);
        for (kept, method) in outcome.kept.iter_mut().zip(Method::ALL) {
            if method.is_for(&scenario.design) {
                kept.count(method.interval(&figure), population.truth);
            }
        }
    }
    outcome
}
