//! `sipas plan sample`: how many answers are needed, and from whom.

use std::path::PathBuf;

use clap::ValueEnum;
use i18n_embed_fl::fl;
use serde_json::json;

use super::{exponent, needs, not_with, only_with, positive, rate, read, refused, share};
use crate::{
    cli::{
        Failure, language, print, say,
        table::{self, Layout},
    },
    language::Lang,
    report::format,
    sampling::{
        allocation::Rule,
        plan::{self, Allocation, Method, Plan, Planned, State, Wishes},
        precision::Test,
        sheet::Sheet,
        units::{self, Defaults, Scale, Units},
    },
};

/// Flags of `sipas plan sample`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The units: CSV with the columns unit and population (N), and if known name, share (p), deff, response_rate, sd, cost;
    /// or in Vietnamese: mã, tổng thể, tên, tỷ lệ, hiệu ứng thiết kế, tỷ lệ trả lời, độ lệch chuẩn, chi phí.
    #[arg(long, value_name = "FILE.csv")]
    units: PathBuf,
    /// Half the width of the interval, such as 0.03 or 3%. [default: 0.03, or none with --power-against]
    #[arg(long, value_parser = positive)]
    margin: Option<f64>,
    /// The level of the interval, two-sided.
    #[arg(long, default_value = "0.95", value_parser = share)]
    level: f64,
    /// The expected share where the file gives none; 0.5 needs the most answers.
    #[arg(long, default_value = "0.5", value_parser = share)]
    share: f64,
    /// The design effect where the file gives none.
    #[arg(long, default_value = "1", value_parser = positive)]
    deff: f64,
    /// The share of the invited who answer, where the file gives none.
    #[arg(long, default_value = "1", value_parser = rate)]
    response_rate: f64,
    /// A target to be shown to be exceeded, such as 0.90.
    #[arg(long, value_name = "TARGET", value_parser = share, requires = "truth")]
    power_against: Option<f64>,
    /// The true share at which the test should succeed, such as 0.92.
    #[arg(long = "true", value_name = "SHARE", value_parser = share, requires = "power_against")]
    truth: Option<f64>,
    /// How often the test should then succeed. [default: 0.80]
    #[arg(long, value_parser = share, requires = "power_against")]
    power: Option<f64>,
    /// The formula.
    #[arg(long, value_enum, default_value_t = Formula::Cochran)]
    method: Formula,
    /// How answers are shared out.
    #[arg(long, value_enum, default_value_t = By::Each)]
    allocation: By,
    /// The exponent of the power allocation, from 0 (equal) to 1 (proportional). [default: 0.5]
    #[arg(long)]
    exponent: Option<f64>,
    /// The total to share out. [default: the smallest with which the province reaches the goal]
    #[arg(long, value_name = "N")]
    total: Option<u64>,
    /// The least number of answers of a unit; two are needed for a variance.
    #[arg(long, value_name = "N", default_value_t = 2)]
    minimum: u64,
    /// The shape of the output.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Formula {
    /// For the margin at the level, with finite population and design effect (Cochran 1977).
    Cochran,
    /// N/(1 + N·e²) (Yamane 1967); the output says what it assumes.
    Yamane,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Every unit gets what it needs to reach the goal by itself.
    Each,
    /// A total: the same for every unit.
    Equal,
    /// A total: in proportion to population.
    Proportional,
    /// A total: population × standard deviation × √deff ÷ √cost.
    Neyman,
    /// A total: population to a power (square root by default).
    Power,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For readers.
    Table,
    /// For spreadsheets, and for `sipas plan draw --plan`.
    Csv,
    /// `sipas.plan/1`.
    Json,
}

