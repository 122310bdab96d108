//! What the files ask for, checked as far as it can be without the database. All problems are found at once.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use jiff::{civil, tz::TimeZone};
use toml::{Spanned, value::Datetime};
use unicode_normalization::UnicodeNormalization as _;

use super::{
    file,
    source::{At, Problem, Source},
};
use crate::{
    clock,
    definition::{Entry, Library, message::with_hint},
    language::Lang,
    organisation::Unit,
};

/// Longest code or slug, in characters.
const LONGEST_CODE: usize = 48;
/// Longest name or title, in characters.
const LONGEST_NAME: usize = 300;
/// Most people in a population.
const LARGEST: i64 = 1_000_000_000;
/// No cell of fewer answers is ever shown.
const LEAST_MINIMUM: i64 = 5;

/// Something of the files with the place where it stands.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// It.
    pub it: T,
    /// Where it stands.
    pub at: At,
}

/// All files together.
#[derive(Debug, Default)]
pub struct Plan {
    /// Units, in the order written.
    pub units: Vec<Placed<Unit>>,
    /// Places where parents are named, by the unit's code.
    pub parents: BTreeMap<String, At>,
    /// Campaigns.
    pub campaigns: Vec<Placed<Campaign>>,
}

/// A campaign as asked for.
#[derive(Debug)]
pub struct Campaign {
    /// Slug.
    pub slug: String,
    /// Id of the definition.
    pub definition: Placed<String>,
    /// Its version, if one is asked for.
    pub version: Option<Placed<String>>,
    /// The form.
    pub form: Placed<String>,
    /// Title by language.
    pub title: BTreeMap<String, String>,
    /// Opening, UTC milliseconds.
    pub opens: Placed<i64>,
    /// Closing.
    pub closes: Placed<i64>,
    /// Target, 0..1.
    pub target: Option<f64>,
    /// Fewest answers of a shown cell.
    pub minimum_answers: Option<u32>,
    /// Whether the answers are invented.
    pub demonstration: bool,
    /// Populations.
    pub strata: Vec<Placed<crate::organisation::Stratum>>,
    /// Counters.
    pub counters: Vec<Placed<Counter>>,
    /// Invited persons.
    pub invitations: Vec<Placed<Invitation>>,
}

/// A counter as asked for.
#[derive(Debug)]
pub struct Counter {
    /// Code.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// Name.
    pub name: String,
    /// Whether the code is the address.
    pub public: bool,
}

/// An invited person as asked for.
#[derive(Debug)]
pub struct Invitation {
    /// Code.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
}

struct Reader<'a> {
    lang: Lang,
    library: &'a Library,
    problems: Vec<Problem>,
    plan: Plan,
    seen: BTreeMap<(&'static str, String), At>,
}

/// Reads and checks the files.
///
/// # Errors
/// Every problem, in the order of the files.
pub fn read(lang: Lang, library: &Library, sources: &[Source]) -> Result<Plan, Vec<Problem>> {
    let mut reader =
        Reader { lang, library, problems: Vec::new(), plan: Plan::default(), seen: BTreeMap::new() };
    for source in sources {
        match toml::from_str::<file::File>(&source.text) {
            Ok(file) => reader.file(source, file),
            Err(error) => {
                let at = source.at(&error.span().unwrap_or(0..0));
                let detail = error.message().to_owned();
                reader.problems.push(at.problem(fl!(lang.messages(), "apply-toml", detail = detail)));
            }
        }
    }
    reader.tree();
    if reader.problems.is_empty() { Ok(reader.plan) } else { Err(reader.problems) }
}

/// Letters, digits, `-`, `_` and `.`: safe in addresses, file names and spreadsheets.
fn is_code(code: &str) -> bool {
    (1..=LONGEST_CODE).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_alphanumeric())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

