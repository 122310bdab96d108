//! Signing mails (DKIM, RFC 6376), so that the recipient's server can tell that they are the sender's own.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::{
    Message,
    message::{
        dkim::{
            DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
        },
        header::HeaderName,
    },
};
use rsa::{
    RsaPrivateKey,
    pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _},
    pkcs8::{DecodePrivateKey as _, EncodePublicKey as _, LineEnding},
    traits::PublicKeyParts as _,
};

/// What is signed: who, to whom, about what, and what mail programs act upon (RFC 8058 asks for the last two). Not the
/// `Content-Type`: of a message with parts lettre names it among what is signed, but leaves it out of the signature, which
/// then holds for nobody.
const SIGNED: [&str; 10] = [
    "From",
    "Reply-To",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];
/// The shortest key that large providers accept, in bits.
const SHORTEST: usize = 1024;

/// What signs mails.
#[derive(Debug)]
pub struct Signer {
    config: DkimConfig,
    record: (String, String),
}

impl Signer {
    /// Signs for `domain` with an RSA key in PEM (`BEGIN PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`).
    ///
    /// # Errors
    /// What is wrong with the key, in technical words.
    pub fn new(pem: &str, selector: &str, domain: &str) -> Result<Self, String> {
        let key = RsaPrivateKey::from_pkcs8_pem(pem)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(pem))
            .map_err(|_| "no RSA key in PEM".to_owned())?;
        let bits = key.size() * 8;
        if bits < SHORTEST {
            return Err(format!("an RSA key of {bits} bits"));
        }
        let text = key.to_pkcs1_pem(LineEnding::LF).map_err(|error| error.to_string())?;
        let public = key.to_public_key().to_public_key_der().map_err(|error| error.to_string())?;
        let key = DkimSigningKey::new(&text, DkimSigningAlgorithm::Rsa).map_err(|error| error.to_string())?;
        let headers = SIGNED.into_iter().map(HeaderName::new_from_ascii_str).collect();
        let relaxed = DkimCanonicalization {
            header: DkimCanonicalizationType::Relaxed,
            body: DkimCanonicalizationType::Relaxed,
        };
        let record = (
            format!("{selector}._domainkey.{domain}"),
            format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_bytes())),
        );
        let config = DkimConfig::new(selector.to_owned(), domain.to_owned(), key, headers, relaxed);
        Ok(Self { config, record })
    }

    /// Adds the signature.
    pub fn sign(&self, message: &mut Message) {
        message.sign(&self.config);
    }

    /// Name and value of the TXT record that must be in the DNS.
    pub const fn record(&self) -> &(String, String) {
        &self.record
    }
}
