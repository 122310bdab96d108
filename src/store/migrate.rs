//! The schema: one `migrations/` folder for both databases.

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use super::{Store, StoreError};

/// The migrations, oldest first. A released one never changes.
const MIGRATIONS: [(i64, &str, &str); 33] = [
    (1, "foundation", include_str!("../../migrations/0001_foundation.sql")),
    (2, "margins and waves", include_str!("../../migrations/0002_margins_and_waves.sql")),
    (3, "notice", include_str!("../../migrations/0003_notice.sql")),
    (4, "translations", include_str!("../../migrations/0004_translations.sql")),
    (5, "screening", include_str!("../../migrations/0005_screening.sql")),
    (6, "kiosk", include_str!("../../migrations/0006_kiosk.sql")),
    (7, "modes", include_str!("../../migrations/0007_modes.sql")),
    (8, "access", include_str!("../../migrations/0008_access.sql")),
    (9, "units", include_str!("../../migrations/0009_units.sql")),
    (10, "campaigns", include_str!("../../migrations/0010_campaigns.sql")),
    (11, "print and paper", include_str!("../../migrations/0011_print_and_paper.sql")),
    (12, "watching", include_str!("../../migrations/0012_watching.sql")),
    (13, "second factor", include_str!("../../migrations/0013_second_factor.sql")),
    (14, "single sign-on", include_str!("../../migrations/0014_single_sign_on.sql")),
    (15, "outbox", include_str!("../../migrations/0015_outbox.sql")),
    (16, "matrix", include_str!("../../migrations/0016_matrix.sql")),
    (17, "lists", include_str!("../../migrations/0017_lists.sql")),
    (18, "desk", include_str!("../../migrations/0018_desk.sql")),
    (19, "audit retention", include_str!("../../migrations/0019_audit_retention.sql")),
    (20, "level rules", include_str!("../../migrations/0020_level_rules.sql")),
    (21, "sealed urn", include_str!("../../migrations/0021_sealed_urn.sql")),
    (22, "set aside", include_str!("../../migrations/0022_set_aside.sql")),
    (23, "microdata", include_str!("../../migrations/0023_microdata.sql")),
    (24, "absent", include_str!("../../migrations/0024_absent.sql")),
    (25, "erased answers", include_str!("../../migrations/0025_erased_answers.sql")),
    (26, "publication", include_str!("../../migrations/0026_publication.sql")),
    (27, "audience", include_str!("../../migrations/0027_audience.sql")),
    (28, "period_told", include_str!("../../migrations/0028_period_told.sql")),
    (29, "access tokens", include_str!("../../migrations/0029_access_tokens.sql")),
    (30, "desk", include_str!("../../migrations/0030_desk.sql")),
    (32, "counters", include_str!("../../migrations/0032_counters.sql")),
    (34, "unasked quarter", include_str!("../../migrations/0034_unasked_quarter.sql")),
    (35, "formed reports", include_str!("../../migrations/0035_formed_reports.sql")),
];

/// What makes the database refuse changes of rows of the audit log, in the words of each.
const APPEND_ONLY: [&str; 2] = [
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;
     CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;",
    "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$;
     CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
     FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();",
];

/// What lets it remove the rows that [`super::audit::sweep`] has cut off, in the words of each.
const CUT_OFF: [&str; 2] = [
    "DROP TRIGGER audit_no_delete;
     CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
     WHEN OLD.number > COALESCE((SELECT MAX(number) FROM audit_cut), 0)
     BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;",
    "DROP TRIGGER audit_no_change ON audit;
     CREATE TRIGGER audit_no_change BEFORE UPDATE OR TRUNCATE ON audit
     FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
     CREATE FUNCTION audit_is_cut_off() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN
         IF OLD.number > COALESCE((SELECT MAX(number) FROM audit_cut), 0) THEN
             RAISE EXCEPTION 'the audit log only grows';
         END IF;
         RETURN OLD;
     END $$;
     CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
     FOR EACH ROW EXECUTE FUNCTION audit_is_cut_off();",
];

/// Brings the schema up to date. Runs in a transaction a migration, so that a killed one leaves the old state.
pub(super) async fn run(store: &Store) -> Result<(), StoreError> {
    let (blob, clustered, append_only, cut_off) = match store {
        Store::Sqlite { .. } => ("BLOB", "WITHOUT ROWID", APPEND_ONLY[0], CUT_OFF[0]),
        Store::Postgres { .. } => ("BYTEA", "", APPEND_ONLY[1], CUT_OFF[1]),
    };
    let migrations = MIGRATIONS
        .into_iter()
        .map(|(version, name, sql)| {
            let sql = sql.replace("{blob}", blob).replace("{clustered}", clustered);
            let sql = sql.replace("{append_only}", append_only).replace("{cut_off}", cut_off);
            Migration::new(
                version,
                name.into(),
                MigrationType::Simple,
                AssertSqlSafe(sql).into_sql_str(),
                false,
            )
        })
        .collect();
    let migrator = Migrator::with_migrations(migrations);
    let result = match store {
        Store::Sqlite { write, .. } => migrator.run(write).await,
        Store::Postgres { pool, .. } => migrator.run(pool).await,
    };
    result.map_err(|error| match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::Execute(error) => StoreError::from(error),
        other => StoreError::Schema(other),
    })
}
