//! What the files ask for, and what can be said of them without the database.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use jiff::{civil::Date, tz::TimeZone};

use super::{
    notice,
    source::{Findings, Said, Source, Spot},
    table::{self, Table},
    value,
};
use crate::organisation::{Notice, State, kiosk_code, person};

/// Everything that the files list, values checked one by one and against each other.
#[derive(Debug, Default)]
pub struct Plan {
    pub units: Vec<UnitAsked>,
    pub campaigns: Vec<CampaignAsked>,
}

impl Plan {
    /// Slugs of the campaigns listed.
    pub fn slugs(&self) -> BTreeSet<&str> {
        self.campaigns.iter().map(|campaign| campaign.slug.value.as_str()).collect()
    }
}

/// `[[unit]]`
#[derive(Debug)]
pub struct UnitAsked {
    pub code: Said<String>,
    pub name: Said<String>,
    pub kind: Said<String>,
    pub parent: Option<Said<String>>,
    pub valid_from: Option<Said<Date>>,
    pub valid_to: Option<Said<Date>>,
    pub successor: Option<Said<String>>,
    /// The day from which name, kind and parent hold.
    pub since: Option<Said<Date>>,
}

/// `[[campaign]]`
#[derive(Debug)]
pub struct CampaignAsked {
    pub slug: Said<String>,
    pub definition: Said<String>,
    pub version: Option<Said<String>>,
    pub form: Said<String>,
    pub title: BTreeMap<String, String>,
    /// UTC milliseconds.
    pub opens: Said<i64>,
    pub closes: Said<i64>,
    pub target: Option<f64>,
    pub minimum_answers: Option<u32>,
    pub demonstration: Said<bool>,
    /// Slug of the campaign that changes are counted from.
    pub previous: Option<Said<String>>,
    /// The code by which staff leave a tablet at a counter.
    pub kiosk_code: Option<Said<String>>,
    /// Whether the code that is there stays, whatever it is: a page does not know it.
    pub keeps_kiosk_code: bool,
    /// What its managers decided; absent: what it is, or at first active.
    pub state: Option<State>,
    /// What people are told before they answer.
    pub notice: Option<Said<Notice>>,
    /// Codes of the languages it may be answered in; none: all.
    pub languages: Vec<Said<String>>,
    pub strata: Vec<StratumAsked>,
    pub margins: Vec<MarginAsked>,
    pub counters: Vec<CounterAsked>,
    pub groups: Vec<GroupAsked>,
    pub assignments: Vec<AssignmentAsked>,
    pub invitations: Vec<InvitationAsked>,
}

/// `[[campaign.stratum]]`
#[derive(Debug)]
pub struct StratumAsked {
    pub unit: Said<String>,
    pub population: Said<u64>,
    pub sample: Option<u64>,
}

/// `[[campaign.margin]]`
#[derive(Debug)]
pub struct MarginAsked {
    pub unit: Said<String>,
    pub by: Said<String>,
    /// By option code.
    pub totals: Said<BTreeMap<String, Said<u64>>>,
}

/// `[[campaign.counter]]`
#[derive(Debug)]
pub struct CounterAsked {
    pub code: Said<String>,
    pub unit: Said<String>,
    pub name: Said<String>,
    pub public: bool,
    /// Whether its address is replaced by a new one and never counts again.
    pub renew: bool,
}

/// `[[campaign.group]]`
#[derive(Debug)]
pub struct GroupAsked {
    pub code: Said<String>,
    pub name: Said<String>,
    pub weight: Option<Said<f64>>,
}

/// `[[campaign.assignment]]`
#[derive(Debug)]
pub struct AssignmentAsked {
    pub group: Said<String>,
    /// Units by their codes.
    pub units: Vec<Said<String>>,
    /// And all units of this kind, below this one.
    pub kind: Option<Said<String>>,
    pub below: Option<Said<String>>,
    /// Absent: the campaign's.
    pub form: Option<Said<String>>,
    pub spot: Spot,
}

