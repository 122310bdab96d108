//! Making the database match a plan, in one transaction. What only the database can tell is checked here; any problem
//! and nothing is kept.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{
    Failed,
    plan::{Campaign, Counter, Placed, Plan},
    source::{At, Problem},
};
use crate::{
    definition::{Entry, Library, message::with_hint},
    language::Lang,
    organisation::{self, Unit, UnitTree, unit::NotATree},
    secret::{self, COUNTER_SUFFIX},
    store::{
        StoreError, Writer,
        campaigns::{self, Hold, Stored},
        definitions, invitations,
        places::{self, Place},
        responses, units,
    },
};

/// What was done, a line each, and what to think of.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What was added, changed or withdrawn.
    pub lines: Vec<String>,
    /// What the writer of the files should know.
    pub warnings: Vec<String>,
}

struct Work<'w> {
    db: &'w mut Writer,
    lang: Lang,
    library: &'w Library,
    now: i64,
    problems: Vec<Problem>,
    changes: Changes,
}

/// Carries a plan out in this transaction, which the caller commits or drops.
///
/// # Errors
/// [`Failed`].
pub async fn run(
    db: &mut Writer,
    lang: Lang,
    library: &Library,
    now: i64,
    plan: &Plan,
) -> Result<Changes, Failed> {
    let mut work = Work { db, lang, library, now, problems: Vec::new(), changes: Changes::default() };
    let tree = work.units(plan).await?;
    work.hold(plan).await?;
    for campaign in &plan.campaigns {
        work.campaign(campaign, &tree).await?;
    }
    for campaign in &plan.campaigns {
        work.overlaps(campaign).await?;
    }
    if !work.problems.is_empty() {
        work.problems.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        return Err(Failed::Problems(work.problems));
    }
    let changes = work.changes;
    if !changes.lines.is_empty() {
        campaigns::bump_revision(db).await?;
    }
    Ok(changes)
}

