//! A mail server that keeps what it gets: enough of SMTP (RFC 5321) for any client to hand over a mail.
//!
//! Written here, since the tests need no more of a mail server than this, and one from outside would need a second
//! language's packages on every machine that runs the tests.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

use mail_parser::MessageParser;

/// A mail as it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body as sent, without the doubling of leading dots.
    pub data: String,
}

impl Mail {
    /// The subject, decoded.
    pub fn subject(&self) -> String {
        MessageParser::new().parse(&self.data).unwrap().subject().unwrap_or_default().to_owned()
    }

    /// A header as sent, without its line breaks.
    pub fn header(&self, name: &str) -> String {
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let found = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    }

    /// The personal link in the plain text, as a path.
    #[track_caller]
    pub fn link(&self) -> String {
        let text = self.text();
        let line =
            text.lines().find(|line| line.trim().contains("/m/")).expect("a link on a line of its own");
        super::stage::path(line.trim())
    }

    /// The plain text, decoded.
    pub fn text(&self) -> String {
        MessageParser::new().parse(&self.data).unwrap().body_text(0).unwrap_or_default().into_owned()
    }
}

/// A mail server on a free port of the loopback interface, until the test's process ends.
#[derive(Debug, Clone)]
pub struct MailServer {
    address: SocketAddr,
    kept: Arc<Kept>,
}

/// What the server does, once, when a mail for somebody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers to the recipient with this code.
    Say(u16),
    /// Answers to the whole mail with this code, and does not keep it.
    SayAfterwards(u16),
    /// Breaks off when the whole mail is there, without keeping it.
    DieBefore,
    /// Keeps the mail, and breaks off without a word.
    DieAfter,
    /// Keeps the mail, and says nothing for as long as the client waits.
    Silent,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Mutex<Vec<Mail>>,
    more: Condvar,
    refused: Vec<String>,
    script: Mutex<Vec<(String, Act)>>,
}

impl Kept {
    /// What is to be done for one of these recipients; of several such things the first.
    fn act(&self, to: &[String], early: bool) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        let at = script
            .iter()
            .position(|(recipient, act)| to.contains(recipient) && matches!(act, Act::Say(_)) == early)?;
        Some(script.remove(at).1)
    }

    fn keep(&self, mail: &Mail) {
        self.mails.lock().unwrap().push(mail.clone());
        self.more.notify_all();
    }
}

impl MailServer {
    /// Starts one that takes every mail.
    pub fn start() -> Self {
        Self::start_refusing(&[])
    }

    /// Starts one that has no mailbox for these recipients (550).
    pub fn start_refusing(recipients: &[&str]) -> Self {
        let refused = recipients.iter().map(|recipient| (*recipient).to_owned()).collect();
        Self::listen("127.0.0.1:0".parse().unwrap(), Kept { refused, ..Kept::default() })
    }

    /// Starts one that does these things when mails for these recipients come, each once and in this order.
    pub fn start_acting(script: &[(&str, Act)]) -> Self {
        let script = script.iter().map(|(to, act)| ((*to).to_owned(), *act)).collect();
        let kept = Kept { script: Mutex::new(script), ..Kept::default() };
        Self::listen("127.0.0.1:0".parse().unwrap(), kept)
    }

    /// Starts one at an address where nobody listened.
    pub fn start_at(address: SocketAddr) -> Self {
        Self::listen(address, Kept::default())
    }

    /// An address where nobody listens now.
    pub fn nobody() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    fn listen(address: SocketAddr, kept: Kept) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Arc::new(kept);
        let all = Arc::clone(&kept);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&all);
                // A client that breaks off ends its own conversation only.
                thread::spawn(move || talk(&stream, &kept).ok());
            }
        });
        Self { address, kept }
    }

    /// The address, as in `SIPAS_SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// The mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept.mails.lock().unwrap().clone()
    }

    /// Waits until there are so many mails and gives them.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Mail> {
        let mails = self.kept.mails.lock().unwrap();
        let wait =
            self.kept.more.wait_timeout_while(mails, Duration::from_secs(60), |mails| mails.len() < count);
        let (mails, timeout) = wait.unwrap();
        assert!(!timeout.timed_out(), "{} of {count} mails came", mails.len());
        mails.clone()
    }
}

