//! Rotation of modules: each respondent is asked some of a form's modules (a split questionnaire; Raghunathan and
//! Grizzle 1995), a simple random sample of them without replacement, so that every module is asked with probability
//! `ask / modules` and every pair with `ask (ask − 1) / (modules (modules − 1))`.

use super::model::Form;

/// Most ways to choose the modules: a page is held for each of them, at each counter and in each language.
pub const MOST_CHOICES: u64 = 64;

/// The modules of a form, in the order in which they first come.
pub fn modules(form: &Form) -> Vec<&str> {
    let mut modules: Vec<&str> = Vec::new();
    for module in form.sections.iter().filter_map(|section| section.module.as_deref()) {
        if !modules.contains(&module) {
            modules.push(module);
        }
    }
    modules
}

/// The ways to choose `ask` of `modules`, a binomial coefficient; `None` above `2^64`.
pub fn choices(modules: usize, ask: usize) -> Option<u64> {
    let Some(others) = modules.checked_sub(ask) else { return Some(0) };
    let mut ways: u128 = 1;
    for (step, factor) in (1_u128..).zip(others + 1..=modules) {
        // The product of the first steps is itself a binomial coefficient: the division leaves nothing.
        ways = ways.checked_mul(factor as u128)? / step;
    }
    u64::try_from(ways).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_choose_are_those_of_pascal_s_triangle() {
        let row: Vec<u64> = (0..=6).map(|ask| choices(5, ask).unwrap()).collect();
        assert_eq!(row, [1, 5, 10, 10, 5, 1, 0]);
        for modules in 1..40 {
            for ask in 1..modules {
                let above = choices(modules - 1, ask - 1).unwrap() + choices(modules - 1, ask).unwrap();
                assert_eq!(choices(modules, ask), Some(above), "{ask} of {modules}");
            }
        }
        assert_eq!(choices(200, 100), None);
    }
}
