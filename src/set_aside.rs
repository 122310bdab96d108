//! Answers that do not count: those that two people have set aside (security tests D-12, J-06), and of a campaign that is
//! open the latest ones (D-05). What the rules are is [`crate::index::steps`]'s; here they meet what is stored.
//!
//! Nothing sets answers aside by itself, a flag least of all. A group is the answers of a counter (or of all of a unit) on
//! some finished days, never a single sheet and never chosen by what was answered. One person proposes it and says why,
//! another one confirms; the way back is the same. The answers stay where they are.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use serde_json::{Value, json};

use crate::{
    clock,
    index::{
        CLOSED_UNTIL_END, IN_STEPS,
        notes::note,
        report::{Estimate, Report, SetAside, SetAsideGroup},
        steps::{Cell, Counted, Course, Objection, WINDOWS, Window},
    },
    language::Lang,
    report::{format, scope, shown},
    store::{
        AsConn, Store, StoreError, Writer,
        audit::{self, Entry},
        campaigns::{self, Hold, Stored},
        erasure::answers,
        places::{self, Place},
        set_aside::{self as store, Decision, Proposal, State},
        watching,
    },
};

/// Longest words of a reason, in characters.
pub const LONGEST: usize = 500;
/// Fewest.
pub const SHORTEST: usize = 10;

/// Why answers are set aside, in the coarse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Many within a short time, without an explanation.
    Burst,
    /// Staff answered, or made people answer as they wished.
    Staff,
    /// Somebody tried the form out, or trained others.
    Trial,
    /// Something did not work.
    Fault,
    /// Something else.
    Other,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Burst, Self::Staff, Self::Trial, Self::Fault, Self::Other];

    /// Its code, as stored and in reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Burst => "burst",
            Self::Staff => "staff",
            Self::Trial => "trial",
            Self::Fault => "fault",
            Self::Other => "other",
        }
    }

    /// The reason of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// In words.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Burst => fl!(m, "aside-reason-burst"),
            Self::Staff => fl!(m, "aside-reason-staff"),
            Self::Trial => fl!(m, "aside-reason-trial"),
            Self::Fault => fl!(m, "aside-reason-fault"),
            Self::Other => fl!(m, "aside-reason-other"),
        }
    }
}

/// Which answers of an open campaign the figures are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    /// Those that may be shown.
    #[default]
    Shown,
    /// All of the moment. Not to be shown: whoever has an earlier report could subtract it.
    Newest,
}

/// A group that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    row: store::SetAside,
    answers: u64,
}

/// What the figures of a campaign are formed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basis {
    /// Which answers count.
    pub counted: Counted,
    /// Which ones would with those set aside, for comparison; absent where there are none, and while the campaign is open.
    pub with: Option<Counted>,
    groups: Vec<Group>,
    /// Answers are shown in steps of at least so many.
    steps: Option<u32>,
    newest: bool,
    /// When answers were last set aside, or counted again, of a campaign that has closed, UTC milliseconds: reports before and after
    /// differ by them.
    pub moved: Option<i64>,
}

/// What a campaign has of places, answers and decisions.
struct Desk {
    places: Vec<Place>,
    cells: Vec<Cell>,
    rows: Vec<store::SetAside>,
}

impl Desk {
    async fn load(db: &mut impl AsConn, campaign: i64) -> Result<Self, StoreError> {
        Ok(Self {
            rows: store::of_campaign(db, campaign).await?,
            places: places::of_campaign(db, campaign).await?,
            cells: watching::cells(db, campaign).await?,
        })
    }

    /// The counters and their answers, by unit.
    fn units(&self) -> BTreeMap<&str, (Vec<i64>, Vec<Cell>)> {
        let mut units: BTreeMap<&str, (Vec<i64>, Vec<Cell>)> = BTreeMap::new();
        let mut unit_of: BTreeMap<i64, &str> = BTreeMap::new();
        // What groups of raters gave comes all at once, at closing.
        for place in self.places.iter().filter(|place| place.rater_group.is_none()) {
            units.entry(&place.unit).or_default().0.push(place.number);
            unit_of.insert(place.number, &place.unit);
        }
        for cell in &self.cells {
            if let Some((_, cells)) = unit_of.get(&cell.place).and_then(|unit| units.get_mut(unit)) {
                cells.push(*cell);
            }
        }
        units
    }

