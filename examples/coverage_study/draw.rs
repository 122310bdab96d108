//! One sample of a scenario, and its figure as the engine forms it.
//!
//! The samples of most designs differ in nothing but the answers: [`Population::frame`] is built once, and each sample
//! brings its answers along. Weights that are adjusted to groups differ each time.

use std::fmt::Write as _;

use rand::{Rng, RngExt as _};
use sipas::statistics::{
    estimate::{Figure, mean_figure},
    sample::{Linearised, Sample},
    spec::{Analysis, Spec},
    table::Table,
};

use super::settings::{Design, Scenario};

/// The items of the composite by dimension, and how far their shares lie apart on the logit scale.
const ITEMS: [&[f64]; 5] =
    [&[0.3, -0.2, 0.0], &[0.2, 0.4, -0.3, 0.1], &[-0.1, 0.2, 0.5], &[0.0, -0.4, 0.3], &[-0.6, -0.2, -0.5]];

/// Correlation of two items of one person with the same share.
const TOGETHER: f64 = 0.4;

/// A scenario made ready: what does not change from sample to sample.
#[derive(Debug)]
pub struct Population {
    design: Design,
    /// The share of each stratum, group or item; one where there are none.
    shares: Vec<f64>,
    /// What an interval should hold.
    pub truth: f64,
    /// The columns of the design, and how they are read; of post-stratified samples they are new each time.
    table: Table,
    analysis: Analysis,
}

/// The share whose logit lies `offset` from that of `middle`.
fn shifted(middle: f64, offset: f64) -> f64 {
    1.0 / (1.0 + (-(middle + offset)).exp())
}

/// The shares with these offsets from a common middle, whose weighted mean is `share`.
fn shares(share: f64, offsets: &[f64], weights: &[f64]) -> Vec<f64> {
    let whole: f64 = weights.iter().sum();
    let mean = |middle: f64| {
        offsets.iter().zip(weights).map(|(offset, w)| w * shifted(middle, *offset)).sum::<f64>() / whole
    };
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if mean(middle) < share { low = middle } else { high = middle }
    }
    offsets.iter().map(|offset| shifted(low, *offset)).collect()
}

/// A share of whole persons.
fn whole(share: f64, population: u64) -> u64 {
    (share * population as f64).round() as u64
}

fn floats(numbers: &[u64]) -> Vec<f64> {
    numbers.iter().map(|n| *n as f64).collect()
}

/// The analysis of a design given as JSON, and of its calibration.
#[expect(clippy::expect_used, reason = "the study's own text: if it is wrong, there is no study")]
fn analysis(design: &str, calibration: &str) -> Analysis {
    let text = format!(
        r#"{{"schema":"svy-ref/1","data":{{"file":"none.csv"}},"analyses":[{{"id":"a","design":{design},"calibration":{calibration},"estimands":[]}}]}}"#
    );
    let mut spec = Spec::parse(&text).expect("a specification of our own");
    spec.analyses.remove(0)
}

#[expect(clippy::expect_used, reason = "as above")]
fn table(text: &str) -> Table {
    Table::read(text.as_bytes(), "", |_| true).expect("a table of our own")
}

/// The rows of strata: stratum, population, weight.
fn strata(populations: &[u64], samples: &[u64]) -> String {
    let mut text = "s,N,w\n".to_owned();
    for (at, (population, n)) in populations.iter().zip(samples).enumerate() {
        let row = format!("{at},{population},{}\n", *population as f64 / *n as f64);
        text.push_str(&row.repeat(*n as usize));
    }
    text
}

