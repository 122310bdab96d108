//! What has to change in the database, and the line that tells of it.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use jiff::Timestamp;

use crate::{
    clock,
    definition::{Entry, translation},
    language::Lang,
    organisation::{Campaign, Margin, Notice, Person, Raters, Stratum, UnitChange},
    store::{campaigns::Stored, invitations::Invitation, places::Place},
};

/// A change, in the order in which changes must be made.
#[derive(Debug)]
pub enum Change {
    /// A unit added or changed; its parent is there by then.
    Unit(UnitChange),
    /// A definition pinned, or (with the number of the pinned one) replaced before anybody answered.
    Definition { entry: Entry, replaces: Option<i64> },
    /// A translation of a pinned definition added, or changed before anybody answered in its language.
    Translation { entry: translation::Entry, before: bool },
    /// A campaign added or changed.
    Campaign { campaign: Campaign, before: Option<Box<Stored>> },
    /// The code by which staff leave tablets set, changed or removed; only its hash is known here.
    KioskCode { slug: String, hash: Option<[u8; 32]>, before: bool },
    /// All populations of a campaign.
    Strata { slug: String, strata: Vec<Stratum>, before: Vec<Stratum> },
    /// All known margins of a campaign.
    Margins { slug: String, margins: Vec<Margin>, before: Vec<Margin> },
    /// A counter added, changed or taken up again.
    Counter { slug: String, counter: CounterWanted, before: Option<Place> },
    /// A counter no longer listed.
    Retire { slug: String, place: Place },
    /// A counter that was added a moment ago and is taken back; nothing was done with it.
    Remove { slug: String, place: Place },
    /// All groups of raters and assignments of a campaign.
    Raters { slug: String, raters: Raters, before: Raters },
    /// An invitation added or changed.
    Invitation { slug: String, invitation: Person, before: Option<Invitation> },
    /// An invitation no longer listed. `keep`: the person could have answered, so that a nameless one stays and is counted.
    Withdraw { slug: String, code: String, keep: bool },
}

/// A counter as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterWanted {
    pub code: String,
    pub unit: String,
    pub name: String,
    /// Last part of its address; absent: one with a new random suffix.
    pub address: Option<String>,
    /// The address that must never count again.
    pub replaces: Option<String>,
}

/// Whether a link went to another e-mail address than it should have.
pub fn ends_link(person: &Person, before: Option<&Invitation>) -> bool {
    before.is_some_and(|before| before.mailed && before.email != person.email)
}

