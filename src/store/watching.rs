//! What is counted while a campaign fills. Counts of answers belong to the transaction that stores the answers
//! ([`count_answers`]); everything else comes in batches from memory ([`Gathered`]), in a transaction of its own, so that
//! no sheet can be joined to an hour or a duration by the transaction that wrote both. Everything is added, never set:
//! several servers may share the database.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use crate::{
    index::steps::Cell,
    organisation::Channel,
    watching::{board::Counted, flags},
};

use super::{AsConn, Store, StoreError, Writer, on};

/// Days for which answers are kept by hour; then they have been looked through.
pub const HOURS_KEPT: i32 = 8;

/// What was gathered in memory since the last time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    /// By campaign, day and place: openings and begun forms.
    pub visits: BTreeMap<(i64, i32, i64), (u64, u64)>,
    /// By campaign, day, place and hour: answers.
    pub hours: BTreeMap<(i64, i32, i64, u8), u64>,
    /// By campaign, unit (empty: the whole campaign), kind and class.
    pub features: BTreeMap<(i64, String, &'static str, String), u64>,
}

impl Gathered {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.visits.is_empty() && self.hours.is_empty() && self.features.is_empty()
    }

    /// Takes in what was gathered elsewhere.
    pub fn add(&mut self, other: Self) {
        for (key, (scans, starts)) in other.visits {
            let sum = self.visits.entry(key).or_default();
            sum.0 += scans;
            sum.1 += starts;
        }
        for (key, n) in other.hours {
            *self.hours.entry(key).or_default() += n;
        }
        for (key, n) in other.features {
            *self.features.entry(key).or_default() += n;
        }
    }
}

/// Rows a statement: powers of two, so that few statements stay prepared.
const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

/// `INSERT … VALUES (…), (…) ON CONFLICT …` for so many rows of so many columns.
fn upsert(head: &str, columns: usize, rows: usize, tail: &str) -> String {
    let values: Vec<String> = (0..rows)
        .map(|row| {
            let marks: Vec<String> =
                (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
            format!("({})", marks.join(", "))
        })
        .collect();
    format!("{head} VALUES {} {tail}", values.join(", "))
}

/// Runs a statement for all rows, many at a time; `$bind` adds the values of one.
macro_rules! add_all {
    ($db:expr, $rows:expr, $head:literal, $columns:literal, $tail:literal, |$query:ident, $row:ident| $bind:expr) => {{
        let mut rows: &[_] = $rows;
        for size in CHUNKS {
            while let Some((chunk, rest)) = rows.split_at_checked(size) {
                rows = rest;
                let sql = upsert($head, $columns, size, $tail);
                on!($db, |c| {
                    let mut $query = sqlx::query(AssertSqlSafe(sql));
                    for $row in chunk {
                        $query = $bind;
                    }
                    $query.execute(c).await.map(drop)
                })?;
            }
        }
    }};
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Counts answers that this transaction stores: by campaign, day, place and channel.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count_answers(
    db: &mut Writer,
    answers: &BTreeMap<(i64, i32, i64, Channel), u64>,
) -> Result<(), StoreError> {
    // In the order of the key in every server, so that no two wait for each other.
    let rows: Vec<_> = answers.iter().collect();
    add_all!(
        db,
        &rows,
        "INSERT INTO answer_count (campaign, day, place, channel, answers)",
        5,
        "ON CONFLICT (campaign, day, place, channel) DO UPDATE SET answers = answer_count.answers + excluded.answers",
        |query, row| {
            let ((campaign, day, place, channel), n) = row;
            query
                .bind(campaign)
                .bind(i64::from(*day))
                .bind(place)
                .bind(i64::from(channel.byte()))
                .bind(whole(**n))
        }
    );
    Ok(())
}

/// Adds what was gathered.
///
/// # Errors
/// [`StoreError`]; nothing was added then.
pub async fn add(store: &Store, gathered: &Gathered) -> Result<(), StoreError> {
    if gathered.is_empty() {
        return Ok(());
    }
    let mut db = store.write().await?;
    let visits: Vec<_> = gathered.visits.iter().collect();
    add_all!(
        &mut db,
        &visits,
        "INSERT INTO visit_count (campaign, day, place, scans, starts)",
        5,
        "ON CONFLICT (campaign, day, place) DO UPDATE SET scans = visit_count.scans + excluded.scans,
         starts = visit_count.starts + excluded.starts",
        |query, row| {
            let ((campaign, day, place), (scans, starts)) = row;
            query.bind(campaign).bind(i64::from(*day)).bind(place).bind(whole(*scans)).bind(whole(*starts))
        }
    );
    let hours: Vec<_> = gathered.hours.iter().collect();
    add_all!(
        &mut db,
        &hours,
        "INSERT INTO hour_count (campaign, day, place, hour, answers)",
        5,
        "ON CONFLICT (campaign, day, place, hour) DO UPDATE SET answers = hour_count.answers + excluded.answers",
        |query, row| {
            let ((campaign, day, place, hour), n) = row;
            query.bind(campaign).bind(i64::from(*day)).bind(place).bind(i64::from(*hour)).bind(whole(**n))
        }
    );
    let features: Vec<_> = gathered.features.iter().collect();
    add_all!(
        &mut db,
        &features,
        "INSERT INTO feature_count (campaign, unit, kind, class, n)",
        5,
        "ON CONFLICT (campaign, unit, kind, class) DO UPDATE SET n = feature_count.n + excluded.n",
        |query, row| {
            let ((campaign, unit, kind, class), n) = row;
            query.bind(campaign).bind(unit).bind(kind).bind(class).bind(whole(**n))
        }
    );
    db.commit().await
}

/// What was counted of a campaign from one day up to another (exclusive), by day and place. Answers by personal link are
/// not among it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn counted(
    db: &mut impl AsConn,
    campaign: i64,
    from: i32,
    to: i32,
) -> Result<Vec<Counted>, StoreError> {
    let answers: Vec<(i64, i64, i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT day, place, channel, answers FROM answer_count
         WHERE campaign = $1 AND day >= $2 AND day < $3 AND channel <> $4"
    )
    .bind(campaign)
    .bind(i64::from(from))
    .bind(i64::from(to))
    .bind(i64::from(Channel::Link.byte()))
    .fetch_all(c)
    .await)?;
    let visits: Vec<(i64, i64, i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT day, place, scans, starts FROM visit_count WHERE campaign = $1 AND day >= $2 AND day < $3"
    )
    .bind(campaign)
    .bind(i64::from(from))
    .bind(i64::from(to))
    .fetch_all(c)
    .await)?;
    let own = i64::from(Channel::Open.byte());
    let mut all: BTreeMap<(i64, i64), Counted> = BTreeMap::new();
    let nothing = |day: i64, place| Counted {
        day: i32::try_from(day).unwrap_or(0),
        place,
        own: 0,
        other: 0,
        scans: 0,
        starts: 0,
    };
    for (day, place, channel, n) in answers {
        let one = all.entry((day, place)).or_insert_with(|| nothing(day, place));
        *(if channel == own { &mut one.own } else { &mut one.other }) += n.unsigned_abs();
    }
    for (day, place, scans, starts) in visits {
        let one = all.entry((day, place)).or_insert_with(|| nothing(day, place));
        one.scans += scans.unsigned_abs();
        one.starts += starts.unsigned_abs();
    }
    Ok(all.into_values().collect())
}

