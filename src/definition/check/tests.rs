//! One mistake at a time in the small definition: what the author is told, and where.

use super::*;
use crate::definition::problem::{Expected, Limits, Reference};

mod rotation;

const SMALL: &str = include_str!("../../../tests/definitions/small/1.2.toml");
const FILE: &str = "definitions/small/1.2.toml";

/// The text with one replacement, which must fit exactly once.
fn with(from: &str, to: &str) -> String {
    assert_eq!(SMALL.matches(from).count(), 1, "{from:?} must stand once in the definition");
    SMALL.replacen(from, to, 1)
}

/// `line:column kind` of every problem.
fn found(text: &str) -> Vec<(String, ProblemKind)> {
    check_text(FILE, text)
        .into_iter()
        // The small definition asks some by what they think, to try rules on criteria; that is a matter of its own.
        .filter(|p| !matches!(p.kind, ProblemKind::ExtraForSome { .. }))
        .map(|p| (p.at.to_string().trim_start_matches(FILE).trim_start_matches(':').to_owned(), p.kind))
        .collect()
}

/// Changes one thing and expects exactly these problems, each where its mark `<here>` stands in the file or, without
/// a mark, wherever.
fn expect(from: &str, to: &str, kinds: &[ProblemKind]) {
    let marked = with(from, to);
    let text = marked.replace("<here>", "");
    let found = found(&text);
    let got: Vec<ProblemKind> = found.iter().map(|(_, kind)| kind.clone()).collect();
    assert_eq!(got, kinds, "after {from:?} became {to:?}");
    if let Some(byte) = marked.find("<here>") {
        let before = &marked[..byte];
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let place = format!("{}:{column}", before.matches('\n').count() + 1);
        assert!(found.iter().any(|(at, _)| *at == place), "no problem at {place}: {found:?}");
    }
}

fn s(text: &str) -> String {
    text.to_owned()
}

/// The place of a string that stands once in the text.
fn place(text: &str, what: &str) -> String {
    assert_eq!(text.matches(what).count(), 1, "{what:?} must stand once");
    let before = &text[..text.find(what).unwrap()];
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    format!("{}:{column}", before.matches('\n').count() + 1)
}

/// The line of a string that stands once in the small definition.
fn line(what: &str) -> usize {
    place(SMALL, what).split(':').next().unwrap().parse().unwrap()
}

fn unknown(what: Reference, id: &str, known: &[&str]) -> ProblemKind {
    ProblemKind::UnknownReference { what, id: s(id), known: known.iter().map(|k| s(k)).collect() }
}

const ITEMS: [&str; 8] = [
    "schools.quality",
    "access.seats",
    "access.signs",
    "feedback.handled",
    "feedback.given",
    "channels",
    "visits",
    "comment",
];

#[test]
fn the_small_definition_has_no_problem() {
    assert_eq!(found(SMALL), []);
}

#[test]
fn the_shape_of_the_file() {
    use ProblemKind as P;
    expect(
        "id = \"small\"",
        "id = <here>small",
        &[P::NotToml(s("string values must be quoted, expected literal string"))],
    );
    expect(
        "audience = \"citizens\"",
        "audience = <here>\"people\"",
        &[P::WrongType(Expected::OneOf(vec![s("citizens"), s("officials")]))],
    );
    expect("minutes = 3", "minutes = <here>\"3\"", &[P::WrongType(Expected::Whole(0, i64::from(u32::MAX)))]);
    expect("minutes = 3", "minutes = <here>-3", &[P::WrongType(Expected::Whole(0, i64::from(u32::MAX)))]);
    expect("target = 0.9", "target = <here>\"0.9\"", &[P::WrongType(Expected::Number)]);
    expect("required = true", "required = <here>1", &[P::WrongType(Expected::Truth)]);
    expect("lead = [\"Sở Nội vụ\"]", "lead = <here>\"Sở Nội vụ\"", &[P::WrongType(Expected::List)]);
    expect(
        "title = { vi = \"Phiếu thử\", en = \"Test form\" }",
        "title = <here>\"Phiếu thử\"",
        &[P::WrongType(Expected::Texts)],
    );
    expect(
        "asked_if = { question = \"access.seats\", in = [\"1\", \"2\"] }",
        "asked_if = <here>\"access.seats\"",
        &[P::WrongType(Expected::Condition)],
    );
    expect("weight = 2\n", "", &[]);
    expect("target = 0.9\n", "", &[P::MissingKey(s("target"))]);
    let problems = found(&with("weight = 2", "wieght = 2"));
    assert!(
        matches!(&problems[..], [(at, P::UnknownKey { key, known })]
            if *at == place(&with("weight = 2", "wieght = 2"), "wieght") && key == "wieght" && known.contains(&s("weight"))),
        "{problems:?}"
    );
}