    /// The groups of a unit that are or were set aside, with their windows.
    fn windows(&self, unit: &str) -> (Vec<&store::SetAside>, Vec<Window>) {
        let rows = self.rows.iter().filter(|row| row.unit == unit);
        let rows: Vec<_> = rows.filter(|row| row.state().is_out() || row.state() == State::Back).collect();
        let windows = rows.iter().map(|row| window(row)).collect();
        (rows, windows)
    }
}

/// The window of a row; one that was never set aside begins at the end of time.
fn window(row: &store::SetAside) -> Window {
    let day = |day: i64| i32::try_from(day).unwrap_or(if day < 0 { i32::MIN } else { i32::MAX });
    let was_out = row.state().is_out() || row.state() == State::Back;
    Window {
        place: row.place,
        first: day(row.first_day),
        last: day(row.last_day),
        since: row.decided.filter(|_| was_out).unwrap_or(i64::MAX),
        until: row.back_decided.filter(|_| row.state() == State::Back),
    }
}

/// Whether figures of a campaign are shown before it closes to people who could subtract them. The answers of a
/// demonstration are nobody's.
fn is_stepwise(stored: &Stored) -> bool {
    !stored.campaign.demonstration
}

/// What the figures of a campaign are formed from at `now`; `k` is its smallest number of answers.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn basis(
    db: &mut impl AsConn,
    stored: &Stored,
    k: u32,
    now: i64,
    view: View,
) -> Result<Basis, StoreError> {
    let closes = stored.campaign.closes;
    let open = now < closes;
    let in_steps = open && is_stepwise(stored) && view == View::Shown;
    let mut moved = None;
    if !in_steps {
        let rows = store::of_campaign(db, stored.number).await?;
        let decided = rows.iter().map(window).flat_map(|it| [Some(it.since), it.until]);
        moved = decided.flatten().filter(|moment| *moment < i64::MAX).max();
        if !rows.iter().any(|row| row.state().is_out()) {
            return Ok(Basis { newest: open && view == View::Newest, moved, ..Basis::default() });
        }
    }
    let desk = Desk::load(db, stored.number).await?;
    let (mut counted, mut groups) = (Counted::default(), Vec::new());
    for (unit, (places, cells)) in desk.units() {
        let (rows, windows) = desk.windows(unit);
        if !in_steps && windows.is_empty() {
            continue;
        }
        let course = Course::new(&cells, &windows, k.into());
        let state = if in_steps { course.shown(now, closes) } else { course.all(now) };
        counted.0.extend(places.iter().map(|place| (*place, course.rule(state, *place))));
        let out = rows.into_iter().enumerate().filter(|(_, row)| row.state().is_out());
        groups.extend(out.map(|(at, row)| Group { row: row.clone(), answers: course.held(at) }));
    }
    groups.sort_by_key(|group| group.row.number);
    Ok(Basis {
        counted,
        with: (!in_steps && !groups.is_empty()).then(Counted::default),
        groups,
        steps: in_steps.then_some(k),
        newest: open && view == View::Newest,
        moved,
    })
}

