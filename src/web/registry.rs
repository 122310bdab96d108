//! The one way to add a route: with who may use it, which is checked before the handler runs.
//!
//! [`Registry`] keeps a list of what it was given, so that a test can hold every route to a table of roles
//! (`tests/integration/access.rs`, security tests E-01 and E-12). `clippy.toml` bans the ways past it.

use std::{future::Future, pin::Pin};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    http::Method,
    response::Response,
    routing::{self, MethodRouter},
};
use axum_extra::routing::{SecondElementIs, TypedPath};

use super::{
    app::App,
    auth::{access::Access, guard, session::Staff},
    middleware::headers::Needs,
};

/// A route as registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method; `GET` answers `HEAD`, too.
    pub method: Method,
    /// The path's template: `/admin/campaigns/{slug}`.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// The routes of the site.
#[derive(Debug, Default)]
pub struct Registry {
    router: Router<App>,
    routes: Vec<Route>,
}

impl Registry {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page at the path that the handler's first argument is.
    #[must_use]
    pub fn get<H, T, P>(self, access: impl Into<Access>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        self.plain(P::PATH, access, handler)
    }

    /// What takes a form at the path that the handler's first argument is.
    #[must_use]
    pub fn post<H, T, P>(self, access: impl Into<Access>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: SecondElementIs<P> + 'static,
        P: TypedPath,
    {
        let access = access.into();
        self.add(Method::POST, P::PATH, access, routing::post(Guarded { access, handler }))
    }

    /// A page at a path that no type stands for.
    #[must_use]
    pub fn plain<H, T>(self, path: &'static str, access: impl Into<Access>, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let access = access.into();
        self.add(Method::GET, path, access, routing::get(Guarded { access, handler }))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where routes are added")]
    fn add(mut self, method: Method, path: &'static str, access: Access, guarded: MethodRouter<App>) -> Self {
        self.routes.push(Route { method, path, access });
        Self { router: self.router.route(path, guarded), routes: self.routes }
    }

    /// What was registered, in that order.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The router.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

/// A handler behind its check.
#[derive(Clone)]
struct Guarded<H> {
    access: Access,
    handler: H,
}

impl<T: 'static, H: Handler<T, App>> Handler<T, App> for Guarded<H> {
    type Future = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn call(self, request: Request, app: App) -> Self::Future {
        Box::pin(async move {
            match guard::check(self.access, request, &app).await {
                Ok(request) => {
                    let staff = request.extensions().get::<Staff>().cloned();
                    let mut response = self.handler.call(request, app).await;
                    if matches!(self.access, Access::Token(_)) {
                        // Pages of other sites read none of it, whatever a handler says.
                        response.extensions_mut().remove::<Needs>();
                    }
                    // Whose desk a refusal is shown at (`web::onward`).
                    if let Some(staff) = staff.filter(|_| !response.status().is_success()) {
                        response.extensions_mut().insert(staff);
                    }
                    response
                }
                Err(refusal) => *refusal,
            }
        })
    }
}
