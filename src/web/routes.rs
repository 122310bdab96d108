//! The whole site map, and the layers that every request passes through.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode, Uri,
        header::{CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    csrf::{CsrfLayer, ProtectionError},
    timeout::TimeoutLayer,
};

use super::{
    admin,
    api::{
        self,
        problem::{self, Problem},
    },
    app::App,
    assets,
    auth::access::{
        Access::Public,
        Permission::{
            Enter, EnterPaper, ExportAnswers, ImportAnswers, ManageAccounts, ManageCampaigns,
            ManageInvitations, ManageUnits, Publish, ReadAudit, ReadCampaigns, ReadReports, ReadUnits,
            ScreenComments, SetAside,
        },
        Scope,
    },
    coding::Taken,
    error,
    middleware::{doors, headers, log},
    onward, published,
    registry::Registry,
    respond::{about, answer, counter, kiosk, link, stop, trial, visit},
    views::message::{self, Kind},
};
use crate::{language::Lang, store::campaigns};

/// Longest time for a whole request, its body included.
const REQUEST: Duration = Duration::from_secs(30);

/// The site map: every route with who may use it.
pub fn map() -> Registry {
    Registry::new()
        // Citizens
        .get(Public, counter::show)
        .post(Public, counter::submit)
        .get(Public, counter::thank)
        .get(Public, about::counter)
        .get(Public, kiosk::show)
        .post(Public, kiosk::submit)
        .get(Public, kiosk::thank)
        .post(Public, kiosk::leave)
        .get(Public, kiosk::manifest)
        .post(Public, visit::progress)
        .get(Public, trial::show)
        .post(Public, trial::submit)
        // Officials
        .get(Public, link::show)
        .post(Public, link::submit)
        .get(Public, link::ask)
        .post(Public, link::submit_form)
        .get(Public, link::thank)
        .get(Public, about::link)
        .get(Public, stop::show)
        .post(Public, stop::stop)
        // Everybody
        .get(Public, published::list)
        .get(Public, published::page)
        .get(Public, published::file)
        .get(Public, api::describe)
        .get(Public, api::list)
        .get(Public, api::report)
        .get(Public, api::units)
        .get(Public, api::problems)
        // Programs of staff
        .get(Scope::Campaigns, api::campaigns::list)
        .get(Scope::Campaigns, api::campaigns::one)
        .get(Scope::Units, api::directory::list)
        .get(Scope::Units, api::directory::one)
        .get(Scope::Counts, api::counts::show)
        .get(Scope::Reports, api::reports::show)
        .get(Scope::Reports, api::periods::list)
        .get(Scope::Reports, api::periods::report)
        .get(Scope::Exports, api::exports::list)
        .get(Scope::Exports, api::exports::file)
        // Staff
        .get(Enter, admin::home::show)
        .get(Public, admin::login::show)
        .post(Public, admin::login::submit)
        .post(Public, admin::login::log_out)
        .post(Public, admin::entry::code)
        .post(Public, admin::entry::renew)
        .get(Public, admin::sso::leave)
        .get(Public, admin::sso::back)
        .post(Public, admin::sso::again)
        .get(Enter, admin::second_factor::show)
        .get(Enter, admin::second_factor::show_new)
        .post(Enter, admin::second_factor::set)
        .post(Enter, admin::second_factor::renew)
        .post(Enter, admin::second_factor::remove)
        .get(ManageAccounts, admin::identity::show)
        .post(ManageAccounts, admin::identity::change)
        .get(ManageAccounts, admin::lost_factor::show)
        .post(ManageAccounts, admin::lost_factor::remove)
        .get(ReadCampaigns, admin::campaigns::show)
        .get(ReadCampaigns, admin::campaign::show)
        .get(ReadReports, admin::report::show)
        .with(admin::report::files)
        .get(ReadReports, admin::report::letter)
        .get(ReadReports, admin::periods::show)
        .post(ManageCampaigns, admin::periods::act)
        .get(ReadReports, admin::period::show)
        .get(ReadReports, admin::period::file)
        .get(ReadReports, admin::series::show)
        .get(ReadReports, admin::series::file)
        .get(Publish, admin::publish::show)
        .post(Publish, admin::publish::act)
        .get(ExportAnswers, admin::microdata::show)
        .post(ExportAnswers, admin::microdata::make)
        .get(ExportAnswers, admin::microdata::download)
        .get(ScreenComments, admin::comments::show)
        .post(ScreenComments, admin::comments::decide)
        .get(ScreenComments, admin::comments::edit)
        .post(ScreenComments, admin::comments::cover)
        .get(ReadCampaigns, admin::counters::posters)
        .get(ReadCampaigns, admin::counters::poster)
        .get(ReadCampaigns, admin::counters::svg)
        .get(ReadCampaigns, admin::counters::png)
        .get(Public, admin::password_link::show)
        .post(Public, admin::password_link::set)
        .get(Enter, admin::own::show)
        .post(Enter, admin::own::set_password)
        .post(Enter, admin::own::end_sessions)
        .get(Enter, admin::access_tokens::show)
        .post(Enter, admin::access_tokens::make)
        .post(Enter, admin::access_tokens::take_back_own)
        .get(ManageAccounts, admin::accounts::list)
        .get(ManageAccounts, admin::accounts::invite)
        .post(ManageAccounts, admin::accounts::send_invitation)
        .get(ManageAccounts, admin::accounts::show)
        .post(ManageAccounts, admin::accounts::change)
        .post(ManageAccounts, admin::accounts::disable)
        .post(ManageAccounts, admin::accounts::enable)
        .post(ManageAccounts, admin::accounts::new_link)
        .post(ManageAccounts, admin::accounts::end_sessions)
        .post(ManageAccounts, admin::accounts::revoke_token)
        .get(ReadAudit, admin::audit::show)
        .get(ReadAudit, admin::audit::csv)
        // Units
        .get(ReadUnits, admin::units::tree::show)
        .get(ReadUnits, admin::units::show::show)
        .get(ManageUnits, admin::units::amend::new)
        .post(ManageUnits, admin::units::amend::add)
        .get(ManageUnits, admin::units::amend::edit)
        .post(ManageUnits, admin::units::amend::change)
        .get(ManageUnits, admin::units::end::ask)
        .post(ManageUnits, admin::units::end::end)
        .post(ManageUnits, admin::units::end::resume)
        .get(ManageUnits, admin::units::merge::ask)
        .post(ManageUnits, admin::units::merge::merge)
        .get(ManageUnits, admin::units::import::ask)
        .post(ManageUnits, admin::units::import::submit)
        .get(ManageUnits, admin::units::import::preview)
        .post(ManageUnits, admin::units::import::confirm)
        .get(ManageUnits, admin::units::export::csv)
        .get(ManageUnits, admin::units::export::xlsx)
        .get(ManageUnits, admin::units::export::template)
        .get(ManageUnits, admin::units::export::template_csv)
        .get(ManageUnits, admin::units::changes::show)
        .post(ManageUnits, admin::units::changes::undo)
        .get(ReadCampaigns, admin::watching::show)
        .get(ReadCampaigns, admin::watching::events)
        .get(ManageCampaigns, admin::watching::remind::show)
        .post(ManageCampaigns, admin::watching::remind::act)
        .get(SetAside, admin::watching::aside::show)
        .post(SetAside, admin::watching::aside::act)
        // Mails to invited persons
        .get(ManageInvitations, admin::mailing::show::show)
        .post(ManageInvitations, admin::mailing::schedule::submit)
        .get(ManageInvitations, admin::mailing::step::show)
        .post(ManageInvitations, admin::mailing::step::submit)
        .get(ManageInvitations, admin::mailing::words::show)
        .post(ManageInvitations, admin::mailing::words::submit)
        // Setting up campaigns
        .get(ManageCampaigns, admin::setup::new::show)
        .post(ManageCampaigns, admin::setup::new::submit)
        .get(ManageCampaigns, admin::setup::preview::show)
        .get(ManageCampaigns, admin::setup::preview::campaign)
        .get(ManageCampaigns, admin::setup::copy::show)
        .post(ManageCampaigns, admin::setup::copy::submit)
        .get(ManageCampaigns, admin::setup::settings::show)
        .post(ManageCampaigns, admin::setup::settings::submit)
        .get(ManageCampaigns, admin::setup::units::show)
        .post(ManageCampaigns, admin::setup::units::submit)
        .get(ManageCampaigns, admin::setup::raters::show)
        .post(ManageCampaigns, admin::setup::raters::submit)
        .get(ReadCampaigns, admin::setup::counters::show)
        .get(ManageCampaigns, admin::setup::add_counters::show)
        .post(ManageCampaigns, admin::setup::add_counters::submit)
        .get(ManageCampaigns, admin::setup::add_counters::preview)
        .post(ManageCampaigns, admin::setup::add_counters::confirm)
        .get(ManageCampaigns, admin::setup::undo_counters::show)
        .post(ManageCampaigns, admin::setup::undo_counters::submit)
        .get(ManageCampaigns, admin::setup::counter::show)
        .post(ManageCampaigns, admin::setup::counter::submit)
        .get(ManageCampaigns, admin::setup::state::show)
        .post(ManageCampaigns, admin::setup::state::submit)
        // Invited persons
        .get(ManageInvitations, admin::invited::list::show)
        .get(ManageInvitations, admin::invited::import::ask)
        .post(ManageInvitations, admin::invited::import::preview)
        .post(ManageInvitations, admin::invited::import::confirm)
        .get(ManageInvitations, admin::invited::import::template)
        .get(ManageInvitations, admin::invited::person::new)
        .post(ManageInvitations, admin::invited::person::add)
        .get(ManageInvitations, admin::invited::person::show)
        .post(ManageInvitations, admin::invited::person::change)
        .get(ManageInvitations, admin::invited::withdraw::ask)
        .post(ManageInvitations, admin::invited::withdraw::withdraw)
        .get(ManageInvitations, admin::invited::links::ask)
        .post(ManageInvitations, admin::invited::links::make)
        .get(ManageInvitations, admin::invited::links::labels)
        .get(ManageInvitations, admin::invited::progress::show)
        .post(ManageInvitations, admin::invited::progress::decide)
        .get(ManageInvitations, admin::invited::erase::ask)
        .post(ManageInvitations, admin::invited::erase::erase)
        .get(Enter, admin::help::index)
        .get(Enter, admin::help::chapter)
        .get(Enter, admin::help::picture)
        .get(ManageCampaigns, admin::definitions::list::show)
        .get(ManageCampaigns, admin::definitions::import::show)
        .post(ManageCampaigns, admin::definitions::import::upload)
        .post(ManageCampaigns, admin::definitions::import::check)
        .get(ManageCampaigns, admin::definitions::show::show)
        .get(ManageCampaigns, admin::definitions::show::toml)
        .get(ManageCampaigns, admin::definitions::show::xlsform)
        .post(ManageCampaigns, admin::definitions::show::remove)
        .get(Public, admin::mail::show)
        // Print
        .get(ReadCampaigns, admin::printing::show)
        .get(ReadCampaigns, admin::printing::show_one)
        .get(ReadCampaigns, admin::printing::pdf)
        .get(EnterPaper, admin::paper::desk::show)
        .post(ManageCampaigns, admin::paper::desk::submit)
        .get(EnterPaper, admin::paper::desk::specimen)
        .get(EnterPaper, admin::paper::desk::sheets)
        .get(EnterPaper, admin::paper::entry::show)
        .post(EnterPaper, admin::paper::entry::submit)
        .get(ManageCampaigns, admin::paper::compare::show)
        .post(ManageCampaigns, admin::paper::compare::submit)
        .get(ImportAnswers, admin::paper::import::ask)
        .get(ImportAnswers, admin::paper::import::template)
        .post(ImportAnswers, admin::paper::import::preview)
        .post(ImportAnswers, admin::paper::import::confirm)
        .get(ManageCampaigns, admin::logo::show)
        .get(ManageCampaigns, admin::logo::picture)
        .post(ManageCampaigns, admin::logo::submit)
        // Operators
        .plain("/healthz", Public, || async { "ok\n" })
        .plain("/readyz", Public, ready)
        .plain("/static/{*path}", Public, asset)
        .plain("/audio/{name}", Public, sound)
        .plain("/kiosk-sw.js", Public, service_worker)
        .plain("/sw.js", Public, service_worker)
        .plain("/", Public, admin::home::front)
        .plain("/favicon.ico", Public, || async { StatusCode::NO_CONTENT })
}

