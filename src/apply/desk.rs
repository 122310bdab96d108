//! The same changes as by files, asked for by the staff's pages: one campaign at a time, taken as it is, changed, and
//! compared with what is stored by the same rules and refusals, in one transaction.
//!
//! What is refused is told by the field it stands in: [`Fault::field`] names the fields of the pages
//! (`src/web/admin/`), which take their names from here.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use i18n_embed_fl::fl;
use serde_json::Value;

use super::{
    change::Change,
    decide,
    known::{Known, KnownCampaign},
    plan::{
        self, AssignmentAsked, CampaignAsked, CounterAsked, GroupAsked, InvitationAsked, MarginAsked, Plan,
        StratumAsked,
    },
    reconcile,
    source::{Findings, Said, Spot},
    value,
};
use crate::{
    definition::Library,
    language::Lang,
    organisation::{
        Campaign, Margin, Notice, Person, Phase, RaterGroup, Raters, State, Stratum, person, readiness,
    },
    secret::Key,
    store::{
        Store, StoreError, Writer,
        audit::{self, Entry},
        campaigns,
        invitations::Invitation,
        places::{self, Place},
    },
};

/// Most lines that the audit log keeps of one change.
const LINES: usize = 500;

/// What changes are made with.
#[derive(Debug, Clone)]
pub struct Desk<'a> {
    /// The account that asks, for the audit log.
    pub actor: &'a str,
    /// Where it asks from.
    pub origin: String,
    /// The database.
    pub store: &'a Store,
    /// Hashes the codes of tablets.
    pub key: &'a Key,
    /// The definitions at hand.
    pub library: Arc<Library>,
    /// UTC milliseconds.
    pub now: i64,
    /// Language of what is refused.
    pub lang: Lang,
}

/// Something refused, at the field that says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field; empty for the whole.
    pub field: String,
    /// What is wrong and how to mend it.
    pub words: String,
}

impl Fault {
    /// A fault of a field.
    pub fn new(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self { field: field.into(), words: words.into() }
    }
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// There is no such campaign.
    #[error("there is no such campaign")]
    Unknown,
    /// What was asked for cannot be.
    #[error("refused: {0:?}")]
    Refused(Vec<Fault>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to become of the code by which staff leave tablets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum KioskCode {
    /// Stays as it is.
    #[default]
    Keep,
    /// There is none.
    Remove,
    /// This one.
    Set(String),
}

/// A counter as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterWish {
    /// Its code.
    pub code: String,
    /// Code of its unit.
    pub unit: String,
    /// Name as printed.
    pub name: String,
    /// Whether its address is its code.
    pub public: bool,
    /// Whether its address is replaced by a new one.
    pub renew: bool,
}

/// A campaign with all that belongs to it, as it is or as it shall be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The campaign. `sha256` follows from definition and version.
    pub campaign: Campaign,
    /// The tablets' code.
    pub kiosk_code: KioskCode,
    /// Populations.
    pub strata: Vec<Stratum>,
    /// Known margins of populations.
    pub margins: Vec<Margin>,
    /// Counters that are listed.
    pub counters: Vec<CounterWish>,
    /// Groups of raters and what they judge.
    pub raters: Raters,
    /// Persons who are invited by personal links.
    pub people: Vec<Person>,
}

/// How a campaign stands while it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether anybody has answered.
    pub answered: bool,
    /// Where it is.
    pub phase: Phase,
    /// Codes of all counters, those retired too: none of them may be given again to another counter.
    pub codes: BTreeSet<String>,
    /// Codes of all units.
    pub units: BTreeSet<String>,
}

/// The other campaigns, seen from one of them.
#[derive(Debug, Clone, Copy)]
pub struct Others<'a> {
    known: &'a Known,
    slug: &'a str,
    now: i64,
}

/// Another campaign.
#[derive(Debug, Clone, Copy)]
pub struct Other<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// Its counters, retired ones too.
    pub counters: &'a [Place],
}

impl<'a> Others<'a> {
    /// They themselves, the one that opens last first.
    pub fn all(&self) -> Vec<Other<'a>> {
        let others = self.known.campaigns.iter().filter(|other| other.stored.campaign.slug != self.slug);
        let mut others: Vec<Other<'a>> = others
            .map(|other| Other {
                campaign: &other.stored.campaign,
                phase: other.stored.campaign.phase(self.now),
                counters: &other.places,
            })
            .collect();
        others.sort_by_key(|other| std::cmp::Reverse(other.campaign.opens));
        others
    }
}

