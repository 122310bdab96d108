//! The variables of a file, in its order: design, traits, answers.

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use crate::{
    definition::model::{Audience, Kind as Asked},
    index::design::Item,
    organisation::{Channel, Mode},
    questionnaire::{Question, Questionnaire},
};

use super::{
    super::{
        anonymity::WITHHELD,
        codebook::{Code, ItemPlace, Kind, Missing, Role, Variable},
    },
    Column, Layout, Source,
    chosen::ranked,
    settled::TraitOf,
    told::Combinations,
    words::{channel_name, code, missing_codes, mode_name, options, possible, withheld},
};

/// Names that SPSS keeps for itself.
const RESERVED: [&str; 13] =
    ["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

impl Layout {
    fn add(&mut self, column: Column, variable: Variable) {
        self.add_with(column, variable, Vec::new());
    }

    /// Adds a variable that is withheld with any of the traits at these positions in the key.
    fn add_with(&mut self, column: Column, mut variable: Variable, with: Vec<usize>) {
        let taken = |name: &str| self.codebook.variables.iter().any(|v| v.name.eq_ignore_ascii_case(name));
        variable.name = variable_name(&variable.name, taken);
        self.codebook.variables.push(variable);
        self.columns.push(column);
        self.with.push(with);
    }

    /// How each row was sampled and what it stands for; so many levels of margins.
    pub(super) fn design_variables(&mut self, source: &Source<'_>, levels: usize) {
        let m = source.lang.messages();
        let plain = |name: &str, label, kind| Variable::plain(name, label, kind, Vec::new());
        let nominal = |name: &str, label, codes| Variable::plain(name, label, Kind::Nominal, codes);
        let longest = |texts: &[String]| texts.iter().map(String::len).max().unwrap_or(1).clamp(1, 255);
        let strata = self.codebook.strata.iter();
        let codes = strata.map(|stratum| code(stratum.number, stratum.name.clone())).collect();
        self.add(Column::Stratum, nominal("stratum", fl!(m, "microdata-stratum"), codes));
        let unit = plain("unit", fl!(m, "microdata-unit"), Kind::Text(longest(&self.units)));
        self.add(Column::Unit, unit);
        if self.groups.iter().any(|group| !group.is_empty()) {
            let group = plain("rater_group", fl!(m, "microdata-group"), Kind::Text(longest(&self.groups)));
            self.add(Column::Group, group);
            self.add(Column::Cluster, plain("cluster", fl!(m, "microdata-cluster"), Kind::Nominal));
        }
        self.add(Column::Weight, plain("weight", fl!(m, "microdata-weight"), Kind::Number));
        self.add(Column::BaseWeight, plain("weight_base", fl!(m, "microdata-weight-base"), Kind::Number));
        self.add(Column::Population, plain("population", fl!(m, "microdata-population"), Kind::Number));
        for at in 0..levels {
            let number: usize = at + 1;
            let label = fl!(m, "microdata-level", number = number);
            let none = code(0, fl!(m, "microdata-level-none"));
            let codes = vec![none, withheld(source.lang, Missing::PLAIN)];
            self.add(Column::Level(at), nominal(&format!("margin_{number}"), label, codes));
        }
        let modules = self.traits.questionnaire.rotation.clone().map(|of| of.modules).unwrap_or_default();
        for (at, module) in modules.into_iter().enumerate() {
            let title = source.lang.pick(&module.title).to_owned();
            let label = fl!(m, "microdata-module", module = title);
            let codes = vec![code(0, fl!(m, "microdata-no")), code(1, fl!(m, "microdata-yes"))];
            let asked = nominal(&format!("module_{}", module.id), label, codes);
            self.add(Column::Module(at), Variable { module: Some(module.id), ..asked });
        }
    }

    /// What somebody could be recognised by, as far as it is told.
    pub(super) fn trait_variables(&mut self, source: &Source<'_>, combinations: &Combinations) {
        let lang = source.lang;
        for (position, of) in (1..).zip(self.traits.order.clone()) {
            let used: BTreeSet<i32> =
                combinations.values(position).filter(|value| *value != WITHHELD).collect();
            let top = combinations.tops.get(position).copied().flatten();
            let Some(plain) = self.trait_variable(source, of, top, &used) else { continue };
            let missing = self.traits.missing_of(position);
            let withheld_rows = combinations.rows(|key| key.get(position) == Some(&WITHHELD));
            let mut codes = plain.codes;
            codes.extend(missing_codes(lang, missing).into_iter().filter(|code| used.contains(&code.value)));
            if withheld_rows > 0 {
                codes.push(withheld(lang, missing));
            }
            let variable = Variable { role: Role::Trait, codes, withheld: withheld_rows, ..plain };
            self.add(Column::Trait(position), variable);
        }
    }

    /// A trait with the codes of those who said something: numbers up to `top`, of some traits only the codes `used`.
    fn trait_variable(
        &self,
        source: &Source<'_>,
        of: TraitOf,
        top: Option<i32>,
        used: &BTreeSet<i32>,
    ) -> Option<Variable> {
        let (m, lang) = (source.lang.messages(), source.lang);
        let nominal = |name: &str, label, codes| Variable::plain(name, label, Kind::Nominal, codes);
        Some(match of {
            TraitOf::Question(at) => {
                let questionnaire = &self.traits.questionnaire;
                let asked = questionnaire.questions.get(at)?;
                let (kind, codes) = if asked.kind == Asked::Number {
                    let top = top.map(|top| code(top, fl!(m, "microdata-top", number = top)));
                    (Kind::Count, top.into_iter().collect())
                } else {
                    let mut codes = options(asked, None, lang);
                    codes.retain(|code| !code.missing || used.contains(&code.value));
                    (Kind::Nominal, codes)
                };
                Variable {
                    question: Some(lang.pick(&asked.text).to_owned()),
                    module: module_of(questionnaire, asked),
                    ..Variable::plain(&asked.id, lang.pick(&asked.name).to_owned(), kind, codes)
                }
            }
            TraitOf::Channel => {
                let codes = Channel::ALL.iter().map(|channel| Code {
                    source: Some(channel.code().to_owned()),
                    ..code(i32::from(channel.byte()) + 1, channel_name(lang, *channel))
                });
                let codes = codes.filter(|code| used.contains(&code.value)).collect();
                nominal("channel", fl!(m, "microdata-channel"), codes)
            }
            TraitOf::Counter => {
                let counters = source.places.iter().filter_map(|place| place.counter.as_ref());
                let codes = (1..).zip(counters).filter(|(number, _)| used.contains(number));
                let codes = codes.map(|(number, (own, name))| Code {
                    source: Some(own.clone()),
                    ..code(number, name.clone())
                });
                nominal("counter", fl!(m, "microdata-counter"), codes.collect())
            }
            TraitOf::Month => Variable::plain("month", fl!(m, "microdata-month"), Kind::Ordinal, Vec::new()),
            TraitOf::Mode => {
                let codes = Mode::ASKED.iter().map(|mode| Code {
                    source: Some(mode.code().to_owned()),
                    ..code(i32::from(mode.byte()), mode_name(lang, *mode))
                });
                nominal("mode", fl!(m, "microdata-mode"), codes.collect())
            }
            TraitOf::Language => {
                let codes = (1..)
                    .zip(&self.traits.languages)
                    .map(|(number, own)| Code { source: Some(own.clone()), ..code(number, own.clone()) });
                nominal("language", fl!(m, "microdata-language"), codes.collect())
            }
        })
    }

    /// What was answered, in the index and beside it.
    pub(super) fn answer_variables(&mut self, source: &Source<'_>, combinations: &Combinations) {
        let (m, lang) = (source.lang.messages(), source.lang);
        let questionnaire = self.traits.questionnaire.clone();
        let officials = source.definition.audience == Audience::Officials;
        for (at, question) in questionnaire.questions.iter().enumerate() {
            if self.traits.position(at).is_some() {
                continue;
            }
            let item = source.design.items.iter().find(|item| item.question == at);
            // Of few officials who know each other, what the report does not show is not told.
            if item.is_none() && officials {
                continue;
            }
            let with = self.traits.deciding(at);
            let is_withheld = |key: &[i32]| with.iter().any(|position| key.get(*position) == Some(&WITHHELD));
            let withheld_rows = combinations.rows(is_withheld);
            let variable = |name: &str, label: String, kind: Kind, mut codes: Vec<Code>| {
                if withheld_rows > 0 {
                    codes.push(withheld(lang, Missing::PLAIN));
                }
                Variable {
                    question: Some(lang.pick(&question.text).to_owned()),
                    role: if item.is_some() { Role::Item } else { Role::Answer },
                    withheld: withheld_rows,
                    module: module_of(&questionnaire, question),
                    item: item.map(|item| place(question, item)),
                    ..Variable::plain(name, label, kind, codes)
                }
            };
            let name = lang.pick(&question.name);
            let none = possible(&questionnaire, question, lang);
            match question.kind {
                Asked::Single => {
                    let mut codes = options(question, item, lang);
                    codes.extend(none);
                    let kind = if ranked(question) { Kind::Ordinal } else { Kind::Nominal };
                    let single = variable(&question.id, name.to_owned(), kind, codes);
                    self.add_with(Column::Single(at), single, with);
                }
                Asked::Multiple => {
                    let blank = Missing::PLAIN.blank();
                    for (position, option) in question.options.iter().enumerate() {
                        let label = format!("{name}: {}", lang.pick(&option.label));
                        let yes = code(1, fl!(m, "microdata-yes"));
                        let mut codes = vec![
                            code(0, fl!(m, "microdata-no")),
                            Code { source: Some(option.code.clone()), ..yes },
                        ];
                        codes.extend(none.iter().filter(|code| code.value != blank).cloned());
                        let id = format!("{}.{}", question.id, option.code);
                        let chosen = variable(&id, label, Kind::Nominal, codes);
                        self.add_with(Column::Option(at, position), chosen, with.clone());
                    }
                }
                // Numbers are traits, and texts are in no row.
                Asked::Number | Asked::Text => {}
            }
        }
    }
}

fn module_of(questionnaire: &Questionnaire, question: &Question) -> Option<String> {
    let module = questionnaire.rotation.as_ref()?.modules.get(question.module?)?;
    Some(module.id.clone())
}

fn place(question: &Question, item: &Item) -> ItemPlace {
    ItemPlace {
        id: question.id.clone(),
        weight: item.weight,
        dimension: item.dimension.clone(),
        dimension_in_part: item.dimension_in_part,
        part: item.part.clone().unwrap_or_default(),
        part_weight: item.part_weight,
    }
}

/// A name that SPSS, Stata and R take: letters, digits, dots and underscores, a letter first, at most 64 bytes.
fn variable_name(id: &str, taken: impl Fn(&str) -> bool) -> String {
    let fit = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '_' };
    let mut name: String = id.chars().map(fit).take(60).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, 'v');
    }
    if name.ends_with('.') || RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        name.push('_');
    }
    if !taken(&name) {
        return name;
    }
    let mut number = 2_u32;
    loop {
        let next = format!("{name}_{number}");
        if !taken(&next) {
            return next;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_a_name_that_every_program_takes() {
        assert_eq!(variable_name("results.on-time", |_| false), "results.on_time");
        assert_eq!(variable_name("8.1.2", |_| false), "v8.1.2");
        assert_eq!(variable_name("BY", |_| false), "BY_");
        assert_eq!(variable_name("unit", |name| name == "unit"), "unit_2");
        assert!(variable_name(&"đ".repeat(200), |_| false).len() <= 64);
    }
}
