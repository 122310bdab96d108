//! The audit log as a page and as CSV.

use csv::{Terminator, WriterBuilder};
use i18n_embed_fl::fl;
use jiff::Timestamp;
use maud::{Markup, html};

use super::{
    audit_values,
    form::purpose,
    frame::{self, Frame},
};
use crate::{
    clock,
    language::Lang,
    report::guard,
    secret::hex,
    store::audit::Row,
    web::{admin::audit::Asked, auth::session::Staff, typed},
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// What was asked for.
    pub asked: &'a Asked,
    /// Names of the fields that are no days.
    pub wrong: &'a [&'static str],
    /// The entries, with one more than `most` if there are more.
    pub rows: &'a [Row],
    /// Entries on a page.
    pub most: i64,
}

/// The kinds of objects, as they are offered to choose.
const KINDS: [&str; 19] = [
    "session",
    "access",
    "account",
    "unit",
    "campaign",
    "counter",
    "definition",
    "link",
    "comment",
    "report",
    "period",
    "publication",
    "paper",
    "responses",
    "reminder",
    "set-aside",
    "logo",
    "audit",
    "apply",
];

/// The address with what is asked for.
fn address(path: &str, lang: Lang, asked: &Asked, before: Option<i64>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if lang != Lang::VI {
        query.append_pair("lang", lang.code());
    }
    let fields = [
        ("actor", &asked.actor),
        ("action", &asked.action),
        ("object", &asked.object),
        ("from", &asked.from),
        ("until", &asked.until),
    ];
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let most = usize::try_from(page.most).unwrap_or_default();
    let shown = page.rows.get(..most).unwrap_or(page.rows);
    let content = html! {
        (purpose(&fl!(m, "access-audit-purpose")))
        (filters(page))
        p.actions {
            a.button.plain href=(address("/admin/nhat-ky.csv", lang, page.asked, None)) {
                (fl!(m, "access-audit-file"))
            }
        }
        @if shown.is_empty() {
            @if page.wrong.is_empty() { p { (fl!(m, "access-audit-none")) } }
        } @else {
            .scroll role="region" aria-labelledby="caption" tabindex="0" {
                table.log {
                    caption #caption {
                        @if page.rows.len() > shown.len() { (fl!(m, "desk-audit-newest", n = shown.len())) }
                        @else { (fl!(m, "access-audit-caption", n = shown.len())) }
                    }
                    thead {
                        tr {
                            th.number scope="col" { (fl!(m, "access-audit-number")) }
                            th scope="col" { (fl!(m, "access-audit-when")) }
                            th scope="col" { (fl!(m, "access-audit-who")) }
                            th scope="col" { (fl!(m, "access-audit-what")) }
                            th scope="col" { (fl!(m, "access-audit-object")) }
                            th scope="col" { (fl!(m, "access-audit-values")) }
                        }
                    }
                    tbody { @for row in shown { (entry(lang, row)) } }
                }
            }
            @if page.rows.len() > shown.len() {
                @let last = shown.last().map(|row| row.number);
                p { a href=(address("/admin/nhat-ky", lang, page.asked, last)) { (fl!(m, "access-audit-older")) } }
            }
        }
    };
    let title = fl!(m, "access-audit");
    frame::page(&Frame { lang, title: &title, path: "/admin/nhat-ky", staff: Some(page.staff) }, &content)
}

