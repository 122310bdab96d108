//! Which categories of a partition that crosses the units (fields of procedure, channels) may be shown, so that no figure of fewer
//! than k answers follows from theirs and all that is shown of the units (security tests D-01 to D-03).
//!
//! Whatever somebody adds and subtracts, the sum that comes out counts an answer by a factor. Of a category that factor is `β + wγ`
//! with the answer's weight `w`: a count gives all answers of the category the same factor, a weighted figure one in proportion to
//! their weights. To it comes what the units' figures and the other partitions give, which is the same for all categories within an
//! [`Atom`]. So where answers of two categories lie in the same atom, their factors differ by `Δβ + wΔγ`, and this is zero at
//! one weight only, if not everywhere: for the two to differ, all their atoms but those of one weight must have a category with a
//! factor that is not zero. That takes at least the smaller category's answers of each such atom; where these are k or more
//! together, a sum over fewer than k answers cannot tell the two apart. They are linked, and so are categories linked in turn.
//! With all categories linked, among them what is hidden as one, factors are the same in all of an atom: then such a sum is one
//! of the units' figures alone, and those are kept from each other already ([`super::suppress`]).
//!
//! This holds for one variable, such as the answers to one item. Means are shown only where all that they are made of is, so they
//! add nothing.

/// Answers that nothing but their category tells apart: of the same weight, counter, and categories of all other partitions.
#[derive(Debug, Clone)]
pub(super) struct Atom<'a> {
    /// What one of them stands for.
    pub weight: f64,
    /// By category that there is: how many have an answer, by variable.
    pub n: Vec<(usize, &'a [u64])>,
}

