//! Handing mails over to a mail server by SMTP (RFC 5321), step by step, so that it is known which step failed: what the
//! server says to a recipient is about that recipient, what it says before is about us.

use std::{fmt, net::IpAddr, time::Duration};

use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Noop, Rcpt, Rset},
        extension::{ClientId, Extension, MailParameter},
    },
};
use url::Url;

use crate::store::outbox::Undelivered;

/// Longest wait for a connection, and for the answer to a command.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many times as long a server may take to answer to the whole mail: it may look for viruses first.
const SCAN: u32 = 3;

/// A mail server.
#[derive(Debug)]
pub struct Relay {
    host: String,
    port: u16,
    tls: Tls,
    login: Option<Credentials>,
    hello: ClientId,
    patience: Duration,
}

enum Tls {
    None,
    Upgraded(TlsParameters),
    FromTheStart(TlsParameters),
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Upgraded(_) => "Upgraded",
            Self::FromTheStart(_) => "FromTheStart",
        })
    }
}

/// A connection that is kept from mail to mail.
pub type Session = AsyncSmtpConnection;

/// Whether a host is this machine: only there mail may go unencrypted unless that is asked for.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl Relay {
    /// Reads `smtp://USER:PASSWORD@HOST:PORT` (encrypted by STARTTLS unless it is on this machine; `?tls=required`,
    /// `?tls=none`) or `smtps://…`. `ca`: certificates in PEM that are trusted, too. `hello`: our own name.
    ///
    /// # Errors
    /// What is wrong, in technical words without the password.
    pub fn new(address: &str, ca: Option<&[u8]>, hello: &str) -> Result<Self, String> {
        let url = Url::parse(address).map_err(|error| error.to_string())?;
        // Of addresses that are not the web's the host is taken as it is written.
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let local = is_local(&host);
        if host.is_empty() {
            return Err("no host".to_owned());
        }
        let wanted = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || {
            let mut builder = TlsParameters::builder(host.clone());
            if let Some(pem) = ca {
                builder = builder
                    .add_root_certificate(Certificate::from_pem(pem).map_err(|error| error.to_string())?);
            }
            builder.build_rustls().map_err(|error| error.to_string())
        };
        let (tls, port) = match (url.scheme(), wanted.as_deref()) {
            ("smtps", None | Some("required")) => (Tls::FromTheStart(parameters()?), 465),
            ("smtp", Some("none")) => (Tls::None, 25),
            ("smtp", None) if local => (Tls::None, 25),
            ("smtp", None | Some("required")) => (Tls::Upgraded(parameters()?), 587),
            ("smtp" | "smtps", Some(other)) => return Err(format!("tls={other}")),
            (scheme, _) => return Err(format!("{scheme}://")),
        };
        let text = |part: &str| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8();
            decoded.map(std::borrow::Cow::into_owned).map_err(|_| "not UTF-8".to_owned())
        };
        let login = match url.password() {
            Some(password) => Some(Credentials::new(text(url.username())?, text(password)?)),
            None => None,
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            tls,
            login,
            hello: ClientId::Domain(hello.to_owned()),
            patience: PATIENCE,
        })
    }

    /// The same with other waits.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether mails go out in the clear to another machine.
    pub fn is_open(&self) -> bool {
        matches!(self.tls, Tls::None) && !is_local(&self.host)
    }

    async fn connect(&self) -> Result<Session, Trouble> {
        let first = match &self.tls {
            Tls::FromTheStart(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut session = within(
            self.patience,
            Session::connect_tokio1(server, Some(self.patience), &self.hello, first, None),
        )
        .await?;
        if let Tls::Upgraded(parameters) = &self.tls {
            within(self.patience, session.starttls(parameters.clone(), &self.hello)).await?;
        }
        if let Some(login) = &self.login {
            within(self.patience, session.auth(DEFAULT_MECHANISMS, login)).await?;
        }
        Ok(session)
    }

    /// The connection of the mail before, if it still answers, or a new one.
    async fn session(&self, held: &mut Option<Session>) -> Result<Session, Trouble> {
        if let Some(mut session) = held.take()
            && within(self.patience, session.command(Noop)).await.is_ok()
        {
            return Ok(session);
        }
        self.connect().await
    }

    /// Hands a mail over. The connection is left in `held` for the next one where it is fit for that.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn hand_over(
        &self,
        held: &mut Option<Session>,
        envelope: &Envelope,
        mail: &[u8],
    ) -> Result<(), Undelivered> {
        let away = |trouble: Trouble| Undelivered::Away(trouble.words);
        let mut session = self.session(held).await.map_err(away)?;
        let mut options = Vec::new();
        let mut addresses = envelope.to().iter().chain(envelope.from());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            if !session.server_info().supports_feature(Extension::SmtpUtfEight) {
                *held = Some(session);
                return Err(Undelivered::Refused("SMTPUTF8".to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let from = Mail::new(envelope.from().cloned(), options);
        within(self.patience, session.command(from)).await.map_err(away)?;
        for to in envelope.to() {
            let said = within(self.patience, session.command(Rcpt::new(to.clone(), Vec::new()))).await;
            if let Err(trouble) = said {
                return Err(self.about_the_mail(held, session, trouble, false).await);
            }
        }
        if let Err(trouble) = within(self.patience, session.command(Data)).await {
            return Err(self.about_the_mail(held, session, trouble, false).await);
        }
        match within(self.patience.saturating_mul(SCAN), session.message(mail)).await {
            Ok(_) => {
                *held = Some(session);
                Ok(())
            }
            Err(trouble) => Err(self.about_the_mail(held, session, trouble, true).await),
        }
    }

    /// What an error means that came after the recipient was named. Without a reply to the whole mail nobody knows
    /// whether it was taken.
    async fn about_the_mail(
        &self,
        held: &mut Option<Session>,
        mut session: Session,
        trouble: Trouble,
        whole: bool,
    ) -> Undelivered {
        match trouble.code {
            // The server closes down, or wants a name and a password first: that is not about this mail.
            Some(421 | 530) => return Undelivered::Away(trouble.words),
            Some(_) if within(self.patience, session.command(Rset)).await.is_ok() => *held = Some(session),
            _ => {}
        }
        if trouble.permanent {
            Undelivered::Refused(trouble.words)
        } else {
            Undelivered::Later { unsure: whole && trouble.code.is_none(), why: trouble.words }
        }
    }
}

/// What went wrong with a step.
#[derive(Debug)]
struct Trouble {
    /// The reply's code; none: there was no reply.
    code: Option<u16>,
    permanent: bool,
    /// The code, or what happened. Never the reply's text: some servers repeat the mail or the address in it.
    words: String,
}

/// One step with a limit of time.
async fn within<T>(patience: Duration, step: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match tokio::time::timeout(patience, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let code = error.status().map(u16::from);
            let words = code.map_or_else(|| error.to_string(), |code| code.to_string());
            Err(Trouble { code, permanent: error.is_permanent(), words })
        }
        Err(_) => Err(Trouble { code: None, permanent: false, words: "timeout".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(address: &str) -> Result<Relay, String> {
        Relay::new(address, None, "khaosat.example.vn")
    }

    #[test]
    fn mail_is_encrypted_unless_the_server_is_this_machine_or_somebody_insists() {
        for (address, port, is_open) in [
            ("smtp://127.0.0.1:2525", 2525, false),
            ("smtp://localhost", 25, false),
            ("smtp://[::1]:2525", 2525, false),
            ("smtp://mail.example.vn?tls=none", 25, true),
        ] {
            let relay = relay(address).unwrap();
            assert!(matches!(relay.tls, Tls::None), "{address}");
            assert_eq!((relay.port, relay.is_open()), (port, is_open), "{address}");
        }
        for address in ["smtp://mail.example.vn", "smtp://10.0.0.1", "smtp://localhost?tls=required"] {
            let relay = relay(address).unwrap();
            assert!(matches!(relay.tls, Tls::Upgraded(_)) && relay.port == 587, "{address}");
        }
        let relay = relay("smtps://kh%40a:m%C4%A9t@mail.example.vn").unwrap();
        assert!(matches!(relay.tls, Tls::FromTheStart(_)) && relay.port == 465 && relay.login.is_some());
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_its_password() {
        for address in ["http://mail", "smtp://", "mail.example.vn", "smtp://u:swordfish@mail?tls=maybe"] {
            let words = relay(address).unwrap_err();
            assert!(!words.contains("swordfish"), "{words}");
        }
    }
}
