//! What an account sees of what there is: campaigns in which a unit of its own takes part.
//!
//! What lies outside does not exist for it: the handler answers 404 as for what there is not, and the attempt is logged
//! ([`outside`], security test E-02).

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    organisation::UnitTree,
    store::{
        StoreError, audit,
        campaigns::{self, Stored},
        places, units,
    },
    web::{app::App, auth::session::Staff},
};

/// The campaign with this slug, if the account sees it, with the tree of units.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn campaign(
    app: &App,
    staff: &Staff,
    slug: &str,
) -> Result<Option<(Stored, UnitTree)>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let tree = units::tree(&mut db).await?;
    if staff.sees_all() {
        return Ok(Some((stored, tree)));
    }
    let asked = places::units_asked(&mut db, Some(stored.number)).await?;
    drop(db);
    if asked.iter().any(|(_, unit)| staff.sees(&tree, unit)) {
        return Ok(Some((stored, tree)));
    }
    outside(app, staff, slug).await?;
    Ok(None)
}

/// The campaigns that the account sees, the latest opening first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn campaigns(app: &App, staff: &Staff) -> Result<Vec<Stored>, StoreError> {
    let mut db = app.store.read().await?;
    let mut all = campaigns::all(&mut db).await?;
    if !staff.sees_all() {
        let tree = units::tree(&mut db).await?;
        let asked = places::units_asked(&mut db, None).await?;
        let seen: BTreeSet<i64> =
            asked.into_iter().filter(|(_, unit)| staff.sees(&tree, unit)).map(|(number, _)| number).collect();
        all.retain(|stored| seen.contains(&stored.number));
    }
    Ok(all)
}

/// Whether a unit that somebody named is none that lies outside what the account sees; if it is, the logs are told. One that
/// there is not is for the caller to find out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn unit(app: &App, staff: &Staff, tree: &UnitTree, unit: &str) -> Result<bool, StoreError> {
    let hidden = tree.get(unit).is_some() && !staff.sees(tree, unit);
    if hidden {
        outside(app, staff, unit).await?;
    }
    Ok(!hidden)
}

/// Tells the logs that somebody asked for what lies outside the own units.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn outside(app: &App, staff: &Staff, object: &str) -> Result<(), StoreError> {
    let unit = staff.unit.as_deref().unwrap_or_default();
    tracing::warn!(account = staff.account, unit, object, "asked for what lies outside the own units");
    let entry = staff.did("access.outside", object).with(json!({ "unit": unit }));
    audit::note(&app.store, app.clock.now(), &entry).await
}
