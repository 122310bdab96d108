//! Column segments: the sheets of one closed generation, column by column, for fast reports. Derived from `response`
//! and never the truth: a segment that is missing or damaged is read from the rows instead.
//!
//! Shape (version 3, little-endian): `u8` version, `u16` bytes a sheet, then a block for each place: `i64` place, `u32`
//! sheets, `i32` first day, `u8` languages with `u8` length and code each, then the columns (bytes a sheet × sheets), the
//! sheets' modes, channels and languages (`u8` each) and their days after the first one (`u16` each). `u32` CRC-32 of all
//! before at the end. Older versions did not say which day a sheet is of; they are read from the rows and built anew.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;

use super::{
    AsConn, Store, StoreError,
    campaigns::{self, Hold},
    on, responses,
};

/// Sheets a segment. Large, so that a generation tells nothing of when a sheet came.
pub const SHEETS: u64 = 65_536;

const VERSION: u8 = 3;

/// The sheets of one place, column by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Number of sheets.
    pub sheets: usize,
    /// A column for each byte of a packed row.
    pub columns: Vec<Vec<u8>>,
    /// Who filled in each sheet ([`crate::organisation::Mode`]).
    pub modes: Vec<u8>,
    /// How each sheet came in ([`crate::organisation::Channel`]).
    pub channels: Vec<u8>,
    /// The language of each sheet, as a position in `codes`.
    pub languages: Vec<u8>,
    /// Codes of languages.
    pub codes: Vec<String>,
    /// The day of each sheet, in days since 1970 in the province's time zone.
    pub days: Vec<i32>,
}

/// Blocks by the number of their place.
pub type Blocks = BTreeMap<i64, Block>;

impl Block {
    fn add(
        &mut self,
        channel: i64,
        language: &str,
        day: i32,
        answers: &[u8],
        mode: i64,
    ) -> Result<(), StoreError> {
        let known = self.codes.iter().position(|code| code == language);
        let at = known.unwrap_or(self.codes.len());
        if known.is_none() {
            self.codes.push(language.to_owned());
        }
        self.languages.push(u8::try_from(at).map_err(|_| StoreError::Corrupt("language"))?);
        self.sheets += 1;
        self.days.push(day);
        self.modes.push(u8::try_from(mode).unwrap_or(0));
        self.channels.push(u8::try_from(channel).map_err(|_| StoreError::Corrupt("channel"))?);
        if self.columns.is_empty() {
            self.columns = vec![Vec::new(); answers.len()];
        }
        for (column, byte) in self.columns.iter_mut().zip(answers) {
            column.push(*byte);
        }
        Ok(())
    }
}

/// Reads the rows of a generation; rows of another width than `width` are an error, never skipped.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`].
pub async fn from_rows(
    db: &mut impl AsConn,
    campaign: i64,
    generation: i64,
    width: usize,
) -> Result<Blocks, StoreError> {
    let mut blocks = Blocks::new();
    on!(db, |c| {
        let mut rows = sqlx::query_as::<_, (i64, i64, String, i64, Vec<u8>, i64)>(
            "SELECT place, channel, language, day, answers, mode FROM response WHERE campaign = $1 AND generation = $2",
        )
        .bind(campaign)
        .bind(generation)
        .fetch(c);
        while let Some((place, channel, language, day, answers, mode)) = rows.try_next().await? {
            if answers.len() != width {
                return Err(StoreError::Corrupt("answer sheet"));
            }
            let day = i32::try_from(day).map_err(|_| StoreError::Corrupt("day"))?;
            blocks.entry(place).or_default().add(channel, &language, day, &answers, mode)?;
        }
    });
    Ok(blocks)
}

/// The stored segment of a generation; `None` where there is none, or a damaged one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stored(
    db: &mut impl AsConn,
    campaign: i64,
    generation: i64,
    width: usize,
) -> Result<Option<Blocks>, StoreError> {
    let data: Option<Vec<u8>> = on!(db, |c| {
        sqlx::query_scalar("SELECT data FROM segment WHERE campaign = $1 AND generation = $2")
            .bind(campaign)
            .bind(generation)
            .fetch_optional(c)
            .await
    })?;
    let Some(data) = data else { return Ok(None) };
    let blocks = decode(&data, width);
    if blocks.is_none() {
        tracing::error!(campaign, generation, "a column segment is damaged; its rows are read instead");
    }
    Ok(blocks)
}

