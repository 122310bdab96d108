//! Reports of an invented quarter in Bình Định: departments, districts and their one-stop sections; cells that are
//! suppressed or ask for caution, figures that reach the target, do not, or cannot be decided.

use std::collections::BTreeMap;

use crate::{
    definition::model::{Aggregation, Measure, Weights},
    index::report::{
        Breakdown, By, CampaignInfo, Category, Comment, CriterionResult, Decision, DefinitionInfo,
        DimensionResult, Drivers, Estimate, Evenness, Method, MethodWeights, Modes, Module, Note, PartResult,
        Publish, Reliability, Report, Responses, Responsible, Result, Rotation, SCHEMA, Selection,
        UnitResult, UnitWeighting, Weighting,
    },
    organisation::Phase,
};

/// Fewest answers published.
pub const MINIMUM: u32 = 10;
const TARGET: f64 = 0.9;

/// A unit that takes answers: code, answers, population, planned, share satisfied.
struct Leaf(&'static str, u64, u64, u64, f64);

const LEAVES: [Leaf; 11] = [
    Leaf("ttpvhcc-1", 612, 9_840, 600, 0.951),
    Leaf("ttpvhcc-2", 388, 5_120, 400, 0.874),
    Leaf("snv", 96, 640, 100, 0.972),
    Leaf("stnmt", 301, 7_310, 300, 0.771),
    Leaf("qn-mc", 842, 21_400, 800, 0.842),
    Leaf("qn-tdp", 214, 4_930, 250, 0.889),
    Leaf("an-mc", 455, 12_760, 500, 0.906),
    Leaf("hn-mc", 391, 11_050, 500, 0.858),
    Leaf("tp-mc", 27, 6_210, 300, 0.852),
    Leaf("vc-mc", 6, 1_480, 100, 0.9),
    Leaf("vt-mc", 14, 1_620, 100, 0.8),
];

/// Code, name, kind, parent; in the order of the tree.
const UNITS: [(&str, &str, &str, Option<&str>); 21] = [
    ("bd", "UBND tỉnh Bình Định", "province", None),
    ("vp", "Văn phòng UBND tỉnh", "department", Some("bd")),
    ("ttpvhcc", "Trung tâm Phục vụ hành chính công", "centre", Some("vp")),
    ("ttpvhcc-1", "Bộ phận tiếp nhận hồ sơ khối kinh tế", "one-stop", Some("ttpvhcc")),
    ("ttpvhcc-2", "Bộ phận tiếp nhận hồ sơ khối văn hoá - xã hội", "one-stop", Some("ttpvhcc")),
    ("snv", "Sở Nội vụ", "department", Some("bd")),
    ("stnmt", "Sở Tài nguyên và Môi trường", "department", Some("bd")),
    ("qn", "UBND thành phố Quy Nhơn", "district", Some("bd")),
    ("qn-mc", "Bộ phận Một cửa thành phố Quy Nhơn", "one-stop", Some("qn")),
    ("qn-tdp", "UBND phường Trần Hưng Đạo", "commune", Some("qn")),
    ("an", "UBND thị xã An Nhơn", "district", Some("bd")),
    ("an-mc", "Bộ phận Một cửa thị xã An Nhơn", "one-stop", Some("an")),
    ("hn", "UBND thị xã Hoài Nhơn", "district", Some("bd")),
    ("hn-mc", "Bộ phận Một cửa thị xã Hoài Nhơn", "one-stop", Some("hn")),
    ("tp", "UBND huyện Tuy Phước", "district", Some("bd")),
    ("tp-mc", "Bộ phận Một cửa huyện Tuy Phước", "one-stop", Some("tp")),
    ("vc", "UBND huyện Vân Canh", "district", Some("bd")),
    ("vc-mc", "Bộ phận Một cửa huyện Vân Canh", "one-stop", Some("vc")),
    ("vt", "UBND huyện Vĩnh Thạnh", "district", Some("bd")),
    ("vt-mc", "Bộ phận Một cửa huyện Vĩnh Thạnh", "one-stop", Some("vt")),
    ("hn-x", "UBND xã Hoài Mỹ", "commune", Some("hn")),
];

/// Suppressed though they have answers enough: else the hidden sibling could be worked out.
const COMPLEMENTARY: [&str; 2] = ["vt", "vt-mc"];

type Criteria = &'static [(&'static str, &'static str, f64, &'static str)];

