//! A plain HTTP client, as a phone or a script is one: it follows no redirect and runs no script.

use std::{collections::BTreeMap, time::Duration};

use ureq::http::{HeaderMap, Method, Request};

use super::form::Form;

/// A client of one server, with the cookies that this server set.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
    cookies: BTreeMap<String, String>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The content as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("UTF-8")
    }

    /// A header, empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts this status and gives the page back.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The one form of the page that posts.
    #[track_caller]
    pub fn form(&self) -> Form {
        Form::read(self.text())
    }

    /// The form of the page that is sent to this address, or else to one beginning so.
    #[track_caller]
    pub fn form_to(&self, action: &str) -> Form {
        let mut forms = Form::all(self.text());
        let found = forms
            .iter()
            .position(|form| form.action.split('?').next() == Some(action))
            .or_else(|| forms.iter().position(|form| form.action.starts_with(action)))
            .expect("no such form");
        forms.swap_remove(found)
    }
}

impl Client {
    /// A client of the server at this address (without a slash at the end).
    pub fn new(base: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            // A proxy in the environment is not for the loopback interface.
            .proxy(None)
            .build();
        Self { agent: config.into(), base: base.to_owned(), cookies: BTreeMap::new() }
    }

    /// The cookies that the server set and did not take back.
    pub fn cookies(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// `GET` of a path or of a whole address.
    pub fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[], b"")
    }

    /// `POST` of url-encoded fields.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body.as_bytes())
    }

    /// Sends a form as it is filled in; an empty action means the page's own path.
    pub fn submit(&mut self, page: &str, form: &Form) -> Page {
        let path = if form.action.is_empty() { page } else { &form.action };
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, form.body().as_bytes())
    }

    /// Sends a form; `None` if the connection broke before the answer was there.
    pub fn try_submit(&mut self, page: &str, form: &Form) -> Option<Page> {
        let path = if form.action.is_empty() { page } else { &form.action };
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.try_send("POST", path, &headers, form.body().as_bytes()).ok()
    }

    /// Any request; nothing is added but the cookies.
    #[track_caller]
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        self.try_send(method, path, headers, body).unwrap()
    }

    fn try_send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Page, ureq::Error> {
        let url = if path.starts_with('/') { format!("{}{path}", self.base) } else { path.to_owned() };
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let mut answer = if body.is_empty() && method != "POST" {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        let page = Page {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes: answer.body_mut().with_config().limit(1 << 30).read_to_vec()?,
        };
        self.remember(&page);
        Ok(page)
    }

    /// Keeps what `Set-Cookie` sets. `Secure` is not looked at: tests speak plain HTTP to the loopback interface.
    fn remember(&mut self, page: &Page) {
        for cookie in page.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').expect("NAME=VALUE");
            let gone = attributes.to_ascii_lowercase().split(';').any(|part| part.trim() == "max-age=0");
            if gone || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        net::TcpListener,
        thread,
    };

    use super::*;

    #[test]
    fn redirects_are_shown_not_followed_and_cookies_are_kept() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = Client::new(&format!("http://{}", listener.local_addr().unwrap()));
        let server = thread::spawn(move || {
            let answers = [
                "HTTP/1.1 303 See Other\r\nLocation: /thanks\r\nSet-Cookie: s=1; HttpOnly\r\nContent-Length: 0\r\n",
                "HTTP/1.1 422 Unprocessable Content\r\nSet-Cookie: s=; Max-Age=0\r\nContent-Length: 3\r\n",
            ];
            answers.map(|answer| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut asked = String::new();
                let mut bytes = [0; 4096];
                while !asked.contains("\r\n\r\n")
                    || asked.starts_with("POST") && !asked.ends_with("q=b%C3%A1+1")
                {
                    let read = stream.read(&mut bytes).unwrap();
                    assert_ne!(read, 0, "{asked}");
                    asked.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
                }
                let body = if answer.contains("422") { "bad" } else { "" };
                write!(stream, "{answer}Connection: close\r\n\r\n{body}").unwrap();
                asked
            })
        });
        let page = client.post("/k/one", &[("q", "bá 1")]).is(303);
        assert_eq!((page.header("location"), page.header("no-such")), ("/thanks", ""));
        assert_eq!(client.cookies().get("s").map(String::as_str), Some("1"));
        assert_eq!(client.get("/thanks").is(422).text(), "bad");
        assert!(client.cookies().is_empty());
        let asked = server.join().unwrap();
        assert!(asked[0].contains("content-type: application/x-www-form-urlencoded"), "{}", asked[0]);
        assert!(asked[1].to_ascii_lowercase().contains("cookie: s=1"), "{}", asked[1]);
    }
}