impl Wanted {
    /// A new campaign, of which nothing is there yet.
    pub const fn new(campaign: Campaign) -> Self {
        Self {
            campaign,
            kiosk_code: KioskCode::Remove,
            strata: Vec::new(),
            margins: Vec::new(),
            counters: Vec::new(),
            raters: Raters { groups: Vec::new(), assignments: Vec::new() },
            people: Vec::new(),
        }
    }

    pub(super) fn of(known: &KnownCampaign, replaced: &BTreeSet<String>) -> Self {
        let counters = known.places.iter().filter(|place| !place.retired).filter_map(|place| {
            let (code, address) = (place.counter.clone()?, place.address.as_ref()?);
            let public = *address == code && !replaced.contains(address);
            let (unit, name) = (place.unit.clone(), place.name.clone().unwrap_or_default());
            Some(CounterWish { code, unit, name, public, renew: false })
        });
        Self {
            campaign: known.stored.campaign.clone(),
            kiosk_code: KioskCode::Keep,
            strata: known.strata.clone(),
            margins: known.margins.clone(),
            counters: counters.collect(),
            raters: known.raters.clone(),
            people: known.invitations.iter().map(Invitation::person).collect(),
        }
    }

    /// How many persons are invited by personal links.
    pub const fn invited(&self) -> usize {
        self.people.len()
    }

    /// Whether answers must be counted before this may become of it.
    fn needs_counts(&self, before: &Self) -> bool {
        let unit = |wanted: &Self, code: &str| {
            wanted.counters.iter().find(|counter| counter.code == code).map(|counter| counter.unit.clone())
        };
        self.strata != before.strata
            || before
                .counters
                .iter()
                .any(|counter| unit(self, &counter.code).is_some_and(|unit| unit != counter.unit))
    }
}