/// Part, id and name of a dimension, and its criteria: id, name, distance from the unit's share, row of the plan.
const SERVICE: [(&str, &str, Criteria); 5] = [
    (
        "access",
        "Tiếp cận dịch vụ",
        &[
            ("access.signs", "Biển hiệu, bảng chỉ dẫn", 0.03, "8.1.2"),
            ("access.seats", "Ghế ngồi, bàn viết", 0.012, "8.1.2"),
            ("access.equipment", "Trang thiết bị", -0.035, "8.1.2"),
        ],
    ),
    (
        "procedures",
        "Thủ tục hành chính",
        &[
            ("procedures.posted", "Niêm yết công khai thủ tục", 0.045, "8.1.2"),
            ("procedures.papers", "Giấy tờ đúng quy định", 0.028, "8.1.2"),
            ("procedures.fees", "Phí, lệ phí đúng quy định", 0.078, "8.1.2"),
            ("procedures.time", "Thời hạn đúng quy định", -0.02, "8.1.2"),
        ],
    ),
    (
        "staff",
        "Công chức trực tiếp giải quyết công việc",
        &[
            ("staff.polite", "Lịch sự, tôn trọng", 0.038, "5.4"),
            ("staff.guidance", "Hướng dẫn dễ hiểu, đầy đủ", 0.002, "8.1.2"),
            ("staff.rules", "Làm đúng quy định", 0.03, "5.4"),
        ],
    ),
    (
        "results",
        "Kết quả",
        &[
            ("results.on-time", "Trả kết quả đúng hẹn", -0.042, "8.1.2"),
            ("results.correct", "Kết quả đầy đủ, chính xác", 0.031, "8.1.2"),
            ("results.fair", "Kết quả công bằng", 0.006, "8.1.2"),
        ],
    ),
    (
        "feedback",
        "Tiếp nhận, xử lý phản ánh, kiến nghị",
        &[
            ("feedback.channels", "Dễ phản ánh, kiến nghị", -0.075, "3.5.1"),
            ("feedback.handled", "Xử lý đúng quy định", -0.11, "3.5.1"),
            ("feedback.told", "Trả lời kịp thời", -0.152, "3.5.1"),
        ],
    ),
];

fn plan(row: &str) -> Responsible {
    let bodies = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (monitor, support) = match row {
        "5.4" => ("Sở Nội vụ", bodies(&["Sở Nội vụ"])),
        "3.5.1" => ("Văn phòng UBND tỉnh", bodies(&["Văn phòng UBND tỉnh"])),
        _ => ("Văn phòng UBND tỉnh", bodies(&["Văn phòng UBND tỉnh", "Sở Nội vụ"])),
    };
    Responsible {
        plan: row.to_owned(),
        monitor: bodies(&[monitor]),
        lead: bodies(&["Các cơ quan, đơn vị, địa phương"]),
        support,
    }
}

#[expect(clippy::cast_precision_loss, reason = "a fixture")]
fn estimate(n: u64, share: f64, spread: f64, hidden: bool) -> Estimate {
    if hidden || n < u64::from(MINIMUM) {
        return Estimate::default();
    }
    let deff = 1.31;
    let size = n as f64 / deff;
    let se = (share * (1.0 - share) / size).sqrt() * spread;
    let logit = (share / (1.0 - share)).ln();
    let reach = 1.96 * se / (share * (1.0 - share));
    let limit = |x: f64| 1.0 / (1.0 + (-x).exp());
    let (lower, upper) = (limit(logit - reach), limit(logit + reach));
    let decision = match (lower >= TARGET, upper < TARGET) {
        (true, _) => Decision::Met,
        (_, true) => Decision::NotMet,
        _ => Decision::Undecided,
    };
    let publish = if size < 30.0 || upper - lower > 0.2 { Publish::Caution } else { Publish::Publish };
    Estimate {
        n: Some(n),
        estimate: Some(share),
        se: Some(se),
        df: Some(n.saturating_sub(11)),
        lower: Some(lower),
        upper: Some(upper),
        method: Some("kg".into()),
        n_eff: Some((size * 10.0).floor() / 10.0),
        deff: Some(deff),
        decision: Some(decision),
        publish,
        change: None,
    }
}

