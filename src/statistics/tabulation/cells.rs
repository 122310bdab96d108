//! Weighted counts of codes by stratum, of many columns in one pass over the rows.

use super::strata::{BLOCK, Cell, Fill, Lanes, Strata};

/// The counts of one column.
#[derive(Debug, Clone)]
pub struct Counts {
    /// By stratum, then by code; code 0 is a missing cell.
    cells: Vec<Cell>,
    codes: usize,
}

impl Counts {
    /// The cells of a stratum by code.
    pub fn stratum(&self, stratum: usize) -> &[Cell] {
        self.cells.get(stratum * self.codes..(stratum + 1) * self.codes).unwrap_or_default()
    }

    /// The rows of each stratum that have an answer.
    pub fn answered(&self) -> Vec<Cell> {
        let sum = |cells: &[Cell]| cells.iter().skip(1).fold(Cell::default(), |sum, cell| sum + *cell);
        self.cells.chunks(self.codes).map(sum).collect()
    }

    /// The rows of each stratum.
    pub fn all(&self) -> Vec<Cell> {
        self.cells
            .chunks(self.codes)
            .map(|cells| cells.iter().fold(Cell::default(), |sum, cell| sum + *cell))
            .collect()
    }
}

/// A column: the code of each row, and how many codes there are.
pub type Codes<'a> = (&'a [u8], usize);

/// Counts columns in the rows `inside`.
pub fn count(strata: &Strata<'_>, columns: &[Codes<'_>], inside: Option<&[bool]>) -> Vec<Counts> {
    if strata.constant {
        count_equal(strata, columns, inside)
    } else {
        count_weighted(strata, columns, inside)
    }
}

/// The strata of a block's rows; one that there is not for rows outside.
pub fn strata_of_block(strata: &Strata<'_>, inside: Option<&[bool]>, start: usize, block: &mut [u32]) {
    let of = &strata.of[start..start + block.len()];
    match inside {
        None => block.copy_from_slice(of),
        Some(inside) => {
            let outside = strata.each.len() as u32;
            for ((slot, stratum), inside) in block.iter_mut().zip(of).zip(&inside[start..]) {
                *slot = if *inside { *stratum } else { outside };
            }
        }
    }
}

/// Adds up lanes of columns; a column has 2^shift slots for each stratum, and for rows outside.
fn count_weighted(strata: &Strata<'_>, columns: &[Codes<'_>], inside: Option<&[bool]>) -> Vec<Counts> {
    let outside = strata.each.len();
    let shifts: Vec<u32> =
        columns.iter().map(|(_, codes)| codes.next_power_of_two().trailing_zeros()).collect();
    let mut sums: Vec<Vec<Lanes>> = shifts.iter().map(|shift| vec![[0; 4]; (outside + 1) << shift]).collect();
    let mut totals: Vec<Vec<[i128; 4]>> = shifts.iter().map(|shift| vec![[0; 4]; outside << shift]).collect();
    let mut empty = |sums: &mut [Vec<Lanes>], stratum: usize| {
        for ((sums, totals), shift) in sums.iter_mut().zip(&mut totals).zip(&shifts) {
            let slots = stratum << shift..(stratum + 1) << shift;
            for (sum, total) in sums[slots.clone()].iter_mut().zip(&mut totals[slots]) {
                total.iter_mut().zip(*sum).for_each(|(total, sum)| *total += i128::from(sum));
                *sum = [0; 4];
            }
        }
    };
    let mut fill = Fill::new(outside);
    let (mut of, mut lanes) = ([0u32; BLOCK], [[0i64; 4]; BLOCK]);
    for (block, weights) in strata.weights.chunks(BLOCK).enumerate() {
        let start = block * BLOCK;
        let of = &mut of[..weights.len()];
        strata_of_block(strata, inside, start, of);
        for ((stratum, weight), lanes) in of.iter().zip(weights).zip(&mut lanes) {
            let stratum = *stratum as usize;
            *lanes = [0; 4];
            if stratum < outside {
                *lanes = strata.lanes(stratum, *weight);
                fill.count(stratum);
            }
        }
        for (((codes, _), sums), shift) in columns.iter().zip(&mut sums).zip(&shifts) {
            let codes = &codes[start..start + weights.len()];
            for ((code, stratum), lanes) in codes.iter().zip(of.iter()).zip(&lanes) {
                let sum = &mut sums[((*stratum as usize) << shift) + usize::from(*code)];
                sum.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane);
            }
        }
        fill.take_full().into_iter().for_each(|stratum| empty(&mut sums, stratum));
    }
    (0..outside).for_each(|stratum| empty(&mut sums, stratum));
    let counts = |((totals, shift), (_, codes)): ((&Vec<[i128; 4]>, &u32), &Codes<'_>)| Counts {
        codes: *codes,
        cells: (0..outside)
            .flat_map(|stratum| {
                let slots = &totals[stratum << shift..];
                slots.iter().take(*codes).map(move |sums| strata.cell(stratum, *sums))
            })
            .collect(),
    };
    totals.iter().zip(&shifts).zip(columns).map(counts).collect()
}

/// As [`count_weighted`] where counts tell everything.
fn count_equal(strata: &Strata<'_>, columns: &[Codes<'_>], inside: Option<&[bool]>) -> Vec<Counts> {
    let outside = strata.each.len();
    let shifts: Vec<u32> =
        columns.iter().map(|(_, codes)| codes.next_power_of_two().trailing_zeros()).collect();
    let mut sums: Vec<Vec<u32>> = shifts.iter().map(|shift| vec![0; (outside + 1) << shift]).collect();
    let mut of = [0u32; BLOCK];
    for (block, rows) in strata.of.chunks(BLOCK).enumerate() {
        let start = block * BLOCK;
        let of = &mut of[..rows.len()];
        strata_of_block(strata, inside, start, of);
        for (((codes, _), sums), shift) in columns.iter().zip(&mut sums).zip(&shifts) {
            for (code, stratum) in codes[start..start + rows.len()].iter().zip(of.iter()) {
                sums[(*stratum as usize) << shift | usize::from(*code)] += 1;
            }
        }
    }
    let counts = |((sums, shift), (_, codes)): ((&Vec<u32>, &u32), &Codes<'_>)| Counts {
        codes: *codes,
        cells: (0..outside)
            .flat_map(|stratum| {
                let slots = &sums[stratum << shift..];
                slots.iter().take(*codes).map(move |n| strata.cell_of_equal(stratum, u64::from(*n)))
            })
            .collect(),
    };
    sums.iter().zip(&shifts).zip(columns).map(counts).collect()
}
