//! Form bodies: read within limits, decoded strictly, so that nothing typed is silently changed.

use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_TYPE},
};
use http_body_util::BodyExt as _;
use percent_encoding::percent_decode;

/// Largest body of a questionnaire, in bytes (security test I-01).
pub const ANSWERS: usize = 256 * 1024;
/// Largest body of a form that staff fill in, in bytes.
pub const DESK: usize = 512 * 1024;
/// Largest body of a log-in, in bytes.
pub const LOGIN: usize = 8 * 1024;
/// How much of a form over its limit is read beyond it before the line is cut, in bytes.
const HEARD: usize = 4 * 1024 * 1024;
/// Most fields of a form (I-03).
pub const FIELDS: usize = 500;

/// The fields of a form, in the order sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

/// Why a body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadForm {
    /// Another content type than `application/x-www-form-urlencoded`: 415.
    #[error("the content type is not application/x-www-form-urlencoded")]
    ContentType,
    /// Larger than allowed: 413.
    #[error("the body is too large")]
    TooLarge,
    /// Not valid UTF-8, more fields than allowed, or cut off: 400.
    #[error("the body is no form")]
    Malformed,
}

impl Fields {
    /// Reads a body of at most `limit` bytes.
    ///
    /// # Errors
    /// [`BadForm`].
    pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Self, BadForm> {
        Self::read_many(headers, body, limit, FIELDS).await
    }

    /// The same for a form of at most `fields` fields: a table that staff fill in has several for each unit.
    ///
    /// # Errors
    /// [`BadForm`].
    pub async fn read_many(
        headers: &HeaderMap,
        body: Body,
        limit: usize,
        fields: usize,
    ) -> Result<Self, BadForm> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(BadForm::ContentType);
        }
        let bytes = hear(body, limit).await?;
        Self::parse_many(&bytes, fields)
    }

    /// Decodes `a=1&b=x%20y`.
    ///
    /// # Errors
    /// [`BadForm::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, BadForm> {
        Self::parse_many(bytes, FIELDS)
    }

    /// The same without a limit on the number of fields: for what lies within a field that was read.
    ///
    /// # Errors
    /// [`BadForm::Malformed`].
    pub fn parse_any(bytes: &[u8]) -> Result<Self, BadForm> {
        Self::parse_many(bytes, usize::MAX)
    }

    fn parse_many(bytes: &[u8], most: usize) -> Result<Self, BadForm> {
        let mut fields = Vec::new();
        for pair in bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            if fields.len() == most {
                return Err(BadForm::Malformed);
            }
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
            fields.push((decode(name)?, decode(value)?));
        }
        Ok(Self(fields))
    }

    /// Fields that were read in another way, within the same limits.
    ///
    /// # Errors
    /// [`BadForm::Malformed`] where there are too many, or one holds NUL.
    pub fn received(fields: Vec<(String, String)>) -> Result<Self, BadForm> {
        let has_nul = fields.iter().any(|(name, value)| name.contains('\0') || value.contains('\0'));
        if fields.len() > FIELDS || has_nul { Err(BadForm::Malformed) } else { Ok(Self(fields)) }
    }

    /// Fields with these values, in this order.
    pub fn of<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The fields as a body: `a=1&b=x+y`.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.iter()).finish()
    }

    /// All values of a field, in the order sent.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value of a field that is sent once; `None` if it is absent or sent several times.
    pub fn one(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    /// Whether a field is sent at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// The same fields with this one set to one value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same without these values.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(n, _)| n != name);
        self
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Reads a body of at most `limit` bytes.
///
/// # Errors
/// [`BadForm`]. A form over the limit is heard out, though nothing of it is kept: a browser that is cut off while it
/// still sends shows its own error instead of our page.
pub async fn hear(body: Body, limit: usize) -> Result<Vec<u8>, BadForm> {
    let mut body = body;
    let (mut bytes, mut size) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BadForm::Malformed)?.into_data() else { continue };
        size = size.saturating_add(data.len());
        if size <= limit {
            bytes.extend_from_slice(&data);
        } else if size > limit.saturating_add(HEARD) {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if size > limit { Err(BadForm::TooLarge) } else { Ok(bytes) }
}

fn decode(bytes: &[u8]) -> Result<String, BadForm> {
    let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| BadForm::Malformed)?;
    // NUL has no place in an answer, and PostgreSQL keeps none.
    if text.contains('\0') { Err(BadForm::Malformed) } else { Ok(text.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_in_order() {
        let fields = Fields::parse("a=1&b=x+y%2Bz&a=2&c&đ=ữ".as_bytes()).unwrap();
        let all: Vec<_> = fields.iter().collect();
        assert_eq!(all, [("a", "1"), ("b", "x y+z"), ("a", "2"), ("c", ""), ("đ", "ữ")]);
        assert_eq!((fields.one("b"), fields.one("a"), fields.one("x")), (Some("x y+z"), None, None));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        for body in [b"a=%ff".as_slice(), b"a=\xc3\x28", b"a=%00"] {
            assert_eq!(Fields::parse(body), Err(BadForm::Malformed), "{body:?}");
        }
    }

    #[test]
    fn i_03_more_than_500_fields_are_refused() {
        let body = |n: usize| vec!["a=1"; n].join("&");
        assert!(Fields::parse(body(500).as_bytes()).is_ok());
        assert_eq!(Fields::parse(body(501).as_bytes()), Err(BadForm::Malformed));
    }

    proptest::proptest! {
        #[test]
        fn h_12_any_bytes_are_a_form_or_refused(bytes: Vec<u8>) {
            let _ = Fields::parse(&bytes);
        }
    }
}
