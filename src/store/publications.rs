//! Published results: frozen files by campaign and number of the publication. [`crate::publication`] makes them.

use super::{AsConn, StoreError, Writer, on};

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Publication {
    /// Number of the campaign.
    pub campaign: i64,
    /// From 1, in the order of publishing.
    pub number: i64,
    /// When, UTC milliseconds.
    pub published: i64,
    /// When it was withdrawn; none: it was not.
    pub withdrawn: Option<i64>,
    /// SHA-256 of what the figures were formed from.
    pub inputs: String,
    /// SHA-256 of its JSON, hex.
    pub sha256: String,
}

impl Publication {
    /// Whether the public may read it, if it is the latest one of its campaign.
    pub const fn is_public(&self) -> bool {
        self.withdrawn.is_none()
    }
}

/// A published campaign in the list of them.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Listed {
    /// The campaign's slug.
    pub slug: String,
    /// Its title, JSON by language.
    pub title: String,
    /// First and last moment, UTC milliseconds, the last one exclusive.
    pub opens: i64,
    /// See [`Self::opens`].
    pub closes: i64,
    /// Whether its answers are invented.
    pub demonstration: bool,
    /// When it was published.
    pub published: i64,
}

/// A frozen file.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Bytes of it.
    pub bytes: i64,
    /// SHA-256 of it, hex.
    pub sha256: String,
    /// It, packed with gzip.
    pub packed: Vec<u8>,
}

/// Name of the file whose SHA-256 stands for the publication.
pub const JSON: &str = "json";

/// All publications of a campaign, the latest first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of_campaign(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Publication>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT p.campaign, p.number, p.published, p.withdrawn, p.inputs, f.sha256 FROM publication p
         JOIN publication_file f ON f.campaign = p.campaign AND f.number = p.number AND f.name = 'json'
         WHERE p.campaign = $1 ORDER BY p.number DESC"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// The latest publication of the campaign with this slug, withdrawn or not.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn latest(db: &mut impl AsConn, slug: &str) -> Result<Option<Publication>, StoreError> {
    if !super::storable(slug) {
        return Ok(None);
    }
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT p.campaign, p.number, p.published, p.withdrawn, p.inputs, f.sha256 FROM publication p
         JOIN campaign c ON c.number = p.campaign
         JOIN publication_file f ON f.campaign = p.campaign AND f.number = p.number AND f.name = 'json'
         WHERE c.slug = $1 ORDER BY p.number DESC LIMIT 1"
    )
    .bind(slug)
    .fetch_optional(c)
    .await)?)
}

/// The campaigns whose latest publication was not withdrawn, the latest period first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(db: &mut impl AsConn) -> Result<Vec<Listed>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT c.slug, c.title, c.opens, c.closes, c.demonstration, p.published FROM publication p
         JOIN campaign c ON c.number = p.campaign
         WHERE p.withdrawn IS NULL
           AND p.number = (SELECT MAX(number) FROM publication WHERE campaign = p.campaign)
         ORDER BY c.closes DESC, c.slug"
    )
    .fetch_all(c)
    .await)?)
}

/// Whether a campaign has ever been published.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn any(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    let number: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT number FROM publication WHERE campaign = $1 LIMIT 1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    Ok(number.is_some())
}

/// When a campaign was published first, UTC milliseconds.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn first(db: &mut impl AsConn, campaign: i64) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT MIN(published) FROM publication WHERE campaign = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?)
}

/// A file of a publication.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn file(
    db: &mut impl AsConn,
    publication: &Publication,
    name: &str,
) -> Result<Option<File>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT name, bytes, sha256, packed FROM publication_file
         WHERE campaign = $1 AND number = $2 AND name = $3"
    )
    .bind(publication.campaign)
    .bind(publication.number)
    .bind(name)
    .fetch_optional(c)
    .await)?)
}

/// Adds a publication with its files; gives its number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn add(
    db: &mut Writer,
    campaign: i64,
    now: i64,
    inputs: &str,
    files: &[File],
) -> Result<i64, StoreError> {
    let last: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT MAX(number) FROM publication WHERE campaign = $1")
            .bind(campaign)
            .fetch_one(c)
            .await)?;
    let number = last.unwrap_or(0) + 1;
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO publication (campaign, number, published, withdrawn, inputs) VALUES ($1, $2, $3, NULL, $4)"
    )
    .bind(campaign)
    .bind(number)
    .bind(now)
    .bind(inputs)
    .execute(c)
    .await
    .map(drop)
    })?;
    for file in files {
        on!(db, |c| sqlx::query(
            "INSERT INTO publication_file (campaign, number, name, bytes, sha256, packed)
             VALUES ($1, $2, $3, $4, $5, $6)"
        )
        .bind(campaign)
        .bind(number)
        .bind(&file.name)
        .bind(file.bytes)
        .bind(&file.sha256)
        .bind(&file.packed)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(number)
}

/// Withdraws the latest publication of a campaign; false if there is none or it was withdrawn before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn withdraw(db: &mut Writer, campaign: i64, now: i64) -> Result<bool, StoreError> {
    let done = on!(db, |c| sqlx::query(
        "UPDATE publication SET withdrawn = $2 WHERE campaign = $1 AND withdrawn IS NULL
           AND number = (SELECT MAX(number) FROM publication WHERE campaign = $1)"
    )
    .bind(campaign)
    .bind(now)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}