impl Basis {
    /// Says in a report what does not count, and why. `with` is the index with what was set aside.
    pub fn tell(&self, report: &mut Report, with: Option<Estimate>) {
        // Where figures are closed until the end there are no steps to tell of.
        let shows = !report.has_note(CLOSED_UNTIL_END);
        if let Some(k) = self.steps.filter(|_| shows) {
            report.notes.push(note(IN_STEPS, None, |lang| fl!(lang.messages(), "aside-note-steps", k = k)));
        }
        if self.newest {
            report.notes.push(note("newest", None, |lang| fl!(lang.messages(), "aside-note-newest")));
        }
        if self.groups.is_empty() {
            return;
        }
        for group in &self.groups {
            let unit = report.units.iter().find(|unit| unit.code == group.row.unit);
            let name = unit.map_or_else(|| group.row.unit.clone(), |unit| unit.name.clone());
            let said = |lang: Lang| {
                let reason = Reason::from_code(&group.row.reason).unwrap_or(Reason::Other).words(lang);
                fl!(
                    lang.messages(),
                    "aside-note-group",
                    n = format::count(lang, group.answers),
                    unit = name.as_str(),
                    reason = reason,
                    words = group.row.words.as_str()
                )
            };
            report.notes.push(note(scope::SET_ASIDE, Some(&group.row.unit), said));
        }
        let responses = self.groups.iter().map(|group| group.answers).sum();
        if let Some((with, without)) =
            with.as_ref().and_then(shown::figure).zip(shown::figure(&report.total.index))
        {
            report.notes.push(note(scope::SET_ASIDE_WITH, None, |lang| {
                fl!(
                    lang.messages(),
                    "aside-note-with",
                    n = format::count(lang, responses),
                    with = format::percent(lang, with),
                    without = format::percent(lang, without)
                )
            }));
        }
        report.set_aside = Some(SetAside {
            responses,
            groups: self
                .groups
                .iter()
                .map(|group| SetAsideGroup {
                    number: group.row.number,
                    unit: group.row.unit.clone(),
                    responses: group.answers,
                    reason: group.row.reason.clone(),
                    words: group.row.words.clone(),
                    since: date(clock::day(group.row.decided.unwrap_or_default())),
                })
                .collect(),
            index_with: with.filter(|with| shown::shown(with).is_some()),
        });
    }
}

fn date(day: i32) -> String {
    clock::date(day).map(|date| date.to_string()).unwrap_or_default()
}

/// Why something is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such counter.
    Counter,
    /// The days are none of the campaign's, or the last one comes before the first.
    Days,
    /// The last day is not over.
    NotOver,
    /// Another group has answers of them.
    Overlap(
        /// Its number.
        i64,
    ),
    /// It would tell too much.
    Objection(Objection),
    /// There is no such reason.
    Reason,
    /// The words are too short or too long.
    Words,
    /// Whoever proposes cannot confirm.
    SamePerson,
    /// It stands otherwise by now.
    Meanwhile,
    /// The answers have been deleted; the last report stays as it is.
    Erased,
    /// There is no such campaign or group.
    Unknown,
}

/// Something that was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// It was refused.
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A group that somebody would have set aside, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// Code of the counter.
    pub counter: String,
    /// All counters of its unit.
    pub whole_unit: bool,
    /// First and last day since 1970, where they could be read.
    pub days: Option<(i32, i32)>,
    /// Code of the reason.
    pub reason: String,
    /// Why.
    pub words: String,
}

/// Who acts, and when.
pub struct By<'a> {
    /// The account.
    pub account: &'a str,
    /// UTC milliseconds.
    pub now: i64,
    /// The smallest number of answers of the campaign.
    pub k: u32,
    /// An entry of the audit log about an action and its object.
    pub did: &'a (dyn Fn(&'static str, &str) -> Entry + Sync),
}

/// Proposes to set answers aside; gives the number of the proposal.
///
/// # Errors
/// [`NotDone`].
pub async fn propose(store: &Store, slug: &str, wish: &Wish, by: &By<'_>) -> Result<i64, NotDone> {
    let mut db = store.write().await?;
    let stored = held(&mut db, slug).await?;
    let desk = Desk::load(&mut db, stored.number).await?;
    let mut refusals = Vec::new();
    let place = desk.places.iter().find(|place| place.counter.as_deref() == Some(wish.counter.as_str()));
    refusals.extend(place.is_none().then_some(Refusal::Counter));
    let span = (clock::day(stored.campaign.opens), clock::day(stored.campaign.closes.saturating_sub(1)));
    match wish.days.filter(|(first, last)| first <= last && *first >= span.0 && *last <= span.1) {
        None => refusals.push(Refusal::Days),
        Some((_, last)) if last >= clock::day(by.now) => refusals.push(Refusal::NotOver),
        Some(_) => {}
    }
    if Reason::from_code(&wish.reason).is_none() {
        refusals.push(Refusal::Reason);
    }
    let words = words(&wish.words);
    refusals.extend(words.is_none().then_some(Refusal::Words));
    let (Some(place), Some(days), Some(words), true) = (place, wish.days, words, refusals.is_empty()) else {
        return Err(NotDone::Refused(refusals));
    };
    let own = (!wish.whole_unit).then_some(place.number);
    let window = Window { place: own, first: days.0, last: days.1, since: i64::MAX, until: None };
    let answers = desk.check(&stored, &place.unit, window, None, by)?;
    let proposal = Proposal {
        campaign: stored.number,
        unit: &place.unit,
        place: own,
        days,
        reason: &wish.reason,
        words: &words,
        answers,
    };
    let number = store::propose(&mut db, &proposal, by.account, by.now).await?;
    let told = json!({
        "number": number, "unit": place.unit, "counter": own.and(place.counter.as_ref()),
        "from": date(days.0), "to": date(days.1), "answers": answers, "reason": wish.reason, "words": words,
    });
    audit::append(&mut db, by.now, &(by.did)("set-aside.propose", slug).with(told)).await?;
    db.commit().await?;
    Ok(number)
}