/// The answers of a campaign by place and day, of all channels.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn cells(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Cell>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = on!(db, |c| {
        sqlx::query_as(
        "SELECT place, day, CAST(SUM(answers) AS BIGINT) FROM answer_count WHERE campaign = $1 GROUP BY place, day"
    )
    .bind(campaign)
    .fetch_all(c)
    .await
    })?;
    rows.into_iter()
        .map(|(place, day, answers)| {
            let day = i32::try_from(day).map_err(|_| StoreError::Corrupt("day"))?;
            Ok(Cell { place, day, answers: answers.unsigned_abs() })
        })
        .collect()
}

/// Answers, openings and begun forms of a campaign before a day, all together: whether [`counted`] would give something
/// else than before. Counts only grow.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn sums(db: &mut impl AsConn, campaign: i64, before: i32) -> Result<[u64; 3], StoreError> {
    let sums: (i64, i64, i64) = on!(db, |c| {
        sqlx::query_as(
        "SELECT (SELECT CAST(COALESCE(SUM(answers), 0) AS BIGINT) FROM answer_count WHERE campaign = $1 AND day < $2),
                (SELECT CAST(COALESCE(SUM(scans), 0) AS BIGINT) FROM visit_count WHERE campaign = $1 AND day < $2),
                (SELECT CAST(COALESCE(SUM(starts), 0) AS BIGINT) FROM visit_count WHERE campaign = $1 AND day < $2)"
    )
    .bind(campaign)
    .bind(i64::from(before))
    .fetch_one(c)
    .await
    })?;
    Ok([sums.0, sums.1, sums.2].map(i64::unsigned_abs))
}