/// `[[campaign.invitation]]`
#[derive(Debug, Clone, PartialEq)]
pub struct InvitationAsked {
    pub code: Said<String>,
    pub group: Option<Said<String>>,
    pub unit: Said<String>,
    pub email: Option<Said<String>>,
    pub name: Option<Said<String>>,
    pub title: Option<Said<String>>,
    pub address: Option<Said<String>>,
}

const FILE: [&str; 2] = ["unit", "campaign"];
const UNIT: [&str; 8] = ["code", "name", "kind", "parent", "valid_from", "valid_to", "successor", "since"];
const CAMPAIGN: [&str; 20] = [
    "slug",
    "definition",
    "version",
    "form",
    "title",
    "opens",
    "closes",
    "target",
    "minimum_answers",
    "demonstration",
    "previous",
    "kiosk_code",
    "languages",
    "notice",
    "stratum",
    "margin",
    "counter",
    "group",
    "assignment",
    "invitation",
];
const STRATUM: [&str; 3] = ["unit", "population", "sample"];
const MARGIN: [&str; 3] = ["unit", "by", "totals"];
const COUNTER: [&str; 4] = ["code", "unit", "name", "public"];
const GROUP: [&str; 3] = ["code", "name", "weight"];
const ASSIGNMENT: [&str; 5] = ["group", "units", "kind", "below", "form"];
const INVITATION: [&str; 7] = ["code", "group", "unit", "email", "name", "title", "address"];

/// Smallest cell that a campaign may publish.
pub const MINIMUM_ANSWERS: i64 = 5;

/// Largest population: more than any province has, and sums of it stay exact.
pub const LARGEST: u64 = 1_000_000_000;

/// Largest weight of a group of raters.
const MOST_WEIGHT: f64 = 1_000_000.0;

/// Reads the files together; moments without an offset are in `zone`.
pub fn read(found: &mut Findings<'_>, sources: &[Source], zone: &TimeZone) -> Plan {
    let mut plan = Plan::default();
    for (file, source) in sources.iter().enumerate() {
        let Some(tree) = table::parse(found, file, source) else { continue };
        let top = Table::new(found, file, tree.get_ref(), 0, &FILE);
        for table in top.tables(found, "unit", &UNIT) {
            plan.units.push(unit(found, &table));
        }
        for table in top.tables(found, "campaign", &CAMPAIGN) {
            plan.campaigns.push(campaign(found, &table, zone));
        }
    }
    once(found, plan.units.iter().map(|unit| &unit.code));
    once(found, plan.campaigns.iter().map(|campaign| &campaign.slug));
    for campaign in &plan.campaigns {
        once(found, campaign.strata.iter().map(|stratum| &stratum.unit));
        once(found, campaign.counters.iter().map(|counter| &counter.code));
        once(found, campaign.groups.iter().map(|group| &group.code));
        once(found, campaign.invitations.iter().map(|invitation| &invitation.code));
    }
    plan
}

/// Complains of a name given twice and says where it was given first.
fn once<'s>(found: &mut Findings<'_>, names: impl Iterator<Item = &'s Said<String>>) {
    let mut first: BTreeMap<&str, Spot> = BTreeMap::new();
    for said in names.filter(|said| !said.value.is_empty()) {
        match first.get(said.value.as_str()) {
            None => drop(first.insert(&said.value, said.spot)),
            Some(&spot) => {
                let place = found.place(spot);
                let words =
                    fl!(found.lang.messages(), "apply-twice", code = said.value.as_str(), place = place);
                found.wrong(said.spot, words);
            }
        }
    }
}

fn required_text(found: &mut Findings<'_>, table: &Table<'_>, key: &str) -> Said<String> {
    let said = table.text(found, key);
    table.required(found, key, said)
}

fn code(found: &mut Findings<'_>, table: &Table<'_>, key: &str) -> Said<String> {
    let said = required_text(found, table, key);
    value::code(found, &said);
    said
}