#[test]
fn all_problems_come_at_once_in_the_order_of_the_file() {
    let text = SMALL
        .replace("target = 0.9", "target = 9")
        .replace("part = \"policy\"", "part = \"polcy\"")
        .replace("max = 20", "max = 0");
    let places: Vec<String> = found(&text).into_iter().map(|(at, _)| at).collect();
    let header = format!("{}:1", line("id = \"policy\"") - 1);
    assert_eq!(
        places,
        [place(&text, "9\n\n[scale"), header, place(&text, "\"polcy\""), place(&text, "1\nmax = 0")]
    );
}

#[test]
fn ids_and_versions() {
    use ProblemKind as P;
    expect("format = 1", "format = <here>2", &[P::UnknownFormat(2)]);
    expect(
        "id = \"small\"",
        "id = <here>\"large\"",
        &[P::IdIsNotFolder { id: s("large"), folder: s("small") }],
    );
    expect(
        "version = \"1.2\"",
        "version = <here>\"1.3\"",
        &[P::VersionIsNotFile { version: s("1.3"), file: s("1.2") }],
    );
    let kinds = |text: &str| -> Vec<P> { found(text).into_iter().map(|(_, kind)| kind).collect() };
    assert!(kinds(&with("version = \"1.2\"", "version = \"1.x\"")).contains(&P::BadVersion(s("1.x"))));
    for id in ["Comment", "ghi chú", "1comment", "comment_", &"x".repeat(49)] {
        let text = SMALL.replace("\"comment\"", &format!("\"{id}\""));
        assert_eq!(kinds(&text), [P::BadId(s(id))], "{id}");
    }
    for id in ["submission", "token", "lang", "with"] {
        let text = SMALL.replace("\"comment\"", &format!("\"{id}\""));
        assert_eq!(kinds(&text), [P::ReservedId(s(id))], "{id}");
    }
    let text = SMALL.replace("\"comment\"", "\"access_seats\"");
    assert_eq!(
        kinds(&text),
        [P::SameVariable { id: s("access_seats"), other: s("access.seats"), name: s("access_seats") }]
    );
    // Criteria and questions share one name space.
    let text = with("id = \"visits\"", "id = \"access.signs\"").replace("\"visits\", ", "");
    assert_eq!(kinds(&text), [P::Duplicate { id: s("access.signs"), first: line("id = \"access.signs\"") }]);
    expect(
        "id = \"counter\"",
        "id = <here>\"full\"",
        &[P::Duplicate { id: s("full"), first: line("id = \"full\"") }],
    );
    assert!(
        kinds(&with("id = \"service\"", "id = \"policy\""))
            .contains(&P::Duplicate { id: s("policy"), first: line("id = \"policy\"") })
    );
    assert!(
        kinds(&with("id = \"feedback\"\n", "id = \"access\"\n"))
            .contains(&P::Duplicate { id: s("access"), first: line("id = \"access\"") })
    );
    expect(
        "code = \"desk\"",
        "code = <here>\"web\"",
        &[P::Duplicate { id: s("web"), first: line("code = \"web\"") }],
    );
}

#[test]
fn references() {
    expect(
        "dimension = \"schools\"",
        "dimension = <here>\"school\"",
        &[
            ProblemKind::DimensionWithoutCriterion(s("schools")),
            unknown(Reference::Dimension, "school", &["schools", "access", "feedback"]),
        ],
    );
    expect(
        "scale = \"agree\"\nweight = 2",
        "scale = <here>\"agre\"",
        &[unknown(Reference::Scale, "agre", &["agree"])],
    );
    expect(
        "part = \"policy\"",
        "part = <here>\"polcy\"",
        &[
            ProblemKind::PartWithoutDimension(s("policy")),
            unknown(Reference::Part, "polcy", &["policy", "service"]),
        ],
    );
    expect(
        "part = \"policy\"\n",
        "",
        &[ProblemKind::PartWithoutDimension(s("policy")), ProblemKind::DimensionWithoutPart(s("schools"))],
    );
    expect(
        "scale = \"agree\"\nplan = \"8.1\"",
        "scale = \"agree\"\nplan = <here>\"8.2\"",
        &[unknown(Reference::Plan, "8.2", &["8.1"])],
    );
    expect(
        "\"visits\", \"comment\"]",
        "\"visits\", <here>\"coment\", \"comment\"]",
        &[unknown(Reference::Item, "coment", &ITEMS)],
    );
    expect(
        "[form.wording]",
        "[form.wording]\n<here>visits = { vi = \"a\", en = \"b\" }",
        &[ProblemKind::WordingNotAsked { id: s("visits"), form: s("counter") }],
    );
    expect(
        "[plan.\"8.1\"]",
        "[map]\n<here>seats = \"seats\"\n[plan.\"8.1\"]",
        &[unknown(Reference::Item, "seats", &ITEMS), ProblemKind::BadMap(s("seats"))],
    );
}

