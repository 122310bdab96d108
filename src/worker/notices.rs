//! Mails to the owners of accounts: what was changed of their account, and that somebody guesses its password (security test
//! F-03). And mails to those who manage campaigns: that a period's report is ready, or due, or that nobody is asked in a quarter.
//!
//! They are made from the audit log, where every change of an account is a row already, whether a page, a command or the server
//! itself made it: none can be forgotten, and a server that was down or had no mail server to talk to goes on where it stopped.
//! A notice says what, when, from where and by whom; it holds no secret and no link that would do anything. Addresses are
//! read when it is sent; a change of the address itself is told to the old one, too.

use std::time::Duration;

use i18n_embed_fl::fl;
use jiff::civil::Date;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::{
    clock::Clock,
    config::Config,
    distribution::mail::{Mail, Mailer},
    language::Lang,
    organisation::{Period, Role},
    report::format,
    secret,
    store::{Store, StoreError, audit, audit::Row, notices, outbox::Undelivered, staff},
    web::views::{admin::audit as words, dates},
};

/// How often there is a look.
const LOOK: Duration = Duration::from_secs(5);
/// How long a server has the work to itself, in milliseconds: longer than all mails of one look take.
const LEASE: i64 = 10 * 60_000;
/// How long to leave a mail server alone that is away.
const PAUSE: Duration = Duration::from_secs(60);
/// Rows of the log looked at together.
const BATCH: i64 = 50;
/// What is older is not told any more, in milliseconds: three days.
const STALE: i64 = 3 * 86_400_000;
/// Of what the owner is told. Being invited is not: whoever is has the link from somebody.
const TOLD: [&str; 13] = [
    "account.change",
    "account.disable",
    "account.enable",
    "account.idle",
    "account.link",
    "account.password",
    "account.recovery-codes",
    "account.second-factor-change",
    "account.second-factor-remove",
    "account.second-factor-set",
    "account.sso",
    "account.token-make",
    "account.token-revoke",
];
/// Somebody guesses passwords.
const ALARM: &str = "session.alarm";

/// Subject and text of a notice.
struct Letter {
    subject: String,
    text: String,
}

/// Starts, where the settings name a mail server.
pub fn start(config: &Config, store: Store, clock: Clock) -> Option<JoinHandle<()>> {
    // A wrong address has been told of already, by whoever sends the other mails.
    let mailer = Mailer::of(config).ok()??;
    let base_url = config.staff_url().to_owned();
    Some(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match look(&store, clock.now(), &mailer, &base_url).await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(PAUSE).await,
                Err(error) => tracing::debug!(%error, "notices to owners wait for the database"),
            }
        }
    }))
}

/// Sends what is new; false: the mail server is away.
async fn look(store: &Store, now: i64, mailer: &Mailer, base_url: &str) -> Result<bool, StoreError> {
    let mut db = store.read().await?;
    let newest = audit::newest(&mut db).await?;
    if notices::up_to(&mut db).await?.is_some_and(|told| told >= newest) {
        return Ok(true);
    }
    drop(db);
    let mut db = store.write().await?;
    // What was before there was a mail server is not told.
    let taken = notices::take(&mut db, newest, now, now + LEASE).await?;
    db.commit().await?;
    let Some(mut told) = taken else { return Ok(true) };
    let mut there = true;
    while there && told < newest {
        let rows = audit::since(&mut store.read().await?, told, BATCH).await?;
        let Some(last) = rows.last().map(|row| row.number) else { break };
        for row in rows.iter().filter(|row| row.at > now - STALE) {
            there = tell(store, row, mailer, base_url).await?;
            if !there {
                break;
            }
            told = row.number;
        }
        told = if there { last } else { told };
    }
    let mut db = store.write().await?;
    notices::note(&mut db, told).await?;
    db.commit().await?;
    Ok(there)
}

/// Sends what a row asks for; false: the mail server is away.
async fn tell(store: &Store, row: &Row, mailer: &Mailer, base_url: &str) -> Result<bool, StoreError> {
    if let Some(letter) = report_letter(row, base_url) {
        return tell_managers(store, row, mailer, &letter).await;
    }
    if row.object.is_empty() || !(TOLD.contains(&row.action.as_str()) || row.action == ALARM) {
        return Ok(true);
    }
    let mut db = store.read().await?;
    // Whoever guesses from many networks raises many alarms: one a day is told.
    if row.action == ALARM && notices::alarmed_today(&mut db, row).await? {
        return Ok(true);
    }
    let Some(owner) = staff::get(&mut db, &row.object).await? else { return Ok(true) };
    drop(db);
    let mut to: Vec<String> = owner.email.iter().cloned().chain(address_before(row)).collect();
    to.dedup();
    let name = Some(owner.full_name.as_str()).filter(|name| !name.is_empty());
    let letter = letter(row, base_url);
    for address in to {
        match hand_over(mailer, &address, name, &letter).await {
            Ok(()) => {}
            Err(Undelivered::Away(error) | Undelivered::Later { why: error, .. }) => {
                tracing::warn!(error, "notices to owners wait for the mail server");
                return Ok(false);
            }
            Err(error) => tracing::warn!(?error, account = row.object, "an owner could not be told"),
        }
    }
    Ok(true)
}

