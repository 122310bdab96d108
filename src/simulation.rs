//! Invented answers into a demonstration campaign: how many for which unit, and their way into the store.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::{
    clock,
    language::Lang,
    organisation::{Campaign, Channel, Mode, Rater, Stratum},
    questionnaire::{
        Questionnaire,
        synthetic::{self, Quality},
    },
    secret::Id,
    store::{
        Store, StoreError, campaigns, comments, invitations,
        places::{self, Place},
        ready::{self, Judging, Ready},
        responses::{self, Row, Sheet},
        segments, urn,
    },
};

/// Sheets a transaction.
const BATCH: usize = 5_000;
/// Share of people who answer in English.
const ENGLISH: f64 = 0.02;
/// Sheets of a generation that is worth a segment of its own when nothing more comes.
const WORTH: u64 = 2_000;

/// Why nothing was invented.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The campaign's answers are real.
    #[error("the campaign is no demonstration")]
    Real,
    /// It has no counter and nobody is invited.
    #[error("the campaign has neither counters nor invitations")]
    NoPlace,
    /// More answers than people.
    #[error("{wanted} answers from {room} people")]
    TooMany {
        /// Answers asked for.
        wanted: u64,
        /// People who have not answered yet.
        room: u64,
    },
    /// The campaign has not opened, so that no day fits the answers.
    #[error("the campaign has not opened yet")]
    Planned,
    /// The urn has been opened; nothing can be added.
    #[error("the campaign is settled")]
    Settled,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Refused {
    /// The words for the user; `address` is the database's.
    pub fn words(&self, lang: Lang, address: &str) -> String {
        let m = lang.messages();
        match self {
            Self::Real => fl!(m, "simulate-real"),
            Self::NoPlace => fl!(m, "simulate-no-place"),
            Self::TooMany { wanted, room } => {
                fl!(m, "simulate-too-many", wanted = wanted.to_string(), room = room.to_string())
            }
            Self::Planned => fl!(m, "simulate-planned"),
            Self::Settled => fl!(m, "simulate-settled"),
            Self::Store(error) => error.words(lang, address),
        }
    }
}

/// Adds `n` invented sheets; the same seed gives the same sheets. Answers of invited persons go through the urn.
///
/// # Errors
/// [`Refused`].
pub async fn run(store: &Store, slug_number: i64, n: u64, seed: u64, now: i64) -> Result<(), Refused> {
    let mut db = store.read().await?;
    let stored = campaigns::get(&mut db, slug_number).await?.ok_or(StoreError::Corrupt("campaign"))?;
    let strata = campaigns::strata(&mut db, stored.number).await?;
    let ready = ready::load(&mut db, stored).await?;
    let campaign = &ready.stored.campaign;
    if !campaign.demonstration {
        return Err(Refused::Real);
    }
    if now < campaign.opens {
        return Err(Refused::Planned);
    }
    if ready.stored.settled {
        return Err(Refused::Settled);
    }
    let desks: Vec<Place> = places::of_campaign(&mut db, ready.stored.number)
        .await?
        .into_iter()
        .filter(|place| place.counter.is_some() && !place.retired)
        .collect();
    let invited = invitations::unused(&mut db, ready.stored.number).await?;
    let raters = invitations::unused_raters(&mut db, ready.stored.number).await?;
    let given: BTreeMap<String, u64> =
        responses::by_unit(&mut db, ready.stored.number).await?.into_iter().collect();
    drop(db);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    if let Some(judging) = &ready.judging {
        return judge(store, &ready, judging, &raters, n, now, &mut rng).await;
    }
    if desks.is_empty() {
        let room: Vec<u64> = invited.iter().map(|(_, n)| *n).collect();
        if room.is_empty() {
            return Err(Refused::NoPlace);
        }
        let shares = share_out(n, &room, &room)?;
        let mut db = store.write().await?;
        for ((unit, _), n) in invited.iter().zip(shares) {
            let quality = Quality::draw(&mut rng);
            let sheets: Vec<Sheet> =
                (0..n).map(|_| invent(&ready, None, (0, unit), Channel::Link, quality, &mut rng)).collect();
            urn::fill(&mut db, ready.stored.number, None, &sheets).await?;
            invitations::spend_some(&mut db, ready.stored.number, unit, None, sheets.len() as u64).await?;
        }
        db.commit().await?;
        urn::settle(store, ready.stored.number, now).await?;
        return Ok(());
    }
    let (weights, room) = weights(&desks, &strata, &given);
    let shares = share_out(n, &weights, &room)?;
    let qualities: BTreeMap<&str, Quality> = {
        let mut units: Vec<&str> = desks.iter().map(|desk| desk.unit.as_str()).collect();
        units.sort_unstable();
        units.dedup();
        units.into_iter().map(|unit| (unit, Quality::draw(&mut rng))).collect()
    };
    let mut queue: Vec<&Place> = Vec::with_capacity(usize::try_from(n).unwrap_or(0));
    for (desk, n) in desks.iter().zip(shares) {
        queue.extend(std::iter::repeat_n(desk, usize::try_from(n).unwrap_or(0)));
    }
    for batch in queue.chunks(BATCH) {
        let sheets: Vec<(i32, Sheet)> = batch
            .iter()
            .map(|desk| {
                let quality = qualities.get(desk.unit.as_str()).copied().unwrap_or(Quality(1.0));
                let spot = (desk.number, desk.unit.as_str());
                let sheet = invent(&ready, None, spot, Channel::Open, quality, &mut rng);
                (day(campaign, now, &mut rng), sheet)
            })
            .collect();
        keep(store, ready.stored.number, &sheets).await?;
    }
    segments::try_tidy(store, ready.stored.number, WORTH).await?;
    Ok(())
}