#[test]
fn languages() {
    use ProblemKind as P;
    expect("en = \"Test form\"", "en = <here>\" \"", &[P::EmptyText(s("en"))]);
    expect(", en = \"Test form\"", "", &[P::MissingTranslation(s("en"))]);
    expect(
        "help = { vi = \"Nơi chờ\", en",
        "<here>help = { vi = \"Nơi chờ\", fr",
        &[P::MissingTranslation(s("en")), P::UndeclaredLanguage(s("fr"))],
    );
    let kinds: Vec<P> = found(&with("[\"vi\", \"en\"]", "[\"vi\", \"en\", \"en\", \"English\"]"))
        .into_iter()
        .map(|(_, kind)| kind)
        .collect();
    assert!(kinds.contains(&P::BadLanguage(s("English"))));
    assert!(kinds.contains(&P::Duplicate { id: s("en"), first: 6 }));
    assert!(
        found(&with("[\"vi\", \"en\"]", "[]"))
            .iter()
            .any(|(at, kind)| at == "6:13" && *kind == P::NoLanguage)
    );
}

#[test]
fn scales_and_settings() {
    use ProblemKind as P;
    expect("target = 0.9", "target = <here>90", &[P::OutOfLimits(90.0, Limits::InsideUnit)]);
    assert_eq!(found(&with("target = 0.9", "target = nan")).len(), 1);
    expect("target = 0.9", "target = 0.9\nlevel = <here>1", &[P::OutOfLimits(1.0, Limits::InsideUnit)]);
    expect("target = 0.9", "target = 0.9\nminimum_answers = <here>4", &[P::MinimumTooSmall(4)]);
    expect(
        "target = 0.9",
        "target = 0.9\ncaution_width = <here>1.5",
        &[P::OutOfLimits(1.5, Limits::PositiveUnit)],
    );
    expect("target = 0.9", "target = 0.9\ncaution_n_eff = <here>0", &[P::OutOfLimits(0.0, Limits::Positive)]);
    expect("target = 0.8", "target = <here>0", &[P::OutOfLimits(0.0, Limits::InsideUnit)]);
    expect("weight = 2", "weight = <here>0", &[P::OutOfLimits(0.0, Limits::Positive)]);
    expect("score = 0.2", "score = <here>20", &[P::OutOfLimits(20.0, Limits::Unit)]);
    expect("score = 1, satisfied = true", "score = 1", &[P::NoSatisfiedOption]);
    expect("score = 0.2", "satisfied = true", &[P::NoUnsatisfiedOption]);
    expect("missing = true", "missing = true, score = 0.5", &[P::MissingCounts(s("na"))]);
    expect("code = \"web\"", "code = <here>\"Web site\"", &[P::BadCode(s("Web site"))]);
    let text = with("target = 0.9", "target = 0.9\nmeasure = \"mean_score\"").replace(", score = 0.2", "");
    assert_eq!(found(&text), [(place(&text, "{ code = \"1\""), P::MissingScore(s("1")))]);
    let one = with(
        "  { code = \"yes\", label = { vi = \"Có\", en = \"Yes\" } },\n  { code = \"no\", label = { vi = \"Không\", en = \"No\" } },",
        "  { code = \"yes\", label = { vi = \"Có\", en = \"Yes\" } },",
    );
    assert!(
        found(&one)
            .iter()
            .any(|(at, kind)| *at == place(&one, "[\n  { code = \"yes\"") && *kind == P::TooFewOptions(1))
    );
    let many: String = (0..251)
        .map(|n| format!("  {{ code = \"c{n}\", label = {{ vi = \"{n}\", en = \"{n}\" }} }},\n"))
        .collect();
    let text = with("  { code = \"web\"", &format!("{many}  {{ code = \"web\""));
    assert_eq!(found(&text), [(place(&text, "[\n  { code = \"c0\""), P::TooManyOptions(254))]);
}