/// Sends a letter to everybody who manages campaigns for the whole Department.
async fn tell_managers(
    store: &Store,
    row: &Row,
    mailer: &Mailer,
    letter: &Letter,
) -> Result<bool, StoreError> {
    let all = staff::all(&mut store.read().await?).await?;
    let lasts = |own: &&staff::Listed| !own.disabled && own.expires.is_none_or(|end| row.at < end);
    let managers = all.iter().filter(|own| own.role == Role::Manager && own.unit.is_none()).filter(lasts);
    let (mut taken, mut later) = (0, false);
    for own in managers {
        let Some(to) = &own.email else { continue };
        let name = Some(own.full_name.as_str()).filter(|name| !name.is_empty());
        match hand_over(mailer, to, name, letter).await {
            Ok(()) => taken += 1,
            Err(Undelivered::Away(error)) => {
                tracing::warn!(error, "notices to managers wait for the mail server");
                return Ok(false);
            }
            Err(error) => {
                later |= matches!(error, Undelivered::Later { .. });
                tracing::warn!(?error, object = row.object, "a manager could not be told");
            }
        }
    }
    // Once somebody has it, it is not sent again: one full mailbox would have all others told every minute.
    Ok(taken > 0 || !later)
}

/// The words on a quarter in which nobody is asked.
fn unasked_letter(row: &Row, base_url: &str) -> Option<Letter> {
    let quarter: Period = row.object.parse().ok()?;
    let told: Value = serde_json::from_str(&row.new_value).ok()?;
    let due: Date = told.get("due")?.as_str()?.parse().ok()?;
    let part = |lang: Lang| {
        let m = lang.messages();
        let longer: Vec<String> = Period::of(quarter.year)
            .filter(|period| *period != quarter && period.holds(quarter.first(), quarter.last()))
            .map(|period| period.name(lang))
            .collect();
        let name = quarter.name(lang);
        [
            fl!(m, "period-mail-unasked", quarter = name, due = format::date(lang, due)),
            fl!(m, "period-mail-unasked-longer", periods = longer.join(", ")),
            fl!(m, "period-mail-unasked-page", page = format!("{base_url}/admin/campaigns")),
        ]
        .join("\n\n")
    };
    let quarter = quarter.name(Lang::VI);
    Some(Letter {
        subject: fl!(Lang::VI.messages(), "period-mail-subject-unasked", quarter = quarter),
        text: format!("{}\n\n---\n\n{}\n", part(Lang::VI), part(Lang::EN)),
    })
}

/// The words on a period's report; `None`: the row is about something else.
fn report_letter(row: &Row, base_url: &str) -> Option<Letter> {
    if row.action == "period.unasked" {
        return unasked_letter(row, base_url);
    }
    let ready = match row.action.as_str() {
        "period.ready" => true,
        "period.due" => false,
        _ => return None,
    };
    let (series, code) = row.object.rsplit_once('/')?;
    let period: Period = code.parse().ok()?;
    let told: Value = serde_json::from_str(&row.new_value).ok()?;
    let due: Date = told.get("due")?.as_str()?.parse().ok()?;
    let campaigns: Vec<&str> = told.get("campaigns")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let campaigns = campaigns.join(", ");
    let page = if ready {
        format!("{base_url}/admin/periods/{series}/{code}")
    } else {
        format!("{base_url}/admin/periods")
    };
    let part = |lang: Lang| {
        let m = lang.messages();
        let (period, due) = (period.name(lang), format::date(lang, due));
        let first = if ready {
            fl!(m, "period-mail-ready", period = period, campaigns = campaigns.as_str())
        } else {
            fl!(m, "period-mail-due", period = period, campaigns = campaigns.as_str())
        };
        let when = fl!(m, "period-mail-when", due = due);
        let way = fl!(m, "period-mail-page", page = page.as_str());
        [first, when, way].join("\n\n")
    };
    let m = Lang::VI.messages();
    let name = period.name(Lang::VI);
    Some(Letter {
        subject: if ready {
            fl!(m, "period-mail-subject-ready", period = name)
        } else {
            fl!(m, "period-mail-subject-due", period = name)
        },
        text: format!("{}\n\n---\n\n{}\n", part(Lang::VI), part(Lang::EN)),
    })
}

/// The one way out for notices.
async fn hand_over(
    mailer: &Mailer,
    to: &str,
    name: Option<&str>,
    letter: &Letter,
) -> Result<(), Undelivered> {
    let id = secret::hex(&secret::random::<16>());
    let (subject, text) = (letter.subject.as_str(), letter.text.as_str());
    mailer.send(&Mail { to, name, subject, text, html: None, id: &id, stop: None }).await
}

/// The address that an account had before a change of it.
fn address_before(row: &Row) -> Option<String> {
    let before: Value = serde_json::from_str(&row.old_value).ok()?;
    before.get("email")?.as_str().map(str::to_owned)
}

