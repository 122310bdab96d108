//! What a report over several campaigns may show beside theirs: no cell of fewer than k answers, none from which, together
//! with what the campaigns' own reports and those of shorter periods show, such a one or any that they hide follows.
//!
//! A cell *tells nothing new* where it is a sum of cells that are shown already. Any other one is about its *unknown* answers,
//! those outside such cells: they must be k or none, and so must what is left of them up the units. Sums across campaigns,
//! units and the index together are left to linear algebra ([`recovery`]), as in a single report. Cells are only ever hidden in the
//! report of the period, never in those that there are already.

use crate::definition::model::Audience;

use super::{
    super::{
        compute::{answers_behind, cells_below},
        plan::Plan,
        recovery,
        report::{Publish, Result as Figures},
        suppress::{Atom, Cells},
    },
    Counted,
};

/// The places of one report and what it shows.
#[derive(Debug)]
pub(super) struct Table {
    /// Positions of its campaigns.
    pub waves: Vec<usize>,
    /// By place: positions of its strata; the first place is the whole.
    pub strata: Vec<Vec<usize>>,
    /// By place: which cells are hidden.
    pub hidden: Vec<Vec<bool>>,
    /// By place and cell: answers; of a mean those of the most answered item.
    n: Vec<Vec<u64>>,
}

/// A report's places, with everything hidden.
pub(super) fn table(plan: &Plan<'_>, counted: &Counted, strata: Vec<Vec<usize>>, waves: Vec<usize>) -> Table {
    let parts = cells_below(plan);
    let n: Vec<Vec<u64>> = strata
        .iter()
        .map(|own| {
            let mut n = vec![0; parts.len()];
            for (item, n) in n.iter_mut().enumerate().take(plan.items.len()) {
                *n = own.iter().map(|stratum| answers(counted, *stratum, item)).sum();
            }
            for cell in plan.items.len()..parts.len() {
                n[cell] = parts[cell].iter().map(|part| n[*part]).max().unwrap_or(0);
            }
            n
        })
        .collect();
    let hidden = strata.iter().map(|_| vec![true; parts.len()]).collect();
    Table { waves, strata, hidden, n }
}

/// Answers to an item in a stratum.
fn answers(counted: &Counted, stratum: usize, item: usize) -> u64 {
    counted.all[stratum].cells.iter().filter_map(|cell| cell.tally.answered.get(item)).sum()
}

/// Which cells a report hides, by cell: items, dimensions, parts, the index.
pub(super) fn hidden_in(plan: &Plan<'_>, figures: &Figures) -> Vec<bool> {
    let secret = |publish: Publish| publish == Publish::Suppress;
    let mut items = vec![true; plan.items.len()];
    for (dimension, planned) in figures.dimensions.iter().zip(&plan.dimensions) {
        for (criterion, item) in dimension.criteria.iter().zip(&planned.items) {
            items[*item] = secret(criterion.estimate.publish);
        }
    }
    items.extend(figures.dimensions.iter().map(|dimension| secret(dimension.estimate.publish)));
    items.extend(figures.parts.iter().map(|part| secret(part.estimate.publish)));
    items.push(secret(figures.index.publish));
    items
}

/// Decides what a period's report hides, beside the reports within it; gives the answers behind each of its cells.
pub(super) fn settle(
    plan: &Plan<'_>,
    counted: &Counted,
    below: &[Vec<usize>],
    k: u64,
    results: &[Figures],
    table: &mut Table,
    known: &[&Table],
) -> Vec<Vec<u64>> {
    let atoms: Vec<Atom> = counted
        .all
        .iter()
        .enumerate()
        .flat_map(|(stratum, of)| {
            of.cells.iter().map(move |cell| Atom {
                stratum,
                weight: cell.weight,
                n: cell.tally.answered.iter().take(plan.items.len()).copied().collect(),
            })
        })
        .collect();
    let parts = cells_below(plan);
    let n: Vec<Vec<u64>> = results.iter().map(|result| answers_behind(plan, result)).collect();
    let own = Cells {
        n: n.clone(),
        below: below.to_vec(),
        parts: parts.clone(),
        k,
        atoms: atoms.clone(),
        strata: table.strata.clone(),
    };
    let officials = plan.definition.audience == Audience::Officials;
    let all_equal = |place: usize, cell: usize| {
        officials
            && plan
                .items
                .get(cell)
                .is_some_and(|item| counted.domain(plan, &table.strata[place]).all_equal(item, cell))
    };
    let unknown = unknown(counted, table, known, &parts, plan.items.len());
    let mut hidden = own.hidden(all_equal);
    let beside = Beside { below, parts: &parts, k, unknown: &unknown };
    let together = Together::new(table, known, &parts, k, atoms);
    loop {
        while beside.few(&mut hidden) || beside.up_the_units(&mut hidden) {}
        let before = hidden.clone();
        own.close(&mut hidden);
        if hidden != before {
            continue;
        }
        let Some(given) = together.given_away(&hidden, &unknown) else {
            beside.hide_all_new(&mut hidden, |_, _| true);
            continue;
        };
        if given.is_empty() {
            break;
        }
        let near = |place: usize, cell: usize| {
            given.iter().any(|(strata, item)| {
                leaves(&parts, cell).contains(item)
                    && table.strata[place].iter().any(|stratum| strata.contains(stratum))
            })
        };
        if !beside.hide_all_new(&mut hidden, near) && !beside.hide_all_new(&mut hidden, |_, _| true) {
            // What is left tells nothing new: it follows from reports that there are.
            break;
        }
    }
    table.hidden = hidden;
    n
}

