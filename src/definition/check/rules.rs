//! Skip rules: on earlier questions and real codes, and neither always nor never fulfilled.
//!
//! Whether a rule can be fulfilled is found by trying: every combination of the answers that the rule, and the rules of
//! the questions it refers to, can tell apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, Item, at};
use crate::definition::{
    model::{Condition, Form, In, Kind},
    problem::{ProblemKind, Reference},
    source::{Path, Step, below},
};

/// Combinations tried before giving up.
const MOST_COMBINATIONS: usize = 20_000;

pub(super) fn check(c: &mut Checker<'_>) {
    let d = c.definition;
    for item in c.items() {
        if let Some(rule) = item.asked_if {
            content(c, &below(&item.path, at!["asked_if"]), rule);
        }
    }
    for (at, form) in d.forms.iter().enumerate() {
        for (nth, section) in form.sections.iter().enumerate() {
            if let Some(rule) = &section.asked_if {
                content(c, &at!["form", at, "section", nth, "asked_if"], rule);
            }
        }
        self::form(c, at, form);
    }
}

/// What can be said without a form: the question exists, has options, and these codes.
fn content(c: &mut Checker<'_>, path: &[Step], rule: &Condition) {
    let known: Vec<String> = c.items().map(|item| item.id.to_owned()).collect();
    for (path, part) in leaves(path, rule) {
        let Some(part) = part else {
            c.error(&path, ProblemKind::EmptyRule);
            continue;
        };
        let Some(item) = c.item(&part.question) else {
            let id = part.question.clone();
            let kind = ProblemKind::UnknownReference { what: Reference::Item, id, known: known.clone() };
            c.error(&below(&path, at!["question"]), kind);
            continue;
        };
        if !matches!(item.kind, Kind::Single | Kind::Multiple) {
            c.error(&below(&path, at!["question"]), ProblemKind::RuleOnKind(part.question.clone()));
            continue;
        }
        if part.codes.is_empty() {
            c.error(&below(&path, at!["in"]), ProblemKind::EmptyRule);
        }
        let codes: Vec<String> = item.options.iter().map(|option| option.code.clone()).collect();
        for (at, code) in part.codes.iter().enumerate().filter(|(_, code)| !codes.contains(code)) {
            let id = code.clone();
            let kind = ProblemKind::UnknownReference { what: Reference::Option, id, known: codes.clone() };
            c.error(&below(&path, at!["in", at]), kind);
        }
    }
}

/// The simple conditions in a rule with their places; `None` for a list with nothing in it.
pub(super) fn leaves<'a>(path: &[Step], rule: &'a Condition) -> Vec<(Path, Option<&'a In>)> {
    let list = |key: &str, rules: &'a [Condition]| {
        let mut found: Vec<(Path, Option<&'a In>)> = rules
            .iter()
            .enumerate()
            .flat_map(|(at, rule)| leaves(&below(path, at![key, at]), rule))
            .collect();
        if rules.is_empty() {
            found.push((below(path, at![key]), None));
        }
        found
    };
    match rule {
        Condition::In(part) => vec![(path.to_vec(), Some(part))],
        Condition::All(rule) => list("all", &rule.all),
        Condition::Any(rule) => list("any", &rule.any),
        Condition::Not(rule) => leaves(&below(path, at!["not"]), &rule.not),
    }
}

/// A question as a form asks it: with the rule of its section.
struct Asked<'a> {
    item: Item<'a>,
    section: Option<&'a Condition>,
    section_path: Path,
    module: Option<&'a str>,
}

impl Asked<'_> {
    fn rules(&self) -> impl Iterator<Item = &Condition> {
        self.section.into_iter().chain(self.item.asked_if)
    }

    fn codes(&self) -> impl Iterator<Item = &In> {
        self.rules().flat_map(|rule| leaves(&[], rule)).filter_map(|(_, part)| part)
    }
}

fn form(c: &mut Checker<'_>, at: usize, form: &Form) {
    let asked: Vec<Asked<'_>> = form
        .sections
        .iter()
        .enumerate()
        .flat_map(|(nth, section)| section.ask.iter().map(move |id| (nth, section, id)))
        .filter_map(|(nth, section, id)| {
            Some(Asked {
                item: c.item(id)?,
                section: section.asked_if.as_ref(),
                section_path: at!["form", at, "section", nth, "asked_if"],
                module: section.module.as_deref(),
            })
        })
        .collect();
    let mut sections_seen: BTreeSet<String> = BTreeSet::new();
    for (position, question) in asked.iter().enumerate() {
        let own_path = below(&question.item.path, at!["asked_if"]);
        let first_of_section = sections_seen.insert(format!("{:?}", question.section_path));
        let mut sound = true;
        for (path, rule, report) in [
            (&question.section_path, question.section, first_of_section),
            (&own_path, question.item.asked_if, true),
        ] {
            for (path, part) in rule.into_iter().flat_map(|rule| leaves(path, rule)) {
                let Some(part) = part else {
                    sound = false;
                    continue;
                };
                let earlier = asked.iter().position(|other| other.item.id == part.question);
                let kind = match earlier {
                    Some(earlier) if earlier < position => {
                        let on = asked.get(earlier).and_then(|other| other.module);
                        if on.is_none() || on == question.module {
                            continue;
                        }
                        // Who is not asked the other module could never answer.
                        ProblemKind::RuleOnModule {
                            question: part.question.clone(),
                            module: on.unwrap_or_default().to_owned(),
                            form: form.id.clone(),
                        }
                    }
                    Some(_) => {
                        ProblemKind::RuleOnLater { question: part.question.clone(), form: form.id.clone() }
                    }
                    None if c.item(&part.question).is_none() => {
                        sound = false;
                        continue;
                    }
                    None => {
                        ProblemKind::RuleOnNotAsked { question: part.question.clone(), form: form.id.clone() }
                    }
                };
                sound = false;
                if report {
                    c.error(&below(&path, at!["question"]), kind);
                }
            }
        }
        if !sound || question.rules().next().is_none() {
            continue;
        }
        if let Some(section) = question.section.filter(|_| first_of_section) {
            fires(c, &asked, position, &[section], &question.section_path, &form.id);
        }
        if let Some(own) = question.item.asked_if {
            let rules: Vec<&Condition> = question.section.into_iter().chain([own]).collect();
            fires(c, &asked, position, &rules, &own_path, &form.id);
        }
    }
}