impl Desk<'_> {
    /// The campaign with this slug as it is.
    ///
    /// # Errors
    /// [`NotDone::Unknown`], [`NotDone::Store`].
    pub async fn read(&self, slug: &str) -> Result<(Wanted, Standing), NotDone> {
        let mut db = self.store.read().await?;
        let known = Known::load(&mut db, &BTreeSet::from([slug]), &self.library).await?;
        let campaign = known.campaign(slug).ok_or(NotDone::Unknown)?;
        Ok((Wanted::of(campaign, &known.replaced), self.standing(campaign, &known)))
    }

    fn standing(&self, campaign: &KnownCampaign, known: &Known) -> Standing {
        Standing {
            answered: campaign.answered,
            phase: campaign.stored.campaign.phase(self.now),
            codes: campaign.places.iter().filter_map(|place| place.counter.clone()).collect(),
            units: known.units.iter().map(|dated| dated.unit.code.clone()).collect(),
        }
    }

    /// Makes a campaign.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed then.
    pub async fn create(&self, wanted: Wanted) -> Result<(), NotDone> {
        let slug = wanted.campaign.slug.clone();
        let mut db = self.store.write().await?;
        campaigns::hold_all(&mut db).await?;
        let known = Known::load(&mut db, &BTreeSet::from([slug.as_str()]), &self.library).await?;
        if known.campaign(&slug).is_some() {
            let words = fl!(self.lang.messages(), "desk-campaign-slug-taken", slug = slug.as_str());
            return Err(NotDone::Refused(vec![Fault::new("slug", words)]));
        }
        let changes = self.compare(&wanted, &known)?;
        reconcile::run(&mut db, &changes, self.now).await?;
        self.note(&mut db, "campaign.create", &slug, &changes).await?;
        db.commit().await?;
        Ok(())
    }

    /// Changes the campaign with this slug; `change` gets it as it is now, while nobody else can change it, and may
    /// refuse. What it gives comes back.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed then.
    pub async fn edit<T, E: From<NotDone>>(
        &self,
        slug: &str,
        change: impl FnOnce(&mut Wanted, &Standing) -> Result<T, E>,
    ) -> Result<T, E> {
        self.edit_beside(slug, |wanted, standing, _| change(wanted, standing)).await
    }

    /// The same where `change` looks at the other campaigns too.
    ///
    /// # Errors
    /// As of [`Self::edit`].
    pub async fn edit_beside<T, E: From<NotDone>>(
        &self,
        slug: &str,
        change: impl FnOnce(&mut Wanted, &Standing, Others<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let store = |error: StoreError| E::from(NotDone::Store(error));
        let slugs = BTreeSet::from([slug]);
        let mut db = self.store.write().await.map_err(store)?;
        campaigns::hold_all(&mut db).await.map_err(store)?;
        let mut known = Known::load(&mut db, &slugs, &self.library).await.map_err(store)?;
        let Some(campaign) = known.campaign(slug) else { return Err(NotDone::Unknown.into()) };
        let number = campaign.stored.number;
        let before = Wanted::of(campaign, &known.replaced);
        let standing = self.standing(campaign, &known);
        let mut wanted = before.clone();
        let others = Others { known: &known, slug, now: self.now };
        let given = change(&mut wanted, &standing, others)?;
        self.check_state(&before, &wanted, standing.phase)?;
        self.check_notice(&before.campaign, &wanted.campaign)?;
        if wanted.needs_counts(&before) {
            known.count(&mut db, &slugs).await.map_err(store)?;
        }
        let changes = self.compare(&wanted, &known)?;
        if !changes.is_empty() {
            let last = places::last_number(&mut db).await.map_err(store)?;
            reconcile::run(&mut db, &changes, self.now).await.map_err(store)?;
            if changes.iter().any(|change| matches!(change, Change::Counter { before: None, .. })) {
                places::mark_addition(&mut db, number, last).await.map_err(store)?;
            }
            let action = self.action(&before, &wanted);
            self.note(&mut db, action, slug, &changes).await.map_err(store)?;
            db.commit().await.map_err(store)?;
        }
        Ok(given)
    }

    /// What [`Self::edit`] would refuse, or what `change` gives; changes nothing.
    ///
    /// # Errors
    /// As of [`Self::edit`].
    pub async fn rehearse<T, E: From<NotDone>>(
        &self,
        slug: &str,
        change: impl FnOnce(&mut Wanted, &Standing) -> Result<T, E>,
    ) -> Result<T, E> {
        self.rehearse_beside(slug, |wanted, standing, _| change(wanted, standing)).await
    }

    /// The same where `change` looks at the other campaigns too.
    ///
    /// # Errors
    /// As of [`Self::edit`].
    pub async fn rehearse_beside<T, E: From<NotDone>>(
        &self,
        slug: &str,
        change: impl FnOnce(&mut Wanted, &Standing, Others<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let store = |error: StoreError| E::from(NotDone::Store(error));
        let mut db = self.store.read().await.map_err(store)?;
        let known = Known::load(&mut db, &BTreeSet::from([slug]), &self.library).await.map_err(store)?;
        drop(db);
        let Some(campaign) = known.campaign(slug) else { return Err(NotDone::Unknown.into()) };
        let mut wanted = Wanted::of(campaign, &known.replaced);
        let others = Others { known: &known, slug, now: self.now };
        let given = change(&mut wanted, &self.standing(campaign, &known), others)?;
        self.compare(&wanted, &known)?;
        Ok(given)
    }

    /// Removes a draft and all that belongs to it.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed then.
    pub async fn remove_draft(&self, slug: &str) -> Result<(), NotDone> {
        let mut db = self.store.write().await?;
        campaigns::hold_all(&mut db).await?;
        let stored = campaigns::find(&mut db, slug).await?.ok_or(NotDone::Unknown)?;
        let refused = |words: String| Err(NotDone::Refused(vec![Fault::new("", words)]));
        let all = campaigns::all(&mut db).await?;
        if let Some(next) = all.iter().find(|other| other.campaign.previous.as_deref() == Some(slug)) {
            let title = self.lang.pick(&next.campaign.title).to_owned();
            return refused(fl!(self.lang.messages(), "desk-campaign-remove-previous", title = title));
        }
        if !campaigns::remove_draft(&mut db, stored.number).await? {
            return refused(fl!(self.lang.messages(), "desk-campaign-remove-not-draft"));
        }
        campaigns::bump_revision(&mut db).await?;
        self.note(&mut db, "campaign.delete", slug, &[]).await?;
        db.commit().await?;
        Ok(())
    }

    /// What the audit log calls a change.
    fn action(&self, before: &Wanted, wanted: &Wanted) -> &'static str {
        match (before.campaign.state, wanted.campaign.state) {
            (State::Draft, State::Active) => "campaign.open",
            (State::Active, State::Paused) => "campaign.pause",
            (State::Paused, State::Active) if wanted.campaign.closes != self.now => "campaign.resume",
            (_, State::Archived) => "campaign.archive",
            (State::Archived, _) => "campaign.unarchive",
            _ if wanted.campaign.closes == self.now => "campaign.close",
            _ if wanted.counters.iter().any(|counter| counter.renew) => "counter.replace",
            _ if wanted.people != before.people => "invited.change",
            _ if wanted.campaign == before.campaign && wanted.counters != before.counters => {
                let kept = before.counters.iter().all(|counter| wanted.counters.contains(counter));
                if kept { "counter.add" } else { "counter.change" }
            }
            _ => "campaign.change",
        }
    }

    /// Tells the audit log: a line for each change, with how it was and how it is.
    pub(super) async fn note(
        &self,
        db: &mut Writer,
        action: &'static str,
        slug: &str,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let mut lines: Vec<String> = changes.iter().flat_map(|change| change.words(Lang::VI)).collect();
        if lines.len() > LINES {
            let more = lines.len() - LINES;
            lines.truncate(LINES);
            lines.push(format!("… + {more}"));
        }
        let entry = Entry {
            actor: self.actor.to_owned(),
            origin: self.origin.clone(),
            action,
            object: slug.to_owned(),
            before: Value::Null,
            after: if lines.is_empty() { Value::Null } else { lines.into() },
        };
        audit::append(db, self.now, &entry).await
    }

    /// Whether the campaign may go from one state to the other.
    fn check_state(&self, before: &Wanted, wanted: &Wanted, phase: Phase) -> Result<(), NotDone> {
        let (from, to) = (before.campaign.state, wanted.campaign.state);
        let m = self.lang.messages();
        let words = match (from, to) {
            _ if from == to => return Ok(()),
            (State::Draft, State::Active) if wanted.campaign.closes <= self.now => {
                fl!(m, "desk-state-past")
            }
            (State::Draft, State::Active) if wanted.counters.is_empty() && wanted.people.is_empty() => {
                if wanted.campaign.by_link {
                    fl!(m, "desk-link-nowhere")
                } else {
                    fl!(m, "desk-state-nowhere")
                }
            }
            (State::Draft, State::Active)
                if readiness::too_few(&wanted.campaign, wanted.people.len() as u64).is_some() =>
            {
                let n = wanted.people.len() as u64;
                let least = readiness::too_few(&wanted.campaign, n).unwrap_or_default();
                fl!(m, "lists-few", n = n, least = least)
            }
            (State::Active, State::Paused) if phase != Phase::Open => fl!(m, "desk-state-not-open"),
            (State::Active | State::Paused, State::Archived) if phase != Phase::Closed => {
                fl!(m, "desk-state-not-closed")
            }
            (State::Draft | State::Paused | State::Archived, State::Active)
            | (State::Active, State::Paused)
            | (State::Active | State::Paused, State::Archived) => return Ok(()),
            (_, State::Draft) | (State::Draft | State::Archived, _) | (State::Active | State::Paused, _) => {
                fl!(m, "desk-state-impossible")
            }
        };
        Err(NotDone::Refused(vec![Fault::new("", words)]))
    }

    /// Whether people are told what they are owed, where a campaign is opened and where the notice of one that has been opened
    /// changes. One that a file opened without stays as it is until somebody touches its notice, so that nobody is kept from
    /// pausing it or moving its end.
    fn check_notice(&self, before: &Campaign, wanted: &Campaign) -> Result<(), NotDone> {
        let opens = before.state == State::Draft && wanted.state == State::Active;
        let told = (&before.notice, before.demonstration) != (&wanted.notice, wanted.demonstration);
        if !(opens || wanted.state != State::Draft && told) {
            return Ok(());
        }
        let fault = |key: &&'static str| {
            let label = notice_label(self.lang, key);
            let words = fl!(self.lang.messages(), "setup-notice-owed", part = label);
            Fault::new(notice_field(key), words)
        };
        let faults: Vec<Fault> = readiness::owed(wanted).iter().map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(NotDone::Refused(faults)) }
    }

    pub(super) fn compare(&self, wanted: &Wanted, known: &Known) -> Result<Vec<Change>, NotDone> {
        let mut found = Findings::at_desk(self.lang);
        let mut fields = Fields::default();
        let asked = asked(&mut found, &mut fields, wanted);
        let plan = Plan { units: Vec::new(), campaigns: vec![asked] };
        let changes = decide::decide(&mut found, &plan, known, &self.library, Some(self.key), self.now);
        let wrong = found.finish_at();
        if wrong.is_empty() {
            return Ok(changes);
        }
        let faults = wrong.into_iter().map(|(spot, words)| {
            let field = fields.name(spot);
            Fault::new(field, named(self.lang, field, words))
        });
        Err(NotDone::Refused(faults.collect()))
    }
}

