//! `sipas doctor`: health, integrity, configuration.

use i18n_embed_fl::fl;

use super::{Failure, Settings, Surroundings, invite, language, print, say, surroundings::open};
use crate::{
    config::Config,
    disk,
    distribution::{dkim::Signer, mail::Mailer},
    figures::{self, NoReport},
    secret::hex,
    store::{
        Store, StoreError,
        audit::{self, Fault},
        erasure::overdue::{self, Overdue, What},
        health::{self, Ill},
        watching,
    },
    web::views::dates,
};

/// Flags of `sipas doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A head of the audit log that was noted before (`NUMBER:HASH`): the log must still hold it.
    #[arg(long, value_name = "NUMBER:HASH")]
    audit_head: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Ok,
    Warning,
    Fault,
}

/// A line: the mark, the check, what was found.
struct Line(Mark, &'static str, String);

impl Line {
    fn print(&self) {
        let mark = match self.0 {
            Mark::Ok => "ok",
            Mark::Warning => "warning",
            Mark::Fault => "fault",
        };
        print(format_args!("{mark}\t{}\t{}\n", self.1, self.2));
    }
}

/// Checks settings, database and audit log, and prints a line for each: `ok`, `warning` or `fault`, the check, what was
/// found.
///
/// # Errors
/// [`Failure::Input`] for wrong settings, or if there is a fault; [`Failure::Unreachable`] if the database cannot be
/// opened.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let noted = args.audit_head.as_deref().map(head).transpose()?;
    let config = args.settings.load()?;
    let mut lines = settings(&config);
    if !Store::is_made(&config.database_url) {
        lines.iter().for_each(Line::print);
        return Err(Failure::Unreachable(fl!(m, "doctor-no-database", path = config.database_url.as_str())));
    }
    let here = open(config).await.inspect_err(|_| lines.iter().for_each(Line::print))?;
    lines.push(Line(Mark::Ok, "schema", fl!(m, "doctor-schema")));
    let checked = stored(&here, noted.as_ref(), &mut lines).await;
    here.store.close().await;
    lines.iter().for_each(Line::print);
    checked.map_err(|error| here.database(&error))?;
    let faults = lines.iter().filter(|line| line.0 == Mark::Fault).count();
    if faults > 0 {
        return Err(Failure::Input(fl!(m, "doctor-faults", n = faults)));
    }
    say(fl!(m, "doctor-well"));
    Ok(())
}

/// Whether everything is gone that people were promised would be deleted by now.
async fn promises(here: &Surroundings, lines: &mut Vec<Line>) -> Result<(), StoreError> {
    let (lang, now) = (language(), here.clock.now());
    let m = lang.messages();
    let mut db = here.store.read().await?;
    let (overdue, unwritten) =
        (overdue::overdue(&mut db, now).await?, overdue::unwritten(&mut db, now).await?);
    drop(db);
    if overdue.is_empty() && unwritten.is_none() {
        lines.push(Line(Mark::Ok, "promises", fl!(m, "desk-doctor-promises")));
    }
    for Overdue { slug, what, since } in overdue {
        let day = dates::day(lang, since);
        let words = match what {
            What::List => {
                let why = fl!(m, "desk-doctor-waits");
                fl!(m, "desk-doctor-list", slug = slug, day = day, why = why)
            }
            // Answers go only once there is a report that stays: most likely that is what cannot be made.
            What::Answers => {
                let why = match figures::to_be_kept(&here.store, &slug, now).await {
                    Err(NoReport::Store(error)) => return Err(error),
                    Err(no) => fl!(m, "desk-doctor-no-report", why = no.words(lang, "")),
                    Ok(_) => fl!(m, "desk-doctor-waits"),
                };
                fl!(m, "desk-doctor-answers", slug = slug, day = day, why = why)
            }
        };
        lines.push(Line(Mark::Fault, "promises", words));
    }
    if let Some(since) = unwritten {
        let words = fl!(m, "desk-doctor-unwritten", day = dates::day(lang, since));
        lines.push(Line(Mark::Fault, "promises", words));
    }
    Ok(())
}

/// A noted head: the number of a row, and the hash that it had.
fn head(text: &str) -> Result<(i64, String), Failure> {
    let read = || {
        let (number, hash) = text.trim().split_once(':')?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        Some((number.parse().ok()?, hash.to_ascii_lowercase())).filter(|_| is_hash)
    };
    read().ok_or_else(|| Failure::Usage(fl!(language().messages(), "doctor-head-usage", text = text)))
}

