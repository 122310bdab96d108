//! What the forms that end a unit and that merge others into it share: how they are first shown, and what follows from
//! saving them.

use axum::{http::StatusCode, response::Response};
use maud::Markup;

use super::{UnitPath, Units, done, save};
use crate::{
    language::Lang,
    organisation::{Dated, History},
    store::StoreError,
    web::{
        app::App,
        auth::session::Staff,
        error,
        form::Fields,
        meanwhile::Meanwhile,
        views::{
            admin::{
                form::{Fault, Form},
                units::UnitForm,
            },
            message::Kind,
        },
    },
};

/// Why the fields were not taken.
pub(super) enum No {
    /// A unit is not there.
    Unknown,
    /// What is wrong with them.
    Faults(Vec<Fault>),
    /// What somebody else has changed, field by field.
    Meanwhile(Meanwhile),
    /// What somebody else has changed, in words at the fields.
    Changed(Vec<Fault>),
}

/// A form on the unit with this code.
pub(super) struct One<'a> {
    pub app: &'a App,
    pub staff: &'a Staff,
    pub lang: Lang,
    pub code: &'a str,
    /// Draws it.
    pub draw: fn(&UnitForm<'_>) -> Markup,
    /// What the form was made from, to tell whoever saves second.
    pub base: fn(&History, &Dated) -> Fields,
}

impl One<'_> {
    /// Shows the form for the first time, with these values.
    pub async fn ask(&self, values: impl FnOnce(&Units, &Dated) -> Fields) -> Response {
        let units = match Units::load(self.app).await {
            Ok(units) => units,
            Err(error) => return error::of_store(&error, self.lang),
        };
        let Some(dated) = units.history.get(self.code) else { return error::page(self.lang, Kind::Unknown) };
        let values = values(&units, dated);
        self.shown(&units, dated, &Form::new(self.lang, &values), StatusCode::OK)
    }

    /// Leads to the unit if what was sent was saved, and shows the form again if not.
    pub async fn answer(
        &self,
        fields: &Fields,
        saved: Result<Result<Option<i64>, save::Refused<No>>, StoreError>,
    ) -> Response {
        let refused = match saved {
            Err(error) => return error::of_store(&error, self.lang),
            Ok(Ok(number)) => {
                return done(&UnitPath { code: self.code.to_owned() }.to_string(), self.lang, number);
            }
            Ok(Err(refused)) => refused,
        };
        let units = match Units::load(self.app).await {
            Ok(units) => units,
            Err(error) => return error::of_store(&error, self.lang),
        };
        let Some(dated) = units.history.get(self.code) else { return error::page(self.lang, Kind::Unknown) };
        let words = refused.words(self.lang, &units.history);
        let (faults, status) = match refused {
            save::Refused::By(No::Unknown) => return error::page(self.lang, Kind::Unknown),
            save::Refused::By(No::Meanwhile(found)) => {
                let form = Form { changed: &found.changed, ..Form::new(self.lang, &found.fields) };
                return self.shown(&units, dated, &form, StatusCode::CONFLICT);
            }
            save::Refused::By(No::Changed(faults)) => (faults, StatusCode::CONFLICT),
            save::Refused::By(No::Faults(faults)) => (faults, StatusCode::UNPROCESSABLE_ENTITY),
            _ => {
                let faults = words.into_iter().map(|words| Fault::new("", words)).collect();
                (faults, StatusCode::UNPROCESSABLE_ENTITY)
            }
        };
        let form = Form { faults: &faults, ..Form::new(self.lang, fields) };
        self.shown(&units, dated, &form, status)
    }

    fn shown(&self, units: &Units, dated: &Dated, form: &Form<'_>, status: StatusCode) -> Response {
        let base = (self.base)(&units.history, dated);
        let page = UnitForm {
            lang: self.lang,
            staff: self.staff,
            tree: &units.tree,
            today: units.today,
            unit: &dated.unit,
            form,
            base: &base,
        };
        error::html(status, (self.draw)(&page).into_string())
    }
}