/// The field that asks for a part of the notice, by its key in [`Notice::owed`] and [`Notice::advised`].
pub fn notice_field(key: &str) -> String {
    match key {
        "responsible" | "purpose" | "legal_ground" => format!("notice.{key}.vi"),
        "contact" => "notice.phone".to_owned(),
        _ => format!("notice.{key}"),
    }
}

/// What a part of the notice is called, by the same key.
pub fn notice_label(lang: Lang, key: &str) -> String {
    let m = lang.messages();
    match key {
        "responsible" => fl!(m, "desk-notice-responsible"),
        "purpose" => fl!(m, "desk-notice-purpose"),
        "legal_ground" => fl!(m, "desk-notice-law"),
        "contact" => fl!(m, "setup-contact"),
        "address" => fl!(m, "desk-notice-address"),
        "email" => fl!(m, "desk-notice-email"),
        "phone" => fl!(m, "desk-notice-phone"),
        "keep_answers_months" => fl!(m, "desk-notice-months"),
        "keep_list_days" => fl!(m, "desk-notice-days"),
        other => other.to_owned(),
    }
}

/// A refusal with the name of its field before it: in the list at the top of a form nothing else tells which of many texts
/// is meant.
fn named(lang: Lang, field: &str, words: String) -> String {
    let (name, language) = match field.rsplit_once('.') {
        Some((name, language @ ("vi" | "en"))) => (name, language),
        _ => (field, "vi"),
    };
    let label = match name.strip_prefix("notice.") {
        Some(key) => notice_label(lang, key),
        None if name == "title" => fl!(lang.messages(), "desk-settings-title"),
        None => return words,
    };
    match language {
        "en" => format!("{label} {}: {words}", fl!(lang.messages(), "desk-in-english")),
        _ => format!("{label}: {words}"),
    }
}

