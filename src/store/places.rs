//! Places that answers come from: the counters of a campaign, and groups of invited persons.

use std::collections::BTreeSet;

use crate::organisation::Counter;

use super::{AsConn, StoreError, Writer, on};

/// A place as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Place {
    /// Its number, used by answer sheets.
    pub number: i64,
    /// Number of its campaign.
    pub campaign: i64,
    /// Code of its unit.
    pub unit: String,
    /// Group of those who judged the unit, where the campaign has groups of raters.
    pub rater_group: Option<String>,
    /// The counter's code; absent for a group.
    pub counter: Option<String>,
    /// The counter's name.
    pub name: Option<String>,
    /// Last part of the counter's address.
    pub address: Option<String>,
    /// No longer listed by the campaign; kept for the answers it has.
    pub retired: bool,
    /// The step at the desk that added it, by its number in the campaign; absent: made in another way.
    pub addition: Option<i64>,
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT number, campaign, unit, rater_group, counter, name, address, retired, addition FROM place ",
            $condition
        )
    };
}

/// All places of a campaign, by number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of_campaign(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Place>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(select!("WHERE campaign = $1 ORDER BY number"))
        .bind(campaign)
        .fetch_all(c)
        .await)?)
}

/// The units that campaigns ask, with the campaign's number: those of counters, groups and populations; of all campaigns
/// or of one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn units_asked(
    db: &mut impl AsConn,
    campaign: Option<i64>,
) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT campaign, unit FROM place WHERE campaign = $1 OR $1 = 0
         UNION SELECT campaign, unit FROM stratum WHERE campaign = $1 OR $1 = 0
         UNION SELECT campaign, unit FROM invitation WHERE campaign = $1 OR $1 = 0"
    )
    .bind(campaign.unwrap_or(0))
    .fetch_all(c)
    .await)?)
}

/// The places behind an address, one a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn at_address(db: &mut impl AsConn, address: &str) -> Result<Vec<Place>, StoreError> {
    if !super::storable(address) {
        return Ok(Vec::new());
    }
    Ok(on!(db, |c| sqlx::query_as(select!(
        "WHERE address = $1 AND NOT retired
         AND NOT EXISTS (SELECT 1 FROM replaced_address r WHERE r.address = $1) ORDER BY number"
    ))
    .bind(address)
    .fetch_all(c)
    .await)?)
}

/// The other campaigns that list counters at addresses of this one, with how many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sharing(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT other.campaign, COUNT(*) FROM place own JOIN place other ON other.address = own.address
         WHERE own.campaign = $1 AND NOT own.retired AND other.campaign <> $1 AND NOT other.retired
         GROUP BY other.campaign ORDER BY other.campaign"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// The address that somebody meant who typed one that there is not: the only one that differs by small and large letters
/// alone.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn typed_address(db: &mut impl AsConn, typed: &str) -> Result<Option<String>, StoreError> {
    if !super::storable(typed) {
        return Ok(None);
    }
    let found: Vec<String> = on!(db, |c| sqlx::query_scalar(
        "SELECT address FROM place WHERE LOWER(address) = $1
         UNION SELECT address FROM replaced_address WHERE LOWER(address) = $1"
    )
    .bind(typed.to_ascii_lowercase())
    .fetch_all(c)
    .await)?;
    Ok(<[String; 1]>::try_from(found).ok().map(|[address]| address).filter(|address| address != typed))
}

/// The address that a counter code has in any campaign, so that a printed code stays good in the next one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn address_of(db: &mut impl AsConn, counter: &str) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT address FROM place WHERE counter = $1 AND address <> $1
         AND address NOT IN (SELECT address FROM replaced_address) ORDER BY number DESC LIMIT 1"
    )
    .bind(counter)
    .fetch_optional(c)
    .await)?)
}

/// Adds a counter, or changes the one with this code; a retired one is taken up again.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_counter(db: &mut Writer, campaign: i64, counter: &Counter) -> Result<(), StoreError> {
    let known: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT number FROM place WHERE campaign = $1 AND counter = $2")
            .bind(campaign)
            .bind(&counter.code)
            .fetch_optional(c)
            .await)?;
    let sql = if known.is_some() {
        "UPDATE place SET unit = $3, name = $4, address = $5, retired = FALSE WHERE campaign = $1 AND counter = $2"
    } else {
        "INSERT INTO place (number, campaign, counter, unit, name, address, retired)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, FALSE FROM place"
    };
    on!(db, |c| sqlx::query(sql)
        .bind(campaign)
        .bind(&counter.code)
        .bind(&counter.unit)
        .bind(&counter.name)
        .bind(&counter.address)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The last number that was given to a place.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn last_number(db: &mut Writer) -> Result<i64, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) FROM place").fetch_one(c).await)?)
}

