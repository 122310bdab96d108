//! The working of figures in words: [`crate::statistics::explain`] as text, a line for each quantity.

use i18n_embed_fl::fl;

use crate::{
    cli::table::{self, Layout, Side},
    language::Lang,
    schema::code_of,
    statistics::{
        explain::{Cell, Explanation, Heading, Line, Remark, Step, Tabulated, Value, What, number::show},
        suppression::Status,
        target::Decision,
    },
};

/// The whole working.
pub fn text(explanation: &Explanation, lang: Lang) -> String {
    let m = lang.messages();
    let mut text = String::new();
    for analysis in &explanation.analyses {
        if !analysis.design.is_empty() {
            let head = fl!(m, "estimate-explain-weights", analysis = analysis.id.as_str());
            text += &format!("{head}\n{}\n", "═".repeat(head.chars().count()));
            write(&mut text, &analysis.design, lang);
            text.push('\n');
        }
        for estimand in &analysis.estimands {
            let head = fl!(
                m,
                "estimate-explain-head",
                analysis = analysis.id.as_str(),
                key = estimand.key.as_str(),
                kind = estimand.kind
            );
            text += &format!("{head}\n{}\n", "═".repeat(head.chars().count()));
            write(&mut text, &estimand.lines, lang);
            text.push('\n');
        }
    }
    text
}

fn write(text: &mut String, lines: &[Line], lang: Lang) {
    for line in lines {
        match line {
            Line::Heading(heading) => *text += &format!("\n── {}\n", headline(heading, lang)),
            Line::Step(step) => *text += &format!("{}\n", quantity(step, lang)),
            Line::Table(table) => *text += &tabulated(table),
            Line::Remark(found) => {
                *text += &format!("{}\n", remark(found, lang));
                if matches!(found, Remark::Strata { two_stages: true }) {
                    *text += &format!("{}\n", fl!(lang.messages(), "estimate-explain-two-stages"));
                }
            }
        }
    }
}

/// `Standard error: se = √v = √(0.0004) = 0.02`
fn quantity(step: &Step, lang: Lang) -> String {
    let value = match &step.value {
        Value::Number(value) => show(value.unwrap_or(f64::NAN)),
        Value::Decision(decision) => decided(*decision, lang),
        Value::Status(found) => status(*found, lang),
    };
    let sides = [step.symbol.as_str(), &step.formula, &step.filled, &value];
    let mut sides: Vec<&str> = sides.into_iter().filter(|side| !side.is_empty()).collect();
    // A value that is its own formula is said once.
    sides.dedup();
    let joint = if matches!(step.value, Value::Number(_)) { " = " } else { " → " };
    format!("{}: {}", what(step.what, lang), sides.join(joint))
}

fn tabulated(found: &Tabulated) -> String {
    let side = |column: usize| {
        let words = found.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Text(_))));
        if words { Side::Left } else { Side::Right }
    };
    let heading: Vec<(String, Side)> =
        found.columns.iter().enumerate().map(|(at, name)| (name.clone(), side(at))).collect();
    let rows: Vec<Vec<String>> = found.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
    table::render(&heading, &rows, Layout::default())
}

