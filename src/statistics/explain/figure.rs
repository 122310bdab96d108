//! What all estimates share: the variance from the strata, the intervals, the decision against a target.

use super::{
    number::{fill, sum},
    working::{Cell, Heading, Remark, Value, What, Working},
};
use crate::statistics::{
    deff,
    design::Part,
    error::{Error, Unit},
    estimate::{Figure, check_level},
    interval::{self, Interval},
    quantile,
    sample::{Linearised, Sample},
    spec::{Ci, Method, Target},
    target::{decide, evidence},
    variance::{is_census, reported},
};

/// Strata written out in the sum of a variance.
const STRATA: usize = 12;
/// Longest table of values or PSUs.
const ROWS: usize = 2_000;
/// How near to 0 or 1 a share is 0 or 1.
const EDGE: f64 = 1e-12;

/// An estimate to be explained.
pub(super) struct Subject<'a> {
    /// Its symbol: `ȳ`.
    pub symbol: &'a str,
    /// The formula of its linearised variable.
    pub z: &'a str,
    /// Where its fields begin in the results: ``, or `units[3].`.
    pub field: &'a str,
    pub sample: &'a Sample<'a>,
    pub linear: &'a Linearised,
    pub figure: &'a Figure,
}

impl Subject<'_> {
    fn field(&self, name: &str) -> String {
        format!("{}{name}", self.field)
    }
}

/// Variance, standard error and degrees of freedom, with the names of the last two in the results.
pub(super) fn variance(
    w: &mut Working,
    of: &Subject<'_>,
    result: [Option<&str>; 3],
    path: &str,
) -> Result<(), Error> {
    w.heading(Heading::Variance);
    if !of.figure.estimate.is_finite() {
        w.remark(Remark::NotComputable);
        return Ok(());
    }
    w.remark(Remark::Influence { z: of.z.to_owned() });
    if let Some(calibrated) = of.sample.calibrated() {
        w.remark(Remark::Residuals);
        let mut rows = Vec::new();
        for (cells, slopes) in calibrated.cells().iter().zip(calibrated.slopes(&of.linear.z)) {
            for ((name, ..), slope) in cells.iter().zip(slopes) {
                rows.push(vec![Cell::from(*name), slope.into()]);
            }
        }
        w.table(&["g", "b_g"], rows);
    }
    let influence = of.sample.influence(&of.linear.z);
    details(w, of, &influence);
    let parts = of.sample.design.parts(&influence, path)?;
    let two = of.sample.design.two_stages();
    strata(w, of, &parts.strata, two);
    if !parts.inner.is_empty() && parts.inner.len() <= ROWS {
        second_stage(w, of, &parts.inner);
    }
    if parts.strata.iter().chain(&parts.inner).any(|part| part.sampled == 1 && !is_census(part.f)) {
        w.remark(Remark::Lonely { rule: of.sample.design.lonely() });
    }
    let terms: Vec<String> = parts.strata.iter().map(|part| fill(part.between)).collect();
    let within: Vec<String> = parts.strata.iter().map(|part| fill(part.within)).collect();
    let mut filled = if terms.len() > STRATA { String::new() } else { sum(&terms) };
    let mut formula = "Σ_h V_h".to_owned();
    if parts.factor != 1.0 {
        formula = format!("H / (H − H₁) · {formula}");
        let lonely = parts.strata.iter().filter(|part| part.sampled == 1 && !is_census(part.f)).count();
        let all = parts.strata.len();
        if !filled.is_empty() {
            filled = format!("{all} / ({all} − {lonely}) · ({filled})");
        }
    }
    if two {
        formula += " + Σ_h V2_h";
        if !filled.is_empty() {
            filled = format!("{filled} + {}", sum(&within));
        }
    }
    let total: f64 = parts.factor * parts.strata.iter().map(|part| part.between).sum::<f64>()
        + parts.strata.iter().map(|part| part.within).sum::<f64>();
    w.step(What::Variance, "v", &formula, filled, total);
    if total != 0.0 && reported(total) == 0.0 {
        w.remark(Remark::RoundedToZero);
        w.given(What::Variance, "v", 0.0);
    }
    name(w, of, result[0]);
    let var = of.figure.var;
    w.step(What::StandardError, "se", "√v", format!("√({})", fill(var)), of.figure.se());
    name(w, of, result[1]);
    if let Some(field) = result[2] {
        let (psus, strata) = of.sample.psus_and_strata(&of.linear.rows);
        let filled = format!("{psus} − {strata}");
        w.step(What::DegreesOfFreedom, "df", "m_K − H_K", filled, of.figure.df as f64);
        name(w, of, Some(field));
    }
    Ok(())
}