/// The fields that values come from: a value's place is the number of its field.
#[derive(Default)]
struct Fields(Vec<String>);

impl Fields {
    fn said<T>(&mut self, field: impl Into<String>, value: T) -> Said<T> {
        self.0.push(field.into());
        // Nought stands for the whole.
        Said { value, spot: Spot { file: 0, byte: self.0.len() } }
    }

    fn name(&self, spot: Spot) -> &str {
        spot.byte.checked_sub(1).and_then(|n| self.0.get(n)).map_or("", String::as_str)
    }
}

/// The campaign as a file would ask for it, its values checked.
fn asked(found: &mut Findings<'_>, fields: &mut Fields, wanted: &Wanted) -> CampaignAsked {
    let campaign = &wanted.campaign;
    let m = found.lang.messages();
    let slug = fields.said("slug", campaign.slug.clone());
    value::slug(found, &slug);
    let (opens, closes) =
        (fields.said("opens.day", campaign.opens), fields.said("closes.day", campaign.closes));
    if opens.value >= closes.value {
        found.wrong(closes.spot, fl!(m, "desk-campaign-closes-first"));
    }
    if let Some(target) = campaign.target.filter(|target| !(*target > 0.0 && *target <= 1.0)) {
        let words = fl!(m, "apply-target", target = target.to_string());
        found.wrong(fields.said("target", ()).spot, words);
    }
    if let Some(minimum) =
        campaign.minimum_answers.filter(|minimum| i64::from(*minimum) < plan::MINIMUM_ANSWERS)
    {
        let words = fl!(m, "apply-minimum-answers", minimum = minimum.to_string());
        found.wrong(fields.said("minimum", ()).spot, words);
    }
    let kiosk_code = match &wanted.kiosk_code {
        KioskCode::Keep | KioskCode::Remove => None,
        KioskCode::Set(code) => Some(plan::staff_code(found, fields.said("kiosk_code", code.clone()))),
    };
    CampaignAsked {
        slug,
        definition: fields.said("form", campaign.definition.clone()),
        version: Some(fields.said("form", campaign.version.clone())),
        form: fields.said("form", campaign.form.clone()),
        title: texts(found, fields, "title", &campaign.title, value::TITLE),
        opens,
        closes,
        target: campaign.target,
        minimum_answers: campaign.minimum_answers,
        demonstration: fields.said("demonstration", campaign.demonstration),
        previous: campaign.previous.as_ref().map(|previous| fields.said("previous", previous.clone())),
        kiosk_code,
        keeps_kiosk_code: wanted.kiosk_code == KioskCode::Keep,
        state: Some(campaign.state),
        notice: campaign.notice.as_ref().map(|notice| said_notice(found, fields, notice)),
        languages: campaign.languages.iter().map(|code| fields.said("languages", code.clone())).collect(),
        strata: wanted.strata.iter().map(|stratum| said_stratum(found, fields, stratum)).collect(),
        margins: wanted.margins.iter().map(|margin| said_margin(fields, margin)).collect(),
        counters: wanted.counters.iter().map(|counter| said_counter(found, fields, counter)).collect(),
        groups: wanted.raters.groups.iter().map(|group| said_group(found, fields, group)).collect(),
        assignments: said_assignments(fields, &wanted.raters),
        invitations: wanted.people.iter().map(|person| said_person(found, fields, person)).collect(),
    }
}