/// The coarse classes of a campaign: unit (empty: the whole campaign), kind, class, number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn features(
    db: &mut impl AsConn,
    campaign: i64,
) -> Result<Vec<(String, String, String, u64)>, StoreError> {
    let rows: Vec<(String, String, String, i64)> =
        on!(db, |c| sqlx::query_as("SELECT unit, kind, class, n FROM feature_count WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    Ok(rows.into_iter().map(|(unit, kind, class, n)| (unit, kind, class, n.unsigned_abs())).collect())
}

/// What stood out in a campaign: day and flag, the latest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn flags(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(i32, flags::Flag)>, StoreError> {
    let rows: Vec<(i64, i64, String, i64, i64, i64, f64)> = on!(db, |c| sqlx::query_as(
        "SELECT day, place, kind, hour, observed, total, expected FROM watch_flag WHERE campaign = $1
         ORDER BY day DESC, place, kind LIMIT 500"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(rows
        .into_iter()
        .filter_map(|(day, place, kind, hour, observed, total, expected)| {
            let flag = flags::Flag {
                place,
                kind: flags::Kind::from_code(&kind)?,
                hour: usize::try_from(hour).ok()?,
                observed: observed.unsigned_abs(),
                total: total.unsigned_abs(),
                expected,
            };
            Some((i32::try_from(day).ok()?, flag))
        })
        .collect())
}

/// Looks through the days of a campaign that are finished and were not looked through, writes what stands out, and
/// forgets the hours of days long gone. `today` is not finished. Servers that do it at once find the same.
///
/// # Errors
/// [`StoreError`]; nothing was written then.
pub async fn look_through(store: &Store, campaign: i64, today: i32) -> Result<(), StoreError> {
    let mut db = store.read().await?;
    let done: Option<i64> =
        on!(&mut db, |c| sqlx::query_scalar("SELECT day FROM watch_day WHERE campaign = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    if done.is_some_and(|done| done >= i64::from(today) - 1) {
        return Ok(());
    }
    let rows: Vec<(i64, i64, i64, i64)> = on!(&mut db, |c| {
        sqlx::query_as(
        "SELECT day, place, hour, answers FROM hour_count WHERE campaign = $1 AND day < $2 ORDER BY day, place"
    )
    .bind(campaign)
    .bind(i64::from(today))
    .fetch_all(c)
    .await
    })?;
    drop(db);
    let mut days: BTreeMap<i64, BTreeMap<i64, flags::Hours>> = BTreeMap::new();
    for (day, place, hour, n) in rows {
        let hours = days.entry(day).or_default().entry(place).or_default();
        if let Some(sum) = usize::try_from(hour).ok().and_then(|hour| hours.get_mut(hour)) {
            *sum += n.unsigned_abs();
        }
    }
    let mut db = store.write().await?;
    for (day, places) in days.range(done.map_or(i64::MIN, |done| done + 1)..) {
        let known: Vec<flags::Hours> = days
            .range(day - i64::from(HOURS_KEPT)..=*day)
            .flat_map(|(_, places)| places.values().copied())
            .collect();
        let here: Vec<(i64, flags::Hours)> = places.iter().map(|(place, hours)| (*place, *hours)).collect();
        for flag in flags::find(&known, &here) {
            on!(&mut db, |c| sqlx::query(
                "INSERT INTO watch_flag (campaign, day, place, kind, hour, observed, total, expected)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (campaign, day, place, kind) DO NOTHING"
            )
            .bind(campaign)
            .bind(day)
            .bind(flag.place)
            .bind(flag.kind.code())
            .bind(i64::try_from(flag.hour).unwrap_or(0))
            .bind(whole(flag.observed))
            .bind(whole(flag.total))
            .bind(flag.expected)
            .execute(c)
            .await
            .map(drop))?;
        }
    }
    on!(&mut db, |c| sqlx::query("DELETE FROM hour_count WHERE campaign = $1 AND day < $2")
        .bind(campaign)
        .bind(i64::from(today - HOURS_KEPT))
        .execute(c)
        .await
        .map(drop))?;
    on!(&mut db, |c| {
        sqlx::query(
        "INSERT INTO watch_day (campaign, day) VALUES ($1, $2) ON CONFLICT (campaign) DO UPDATE SET day = excluded.day"
    )
    .bind(campaign)
    .bind(i64::from(today) - 1)
    .execute(c)
    .await
    .map(drop)
    })?;
    db.commit().await
}

/// Whether the counts of answers are those of the rows, for `sipas doctor`: the campaigns where they are not, with
/// the number counted and the number of rows.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn miscounted(db: &mut impl AsConn) -> Result<Vec<(String, u64, u64)>, StoreError> {
    let rows: Vec<(String, i64, i64)> = on!(db, |c| {
        sqlx::query_as(
        "SELECT k.slug, CAST(COALESCE(SUM(s.counted), 0) AS BIGINT), CAST(COALESCE(SUM(s.stored), 0) AS BIGINT)
         FROM (SELECT campaign, day, place, channel, SUM(counted) AS counted, SUM(stored) AS stored FROM (
             SELECT campaign, day, place, channel, answers AS counted, 0 AS stored FROM answer_count
             UNION ALL SELECT campaign, day, place, channel, 0 AS counted, COUNT(*) AS stored FROM response
             GROUP BY campaign, day, place, channel) both_sides
           GROUP BY campaign, day, place, channel) s
         JOIN campaign k ON k.number = s.campaign WHERE s.counted <> s.stored
           AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number) GROUP BY k.slug ORDER BY k.slug"
    )
    .fetch_all(c)
    .await
    })?;
    Ok(rows
        .into_iter()
        .map(|(slug, counted, stored)| (slug, counted.unsigned_abs(), stored.unsigned_abs()))
        .collect())
}
