//! Invitations by e-mail: plain text, one link, nothing that tells the sender whether it was opened.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use i18n_embed_fl::fl;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{clock, language::Lang, organisation::Campaign, secret};

/// Longest wait for the mail server.
const PATIENCE: Duration = Duration::from_secs(30);

/// What goes wrong with mail. No message holds a token.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server's address cannot be used.
    #[error("the address of the mail server cannot be used: {0}")]
    Server(String),
    /// The sender is no e-mail address.
    #[error("the sender is no e-mail address: {0}")]
    Sender(String),
    /// The recipient is no e-mail address.
    #[error("the recipient is no e-mail address")]
    Recipient,
    /// The mail server does not take this mail.
    #[error("the mail server refuses: {0}")]
    Refused(String),
    /// The mail server cannot be reached.
    #[error("the mail server cannot be reached: {0}")]
    Unreachable(String),
}

/// A mail that a demonstration caught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caught {
    /// Sender.
    pub from: String,
    /// Recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// The way out for mails.
#[derive(Debug)]
pub struct Mailer {
    from: Mailbox,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

impl Mailer {
    /// A way out by `smtp://…`, `smtps://…`, or into a folder (`file:DIR`).
    ///
    /// # Errors
    /// [`MailError::Server`], [`MailError::Sender`].
    pub fn new(url: &SecretString, from: &str) -> Result<Self, MailError> {
        let from = mailbox(from).ok_or_else(|| MailError::Sender(from.to_owned()))?;
        let url = url.expose_secret();
        if let Some(folder) = url.strip_prefix("file:") {
            return Ok(Self { from, way: Way::Folder(PathBuf::from(folder)) });
        }
        let smtp = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| MailError::Server(error.to_string()))?
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self { from, way: Way::Smtp(Box::new(smtp)) })
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, to: &str, name: Option<&str>, letter: &Letter) -> Result<(), MailError> {
        let address: Address = to.parse().map_err(|_| MailError::Recipient)?;
        let to = Mailbox::new(name.map(one_line), address);
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.clone())
            .subject(one_line(&letter.subject))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| MailError::Recipient)?;
        match &self.way {
            Way::Smtp(smtp) => match smtp.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(MailError::Refused(reply(&error))),
                Err(error) => Err(MailError::Unreachable(reply(&error))),
            },
            Way::Folder(folder) => {
                let caught = Caught {
                    from: self.from.to_string(),
                    to: to.to_string(),
                    subject: letter.subject.clone(),
                    text: letter.text.clone(),
                };
                keep(folder, &caught).map_err(|error| MailError::Unreachable(error.to_string()))
            }
        }
    }
}

/// `Name <address>` or an address alone. The name may hold any letters; the header encodes them.
fn mailbox(text: &str) -> Option<Mailbox> {
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
        Some((name, address)) => (name.trim(), address),
        None => ("", text.trim()),
    };
    let name = (!name.is_empty()).then(|| one_line(name));
    Some(Mailbox::new(name, address.parse().ok()?))
}

/// What a mail server said; its code alone where there is one, since some repeat the mail.
fn reply(error: &lettre::transport::smtp::Error) -> String {
    error.status().map_or_else(|| error.to_string(), |code| code.to_string())
}

/// A text without line breaks and control characters, so that no name adds a header (security test A-13).
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An invitation's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// The invitation to a campaign: Vietnamese first, English below.
pub fn invitation(campaign: &Campaign, name: Option<&str>, link: &str) -> Letter {
    let part = |lang: Lang| {
        let m = lang.messages();
        let title = one_line(lang.pick(&campaign.title));
        let greeting = match name {
            Some(name) => fl!(m, "invite-greeting-name", name = one_line(name)),
            None => fl!(m, "invite-greeting"),
        };
        let (opens, closes) = (moment(campaign.opens, lang), moment(campaign.closes, lang));
        let when = fl!(m, "invite-when", opens = opens, closes = closes);
        [
            greeting,
            fl!(m, "invite-what", title = title),
            fl!(m, "invite-open"),
            link.to_owned(),
            when,
            fl!(m, "invite-once"),
            fl!(m, "invite-anonymous"),
            fl!(m, "invite-never"),
        ]
        .join("\n\n")
    };
    Letter {
        subject: fl!(Lang::VI.messages(), "invite-subject", title = one_line(Lang::VI.pick(&campaign.title))),
        text: format!("{}\n\n---\n\n{}\n", part(Lang::VI), part(Lang::EN)),
    }
}

fn moment(milliseconds: i64, lang: Lang) -> String {
    let format = if lang == Lang::VI { "%H:%M ngày %d/%m/%Y" } else { "%H:%M on %-d %B %Y" };
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |t| t.to_zoned_datetime(clock::province()).strftime(format).to_string(),
    )
}

/// Keeps a mail in the folder; the file's name says nothing of its time or order.
fn keep(folder: &Path, mail: &Caught) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let name = format!("{}.json", secret::hex(&secret::random::<8>()));
    std::fs::write(folder.join(name), serde_json::to_vec_pretty(mail)?)
}

/// The mails in the folder, by recipient.
///
/// # Errors
/// When the folder or a file in it cannot be read.
pub fn caught(folder: &Path) -> io::Result<Vec<Caught>> {
    let mut mails: Vec<Caught> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            mails.push(serde_json::from_slice(&std::fs::read(path)?)?);
        }
    }
    mails.sort_by(|a, b| (&a.to, &a.text).cmp(&(&b.to, &b.text)));
    Ok(mails)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign() -> Campaign {
        Campaign {
            slug: "can-bo".to_owned(),
            definition: "officials".to_owned(),
            version: "2026.1".to_owned(),
            sha256: String::new(),
            form: "local".to_owned(),
            title: [
                ("vi".to_owned(), "Khảo sát\r\nBcc: x@evil".to_owned()),
                ("en".to_owned(), "Survey".to_owned()),
            ]
            .into(),
            opens: 0,
            closes: 1_798_736_400_000,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            languages: Vec::new(),
            state: crate::organisation::State::Active,
            notice: None,
        }
    }

    #[tokio::test]
    async fn a_13_names_and_titles_add_no_header_and_there_is_one_link() {
        let folder = tempfile::tempdir().unwrap();
        let url = SecretString::from(format!("file:{}", folder.path().display()));
        let mailer = Mailer::new(&url, "Sở Nội vụ <khaosat@binhdinh.example>").unwrap();
        let letter = invitation(&campaign(), Some("An\r\nBcc: y@evil"), "https://k.example/m/abc");
        assert!(!letter.subject.contains(['\r', '\n']));
        assert_eq!(letter.text.matches("https://").count(), 2, "one link, in either language");
        assert!(letter.text.contains("00:00 ngày 01/01/2027"));
        mailer.send("a@binhdinh.example", Some("An\r\nBcc: y@evil"), &letter).await.unwrap();
        let mails = caught(folder.path()).unwrap();
        assert_eq!(mails.len(), 1);
        assert!(!mails[0].to.contains(['\r', '\n']) && !mails[0].text.contains("\nBcc:"), "{mails:?}");
    }

    #[test]
    fn a_wrong_server_or_sender_is_named() {
        let new = |url: &str, from: &str| Mailer::new(&SecretString::from(url), from).map(drop);
        assert!(matches!(new("http://mail", "a@b.example"), Err(MailError::Server(_))));
        assert!(matches!(new("smtp://mail", "nobody"), Err(MailError::Sender(_))));
    }
}
