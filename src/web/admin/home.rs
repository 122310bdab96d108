//! The front doors.

use axum::response::Redirect;
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::campaigns::CampaignsPath;
use crate::web::auth::session::Staff;

/// The staff's front page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin")]
pub struct AdminPath;

/// Leads staff to the campaigns.
pub async fn show(_: AdminPath, _: Staff) -> Redirect {
    Redirect::to(&CampaignsPath.to_string())
}

/// Citizens come by their counter's code and officials by their link, so whoever comes by the bare address is staff.
pub async fn front() -> Redirect {
    Redirect::to(&AdminPath.to_string())
}
