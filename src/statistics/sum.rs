//! Sums that do not depend on the order of their terms.
//!
//! Adding `f64` values gives another last digit for another order, so a report would change with the order of rows or
//! with the number of threads. Here every term is rounded once to an integer at a power-of-two scale that is chosen
//! from a known bound, and integers are added exactly.

/// A sum of values with a known bound, exact but for one rounding a term.
///
/// A term is kept to 2⁻⁶⁰ of the bound; terms of at least 2⁻⁸ of the bound are kept to their last bit. Up to 2⁶⁶
/// terms fit. Sums of parts [`merge`](Self::merge) to the sum of the whole, bit for bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedPoint {
    scale: f64,
    sum: i128,
}

/// Bits of the largest term.
const BITS: i32 = 60;

impl FixedPoint {
    /// An empty sum for terms with `|x| ≤ bound`. The bound must not depend on the order of terms either (a maximum
    /// does not). A bound of zero is for terms that are all zero.
    #[must_use]
    pub fn new(bound: f64) -> Self {
        // The least power of two that is at least the bound, by its exponent; clamped so that the scale and its
        // inverse stay finite and normal.
        let exponent = if bound > 0.0 && bound.is_finite() { bound.log2().ceil() as i32 } else { 0 };
        Self { scale: power_of_two((BITS - exponent).clamp(-1000, 1000)), sum: 0 }
    }

    /// Adds a term.
    #[inline]
    pub fn add(&mut self, x: f64) {
        self.sum += i128::from((x * self.scale) as i64);
    }

    /// Adds `count` equal terms.
    #[inline]
    pub fn add_times(&mut self, x: f64, count: u64) {
        self.sum += i128::from((x * self.scale) as i64) * i128::from(count);
    }

    /// Adds another sum made with the same bound.
    ///
    /// Sums with different bounds have different scales; merging them would be a mistake of the caller, which a
    /// debug build reports.
    #[inline]
    pub fn merge(&mut self, other: &Self) {
        debug_assert!(self.scale == other.scale, "sums with different bounds");
        self.sum += other.sum;
    }

    /// The sum.
    #[inline]
    #[must_use]
    pub fn value(&self) -> f64 {
        self.sum as f64 / self.scale
    }
}

fn power_of_two(exponent: i32) -> f64 {
    2f64.powi(exponent)
}

/// The sum of the values of an iterator that can be run twice: once for the bound, once for the sum.
pub fn sum<I>(values: I) -> f64
where
    I: Iterator<Item = f64> + Clone,
{
    let mut total = FixedPoint::new(bound(values.clone()));
    values.for_each(|x| total.add(x));
    total.value()
}

/// The largest absolute value; 0 for none.
pub fn bound(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |most, x| x.abs().max(most))
}

/// `Σ x` and `Σ (x − x̄)²` over `count` values, in three passes.
///
/// The values may be a subset of `count`: the rest are zeros (PSUs outside a domain), which count in the mean and in
/// the squares.
pub fn sum_and_centred_squares<I>(values: I, count: u64) -> (f64, f64)
where
    I: Iterator<Item = f64> + Clone,
{
    let total = sum(values.clone());
    if count == 0 {
        return (0.0, 0.0);
    }
    let mean = total / count as f64;
    let largest = bound(values.clone().map(|x| x - mean)).max(mean.abs());
    let mut squares = FixedPoint::new(largest * largest);
    let mut seen = 0;
    for x in values {
        let away = x - mean;
        squares.add(away * away);
        seen += 1;
    }
    squares.add_times(mean * mean, count.saturating_sub(seen));
    (total, squares.value())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_whole_numbers_are_summed_exactly() {
        assert_eq!(sum([1.0, 2.0, 3.5, -0.25].into_iter()), 6.25);
        assert_eq!(sum(std::iter::empty()), 0.0);
        assert_eq!(sum([0.0, 0.0].into_iter()), 0.0);
    }

    #[test]
    fn extreme_bounds_stay_finite() {
        assert_eq!(sum([1e300, 1e300].into_iter()), 2e300);
        assert!((sum([1e-300, 1e-300].into_iter()) - 2e-300).abs() < 1e-290);
    }

    #[test]
    fn squares_of_tiny_numbers_keep_their_digits() {
        let (_, squares) = sum_and_centred_squares([0.0, 2e-12].into_iter(), 2);
        assert!((squares / 2e-24 - 1.0).abs() < 1e-12, "{squares}");
    }

    #[test]
    fn zeros_that_are_left_out_count_in_the_squares() {
        let (total, squares) = sum_and_centred_squares([3.0].into_iter(), 3);
        assert_eq!((total, squares), (3.0, 6.0));
    }

    proptest! {
        #[test]
        fn the_order_of_terms_does_not_matter(
            values in proptest::collection::vec(-1e6..1e6f64, 0..200),
            turn in 0..200usize,
        ) {
            let mut other = values.clone();
            other.reverse();
            if !other.is_empty() {
                let turn = turn % other.len();
                other.rotate_left(turn);
            }
            let count = values.len() as u64;
            let one = sum_and_centred_squares(values.iter().copied(), count);
            let two = sum_and_centred_squares(other.iter().copied(), count);
            prop_assert_eq!(one.0.to_bits(), two.0.to_bits());
            prop_assert_eq!(one.1.to_bits(), two.1.to_bits());
        }

        #[test]
        fn parts_merge_to_the_whole(values in proptest::collection::vec(-1e3..1e3f64, 1..100), cut in 0..100usize) {
            let largest = bound(values.iter().copied());
            let of = |part: &[f64]| {
                let mut total = FixedPoint::new(largest);
                part.iter().for_each(|x| total.add(*x));
                total
            };
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = of(left);
            merged.merge(&of(right));
            prop_assert_eq!(merged, of(&values));
        }

        #[test]
        fn the_sum_is_the_sum(values in proptest::collection::vec(-1e6..1e6f64, 0..200)) {
            let plain: f64 = values.iter().sum();
            prop_assert!((sum(values.iter().copied()) - plain).abs() <= 1e-6);
        }
    }
}
