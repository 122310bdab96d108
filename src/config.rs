//! Settings: a TOML file (`--config`) and `SIPAS_*` variables, which win. Checked at start; secrets are redacted.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use i18n_embed_fl::fl;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{language::Lang, secret::Key};

/// Mails a minute unless said otherwise: fewer than most mail servers allow.
const PER_MINUTE: u32 = 60;

/// What the commands and the server need to know of their surroundings.
#[derive(Debug, Clone)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The address that citizens and officials see, without a slash at the end; links and posters start with it.
    pub base_url: String,
    /// Mail server: `smtp://…`, `smtps://…`, or `file:DIR` to catch mail in a folder.
    pub smtp_url: Option<SecretString>,
    /// Certificates (PEM) by which the mail server is known beside those of the public authorities.
    pub smtp_ca: Option<PathBuf>,
    /// Sender of mails.
    pub mail_from: String,
    /// Where answers to mails go, if not to the sender.
    pub mail_reply_to: Option<String>,
    /// Most mails a minute.
    pub mail_per_minute: u32,
    /// The RSA key (PEM) that signs mails (DKIM).
    pub dkim_key: Option<PathBuf>,
    /// The name under which the DNS has its public half.
    pub dkim_selector: String,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Folder of questionnaire definitions beside the built-in ones.
    pub definitions: Option<PathBuf>,
    /// Folder of languages that respondents' pages offer beside the program's own.
    pub languages: Option<PathBuf>,
    /// Folder of the province's own templates for print.
    pub templates: Option<PathBuf>,
    /// Whether administrators and managers must have a second factor.
    pub require_second_factor: bool,
    /// The single sign-on.
    pub oidc: Option<Oidc>,
    /// Whether the address that people see was given, or follows from where the server listens.
    base_url_given: bool,
    /// The key, if it is given as text.
    secret: Option<SecretString>,
    /// The file that holds the key; made at the first start.
    secret_file: PathBuf,
}

/// A single sign-on by OpenID Connect.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// Its address, under which `/.well-known/openid-configuration` lies.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our password there; absent for a public client.
    pub client_secret: Option<SecretString>,
    /// What the button on the log-in page calls it.
    pub name: String,
    /// Whether it sees to a second factor itself, so that none of ours is asked for.
    pub second_factor: bool,
    /// The domains, in small letters, whose verified e-mail addresses tell who somebody is.
    pub email_domains: Vec<String>,
}

/// The settings file. Every field may also come from the variable `SIPAS_` + its name in capitals.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<String>,
    listen: Option<String>,
    base_url: Option<String>,
    smtp_url: Option<SecretString>,
    smtp_ca: Option<PathBuf>,
    mail_from: Option<String>,
    mail_reply_to: Option<String>,
    mail_per_minute: Option<u32>,
    dkim_key: Option<PathBuf>,
    dkim_selector: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    definitions: Option<PathBuf>,
    languages: Option<PathBuf>,
    templates: Option<PathBuf>,
    require_second_factor: Option<bool>,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret: Option<SecretString>,
    oidc_client_secret_file: Option<PathBuf>,
    oidc_name: Option<String>,
    oidc_second_factor: Option<bool>,
    oidc_email_domains: Option<Vec<String>>,
    secret: Option<SecretString>,
    secret_file: Option<PathBuf>,
}

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not as it should be; the message carries line and column.
    #[error("{}: {message}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A setting has no usable value.
    #[error("{name} = {value:?} is no usable value")]
    Value {
        /// The setting.
        name: &'static str,
        /// Its value; `…` for secrets.
        value: String,
        /// What would be right.
        wanted: Wanted,
    },
}