/// Proposes that a group counts again.
///
/// # Errors
/// [`NotDone`].
pub async fn propose_back(
    store: &Store,
    slug: &str,
    number: i64,
    typed: &str,
    by: &By<'_>,
) -> Result<(), NotDone> {
    let refused = |why: Refusal| NotDone::Refused(vec![why]);
    let mut db = store.write().await?;
    let stored = held(&mut db, slug).await?;
    let desk = Desk::load(&mut db, stored.number).await?;
    let row = desk.row(number).ok_or_else(|| refused(Refusal::Unknown))?;
    let words = words(typed).ok_or_else(|| refused(Refusal::Words))?;
    if !store::propose_back(&mut db, number, &words, by.account, by.now).await? {
        return Err(refused(Refusal::Meanwhile));
    }
    let told = json!({ "number": number, "unit": row.unit, "words": words });
    audit::append(&mut db, by.now, &(by.did)("set-aside.propose-back", slug).with(told)).await?;
    db.commit().await?;
    Ok(())
}

/// Decides on a proposal.
///
/// # Errors
/// [`NotDone`].
pub async fn decide(
    store: &Store,
    slug: &str,
    number: i64,
    decision: Decision,
    by: &By<'_>,
) -> Result<(), NotDone> {
    let refused = |why: Refusal| NotDone::Refused(vec![why]);
    let mut db = store.write().await?;
    let stored = held(&mut db, slug).await?;
    let desk = Desk::load(&mut db, stored.number).await?;
    let row = desk.row(number).ok_or_else(|| refused(Refusal::Unknown))?;
    let withdraws = matches!(decision, Decision::Withdraw | Decision::WithdrawBack);
    if row.state().waits() && !withdraws && row.proposer() == by.account {
        return Err(refused(Refusal::SamePerson));
    }
    let turns = matches!(decision, Decision::Confirm | Decision::ConfirmBack);
    let answers = if turns && row.state().waits() {
        Some(desk.check(&stored, &row.unit, window(row), Some(number), by)?)
    } else {
        None
    };
    if !store::decide(&mut db, number, decision, by.account, by.now).await? {
        return Err(refused(Refusal::Meanwhile));
    }
    let action = match decision {
        Decision::Confirm => "set-aside.confirm",
        Decision::Reject => "set-aside.reject",
        Decision::Withdraw => "set-aside.withdraw",
        Decision::ConfirmBack => "set-aside.confirm-back",
        Decision::RejectBack => "set-aside.reject-back",
        Decision::WithdrawBack => "set-aside.withdraw-back",
    };
    let counter = desk.places.iter().find(|place| Some(place.number) == row.place);
    let words =
        if row.state() == State::BackProposed { row.back_words.as_deref() } else { Some(row.words.as_str()) };
    let told = json!({
        "number": number, "unit": row.unit, "counter": counter.and_then(|place| place.counter.as_deref()),
        "from": date(window(row).first), "to": date(window(row).last),
        "answers": answers.map_or(Value::Null, Value::from), "reason": row.reason, "words": words,
        "proposed_by": row.proposer(),
    });
    audit::append(&mut db, by.now, &(by.did)(action, slug).with(told)).await?;
    db.commit().await?;
    Ok(())
}

