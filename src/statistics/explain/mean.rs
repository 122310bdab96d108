//! Means, totals, ratios, composites and differences.

use super::{
    figure::{self, Subject},
    number::{fill, sum},
    working::{Cell, Heading, Remark, What, Working},
};
use crate::statistics::{
    deff::{deff, kish_deff, kish_n_eff},
    error::{Error, Problem},
    estimate::{self, Figure, mean_figure, shares, two_sided},
    measure::{domain, measure},
    sample::{Linearised, Sample, chosen},
    spec::{self, Component, Measure},
    sum as sums,
    variance::reported,
};

const MEAN: &str = "(y − ȳ) / W";

/// n, W, Σwy and the mean; the names of n, W and the mean in the results.
fn mean_itself(
    w: &mut Working,
    sample: &Sample<'_>,
    y: &[f64],
    linear: &Linearised,
    symbol: &str,
    names: [Option<&str>; 3],
) {
    w.remark(Remark::Rows);
    let named = |w: &mut Working, name: Option<&str>| {
        if let Some(name) = name {
            w.result(name);
        }
    };
    w.given(What::Answers, "n", linear.n() as f64);
    named(w, names[0]);
    let weight = sample.total_weight(&linear.rows);
    w.given(What::SumOfWeights, "W = Σw", weight);
    named(w, names[1]);
    let total = sample.total(y, &linear.rows);
    w.given(What::WeightedSum, "Σwy", total);
    let filled = format!("{} / {}", fill(total), fill(weight));
    w.step(What::Mean, symbol, "Σwy / W", filled, linear.estimate);
    named(w, names[2]);
    if linear.estimate.is_nan() {
        w.remark(Remark::NotComputable);
    }
}

/// A weighted mean or share.
pub(super) fn mean(w: &mut Working, spec: &spec::Mean, sample: &Sample<'_>, path: &str) -> Result<(), Error> {
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let (linear, figure) = mean_figure(sample, &y, &inside, path)?;
    mean_itself(w, sample, &y, &linear, "ȳ", [Some("n"), Some("sum_w"), Some("estimate")]);
    let of = Subject { symbol: "ȳ", z: MEAN, field: "", sample, linear: &linear, figure: &figure };
    figure::variance(w, &of, [Some("var"), Some("se"), Some("df")], path)?;
    effects(w, sample, &y, &linear, &figure);
    figure::intervals(w, &of, &spec.ci, path)?;
    figure::target(w, &of, spec.target, path)
}

fn effects(w: &mut Working, sample: &Sample<'_>, y: &[f64], linear: &Linearised, figure: &Figure) {
    let terms = || chosen(y, &linear.rows).zip(chosen(&sample.weights, &linear.rows));
    let squares = sums::sum(terms().map(|(y, w)| w * (y - linear.estimate).powi(2)));
    let (n, weights) = (figure.n, figure.weights);
    w.given(What::SumOfSquaredWeights, "Σw²", weights.sum_w2);
    let effect = deff(figure.var, n, weights.sum_w, squares);
    if let Some(plain) = effect.with_replacement {
        let s2 = n as f64 / (n as f64 - 1.0) * squares / weights.sum_w;
        let filled = format!("{n} / ({n} − 1) · {} / {}", fill(squares), fill(weights.sum_w));
        w.step(What::SampleVariance, "s²", "n / (n − 1) · Σw(y − ȳ)² / W", filled, s2);
        let [var, s2, weight] = [figure.var, s2, weights.sum_w].map(fill);
        if let Some(deff) = effect.without_replacement {
            let filled = format!("{var} / ({s2} · (1 / {n} − 1 / {weight}))");
            w.step(What::DesignEffect, "deff", "v / (s²(1/n − 1/W))", filled, deff).result("deff");
        }
        let filled = format!("{var} / ({s2} / {n})");
        w.step(What::DesignEffectWithReplacement, "deff_wr", "v / (s²/n)", filled, plain).result("deff_wr");
    }
    let [weight, squares] = [weights.sum_w, weights.sum_w2].map(fill);
    if let Some(kish) = kish_deff(n, weights.sum_w, weights.sum_w2) {
        let filled = format!("{n} · {squares} / {weight}^2");
        w.step(What::KishDesignEffect, "deff_K", "n·Σw² / W²", filled, kish).result("kish_deff");
    }
    if let Some(size) = kish_n_eff(weights.sum_w, weights.sum_w2) {
        let filled = format!("{weight}^2 / {squares}");
        w.step(What::KishSize, "n_K", "W² / Σw²", filled, size).result("n_eff_kish");
    }
}

