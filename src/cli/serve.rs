//! `sipas serve`: the server.

use i18n_embed_fl::fl;
use tokio::net::TcpListener;

use super::{Failure, Settings, Surroundings, language, languages, print, say, surroundings::open};
use crate::{
    config::Config,
    store::StoreError,
    web::{self, auth::one_time},
};

/// Flags of `sipas serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    settings: Settings,
}

/// Serves until it is asked to stop.
///
/// # Errors
/// [`Failure::Input`] for wrong settings, [`Failure::Unreachable`] for a database or a port that cannot be had.
pub async fn run(args: &Args) -> Result<(), Failure> {
    start_log();
    let config = args.settings.load()?;
    languages::load(&config)?;
    // The port first: a second server by mistake must end before it touches the database.
    let (listener, config) = listen(config).await?;
    let staff = match config.admin_listen {
        Some(wanted) => Some(bind(wanted).await?.0),
        None => None,
    };
    let here = open(config).await?;
    let library = here.library_for_pages();
    print(format_args!("listening\thttp://{}\n", here.config.listen));
    set_up(&here).await?;
    say(fl!(language().messages(), "serve-listening", address = here.config.listen.to_string()));
    web::run::run(
        here.config,
        here.key,
        here.store,
        here.clock,
        library,
        listener,
        staff,
        web::server::asked_to_stop(),
    )
    .await;
    say(fl!(language().messages(), "serve-stopped"));
    Ok(())
}

/// Where there are no accounts yet, prints the link that makes the first one: it works once, for an hour.
async fn set_up(here: &Surroundings) -> Result<(), Failure> {
    let failed = |error: StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    let base = here.config.staff_url();
    let link = one_time::make_setup(&mut db, &here.key, base, here.clock.now()).await.map_err(failed)?;
    db.commit().await.map_err(failed)?;
    if let Some(link) = link {
        say(fl!(language().messages(), "serve-set-up"));
        print(format_args!("setup\t{link}\n"));
    }
    Ok(())
}

/// Takes the port.
///
/// # Errors
/// [`Failure::Unreachable`] when it is in use or not ours to take.
pub async fn listen(config: Config) -> Result<(TcpListener, Config), Failure> {
    let (listener, address) = bind(config.listen).await?;
    Ok((listener, config.listening_at(address)))
}

async fn bind(wanted: std::net::SocketAddr) -> Result<(TcpListener, std::net::SocketAddr), Failure> {
    let taken = async {
        let listener = TcpListener::bind(wanted).await?;
        let address = listener.local_addr()?;
        Ok::<_, std::io::Error>((listener, address))
    };
    taken.await.map_err(|error| {
        Failure::Unreachable(fl!(
            language().messages(),
            "serve-port",
            address = wanted.to_string(),
            detail = error.to_string()
        ))
    })
}

/// The log goes to stderr; `SIPAS_LOG` says how much (`warn`, `info`, `debug`, or per module).
fn start_log() {
    log("info,sqlx=warn");
}

/// The same for a demonstration, which says in words what matters.
pub fn start_quiet_log() {
    log("warn");
}

fn log(unless_asked: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("SIPAS_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(unless_asked));
    // JSON: nothing that a user types can forge a line (security test K-03).
    let log = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr);
    // Already started is fine.
    let _ = log.try_init();
}
