//! A program that was built without the feature `oidc`: there is no provider. The settings refuse one (`config`).

use super::{Answer, Begun, Failure, Identity};
use crate::{config::Oidc, secret::Key};

/// The provider: none.
#[derive(Debug)]
pub enum Provider {}

#[expect(missing_docs, reason = "as in `client`")]
#[expect(clippy::unused_async, reason = "as in `client`")]
impl Provider {
    pub fn of(_: Option<Oidc>) -> Option<Self> {
        None
    }

    pub fn name(&self) -> &str {
        match *self {}
    }

    pub fn vouches(&self) -> bool {
        match *self {}
    }

    pub async fn begin(&self, _: &Key, _: &str, _: Option<String>, _: i64) -> Result<Begun, Failure> {
        match *self {}
    }

    pub async fn finish(
        &self,
        _: &Key,
        _: &str,
        _: &str,
        _: Answer,
        _: i64,
    ) -> Result<(Identity, Option<String>), Failure> {
        match *self {}
    }

    pub async fn log_out(&self, _: &str, _: i64) -> Option<String> {
        match *self {}
    }
}
