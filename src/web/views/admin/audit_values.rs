//! What the audit log keeps of how something was and how it is, as people read it: each field with its name, before and
//! after. What has no name of ours is shown under its own.

use i18n_embed_fl::fl;
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::{language::Lang, web::views::dates};

/// Lines of a list shown before the rest is folded.
const FEW: usize = 10;
/// Lines shown at all; the file has every one.
const MOST: usize = 500;

/// The values of an entry; both texts are JSON or empty.
pub fn values(lang: Lang, before: &str, after: &str) -> Markup {
    let read = |text: &str| match text {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
    };
    match (read(before), read(after)) {
        (Value::Array(before), Value::Array(after)) if before.iter().chain(&after).all(Value::is_object) => {
            folded(lang, &several(lang, &before, &after))
        }
        (Value::Object(before), Value::Object(after)) => fields(lang, &changes(lang, &before, &after)),
        (Value::Null, Value::Object(after)) => fields(lang, &told(lang, &after)),
        (Value::Object(before), Value::Null) => fields(lang, &changes(lang, &before, &Map::new())),
        (Value::Null, Value::Array(lines)) => {
            folded(lang, &lines.iter().map(|line| one(lang, line)).collect::<Vec<_>>())
        }
        (Value::Null, after) => html! { p.line { (plain(lang, &after)) } },
        (before, after) => html! { p.line { (plain(lang, &before)) " → " (plain(lang, &after)) } },
    }
}

/// Lines of which the first are seen and the others unfold.
fn folded(lang: Lang, lines: &[Markup]) -> Markup {
    let m = lang.messages();
    let (first, rest) = lines.split_at(FEW.min(lines.len()));
    let more = rest.len();
    let (rest, over) = rest.split_at(MOST.min(more));
    html! {
        ul.values { @for line in first { li { (line) } } }
        @if !rest.is_empty() {
            details {
                summary { (fl!(m, "desk-audit-more", n = more)) }
                ul.values { @for line in rest { li { (line) } } }
                @if !over.is_empty() { p { (fl!(m, "desk-audit-in-file", n = over.len())) } }
            }
        }
    }
}

/// A field: its name, how it was (absent: it was not there) and how it is.
struct Field {
    name: String,
    was: Option<String>,
    is: String,
}

fn fields(lang: Lang, fields: &[Field]) -> Markup {
    html! {
        @if fields.is_empty() { p.line { (fl!(lang.messages(), "desk-audit-same")) } }
        @else {
            dl.values {
                @for field in fields {
                    div {
                        dt { (field.name) }
                        dd { @if let Some(was) = &field.was { del { (was) } " → " } (field.is) }
                    }
                }
            }
        }
    }
}

fn told(lang: Lang, after: &Map<String, Value>) -> Vec<Field> {
    let shown = after.iter().filter(|(_, value)| !value.is_null());
    shown.map(|(key, value)| Field { name: name(lang, key), was: None, is: of(lang, key, value) }).collect()
}

