//! What a report over several campaigns may show beside theirs: a cell that is a sum of cells which those reports show, and no
//! other. So it tells nothing that they do not tell, whatever is subtracted from it, by whom and when.
//!
//! A cell of k answers of which each campaign hides its part would be a new one, and no count protects it: the year of a
//! commune with four small quarters is four small whole numbers under two equations (its counts, and a share with other
//! weights), which mostly have a single solution; and where the same few persons answer each time, whoever is one of them
//! subtracts the own answers. Who wants figures of small units asks for longer: one campaign over half a year or a year.

use super::super::{
    cells::{cells_below, leaves},
    compute::Strata,
    plan::Plan,
};

/// The places of a campaign's report and what it shows.
#[derive(Debug)]
pub(super) struct Table {
    /// By place: positions of its strata; the first place is the whole.
    pub strata: Vec<Vec<usize>>,
    /// By place: which cells are hidden.
    pub hidden: Vec<Vec<bool>>,
}

/// By place and cell: whether a period's report hides it. A mean is shown where all its items are and each campaign shows it.
pub(super) fn hidden(
    plan: &Plan<'_>,
    counted: &Strata,
    places: &[Vec<usize>],
    shown: &[Table],
) -> Vec<Vec<bool>> {
    let parts = cells_below(plan);
    let items = plan.items.len();
    let n: Vec<Vec<u64>> = (0..counted.all.len())
        .map(|stratum| (0..items).map(|item| answers(counted, stratum, item)).collect())
        .collect();
    let mut inside = vec![false; n.len()];
    places
        .iter()
        .map(|own| {
            own.iter().for_each(|stratum| inside[*stratum] = true);
            // The largest first: a whole that is shown says more than its parts.
            let mut within: Vec<(&Table, usize)> = shown
                .iter()
                .flat_map(|table| (0..table.strata.len()).map(move |place| (table, place)))
                .filter(|(table, place)| {
                    let strata = &table.strata[*place];
                    !strata.is_empty() && strata.iter().all(|stratum| inside[*stratum])
                })
                .collect();
            within.sort_by_key(|(table, place)| std::cmp::Reverse(table.strata[*place].len()));
            own.iter().for_each(|stratum| inside[*stratum] = false);
            // Whether all sheets that have a part in a cell lie in cells that are shown.
            let mut follows = |cell: usize, has: &dyn Fn(usize) -> bool| {
                let mut left: usize = 0;
                for stratum in own.iter().filter(|stratum| has(**stratum)) {
                    inside[*stratum] = true;
                    left += 1;
                }
                let any = left > 0;
                for (table, place) in &within {
                    if left == 0 {
                        break;
                    }
                    let of = || table.strata[*place].iter().filter(|stratum| has(**stratum));
                    if !table.hidden[*place][cell] && of().all(|stratum| inside[*stratum]) {
                        of().for_each(|stratum| {
                            inside[*stratum] = false;
                            left -= 1;
                        });
                    }
                }
                own.iter().for_each(|stratum| inside[*stratum] = false);
                any && left == 0
            };
            let mut hidden: Vec<bool> =
                (0..items).map(|item| !follows(item, &|stratum| n[stratum][item] > 0)).collect();
            for cell in items..parts.len() {
                let under = leaves(&parts, cell);
                let shown = under.iter().all(|item| !hidden[*item])
                    && follows(cell, &|stratum| under.iter().any(|item| n[stratum][*item] > 0));
                hidden.push(!shown);
            }
            hidden
        })
        .collect()
}

/// Answers to an item in a stratum.
fn answers(counted: &Strata, stratum: usize, item: usize) -> u64 {
    counted.all[stratum].cells.iter().filter_map(|cell| cell.tally.answered.get(item)).sum()
}