/// What a setting must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// An IP address with a port.
    Listen,
    /// The address that people see.
    BaseUrl,
    /// IP addresses separated by commas.
    Proxies,
    /// A long random text.
    Secret,
    /// Yes or no.
    Switch,
    /// A number of mails a minute.
    PerMinute,
    /// The address of a single sign-on.
    Issuer,
    /// Our name at the single sign-on.
    ClientId,
    /// A program that was built with the feature `oidc`.
    BuiltWithOidc,
}

impl ConfigError {
    /// The words for the operator: which setting or file, and what would be right.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Unreadable { path, source } => {
                fl!(m, "config-unreadable", path = path.display().to_string(), detail = source.to_string())
            }
            Self::Broken { path, message } => {
                fl!(m, "config-broken", path = path.display().to_string(), detail = message.as_str())
            }
            Self::Value { name, value, wanted } => {
                let wanted = match wanted {
                    Wanted::Listen => fl!(m, "config-wanted-listen"),
                    Wanted::BaseUrl => fl!(m, "config-wanted-base-url"),
                    Wanted::Proxies => fl!(m, "config-wanted-proxies"),
                    Wanted::Secret => fl!(m, "config-wanted-secret"),
                    Wanted::Switch => fl!(m, "config-wanted-switch"),
                    Wanted::PerMinute => fl!(m, "config-wanted-per-minute"),
                    Wanted::Issuer => fl!(m, "config-wanted-issuer"),
                    Wanted::ClientId => fl!(m, "config-wanted-client-id"),
                    Wanted::BuiltWithOidc => fl!(m, "config-wanted-built-with-oidc"),
                };
                fl!(m, "config-value", name = (*name).to_owned(), value = value.as_str(), wanted = wanted)
            }
        }
    }
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`ConfigError`] says which setting or file, and what would be right.
    pub fn load(file: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let given = match file {
            None => File::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
                toml::from_str(&text).map_err(|error| ConfigError::Broken {
                    path: path.to_owned(),
                    message: error.to_string(),
                })?
            }
        };
        let env = |name: &str| variable(&format!("SIPAS_{name}")).filter(|value| !value.trim().is_empty());
        let listen = env("LISTEN").or(given.listen).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| ConfigError::Value {
            name: "SIPAS_LISTEN",
            value: listen.clone(),
            wanted: Wanted::Listen,
        })?;
        let base_url = env("BASE_URL").or(given.base_url);
        let base_url_given = base_url.is_some();
        let base_url = base_url.unwrap_or_else(|| format!("http://{listen}"));
        let base_url = base_url.trim_end_matches('/').to_owned();
        if !(base_url.starts_with("http://") || base_url.starts_with("https://"))
            || base_url.contains(char::is_whitespace)
        {
            return Err(ConfigError::Value {
                name: "SIPAS_BASE_URL",
                value: base_url,
                wanted: Wanted::BaseUrl,
            });
        }
        let proxies = env("TRUSTED_PROXIES")
            .map(|list| list.split([',', ' ']).filter(|p| !p.is_empty()).map(str::to_owned).collect())
            .or(given.trusted_proxies)
            .unwrap_or_default();
        let trusted_proxies = proxies
            .into_iter()
            .map(|proxy: String| {
                proxy.parse().map_err(|_| ConfigError::Value {
                    name: "SIPAS_TRUSTED_PROXIES",
                    value: proxy.clone(),
                    wanted: Wanted::Proxies,
                })
            })
            .collect::<Result<_, _>>()?;
        let database_url =
            env("DATABASE_URL").or(given.database_url).unwrap_or_else(|| "sqlite:sipas.db".to_owned());
        let secret = env("SECRET").map(SecretString::from).or(given.secret);
        let secret_file = env("SECRET_FILE")
            .map(PathBuf::from)
            .or(given.secret_file)
            .unwrap_or_else(|| beside(&database_url));
        let definitions = env("DEFINITIONS").map(PathBuf::from).or(given.definitions).or_else(|| {
            let here = PathBuf::from("survey-definitions");
            here.is_dir().then_some(here)
        });
        let languages = env("LANGUAGES").map(PathBuf::from).or(given.languages).or_else(|| {
            let here = PathBuf::from("languages");
            here.is_dir().then_some(here)
        });
        let templates = env("TEMPLATES").map(PathBuf::from).or(given.templates).or_else(|| {
            let here = PathBuf::from("templates");
            here.is_dir().then_some(here)
        });
        let require_second_factor = match env("REQUIRE_SECOND_FACTOR") {
            Some(value) => switch("SIPAS_REQUIRE_SECOND_FACTOR", &value)?,
            None => given.require_second_factor.unwrap_or(false),
        };
        let mail_per_minute = match env("MAIL_PER_MINUTE") {
            Some(value) => value.trim().parse().map_err(|_| ConfigError::Value {
                name: "SIPAS_MAIL_PER_MINUTE",
                value: value.clone(),
                wanted: Wanted::PerMinute,
            })?,
            None => given.mail_per_minute.unwrap_or(PER_MINUTE),
        };
        if mail_per_minute == 0 {
            return Err(ConfigError::Value {
                name: "SIPAS_MAIL_PER_MINUTE",
                value: "0".to_owned(),
                wanted: Wanted::PerMinute,
            });
        }
        let oidc = Oidc::read(
            &env,
            Oidc {
                issuer: given.oidc_issuer.unwrap_or_default(),
                client_id: given.oidc_client_id.unwrap_or_default(),
                client_secret: given.oidc_client_secret,
                name: given.oidc_name.unwrap_or_default(),
                second_factor: given.oidc_second_factor.unwrap_or(false),
                email_domains: given.oidc_email_domains.unwrap_or_default(),
            },
            given.oidc_client_secret_file,
        )?;
        Ok(Self {
            listen,
            base_url,
            base_url_given,
            smtp_ca: env("SMTP_CA").map(PathBuf::from).or(given.smtp_ca),
            mail_reply_to: env("MAIL_REPLY_TO").or(given.mail_reply_to),
            mail_per_minute,
            dkim_key: env("DKIM_KEY").map(PathBuf::from).or(given.dkim_key),
            dkim_selector: env("DKIM_SELECTOR").or(given.dkim_selector).unwrap_or_else(|| "sipas".to_owned()),
            smtp_url: env("SMTP_URL").map(SecretString::from).or(given.smtp_url),
            mail_from: env("MAIL_FROM")
                .or(given.mail_from)
                .unwrap_or_else(|| "Sở Nội vụ <khaosat@localhost>".to_owned()),
            trusted_proxies,
            definitions,
            languages,
            templates,
            require_second_factor,
            oidc,
            database_url,
            secret,
            secret_file,
        })
    }

    /// The key for tokens and answer ids; its file is made at the first start.
    ///
    /// # Errors
    /// [`ConfigError`] when it is too short or its file cannot be read or made.
    pub fn key(&self) -> Result<Key, ConfigError> {
        use secrecy::ExposeSecret as _;
        match &self.secret {
            Some(text) => Key::from_text(text.expose_secret()).ok_or_else(|| ConfigError::Value {
                name: "SIPAS_SECRET",
                value: "…".to_owned(),
                wanted: Wanted::Secret,
            }),
            None => Key::from_file(&self.secret_file)
                .map_err(|source| ConfigError::Unreadable { path: self.secret_file.clone(), source }),
        }
    }

    /// The permissions of the file that holds the key, as in `ls -l`; `None` if the key is given as text or not made yet.
    #[cfg(unix)]
    pub fn key_file_mode(&self) -> Option<u32> {
        use std::os::unix::fs::PermissionsExt as _;
        if self.secret.is_some() {
            return None;
        }
        std::fs::metadata(&self.secret_file).ok().map(|file| file.permissions().mode() & 0o777)
    }

    /// The settings of a server that turned out to listen here (port 0 takes any free one).
    #[must_use]
    pub fn listening_at(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        if !self.base_url_given {
            self.base_url = format!("http://{address}");
        }
        self
    }

    /// The folder that catches mails instead of sending them (`file:DIR`).
    pub fn caught_mails(&self) -> Option<PathBuf> {
        use secrecy::ExposeSecret as _;
        self.smtp_url.as_ref()?.expose_secret().strip_prefix("file:").map(PathBuf::from)
    }

    /// Whether people reach the server by HTTPS; cookies are marked accordingly.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

