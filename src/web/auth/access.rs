//! Who may do what: the one place where it is decided.
//!
//! A role has the permissions that [`allows`] lists for it and no others; a new permission is nobody's until it is
//! listed. Every route is registered with the permission that it needs ([`crate::web::registry`]), which is checked
//! before its handler runs. What a handler shows is then cut to the units that the account sees ([`Staff::sees`]).
//!
//! [`Staff::sees`]: super::session::Staff::sees

use crate::organisation::Role;

/// Something that an account may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Being signed in: the front page, one's own account, logging out.
    Enter,
    /// Reading published results.
    ReadPublished,
    /// Reading the units that one sees.
    ReadUnits,
    /// Changing, moving, merging, importing units.
    ManageUnits,
    /// Reading the campaigns, counters and turnout of the units that one sees.
    ReadCampaigns,
    /// Making and changing campaigns, counters and their codes.
    ManageCampaigns,
    /// Reading the figures of the units that one sees.
    ReadReports,
    /// Publishing the report of a closed campaign, and withdrawing it.
    Publish,
    /// Reading released comments beside the figures of the units that one sees.
    ReadComments,
    /// Reading comments that nobody has read yet, and deciding on them.
    ScreenComments,
    /// Reading and changing lists of invited persons, and sending links.
    ManageInvitations,
    /// Keying answers that were given on the paper forms printed for the units that one sees.
    EnterPaper,
    /// Importing files of answers.
    ImportAnswers,
    /// Making and downloading files of de-identified answer sheets.
    ExportAnswers,
    /// Proposing that answers do not count, and deciding on what another one proposed.
    SetAside,
    /// Accounts, their roles and sessions, and settings.
    ManageAccounts,
    /// Reading the audit log.
    ReadAudit,
}

impl Permission {
    /// Whether an account that is bound to a unit may have it: reading, cut to what it sees, and keying its paper forms.
    const fn goes_with_a_unit(self) -> bool {
        use Permission::{
            Enter, EnterPaper, ExportAnswers, ImportAnswers, ManageAccounts, ManageCampaigns,
            ManageInvitations, ManageUnits, Publish, ReadAudit, ReadCampaigns, ReadComments, ReadPublished,
            ReadReports, ReadUnits, ScreenComments, SetAside,
        };
        match self {
            Enter | ReadPublished | ReadUnits | ReadCampaigns | ReadReports | ReadComments | EnterPaper => {
                true
            }
            ManageUnits | ManageCampaigns | ScreenComments | ManageInvitations | ImportAnswers | SetAside
            | ExportAnswers | ManageAccounts | Publish | ReadAudit => false,
        }
    }
}

/// Whether a role has a permission. `bound`: the account is bound to a unit, and so reads and keys paper forms only.
pub fn allows(role: Role, bound: bool, permission: Permission) -> bool {
    use Permission::{
        Enter, EnterPaper, ExportAnswers, ImportAnswers, ManageAccounts, ManageCampaigns, ManageInvitations,
        ManageUnits, Publish, ReadAudit, ReadCampaigns, ReadComments, ReadPublished, ReadReports, ReadUnits,
        ScreenComments, SetAside,
    };
    let listed = match role {
        // Runs the system and is no reader of answers (security test E-07).
        Role::Administrator => matches!(
            permission,
            Enter
                | ReadPublished
                | ReadUnits
                | ReadCampaigns
                | ReadReports
                | Publish
                | ManageAccounts
                | ReadAudit
        ),
        Role::Manager => matches!(
            permission,
            Enter
                | ReadPublished
                | ReadUnits
                | ManageUnits
                | ReadCampaigns
                | ManageCampaigns
                | ReadReports
                | Publish
                | ReadComments
                | ScreenComments
                | ManageInvitations
                | EnterPaper
                | ImportAnswers
                | ExportAnswers
                | SetAside
        ),
        // Without a unit an officer sees nothing.
        Role::Officer => {
            bound
                && matches!(
                    permission,
                    Enter
                        | ReadPublished
                        | ReadUnits
                        | ReadCampaigns
                        | ReadReports
                        | ReadComments
                        | EnterPaper
                )
                || matches!(permission, Enter)
        }
        Role::Viewer => matches!(permission, Enter | ReadPublished),
        Role::Auditor => matches!(permission, Enter | ReadAudit),
    };
    listed && (!bound || permission.goes_with_a_unit())
}

/// What an access token may be used for. A token opens nothing that its account could not open at that moment: each scope
/// needs a permission of the account, asked for at every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Campaigns: what is asked where and when.
    Campaigns,
    /// Units.
    Units,
    /// How many have answered.
    Counts,
    /// Index reports.
    Reports,
    /// De-identified answer sheets.
    Exports,
}

impl Scope {
    /// All of them, in the order in which pages offer them.
    pub const ALL: [Self; 5] = [Self::Campaigns, Self::Units, Self::Counts, Self::Reports, Self::Exports];

    /// Its name, as stored and as programs know it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Campaigns => "campaigns:read",
            Self::Units => "units:read",
            Self::Counts => "counts:read",
            Self::Reports => "reports:read",
            Self::Exports => "exports:read",
        }
    }

    /// The scope of a name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// What the account must be allowed to do.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Campaigns | Self::Counts => Permission::ReadCampaigns,
            Self::Units => Permission::ReadUnits,
            Self::Reports => Permission::ReadReports,
            Self::Exports => Permission::ExportAnswers,
        }
    }
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Staff with this permission.
    Needs(Permission),
    /// Programs with an access token of this scope, of an account that has the scope's permission. Cookies count for nothing.
    Token(Scope),
}

impl From<Scope> for Access {
    fn from(scope: Scope) -> Self {
        Self::Token(scope)
    }
}

impl From<Permission> for Access {
    fn from(permission: Permission) -> Self {
        Self::Needs(permission)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_07_who_runs_the_system_reads_no_single_answer_and_no_comment() {
        for permission in [
            Permission::ReadComments,
            Permission::ScreenComments,
            Permission::EnterPaper,
            Permission::ImportAnswers,
            Permission::ExportAnswers,
            Permission::SetAside,
        ] {
            assert!(!allows(Role::Administrator, false, permission), "{permission:?}");
        }
    }

    #[test]
    fn e_12_an_account_bound_to_a_unit_changes_nothing_but_keys_paper_whatever_its_role() {
        for role in Role::ALL {
            for permission in [
                Permission::ManageUnits,
                Permission::ManageCampaigns,
                Permission::ManageInvitations,
                Permission::ScreenComments,
                Permission::ImportAnswers,
                Permission::SetAside,
                Permission::Publish,
                Permission::ManageAccounts,
                Permission::ReadAudit,
            ] {
                assert!(!allows(role, true, permission), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn e_12_an_officer_without_a_unit_reads_nothing() {
        assert!(allows(Role::Officer, false, Permission::Enter));
        assert!(!allows(Role::Officer, false, Permission::ReadCampaigns));
        assert!(allows(Role::Officer, true, Permission::ReadCampaigns));
    }
}
