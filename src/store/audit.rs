//! The audit log: who did what, when, from where, before and after.
//!
//! Rows are only ever added, in the transaction of what they tell of. Each has the next number and a hash, keyed by the
//! server's key, of itself and of the hash before it; the last one is sealed in a row of its own. So whoever has the
//! database but not the key can change, drop, swap or cut off nothing that [`verify`] would not find (security test
//! K-02). Against whoever has the key, too, compare the head with one noted elsewhere ([`hash_of`]).
//!
//! What is older than the settings keep is removed from the old end ([`sweep`], security test K-05): the hash of the last row
//! removed stays, sealed, so that the chain of the rest still has its beginning, and a row tells of it.
//!
//! What it never holds: passwords, tokens, answers, what respondents wrote, their addresses; nor anything that tells
//! when an official answered.

use serde_json::Value;

use crate::secret::Key;

use super::{AsConn, Store, StoreError, Writer, on};

/// What is told of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The account that did it; empty for strangers, `command:NAME` for whoever ran a command.
    pub actor: String,
    /// From where: a network address, or the name of the machine that a command ran on.
    pub origin: String,
    /// What was done: `campaign.change`. The part before the dot is the kind of the object.
    pub action: &'static str,
    /// To what: its code or name.
    pub object: String,
    /// How it was; null if there was nothing.
    pub before: Value,
    /// How it is now; null if there is nothing.
    pub after: Value,
}

impl Entry {
    /// The same with how it was and how it is.
    #[must_use]
    pub fn changed(self, before: Value, after: Value) -> Self {
        Self { before, after, ..self }
    }

    /// The same with how it is now.
    #[must_use]
    pub fn with(self, after: Value) -> Self {
        Self { after, ..self }
    }
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Row {
    /// Its number, from 1, without gaps.
    pub number: i64,
    /// When, UTC milliseconds.
    pub at: i64,
    /// See [`Entry::actor`].
    pub actor: String,
    /// See [`Entry::origin`].
    pub origin: String,
    /// See [`Entry::action`].
    pub action: String,
    /// See [`Entry::object`].
    pub object: String,
    /// JSON, or nothing.
    pub old_value: String,
    /// JSON, or nothing.
    pub new_value: String,
    /// The keyed hash of the row and of the hash before it.
    pub hash: Vec<u8>,
}

impl Row {
    fn hash_after(&self, key: &Key, before: &[u8]) -> [u8; 32] {
        key.hash(
            "row",
            &[
                before,
                &self.number.to_be_bytes(),
                &self.at.to_be_bytes(),
                self.actor.as_bytes(),
                self.origin.as_bytes(),
                self.action.as_bytes(),
                self.object.as_bytes(),
                self.old_value.as_bytes(),
                self.new_value.as_bytes(),
            ],
        )
    }
}

fn seal(key: &Key, number: i64, hash: &[u8]) -> [u8; 32] {
    key.hash("head", &[&number.to_be_bytes(), hash])
}

fn seal_of_cut(key: &Key, number: i64, hash: &[u8]) -> [u8; 32] {
    key.hash("cut", &[&number.to_be_bytes(), hash])
}

/// Text that both databases can keep.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn json(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

/// Adds an entry in the transaction of what it tells of. It makes other writers of the log wait until that transaction
/// ends, so call it last.
///
/// # Errors
/// [`StoreError`] from the database; then neither is kept.
pub async fn append(db: &mut Writer, now: i64, entry: &Entry) -> Result<(), StoreError> {
    let keys = std::sync::Arc::clone(&db.keys);
    let key = &keys.audit;
    // Whoever comes second waits here for the first one's commit.
    let last: Option<(i64, Vec<u8>)> = on!(db, |c| sqlx::query_as(
        "INSERT INTO audit_head (id, number, hash, seal) VALUES (1, 0, $1, $1)
         ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING number, hash"
    )
    .bind([0_u8; 0].as_slice())
    .fetch_optional(c)
    .await)?;
    let (last, before) = last.ok_or(StoreError::Corrupt("head of the audit log"))?;
    let mut row = Row {
        number: last + 1,
        at: now,
        actor: plain(&entry.actor),
        origin: plain(&entry.origin),
        action: entry.action.to_owned(),
        object: plain(&entry.object),
        old_value: json(&entry.before),
        new_value: json(&entry.after),
        hash: Vec::new(),
    };
    row.hash = row.hash_after(key, &before).to_vec();
    on!(db, |c| sqlx::query(
        "INSERT INTO audit (number, at, actor, origin, action, object, old_value, new_value, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    )
    .bind(row.number)
    .bind(row.at)
    .bind(&row.actor)
    .bind(&row.origin)
    .bind(&row.action)
    .bind(&row.object)
    .bind(&row.old_value)
    .bind(&row.new_value)
    .bind(&row.hash)
    .execute(c)
    .await
    .map(drop))?;
    let seal = seal(key, row.number, &row.hash);
    on!(db, |c| sqlx::query("UPDATE audit_head SET number = $1, hash = $2, seal = $3 WHERE id = 1")
        .bind(row.number)
        .bind(&row.hash)
        .bind(seal.as_slice())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose; empty: anybody's.
    pub actor: String,
    /// The kind of object, or the whole action: `campaign`, `campaign.change`; empty: any.
    pub action: String,
    /// The object; empty: any.
    pub object: String,
    /// From this moment on.
    pub from: Option<i64>,
    /// Until before this moment.
    pub until: Option<i64>,
    /// Only rows with smaller numbers: the next page.
    pub before: Option<i64>,
}

/// Rows, the newest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(db: &mut impl AsConn, filter: &Filter, most: i64) -> Result<Vec<Row>, StoreError> {
    if ![&filter.actor, &filter.action, &filter.object].into_iter().all(|text| super::storable(text)) {
        return Ok(Vec::new());
    }
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, at, actor, origin, action, object, old_value, new_value, hash FROM audit
         WHERE number < $1 AND ($2 = '' OR actor = $2)
           AND ($3 = '' OR action = $3 OR substr(action, 1, length($3) + 1) = $3 || '.')
           AND ($4 = '' OR object = $4) AND at >= $5 AND at < $6
         ORDER BY number DESC LIMIT $7"
    )
    .bind(filter.before.unwrap_or(i64::MAX))
    .bind(&filter.actor)
    .bind(&filter.action)
    .bind(&filter.object)
    .bind(filter.from.unwrap_or(i64::MIN))
    .bind(filter.until.unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(c)
    .await)?)
}

