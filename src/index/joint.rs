//! What reliability and drivers need of a stratum's sheets: counts of sheets that answered several questions at once,
//! in whole numbers, so that no order of sheets shows.

use super::{
    input::UnitSheets,
    plan::{Item, Plan, Points},
};

/// Worth of answers in steps of 2⁻³⁰: whole numbers, and exact where the worth is a whole number.
pub(super) const STEPS: f64 = (1_u64 << 30) as f64;

/// No answer.
const MISSING: i64 = i64::MIN;

/// Joint counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Joint {
    /// By dimension: the sheets that answered all of its items.
    pub complete: Vec<Complete>,
    /// The sheets that answered the question on the whole and something of every predictor.
    pub drivers: Moments,
    /// By item: sheets by its answer (row) and that to the question on the whole (column), as positions of
    /// [`Points`]. Empty without that question.
    pub with_overall: Vec<Vec<u64>>,
}

/// The sheets that answered all items of a dimension.
#[derive(Debug, Clone, Default)]
pub(super) struct Complete {
    /// Sheets.
    pub n: u64,
    /// By item: sheets by packed byte.
    pub bytes: Vec<Vec<u64>>,
    /// Σ of the worth of all items together, in steps.
    pub sum: i128,
    /// Σ of its square.
    pub squares: i128,
}

/// Sums and products of the outcome (first) and the predictors, in steps.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments {
    pub n: u64,
    pub sums: Vec<i128>,
    /// Rows by variables, columns by variables; those below the diagonal are not filled.
    pub products: Vec<i128>,
}

#[expect(clippy::cast_possible_truncation, reason = "the worth of an answer is at most 20")]
fn steps(worth: f64) -> i64 {
    (worth * STEPS).round() as i64
}

/// By packed byte: the worth in steps.
fn table(points: &Points) -> [i64; 256] {
    std::array::from_fn(|byte| points.get(byte).copied().flatten().map_or(MISSING, steps))
}

/// By packed byte: its place in the joint counts, 0 for what is no answer.
fn places(points: &Points) -> [u8; 256] {
    std::array::from_fn(|byte| match points.get(byte) {
        Some(Some(_)) => u8::try_from(byte).unwrap_or(0),
        _ => 0,
    })
}

/// A dimension as its sheets are read: its items with their columns, worth and weight.
struct Reader<'a> {
    columns: Vec<&'a [u8]>,
    worth: Vec<[i64; 256]>,
    weights: Vec<f64>,
    /// All items weigh the same.
    equal: bool,
    complete: Complete,
    /// Whether all items have a worth, so that sheets can be complete.
    linear: bool,
}

impl Reader<'_> {
    /// The mean worth of the items answered, in steps; counts the sheet if it is complete.
    fn read(&mut self, sheet: usize) -> Option<i64> {
        let (mut sum, mut answered) = (0_i64, 0_usize);
        let (mut weighted, mut weight) = (0.0, 0.0);
        for (at, (column, worth)) in self.columns.iter().zip(&self.worth).enumerate() {
            let steps = column.get(sheet).map_or(MISSING, |byte| worth[usize::from(*byte)]);
            if steps == MISSING {
                continue;
            }
            sum += steps;
            answered += 1;
            if !self.equal {
                weighted += self.weights[at] * steps as f64;
                weight += self.weights[at];
            }
        }
        if answered == 0 {
            return None;
        }
        if self.linear && answered == self.columns.len() {
            self.complete.n += 1;
            self.complete.sum += i128::from(sum);
            self.complete.squares += i128::from(sum) * i128::from(sum);
            for (column, bytes) in self.columns.iter().zip(&mut self.complete.bytes) {
                if let Some(count) = column.get(sheet).and_then(|byte| bytes.get_mut(usize::from(*byte))) {
                    *count += 1;
                }
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "a mean of values of at most 20 · 2^30")]
        let score = if self.equal {
            (sum as f64 / answered as f64).round() as i64
        } else {
            (weighted / weight).round() as i64
        };
        Some(score)
    }
}

/// Counts the sheets of a unit.
pub(super) fn count(plan: &Plan<'_>, sheets: &UnitSheets) -> Joint {
    let column = |question: usize| sheets.columns.get(question).map_or(&[][..], Vec::as_slice);
    let mut readers: Vec<Reader<'_>> = plan
        .dimensions
        .iter()
        .map(|dimension| {
            let items: Vec<&Item<'_>> = dimension.items.iter().map(|item| &plan.items[*item]).collect();
            let weights: Vec<f64> = items.iter().map(|item| item.weight).collect();
            Reader {
                columns: items.iter().map(|item| column(item.question)).collect(),
                worth: items.iter().map(|item| table(&item.points)).collect(),
                equal: weights.windows(2).all(|two| two[0].to_bits() == two[1].to_bits()),
                weights,
                complete: Complete {
                    bytes: items.iter().map(|item| vec![0; item.points.len()]).collect(),
                    ..Complete::default()
                },
                linear: items.len() > 1 && items.iter().all(|item| !item.points.is_empty()),
            }
        })
        .collect();
    let size = plan.predictors.len() + 1;
    let mut drivers = Moments { n: 0, sums: vec![0; size], products: vec![0; size * size] };
    let overall = plan.overall.as_ref().map(|overall| (column(overall.question), table(&overall.points)));
    let mut scores = vec![None; plan.dimensions.len()];
    let mut row = vec![0_i64; size];
    for sheet in 0..sheets.count {
        for (score, reader) in scores.iter_mut().zip(&mut readers) {
            *score = reader.read(sheet);
        }
        let Some((column, worth)) = &overall else { continue };
        let outcome = column.get(sheet).map_or(MISSING, |byte| worth[usize::from(*byte)]);
        let predictors = plan.predictors.iter().map(|at| scores[*at]);
        let mut known = 1;
        for (value, score) in row.iter_mut().skip(1).zip(predictors) {
            let Some(score) = score else { break };
            *value = score;
            known += 1;
        }
        if outcome == MISSING || known < size {
            continue;
        }
        row[0] = outcome;
        drivers.n += 1;
        for (j, a) in row.iter().enumerate() {
            drivers.sums[j] += i128::from(*a);
            for (b, product) in row[j..].iter().zip(&mut drivers.products[j * size + j..]) {
                *product += i128::from(*a) * i128::from(*b);
            }
        }
    }
    let with_overall = plan.overall.as_ref().map_or_else(Vec::new, |overall| {
        let (width, places_of_overall) = (overall.points.len(), places(&overall.points));
        let outcome = column(overall.question);
        plan.items
            .iter()
            .map(|item| {
                let mut counts = vec![0; item.points.len().max(1) * width];
                let places = places(&item.points);
                for (a, b) in column(item.question).iter().zip(outcome) {
                    let at = usize::from(places[usize::from(*a)]) * width;
                    counts[at + usize::from(places_of_overall[usize::from(*b)])] += 1;
                }
                counts
            })
            .collect()
    });
    Joint { complete: readers.into_iter().map(|reader| reader.complete).collect(), drivers, with_overall }
}
