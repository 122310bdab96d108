//! The one way in which pages change units: read, decided, checked and written in one transaction.

use jiff::civil::Date;

use crate::{
    language::Lang,
    organisation::{
        Dated, History, UnitChange,
        problem::{self, UnitProblem},
    },
    store::{
        StoreError, audit, campaigns,
        units::{self, Use},
    },
    web::{app::App, auth::session::Staff},
};

/// Why nothing was changed.
#[derive(Debug)]
pub enum Refused<E> {
    /// The page's own reason.
    By(E),
    /// The units would no longer be a tree, or their days would not fit.
    Problems(Vec<UnitProblem>),
    /// Campaigns count on units that would end.
    InUse(Vec<InUse>),
    /// Something belongs to a unit that would go.
    Belongs(String),
}

impl<E> Refused<E> {
    /// What stands against it, a sentence each, with the units' names; nothing for the page's own reason.
    pub fn words(&self, lang: Lang, history: &History) -> Vec<String> {
        let name =
            |code: &str| history.get(code).map_or_else(|| code.to_owned(), |dated| dated.unit.name.clone());
        match self {
            Self::By(_) => Vec::new(),
            Self::Problems(problems) => {
                problems.iter().map(|p| p.what.named(name).words(lang, &name(&p.unit))).collect()
            }
            Self::InUse(uses) => uses.iter().map(|used| used.words(lang)).collect(),
            Self::Belongs(unit) => {
                vec![i18n_embed_fl::fl!(lang.messages(), "desk-units-belongs", unit = name(unit))]
            }
        }
    }
}

/// A campaign that takes answers for a unit beyond its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    /// What counts on the unit.
    pub by: Use,
    /// The unit's last day.
    pub end: Date,
}

impl InUse {
    /// What stands against it.
    pub fn words(&self, lang: Lang) -> String {
        problem::in_use(lang, &self.by.name, self.end, lang.pick(&self.by.title), self.by.last)
    }
}

/// Campaigns that count on units which these changes end.
pub fn in_use(changes: &[UnitChange], uses: &[Use]) -> Vec<InUse> {
    let ends = changes.iter().filter_map(|change| {
        let after = change.after.as_ref()?;
        let before = change.before.as_ref().and_then(|before| before.unit.valid_to);
        Some((after.unit.code.as_str(), after.unit.valid_to.filter(|end| before != Some(*end))?))
    });
    ends.flat_map(|(code, end)| {
        uses.iter()
            .filter(move |used| used.unit == code && end < used.last)
            .map(move |by| InUse { by: by.clone(), end })
    })
    .collect()
}

/// Changes the units from what they are to what `make` makes of them. The number of the changes, by which they can be
/// taken back; `None` where there is nothing to change.
///
/// # Errors
/// [`StoreError`] from the database; inside it [`Refused`]. Nothing was changed then.
pub async fn save<E>(
    app: &App,
    staff: &Staff,
    make: impl FnOnce(&History) -> Result<History, E>,
) -> Result<Result<Option<i64>, Refused<E>>, StoreError> {
    save_with(app, staff, None, make).await
}

/// Units that the audit log names as what was changed; the values of its entry have all of them.
const OBJECTS: usize = 10;

/// What the audit log tells of changes: one entry for all that were made together.
fn told(staff: &Staff, changes: &[UnitChange]) -> audit::Entry {
    let object = match changes {
        [one] => one.code().to_owned(),
        several => {
            let first = several.iter().map(UnitChange::code).take(OBJECTS).collect::<Vec<_>>().join(", ");
            match several.len().saturating_sub(OBJECTS) {
                0 => first,
                more => format!("{first}, … +{more}"),
            }
        }
    };
    let side = |of: fn(&UnitChange) -> &Option<Dated>| {
        let units: Vec<&Dated> = changes.iter().filter_map(|change| of(change).as_ref()).collect();
        serde_json::to_value(units).unwrap_or_default()
    };
    staff.did("unit.change", object).changed(side(|change| &change.before), side(|change| &change.after))
}

/// The same where the change takes an earlier one back.
///
/// # Errors
/// As [`save`].
pub async fn save_with<E>(
    app: &App,
    staff: &Staff,
    undoes: Option<i64>,
    make: impl FnOnce(&History) -> Result<History, E>,
) -> Result<Result<Option<i64>, Refused<E>>, StoreError> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    campaigns::hold_all(&mut db).await?;
    let before = units::history(&mut db).await?;
    let after = match make(&before) {
        Ok(after) => after,
        Err(error) => return Ok(Err(Refused::By(error))),
    };
    let changes = before.changes_to(&after);
    if changes.is_empty() {
        return Ok(Ok(None));
    }
    let problems = problem::problems(&after);
    if !problems.is_empty() {
        return Ok(Err(Refused::Problems(problems)));
    }
    let uses = in_use(&changes, &units::uses(&mut db, now).await?);
    if !uses.is_empty() {
        return Ok(Err(Refused::InUse(uses)));
    }
    for change in &changes {
        match &change.after {
            Some(dated) => units::put(&mut db, dated).await?,
            None if units::remove(&mut db, change.code()).await? => {}
            None => return Ok(Err(Refused::Belongs(change.code().to_owned()))),
        }
    }
    let number = units::remember(&mut db, now, &staff.account, &changes).await?;
    if let Some(undone) = undoes {
        units::mark_undone(&mut db, undone).await?;
    }
    campaigns::bump_revision(&mut db).await?;
    audit::append(&mut db, now, &told(staff, &changes)).await?;
    db.commit().await?;
    tracing::info!(account = staff.account, units = changes.len(), "units changed");
    Ok(Ok(Some(number)))
}