/// The items below a cell of the index tree, or the item itself.
fn leaves(parts: &[Vec<usize>], cell: usize) -> Vec<usize> {
    if parts[cell].is_empty() {
        vec![cell]
    } else {
        parts[cell].iter().flat_map(|part| leaves(parts, *part)).collect()
    }
}

/// By place and cell: answers outside what is shown already; of a mean, the most of one of its items.
fn unknown(
    counted: &Counted,
    table: &Table,
    known: &[&Table],
    parts: &[Vec<usize>],
    items: usize,
) -> Vec<Vec<u64>> {
    let n: Vec<Vec<u64>> = (0..counted.all.len())
        .map(|stratum| (0..items).map(|item| answers(counted, stratum, item)).collect())
        .collect();
    let mut inside = vec![false; n.len()];
    table
        .strata
        .iter()
        .map(|own| {
            own.iter().for_each(|stratum| inside[*stratum] = true);
            // The largest first: a whole that is shown says more than its parts.
            let mut within: Vec<(&Table, usize)> = known
                .iter()
                .flat_map(|table| (0..table.strata.len()).map(move |place| (*table, place)))
                .filter(|(table, place)| {
                    let strata = &table.strata[*place];
                    !strata.is_empty() && strata.iter().all(|stratum| inside[*stratum])
                })
                .collect();
            within.sort_by_key(|(table, place)| std::cmp::Reverse(table.strata[*place].len()));
            own.iter().for_each(|stratum| inside[*stratum] = false);
            let mut unknown = vec![0; parts.len()];
            for (item, unknown) in unknown.iter_mut().enumerate().take(items) {
                own.iter().for_each(|stratum| inside[*stratum] = n[*stratum][item] > 0);
                let mut left: u64 = own.iter().map(|stratum| n[*stratum][item]).sum();
                for (table, place) in &within {
                    if left == 0 {
                        break;
                    }
                    let of = || table.strata[*place].iter().filter(|stratum| n[**stratum][item] > 0);
                    if !table.hidden[*place][item] && of().all(|stratum| inside[*stratum]) {
                        of().for_each(|stratum| {
                            inside[*stratum] = false;
                            left -= n[*stratum][item];
                        });
                    }
                }
                own.iter().for_each(|stratum| inside[*stratum] = false);
                *unknown = left;
            }
            for cell in items..parts.len() {
                unknown[cell] = parts[cell].iter().map(|part| unknown[*part]).max().unwrap_or(0);
            }
            unknown
        })
        .collect()
}

/// The rules on unknown answers.
struct Beside<'a> {
    below: &'a [Vec<usize>],
    parts: &'a [Vec<usize>],
    k: u64,
    unknown: &'a [Vec<u64>],
}