impl Work<'_> {
    fn wrong(&mut self, at: &At, words: String) {
        self.problems.push(at.problem(words));
    }

    fn line(&mut self, sign: char, words: String) {
        self.changes.lines.push(format!("{sign} {words}"));
    }

    /// Adds and changes units; gives the tree as it is then.
    async fn units(&mut self, plan: &Plan) -> Result<UnitTree, StoreError> {
        let m = self.lang.messages();
        let before = units::tree(self.db).await?;
        let mut all: BTreeMap<String, Unit> =
            before.units().iter().map(|unit| (unit.code.clone(), unit.clone())).collect();
        all.extend(plan.units.iter().map(|unit| (unit.it.code.clone(), unit.it.clone())));
        let tree = match UnitTree::new(all.values().cloned()) {
            Ok(tree) => tree,
            Err(error) => {
                let (NotATree::UnknownParent { unit, .. } | NotATree::Cycle { unit }) = &error;
                let place = plan.parents.get(unit);
                let place = place.or_else(|| plan.units.first().map(|unit| &unit.at)).cloned();
                let words = match &error {
                    NotATree::UnknownParent { parent, .. } => {
                        let known: Vec<String> = all.keys().cloned().collect();
                        let words = fl!(m, "apply-parent", unit = unit.as_str(), parent = parent.as_str());
                        with_hint(self.lang, words, parent, &known)
                    }
                    NotATree::Cycle { .. } => fl!(m, "apply-circle", unit = unit.as_str()),
                };
                if let Some(place) = place {
                    self.wrong(&place, words);
                }
                return Ok(before);
            }
        };
        // Parents first.
        for unit in tree.units() {
            match before.get(&unit.code) {
                Some(known) if known == unit => {}
                known => {
                    units::put(self.db, unit).await?;
                    let sign = if known.is_some() { '~' } else { '+' };
                    let words =
                        fl!(m, "apply-line-unit", code = unit.code.as_str(), name = unit.name.as_str());
                    self.line(sign, words);
                }
            }
        }
        Ok(tree)
    }

    /// Holds every campaign that changes, in one order: answers wait, or are in already and are seen.
    async fn hold(&mut self, plan: &Plan) -> Result<(), StoreError> {
        let mut all = campaigns::all(self.db).await?;
        all.sort_by_key(|stored| stored.number);
        let named = |stored: &Stored| {
            plan.campaigns.iter().any(|campaign| {
                campaign.it.slug == stored.campaign.slug
                    || campaign.it.definition.it == stored.campaign.definition
            })
        };
        for stored in all.iter().filter(|stored| named(stored)) {
            campaigns::hold(self.db, stored.number, Hold::Alone).await?;
        }
        Ok(())
    }

    fn known_unit(&mut self, tree: &UnitTree, unit: &str, at: &At) {
        if tree.get(unit).is_none() {
            let known: Vec<String> = tree.units().iter().map(|unit| unit.code.clone()).collect();
            let words = fl!(self.lang.messages(), "apply-unit", unit = unit);
            self.wrong(at, with_hint(self.lang, words, unit, &known));
        }
    }

    async fn campaign(&mut self, placed: &Placed<Campaign>, tree: &UnitTree) -> Result<(), StoreError> {
        let m = self.lang.messages();
        let plan = &placed.it;
        let before = campaigns::find(self.db, &plan.slug).await?;
        let answered = match &before {
            Some(stored) => responses::any(self.db, stored.number).await?,
            None => false,
        };
        let found = self.problems.len();
        for (unit, at) in plan
            .strata
            .iter()
            .map(|s| (&s.it.unit, &s.at))
            .chain(plan.counters.iter().map(|c| (&c.it.unit, &c.at)))
            .chain(plan.invitations.iter().map(|i| (&i.it.unit, &i.at)))
        {
            self.known_unit(tree, unit, at);
        }
        let Some(pinned) = self.definition(plan, before.as_ref(), answered).await? else { return Ok(()) };
        if self.problems.len() > found {
            return Ok(());
        }
        let wanted = organisation::Campaign {
            slug: plan.slug.clone(),
            definition: pinned.id.clone(),
            version: pinned.version.clone(),
            sha256: pinned.sha256.clone(),
            form: plan.form.it.clone(),
            title: plan.title.clone(),
            opens: plan.opens.it,
            closes: plan.closes.it,
            target: plan.target,
            demonstration: plan.demonstration,
            minimum_answers: plan.minimum_answers,
        };
        if let Some(stored) = &before {
            self.allowed(stored, &wanted, placed, answered);
        }
        let number = before.as_ref().map(|stored| stored.number);
        let number = campaigns::put(self.db, number, pinned.number, &wanted).await?;
        if before.as_ref().is_none_or(|stored| stored.campaign != wanted) {
            let sign = if before.is_some() { '~' } else { '+' };
            let version = format!("{} {} · {}", wanted.definition, wanted.version, wanted.form);
            let words = fl!(m, "apply-line-campaign", slug = plan.slug.as_str(), version = version.as_str());
            self.line(sign, words);
        }
        self.strata(number, plan).await?;
        self.counters(number, plan).await?;
        self.invitations(number, plan).await
    }

    /// What may not change any more.
    fn allowed(
        &mut self,
        stored: &Stored,
        wanted: &organisation::Campaign,
        placed: &Placed<Campaign>,
        answered: bool,
    ) {
        let m = self.lang.messages();
        let (plan, known) = (&placed.it, &stored.campaign);
        let slug = plan.slug.as_str();
        if answered
            && (known.definition.as_str(), known.version.as_str(), known.form.as_str())
                != (wanted.definition.as_str(), wanted.version.as_str(), wanted.form.as_str())
        {
            let used = format!("{} {} · {}", known.definition, known.version, known.form);
            self.wrong(&plan.form.at, fl!(m, "apply-answered", slug = slug, used = used.as_str()));
        }
        if answered && known.demonstration != wanted.demonstration {
            self.wrong(&placed.at, fl!(m, "apply-demonstration", slug = slug));
        }
        if stored.settled && self.now < wanted.closes {
            self.wrong(&plan.closes.at, fl!(m, "apply-settled", slug = slug));
        }
    }

    /// The pinned definition of a campaign; a file changed under a version that has answers is refused.
    async fn definition(
        &mut self,
        plan: &Campaign,
        before: Option<&Stored>,
        answered: bool,
    ) -> Result<Option<definitions::Pinned>, StoreError> {
        let m = self.lang.messages();
        // Without a version the one pinned before stays.
        let keep = before.filter(|stored| stored.campaign.definition == plan.definition.it);
        let version = plan.version.as_ref().map(|version| version.it.clone());
        let version = version.or_else(|| keep.map(|stored| stored.campaign.version.clone()));
        let entry: Option<&Entry> = match &version {
            Some(version) => self.library.get(&plan.definition.it, version),
            None => self.library.newest(&plan.definition.it),
        };
        let Some(entry) = entry else {
            // The file is gone, but what was pinned is kept for ever.
            let version = version.unwrap_or_default();
            return definitions::find(self.db, &plan.definition.it, &version).await;
        };
        if !entry.definition.forms.iter().any(|form| form.id == plan.form.it) {
            let forms: Vec<String> = entry.definition.forms.iter().map(|form| form.id.clone()).collect();
            let words = fl!(m, "apply-form", form = plan.form.it.as_str(), id = plan.definition.it.as_str());
            let words = with_hint(self.lang, words, &plan.form.it, &forms);
            self.wrong(&plan.form.at, words);
            return Ok(None);
        }
        let (id, version) = (&entry.definition.id, &entry.definition.version);
        if let Some(pinned) = definitions::find(self.db, id, version).await?
            && pinned.sha256 != entry.sha256
        {
            let replaced =
                definitions::replace_unused(self.db, pinned.number, &entry.sha256, &entry.canonical).await?;
            if !replaced {
                let at = plan.version.as_ref().map_or(&plan.definition.at, |version| &version.at).clone();
                let words = fl!(m, "apply-changed", id = id.as_str(), version = version.as_str());
                self.wrong(&at, words);
                return Ok(None);
            }
            let words = fl!(m, "apply-line-definition", id = id.as_str(), version = version.as_str());
            self.line('~', words);
        }
        let number = definitions::pin(self.db, id, version, &entry.sha256, &entry.canonical).await?;
        let _ = answered;
        definitions::get(self.db, number).await
    }

    async fn strata(&mut self, number: i64, plan: &Campaign) -> Result<(), StoreError> {
        let m = self.lang.messages();
        let mut wanted: Vec<organisation::Stratum> = plan.strata.iter().map(|s| s.it.clone()).collect();
        wanted.sort_by(|a, b| a.unit.cmp(&b.unit));
        let answers: BTreeMap<String, u64> = responses::by_unit(self.db, number).await?.into_iter().collect();
        for stratum in &plan.strata {
            let n = answers.get(&stratum.it.unit).copied().unwrap_or(0);
            if stratum.it.population < n {
                let words = fl!(
                    m,
                    "apply-too-small",
                    unit = stratum.it.unit.as_str(),
                    population = stratum.it.population.to_string(),
                    answers = n.to_string()
                );
                self.wrong(&stratum.at, words);
            }
        }
        if campaigns::strata(self.db, number).await? != wanted {
            campaigns::put_strata(self.db, number, &wanted).await?;
            self.line('~', fl!(m, "apply-line-strata", slug = plan.slug.as_str(), n = wanted.len()));
        }
        let mut units: Vec<&String> = plan.counters.iter().map(|c| &c.it.unit).collect();
        units.extend(plan.invitations.iter().map(|i| &i.it.unit));
        units.sort();
        units.dedup();
        for unit in units {
            if !wanted.is_empty() && !wanted.iter().any(|stratum| stratum.unit == *unit) {
                let words = fl!(m, "apply-no-population", slug = plan.slug.as_str(), unit = unit.as_str());
                self.changes.warnings.push(words);
            }
        }
        Ok(())
    }

    async fn counters(&mut self, number: i64, plan: &Campaign) -> Result<(), StoreError> {
        let m = self.lang.messages();
        let known: Vec<Place> = places::of_campaign(self.db, number)
            .await?
            .into_iter()
            .filter(|place| place.counter.is_some())
            .collect();
        for placed in &plan.counters {
            let counter = &placed.it;
            let before = known.iter().find(|place| place.counter.as_deref() == Some(&counter.code));
            if let Some(place) = before
                && place.unit != counter.unit
                && responses::any_at(self.db, place.number).await?
            {
                let words = fl!(m, "apply-moved", code = counter.code.as_str(), unit = place.unit.as_str());
                self.wrong(&placed.at, words);
                continue;
            }
            let wanted = organisation::Counter {
                code: counter.code.clone(),
                unit: counter.unit.clone(),
                name: counter.name.clone(),
                address: self.address(counter, before).await?,
            };
            let same = before.is_some_and(|place| {
                !place.retired
                    && place.unit == wanted.unit
                    && place.name.as_deref() == Some(&wanted.name)
                    && place.address.as_deref() == Some(&wanted.address)
            });
            if !same {
                places::put_counter(self.db, number, &wanted).await?;
                let sign = if before.is_some() { '~' } else { '+' };
                let words = fl!(
                    m,
                    "apply-line-counter",
                    slug = plan.slug.as_str(),
                    code = counter.code.as_str(),
                    address = wanted.address.as_str()
                );
                self.line(sign, words);
            }
        }
        for place in known.iter().filter(|place| !place.retired) {
            let code = place.counter.as_deref().unwrap_or_default();
            if !plan.counters.iter().any(|counter| counter.it.code == code) {
                places::retire(self.db, place.number).await?;
                self.line('-', fl!(m, "apply-line-retired", slug = plan.slug.as_str(), code = code));
            }
        }
        Ok(())
    }

    /// The last part of a counter's address: its code if it is public, else the code with an unguessable suffix, which
    /// stays the same in all campaigns, so that a printed code stays good.
    async fn address(&mut self, counter: &Counter, before: Option<&Place>) -> Result<String, StoreError> {
        if counter.public {
            return Ok(counter.code.clone());
        }
        let secret = |address: &String| *address != counter.code;
        if let Some(address) = before.and_then(|place| place.address.clone()).filter(secret) {
            return Ok(address);
        }
        Ok(match places::address_of(self.db, &counter.code).await? {
            Some(address) => address,
            None => format!("{}-{}", counter.code, secret::token::<COUNTER_SUFFIX>()),
        })
    }

    async fn invitations(&mut self, number: i64, plan: &Campaign) -> Result<(), StoreError> {
        let m = self.lang.messages();
        let known = invitations::of_campaign(self.db, number).await?;
        let (mut added, mut changed, mut withdrawn) = (0_usize, 0_usize, 0_usize);
        for placed in &plan.invitations {
            let wanted = &placed.it;
            let before = known.iter().find(|invitation| invitation.code == wanted.code);
            if let Some(before) = before {
                if (&before.unit, &before.email, &before.name) == (&wanted.unit, &wanted.email, &wanted.name)
                {
                    continue;
                }
                if before.unit != wanted.unit && invitations::is_used(self.db, number, &wanted.code).await? {
                    self.wrong(&placed.at, fl!(m, "apply-used-moved", code = wanted.code.as_str()));
                    continue;
                }
                changed += 1;
            } else {
                added += 1;
            }
            let (name, email) = (wanted.name.as_deref(), wanted.email.as_deref());
            invitations::put(self.db, number, &wanted.code, &wanted.unit, name, email).await?;
        }
        for invitation in &known {
            if plan.invitations.iter().any(|placed| placed.it.code == invitation.code) {
                continue;
            }
            if invitations::remove(self.db, number, &invitation.code).await? {
                withdrawn += 1;
            } else {
                let words = fl!(m, "apply-used-gone", code = invitation.code.as_str());
                self.wrong(&plan.form.at, words);
            }
        }
        let slug = plan.slug.as_str();
        for (sign, n) in [('+', added), ('~', changed), ('-', withdrawn)] {
            if n > 0 {
                self.line(sign, fl!(m, "apply-line-invitations", slug = slug, n = n));
            }
        }
        Ok(())
    }

    /// At one address only one campaign may be open at a time: else nobody could say which one a citizen answered.
    async fn overlaps(&mut self, placed: &Placed<Campaign>) -> Result<(), StoreError> {
        let Some(own) = campaigns::find(self.db, &placed.it.slug).await? else { return Ok(()) };
        let places = places::of_campaign(self.db, own.number).await?;
        for counter in &placed.it.counters {
            let place = places.iter().find(|place| place.counter.as_deref() == Some(&counter.it.code));
            let Some(address) = place.and_then(|place| place.address.as_deref()) else { continue };
            for other in places::at_address(self.db, address).await? {
                if other.campaign == own.number {
                    continue;
                }
                let Some(other) = campaigns::get(self.db, other.campaign).await? else { continue };
                let (a, b) = (&own.campaign, &other.campaign);
                if a.opens < b.closes && b.opens < a.closes {
                    let words = fl!(
                        self.lang.messages(),
                        "apply-overlap",
                        counter = counter.it.code.as_str(),
                        slug = a.slug.as_str(),
                        other = b.slug.as_str(),
                        opens = moment(b.opens),
                        closes = moment(b.closes)
                    );
                    self.wrong(&counter.at, words);
                }
            }
        }
        Ok(())
    }
}

fn moment(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |t| t.to_zoned_datetime(crate::clock::province()).strftime("%Y-%m-%d %H:%M").to_string(),
    )
}
