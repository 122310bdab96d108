//! Which counters are to be added: a number of them for each unit of a kind or for one unit, lines from a spreadsheet, or
//! the counters of another campaign.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{
    apply::desk::{CounterWish, Fault, Other, Standing, Wanted},
    language::{Lang, vietnamese},
    organisation::{
        Campaign, Phase, UnitTree,
        import::listed::{self, Called},
    },
    store::places::Place,
    tabular::header::Column,
    web::{form::Fields, typed},
};

/// Most counters that one step adds.
const AT_ONCE: usize = 2_000;
/// Most counters of a campaign.
const MOST: usize = 10_000;
/// Most counters of a unit that one step adds.
const OF_A_UNIT: u64 = 200;
/// Longest part of a counter's code that is its unit's.
const CODE: usize = 56;
/// What stands for the number in a pattern.
const NUMBER: &str = "{n}";

/// What counters are made beside.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// The units that there are.
    pub tree: &'a UnitTree,
    /// The campaign as it is.
    pub campaign: &'a Wanted,
    /// How it stands.
    pub standing: &'a Standing,
    /// The other campaigns.
    pub others: &'a [Other<'a>],
}

/// Counters to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct New {
    /// They themselves, unit by unit.
    pub wishes: Vec<CounterWish>,
    /// Slugs of campaigns that have counters of the names that come first, so that numbers go on after them.
    pub numbers_after: BTreeSet<String>,
    /// Counters of the other campaign that are not taken: their unit has ended, or this campaign has retired them.
    pub left_out: usize,
}

/// A campaign whose counters are among the new ones: their addresses serve both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Title by language.
    pub title: BTreeMap<String, String>,
    /// Opening, UTC milliseconds.
    pub opens: i64,
    /// Closing, UTC milliseconds.
    pub closes: i64,
    /// Where it is.
    pub phase: Phase,
    /// How many counters.
    pub n: usize,
    /// Whether both ask at the same time.
    pub at_once: bool,
}

impl Shared {
    /// So many counters of this campaign are those of another one.
    pub fn of(campaign: &Campaign, other: &Campaign, phase: Phase, n: usize) -> Self {
        Self {
            title: other.title.clone(),
            opens: other.opens,
            closes: other.closes,
            phase,
            n,
            at_once: other.opens < campaign.closes && campaign.opens < other.closes && phase != Phase::Closed,
        }
    }
}

impl New {
    /// What a form asks for.
    ///
    /// # Errors
    /// Everything wrong with it, by its fields.
    pub fn of(lang: Lang, fields: &Fields, beside: Beside<'_>) -> Result<Self, Vec<Fault>> {
        let (field, new) = match fields.one("how") {
            Some("lines") => ("lines", of_lines(lang, fields.one("lines").unwrap_or_default(), beside)?),
            Some("reuse") => ("from", of_campaign(lang, fields.one("from").unwrap_or_default(), beside)?),
            _ => ("pattern", of_number(lang, fields, beside)?),
        };
        let m = lang.messages();
        if new.wishes.len() > AT_ONCE && field != "from" {
            return Err(vec![Fault::new(field, fl!(m, "desk-add-at-once", most = AT_ONCE))]);
        }
        if beside.campaign.counters.len() + new.wishes.len() > MOST {
            return Err(vec![Fault::new(field, fl!(m, "desk-add-most", most = MOST))]);
        }
        Ok(new)
    }

    /// The campaigns that list counters of these codes, with whether they ask at the same time as this one.
    pub fn shared(&self, beside: Beside<'_>) -> Vec<Shared> {
        let codes: BTreeSet<&str> = self.wishes.iter().map(|wish| wish.code.as_str()).collect();
        let own = &beside.campaign.campaign;
        let shared = beside.others.iter().filter_map(|other| {
            let listed = other.counters.iter().filter(|place| !place.retired);
            let both =
                listed.filter(|place| place.counter.as_deref().is_some_and(|code| codes.contains(code)));
            let n = both.count();
            (n > 0).then(|| Shared::of(own, other.campaign, other.phase, n))
        });
        shared.collect()
    }

