//! `sipas demo`: a demonstration province from nothing, with its server.

mod province;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use i18n_embed_fl::fl;
use jiff::Timestamp;

use super::{
    Failure, Surroundings, language, print, say, serve,
    surroundings::{did, open},
    user,
};
use crate::{
    apply::{self, Source},
    clock,
    config::Config,
    distribution::{address, mail::Mailer},
    language::Lang,
    organisation::Role,
    secret::{self, LINK_TOKEN},
    simulation::{self, Refused},
    store::{
        StoreError,
        accounts::{self, Account},
        campaigns::{self, Stored},
        invitations,
        outbox::{self, Noted},
        places, responses,
    },
    web::{self, admin::mail as mail_page, auth::password},
    worker::outbox::{Sender, Turn},
};

/// Flags of `sipas demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The folder for the database and the caught mails; a folder of an earlier run is used again.
    #[arg(long, default_value = "sipas-demo", value_name = "DIR")]
    dir: PathBuf,
}

/// Invented answers of citizens and of council members.
const CITIZENS: u64 = 5_200;
const OFFICIALS: u64 = 58;
/// Persons of the groups that judge units.
const RATERS: u64 = 105;
/// The demonstration is the same everywhere.
const SEED: u64 = 2_026;
/// The account that runs the surveys, and the one that runs the system.
const MANAGER: &str = "sonoivu";
const ADMINISTRATOR: &str = "quantri";

/// Makes the province where it is not there yet, prints where to look, and serves.
///
/// # Errors
/// [`Failure::Unreachable`] for a folder or a port that cannot be had.
pub async fn run(args: &Args) -> Result<(), Failure> {
    serve::start_quiet_log();
    let lang = language();
    let m = lang.messages();
    let mails = args.dir.join("mail");
    std::fs::create_dir_all(&mails).map_err(|error| {
        let (path, detail) = (args.dir.display().to_string(), error.to_string());
        Failure::Unreachable(fl!(m, "demo-folder", path = path, detail = detail))
    })?;
    let (listener, config) = serve::listen(settings(args.listen, &args.dir, &mails)?).await?;
    let folder = args.dir.display().to_string();
    say(fl!(m, "demo-preparing", path = folder));
    let here = open(config).await?;
    let library = here.library_for_pages();
    let addresses = prepare(&here, lang).await?;
    say(fl!(m, "demo-banner"));
    let lines = [
        (fl!(m, "demo-citizen"), format!("citizen\t{}", addresses.citizen)),
        (fl!(m, "demo-kiosk"), format!("kiosk\t{}/kiosk\t{}", addresses.citizen, province::KIOSK_CODE)),
        (fl!(m, "demo-official"), format!("official\t{}", addresses.official)),
        (fl!(m, "demo-raters"), format!("raters\t{}", addresses.raters)),
        (fl!(m, "demo-staff"), format!("staff\t{}\t{MANAGER}\t{}", addresses.staff, addresses.manager)),
        (
            fl!(m, "demo-administrator"),
            format!("administrator\t{}\t{ADMINISTRATOR}\t{}", addresses.staff, addresses.administrator),
        ),
        (fl!(m, "demo-mail"), format!("mail\t{}", addresses.mail)),
    ];
    for (words, line) in lines {
        say(words);
        print(format_args!("{line}\n"));
    }
    say(fl!(m, "demo-stop"));
    print("ready\n");
    web::run::run(
        here.config,
        here.key,
        here.store,
        here.clock,
        library,
        listener,
        web::server::asked_to_stop(),
    )
    .await;
    Ok(())
}

/// Settings of the demonstration: nothing from outside, so that it runs anywhere and touches nothing else.
fn settings(listen: SocketAddr, folder: &Path, mails: &Path) -> Result<Config, Failure> {
    let variable = |name: &str| match name {
        "SIPAS_LISTEN" => Some(listen.to_string()),
        "SIPAS_DATABASE_URL" => Some(format!("sqlite:{}", folder.join("demo.db").display())),
        "SIPAS_SMTP_URL" => Some(format!("file:{}", mails.display())),
        "SIPAS_MAIL_FROM" => {
            Some("Sở Nội vụ tỉnh Bình Định (chạy thử) <khaosat@binhdinh.example>".to_owned())
        }
        _ => None,
    };
    Config::load(None, variable).map_err(|error| Failure::Input(error.words(language())))
}

/// What the demonstration prints.
struct Addresses {
    citizen: String,
    official: String,
    raters: String,
    staff: String,
    manager: String,
    administrator: String,
    mail: String,
}