#[test]
fn questions_beside_the_index() {
    use ProblemKind as P;
    expect("min = 1\n", "min = <here>21\n", &[P::MinAboveMax(21, 20)]);
    expect("max_length = 40", "max_length = <here>0", &[P::NoLength]);
    expect("max_length = 40", "<here>scale = \"agree\"", &[P::KeyNotForKind { key: "scale", kind: "text" }]);
    expect("max = 20", "<here>max_length = 20", &[P::KeyNotForKind { key: "max_length", kind: "number" }]);
    expect("kind = \"multiple\"", "kind = \"multiple\"\nscale = \"agree\"", &[P::ScaleAndOptions]);
    let text = with("kind = \"text\"", "kind = \"single\"").replace("max_length = 40\n", "");
    assert_eq!(found(&text), [(format!("{}:1", line("id = \"comment\"") - 1), P::NoOptions)]);
}

#[test]
fn forms() {
    use ProblemKind as P;
    expect("minutes = 1", "minutes = <here>0", &[P::NoMinutes]);
    expect(
        "[\"visits\", \"comment\"]",
        "[\"visits\", \"comment\", <here>\"visits\"]",
        &[P::AskedTwice { id: s("visits"), form: s("full") }],
    );
    expect("\"visits\", \"comment\"]", "\"comment\"]", &[P::NeverAsked(s("visits"))]);
    assert!(
        check_text(FILE, &with("\"visits\", \"comment\"]", "\"comment\"]")).iter().all(|p| !p.is_error())
    );
    assert!(
        found(&with("ask = [\"visits\", \"comment\"]", "ask = []"))
            .contains(&(place(SMALL, "[\"visits\", \"comment\"]"), P::EmptySection))
    );
    let form = |ask: &str| {
        format!(
            "[[form]]\nid = \"mini\"\nintroduction = {{ vi = \"a\", en = \"b\" }}\nminutes = 1\n[[form.section]]\n\
             title = {{ vi = \"a\", en = \"b\" }}\nask = [{ask}]\n[[form]]\nid = \"counter\""
        )
    };
    expect(
        "[[form]]\nid = \"counter\"",
        &format!("<here>{}", form("\"feedback.given\"")),
        &[P::FormWithoutCriterion(s("mini"))],
    );
    // A form that a mail scanner could post untouched: nothing unconditional is required.
    let text = with("[[form]]\nid = \"counter\"", &form("\"access.signs\", \"comment\"")).replace(
        "text = { vi = \"Chỉ dẫn rõ không?\", en = \"Clear signs?\" }",
        "text = { vi = \"Chỉ dẫn rõ không?\", en = \"Clear signs?\" }\nrequired = false",
    );
    assert!(matches!(&found(&text)[..], [(_, P::FormAcceptsNothing(form))] if form == "mini"));
    let none = SMALL.split("[[form]]").next().unwrap();
    assert!(found(none).iter().any(|(_, kind)| *kind == P::NoForm));
}

#[test]
fn rules() {
    use ProblemKind as P;
    let rule = "asked_if = { question = \"feedback.given\", in = [\"yes\"] }";
    expect(
        rule,
        "asked_if = { question = <here>\"feedback.give\", in = [\"yes\"] }",
        &[unknown(Reference::Item, "feedback.give", &ITEMS)],
    );
    expect(
        rule,
        "asked_if = { question = \"feedback.given\", in = [<here>\"ja\", \"yes\"] }",
        &[unknown(Reference::Option, "ja", &["yes", "no"])],
    );
    expect(
        rule,
        "asked_if = { question = <here>\"comment\", in = [\"yes\"] }",
        &[
            P::RuleOnKind(s("comment")),
            P::RuleOnLater { question: s("comment"), form: s("full") },
            P::RuleOnLater { question: s("comment"), form: s("counter") },
        ],
    );
    expect(rule, "asked_if = { all = <here>[] }", &[P::EmptyRule]);
    expect(
        rule,
        "asked_if = { question = \"feedback.given\", in = <here>[] }",
        &[P::RuleNeverFires(s("full")), P::RuleNeverFires(s("counter")), P::EmptyRule],
    );
    expect(
        "\"access.signs\", \"feedback.given\"]",
        "\"access.signs\"]",
        &[
            P::RuleOnNotAsked { question: s("feedback.given"), form: s("full") },
            P::RuleOnNotAsked { question: s("feedback.given"), form: s("full") },
        ],
    );
    expect(
        "ask = [\"feedback.handled\", \"channels\"]",
        "asked_if = { question = <here>\"channels\", in = [\"web\"] }\nask = [\"feedback.handled\", \"channels\"]",
        &[P::RuleOnLater { question: s("channels"), form: s("full") }],
    );
}

