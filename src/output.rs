//! Writing: whole or not at all, and nothing overwritten unasked.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};

fn parent(out: &Path) -> &Path {
    out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The error of a place that is taken, unless `force`.
pub fn refuse_existing(out: &Path, force: bool) -> Result<()> {
    if out.exists() && !force {
        return Err(Error::new("there is something already").at(out.display()).hint("choose another place, or `--force` to replace it"));
    }
    Ok(())
}

fn fail(out: &Path, cause: impl std::fmt::Display) -> Error {
    Error::new("cannot write").at(out.display()).cause(cause)
}

/// Refuses a place for a folder before any work is done for it. `mark` is a file that tells that an
/// existing folder is one of ours: `force` replaces no other folder, unless it is empty.
pub fn claim(out: &Path, force: bool, mark: &str) -> Result<()> {
    refuse_existing(out, force)?;
    let is_empty = || fs::read_dir(out).is_ok_and(|mut dir| dir.next().is_none());
    if out.exists() && !(out.is_dir() && (out.join(mark).is_file() || is_empty())) {
        return Err(Error::new("`--force` replaces only what this program wrote")
            .at(out.display())
            .found(if out.is_dir() { "a folder with other files" } else { "a file" })
            .allowed(format!("nothing, an empty folder, or a folder that holds `{mark}`")));
    }
    Ok(())
}

/// Fills a temporary sibling of `out` and renames it when it is whole; see [`claim`].
pub fn folder(out: &Path, force: bool, mark: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    claim(out, force, mark)?;
    fs::create_dir_all(parent(out)).map_err(|error| fail(out, error))?;
    let sibling = tempfile::Builder::new().prefix(".wattroute-").tempdir_in(parent(out)).map_err(|error| fail(out, error))?;
    let fresh = sibling.path().join("new");
    fs::create_dir(&fresh).map_err(|error| fail(out, error))?;
    fill(&fresh)?;
    if out.exists() {
        fs::rename(out, sibling.path().join("old")).map_err(|error| fail(out, error))?;
    }
    fs::rename(&fresh, out).map_err(|error| fail(out, error))
}

/// Writes a file, unless it is there already with the same contents. What is there with others is
/// replaced only by `force`.
pub fn update(out: &Path, force: bool, contents: &[u8]) -> Result<()> {
    if fs::read(out).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    if out.exists() && !force {
        return Err(Error::new("what is there differs from what would be written")
            .at(out.display())
            .hint("another version, seed or size gives other figures; `--force` replaces them"));
    }
    file(out, true, contents)
}

/// Writes a file through a temporary sibling.
pub fn file(out: &Path, force: bool, contents: &[u8]) -> Result<()> {
    refuse_existing(out, force)?;
    fs::create_dir_all(parent(out)).map_err(|error| fail(out, error))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".wattroute-");
    // A temporary file is its owner's alone by default; this one is to stay, with the permissions of any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut sibling = builder.tempfile_in(parent(out)).map_err(|error| fail(out, error))?;
    sibling.write_all(contents).and_then(|()| sibling.as_file().sync_all()).map_err(|error| fail(out, error))?;
    sibling.persist(out).map_err(|error| fail(out, error.error)).map(drop)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_written_has_the_usual_permissions() {
        let dir = tempfile::tempdir().unwrap();
        // What the system gives under this process's umask.
        let (usual_file, usual_folder) = (dir.path().join("usual.txt"), dir.path().join("usual"));
        fs::write(&usual_file, "").unwrap();
        fs::create_dir(&usual_folder).unwrap();
        let (ours, run) = (dir.path().join("deep").join("ours.txt"), dir.path().join("run"));
        file(&ours, false, b"ours").unwrap();
        folder(&run, false, "mark", |fresh| file(&fresh.join("figures").join("a.svg"), false, b"")).unwrap();
        for written in [ours, run.join("figures").join("a.svg")] {
            assert_eq!(mode(&written), mode(&usual_file), "{}", written.display());
        }
        for written in [dir.path().join("deep"), run.clone(), run.join("figures")] {
            assert_eq!(mode(&written), mode(&usual_folder), "{}", written.display());
        }
    }
}
