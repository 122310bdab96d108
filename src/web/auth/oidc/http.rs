//! The way out to the provider: to the issuer's host alone, no redirect followed, within limits (security test H-14).

use std::{io, pin::Pin, sync::Arc, time::Duration};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use openidconnect::{
    HttpRequest, HttpResponse,
    http::{Uri, header::HOST},
};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};

/// Longest time for a request and its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer that is on its way.
type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send>>;

/// Largest answer, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Asks the provider.
#[derive(Debug, Clone)]
pub(super) struct Client {
    /// Scheme, host and port of the issuer.
    origin: Option<Origin>,
}

/// Scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    https: bool,
    host: String,
    port: u16,
}

impl Origin {
    fn of(uri: &Uri) -> Option<Self> {
        let https = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let port = uri.port_u16().unwrap_or(if https { 443 } else { 80 });
        Some(Self { https, host: uri.host()?.to_ascii_lowercase(), port })
    }

    /// Without TLS only to this machine, for trials.
    fn is_safe(&self) -> bool {
        self.https || matches!(self.host.as_str(), "127.0.0.1" | "localhost" | "[::1]")
    }
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// Something else than the issuer's host is asked for.
    #[error("{0} is not on the issuer's host, which alone is asked")]
    Elsewhere(String),
    /// It took too long.
    #[error("no answer within ten seconds")]
    Slow,
    /// The connection failed.
    #[error("the connection failed")]
    Connection(#[from] io::Error),
    /// What came is no HTTP.
    #[error("the answer is no HTTP")]
    Protocol(#[from] hyper::Error),
    /// The answer is too large or was cut off.
    #[error("the answer is too large or was cut off")]
    Body,
    /// The request cannot be formed.
    #[error("the request cannot be formed")]
    Request(#[from] openidconnect::http::Error),
}

impl Client {
    /// A client that asks the host of this issuer.
    pub(super) fn new(issuer: &str) -> Self {
        Self { origin: issuer.parse().ok().and_then(|uri| Origin::of(&uri)).filter(Origin::is_safe) }
    }

    /// The same as the library takes it.
    pub(super) fn asking(&self) -> impl Fn(HttpRequest) -> Answer + Send + Sync + 'static {
        let client = self.clone();
        move |request| {
            let client = client.clone();
            Box::pin(async move { client.send(request).await })
        }
    }

    /// Sends one request.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let target = Origin::of(request.uri());
        let Some(origin) = target.filter(|target| Some(target) == self.origin.as_ref()) else {
            return Err(HttpError::Elsewhere(request.uri().to_string()));
        };
        tokio::time::timeout(PATIENCE, exchange(&origin, request)).await.map_err(|_| HttpError::Slow)?
    }
}

async fn exchange(origin: &Origin, request: HttpRequest) -> Result<HttpResponse, HttpError> {
    let host = origin.host.trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host.as_str(), origin.port)).await?;
    if origin.https {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        let name =
            ServerName::try_from(host).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
        talk(stream, origin, request).await
    } else {
        talk(stream, origin, request).await
    }
}

async fn talk(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    origin: &Origin,
    request: HttpRequest,
) -> Result<HttpResponse, HttpError> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (mut parts, body) = request.into_parts();
    // In the form that goes to a server, not to a proxy.
    let authority = match (origin.https, origin.port) {
        (true, 443) | (false, 80) => origin.host.clone(),
        (_, port) => format!("{}:{port}", origin.host),
    };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    parts.uri = Uri::builder().path_and_query(path).build()?;
    let host = authority.parse().map_err(openidconnect::http::Error::from)?;
    parts.headers.insert(HOST, host);
    let request = hyper::Request::from_parts(parts, Full::new(axum::body::Bytes::from(body)));
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = Limited::new(body, LARGEST).collect().await.map_err(|_| HttpError::Body)?.to_bytes();
    connection.abort();
    Ok(HttpResponse::from_parts(head, body.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(issuer: &str, url: &str) -> HttpError {
        let request = openidconnect::http::Request::get(url).body(Vec::new()).unwrap();
        Client::new(issuer).send(request).await.unwrap_err()
    }

    #[tokio::test]
    async fn h_14_no_host_but_the_issuer_s_is_asked_whatever_the_provider_says() {
        let issuer = "https://sso.example.invalid/realms/tinh";
        for elsewhere in [
            "https://evil.example/token",
            "http://sso.example.invalid/token",
            "https://sso.example.invalid:8443/token",
            "https://sso.example.invalid.evil.example/token",
            "https://169.254.169.254/latest",
            "http://127.0.0.1/token",
        ] {
            assert!(matches!(ask(issuer, elsewhere).await, HttpError::Elsewhere(_)), "{elsewhere}");
        }
        // A name that nothing has.
        assert!(matches!(ask(issuer, "https://sso.example.invalid/token").await, HttpError::Connection(_)));
        // Without TLS nothing leaves this machine.
        let plain = "http://sso.example.invalid/";
        assert!(matches!(ask(plain, plain).await, HttpError::Elsewhere(_)));
    }
}