/// What serves the site.
pub fn router(app: App) -> Router {
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(from_fn(api::problems_for_refusals))
        .layer(CatchPanicLayer::custom(|_| failed()))
        .layer(from_fn_with_state(app.clone(), doors::check))
        .layer(from_fn(pages_for_refusals))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST))
        .layer(csrf(&app));
    map()
        .into_router()
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn(log::requests))
        .layer(layers)
        .with_state(app)
}

/// Requests that change something must come from our own pages, or from no page at all (security test G-05).
fn csrf(app: &App) -> CsrfLayer {
    let layer = CsrfLayer::new();
    // Behind a proxy the Host that we see may not be the one that people see.
    [app.config.base_url.as_str(), app.config.staff_url()].into_iter().fold(layer, |layer, origin| {
        // What is no origin is trusted by nobody.
        layer.clone().add_trusted_origin(origin).unwrap_or(layer)
    })
}

/// What layers refuse gets a page of ours, too.
async fn pages_for_refusals(request: Request, next: axum::middleware::Next) -> Response {
    let lang = language(&request);
    let desk = request.uri().path().starts_with("/admin");
    if api::is_of(request.uri().path()) {
        return next.run(request).await;
    }
    let response = next.run(request).await;
    let response = refusal(response, lang);
    if desk { onward::framed(response) } else { response }
}

