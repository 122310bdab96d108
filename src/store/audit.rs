//! The audit log: who did what, when, from where, before and after.
//!
//! Rows are only ever added, in the transaction of what they tell of. Each has the next number and a hash, keyed by the
//! server's key, of itself and of the hash before it; the last one is sealed in a row of its own. So whoever has the
//! database but not the key can change, drop, swap or cut off nothing that a check would not find (security test
//! K-02). Against whoever has the key, too, compare the head with one that was noted elsewhere.
//!
//! What it never holds: passwords, tokens, answers, what respondents wrote, their addresses; nor anything that tells
//! when an official answered.

use serde_json::Value;

use crate::secret::Key;

use super::{StoreError, Writer, on};

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
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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
    let key = std::sync::Arc::clone(&db.audit);
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
    row.hash = row.hash_after(&key, &before).to_vec();
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
    let seal = seal(&key, row.number, &row.hash);
    on!(db, |c| sqlx::query("UPDATE audit_head SET number = $1, hash = $2, seal = $3 WHERE id = 1")
        .bind(row.number)
        .bind(&row.hash)
        .bind(seal.as_slice())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
