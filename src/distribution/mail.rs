//! E-mail: what a message is made of, and the way out for it.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use mail_parser::MessageParser;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use super::{
    dkim::Signer,
    letter::one_line,
    smtp::{Relay, Session},
};
use crate::{config::Config, secret, store::outbox::Undelivered};

/// What is wrong with the settings of mail. No message holds a password.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server's address cannot be used.
    #[error("the address of the mail server cannot be used: {0}")]
    Server(String),
    /// The sender or the reply address is no e-mail address.
    #[error("the sender is no e-mail address: {0}")]
    Sender(String),
    /// The file of certificates, or of the key for signing, cannot be used.
    #[error("{}: {detail}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
}

/// A mail that a demonstration caught.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A mail to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail<'a> {
    /// The recipient's address.
    pub to: &'a str,
    /// The recipient's name.
    pub name: Option<&'a str>,
    /// Subject.
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// The same as HTML.
    pub html: Option<&'a str>,
    /// The part of `Message-ID` before the `@`.
    pub id: &'a str,
    /// The address that takes the wish for no more mail.
    pub stop: Option<&'a str>,
}

/// The way out for mails.
#[derive(Debug)]
pub struct Mailer {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    signer: Option<Signer>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Smtp(Box<Line>),
    Folder(PathBuf),
}

#[derive(Debug)]
struct Line {
    relay: Relay,
    session: Mutex<Kept>,
}

/// The connection that is kept from mail to mail.
#[derive(Default)]
struct Kept(Option<Session>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({})", self.0.is_some())
    }
}

impl Mailer {
    /// The way out of these settings; `None` where there is no mail server.
    ///
    /// # Errors
    /// [`MailError`].
    pub fn of(config: &Config) -> Result<Option<Arc<Self>>, MailError> {
        let Some(url) = &config.smtp_url else { return Ok(None) };
        let read = |path: &Path| {
            std::fs::read(path)
                .map_err(|error| MailError::File { path: path.to_owned(), detail: error.to_string() })
        };
        let from = parsed(&config.mail_from)?;
        let reply_to = config.mail_reply_to.as_deref().map(parsed).transpose()?;
        let signer = match &config.dkim_key {
            None => None,
            Some(path) => {
                let pem = String::from_utf8_lossy(&read(path)?).into_owned();
                let signer = Signer::new(&pem, &config.dkim_selector, from.email.domain());
                Some(signer.map_err(|detail| MailError::File { path: path.clone(), detail })?)
            }
        };
        let url = url.expose_secret();
        let way = if let Some(folder) = url.strip_prefix("file:") {
            Way::Folder(PathBuf::from(folder))
        } else {
            let ca = config.smtp_ca.as_deref().map(read).transpose()?;
            let relay = Relay::new(url, ca.as_deref(), host(&config.base_url)).map_err(MailError::Server)?;
            Way::Smtp(Box::new(Line { relay, session: Mutex::default() }))
        };
        Ok(Some(Arc::new(Self { from, reply_to, signer, way })))
    }