/// One conversation.
fn talk(stream: &TcpStream, kept: &Kept) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let say = |words: &str| -> std::io::Result<()> {
        let mut stream = stream;
        write!(stream, "{words}\r\n")
    };
    let mut mail = Mail { from: String::new(), to: Vec::new(), data: String::new() };
    say("220 test ESMTP")?;
    while let Some(line) = lines.next().transpose()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say("250-test\r\n250 8BITMIME")?,
            "HELO" | "NOOP" => say("250 OK")?,
            "MAIL" => {
                mail = Mail { from: path(&line), to: Vec::new(), data: String::new() };
                say("250 OK")?;
            }
            "RCPT" if kept.refused.contains(&path(&line)) => say("550 no such mailbox")?,
            "RCPT" => match kept.act(&[path(&line)], true) {
                Some(Act::Say(code)) => say(&format!("{code} as the test wants"))?,
                _ => {
                    mail.to.push(path(&line));
                    say("250 OK")?;
                }
            },
            "DATA" if mail.to.is_empty() => say("503 no recipient")?,
            "DATA" => {
                say("354 end with a dot on a line of its own")?;
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.data.push_str("\r\n");
                }
                match kept.act(&mail.to, false) {
                    None | Some(Act::Say(_)) => {
                        kept.keep(&mail);
                        say("250 kept")?;
                    }
                    Some(Act::SayAfterwards(code)) => say(&format!("{code} as the test wants"))?,
                    Some(Act::DieBefore) => return Ok(()),
                    Some(Act::DieAfter) => {
                        kept.keep(&mail);
                        return Ok(());
                    }
                    Some(Act::Silent) => {
                        kept.keep(&mail);
                        // Until the client gives up.
                        let _ = lines.next();
                        return Ok(());
                    }
                }
            }
            "RSET" => {
                mail.to.clear();
                say("250 OK")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("502 not known here")?,
        }
    }
    Ok(())
}

/// What stands between `<` and `>`.
fn path(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(path, _)| path.to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use lettre::{Message, SmtpTransport, Transport as _, message::header::ContentType};

    use super::*;

    fn letter(to: &str) -> Message {
        Message::builder()
            .from("Sở Nội vụ <sonoivu@example.vn>".parse().unwrap())
            .to(to.parse().unwrap())
            .subject("Mời Ông/Bà trả lời khảo sát")
            .header(ContentType::TEXT_PLAIN)
            .body(
                "Kính gửi Ông/Bà,\n\n.một dòng bắt đầu bằng dấu chấm\nhttps://khaosat.example.vn/m/abc\n"
                    .to_owned(),
            )
            .unwrap()
    }

    #[test]
    fn a_mail_arrives_as_it_was_written() {
        let server = MailServer::start();
        let sender = SmtpTransport::from_url(&server.url()).unwrap().build();
        for to in ["a@example.vn", "b@example.vn"] {
            sender.send(&letter(to)).unwrap();
        }
        let mails = server.wait_for(2);
        assert_eq!(mails[0].from, "sonoivu@example.vn");
        assert_eq!([&mails[0].to[..], &mails[1].to[..]], [["a@example.vn"], ["b@example.vn"]]);
        assert_eq!(mails[0].subject(), "Mời Ông/Bà trả lời khảo sát");
        assert_eq!(
            mails[0].text().replace("\r\n", "\n"),
            "Kính gửi Ông/Bà,\n\n.một dòng bắt đầu bằng dấu chấm\nhttps://khaosat.example.vn/m/abc\n"
        );
    }

    #[test]
    fn a_refused_recipient_is_told_to_the_sender() {
        let server = MailServer::start_refusing(&["gone@example.vn"]);
        let sender = SmtpTransport::from_url(&server.url()).unwrap().build();
        let error = sender.send(&letter("gone@example.vn")).unwrap_err();
        assert!(error.is_permanent(), "{error}");
        sender.send(&letter("here@example.vn")).unwrap();
        assert_eq!(server.mails().len(), 1);
    }
}
