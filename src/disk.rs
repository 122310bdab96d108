//! How much room is left for the database (security test C-09): a warning at a fifth, no new campaigns or invented
//! answers at a tenth. Answers are taken to the end.

use std::path::{Path, PathBuf};

/// Below this share of free room the operator is warned.
pub const WARN: f64 = 0.20;
/// Below this share nothing is begun that would only take more.
pub const REFUSE: f64 = 0.10;

/// The folder of a SQLite database; PostgreSQL's disk is its own operator's matter.
pub fn folder(database_url: &str) -> Option<PathBuf> {
    let path = database_url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let parent = Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty());
    Some(parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf))
}

/// The share of the disk under this folder that is free for us, 0..1; `None` where the system does not tell.
#[cfg(unix)]
pub fn free(folder: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail as f64 / disk.f_blocks as f64)
}

/// The system does not tell.
#[cfg(not(unix))]
pub fn free(_folder: &Path) -> Option<f64> {
    None
}

/// The share that is free for a database, if it is known.
pub fn free_for(database_url: &str) -> Option<f64> {
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
        assert!(free(Path::new(".")).is_some_and(|share| (0.0..=1.0).contains(&share)));
        assert_eq!(free(Path::new("/no/such/folder")), None);
    }
}