async fn prepare(here: &Surroundings, lang: Lang) -> Result<Addresses, Failure> {
    let failed = |error: StoreError| here.database(&error);
    let today = Timestamp::from_millisecond(here.clock.now())
        .map_err(|error| Failure::Unreachable(error.to_string()))?
        .to_zoned_datetime(clock::province())
        .date();
    let (text, slugs) = province::toml(today);
    let source = Source { name: "demo.toml".to_owned(), text };
    let library = here.library()?;
    apply::apply(
        &here.store,
        &here.key,
        &library,
        &here.clock,
        lang,
        &[source],
        Some(&did("apply.change", "demo.toml")),
    )
    .await
    .map_err(|error| Failure::Input(error.to_string()))?;
    simulate(here, &slugs.citizens_past, CITIZENS, lang).await?;
    simulate(here, &slugs.officials_past, OFFICIALS, lang).await?;
    simulate(here, &slugs.mutual_past, RATERS, lang).await?;
    let mutual = find(here, &slugs.mutual_now).await.map_err(failed)?;
    let open = find(here, &slugs.officials_now).await.map_err(failed)?;
    invite(here, &open).await?;
    let citizens = find(here, &slugs.citizens_now).await.map_err(failed)?;
    let base = &here.config.base_url;
    Ok(Addresses {
        citizen: citizen(here, &citizens).await.map_err(failed)?,
        official: official(here, &open).await.map_err(failed)?,
        raters: official(here, &mutual).await.map_err(failed)?,
        staff: format!("{base}/admin"),
        manager: account(here, MANAGER, Role::Manager).await?,
        administrator: account(here, ADMINISTRATOR, Role::Administrator).await?,
        mail: format!("{base}/mail/{}", mail_page::key(&here.key)),
    })
}

async fn find(here: &Surroundings, slug: &str) -> Result<Stored, StoreError> {
    let found = campaigns::find(&mut here.store.read().await?, slug).await?;
    found.ok_or(StoreError::Corrupt("campaign of the demonstration"))
}

/// Invented answers, unless an earlier run left some.
async fn simulate(here: &Surroundings, slug: &str, n: u64, lang: Lang) -> Result<(), Failure> {
    let failed = |error: StoreError| here.database(&error);
    let stored = find(here, slug).await.map_err(failed)?;
    let mut db = here.store.read().await.map_err(failed)?;
    if stored.settled || responses::any(&mut db, stored.number).await.map_err(failed)? {
        return Ok(());
    }
    drop(db);
    let done = simulation::run(&here.store, stored.number, n, SEED, here.clock.now()).await;
    done.map_err(|refused| match &refused {
        Refused::Store(error) => here.database(error),
        _ => Failure::Input(refused.words(lang, &here.config.database_url)),
    })
}

/// The invitations, into the folder that catches them; those of an earlier run are there already.
async fn invite(here: &Surroundings, stored: &Stored) -> Result<(), Failure> {
    let failed = |error: StoreError| here.database(&error);
    let mailer = Mailer::of(&here.config).map_err(|error| Failure::Unreachable(error.to_string()))?;
    let Some(mailer) = mailer else { return Ok(()) };
    let now = here.clock.now();
    let mut db = here.store.write().await.map_err(failed)?;
    let today = i64::from(clock::day(now));
    outbox::queue_invitations(&mut db, stored.number, "demo", today, now).await.map_err(failed)?;
    db.commit().await.map_err(failed)?;
    let mut sender =
        Sender::new(&here.config, here.store.clone(), here.clock.clone(), Arc::clone(&here.key), mailer);
    loop {
        match sender.turn().await.map_err(failed)? {
            Turn::Idle | Turn::Wait(_) => return Ok(()),
            Turn::Tried { noted: Noted::Away(why), .. } => return Err(Failure::Unreachable(why)),
            Turn::Skipped | Turn::Tried { .. } => {}
        }
    }
}

/// The first counter of the open campaign.
async fn citizen(here: &Surroundings, stored: &Stored) -> Result<String, StoreError> {
    let all = places::of_campaign(&mut here.store.read().await?, stored.number).await?;
    let first = all.iter().filter(|place| !place.retired).find_map(|place| place.address.as_deref());
    let first = first.ok_or(StoreError::Corrupt("counter of the demonstration"))?;
    Ok(address::counter(&here.config.base_url, first))
}

/// A new link for the first person who gets a letter and has not answered.
async fn official(here: &Surroundings, stored: &Stored) -> Result<String, StoreError> {
    let mut db = here.store.write().await?;
    for invitation in invitations::of_campaign(&mut db, stored.number).await? {
        if invitation.email.is_some() {
            continue;
        }
        let token = secret::token::<LINK_TOKEN>();
        let hash = invitations::token_hash(&here.key, &token);
        if invitations::set_token(&mut db, stored.number, &invitation.code, &hash).await? {
            db.commit().await?;
            return Ok(address::link(&here.config.base_url, &token));
        }
    }
    Err(StoreError::Corrupt("invitation of the demonstration"))
}

/// An account with a password for this run.
async fn account(here: &Surroundings, name: &str, role: Role) -> Result<String, Failure> {
    let failed = |error: StoreError| here.database(&error);
    let given = user::make();
    let hash = password::hash(&given).map_err(|error| Failure::Unreachable(error.to_string()))?;
    let account = Account {
        name: name.to_owned(),
        password_hash: hash.clone(),
        role,
        unit: None,
        disabled: false,
        expires: None,
    };
    let mut db = here.store.write().await.map_err(failed)?;
    if !accounts::add(&mut db, &account, here.clock.now()).await.map_err(failed)? {
        accounts::set_password(&mut db, name, &hash, true).await.map_err(failed)?;
    }
    db.commit().await.map_err(failed)?;
    Ok(given)
}