fn texts(
    found: &mut Findings<'_>,
    fields: &mut Fields,
    field: &str,
    texts: &BTreeMap<String, String>,
    most: usize,
) -> BTreeMap<String, String> {
    let said = texts
        .iter()
        .map(|(language, text)| (language.clone(), fields.said(format!("{field}.{language}"), text.clone())))
        .collect();
    let said = fields.said(format!("{field}.vi"), said);
    plan::lines(found, said, most)
}

fn said_notice(found: &mut Findings<'_>, fields: &mut Fields, notice: &Notice) -> Said<Notice> {
    let mut text = |field: &str, by_language: &BTreeMap<String, String>, most| {
        if by_language.is_empty() {
            return BTreeMap::new();
        }
        texts(found, fields, &format!("notice.{field}"), by_language, most)
    };
    let responsible = text("responsible", &notice.responsible, value::NAME);
    let purpose = text("purpose", &notice.purpose, super::notice::SENTENCE);
    let legal_ground = text("legal_ground", &notice.legal_ground, super::notice::SENTENCE);
    let mut line = |field: &str, given: &Option<String>, most| {
        let said = fields.said(format!("notice.{field}"), given.clone()?);
        Some(value::line(found, said, most).value)
    };
    let address = line("address", &notice.address, value::NAME);
    let mut read =
        |field: &str, given: &Option<String>, value: fn(&mut Findings<'_>, Said<String>) -> Said<String>| {
            Some(value(found, fields.said(format!("notice.{field}"), given.clone()?)).value)
        };
    let phone = read("phone", &notice.phone, value::phone);
    let email = read("email", &notice.email, value::email);
    let mut within = |field: &str, given: Option<u32>, most: u32| {
        if let Some(number) = given.filter(|number| !(1..=most).contains(number)) {
            let m = found.lang.messages();
            let words = fl!(m, "apply-out-of-range", number = number.to_string(), most = most.to_string());
            found.wrong(fields.said(format!("notice.{field}"), ()).spot, words);
        }
        given
    };
    let keep_answers_months =
        within("keep_answers_months", notice.keep_answers_months, super::notice::MONTHS);
    let keep_list_days = within("keep_list_days", notice.keep_list_days, super::notice::DAYS);
    let notice = Notice {
        responsible,
        purpose,
        legal_ground,
        address,
        email,
        phone,
        keep_answers_months,
        keep_list_days,
    };
    fields.said("notice.keep_answers_months", notice)
}

