//! The time, passed in: the one place that asks the system for it.

use std::{fmt, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};

/// Tells the time in UTC milliseconds since 1970. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

impl Clock {
    /// The system's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    pub fn system() -> Self {
        Self(Arc::new(|| Timestamp::now().as_millisecond()))
    }

    /// A clock that tells what `time` says, for tests.
    pub fn from_fn(time: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// Now, in UTC milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

/// The province's time zone: days begin and campaigns open and close by it.
pub fn province() -> TimeZone {
    TimeZone::get("Asia/Ho_Chi_Minh").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(7)))
}

/// The day of a moment in the province's time zone, in days since 1970.
pub fn day(milliseconds: i64) -> i32 {
    let moment = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    let offset = i64::from(province().to_offset(moment).seconds());
    i32::try_from((milliseconds / 1_000 + offset).div_euclid(86_400)).unwrap_or(0)
}
