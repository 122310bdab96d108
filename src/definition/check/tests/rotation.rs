//! One mistake at a time in a form that rotates modules.

use super::{check_text, s};
use crate::definition::problem::{ProblemKind as P, Severity};

const ROTATED: &str = include_str!("../../../../tests/definitions/rotated/1.0.toml");

/// Changes one thing and expects exactly these problems, all where the mark `<here>` stands.
fn expect(changes: &[(&str, &str)], kinds: &[P]) {
    let mut text = ROTATED.to_owned();
    for (from, to) in changes {
        assert_eq!(text.matches(from).count(), 1, "{from:?} must stand once in the definition");
        text = text.replacen(from, to, 1);
    }
    let place = text.find("<here>").map(|byte| {
        let before = &text[..byte];
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    });
    let mut found = check_text("definitions/rotated/1.0.toml", &text.replace("<here>", ""));
    // Rules on criteria serve here to try rules on modules.
    found.retain(|problem| !matches!(problem.kind, P::ExtraForSome { .. }));
    let got: Vec<P> = found.iter().map(|problem| problem.kind.clone()).collect();
    assert_eq!(got, kinds, "after {changes:?}");
    if let Some(place) = place {
        assert!(found.iter().all(|p| (p.at.line, p.at.column) == place), "not at {place:?}: {found:?}");
    }
}

#[test]
fn the_rotated_definition_has_no_problem() {
    expect(&[], &[]);
}

#[test]
fn fewer_modules_are_asked_than_there_are_and_at_least_one() {
    for ask in [0, 3, 9] {
        expect(
            &[("rotation = { ask = 2 }", &format!("rotation = {{ ask = <here>{ask} }}"))],
            &[P::AskOutsideModules { ask, modules: 3 }],
        );
    }
    let text = ROTATED.replace("ask = 2", "ask = 1");
    let found = check_text("definitions/rotated/1.0.toml", &text);
    assert!(
        matches!(&found[..], [p] if p.kind == P::OneModuleAsked(s("f")) && p.severity == Severity::Warning)
    );
}

#[test]
fn a_rotation_needs_modules_and_modules_a_rotation() {
    let one_module = [("module = \"b\"\n", ""), ("module = \"c\"\n", "")];
    let place = ("rotation = { ask = 2 }", "rotation = <here>{ ask = 2 }");
    expect(&[one_module[0], one_module[1], place], &[P::TooFewModules { form: s("f"), modules: 1 }]);
    let text = ROTATED.replace("rotation = { ask = 2 }\n", "");
    let kinds: Vec<P> =
        check_text("definitions/rotated/1.0.toml", &text).into_iter().map(|problem| problem.kind).collect();
    let without = |module: &str| P::ModuleWithoutRotation { module: s(module), form: s("f") };
    assert_eq!(kinds, [without("a"), without("a"), without("b"), without("c")]);
}

#[test]
fn a_module_has_a_name_that_programs_can_use() {
    expect(&[("module = \"b\"", "module = <here>\"Mô-đun B\"")], &[P::BadId(s("Mô-đun B"))]);
}

#[test]
fn the_choices_of_modules_stay_few_enough_to_hold_a_page_of_each() {
    // 4 of 9 modules: 126 ways.
    let section = |at: usize| {
        format!(
            "[[form.section]]\ntitle = {{ vi = \"x\", en = \"x\" }}\nmodule = \"m{at}\"\nask = [\"x{at}\"]\n\n"
        )
    };
    let criterion = |at: usize| {
        format!(
            "[[criterion]]\nid = \"x{at}\"\ndimension = \"a\"\nname = {{ vi = \"x\", en = \"x\" }}\n\
             text = {{ vi = \"x\", en = \"x\" }}\nscale = \"five\"\n\n"
        )
    };
    let sections: String = (0..6).map(section).collect();
    let criteria: String = (0..6).map(criterion).collect();
    let form = format!("{criteria}[[form]]\nid = \"f\"");
    expect(
        &[
            ("[[form]]\nid = \"f\"", form.as_str()),
            ("rotation = { ask = 2 }", &format!("rotation = {{ ask = <here>4 }}\n\n{sections}")),
        ],
        &[P::TooManyChoices { ask: 4, modules: 9, most: 64 }],
    );
}