/// The campaign, held alone so that no two decisions are checked side by side.
async fn held(db: &mut Writer, slug: &str) -> Result<Stored, NotDone> {
    let refused = |why: Refusal| NotDone::Refused(vec![why]);
    let stored = campaigns::find(db, slug).await?.ok_or_else(|| refused(Refusal::Unknown))?;
    campaigns::hold(db, stored.number, Hold::Alone).await?;
    if answers::of(db, stored.number).await?.is_some() {
        return Err(refused(Refusal::Erased));
    }
    Ok(stored)
}

/// Words as kept: one line; nothing where they are too few or too many.
fn words(typed: &str) -> Option<String> {
    let plain: String = typed.chars().filter(|c| *c != '\0').collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    (SHORTEST..=LONGEST).contains(&words.chars().count()).then_some(words)
}

impl Desk {
    fn row(&self, number: i64) -> Option<&store::SetAside> {
        self.rows.iter().find(|row| row.number == number)
    }

    /// How many answers a window of a unit holds, if it may be set aside now, or taken back: `own` is the number of its
    /// row, if it has one.
    fn check(
        &self,
        stored: &Stored,
        unit: &str,
        window: Window,
        own: Option<i64>,
        by: &By<'_>,
    ) -> Result<u64, NotDone> {
        let refused = |why: Refusal| Err(NotDone::Refused(vec![why]));
        let others = self.rows.iter().filter(|row| row.unit == unit && Some(row.number) != own);
        let mut others = others.filter(|row| row.state().is_out() || row.state() == State::Proposed);
        if let Some(other) = others.find(|row| self::window(row).overlaps(&window)) {
            return refused(Refusal::Overlap(other.number));
        }
        let (rows, mut windows) = self.windows(unit);
        let at = match rows.iter().position(|row| Some(row.number) == own) {
            Some(at) => at,
            None => {
                windows.push(window);
                windows.len() - 1
            }
        };
        if at >= WINDOWS {
            return refused(Refusal::Objection(Objection::Windows));
        }
        let units = self.units();
        let cells = units.get(unit).map(|(_, cells)| cells.as_slice()).unwrap_or_default();
        let course = Course::new(cells, &windows, by.k.into());
        match course.turn(at, by.now, stored.campaign.closes, is_stepwise(stored)) {
            Ok(()) => Ok(course.held(at)),
            Err(objection) => refused(Refusal::Objection(objection)),
        }
    }
}

/// A group for the page: the row, its counter and how many answers it has now.
#[derive(Debug, Clone)]
pub struct Shelf {
    /// The row.
    pub row: store::SetAside,
    /// Code and name of the counter; absent: all of the unit.
    pub counter: Option<(String, String)>,
    /// Answers.
    pub answers: u64,
}

/// The groups of a campaign, those that wait first, then the newest.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn shelf(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Shelf>, StoreError> {
    let desk = Desk::load(db, campaign).await?;
    let units = desk.units();
    let mut shelf: Vec<Shelf> = desk
        .rows
        .iter()
        .map(|row| {
            let windows = [window(row)];
            let cells = units.get(row.unit.as_str()).map(|(_, cells)| cells.as_slice()).unwrap_or_default();
            let place = desk.places.iter().find(|place| Some(place.number) == row.place);
            Shelf {
                row: row.clone(),
                counter: place
                    .and_then(|place| Some((place.counter.clone()?, place.name.clone().unwrap_or_default()))),
                answers: Course::new(cells, &windows, 1).held(0),
            }
        })
        .collect();
    shelf.sort_by_key(|one| (!one.row.state().waits(), -one.row.number));
    Ok(shelf)
}

/// How many answers are set aside, by the code of their unit.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn out(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(String, u64)>, StoreError> {
    if !store::of_campaign(db, campaign).await?.iter().any(|row| row.state().is_out()) {
        return Ok(Vec::new());
    }
    let shelf = shelf(db, campaign).await?;
    Ok(shelf
        .into_iter()
        .filter(|one| one.row.state().is_out())
        .map(|one| (one.row.unit, one.answers))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_sentence_on_one_line() {
        assert_eq!(words("  Nhân viên  tự quét\nmã  "), Some("Nhân viên tự quét mã".to_owned()));
        assert_eq!(words("gian lận"), None);
        assert_eq!(words(&"dài ".repeat(200)), None);
    }
}