/// A weighted total.
pub(super) fn total(
    w: &mut Working,
    spec: &spec::Total,
    sample: &Sample<'_>,
    path: &str,
) -> Result<(), Error> {
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let linear = sample.sum(&y, &inside);
    let figure = Figure::of(sample, &linear, path)?;
    w.remark(Remark::Rows);
    w.given(What::Answers, "n", figure.n as f64).result("n");
    w.given(What::Total, "Ŷ = Σwy", linear.estimate).result("estimate");
    let of = Subject { symbol: "Ŷ", z: "y", field: "", sample, linear: &linear, figure: &figure };
    figure::variance(w, &of, [Some("var"), Some("se"), Some("df")], path)?;
    figure::intervals(w, &of, &spec.ci, path)
}

/// A ratio of two totals.
pub(super) fn ratio(
    w: &mut Working,
    spec: &spec::Ratio,
    sample: &Sample<'_>,
    path: &str,
) -> Result<(), Error> {
    let num = measure(&spec.num, sample.table, &format!("{path}.num"))?;
    let den = measure(&spec.den, sample.table, &format!("{path}.den"))?;
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let linear = sample.ratio(&num, &den, &inside);
    let figure = Figure::of(sample, &linear, path)?;
    w.remark(Remark::Rows);
    w.given(What::Answers, "n", figure.n as f64).result("n");
    let (above, below) = (sample.total(&num, &linear.rows), sample.total(&den, &linear.rows));
    w.given(What::WeightedSum, "Σwa", above);
    w.given(What::WeightedSumOfDenominator, "Σwb", below);
    let filled = format!("{} / {}", fill(above), fill(below));
    w.step(What::Ratio, "R", "Σwa / Σwb", filled, linear.estimate).result("estimate");
    let z = "(a − R·b) / Σwb";
    let of = Subject { symbol: "R", z, field: "", sample, linear: &linear, figure: &figure };
    figure::variance(w, &of, [Some("var"), Some("se"), Some("df")], path)?;
    figure::intervals(w, &of, &spec.ci, path)
}

/// The dimensions of a composite and the composite, with the working of each; `prefix` is where its components are in the
/// results, if they are.
fn dimensions(
    w: &mut Working,
    components: &[Component],
    sample: &Sample<'_>,
    inside: &[bool],
    in_results: bool,
    path: &str,
) -> Result<(Vec<Linearised>, Linearised), Error> {
    let shares = shares(components, path)?;
    let path = format!("{path}.components");
    let mut parts = Vec::with_capacity(components.len());
    for (k, component) in components.iter().enumerate() {
        w.heading(Heading::Component { name: component.name.clone() });
        let mut items = Vec::with_capacity(component.items.len());
        let mut rows = Vec::with_capacity(component.items.len());
        for (j, item) in component.items.iter().enumerate() {
            let y = measure(item, sample.table, &format!("{path}[{k}].items[{j}]"))?;
            let linear = sample.mean(&y, inside);
            rows.push(vec![
                Cell::Text(label(item)),
                (linear.n() as f64).into(),
                sample.total_weight(&linear.rows).into(),
                sample.total(&y, &linear.rows).into(),
                linear.estimate.into(),
            ]);
            items.push(linear);
        }
        w.table(&["j", "n", "W", "Σwy", "ȳ_j = Σwy / W"], rows);
        let share = 1.0 / items.len() as f64;
        let part = Linearised::combine(&items.iter().map(|item| (share, item)).collect::<Vec<_>>());
        let terms: Vec<String> = items.iter().map(|item| fill(item.estimate)).collect();
        let filled = match sum(&terms) {
            terms if terms.is_empty() => terms,
            terms => format!("({terms}) / {}", items.len()),
        };
        w.step(What::Component, &format!("θ_{}", k + 1), "Σ_j ȳ_j / J", filled, part.estimate);
        if in_results {
            w.result(format!("components[{k}].estimate"));
        }
        parts.push(part);
    }
    let whole = Linearised::combine(&shares.into_iter().zip(&parts).collect::<Vec<_>>());
    Ok((parts, whole))
}

