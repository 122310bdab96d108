//! A definition as the text of its TOML file, in the order and the style of those written by hand.

use std::fmt::Write as _;

use super::model::{
    Aggregation, Audience, Condition, Definition, Form, Kind, Measure, Pictogram, ScaleOption, Text, Weights,
};

/// The text of the definition's file. What has its default is left out where the reader gives the same default.
pub fn toml(definition: &Definition) -> String {
    let d = definition;
    let mut out = Out(String::new());
    out.0.push_str("#:schema ../definition.schema.json\n");
    out.plain("format", &d.format.to_string());
    out.string("id", &d.id);
    out.string("version", &d.version);
    out.plain("languages", &list(&d.languages));
    out.plain("title", &text(&d.title));
    out.string("audience", audience(d.audience));
    index(&mut out, d);
    for (name, scale) in &d.scales {
        out.table(&format!("[scale.{}]", key(name)));
        if let Some(pictogram) = scale.pictogram {
            out.string("pictogram", self::pictogram(pictogram));
        }
        out.options(&scale.options);
    }
    for part in &d.parts {
        out.table("[[part]]");
        out.string("id", &part.id);
        out.plain("name", &text(&part.name));
        out.weight(part.weight);
        out.maybe("plan", part.plan.as_deref());
    }
    for dimension in &d.dimensions {
        out.table("[[dimension]]");
        out.string("id", &dimension.id);
        out.maybe("part", dimension.part.as_deref());
        out.plain("name", &text(&dimension.name));
        out.weight(dimension.weight);
        out.maybe("plan", dimension.plan.as_deref());
    }
    for criterion in &d.criteria {
        out.table("[[criterion]]");
        out.string("id", &criterion.id);
        out.string("dimension", &criterion.dimension);
        out.plain("name", &text(&criterion.name));
        out.plain("text", &text(&criterion.text));
        out.help(criterion.help.as_ref());
        out.string("scale", &criterion.scale);
        out.weight(criterion.weight);
        if !criterion.required {
            out.plain("required", "false");
        }
        out.rule(criterion.asked_if.as_ref());
        out.maybe("plan", criterion.plan.as_deref());
    }
    questions(&mut out, d);
    d.forms.iter().for_each(|form| self::form(&mut out, form));
    for (row, plan) in &d.plan {
        out.table(&format!("[plan.{}]", quoted(row)));
        out.plain("name", &text(&plan.name));
        for (name, bodies) in [("monitor", &plan.monitor), ("lead", &plan.lead), ("support", &plan.support)] {
            if !bodies.is_empty() {
                out.plain(name, &list(bodies));
            }
        }
    }
    if !d.map.is_empty() {
        out.table("[map]");
        for (id, earlier) in &d.map {
            out.plain(&key(id), &quoted(earlier));
        }
    }
    out.0
}

/// The word of an audience.
pub(super) const fn audience(audience: Audience) -> &'static str {
    match audience {
        Audience::Citizens => "citizens",
        Audience::Officials => "officials",
    }
}

/// The word of a measure.
pub(super) const fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::ShareSatisfied => "share_satisfied",
        Measure::MeanScore => "mean_score",
    }
}

/// The word of an aggregation.
pub(super) const fn aggregation(aggregation: Aggregation) -> &'static str {
    match aggregation {
        Aggregation::ItemShares => "item_shares",
        Aggregation::RespondentScores => "respondent_scores",
        Aggregation::PooledAnswers => "pooled_answers",
    }
}

/// The word of where weights come from.
pub(super) const fn weights(weights: Weights) -> &'static str {
    match weights {
        Weights::ByItems => "by_items",
        Weights::Equal => "equal",
        Weights::Given => "given",
    }
}

/// The word of the pictures beside a scale.
pub(super) const fn pictogram(pictogram: Pictogram) -> &'static str {
    match pictogram {
        Pictogram::Faces => "faces",
        Pictogram::None => "none",
    }
}

fn index(out: &mut Out, d: &Definition) {
    let index = &d.index;
    out.table("[index]");
    out.plain("method", &text(&index.method));
    out.string("measure", measure(index.measure));
    out.string("aggregation", aggregation(index.aggregation));
    out.string("part_weights", weights(index.part_weights));
    out.string("dimension_weights", weights(index.dimension_weights));
    out.plain("target", &number(index.target));
    out.plain("level", &number(index.level));
    if let Some(fewest) = index.minimum_answers {
        out.plain("minimum_answers", &fewest.to_string());
    }
    out.plain("caution_n_eff", &number(index.caution_n_eff));
    out.plain("caution_width", &number(index.caution_width));
    if !index.group_weights.is_empty() {
        let weights = index
            .group_weights
            .iter()
            .map(|(code, weight)| format!("{} = {}", quoted(code), number(*weight)));
        out.plain("group_weights", &format!("{{ {} }}", weights.collect::<Vec<_>>().join(", ")));
    }
}

fn questions(out: &mut Out, d: &Definition) {
    for question in &d.questions {
        let kind = match question.kind {
            Kind::Single => "single",
            Kind::Multiple => "multiple",
            Kind::Text => "text",
            Kind::Number => "number",
        };
        out.table("[[question]]");
        out.string("id", &question.id);
        out.string("kind", kind);
        out.plain("text", &text(&question.text));
        out.help(question.help.as_ref());
        out.maybe("scale", question.scale.as_deref());
        if question.required {
            out.plain("required", "true");
        }
        out.rule(question.asked_if.as_ref());
        for (name, limit) in [("min", question.min), ("max", question.max)] {
            if let Some(limit) = limit {
                out.plain(name, &limit.to_string());
            }
        }
        if let Some(longest) = question.max_length {
            out.plain("max_length", &longest.to_string());
        }
        if !question.options.is_empty() {
            out.options(&question.options);
        }
    }
}

