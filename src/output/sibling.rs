//! Temporary folders beside what is written, and those that a killed run left.
//!
//! One holds a file `lock` that its process keeps locked; the system lets go of it when the process ends,
//! however it ends. So a folder whose lock can be had belongs to nobody any more.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::{fail, parent, place, record};
use crate::error::{Error, Result};

/// How names of temporary folders begin.
const PREFIX: &str = ".wattroute-";
const LOCK: &str = "lock";

/// A temporary folder beside the place of an output, removed with this value.
pub(super) struct Sibling {
    folder: PathBuf,
    /// Locked while the folder is in use; `None` on a file system without locks.
    _lock: Option<File>,
}

impl Sibling {
    /// A folder beside `out`, whose parents are made where they are not there.
    pub fn of(out: &Path) -> Result<Self> {
        fs::create_dir_all(parent(out)).map_err(|error| fail(out, error))?;
        let (folder, lock) = record::begin(out, || make(parent(out))).map_err(|error| fail(out, error))?;
        Ok(Sibling { folder, _lock: lock })
    }

    /// Where the new file or folder grows.
    pub fn fresh(&self) -> PathBuf {
        self.folder.join("new")
    }

    /// Where something may be put aside, and where [`clear`] finds it: by the name that it had.
    pub fn aside(&self) -> PathBuf {
        self.folder.join(ASIDE)
    }
}

const ASIDE: &str = "old";

impl Drop for Sibling {
    fn drop(&mut self) {
        // What cannot be removed now, the next run removes.
        let _ = remove(&self.folder);
        record::ended(&self.folder);
    }
}

/// Makes a temporary folder and locks it.
fn make(parent: &Path) -> io::Result<(PathBuf, Option<File>)> {
    // Another run may take a folder for one that is left over as long as it has no lock.
    const TRIES: usize = 16;
    let mut taken = io::Error::from(ErrorKind::WouldBlock);
    for _ in 0..TRIES {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?.keep();
        match lock(&folder) {
            Ok(lock) => return Ok((folder, lock)),
            Err(error) if [ErrorKind::NotFound, ErrorKind::WouldBlock].contains(&error.kind()) => taken = error,
            Err(error) => {
                let _ = remove(&folder);
                return Err(error);
            }
        }
    }
    Err(taken)
}

/// Locks a new folder. An error of kind `NotFound` or `WouldBlock` says that another run took it.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let file = File::create_new(&path)?;
    match file.try_lock() {
        Ok(()) if path.exists() => Ok(Some(file)),
        Ok(()) => Err(ErrorKind::NotFound.into()),
        Err(TryLockError::WouldBlock) => Err(ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

/// Removes a temporary folder, its lock last: without one, what a kill leaves of it would be nobody's for ever.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != LOCK {
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    fs::remove_dir_all(folder)
}

/// Removes what killed runs left in a folder, and puts back what they had put aside. What cannot be
/// removed is left: it is in nobody's way.
pub(super) fn clear(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            clear_one(&entry.path(), parent);
        }
    }
}

fn clear_one(folder: &Path, parent: &Path) {
    let Ok(lock) = File::open(folder.join(LOCK)) else {
        // Killed before it had a lock, or about to have one: then it is not empty in a moment, or made anew.
        let _ = fs::remove_dir(folder);
        return;
    };
    if lock.try_lock().is_err() {
        return;
    }
    for entry in fs::read_dir(folder.join(ASIDE)).into_iter().flatten().flatten() {
        if place::put_back(&entry.path(), &parent.join(entry.file_name())).is_err() {
            return;
        }
    }
    let _ = remove(folder);
}

/// Tells before any work is done whether something can be written beside `out`, or where its parents are to be.
pub(super) fn try_out(out: &Path) -> Result<()> {
    let found = parent(out).ancestors().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let Some(found) = found.into_iter().find(|parent| parent.exists()) else { return Ok(()) };
    if !found.is_dir() {
        return Err(Error::new("cannot write: a file stands where a folder should be")
            .at(out.display())
            .found(format!("the file {}", found.display()))
            .hint("choose another place, or move the file away"));
    }
    clear(found);
    let tried = record::undisturbed(|| {
        let (folder, _lock) = make(found)?;
        remove(&folder)
    });
    tried.map_err(|error| fail(out, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// What a killed run leaves: a folder whose lock nobody holds.
    fn left(parent: &Path, name: &str) -> PathBuf {
        let folder = parent.join(name);
        fs::create_dir_all(folder.join("new")).unwrap();
        fs::write(folder.join(LOCK), "").unwrap();
        folder
    }

    #[test]
    fn what_killed_runs_left_is_cleared_and_what_is_in_use_is_not() {
        let dir = tempfile::tempdir().unwrap();
        left(dir.path(), ".wattroute-dead");
        fs::create_dir(dir.path().join(".wattroute-dead-without-lock")).unwrap();
        // Not ours: a folder of another name, and a file.
        left(dir.path(), ".other");
        fs::write(dir.path().join(".wattroute-note"), "mine").unwrap();
        let alive = Sibling::of(&dir.path().join("run")).unwrap();
        fs::create_dir(alive.fresh()).unwrap();
        clear(dir.path());
        let name = alive.folder.file_name().unwrap().to_str().unwrap().to_owned();
        let mut expected = vec![".other".to_owned(), ".wattroute-note".to_owned(), name];
        expected.sort();
        assert_eq!(names(dir.path()), expected);
        assert!(alive.fresh().is_dir());
        drop(alive);
        assert_eq!(names(dir.path()), [".other", ".wattroute-note"]);
    }

    #[test]
    fn what_was_put_aside_comes_back_unless_its_place_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        for (place, taken) in [("gone", false), ("taken", true)] {
            let aside = left(dir.path(), &format!(".wattroute-{place}")).join(ASIDE).join(place);
            fs::create_dir_all(&aside).unwrap();
            fs::write(aside.join("mark"), "old").unwrap();
            if taken {
                fs::create_dir(dir.path().join(place)).unwrap();
                fs::write(dir.path().join(place).join("mark"), "new").unwrap();
            }
        }
        clear(dir.path());
        assert_eq!(names(dir.path()), ["gone", "taken"]);
        let mark = |place: &str| fs::read_to_string(dir.path().join(place).join("mark")).unwrap();
        assert_eq!((mark("gone").as_str(), mark("taken").as_str()), ("old", "new"));
    }
}
