//! What a request asks for: its parameters, its page of a list, and the kind of content.

use axum::http::{HeaderMap, header::ACCEPT, request::Parts};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{MOST, PAGE, problem::Problem};

/// The parameters of a list that comes in pages.
pub const PAGED: [&str; 2] = ["limit", "cursor"];

/// What a cursor can be: base64url without padding, whose last letter has no bits to spare. Any bytes are a place in a list.
pub const CURSOR: &str = "^([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$";

/// JSON, as `Accept` names it.
const ANY_JSON: [&str; 1] = ["application/json"];

/// The parameters of a request.
#[derive(Debug)]
pub struct Asked {
    limit: usize,
    /// The key of the last entry of the page before.
    after: Option<Vec<u8>>,
    values: Vec<(String, String)>,
}

impl Asked {
    /// As the address says; each parameter once, and none but those in `names`. The reader accepts JSON.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn of(parts: &Parts, names: &[&str]) -> Result<Self, Problem> {
        content(&parts.headers, &ANY_JSON)?;
        Self::parameters(parts, names)
    }

    /// The same whatever the reader accepts.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn parameters(parts: &Parts, names: &[&str]) -> Result<Self, Problem> {
        let mut asked = Self { limit: PAGE, after: None, values: Vec::new() };
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if seen.contains(&name) || !names.contains(&name.as_ref()) {
                return Err(Problem::Parameter);
            }
            match name.as_ref() {
                "limit" => {
                    let limit = value.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                    asked.limit = limit.ok_or(Problem::Limit)?;
                }
                "cursor" => {
                    let key = URL_SAFE_NO_PAD.decode(value.as_bytes());
                    asked.after = Some(key.map_err(|_| Problem::Cursor)?);
                }
                other => asked.values.push((other.to_owned(), value.clone().into_owned())),
            }
            seen.push(name);
        }
        Ok(asked)
    }

    /// The value of a parameter.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is one of these; the first of them where it is not there.
    ///
    /// # Errors
    /// [`Problem::Value`].
    pub fn one_of<T: Copy>(&self, name: &str, all: &[(&str, T)]) -> Result<T, Problem> {
        let found = match self.value(name) {
            None => all.first(),
            Some(value) => all.iter().find(|(own, _)| *own == value),
        };
        found.map(|(_, meant)| *meant).ok_or(Problem::Value)
    }

    /// The page of entries with their keys, which ascend.
    pub fn page(&self, entries: impl Iterator<Item = (String, Value)>) -> Value {
        let mut rest = entries.skip_while(|(key, _)| {
            self.after.as_ref().is_some_and(|after| key.as_bytes() <= after.as_slice())
        });
        let page: Vec<(String, Value)> = rest.by_ref().take(self.limit).collect();
        let more = rest.next().is_some();
        let next = page.last().filter(|_| more).map(|(key, _)| URL_SAFE_NO_PAD.encode(key));
        let items: Vec<Value> = page.into_iter().map(|(_, item)| item).collect();
        json!({ "items": items, "next": next })
    }
}

/// Which of these kinds of content the reader likes best (RFC 9110, section 12.5.1); the first where it does not matter.
///
/// # Errors
/// [`Problem::NotAcceptable`] if it takes none.
pub fn content(headers: &HeaderMap, offered: &[&str]) -> Result<usize, Problem> {
    let ranges: Vec<(String, f64)> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
            (name, weight.unwrap_or(1.0))
        })
        .filter(|(name, _)| !name.is_empty())
        .collect();
    if ranges.is_empty() {
        return Ok(0);
    }
    // The most particular range says how much a kind is liked.
    let liked = |kind: &str| {
        let whole = kind.split('/').next().map(|kind| format!("{kind}/*")).unwrap_or_default();
        [kind, &whole, "*/*"]
            .into_iter()
            .find_map(|name| ranges.iter().find(|(range, _)| range == name))
            .map_or(0.0, |(_, weight)| *weight)
    };
    let mut best = (None, 0.0);
    for (at, kind) in offered.iter().enumerate() {
        let weight = liked(kind);
        if weight > best.1 {
            best = (Some(at), weight);
        }
    }
    best.0.ok_or(Problem::NotAcceptable)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(query: &str) -> Result<Asked, Problem> {
        let request = axum::http::Request::builder().uri(format!("/api/v1/publications?{query}"));
        Asked::of(&request.body(()).unwrap().into_parts().0, &["limit", "cursor", "state"])
    }

    #[test]
    fn every_entry_comes_once_whatever_the_pages_and_one_that_is_gone_stops_nobody() {
        let all: Vec<String> = (0..7).map(|n| format!("unit-{n}")).collect();
        for limit in 1..=8 {
            let (mut found, mut query) = (Vec::new(), format!("limit={limit}"));
            loop {
                let entries = all.iter().map(|code| (code.clone(), json!(code)));
                let page = asked(&query).unwrap().page(entries);
                found.extend(page["items"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else { break };
                query = format!("limit={limit}&cursor={next}");
            }
            assert_eq!(found, all, "{limit}");
        }
        let gone = URL_SAFE_NO_PAD.encode("unit-25");
        let page = asked(&format!("cursor={gone}"))
            .unwrap()
            .page(all.iter().map(|code| (code.clone(), json!(code))));
        assert_eq!(page["items"][0], "unit-3");
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_description_allows_as_a_cursor_is_accepted(
            cursor in CURSOR.trim_start_matches('^').trim_end_matches('$')
        ) {
            proptest::prop_assert!(asked(&format!("cursor={cursor}")).is_ok(), "{}", cursor);
        }
    }

    #[test]
    fn g_10_what_is_asked_for_twice_or_makes_no_sense_is_refused() {
        for query in [
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=1&limit=1",
            "cursor=%2B",
            "cursor=A",
            "cursor=AB",
            "cursor=AAB",
            "cursor=AA==",
            "page=2",
            "limit=",
            "state=a&state=a",
            "access_token=sipas_x",
        ] {
            assert!(asked(query).is_err(), "{query}");
        }
        assert!(asked("").is_ok() && asked("limit=200").is_ok());
        let states = [("open", 1), ("closed", 2)];
        assert_eq!(asked("state=closed").unwrap().one_of("state", &states), Ok(2));
        assert_eq!(asked("").unwrap().one_of("state", &states), Ok(1));
        assert_eq!(asked("state=").unwrap().one_of("state", &states), Err(Problem::Value));
    }

    #[test]
    fn the_reader_gets_the_kind_that_it_likes_best_or_is_told_that_there_is_none() {
        let offered = ["application/json", "text/csv"];
        for (accept, wanted) in [
            ("", Ok(0)),
            ("*/*", Ok(0)),
            ("text/csv", Ok(1)),
            ("TEXT/CSV; charset=utf-8", Ok(1)),
            ("text/*;q=0.5, application/json;q=0.4", Ok(1)),
            ("*/*;q=0.1, text/csv", Ok(1)),
            ("application/json;q=0, */*", Ok(1)),
            ("text/html", Err(Problem::NotAcceptable)),
            ("text/csv;q=0", Err(Problem::NotAcceptable)),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(content(&headers, &offered), wanted, "{accept}");
        }
        assert_eq!(content(&HeaderMap::new(), &offered), Ok(0));
    }
}
