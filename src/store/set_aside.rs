//! Answers that two people have set aside, or propose to: which, why, and who said so. The answers themselves are not
//! touched; that figures are formed without them is [`crate::set_aside`]'s matter.
//!
//! That the second person is another one is part of each statement, so that no page or command can forget it.

use super::{AsConn, StoreError, Writer, on};

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for a second person; the answers count.
    Proposed,
    /// Withdrawn by whoever proposed it.
    Withdrawn,
    /// Rejected by a second person.
    Rejected,
    /// Set aside.
    Out,
    /// Set aside; that they count again waits for a second person.
    BackProposed,
    /// They count again.
    Back,
}

impl State {
    const ALL: [Self; 6] =
        [Self::Proposed, Self::Withdrawn, Self::Rejected, Self::Out, Self::BackProposed, Self::Back];

    /// Its code, as stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
            Self::Out => "out",
            Self::BackProposed => "back_proposed",
            Self::Back => "back",
        }
    }

    /// Whether somebody has to decide.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Proposed | Self::BackProposed)
    }

    /// Whether the answers are set aside.
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Out | Self::BackProposed)
    }
}

/// A group of answers as stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct SetAside {
    /// Its number.
    pub number: i64,
    /// Number of the campaign.
    pub campaign: i64,
    /// Code of the unit.
    pub unit: String,
    /// Number of the counter's place; absent: all counters of the unit.
    pub place: Option<i64>,
    /// First day since 1970.
    pub first_day: i64,
    /// Last day.
    pub last_day: i64,
    /// Code of the reason.
    pub reason: String,
    /// The reason in words, as reports give it.
    pub words: String,
    /// How many answers there were when it was proposed.
    pub answers: i64,
    /// Code of the [`State`].
    pub state: String,
    /// When it was proposed, UTC milliseconds.
    pub proposed: i64,
    /// By whom.
    pub proposed_by: String,
    /// When it was decided on.
    pub decided: Option<i64>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why they are to count again.
    pub back_words: Option<String>,
    /// When that was proposed.
    pub back_proposed: Option<i64>,
    /// By whom.
    pub back_proposed_by: Option<String>,
    /// When that was decided on.
    pub back_decided: Option<i64>,
    /// By whom.
    pub back_decided_by: Option<String>,
}

impl SetAside {
    /// Where it stands. A code of a newer version of the program counts as what removes nothing.
    pub fn state(&self) -> State {
        State::ALL.into_iter().find(|state| state.code() == self.state).unwrap_or(State::Rejected)
    }

    /// Who has to be another one than whoever decides now.
    pub fn proposer(&self) -> &str {
        match self.state() {
            State::BackProposed => self.back_proposed_by.as_deref().unwrap_or_default(),
            _ => &self.proposed_by,
        }
    }
}

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// Number of the campaign.
    pub campaign: i64,
    /// Code of the unit.
    pub unit: &'a str,
    /// Number of the counter's place; absent: all counters of the unit.
    pub place: Option<i64>,
    /// First and last day since 1970.
    pub days: (i32, i32),
    /// Code of the reason.
    pub reason: &'a str,
    /// The reason in words.
    pub words: &'a str,
    /// How many answers there are.
    pub answers: u64,
}

/// All of a campaign, by number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of_campaign(db: &mut impl AsConn, campaign: i64) -> Result<Vec<SetAside>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, campaign, unit, place, first_day, last_day, reason, words, answers, state, proposed,
                proposed_by, decided, decided_by, back_words, back_proposed, back_proposed_by, back_decided,
                back_decided_by
         FROM set_aside WHERE campaign = $1 ORDER BY number"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// How many proposals of a campaign wait for a second person.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn, campaign: i64) -> Result<u64, StoreError> {
    let n: i64 = on!(db, |c| sqlx::query_scalar(
        "SELECT COUNT(*) FROM set_aside WHERE campaign = $1 AND state IN ('proposed', 'back_proposed')"
    )
    .bind(campaign)
    .fetch_one(c)
    .await)?;
    Ok(n.unsigned_abs())
}

