//! Systematic draws, with equal probabilities or by size, in whole numbers throughout: no rounding decides who is drawn.
//!
//! `start` is the random start as a part of the interval times 2⁶⁴.

/// The places (from 0) that are drawn of a list of `rows`: those at `⌊(u + k) rows/n⌋` for k = 0, …, n − 1, where `u` is
/// the start (0..1). Each place is drawn with probability n/rows (Madow & Madow 1944; fractional interval: Särndal et
/// al. 1992, §3.4.2). `n` is at most `rows`.
#[must_use]
pub fn places(rows: u64, n: u64, start: u64) -> Vec<usize> {
    let (rows, n) = (u128::from(rows), u128::from(n.max(1)));
    (0..n)
        .map(|k| {
            // ⌊a rows/n⌋ in two parts, so that no product overflows.
            let a = (k << 64) + u128::from(start);
            let place = a / n * rows + a % n * rows / n;
            usize::try_from(place >> 64).unwrap_or(usize::MAX)
        })
        .collect()
}

/// A place drawn by size, with its probability as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The place in the list, from 0.
    pub place: usize,
    /// The probability times [`Self::denominator`].
    pub numerator: u128,
    /// The denominator of the probability.
    pub denominator: u128,
}

/// Draws `n` places with probability proportional to size (Madow 1949; with the list in random order, Hartley & Rao
/// 1962). Places as large as the interval are drawn for certain and taken out, and so on with what is left, until none is
/// as large (Särndal et al. 1992, §3.6.2). The others have the probability `n′ x/X′` where n′ are still to be drawn and X′
/// is the sum of their sizes. `None` if the sizes are too large to compute with exactly.
#[must_use]
pub fn by_size(sizes: &[u64], n: u64, start: u64) -> Option<Vec<Chosen>> {
    let n = u128::from(n);
    let mut whole: u128 = sizes.iter().map(|&size| u128::from(size)).sum();
    // Below, n X 2⁶⁴ must fit.
    if n.checked_mul(whole)? >= 1 << 63 {
        return None;
    }
    let mut certain = vec![false; sizes.len()];
    let mut left = n;
    loop {
        let interval = (left, whole);
        let more: Vec<usize> = (0..sizes.len())
            .filter(|&place| !certain[place] && interval.0 * u128::from(sizes[place]) >= interval.1)
            .collect();
        if more.is_empty() || left == 0 {
            break;
        }
        for place in more {
            certain[place] = true;
            whole -= u128::from(sizes[place]);
            left = left.saturating_sub(1);
        }
    }
    // The k-th point lies at (k + u) X′/n′; compared after multiplication by 2⁶⁴ n′.
    let (mut passed, mut k) = (0_u128, 0_u128);
    let mut chosen = Vec::new();
    for (place, &size) in sizes.iter().enumerate() {
        if certain[place] {
            chosen.push(Chosen { place, numerator: 1, denominator: 1 });
            continue;
        }
        passed += u128::from(size);
        if k < left && ((k << 64) + u128::from(start)) * whole < (passed * left) << 64 {
            chosen.push(Chosen { place, numerator: left * u128::from(size), denominator: whole });
            k += 1;
        }
    }
    Some(chosen)
}
