//! What of a report the public gets, and when a second publication tells no more than the first one did.
//!
//! The published report is the report that staff read, with what must not be published taken out ([`for_the_public`]): no
//! figure is computed anew, so page, files and badges together tell what that one value tells, and no hidden count follows
//! from them (security tests D-01, D-02). Two publications of one campaign could tell more than each of them, by what one
//! hides and the other shows; [`reveals`] finds that.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{
    index::report::{Publish, Report, Result, UnitWeighting},
    language::Lang,
    report::{divided, format, scope::SET_ASIDE, shown},
    set_aside::Reason,
};

/// The report without what single people wrote (comments; a manager's reasons, which may name somebody) and without counts of
/// fewer answers than k that staff may see.
///
/// A change tells the figure that it is counted from. It stays only where that one is public itself: where `before`, the
/// published report of the campaign before, shows the very same.
#[must_use]
pub fn for_the_public(report: &Report, before: Option<&Report>) -> Report {
    let mut public = report.clone();
    if before.is_none() {
        public.previous = None;
    }
    keep_public_changes(&mut public.total, before.map(|before| &before.total));
    for unit in &mut public.units {
        let own = before.and_then(|before| before.units.iter().find(|own| own.code == unit.code));
        keep_public_changes(&mut unit.result, own.map(|own| &own.result));
        if shown::shown(&unit.result.index).is_none() && unit.result.responses != Some(0) {
            // With its population it would say what one of its answers stands for in the figures above it.
            unit.result.responses = None;
            unit.result.weighting = UnitWeighting::default();
        }
    }
    for group in &mut public.groups {
        let own = before.and_then(|before| before.groups.iter().find(|own| own.code == group.code));
        keep_public_changes(&mut group.result, own.map(|own| &own.result));
    }
    let k = u64::from(report.method.minimum_answers);
    let few = |n: u64| n > 0 && n < k;
    public.comments.clear();
    // Nobody has looked at what two publications of them would tell.
    public.breakdowns.clear();
    public.notes.retain(|note| note.code != divided::LATER && note.code != divided::WITHHELD);
    if public.responses.channels.values().any(|n| few(*n)) {
        public.responses.channels.clear();
    }
    if let Some(rotation) = &mut public.rotation
        && rotation.modules.iter().any(|module| module.asked.is_some_and(few))
    {
        for module in &mut rotation.modules {
            (module.asked, module.share) = (None, None);
        }
        rotation.evenness = None;
    }
    let groups = public.set_aside.iter_mut().flat_map(|all| &mut all.groups);
    let mut said = Vec::new();
    for group in groups {
        group.words.clear();
        let unit = report.units.iter().find(|unit| unit.code == group.unit);
        said.push((group.responses, unit.map_or(group.unit.as_str(), |unit| &unit.name), &group.reason));
    }
    // One note for each group, in the same order.
    let mut said = said.into_iter();
    for note in public.notes.iter_mut().filter(|note| note.code == SET_ASIDE) {
        let Some((n, unit, reason)) = said.next() else {
            note.text.clear();
            continue;
        };
        let words = |lang: Lang| {
            let reason = Reason::from_code(reason).unwrap_or(Reason::Other).words(lang);
            let n = format::count(lang, n);
            fl!(lang.messages(), "publish-note-set-aside", n = n, unit = unit, reason = reason)
        };
        note.text = Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), words(lang))).collect();
    }
    public.notes.retain(|note| !note.text.is_empty());
    public
}

fn keep_public_changes(result: &mut Result, before: Option<&Result>) {
    let public: BTreeMap<String, f64> = before
        .map(|before| before.figures())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(what, estimate)| Some((what, shown::figure(estimate)?)))
        .collect();
    for (what, estimate) in result.figures_mut() {
        let told = estimate.change.as_ref().and_then(|change| change.previous);
        if told.is_none() || told.as_ref() != public.get(&what) {
            estimate.change = None;
        }
    }
}

/// What a second publication would reveal beside the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reveals {
    /// Figures that were hidden would be shown. Code of the first unit with such a figure; none: the whole campaign.
    Hidden {
        /// The unit.
        unit: Option<String>,
    },
    /// Fewer than k answers of a figure would have come or gone. Code of the first such unit; none: the whole campaign.
    Few {
        /// The unit.
        unit: Option<String>,
    },
    /// While some are hidden, others would be weighted or cut another way, so that the two could be solved for them.
    OtherWay,
}