    /// Everything of them in one text, by which it is known whether they are still the same.
    pub fn written(&self) -> String {
        let line = |wish: &CounterWish| format!("{}\t{}\t{}\n", wish.code, wish.unit, wish.name);
        self.wishes.iter().map(line).collect()
    }
}

/// The codes that counters have anywhere: the same one would have the same address.
fn taken(beside: Beside<'_>) -> BTreeSet<String> {
    let others = beside.others.iter().flat_map(|other| other.counters);
    let others = others.filter_map(|place| place.counter.clone());
    beside.standing.codes.iter().cloned().chain(others).collect()
}

/// A number of counters for each unit of a kind, and for one unit.
fn of_number(lang: Lang, fields: &Fields, beside: Beside<'_>) -> Result<New, Vec<Fault>> {
    let m = lang.messages();
    let mut faults = Vec::new();
    // Nothing typed is nought.
    let mut number = |field: &str| {
        let typed = fields.one(field).unwrap_or_default().trim();
        let number = if typed.is_empty() { Some(0) } else { typed::whole(typed) };
        let number = number.filter(|n| *n <= OF_A_UNIT);
        if number.is_none() {
            faults.push(Fault::new(field, fl!(m, "counters-count", most = OF_A_UNIT)));
        }
        number.unwrap_or_default()
    };
    let mut of_kind: BTreeMap<&str, u64> = BTreeMap::new();
    for n in 0.. {
        let Some(kind) = fields.one(&format!("kind.{n}")) else { break };
        *of_kind.entry(kind).or_default() += number(&format!("each.{n}"));
    }
    let (one, count) = (fields.one("unit").unwrap_or_default(), number("count"));
    if one.is_empty() && count > 0 || !one.is_empty() && beside.tree.get(one).is_none() {
        faults.push(Fault::new("unit", fl!(m, "desk-add-unit")));
    }
    if !one.is_empty() && count == 0 && faults.is_empty() {
        faults.push(Fault::new("count", fl!(m, "counters-count-missing")));
    }
    let pattern = fields.one("pattern").map(str::trim).filter(|pattern| !pattern.is_empty());
    if pattern.is_none() {
        faults.push(Fault::new("pattern", fl!(m, "desk-add-pattern")));
    }
    let (Some(pattern), true) = (pattern, faults.is_empty()) else { return Err(faults) };
    let asked = |unit: &crate::organisation::Unit| {
        let kind = of_kind.get(unit.kind.as_str()).copied().unwrap_or_default();
        kind + if unit.code == one { count } else { 0 }
    };
    let total: u64 = beside.tree.units().iter().map(asked).sum();
    if total == 0 {
        let field = if of_kind.is_empty() { "count" } else { "each.0" };
        return Err(vec![Fault::new(field, fl!(m, "counters-none-asked"))]);
    }
    if total > AT_ONCE as u64 {
        let words = fl!(m, "counters-too-many", n = total.to_string(), most = AT_ONCE);
        return Err(vec![Fault::new(if count > 0 { "count" } else { "each.0" }, words)]);
    }
    let (mut taken, mut names) = (taken(beside), names(beside.campaign));
    let elsewhere = names_elsewhere(beside.others);
    let mut new = New::default();
    for unit in beside.tree.units() {
        let (mut made, mut n) = (0, 0_u64);
        while made < asked(unit) {
            n += 1;
            let name = if pattern.contains(NUMBER) {
                pattern.replace(NUMBER, &n.to_string())
            } else {
                format!("{pattern} {n}")
            };
            let plain = vietnamese::fold(&name);
            // Counters that are there keep their numbers, those of other campaigns too; new ones come after them.
            if names.get(unit.code.as_str()).is_some_and(|names| names.contains(&plain)) {
                continue;
            }
            if let Some(slug) = elsewhere.get(&(unit.code.as_str(), plain.clone())) {
                new.numbers_after.insert((*slug).to_owned());
                continue;
            }
            names.entry(unit.code.clone()).or_default().insert(plain);
            let code = free_code(&unit.code, n, &mut taken);
            new.wishes.push(CounterWish { code, unit: unit.code.clone(), name, public: false, renew: false });
            made += 1;
        }
    }
    Ok(new)
}