/// `Σ c θ / Σ c` with its numbers.
fn composite_filled(components: &[Component], parts: &[Linearised]) -> String {
    let terms: Vec<String> = components
        .iter()
        .zip(parts)
        .map(|(component, part)| format!("{} · {}", fill(component.weight), fill(part.estimate)))
        .collect();
    let weights: Vec<String> = components.iter().map(|component| fill(component.weight)).collect();
    match (sum(&terms), sum(&weights)) {
        (terms, weights) if terms.is_empty() || weights.is_empty() => String::new(),
        (terms, weights) => format!("({terms}) / ({weights})"),
    }
}

const COMPOSITE: &str = "Σ_k c_k/J_k Σ_j z_kj / Σ_k c_k; z_kj = (y_kj − ȳ_kj) / W_kj";

/// A weighted mean of dimensions.
pub(super) fn composite(
    w: &mut Working,
    spec: &spec::Composite,
    sample: &Sample<'_>,
    path: &str,
) -> Result<(), Error> {
    let inside = domain(&spec.domain, sample.table, &format!("{path}.domain"))?;
    let (parts, whole) = dimensions(w, &spec.components, sample, &inside, true, path)?;
    let figure = Figure::of(sample, &whole, path)?;
    w.given(What::Answers, "n", figure.n as f64).result("n");
    let filled = composite_filled(&spec.components, &parts);
    w.step(What::Composite, "I", "Σ_k c_k·θ_k / Σ_k c_k", filled, whole.estimate).result("estimate");
    let of = Subject { symbol: "I", z: COMPOSITE, field: "", sample, linear: &whole, figure: &figure };
    figure::variance(w, &of, [Some("var"), Some("se"), Some("df")], path)?;
    from_components(w, spec, &parts, sample, path)?;
    figure::intervals(w, &of, &spec.ci, path)?;
    figure::target(w, &of, spec.target, path)
}

/// The same variance from the covariance of the dimensions.
fn from_components(
    w: &mut Working,
    spec: &spec::Composite,
    parts: &[Linearised],
    sample: &Sample<'_>,
    path: &str,
) -> Result<(), Error> {
    let variables: Vec<&[f64]> = parts.iter().map(|part| part.z.as_slice()).collect();
    let cov = sample.covariance(&variables, path)?;
    let shares = shares(&spec.components, path)?;
    let known = |i: usize| parts.get(i).is_some_and(|part| part.estimate.is_finite());
    let symbols: Vec<String> = (1..=parts.len()).map(|k| format!("θ_{k}")).collect();
    let mut rows = Vec::new();
    let mut terms = Vec::new();
    let mut total = 0.0;
    for (i, row) in cov.iter().enumerate() {
        let (name, symbol) = (spec.components.get(i).map(|c| c.name.as_str()), symbols.get(i));
        let (Some(name), Some(symbol), Some(share)) = (name, symbol, shares.get(i)) else { continue };
        let mut cells = vec![Cell::Text(format!("{symbol} {name}")), (*share).into()];
        for (j, value) in row.iter().enumerate() {
            let value = match (known(i) && known(j), i == j) {
                (false, _) => f64::NAN,
                (true, true) => reported(*value),
                (true, false) => *value,
            };
            cells.push(Cell::Number(value, Some(format!("cov[{i}][{j}]"))));
            let other = shares.get(j).copied().unwrap_or(0.0);
            total += share * other * value;
            terms.push(format!("{} · {} · {}", fill(*share), fill(other), fill(value)));
        }
        rows.push(cells);
    }
    let columns: Vec<&str> =
        ["k", "c_k / Σc"].into_iter().chain(symbols.iter().map(String::as_str)).collect();
    w.table(&columns, rows);
    for (k, row) in cov.iter().enumerate().filter(|(k, _)| known(*k)) {
        let value = row.get(k).copied().map_or(f64::NAN, reported);
        let symbol = format!("se(θ_{})", k + 1);
        w.step(What::StandardError, &symbol, "√cov_kk", format!("√({})", fill(value)), value.sqrt())
            .result(format!("components[{k}].se"));
    }
    w.step(What::VarianceFromComponents, "v", "Σ_k Σ_l c_k c_l cov_kl / (Σc)²", sum(&terms), total);
    Ok(())
}