/// What the framework or a layer refused, in words of ours.
fn refusal(response: Response, lang: Lang) -> Response {
    if response.extensions().get::<ProtectionError>().is_some() {
        // Its body was not read, so that the connection ends: whoever sends the next request over it, such as a proxy, must know.
        let mut page = error::page(lang, Kind::OtherSite);
        page.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        return page;
    }
    let plain =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    match response.status() {
        StatusCode::REQUEST_TIMEOUT => error::page(lang, Kind::Slow),
        // What the framework cannot read, such as a parameter twice, it tells in English and to programmers.
        StatusCode::BAD_REQUEST if plain => error::page(lang, Kind::Malformed),
        _ => response,
    }
}

/// The language that a request asks for.
pub fn language(request: &Request) -> Lang {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == answer::LANG)
        .and_then(|(_, code)| Lang::find_for_respondents(&code))
        .unwrap_or(Lang::VI)
}

fn failed() -> Response {
    error::page(Lang::VI, Kind::Failed)
}

async fn unknown(request: Request) -> Response {
    if api::is_of(request.uri().path()) {
        return Problem::Unknown.unshared(problem::language(request.headers()));
    }
    if let Some(counter) = without_strokes(request.uri()).filter(|_| request.method() == Method::GET) {
        return Redirect::to(&counter).into_response();
    }
    error::page(language(&request), Kind::Unknown)
}