fn name(w: &mut Working, of: &Subject<'_>, field: Option<&str>) {
    if let Some(field) = field {
        w.result(of.field(field));
    }
}

/// What the squares of a stratum are made of: the totals of PSUs, or how often each value occurs.
fn details(w: &mut Working, of: &Subject<'_>, influence: &[f64]) {
    let design = &of.sample.design;
    if !design.elements() {
        let psus = design.psu_of_rows();
        let count = psus.iter().max().map_or(0, |last| *last as usize + 1);
        if count > ROWS {
            w.remark(Remark::TooLong { rows: count, most: ROWS });
            return;
        }
        let mut rows: Vec<(u32, Vec<f64>)> = vec![(0, Vec::new()); count];
        for ((psu, stratum), u) in psus.iter().zip(design.stratum_of_rows()).zip(influence) {
            if let Some(row) = rows.get_mut(*psu as usize) {
                row.0 = *stratum;
                row.1.push(*u);
            }
        }
        w.remark(Remark::Psus);
        let (names, ids) = (design.strata_names(), design.psu_ids(of.sample.table));
        let rows = rows.into_iter().zip(ids).map(|((stratum, values), id)| {
            vec![
                stratum_cell(names.get(stratum as usize)),
                Cell::Text(id),
                (values.len() as f64).into(),
                crate::statistics::sum::sum(values.iter().copied()).into(),
            ]
        });
        w.table(&["h", "c", "n", "u"], rows.collect());
        return;
    }
    // Rows that share stratum and z: how many, Σw, Σw². After calibration rows outside K have a residual, too.
    let residuals = of.sample.calibrated().map(|calibrated| calibrated.residuals(&of.linear.z));
    let variable = residuals.as_ref().unwrap_or(&of.linear.z);
    let mut groups: Vec<(u32, f64, u64, Vec<f64>)> = Vec::new();
    let mut last = 0;
    let rows = of.linear.rows.iter().zip(variable).zip(design.stratum_of_rows()).zip(&of.sample.weights);
    for (((inside, z), stratum), weight) in rows {
        if !inside && residuals.is_none() {
            continue;
        }
        let same = |group: &(u32, f64, u64, Vec<f64>)| group.0 == *stratum && group.1 == *z;
        let at = match groups.get(last).filter(|group| same(group)) {
            Some(_) => Some(last),
            None => groups.iter().position(same),
        };
        last = at.unwrap_or(groups.len());
        if at.is_none() {
            groups.push((*stratum, *z, 0, Vec::new()));
        }
        if let Some(group) = groups.get_mut(last) {
            group.2 += 1;
            group.3.push(*weight);
        }
        if groups.len() > ROWS {
            w.remark(Remark::TooLong { rows: of.linear.z.len(), most: ROWS });
            return;
        }
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
    w.remark(Remark::Codes);
    let names = design.strata_names();
    w.table(
        &["h", "z", "n", "Σw", "Σw²"],
        groups
            .into_iter()
            .map(|(stratum, z, count, weights)| {
                vec![
                    stratum_cell(names.get(stratum as usize)),
                    z.into(),
                    (count as f64).into(),
                    crate::statistics::sum::sum(weights.iter().copied()).into(),
                    crate::statistics::sum::sum(weights.iter().map(|w| w * w)).into(),
                ]
            })
            .collect(),
    );
}

fn strata(w: &mut Working, of: &Subject<'_>, parts: &[Part], two: bool) {
    w.remark(Remark::Strata { two_stages: two });
    let mut columns = vec!["h", "n_K", "m", "M", "f", "Σu", "Σ(u−ū)²", "V_h"];
    if two {
        columns.push("V2_h");
    }
    let mut answers = vec![0u64; parts.len()];
    for (inside, stratum) in of.linear.rows.iter().zip(of.sample.design.stratum_of_rows()) {
        if let Some(count) = answers.get_mut(*stratum as usize).filter(|_| *inside) {
            *count += 1;
        }
    }
    let rows = parts.iter().zip(answers).map(|(part, answers)| {
        let population = part.population.unwrap_or(f64::INFINITY);
        let mut row: Vec<Cell> = vec![
            stratum_cell(Some(&part.stratum)),
            (answers as f64).into(),
            (part.sampled as f64).into(),
            population.into(),
            part.f.into(),
            part.sum.into(),
            part.squares.into(),
            part.between.into(),
        ];
        if two {
            row.push(part.within.into());
        }
        row
    });
    w.table(&columns, rows.collect());
}

/// What the sample of each PSU adds within it.
fn second_stage(w: &mut Working, of: &Subject<'_>, parts: &[Part]) {
    w.remark(Remark::SecondStage);
    let ids = of.sample.design.psu_ids(of.sample.table);
    let rows = parts.iter().zip(ids).map(|(part, id)| {
        let stratum = match &part.stratum {
            Unit::Psu { stratum, .. } => Some(stratum.as_ref()),
            _ => None,
        };
        vec![
            stratum_cell(stratum),
            Cell::Text(id),
            (part.sampled as f64).into(),
            part.population.unwrap_or(f64::INFINITY).into(),
            part.f.into(),
            part.sum.into(),
            part.squares.into(),
            part.within.into(),
        ]
    });
    w.table(&["h", "c", "m_c", "M_c", "f_c", "Σu", "Σ(u−ū_c)²", "V_hc"], rows.collect());
}

fn stratum_cell(unit: Option<&Unit>) -> Cell {
    match unit {
        Some(Unit::Stratum(name)) => Cell::from(name.as_str()),
        _ => Cell::from("–"),
    }
}

/// The intervals asked for; in the results `ci[0]` and on.
pub(super) fn intervals(w: &mut Working, of: &Subject<'_>, wanted: &[Ci], path: &str) -> Result<(), Error> {
    for (position, Ci { method, level }) in wanted.iter().enumerate() {
        check_level(*level, &format!("{path}.ci[{position}].level"))?;
        let names = Names {
            lower: of.field(&format!("ci[{position}].lower")),
            upper: of.field(&format!("ci[{position}].upper")),
            n_eff: matches!(method, Method::Beta | Method::Wilson | Method::Kg)
                .then(|| of.field(&format!("ci[{position}].n_eff"))),
        };
        interval(w, of.figure, of.symbol, *method, *level, &names);
    }
    Ok(())
}

/// The names of an interval's fields in the results.
pub(super) struct Names {
    pub lower: String,
    pub upper: String,
    pub n_eff: Option<String>,
}

/// One interval.
pub(super) fn interval(
    w: &mut Working,
    figure: &Figure,
    symbol: &str,
    method: Method,
    level: f64,
    names: &Names,
) {
    w.heading(Heading::Interval { method, level });
    let found = figure.interval(method, level);
    let (p, var, df) = (figure.estimate, figure.var, figure.df);
    if p.is_nan() {
        w.remark(Remark::NotComputable);
        return;
    }
    let a = Limits { symbol, p, level, found, names };
    match method {
        Method::T | Method::Logit | Method::Wilson if df < 1 => w.remark(Remark::NoFreedom),
        Method::Logit | Method::Wilson | Method::Beta if !interval::inner_share(p) || var <= 0.0 => {
            w.remark(Remark::NoInside);
        }
        Method::T => a.t(w, figure),
        Method::Logit => a.logit(w, figure),
        Method::Wilson => a.wilson(w, figure),
        Method::Beta => match found {
            None => w.remark(Remark::NoFreedom),
            Some(_) => {
                let size = a.korn_graubard(w, figure, "n_e");
                a.name_size(w);
                a.beta(w, size);
            }
        },
        Method::Kg => a.kg(w, figure),
        Method::Hypergeom => a.hypergeometric(w, figure),
    }
}

/// The limits of an interval, on the way to being explained.
struct Limits<'a> {
    symbol: &'a str,
    p: f64,
    level: f64,
    found: Option<Interval>,
    names: &'a Names,
}