#[test]
fn rules_that_never_or_always_fire() {
    use ProblemKind as P;
    let rule = "asked_if = { question = \"feedback.given\", in = [\"yes\"] }";
    let both = |kind: fn(String) -> P| [kind(s("full")), kind(s("counter"))];
    expect(
        rule,
        "asked_if = <here>{ all = [{ question = \"feedback.given\", in = [\"yes\"] }, { question = \"feedback.given\", in = [\"no\"] }] }",
        &both(P::RuleNeverFires),
    );
    expect(
        rule,
        "asked_if = <here>{ question = \"feedback.given\", in = [\"yes\", \"no\"] }",
        &both(P::RuleAlwaysFires),
    );
    // A question that may stay blank is no certain answer.
    let optional = with(rule, "asked_if = { question = \"feedback.given\", in = [\"yes\", \"no\"] }")
        .replace("required = true\n", "");
    assert_eq!(found(&optional), []);
    // The rule contradicts its section's.
    expect(
        "asked_if = { question = \"access.seats\", in = [\"1\", \"2\"] }",
        "asked_if = { question = \"feedback.given\", in = [\"no\"] }",
        &[P::RuleNeverFires(s("counter"))],
    );
    // The rule contradicts the rule of the question it refers to.
    expect(
        "text = { vi = \"Ý kiến khác\", en = \"Comment\" }\nmax_length = 40",
        "text = { vi = \"Ý kiến khác\", en = \"Comment\" }\nasked_if = <here>{ all = [{ question = \"feedback.handled\", in = [\"1\"] }, { question = \"feedback.given\", in = [\"no\"] }] }",
        &both(P::RuleNeverFires),
    );
    // Several of a multiple choice can hold together.
    expect(
        "kind = \"text\"",
        "kind = \"text\"\nasked_if = { all = [{ question = \"access.seats\", in = [\"1\"] }, { not = { question = \"access.seats\", in = [\"na\"] } }] }",
        &[],
    );
    expect(
        "kind = \"number\"",
        "kind = \"number\"\nasked_if = { all = [{ question = \"channels\", in = [\"web\"] }, { question = \"channels\", in = [\"post\"] }] }",
        &[],
    );
}

#[test]
fn the_satisfied_and_the_dissatisfied_are_asked_the_same() {
    use ProblemKind as P;
    // Other questions by an opinion: a warning each, with its place.
    let warnings: Vec<_> = check_text(FILE, SMALL);
    let ids: Vec<&str> = warnings
        .iter()
        .map(|problem| match &problem.kind {
            P::ExtraForSome { id, question } if question == "access.seats" => id.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    // Its section on both opinions of the scale asks everybody who has one.
    assert_eq!(ids, ["channels"]);
    assert!(warnings.iter().all(|problem| problem.severity == Severity::Warning));
    // A criterion by an opinion on another: refused, also by "not", and inside all and any.
    let rule = "asked_if = { question = \"feedback.given\", in = [\"yes\"] }";
    for (condition, refused) in [
        ("{ question = <here>\"access.seats\", in = [\"1\"] }", true),
        ("{ not = { question = <here>\"access.seats\", in = [\"2\"] } }", true),
        (
            "{ any = [{ question = <here>\"access.seats\", in = [\"1\"] }, { question = \"feedback.given\", in = [\"yes\"] }] }",
            true,
        ),
        // Whether somebody has an opinion at all tells nobody apart by it.
        ("{ not = { question = \"access.seats\", in = [\"na\"] } }", false),
    ] {
        let id = || P::RuleOnOpinion { id: s("feedback.handled"), question: s("access.seats") };
        let expected: Vec<ProblemKind> = refused.then(id).into_iter().collect();
        expect(rule, &format!("asked_if = {condition}"), &expected);
    }
}
