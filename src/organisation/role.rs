//! Roles: what an account is for.

use serde::{Deserialize, Serialize};

/// What an account is for. What each role may do is decided in one place, `web::auth::access`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Quản trị tỉnh: accounts and settings. Reads no single answer and no comment.
    Administrator,
    /// Quản lý khảo sát: units, campaigns, counters, lists of people, comments.
    Manager,
    /// Cán bộ đơn vị: reads what belongs to a unit and those below it.
    Officer,
    /// Reads published reports.
    Viewer,
    /// Reads the audit log and nothing else.
    Auditor,
}

impl Role {
    /// All roles, as they are offered.
    pub const ALL: [Self; 5] =
        [Self::Administrator, Self::Manager, Self::Officer, Self::Viewer, Self::Auditor];

    /// The word for it in the database, in files and on the command line.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Manager => "manager",
            Self::Officer => "officer",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether an account of this role is bound to a unit: always, never, or (`None`) as one likes.
    pub const fn needs_unit(self) -> Option<bool> {
        match self {
            Self::Officer => Some(true),
            Self::Viewer => None,
            Self::Administrator | Self::Manager | Self::Auditor => Some(false),
        }
    }
}

/// A code that no role has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role")]
pub struct NoRole(pub String);

impl TryFrom<String> for Role {
    type Error = NoRole;

    fn try_from(code: String) -> Result<Self, NoRole> {
        Self::from_code(&code).ok_or(NoRole(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_code_and_nothing_else_is() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        for none in ["", "department", "Administrator", "unit"] {
            assert_eq!(Role::from_code(none), None);
        }
    }
}
