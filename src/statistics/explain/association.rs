//! Reliability and drivers.

use super::{
    figure::{self, Subject},
    number::{fill, sum},
    working::{Cell, Heading, Remark, What, Working},
};
use crate::statistics::{
    alpha,
    drivers::{Fit, orthogonal, r2, subsets_r2},
    error::Error,
    estimate::Figure,
    sample::Sample,
    spec::{Alpha, Drivers},
};

/// Cronbach's alpha.
pub(super) fn alpha(w: &mut Working, spec: &Alpha, sample: &Sample<'_>, path: &str) -> Result<(), Error> {
    let found = alpha::squares(spec, sample, path)?;
    let count = found.items.len();
    w.given(What::Answers, "n", found.n as f64).result("n");
    w.given(What::Items, "K", count as f64).result("items");
    w.given(What::SumOfWeights, "W = Σw", found.weight);
    let rows = spec.items.iter().zip(&found.items).map(|(name, squares)| {
        vec![Cell::from(name.as_str()), (*squares).into(), (squares / found.weight).into()]
    });
    w.table(&["j", "Σw(x − x̄)²", "σ²_j = Σw(x − x̄)² / W"], rows.collect());
    let filled = format!("{} / {}", fill(found.total), fill(found.weight));
    let total = found.total / found.weight;
    w.step(What::ScoreVariance, "σ²_T", "Σw(T − T̄)² / W; T = Σ_j x_j", filled, total);
    let terms: Vec<String> = found.items.iter().map(|squares| fill(squares / found.weight)).collect();
    let filled = match sum(&terms) {
        terms if terms.is_empty() => terms,
        terms => format!("{count} / ({count} − 1) · (1 − ({terms}) / {})", fill(total)),
    };
    let estimate = alpha::of_variances(&found.items, found.total).unwrap_or(f64::NAN);
    w.step(What::Alpha, "α_C", "K / (K − 1) · (1 − Σ_j σ²_j / σ²_T)", filled, estimate).result("estimate");
    if estimate.is_nan() {
        w.remark(Remark::NotComputable);
    }
    Ok(())
}

/// The regression and the shares of its R².
pub(super) fn drivers(w: &mut Working, spec: &Drivers, sample: &Sample<'_>, path: &str) -> Result<(), Error> {
    let fit = Fit::of(spec, sample, path)?;
    let names: Vec<&str> = spec.x.iter().map(|driver| driver.name.as_str()).collect();
    w.given(What::Answers, "n", fit.n as f64).result("n");
    w.remark(Remark::Regression);
    regression(w, &fit, &names);
    if !fit.is_solved() {
        w.remark(Remark::NotSolvable);
        return Ok(());
    }
    shares(w, &fit, &names);
    for (position, linear) in fit.coefficients.iter().enumerate() {
        let name = match position.checked_sub(1).and_then(|at| names.get(at)) {
            Some(name) => (*name).to_owned(),
            None => "1".to_owned(),
        };
        let field = if position == 0 { "se_intercept".to_owned() } else { format!("se.{name}") };
        w.heading(Heading::Predictor { name });
        let figure = Figure::of(sample, linear, path)?;
        let symbol = format!("b_{position}");
        let of = Subject {
            symbol: &symbol,
            z: "(A'WA)⁻¹ a·e; e = y − a'b",
            field: "",
            sample,
            linear,
            figure: &figure,
        };
        figure::variance(w, &of, [None, Some(&field), None], path)?;
    }
    Ok(())
}

