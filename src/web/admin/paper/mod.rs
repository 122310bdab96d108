//! Paper: forms printed with numbers, keyed in by staff. [`desk`] is the page with what was printed and what is to do,
//! [`entry`] the page where a sheet is keyed, [`compare`] where two people keyed it differently.

pub mod compare;
pub mod desk;
pub mod entry;

use crate::{
    definition::model::Audience,
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Answers, Invalid, Questionnaire, keying},
    secret::Id,
    store::{
        Reader, StoreError, Writer, audit,
        campaigns::{self, Gate},
        paper::{self, Batch, Typed},
        places::{self, Place},
        ready::{self, Ready},
        responses::{self, Sheet},
        units,
    },
    web::{
        app::App,
        auth::session::Staff,
        respond::answer,
        views::{admin::paper::entry::MODE, components::Places},
    },
};

/// A campaign that may be answered on paper.
pub struct Desk {
    /// The campaign.
    pub ready: Ready,
    /// The revision it was read at.
    pub revision: i64,
}

/// The campaign with this slug; `None` for an unknown one, and for one whose answers come by personal link: a second
/// way would let one person answer twice.
async fn open(db: &mut Reader, slug: &str) -> Result<Option<Desk>, StoreError> {
    let revision = campaigns::revision(db).await?;
    let Some(stored) = campaigns::find(db, slug).await? else { return Ok(None) };
    let ready = ready::load(db, stored).await?;
    Ok((ready.definition.audience == Audience::Citizens).then_some(Desk { ready, revision }))
}

/// A place where paper is filled in, with its unit's name.
pub struct Spot {
    /// The counter.
    pub place: Place,
    /// Name of its unit.
    pub unit: String,
}

/// The counters of a campaign that staff of this unit may see.
async fn spots(db: &mut Reader, campaign: i64) -> Result<Vec<Spot>, StoreError> {
    let tree = units::tree(db).await?;
    Ok(places::of_campaign(db, campaign)
        .await?
        .into_iter()
        .filter(|place| place.counter.is_some())
        .filter_map(|place| {
            let unit = tree.get(&place.unit)?.name.clone();
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
    let answers = keying::read(form, of)?;
    let keyed = of(MODE).trim();
    let mode = match keyed {
        "" | keying::BLANK => Some(Mode::Unknown),
        _ => Mode::ASKED.into_iter().find(|mode| mode.byte().to_string() == keyed),
    };
    match mode {
        Some(mode) => Ok((answers, mode)),
        None => Err(Invalid { unknown: vec![MODE.to_owned()], ..Invalid::default() }),
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

/// A batch with its place, if the number was printed and the place may be seen.
async fn printed(db: &mut Reader, desk: &Desk, number: i64) -> Result<Option<(Batch, Spot)>, StoreError> {
    let campaign = desk.ready.stored.number;
    let Some(batch) = paper::batch_of(db, campaign, number).await? else { return Ok(None) };
    let spot = spots(db, campaign).await?.into_iter().find(|spot| spot.place.number == batch.place);
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