fn filters(page: &Page<'_>) -> Markup {
    let (lang, m, asked) = (page.lang, page.lang.messages(), page.asked);
    let day = |name: &'static str, label: String, value: &str| {
        let wrong = page.wrong.contains(&name);
        html! {
            p.field {
                label for=(name) { (&label) }
                input id=(name) name=(name) value=(value) inputmode="numeric" autocomplete="off"
                    placeholder="01/10/2026" aria-invalid=[wrong.then_some("true")]
                    aria-describedby=[wrong.then(|| format!("{name}-fault"))];
                @if wrong { span.fault id={ (name) "-fault" } { (typed::no_day(lang, &label, value)) } }
            }
        }
    };
    html! {
        form.filter method="get" action="/admin/nhat-ky" {
            @if lang != Lang::VI { input type="hidden" name="lang" value=(lang.code()); }
            p.field {
                label for="actor" { (fl!(m, "access-audit-who")) }
                input #actor name="actor" value=(asked.actor) autocomplete="off" autocapitalize="none" spellcheck="false";
            }
            p.field {
                label for="action" { (fl!(m, "access-audit-what")) }
                select #action name="action" {
                    option value="" { (fl!(m, "access-audit-any")) }
                    @for kind in KINDS {
                        option value=(kind) selected[asked.action == kind] { (kind_words(lang, kind)) }
                    }
                    @if !asked.action.is_empty() && !KINDS.contains(&asked.action.as_str()) {
                        option value=(asked.action) selected { (words(lang, &asked.action)) }
                    }
                }
            }
            p.field {
                label for="object" { (fl!(m, "access-audit-object")) }
                input #object name="object" value=(asked.object) autocomplete="off" autocapitalize="none" spellcheck="false";
            }
            (day("from", fl!(m, "access-audit-from"), &asked.from))
            (day("until", fl!(m, "access-audit-until"), &asked.until))
            button.button.plain { (fl!(m, "access-audit-filter")) }
        }
    }
}

fn entry(lang: Lang, row: &Row) -> Markup {
    let m = lang.messages();
    html! {
        tr {
            td.number { (row.number) }
            td.when { (moment(row.at)) }
            td {
                (actor(lang, &row.actor))
                @if !row.origin.is_empty() && row.origin != "command" { br; span.soft { (row.origin) } }
            }
            td { (words(lang, &row.action)) }
            td.object { (object(lang, row)) }
            td {
                @if !(row.old_value.is_empty() && row.new_value.is_empty()) {
                    details {
                        summary { (fl!(m, "access-audit-show")) }
                        (audit_values::values(lang, &row.old_value, &row.new_value))
                    }
                }
            }
        }
    }
}

/// What it was done to; of a page that was refused, what was asked of it.
fn object(lang: Lang, row: &Row) -> String {
    let m = lang.messages();
    match row.object.split_once(' ') {
        Some(("GET" | "HEAD", path)) if path.starts_with('/') => fl!(m, "desk-audit-opened", path = path),
        Some((_, path)) if path.starts_with('/') => fl!(m, "desk-audit-posted", path = path),
        _ => row.object.clone(),
    }
}

/// Who it was, in words.
pub fn actor(lang: Lang, actor: &str) -> String {
    let m = lang.messages();
    match actor.strip_prefix("command:") {
        Some(user) => fl!(m, "access-audit-command", user = user),
        None if actor.is_empty() => fl!(m, "access-audit-stranger"),
        None => actor.to_owned(),
    }
}

/// Day and time in the province, to the second, as they sort.
fn moment(at: i64) -> String {
    let moment = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned_datetime(clock::province()).strftime("%d/%m/%Y %H:%M:%S").to_string()
}

fn kind_words(lang: Lang, kind: &str) -> String {
    let m = lang.messages();
    match kind {
        "session" => fl!(m, "access-kind-session"),
        "access" => fl!(m, "access-kind-access"),
        "account" => fl!(m, "access-kind-account"),
        "unit" => fl!(m, "access-kind-unit"),
        "campaign" => fl!(m, "access-kind-campaign"),
        "counter" => fl!(m, "access-kind-counter"),
        "link" => fl!(m, "access-kind-link"),
        "invited" => fl!(m, "lists-kind"),
        "comment" => fl!(m, "access-kind-comment"),
        "report" => fl!(m, "access-kind-report"),
        "microdata" => fl!(m, "microdata-kind"),
        "period" => fl!(m, "period-kind"),
        "publication" => fl!(m, "publish-kind"),
        "paper" => fl!(m, "access-kind-paper"),
        "audit" => fl!(m, "access-kind-audit"),
        "apply" => fl!(m, "access-kind-apply"),
        "definition" => fl!(m, "access-kind-definition"),
        "logo" => fl!(m, "access-kind-logo"),
        "responses" => fl!(m, "access-kind-responses"),
        "reminder" => fl!(m, "access-kind-reminder"),
        "set-aside" => fl!(m, "aside-kind"),
        other => other.to_owned(),
    }
}