/// The names that a unit's counters have.
fn names(campaign: &Wanted) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for counter in &campaign.counters {
        names.entry(counter.unit.clone()).or_default().insert(vietnamese::fold(&counter.name));
    }
    names
}

/// The names that units' counters have in other campaigns, with the campaign's slug.
fn names_elsewhere<'a>(others: &[Other<'a>]) -> BTreeMap<(&'a str, String), &'a str> {
    let mut names = BTreeMap::new();
    for other in others {
        for place in other.counters.iter().filter(|place| !place.retired && place.counter.is_some()) {
            let name = vietnamese::fold(place.name.as_deref().unwrap_or_default());
            names.entry((place.unit.as_str(), name)).or_insert(other.campaign.slug.as_str());
        }
    }
    names
}

/// A code that no counter has, with `n` if that is free.
fn free_code(unit: &str, n: u64, taken: &mut BTreeSet<String>) -> String {
    let unit: String = unit.chars().take(CODE).collect();
    let code = (n..).map(|n| format!("{unit}-{n}")).find(|code| !taken.contains(code)).unwrap_or_default();
    taken.insert(code.clone());
    code
}

/// The counter of another campaign that has this code, listed ones first.
fn elsewhere<'a>(others: &[Other<'a>], code: &str) -> Option<(&'a Place, Other<'a>)> {
    let of = |retired: bool| {
        others.iter().find_map(|other| {
            let mut counters = other.counters.iter().filter(|place| place.retired == retired);
            Some((counters.find(|place| place.counter.as_deref() == Some(code))?, *other))
        })
    };
    of(false).or_else(|| of(true))
}

/// What a line says of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unit,
    Name,
    Code,
}

/// The same in the order in which it stands where nothing names it.
const COLUMNS: [Column<Key>; 3] = [
    Column { key: Key::Unit, names: listed::UNIT, required: true },
    Column {
        key: Key::Name,
        names: &["Tên quầy", "Quầy", "Tên", "name", "counter", "counter name", "Tên quầy, bộ phận"],
        required: true,
    },
    Column { key: Key::Code, names: &["Mã quầy", "counter code", "code"], required: false },
];