fn regression(w: &mut Working, fit: &Fit, names: &[&str]) {
    let symbols: Vec<String> = (1..=names.len()).map(|j| format!("x_{j}")).collect();
    let columns: Vec<&str> = ["j", "x̄_j", "S_j = Σw(x − x̄)²", "r_j = r(x_j, y)"]
        .into_iter()
        .chain(symbols.iter().map(String::as_str))
        .collect();
    let rows = names.iter().enumerate().map(|(j, name)| {
        let number = |values: &[f64]| values.get(j).copied().unwrap_or(f64::NAN);
        let mut row = vec![
            Cell::Text(format!("x_{} {name}", j + 1)),
            Cell::Number(number(&fit.performance), Some(format!("performance.{name}"))),
            number(&fit.squares).into(),
            number(&fit.with_y).into(),
        ];
        row.extend(fit.correlations.get(j).into_iter().flatten().map(|r| Cell::from(*r)));
        row
    });
    w.table(&columns, rows.collect());
    w.given(What::SampleVariance, "S_y = Σw(y − ȳ)²", fit.whole);
    let coef = fit.slopes();
    for (j, name) in names.iter().enumerate() {
        let number = |values: &[f64]| values.get(j).copied().unwrap_or(f64::NAN);
        let (beta, squares) = (number(&fit.beta_std), number(&fit.squares));
        let at = j + 1;
        w.step(What::StandardisedCoefficient, &format!("β_{at}"), "(R⁻¹ r)_j", String::new(), beta)
            .result(format!("beta_std.{name}"));
        let filled = format!("{} · √({} / {})", fill(beta), fill(fit.whole), fill(squares));
        w.step(What::Coefficient, &format!("b_{at}"), "β_j·√(S_y / S_j)", filled, number(&coef))
            .result(format!("coef.{name}"));
    }
    let terms: Vec<String> =
        coef.iter().zip(&fit.performance).map(|(b, x)| format!("{} · {}", fill(*b), fill(*x))).collect();
    let filled = format!("{} − ({})", fill(fit.mean), sum(&terms));
    let intercept = fit.coefficients.first().map_or(f64::NAN, |linear| linear.estimate);
    w.step(What::Intercept, "b_0", "ȳ − Σ_j b_j·x̄_j", filled, intercept).result("intercept");
    let terms: Vec<String> =
        fit.beta_std.iter().zip(&fit.with_y).map(|(b, r)| format!("{} · {}", fill(*b), fill(*r))).collect();
    w.step(What::RSquared, "R²", "Σ_j β_j·r_j", sum(&terms), r2(&fit.beta_std, &fit.with_y)).result("r2");
}

fn shares(w: &mut Working, fit: &Fit, names: &[&str]) {
    let count = names.len();
    let subsets = subsets_r2(&fit.correlations, &fit.with_y).unwrap_or_default();
    w.remark(Remark::Subsets);
    let members = |set: usize| {
        let members: Vec<String> =
            (0..count).filter(|j| set & (1 << j) != 0).map(|j| (j + 1).to_string()).collect();
        if members.is_empty() { "∅".to_owned() } else { format!("{{{}}}", members.join(", ")) }
    };
    let rows = subsets.iter().enumerate().map(|(set, r2)| vec![Cell::Text(members(set)), (*r2).into()]);
    w.table(&["S", "R²(S)"], rows.collect());
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    for (j, (name, value)) in names.iter().zip(fit.lmg()).enumerate() {
        let terms: Vec<String> = (0..subsets.len())
            .filter(|set| set & (1 << j) == 0)
            .filter_map(|set| {
                let size = set.count_ones() as usize;
                let orders = factorial(size) * factorial(count - size - 1);
                let [more, less] = [*subsets.get(set + (1 << j))?, *subsets.get(set)?].map(fill);
                Some(format!("{} / {} · ({more} − {less})", fill(orders), fill(factorial(count))))
            })
            .collect();
        let formula = "Σ_{S ∌ j} |S|!·(K − |S| − 1)! / K! · (R²(S ∪ j) − R²(S))";
        w.step(What::Lmg, &format!("LMG_{}", j + 1), formula, sum(&terms), value)
            .result(format!("lmg.{name}"));
    }
    w.remark(Remark::SquareRoot);
    let (root, coefficients) = orthogonal(&fit.correlations, &fit.with_y);
    let symbols: Vec<String> = (1..=count).map(|k| format!("λ_j{k}")).collect();
    let columns: Vec<&str> = ["j"].into_iter().chain(symbols.iter().map(String::as_str)).collect();
    let mut rows: Vec<Vec<Cell>> = names
        .iter()
        .zip(&root)
        .map(|(name, row)| [Cell::from(*name)].into_iter().chain(row.iter().map(|v| (*v).into())).collect())
        .collect();
    let last = [Cell::from("β*_k")].into_iter().chain(coefficients.iter().map(|v| (*v).into()));
    rows.push(last.collect());
    w.table(&columns, rows);
    for (j, ((name, row), value)) in names.iter().zip(&root).zip(fit.johnson()).enumerate() {
        let terms: Vec<String> =
            row.iter().zip(&coefficients).map(|(l, b)| format!("{}^2 · {}^2", fill(*l), fill(*b))).collect();
        w.step(What::Johnson, &format!("ε_{}", j + 1), "Σ_k λ_jk²·β*_k²", sum(&terms), value)
            .result(format!("johnson.{name}"));
    }
}