/// What was done, in words; the code where there are none.
pub fn words(lang: Lang, action: &str) -> String {
    let m = lang.messages();
    match action {
        "session.begin" => fl!(m, "access-did-session-begin"),
        "session.end" => fl!(m, "access-did-session-end"),
        "session.refuse" => fl!(m, "access-did-session-refuse"),
        "session.refuse-sso" => fl!(m, "access-did-session-refuse-sso"),
        "session.alarm" => fl!(m, "access-did-session-alarm"),
        "session.revoke" => fl!(m, "access-did-session-revoke"),
        "access.deny" => fl!(m, "access-did-access-deny"),
        "access.outside" => fl!(m, "access-did-access-outside"),
        "access.token" => fl!(m, "token-did-refuse"),
        "account.add" => fl!(m, "access-did-account-add"),
        "account.invite" => fl!(m, "access-did-account-invite"),
        "account.change" => fl!(m, "access-did-account-change"),
        "account.disable" => fl!(m, "access-did-account-disable"),
        "account.enable" => fl!(m, "access-did-account-enable"),
        "account.password" => fl!(m, "access-did-account-password"),
        "account.link" => fl!(m, "access-did-account-link"),
        "apply.change" => fl!(m, "access-did-apply-change"),
        "campaign.simulate" => fl!(m, "access-did-campaign-simulate"),
        "link.make" => fl!(m, "access-did-link-make"),
        "link.reissue" => fl!(m, "access-did-link-reissue"),
        "link.mail" => fl!(m, "access-did-link-mail"),
        "comment.decide" => fl!(m, "access-did-comment-decide"),
        "comment.cover" => fl!(m, "access-did-comment-cover"),
        "report.export" => fl!(m, "access-did-report-export"),
        "microdata.export" => fl!(m, "microdata-did-export"),
        "period.due" => fl!(m, "period-did-due"),
        "period.due-day" => fl!(m, "period-did-due-day"),
        "period.ready" => fl!(m, "period-did-ready"),
        "period.unasked" => fl!(m, "period-did-unasked"),
        "publication.publish" => fl!(m, "publish-did-publish"),
        "publication.withdraw" => fl!(m, "publish-did-withdraw"),
        "microdata.make" => fl!(m, "microdata-did-make"),
        "audit.export" => fl!(m, "access-did-audit-export"),
        "campaign.create" => fl!(m, "access-did-campaign-create"),
        "campaign.change" => fl!(m, "access-did-campaign-change"),
        "campaign.open" => fl!(m, "access-did-campaign-open"),
        "campaign.pause" => fl!(m, "access-did-campaign-pause"),
        "campaign.resume" => fl!(m, "access-did-campaign-resume"),
        "campaign.close" => fl!(m, "access-did-campaign-close"),
        "campaign.archive" => fl!(m, "access-did-campaign-archive"),
        "campaign.unarchive" => fl!(m, "access-did-campaign-unarchive"),
        "campaign.delete" => fl!(m, "access-did-campaign-delete"),
        "counter.add" => fl!(m, "access-did-counter-add"),
        "counter.change" => fl!(m, "access-did-counter-change"),
        "counter.undo" => fl!(m, "counters-did-undo"),
        "counter.replace" => fl!(m, "access-did-counter-replace"),
        "invited.change" => fl!(m, "lists-did-change"),
        "responses.erase" => fl!(m, "admin-did-answers-erase"),
        "invited.erase" => fl!(m, "lists-did-erase"),
        "invited.follow" => fl!(m, "lists-did-follow"),
        "invited.unfollow" => fl!(m, "lists-did-unfollow"),
        "link.export" => fl!(m, "lists-did-export"),
        "unit.change" => fl!(m, "access-did-unit-change"),
        "definition.keep" => fl!(m, "access-did-definition-keep"),
        "definition.remove" => fl!(m, "access-did-definition-remove"),
        "logo.change" => fl!(m, "access-did-logo-change"),
        "paper.print" => fl!(m, "access-did-paper-print"),
        "paper.count" => fl!(m, "access-did-paper-count"),
        "paper.twice" => fl!(m, "access-did-paper-twice"),
        "responses.import" => fl!(m, "access-did-responses-import"),
        "mail.remind" => fl!(m, "access-did-mail-remind"),
        "mail.stop" => fl!(m, "access-did-mail-stop"),
        "mail.retry" => fl!(m, "access-did-mail-retry"),
        "mail.schedule" => fl!(m, "access-did-mail-schedule"),
        "mail.words" => fl!(m, "access-did-mail-words"),
        "mail.test" => fl!(m, "access-did-mail-test"),
        "set-aside.propose" => fl!(m, "aside-did-propose"),
        "set-aside.confirm" => fl!(m, "aside-did-confirm"),
        "set-aside.reject" => fl!(m, "aside-did-reject"),
        "set-aside.withdraw" => fl!(m, "aside-did-withdraw"),
        "set-aside.propose-back" => fl!(m, "aside-did-propose-back"),
        "set-aside.confirm-back" => fl!(m, "aside-did-confirm-back"),
        "set-aside.reject-back" => fl!(m, "aside-did-reject-back"),
        "set-aside.withdraw-back" => fl!(m, "aside-did-withdraw-back"),
        "reminder.send" => fl!(m, "access-did-reminder-send"),
        "reminder.weekly" => fl!(m, "access-did-reminder-weekly"),
        "reminder.schedule" => fl!(m, "access-did-reminder-schedule"),
        "account.idle" => fl!(m, "access-did-account-idle"),
        "audit.sweep" => fl!(m, "access-did-audit-sweep"),
        "account.sso" => fl!(m, "access-did-account-sso"),
        "account.token-make" => fl!(m, "token-did-make"),
        "account.token-revoke" => fl!(m, "token-did-revoke"),
        "account.second-factor-set" => fl!(m, "access-did-account-second-factor-set"),
        "account.second-factor-change" => fl!(m, "access-did-account-second-factor-change"),
        "account.second-factor-remove" => fl!(m, "access-did-account-second-factor-remove"),
        "account.recovery-codes" => fl!(m, "access-did-account-recovery-codes"),
        other => other.to_owned(),
    }
}