/// Gives the counters of a campaign that were made after the place `last` the number of a new addition.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_addition(db: &mut Writer, campaign: i64, last: i64) -> Result<(), StoreError> {
    let next: i64 = on!(db, |c| sqlx::query_scalar(
        "SELECT COALESCE(MAX(addition), 0) + 1 FROM place WHERE campaign = $1"
    )
    .bind(campaign)
    .fetch_one(c)
    .await)?;
    on!(db, |c| sqlx::query(
        "UPDATE place SET addition = $3 WHERE campaign = $1 AND number > $2 AND counter IS NOT NULL"
    )
    .bind(campaign)
    .bind(last)
    .bind(next)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// The counters of an addition that something was done with already, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Somebody answered there.
    pub answered: Vec<String>,
    /// Somebody opened their page.
    pub scanned: Vec<String>,
    /// Paper forms were printed for them.
    pub on_paper: Vec<String>,
}

/// Which counters of an addition something was done with.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn touched(db: &mut impl AsConn, campaign: i64, addition: i64) -> Result<Touched, StoreError> {
    macro_rules! codes {
        ($places:literal) => {
            on!(db, |c| sqlx::query_scalar(concat!(
                "SELECT counter FROM place WHERE campaign = $1 AND addition = $2 AND number IN (",
                $places,
                ") ORDER BY number"
            ))
            .bind(campaign)
            .bind(addition)
            .fetch_all(c)
            .await)?
        };
    }
    Ok(Touched {
        answered: codes!("SELECT place FROM answer_count WHERE campaign = $1"),
        scanned: codes!("SELECT place FROM visit_count WHERE campaign = $1"),
        on_paper: codes!(
            "SELECT place FROM paper_batch WHERE campaign = $1 UNION SELECT place FROM paper_sheet WHERE campaign = $1"
        ),
    })
}

/// Removes a counter of an addition, with which nothing may have been done ([`touched`]).
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, number: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM place WHERE number = $1 AND addition IS NOT NULL")
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Marks a counter as no longer listed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn retire(db: &mut Writer, number: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE place SET retired = TRUE WHERE number = $1")
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The place of invited persons of a unit, or of the group that judges a unit; made where it is not there yet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn group(
    db: &mut Writer,
    campaign: i64,
    unit: &str,
    rater_group: Option<&str>,
) -> Result<i64, StoreError> {
    let known: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM place WHERE campaign = $1 AND unit = $2 AND counter IS NULL
         AND COALESCE(rater_group, '') = $3"
    )
    .bind(campaign)
    .bind(unit)
    .bind(rater_group.unwrap_or_default())
    .fetch_optional(c)
    .await)?;
    if let Some(number) = known {
        return Ok(number);
    }
    Ok(on!(db, |c| {
        sqlx::query_scalar(
        "INSERT INTO place (number, campaign, unit, rater_group, counter, name, address, retired)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, NULL, NULL, NULL, FALSE FROM place RETURNING number"
    )
    .bind(campaign)
    .bind(unit)
    .bind(rater_group)
    .fetch_one(c)
    .await
    })?)
}

/// The addresses that were replaced; none of them counts any more.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replaced(db: &mut impl AsConn) -> Result<BTreeSet<String>, StoreError> {
    let found: Vec<String> =
        on!(db, |c| sqlx::query_scalar("SELECT address FROM replaced_address").fetch_all(c).await)?;
    Ok(found.into_iter().collect())
}

/// Whether an address was replaced.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_replaced(db: &mut impl AsConn, address: &str) -> Result<bool, StoreError> {
    if !super::storable(address) {
        return Ok(false);
    }
    let found: Option<String> =
        on!(db, |c| sqlx::query_scalar("SELECT counter FROM replaced_address WHERE address = $1")
            .bind(address)
            .fetch_optional(c)
            .await)?;
    Ok(found.is_some())
}

/// Marks an address as replaced, for good.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace(db: &mut Writer, address: &str, counter: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO replaced_address (address, counter) VALUES ($1, $2) ON CONFLICT (address) DO NOTHING"
    )
    .bind(address)
    .bind(counter)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}