fn line(found: &mut Findings<'_>, table: &Table<'_>, key: &str, most: usize) -> Said<String> {
    let said = required_text(found, table, key);
    value::line(found, said, most)
}

fn unit(found: &mut Findings<'_>, table: &Table<'_>) -> UnitAsked {
    UnitAsked {
        code: code(found, table, "code"),
        name: line(found, table, "name", value::NAME),
        kind: line(found, table, "kind", value::KIND),
        parent: table.text(found, "parent"),
        valid_from: day(found, table, "valid_from"),
        valid_to: day(found, table, "valid_to"),
        successor: table.text(found, "successor"),
        since: day(found, table, "since"),
    }
}

fn day(found: &mut Findings<'_>, table: &Table<'_>, key: &str) -> Option<Said<Date>> {
    let said = table.moment(found, key)?;
    value::day(found, &said)
}

fn campaign(found: &mut Findings<'_>, table: &Table<'_>, zone: &TimeZone) -> CampaignAsked {
    let slug = required_text(found, table, "slug");
    value::slug(found, &slug);
    let definition = required_text(found, table, "definition");
    let version = table.text(found, "version");
    let form = required_text(found, table, "form");
    let title = title(found, table);
    let opens = moment(found, table, "opens", zone);
    let closes = moment(found, table, "closes", zone);
    if opens.value >= closes.value && !found.is_wrong_at(opens.spot) && !found.is_wrong_at(closes.spot) {
        found.wrong(closes.spot, fl!(found.lang.messages(), "apply-closes-before-opens"));
    }
    let target = table.number(found, "target").and_then(|said| {
        let target = said.value?;
        if !(target > 0.0 && target <= 1.0) {
            let words = fl!(found.lang.messages(), "apply-target", target = target.to_string());
            found.wrong(said.spot, words);
        }
        Some(target)
    });
    let minimum_answers = table.whole(found, "minimum_answers").and_then(|said| {
        let minimum = said.value?;
        let whole = u32::try_from(minimum).ok();
        if minimum < MINIMUM_ANSWERS || whole.is_none() {
            let words = fl!(found.lang.messages(), "apply-minimum-answers", minimum = minimum.to_string());
            found.wrong(said.spot, words);
        }
        whole
    });
    CampaignAsked {
        slug,
        definition,
        version,
        form,
        title,
        opens,
        closes,
        target,
        minimum_answers,
        demonstration: table.truth(found, "demonstration"),
        previous: table.text(found, "previous"),
        kiosk_code: table.text(found, "kiosk_code").map(|said| staff_code(found, said)),
        keeps_kiosk_code: false,
        state: None,
        notice: notice::read(found, table),
        languages: table.list(found, "languages").map(|said| said.value).unwrap_or_default(),
        strata: each(found, table, "stratum", &STRATUM, stratum),
        margins: each(found, table, "margin", &MARGIN, margin),
        counters: each(found, table, "counter", &COUNTER, counter),
        groups: each(found, table, "group", &GROUP, group),
        assignments: each(found, table, "assignment", &ASSIGNMENT, assignment),
        invitations: each(found, table, "invitation", &INVITATION, invitation),
    }
}

pub fn staff_code(found: &mut Findings<'_>, said: Said<String>) -> Said<String> {
    let said = value::line(found, said, kiosk_code::LONGEST);
    if said.value.chars().count() < kiosk_code::SHORTEST && !found.is_wrong_at(said.spot) {
        let least = kiosk_code::SHORTEST;
        found.wrong(said.spot, fl!(found.lang.messages(), "apply-kiosk-code", least = least));
    }
    said
}

fn each<T>(
    found: &mut Findings<'_>,
    table: &Table<'_>,
    key: &str,
    known: &[&str],
    read: impl Fn(&mut Findings<'_>, &Table<'_>) -> T,
) -> Vec<T> {
    table.tables(found, key, known).iter().map(|table| read(found, table)).collect()
}

