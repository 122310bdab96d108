//! The questionnaires in `survey-definitions/`: that they ask what the Ministry's forms and the province's plan ask,
//! as often and in the same dimensions, in both languages, and that a citizen meets what was meant for them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::{Command, Output},
};

use sipas::{
    definition::{
        Definition, Library,
        check::check_text,
        model::{Aggregation, Audience, Kind, Measure, Text},
        weights,
    },
    questionnaire::{Answers, Questionnaire},
};

const FORMS: [(&str, &str); 7] = [
    ("sipas", "full"),
    ("sipas", "plan-2022"),
    ("sipas", "counter"),
    ("sipas", "pulse"),
    ("officials", "council"),
    ("officials", "departments"),
    ("officials", "local"),
];

fn definition(id: &str) -> Definition {
    Library::built_in().unwrap().get(id, "2026.1").unwrap().definition.clone()
}

fn form(id: &str, form: &str) -> Questionnaire {
    Questionnaire::generate(&definition(id), form).unwrap()
}

/// How many criteria a form asks in each dimension, in the order asked.
fn counts(id: &str, form_id: &str) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for dimension in form(id, form_id).questions.into_iter().filter_map(|question| question.dimension) {
        match counts.last_mut() {
            Some((last, count)) if *last == dimension => *count += 1,
            _ => counts.push((dimension, 1)),
        }
    }
    counts
}

fn owned(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
    counts.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect()
}