fn said_stratum(found: &mut Findings<'_>, fields: &mut Fields, stratum: &Stratum) -> StratumAsked {
    let m = found.lang.messages();
    let field = format!("population.{}", stratum.unit);
    let population = fields.said(field.clone(), stratum.population);
    if !(1..=plan::LARGEST).contains(&stratum.population) {
        let (number, most) = (stratum.population.to_string(), plan::LARGEST.to_string());
        found.wrong(population.spot, fl!(m, "apply-out-of-range", number = number, most = most));
    }
    if let Some(sample) = stratum.sample.filter(|sample| !(1..=stratum.population).contains(sample)) {
        let (sample, population) = (sample.to_string(), stratum.population.to_string());
        let words = fl!(m, "apply-sample-above-population", sample = sample, population = population);
        found.wrong(fields.said(format!("sample.{}", stratum.unit), ()).spot, words);
    }
    StratumAsked { unit: fields.said(field, stratum.unit.clone()), population, sample: stratum.sample }
}

fn said_margin(fields: &mut Fields, margin: &Margin) -> MarginAsked {
    let field = format!("population.{}", margin.unit);
    let totals =
        margin.totals.iter().map(|(code, n)| (code.clone(), fields.said(field.clone(), *n))).collect();
    MarginAsked {
        unit: fields.said(field.clone(), margin.unit.clone()),
        by: fields.said(field.clone(), margin.by.clone()),
        totals: fields.said(field, totals),
    }
}

fn said_counter(found: &mut Findings<'_>, fields: &mut Fields, counter: &CounterWish) -> CounterAsked {
    let field = |part: &str| format!("counter.{}.{part}", counter.code);
    let code = fields.said(field("code"), counter.code.clone());
    value::code(found, &code);
    let name = fields.said(field("name"), counter.name.clone());
    CounterAsked {
        code,
        unit: fields.said(field("unit"), counter.unit.clone()),
        name: value::line(found, name, value::NAME),
        public: counter.public,
        renew: counter.renew,
    }
}

fn said_person(found: &mut Findings<'_>, fields: &mut Fields, person: &Person) -> InvitationAsked {
    let field = |part: &str| format!("invited.{}.{part}", person.code);
    let code = fields.said(field("code"), person.code.clone());
    value::code(found, &code);
    let mut line = |part: &str, given: &Option<String>, most| {
        let said = fields.said(field(part), given.clone()?);
        Some(value::line(found, said, most))
    };
    let (name, title) = (line("name", &person.name, value::NAME), line("title", &person.title, value::NAME));
    let address = line("address", &person.address, person::ADDRESS);
    let email = person.email.as_ref().map(|email| fields.said(field("email"), email.clone()));
    InvitationAsked {
        group: person.group.as_ref().map(|group| fields.said(field("group"), group.clone())),
        unit: fields.said(field("unit"), person.unit.clone()),
        email: email.map(|said| value::email(found, said)),
        code,
        name,
        title,
        address,
    }
}

fn said_group(found: &mut Findings<'_>, fields: &mut Fields, group: &RaterGroup) -> GroupAsked {
    let field = |part: &str| format!("group.{}.{part}", group.code);
    let code = fields.said(field("code"), group.code.clone());
    value::code(found, &code);
    let name = fields.said(field("name"), group.name.clone());
    let weight = group.weight.map(|weight| fields.said(field("weight"), weight));
    if let Some(weight) = &weight {
        plan::group_weight(found, weight);
    }
    GroupAsked { code, name: value::line(found, name, value::NAME), weight }
}

/// An assignment for each group and unit, as it was expanded when it was made.
fn said_assignments(fields: &mut Fields, raters: &Raters) -> Vec<AssignmentAsked> {
    raters
        .assignments
        .iter()
        .map(|assigned| {
            let field = format!("group.{}.units", assigned.group);
            let unit = fields.said(field.clone(), assigned.unit.clone());
            AssignmentAsked {
                group: fields.said(field.clone(), assigned.group.clone()),
                spot: unit.spot,
                units: vec![unit],
                kind: None,
                below: None,
                form: Some(fields.said(field, assigned.form.clone())),
            }
        })
        .collect()
}