/// Prints the plan.
///
/// # Errors
/// As [`super::run`].
pub fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    let wishes = wishes(args)?;
    let sheet = Sheet::read(&read(&args.units)?).map_err(|problems| refused(&args.units, &problems))?;
    let defaults = Defaults { share: args.share, deff: args.deff, response_rate: args.response_rate };
    let units = units::read(&sheet, &defaults).map_err(|problems| refused(&args.units, &problems))?;
    if let (Scale::Share, Some(margin)) = (units.scale, wishes.margin.filter(|margin| *margin >= 1.0)) {
        let margin = margin.to_string();
        return Err(Failure::Usage(fl!(lang.messages(), "plan-margin-above-one", margin = margin)));
    }
    let plan = plan::plan(&units, &wishes).map_err(|problem| refused(&args.units, &[problem]))?;
    if !units.unused.is_empty() {
        let columns = units.unused.join(", ");
        say(fl!(lang.messages(), "plan-unused-columns", columns = columns));
    }
    let words = Words { lang, scale: units.scale, wishes: &wishes, plan: &plan };
    match args.format {
        Format::Table => {
            print(words.table());
            print("\n");
            words.notes().iter().for_each(|note| print(format!("{note}\n")));
        }
        Format::Csv => {
            print(csv(&plan));
            words.notes().iter().for_each(say);
        }
        Format::Json => print(words.json(args, &units)?),
    }
    Ok(())
}

fn wishes(args: &Args) -> Result<Wishes, Failure> {
    let test = match (args.power_against, args.truth) {
        (Some(target), Some(truth)) if truth > target => {
            Some(Test { target, truth, power: args.power.unwrap_or(0.8) })
        }
        (Some(_), Some(_)) => {
            return Err(Failure::Usage(fl!(language().messages(), "plan-true-above-target")));
        }
        (Some(_), None) => return Err(needs("--power-against", "--true")),
        _ => None,
    };
    let method = match args.method {
        Formula::Yamane if test.is_some() => return Err(not_with("--power-against", "--method yamane")),
        Formula::Yamane => Method::Yamane,
        Formula::Cochran => Method::Cochran,
    };
    if args.exponent.is_some() && args.allocation != By::Power {
        return Err(only_with("--exponent", "--allocation power"));
    }
    let rule = match args.allocation {
        By::Each if args.total.is_some() => return Err(not_with("--total", "--allocation each")),
        By::Each => None,
        By::Equal => Some(Rule::Equal),
        By::Proportional => Some(Rule::Proportional),
        By::Neyman => Some(Rule::Neyman),
        By::Power => Some(Rule::Power(exponent(args.exponent)?)),
    };
    Ok(Wishes {
        method,
        margin: if test.is_some() { args.margin } else { Some(args.margin.unwrap_or(0.03)) },
        level: args.level,
        test,
        allocation: rule.map_or(Allocation::Each, |rule| Allocation::Total { rule, total: args.total }),
        minimum: args.minimum,
    })
}

/// The plan in a language.
struct Words<'a> {
    lang: Lang,
    scale: Scale,
    wishes: &'a Wishes,
    plan: &'a Plan,
}

