//! Groups of raters and what they judge: as declared, and as counted when a campaign is settled.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    clock,
    organisation::{Assignment, Campaign, Rater, RaterGroup, Raters, UnitTree},
};

use super::{AsConn, StoreError, Writer, on, units};

/// The tree by which it is decided who judges whom: that of the campaign's first day, so that nothing changes under those
/// who are asked.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] if the rows are no tree.
pub async fn tree(db: &mut impl AsConn, campaign: &Campaign) -> Result<UnitTree, StoreError> {
    units::history(db).await?.on(first_day(campaign)).map_err(|_| StoreError::Corrupt("tree of units"))
}

/// A campaign's first day.
pub fn first_day(campaign: &Campaign) -> Date {
    clock::date(clock::day(campaign.opens)).unwrap_or(Date::ZERO)
}

/// The groups and assignments of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of_campaign(db: &mut impl AsConn, campaign: i64) -> Result<Raters, StoreError> {
    let groups: Vec<(String, String, Option<f64>)> =
        on!(db, |c| sqlx::query_as("SELECT code, name, weight FROM rater_group WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    let assignments: Vec<(String, String, String)> =
        on!(db, |c| sqlx::query_as("SELECT rater_group, unit, form FROM assignment WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    let mut raters = Raters {
        groups: groups.into_iter().map(|(code, name, weight)| RaterGroup { code, name, weight }).collect(),
        assignments: assignments
            .into_iter()
            .map(|(group, unit, form)| Assignment { group, unit, form })
            .collect(),
    };
    raters.sort();
    Ok(raters)
}

/// Replaces the groups and assignments of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, campaign: i64, raters: &Raters) -> Result<(), StoreError> {
    for sql in ["DELETE FROM rater_group WHERE campaign = $1", "DELETE FROM assignment WHERE campaign = $1"] {
        on!(db, |c| sqlx::query(sql).bind(campaign).execute(c).await.map(drop))?;
    }
    for RaterGroup { code, name, weight } in &raters.groups {
        on!(db, |c| sqlx::query(
            "INSERT INTO rater_group (campaign, code, name, weight) VALUES ($1, $2, $3, $4)"
        )
        .bind(campaign)
        .bind(code)
        .bind(name)
        .bind(weight)
        .execute(c)
        .await
        .map(drop))?;
    }
    for Assignment { group, unit, form } in &raters.assignments {
        on!(db, |c| sqlx::query(
            "INSERT INTO assignment (campaign, rater_group, unit, form) VALUES ($1, $2, $3, $4)"
        )
        .bind(campaign)
        .bind(group)
        .bind(unit)
        .bind(form)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// How many persons of each group and unit are invited.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn persons(db: &mut impl AsConn, campaign: i64) -> Result<BTreeMap<Rater, u64>, StoreError> {
    let rows: Vec<(String, String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT rater_group, unit, COUNT(*) FROM invitation
         WHERE campaign = $1 AND rater_group IS NOT NULL GROUP BY rater_group, unit"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(rows.into_iter().map(|(group, unit, n)| (Rater { group, unit }, n.unsigned_abs())).collect())
}

/// A campaign's raters in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many persons were to judge each unit, by group and unit.
    pub assigned: BTreeMap<(String, String), u64>,
    /// By group: how many are invited, and how many of them have answered; the latter only once settled.
    pub groups: BTreeMap<String, (u64, Option<u64>)>,
}

/// How many are to judge what: of the list of invited persons, or as it was when the campaign was settled.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn counted(
    db: &mut impl AsConn,
    campaign: i64,
    raters: &Raters,
    tree: &UnitTree,
) -> Result<Counted, StoreError> {
    let kept: Vec<(String, Option<i64>, Option<i64>)> =
        on!(db, |c| sqlx::query_as("SELECT code, invited, answered FROM rater_group WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    if kept.iter().any(|(_, invited, _)| invited.is_some()) {
        let assigned: Vec<(String, String, Option<i64>)> = on!(db, |c| sqlx::query_as(
            "SELECT rater_group, unit, persons FROM assignment WHERE campaign = $1"
        )
        .bind(campaign)
        .fetch_all(c)
        .await)?;
        let whole = |n: Option<i64>| n.unwrap_or(0).unsigned_abs();
        return Ok(Counted {
            assigned: assigned.into_iter().map(|(group, unit, n)| ((group, unit), whole(n))).collect(),
            groups: kept
                .into_iter()
                .map(|(code, invited, answered)| (code, (whole(invited), Some(whole(answered)))))
                .collect(),
        });
    }
    let persons = persons(db, campaign).await?;
    let mut groups: BTreeMap<String, (u64, Option<u64>)> =
        raters.groups.iter().map(|group| (group.code.clone(), (0, None))).collect();
    for (rater, n) in &persons {
        groups.entry(rater.group.clone()).or_default().0 += n;
    }
    let assigned = raters
        .assigned(tree, &persons)
        .into_iter()
        .map(|(assigned, n)| ((assigned.group.clone(), assigned.unit.clone()), n));
    Ok(Counted { assigned: assigned.collect(), groups })
}

/// Counts, when a campaign is settled, who was to judge what and how many of each group answered: the list of invited
/// persons is deleted some time after.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn settle(db: &mut Writer, campaign: i64, opens: i64) -> Result<(), StoreError> {
    let raters = of_campaign(db, campaign).await?;
    if raters.is_empty() {
        return Ok(());
    }
    let day = clock::date(clock::day(opens)).unwrap_or(Date::ZERO);
    let tree = units::history(db).await?.on(day).map_err(|_| StoreError::Corrupt("tree of units"))?;
    let persons = persons(db, campaign).await?;
    for (assigned, n) in raters.assigned(&tree, &persons) {
        on!(db, |c| sqlx::query(
            "UPDATE assignment SET persons = $4 WHERE campaign = $1 AND rater_group = $2 AND unit = $3"
        )
        .bind(campaign)
        .bind(&assigned.group)
        .bind(&assigned.unit)
        .bind(i64::try_from(n).unwrap_or(i64::MAX))
        .execute(c)
        .await
        .map(drop))?;
    }
    on!(db, |c| {
        sqlx::query(
        "UPDATE rater_group SET
           invited = (SELECT COUNT(*) FROM invitation i WHERE i.campaign = $1 AND i.rater_group = rater_group.code),
           answered = (SELECT COUNT(*) FROM invitation i WHERE i.campaign = $1 AND i.rater_group = rater_group.code AND i.used)
         WHERE campaign = $1"
    )
    .bind(campaign)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}