/// What checking the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many rows there are.
    pub rows: i64,
    /// The number of the last one; 0 if there never was one.
    pub last: i64,
    /// The hash of the last one; empty if there is none. Noted elsewhere, it shows later that nothing before it changed.
    pub head: Vec<u8>,
    /// The first fault.
    pub fault: Option<Fault>,
}

/// What is wrong with the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A row is missing where one should be: removed, or moved.
    Missing {
        /// Its number.
        number: i64,
    },
    /// A row is not as it was written, or not after the one it was written after.
    Changed {
        /// Its number.
        number: i64,
    },
    /// The newest rows are gone, or the row that holds the head is not as it was written.
    Head,
    /// The row that tells up to where old rows were removed is not as it was written.
    Cut,
}

/// Rows read at a time.
const BATCH: i64 = 1_000;

/// Up to where old rows were removed: number and hash of the last one, and their seal.
async fn cut(db: &mut impl AsConn) -> Result<Option<(i64, Vec<u8>, Vec<u8>)>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as("SELECT number, hash, seal FROM audit_cut WHERE id = 1")
        .fetch_optional(c)
        .await)?)
}

/// Up to which number old rows were removed; 0 if none were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn removed_up_to(db: &mut impl AsConn) -> Result<i64, StoreError> {
    Ok(cut(db).await?.map_or(0, |(number, ..)| number))
}

/// Reads the whole log and checks each row, the chain and the head.
///
/// # Errors
/// [`StoreError`] from the database; what is wrong with the log is no error.
pub async fn verify(store: &Store) -> Result<Verified, StoreError> {
    let before = removed_up_to(&mut store.read().await?).await?;
    let found = look_through(store).await?;
    // Old rows may have been removed while it was read.
    if found.fault.is_some() && removed_up_to(&mut store.read().await?).await? != before {
        return look_through(store).await;
    }
    Ok(found)
}