#[test]
fn every_module_tells_by_a_criterion_who_was_asked_it() {
    let kind = || P::ModuleWithoutCriterion { module: s("b"), form: s("f") };
    let module = ("module = \"b\"", "module = <here>\"b\"");
    // A criterion behind a rule tells nothing of those whom the rule passes over.
    let rule =
        "scale = \"five\"\nasked_if = { question = \"sex\", in = [\"x\"] }\n\n[[criterion]]\nid = \"c1\"";
    expect(&[module, ("scale = \"five\"\n\n[[criterion]]\nid = \"c1\"", rule)], &[kind()]);
    // Nor does one in a section behind a rule.
    let rule = "module = <here>\"b\"\nasked_if = { question = \"sex\", in = [\"x\"] }";
    expect(&[("module = \"b\"", rule)], &[kind()]);
    expect(&[module, ("[\"b1\", \"why\"]", "[\"why\"]"), ("[\"sex\"]", "[\"sex\", \"b1\"]")], &[kind()]);
}

#[test]
fn no_rule_looks_into_a_module_from_outside() {
    let kind = |question: &str, module: &str| P::RuleOnModule {
        question: s(question),
        module: s(module),
        form: s("f"),
    };
    // From another module, from a section for everybody, and as the rule of a section.
    expect(
        &[("Why?\" }", "Why?\" }\nasked_if = { question = <here>\"a1\", in = [\"1\"] }")],
        &[kind("a1", "a")],
    );
    let again = "come again?\" }";
    expect(
        &[(again, &format!("{again}\nasked_if = {{ question = <here>\"b1\", in = [\"1\"] }}"))],
        &[kind("b1", "b")],
    );
    expect(
        &[(
            "ask = [\"last\"]",
            "asked_if = { not = { question = <here>\"c1\", in = [\"1\"] } }\nask = [\"last\"]",
        )],
        &[kind("c1", "c")],
    );
    // Within a module, and on what everybody is asked, a rule may look.
    expect(&[("Why?\" }", "Why?\" }\nasked_if = { question = \"b1\", in = [\"1\"] }")], &[]);
    expect(&[("Why?\" }", "Why?\" }\nasked_if = { question = \"sex\", in = [\"x\"] }")], &[]);
}

#[test]
fn respondents_own_means_are_over_the_same_items_for_all() {
    let scores = ("method = ", "aggregation = \"respondent_scores\"\nmethod = ");
    expect(&[scores], &[]);
    let kind = || P::DimensionAcrossModules { dimension: s("a"), form: s("f") };
    let moved = ("[\"a1\", \"a2\"]", "[\"a1\"]");
    expect(&[scores, moved, ("[\"b1\", \"why\"]", "[\"b1\", \"why\", <here>\"a2\"]")], &[kind()]);
    expect(&[scores, moved, ("[\"last\"]", "[\"last\", <here>\"a2\"]")], &[kind()]);
    // A mean of item estimates may be over items of several modules.
    expect(&[moved, ("[\"b1\", \"why\"]", "[\"b1\", \"why\", \"a2\"]")], &[]);
}

#[test]
fn a_form_posted_untouched_is_refused_whichever_modules_it_asks() {
    let mut text = ROTATED.replace("required = true\n", "");
    let kinds = |text: &str| -> Vec<P> {
        check_text("definitions/rotated/1.0.toml", text).into_iter().map(|problem| problem.kind).collect()
    };
    // Only module b has something required: a and c together would take an empty form.
    assert_eq!(kinds(&text), [P::FormAcceptsNothing(s("f"))]);
    text = text.replacen("scale = \"five\"\nrequired = false\n", "scale = \"five\"\n", 1);
    assert_eq!(kinds(&text), [], "two of the three modules have something required, and two are asked");
}