/// The figures of the leaves for which `within` holds.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fixture"
)]
fn result(within: impl Fn(&str) -> bool, hidden: bool) -> Result {
    let leaves: Vec<&Leaf> = LEAVES.iter().filter(|leaf| within(leaf.0)).collect();
    let n: u64 = leaves.iter().map(|leaf| leaf.1).sum();
    let population: u64 = leaves.iter().map(|leaf| leaf.2).sum();
    let share = leaves.iter().map(|leaf| leaf.4 * leaf.2 as f64).sum::<f64>() / population.max(1) as f64;
    let closed = hidden || n < u64::from(MINIMUM);
    let dimensions: Vec<DimensionResult> = SERVICE
        .iter()
        .map(|(id, name, criteria)| {
            let results: Vec<CriterionResult> = criteria
                .iter()
                .map(|(id, name, off, row)| {
                    let share = (share + off).min(0.994);
                    let n = if id.starts_with("feedback") { n / 4 } else { n };
                    let closed = closed || n < u64::from(MINIMUM);
                    let satisfied = (share * n as f64) as u64;
                    let counts = [(1, (n - satisfied) / 8), (2, (n - satisfied) / 4), (4, satisfied * 5 / 8)];
                    let mut counts: BTreeMap<String, u64> =
                        counts.into_iter().map(|(code, n)| (code.to_string(), n)).collect();
                    counts.insert("3".to_owned(), n - satisfied - counts["1"] - counts["2"]);
                    counts.insert("5".to_owned(), satisfied - counts["4"]);
                    CriterionResult {
                        points: None,
                        id: (*id).to_owned(),
                        name: (*name).to_owned(),
                        in_dimension: Some(1.0 / criteria.len() as f64),
                        asked: (!closed).then_some(n),
                        counts: if closed { BTreeMap::new() } else { counts },
                        estimate: estimate(n, share, 1.0, closed),
                        mean: Estimate {
                            estimate: Some(1.6 + 2.7 * share),
                            decision: None,
                            ..estimate(n, share, 1.0, closed)
                        },
                        responsible: Some(plan(row)),
                    }
                })
                .map(|mut criterion| {
                    if criterion.estimate.publish == Publish::Suppress {
                        criterion.mean = Estimate::default();
                    }
                    criterion
                })
                .collect();
            let mean = criteria.iter().map(|(_, _, off, _)| (share + off).min(0.994)).sum::<f64>()
                / criteria.len() as f64;
            let n = if *id == "feedback" { n / 4 } else { n };
            DimensionResult {
                points: None,
                id: (*id).to_owned(),
                name: (*name).to_owned(),
                part: Some("service".to_owned()),
                weight: criteria.len() as f64 / 16.0,
                estimate: estimate(n, mean, 0.7, closed || n < u64::from(MINIMUM)),
                criteria: results,
                reliability: Reliability::default(),
            }
        })
        .collect();
    let index = SERVICE.iter().flat_map(|d| d.2).map(|c| (share + c.2).min(0.994)).sum::<f64>() / 16.0;
    let index = estimate(n, index, 0.6, hidden);
    Result {
        points: None,
        responses: (!closed).then_some(n),
        index: index.clone(),
        parts: vec![PartResult {
            id: "service".to_owned(),
            name: "Cung ứng dịch vụ hành chính công".to_owned(),
            weight: 1.0,
            estimate: index,
        }],
        dimensions,
        drivers: Drivers::default(),
        weighting: UnitWeighting::default(),
    }
}

fn is_within(code: &str, ancestor: &str) -> bool {
    let mut at = Some(code);
    while let Some(here) = at {
        if here == ancestor {
            return true;
        }
        at = UNITS.iter().find(|unit| unit.0 == here).and_then(|unit| unit.3);
    }
    false
}