/// The fields that differ.
fn changes(lang: Lang, before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Field> {
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
    keys.filter_map(|key| {
        let (was, is) = (before.get(key).unwrap_or(&Value::Null), after.get(key).unwrap_or(&Value::Null));
        (was != is).then(|| Field {
            name: name(lang, key),
            was: Some(of(lang, key, was)),
            is: of(lang, key, is),
        })
    })
    .collect()
}

/// Things of a list by their codes: each with what became of it.
fn several(lang: Lang, before: &[Value], after: &[Value]) -> Vec<Markup> {
    let m = lang.messages();
    let find = |all: &[Value], code: &str| all.iter().find(|value| self::code(value) == code).cloned();
    let codes = before.iter().chain(after.iter().filter(|is| find(before, code(is)).is_none())).map(code);
    codes
        .map(|code| {
            let line = match (find(before, code), find(after, code)) {
                (None, Some(is)) => html! { (fl!(m, "desk-audit-added")) ": " (title(&is)) },
                (Some(was), None) => html! { (fl!(m, "desk-audit-removed")) ": " (title(&was)) },
                (Some(Value::Object(was)), Some(Value::Object(is))) => {
                    let differing = changes(lang, &was, &is);
                    html! {
                        (title(&Value::Object(is)))
                        @for field in &differing {
                            br; (field.name) ": " del { (field.was.as_deref().unwrap_or_default()) } " → " (field.is)
                        }
                    }
                }
                _ => html! {},
            };
            html! { b { (code) } " " (line) }
        })
        .collect()
}

fn code(value: &Value) -> &str {
    value.get("code").and_then(Value::as_str).unwrap_or_default()
}

/// What a thing is called.
fn title(value: &Value) -> String {
    value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn one(lang: Lang, value: &Value) -> Markup {
    match value {
        Value::Object(fields) => {
            let told = told(lang, fields);
            html! { @for (n, field) in told.iter().enumerate() { @if n > 0 { "; " } (field.name) ": " (field.is) } }
        }
        other => html! { (plain(lang, other)) },
    }
}

/// A value under its key: codes that have words of ours are said in them.
fn of(lang: Lang, key: &str, value: &Value) -> String {
    let m = lang.messages();
    match (key, value) {
        ("role", Value::String(code)) => crate::organisation::Role::ALL
            .into_iter()
            .find(|role| role.code() == code)
            .map_or_else(|| code.clone(), |role| super::home::role(lang, role)),
        ("size", Value::Number(bytes)) => fl!(m, "desk-audit-bytes", n = bytes.to_string()),
        _ => plain(lang, value),
    }
}

fn plain(lang: Lang, value: &Value) -> String {
    let m = lang.messages();
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => fl!(m, "desk-audit-yes"),
        Value::Bool(false) => fl!(m, "desk-audit-no"),
        Value::String(text) => line(lang, text),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(|value| plain(lang, value)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let told = fields.iter().filter(|(_, value)| !value.is_null());
            told.map(|(key, value)| format!("{}: {}", name(lang, key), of(lang, key, value)))
                .collect::<Vec<_>>()
                .join("; ")
        }
    }
}

/// A line that tells of a change as it is stored (`~ what: key: before → after; key: …`), its keys and what they hold in
/// words.
fn line(lang: Lang, text: &str) -> String {
    if text == "by link" {
        return fl!(lang.messages(), "desk-audit-by-link");
    }
    let part = |part: &str| -> Option<String> {
        let (left, after) = part.split_once(" → ")?;
        // The last colon but one ends what it is about; the value before may hold colons itself.
        let (key, at) = left.match_indices(": ").find_map(|(end, _)| {
            let start = left.get(..end)?.rfind(": ").map_or(0, |colon| colon + 2);
            let key = left.get(start..end)?;
            (key_name(lang, key).is_some()).then_some((key, start))
        })?;
        let before = left.get(at + key.len() + 2..)?;
        let (before, after) = (held(lang, key, before), held(lang, key, after));
        Some(format!("{}{}: {before} → {after}", left.get(..at)?, key_name(lang, key)?))
    };
    text.split("; ").map(|of| part(of).unwrap_or_else(|| of.to_owned())).collect::<Vec<_>>().join("; ")
}

/// The name of a key of such a line, with its language where it has one.
fn key_name(lang: Lang, key: &str) -> Option<String> {
    let m = lang.messages();
    let (base, language) = match key.rsplit_once('.') {
        Some((base, language)) if base == "title" || base.starts_with("notice.") => (base, Some(language)),
        _ => (key, None),
    };
    let name = match base {
        "title" => fl!(m, "desk-audit-title"),
        "state" => fl!(m, "desk-audit-state"),
        "opens" => fl!(m, "desk-audit-opens"),
        "closes" => fl!(m, "desk-audit-closes"),
        "target" => fl!(m, "desk-audit-target"),
        "minimum_answers" => fl!(m, "desk-audit-minimum"),
        "previous" => fl!(m, "desk-audit-previous"),
        "demonstration" => fl!(m, "desk-audit-demonstration"),
        "languages" => fl!(m, "desk-audit-languages"),
        "definition" => fl!(m, "desk-audit-definition"),
        "version" => fl!(m, "desk-audit-version"),
        "form" => fl!(m, "desk-audit-form"),
        "notice" => fl!(m, "desk-audit-notice"),
        "notice.responsible" => fl!(m, "desk-notice-responsible"),
        "notice.purpose" => fl!(m, "desk-notice-purpose"),
        "notice.legal_ground" => fl!(m, "desk-notice-law"),
        "notice.address" => fl!(m, "desk-notice-address"),
        "notice.email" => fl!(m, "desk-notice-email"),
        "notice.phone" => fl!(m, "desk-notice-phone"),
        "notice.keep_answers_months" => fl!(m, "desk-notice-months"),
        "notice.keep_list_days" => fl!(m, "desk-notice-days"),
        "unit" | "name" | "kind" | "parent" | "valid_from" | "valid_to" | "successor" => name(lang, base),
        _ => return None,
    };
    Some(language.map_or(name.clone(), |language| format!("{name} ({language})")))
}

/// What such a key holds, in words where it is a code of ours.
fn held(lang: Lang, key: &str, value: &str) -> String {
    let m = lang.messages();
    match (key, value) {
        ("state", "draft") => fl!(m, "desk-phase-draft"),
        ("state", "active") => fl!(m, "admin-phase-open"),
        ("state", "paused") => fl!(m, "desk-phase-paused"),
        ("state", "archived") => fl!(m, "desk-audit-archived"),
        ("demonstration", "true") => fl!(m, "desk-audit-yes"),
        ("demonstration", "false") => fl!(m, "desk-audit-no"),
        ("opens" | "closes", moment) => moment
            .parse::<jiff::Timestamp>()
            .map_or_else(|_| moment.to_owned(), |at| dates::moment(lang, at.as_millisecond())),
        _ => value.to_owned(),
    }
}

/// The name of a field.
fn name(lang: Lang, key: &str) -> String {
    let m = lang.messages();
    match key {
        "role" => fl!(m, "desk-audit-role"),
        "unit" => fl!(m, "desk-audit-unit"),
        "email" => fl!(m, "desk-audit-email"),
        "disabled" => fl!(m, "desk-audit-disabled"),
        "full_name" => fl!(m, "desk-audit-full-name"),
        "expires" => fl!(m, "desk-audit-expires"),
        "device" => fl!(m, "desk-audit-device"),
        "sso" => fl!(m, "desk-audit-sso"),
        "password_off" => fl!(m, "desk-audit-password-off"),
        "name" => fl!(m, "desk-audit-name"),
        "code" | "codes" => fl!(m, "desk-audit-code"),
        "kind" => fl!(m, "desk-audit-kind"),
        "parent" => fl!(m, "desk-audit-parent"),
        "valid_from" => fl!(m, "desk-audit-valid-from"),
        "valid_to" => fl!(m, "desk-audit-valid-to"),
        "successor" => fl!(m, "desk-audit-successor"),
        "since" => fl!(m, "desk-audit-since"),
        "counter" => fl!(m, "desk-audit-counter"),
        "first" => fl!(m, "desk-audit-first"),
        "last" => fl!(m, "desk-audit-last"),
        "language" => fl!(m, "desk-audit-language"),
        "twice" => fl!(m, "desk-audit-twice"),
        "format" => fl!(m, "desk-audit-format"),
        "sessions" | "sessions_ended" => fl!(m, "desk-audit-sessions"),
        "tokens_ended" => fl!(m, "token-audit-ended"),
        "token" => fl!(m, "token-audit-name"),
        "scopes" => fl!(m, "token-scopes"),
        "comments" => fl!(m, "desk-audit-comments"),
        "released" => fl!(m, "desk-audit-released"),
        "rows" => fl!(m, "desk-audit-rows"),
        "new" => fl!(m, "desk-audit-new"),
        "sent" => fl!(m, "desk-audit-sent"),
        "failed" => fl!(m, "desk-audit-failed"),
        "links" => fl!(m, "desk-audit-links"),
        "responses" => fl!(m, "desk-audit-responses"),
        "changes" => fl!(m, "desk-audit-changes"),
        "lines" => fl!(m, "desk-audit-lines"),
        "subject" => fl!(m, "desk-audit-subject"),
        "text" => fl!(m, "desk-audit-text"),
        "weekday" => fl!(m, "desk-audit-weekday"),
        "reason" => fl!(m, "desk-audit-reason"),
        "number" => fl!(m, "aside-audit-number"),
        "words" => fl!(m, "aside-audit-words"),
        "from" => fl!(m, "aside-audit-from"),
        "to" => fl!(m, "aside-audit-to"),
        "answers" => fl!(m, "aside-audit-answers"),
        "proposed_by" => fl!(m, "aside-audit-proposed-by"),
        "newest" => fl!(m, "aside-audit-newest"),
        "size" | "bytes" => fl!(m, "desk-audit-size"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(before: &str, after: &str) -> String {
        let html = scraper::Html::parse_fragment(&values(Lang::VI, before, after).into_string());
        let mut all: Vec<String> = Vec::new();
        for node in html.root_element().text() {
            all.push(node.trim().to_owned());
        }
        all.retain(|part| !part.is_empty());
        all.join(" ")
    }

    #[test]
    fn what_changed_stands_with_its_name_before_and_after_and_nothing_else() {
        let before = r#"{"role":"officer","unit":"qn","disabled":false}"#;
        let after = r#"{"role":"manager","unit":null,"disabled":false}"#;
        assert_eq!(text(before, after), "Vai trò Cán bộ đơn vị → Quản lý khảo sát Đơn vị qn → –");
        assert_eq!(text("", r#"{"counter":"qn-1","first":1,"last":50}"#), "Quầy qn-1 Từ số 1 Đến số 50");
        assert_eq!(text(r#"{"twice":false}"#, r#"{"twice":true}"#), "Nhập hai lần không → có");
        assert_eq!(text("", "\"reset\""), "reset");
        assert_eq!(text("không phải JSON", "1"), "không phải JSON → 1");
    }

    #[test]
    fn units_that_changed_together_are_each_told_and_the_rest_is_one_tap_away() {
        let unit = |n: u32, name: &str| format!(r#"{{"code":"x{n}","name":"{name}","kind":"xã"}}"#);
        let before: Vec<String> = (0..12).map(|n| unit(n, "Cũ")).collect();
        let after: Vec<String> = (1..13).map(|n| unit(n, "Mới")).collect();
        let (before, after) = (format!("[{}]", before.join(",")), format!("[{}]", after.join(",")));
        let said = text(&before, &after);
        assert!(said.starts_with("x0 Bỏ: Cũ x1 Mới Tên: Cũ → Mới x2"), "{said}");
        assert!(said.contains("và 3 dòng nữa x10") && said.ends_with("x12 Thêm: Mới"), "{said}");
    }

    #[test]
    fn lines_of_changes_are_told_with_names_and_values_in_words() {
        assert_eq!(
            text(
                "",
                r#"["~ đợt khảo sát “dan”: state: draft → active; notice.legal_ground.vi: – → QĐ: số 1", "by link"]"#
            ),
            "~ đợt khảo sát “dan”: Trạng thái: Bản nháp → Đang mở; Căn cứ (vi): – → QĐ: số 1 qua liên kết một lần"
        );
        assert_eq!(
            text("", r#"["~ đợt “a: b”: closes: 2027-01-01T00:00:00+07:00 → 2027-02-01T00:00:00+07:00"]"#),
            "~ đợt “a: b”: Kết thúc: 00:00 ngày 01/01/2027 → 00:00 ngày 01/02/2027"
        );
    }

    #[test]
    fn h_01_values_are_text_whatever_they_hold() {
        let html = values(Lang::VI, "", r#"["<script>alert(1)</script>"]"#).into_string();
        assert!(!html.contains("<script"), "{html}");
    }
}
