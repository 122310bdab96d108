//! `sipas definition show`: the questionnaire that a form gives, for programs (`json`) and for people (`text`).

use std::path::Path;

use clap::ValueEnum;
use i18n_embed_fl::fl;
use serde::Serialize;

use super::files;
use crate::{
    cli::{Failure, language, print},
    definition::{
        Definition,
        message::with_hint,
        model::{Condition, Kind, Text},
        weights,
    },
    language::Lang,
    questionnaire::{Question, Questionnaire},
};

/// Flags of `sipas definition show`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The definition: its id, `id@version` or a file.
    id: String,
    /// The version; absent: the newest.
    #[arg(long)]
    version: Option<String>,
    /// The form.
    #[arg(long)]
    form: String,
    /// For people or for programs.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of names and labels; absent: the definition's first.
    #[arg(long)]
    lang: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// The questionnaire as programs get it.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    version: &'a str,
    form: &'a str,
    /// 0..1.
    target: f64,
    /// The modules of which each respondent is asked some; absent where everybody is asked everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation: Option<ShownRotation<'a>>,
    dimensions: Vec<ShownDimension<'a>>,
    questions: Vec<ShownQuestion<'a>>,
}

#[derive(Serialize)]
struct ShownRotation<'a> {
    /// How many modules each respondent is asked.
    ask: usize,
    /// The probability that a respondent is asked a given module, 0..1.
    probability: f64,
    /// Ids of the modules.
    modules: Vec<&'a str>,
    /// How many choices of modules there are, every one as likely.
    choices: usize,
}

#[derive(Serialize)]
struct ShownDimension<'a> {
    id: String,
    name: &'a str,
    /// Share in the form's index, 0..1.
    weight: f64,
}

#[derive(Serialize)]
struct ShownQuestion<'a> {
    id: &'a str,
    dimension: Option<&'a str>,
    kind: Kind,
    required: bool,
    options: Vec<ShownOption<'a>>,
    asked_if: Option<&'a Condition>,
    /// The module it belongs to; absent where everybody is asked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
}

#[derive(Serialize)]
struct ShownOption<'a> {
    code: &'a str,
    label: &'a str,
}

pub(super) fn run(args: &Args, folder: Option<&Path>) -> Result<(), Failure> {
    let entry = files::find(&args.id, args.version.as_deref(), folder)?;
    let definition = &entry.definition;
    let questionnaire = generate(definition, &args.form)?;
    let words = Words::of(definition, args.lang.as_deref())?;
    let shown = shown(definition, &questionnaire, &words);
    match args.format {
        Format::Json => {
            let json = serde_json::to_string_pretty(&shown).map_err(|e| Failure::Input(e.to_string()))?;
            print(json + "\n");
        }
        Format::Text => print(text(&questionnaire, &shown, &words)),
    }
    Ok(())
}

/// The questionnaire of a form.
pub(super) fn generate(definition: &Definition, form: &str) -> Result<Questionnaire, Failure> {
    Questionnaire::generate(definition, form).ok_or_else(|| {
        let known: Vec<String> = definition.forms.iter().map(|form| form.id.clone()).collect();
        let m = language().messages();
        let words = fl!(m, "definition-no-such-form", id = definition.id.as_str(), form = form);
        Failure::Input(with_hint(language(), words, form, &known))
    })
}

/// The language of names and labels.
struct Words<'a> {
    language: &'a str,
    fallback: &'a str,
}

impl<'a> Words<'a> {
    fn of(definition: &'a Definition, wanted: Option<&'a str>) -> Result<Self, Failure> {
        let fallback = definition.languages.first().map_or("vi", String::as_str);
        let language = wanted.unwrap_or(fallback);
        if definition.languages.iter().any(|known| known == language) {
            return Ok(Self { language, fallback });
        }
        let m = crate::cli::language().messages();
        let id = definition.id.as_str();
        let words = fl!(m, "definition-no-such-language", id = id, language = language);
        Err(Failure::Input(with_hint(crate::cli::language(), words, language, &definition.languages)))
    }

    fn pick<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.language).or_else(|| text.get(self.fallback)).map_or("", String::as_str)
    }
}