impl Words<'_> {
    /// A margin, rounded up so that it is never told smaller than it is.
    fn margin(&self, margin: f64) -> String {
        match self.scale {
            Scale::Share => {
                let points = (margin * 10_000.0 - 1e-6).ceil() / 10_000.0;
                format::percent(self.lang, points.max(0.0))
            }
            Scale::Mean => format::decimal(self.lang, ((margin * 1000.0 - 1e-6).ceil() / 1000.0).max(0.0), 3),
        }
    }

    fn wished(&self, margin: f64) -> String {
        match self.scale {
            Scale::Share => format::percent_short(self.lang, margin),
            Scale::Mean => format::decimal(self.lang, margin, 3),
        }
    }

    fn state(&self, unit: &Planned) -> String {
        let m = self.lang.messages();
        match unit.state {
            State::Census => fl!(m, "plan-state-census"),
            State::TooFew => fl!(m, "plan-state-too-few"),
            State::Sample | State::InviteAll if self.is_yamane() && !unit.reaches => {
                fl!(m, "plan-state-misses")
            }
            State::InviteAll => fl!(m, "plan-state-invite-all"),
            State::Sample => String::new(),
        }
    }

    fn is_yamane(&self) -> bool {
        self.wishes.method == Method::Yamane
    }

    fn table(&self) -> String {
        use table::Side::{Left, Right};
        let (m, lang) = (self.lang.messages(), self.lang);
        let named = self.plan.units.iter().any(|unit| !unit.name.is_empty());
        let tested = self.wishes.test.is_some();
        let heading = [
            (true, fl!(m, "plan-column-unit"), Left),
            (named, fl!(m, "plan-column-name"), Left),
            (true, fl!(m, "plan-column-population"), Right),
            (true, fl!(m, "plan-column-needed"), Right),
            (true, fl!(m, "plan-column-answers"), Right),
            (true, fl!(m, "plan-column-invite"), Right),
            (true, fl!(m, "plan-column-margin"), Right),
            (tested, fl!(m, "plan-column-power"), Right),
            (true, fl!(m, "plan-column-weight"), Right),
            (true, fl!(m, "plan-column-state"), Left),
        ];
        let count = |number| format::count(lang, number);
        let power = |power: Option<f64>| power.map_or_else(String::new, |p| format::decimal(lang, p, 3));
        let keep = |cells: [String; 10]| -> Vec<String> {
            heading.iter().zip(cells).filter(|((shown, ..), _)| *shown).map(|(_, cell)| cell).collect()
        };
        let mut rows: Vec<Vec<String>> = self
            .plan
            .units
            .iter()
            .map(|unit| {
                keep([
                    unit.unit.clone(),
                    unit.name.clone(),
                    count(unit.population),
                    count(unit.needed),
                    count(unit.answers),
                    count(unit.invite),
                    format!("±{}", self.margin(unit.margin)),
                    power(unit.power),
                    format::decimal(lang, unit.weight, 2),
                    self.state(unit),
                ])
            })
            .collect();
        let total = &self.plan.total;
        rows.push(keep([
            fl!(m, "plan-province"),
            String::new(),
            count(total.population),
            count(total.needed),
            count(total.answers),
            count(total.invite),
            format!("±{}", self.margin(total.margin)),
            power(total.power),
            String::new(),
            String::new(),
        ]));
        let shown: Vec<(String, table::Side)> = heading
            .iter()
            .filter(|(shown, ..)| *shown)
            .map(|(_, name, side)| (name.clone(), *side))
            .collect();
        table::render(&shown, &rows, Layout { elastic: Some(usize::from(named)), total: true })
    }

    /// What a reader must know beside the numbers.
    fn notes(&self) -> Vec<String> {
        let (m, lang, plan) = (self.lang.messages(), self.lang, self.plan);
        let count = |number| format::count(lang, number);
        let mut notes = Vec::new();
        let level = format::percent_short(lang, self.wishes.level);
        if let Some(margin) = self.wishes.margin {
            let margin = self.wished(margin);
            notes.push(if self.is_yamane() {
                fl!(m, "plan-note-yamane", margin = margin)
            } else {
                fl!(m, "plan-goal-margin", margin = margin, level = level.clone())
            });
        }
        if let Some(test) = self.wishes.test {
            notes.push(fl!(
                m,
                "plan-goal-test",
                target = format::percent_short(lang, test.target),
                power = format::percent_short(lang, test.power),
                truth = format::percent_short(lang, test.truth),
                level = level
            ));
        }
        match self.wishes.allocation {
            Allocation::Each if self.is_yamane() => {}
            Allocation::Each => notes.push(fl!(m, "plan-allocation-each")),
            Allocation::Total { rule, total } => {
                notes.push(match rule {
                    Rule::Equal => fl!(m, "plan-allocation-equal"),
                    Rule::Proportional => fl!(m, "plan-allocation-proportional"),
                    Rule::Neyman => fl!(m, "plan-allocation-neyman"),
                    Rule::Power(exponent) => {
                        let exponent = format::decimal(lang, exponent, 2);
                        fl!(m, "plan-allocation-power", exponent = exponent)
                    }
                });
                let answers = count(plan.total.answers);
                if total.is_some() {
                    notes.push(fl!(m, "plan-total-given", answers = answers));
                } else if self.is_yamane() {
                    notes.push(fl!(m, "plan-total-yamane", answers = answers));
                } else if plan.total.reaches {
                    notes.push(fl!(m, "plan-total-found", answers = answers));
                }
            }
        }
        notes.push(fl!(
            m,
            "plan-note-summary",
            reaching = count(plan.total.units_reaching as u64),
            units = count(plan.units.len() as u64),
            effect = format::decimal(lang, plan.total.weighting_effect, 2)
        ));
        if self.wishes.margin.is_some_and(|margin| plan.total.margin > margin * (1.0 + 1e-12)) {
            let margin = self.margin(plan.total.margin);
            notes.push(fl!(m, "plan-note-province-misses", margin = margin));
        }
        if let (Some(test), Some(power)) = (self.wishes.test, plan.total.power)
            && power < test.power - 1e-12
        {
            let power = format::decimal(lang, power, 3);
            notes.push(fl!(m, "plan-note-province-misses-test", power = power));
        }
        for unit in &plan.units {
            let name = if unit.name.is_empty() { &unit.unit } else { &unit.name };
            let (name, population) = (name.as_str(), count(unit.population));
            let (answers, asked) = (count(unit.answers), count(unit.asked));
            match unit.state {
                State::Sample => {}
                State::Census => {
                    notes.push(fl!(m, "plan-note-census", unit = name, population = population));
                }
                State::InviteAll => notes.push(fl!(
                    m,
                    "plan-note-invite-all",
                    unit = name,
                    population = population,
                    answers = answers
                )),
                State::TooFew => notes.push(fl!(
                    m,
                    "plan-note-too-few",
                    unit = name,
                    population = population,
                    answers = answers,
                    needed = asked,
                    margin = self.margin(unit.margin)
                )),
            }
        }
        if plan.total.invite > plan.total.answers {
            notes.push(fl!(m, "plan-note-response"));
        }
        notes
    }

    fn json(&self, args: &Args, units: &Units) -> Result<String, Failure> {
        let allocation = match self.wishes.allocation {
            Allocation::Each => json!({ "rule": "each" }),
            Allocation::Total { rule, total } => {
                let exponent = if let Rule::Power(exponent) = rule { Some(exponent) } else { None };
                let name = args.allocation.to_possible_value().map(|value| value.get_name().to_owned());
                json!({ "rule": name, "exponent": exponent, "total": total })
            }
        };
        let scale = match units.scale {
            Scale::Share => "share",
            Scale::Mean => "mean",
        };
        let test = self
            .wishes
            .test
            .map(|test| json!({ "target": test.target, "true": test.truth, "power": test.power }));
        let value = json!({
            "schema": "sipas.plan/1",
            "method": self.wishes.method,
            "scale": scale,
            "level": self.wishes.level,
            "margin": self.wishes.margin,
            "test": test,
            "allocation": allocation,
            "minimum": self.wishes.minimum,
            "units": self.plan.units,
            "total": self.plan.total,
            "notes": self.notes(),
        });
        let text = serde_json::to_string_pretty(&value).map_err(|error| Failure::Input(error.to_string()))?;
        Ok(text + "\n")
    }
}

