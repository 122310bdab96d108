//! The page `docs/coverage.md`. Every number on it, and every list of settings, is taken from the outcomes.

use std::fmt::Write as _;

use super::{
    settings::{Design, Group, LEVEL, Scenario, Study},
    simulate::{Kept, Method, Outcome},
};

/// Below this a method fails in a setting: it misses the truth half as often again as it says.
const POOR: f64 = 0.925;

/// From here on a method wastes answers: it misses at most a fifth as often as it says.
const WIDE: f64 = 0.99;

/// Monte-Carlo errors beyond which a difference from the level is none of chance.
const ERRORS: f64 = 3.0;

const HOW: &str = "\
Samples are drawn again and again from populations whose share p is known; the figure and its variance are formed as
`sipas estimate` forms them, and each interval is asked whether it holds p. The code is `examples/coverage_study/`; the
same seed gives the same page, on any number of threads.

- **Coverage**: the share of the intervals that hold the truth; 95 % is what they promise. A sample for which a method
  has no interval counts in “no interval” and not in its coverage.
- **Monte-Carlo error** (the standard error of a coverage c, √(c(1 − c)/samples)): 0.2 points at 95 %, 0.1 at 99 %, 0.3
  at 90 %, 0.5 at 50 %. In the tables below it stands for `kg`.
- **Above**: the share of the intervals that lie wholly above the truth, 2.5 % by promise. If the target is a little
  above the truth, this is how often a unit that has missed it is told “met” (đạt): the error that costs most here.
- **Width**: the mean width in percentage points.
- **All yes**: samples in which everybody who answered was satisfied. There t gives a point, [1, 1], which is false;
  logit, beta and Wilson give nothing; `kg` gives its closed form.
";

const LIMITS: &str = "\
## What this does not show

- Samples here are random. Coverage says nothing of people who choose to answer: no interval does
  ([method.md](method.md), “What the index does not claim”).
- Everybody drawn answers, and the populations are known exactly.
- The settings are ours: other shares between units, other weights, other correlations within communes give other
  numbers. `examples/coverage_study/settings.rs` is the place to try them.
";

/// The page.
pub fn page(study: &Study, outcomes: &[Outcome]) -> String {
    let results: Vec<(&Scenario, &Outcome)> = study.scenarios.iter().zip(outcomes).collect();
    let mut page = format!(
        "# How often the intervals hold the truth\n\nMade by `just coverage-study`: {}.\n\n{HOW}\n",
        study.definition()
    );
    page.push_str(&summary(&results));
    page.push_str(&findings(&results));
    for group in Group::ALL {
        page.push_str(&section(group, &of_group(&results, group)));
    }
    page.push_str(LIMITS);
    page
}

type Results<'a> = [(&'a Scenario, &'a Outcome)];

fn of_group<'a>(results: &Results<'a>, group: Group) -> Vec<(&'a Scenario, &'a Outcome)> {
    results.iter().copied().filter(|(scenario, _)| scenario.group == group).collect()
}

/// The settings of a method that gave intervals.
fn kept<'a>(results: &Results<'a>, method: Method) -> Vec<(&'a Scenario, &'a Kept)> {
    let with_intervals = |(scenario, outcome): &(&'a Scenario, &'a Outcome)| {
        let kept = outcome.of(method);
        (kept.intervals > 0).then_some((*scenario, kept))
    };
    results.iter().filter_map(with_intervals).collect()
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

const fn name(method: Method) -> &'static str {
    match method {
        Method::T => "t (Wald)",
        Method::Logit => "logit",
        Method::Beta => "beta",
        Method::Wilson => "Wilson",
        Method::Kg => "kg",
        Method::Hypergeometric => "exact",
        Method::Index => "index",
    }
}

const fn heading(group: Group) -> &'static str {
    match group {
        Group::Simple => "Simple random samples",
        Group::Finite => "Small known populations",
        Group::Strata => "Ten units of unequal size",
        Group::Heavy => "One heavy unit of two",
        Group::Clusters => "Communes, then persons",
        Group::Poststratified => "Weights adjusted to known groups",
        Group::Composite => "An index of five dimensions",
        Group::Domain => "A part of the persons",
    }
}