/// Lines as they come from a spreadsheet: unit, name and perhaps a code, with tabs or semicolons between.
fn of_lines(lang: Lang, lines: &str, beside: Beside<'_>) -> Result<New, Vec<Fault>> {
    let m = lang.messages();
    let (mut taken, mut names) = (taken(beside), names(beside.campaign));
    let (mut new, mut faults): (New, Vec<Fault>) = (New::default(), Vec::new());
    let mut next: BTreeMap<String, u64> = BTreeMap::new();
    // The lines that codes and names of this list stand in.
    let (mut code_at, mut name_at): (BTreeMap<String, u32>, BTreeMap<(String, String), u32>) =
        (BTreeMap::new(), BTreeMap::new());
    let called = Called::of(beside.tree);
    let listed = listed::lines(lines, &COLUMNS, |said| called.code(said))
        .map_err(|no| vec![Fault::new("lines", no.words(lang))])?;
    for listed in &listed {
        let (said, name) = (listed.cell(0), listed.cell(1));
        let given = Some(listed.cell(2)).filter(|code| !code.is_empty());
        let line = listed.number;
        let mut wrong = |words: String| faults.push(Fault::new("lines", words));
        let Some(unit) = called.code(said) else {
            if !listed.may_be_heading {
                wrong(fl!(m, "desk-lines-unit", line = line, code = said));
            }
            continue;
        };
        if name.is_empty() {
            wrong(fl!(m, "desk-lines-name", line = line));
            continue;
        }
        let plain = vietnamese::fold(name);
        if !names.entry(unit.to_owned()).or_default().insert(plain.clone()) {
            wrong(match name_at.get(&(unit.to_owned(), plain)) {
                Some(before) => {
                    fl!(m, "counters-name-twice-here", line = line, name = name, before = before.to_string())
                }
                None => fl!(m, "desk-lines-name-twice", line = line, name = name),
            });
            continue;
        }
        name_at.insert((unit.to_owned(), plain), line);
        let mut public = false;
        let code = match given {
            Some(code) if code_at.contains_key(code) => {
                let before = code_at.get(code).copied().unwrap_or_default().to_string();
                wrong(fl!(m, "counters-code-twice-here", line = line, code = code, before = before));
                continue;
            }
            Some(code) if beside.standing.codes.contains(code) => {
                wrong(fl!(m, "desk-lines-twice", line = line, code = code));
                continue;
            }
            Some(code) => {
                // A code that another campaign has is that counter: the printed code stays good.
                if let Some((place, other)) = elsewhere(beside.others, code) {
                    if place.unit != unit {
                        let title = lang.pick(&other.campaign.title).to_owned();
                        let there = place.unit.as_str();
                        wrong(fl!(
                            m,
                            "counters-code-of-other-unit",
                            line = line,
                            code = code,
                            unit = there,
                            title = title
                        ));
                        continue;
                    }
                    public = place.address.as_deref() == Some(code);
                }
                code_at.insert(code.to_owned(), line);
                taken.insert(code.to_owned());
                code.to_owned()
            }
            None => {
                let number = next.entry(unit.to_owned()).or_default();
                *number += 1;
                free_code(unit, *number, &mut taken)
            }
        };
        let (unit, name) = (unit.to_owned(), name.to_owned());
        new.wishes.push(CounterWish { code, unit, name, public, renew: false });
    }
    if faults.is_empty() && new.wishes.is_empty() {
        faults.push(Fault::new("lines", fl!(m, "desk-lines-none")));
    }
    if faults.is_empty() { Ok(new) } else { Err(faults) }
}

/// The counters of another campaign that this one has not had yet.
pub fn to_take<'a>(beside: Beside<'_>, other: &Other<'a>) -> (Vec<&'a Place>, usize) {
    let (mut taken, mut left_out) = (Vec::new(), 0);
    for place in other.counters.iter().filter(|place| !place.retired) {
        let Some(code) = &place.counter else { continue };
        if beside.campaign.counters.iter().any(|counter| counter.code == *code) {
            continue;
        }
        if beside.standing.codes.contains(code) || beside.tree.get(&place.unit).is_none() {
            left_out += 1;
        } else {
            taken.push(place);
        }
    }
    (taken, left_out)
}