fn what(what: What, lang: Lang) -> String {
    let m = lang.messages();
    match what {
        What::Answers => fl!(m, "estimate-explain-answers"),
        What::SumOfWeights => fl!(m, "estimate-explain-sum-of-weights"),
        What::SumOfSquaredWeights => fl!(m, "estimate-explain-sum-of-squared-weights"),
        What::WeightedSum => fl!(m, "estimate-explain-weighted-sum"),
        What::WeightedSumOfDenominator => fl!(m, "estimate-explain-weighted-sum-of-denominator"),
        What::Mean => fl!(m, "estimate-explain-mean"),
        What::Total => fl!(m, "estimate-explain-total"),
        What::Ratio => fl!(m, "estimate-explain-ratio"),
        What::Component => fl!(m, "estimate-explain-component"),
        What::Composite => fl!(m, "estimate-explain-composite"),
        What::Difference => fl!(m, "estimate-explain-difference"),
        What::Variance => fl!(m, "estimate-explain-variance"),
        What::VarianceFromComponents => fl!(m, "estimate-explain-variance-from-components"),
        What::Covariance => fl!(m, "estimate-explain-covariance"),
        What::StandardError => fl!(m, "estimate-explain-standard-error"),
        What::DegreesOfFreedom => fl!(m, "estimate-explain-degrees-of-freedom"),
        What::SampleVariance => fl!(m, "estimate-explain-sample-variance"),
        What::DesignEffect => fl!(m, "estimate-explain-design-effect"),
        What::DesignEffectWithReplacement => fl!(m, "estimate-explain-design-effect-with-replacement"),
        What::KishDesignEffect => fl!(m, "estimate-explain-kish-design-effect"),
        What::KishSize => fl!(m, "estimate-explain-kish-size"),
        What::LeastWeight => fl!(m, "estimate-explain-least-weight"),
        What::LargestWeight => fl!(m, "estimate-explain-largest-weight"),
        What::TQuantile => fl!(m, "estimate-explain-t-quantile"),
        What::NormalQuantile => fl!(m, "estimate-explain-normal-quantile"),
        What::PowerQuantile => fl!(m, "estimate-explain-power-quantile"),
        What::Logit => fl!(m, "estimate-explain-logit"),
        What::EffectiveSize => fl!(m, "estimate-explain-effective-size"),
        What::Excess => fl!(m, "estimate-explain-excess"),
        What::Cap => fl!(m, "estimate-explain-cap"),
        What::LowerLimit => fl!(m, "estimate-explain-lower-limit"),
        What::UpperLimit => fl!(m, "estimate-explain-upper-limit"),
        What::LowerTail => fl!(m, "estimate-explain-lower-tail"),
        What::LowerTailBelow => fl!(m, "estimate-explain-lower-tail-below"),
        What::UpperTail => fl!(m, "estimate-explain-upper-tail"),
        What::UpperTailAbove => fl!(m, "estimate-explain-upper-tail-above"),
        What::Width => fl!(m, "estimate-explain-width"),
        What::TStatistic => fl!(m, "estimate-explain-t-statistic"),
        What::ProbabilityAbove => fl!(m, "estimate-explain-probability-above"),
        What::ProbabilityBelow => fl!(m, "estimate-explain-probability-below"),
        What::ProbabilityTwoSided => fl!(m, "estimate-explain-probability-two-sided"),
        What::Decision => fl!(m, "estimate-explain-decision"),
        What::Items => fl!(m, "estimate-explain-items"),
        What::ScoreVariance => fl!(m, "estimate-explain-score-variance"),
        What::Alpha => fl!(m, "estimate-explain-alpha"),
        What::SimultaneousLevel => fl!(m, "estimate-explain-simultaneous-level"),
        What::Outside => fl!(m, "estimate-explain-outside"),
        What::Cut => fl!(m, "estimate-explain-cut"),
        What::Share => fl!(m, "estimate-explain-share"),
        What::Coefficient => fl!(m, "estimate-explain-coefficient"),
        What::StandardisedCoefficient => fl!(m, "estimate-explain-standardised-coefficient"),
        What::Intercept => fl!(m, "estimate-explain-intercept"),
        What::RSquared => fl!(m, "estimate-explain-r-squared"),
        What::Lmg => fl!(m, "estimate-explain-lmg"),
        What::Johnson => fl!(m, "estimate-explain-johnson"),
        What::Status => fl!(m, "estimate-explain-status"),
        What::InfiniteSize => fl!(m, "estimate-explain-infinite-size"),
        What::Size => fl!(m, "estimate-explain-size"),
        What::WholeSize => fl!(m, "estimate-explain-whole-size"),
        What::Invited => fl!(m, "estimate-explain-invited"),
    }
}