const fn about(group: Group) -> &'static str {
    match group {
        Group::Simple => "n persons from very many; no finite population correction.",
        Group::Finite => {
            "n of N persons without replacement, N known. “exact” are the hypergeometric limits, which `sipas estimate` \
             offers for this design alone."
        }
        Group::Strata => {
            "200 to 8,000 persons served by each, the same number drawn from each without replacement, so that weights \
             differ by a factor of 40; the units' shares differ by up to 1.2 on the logit scale."
        }
        Group::Heavy => {
            "A unit of 9,000 and one of 1,000 with the same share; nine in ten answers come from the small one, so that \
             their weights are 1 to 81. If the few answers of the large unit agree, its variance is estimated as zero."
        }
        Group::Clusters => {
            "Communes drawn at random, then persons in them; answers within a commune are correlated (ICC), beta-binomial. \
             Degrees of freedom: communes less one."
        }
        Group::Poststratified => {
            "n of 10,000 without replacement, weights adjusted to four groups of 2,000, 3,500, 3,000 and 1,500 whose shares \
             differ by up to 1.1 on the logit scale."
        }
        Group::Composite => {
            "Sixteen items in five dimensions (3, 4, 3, 3, 3), two items of one person correlated by 0.4; the items of the \
             last dimension are asked of everybody or of 30 %. p is the index. “index” is what the report gives dimensions, \
             parts and the index: logit, and `kg` where the variance is zero. `kg` itself takes the index for a share, whose \
             variance cannot be smaller than that of sixteen equal answers a person: that is too wide."
        }
        Group::Domain => {
            "A field of procedure, say: part of the persons of the same ten units (no finite population correction), from \
             half of the mean rate in the smallest unit to one and a half times it in the largest. How many of the sample \
             belong to it is left to chance; the others stay in the design as zeros."
        }
    }
}

/// By heading and method: the lowest, middle and highest coverage, and the most intervals above the truth.
fn summary(results: &Results<'_>) -> String {
    let methods = Method::ALL;
    let mut text = "## In short\n\nCoverage in %, lowest – middle – highest over the settings under a heading; then the \
                    largest share above the truth.\n\n|"
        .to_owned();
    methods.iter().for_each(|method| {
        let _ = write!(text, " | {}", name(*method));
    });
    text.push_str(" |\n|---");
    methods.iter().for_each(|_| text.push_str("|---"));
    text.push_str("|\n");
    for group in Group::ALL {
        let of_group = of_group(results, group);
        let _ = write!(text, "| {}", heading(group));
        for method in methods {
            let kept = kept(&of_group, method);
            let mut coverage: Vec<f64> = kept.iter().map(|(_, kept)| kept.coverage()).collect();
            coverage.sort_by(f64::total_cmp);
            let above = kept.iter().map(|(_, kept)| kept.share_above()).fold(0.0, f64::max);
            match (coverage.first(), coverage.get(coverage.len() / 2), coverage.last()) {
                (Some(low), Some(middle), Some(high)) => {
                    let [low, middle, high, above] = [*low, *middle, *high, above].map(percent);
                    let _ = write!(text, " | {low} – {middle} – {high}; {above}");
                }
                _ => text.push_str(" |"),
            }
        }
        text.push_str(" |\n");
    }
    text.push('\n');
    text
}

/// What the numbers say, in words that are made of them.
fn findings(results: &Results<'_>) -> String {
    let (index, shares): (Vec<_>, Vec<_>) =
        results.iter().copied().partition(|(scenario, _)| scenario.group == Group::Composite);
    let mut text = "## Where an interval says too much, or too little\n\nHow many settings; “beyond chance”: by more than \
                    three Monte-Carlo errors.\n\n| | of | below 95 % beyond chance | below 92.5 % | 99 % or more | above \
                    the truth in more than 5 % |\n|---|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for (what, results) in [("shares", &shares), ("index", &index)] {
        for method in Method::ALL {
            let kept = kept(results, method);
            let count = |holds: &dyn Fn(&Kept) -> bool| kept.iter().filter(|(_, kept)| holds(kept)).count();
            if kept.is_empty() {
                continue;
            }
            let _ = writeln!(
                text,
                "| {what}: {} | {} | {} | {} | {} | {} |",
                name(method),
                kept.len(),
                count(&falls_short),
                count(&|kept| kept.coverage() < POOR),
                count(&|kept| kept.coverage() >= WIDE),
                count(&|kept| kept.share_above() > 0.05),
            );
        }
    }
    text.push_str(&settings_of("`kg`, the interval of every published share,", &kept(&shares, Method::Kg)));
    text.push_str(&settings_of(
        "“index”, the interval of a published dimension, part or index,",
        &kept(&index, Method::Index),
    ));
    text.push_str(&by_dissatisfied(&index));
    text
}

