//! Whether a campaign can be opened: what stops it, and what somebody should look at first. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Campaign, Stratum, period::Period};

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Languages of its questionnaire.
    pub languages: &'a [String],
    /// Units of its counters, one for each.
    pub counters: &'a [String],
    /// Persons invited by personal links.
    pub invited: u64,
    /// Populations.
    pub strata: &'a [Stratum],
    /// Campaigns that have been released and ask at some of its counters.
    pub rivals: &'a [Rival],
    /// Campaigns that have the same name and ask at the same time.
    pub namesakes: &'a [Rival],
    /// The period that it falls into, and the day on which its report is due.
    pub due: Option<(Period, Date)>,
    /// Its last day in the province.
    pub last: Option<Date>,
    /// Whether the addresses on its posters lead nowhere but to the server itself.
    pub local: bool,
    /// Whether earlier campaigns asked the same questionnaire and form.
    pub asked_before: bool,
    /// UTC milliseconds.
    pub now: i64,
}

/// Another campaign that asks at counters of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// Its title in all languages.
    pub title: BTreeMap<String, String>,
    /// UTC milliseconds.
    pub opens: i64,
    /// UTC milliseconds, exclusive.
    pub closes: i64,
    /// How many counters both ask at.
    pub counters: usize,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There is neither a counter nor an invited person. Stops the opening.
    Nowhere,
    /// The period is over. Stops the opening.
    Past,
    /// Another campaign asks at the same counters at the same time. Stops the opening.
    Overlap(Rival),
    /// So few are invited that their answers could not be anonymous. Stops the opening.
    FewInvited {
        /// How many.
        invited: u64,
        /// How many it takes.
        least: u64,
    },
    /// People would answer without being told what they are owed: keys of [`super::Notice::owed`]. Stops the opening.
    NoticeOwed(Vec<&'static str>),
    /// Another campaign has the same name and asks at the same time: nobody can tell them apart in a list.
    SameName(Rival),
    /// It still takes answers when the report of its period is due.
    AfterDue {
        /// The period.
        period: Period,
        /// When its report is due.
        due: Date,
    },
    /// No population is known: nothing will be weighted.
    NoPopulations,
    /// These units have counters and no population: nothing will be weighted.
    WithoutPopulation(Vec<String>),
    /// These units have a population and no counter: nobody can answer for them.
    WithoutCounter(Vec<String>),
    /// These units have no planned number of answers.
    WithoutSample(Vec<String>),
    /// What people had better be told and are not: keys of [`super::Notice::advised`].
    NoticeLacks(Vec<&'static str>),
    /// Languages of the questionnaire in which the title or the notice is missing.
    Untranslated(Vec<String>),
    /// Earlier campaigns asked the same; no one is named to count changes from.
    NoPrevious,
    /// No phone reaches the addresses on its posters.
    LocalAddress,
    /// Its answers will be marked as invented.
    Demonstration,
    /// It begins at once, since its period has begun.
    AtOnce,
}

impl Finding {
    /// Whether the campaign cannot be opened like that.
    pub const fn stops(&self) -> bool {
        matches!(
            self,
            Self::Nowhere | Self::Past | Self::Overlap(_) | Self::FewInvited { .. } | Self::NoticeOwed(_)
        )
    }

    /// Whether it is merely something to know.
    pub const fn informs(&self) -> bool {
        matches!(self, Self::Demonstration | Self::AtOnce)
    }
}

/// Fewest persons whom a campaign may invite by personal links: as few answers as it publishes anything of.
const FEWEST: u64 = 5;

/// How many persons it takes, where so few are invited that no figure could be anonymous (security test B-16).
pub fn too_few(campaign: &Campaign, invited: u64) -> Option<u64> {
    let least = campaign.minimum_answers.map_or(FEWEST, u64::from).max(FEWEST);
    (invited > 0 && invited < least && !campaign.demonstration).then_some(least)
}

/// What a real survey owes those it asks and does not tell them: keys of [`super::Notice::owed`]. A demonstration asks nobody.
pub fn owed(campaign: &Campaign) -> Vec<&'static str> {
    if campaign.demonstration {
        return Vec::new();
    }
    campaign.notice.clone().unwrap_or_default().owed()
}

