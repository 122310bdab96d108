//! What changed between two versions of a definition, and whether figures of both can still be compared.
//!
//! Breaking: something removed or re-coded, another scale, weight, rule or index setting. Compatible: wording, and new
//! questions or options, which older answers miss by design.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    model::{Condition, Definition, Form, Kind, OtherQuestion, ScaleOption, Text},
    weights,
};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Whether figures or programs made for the earlier version no longer fit.
    pub breaking: bool,
    /// What it is about.
    pub subject: Subject,
    /// What happened to it.
    pub what: What,
}

/// What a change is about; names are ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Subject {
    /// The definition as a whole.
    Definition,
    /// The settings of the index.
    Index,
    /// A part.
    Part(String),
    /// A dimension.
    Dimension(String),
    /// A scale.
    Scale(String),
    /// An option of a scale or question: the scale's or question's name and the option's code.
    Option(String, String),
    /// A criterion.
    Criterion(String),
    /// A question beside the index.
    Question(String),
    /// A form.
    Form(String),
    /// An item as a form asks it: form and item.
    Asked(String, String),
    /// A row of the plan.
    Plan(String),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Another wording, name, help or heading.
    Wording,
    /// Another order.
    Order,
    /// A value was changed: its name in the file, before and after.
    Value {
        /// The key in the file.
        key: &'static str,
        /// The value before; empty: none.
        before: String,
        /// The value after; empty: none.
        after: String,
    },
    /// The share of a dimension in a form's index: dimension, before and after, 0..1.
    Share {
        /// The dimension.
        dimension: String,
        /// Share before.
        before: f64,
        /// Share after.
        after: f64,
    },
}

/// All changes from `before` to `after`, breaking ones first, otherwise in the order of [`Subject`].
pub fn diff(before: &Definition, after: &Definition) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    settings(&mut changes, before, after);
    tree(&mut changes, before, after);
    scales(&mut changes, before, after);
    criteria(&mut changes, before, after);
    questions(&mut changes, before, after);
    forms(&mut changes, before, after);
    for (row, change) in pairs(before.plan.iter(), after.plan.iter(), |(row, _)| (*row).clone()) {
        let subject = Subject::Plan(row);
        match change {
            (Some(a), Some(b)) if a.1 != b.1 => changes.add(false, subject, What::Wording),
            (a, b) => changes.came_or_went(subject, a.is_some(), b.is_some(), false),
        }
    }
    let mut changes = changes.0;
    changes.sort_by(|a, b| b.breaking.cmp(&a.breaking).then_with(|| a.subject.cmp(&b.subject)));
    changes
}

struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, breaking: bool, subject: Subject, what: What) {
        self.0.push(Change { breaking, subject, what });
    }

    fn value<T: Serialize + PartialEq>(
        &mut self,
        breaking: bool,
        subject: &Subject,
        key: &'static str,
        before: &T,
        after: &T,
    ) {
        if before != after {
            let what = What::Value { key, before: plain(before), after: plain(after) };
            self.add(breaking, subject.clone(), what);
        }
    }

    fn wording(&mut self, subject: &Subject, before: &[Option<&Text>], after: &[Option<&Text>]) {
        if before != after {
            self.add(false, subject.clone(), What::Wording);
        }
    }

    /// New or gone; what is gone breaks if `matters`.
    fn came_or_went(&mut self, subject: Subject, before: bool, after: bool, matters: bool) {
        match (before, after) {
            (true, false) => self.add(matters, subject, What::Removed),
            (false, true) => self.add(false, subject, What::Added),
            _ => {}
        }
    }
}

/// A value as a person would write it.
fn plain(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(serde_json::Value::Null) | Err(_) => String::new(),
        Ok(value) => value.to_string(),
    }
}

type Pair<T> = (Option<T>, Option<T>);

/// Both lists joined by name: first those of `after` in its order, then those that are gone.
fn pairs<T: Clone>(
    before: impl Iterator<Item = T>,
    after: impl Iterator<Item = T>,
    name: impl Fn(&T) -> String,
) -> Vec<(String, Pair<T>)> {
    let before: Vec<T> = before.collect();
    let mut joined: Vec<(String, Pair<T>)> = after
        .map(|item| {
            let id = name(&item);
            (id.clone(), (before.iter().find(|other| name(other) == id).cloned(), Some(item)))
        })
        .collect();
    for item in before {
        let id = name(&item);
        if !joined.iter().any(|(other, _)| *other == id) {
            joined.push((id, (Some(item), None)));
        }
    }
    joined
}