/// A closed campaign at counters, weighted, with one part of five dimensions.
pub fn report() -> Report {
    let sum = |code: &str, of: fn(&Leaf) -> u64| {
        let leaves: Vec<u64> = LEAVES.iter().filter(|leaf| is_within(leaf.0, code)).map(of).collect();
        (!leaves.is_empty()).then(|| leaves.iter().sum())
    };
    let units = UNITS.iter().map(|(code, name, kind, parent)| UnitResult {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        kind: (*kind).to_owned(),
        parent: parent.map(str::to_owned),
        merged_into: None,
        population: sum(code, |leaf| leaf.2),
        planned: sum(code, |leaf| leaf.3),
        result: result(|leaf| is_within(leaf, code), COMPLEMENTARY.contains(code)),
    });
    let note = |code: &str, unit: Option<&str>, vi: &str, en: &str| Note {
        code: code.to_owned(),
        unit: unit.map(str::to_owned),
        text: [("vi", vi), ("en", en)].map(|(lang, text)| (lang.to_owned(), text.to_owned())).into(),
    };
    Report {
        schema: SCHEMA.into(),
        campaign: CampaignInfo {
            form_title: [
                ("vi", "Ý kiến của Ông/Bà về lần làm thủ tục này"),
                ("en", "Your opinion on this visit"),
            ]
            .map(|(lang, title)| (lang.to_owned(), title.to_owned()))
            .into(),
            slug: "sipas-2026-q4".to_owned(),
            title: "Khảo sát mức độ hài lòng quý IV năm 2026".to_owned(),
            definition: DefinitionInfo {
                id: "sipas".to_owned(),
                version: "2026.1".to_owned(),
                sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
                translations: BTreeMap::new(),
            },
            form: "counter".to_owned(),
            opens: "2026-10-01T00:00:00+07:00".to_owned(),
            closes: "2027-01-01T00:00:00+07:00".to_owned(),
            status: Phase::Closed,
            demonstration: false,
        },
        period: None,
        generated_at: "2027-01-05T02:14:09Z".to_owned(),
        level: 0.95,
        target: TARGET,
        weighting: Weighting::Design,
        method: Method {
            name: "Tỷ lệ hài lòng, bình quân theo tiêu chí".to_owned(),
            measure: Measure::ShareSatisfied,
            aggregation: Aggregation::ItemShares,
            weights: MethodWeights { parts: Weights::ByItems, dimensions: Weights::ByItems },
            minimum_answers: MINIMUM,
        },
        responses: Responses {
            stored: 3_351,
            valid: 3_346,
            flagged: 0,
            from: Some("2026-10-01".to_owned()),
            to: Some("2026-12-31".to_owned()),
            channels: [("open", 3_012), ("paper", 268), ("kiosk", 66)]
                .map(|(channel, n)| (channel.to_owned(), n))
                .into(),
            selection: Some(Selection::PartlySelfSelected),
            modes: Some(Modes {
                own: Some(1_204),
                helped: Some(112),
                proxy: None,
                unknown: None,
                index_unassisted: Some(estimate(3_035, 0.861, 1.0, false)),
            }),
        },
        total: result(|_| true, false),
        units: units.collect(),
        groups: Vec::new(),
        breakdowns: Vec::new(),
        weighted_together: Vec::new(),
        rankings: Vec::new(),
        rotation: None,
        set_aside: None,
        comments: ["=1+1 rất tốt", "Nên có thêm ghế\nvà quạt"]
            .map(|text| Comment {
                question: "comment".to_owned(),
                unit: (!text.starts_with('=')).then(|| "qn".to_owned()),
                text: text.to_owned(),
            })
            .into(),
        previous: None,
        notes: vec![
            note(
                "partly_self_selected",
                None,
                "Phiếu qua mã QR do người dân tự nguyện trả lời, không phải mẫu chọn ngẫu nhiên.",
                "Answers by QR code are given by those who choose to; they are no random sample.",
            ),
            note(
                "suppressed",
                Some("vt"),
                "không công bố để không suy ra kết quả của đơn vị có quá ít phiếu.",
                "not published, so that a unit with too few answers cannot be worked out.",
            ),
        ],
    }
}

/// The same for both parts of the index: policy with two dimensions, and service.
pub fn two_parts() -> Report {
    let mut report = report();
    let results =
        std::iter::once(&mut report.total).chain(report.units.iter_mut().map(|unit| &mut unit.result));
    for result in results {
        let mut policy = result.dimensions[..2].to_vec();
        for (dimension, (id, name)) in policy
            .iter_mut()
            .zip([("accountability", "Trách nhiệm giải trình"), ("effects", "Kết quả, tác động")])
        {
            dimension.id = id.to_owned();
            dimension.name = name.to_owned();
            dimension.part = Some("policy".to_owned());
            for criterion in &mut dimension.criteria {
                criterion.id = format!("policy-{}", criterion.id);
            }
        }
        result.dimensions.splice(0..0, policy);
        let first = PartResult {
            id: "policy".to_owned(),
            name: "Xây dựng, tổ chức thực hiện chính sách".to_owned(),
            weight: 7.0 / 23.0,
            ..result.parts[0].clone()
        };
        result.parts[0].weight = 16.0 / 23.0;
        result.parts.insert(0, first);
        for dimension in &mut result.dimensions {
            #[expect(clippy::cast_precision_loss, reason = "a fixture")]
            let items = dimension.criteria.len() as f64;
            dimension.weight = items / 23.0;
        }
    }
    report
}

