//! Known margins: of a unit with a population that they sum to, by a single-choice question that the form asks.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::Grounds;
use crate::{
    apply::{
        change::Change,
        known::KnownCampaign,
        plan::{CampaignAsked, MarginAsked},
        source::{Findings, Spot},
    },
    definition::{Definition, message::with_hint, model::Kind},
    organisation::Margin,
    questionnaire::Questionnaire,
};

/// The margins to write; `definition` is the campaign's, if it was found.
pub fn decide(
    found: &mut Findings<'_>,
    grounds: &Grounds<'_>,
    asked: &CampaignAsked,
    definition: Option<&Definition>,
    before: Option<&KnownCampaign>,
    changes: &mut Vec<Change>,
) {
    let form = definition.and_then(|definition| Questionnaire::generate(definition, &asked.form.value));
    let mut first: BTreeMap<(&str, &str), Spot> = BTreeMap::new();
    for margin in &asked.margins {
        grounds.check_unit(found, &margin.unit);
        let (unit, by) = (margin.unit.value.as_str(), margin.by.value.as_str());
        match first.get(&(unit, by)) {
            Some(&spot) => {
                let place = found.place(spot);
                let words =
                    fl!(found.lang.messages(), "apply-margin-twice", unit = unit, by = by, place = place);
                found.wrong(margin.by.spot, words);
            }
            None => drop(first.insert((unit, by), margin.by.spot)),
        }
        check_population(found, asked, margin);
        if let Some(form) = &form {
            check_question(found, form, margin);
        }
    }
    let mut margins: Vec<Margin> = asked
        .margins
        .iter()
        .map(|margin| Margin {
            unit: margin.unit.value.clone(),
            by: margin.by.value.clone(),
            totals: margin.totals.value.iter().map(|(code, n)| (code.clone(), n.value)).collect(),
        })
        .collect();
    margins.sort_by(|one, other| (&one.unit, &one.by).cmp(&(&other.unit, &other.by)));
    let kept = before.map(|before| before.margins.clone()).unwrap_or_default();
    if margins != kept {
        changes.push(Change::Margins { slug: asked.slug.value.clone(), margins, before: kept });
    }
}

/// The totals are the unit's population, split.
fn check_population(found: &mut Findings<'_>, asked: &CampaignAsked, margin: &MarginAsked) {
    let m = found.lang.messages();
    let unit = margin.unit.value.as_str();
    if unit.is_empty() {
        return;
    }
    let Some(stratum) = asked.strata.iter().find(|stratum| stratum.unit.value == unit) else {
        let words = if found.desk {
            fl!(m, "setup-margin-without-stratum", unit = unit)
        } else {
            fl!(m, "apply-margin-without-stratum", unit = unit)
        };
        found.wrong(margin.unit.spot, words);
        return;
    };
    let totals = &margin.totals.value;
    let sum: u64 = totals.values().map(|n| n.value).sum();
    // A number that was complained of stands as 0.
    let sound = stratum.population.value > 0 && totals.values().all(|n| n.value > 0) && !totals.is_empty();
    if sound && sum != stratum.population.value {
        let (sum, population) = (sum.to_string(), stratum.population.value.to_string());
        let words = if found.desk {
            fl!(m, "setup-margin-sum", unit = unit, sum = sum, population = population)
        } else {
            fl!(m, "apply-margin-sum", unit = unit, sum = sum, population = population)
        };
        found.wrong(margin.totals.spot, words);
    }
}

/// The form asks the question as a single choice, and it has the codes.
fn check_question(found: &mut Findings<'_>, form: &Questionnaire, margin: &MarginAsked) {
    let m = found.lang.messages();
    let by = margin.by.value.as_str();
    if by.is_empty() {
        return;
    }
    let beside = |question: &&crate::questionnaire::Question| {
        question.kind == Kind::Single && question.dimension.is_none()
    };
    let Some(question) = form.questions.iter().filter(beside).find(|question| question.id == by) else {
        let known: Vec<String> = form.questions.iter().filter(beside).map(|q| q.id.clone()).collect();
        let words = fl!(m, "apply-margin-question", by = by);
        found.wrong(margin.by.spot, with_hint(found.lang, words, by, &known));
        return;
    };
    if question.module.is_some() {
        // Known of some only: weights of those who were not asked could not be adjusted.
        found.wrong(margin.by.spot, fl!(m, "apply-margin-rotated", by = by));
    }
    let codes: Vec<String> = question.options.iter().map(|option| option.code.clone()).collect();
    for (code, number) in &margin.totals.value {
        if !codes.contains(code) {
            let words = fl!(m, "apply-margin-code", by = by, code = code.as_str());
            found.wrong(number.spot, with_hint(found.lang, words, code, &codes));
        }
    }
}