/// A moment as it is written in a file, in the province's time zone.
pub fn when(milliseconds: i64) -> String {
    let moment = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned_datetime(clock::province()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// `key: before → after` for what differs.
struct Differences(Vec<String>);

impl Differences {
    fn note(&mut self, key: &str, before: &str, after: &str) {
        if before != after {
            self.0.push(format!("{key}: {before} → {after}"));
        }
    }

    /// The same for each language of a text.
    fn texts(&mut self, key: &str, before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
        for language in before.keys().chain(after.keys().filter(|language| !before.contains_key(*language))) {
            let of = |texts: &BTreeMap<String, String>| or_dash(texts.get(language));
            self.note(&format!("{key}.{language}"), &of(before), &of(after));
        }
    }

    fn finish(self) -> String {
        self.0.join("; ")
    }
}

fn all_or(languages: &[String]) -> String {
    if languages.is_empty() { "*".to_owned() } else { languages.join(", ") }
}

fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

impl Change {
    /// The lines that tell of it: `+` added, `~` changed, `-` removed. Names and addresses of invited persons are left
    /// out, since the lines may end up in a log.
    pub fn words(&self, lang: Lang) -> Vec<String> {
        let m = lang.messages();
        match self {
            Self::Unit(change) => vec![unit_words(lang, change)],
            Self::Definition { entry, replaces } => {
                let definition = &entry.definition;
                let (id, version) = (definition.id.as_str(), definition.version.as_str());
                let what = fl!(m, "apply-a-definition", id = id, version = version);
                let sign = if replaces.is_some() { '~' } else { '+' };
                vec![format!("{sign} {what}: sha256 {}", entry.sha256)]
            }
            Self::Translation { entry, before } => {
                let translation::Translation { id, version, language, .. } = &entry.translation;
                let what = fl!(
                    m,
                    "apply-a-translation",
                    id = id.as_str(),
                    version = version.as_str(),
                    language = language.as_str()
                );
                let sign = if *before { '~' } else { '+' };
                vec![format!("{sign} {what}: sha256 {}", entry.sha256)]
            }
            Self::Campaign { campaign, before: None } => {
                let what = fl!(m, "apply-a-campaign", slug = campaign.slug.as_str());
                let Campaign { definition, version, form, opens, closes, .. } = campaign;
                let times = format!("{} – {}", when(*opens), when(*closes));
                vec![format!("+ {what}: {definition} {version}, {form}, {times}")]
            }
            Self::Campaign { campaign, before: Some(before) } => {
                let what = fl!(m, "apply-a-campaign", slug = campaign.slug.as_str());
                vec![format!("~ {what}: {}", campaign_differences(&before.campaign, campaign))]
            }
            Self::KioskCode { slug, hash, before } => {
                let sign = match (hash, before) {
                    (None, _) => '-',
                    (Some(_), false) => '+',
                    (Some(_), true) => '~',
                };
                vec![format!("{sign} {}", fl!(m, "apply-a-kiosk-code", slug = slug.as_str()))]
            }
            Self::Strata { slug, strata, before } => strata_words(lang, slug, strata, before),
            Self::Margins { slug, margins, before } => margin_words(lang, slug, margins, before),
            Self::Counter { slug, counter, before } => {
                vec![counter_words(lang, slug, counter, before.as_ref())]
            }
            Self::Retire { slug, place } | Self::Remove { slug, place } => {
                let code = place.counter.as_deref().unwrap_or_default();
                vec![format!("- {}", fl!(m, "apply-a-counter", code = code, slug = slug.as_str()))]
            }
            Self::Raters { slug, raters, before } => raters_words(lang, slug, raters, before),
            Self::Invitation { slug, invitation, before } => {
                vec![invitation_words(lang, slug, invitation, before.as_ref())]
            }
            Self::Withdraw { slug, code, .. } => {
                vec![format!(
                    "- {}",
                    fl!(m, "apply-an-invitation", code = code.as_str(), slug = slug.as_str())
                )]
            }
        }
    }
}

fn unit_words(lang: Lang, change: &UnitChange) -> String {
    let what = fl!(lang.messages(), "apply-a-unit", code = change.code());
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("+ {what}: {}", after.unit.name),
        (Some(before), Some(after)) => {
            let mut changed = Differences(Vec::new());
            let (was, is) = (&before.unit, &after.unit);
            changed.note("name", &was.name, &is.name);
            changed.note("kind", &was.kind, &is.kind);
            changed.note("parent", &or_dash(was.parent.as_ref()), &or_dash(is.parent.as_ref()));
            let moved = !changed.0.is_empty();
            changed.note("valid_from", &or_dash(was.valid_from), &or_dash(is.valid_from));
            changed.note("valid_to", &or_dash(was.valid_to), &or_dash(is.valid_to));
            changed.note("successor", &or_dash(was.successor.as_ref()), &or_dash(is.successor.as_ref()));
            // From when a change holds is told where it is the only thing that changed.
            if !moved {
                changed.note("since", &or_dash(before.since()), &or_dash(after.since()));
            }
            format!("~ {what}: {}", changed.finish())
        }
        (_, None) => format!("- {what}"),
    }
}

fn campaign_differences(before: &Campaign, after: &Campaign) -> String {
    let mut changed = Differences(Vec::new());
    changed.note("definition", &before.definition, &after.definition);
    changed.note("version", &before.version, &after.version);
    changed.note("form", &before.form, &after.form);
    changed.texts("title", &before.title, &after.title);
    changed.note("opens", &when(before.opens), &when(after.opens));
    changed.note("closes", &when(before.closes), &when(after.closes));
    changed.note("target", &or_dash(before.target), &or_dash(after.target));
    changed.note("minimum_answers", &or_dash(before.minimum_answers), &or_dash(after.minimum_answers));
    changed.note("demonstration", &before.demonstration.to_string(), &after.demonstration.to_string());
    changed.note("state", before.state.word(), after.state.word());
    changed.note("languages", &all_or(&before.languages), &all_or(&after.languages));
    changed.note("previous", &or_dash(before.previous.as_ref()), &or_dash(after.previous.as_ref()));
    let none = Notice::default();
    notice_differences(
        &mut changed,
        before.notice.as_ref().unwrap_or(&none),
        after.notice.as_ref().unwrap_or(&none),
    );
    if before.notice.is_some() != after.notice.is_some() && changed.0.is_empty() {
        changed.note(
            "notice",
            &or_dash(before.notice.as_ref().map(|_| "{}")),
            &or_dash(after.notice.as_ref().map(|_| "{}")),
        );
    }
    changed.finish()
}

fn notice_differences(changed: &mut Differences, before: &Notice, after: &Notice) {
    changed.texts("notice.responsible", &before.responsible, &after.responsible);
    changed.texts("notice.purpose", &before.purpose, &after.purpose);
    changed.texts("notice.legal_ground", &before.legal_ground, &after.legal_ground);
    for (key, before, after) in [
        ("address", &before.address, &after.address),
        ("email", &before.email, &after.email),
        ("phone", &before.phone, &after.phone),
    ] {
        changed.note(&format!("notice.{key}"), &or_dash(before.as_ref()), &or_dash(after.as_ref()));
    }
    for (key, before, after) in [
        ("keep_answers_months", before.keep_answers_months, after.keep_answers_months),
        ("keep_list_days", before.keep_list_days, after.keep_list_days),
    ] {
        changed.note(&format!("notice.{key}"), &or_dash(before), &or_dash(after));
    }
}

fn strata_words(lang: Lang, slug: &str, strata: &[Stratum], before: &[Stratum]) -> Vec<String> {
    let what = |unit: &str| fl!(lang.messages(), "apply-a-stratum", unit = unit, slug = slug);
    let of = |stratum: &Stratum| format!("{} ({})", stratum.population, or_dash(stratum.sample));
    let gone = before.iter().filter(|stratum| strata.iter().all(|other| other.unit != stratum.unit));
    let mut lines: Vec<String> = Vec::new();
    for stratum in strata {
        match before.iter().find(|other| other.unit == stratum.unit) {
            None => lines.push(format!("+ {}: {}", what(&stratum.unit), of(stratum))),
            Some(other) if other != stratum => {
                lines.push(format!("~ {}: {} → {}", what(&stratum.unit), of(other), of(stratum)));
            }
            Some(_) => {}
        }
    }
    lines.extend(gone.map(|stratum| format!("- {}", what(&stratum.unit))));
    lines
}

fn margin_words(lang: Lang, slug: &str, margins: &[Margin], before: &[Margin]) -> Vec<String> {
    let what = |margin: &Margin| {
        fl!(
            lang.messages(),
            "apply-a-margin",
            unit = margin.unit.as_str(),
            by = margin.by.as_str(),
            slug = slug
        )
    };
    let of = |margin: &Margin| {
        margin.totals.iter().map(|(code, n)| format!("{code} = {n}")).collect::<Vec<_>>().join(", ")
    };
    let same = |one: &Margin, other: &Margin| one.unit == other.unit && one.by == other.by;
    let mut lines: Vec<String> = Vec::new();
    for margin in margins {
        match before.iter().find(|other| same(other, margin)) {
            None => lines.push(format!("+ {}: {}", what(margin), of(margin))),
            Some(other) if other != margin => {
                lines.push(format!("~ {}: {} → {}", what(margin), of(other), of(margin)));
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|margin| margins.iter().all(|other| !same(other, margin)));
    lines.extend(gone.map(|margin| format!("- {}", what(margin))));
    lines
}

fn raters_words(lang: Lang, slug: &str, raters: &Raters, before: &Raters) -> Vec<String> {
    let m = lang.messages();
    let mut lines: Vec<String> = Vec::new();
    for group in &raters.groups {
        let what = fl!(m, "apply-a-group", code = group.code.as_str(), slug = slug);
        match before.group(&group.code) {
            None => lines.push(format!("+ {what}: {} ({})", group.name, or_dash(group.weight))),
            Some(was) if was != group => {
                let mut changed = Differences(Vec::new());
                changed.note("name", &was.name, &group.name);
                changed.note("weight", &or_dash(was.weight), &or_dash(group.weight));
                lines.push(format!("~ {what}: {}", changed.finish()));
            }
            Some(_) => {}
        }
    }
    let gone = before.groups.iter().filter(|group| raters.group(&group.code).is_none());
    lines.extend(
        gone.map(|group| format!("- {}", fl!(m, "apply-a-group", code = group.code.as_str(), slug = slug))),
    );
    // A line for each group and form: a group may judge hundreds of units.
    for (sign, some, others) in [('+', raters, before), ('-', before, raters)] {
        let mut units: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for assigned in some.assignments.iter().filter(|assigned| !others.assignments.contains(assigned)) {
            units.entry((&assigned.group, &assigned.form)).or_default().push(&assigned.unit);
        }
        lines.extend(units.into_iter().map(|((group, form), units)| {
            let what = fl!(m, "apply-an-assignment", group = group, slug = slug);
            format!("{sign} {what}: {form}: {}", units.join(", "))
        }));
    }
    lines
}

fn counter_words(lang: Lang, slug: &str, counter: &CounterWanted, before: Option<&Place>) -> String {
    let m = lang.messages();
    let what = fl!(m, "apply-a-counter", code = counter.code.as_str(), slug = slug);
    let Some(before) = before else { return format!("+ {what}: {}", counter.name) };
    let mut changed = Differences(Vec::new());
    changed.note("unit", &before.unit, &counter.unit);
    changed.note("name", before.name.as_deref().unwrap_or_default(), &counter.name);
    if before.address != counter.address {
        changed.0.push(fl!(m, "apply-address-changes"));
    }
    let sign = if before.retired { '+' } else { '~' };
    if changed.0.is_empty() {
        changed.0.push(counter.name.clone());
    }
    format!("{sign} {what}: {}", changed.finish())
}

fn invitation_words(lang: Lang, slug: &str, invitation: &Person, before: Option<&Invitation>) -> String {
    let m = lang.messages();
    let what = fl!(m, "apply-an-invitation", code = invitation.code.as_str(), slug = slug);
    let Some(before) = before else { return format!("+ {what}: {}", invitation.unit) };
    let mut changed = Differences(Vec::new());
    changed.note("unit", &before.unit, &invitation.unit);
    changed.note("group", &or_dash(before.rater_group.as_ref()), &or_dash(invitation.group.as_ref()));
    if before.name != invitation.name {
        changed.0.push("name".to_owned());
    }
    for (key, differs) in [
        ("title", before.title != invitation.title),
        ("email", before.email != invitation.email),
        ("address", before.address != invitation.address),
    ] {
        if differs {
            changed.0.push(key.to_owned());
        }
    }
    if ends_link(invitation, Some(before)) {
        changed.0.push(fl!(m, "apply-link-ends"));
    }
    format!("~ {what}: {}", changed.finish())
}