fn settings(changes: &mut Changes, a: &Definition, b: &Definition) {
    let whole = Subject::Definition;
    changes.wording(&whole, &[Some(&a.title)], &[Some(&b.title)]);
    changes.value(true, &whole, "id", &a.id, &b.id);
    changes.value(true, &whole, "audience", &a.audience, &b.audience);
    changes.value(false, &whole, "languages", &a.languages, &b.languages);
    let (index, a, b) = (Subject::Index, &a.index, &b.index);
    changes.wording(&index, &[Some(&a.method)], &[Some(&b.method)]);
    changes.value(true, &index, "measure", &a.measure, &b.measure);
    changes.value(true, &index, "aggregation", &a.aggregation, &b.aggregation);
    changes.value(true, &index, "part_weights", &a.part_weights, &b.part_weights);
    changes.value(true, &index, "dimension_weights", &a.dimension_weights, &b.dimension_weights);
    changes.value(true, &index, "target", &a.target, &b.target);
    changes.value(true, &index, "level", &a.level, &b.level);
    changes.value(true, &index, "minimum_answers", &a.minimum_answers, &b.minimum_answers);
    changes.value(true, &index, "caution_n_eff", &a.caution_n_eff, &b.caution_n_eff);
    changes.value(true, &index, "caution_width", &a.caution_width, &b.caution_width);
    changes.value(true, &index, "group_weights", &a.group_weights, &b.group_weights);
}

fn tree(changes: &mut Changes, before: &Definition, after: &Definition) {
    for (id, pair) in pairs(before.parts.iter(), after.parts.iter(), |part| part.id.clone()) {
        let subject = Subject::Part(id);
        if let (Some(a), Some(b)) = pair {
            changes.wording(&subject, &[Some(&a.name)], &[Some(&b.name)]);
            changes.value(true, &subject, "weight", &a.weight, &b.weight);
            changes.value(false, &subject, "plan", &a.plan, &b.plan);
        } else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
        }
    }
    for (id, pair) in pairs(before.dimensions.iter(), after.dimensions.iter(), |d| d.id.clone()) {
        let subject = Subject::Dimension(id);
        if let (Some(a), Some(b)) = pair {
            changes.wording(&subject, &[Some(&a.name)], &[Some(&b.name)]);
            changes.value(true, &subject, "part", &a.part, &b.part);
            changes.value(true, &subject, "weight", &a.weight, &b.weight);
            changes.value(false, &subject, "plan", &a.plan, &b.plan);
        } else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
        }
    }
}

fn scales(changes: &mut Changes, before: &Definition, after: &Definition) {
    for (name, pair) in pairs(before.scales.iter(), after.scales.iter(), |(name, _)| (*name).clone()) {
        match pair {
            (Some((_, a)), Some((_, b))) => {
                let subject = Subject::Scale(name.clone());
                options(changes, &subject, &name, &a.options, &b.options);
                changes.value(false, &subject, "pictogram", &a.pictogram, &b.pictogram);
            }
            // Whether an item loses its scale is said at the item.
            (a, b) => changes.came_or_went(Subject::Scale(name), a.is_some(), b.is_some(), false),
        }
    }
}

fn options(
    changes: &mut Changes,
    owner: &Subject,
    name: &str,
    before: &[ScaleOption],
    after: &[ScaleOption],
) {
    for (code, pair) in pairs(before.iter(), after.iter(), |option| option.code.clone()) {
        let subject = Subject::Option(name.to_owned(), code);
        if let (Some(a), Some(b)) = pair {
            changes.wording(&subject, &[Some(&a.label)], &[Some(&b.label)]);
            changes.value(true, &subject, "satisfied", &a.satisfied, &b.satisfied);
            changes.value(true, &subject, "score", &a.score, &b.score);
            changes.value(true, &subject, "missing", &a.missing, &b.missing);
        } else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
        }
    }
    let order = |list: &[ScaleOption], other: &[ScaleOption]| -> Vec<String> {
        let known: BTreeSet<&str> = other.iter().map(|option| option.code.as_str()).collect();
        list.iter().map(|o| o.code.clone()).filter(|code| known.contains(code.as_str())).collect()
    };
    if order(before, after) != order(after, before) {
        changes.add(false, owner.clone(), What::Order);
    }
}

