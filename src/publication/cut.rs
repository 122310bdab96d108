//! What of a report the public gets, and when a second publication tells no more than the first one did.
//!
//! The published report is the report that staff read, with what must not be published taken out ([`for_the_public`]): no
//! figure is computed anew, so page, files and badges together tell what that one value tells, and no hidden count follows
//! from them (security tests D-01, D-02). Two publications of one campaign could tell more than each of them, by what one
//! hides and the other shows; [`reveals`] finds that.

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use crate::{
    index::report::{Estimate, Publish, Report, Result},
    language::Lang,
    report::format,
    set_aside::Reason,
};

/// Code of the notes about answers that were set aside.
const SET_ASIDE: &str = "set_aside";

/// The report without what single people wrote (comments; a manager's reasons, which may name somebody) and without counts of
/// fewer answers than k that staff may see.
#[must_use]
pub fn for_the_public(report: &Report) -> Report {
    let mut public = report.clone();
    let k = u64::from(report.method.minimum_answers);
    let few = |n: u64| n > 0 && n < k;
    public.comments.clear();
    if public.responses.channels.values().any(|n| few(*n)) {
        public.responses.channels.clear();
    }
    if few(public.responses.flagged) {
        public.responses.flagged = 0;
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

/// What a second publication would reveal beside the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reveals {
    /// Figures that were hidden would be shown. Code of the first unit with such a figure; none: the whole campaign.
    Hidden {
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
/// it only adds what became of answers that were set aside in between, which are at least k of a unit
/// ([`crate::index::steps`]).
pub fn reveals(first: &Report, next: &Report, same: bool) -> Option<Reveals> {
    let before = hidden(first);
    if before.is_empty() {
        return None;
    }
    if !same {
        return Some(Reveals::OtherWay);
    }
    let after = hidden(next);
    let shown = before.iter().find(|cell| !after.contains(*cell))?;
    Some(Reveals::Hidden { unit: Some(shown.0.to_owned()).filter(|code| !code.is_empty()) })
}

/// A cell: the unit (empty: the whole; a group of raters after a colon), and what of it.
type Cell = (String, String);

fn hidden(report: &Report) -> BTreeSet<Cell> {
    let mut all = BTreeSet::new();
    hidden_in("", &report.total, &mut all);
    for unit in &report.units {
        hidden_in(&unit.code, &unit.result, &mut all);
    }
    for group in &report.groups {
        hidden_in(&format!(":{}", group.code), &group.result, &mut all);
        if group.answered.is_none() {
            all.insert((format!(":{}", group.code), "answered".to_owned()));
        }
    }
    if let Some(modes) = &report.responses.modes {
        for (name, number) in [
            ("self", modes.own),
            ("helped", modes.helped),
            ("proxy", modes.proxy),
            ("unknown", modes.unknown),
        ] {
            if number.is_none() {
                all.insert((String::new(), format!("mode {name}")));
            }
        }
    }
    all
}

fn hidden_in(unit: &str, result: &Result, all: &mut BTreeSet<Cell>) {
    let mut note = |what: String, estimate: &Estimate| {
        if estimate.publish == Publish::Suppress {
            all.insert((unit.to_owned(), what));
        }
    };
    note("index".to_owned(), &result.index);
    for part in &result.parts {
        note(format!("part {}", part.id), &part.estimate);
    }
    for dimension in &result.dimensions {
        note(format!("dimension {}", dimension.id), &dimension.estimate);
        for criterion in &dimension.criteria {
            note(format!("criterion {}", criterion.id), &criterion.estimate);
        }
    }
    if result.responses.is_none() {
        all.insert((unit.to_owned(), "responses".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        index::report::{Note, SetAside, SetAsideGroup},
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
        let public = for_the_public(&report);
        let written = json(&public);
        assert!(!written.contains("Nguyễn Thị Lan") && public.comments.is_empty(), "{written}");
        let note = public.notes.iter().find(|note| note.code == SET_ASIDE).unwrap();
        assert!(note.text["vi"].contains("13 phiếu của UBND thành phố Quy Nhơn"), "{note:?}");
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
        let public = for_the_public(&report);
        assert!(public.responses.channels.is_empty());
        assert!(public.rotation.unwrap().modules.iter().all(|module| module.asked.is_none()));
    }

    #[test]
    fn d_06_a_second_publication_must_hide_all_that_the_first_one_hid() {
        let first = fixture::report();
        assert!(!hidden(&first).is_empty());
        assert_eq!(reveals(&first, &first, true), None);
        let mut more = first.clone();
        more.units[2].result.index = Estimate::default();
        assert_eq!(reveals(&first, &more, true), None, "hiding more tells no more");
        let code = first.units[2].code.clone();
        assert_eq!(reveals(&more, &first, true), Some(Reveals::Hidden { unit: Some(code) }));
        assert_eq!(reveals(&first, &first, false), Some(Reveals::OtherWay));
    }
}