/// Everything that is found, what stops first.
pub fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let campaign = subject.campaign;
    let mut found = Vec::new();
    if subject.counters.is_empty() && subject.invited == 0 {
        found.push(Finding::Nowhere);
    }
    if campaign.closes <= subject.now {
        found.push(Finding::Past);
    }
    let at_once =
        |rival: &&Rival| rival.counters > 0 && rival.opens < campaign.closes && campaign.opens < rival.closes;
    found.extend(subject.rivals.iter().filter(at_once).cloned().map(Finding::Overlap));
    if let Some(least) = too_few(campaign, subject.invited) {
        found.push(Finding::FewInvited { invited: subject.invited, least });
    }
    let owed = owed(campaign);
    if !owed.is_empty() {
        found.push(Finding::NoticeOwed(owed));
    }
    found.extend(subject.namesakes.iter().take(1).cloned().map(Finding::SameName));
    // A report is made of what has come in when it is due.
    let late = subject.due.filter(|(_, due)| subject.last.is_some_and(|last| last >= *due));
    if let Some((period, due)) = late {
        found.push(Finding::AfterDue { period, due });
    }
    populations(subject, &mut found);
    let lacking = campaign.notice.clone().unwrap_or_default().advised(subject.invited > 0);
    if !lacking.is_empty() && !campaign.demonstration {
        found.push(Finding::NoticeLacks(lacking));
    }
    let untranslated = untranslated(subject);
    if !untranslated.is_empty() {
        found.push(Finding::Untranslated(untranslated));
    }
    if subject.local && !subject.counters.is_empty() && !campaign.demonstration {
        found.push(Finding::LocalAddress);
    }
    if subject.asked_before && campaign.previous.is_none() {
        found.push(Finding::NoPrevious);
    }
    if campaign.demonstration {
        found.push(Finding::Demonstration);
    }
    if campaign.opens <= subject.now && subject.now < campaign.closes {
        found.push(Finding::AtOnce);
    }
    found
}

fn populations(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let asked: BTreeSet<&String> = subject.counters.iter().collect();
    let known: BTreeSet<&String> = subject.strata.iter().map(|stratum| &stratum.unit).collect();
    if known.is_empty() {
        if !asked.is_empty() {
            found.push(Finding::NoPopulations);
        }
        return;
    }
    let all = |units: Vec<&&String>| units.into_iter().map(|unit| (*unit).clone()).collect::<Vec<_>>();
    let without = all(asked.difference(&known).collect());
    if !without.is_empty() {
        found.push(Finding::WithoutPopulation(without));
    }
    if subject.invited == 0 {
        let idle = all(known.difference(&asked).collect());
        if !idle.is_empty() {
            found.push(Finding::WithoutCounter(idle));
        }
    }
    let unplanned: Vec<String> = subject
        .strata
        .iter()
        .filter(|stratum| stratum.sample.is_none())
        .map(|stratum| stratum.unit.clone())
        .collect();
    if !unplanned.is_empty() {
        found.push(Finding::WithoutSample(unplanned));
    }
}