/// What publishing `next` would reveal to somebody who has kept `first`; `same` says whether both were formed from the same
/// populations, margins and method.
///
/// Whoever has both knows whatever one of them shows. If `next` hides all that `first` hid, and is formed the same way, then
/// it only adds what became of answers that were set aside in between. Those are at least k of a unit
/// ([`crate::index::steps`]), but fewer may have answered one criterion of it: no figure's answers may differ by fewer than k.
pub fn reveals(first: &Report, next: &Report, same: bool) -> Option<Reveals> {
    let named = |cell: &Cell| Some(cell.0.clone()).filter(|code| !code.is_empty());
    let (was, is) = (Cells::of(first), Cells::of(next));
    if !was.hidden.is_empty() {
        if !same {
            return Some(Reveals::OtherWay);
        }
        if let Some(cell) = was.hidden.iter().find(|cell| !is.hidden.contains(*cell)) {
            return Some(Reveals::Hidden { unit: named(cell) });
        }
    }
    let k = u64::from(next.method.minimum_answers);
    let mut counts =
        was.counts.iter().filter_map(|(cell, n)| Some((cell, n.abs_diff(*is.counts.get(cell)?))));
    let (cell, _) = counts.find(|(_, moved)| (1..k).contains(moved))?;
    Some(Reveals::Few { unit: named(cell) })
}

/// A cell: the unit (empty: the whole; a group of raters after a colon), and what of it.
type Cell = (String, String);

/// What there is to compare two publications by.
#[derive(Default)]
struct Cells {
    /// Those that are not shown.
    hidden: BTreeSet<Cell>,
    /// Answers of those that are.
    counts: BTreeMap<Cell, u64>,
}

impl Cells {
    fn of(report: &Report) -> Self {
        let mut all = Self::default();
        all.add("", &report.total);
        for unit in &report.units {
            all.add(&unit.code, &unit.result);
        }
        for group in &report.groups {
            let code = format!(":{}", group.code);
            all.add(&code, &group.result);
            all.count((code, "answered".to_owned()), group.answered);
        }
        if let Some(modes) = &report.responses.modes {
            for (name, number) in [
                ("self", modes.own),
                ("helped", modes.helped),
                ("proxy", modes.proxy),
                ("unknown", modes.unknown),
            ] {
                all.count((String::new(), format!("mode {name}")), number);
            }
        }
        all
    }

    /// What a unit or group has; the whole campaign's code is empty.
    fn add(&mut self, code: &str, result: &Result) {
        for (what, estimate) in result.figures() {
            let cell = (code.to_owned(), what);
            if estimate.publish == Publish::Suppress {
                self.hidden.insert(cell);
            } else if let Some(n) = estimate.n {
                self.counts.insert(cell, n);
            }
        }
        self.count((code.to_owned(), "responses".to_owned()), result.responses);
    }

