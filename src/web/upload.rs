//! A form with one file (`multipart/form-data`), read within limits.

use axum::{
    body::Body,
    http::{HeaderMap, header::CONTENT_TYPE},
};
use multer::{Constraints, Multipart, SizeLimit};

use super::form::BadForm;

/// Most bytes that a form says beside its file.
const WORDS: u64 = 16 * 1024;
/// Most fields beside the file.
const FIELDS: usize = 20;

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// The file's bytes; empty where none was chosen.
    pub file: Vec<u8>,
    /// The other fields, in the order sent.
    pub fields: Vec<(String, String)>,
}

impl Upload {
    /// Reads a body whose file, in the field of this name, has at most `limit` bytes. The name that the browser gives
    /// the file is not read: nothing is ever stored under it.
    ///
    /// # Errors
    /// [`BadForm`].
    pub async fn read(headers: &HeaderMap, body: Body, name: &str, limit: usize) -> Result<Self, BadForm> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| BadForm::ContentType)?;
        let limit = limit as u64;
        let sizes = SizeLimit::new().whole_stream(limit + 2 * WORDS).per_field(WORDS).for_field(name, limit);
        let constraints = Constraints::new().size_limit(sizes);
        let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(|error| bad(&error))? {
            let Some(field) = part.name().map(str::to_owned) else { return Err(BadForm::Malformed) };
            let bytes = part.bytes().await.map_err(|error| bad(&error))?;
            if field == name {
                upload.file = bytes.to_vec();
                continue;
            }
            let text = std::str::from_utf8(&bytes).map_err(|_| BadForm::Malformed)?;
            if upload.fields.len() == FIELDS || text.contains('\0') {
                return Err(BadForm::Malformed);
            }
            upload.fields.push((field, text.to_owned()));
        }
        Ok(upload)
    }

    /// The value of a field, if it was sent.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

fn bad(error: &multer::Error) -> BadForm {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            BadForm::TooLarge
        }
        _ => BadForm::Malformed,
    }
}
