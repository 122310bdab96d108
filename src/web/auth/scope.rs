//! What an account sees of what there is: campaigns in which a unit of its own takes part.
//!
//! What lies outside does not exist for it: the handler answers 404 as for what there is not, and the attempt is logged
//! ([`outside`], security test E-02).

use crate::{
    organisation::UnitTree,
    store::{
        StoreError,
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
    outside(app, staff, slug).await;
    Ok(None)
}

/// Logs that somebody asked for what lies outside the own units.
#[expect(clippy::unused_async, reason = "writes to the audit log")]
pub async fn outside(_app: &App, staff: &Staff, object: &str) {
    tracing::warn!(
        account = staff.account,
        unit = staff.unit.as_deref().unwrap_or_default(),
        object,
        "asked for what lies outside the own units"
    );
}
