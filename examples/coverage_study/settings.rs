//! What is simulated: the designs, the shares, how often, from which seed.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// Confidence level of all intervals.
pub const LEVEL: f64 = 0.95;

/// The shares simulated. Satisfaction with services lies between 0.8 and 1; 0.5 is where theory is kindest.
const SHARES: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.99];

/// Persons served by the ten units of the stratified designs: as unequal as communes and departments are.
const UNITS: [u64; 10] = [200, 300, 500, 800, 1_000, 1_500, 2_000, 3_000, 5_000, 8_000];

/// How far the units' shares lie from each other, on the logit scale.
const APART: [f64; 10] = [0.6, -0.4, 0.3, -0.6, 0.0, 0.5, -0.3, 0.4, -0.5, 0.1];

/// One way to come to a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum Design {
    /// `n` drawn from so many that it does not matter how many.
    Simple { n: u64 },
    /// `n` drawn without replacement from `population`, whose size is known.
    Finite { population: u64, n: u64 },
    /// Units of different size, `samples` drawn from each without replacement: weights N/n, known populations.
    Strata { populations: Vec<u64>, samples: Vec<u64>, offsets: Vec<f64> },
    /// `clusters` communes drawn from many, `size` persons in each; their answers are correlated by `icc`.
    Clusters { clusters: u64, size: u64, icc: f64 },
    /// `n` drawn without replacement from groups (age, say) of known size, the weights adjusted to these.
    Poststratified { groups: Vec<u64>, n: u64, offsets: Vec<f64> },
    /// An index of sixteen items in five dimensions (3, 4, 3, 3, 3), answers of one person correlated; the items of the
    /// last dimension are asked only of `asked` of all.
    Composite { n: u64, asked: f64 },
    /// A part of the persons of each stratum (a field of procedure, say), by chance in the sample or not.
    Domain { populations: Vec<u64>, sample: u64, rates: Vec<f64>, offsets: Vec<f64> },
}

/// The headings that scenarios stand under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Simple,
    Finite,
    Strata,
    Heavy,
    Clusters,
    Poststratified,
    Composite,
    Domain,
}

impl Group {
    pub const ALL: [Self; 8] = [
        Self::Simple,
        Self::Finite,
        Self::Strata,
        Self::Heavy,
        Self::Clusters,
        Self::Poststratified,
        Self::Composite,
        Self::Domain,
    ];
}

/// A design with the share that is true in the population.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    pub group: Group,
    pub design: Design,
    /// Share of the population, as near as whole persons allow.
    pub share: f64,
}

/// What is simulated, how often, from which seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    pub seed: u64,
    pub replicates: u64,
    pub scenarios: Vec<Scenario>,
}

/// The study that `docs/coverage.md` reports.
pub fn study() -> Study {
    Study { seed: 20_261_124, replicates: 10_000, scenarios: scenarios() }
}

impl Study {
    /// The line by which a page tells which study it reports.
    pub fn definition(&self) -> String {
        let text = self.scenarios.iter().fold(String::new(), |mut text, scenario| {
            let _ = writeln!(text, "{}", scenario.key());
            text
        });
        let digest = Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let (seed, replicates, count) = (self.seed, self.replicates, self.scenarios.len());
        format!("seed {seed}, {replicates} samples for each of {count} settings, settings {digest}")
    }
}

impl Scenario {
    /// Everything that its samples depend on beside the seed.
    pub fn key(&self) -> String {
        format!("{:?} {:?} {:?} level {LEVEL}", self.group, self.share, self.design)
    }

    /// What differs from the other scenarios of its group.
    pub fn name(&self) -> String {
        let design = match &self.design {
            Design::Simple { n } | Design::Poststratified { n, .. } => format!("n = {n}"),
            Design::Composite { n, asked } => format!("n = {n}, last asked of {:.0} %", 100.0 * asked),
            Design::Finite { population, n } => format!("n = {n} of {population}"),
            Design::Strata { populations, samples, .. } if populations.len() == 2 => {
                format!("n = {} of {}, {} of {}", samples[0], populations[0], samples[1], populations[1])
            }
            Design::Strata { samples, .. } => {
                format!("n = {} × {}", samples.len(), samples.first().unwrap_or(&0))
            }
            Design::Clusters { clusters, size, icc } => format!("{clusters} × {size}, ICC {icc}"),
            Design::Domain { populations, sample, rates, .. } => {
                let inside = rates.iter().sum::<f64>() * *sample as f64;
                format!("{inside:.0} of n = {}", sample * populations.len() as u64)
            }
        };
        format!("p = {}, {design}", self.share)
    }
}

/// The settings, heading by heading.
fn scenarios() -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut add = |group: Group, designs: Vec<Design>| {
        for design in designs {
            all.extend(SHARES.map(|share| Scenario { group, design: design.clone(), share }));
        }
    };
    add(Group::Simple, [30, 100, 300, 1_000].map(|n| Design::Simple { n }).to_vec());
    let finite = [(60, 30), (200, 100), (1_000, 300)];
    add(Group::Finite, finite.map(|(population, n)| Design::Finite { population, n }).to_vec());
    let strata = |n: u64| Design::Strata {
        populations: UNITS.to_vec(),
        samples: vec![n; UNITS.len()],
        offsets: APART.to_vec(),
    };
    add(Group::Strata, [3, 10, 30, 100].map(strata).to_vec());
    let heavy = |samples: [u64; 2]| Design::Strata {
        populations: vec![9_000, 1_000],
        samples: samples.to_vec(),
        offsets: vec![0.0, 0.0],
    };
    add(Group::Heavy, [[10, 90], [30, 270]].map(heavy).to_vec());
    let clusters = [(10, 30, 0.02), (10, 30, 0.1), (30, 10, 0.02), (30, 10, 0.1), (40, 25, 0.05)];
    let clusters = clusters.map(|(clusters, size, icc)| Design::Clusters { clusters, size, icc });
    add(Group::Clusters, clusters.to_vec());
    let poststratified = |n: u64| Design::Poststratified {
        groups: vec![2_000, 3_500, 3_000, 1_500],
        n,
        offsets: vec![-0.5, 0.0, 0.2, 0.6],
    };
    add(Group::Poststratified, [100, 300, 1_000].map(poststratified).to_vec());
    let asked = [(30, 1.0), (100, 1.0), (300, 1.0), (30, 0.3), (100, 0.3), (300, 0.3), (1_000, 0.3)];
    add(Group::Composite, asked.map(|(n, asked)| Design::Composite { n, asked }).to_vec());
    let domain = |(sample, rate): (u64, f64)| Design::Domain {
        populations: UNITS.to_vec(),
        sample,
        // From half of the mean rate in the smallest unit to one and a half times it in the largest.
        rates: (0..UNITS.len()).map(|at| rate * (0.5 + at as f64 / 9.0)).collect(),
        offsets: APART.to_vec(),
    };
    add(Group::Domain, [(30, 0.1), (100, 0.1), (100, 0.3)].map(domain).to_vec());
    all
}
