//! Paper: forms printed with numbers, keyed in by staff. [`desk`] is the page with what was printed and what is to do,
//! [`entry`] the page where a sheet is keyed, [`compare`] where two people keyed it differently,
//! [`import`] where answers come from a file.
//!
//! An officer of a unit keys the sheets that the Department has printed for the counters of that unit, and no others:
//! whoever is measured prints no numbers of their own and decides on no difference.

pub mod compare;
pub mod desk;
pub mod entry;
pub mod import;

use std::collections::BTreeSet;

use crate::{
    definition::model::Audience,
    language::Lang,
    organisation::{Channel, Mode, UnitTree},
    questionnaire::{Answers, Fault, Invalid, Questionnaire, keying},
    secret::Id,
    store::{
        Reader, StoreError, Writer, audit,
        campaigns::{self, Gate},
        paper::{self, Batch, Typed},
        places::{self, Place},
        ready::{self, Ready},
        responses::{self, Sheet},
    },
    web::{
        app::App,
        auth::{scope, session::Staff},
        respond::answer,
        views::{admin::paper::entry::MODE, components::Places},
    },
};

/// A campaign that may be answered on paper, as an account sees it.
pub struct Desk {
    /// The campaign.
    pub ready: Ready,
    /// The units.
    pub tree: UnitTree,
    /// The revision it was read at.
    pub revision: i64,
}

/// The campaign with this slug; `None` for one that the account does not see, and for one whose answers come by personal
/// link: a second way would let one person answer twice.
async fn open(app: &App, staff: &Staff, slug: &str) -> Result<Option<Desk>, StoreError> {
    let revision = campaigns::revision(&mut app.store.read().await?).await?;
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let ready = ready::load(&mut app.store.read().await?, stored).await?;
    Ok((ready.definition.audience == Audience::Citizens).then_some(Desk { ready, tree, revision }))
}

/// A place where paper is filled in, with its unit's name.
pub struct Spot {
    /// The counter.
    pub place: Place,
    /// Name of its unit.
    pub unit: String,
}

/// The counters of a campaign that the account sees.
async fn spots(db: &mut Reader, desk: &Desk, staff: &Staff) -> Result<Vec<Spot>, StoreError> {
    Ok(places::of_campaign(db, desk.ready.stored.number)
        .await?
        .into_iter()
        .filter(|place| place.counter.is_some() && staff.sees(&desk.tree, &place.unit))
        .filter_map(|place| {
            let unit = desk.tree.get(&place.unit)?.name.clone();
            Some(Spot { place, unit })
        })
        .collect())
}

impl Spot {
    /// What the placeholders of the wording stand for.
    fn places(&self, ready: &Ready) -> Places<'_> {
        Places {
            unit: &self.unit,
            counter: self.place.name.as_deref(),
            year: answer::year(&ready.stored.campaign),
        }
    }

    /// Code and name, for lists.
    fn label(&self) -> (&str, &str) {
        let code = self.place.counter.as_deref().unwrap_or_default();
        (code, self.place.name.as_deref().unwrap_or(code))
    }
}

/// The idempotency key of a sheet: the campaign's key of a form that no browser can send.
fn key(number: i64) -> String {
    format!("paper-{number}")
}

/// The form that a sheet has, where modules rotate those of its number.
fn form<'r>(app: &App, ready: &'r Ready, number: i64) -> (usize, &'r Questionnaire) {
    answer::form(app, ready, &key(number))
}

/// The id under which a sheet's answers are stored.
fn id(app: &App, ready: &Ready, number: i64) -> Id {
    responses::sheet_id(&app.key, ready.stored.number, &key(number))
}

/// What was keyed of a sheet, read: its answers and who filled it in.
fn read(form: &Questionnaire, typed: &Typed) -> Result<(Answers, Mode), Invalid> {
    let of = |id: &str| typed.get(id).map_or("", String::as_str);
    let superfluous = |all: Vec<usize>| all.into_iter().map(|at| (at, Fault::NotAsked));
    // Whoever keys is told everything at once.
    let answers = match keying::read(form, of) {
        Ok(answers) => {
            let faults: Vec<_> = superfluous(keying::superfluous(form, &answers, of)).collect();
            if faults.is_empty() { Ok(answers) } else { Err(Invalid { faults, ..Invalid::default() }) }
        }
        Err(mut invalid) => {
            let faulty: BTreeSet<usize> = invalid.faults.iter().map(|(at, _)| *at).collect();
            invalid.faults.extend(superfluous(keying::superfluous_anyway(form, &faulty, of)));
            invalid.faults.sort_by_key(|(at, _)| *at);
            Err(invalid)
        }
    };
    let keyed = of(MODE).trim();
    let mode = match keyed {
        "" | keying::BLANK => Some(Mode::Unknown),
        _ => Mode::ASKED.into_iter().find(|mode| mode.byte().to_string() == keyed),
    };
    match (answers, mode) {
        (Ok(answers), Some(mode)) => Ok((answers, mode)),
        (answers, mode) => {
            let mut invalid = answers.err().unwrap_or_default();
            if mode.is_none() {
                invalid.unknown.push(MODE.to_owned());
            }
            Err(invalid)
        }
    }
}

/// The row of a sheet.
fn sheet(app: &App, desk: &Desk, batch: &Batch, spot: &Spot, number: i64, read: &(Answers, Mode)) -> Sheet {
    let ready = &desk.ready;
    let (_, form) = form(app, ready, number);
    Sheet {
        id: id(app, ready, number),
        campaign: ready.stored.number,
        revision: desk.revision,
        place: batch.place,
        definition: ready.stored.definition,
        channel: Channel::Paper,
        mode: read.1,
        language: batch.language.clone(),
        answers: read.0.pack(form),
        texts: answer::texts(form, &read.0),
        unit: spot.place.unit.clone(),
    }
}

/// A batch with its place, if the number was printed and the account sees the place.
async fn printed(
    db: &mut Reader,
    desk: &Desk,
    staff: &Staff,
    number: i64,
) -> Result<Option<(Batch, Spot)>, StoreError> {
    let Some(batch) = paper::batch_of(db, desk.ready.stored.number, number).await? else { return Ok(None) };
    let spot = spots(db, desk, staff).await?.into_iter().find(|spot| spot.place.number == batch.place);
    Ok(spot.map(|spot| (batch, spot)))
}

/// The language of a batch.
fn language(batch: &Batch, ready: &Ready) -> Lang {
    let lang = Lang::find_for_respondents(&batch.language).unwrap_or(Lang::VI);
    answer::offered(lang, &ready.questionnaire)
}

/// Counts a sheet, and tells the audit log who made it count; nothing of the answers.
async fn count(
    app: &App,
    db: &mut Writer,
    staff: &Staff,
    gate: &Gate,
    number: i64,
    sheet: &Sheet,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let slug =
        campaigns::get(db, sheet.campaign).await?.map_or_else(String::new, |stored| stored.campaign.slug);
    paper::count(db, now, gate, number, sheet).await?;
    audit::append(db, now, &staff.did("paper.count", format!("{slug} {number:04}"))).await
}