/// Whether two option lists mean the same, whatever their words.
fn same_meaning(before: &[ScaleOption], after: &[ScaleOption]) -> bool {
    let meaning = |options: &[ScaleOption]| -> Vec<(String, bool, String, bool)> {
        options.iter().map(|o| (o.code.clone(), o.satisfied, plain(&o.score), o.missing)).collect()
    };
    meaning(before) == meaning(after)
}

fn scale<'a>(definition: &'a Definition, name: &str) -> &'a [ScaleOption] {
    definition.scales.get(name).map(|scale| scale.options.as_slice()).unwrap_or_default()
}

fn criteria(changes: &mut Changes, before: &Definition, after: &Definition) {
    for (id, pair) in pairs(before.criteria.iter(), after.criteria.iter(), |c| c.id.clone()) {
        let subject = Subject::Criterion(id);
        let (Some(a), Some(b)) = pair else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
            continue;
        };
        changes.wording(
            &subject,
            &[Some(&a.name), Some(&a.text), a.help.as_ref()],
            &[Some(&b.name), Some(&b.text), b.help.as_ref()],
        );
        let renamed = same_meaning(scale(before, &a.scale), scale(after, &b.scale));
        changes.value(!renamed, &subject, "scale", &a.scale, &b.scale);
        changes.value(true, &subject, "dimension", &a.dimension, &b.dimension);
        changes.value(true, &subject, "weight", &a.weight, &b.weight);
        changes.value(true, &subject, "required", &a.required, &b.required);
        changes.value(true, &subject, "asked_if", &a.asked_if, &b.asked_if);
        changes.value(false, &subject, "plan", &a.plan, &b.plan);
    }
}

fn questions(changes: &mut Changes, before: &Definition, after: &Definition) {
    for (id, pair) in pairs(before.questions.iter(), after.questions.iter(), |q| q.id.clone()) {
        let subject = Subject::Question(id.clone());
        let (Some(a), Some(b)) = pair else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
            continue;
        };
        changes.wording(&subject, &[Some(&a.text), a.help.as_ref()], &[Some(&b.text), b.help.as_ref()]);
        changes.value(true, &subject, "kind", &a.kind, &b.kind);
        changes.value(true, &subject, "required", &a.required, &b.required);
        changes.value(true, &subject, "asked_if", &a.asked_if, &b.asked_if);
        let shorter = b.max_length.unwrap_or(u32::MAX) < a.max_length.unwrap_or(u32::MAX);
        changes.value(shorter && a.kind == Kind::Text, &subject, "max_length", &a.max_length, &b.max_length);
        changes.value(b.min > a.min, &subject, "min", &a.min, &b.min);
        let lower = b.max.unwrap_or(i32::MAX) < a.max.unwrap_or(i32::MAX);
        changes.value(lower, &subject, "max", &a.max, &b.max);
        let of = |d, q: &OtherQuestion| -> Vec<ScaleOption> {
            q.scale.as_deref().map_or_else(|| q.options.clone(), |name| scale(d, name).to_vec())
        };
        let renamed = same_meaning(&of(before, a), &of(after, b));
        changes.value(!renamed, &subject, "scale", &a.scale, &b.scale);
        if a.scale.is_none() && b.scale.is_none() {
            options(changes, &subject, &id, &a.options, &b.options);
        }
    }
}