    fn count(&mut self, cell: Cell, n: Option<u64>) {
        match n {
            Some(n) => drop(self.counts.insert(cell, n)),
            None => drop(self.hidden.insert(cell)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        index::report::{Change, Estimate, Note, SetAside, SetAsideGroup, UnitResult},
        report::{json, tests::fixture},
    };

    #[test]
    fn d_10_what_single_people_wrote_is_not_published_and_the_rest_is_the_same_value() {
        let words = "Chị Nguyễn Thị Lan tự quét mã hai buổi";
        let mut report = fixture::report();
        let text = Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), words.to_owned())).collect();
        report.notes.push(Note { code: SET_ASIDE.to_owned(), unit: Some("qn".to_owned()), text });
        let group = SetAsideGroup {
            number: 1,
            unit: "qn".to_owned(),
            responses: 13,
            reason: "staff".to_owned(),
            words: words.to_owned(),
            since: "2026-10-02".to_owned(),
        };
        report.set_aside = Some(SetAside { responses: 13, groups: vec![group], index_with: None });
        let public = for_the_public(&report, None);
        let written = json(&public);
        assert!(!written.contains("Nguyễn Thị Lan") && public.comments.is_empty(), "{written}");
        let note = public.notes.iter().find(|note| note.code == SET_ASIDE).unwrap();
        assert!(note.text["vi"].contains("13 phiếu của UBND thành phố Quy Nhơn"), "{note:?}");
        // The report it is compared with being public itself, nothing else goes.
        let public = for_the_public(&report, Some(&as_before(&report)));
        assert_eq!(
            (&public.total, &public.units, &public.rankings),
            (&report.total, &report.units, &report.rankings)
        );
    }

    #[test]
    fn d_01_counts_below_k_that_staff_see_are_not_published() {
        let mut report = fixture::rotated();
        report.responses.channels = [("open".to_owned(), 400), ("paper".to_owned(), 3)].into();
        if let Some(rotation) = &mut report.rotation {
            rotation.modules[0].asked = Some(4);
        }
        let public = for_the_public(&report, None);
        assert!(public.responses.channels.is_empty());
        assert!(public.rotation.unwrap().modules.iter().all(|module| module.asked.is_none()));
    }

    #[test]
    fn d_01_d_07_how_many_answered_is_hidden_with_a_unit_s_figures() {
        let mut report = fixture::report();
        report.total.index.change = None;
        for unit in &mut report.units {
            unit.result.figures_mut().into_iter().for_each(|(_, estimate)| estimate.change = None);
        }
        let last = report.units.last_mut().unwrap();
        (last.result.index, last.result.responses) = (Estimate::default(), Some(4));
        let public = for_the_public(&report, None);
        let hidden = |unit: &UnitResult| unit.result.index.publish == Publish::Suppress;
        assert!(report.units.iter().any(|unit| hidden(unit) && unit.result.responses > Some(0)));
        for (unit, staff) in public.units.iter().zip(&report.units) {
            if hidden(unit) && staff.result.responses != Some(0) {
                assert_eq!(unit.result.responses, None, "{}", unit.code);
                assert_eq!(unit.result.weighting, UnitWeighting::default());
            } else {
                assert_eq!(unit.result, staff.result, "{}", unit.code);
            }
        }
    }

    #[test]
    fn d_06_a_second_publication_must_hide_all_that_the_first_one_hid() {
        let first = fixture::report();
        assert!(!Cells::of(&first).hidden.is_empty());
        assert_eq!(reveals(&first, &first, true), None);
        let mut more = first.clone();
        more.units[2].result.index = Estimate::default();
        assert_eq!(reveals(&first, &more, true), None, "hiding more tells no more");
        let code = first.units[2].code.clone();
        assert_eq!(reveals(&more, &first, true), Some(Reveals::Hidden { unit: Some(code) }));
        assert_eq!(reveals(&first, &first, false), Some(Reveals::OtherWay));
    }

    /// A report of the campaign before that shows what this one's changes are counted from.
    fn as_before(report: &Report) -> Report {
        let mut before = report.clone();
        let back_all = |result: &mut Result| {
            for (_, estimate) in result.figures_mut() {
                let told = estimate.change.take().and_then(|change| change.previous);
                if told.is_some() {
                    (estimate.estimate, estimate.publish) = (told, Publish::Publish);
                }
            }
        };
        back_all(&mut before.total);
        before.units.iter_mut().for_each(|unit| back_all(&mut unit.result));
        before.groups.iter_mut().for_each(|group| back_all(&mut group.result));
        before
    }

    #[test]
    fn d_06_changes_are_published_only_from_figures_that_are_public_themselves() {
        let mut report = fixture::report();
        report.total.index.change =
            Some(Change { previous: Some(0.8), change: Some(0.02), ..Change::default() });
        report.previous = Some(report.campaign.clone());
        let told = |report: &Report| report.total.index.change.is_some();
        let alone = for_the_public(&report, None);
        assert!(!told(&alone) && alone.previous.is_none() && !json(&alone).contains("\"change\":{"));
        let mut before = as_before(&report);
        assert!(told(&for_the_public(&report, Some(&before))));
        before.total.index.publish = Publish::Suppress;
        assert!(!told(&for_the_public(&report, Some(&before))), "hidden there");
        before = as_before(&report);
        before.total.index.estimate = before.total.index.estimate.map(|figure| figure + 0.001);
        assert!(!told(&for_the_public(&report, Some(&before))), "another figure than was published");
    }

    #[test]
    fn d_06_no_figure_s_answers_differ_by_few_between_two_publications() {
        let first = fixture::report();
        let k = u64::from(first.method.minimum_answers);
        for (fewer, refused) in [(1, true), (k - 1, true), (k, false)] {
            let mut next = first.clone();
            let criterion = &mut next.total.dimensions[0].criteria[0].estimate;
            criterion.n = criterion.n.map(|n| n - fewer);
            let found = reveals(&first, &next, true);
            assert_eq!(found, refused.then_some(Reveals::Few { unit: None }), "{fewer}");
        }
    }
}