/// The coverage of the index by how many persons' worth of dissatisfaction a sample has.
fn by_dissatisfied(index: &Results<'_>) -> String {
    let mut text = "\nThe index fails where dissatisfaction is rare in the sample: a dissatisfied person is dissatisfied with \
                    much at once, so that a few persons decide, and without them the variance is estimated too small. By \
                    n(1 − p), the persons' worth of dissatisfaction that is expected in a sample of n, lowest coverage and \
                    most above the truth of “index”, %:\n\n| n(1 − p) | coverage at least | above at most |\n|---|--:|--:|\n"
        .to_owned();
    let expected = |scenario: &Scenario| match scenario.design {
        Design::Composite { n, .. } => (n as f64 * (1.0 - scenario.share) * 1e6).round() / 1e6,
        _ => f64::NAN,
    };
    for (name, low, high) in [
        ("less than 2", 0.0, 2.0),
        ("2 to less than 5", 2.0, 5.0),
        ("5 to less than 10", 5.0, 10.0),
        ("10 to less than 30", 10.0, 30.0),
        ("30 or more", 30.0, f64::INFINITY),
    ] {
        let here = index.iter().filter(|(scenario, _)| (low..high).contains(&expected(scenario)));
        let kept: Vec<&Kept> = here.map(|(_, outcome)| outcome.of(Method::Index)).collect();
        let lowest = kept.iter().map(|kept| kept.coverage()).fold(f64::INFINITY, f64::min);
        let above = kept.iter().map(|kept| kept.share_above()).fold(0.0, f64::max);
        if !kept.is_empty() {
            let _ = writeln!(text, "| {name} | {} | {} |", percent(lowest), percent(above));
        }
    }
    text.push('\n');
    text
}

/// Where a method covers less than it says, and where far more.
fn settings_of(what: &str, kept: &[(&Scenario, &Kept)]) -> String {
    let short: String = kept
        .iter()
        .filter(|(_, kept)| falls_short(kept))
        .map(|(scenario, kept)| {
            let [coverage, error, above] = [kept.coverage(), kept.error(), kept.share_above()].map(percent);
            let place = heading(scenario.group);
            format!("- {place}, {}: {coverage} ± {error}, above {above}\n", scenario.name())
        })
        .collect();
    let mut text = if short.is_empty() {
        format!("\nIn no setting does {what} cover less than 95 % beyond chance.\n")
    } else {
        format!("\nWhere {what} covers less than 95 % beyond chance:\n\n{short}")
    };
    let wide: Vec<&Scenario> =
        kept.iter().filter(|(_, kept)| kept.coverage() >= WIDE).map(|(scenario, _)| *scenario).collect();
    if !wide.is_empty() {
        let _ = write!(text, "\nWhere it covers 99 % or more, and so asks for more answers than needed:\n\n");
        for group in Group::ALL {
            let here: Vec<String> = wide.iter().filter(|s| s.group == group).map(|s| s.name()).collect();
            if !here.is_empty() {
                let _ = writeln!(text, "- {}: {}", heading(group), here.join("; "));
            }
        }
    }
    text
}

/// Whether a method covers less than the level, by more than chance.
fn falls_short(kept: &Kept) -> bool {
    kept.coverage() + ERRORS * kept.error() < LEVEL
}

fn section(group: Group, results: &Results<'_>) -> String {
    let mut text =
        format!("## {}\n\n{}\n\nCoverage, %; above, %; width, points.\n\n", heading(group), about(group));
    let methods: Vec<Method> =
        Method::ALL.into_iter().filter(|m| results.iter().any(|(s, _)| m.is_for(&s.design))).collect();
    text.push_str("| | all yes, % | no interval, %");
    methods.iter().for_each(|method| {
        let _ = write!(text, " | {}", name(*method));
    });
    text.push_str(" | ± kg |\n|---|--:|--:");
    methods.iter().for_each(|_| text.push_str("|--:"));
    text.push_str("|--:|\n");
    results.iter().for_each(|(scenario, outcome)| text.push_str(&row(scenario, outcome)));
    text.push('\n');
    text
}

/// A row of a table: one setting.
pub fn row(scenario: &Scenario, outcome: &Outcome) -> String {
    let samples = outcome.samples as f64;
    let none = |method: Method| percent((outcome.samples - outcome.of(method).intervals) as f64 / samples);
    // t and kg have one wherever there are degrees of freedom; the others have not at p = 0 and 1 either.
    let mut text = format!(
        "| {} | {} | {}",
        scenario.name(),
        percent(outcome.unanimous as f64 / samples),
        none(Method::Logit)
    );
    for method in Method::ALL.into_iter().filter(|method| method.is_for(&scenario.design)) {
        let kept = outcome.of(method);
        if kept.intervals == 0 {
            text.push_str(" | –");
            continue;
        }
        let above = kept.share_above();
        let _ = write!(
            text,
            " | {}; {}; {}",
            percent(kept.coverage()),
            percent(above),
            percent(kept.mean_width())
        );
    }
    let _ = writeln!(text, " | {:.2} |", 100.0 * outcome.of(Method::Kg).error());
    text
}