/// Which categories are shown. `totals` are the answers of each, those of nobody's category the last; atoms come in the order of
/// their weights.
pub(super) fn shown(atoms: &[Atom<'_>], totals: &[u64], variable: usize, k: u64) -> Vec<bool> {
    let Some(said) = totals.len().checked_sub(1) else { return Vec::new() };
    let mut shown: Vec<bool> = (0..=said).map(|at| at < said && totals[at] >= k).collect();
    let holds = |atom: &&Atom<'_>| atom.n.iter().any(|(_, n)| n[variable] > 0);
    let crossed = atoms.iter().filter(holds).nth(1).is_some();
    loop {
        let rest: u64 = (0..=said).filter(|at| !shown[*at]).map(|at| totals[at]).sum();
        let by_size = |at: &usize| (totals[*at], *at);
        let left = || (0..said).filter(|at| shown[*at]);
        let (Some(smallest), Some(largest)) = (left().min_by_key(by_size), left().max_by_key(by_size)) else {
            return shown;
        };
        let classes = if crossed { linked(atoms, &shown, variable, k) } else { vec![0; said + 1] };
        let apart = left().filter(|at| classes[*at] != classes[largest]).min_by_key(by_size);
        let loose = rest > 0 && (rest < k || classes[said] != classes[largest]);
        match apart.or_else(|| loose.then_some(smallest)) {
            Some(at) => shown[at] = false,
            None => return shown,
        }
    }
}

/// By category: the smallest one that it is linked with, directly or in turn. What is hidden counts as the last one.
fn linked(atoms: &[Atom<'_>], shown: &[bool], variable: usize, k: u64) -> Vec<usize> {
    let size = shown.len();
    let mut shared = Shared::new(size);
    let mut own = vec![0_u64; size];
    for atom in atoms {
        own.fill(0);
        for (category, n) in &atom.n {
            own[if shown[*category] { *category } else { size - 1 }] += n[variable];
        }
        shared.add(atom.weight, &own);
    }
    let apart = shared.apart();
    let mut class: Vec<usize> = (0..size).collect();
    for one in 0..size {
        for other in one + 1..size {
            if apart[one * size + other] >= k && class[one] != class[other] {
                let (to, from) = (class[one].min(class[other]), class[one].max(class[other]));
                class.iter_mut().filter(|class| **class == from).for_each(|class| *class = to);
            }
        }
    }
    class
}

/// By pair of categories: the answers of the smaller one of each atom that has both.
struct Shared {
    size: usize,
    all: Vec<u64>,
    /// The most of atoms of one weight.
    most: Vec<u64>,
    /// Those of the weight at hand.
    here: Vec<u64>,
    weight: Option<f64>,
    several: bool,
}

impl Shared {
    fn new(size: usize) -> Self {
        let none = || vec![0; size * size];
        Self { size, all: none(), most: none(), here: none(), weight: None, several: false }
    }

    fn add(&mut self, weight: f64, own: &[u64]) {
        if !own.iter().any(|n| *n > 0) {
            return;
        }
        if let Some(before) = self.weight.filter(|before| (before - weight).abs() > 1e-9 * weight) {
            self.several = true;
            debug_assert!(before < weight, "atoms come in the order of their weights");
            self.next();
        }
        // Weights that differ by less than what sums of floats do are one.
        self.weight = self.weight.filter(|before| (before - weight).abs() <= 1e-9 * weight).or(Some(weight));
        for (one, a) in own.iter().enumerate().filter(|(_, n)| **n > 0) {
            for (other, b) in own.iter().enumerate().skip(one + 1) {
                self.here[one * self.size + other] += a.min(b);
            }
        }
    }

    fn next(&mut self) {
        for ((here, all), most) in self.here.iter_mut().zip(&mut self.all).zip(&mut self.most) {
            *all += *here;
            *most = (*most).max(*here);
            *here = 0;
        }
    }

    /// How many answers it takes at least to tell two categories apart. With one weight alone there is no weight at which they could
    /// be the same for nothing.
    fn apart(mut self) -> Vec<u64> {
        self.next();
        let spared = |most: u64| if self.several { most } else { 0 };
        self.all.iter().zip(&self.most).map(|(all, most)| all - spared(*most)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Shown categories of a table: a row for each atom with its weight, a column for each category, the last for none.
    fn of(rows: &[(f64, &[u64])]) -> Vec<bool> {
        let n: Vec<Vec<(usize, [u64; 1])>> = rows
            .iter()
            .map(|(_, row)| row.iter().map(|n| [*n]).enumerate().filter(|(_, n)| n[0] > 0).collect())
            .collect();
        let atoms: Vec<Atom<'_>> = rows
            .iter()
            .zip(&n)
            .map(|((weight, _), n)| Atom {
                weight: *weight,
                n: n.iter().map(|(at, n)| (*at, n.as_slice())).collect(),
            })
            .collect();
        let totals: Vec<u64> =
            (0..rows[0].1.len()).map(|at| rows.iter().map(|(_, row)| row[at]).sum()).collect();
        let mut shown = shown(&atoms, &totals, 0, 10);
        assert_eq!(shown.pop(), Some(false));
        shown
    }

    #[test]
    fn a_field_that_one_unit_alone_has_is_not_shown_beside_that_unit() {
        // The first unit's 3 others would be its 43 less the 40.
        assert_eq!(of(&[(1.0, &[40, 3, 0]), (1.0, &[0, 60, 0])]), [false, false]);
        assert_eq!(of(&[(1.0, &[40, 30, 0]), (1.0, &[20, 60, 0])]), [true, true]);
    }

    #[test]
    fn two_units_of_different_weight_tell_apart_what_two_of_the_same_do_not() {
        let tables = |second: f64| [(1.0, [8_u64, 90, 0]), (second, [90, 8, 0])];
        let of = |table: &[(f64, [u64; 3])]| {
            of(&table.iter().map(|(weight, row)| (*weight, row.as_slice())).collect::<Vec<_>>())
        };
        assert_eq!(of(&tables(1.0)), [true, true], "16 answers are in it whatever is done");
        assert_eq!(of(&tables(2.0)), [false, false], "a count and a weighted share leave 8");
    }

    #[test]
    fn within_one_unit_a_category_needs_k_answers_and_the_rest_too() {
        assert_eq!(of(&[(1.0, &[40, 12, 0])]), [true, true]);
        assert_eq!(of(&[(1.0, &[40, 12, 4])]), [true, false], "the rest would be 4");
        assert_eq!(of(&[(1.0, &[40, 12, 30, 4, 0])]), [true, false, true, false]);
    }

    #[test]
    fn what_is_hidden_counts_as_one() {
        let units: [(f64, &[u64]); 3] =
            [(1.0, &[30, 30, 4, 4, 0]), (1.0, &[30, 30, 2, 5, 0]), (1.0, &[30, 30, 3, 0, 0])];
        assert_eq!(of(&units), [true, true, false, false]);
    }
}