/// Names that try to be markup, a formula, a sign of direction.
pub const NASTY: [&str; 5] = [
    "=HYPERLINK(\"http://x.example\",\"Sở\")",
    "Sở \"Xây dựng\" <b>&amp;</b> 'Hạ tầng' <script>alert(1)</script>",
    "-2+3 @SUM(A1)",
    "</title></svg></style>{{7*7}}",
    "＝1+1\u{202e}",
];

/// The report with such names for units, a criterion, the campaign and a body.
pub fn nasty() -> Report {
    let mut report = report();
    for (unit, name) in report.units.iter_mut().zip(NASTY) {
        unit.name = name.to_owned();
    }
    report.campaign.title = NASTY[3].to_owned();
    let criterion = &mut report.total.dimensions[4].criteria[2];
    criterion.name = NASTY[0].to_owned();
    criterion.responsible = Some(Responsible { lead: vec![NASTY[1].to_owned()], ..plan("8.1.2") });
    report.total.dimensions[4].name = NASTY[1].to_owned();
    report.notes[0].text.insert("vi".to_owned(), NASTY[1].to_owned());
    report
}

/// A campaign of personal links before it closes: no figure at all.
pub fn closed_until_end() -> Report {
    let mut report = report();
    report.campaign.status = Phase::Open;
    let results =
        std::iter::once(&mut report.total).chain(report.units.iter_mut().map(|unit| &mut unit.result));
    for result in results {
        result.responses = None;
        result.index = Estimate::default();
        for part in &mut result.parts {
            part.estimate = Estimate::default();
        }
        for dimension in &mut result.dimensions {
            dimension.estimate = Estimate::default();
            for criterion in &mut dimension.criteria {
                criterion.asked = None;
                criterion.counts.clear();
                criterion.estimate = Estimate::default();
                criterion.mean = Estimate::default();
            }
        }
    }
    report.notes = vec![Note {
        code: "closed_until_end".to_owned(),
        unit: None,
        text: [
            ("vi", "Kết quả chỉ được tính sau khi đợt khảo sát kết thúc, để không ai biết ai trả lời gì."),
            ("en", "Figures are computed only after the campaign has closed, so that nobody learns who answered what."),
        ]
        .map(|(lang, text)| (lang.to_owned(), text.to_owned()))
        .into(),
    }];
    report
}

/// Fields of procedure, one of them hidden, channels, and two counters of a unit.
pub fn divided() -> Report {
    let category = |code: &str, name: &str, leaf: &str, hidden: bool| {
        let mut result = result(|one| one == leaf, hidden);
        // As they are given: in tenths of a percentage point, without errors.
        for (_, estimate) in result.figures_mut() {
            (estimate.se, estimate.df) = (None, None);
            for share in [&mut estimate.estimate, &mut estimate.lower, &mut estimate.upper] {
                *share = share.map(|share| (share * 1000.0).round() / 1000.0);
            }
        }
        Category { code: code.to_owned(), name: name.to_owned(), result }
    };
    let of = |by, unit: Option<&str>, categories| Breakdown { by, unit: unit.map(str::to_owned), categories };
    let mut hidden = category("health", "Y tế, giáo dục", "snv", true);
    hidden.result.responses = None;
    Report {
        breakdowns: vec![
            of(
                By::Field,
                None,
                vec![
                    category("civil", "Hộ tịch, chứng thực", LEAVES[0].0, false),
                    category("land", "=Đất đai <b>", LEAVES[1].0, false),
                    hidden,
                ],
            ),
            of(By::Channel, None, vec![category("paper", "", LEAVES[2].0, false)]),
            of(By::Counter, Some("snv"), vec![category("q-1", "Quầy \"số\" 1", "snv", false)]),
        ],
        ..report()
    }
}

/// The report of a form that rotates three modules.
pub fn rotated() -> Report {
    let module = |id: &str, name: &str, asked: u64| Module {
        id: id.to_owned(),
        name: name.to_owned(),
        probability: 2.0 / 3.0,
        asked: Some(asked),
        share: Some(asked as f64 / 600.0),
    };
    Report {
        rotation: Some(Rotation {
            ask: 2,
            modules: vec![
                module("access", "Tiếp cận dịch vụ", 391),
                module("procedures", "Mô-đun thủ tục", 412),
                module("result", "=Kết quả <b>", 397),
            ],
            evenness: Some(Evenness { chi_square: 1.74, df: 2, p: 0.419 }),
        }),
        ..report()
    }
}
