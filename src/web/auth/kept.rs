//! Forms that came without a session: kept in the log-in page, so that a session that ended while somebody was typing
//! costs nobody a word.
//!
//! What was typed goes into the log-in page as a ticket ([`super::ticket`]) and comes back with the name and password;
//! then it is shown for sending again. Nothing of it is on the server meanwhile. The ticket is sealed, so that a log-in
//! can only ever lead on to a form that somebody really sent to us, at one of our own addresses (security test G-07).

use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_TYPE, header::REFERER, request::Parts},
};
use http_body_util::{BodyExt as _, Limited};
use serde::{Deserialize, Serialize};

use super::{session, ticket};
use crate::{
    secret::Key,
    store::StoreError,
    web::{
        app::App,
        form::{self, BadForm, Fields},
    },
};

/// Largest form that is kept, in bytes as it was sent: as large as any form of ours that has no files.
pub const LARGEST: usize = form::ANSWERS;
/// Largest ticket: at worst JSON doubles what was sent, and base64 puts a third on top.
pub const LARGEST_TICKET: usize = LARGEST * 3;
/// Most fields of it.
const MOST: usize = 5_000;
/// How much of a form with files is heard out, in bytes, so that the browser reads the answer.
const HEARD: usize = 16 * 1024 * 1024;
/// The field that holds the ticket.
pub const FIELD: &str = "kept";
/// The page to go back to where none is known.
const HOME: &str = "/admin";
/// What tickets are for.
const PURPOSE: &str = "kept form";

/// A form that came without a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Where it was sent to, with what follows `?`.
    pub address: String,
    /// The account whose session had ended, where that is known.
    pub by: Option<String>,
    /// What was typed, in the order sent; `None`: it could not be kept.
    pub fields: Option<Vec<(String, String)>>,
    /// Why it could not.
    pub lost: Option<Lost>,
    /// The fields whose files have to be chosen again: browsers let nobody but people choose files.
    pub files: Vec<String>,
    /// The page that held the form.
    pub page: String,
}

/// Why a form could not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lost {
    /// It is larger than [`LARGEST`].
    Large,
    /// It is no form, or was cut off.
    Broken,
}

impl Kept {
    /// The form of a request that came without a session.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn read(app: &App, parts: &Parts, body: Body) -> Result<Self, StoreError> {
        let address = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        let page = page_of(&parts.headers, app.config.staff_url()).unwrap_or_else(|| HOME.to_owned());
        let read = if is_multipart(&parts.headers) {
            multipart(&parts.headers, body).await
        } else {
            let fields = Fields::read_many(&parts.headers, body, LARGEST, MOST).await;
            fields.map(|fields| {
                (fields.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(), Vec::new())
            })
        };
        let by = session::whose(app, parts).await?;
        Ok(match read {
            Ok((mut fields, files)) => {
                fields.retain(|(name, _): &(String, String)| !is_secret(name));
                Self { address, by, fields: Some(fields), lost: None, files, page }
            }
            Err(bad) => {
                let lost = if bad == BadForm::TooLarge { Lost::Large } else { Lost::Broken };
                Self { address, by, fields: None, lost: Some(lost), files: Vec::new(), page }
            }
        })
    }

    /// The ticket for it.
    pub fn seal(&self, key: &Key) -> String {
        ticket::seal(key, PURPOSE, self)
    }

    /// The form of a ticket.
    pub fn open(key: &Key, text: &str) -> Option<Self> {
        ticket::open(key, PURPOSE, text)
    }
}

/// Whether a field may not be carried about in a page: passwords are typed once more.
fn is_secret(name: &str) -> bool {
    name.to_ascii_lowercase().contains("password") || ["present", "again"].contains(&name)
}

/// Whether a form may carry files.
fn is_multipart(headers: &HeaderMap) -> bool {
    content_type(headers).trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The texts of a form with files, and the names of the fields with files. Files are heard out and dropped as they come:
/// a stranger's upload takes no memory.
async fn multipart(headers: &HeaderMap, body: Body) -> Result<(Vec<(String, String)>, Vec<String>), BadForm> {
    let boundary = multer::parse_boundary(content_type(headers)).map_err(|_| BadForm::ContentType)?;
    let body = Limited::new(body, HEARD).into_data_stream();
    let mut parts = multer::Multipart::new(body, boundary);
    let (mut fields, mut files, mut size) = (Vec::new(), Vec::new(), 0);
    while let Some(mut part) = parts.next_field().await.map_err(|_| BadForm::Malformed)? {
        let name = part.name().unwrap_or_default().to_owned();
        let is_file = part.file_name().is_some();
        let mut value = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(|_| BadForm::Malformed)? {
            if !is_file {
                size += chunk.len();
                value.extend_from_slice(&chunk);
            }
            if size > LARGEST {
                return Err(BadForm::TooLarge);
            }
        }
        if is_file {
            files.push(name);
        } else {
            fields.push((name, String::from_utf8(value).map_err(|_| BadForm::Malformed)?));
        }
        if fields.len() + files.len() > MOST {
            return Err(BadForm::Malformed);
        }
    }
    Ok((fields, files))
}

/// The staff page that the request says it comes from; of other sites' pages nothing is said.
fn page_of(headers: &HeaderMap, base_url: &str) -> Option<String> {
    let referrer = headers.get(REFERER)?.to_str().ok()?;
    let rest = referrer.strip_prefix(base_url)?;
    let safe = rest.starts_with("/admin/")
        && !rest.contains("//")
        && rest.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
    safe.then(|| rest.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn referrer(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(REFERER, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn g_07_the_page_of_a_form_is_one_of_our_own_or_none() {
        let base = "https://khaosat.example.vn";
        let page = |value: &str| page_of(&referrer(value), base);
        let own = "/admin/units/import?lang=en";
        assert_eq!(page(&format!("{base}{own}")).as_deref(), Some(own));
        for evil in [
            "https://evil.example/admin/units",
            "https://khaosat.example.vn.evil.example/admin/x",
            "https://khaosat.example.vn@evil.example/admin/x",
            "https://khaosat.example.vn//evil.example/admin/",
            "https://khaosat.example.vn/admin//evil.example",
            "https://khaosat.example.vn/admin/\\evil",
            "https://khaosat.example.vn/k/qn-1",
            "/admin/units",
            "",
        ] {
            assert_eq!(page(evil), None, "{evil}");
        }
    }

    #[test]
    fn a_kept_form_comes_back_as_it_was_and_no_other_can_be_made() {
        let key = Key::from_text("a key for this test").unwrap();
        let kept = Kept {
            address: "/admin/units/new?lang=en".to_owned(),
            by: Some("thulan".to_owned()),
            fields: Some(vec![("name".to_owned(), "Xã Nhơn Lý\r\n<b>&\"".to_owned()); 2]),
            lost: None,
            files: vec!["file".to_owned()],
            page: "/admin/units/new".to_owned(),
        };
        let ticket = kept.seal(&key);
        assert_eq!(Kept::open(&key, &ticket), Some(kept));
        assert_eq!(Kept::open(&Key::from_text("another key for it").unwrap(), &ticket), None);
        assert_eq!(Kept::open(&key, "eyJhZGRyZXNzIjoiaHR0cHM6Ly9ldmlsIn0"), None);
    }
}