/// The words of a notice: Vietnamese first, English below.
fn letter(row: &Row, base_url: &str) -> Letter {
    let part = |lang: Lang| {
        let m = lang.messages();
        let what = words::words(lang, &row.action);
        let by = match row.actor.as_str() {
            "" => fl!(m, "signin-notice-by-nobody"),
            actor if actor == row.object => fl!(m, "signin-notice-by-owner"),
            actor => match actor.strip_prefix("command:") {
                Some(user) => fl!(m, "access-audit-command", user = user),
                None => actor.to_owned(),
            },
        };
        let from = if row.origin.is_empty() { "–" } else { row.origin.as_str() };
        let when = format!("{} {}", dates::time_of_day(row.at), dates::day(lang, row.at));
        let first = if row.action == ALARM {
            fl!(m, "signin-notice-guessed", account = row.object.as_str())
        } else {
            fl!(m, "signin-notice-changed", account = row.object.as_str())
        };
        let facts = [
            format!("- {}: {what}", fl!(m, "access-audit-what")),
            format!("- {}: {when}", fl!(m, "access-audit-when")),
            format!("- {}: {by}", fl!(m, "access-audit-who")),
            format!("- {}: {from}", fl!(m, "access-audit-origin")),
        ]
        .join("\n");
        let advice = if row.action == ALARM {
            fl!(m, "signin-notice-guessed-advice")
        } else {
            fl!(m, "signin-notice-advice", page = format!("{base_url}/admin/toi"))
        };
        [first, facts, advice, fl!(m, "signin-notice-never")].join("\n\n")
    };
    Letter {
        subject: fl!(
            Lang::VI.messages(),
            "signin-notice-subject",
            what = words::words(Lang::VI, &row.action)
        ),
        text: format!("{}\n\n---\n\n{}\n", part(Lang::VI), part(Lang::EN)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(action: &str, actor: &str) -> Row {
        Row {
            number: 7,
            at: 1_795_600_000_000,
            actor: actor.to_owned(),
            origin: "192.0.2.1".to_owned(),
            action: action.to_owned(),
            object: "thulan".to_owned(),
            old_value: r#"{"email":"old@snv.example","role":"manager"}"#.to_owned(),
            new_value: String::new(),
            hash: Vec::new(),
        }
    }

    #[test]
    fn f_03_a_notice_says_what_when_from_where_and_by_whom_in_both_languages() {
        let letter = letter(&row("account.password", "thulan"), "https://k.example");
        for part in [
            "Đặt mật khẩu",
            "192.0.2.1",
            "chính tài khoản này",
            "https://k.example/admin/toi",
            "Password set",
        ] {
            assert!(letter.text.contains(part), "{part}: {}", letter.text);
        }
        assert!(!letter.subject.contains('\n'));
        assert_eq!(
            letter.text.matches("https://").count(),
            2,
            "no link but the own page's, in either language"
        );
    }

    #[test]
    fn a_report_that_is_ready_is_told_with_its_page_and_the_day_on_which_it_is_due() {
        let row = |action: &str| Row {
            object: "sipas/service/2026-q3".to_owned(),
            new_value: r#"{"due":"2026-09-25","campaigns":["quy-3"]}"#.to_owned(),
            ..row(action, "system")
        };
        let ready = report_letter(&row("period.ready"), "https://k.example").unwrap();
        assert!(ready.subject.contains("quý III năm 2026"), "{}", ready.subject);
        for part in [
            "quy-3",
            "25/09/2026",
            "25 September 2026",
            "https://k.example/admin/periods/sipas/service/2026-q3",
        ] {
            assert!(ready.text.contains(part), "{part}: {}", ready.text);
        }
        let due = report_letter(&row("period.due"), "https://k.example").unwrap();
        assert_ne!(due.subject, ready.subject);
        assert!(due.text.contains("https://k.example/admin/periods\n"), "{}", due.text);
        assert!(report_letter(&row("account.change"), "https://k.example").is_none());
    }

    #[test]
    fn a_quarter_that_nobody_asks_in_is_told_with_what_will_lack_it() {
        let row = Row {
            object: "2026-q2".to_owned(),
            new_value: r#"{"due":"2026-06-25"}"#.to_owned(),
            ..row("period.unasked", "system")
        };
        let letter = report_letter(&row, "https://k.example").unwrap();
        assert!(letter.subject.contains("quý II năm 2026"), "{}", letter.subject);
        for part in [
            "25/06/2026",
            "6 tháng đầu năm 2026",
            "năm 2026",
            "25 June 2026",
            "https://k.example/admin/campaigns",
        ] {
            assert!(letter.text.contains(part), "{part}: {}", letter.text);
        }
    }

    #[test]
    fn f_03_every_change_of_an_account_is_told_to_its_owner_but_its_beginning() {
        let source = include_str!("../web/views/admin/audit.rs");
        let all = source.split('"').filter(|word| word.starts_with("account.") && word.len() > 9);
        let missing: Vec<&str> = all
            .filter(|word| !TOLD.contains(word) && !["account.add", "account.invite"].contains(word))
            .collect();
        assert_eq!(missing, [""; 0]);
        assert_eq!(address_before(&row("account.change", "quang")).as_deref(), Some("old@snv.example"));
    }
}