fn shown<'a>(definition: &'a Definition, questionnaire: &'a Questionnaire, words: &Words<'_>) -> Shown<'a> {
    let form = weights::form(definition, &questionnaire.form);
    let dimensions = form.map(|form| weights::dimension_weights(definition, form)).unwrap_or_default();
    let name = |id: &str| {
        let dimension = definition.dimensions.iter().find(|dimension| dimension.id == id);
        dimension.map_or("", |dimension| words.pick(&dimension.name))
    };
    Shown {
        id: &questionnaire.id,
        version: &questionnaire.version,
        form: &questionnaire.form,
        target: questionnaire.target,
        rotation: questionnaire.rotation.as_ref().map(|rotation| ShownRotation {
            ask: rotation.ask,
            probability: rotation.probability(),
            modules: rotation.modules.iter().map(|module| module.id.as_str()).collect(),
            choices: questionnaire.variants(),
        }),
        dimensions: dimensions
            .into_iter()
            .map(|d| ShownDimension { name: name(&d.id), id: d.id, weight: d.weight })
            .collect(),
        questions: questionnaire
            .questions
            .iter()
            .map(|question| ShownQuestion {
                id: &question.id,
                dimension: question.dimension.as_deref(),
                kind: question.kind,
                required: question.required,
                options: question
                    .options
                    .iter()
                    .map(|option| ShownOption { code: &option.code, label: words.pick(&option.label) })
                    .collect(),
                asked_if: question.asked_if.as_ref(),
                module: question
                    .module
                    .and_then(|at| questionnaire.rotation.as_ref()?.modules.get(at))
                    .map(|module| module.id.as_str()),
            })
            .collect(),
    }
}

fn text(questionnaire: &Questionnaire, shown: &Shown<'_>, words: &Words<'_>) -> String {
    let lang = language();
    let m = lang.messages();
    let mut lines = vec![
        format!("{} ({} {})", words.pick(&questionnaire.title), shown.id, shown.version),
        fl!(
            m,
            "definition-show-form",
            form = shown.form,
            minutes = questionnaire.minutes.to_string(),
            target = percent(shown.target, lang)
        ),
        String::new(),
        fl!(m, "definition-show-dimensions"),
    ];
    for dimension in &shown.dimensions {
        lines.push(format!("  {:>7}  {}", percent(dimension.weight, lang), dimension.name));
    }
    if let Some(rotation) = &shown.rotation {
        let modules = rotation.modules.len().to_string();
        let words = fl!(
            m,
            "definition-show-rotation",
            ask = rotation.ask.to_string(),
            modules = modules,
            names = rotation.modules.join(", ")
        );
        lines.extend([String::new(), words]);
    }
    let mut section = None;
    for (at, question) in questionnaire.questions.iter().enumerate() {
        if section != Some(question.section) {
            section = Some(question.section);
            let title = questionnaire.sections.get(question.section).map(|s| words.pick(&s.title));
            let module = shown.questions.get(at).and_then(|question| question.module);
            let module = module.map(|name| fl!(m, "definition-show-module", module = name));
            let heading = format!("## {} {}", title.unwrap_or_default(), module.unwrap_or_default());
            lines.extend([String::new(), heading.trim_end().to_owned()]);
        }
        lines.push(String::new());
        lines.push(format!(
            "{}. {} [{}]{}",
            at + 1,
            words.pick(&question.text),
            question.id,
            notes(question, lang)
        ));
        match question.kind {
            Kind::Single | Kind::Multiple => lines.extend(
                question.options.iter().map(|o| format!("   {:>4}  {}", o.code, words.pick(&o.label))),
            ),
            Kind::Text => {
                let length = question.max_length.to_string();
                lines.push(format!("   {}", fl!(m, "definition-show-text", length = length)));
            }
            Kind::Number => lines.push(format!("   {}", fl!(m, "definition-show-number"))),
        }
    }
    lines.join("\n") + "\n"
}

fn notes(question: &Question, lang: Lang) -> String {
    let m = lang.messages();
    let mut notes = Vec::new();
    if question.required {
        notes.push(fl!(m, "definition-show-required"));
    }
    if question.kind == Kind::Multiple {
        notes.push(fl!(m, "definition-show-multiple"));
    }
    if let Some(rule) = &question.asked_if {
        notes.push(fl!(m, "definition-show-asked-if", rule = rule_words(rule, lang)));
    }
    if notes.is_empty() { String::new() } else { format!(" – {}", notes.join("; ")) }
}

fn rule_words(rule: &Condition, lang: Lang) -> String {
    let m = lang.messages();
    let list = |rules: &[Condition], word: String| {
        let rules: Vec<String> = rules
            .iter()
            .map(|rule| match rule {
                Condition::All(_) | Condition::Any(_) => format!("({})", rule_words(rule, lang)),
                _ => rule_words(rule, lang),
            })
            .collect();
        rules.join(&format!(" {word} "))
    };
    match rule {
        Condition::In(part) => {
            let codes = part.codes.join(&format!(" {} ", fl!(m, "definition-show-or")));
            fl!(m, "definition-show-in", question = part.question.as_str(), codes = codes)
        }
        Condition::All(rule) => list(&rule.all, fl!(m, "definition-show-and")),
        Condition::Any(rule) => list(&rule.any, fl!(m, "definition-show-or")),
        Condition::Not(rule) => fl!(m, "definition-show-not", rule = rule_words(&rule.not, lang)),
    }
}

/// A share as people write it: `83,9 %`.
pub(super) fn percent(share: f64, lang: Lang) -> String {
    let number = format!("{:.1}", share * 100.0);
    let number = number.strip_suffix(".0").map_or(number.clone(), str::to_owned);
    let number = if lang == Lang::VI { number.replace('.', ",") } else { number };
    format!("{number} %")
}