/// The same counters as in another campaign, with the codes that hang there.
fn of_campaign(lang: Lang, slug: &str, beside: Beside<'_>) -> Result<New, Vec<Fault>> {
    let m = lang.messages();
    let refuse = |words: String| Err(vec![Fault::new("from", words)]);
    let Some(other) = beside.others.iter().find(|other| other.campaign.slug == slug) else {
        return refuse(fl!(m, "counters-from-missing"));
    };
    let (places, left_out) = to_take(beside, other);
    if places.is_empty() {
        return refuse(fl!(m, "counters-from-nothing"));
    }
    let wishes = places.into_iter().filter_map(|place| {
        let code = place.counter.clone()?;
        Some(CounterWish {
            public: place.address.as_ref() == Some(&code),
            code,
            unit: place.unit.clone(),
            name: place.name.clone().unwrap_or_default(),
            renew: false,
        })
    });
    Ok(New { wishes: wishes.collect(), numbers_after: BTreeSet::new(), left_out })
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;
    use crate::organisation::Unit;

    fn tree() -> UnitTree {
        let unit = |code: &str, kind: &str| Unit {
            code: code.to_owned(),
            name: code.to_uppercase(),
            kind: kind.to_owned(),
            ..Unit::default()
        };
        UnitTree::new([unit("an", "commune"), unit("qn", "commune"), unit("snv", "department")]).unwrap()
    }

    fn campaign(counters: &[(&str, &str, &str)]) -> (Wanted, Standing) {
        let counters = counters.iter().map(|(code, unit, name)| CounterWish {
            code: (*code).to_owned(),
            unit: (*unit).to_owned(),
            name: (*name).to_owned(),
            public: false,
            renew: false,
        });
        let mut wanted = Wanted::new(sheet::blank());
        wanted.counters = counters.collect();
        let standing = Standing {
            answered: false,
            phase: Phase::Draft,
            codes: wanted
                .counters
                .iter()
                .map(|counter| counter.code.clone())
                .chain(["qn-3".to_owned()])
                .collect(),
            units: BTreeSet::new(),
        };
        (wanted, standing)
    }

    fn place(code: &str, unit: &str, name: &str) -> Place {
        Place {
            number: 1,
            campaign: 9,
            unit: unit.to_owned(),
            rater_group: None,
            counter: Some(code.to_owned()),
            name: Some(name.to_owned()),
            address: Some(format!("{code}-abc")),
            retired: false,
            addition: None,
        }
    }

    fn made(fields: &Fields, counters: &[(&str, &str, &str)], there: &[Place]) -> Result<New, Vec<Fault>> {
        let ((campaign, standing), tree) = (campaign(counters), tree());
        let running = Campaign { slug: "running".to_owned(), ..sheet::blank() };
        let others = [Other { campaign: &running, phase: Phase::Open, counters: there }];
        New::of(
            Lang::VI,
            fields,
            Beside { tree: &tree, campaign: &campaign, standing: &standing, others: &others },
        )
    }

    fn codes(new: &New) -> Vec<(&str, &str)> {
        new.wishes.iter().map(|wish| (wish.code.as_str(), wish.name.as_str())).collect()
    }

    fn number(unit: &str, count: &str, pattern: &str) -> Fields {
        Fields::of([("unit", unit), ("count", count), ("pattern", pattern)])
    }

    fn lines(lines: &str) -> Fields {
        Fields::of([("how", "lines"), ("lines", lines)])
    }

    #[test]
    fn numbers_go_on_where_the_counters_that_are_there_end_and_no_code_is_given_twice() {
        let fields = number("qn", "2", "Quầy số {n}");
        let new = made(&fields, &[("qn-1", "qn", "Quầy số 1"), ("x", "qn", "quay so 2")], &[]).unwrap();
        // The code qn-3 belongs to a counter that was retired.
        assert_eq!(codes(&new), [("qn-4", "Quầy số 3"), ("qn-5", "Quầy số 4")]);
    }

    #[test]
    fn numbers_and_codes_go_on_after_those_of_another_campaign() {
        let there = [place("an-1", "an", "Quầy số 1"), place("qn-4", "qn", "Đất đai")];
        let fields = Fields::of([("kind.0", "commune"), ("each.0", "1"), ("pattern", "Quầy số")]);
        let new = made(&fields, &[], &there).unwrap();
        assert_eq!(codes(&new), [("an-2", "Quầy số 2"), ("qn-1", "Quầy số 1")]);
        assert_eq!(new.numbers_after.iter().collect::<Vec<_>>(), ["running"]);
        let (campaign, standing) = campaign(&[]);
        let running = Campaign { slug: "running".to_owned(), ..sheet::blank() };
        let others = [Other { campaign: &running, phase: Phase::Open, counters: &there }];
        let tree = tree();
        let beside = Beside { tree: &tree, campaign: &campaign, standing: &standing, others: &others };
        assert!(new.shared(beside).is_empty(), "none of them serves two campaigns");
        let taken = New::of(Lang::VI, &Fields::of([("how", "reuse"), ("from", "running")]), beside).unwrap();
        assert_eq!(codes(&taken), [("an-1", "Quầy số 1"), ("qn-4", "Đất đai")]);
        assert_eq!(taken.shared(beside)[0].n, 2);
    }

    #[test]
    fn every_unit_of_a_kind_gets_as_many_and_one_unit_more() {
        let fields = Fields::of([
            ("kind.0", "commune"),
            ("each.0", "3"),
            ("kind.1", "department"),
            ("each.1", ""),
            ("unit", "an"),
            ("count", "1"),
            ("pattern", "Quầy {n}"),
        ]);
        let new = made(&fields, &[], &[]).unwrap();
        assert_eq!(new.wishes.len(), 7);
        assert_eq!(new.wishes.iter().filter(|counter| counter.unit == "an").count(), 4);
        let codes: BTreeSet<_> = new.wishes.iter().map(|counter| &counter.code).collect();
        assert_eq!(codes.len(), 7);
    }

    #[test]
    fn what_cannot_be_made_is_told_at_its_field() {
        let wrong = |fields: &Fields| {
            let faults = made(fields, &[], &[]).unwrap_err();
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&number("xx", "0", "")), ["unit", "pattern"]);
        assert_eq!(wrong(&number("qn", "201", "Quầy {n}")), ["count"]);
        assert_eq!(wrong(&number("qn", "", "Quầy {n}")), ["count"]);
        assert_eq!(wrong(&number("", "3", "Quầy {n}")), ["unit"]);
        let kinds = |each: &str| Fields::of([("kind.0", "commune"), ("each.0", each), ("pattern", "Q")]);
        assert_eq!(wrong(&kinds("0")), ["each.0"]);
        assert_eq!(wrong(&kinds("hai")), ["each.0"]);
        assert_eq!(wrong(&Fields::of([("how", "reuse"), ("from", "nowhere")])), ["from"]);
    }

    #[test]
    fn lines_of_a_spreadsheet_become_counters_or_each_fault_is_told_with_its_line() {
        let there = [place("qn-9", "qn", "Quầy 9")];
        let read = |text: &str| made(&lines(text), &[("qn-1", "qn", "Quầy số 1")], &there);
        let new = read("Đơn vị\tTên\nqn\tĐất đai\nqn\tHộ tịch\tqn-ht\nan; Tiếp nhận").unwrap();
        assert_eq!(codes(&new), [("qn-2", "Đất đai"), ("qn-ht", "Hộ tịch"), ("an-1", "Tiếp nhận")]);
        // Numbers that count the lines are nobody's code, headings or not.
        let counted = read("1\tQN\tĐất đai\n2\tqn\tHộ tịch\tqn-ht\n3\tan\tTiếp nhận").unwrap();
        assert_eq!(counted.wishes, new.wishes);
        let headed =
            "STT\tTên quầy\tĐơn vị\tMã quầy\n1\tĐất đai\tqn\n2\tHộ tịch\tqn\tqn-ht\n3\tTiếp nhận\tan";
        assert_eq!(read(headed).unwrap().wishes, new.wishes);
        // The tree's names are the codes in capitals.
        assert_eq!(read("QN\tMột cửa").unwrap().wishes[0].unit, "qn");
        let faults = read("qn\tA\nxx\tB\nqn\t\nqn\ta\nqn\tC\tqn-1").unwrap_err();
        let told: Vec<bool> =
            faults.iter().zip(["2", "3", "4", "5"]).map(|(fault, line)| fault.words.contains(line)).collect();
        assert_eq!(told, [true; 4]);
        assert!(faults[2].words.contains("dòng 1"), "where the same name stands: {}", faults[2].words);
        let twice = read("qn\tA\tq-1\nqn\tB\tq-1").unwrap_err();
        assert!(twice[0].words.contains("dòng 1"), "{}", twice[0].words);
        // A code that hangs at another unit's counter would take its answers along.
        assert!(read("an\tA\tqn-9").unwrap_err()[0].words.contains("qn-9"));
        assert_eq!(codes(&read("qn\tA\tqn-9").unwrap()), [("qn-9", "A")]);
        assert!(read("").is_err() && read("xx\tA").is_err());
    }
}