/// Adds a proposal; gives its number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn propose(
    db: &mut Writer,
    proposal: &Proposal<'_>,
    by: &str,
    now: i64,
) -> Result<i64, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_scalar(
        "INSERT INTO set_aside (number, campaign, unit, place, first_day, last_day, reason, words, answers, state,
                                proposed, proposed_by)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, 'proposed', $9, $10 FROM set_aside
         RETURNING number"
    )
    .bind(proposal.campaign)
    .bind(proposal.unit)
    .bind(proposal.place)
    .bind(i64::from(proposal.days.0))
    .bind(i64::from(proposal.days.1))
    .bind(proposal.reason)
    .bind(proposal.words)
    .bind(i64::try_from(proposal.answers).unwrap_or(i64::MAX))
    .bind(now)
    .bind(by)
    .fetch_one(c)
    .await
    })?)
}

/// What a second person decides, or the first one takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The answers are set aside.
    Confirm,
    /// They are not.
    Reject,
    /// Whoever proposed it no longer does.
    Withdraw,
    /// The answers count again.
    ConfirmBack,
    /// They stay set aside.
    RejectBack,
    /// Whoever proposed that they count again no longer does.
    WithdrawBack,
}

/// Decides; false where it does not wait for this any more, or is not this account's to decide.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn decide(
    db: &mut Writer,
    number: i64,
    decision: Decision,
    by: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = match decision {
        Decision::Confirm => {
            "UPDATE set_aside SET state = 'out', decided = $3, decided_by = $2
             WHERE number = $1 AND state = 'proposed' AND proposed_by <> $2 RETURNING number"
        }
        Decision::Reject => {
            "UPDATE set_aside SET state = 'rejected', decided = $3, decided_by = $2
             WHERE number = $1 AND state = 'proposed' AND proposed_by <> $2 RETURNING number"
        }
        Decision::Withdraw => {
            "UPDATE set_aside SET state = 'withdrawn', decided = $3, decided_by = $2
             WHERE number = $1 AND state = 'proposed' AND proposed_by = $2 RETURNING number"
        }
        Decision::ConfirmBack => {
            "UPDATE set_aside SET state = 'back', back_decided = $3, back_decided_by = $2
             WHERE number = $1 AND state = 'back_proposed' AND back_proposed_by <> $2 RETURNING number"
        }
        Decision::RejectBack => {
            "UPDATE set_aside SET state = 'out', back_decided = $3, back_decided_by = $2
             WHERE number = $1 AND state = 'back_proposed' AND back_proposed_by <> $2 RETURNING number"
        }
        Decision::WithdrawBack => {
            "UPDATE set_aside SET state = 'out', back_decided = $3, back_decided_by = $2
             WHERE number = $1 AND state = 'back_proposed' AND back_proposed_by = $2 RETURNING number"
        }
    };
    let done: Option<i64> =
        on!(db, |c| sqlx::query_scalar(sql).bind(number).bind(by).bind(now).fetch_optional(c).await)?;
    Ok(done.is_some())
}

/// Proposes that answers count again; false where they are not set aside, or that waits already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn propose_back(
    db: &mut Writer,
    number: i64,
    words: &str,
    by: &str,
    now: i64,
) -> Result<bool, StoreError> {
    let done: Option<i64> = on!(db, |c| {
        sqlx::query_scalar(
        "UPDATE set_aside SET state = 'back_proposed', back_words = $2, back_proposed_by = $3, back_proposed = $4,
                back_decided = NULL, back_decided_by = NULL
         WHERE number = $1 AND state = 'out' RETURNING number"
    )
    .bind(number)
    .bind(words)
    .bind(by)
    .bind(now)
    .fetch_optional(c)
    .await
    })?;
    Ok(done.is_some())
}