/// Stores a batch; new sheets belong to the running generation, as those of real people do.
async fn keep(store: &Store, campaign: i64, sheets: &[(i32, Sheet)]) -> Result<(), StoreError> {
    let mut db = store.write().await?;
    let gate = campaigns::hold(&mut db, campaign, campaigns::Hold::Shared).await?;
    let generation = gate.ok_or(StoreError::Corrupt("campaign"))?.generation;
    let mut rows: Vec<Row<'_>> =
        sheets.iter().map(|(day, sheet)| Row { sheet, generation, day: *day }).collect();
    rows.sort_unstable_by_key(|row| row.sheet.id);
    let new = responses::insert(&mut db, &rows).await?;
    for (_, sheet) in sheets.iter().filter(|(_, sheet)| new.contains(&sheet.id)) {
        comments::put(&mut db, campaign, &sheet.unit, &sheet.texts).await?;
    }
    db.commit().await
}

/// Share of the units that an invented person judges of those that could be.
const JUDGED: f64 = 0.85;

/// Adds the invented sittings of `n` persons who judge units: each about some of theirs, at least one.
async fn judge(
    store: &Store,
    ready: &Ready,
    judging: &Judging,
    raters: &[(Rater, u64)],
    n: u64,
    now: i64,
    rng: &mut ChaCha8Rng,
) -> Result<(), Refused> {
    let room: Vec<u64> = raters.iter().map(|(_, n)| *n).collect();
    if room.is_empty() {
        return Err(Refused::NoPlace);
    }
    let shares = share_out(n, &room, &room)?;
    let units = judging.raters.assignments.iter().map(|assigned| assigned.unit.as_str());
    let units: BTreeSet<&str> = units.collect();
    let qualities: BTreeMap<&str, Quality> =
        units.into_iter().map(|unit| (unit, Quality::draw(rng))).collect();
    let campaign = ready.stored.number;
    let mut db = store.write().await?;
    for ((rater, _), n) in raters.iter().zip(shares) {
        let judged = judging.judged_by(rater);
        let mut sheets = Vec::new();
        for _ in 0..n {
            let always = rng.random_range(0..judged.len().max(1));
            for (at, (assigned, form, _)) in judged.iter().enumerate() {
                if at != always && rng.random::<f64>() > JUDGED {
                    continue;
                }
                let quality = qualities.get(assigned.unit.as_str()).copied().unwrap_or(Quality(1.0));
                sheets.push(invent(ready, Some(form), (0, &assigned.unit), Channel::Link, quality, rng));
            }
        }
        urn::fill(&mut db, campaign, Some(&rater.group), &sheets).await?;
        invitations::spend_some(&mut db, campaign, &rater.unit, Some(&rater.group), n).await?;
    }
    db.commit().await?;
    urn::settle(store, campaign, now).await?;
    Ok(())
}