/// Closes the running generation of a campaign if it is full enough and builds every segment that is missing.
///
/// Failures are logged: segments are an aid, the rows stay the truth.
pub async fn tidy(store: Store, campaign: i64) {
    if let Err(error) = try_tidy(&store, campaign, SHEETS).await {
        tracing::warn!(%error, campaign, "column segments could not be built; reports read the rows instead");
    }
}

/// As [`tidy`], closing a generation that has at least `full` sheets.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn try_tidy(store: &Store, campaign: i64, full: u64) -> Result<(), StoreError> {
    let mut db = store.write().await?;
    let Some(gate) = campaigns::hold(&mut db, campaign, Hold::Alone).await? else { return Ok(()) };
    let mut last_closed = gate.generation - 1;
    if responses::count(&mut db, campaign, gate.generation).await? >= full.max(1) {
        on!(&mut db, |c| sqlx::query("UPDATE campaign SET generation = generation + 1 WHERE number = $1")
            .bind(campaign)
            .execute(c)
            .await
            .map(drop))?;
        last_closed = gate.generation;
    }
    db.commit().await?;

    let mut reader = store.read().await?;
    let built: Vec<i64> =
        on!(&mut reader, |c| sqlx::query_scalar("SELECT generation FROM segment WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    for generation in (1..=last_closed).filter(|g| !built.contains(g)) {
        let width: Option<i64> = on!(&mut reader, |c| {
            sqlx::query_scalar(
            "SELECT CAST(LENGTH(answers) AS BIGINT) FROM response WHERE campaign = $1 AND generation = $2 LIMIT 1"
        )
        .bind(campaign)
        .bind(generation)
        .fetch_optional(c)
        .await
        })?;
        let Some(width) = width else { continue };
        let width = usize::try_from(width).unwrap_or_default();
        let blocks = from_rows(&mut reader, campaign, generation, width).await?;
        let sheets: usize = blocks.values().map(|block| block.sheets).sum();
        let Some(data) = encode(&blocks, width) else {
            tracing::warn!(campaign, generation, "answers lie too far apart for a column segment");
            continue;
        };
        let mut db = store.write().await?;
        on!(&mut db, |c| sqlx::query(
            "INSERT INTO segment (campaign, generation, sheets, data) VALUES ($1, $2, $3, $4)
             ON CONFLICT (campaign, generation) DO NOTHING"
        )
        .bind(campaign)
        .bind(generation)
        .bind(i64::try_from(sheets).unwrap_or(i64::MAX))
        .bind(data.as_slice())
        .execute(c)
        .await
        .map(drop))?;
        db.commit().await?;
    }
    Ok(())
}

/// Builds what is missing in all campaigns: after an upgrade that changed the shape of segments.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn build_missing(store: &Store) -> Result<(), StoreError> {
    let campaigns: Vec<i64> = on!(&mut store.read().await?, |c| {
        sqlx::query_scalar(
        "SELECT k.number FROM campaign k
         WHERE k.generation > 1 + (SELECT COUNT(*) FROM segment s WHERE s.campaign = k.number) ORDER BY k.number"
    )
    .fetch_all(c)
    .await
    })?;
    for campaign in campaigns {
        try_tidy(store, campaign, u64::MAX).await?;
    }
    Ok(())
}