impl Population {
    pub fn new(scenario: &Scenario) -> Self {
        let share = scenario.share;
        let with_fpc = r#"{"weight":"w","strata":"s","stages":[{"fpc":"N"}],"lonely_psu":"adjust"}"#;
        let plain = r#"{"stages":[{}],"lonely_psu":"adjust"}"#;
        let rows = |n: u64| format!("s\n{}", "0\n".repeat(n as usize));
        let of_counts = |populations: &[u64], shares: &[f64]| {
            let yes: u64 = populations.iter().zip(shares).map(|(n, share)| whole(*share, *n)).sum();
            yes as f64 / populations.iter().sum::<u64>() as f64
        };
        let (shares, truth, text, design, calibration) = match &scenario.design {
            Design::Simple { n } => (vec![share], share, rows(*n), plain, "null".to_owned()),
            Design::Finite { population, n } => {
                let truth = whole(share, *population) as f64 / *population as f64;
                (vec![share], truth, strata(&[*population], &[*n]), with_fpc, "null".to_owned())
            }
            Design::Strata { populations, samples, offsets } => {
                let shares = shares(share, offsets, &floats(populations));
                let truth = of_counts(populations, &shares);
                (shares, truth, strata(populations, samples), with_fpc, "null".to_owned())
            }
            Design::Clusters { clusters, size, .. } => {
                let text: String = (0..*clusters).map(|c| format!("{c}\n").repeat(*size as usize)).collect();
                let design = r#"{"stages":[{"id":"c"}],"lonely_psu":"adjust"}"#;
                (vec![share], share, format!("c\n{text}"), design, "null".to_owned())
            }
            Design::Poststratified { groups, offsets, .. } => {
                let shares = shares(share, offsets, &floats(groups));
                let truth = of_counts(groups, &shares);
                let totals: Vec<String> =
                    groups.iter().enumerate().map(|(at, n)| format!(r#"{{"g":{at},"N":{n}}}"#)).collect();
                let totals = totals.join(",");
                let calibration = format!(r#"{{"method":"poststratify","by":["g"],"totals":[{totals}]}}"#);
                let design = r#"{"weight":"w","stages":[{"fpc":"N"}],"lonely_psu":"adjust"}"#;
                (shares, truth, "g,N,w\n".to_owned(), design, calibration)
            }
            Design::Composite { n, .. } => {
                let offsets: Vec<f64> = ITEMS.concat();
                // Dimensions count by their items, so that all items count the same.
                let shares = shares(share, &offsets, &vec![1.0; offsets.len()]);
                (shares, share, rows(*n), plain, "null".to_owned())
            }
            Design::Domain { populations, sample, rates, offsets } => {
                let inside: Vec<f64> =
                    populations.iter().zip(rates).map(|(n, rate)| *n as f64 * rate).collect();
                let shares = shares(share, offsets, &inside);
                let text = strata(populations, &vec![*sample; populations.len()]);
                let design = r#"{"weight":"w","strata":"s","stages":[{}],"lonely_psu":"adjust"}"#;
                (shares, share, text, design, "null".to_owned())
            }
        };
        let analysis = analysis(design, &calibration);
        Self { design: scenario.design.clone(), shares, truth, table: table(&text), analysis }
    }

    /// The sample without its answers; `None` where it is new each time.
    #[expect(clippy::expect_used, reason = "a design of our own")]
    pub fn frame(&self) -> Option<Sample<'_>> {
        match self.design {
            Design::Poststratified { .. } => None,
            _ => Some(Sample::build(&self.analysis, &self.table, "").expect("a design of our own")),
        }
    }

    /// The figure of one sample; `None` where it is not computable.
    pub fn figure(&self, frame: Option<&Sample<'_>>, rng: &mut impl Rng) -> Option<Figure> {
        let mean =
            |y: &[f64], inside: &[bool]| mean_figure(frame?, y, inside, "").ok().map(|(_, figure)| figure);
        let all = |y: Vec<f64>| mean(&y, &vec![true; y.len()]);
        match &self.design {
            Design::Simple { n } => all((0..*n).map(|_| yes(self.shares[0], rng)).collect()),
            Design::Finite { population, n } => all(without(*population, *n, self.shares[0], rng)),
            Design::Strata { populations, samples, .. } => all(populations
                .iter()
                .zip(samples)
                .zip(&self.shares)
                .flat_map(|((population, n), share)| without(*population, *n, *share, rng))
                .collect()),
            Design::Clusters { clusters, size, icc } => {
                all((0..*clusters).flat_map(|_| urn(*size, self.shares[0], *icc, rng)).collect())
            }
            Design::Poststratified { groups, n, .. } => self.poststratified(groups, *n, rng),
            Design::Composite { n, asked } => self.composite(frame?, *n, *asked, rng),
            Design::Domain { sample, rates, .. } => {
                let (mut y, mut inside) = (Vec::new(), Vec::new());
                for (share, rate) in self.shares.iter().zip(rates) {
                    for _ in 0..*sample {
                        inside.push(rng.random_bool(*rate));
                        y.push(yes(*share, rng));
                    }
                }
                mean(&y, &inside)
            }
        }
        .filter(|figure| figure.estimate.is_finite())
    }

    fn poststratified(&self, groups: &[u64], n: u64, rng: &mut impl Rng) -> Option<Figure> {
        // Persons left by group and answer.
        let mut left: Vec<[u64; 2]> = groups
            .iter()
            .zip(&self.shares)
            .map(|(n, share)| [n - whole(*share, *n), whole(*share, *n)])
            .collect();
        let population: u64 = groups.iter().sum();
        let weight = population as f64 / n as f64;
        let (mut y, mut text) = (Vec::new(), "g,N,w\n".to_owned());
        for drawn in 0..n {
            let mut place = rng.random_range(0..population - drawn);
            let mut kinds = left.iter_mut().enumerate().flat_map(|(group, counts)| {
                counts.iter_mut().enumerate().map(move |(answer, count)| (group, answer, count))
            });
            let found = kinds.find(|(_, _, count)| {
                let here = place < **count;
                if !here {
                    place -= **count;
                }
                here
            });
            let (group, answer, count) = found?;
            *count -= 1;
            y.push(answer as f64);
            let _ = writeln!(text, "{group},{population},{weight}");
        }
        let table = table(&text);
        let sample = Sample::build(&self.analysis, &table, "").ok()?;
        mean_figure(&sample, &y, &vec![true; y.len()], "").ok().map(|(_, figure)| figure)
    }

    fn composite(&self, frame: &Sample<'_>, n: u64, asked: f64, rng: &mut impl Rng) -> Option<Figure> {
        let last = self.shares.len() - ITEMS[4].len();
        let mut answers = vec![Vec::with_capacity(n as usize); self.shares.len()];
        for _ in 0..n {
            // An item goes by the person's mood or by itself; both ways its share is its own.
            let mood: f64 = rng.random();
            let is_asked = rng.random_bool(asked);
            for (at, (answers, share)) in answers.iter_mut().zip(&self.shares).enumerate() {
                let felt = if rng.random_bool(TOGETHER.sqrt()) { mood } else { rng.random() };
                let answer = f64::from(u8::from(felt < *share));
                answers.push(if at < last || is_asked { answer } else { f64::NAN });
            }
        }
        let everybody = vec![true; n as usize];
        let items: Vec<Linearised> = answers.iter().map(|y| frame.mean(y, &everybody)).collect();
        let mut rest = items.as_slice();
        let dimensions: Vec<(f64, Linearised)> = ITEMS
            .iter()
            .map(|of| {
                let (own, others) = rest.split_at(of.len());
                rest = others;
                let share = 1.0 / own.len() as f64;
                let parts: Vec<(f64, &Linearised)> = own.iter().map(|item| (share, item)).collect();
                (of.len() as f64 / self.shares.len() as f64, Linearised::combine(&parts))
            })
            .collect();
        let parts: Vec<(f64, &Linearised)> = dimensions.iter().map(|(w, d)| (*w, d)).collect();
        Figure::of(frame, &Linearised::combine(&parts), "").ok()
    }
}

fn yes(share: f64, rng: &mut impl Rng) -> f64 {
    f64::from(u8::from(rng.random_bool(share)))
}

/// Answers of `n` persons drawn one after the other from `population`, none twice.
fn without(population: u64, n: u64, share: f64, rng: &mut impl Rng) -> Vec<f64> {
    let mut satisfied = whole(share, population);
    (0..n)
        .map(|drawn| {
            let answer = rng.random_range(0..population - drawn) < satisfied;
            satisfied -= u64::from(answer);
            f64::from(u8::from(answer))
        })
        .collect()
}

/// Answers of a cluster from Pólya's urn: the beta-binomial distribution with this share and intra-class correlation.
pub fn urn(size: u64, share: f64, icc: f64, rng: &mut impl Rng) -> Vec<f64> {
    let balls = 1.0 / icc - 1.0;
    let mut satisfied = 0.0;
    (0..size)
        .map(|drawn| {
            let answer = yes((balls * share + satisfied) / (balls + drawn as f64), rng);
            satisfied += answer;
            answer
        })
        .collect()
}
