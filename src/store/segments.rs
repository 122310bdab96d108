//! Column segments: the sheets of one closed generation, column by column, for fast reports. Derived from `response`
//! and never the truth: a segment that is missing or damaged is read from the rows instead.
//!
//! Shape (version 2, little-endian): `u8` version, `u16` bytes a sheet, then a block for each place: `i64` place, `u32`
//! sheets, 6 × `u32` sheets by channel, `i32` first and last day, `u8` languages with `u8` length, code, `u32` sheets
//! each, then the columns (bytes a sheet × sheets) and the sheets' modes (`u8` each; version 1 had none, when nobody
//! was asked). `u32` CRC-32 of all before at the end.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;

use crate::organisation::Channel;

use super::{
    AsConn, Store, StoreError,
    campaigns::{self, Hold},
    on, responses,
};

/// Sheets a segment. Large, so that a generation tells nothing of when a sheet came.
pub const SHEETS: u64 = 65_536;

const VERSION: u8 = 2;
/// The version without modes.
const WITHOUT_MODES: u8 = 1;

/// The sheets of one place, column by column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Number of sheets.
    pub sheets: usize,
    /// Sheets by channel.
    pub channels: [u32; Channel::ALL.len()],
    /// First and last day.
    pub days: (i32, i32),
    /// Sheets by language.
    pub languages: BTreeMap<String, u32>,
    /// A column for each byte of a packed row.
    pub columns: Vec<Vec<u8>>,
    /// Who filled in each sheet ([`crate::organisation::Mode`]).
    pub modes: Vec<u8>,
}

/// Blocks by the number of their place.
pub type Blocks = BTreeMap<i64, Block>;

impl Block {
    fn add(&mut self, channel: i64, language: &str, day: i32, answers: &[u8], mode: i64) {
        self.days = if self.sheets == 0 { (day, day) } else { (self.days.0.min(day), self.days.1.max(day)) };
        self.sheets += 1;
        self.modes.push(u8::try_from(mode).unwrap_or(0));
        if let Some(n) = usize::try_from(channel).ok().and_then(|at| self.channels.get_mut(at)) {
            *n += 1;
        }
        match self.languages.get_mut(language) {
            Some(n) => *n += 1,
            None => {
                self.languages.insert(language.to_owned(), 1);
            }
        }
        if self.columns.is_empty() {
            self.columns = vec![Vec::new(); answers.len()];
        }
        for (column, byte) in self.columns.iter_mut().zip(answers) {
            column.push(*byte);
        }
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
            blocks.entry(place).or_default().add(channel, &language, day, &answers, mode);
        }
    });
    Ok(blocks)
}

/// The stored segments of a campaign by generation; damaged ones are left out.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stored(
    db: &mut impl AsConn,
    campaign: i64,
    width: usize,
) -> Result<BTreeMap<i64, Blocks>, StoreError> {
    let rows: Vec<(i64, Vec<u8>)> =
        on!(db, |c| sqlx::query_as("SELECT generation, data FROM segment WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    Ok(rows
        .into_iter()
        .filter_map(|(generation, data)| match decode(&data, width) {
            Some(blocks) => Some((generation, blocks)),
            None => {
                tracing::error!(
                    campaign,
                    generation,
                    "a column segment is damaged; its rows are read instead"
                );
                None
            }
        })
        .collect())
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
        let data = encode(&blocks, width);
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

fn encode(blocks: &Blocks, width: usize) -> Vec<u8> {
    let sheets: usize = blocks.values().map(|block| block.sheets).sum();
    let mut data = Vec::with_capacity(sheets * width + blocks.len() * 64 + 16);
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
    data.push(VERSION);
    data.extend(u16::try_from(width).unwrap_or(u16::MAX).to_le_bytes());
    for (place, block) in blocks {
        data.extend(place.to_le_bytes());
        data.extend(small(block.sheets));
        block.channels.iter().for_each(|n| data.extend(n.to_le_bytes()));
        data.extend(block.days.0.to_le_bytes());
        data.extend(block.days.1.to_le_bytes());
        data.push(u8::try_from(block.languages.len()).unwrap_or(u8::MAX));
        for (code, n) in &block.languages {
            data.push(u8::try_from(code.len()).unwrap_or(u8::MAX));
            data.extend(code.as_bytes());
            data.extend(n.to_le_bytes());
        }
        block.columns.iter().for_each(|column| data.extend_from_slice(column));
        data.extend_from_slice(&block.modes);
    }
    data.extend(crc32fast::hash(&data).to_le_bytes());
    data
}

fn decode(data: &[u8], width: usize) -> Option<Blocks> {
    let (body, check) = data.split_last_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*check) {
        return None;
    }
    let mut rest = body;
    let [version] = take(&mut rest)?;
    if !matches!(version, VERSION | WITHOUT_MODES)
        || usize::from(u16::from_le_bytes(take(&mut rest)?)) != width
    {
        return None;
    }
    let mut blocks = Blocks::new();
    while !rest.is_empty() {
        let place = i64::from_le_bytes(take(&mut rest)?);
        let mut block = Block { sheets: u32::from_le_bytes(take(&mut rest)?) as usize, ..Block::default() };
        for n in &mut block.channels {
            *n = u32::from_le_bytes(take(&mut rest)?);
        }
        block.days = (i32::from_le_bytes(take(&mut rest)?), i32::from_le_bytes(take(&mut rest)?));
        for _ in 0..take::<1>(&mut rest)?[0] {
            let length = usize::from(take::<1>(&mut rest)?[0]);
            let (code, after) = rest.split_at_checked(length)?;
            rest = after;
            let n = u32::from_le_bytes(take(&mut rest)?);
            block.languages.insert(String::from_utf8(code.to_vec()).ok()?, n);
        }
        for _ in 0..width {
            let (column, after) = rest.split_at_checked(block.sheets)?;
            rest = after;
            block.columns.push(column.to_vec());
        }
        block.modes = if version == WITHOUT_MODES {
            vec![0; block.sheets]
        } else {
            let (modes, after) = rest.split_at_checked(block.sheets)?;
            rest = after;
            modes.to_vec()
        };
        blocks.insert(place, block);
    }
    Some(blocks)
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
            blocks.entry(place).or_default().add(channel, language, day, &row, i64::from(row[0] % 4));
        }
        blocks
    }

    #[test]
    fn a_segment_reads_back_as_written() {
        let data = encode(&blocks(), 3);
        assert_eq!(decode(&data, 3), Some(blocks()));
    }

    #[test]
    fn a_segment_from_before_modes_reads_as_if_nobody_had_said() {
        let mut blocks = blocks();
        let mut data = Vec::new();
        for (place, block) in &mut blocks {
            let one = encode(&Blocks::from([(*place, block.clone())]), 3);
            // Head, then the block without its modes; the check sum is made anew.
            let body = &one[3..one.len() - 4 - block.sheets];
            data.extend_from_slice(body);
            block.modes.fill(0);
        }
        let mut old = vec![WITHOUT_MODES, 3, 0];
        old.extend(data);
        old.extend(crc32fast::hash(&old).to_le_bytes());
        assert_eq!(decode(&old, 3), Some(blocks));
    }

    #[test]
    fn a_damaged_segment_is_not_read() {
        let data = encode(&blocks(), 3);
        assert_eq!(decode(&data, 4), None, "another width");
        for at in 0..data.len() {
            let mut damaged = data.clone();
            damaged[at] ^= 0x10;
            assert_eq!(decode(&damaged, 3), None, "bit flipped in byte {at}");
            assert_eq!(decode(&data[..at], 3), None, "cut at {at}");
        }
    }
}