    /// The same with other waits for the mail server.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        if let Way::Smtp(line) = self.way {
            let Line { relay, session } = *line;
            self.way = Way::Smtp(Box::new(Line { relay: relay.with_patience(patience), session }));
        }
        self
    }

    /// Whether mails are only put into a folder.
    pub const fn is_folder(&self) -> bool {
        matches!(self.way, Way::Folder(_))
    }

    /// Whether mails go to another machine unencrypted.
    pub fn is_open(&self) -> bool {
        matches!(&self.way, Way::Smtp(line) if line.relay.is_open())
    }

    /// The sender's domain.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// What signs mails, if anything does.
    pub const fn signer(&self) -> Option<&Signer> {
        self.signer.as_ref()
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), Undelivered> {
        let message = self.compose(mail)?;
        match &self.way {
            Way::Smtp(line) => {
                let bytes = message.formatted();
                let mut session = line.session.lock().await;
                line.relay.hand_over(&mut session.0, message.envelope(), &bytes).await
            }
            Way::Folder(folder) => keep(folder, mail.id, &message.formatted())
                .map_err(|error| Undelivered::Away(error.to_string())),
        }
    }

    /// The message as it goes out.
    fn compose(&self, mail: &Mail<'_>) -> Result<Message, Undelivered> {
        let wrong = || Undelivered::Refused("address".to_owned());
        let address: Address = mail.to.trim().parse().map_err(|_| wrong())?;
        let to = Mailbox::new(mail.name.map(one_line), address);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(one_line(mail.subject))
            .message_id(Some(format!("<{}@{}>", mail.id, self.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated"));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(stop) = mail.stop {
            builder = builder.raw_header(header("List-Unsubscribe", &format!("<{}>", one_line(stop))));
            // RFC 8058 speaks of HTTPS alone.
            if stop.starts_with("https://") {
                builder = builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
            }
        }
        let built = match mail.html {
            Some(html) => {
                builder.multipart(MultiPart::alternative_plain_html(mail.text.to_owned(), html.to_owned()))
            }
            None => builder.header(ContentType::TEXT_PLAIN).body(mail.text.to_owned()),
        };
        let mut message = built.map_err(|_| wrong())?;
        if let Some(signer) = &self.signer {
            signer.sign(&mut message);
        }
        Ok(message)
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The host in an address of ours.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

fn parsed(text: &str) -> Result<Mailbox, MailError> {
    mailbox(text).ok_or_else(|| MailError::Sender(text.to_owned()))
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

/// Keeps a mail in the folder as it would go out (RFC 5322), for any mail program to open; the file's name says nothing of its
/// time or order, and is the same when it is sent again.
fn keep(folder: &Path, id: &str, message: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let plain: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = if plain.is_empty() { secret::hex(&secret::random::<8>()) } else { plain };
    // Whoever looks into the folder meanwhile finds whole mails only.
    let part = folder.join(format!("{name}.part"));
    std::fs::write(&part, message)?;
    std::fs::rename(part, folder.join(format!("{name}.eml")))
}

/// The mails in the folder, by recipient.
///
/// # Errors
/// When the folder or a file in it cannot be read.
pub fn caught(folder: &Path) -> io::Result<Vec<Caught>> {
    let mut mails: Vec<Caught> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            mails.extend(Caught::read(&std::fs::read(path)?));
        }
    }
    mails.sort_by(|a, b| (&a.to, &a.text).cmp(&(&b.to, &b.text)));
    Ok(mails)
}

impl Caught {
    /// What of a message is shown; `None`: it is none.
    fn read(bytes: &[u8]) -> Option<Self> {
        let message = MessageParser::default().parse(bytes)?;
        let named = |address: Option<&mail_parser::Address<'_>>| {
            address.and_then(|address| address.first()).map_or_else(String::new, |one| {
                let address = one.address().unwrap_or_default();
                one.name().map_or_else(|| address.to_owned(), |name| format!("{name} <{address}>"))
            })
        };
        Some(Self {
            from: named(message.from()),
            to: named(message.to()),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0)?.replace("\r\n", "\n"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Config {
        Config::load(None, |name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
    }

    #[test]
    fn a_13_names_and_titles_add_no_header_and_what_mail_programs_act_upon_is_there() {
        let config = config(&[
            ("SIPAS_SMTP_URL", "smtp://localhost"),
            ("SIPAS_MAIL_FROM", "Sở Nội vụ <khaosat@binhdinh.example>"),
            ("SIPAS_MAIL_REPLY_TO", "hoi@binhdinh.example"),
        ]);
        let mailer = Mailer::of(&config).unwrap().unwrap();
        let mail = Mail {
            to: "a@binhdinh.example",
            name: Some("An\r\nBcc: y@evil"),
            subject: "Thư mời\r\nBcc: z@evil",
            text: "https://k.example/m/abc\n",
            html: Some("<p>https://k.example/m/abc</p>"),
            id: "0123",
            stop: Some("https://k.example/m/ngung-thu/xyz"),
        };
        let message = mailer.compose(&mail).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        let unfolded = head.replace("\r\n ", " ");
        let names: Vec<&str> = unfolded.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert!(!names.iter().any(|name| name.eq_ignore_ascii_case("bcc")), "{head}");
        for line in [
            "Message-ID: <0123@binhdinh.example>",
            "Reply-To: hoi@binhdinh.example",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://k.example/m/ngung-thu/xyz>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        ] {
            assert!(unfolded.contains(line), "{line}: {head}");
        }
        assert_eq!(message.envelope().to().len(), 1);
        assert!(text.is_ascii(), "every server takes it");
        let wrong = Mail { to: "nobody", ..mail };
        assert_eq!(mailer.compose(&wrong).unwrap_err(), Undelivered::Refused("address".to_owned()));
    }

    #[tokio::test]
    async fn mails_in_a_folder_are_files_that_a_mail_program_opens_and_the_same_one_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(&[
            ("SIPAS_SMTP_URL", &format!("file:{}", folder.path().display())),
            ("SIPAS_MAIL_FROM", "Sở Nội vụ <khaosat@binhdinh.example>"),
        ]);
        let mailer = Mailer::of(&config).unwrap().unwrap();
        let long = format!("Kính gửi: Ông Lê Văn Tám\n\nhttps://k.example/m/{}\n", "a".repeat(90));
        let mail = Mail {
            to: "tam@binhdinh.example",
            name: Some("Lê Văn Tám"),
            subject: "Thư mời: Khảo sát lãnh đạo các sở, ban, ngành và địa phương năm 2026",
            text: &long,
            html: Some("<p>Kính gửi: Ông Lê Văn Tám</p>"),
            id: "0123",
            stop: None,
        };
        mailer.send(&mail).await.unwrap();
        mailer.send(&mail).await.unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["0123.eml"]);
        let bytes = std::fs::read(folder.path().join("0123.eml")).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(message.message_id(), Some("0123@binhdinh.example"));
        assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
        let caught = caught(folder.path()).unwrap();
        assert_eq!(
            caught,
            [Caught {
                from: "Sở Nội vụ <khaosat@binhdinh.example>".to_owned(),
                to: "Lê Văn Tám <tam@binhdinh.example>".to_owned(),
                subject: mail.subject.to_owned(),
                text: long.clone(),
            }]
        );
    }

    #[test]
    fn a_wrong_server_or_sender_is_named() {
        let of = |url: &str, from: &str| {
            Mailer::of(&config(&[("SIPAS_SMTP_URL", url), ("SIPAS_MAIL_FROM", from)])).map(drop)
        };
        assert!(matches!(of("http://mail", "a@b.example"), Err(MailError::Server(_))));
        assert!(matches!(of("smtp://mail", "nobody"), Err(MailError::Sender(_))));
    }
}