fn form(out: &mut Out, form: &Form) {
    out.table("[[form]]");
    out.string("id", &form.id);
    if let Some(title) = &form.title {
        out.plain("title", &text(title));
    }
    out.plain("introduction", &text(&form.introduction));
    out.plain("minutes", &form.minutes.to_string());
    if let Some(target) = form.target {
        out.plain("target", &number(target));
    }
    if let Some(rotation) = form.rotation {
        out.plain("rotation", &format!("{{ ask = {} }}", rotation.ask));
    }
    if let Some(ask) = form.ask_mode {
        out.plain("ask_mode", if ask { "true" } else { "false" });
    }
    for section in &form.sections {
        out.table("[[form.section]]");
        out.plain("title", &text(&section.title));
        if let Some(words) = &section.text {
            out.plain("text", &text(words));
        }
        out.maybe("module", section.module.as_deref());
        out.rule(section.asked_if.as_ref());
        out.plain("ask", &list(&section.ask));
    }
    if !form.wording.is_empty() {
        out.table("[form.wording]");
        for (id, words) in &form.wording {
            out.plain(&quoted(id), &text(words));
        }
    }
}

struct Out(String);

impl Out {
    fn table(&mut self, head: &str) {
        let _ = writeln!(self.0, "\n{head}");
    }

    fn plain(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn string(&mut self, key: &str, value: &str) {
        self.plain(key, &quoted(value));
    }

    fn maybe(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.string(key, value);
        }
    }

    fn help(&mut self, help: Option<&Text>) {
        if let Some(help) = help {
            self.plain("help", &text(help));
        }
    }

    #[expect(clippy::float_cmp, reason = "exactly the default")]
    fn weight(&mut self, weight: f64) {
        if weight != 1.0 {
            self.plain("weight", &number(weight));
        }
    }

    fn rule(&mut self, rule: Option<&Condition>) {
        if let Some(rule) = rule {
            self.plain("asked_if", &condition(rule));
        }
    }

    fn options(&mut self, options: &[ScaleOption]) {
        self.0.push_str("options = [\n");
        for option in options {
            let _ = write!(self.0, "  {{ code = {}, label = {}", quoted(&option.code), text(&option.label));
            if let Some(score) = option.score {
                let _ = write!(self.0, ", score = {}", number(score));
            }
            for (name, is) in [("satisfied", option.satisfied), ("missing", option.missing)] {
                if is {
                    let _ = write!(self.0, ", {name} = true");
                }
            }
            self.0.push_str(" },\n");
        }
        self.0.push_str("]\n");
    }
}

fn condition(rule: &Condition) -> String {
    let all = |rules: &[Condition]| rules.iter().map(condition).collect::<Vec<_>>().join(", ");
    match rule {
        Condition::In(part) => {
            format!("{{ question = {}, in = {} }}", quoted(&part.question), list(&part.codes))
        }
        Condition::All(rule) => format!("{{ all = [{}] }}", all(&rule.all)),
        Condition::Any(rule) => format!("{{ any = [{}] }}", all(&rule.any)),
        Condition::Not(rule) => format!("{{ not = {} }}", condition(&rule.not)),
    }
}

fn text(text: &Text) -> String {
    let words = |(language, words): (&String, &String)| format!("{} = {}", key(language), quoted(words));
    format!("{{ {} }}", text.iter().map(words).collect::<Vec<_>>().join(", "))
}

fn list(items: &[String]) -> String {
    format!("[{}]", items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// A number as TOML reads it back, to the last digit.
fn number(number: f64) -> String {
    format!("{number:?}")
}

fn key(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { key.to_owned() } else { quoted(key) }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::definition::{Library, parse};

    #[test]
    fn every_definition_comes_back_from_its_text_the_same() {
        let tests = [
            include_str!("../../tests/definitions/small/1.2.toml"),
            include_str!("../../tests/definitions/rotated/1.0.toml"),
            include_str!("../../tests/definitions/visit/1.0.toml"),
        ];
        let tests = tests.map(|text| parse("f.toml", text).unwrap().definition);
        let library = Library::built_in().unwrap();
        let all = library.iter().map(|entry| entry.definition.clone()).chain(tests);
        let mut seen = 0;
        for definition in all {
            let written = toml(&definition);
            let back = parse("f.toml", &written).unwrap_or_else(|problems| panic!("{problems:?}\n{written}"));
            assert_eq!(back.definition.canonical(), definition.canonical());
            seen += 1;
        }
        assert!(seen >= 5);
    }

    proptest! {
        #[test]
        fn any_words_are_the_same_after_reading(words in "\\PC{0,12}|[\"\\\\\n\r\t\u{0}-\u{1f}\u{7f}]{0,6}") {
            let read: toml::Table = toml::from_str(&format!("a = {}", quoted(&words))).unwrap();
            prop_assert_eq!(read["a"].as_str(), Some(words.as_str()));
        }
    }
}