fn sipas(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sipas"))
        .arg("definition")
        .args(args)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .env("SIPAS_LANG", "en")
        .env_remove("SIPAS_DEFINITIONS")
        .output()
        .unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Every text that somebody may read, with a word on where it stands.
fn texts(definition: &Definition) -> Vec<(String, &Text)> {
    let mut found =
        vec![("title".to_owned(), &definition.title), ("method".to_owned(), &definition.index.method)];
    for (name, scale) in &definition.scales {
        found.extend(scale.options.iter().map(|o| (format!("{name}/{}", o.code), &o.label)));
    }
    found.extend(definition.parts.iter().map(|p| (p.id.clone(), &p.name)));
    found.extend(definition.dimensions.iter().map(|d| (d.id.clone(), &d.name)));
    for c in &definition.criteria {
        found.push((format!("{} (name)", c.id), &c.name));
        found.push((c.id.clone(), &c.text));
        found.extend(c.help.iter().map(|help| (format!("{} (help)", c.id), help)));
    }
    for q in &definition.questions {
        found.push((q.id.clone(), &q.text));
        found.extend(q.help.iter().map(|help| (format!("{} (help)", q.id), help)));
        found.extend(q.options.iter().map(|o| (format!("{}/{}", q.id, o.code), &o.label)));
    }
    for f in &definition.forms {
        found.extend(f.title.iter().map(|title| (f.id.clone(), title)));
        found.push((format!("{} (introduction)", f.id), &f.introduction));
        for s in &f.sections {
            found.push((format!("{} (section)", f.id), &s.title));
            found.extend(s.text.iter().map(|text| (format!("{} (section)", f.id), text)));
        }
        found.extend(f.wording.iter().map(|(id, text)| (format!("{} in {}", id, f.id), text)));
    }
    found.extend(definition.plan.iter().map(|(row, plan)| (row.clone(), &plan.name)));
    found
}

#[test]
fn the_questionnaires_built_in_load_and_have_nothing_to_mend() {
    let library = Library::built_in().unwrap();
    assert_eq!(library.ids().collect::<Vec<_>>(), ["officials", "sipas"]);
    let problems: Vec<_> =
        Library::built_in_files().into_iter().flat_map(|(file, text)| check_text(&file, &text)).collect();
    assert_eq!(problems, []);
    let forms: Vec<(String, String)> = ["sipas", "officials"]
        .into_iter()
        .flat_map(|id| definition(id).forms.into_iter().map(move |form| (id.to_owned(), form.id)))
        .collect();
    assert_eq!(forms, FORMS.map(|(id, form)| (id.to_owned(), form.to_owned())));
}

#[test]
fn the_folder_passes_the_check_without_a_note() {
    let output = sipas(&["check", "survey-definitions"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(err(&output), "Files checked: 3; no error; notes: 0.\n");
}

#[test]
fn every_form_can_be_walked_and_asks_every_question() {
    for (id, form) in FORMS {
        let output =
            sipas(&["--definitions", "survey-definitions", "simulate", id, "--form", form, "--runs", "1000"]);
        assert_eq!(output.status.code(), Some(0), "{id} {form}: {}", err(&output));
    }
}

#[test]
fn the_full_form_asks_what_the_form_of_2026_asks() {
    let policy = [("accountability", 2), ("participation", 2), ("policies", 9), ("effects", 10)];
    let service = [("access", 3), ("procedures", 4), ("staff", 3), ("results", 3), ("feedback", 3)];
    assert_eq!(counts("sipas", "full"), owned(&[&policy[..], &service[..]].concat()));
    assert_eq!(
        (policy.iter().map(|c| c.1).sum::<usize>(), service.iter().map(|c| c.1).sum::<usize>()),
        (23, 16)
    );
}

#[test]
fn the_plan_s_form_asks_what_the_form_of_2022_asks() {
    let policy = [("accountability", 2), ("participation", 2), ("policies", 8), ("effects", 2)];
    let service = [("access", 5), ("procedures", 4), ("staff", 4), ("results", 3), ("feedback", 3)];
    assert_eq!(counts("sipas", "plan-2022"), owned(&[&policy[..], &service[..]].concat()));
    assert_eq!(
        (policy.iter().map(|c| c.1).sum::<usize>(), service.iter().map(|c| c.1).sum::<usize>()),
        (14, 19)
    );
}

#[test]
fn the_plan_s_own_additions_stand_beside_the_index() {
    let form = form("sipas", "plan-2022");
    for id in [
        "late.apology",
        "late.date",
        "information.online",
        "information.partly-online",
        "information.payment",
        "information.post",
        "machines.look-up",
        "machines.scan",
        "machines.copy",
        "feedback.published",
    ] {
        let question = form.question(id).unwrap();
        assert!(question.dimension.is_none() && !question.required, "{id}");
    }
}

#[test]
fn the_counter_form_asks_the_service_items_in_two_minutes() {
    let form = form("sipas", "counter");
    assert_eq!(
        counts("sipas", "counter"),
        owned(&[("access", 3), ("procedures", 4), ("staff", 3), ("results", 3), ("feedback", 3)])
    );
    let full: BTreeSet<String> = criteria("full", |part| part == "service");
    assert_eq!(criteria("counter", |_| true), full, "the same criteria as in the full form");
    // What people are told before follows from the 21 questions that they may be asked.
    assert_eq!(form.minutes, 3);
    // Without feedback, as most people answer: 13 criteria, the question about feedback, and four that are optional.
    let asked = |given: &str| {
        let fields = form.questions.iter().filter(|q| q.required).map(|q| {
            let value = if q.id == "feedback.given" { given } else { "4" };
            (q.id.clone(), value.to_owned())
        });
        let answers = Answers::parse(&form, fields).unwrap();
        (0..form.questions.len()).filter(|at| answers.asked(*at)).count()
    };
    assert_eq!((asked("no"), asked("yes")), (18, 21));
    for id in ["overall", "case.field", "case.filed", "comment"] {
        assert!(!form.question(id).unwrap().required, "{id}");
    }
}

/// Ids of the criteria that a form of `sipas` asks in the parts chosen.
fn criteria(form_id: &str, part: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let definition = definition("sipas");
    let part_of: BTreeMap<&str, &str> =
        definition.dimensions.iter().map(|d| (d.id.as_str(), d.part.as_deref().unwrap())).collect();
    form("sipas", form_id)
        .questions
        .into_iter()
        .filter(|q| q.dimension.as_deref().is_some_and(|d| part(part_of[d])))
        .map(|q| q.id)
        .collect()
}

#[test]
fn the_feedback_items_at_a_counter_are_only_for_those_who_gave_feedback() {
    let form = form("sipas", "counter");
    let answer = |given: Option<&str>, feedback: bool| {
        let mut fields: Vec<(String, &str)> = form
            .questions
            .iter()
            .filter(|q| q.dimension.as_deref().is_some_and(|d| d != "feedback" || feedback))
            .map(|q| (q.id.clone(), "5"))
            .collect();
        fields.extend(given.map(|given| ("feedback.given".to_owned(), given)));
        Answers::parse(&form, fields)
    };
    let missing = |invalid: sipas::questionnaire::Invalid| -> Vec<String> {
        invalid.faults.into_iter().map(|(at, _)| form.questions[at].id.clone()).collect()
    };
    assert_eq!(missing(answer(None, false).unwrap_err()), ["feedback.given"]);
    assert_eq!(
        missing(answer(Some("yes"), false).unwrap_err()),
        ["feedback.channels", "feedback.handled", "feedback.told"]
    );
    assert!(answer(Some("yes"), true).is_ok());
    // "No" drops what was ticked before the mind was changed.
    let answers = answer(Some("no"), true).unwrap();
    for id in ["feedback.channels", "feedback.handled", "feedback.told"] {
        let at = form.position(id).unwrap();
        assert!(!answers.asked(at) && answers.get(at).is_none(), "{id}");
    }
}

#[test]
fn the_pulse_asks_one_item_of_each_dimension_and_a_comment() {
    assert_eq!(
        counts("sipas", "pulse"),
        owned(&[("access", 1), ("procedures", 1), ("staff", 1), ("results", 1), ("feedback", 1)])
    );
    let form = form("sipas", "pulse");
    assert_eq!(form.questions.len(), 6);
    assert_eq!(form.questions.last().map(|q| q.kind), Some(Kind::Text));
    assert!(criteria("pulse", |_| true).is_subset(&criteria("counter", |_| true)));
}

#[test]
fn a_criterion_is_worded_the_same_in_every_form_of_the_citizens_so_that_waves_compare() {
    let definition = definition("sipas");
    for form in &definition.forms {
        for id in form.wording.keys() {
            assert!(definition.criteria.iter().all(|c| c.id != *id), "{id} in {}", form.id);
        }
    }
}

#[test]
fn every_text_is_in_vietnamese_and_english_and_names_only_known_places() {
    for id in ["sipas", "officials"] {
        let definition = definition(id);
        assert_eq!(definition.languages, ["vi", "en"]);
        let texts = texts(&definition);
        assert!(texts.len() > 100, "{}", texts.len());
        for (at, text) in texts {
            assert_eq!(text.keys().collect::<Vec<_>>(), ["en", "vi"], "{at}");
            for words in text.values() {
                assert!(!words.trim().is_empty() && !words.contains("  "), "{at}: {words:?}");
                let mut rest = words.as_str();
                while let Some(open) = rest.find('{') {
                    let close = rest[open..].find('}').unwrap() + open;
                    assert!(
                        ["{unit}", "{counter}", "{year}"].contains(&&rest[open..=close]),
                        "{at}: {words}"
                    );
                    rest = &rest[close..];
                }
            }
        }
    }
}

#[test]
fn weights_follow_the_number_of_items_and_sum_to_one() {
    for (id, form) in FORMS {
        let definition = definition(id);
        let weights = weights::dimension_weights(&definition, weights::form(&definition, form).unwrap());
        let sum: f64 = weights.iter().map(|w| w.weight).sum();
        assert!((sum - 1.0).abs() < 1e-12, "{id} {form}: {sum}");
        let items: usize = counts(id, form).iter().map(|c| c.1).sum();
        for (dimension, count) in counts(id, form) {
            let weight = weights.iter().find(|w| w.id == dimension).unwrap().weight;
            let expected =
                f64::from(u32::try_from(count).unwrap()) / f64::from(u32::try_from(items).unwrap());
            assert!((weight - expected).abs() < 1e-12, "{id} {form} {dimension}: {weight}");
        }
    }
    let definition = definition("sipas");
    let parts = weights::part_weights(&definition, weights::form(&definition, "full").unwrap());
    let policy = parts.iter().find(|part| part.id.as_deref() == Some("policy")).unwrap().weight;
    assert!((policy - 23.0 / 39.0).abs() < 1e-12, "{policy}");
}

#[test]
fn five_points_and_a_way_out_the_upper_two_satisfied() {
    for (id, form_id) in FORMS {
        for question in form(id, form_id).questions.iter().filter(|q| q.dimension.is_some()) {
            let codes: Vec<&str> = question.options.iter().map(|o| o.code.as_str()).collect();
            assert_eq!(codes, ["1", "2", "3", "4", "5", "na"], "{}", question.id);
            let satisfied: Vec<&str> =
                question.options.iter().filter(|o| o.satisfied).map(|o| o.code.as_str()).collect();
            assert_eq!(satisfied, ["4", "5"], "{}", question.id);
            let scores: Vec<Option<f64>> = question.options.iter().map(|o| o.score).collect();
            assert_eq!(
                scores,
                [Some(0.2), Some(0.4), Some(0.6), Some(0.8), Some(1.0), None],
                "{}",
                question.id
            );
            assert!(question.options.iter().all(|o| o.missing == (o.code == "na")));
            assert!(question.required, "{}", question.id);
        }
    }
}

#[test]
fn indices_are_formed_and_held_against_the_targets_of_the_plan() {
    let (citizens, officials) = (definition("sipas"), definition("officials"));
    assert_eq!((citizens.audience, citizens.index.target), (Audience::Citizens, 0.90));
    assert_eq!(
        (citizens.index.measure, citizens.index.aggregation),
        (Measure::ShareSatisfied, Aggregation::ItemShares)
    );
    assert_eq!((officials.audience, officials.index.target), (Audience::Officials, 0.80));
    assert_eq!(
        (officials.index.measure, officials.index.aggregation),
        (Measure::MeanScore, Aggregation::PooledAnswers)
    );
    assert_eq!((citizens.index.minimum_answers, officials.index.minimum_answers), (Some(10), Some(5)));
}

#[test]
fn officials_judge_all_eight_areas_in_every_form() {
    let areas = [
        "steering",
        "institutions",
        "procedures",
        "organisation",
        "service",
        "finance",
        "digital",
        "effects",
    ];
    for form_id in ["council", "departments", "local"] {
        let asked: Vec<String> = counts("officials", form_id).into_iter().map(|(area, _)| area).collect();
        assert_eq!(asked, areas, "{form_id}");
        let form = form("officials", form_id);
        let comment = form.questions.last().unwrap();
        assert!(comment.id == "comment" && !comment.required, "{form_id}");
    }
}

#[test]
fn every_criterion_leads_to_the_bodies_that_the_plan_names() {
    for id in ["sipas", "officials"] {
        let definition = definition(id);
        for criterion in &definition.criteria {
            let dimension = definition.dimensions.iter().find(|d| d.id == criterion.dimension).unwrap();
            let row = criterion.plan.as_ref().or(dimension.plan.as_ref()).unwrap();
            let row = &definition.plan[row];
            assert!(
                !row.monitor.is_empty() && !row.lead.is_empty() && !row.support.is_empty(),
                "{}",
                criterion.id
            );
        }
    }
    let service = definition("sipas").plan["8.1.2"].clone();
    assert_eq!(service.monitor, ["Văn phòng UBND tỉnh"]);
    assert_eq!(service.lead, ["Các cơ quan, đơn vị, địa phương"]);
    assert_eq!(service.support, ["Văn phòng UBND tỉnh", "Sở Nội vụ"]);
}

#[test]
fn nobody_is_made_to_tell_who_they_are() {
    for (id, form_id) in FORMS {
        for question in form(id, form_id).questions.iter().filter(|q| q.dimension.is_none()) {
            assert!(!question.required || question.id == "feedback.given", "{form_id}: {}", question.id);
            if question.id.starts_with("person.") {
                assert!(question.choice("na").is_some(), "{form_id}: {}", question.id);
            }
        }
    }
    let asks_traits =
        |form_id: &str| form("sipas", form_id).questions.iter().any(|q| q.id.starts_with("person."));
    assert!(!asks_traits("counter") && !asks_traits("pulse"));
}