/// `None` where something does not fit the shape, such as days more than 179 years apart.
fn encode(blocks: &Blocks, width: usize) -> Option<Vec<u8>> {
    let sheets: usize = blocks.values().map(|block| block.sheets).sum();
    let mut data = Vec::with_capacity(sheets * (width + 5) + blocks.len() * 32 + 16);
    data.push(VERSION);
    data.extend(u16::try_from(width).ok()?.to_le_bytes());
    for (place, block) in blocks {
        let first = block.days.iter().min().copied().unwrap_or_default();
        data.extend(place.to_le_bytes());
        data.extend(u32::try_from(block.sheets).ok()?.to_le_bytes());
        data.extend(first.to_le_bytes());
        data.push(u8::try_from(block.codes.len()).ok()?);
        for code in &block.codes {
            data.push(u8::try_from(code.len()).ok()?);
            data.extend(code.as_bytes());
        }
        block.columns.iter().for_each(|column| data.extend_from_slice(column));
        for column in [&block.modes, &block.channels, &block.languages] {
            data.extend_from_slice(column);
        }
        for day in &block.days {
            data.extend(u16::try_from(day.checked_sub(first)?).ok()?.to_le_bytes());
        }
    }
    data.extend(crc32fast::hash(&data).to_le_bytes());
    Some(data)
}

fn decode(data: &[u8], width: usize) -> Option<Blocks> {
    let (body, check) = data.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*check) {
        return None;
    }
    let mut rest = body;
    let [version] = take(&mut rest)?;
    if version != VERSION || usize::from(u16::from_le_bytes(take(&mut rest)?)) != width {
        return None;
    }
    let mut blocks = Blocks::new();
    while !rest.is_empty() {
        let place = i64::from_le_bytes(take(&mut rest)?);
        let sheets = u32::from_le_bytes(take(&mut rest)?) as usize;
        let first = i32::from_le_bytes(take(&mut rest)?);
        let mut block = Block { sheets, ..Block::default() };
        for _ in 0..take::<1>(&mut rest)?[0] {
            let length = usize::from(take::<1>(&mut rest)?[0]);
            block.codes.push(String::from_utf8(some(&mut rest, length)?.to_vec()).ok()?);
        }
        for _ in 0..width {
            block.columns.push(some(&mut rest, sheets)?.to_vec());
        }
        for column in [&mut block.modes, &mut block.channels, &mut block.languages] {
            *column = some(&mut rest, sheets)?.to_vec();
        }
        if block.languages.iter().any(|at| usize::from(*at) >= block.codes.len()) {
            return None;
        }
        let (days, _) = some(&mut rest, sheets.checked_mul(2)?)?.as_chunks::<2>();
        block.days =
            days.iter().map(|after| first.saturating_add(u16::from_le_bytes(*after).into())).collect();
        blocks.insert(place, block);
    }
    Some(blocks)
}

fn some<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(head)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Blocks {
        let mut blocks = Blocks::new();
        for (place, channel, language, day, row) in [
            (3, 0, "vi", 20_000, [1, 2, 3]),
            (3, 2, "en", 20_002, [4, 5, 255]),
            (-7, 0, "vi", 19_999, [0, 0, 0]),
        ] {
            let block: &mut Block = blocks.entry(place).or_default();
            block.add(channel, language, day, &row, i64::from(row[0] % 4)).unwrap();
        }
        blocks
    }

    #[test]
    fn a_segment_reads_back_as_written() {
        let data = encode(&blocks(), 3).unwrap();
        assert_eq!(decode(&data, 3), Some(blocks()));
    }

    #[test]
    fn a_segment_of_an_older_version_is_read_from_the_rows() {
        let mut old = encode(&blocks(), 3).unwrap();
        old.truncate(old.len() - 4);
        old[0] = 2;
        old.extend(crc32fast::hash(&old).to_le_bytes());
        assert_eq!(decode(&old, 3), None);
    }

    #[test]
    fn days_too_far_apart_make_no_segment() {
        let mut blocks = blocks();
        blocks.entry(3).or_default().add(0, "vi", 90_000, &[1, 1, 1], 0).unwrap();
        assert_eq!(encode(&blocks, 3), None);
    }

    #[test]
    fn a_damaged_segment_is_not_read() {
        let data = encode(&blocks(), 3).unwrap();
        assert_eq!(decode(&data, 4), None, "another width");
        for at in 0..data.len() {
            let mut damaged = data.clone();
            damaged[at] ^= 0x10;
            assert_eq!(decode(&damaged, 3), None, "bit flipped in byte {at}");
            assert_eq!(decode(&data[..at], 3), None, "cut at {at}");
        }
    }
}