impl Limits<'_> {
    /// α/2.
    fn tail(&self) -> f64 {
        (1.0 - self.level) / 2.0
    }

    fn quantile(&self, w: &mut Working, symbol: &str, df: i64) -> f64 {
        let upper = 1.0 - self.tail();
        let t = quantile::t(upper, df).unwrap_or(f64::NAN);
        let formula = if symbol == "t" { "t⁻¹(1 − α/2; df)" } else { "t⁻¹(1 − α/2; n − 1)" };
        w.step(What::TQuantile, symbol, formula, format!("t⁻¹({}; {df})", fill(upper)), t);
        t
    }

    fn limits(&self, w: &mut Working, formulas: [&str; 2], filled: [String; 2]) {
        let [lower, upper] =
            [|i: Interval| i.lower, |i: Interval| i.upper].map(|limit| self.found.map_or(f64::NAN, limit));
        let [of_lower, of_upper] = filled;
        w.step(What::LowerLimit, "L", formulas[0], of_lower, lower).result(self.names.lower.clone());
        w.step(What::UpperLimit, "U", formulas[1], of_upper, upper).result(self.names.upper.clone());
    }

    fn t(&self, w: &mut Working, figure: &Figure) {
        let t = self.quantile(w, "t", figure.df);
        let [p, t, se] = [self.p, t, figure.se()].map(fill);
        let s = self.symbol;
        self.limits(
            w,
            [&format!("{s} − t·se"), &format!("{s} + t·se")],
            [format!("{p} − {t} · {se}"), format!("{p} + {t} · {se}")],
        );
    }

    fn logit(&self, w: &mut Working, figure: &Figure) {
        let t = self.quantile(w, "t", figure.df);
        let (p, s) = (self.p, self.symbol);
        let centre = (p / (1.0 - p)).ln();
        let filled = format!("ln({0} / (1 − {0}))", fill(p));
        w.step(What::Logit, "c", &format!("ln({s} / (1 − {s}))"), filled, centre);
        let reach = t * figure.se() / (p * (1.0 - p));
        let filled = format!("{} · {} / ({p} · (1 − {p}))", fill(t), fill(figure.se()), p = fill(p));
        w.step(What::Logit, "d", &format!("t·se / ({s}(1 − {s}))"), filled, reach);
        let [c, d] = [centre, reach].map(fill);
        self.limits(
            w,
            ["1 / (1 + exp(−(c − d)))", "1 / (1 + exp(−(c + d)))"],
            [format!("1 / (1 + exp(0 − ({c} − {d})))"), format!("1 / (1 + exp(0 − ({c} + {d})))")],
        );
    }

    fn wilson(&self, w: &mut Working, figure: &Figure) {
        let (p, s) = (self.p, self.symbol);
        let size = p * (1.0 - p) / figure.var;
        let filled = format!("{0} · (1 − {0}) / {1}", fill(p), fill(figure.var));
        w.step(What::EffectiveSize, "n*", &format!("{s}(1 − {s}) / v"), filled, size);
        self.name_size(w);
        let t = self.quantile(w, "t", figure.df);
        let [p, n, t] = [p, size, t].map(fill);
        let side = |sign: &str| {
            format!(
                "({p} + {t}^2 / (2 · {n}) {sign} {t} · √({p} · (1 − {p}) / {n} + {t}^2 / (4 · {n}^2))) \
                 / (1 + {t}^2 / {n})"
            )
        };
        let formula =
            |sign: &str| format!("({s} + t²/(2n*) {sign} t·√({s}(1 − {s})/n* + t²/(4n*²))) / (1 + t²/n*)");
        self.limits(w, [&formula("−"), &formula("+")], [side("−"), side("+")]);
    }

    /// n* of Korn and Graubard.
    fn korn_graubard(&self, w: &mut Working, figure: &Figure, symbol: &str) -> f64 {
        let t = self.quantile(w, "t", figure.df);
        let answers = i64::try_from(figure.n).unwrap_or(i64::MAX) - 1;
        let t_answers = self.quantile(w, "t'", answers);
        let (p, s) = (self.p, self.symbol);
        let size = p * (1.0 - p) / figure.var * (t_answers / t).powi(2);
        let filled = format!(
            "{p} · (1 − {p}) / {v} · ({} / {})^2",
            fill(t_answers),
            fill(t),
            p = fill(p),
            v = fill(figure.var)
        );
        w.step(What::EffectiveSize, symbol, &format!("{s}(1 − {s}) / v · (t' / t)²"), filled, size);
        size
    }

    fn name_size(&self, w: &mut Working) {
        if let Some(field) = &self.names.n_eff {
            w.result(field.clone());
        }
    }

    fn beta(&self, w: &mut Working, size: f64) {
        let tail = fill(self.tail());
        let upper = fill(1.0 - self.tail());
        let [p, n] = [self.p, size].map(fill);
        let s = self.symbol;
        self.limits(
            w,
            [
                &format!("Beta⁻¹(α/2; n_e·{s}; n_e·(1 − {s}) + 1)"),
                &format!("Beta⁻¹(1 − α/2; n_e·{s} + 1; n_e·(1 − {s}))"),
            ],
            [
                format!("Beta⁻¹({tail}; {n} · {p}; {n} · (1 − {p}) + 1)"),
                format!("Beta⁻¹({upper}; {n} · {p} + 1; {n} · (1 − {p}))"),
            ],
        );
    }

    fn kg(&self, w: &mut Working, figure: &Figure) {
        let weights = figure.weights;
        let (sum_w, squares) = (weights.sum_w, weights.sum_w2);
        w.given(What::Excess, "g = Σ w·max(w − 1; 0)", weights.sum_w_excess);
        if weights.complete() {
            w.remark(Remark::Complete);
            let p = fill(self.p);
            self.limits(w, [self.symbol, self.symbol], [p.clone(), p]);
            return;
        }
        if !(-EDGE..=1.0 + EDGE).contains(&self.p) {
            w.remark(Remark::NotShare);
            return;
        }
        let Some(kish) = deff::kish_n_eff(sum_w, squares) else {
            w.remark(Remark::NotComputable);
            return;
        };
        let of_kish = format!("{}^2 / {}", fill(sum_w), fill(squares));
        let (yes, no) = (self.p >= 1.0 - EDGE, self.p <= EDGE);
        if yes || no || figure.var <= 0.0 {
            w.remark(Remark::Kish);
            w.step(What::EffectiveSize, "n_e", "(Σw)² / Σw²", of_kish, kish);
            self.name_size(w);
            let [tail, n] = [self.tail(), kish].map(fill);
            match (yes, no) {
                (true, _) => {
                    self.limits(w, ["(α/2)^(1/n_e)", "1"], [format!("{tail}^(1 / {n})"), "1".to_owned()])
                }
                (_, true) => self.limits(
                    w,
                    ["0", "1 − (α/2)^(1/n_e)"],
                    ["0".to_owned(), format!("1 − {tail}^(1 / {n})")],
                ),
                _ => self.beta(w, kish),
            }
            return;
        }
        let Some(size) = self.found.and_then(|interval| interval.n_eff) else {
            w.remark(Remark::NoFreedom);
            return;
        };
        let raw = self.korn_graubard(w, figure, "n*");
        let (formula, filled, cap) = if weights.fpc {
            let filled = format!("{}^2 / {}", fill(sum_w), fill(weights.sum_w_excess));
            ("(Σw)² / g", filled, sum_w * sum_w / weights.sum_w_excess)
        } else {
            ("(Σw)² / Σw²", of_kish, kish)
        };
        w.step(What::Cap, "n_max", formula, filled, cap);
        let filled = format!("min({}; {})", fill(raw), fill(cap));
        w.step(What::EffectiveSize, "n_e", "min(n*; n_max)", filled, size);
        self.name_size(w);
        self.beta(w, size);
    }

    fn hypergeometric(&self, w: &mut Working, figure: &Figure) {
        let (Some((population, n, yes)), Some(found)) = (figure.simple, self.found) else {
            w.remark(Remark::NotSimple);
            return;
        };
        let whole = population as f64;
        let (low, high) = ((found.lower * whole).round() as u64, (found.upper * whole).round() as u64);
        // P(X ≤ x | D) = P(failures ≥ n − x | N − D).
        let at_least = |marked: u64| interval::at_least(population, marked, n, yes);
        let at_most = |marked: u64| interval::at_least(population, population - marked, n, n - yes);
        let call = |sign: &str, d: u64| format!("P(X {sign} {yes} | N = {population}, D = {d}, n = {n})");
        w.given(What::LowerTail, &call("≥", low), at_least(low));
        if low > yes {
            w.given(What::LowerTailBelow, &call("≥", low - 1), at_least(low - 1));
        }
        w.given(What::UpperTail, &call("≤", high), at_most(high));
        if high < population - (n - yes) {
            w.given(What::UpperTailAbove, &call("≤", high + 1), at_most(high + 1));
        }
        self.limits(
            w,
            ["min{D: P(X ≥ x) > α/2} / N", "max{D: P(X ≤ x) > α/2} / N"],
            [format!("{low} / {population}"), format!("{high} / {population}")],
        );
    }
}