/// The plan as CSV for programs and spreadsheets: the names of `sipas.plan/1`, numbers unrounded, the province last.
#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
fn csv(plan: &Plan) -> String {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record([
            "level",
            "unit",
            "name",
            "population",
            "needed",
            "answers",
            "invite",
            "margin",
            "reaches",
            "weight",
            "power",
            "state",
            "weighting_effect",
        ])
        .expect("a header");
    let text = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    for unit in &plan.units {
        let state = match unit.state {
            State::Sample => "sample",
            State::Census => "census",
            State::InviteAll => "invite_all",
            State::TooFew => "too_few",
        };
        writer
            .write_record([
                "unit",
                &unit.unit,
                &unit.name,
                &unit.population.to_string(),
                &unit.needed.to_string(),
                &unit.answers.to_string(),
                &unit.invite.to_string(),
                &unit.margin.to_string(),
                &unit.reaches.to_string(),
                &unit.weight.to_string(),
                &text(unit.power),
                state,
                "",
            ])
            .expect("a row");
    }
    let total = &plan.total;
    writer
        .write_record([
            "province",
            "",
            "",
            &total.population.to_string(),
            &total.needed.to_string(),
            &total.answers.to_string(),
            &total.invite.to_string(),
            &total.margin.to_string(),
            &total.reaches.to_string(),
            "",
            &text(total.power),
            "",
            &total.weighting_effect.to_string(),
        ])
        .expect("a row");
    String::from_utf8(writer.into_inner().expect("memory")).expect("what was written is text")
}