impl Oidc {
    /// The single sign-on of the variables and a file; `None` where neither names an issuer.
    fn read(
        env: &impl Fn(&str) -> Option<String>,
        file: Self,
        secret_file: Option<PathBuf>,
    ) -> Result<Option<Self>, ConfigError> {
        let or = |name: &str, given: String| env(name).unwrap_or(given).trim().to_owned();
        let issuer = or("OIDC_ISSUER", file.issuer);
        if issuer.is_empty() {
            return Ok(None);
        }
        let wrong = |name: &'static str, value: &str, wanted: Wanted| {
            Err(ConfigError::Value { name, value: value.to_owned(), wanted })
        };
        if !cfg!(feature = "oidc") {
            return wrong("SIPAS_OIDC_ISSUER", &issuer, Wanted::BuiltWithOidc);
        }
        let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let at_home = here.iter().filter_map(|start| issuer.strip_prefix(start));
        let is_safe = issuer.starts_with("https://")
            || at_home.into_iter().any(|rest| rest.is_empty() || rest.starts_with([':', '/']));
        if !is_safe || issuer.contains(char::is_whitespace) {
            return wrong("SIPAS_OIDC_ISSUER", &issuer, Wanted::Issuer);
        }
        let client_id = or("OIDC_CLIENT_ID", file.client_id);
        if client_id.is_empty() {
            return wrong("SIPAS_OIDC_CLIENT_ID", "", Wanted::ClientId);
        }
        let secret_file = env("OIDC_CLIENT_SECRET_FILE").map(PathBuf::from).or(secret_file);
        let client_secret = match (env("OIDC_CLIENT_SECRET"), secret_file) {
            (Some(secret), _) => Some(SecretString::from(secret)),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| ConfigError::Unreadable { path, source })?;
                Some(SecretString::from(text.trim().to_owned()))
            }
            (None, None) => file.client_secret,
        };
        let second_factor = match env("OIDC_SECOND_FACTOR") {
            Some(value) => switch("SIPAS_OIDC_SECOND_FACTOR", &value)?,
            None => file.second_factor,
        };
        let email_domains = match env("OIDC_EMAIL_DOMAINS") {
            Some(list) => list.split([',', ' ']).map(str::to_owned).collect(),
            None => file.email_domains,
        };
        let email_domains: Vec<String> = email_domains
            .iter()
            .map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
            .filter(|domain| !domain.is_empty())
            .collect();
        let name = or("OIDC_NAME", file.name);
        let host = issuer.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let name = if name.is_empty() { host.to_owned() } else { name };
        Ok(Some(Self { issuer, client_id, client_secret, name, second_factor, email_domains }))
    }
}

