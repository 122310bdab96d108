//! The way in for answer sheets: one task commits many at once and acknowledges each only after its commit is
//! durable (group commit). While one commit waits for the disk the next one gathers.

use std::collections::{HashMap, HashSet};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::clock::{self, Clock};

use super::{
    Store, StoreError,
    campaigns::{self, Gate, Hold},
    comments,
    responses::{self, Row, Sheet},
    segments,
};

/// What became of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Stored now.
    New,
    /// It was there already: the same form sent again.
    Again,
}

/// Why a sheet was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The campaign does not take answers now.
    #[error("the campaign is not open")]
    NotOpen,
    /// The campaign, its questionnaire or its counters changed since the sheet was read; read them and it again.
    #[error("the campaign has changed")]
    Stale,
    /// The database is busy, full or away; nothing was stored and the same form may be sent again.
    #[error("the database is not available")]
    Unavailable,
}

type Reply = Result<Kept, Refused>;

struct Letter {
    sheet: Sheet,
    reply: oneshot::Sender<Reply>,
}

/// Takes answer sheets; cheap to clone. The task ends when the last clone is gone and everything taken is answered.
#[derive(Debug, Clone)]
pub struct Inbox(mpsc::Sender<Letter>);

/// Most sheets waiting; beyond that a sender waits.
const WAITING: usize = 8_192;
/// Most sheets in one commit.
const BATCH: usize = 256;

impl Inbox {
    /// Starts the task.
    pub fn start(store: Store, clock: Clock) -> (Self, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self(sender), tokio::spawn(run(store, clock, receiver)))
    }

    /// Stores a sheet; returns after its commit is durable.
    ///
    /// # Errors
    /// [`Refused`]; nothing was stored then.
    pub async fn put(&self, sheet: Sheet) -> Reply {
        let (reply, answer) = oneshot::channel();
        self.0.send(Letter { sheet, reply }).await.map_err(|_| Refused::Unavailable)?;
        answer.await.map_err(|_| Refused::Unavailable)?
    }
}

async fn run(store: Store, clock: Clock, mut letters: mpsc::Receiver<Letter>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut tails: HashMap<i64, u64> = HashMap::new();
    while letters.recv_many(&mut batch, BATCH).await > 0 {
        let sheets: Vec<&Sheet> = batch.iter().map(|letter| &letter.sheet).collect();
        let outcome = keep(&store, clock.now(), &sheets).await;
        match outcome {
            Ok(replies) => {
                let mut grown: HashMap<i64, u64> = HashMap::new();
                for (letter, reply) in batch.drain(..).zip(replies) {
                    if reply == Ok(Kept::New) {
                        *grown.entry(letter.sheet.campaign).or_default() += 1;
                    }
                    // A sender that hung up learns the outcome when it sends the same form again.
                    let _ = letter.reply.send(reply);
                }
                for (campaign, added) in grown {
                    let tail = tails.entry(campaign).or_insert(0);
                    *tail += added;
                    // The count starts anew with the server, so a quarter of a segment is reason enough to look.
                    if *tail >= segments::SHEETS / 4 {
                        *tail = 0;
                        tokio::spawn(segments::tidy(store.clone(), campaign));
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, sheets = batch.len(), "answer sheets could not be stored");
                for letter in batch.drain(..) {
                    let _ = letter.reply.send(Err(Refused::Unavailable));
                }
            }
        }
    }
}

/// Stores sheets in one transaction; a reply for each, in order.
///
/// # Errors
/// [`StoreError`]; nothing was stored then.
pub async fn keep(store: &Store, now: i64, sheets: &[&Sheet]) -> Result<Vec<Reply>, StoreError> {
    let day = clock::day(now);
    let mut db = store.write().await?;
    let mut numbers: Vec<i64> = sheets.iter().map(|sheet| sheet.campaign).collect();
    // Held in one order by every server, so that no two wait for each other.
    numbers.sort_unstable();
    numbers.dedup();
    let mut gates: HashMap<i64, Gate> = HashMap::with_capacity(numbers.len());
    for number in numbers {
        if let Some(gate) = campaigns::hold(&mut db, number, Hold::Shared).await? {
            gates.insert(number, gate);
        }
    }
    // Read while the campaigns are held: whoever changes one waits, or has committed before.
    let revision = campaigns::revision(&mut db).await?;
    let open = |sheet: &Sheet| {
        gates.get(&sheet.campaign).filter(|gate| gate.is_open(now) && sheet.revision == revision)
    };
    let mut seen = HashSet::with_capacity(sheets.len());
    let mut rows: Vec<Row<'_>> = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        if let Some(gate) = open(sheet)
            && seen.insert(sheet.id)
        {
            rows.push(Row { sheet, generation: gate.generation, day });
        }
    }
    // Rows go in by ascending id in every server, so that two that send the same ids do not wait for each other.
    rows.sort_unstable_by_key(|row| row.sheet.id);
    let mut new = responses::insert(&mut db, &rows).await?;
    for row in rows.iter().filter(|row| new.contains(&row.sheet.id)) {
        comments::put(&mut db, row.sheet.campaign, &row.sheet.unit, &row.sheet.texts).await?;
    }
    db.commit().await?;
    Ok(sheets
        .iter()
        .map(|sheet| match open(sheet) {
            None if sheet.revision != revision => Err(Refused::Stale),
            None => Err(Refused::NotOpen),
            Some(_) if new.remove(&sheet.id) => Ok(Kept::New),
            Some(_) => Ok(Kept::Again),
        })
        .collect())
}