async fn look_through(store: &Store) -> Result<Verified, StoreError> {
    let key = &store.keys().audit;
    let mut db = store.read().await?;
    // The head first: rows that come while the log is read are not missed.
    let head: Option<(i64, Vec<u8>, Vec<u8>)> =
        on!(&mut db, |c| sqlx::query_as("SELECT number, hash, seal FROM audit_head WHERE id = 1")
            .fetch_optional(c)
            .await)?;
    let (removed, hash, sealed) = cut(&mut db).await?.unwrap_or_default();
    let mut found = Verified { rows: 0, last: removed, head: hash, fault: None };
    if removed > 0 && sealed != seal_of_cut(key, removed, &found.head) {
        return Ok(Verified { fault: Some(Fault::Cut), ..found });
    }
    let (last, hash, sealed) = head.unwrap_or_default();
    if last > 0 && sealed != seal(key, last, &hash) {
        found.fault = Some(Fault::Head);
    }
    loop {
        let rows: Vec<Row> = on!(&mut db, |c| sqlx::query_as(
            "SELECT number, at, actor, origin, action, object, old_value, new_value, hash FROM audit
             WHERE number > $1 ORDER BY number LIMIT $2"
        )
        .bind(found.last)
        .bind(BATCH)
        .fetch_all(c)
        .await)?;
        let done = rows.is_empty();
        for row in rows {
            let number = found.last + 1;
            if row.number != number {
                return Ok(Verified { fault: Some(Fault::Missing { number }), ..found });
            }
            if row.hash != row.hash_after(key, &found.head) {
                return Ok(Verified { fault: Some(Fault::Changed { number }), ..found });
            }
            if number == last && row.hash != hash {
                found.fault = Some(Fault::Head);
            }
            found.rows += 1;
            found.last = number;
            found.head = row.hash;
        }
        if done {
            break;
        }
    }
    if found.last < last || last == 0 && found.last > 0 {
        found.fault = Some(Fault::Head);
    }
    Ok(found)
}

/// How much older than it need be the oldest row must become before rows are removed, in milliseconds: so that the log tells
/// of it once a month and not every day.
const SLACK: i64 = 30 * 86_400_000;

/// Removes the rows from before the moment `keep_from` (UTC milliseconds) as soon as the oldest is a month older than that, and
/// tells of it in the log; gives how many (security test K-05). The newest row always stays.
///
/// # Errors
/// [`StoreError`] from the database; then nothing was removed.
pub async fn sweep(store: &Store, now: i64, keep_from: i64) -> Result<i64, StoreError> {
    let due = async |db: &mut super::Reader| -> Result<bool, StoreError> {
        let oldest: Option<i64> =
            on!(db, |c| sqlx::query_scalar("SELECT at FROM audit ORDER BY number LIMIT 1")
                .fetch_optional(c)
                .await)?;
        Ok(oldest.is_some_and(|oldest| oldest < keep_from - SLACK))
    };
    if !due(&mut store.read().await?).await? {
        return Ok(0);
    }
    let mut db = store.write().await?;
    // Times need not rise with the numbers where a clock was set back: up to the last row that is too old with all before it.
    let until: Option<(i64, Vec<u8>)> = on!(&mut db, |c| {
        sqlx::query_as(
        "SELECT number, hash FROM audit
         WHERE number < COALESCE((SELECT MIN(number) FROM audit WHERE at >= $1), (SELECT MAX(number) FROM audit))
         ORDER BY number DESC LIMIT 1"
    )
    .bind(keep_from)
    .fetch_optional(c)
    .await
    })?;
    let Some((until, hash)) = until else { return Ok(0) };
    let seal = seal_of_cut(&db.keys.audit, until, &hash);
    // Of two servers the second one finds it done.
    let moved: Option<i64> = on!(&mut db, |c| sqlx::query_scalar(
        "INSERT INTO audit_cut (id, number, hash, seal) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET number = excluded.number, hash = excluded.hash, seal = excluded.seal
         WHERE audit_cut.number < excluded.number RETURNING number"
    )
    .bind(until)
    .bind(&hash)
    .bind(seal.as_slice())
    .fetch_optional(c)
    .await)?;
    if moved.is_none() {
        return Ok(0);
    }
    let removed: Vec<i64> =
        on!(&mut db, |c| sqlx::query_scalar("DELETE FROM audit WHERE number <= $1 RETURNING number")
            .bind(until)
            .fetch_all(c)
            .await)?;
    let removed = i64::try_from(removed.len()).unwrap_or(i64::MAX);
    let entry = Entry {
        actor: String::new(),
        origin: String::new(),
        action: "audit.sweep",
        object: String::new(),
        before: Value::Null,
        after: serde_json::json!({ "entries": removed, "up_to": until }),
    };
    append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(removed)
}

/// The hash of the row with this number, also of the last one that was removed as too old.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hash_of(db: &mut impl AsConn, number: i64) -> Result<Option<Vec<u8>>, StoreError> {
    if let Some((last, hash, _)) = cut(db).await?
        && last == number
    {
        return Ok(Some(hash));
    }
    Ok(on!(db, |c| sqlx::query_scalar("SELECT hash FROM audit WHERE number = $1")
        .bind(number)
        .fetch_optional(c)
        .await)?)
}

