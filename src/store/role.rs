//! A column with a role in it: its code as text.

use sqlx::{Database, Decode, Type, error::BoxDynError};

use crate::organisation::Role;

impl<DB: Database> Type<DB> for Role
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        String::type_info()
    }

    fn compatible(found: &DB::TypeInfo) -> bool {
        String::compatible(found)
    }
}

impl<'r, DB: Database> Decode<'r, DB> for Role
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::try_from(String::decode(value)?)?)
    }
}