fn invent(
    ready: &Ready,
    form: Option<&Questionnaire>,
    (place, unit): (i64, &str),
    channel: Channel,
    quality: Quality,
    rng: &mut ChaCha8Rng,
) -> Sheet {
    let (_, form) = if let Some(form) = form {
        (0, form)
    } else if ready.questionnaire.rotation.is_some() {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        ready.form(random)
    } else {
        (0, &ready.questionnaire)
    };
    let answers = synthetic::answer(form, quality, rng);
    let mut id = Id::default();
    rng.fill_bytes(&mut id);
    // Another campaign with the same seed has sheets of its own. The first byte stays: it says who filled the form in.
    for (byte, own) in id.iter_mut().rev().zip(ready.stored.number.to_le_bytes()) {
        *byte ^= own;
    }
    let texts = answers
        .texts()
        .filter_map(|(at, text)| Some((form.questions.get(at)?.id.clone(), text.to_owned())))
        .collect();
    let english = rng.random::<f64>() < ENGLISH;
    Sheet {
        id,
        campaign: ready.stored.number,
        revision: 0,
        place,
        definition: ready.stored.definition,
        channel,
        mode: mode(ready, channel, id),
        language: if english { Lang::EN } else { Lang::VI }.code().to_owned(),
        answers: answers.pack(form),
        texts,
        unit: unit.to_owned(),
    }
}

/// Who filled in an invented form: about one in ten with help or by somebody else, most do not say.
fn mode(ready: &Ready, channel: Channel, id: Id) -> Mode {
    if channel == Channel::Link || !ready.questionnaire.asks_mode {
        return Mode::Unknown;
    }
    match id.first().copied().unwrap_or_default() {
        0..20 => Mode::Helped,
        20..28 => Mode::Proxy,
        28..110 => Mode::Own,
        _ => Mode::Unknown,
    }
}

/// A day between opening and now or closing.
fn day(campaign: &Campaign, now: i64, rng: &mut ChaCha8Rng) -> i32 {
    let (first, last) = (clock::day(campaign.opens), clock::day(now.min(campaign.closes - 1)));
    rng.random_range(first..=last.max(first))
}

/// How many answers each counter should get, by its unit's population, and how many more its unit has people for.
fn weights(desks: &[Place], strata: &[Stratum], given: &BTreeMap<String, u64>) -> (Vec<u64>, Vec<u64>) {
    desks
        .iter()
        .map(|desk| {
            let beside = desks.iter().filter(|other| other.unit == desk.unit).count().max(1) as u64;
            match strata.iter().find(|stratum| stratum.unit == desk.unit) {
                Some(stratum) => {
                    let left = stratum.population.saturating_sub(given.get(&desk.unit).copied().unwrap_or(0));
                    (stratum.sample.unwrap_or(stratum.population) / beside, left / beside)
                }
                None if strata.is_empty() => (1_000, u64::MAX / 1_000_000),
                None => (0, 0),
            }
        })
        .unzip()
}

/// Shares `n` out in proportion to the weights, none over its room.
fn share_out(n: u64, weights: &[u64], room: &[u64]) -> Result<Vec<u64>, Refused> {
    let all: u64 = room.iter().sum();
    if n > all {
        return Err(Refused::TooMany { wanted: n, room: all });
    }
    let mut shares = vec![0_u64; room.len()];
    let mut left = n;
    while left > 0 {
        // Those that are full take no more part.
        let open: Vec<usize> = (0..room.len()).filter(|at| shares[*at] < room[*at]).collect();
        let total: u128 = open.iter().map(|at| u128::from(weights[*at].max(1))).sum();
        let round = left;
        for at in &open {
            let part = u128::from(round) * u128::from(weights[*at].max(1)) / total;
            let part = u64::try_from(part).unwrap_or(u64::MAX).min(room[*at] - shares[*at]).min(left);
            shares[*at] += part;
            left -= part;
        }
        if left == round {
            // Too few for everybody: one each, from the first.
            for at in open {
                if left > 0 {
                    shares[at] += 1;
                    left -= 1;
                }
            }
        }
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn all_is_shared_out_and_nobody_gets_more_than_fits(
            n in 0_u64..5_000,
            places in proptest::collection::vec((0_u64..1_000, 0_u64..500), 1..20),
        ) {
            let (weights, room): (Vec<u64>, Vec<u64>) = places.into_iter().unzip();
            match share_out(n, &weights, &room) {
                Ok(shares) => {
                    proptest::prop_assert_eq!(shares.iter().sum::<u64>(), n);
                    proptest::prop_assert!(shares.iter().zip(&room).all(|(share, room)| share <= room));
                }
                Err(_) => proptest::prop_assert!(n > room.iter().sum::<u64>()),
            }
        }
    }
}
