//! Who may do what. One function for each thing, so that there is one place to look.

use super::session::Staff;

/// Whether somebody may read comments that nobody has read yet, and decide on them. Accounts of a unit and readers see
/// only what was released (security test D-10).
pub fn may_screen(staff: &Staff) -> bool {
    matches!(staff.role.as_str(), "administrator" | "department")
}