/// The decision against a target; in the results `target`.
pub(super) fn target(
    w: &mut Working,
    of: &Subject<'_>,
    target: Option<Target>,
    path: &str,
) -> Result<(), Error> {
    let Some(Target { value, ci_method, level }) = target else { return Ok(()) };
    check_level(level, &format!("{path}.target.level"))?;
    w.heading(Heading::Target { value });
    let figure = of.figure;
    if let Some(evidence) = evidence(figure.estimate, figure.se(), figure.df, value) {
        let [p, goal, se] = [figure.estimate, value, figure.se()].map(fill);
        let formula = format!("({} − τ) / se", of.symbol);
        w.step(What::TStatistic, "t", &formula, format!("({p} − {goal}) / {se}"), evidence.t)
            .result(of.field("target.t"));
        let (t, df) = (fill(evidence.t), figure.df);
        w.step(What::ProbabilityAbove, "p₊", "P(T ≥ t; df)", format!("P(T ≥ {t}; {df})"), evidence.p_exceeds)
            .result(of.field("target.p_exceeds"));
        w.step(What::ProbabilityBelow, "p₋", "P(T ≤ t; df)", format!("P(T ≤ {t}; {df})"), evidence.p_below)
            .result(of.field("target.p_below"));
    }
    let names = Names { lower: of.field("target.lower"), upper: of.field("target.upper"), n_eff: None };
    interval(w, figure, of.symbol, ci_method, level, &names);
    let found = figure.interval(ci_method, level);
    let decision = Value::Decision(decide(found.as_ref(), value));
    let filled = found.map_or_else(String::new, |interval| {
        let [lower, upper, goal] = [interval.lower, interval.upper, value].map(fill);
        format!("L = {lower}, U = {upper}, τ = {goal}")
    });
    w.push(What::Decision, "", "L ≥ τ: +; U < τ: −", filled, decision).result(of.field("target.decision"));
    Ok(())
}
