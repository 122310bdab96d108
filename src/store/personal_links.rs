//! Links that staff hand out themselves: in letters with short codes, or as a list for other channels.
//!
//! Links are made for everybody who is chosen, for those who have answered as well: a letter that somebody does not get would
//! say that this person has answered. Their new link says that it was used, as the old one does.

use std::collections::BTreeSet;

use crate::{
    secret::{self, Key, LINK_TOKEN},
    short_code,
};

use super::{AsConn, StoreError, Writer, invitations, on, outbox};

/// The secrets of a link, as handed out once.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    /// The list's code of the person.
    pub person: String,
    /// The token of the link's address.
    pub token: String,
    /// The short code to type.
    pub code: String,
}

/// The hash under which a short code is kept.
pub fn code_hash(key: &Key, code: &str) -> [u8; 32] {
    key.hash("short code", &[code.as_bytes()])
}

/// New links and short codes for these persons of a campaign, in this order; none of them works before [`put`].
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn make(db: &mut impl AsConn, key: &Key, persons: &[String]) -> Result<Vec<Made>, StoreError> {
    let mut made: Vec<Made> = Vec::with_capacity(persons.len());
    let mut codes = BTreeSet::new();
    for person in persons {
        // Among 40 bits two codes meet once in a long while.
        let code = loop {
            let code = short_code::random();
            if find(db, key, &code).await?.is_none() && codes.insert(code.clone()) {
                break code;
            }
        };
        made.push(Made { person: person.clone(), token: secret::token::<LINK_TOKEN>(), code });
    }
    Ok(made)
}

/// Makes these links work and ends the older ones of their persons; false if one of them is not on the list any more.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, key: &Key, campaign: i64, made: &[Made]) -> Result<bool, StoreError> {
    for Made { person, token, code } in made {
        // A mail that waits would end the new link, and whoever opens the older one is told of the newer.
        outbox::withdraw(db, campaign, person).await?;
        outbox::end_link(db, campaign, person).await?;
        let set: Option<String> = on!(db, |c| sqlx::query_scalar(
            "UPDATE invitation SET token_hash = $3, code_hash = $4, had_link = TRUE, mailed = FALSE
             WHERE campaign = $1 AND code = $2 AND NOT nameless RETURNING code"
        )
        .bind(campaign)
        .bind(person)
        .bind(invitations::token_hash(key, token).as_slice())
        .bind(code_hash(key, code).as_slice())
        .fetch_optional(c)
        .await)?;
        if set.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The hash of the link that a short code stands for.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, key: &Key, code: &str) -> Result<Option<[u8; 32]>, StoreError> {
    let hash: Option<Vec<u8>> = on!(db, |c| sqlx::query_scalar(
        "SELECT token_hash FROM invitation WHERE code_hash = $1 AND token_hash IS NOT NULL"
    )
    .bind(code_hash(key, code).as_slice())
    .fetch_optional(c)
    .await)?;
    hash.map(|hash| hash.try_into().map_err(|_| StoreError::Corrupt("invitation"))).transpose()
}