fn settings(config: &Config) -> Vec<Line> {
    let m = language().messages();
    let mut lines = Vec::new();
    let mailer = Mailer::of(config);
    if let Err(error) = &mailer {
        lines.push(Line(Mark::Fault, "mail", invite::words(error)));
    }
    let mut check = |name, good: bool, yes: String, no: String| {
        lines.push(if good { Line(Mark::Ok, name, yes) } else { Line(Mark::Warning, name, no) });
    };
    let url = config.base_url.as_str();
    check(
        "https",
        config.is_https() || config.listen.ip().is_loopback() && url.contains("//127.0.0.1"),
        fl!(m, "doctor-https", url = url),
        fl!(m, "doctor-no-https", url = url),
    );
    check(
        "proxies",
        !config.is_https() || !config.trusted_proxies.is_empty(),
        fl!(m, "doctor-proxies", n = config.trusted_proxies.len()),
        fl!(m, "doctor-no-proxies"),
    );
    check("mail", config.smtp_url.is_some(), fl!(m, "doctor-mail"), fl!(m, "doctor-no-mail"));
    if let Ok(Some(mailer)) = &mailer {
        check("mail-tls", !mailer.is_open(), fl!(m, "doctor-mail-tls"), fl!(m, "doctor-mail-open"));
        let record = mailer.signer().map(Signer::record);
        check(
            "dkim",
            record.is_some() || mailer.is_folder(),
            record.map_or_else(
                || fl!(m, "doctor-no-dkim-needed"),
                |(name, value)| fl!(m, "doctor-dkim", name = name.as_str(), value = value.as_str()),
            ),
            fl!(m, "doctor-no-dkim", domain = mailer.domain()),
        );
    }
    if let Some(room) = disk::free_for(&config.database_url) {
        let percent = room.percent();
        check(
            "disk",
            !room.is_short(),
            fl!(m, "doctor-disk", percent = percent.as_str()),
            fl!(m, "doctor-disk-full", percent = percent.as_str()),
        );
    }
    #[cfg(unix)]
    if let Some(mode) = config.key_file_mode() {
        check(
            "key",
            mode.trailing_zeros() >= 6,
            fl!(m, "doctor-key"),
            fl!(m, "doctor-key-open", mode = format!("{mode:o}")),
        );
    }
    lines
}

async fn stored(
    here: &Surroundings,
    noted: Option<&(i64, String)>,
    lines: &mut Vec<Line>,
) -> Result<(), StoreError> {
    let m = language().messages();
    let ill = health::check(&here.store).await?;
    if ill.is_empty() {
        lines.push(Line(Mark::Ok, "integrity", fl!(m, "doctor-integrity")));
    }
    for ill in ill {
        let words = match ill {
            Ill::File(detail) => fl!(m, "doctor-ill-file", detail = detail),
            Ill::Reference(table) => fl!(m, "doctor-ill-reference", table = table),
            Ill::Segment { campaign } => fl!(m, "doctor-ill-segment", slug = campaign),
            Ill::Links { campaign } => fl!(m, "doctor-ill-links", slug = campaign),
        };
        lines.push(Line(Mark::Fault, "integrity", words));
    }
    for (slug, counted, stored) in watching::miscounted(&mut here.store.read().await?).await? {
        let words = fl!(m, "doctor-ill-counts", slug = slug, counted = counted, stored = stored);
        lines.push(Line(Mark::Fault, "counts", words));
    }
    promises(here, lines).await?;
    if health::data_checksums(&here.store).await? == Some(false) {
        lines.push(Line(Mark::Warning, "checksums", fl!(m, "doctor-no-checksums")));
    }
    let accounts = health::accounts(&here.store, here.clock.now()).await?;
    lines.push(if accounts.administrators > 0 {
        Line(Mark::Ok, "accounts", fl!(m, "doctor-accounts", n = accounts.administrators))
    } else {
        Line(Mark::Warning, "accounts", fl!(m, "doctor-no-administrator"))
    });
    let log = audit::verify(&here.store).await?;
    let head = format!("{}:{}", log.last, hex(&log.head));
    lines.push(match log.fault {
        None if log.rows == 0 && accounts.all > 0 => {
            Line(Mark::Warning, "audit", fl!(m, "doctor-audit-empty"))
        }
        None => Line(Mark::Ok, "audit", fl!(m, "doctor-audit", n = log.rows, head = head)),
        Some(Fault::Missing { number }) => {
            Line(Mark::Fault, "audit", fl!(m, "doctor-audit-missing", number = number.to_string()))
        }
        Some(Fault::Changed { number }) => {
            Line(Mark::Fault, "audit", fl!(m, "doctor-audit-changed", number = number.to_string()))
        }
        Some(Fault::Head) => Line(Mark::Fault, "audit", fl!(m, "doctor-audit-head")),
        Some(Fault::Cut) => Line(Mark::Fault, "audit", fl!(m, "signin-doctor-audit-cut")),
    });
    if let Some((number, hash)) = noted {
        let mut db = here.store.read().await?;
        let now = audit::hash_of(&mut db, *number).await?;
        lines.push(if now.is_none() && *number <= audit::removed_up_to(&mut db).await? {
            let words = fl!(m, "signin-doctor-head-removed", number = number.to_string());
            Line(Mark::Warning, "audit-head", words)
        } else if now.is_some_and(|now| hex(&now) == *hash) {
            Line(Mark::Ok, "audit-head", fl!(m, "doctor-head-holds", number = number.to_string()))
        } else {
            Line(Mark::Fault, "audit-head", fl!(m, "doctor-head-gone", number = number.to_string()))
        });
    }
    Ok(())
}
