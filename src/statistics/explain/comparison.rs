//! Units side by side: ranking and suppression.

use super::{
    figure::{self, Names, Subject},
    number::fill,
    working::{Cell, Heading, Remark, Value, What, Working},
};
use crate::statistics::{
    error::Error,
    estimate::{Figure, check_level, mean_figure},
    measure::measure,
    ranking::{Compared, units},
    sample::{Linearised, Sample},
    spec::{Method, Ranking, Suppression},
    suppression::status,
};

/// Ranks of units, their simultaneous intervals and all pairs.
pub(super) fn ranking(w: &mut Working, spec: &Ranking, sample: &Sample<'_>, path: &str) -> Result<(), Error> {
    check_level(spec.level, &format!("{path}.level"))?;
    check_level(spec.alpha, &format!("{path}.alpha"))?;
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    let units = units(sample, &spec.by, path)?;
    let count = units.len();
    let means: Vec<Linearised> = units.iter().map(|(_, rows)| sample.mean(&y, rows)).collect();
    let level = 1.0 - (1.0 - spec.level) / count as f64;
    let filled = format!("1 − (1 − {}) / {count}", fill(spec.level));
    w.step(What::SimultaneousLevel, "1 − α_K", "1 − α / K", filled, level);
    for (position, ((name, _), linear)) in units.iter().zip(&means).enumerate() {
        w.heading(Heading::Unit { name: name.clone() });
        let figure = Figure::of(sample, linear, path)?;
        let field = format!("units[{position}].");
        let named = |field_name: &str| format!("{field}{field_name}");
        w.given(What::Answers, "n", figure.n as f64).result(named("n"));
        let [total, weight] = [sample.total(&y, &linear.rows), sample.total_weight(&linear.rows)];
        let filled = format!("{} / {}", fill(total), fill(weight));
        w.step(What::Mean, "ȳ", "Σwy / W", filled, linear.estimate).result(named("estimate"));
        let of =
            Subject { symbol: "ȳ", z: "(y − ȳ) / W", field: &field, sample, linear, figure: &figure };
        figure::variance(w, &of, [None, Some("se"), Some("df")], path)?;
        let names = Names { lower: named("lower"), upper: named("upper"), n_eff: None };
        figure::interval(w, &figure, "ȳ", Method::T, level, &names);
    }
    pairs(w, spec, sample, &units, &means, path)
}

fn pairs(
    w: &mut Working,
    spec: &Ranking,
    sample: &Sample<'_>,
    units: &[(String, Vec<bool>)],
    means: &[Linearised],
    path: &str,
) -> Result<(), Error> {
    let compared = Compared::of(sample, means, path)?;
    let cov = &compared.cov;
    w.heading(Heading::Pairs);
    w.remark(Remark::Holm);
    let columns = [
        "a",
        "b",
        "d = a − b",
        "v_a",
        "v_b",
        "cov",
        "se = √(v_a + v_b − 2cov)",
        "df",
        "t = d/se",
        "p",
        "p_Holm",
    ];
    let name = |at: usize| units.get(at).map_or("", |(name, _)| name.as_str());
    let rows = compared.pairs.iter().enumerate().map(|(at, pair)| {
        let field = |name: &str| Some(format!("pairs[{at}].{name}"));
        let (i, j) = (pair.a, pair.b);
        vec![
            Cell::from(name(i)),
            Cell::from(name(j)),
            Cell::Number(pair.diff, field("diff")),
            cov[i][i].into(),
            cov[j][j].into(),
            cov[i][j].into(),
            Cell::Number(pair.se, field("se")),
            Cell::Number(pair.df as f64, field("df")),
            Cell::Number(pair.t.unwrap_or(f64::NAN), field("t")),
            Cell::Number(pair.p.unwrap_or(f64::NAN), field("p")),
            Cell::Number(pair.p_holm.unwrap_or(f64::NAN), field("p_holm")),
        ]
    });
    w.table(&columns, rows.collect());
    w.heading(Heading::Ranks);
    w.remark(Remark::Ranks { alpha: spec.alpha });
    let rows = compared.ranks(means, spec.alpha).into_iter().enumerate().map(|(at, ranks)| {
        let field = |name: &str| Some(format!("ranks[{at}].{name}"));
        vec![
            Cell::from(name(at)),
            Cell::Number(ranks.map_or(f64::NAN, |ranks| ranks.rank as f64), field("rank")),
            Cell::Number(ranks.map_or(f64::NAN, |ranks| ranks.best as f64), field("rank_lo")),
            Cell::Number(ranks.map_or(f64::NAN, |ranks| ranks.worst as f64), field("rank_hi")),
        ]
    });
    w.table(&["a", "r", "r_min", "r_max"], rows.collect());
    Ok(())
}

/// Whether the share of each unit may be shown.
pub(super) fn suppression(
    w: &mut Working,
    spec: &Suppression,
    sample: &Sample<'_>,
    path: &str,
) -> Result<(), Error> {
    let rules = &spec.rules;
    check_level(rules.level, &format!("{path}.rules.level"))?;
    let y = measure(&spec.y, sample.table, &format!("{path}.y"))?;
    w.remark(Remark::Rules { min_n: rules.min_n, min_n_eff: rules.min_n_eff, max_width: rules.max_width });
    for (position, (unit, rows)) in units(sample, &spec.by, path)?.into_iter().enumerate() {
        w.heading(Heading::Unit { name: unit });
        let (linear, figure) = mean_figure(sample, &y, &rows, path)?;
        let field = format!("cells[{position}].");
        let named = |name: &str| format!("{field}{name}");
        w.given(What::Answers, "n", figure.n as f64).result(named("n"));
        let [total, weight] = [sample.total(&y, &linear.rows), sample.total_weight(&linear.rows)];
        let filled = format!("{} / {}", fill(total), fill(weight));
        w.step(What::Mean, "ȳ", "Σwy / W", filled, linear.estimate).result(named("estimate"));
        let of = Subject {
            symbol: "ȳ",
            z: "(y − ȳ) / W",
            field: &field,
            sample,
            linear: &linear,
            figure: &figure,
        };
        figure::variance(w, &of, [None, None, None], path)?;
        let names = Names { lower: named("lower"), upper: named("upper"), n_eff: Some(named("n_eff")) };
        figure::interval(w, &figure, "ȳ", Method::Kg, rules.level, &names);
        let found = figure.interval(Method::Kg, rules.level);
        if let Some(interval) = found {
            let filled = format!("{} − {}", fill(interval.upper), fill(interval.lower));
            w.step(What::Width, "b", "U − L", filled, interval.width()).result(named("width"));
        }
        let size = found.and_then(|interval| interval.n_eff).map_or_else(|| "–".to_owned(), fill);
        let width = found.map_or_else(|| "–".to_owned(), |interval| fill(interval.width()));
        w.push(
            What::Status,
            "",
            "n; n_e; b",
            format!("{}; {size}; {width}", figure.n),
            Value::Status(status(figure.n, found.as_ref(), rules)),
        )
        .result(named("status"));
    }
    Ok(())
}