impl Reader<'_> {
    fn wrong(&mut self, at: &At, words: String) {
        self.problems.push(at.problem(words));
    }

    fn file(&mut self, source: &Source, file: file::File) {
        for unit in file.unit {
            self.unit(source, unit.into_inner());
        }
        for campaign in file.campaign {
            self.campaign(source, campaign);
        }
    }

    /// A code that is well formed and stands once.
    fn code(
        &mut self,
        source: &Source,
        kind: &'static str,
        scope: &str,
        code: &Spanned<String>,
    ) -> Placed<String> {
        let at = source.at(&code.span());
        let text = code.get_ref().clone();
        let m = self.lang.messages();
        if is_code(&text) {
            let key = (kind, format!("{scope}/{text}"));
            if let Some(first) = self.seen.get(&key) {
                let first = format!("{}:{}", first.file, first.line);
                self.wrong(&at, fl!(m, "apply-twice", code = text.as_str(), first = first));
            } else {
                self.seen.insert(key, at.clone());
            }
        } else {
            self.wrong(&at, fl!(m, "apply-code", code = text.as_str(), longest = LONGEST_CODE));
        }
        Placed { it: text, at }
    }

    /// A name: one line, not empty, NFC.
    fn name(&mut self, source: &Source, name: &Spanned<String>) -> String {
        let at = source.at(&name.span());
        self.line(&at, name.get_ref())
    }

    fn line(&mut self, at: &At, text: &str) -> String {
        let text: String = text.trim().nfc().collect();
        let m = self.lang.messages();
        if text.is_empty() {
            self.wrong(at, fl!(m, "apply-empty"));
        } else if text.chars().any(char::is_control) {
            self.wrong(at, fl!(m, "apply-control"));
        } else if text.chars().count() > LONGEST_NAME {
            self.wrong(at, fl!(m, "apply-long", longest = LONGEST_NAME));
        }
        text
    }

    fn unit(&mut self, source: &Source, unit: file::Unit) {
        let code = self.code(source, "unit", "", &unit.code);
        let name = self.name(source, &unit.name);
        let kind = self.name(source, &unit.kind);
        let parent = unit.parent.map(|parent| {
            self.plan.parents.insert(code.it.clone(), source.at(&parent.span()));
            parent.into_inner()
        });
        self.plan.units.push(Placed { it: Unit { code: code.it, name, kind, parent }, at: code.at });
    }

    fn moment(&mut self, source: &Source, moment: &Spanned<Datetime>) -> Placed<i64> {
        let at = source.at(&moment.span());
        let milliseconds = milliseconds(moment.get_ref());
        if milliseconds.is_none() {
            self.wrong(&at, fl!(self.lang.messages(), "apply-moment"));
        }
        Placed { it: milliseconds.unwrap_or(0), at }
    }

    fn campaign(&mut self, source: &Source, campaign: Spanned<file::Campaign>) {
        let at = source.at(&campaign.span());
        let campaign = campaign.into_inner();
        let m = self.lang.messages();
        let before = self.problems.len();
        let slug = self.code(source, "campaign", "", &campaign.slug);
        if slug.it.bytes().any(|b| b.is_ascii_uppercase()) {
            self.wrong(&slug.at, fl!(m, "apply-slug", slug = slug.it.as_str()));
        }
        let (opens, closes) = (self.moment(source, &campaign.opens), self.moment(source, &campaign.closes));
        if opens.it >= closes.it && self.problems.len() == before {
            self.wrong(&closes.at, fl!(m, "apply-period"));
        }
        let title_at = source.at(&campaign.title.span());
        let title: BTreeMap<String, String> = campaign
            .title
            .into_inner()
            .into_iter()
            .map(|(language, text)| (language, self.line(&title_at, &text)))
            .collect();
        if !title.contains_key("vi") {
            self.wrong(&title_at, fl!(m, "apply-title"));
        }
        let target = campaign.target.map(|target| {
            let at = source.at(&target.span());
            if !(target.get_ref() > &0.0 && target.get_ref() <= &1.0) {
                self.wrong(&at, fl!(m, "apply-target", target = target.get_ref().to_string()));
            }
            target.into_inner()
        });
        let minimum_answers = campaign.minimum_answers.map(|k| {
            let at = source.at(&k.span());
            if !(LEAST_MINIMUM..=1_000_000).contains(k.get_ref()) {
                self.wrong(&at, fl!(m, "apply-minimum", least = LEAST_MINIMUM));
            }
            u32::try_from(k.into_inner()).unwrap_or(0)
        });
        let place = |text: Spanned<String>| Placed { at: source.at(&text.span()), it: text.into_inner() };
        let (definition, form) = (place(campaign.definition), place(campaign.form));
        let version = campaign.version.map(place);
        self.questionnaire(&definition, version.as_ref(), &form);
        let scope = slug.it.clone();
        let strata =
            campaign.stratum.into_iter().map(|s| self.stratum(source, &scope, s.into_inner())).collect();
        let counters = campaign
            .counter
            .into_iter()
            .map(|counter| {
                let counter = counter.into_inner();
                let code = self.code(source, "counter", &scope, &counter.code);
                let name = self.name(source, &counter.name);
                Placed {
                    it: Counter {
                        code: code.it,
                        unit: counter.unit.into_inner(),
                        name,
                        public: counter.public,
                    },
                    at: code.at,
                }
            })
            .collect();
        let invitations = campaign
            .invitation
            .into_iter()
            .map(|i| self.invitation(source, &scope, i.into_inner()))
            .collect();
        self.plan.campaigns.push(Placed {
            it: Campaign {
                slug: slug.it,
                definition,
                version,
                form,
                title,
                opens,
                closes,
                target,
                minimum_answers,
                demonstration: campaign.demonstration,
                strata,
                counters,
                invitations,
            },
            at,
        });
    }

    /// The definition, version and form must be in the library; a pinned version is looked up in the database later.
    fn questionnaire(
        &mut self,
        id: &Placed<String>,
        version: Option<&Placed<String>>,
        form: &Placed<String>,
    ) {
        let m = self.lang.messages();
        let entry: Option<&Entry> = match version {
            Some(version) => self.library.get(&id.it, &version.it),
            None => self.library.newest(&id.it),
        };
        let Some(entry) = entry else {
            let versions = self.library.iter().filter(|entry| entry.definition.id == id.it);
            let known: Vec<String> = versions.map(|entry| entry.definition.version.clone()).collect();
            let (at, words) = match version.filter(|_| !known.is_empty()) {
                Some(version) => {
                    let words = fl!(m, "apply-version", id = id.it.as_str(), version = version.it.as_str());
                    (version.at.clone(), with_hint(self.lang, words, &version.it, &known))
                }
                None => {
                    let known: Vec<String> = self.library.ids().map(str::to_owned).collect();
                    let words = fl!(m, "apply-definition", id = id.it.as_str());
                    (id.at.clone(), with_hint(self.lang, words, &id.it, &known))
                }
            };
            self.wrong(&at, words);
            return;
        };
        let forms: Vec<String> = entry.definition.forms.iter().map(|form| form.id.clone()).collect();
        if version.is_some() && !forms.contains(&form.it) {
            let words = fl!(m, "apply-form", form = form.it.as_str(), id = id.it.as_str());
            self.wrong(&form.at, with_hint(self.lang, words, &form.it, &forms));
        }
    }

    fn stratum(
        &mut self,
        source: &Source,
        scope: &str,
        stratum: file::Stratum,
    ) -> Placed<crate::organisation::Stratum> {
        let m = self.lang.messages();
        let unit = self.code(source, "stratum", scope, &stratum.unit);
        let population = *stratum.population.get_ref();
        let at = source.at(&stratum.population.span());
        if !(1..=LARGEST).contains(&population) {
            self.wrong(&at, fl!(m, "apply-population", population = population.to_string()));
        }
        let sample = stratum.sample.map(|sample| {
            let at = source.at(&sample.span());
            let n = sample.into_inner();
            if n < 0 || n > population {
                self.wrong(
                    &at,
                    fl!(m, "apply-sample", n = n.to_string(), population = population.to_string()),
                );
            }
            n.unsigned_abs()
        });
        let it =
            crate::organisation::Stratum { unit: unit.it, population: population.unsigned_abs(), sample };
        Placed { it, at }
    }

    fn invitation(
        &mut self,
        source: &Source,
        scope: &str,
        invitation: file::Invitation,
    ) -> Placed<Invitation> {
        let code = self.code(source, "invitation", scope, &invitation.code);
        let email = invitation.email.map(|email| {
            let at = source.at(&email.span());
            let email = email.into_inner().trim().to_owned();
            if email.parse::<lettre::Address>().is_err() {
                self.wrong(&at, fl!(self.lang.messages(), "apply-email", email = email.as_str()));
            }
            email
        });
        let name = invitation.name.map(|name| self.name(source, &name));
        let it = Invitation { code: code.it, unit: invitation.unit.into_inner(), email, name };
        Placed { it, at: code.at }
    }

    /// No unit may be below itself within the files; parents that only the database knows are checked there.
    fn tree(&mut self) {
        let up: BTreeMap<&str, &str> = self
            .plan
            .units
            .iter()
            .filter_map(|unit| Some((unit.it.code.as_str(), unit.it.parent.as_deref()?)))
            .collect();
        let mut circles = Vec::new();
        for unit in &self.plan.units {
            let mut passed = BTreeSet::new();
            let mut at = unit.it.code.as_str();
            while let Some(parent) = up.get(at) {
                if !passed.insert(at) {
                    break;
                }
                at = parent;
            }
            if up.contains_key(at) && at == unit.it.code && !passed.is_empty() {
                let place = self.plan.parents.get(&unit.it.code).unwrap_or(&unit.at).clone();
                circles.push((place, unit.it.code.clone()));
            }
        }
        for (at, code) in circles {
            self.wrong(&at, fl!(self.lang.messages(), "apply-circle", unit = code.as_str()));
        }
    }
}

/// UTC milliseconds of a TOML date and time; without an offset it is the province's time, without a time midnight.
fn milliseconds(moment: &Datetime) -> Option<i64> {
    let date = moment.date?;
    let time = moment.time;
    let part = |n: Option<u8>| n.map_or(Some(0), |n| i8::try_from(n).ok());
    let local = civil::Date::new(
        i16::try_from(date.year).ok()?,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()?
    .to_datetime(
        civil::Time::new(
            part(time.map(|t| t.hour))?,
            part(time.map(|t| t.minute))?,
            part(time.and_then(|t| t.second))?,
            0,
        )
        .ok()?,
    );
    let zone = match moment.offset {
        None => clock::province(),
        Some(toml::value::Offset::Z) => TimeZone::UTC,
        Some(toml::value::Offset::Custom { minutes }) => {
            TimeZone::fixed(jiff::tz::Offset::from_seconds(i32::from(minutes) * 60).ok()?)
        }
    };
    Some(zone.to_ambiguous_timestamp(local).compatible().ok()?.as_millisecond())
}
