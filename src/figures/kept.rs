//! Reports kept over a restart: one of hundreds of units and a million answers takes seconds to compute, and a server that starts
//! again should not make the first person who looks wait for that.
//!
//! What a report was computed from is known by a hash of all of it ([`Source`]), and of the program: another program may compute
//! otherwise. So a kept report is only ever given out where computing it again would give the same.

use std::{
    fmt::{self, Debug, Write as _},
    io::{Read as _, Write as _},
    sync::OnceLock,
    time::UNIX_EPOCH,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use sha2::{Digest, Sha256};

use super::{Frame, Under, packed, unpacked};
use crate::{
    index::report::Report,
    store::{Store, StoreError, formed},
};

/// A report over fewer answer sheets is computed again as soon as read: this many take a few hundredths of a second.
const WORTH: u64 = 20_000;

/// Where a kept report belongs, and what it was computed from.
pub(super) struct Source {
    campaign: i64,
    under: i64,
    hash: String,
}

/// The program that runs, as far as its file tells: two builds differ by it, also where a package or image gives all files one date.
fn program() -> Option<&'static str> {
    static PROGRAM: OnceLock<Option<String>> = OnceLock::new();
    let read = || {
        let file = std::env::current_exe().ok()?.metadata().ok()?;
        let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        #[cfg(unix)]
        let place = {
            use std::os::unix::fs::MetadataExt as _;
            format!("{} {}.{}", file.ino(), file.ctime(), file.ctime_nsec())
        };
        #[cfg(not(unix))]
        let place = "";
        Some(format!("{} {} {} {place}", env!("CARGO_PKG_VERSION"), file.len(), changed.as_nanos()))
    };
    PROGRAM.get_or_init(read).as_deref()
}

/// Hashes what is written.
struct Hashed(Sha256);

impl fmt::Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

impl Source {
    /// Of a report under some units, with that of the campaign before; nothing where the program's file cannot be told.
    pub fn of(frame: &Frame, before: &impl Debug, under: Under) -> Option<Self> {
        let mut hashed = Hashed(Sha256::new());
        // Every field of what is equal only if all of them are, numbers to the last digit.
        write!(hashed, "{:?} {frame:?} {before:?} {under:?}", program()?).ok()?;
        let under = match under {
            Under::Then => 0,
            Under::Successors => 1,
        };
        let hash = hashed.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Self { campaign: frame.ready.stored.number, under, hash })
    }

    /// The kept report without comments. One that cannot be read is none.
    pub async fn find(&self, store: &Store) -> Result<Option<Report>, StoreError> {
        let found = {
            let mut db = store.read().await?;
            formed::find(&mut db, self.campaign, self.under, &self.hash).await?
        };
        let Some(bytes) = found else { return Ok(None) };
        let read = move || {
            let mut plain = Vec::new();
            GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).ok()?;
            unpacked(&plain).ok()
        };
        Ok(tokio::task::spawn_blocking(read).await.ok().flatten())
    }

    /// Keeps a report over so many sheets; that it could not be kept is told in the log only.
    pub async fn keep(&self, store: &Store, report: &Report, sheets: u64, now: i64) {
        if sheets < WORTH {
            return;
        }
        let plain = Report { comments: Vec::new(), ..report.clone() };
        let pack = move || {
            let mut file = GzEncoder::new(Vec::new(), Compression::fast());
            file.write_all(&packed(&plain).ok()?).ok()?;
            file.finish().ok()
        };
        let Ok(Some(bytes)) = tokio::task::spawn_blocking(pack).await else { return };
        let kept = async {
            let mut db = store.write().await?;
            let at = (self.campaign, self.under, self.hash.as_str());
            formed::keep(&mut db, at, &bytes, now).await?;
            db.commit().await
        };
        if let Err(error) = kept.await {
            tracing::warn!(%error, "a large report could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{definition::Library, questionnaire::Questionnaire, report::tests::fixture, secret::Key};

    fn source(campaign: i64, hash: &str) -> Source {
        Source { campaign, under: 0, hash: hash.to_owned() }
    }

    #[tokio::test]
    async fn a_large_report_is_there_after_a_restart_without_comments_and_only_for_what_it_was_made_from() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("kept.db").display());
        let key = Key::from_text("a key for this test alone").unwrap();
        let store = Store::open(&address, &key).await.unwrap();
        let mut past = <sqlx::SqliteConnection as sqlx::Connection>::connect(&address).await.unwrap();
        for number in 1..=5 {
            let sql = format!(
                "PRAGMA foreign_keys = OFF; INSERT INTO campaign (number, slug, definition, form, title, opens, closes, demonstration,
                     generation, settled) VALUES ({number}, 'c{number}', 1, 'f', '{{}}', 0, 1, FALSE, 1, FALSE)"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut past).await.unwrap();
        }
        let report = fixture::report();
        assert!(!report.comments.is_empty());
        source(1, "a").keep(&store, &report, WORTH - 1, 10).await;
        assert_eq!(source(1, "a").find(&store).await.unwrap(), None, "it is computed as quickly");
        source(1, "a").keep(&store, &report, WORTH, 11).await;
        store.close().await;
        let store = Store::open(&address, &key).await.unwrap();
        let found = source(1, "a").find(&store).await.unwrap();
        assert_eq!(found, Some(Report { comments: Vec::new(), ..report.clone() }));
        assert_eq!(source(1, "b").find(&store).await.unwrap(), None);
        source(1, "b").keep(&store, &report, WORTH, 12).await;
        assert_eq!(source(1, "a").find(&store).await.unwrap(), None, "one a campaign");
        for campaign in 2..=5 {
            source(campaign, "a").keep(&store, &report, WORTH, 20 + campaign).await;
        }
        assert_eq!(source(1, "b").find(&store).await.unwrap(), None, "those computed last");
        assert!(source(2, "a").find(&store).await.unwrap().is_some());
        source(6, "a").keep(&store, &report, WORTH, 30).await;
        assert_eq!(source(6, "a").find(&store).await.unwrap(), None, "there is no such campaign");
    }

    /// What reports are made from is known by its text, which must not depend on where things lie in memory.
    #[test]
    fn the_same_questionnaire_has_the_same_text_each_time() {
        let library = Library::built_in().unwrap();
        for entry in library.iter() {
            for form in &entry.definition.forms {
                let text = || format!("{:?}", Questionnaire::generate(&entry.definition, &form.id));
                assert_eq!(text(), text(), "{} {}", entry.definition.id, form.id);
            }
        }
    }
}