fn headline(heading: &Heading, lang: Lang) -> String {
    let m = lang.messages();
    match heading {
        Heading::Variance => fl!(m, "estimate-explain-head-variance"),
        Heading::Interval { method, level } => {
            fl!(
                m,
                "estimate-explain-head-interval",
                method = code_of(method),
                level = format!("{} %", show(100.0 * *level))
            )
        }
        Heading::Target { value } => fl!(m, "estimate-explain-head-target", value = show(*value)),
        Heading::Component { name } => fl!(m, "estimate-explain-head-component", name = name.as_str()),
        Heading::Side { name } => fl!(m, "estimate-explain-head-side", name = (*name)),
        Heading::Unit { name } => fl!(m, "estimate-explain-head-unit", name = name.as_str()),
        Heading::Predictor { name } => fl!(m, "estimate-explain-head-predictor", name = name.as_str()),
        Heading::Pairs => fl!(m, "estimate-explain-head-pairs"),
        Heading::Ranks => fl!(m, "estimate-explain-head-ranks"),
        Heading::Pass { number } => fl!(m, "estimate-explain-head-pass", number = (*number)),
        Heading::Request { row, kind } => {
            fl!(m, "estimate-explain-head-request", row = (*row), kind = kind.as_str())
        }
    }
}

fn remark(remark: &Remark, lang: Lang) -> String {
    let m = lang.messages();
    match remark {
        Remark::Rows => fl!(m, "estimate-explain-note-rows"),
        Remark::Influence { z } => fl!(m, "estimate-explain-note-influence", z = z.as_str()),
        Remark::Residuals => fl!(m, "estimate-explain-note-residuals"),
        Remark::Strata { .. } => fl!(m, "estimate-explain-note-strata"),
        Remark::Lonely { rule } => fl!(m, "estimate-explain-note-lonely", rule = code_of(rule)),
        Remark::RoundedToZero => fl!(m, "estimate-explain-note-rounded"),
        Remark::Complete => fl!(m, "estimate-explain-note-complete"),
        Remark::Kish => fl!(m, "estimate-explain-note-kish"),
        Remark::NoFreedom => fl!(m, "estimate-explain-note-no-freedom"),
        Remark::NoInside => fl!(m, "estimate-explain-note-no-inside"),
        Remark::NotShare => fl!(m, "estimate-explain-note-not-share"),
        Remark::NotSolvable => fl!(m, "estimate-explain-note-not-solvable"),
        Remark::TooLong { rows, most } => {
            fl!(m, "estimate-explain-note-too-long", rows = (*rows), most = (*most))
        }
        Remark::SecondStage => fl!(m, "estimate-explain-note-second-stage"),
        Remark::NotSimple => fl!(m, "estimate-explain-note-not-simple"),
        Remark::NotComputable => fl!(m, "estimate-explain-note-not-computable"),
        Remark::Codes => fl!(m, "estimate-explain-note-codes"),
        Remark::Psus => fl!(m, "estimate-explain-note-psus"),
        Remark::Calibration { raked } => {
            fl!(m, "estimate-explain-note-calibration", raked = if *raked { "yes" } else { "no" })
        }
        Remark::BaseWeights => fl!(m, "estimate-explain-note-base-weights"),
        Remark::Regression => fl!(m, "estimate-explain-note-regression"),
        Remark::Subsets => fl!(m, "estimate-explain-note-subsets"),
        Remark::SquareRoot => fl!(m, "estimate-explain-note-square-root"),
        Remark::Holm => fl!(m, "estimate-explain-note-holm"),
        Remark::Ranks { alpha } => fl!(m, "estimate-explain-note-ranks", alpha = show(*alpha)),
        Remark::Rules { min_n, min_n_eff, max_width } => fl!(
            m,
            "estimate-explain-note-rules",
            n = (*min_n),
            size = show(*min_n_eff),
            width = show(*max_width)
        ),
        Remark::NothingOutside => fl!(m, "estimate-explain-note-nothing-outside"),
        Remark::FurtherPasses { passes } => {
            fl!(m, "estimate-explain-note-further-passes", passes = (*passes))
        }
        Remark::Yamane => fl!(m, "estimate-explain-note-yamane"),
    }
}

fn decided(decision: Decision, lang: Lang) -> String {
    let m = lang.messages();
    match decision {
        Decision::Met => fl!(m, "estimate-explain-decision-met"),
        Decision::NotMet => fl!(m, "estimate-explain-decision-not-met"),
        Decision::Undecided => fl!(m, "estimate-explain-decision-undecided"),
    }
}

fn status(status: Status, lang: Lang) -> String {
    let m = lang.messages();
    match status {
        Status::Publish => fl!(m, "estimate-explain-status-publish"),
        Status::Caution => fl!(m, "estimate-explain-status-caution"),
        Status::Suppress => fl!(m, "estimate-explain-status-suppress"),
    }
}
