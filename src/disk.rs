//! How much room is left for the database (security test C-09): a warning at a fifth, no new campaigns or invented
//! answers at a tenth. Answers are taken to the end.
//!
//! A share alone would refuse work on a large disk with room for years: a tenth of 252 GB is room for ten million answer
//! sheets. So a disk counts as short only where its share is low *and* what is left is little.

use std::path::{Path, PathBuf};

const GIB: u64 = 1 << 30;

/// The room under a folder that is free for us.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Room {
    /// Share of the disk, 0..1.
    pub share: f64,
    /// The same in bytes.
    pub bytes: u64,
}

impl Room {
    /// Whether the operator should be told: below a fifth, and below 20 GiB.
    pub fn is_short(self) -> bool {
        self.share < 0.20 && self.bytes < 20 * GIB
    }

    /// Whether nothing may be begun that would only take more: below a tenth, and below 5 GiB, which is what a million
    /// answer sheets with their report take twice over.
    pub fn is_nearly_gone(self) -> bool {
        self.share < 0.10 && self.bytes < 5 * GIB
    }

    /// The share in whole per cent, rounded down, as people are told it.
    pub fn percent(self) -> String {
        format!("{:.0}", (self.share * 100.0).floor())
    }
}

/// The folder of a SQLite database; PostgreSQL's disk is its own operator's matter.
pub fn folder(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let parent = Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty());
    Some(parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf))
}

/// The room of the disk under this folder; `None` where the system does not tell.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<Room> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| Room {
        share: disk.f_bavail as f64 / disk.f_blocks as f64,
        bytes: disk.f_bavail.saturating_mul(disk.f_frsize),
    })
}

/// The system does not tell.
#[cfg(not(unix))]
pub fn free(_folder: &Path) -> Option<Room> {
    None
}

/// The room for a database, if it is known.
pub fn free_for(database_url: &str) -> Option<Room> {
    free(&folder(database_url)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_is_that_of_the_database_s_folder() {
        assert_eq!(folder("sqlite:sipas.db"), Some(PathBuf::from(".")));
        assert_eq!(folder("sqlite:///var/lib/sipas/sipas.db"), Some(PathBuf::from("/var/lib/sipas")));
        assert_eq!(folder("postgres://sipas@db/sipas"), None);
    }

    #[cfg(unix)]
    #[test]
    fn some_share_of_a_disk_is_free() {
        assert!(free(Path::new(".")).is_some_and(|room| (0.0..=1.0).contains(&room.share)));
        assert_eq!(free(Path::new("/no/such/folder")), None);
    }

    #[test]
    fn a_disk_is_short_by_share_and_by_bytes() {
        let room = |share, bytes| Room { share, bytes };
        assert!(room(0.09, 4 * GIB).is_nearly_gone());
        assert!(!room(0.08, 20 * GIB).is_nearly_gone(), "a large disk with room for years");
        assert!(!room(0.11, GIB).is_nearly_gone());
        assert!(room(0.19, 19 * GIB).is_short());
        assert!(!room(0.19, 20 * GIB).is_short());
        assert!(!room(0.20, GIB).is_short());
        assert_eq!(room(0.0899, 0).percent(), "8");
    }
}