/// `true` or `false`, as in a file.
fn switch(name: &'static str, value: &str) -> Result<bool, ConfigError> {
    value.trim().parse().map_err(|_| ConfigError::Value {
        name,
        value: value.to_owned(),
        wanted: Wanted::Switch,
    })
}

/// The key lies beside a SQLite file, else in the working folder.
fn beside(database_url: &str) -> PathBuf {
    match database_url.strip_prefix("sqlite:") {
        Some(path) => Path::new(path.strip_prefix("//").unwrap_or(path)).with_extension("key"),
        None => PathBuf::from("sipas.key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, |name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_settings_it_runs_on_this_machine_alone() {
        let config = load(&[]).unwrap();
        assert_eq!(config.database_url, "sqlite:sipas.db");
        assert_eq!(config.base_url, "http://127.0.0.1:8080");
        assert_eq!(config.secret_file, PathBuf::from("sipas.key"));
    }

    #[test]
    fn a_wrong_setting_is_named_with_what_would_be_right() {
        let error = load(&[("SIPAS_LISTEN", "8080")]).unwrap_err().words(Lang::EN);
        assert!(error.contains("SIPAS_LISTEN") && error.contains("127.0.0.1:8080"), "{error}");
        let error = load(&[("SIPAS_REQUIRE_SECOND_FACTOR", "maybe")]).unwrap_err().words(Lang::EN);
        assert!(error.contains("SIPAS_REQUIRE_SECOND_FACTOR") && error.contains("true"), "{error}");
        let error = load(&[("SIPAS_MAIL_PER_MINUTE", "0")]).unwrap_err().words(Lang::EN);
        assert!(error.contains("SIPAS_MAIL_PER_MINUTE") && error.contains("60"), "{error}");
        let error = load(&[("SIPAS_BASE_URL", "khaosat.vn")]).unwrap_err().to_string();
        assert!(error.contains("SIPAS_BASE_URL"), "{error}");
    }

    #[test]
    fn a_single_sign_on_needs_an_address_with_tls_and_a_name_of_ours() {
        assert!(load(&[]).unwrap().oidc.is_none());
        for issuer in ["sso.example.vn", "http://sso.example.vn", "http://localhost.evil.example"] {
            let error = load(&[("SIPAS_OIDC_ISSUER", issuer)]).unwrap_err().words(Lang::EN);
            assert!(error.contains("SIPAS_OIDC_ISSUER"), "{error}");
        }
        let error = load(&[("SIPAS_OIDC_ISSUER", "https://sso.example.vn")]).unwrap_err().words(Lang::EN);
        assert!(
            error.contains(if cfg!(feature = "oidc") { "SIPAS_OIDC_CLIENT_ID" } else { "oidc" }),
            "{error}"
        );
    }

    #[cfg(feature = "oidc")]
    #[test]
    fn l_11_the_secret_of_the_single_sign_on_comes_from_a_file_or_variable_and_shows_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "swordfish\n").unwrap();
        let oidc = |more: &[(&str, &str)]| {
            let given =
                [("SIPAS_OIDC_ISSUER", "https://sso.example.vn/x"), ("SIPAS_OIDC_CLIENT_ID", "sipas")];
            load(&[&given, more].concat()).unwrap().oidc.unwrap()
        };
        let config = oidc(&[
            ("SIPAS_OIDC_CLIENT_SECRET_FILE", path.to_str().unwrap()),
            ("SIPAS_OIDC_EMAIL_DOMAINS", "@Gialai.gov.vn, snv.vn"),
        ]);
        use secrecy::ExposeSecret as _;
        assert_eq!(config.client_secret.as_ref().unwrap().expose_secret(), "swordfish");
        assert_eq!((config.name.as_str(), config.second_factor), ("sso.example.vn", false));
        assert_eq!(config.email_domains, ["gialai.gov.vn", "snv.vn"]);
        assert!(!format!("{config:?}").contains("swordfish"));
        assert!(oidc(&[]).client_secret.is_none());
    }

    #[test]
    fn l_11_secrets_do_not_show_in_debug_output_or_errors() {
        let config =
            load(&[("SIPAS_SECRET", "correct-horse-battery"), ("SIPAS_SMTP_URL", "smtp://u:swordfish@mail")])
                .unwrap();
        let debug = format!("{config:?} {:?}", config.key());
        assert!(!debug.contains("horse") && !debug.contains("swordfish"), "{debug}");
        let error = load(&[("SIPAS_SECRET", "short")]).unwrap().key().unwrap_err().to_string();
        assert!(!error.contains("short"), "{error}");
    }
}