/// A difference of two means or composites.
pub(super) fn diff(w: &mut Working, spec: &spec::Diff, sample: &Sample<'_>, path: &str) -> Result<(), Error> {
    let mut sides = Vec::with_capacity(2);
    for (name, side) in [("a", &spec.a), ("b", &spec.b)] {
        w.heading(Heading::Side { name });
        let path = format!("{path}.{name}");
        let inside = domain(&side.domain, sample.table, &format!("{path}.domain"))?;
        sides.push(match (&side.y, &side.components) {
            (Some(y), None) => {
                let y = measure(y, sample.table, &format!("{path}.y"))?;
                let linear = sample.mean(&y, &inside);
                mean_itself(w, sample, &y, &linear, name, [None, None, Some(name)]);
                linear
            }
            (None, Some(components)) => {
                let (parts, whole) = dimensions(w, components, sample, &inside, false, &path)?;
                let filled = composite_filled(components, &parts);
                w.step(What::Composite, name, "Σ_k c_k·θ_k / Σ_k c_k", filled, whole.estimate).result(name);
                whole
            }
            _ => return Err(Error::at(path, Problem::Side)),
        });
    }
    let [a, b] = sides.as_slice() else { return Ok(()) };
    let whole = Linearised::combine(&[(1.0, a), (-1.0, b)]);
    let figure = Figure::of(sample, &whole, path)?;
    let filled = format!("{} − {}", fill(a.estimate), fill(b.estimate));
    w.step(What::Difference, "d", "a − b", filled, whole.estimate).result("estimate");
    let z = "z_a − z_b";
    let of = Subject { symbol: "d", z, field: "", sample, linear: &whole, figure: &figure };
    figure::variance(w, &of, [Some("var"), Some("se"), Some("df")], path)?;
    if whole.estimate.is_finite() {
        let cov = sample.covariance(&[&a.z, &b.z], path)?;
        let [var_a, var_b] = [estimate::variance(sample, a, path)?, estimate::variance(sample, b, path)?];
        w.step(What::StandardError, "se_a", "√v_a", format!("√({})", fill(var_a)), var_a.sqrt())
            .result("se_a");
        w.step(What::StandardError, "se_b", "√v_b", format!("√({})", fill(var_b)), var_b.sqrt())
            .result("se_b");
        w.given(What::Covariance, "cov(a, b)", cov[0][1]).result("cov_ab");
        let filled = format!("{} + {} − 2 · {}", fill(var_a), fill(var_b), fill(cov[0][1]));
        let total = var_a + var_b - 2.0 * cov[0][1];
        w.step(What::VarianceFromComponents, "v", "v_a + v_b − 2·cov(a, b)", filled, total);
        test(w, whole.estimate, figure.se(), figure.df);
    }
    figure::intervals(w, &of, &spec.ci, path)
}

fn test(w: &mut Working, difference: f64, se: f64, df: i64) {
    if se <= 0.0 || df < 1 {
        w.remark(Remark::NoFreedom);
        return;
    }
    let t = difference / se;
    let filled = format!("{} / {}", fill(difference), fill(se));
    w.step(What::TStatistic, "t", "d / se", filled, t).result("t");
    if let Some(p) = two_sided(t, df) {
        let filled = format!("2 · P(T ≥ {}; {df})", fill(t.abs()));
        w.step(What::ProbabilityTwoSided, "p", "2·P(T ≥ |t|; df)", filled, p).result("p_two_sided");
    }
}

/// The columns and codes of a measure.
pub(super) fn label(measure: &Measure) -> String {
    let columns = match (&measure.col, &measure.cols) {
        (Some(col), _) => col.clone(),
        (None, Some(cols)) => cols.join(" + "),
        (None, None) => String::new(),
    };
    match &measure.codes {
        None => columns,
        Some(codes) => {
            let codes: Vec<String> = codes
                .iter()
                .map(|code| match code {
                    spec::CodeValue::Number(number) => super::number::show(*number),
                    spec::CodeValue::Text(text) => text.clone(),
                })
                .collect();
            format!("{columns} ∈ {{{}}}", codes.join("; "))
        }
    }
}