impl Beside<'_> {
    /// No shown cell has fewer than k unknown answers, unless it has none.
    fn few(&self, hidden: &mut [Vec<bool>]) -> bool {
        self.hide_all_new(hidden, |place, cell| self.unknown[place][cell] < self.k)
    }

    /// The unknown answers of a shown whole's hidden parts are k or none.
    fn up_the_units(&self, hidden: &mut [Vec<bool>]) -> bool {
        let mut changed = false;
        for place in 0..hidden.len() {
            for cell in 0..self.parts.len() {
                changed |= self.hide_beside(place, cell, hidden);
            }
        }
        changed
    }

    /// The same of one whole and cell.
    fn hide_beside(&self, place: usize, cell: usize, hidden: &mut [Vec<bool>]) -> bool {
        let mut changed = false;
        while !hidden[place][cell] {
            let (secret, shown): (Vec<usize>, Vec<usize>) =
                self.below[place].iter().copied().partition(|below| hidden[*below][cell]);
            let left: u64 = secret.iter().map(|below| self.unknown[*below][cell]).sum();
            if left == 0 || left >= self.k {
                break;
            }
            let new = shown.into_iter().filter(|below| self.unknown[*below][cell] > 0);
            match new.min_by_key(|below| (self.unknown[*below][cell], *below)) {
                Some(smallest) => hidden[smallest][cell] = true,
                None if self.unknown[place][cell] > 0 => hidden[place][cell] = true,
                None => break,
            }
            changed = true;
        }
        changed
    }

    /// Hides cells that tell something new; true if any was shown.
    fn hide_all_new(&self, hidden: &mut [Vec<bool>], which: impl Fn(usize, usize) -> bool) -> bool {
        let mut changed = false;
        for (place, cells) in hidden.iter_mut().enumerate() {
            for (cell, hidden) in cells.iter_mut().enumerate() {
                if !*hidden && self.unknown[place][cell] > 0 && which(place, cell) {
                    *hidden = true;
                    changed = true;
                }
            }
        }
        changed
    }
}

/// All reports as one system of equations.
struct Together {
    cells: Cells,
    /// What the reports within hide, by place.
    known: Vec<Vec<bool>>,
    /// Places and cells with answers that those reports hide, and that do not follow from them.
    secret: Vec<(usize, usize)>,
}

impl Together {
    fn new(table: &Table, known: &[&Table], parts: &[Vec<usize>], k: u64, atoms: Vec<Atom>) -> Option<Self> {
        let all = || known.iter().copied().chain([table]);
        let cells = Cells {
            n: all().flat_map(|table| table.n.clone()).collect(),
            below: Vec::new(),
            parts: parts.to_vec(),
            k,
            atoms,
            strata: all().flat_map(|table| table.strata.clone()).collect(),
        };
        let known: Vec<Vec<bool>> = known.iter().flat_map(|table| table.hidden.clone()).collect();
        let secret: Vec<(usize, usize)> = known
            .iter()
            .enumerate()
            .flat_map(|(place, hidden)| {
                (0..hidden.len()).filter(|cell| hidden[*cell]).map(move |cell| (place, cell))
            })
            .filter(|(place, cell)| cells.n[*place][*cell] > 0)
            .collect();
        let everything = vec![vec![true; parts.len()]; table.strata.len()];
        let before = [known.as_slice(), everything.as_slice()].concat();
        let told = recovery::following(&cells, &before, &secret)?;
        let secret = secret.into_iter().filter(|cell| !told.contains(cell)).collect();
        Some(Self { cells, known, secret })
    }
}

/// What may be given away, as its strata and one of its items.
type Given = Vec<(Vec<usize>, usize)>;

trait GivesAway {
    fn given_away(&self, hidden: &[Vec<bool>], unknown: &[Vec<u64>]) -> Option<Given>;
}

impl GivesAway for Option<Together> {
    /// What follows from all reports together and must not; `None` where that is too much to find out.
    fn given_away(&self, hidden: &[Vec<bool>], unknown: &[Vec<u64>]) -> Option<Given> {
        let Together { cells, known, secret } = self.as_ref()?;
        let from = known.len();
        let few = hidden.iter().enumerate().flat_map(|(place, hidden)| {
            (0..hidden.len())
                .filter(move |cell| hidden[*cell] && (1..cells.k).contains(&unknown[place][*cell]))
                .map(move |cell| (from + place, cell))
        });
        let targets: Vec<(usize, usize)> = secret.iter().copied().chain(few).collect();
        let all = [known.as_slice(), hidden].concat();
        let found = recovery::following(cells, &all, &targets)?;
        Some(
            found
                .into_iter()
                .flat_map(|(place, cell)| {
                    leaves(&cells.parts, cell)
                        .into_iter()
                        .map(move |item| (cells.strata[place].clone(), item))
                })
                .collect(),
        )
    }
}