/// The address of a counter that was typed with strokes behind it.
fn without_strokes(uri: &Uri) -> Option<String> {
    let address = uri.path().strip_prefix("/k/")?.strip_suffix('/')?.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (!address.is_empty() && !address.contains('/')).then(|| format!("/k/{address}{query}"))
}

async fn not_allowed(request: Request) -> Response {
    if api::is_of(request.uri().path()) {
        return Problem::Method.unshared(problem::language(request.headers()));
    }
    error::html(
        StatusCode::METHOD_NOT_ALLOWED,
        message::page(language(&request), &Kind::Malformed).into_string(),
    )
}

async fn ready(State(app): State<App>) -> Response {
    let answers = async { campaigns::revision(&mut app.store.read().await?).await };
    match answers.await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

async fn sound(State(app): State<App>, request: Request) -> Response {
    let name = request.uri().path().strip_prefix("/audio/").unwrap_or_default();
    match app.sounds.send(name, request.headers()) {
        Some(response) => response,
        None => unknown(request).await,
    }
}

async fn asset(request: Request) -> Response {
    let Some(asset) = assets::find(request.uri().path()) else { return unknown(request).await };
    let mut response = file(asset, &request);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_CONTROL));
    response
}

/// The workers' addresses stay the same, so that phones and tablets find their next versions; no copy is kept on the way.
async fn service_worker(request: Request) -> Response {
    match assets::named(request.uri().path().trim_start_matches('/')) {
        Some(asset) => file(asset, &request),
        None => unknown(request).await,
    }
}

fn file(asset: &'static assets::Asset, request: &Request) -> Response {
    let packed = asset.packed_for(Taken::by(request.headers()));
    let bytes = packed.map_or(&asset.bytes, |packed| &packed.bytes);
    let mut response = axum::body::Bytes::from_static(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(packed) = packed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(packed.coding));
    }
    response
}