/// Rows with numbers above `after`, the oldest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn since(db: &mut impl AsConn, after: i64, most: i64) -> Result<Vec<Row>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, at, actor, origin, action, object, old_value, new_value, hash FROM audit
         WHERE number > $1 ORDER BY number LIMIT $2"
    )
    .bind(after)
    .bind(most)
    .fetch_all(c)
    .await)?)
}

/// The number of the newest row; 0 if there is none.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn newest(db: &mut impl AsConn) -> Result<i64, StoreError> {
    let newest: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT MAX(number) FROM audit").fetch_one(c).await)?;
    Ok(newest.unwrap_or(0))
}

/// Adds an entry of its own, where nothing else changes: a refusal, an export.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note(store: &Store, now: i64, entry: &Entry) -> Result<(), StoreError> {
    let mut db = store.write().await?;
    append(&mut db, now, entry).await?;
    db.commit().await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(action: &'static str, object: &str) -> Entry {
        Entry {
            actor: "thulan".to_owned(),
            origin: "192.0.2.1".to_owned(),
            action,
            object: object.to_owned(),
            before: Value::Null,
            after: json!({ "role": "manager" }),
        }
    }

    /// A log of five rows, and the file it is in.
    async fn log() -> (tempfile::TempDir, Store, String) {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("audit.db").display());
        let key = Key::from_text("a key for this test alone").unwrap();
        let store = Store::open(&address, &key).await.unwrap();
        for (at, object) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            note(&store, at as i64, &entry("account.change", object)).await.unwrap();
        }
        (folder, store, address)
    }

    /// What [`verify`] finds after somebody with the database's password has done this.
    async fn after(statements: &str) -> Option<Fault> {
        let (_folder, store, address) = log().await;
        assert_eq!(verify(&store).await.unwrap().fault, None);
        let mut past = <sqlx::SqliteConnection as sqlx::Connection>::connect(&address).await.unwrap();
        let all = format!("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {statements}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(all)).execute(&mut past).await.unwrap();
        verify(&store).await.unwrap().fault
    }

    #[tokio::test]
    async fn k_02_an_untouched_log_is_whole_and_tells_its_head() {
        let (_folder, store, _) = log().await;
        let found = verify(&store).await.unwrap();
        assert_eq!((found.rows, found.head.len(), found.fault), (5, 32, None));
        assert_eq!(hash_of(&mut store.read().await.unwrap(), 5).await.unwrap(), Some(found.head));
    }

    #[tokio::test]
    async fn k_02_any_change_cut_or_reorder_is_found() {
        for column in ["at", "actor", "origin", "action", "object", "old_value", "new_value"] {
            let changed = format!("UPDATE audit SET {column} = '1' WHERE number = 3");
            assert_eq!(after(&changed).await, Some(Fault::Changed { number: 3 }), "{column}");
        }
        let cases = [
            ("DELETE FROM audit WHERE number = 2", Fault::Missing { number: 2 }),
            ("DELETE FROM audit WHERE number = 5", Fault::Head),
            ("DELETE FROM audit", Fault::Head),
            ("DELETE FROM audit; DELETE FROM audit_head", Fault::Head),
            (
                "UPDATE audit SET number = -3 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4;
                 UPDATE audit SET number = 4 WHERE number = -3",
                Fault::Changed { number: 3 },
            ),
            (
                "DELETE FROM audit WHERE number = 2; UPDATE audit SET number = number - 1 WHERE number > 2",
                Fault::Changed { number: 2 },
            ),
            // The tail cut, and the head set to what is left, as well as one can without the key.
            (
                "DELETE FROM audit WHERE number > 3;
                 UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit WHERE number = 3)",
                Fault::Head,
            ),
            ("DELETE FROM audit_head", Fault::Head),
            (
                "INSERT INTO audit SELECT 6, at, actor, origin, action, object, old_value, new_value, hash
                 FROM audit WHERE number = 5",
                Fault::Changed { number: 6 },
            ),
        ];
        for (statements, fault) in cases {
            if statements == "DELETE FROM audit; DELETE FROM audit_head" {
                // A log that never was looks the same; `doctor` wonders at accounts without one.
                assert_eq!(after(statements).await, None);
            } else {
                assert_eq!(after(statements).await, Some(fault), "{statements}");
            }
        }
    }

    #[tokio::test]
    async fn k_02_the_database_itself_refuses_to_change_or_remove_a_row() {
        let (_folder, _store, address) = log().await;
        let mut past = <sqlx::SqliteConnection as sqlx::Connection>::connect(&address).await.unwrap();
        for statement in ["UPDATE audit SET actor = 'x'", "DELETE FROM audit WHERE number = 5"] {
            let refused = sqlx::raw_sql(statement).execute(&mut past).await.unwrap_err();
            assert!(refused.to_string().contains("only grows"), "{refused}");
        }
    }

    #[tokio::test]
    async fn k_05_what_is_too_old_is_removed_with_a_word_and_the_rest_is_still_one_chain() {
        const DAY: i64 = 86_400_000;
        let (_folder, store, address) = log().await;
        for day in [40, 400] {
            note(&store, day * DAY, &entry("account.change", "f")).await.unwrap();
        }
        // As long as nothing is a month too old nothing happens.
        assert_eq!(sweep(&store, 400 * DAY, 30 * DAY).await.unwrap(), 0);
        assert_eq!(sweep(&store, 400 * DAY, 35 * DAY).await.unwrap(), 5);
        assert_eq!(sweep(&store, 400 * DAY, 35 * DAY).await.unwrap(), 0);
        let found = verify(&store).await.unwrap();
        assert_eq!((found.rows, found.last, found.fault), (3, 8, None));
        let mut db = store.read().await.unwrap();
        let newest = list(&mut db, &Filter::default(), 1).await.unwrap();
        let told = (newest[0].action.as_str(), newest[0].new_value.as_str());
        assert_eq!(told, ("audit.sweep", r#"{"entries":5,"up_to":5}"#));
        assert_eq!(hash_of(&mut db, 4).await.unwrap(), None);
        assert!(hash_of(&mut db, 5).await.unwrap().is_some(), "the last one removed can still be compared");
        drop(db);
        // The newest row stays, however old.
        assert_eq!(sweep(&store, 900 * DAY, 800 * DAY).await.unwrap(), 2);
        assert_eq!(verify(&store).await.unwrap().fault, None);
        // Nothing more can be removed, and who moves the mark is found out.
        let mut past = <sqlx::SqliteConnection as sqlx::Connection>::connect(&address).await.unwrap();
        let refused = sqlx::raw_sql("DELETE FROM audit").execute(&mut past).await.unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{refused}");
        let forged = "UPDATE audit_cut SET number = 9, hash = (SELECT hash FROM audit WHERE number = 9);
                      DELETE FROM audit WHERE number <= 9";
        sqlx::raw_sql(forged).execute(&mut past).await.unwrap();
        assert_eq!(verify(&store).await.unwrap().fault, Some(Fault::Cut));
    }

    #[tokio::test]
    async fn k_02_what_is_rolled_back_is_not_told_and_leaves_no_gap() {
        let (_folder, store, _) = log().await;
        let mut db = store.write().await.unwrap();
        append(&mut db, 9, &entry("account.change", "f")).await.unwrap();
        drop(db);
        note(&store, 10, &entry("account.change", "g")).await.unwrap();
        let found = verify(&store).await.unwrap();
        assert_eq!((found.rows, found.fault), (6, None));
    }

    #[tokio::test]
    async fn rows_are_found_by_who_what_and_when_the_newest_first() {
        let (_folder, store, _) = log().await;
        note(&store, 9, &Entry { actor: "hoa".to_owned(), ..entry("accounts.odd", "c") }).await.unwrap();
        let mut db = store.read().await.unwrap();
        let mut numbers = async |filter: Filter| -> Vec<i64> {
            list(&mut db, &filter, 10).await.unwrap().iter().map(|row| row.number).collect()
        };
        assert_eq!(numbers(Filter::default()).await, [6, 5, 4, 3, 2, 1]);
        assert_eq!(numbers(Filter { actor: "hoa".into(), ..Filter::default() }).await, [6]);
        assert_eq!(numbers(Filter { action: "account".into(), ..Filter::default() }).await, [5, 4, 3, 2, 1]);
        assert_eq!(numbers(Filter { action: "account.change".into(), ..Filter::default() }).await.len(), 5);
        assert_eq!(numbers(Filter { object: "c".into(), ..Filter::default() }).await, [6, 3]);
        assert_eq!(numbers(Filter { from: Some(1), until: Some(3), ..Filter::default() }).await, [3, 2]);
        assert_eq!(numbers(Filter { before: Some(3), ..Filter::default() }).await, [2, 1]);
        assert_eq!(numbers(Filter { actor: "a\0b".into(), ..Filter::default() }).await, [0_i64; 0]);
    }
}
