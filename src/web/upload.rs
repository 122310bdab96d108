//! Forms with a file (`multipart/form-data`), read within limits as [`Fields`] are.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header::CONTENT_TYPE},
};
use multer::Multipart;

use super::form::{self, BadForm, Fields};
use crate::tabular;

/// What a form may weigh beside its file, in bytes.
const BESIDE: usize = 64 * 1024;
/// Largest body of a form that brings a list.
pub const LIST: usize = tabular::BYTES + BESIDE;

/// A file that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name on the sender's machine, without folders.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

/// The fields and the file of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// Every field but the file.
    pub fields: Fields,
    /// The file; absent where none was chosen.
    pub file: Option<File>,
}

impl Upload {
    /// Reads a body of at most `limit` bytes.
    ///
    /// # Errors
    /// [`BadForm`]; a form with two files is malformed.
    pub async fn read(headers: &HeaderMap, body: Body, limit: usize) -> Result<Self, BadForm> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| BadForm::ContentType)?;
        let bytes = form::hear(body, limit).await?;
        Self::parse(bytes.into(), &boundary).await
    }

    async fn parse(bytes: Bytes, boundary: &str) -> Result<Self, BadForm> {
        let whole = futures_util::stream::iter([Ok::<_, Infallible>(bytes)]);
        let mut parts = Multipart::new(whole, boundary);
        let (mut fields, mut file) = (Vec::new(), None);
        while let Some(part) = parts.next_field().await.map_err(|_| BadForm::Malformed)? {
            let name = part.name().ok_or(BadForm::Malformed)?.to_owned();
            let file_name = part.file_name().map(base_name);
            let content = part.bytes().await.map_err(|_| BadForm::Malformed)?;
            match file_name {
                Some(_) if file.is_some() => return Err(BadForm::Malformed),
                // What browsers send where no file was chosen.
                Some(name) if name.is_empty() && content.is_empty() => {}
                Some(name) => file = Some(File { name, bytes: content }),
                None => {
                    let value = String::from_utf8(content.to_vec()).map_err(|_| BadForm::Malformed)?;
                    fields.push((name, value));
                }
            }
        }
        Ok(Self { fields: Fields::received(fields)?, file })
    }
}

/// The name without the folders that some browsers send along.
fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(body: &[u8]) -> Result<Upload, BadForm> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(Upload::parse(Bytes::copy_from_slice(body), "b"))
    }

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"day\"\r\n\r\n2026-07-01\r\n--b\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"C:\\Danh sách.csv\"\r\n\
         Content-Type: text/csv\r\n\r\nma,ten\r\n\r\n--b--\r\n";

    #[test]
    fn fields_and_the_file_are_told_apart() {
        let upload = parse(FORM.as_bytes()).unwrap();
        assert_eq!(upload.fields.one("day"), Some("2026-07-01"));
        let file = upload.file.unwrap();
        assert_eq!((file.name.as_str(), file.bytes.as_ref()), ("Danh sách.csv", b"ma,ten\r\n".as_slice()));
        let none = FORM.replace("C:\\Danh sách.csv", "").replace("ma,ten\r\n", "");
        assert_eq!(parse(none.as_bytes()).unwrap().file, None);
        let (start, end) = FORM.split_at(FORM.rfind("--b--").unwrap());
        let twice = format!("{start}{}{end}", &start[start.rfind("--b\r\n").unwrap()..]);
        assert_eq!(parse(twice.as_bytes()), Err(BadForm::Malformed));
    }

    proptest! {
        #[test]
        fn h_12_any_bytes_are_a_form_with_a_file_or_refused(bytes: Vec<u8>, at in 0..FORM.len(), byte: u8) {
            let _ = parse(&bytes);
            let mut changed = FORM.as_bytes().to_vec();
            changed[at] = byte;
            let _ = parse(&changed);
        }
    }
}