fn forms(changes: &mut Changes, before: &Definition, after: &Definition) {
    for (id, pair) in pairs(before.forms.iter(), after.forms.iter(), |form| form.id.clone()) {
        let subject = Subject::Form(id.clone());
        let (Some(a), Some(b)) = pair else {
            changes.came_or_went(subject, pair.0.is_some(), pair.1.is_some(), true);
            continue;
        };
        fn words(form: &Form) -> Vec<Option<&Text>> {
            let sections = form.sections.iter().flat_map(|s| [Some(&s.title), s.text.as_ref()]);
            [form.title.as_ref(), Some(&form.introduction)].into_iter().chain(sections).collect()
        }
        changes.wording(&subject, &words(a), &words(b));
        changes.value(false, &subject, "minutes", &a.minutes, &b.minutes);
        changes.value(false, &subject, "ask_mode", &a.ask_mode, &b.ask_mode);
        changes.value(true, &subject, "target", &a.target, &b.target);
        changes.value(true, &subject, "rotation", &a.rotation, &b.rotation);
        let (asked_a, asked_b) = (asked(a), asked(b));
        for (item, pair) in pairs(asked_a.iter(), asked_b.iter(), |asked| asked.0.to_owned()) {
            let subject = Subject::Asked(id.clone(), item.clone());
            match pair {
                (Some(x), Some(y)) => {
                    changes.value(true, &subject, "asked_if", &x.1, &y.1);
                    changes.value(true, &subject, "module", &x.2, &y.2);
                    changes.wording(&subject, &[a.wording.get(&item)], &[b.wording.get(&item)]);
                }
                (None, Some(_)) if required(after, &item) => changes.add(true, subject, What::Added),
                (x, y) => changes.came_or_went(subject, x.is_some(), y.is_some(), true),
            }
        }
        let order = |list: &[Asked<'_>], other: &[Asked<'_>]| -> Vec<String> {
            list.iter()
                .filter(|(id, ..)| other.iter().any(|o| o.0 == *id))
                .map(|(id, ..)| (*id).to_owned())
                .collect()
        };
        if order(&asked_a, &asked_b) != order(&asked_b, &asked_a) {
            changes.add(false, subject.clone(), What::Order);
        }
        let shares = |definition, form| weights::dimension_weights(definition, form);
        for (dimension, pair) in
            pairs(shares(before, a).into_iter(), shares(after, b).into_iter(), |share| share.id.clone())
        {
            let share = |side: Option<weights::DimensionWeight>| side.map_or(0.0, |s| s.weight);
            let (x, y) = (share(pair.0), share(pair.1));
            if (x - y).abs() > 1e-12 {
                let what = What::Share { dimension, before: x, after: y };
                changes.add(true, subject.clone(), what);
            }
        }
    }
}

/// An item as a form asks it: its id, with the rule and the module of its section.
type Asked<'a> = (&'a str, Option<&'a Condition>, Option<&'a str>);

/// What a form asks.
fn asked(form: &Form) -> Vec<Asked<'_>> {
    form.sections
        .iter()
        .flat_map(|section| section.ask.iter().map(move |id| (id, section)))
        .map(|(id, section)| (id.as_str(), section.asked_if.as_ref(), section.module.as_deref()))
        .collect()
}