/// Languages that some text of the campaign lacks, of those that the questionnaire is offered in.
fn untranslated(subject: &Subject<'_>) -> Vec<String> {
    let campaign = subject.campaign;
    let mut texts: Vec<&BTreeMap<String, String>> = vec![&campaign.title];
    if let Some(notice) = &campaign.notice {
        let given = [&notice.responsible, &notice.purpose, &notice.legal_ground];
        texts.extend(given.into_iter().filter(|text| !text.is_empty()));
    }
    let lacking = |language: &&String| texts.iter().any(|text| !text.contains_key(*language));
    subject.languages.iter().filter(lacking).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Notice, State};
    use super::*;

    fn campaign() -> Campaign {
        let texts = |text: &str| {
            BTreeMap::from([("vi".to_owned(), text.to_owned()), ("en".to_owned(), text.to_owned())])
        };
        Campaign {
            slug: "s".to_owned(),
            definition: "sipas".to_owned(),
            version: "1".to_owned(),
            sha256: String::new(),
            form: "counter".to_owned(),
            by_link: false,
            title: texts("Đợt"),
            opens: 100,
            closes: 200,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            notice: Some(Notice {
                responsible: texts("Sở"),
                purpose: texts("để"),
                legal_ground: texts("QĐ"),
                address: Some("x".to_owned()),
                email: Some("a@b.vn".to_owned()),
                phone: None,
                keep_answers_months: Some(12),
                keep_list_days: None,
            }),
            languages: Vec::new(),
            state: State::Draft,
        }
    }

    fn found(
        change: impl FnOnce(&mut Campaign),
        counters: &[&str],
        strata: &[(&str, Option<u64>)],
    ) -> Vec<Finding> {
        let mut campaign = campaign();
        change(&mut campaign);
        let counters: Vec<String> = counters.iter().map(|unit| (*unit).to_owned()).collect();
        let strata: Vec<Stratum> = strata
            .iter()
            .map(|(unit, sample)| Stratum { unit: (*unit).to_owned(), population: 1_000, sample: *sample })
            .collect();
        check(&Subject {
            campaign: &campaign,
            languages: &["vi".to_owned(), "en".to_owned()],
            counters: &counters,
            invited: 0,
            strata: &strata,
            rivals: &[],
            namesakes: &[],
            due: None,
            last: None,
            local: false,
            asked_before: false,
            now: 50,
        })
    }

    #[test]
    fn a_campaign_with_everything_is_ready() {
        assert_eq!(found(|_| {}, &["qn", "qn"], &[("qn", Some(300))]), []);
    }

    #[test]
    fn what_stops_stops_and_comes_first() {
        let found = found(|campaign| (campaign.closes, campaign.notice) = (10, None), &[], &[]);
        assert_eq!(found[..2], [Finding::Nowhere, Finding::Past]);
        let owed = ["responsible", "purpose", "legal_ground", "contact", "keep_answers_months"];
        assert_eq!(found[2..], [Finding::NoticeOwed(owed.to_vec())], "who is not told is not asked");
        assert!(found.iter().all(Finding::stops));
    }

    #[test]
    fn a_name_that_is_taken_and_a_report_that_comes_too_early_are_told_of() {
        let campaign = campaign();
        let namesake = Rival { title: campaign.title.clone(), opens: 50, closes: 150, counters: 0 };
        let period: Period = "2026-q4".parse().unwrap();
        let (languages, counters) = (["vi".to_owned()], ["qn".to_owned()]);
        let strata = [Stratum { unit: "qn".to_owned(), population: 1_000, sample: Some(1) }];
        let subject = |last: Date| Subject {
            campaign: &campaign,
            languages: &languages,
            counters: &counters,
            invited: 0,
            strata: &strata,
            rivals: &[],
            namesakes: std::slice::from_ref(&namesake),
            due: Some((period, period.due(25))),
            last: Some(last),
            local: false,
            asked_before: false,
            now: 50,
        };
        let same = Finding::SameName(namesake.clone());
        assert_eq!(check(&subject(Date::constant(2026, 12, 24))), std::slice::from_ref(&same));
        let due = Date::constant(2026, 12, 25);
        assert_eq!(check(&subject(due)), [same, Finding::AfterDue { period, due }]);
        assert!(check(&subject(due)).iter().all(|finding| !finding.stops()));
    }

    #[test]
    fn units_without_the_other_half_are_named() {
        let units = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found(|_| {}, &["qn", "an"], &[("qn", Some(1)), ("tp", None)]),
            [
                Finding::WithoutPopulation(units(&["an"])),
                Finding::WithoutCounter(units(&["tp"])),
                Finding::WithoutSample(units(&["tp"])),
            ]
        );
        assert_eq!(found(|_| {}, &["qn"], &[]), [Finding::NoPopulations]);
    }

    #[test]
    fn words_that_people_read_are_missed_by_language_and_one_way_to_ask_is_enough() {
        let found = found(
            |campaign| {
                campaign.title.remove("en");
                if let Some(notice) = &mut campaign.notice {
                    notice.address = None;
                }
            },
            &["qn"],
            &[("qn", Some(1))],
        );
        assert_eq!(found, [Finding::Untranslated(vec!["en".to_owned()])]);
    }
}