fn title(found: &mut Findings<'_>, table: &Table<'_>) -> BTreeMap<String, String> {
    let said = table.texts(found, "title");
    let said = table.required(found, "title", said);
    lines(found, said, value::TITLE)
}

/// A line in each language, Vietnamese among them.
pub fn lines(
    found: &mut Findings<'_>,
    said: Said<BTreeMap<String, Said<String>>>,
    most: usize,
) -> BTreeMap<String, String> {
    let m = found.lang.messages();
    if !said.value.contains_key("vi") && !found.is_wrong_at(said.spot) {
        let words = if found.desk { fl!(m, "setup-text-vi") } else { fl!(m, "apply-text-vi") };
        found.wrong(said.spot, words);
    }
    said.value
        .into_iter()
        .map(|(language, text)| {
            let is_code =
                (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
            if !is_code {
                found.wrong(text.spot, fl!(m, "apply-bad-language", language = language.as_str()));
            }
            (language, value::line(found, text, most).value)
        })
        .collect()
}

fn moment(found: &mut Findings<'_>, table: &Table<'_>, key: &str, zone: &TimeZone) -> Said<i64> {
    let said = table.moment(found, key);
    let said = table.required(found, key, said);
    value::moment(found, &said, zone)
}

fn stratum(found: &mut Findings<'_>, table: &Table<'_>) -> StratumAsked {
    let unit = required_text(found, table, "unit");
    let said = table.whole(found, "population");
    let said = table.required(found, "population", said);
    let population = persons(found, said);
    let sample = table.whole(found, "sample").map(|said| persons(found, said));
    if let Some(sample) = &sample
        && population.value > 0
        && sample.value > population.value
    {
        let (sample_words, population) = (sample.value.to_string(), population.value.to_string());
        let words = fl!(
            found.lang.messages(),
            "apply-sample-above-population",
            sample = sample_words,
            population = population
        );
        found.wrong(sample.spot, words);
    }
    StratumAsked { unit, population, sample: sample.map(|said| said.value) }
}

fn margin(found: &mut Findings<'_>, table: &Table<'_>) -> MarginAsked {
    let unit = required_text(found, table, "unit");
    let by = required_text(found, table, "by");
    let said = table.wholes(found, "totals");
    let said = table.required(found, "totals", said);
    let totals = said.value.into_iter().map(|(code, number)| {
        let number = Said { value: Some(number.value), spot: number.spot };
        (code, persons(found, number))
    });
    MarginAsked { unit, by, totals: Said { value: totals.collect(), spot: said.spot } }
}

/// A number of persons or transactions; 0 stands for one that was complained of.
fn persons(found: &mut Findings<'_>, said: Said<Option<i64>>) -> Said<u64> {
    let within = |number: &u64| (1..=LARGEST).contains(number);
    let value = said.value.and_then(|number| u64::try_from(number).ok()).filter(within);
    if let (Some(number), None) = (said.value, value) {
        let (number, most) = (number.to_string(), LARGEST.to_string());
        let words = fl!(found.lang.messages(), "apply-out-of-range", number = number, most = most);
        found.wrong(said.spot, words);
    }
    Said { value: value.unwrap_or(0), spot: said.spot }
}

fn counter(found: &mut Findings<'_>, table: &Table<'_>) -> CounterAsked {
    CounterAsked {
        code: code(found, table, "code"),
        unit: required_text(found, table, "unit"),
        name: line(found, table, "name", value::NAME),
        public: table.truth(found, "public").value,
        renew: false,
    }
}

fn group(found: &mut Findings<'_>, table: &Table<'_>) -> GroupAsked {
    let weight = table.number(found, "weight").and_then(|said| {
        let weight = Said { value: said.value?, spot: said.spot };
        group_weight(found, &weight);
        Some(weight)
    });
    GroupAsked { code: code(found, table, "code"), name: line(found, table, "name", value::NAME), weight }
}

/// Complains of a weight that is none.
pub fn group_weight(found: &mut Findings<'_>, said: &Said<f64>) {
    if !(said.value > 0.0 && said.value <= MOST_WEIGHT) {
        let (weight, most) = (said.value.to_string(), MOST_WEIGHT.to_string());
        let words = fl!(found.lang.messages(), "apply-group-weight", weight = weight, most = most);
        found.wrong(said.spot, words);
    }
}

fn assignment(found: &mut Findings<'_>, table: &Table<'_>) -> AssignmentAsked {
    let group = required_text(found, table, "group");
    let units = table.list(found, "units").map(|said| said.value).unwrap_or_default();
    let (kind, below) = (table.text(found, "kind"), table.text(found, "below"));
    if units.is_empty() && kind.is_none() && below.is_none() && !found.is_wrong_at(table.spot) {
        found.wrong(table.spot, fl!(found.lang.messages(), "apply-assignment-empty"));
    }
    AssignmentAsked { group, units, kind, below, form: table.text(found, "form"), spot: table.spot }
}

fn invitation(found: &mut Findings<'_>, table: &Table<'_>) -> InvitationAsked {
    InvitationAsked {
        code: code(found, table, "code"),
        group: table.text(found, "group"),
        unit: required_text(found, table, "unit"),
        email: table.text(found, "email").map(|said| value::email(found, said)),
        title: table.text(found, "title").map(|said| value::line(found, said, value::NAME)),
        address: table.text(found, "address").map(|said| value::line(found, said, person::ADDRESS)),
        name: table.text(found, "name").map(|said| value::line(found, said, value::NAME)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock, language::Lang};

    const UNIT: &str = "[[unit]]\ncode = \"bd\"\nname = \"Tỉnh\"\nkind = \"province\"\n";
    const CAMPAIGN: &str = "[[campaign]]\nslug = \"s\"\ndefinition = \"sipas\"\nform = \"counter\"\n\
         title = { vi = \"Đợt\" }\nopens = 2026-10-01\ncloses = 2026-10-02\n";

    fn read_all(texts: &[&str]) -> Result<Plan, Vec<String>> {
        let sources: Vec<Source> = texts
            .iter()
            .enumerate()
            .map(|(n, text)| Source { name: format!("{n}.toml"), text: (*text).to_owned() })
            .collect();
        let mut found = Findings::new(Lang::EN, &sources);
        let plan = read(&mut found, &sources, &clock::province());
        match found.finish() {
            Ok(_) => Ok(plan),
            Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
        }
    }

    /// The one complaint about these files.
    fn complaint(texts: &[&str]) -> String {
        let mut problems = read_all(texts).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    fn campaign_with(line: &str) -> String {
        format!("{CAMPAIGN}{line}\n")
    }

    #[test]
    fn sound_files_are_read_whole() {
        let more = "[[campaign.stratum]]\nunit = \"bd\"\npopulation = 10\nsample = 10\n\
             [[campaign.counter]]\ncode = \"bd-1\"\nunit = \"bd\"\nname = \"Quầy\"\npublic = true\n\
             [[campaign.invitation]]\ncode = \"1\"\nunit = \"bd\"\nemail = \"a@b.vn\"\n";
        let plan = read_all(&[UNIT, &campaign_with(more)]).unwrap();
        assert_eq!(plan.units[0].name.value, "Tỉnh");
        let campaign = &plan.campaigns[0];
        assert_eq!(campaign.closes.value - campaign.opens.value, 86_400_000);
        assert_eq!((campaign.strata[0].population.value, campaign.strata[0].sample), (10, Some(10)));
        assert!(campaign.counters[0].public);
        assert_eq!(campaign.invitations[0].email.as_ref().unwrap().value, "a@b.vn");
        assert_eq!(
            (campaign.target, campaign.minimum_answers, campaign.demonstration.value),
            (None, None, false)
        );
    }

    #[test]
    fn every_mistake_in_every_file_is_told_at_once() {
        let problems = read_all(&[
            "[[unit]]\ncode = \"bd\"\nnam = \"Tỉnh\"\nkind = 3\n",
            "a = \n",
            &CAMPAIGN.replace("2026-10-02", "\"2026-10-02\""),
        ])
        .unwrap_err();
        assert_eq!(
            problems,
            [
                "0.toml:1:1: The key “name” is missing; add name = ….",
                "0.toml:3:1: There is no key “nam” here. Did you mean “name”?",
                "0.toml:4:8: The value of “kind” is wrong; expected text in quotes, such as \"abc\".",
                "1.toml:1:5: The file is not valid TOML. The reader says: string values must be quoted, expected \
                 literal string.",
                "2.toml:7:10: The value of “closes” is wrong; expected a moment without quotes, such as \
                 2026-10-01T00:00:00+07:00 or 2026-10-01.",
            ]
        );
    }

    #[test]
    fn a_name_given_twice_is_told_with_both_places() {
        assert_eq!(
            complaint(&[UNIT, UNIT]),
            "1.toml:2:8: “bd” was given already at 0.toml:2:8; give each once."
        );
        assert!(complaint(&[CAMPAIGN, CAMPAIGN]).contains("0.toml:2:8"));
        let stratum = "[[campaign.stratum]]\nunit = \"bd\"\npopulation = 10\n";
        assert!(complaint(&[&campaign_with(&stratum.repeat(2))]).contains("0.toml:9:8"));
        let counter = "[[campaign.counter]]\ncode = \"c\"\nunit = \"bd\"\nname = \"Q\"\n";
        assert!(complaint(&[&campaign_with(&counter.repeat(2))]).contains("0.toml:9:8"));
        let invitation = "[[campaign.invitation]]\ncode = \"c\"\nunit = \"bd\"\n";
        assert!(complaint(&[&campaign_with(&invitation.repeat(2))]).contains("0.toml:9:8"));
    }

    #[test]
    fn numbers_keep_their_limits() {
        for target in ["0", "0.0", "1.01", "90", "-0.5", "nan", "inf"] {
            let said = complaint(&[&campaign_with(&format!("target = {target}"))]);
            assert!(said.starts_with("0.toml:8:10: The target"), "{said}");
        }
        assert_eq!(
            read_all(&[&campaign_with("target = 1\nminimum_answers = 5")]).unwrap().campaigns[0].target,
            Some(1.0)
        );
        for minimum in ["4", "0", "-1", "99999999999"] {
            assert!(
                complaint(&[&campaign_with(&format!("minimum_answers = {minimum}"))]).contains("5 or more")
            );
        }
        for population in ["0", "-3", "1000000001", "9223372036854775807"] {
            let stratum = format!("[[campaign.stratum]]\nunit = \"bd\"\npopulation = {population}");
            assert!(complaint(&[&campaign_with(&stratum)]).contains("from 1 to 1000000000"));
        }
        let stratum = "[[campaign.stratum]]\nunit = \"bd\"\npopulation = 10\nsample = 11";
        let said = complaint(&[&campaign_with(stratum)]);
        assert!(said.contains("11") && said.contains("10"), "{said}");
    }

    #[test]
    fn a_campaign_closes_after_it_opens_and_has_a_vietnamese_title() {
        let said = complaint(&[&CAMPAIGN.replace("2026-10-02", "2026-10-01T00:00:00+07:00")]);
        assert_eq!(said, "0.toml:7:10: The campaign must close after it opens; change opens or closes.");
        let said = complaint(&[&CAMPAIGN.replace("vi = ", "en = ")]);
        assert!(said.starts_with("0.toml:5:9: The text in Vietnamese is missing"), "{said}");
        let said = complaint(&[&CAMPAIGN.replace("\"Đợt\"", "\"Đợt\", VN = \"a\"")]);
        assert!(said.contains("language code"), "{said}");
    }
}