fn required(definition: &Definition, id: &str) -> bool {
    definition.criteria.iter().any(|c| c.id == id && c.required)
        || definition.questions.iter().any(|q| q.id == id && q.required)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::parse::parse;

    const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

    /// `breaking subject what` of every change after these replacements.
    fn changes(replacements: &[(&str, &str)]) -> Vec<String> {
        let mut text = SMALL.to_owned();
        for (from, to) in replacements {
            assert!(text.contains(from), "{from:?}");
            text = text.replace(from, to);
        }
        let read = |text: &str| parse("small/1.2.toml", text).unwrap().definition;
        diff(&read(SMALL), &read(&text))
            .into_iter()
            .map(|change| {
                let what = match &change.what {
                    What::Value { key, before, after } => format!("{key} {before}>{after}"),
                    What::Share { dimension, before, after } => format!("{dimension} {before:.2}>{after:.2}"),
                    other => format!("{other:?}"),
                };
                format!("{} {:?} {what}", if change.breaking { "!" } else { "-" }, change.subject)
            })
            .collect()
    }

    #[test]
    fn the_same_text_has_no_change() {
        assert_eq!(changes(&[]), [] as [String; 0]);
        assert_eq!(changes(&[("version = \"1.2\"", "version = \"1.3\"")]), [] as [String; 0]);
    }

    #[test]
    fn another_rotation_or_module_breaks() {
        let rotated = include_str!("../../tests/definitions/rotated/1.0.toml");
        let read = |text: &str| parse("rotated/1.0.toml", text).unwrap().definition;
        let found = |from: &str, to: &str| -> Vec<(bool, Subject, What)> {
            assert_eq!(rotated.matches(from).count(), 1, "{from:?}");
            diff(&read(rotated), &read(&rotated.replace(from, to)))
                .into_iter()
                .map(|change| (change.breaking, change.subject, change.what))
                .collect()
        };
        let value = |key, before: &str, after: &str| What::Value {
            key,
            before: before.to_owned(),
            after: after.to_owned(),
        };
        assert_eq!(
            found("rotation = { ask = 2 }", "rotation = { ask = 1 }"),
            [(true, Subject::Form("f".to_owned()), value("rotation", "{\"ask\":2}", "{\"ask\":1}"))]
        );
        let asked = |item: &str| Subject::Asked("f".to_owned(), item.to_owned());
        assert_eq!(
            found("module = \"c\"\n", ""),
            [(true, asked("c1"), value("module", "c", "")), (true, asked("ways"), value("module", "c", ""))]
        );
    }

    #[test]
    fn wording_and_what_is_new_are_compatible() {
        assert_eq!(
            changes(&[("Enough seats?", "Were there seats?")]),
            ["- Criterion(\"access.seats\") Wording"]
        );
        assert_eq!(
            changes(&[(
                "  { code = \"web\"",
                "  { code = \"zalo\", label = { vi = \"Zalo\", en = \"Zalo\" } },\n  { code = \"web\""
            )]),
            ["- Option(\"channels\", \"zalo\") Added"]
        );
        let question = "[[question]]\nid = \"age\"\nkind = \"number\"\ntext = { vi = \"Tuổi\", en = \"Age\" }\n\n[[form]]\nid = \"full\"";
        assert_eq!(
            changes(&[
                ("[[form]]\nid = \"full\"", question),
                ("[\"visits\", \"comment\"]", "[\"age\", \"visits\", \"comment\"]")
            ]),
            ["- Question(\"age\") Added", "- Asked(\"full\", \"age\") Added"]
        );
        assert_eq!(
            changes(&[("[\"visits\", \"comment\"]", "[\"comment\", \"visits\"]")]),
            ["- Form(\"full\") Order"]
        );
        assert_eq!(changes(&[("lead = [\"Sở Nội vụ\"]", "lead = []")]), ["- Plan(\"8.1\") Wording"]);
        assert_eq!(
            changes(&[("max_length = 40", "max_length = 400")]),
            ["- Question(\"comment\") max_length 40>400"]
        );
        assert_eq!(
            changes(&[("\"agree\"", "\"agreement\""), ("scale.agree", "scale.agreement")])
                .iter()
                .filter(|c| c.starts_with('!'))
                .count(),
            0
        );
    }

    #[test]
    fn removing_re_coding_and_index_settings_break_and_come_first() {
        let found = changes(&[
            ("Enough seats?", "Were there seats?"),
            ("score = 1, satisfied = true", "satisfied = true"),
            ("code = \"desk\"", "code = \"counter\""),
            ("target = 0.9", "target = 0.95"),
            ("max = 20", "max = 10"),
        ]);
        assert_eq!(
            found,
            [
                "! Index target 0.9>0.95",
                "! Option(\"agree\", \"2\") score 1.0>",
                "! Option(\"channels\", \"desk\") Removed",
                "! Question(\"visits\") max 20>10",
                "- Option(\"channels\", \"counter\") Added",
                "- Criterion(\"access.seats\") Wording",
            ]
        );
    }

    #[test]
    fn what_a_form_no_longer_asks_breaks_and_so_do_the_shares_of_its_index() {
        assert_eq!(
            changes(&[("\"access.seats\", \"access.signs\", ", "\"access.seats\", ")]),
            [
                "! Form(\"full\") schools 0.40>0.50",
                "! Form(\"full\") access 0.40>0.25",
                "! Form(\"full\") feedback 0.20>0.25",
                "! Asked(\"full\", \"access.signs\") Removed",
            ]
        );
        assert_eq!(
            changes(&[
                ("minutes = 1\n", "minutes = 1\n"),
                ("asked_if = { question = \"access.seats\", in = [\"1\", \"2\"] }\n", "")
            ])
            .len(),
            2
        );
        let found = changes(&[
            ("required = true", "required = false"),
            ("dimension = \"schools\"", "dimension = \"access\""),
        ]);
        assert!(
            found.contains(&"! Question(\"feedback.given\") required true>false".to_owned()),
            "{found:?}"
        );
        assert!(
            found.contains(&"! Criterion(\"schools.quality\") dimension schools>access".to_owned()),
            "{found:?}"
        );
        let required = changes(&[(
            "[\"access.seats\", \"feedback.given\"]",
            "[\"access.seats\", \"access.signs\", \"feedback.given\"]",
        )]);
        assert!(
            required.contains(&"! Asked(\"counter\", \"access.signs\") Added".to_owned()),
            "{required:?}"
        );
    }
}