/// The entries as CSV: UTF-8 with a byte order mark, times in UTC, the hash of each row as hex digits.
#[expect(clippy::expect_used, reason = "writing rows of one length to memory cannot fail")]
pub fn csv(rows: &[Row], lang: Lang) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    let m = lang.messages();
    let headings = [
        fl!(m, "access-audit-number"),
        fl!(m, "access-audit-utc"),
        fl!(m, "access-audit-who"),
        fl!(m, "access-audit-origin"),
        fl!(m, "access-audit-code"),
        fl!(m, "access-audit-what"),
        fl!(m, "access-audit-object"),
        fl!(m, "access-audit-old"),
        fl!(m, "access-audit-new"),
        fl!(m, "access-audit-hash"),
    ];
    writer.write_record(&headings).expect("a heading");
    for row in rows {
        let at = Timestamp::from_millisecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH).to_string();
        let (number, hash, words) = (row.number.to_string(), hex(&row.hash), words(lang, &row.action));
        let cells = [
            number.as_str(),
            &at,
            &guard::cell(&row.actor),
            &guard::cell(&row.origin),
            &guard::cell(&row.action),
            &guard::cell(&words),
            &guard::cell(&row.object),
            &guard::cell(&row.old_value),
            &guard::cell(&row.new_value),
            &hash,
        ];
        writer.write_record(cells).expect("a row");
    }
    writer.into_inner().expect("memory takes every row")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }

    /// What the program's own sources record: a kind, a point and a verb in quotation marks. But for refusals, whose kind is
    /// a dimension's id as well.
    fn recorded() -> BTreeSet<String> {
        let mut all = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
        let mut found = BTreeSet::new();
        for text in &all {
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            for quoted in program.split('"') {
                let verb = quoted
                    .split_once('.')
                    .filter(|(kind, _)| KINDS.contains(kind) && *kind != "access")
                    .map(|(_, verb)| verb);
                let is_verb =
                    |verb: &str| verb.len() > 3 && verb.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                if verb.is_some_and(is_verb) {
                    found.insert(quoted.to_owned());
                }
            }
        }
        found
    }

    #[test]
    fn whatever_is_recorded_has_words_in_every_language() {
        let recorded = recorded();
        assert!(recorded.len() > 40, "{recorded:?}");
        let refusals = ["access.deny", "access.outside", "access.token"].map(str::to_owned);
        for action in recorded.iter().chain(&refusals) {
            for lang in [Lang::VI, Lang::EN] {
                assert_ne!(words(lang, action), *action, "no words for {action}");
            }
        }
        for kind in KINDS {
            assert_ne!(kind_words(Lang::VI, kind), kind);
        }
    }
}
