//! How many answers were given in which mode, and what the index is without those with which somebody helped.
//!
//! Made so that it tells nothing of few: nothing is given of fewer than k answers, a mode with fewer than k answers is hidden together with the next larger one, and
//! the index without assisted answers is shown only where both they and the others would have an index that may be
//! shown, since one could be worked out from the other, and where the same units are weighted together in each.

use super::{
    calibrate,
    compute::whole_index,
    input::{Input, Sheets, UnitSheets},
    report::{Estimate, Modes, Publish},
};
use crate::organisation::Mode;

/// The modes of a campaign's answers; absent where nobody said who filled in the form, or too few answered.
pub(super) fn of(input: &Input<'_>, k: u64, together: &[Vec<String>]) -> Option<Modes> {
    let mut counts = [0_u64; Mode::ALL.len()];
    for unit in input.sheets.units.values() {
        let mut said = 0;
        for byte in &unit.modes {
            if let Some(n) = counts.get_mut(usize::from(*byte)).filter(|_| *byte > 0) {
                *n += 1;
                said += 1;
            }
        }
        counts[0] += unit.count as u64 - said;
    }
    let asked: u64 = Mode::ASKED.iter().map(|mode| counts[usize::from(mode.byte())]).sum();
    // Of fewer than k in all, what is hidden is the whole less what is not.
    if asked == 0 || counts.iter().sum::<u64>() < k {
        return None;
    }
    let assisted: u64 =
        Mode::ALL.iter().filter(|mode| mode.is_assisted()).map(|mode| counts[usize::from(mode.byte())]).sum();
    let others = counts.iter().sum::<u64>() - assisted;
    let index = (assisted >= k && others >= k).then(|| unassisted(input, together)).flatten();
    let [unknown, own, helped, proxy] = hide_small(counts, k);
    Some(Modes { own, helped, proxy, unknown, index_unassisted: index })
}

/// Hides what is smaller than k, and so much beside it that the sum of what is hidden tells nothing of it either.
fn hide_small(counts: [u64; 4], k: u64) -> [Option<u64>; 4] {
    let mut order = [0, 1, 2, 3];
    order.sort_by_key(|at| counts[*at]);
    let mut shown = counts.map(Some);
    let (mut cells, mut hidden) = (0, 0);
    for at in order.into_iter().filter(|at| counts[*at] > 0) {
        if counts[at] < k || (cells > 0 && (cells < 2 || hidden < k)) {
            shown[at] = None;
            cells += 1;
            hidden += counts[at];
        }
    }
    shown
}

/// The index over the answers with which nobody helped, if both it and that over the others may be shown.
fn unassisted(input: &Input<'_>, together: &[Vec<String>]) -> Option<Estimate> {
    let of = |assisted: bool| {
        let keep = |mode: u8| Mode::from_byte(mode).is_some_and(Mode::is_assisted) == assisted;
        let units = input.sheets.units.iter().map(|(code, sheets)| (code.clone(), some(sheets, keep)));
        let sheets =
            Sheets { units: units.filter(|(_, sheets)| sheets.count > 0).collect(), ..Sheets::default() };
        let index = whole_index(&Input { sheets: &sheets, previous: None, ..*input }, together).ok()?;
        (index.publish != Publish::Suppress && index.estimate.is_some()).then_some(index)
    };
    of(true).and_then(|_| of(false))
}

/// The sheets of a unit whose mode is kept, without their modes.
fn some(sheets: &UnitSheets, keep: impl Fn(u8) -> bool) -> UnitSheets {
    let rows: Vec<usize> =
        (0..sheets.count).filter(|row| keep(sheets.modes.get(*row).copied().unwrap_or(0))).collect();
    calibrate::some(sheets, &rows)
}

#[cfg(test)]
mod tests {
    use super::hide_small;

    #[test]
    fn a_small_mode_takes_another_one_along_so_that_no_difference_tells_it() {
        let shown = |counts| hide_small(counts, 10);
        assert_eq!(shown([50, 40, 12, 10]), [Some(50), Some(40), Some(12), Some(10)]);
        assert_eq!(shown([50, 40, 3, 0]), [Some(50), None, None, Some(0)]);
        assert_eq!(shown([50, 40, 4, 4]), [Some(50), None, None, None], "8 hidden ones are too few");
        assert_eq!(shown([500, 0, 0, 1]), [None, Some(0), Some(0), None]);
        for counts in (0..4096_u64).map(|n| [n % 8 * 2, n / 8 % 8 * 2, n / 64 % 8 * 2, n / 512 * 2]) {
            let shown = shown(counts);
            let hidden: Vec<u64> = (0..4).filter(|at| shown[*at].is_none()).map(|at| counts[at]).collect();
            assert!(shown.iter().flatten().all(|n| *n == 0 || *n >= 10));
            let others = counts.iter().any(|n| *n >= 10);
            assert!(hidden.is_empty() || !others || (hidden.len() > 1 && hidden.iter().sum::<u64>() >= 10));
        }
    }
}