/// Reports whether the last of these rules is never (together with the others) or always (alone) fulfilled.
fn fires(
    c: &mut Checker<'_>,
    asked: &[Asked<'_>],
    at: usize,
    rules: &[&Condition],
    path: &[Step],
    form: &str,
) {
    let (Some(last), Some(earlier)) = (rules.last(), asked.get(..at)) else { return };
    let Some(all) = combinations(earlier, rules, true).or_else(|| combinations(earlier, rules, false)) else {
        return;
    };
    let holds = |rule: &Condition, answers: &Answers<'_>| holds(rule, answers);
    if !all.iter().any(|answers| rules.iter().all(|rule| holds(rule, answers))) {
        // A section that is never asked says so itself.
        let section_never = rules.len() > 1
            && !all.iter().any(|answers| rules.first().is_some_and(|rule| holds(rule, answers)));
        if !section_never {
            c.error(path, ProblemKind::RuleNeverFires(form.to_owned()));
        }
    } else if all.iter().all(|answers| holds(last, answers)) {
        c.error(path, ProblemKind::RuleAlwaysFires(form.to_owned()));
    }
}

/// The codes chosen at each question; a question that was not asked or left blank is absent.
type Answers<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn holds(rule: &Condition, answers: &Answers<'_>) -> bool {
    match rule {
        Condition::In(part) => answers
            .get(part.question.as_str())
            .is_some_and(|chosen| part.codes.iter().any(|code| chosen.contains(code.as_str()))),
        Condition::All(rule) => rule.all.iter().all(|rule| holds(rule, answers)),
        Condition::Any(rule) => rule.any.iter().any(|rule| holds(rule, answers)),
        Condition::Not(rule) => !holds(&rule.not, answers),
    }
}

/// Every combination of answers to the questions that the rules refer to, as far as the rules can tell them apart.
/// `deep`: their own rules are kept too; otherwise every question may have been left out, which gives more
/// combinations than there are, so that "never" and "always" stay true. `None` where there are too many.
fn combinations<'a>(
    earlier: &'a [Asked<'a>],
    rules: &[&'a Condition],
    deep: bool,
) -> Option<Vec<Answers<'a>>> {
    let mut mentioned: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut mention = |part: &'a In| {
        let codes = mentioned.entry(part.question.as_str()).or_default();
        codes.extend(part.codes.iter().map(String::as_str));
    };
    rules.iter().flat_map(|rule| leaves(&[], rule)).filter_map(|(_, part)| part).for_each(&mut mention);
    if deep {
        // A rule refers to earlier questions only: going backwards collects all that matter.
        for question in earlier.iter().rev() {
            if mentioned.contains_key(question.item.id) {
                for part in question.codes() {
                    let codes = mentioned.entry(part.question.as_str()).or_default();
                    codes.extend(part.codes.iter().map(String::as_str));
                }
            }
        }
    }
    let mut all: Vec<Answers<'a>> = vec![Answers::new()];
    for question in earlier {
        let Some(codes) = mentioned.get(question.item.id) else { continue };
        let conditional = question.rules().next().is_some();
        let may_be_blank = !question.item.required || (conditional && !deep);
        let choices = choices(&question.item, codes, may_be_blank)?;
        let mut next = Vec::new();
        for answers in all {
            let asked = !deep || question.rules().all(|rule| holds(rule, &answers));
            if !asked {
                next.push(answers);
                continue;
            }
            for choice in &choices {
                let mut answers = answers.clone();
                if !choice.is_empty() {
                    answers.insert(question.item.id, choice.clone());
                }
                next.push(answers);
            }
            if next.len() > MOST_COMBINATIONS {
                return None;
            }
        }
        all = next;
    }
    Some(all)
}

/// The choices at a question that rules on these codes can tell apart; empty: blank or any other option.
fn choices<'a>(item: &Item<'a>, codes: &BTreeSet<&str>, blank: bool) -> Option<Vec<BTreeSet<&'a str>>> {
    let named: Vec<&'a str> =
        item.options.iter().map(|o| o.code.as_str()).filter(|code| codes.contains(code)).collect();
    let mut choices = Vec::new();
    if blank || named.len() < item.options.len() {
        choices.push(BTreeSet::new());
    }
    if item.kind == Kind::Multiple {
        if named.len() > 14 {
            return None;
        }
        for bits in 1_usize..1 << named.len() {
            choices.push(
                named.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, c)| *c).collect(),
            );
        }
    } else {
        choices.extend(named.into_iter().map(|code| BTreeSet::from([code])));
    }
    Some(choices)
}
