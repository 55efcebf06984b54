//! Writing: whole or not at all, and nothing overwritten unasked.
//!
//! Everything is filled in beside its place and renamed when it is whole, so that a kill at any moment leaves
//! either what was there or what is new. What a kill leaves beside it, the next run clears away.
// What comes from a file is neither indexed nor cast, as in `src/trace`.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

mod new_file;
mod place;
mod record;
mod sibling;

use std::fs;
use std::path::Path;

pub use new_file::{NewFile, Syncing};
pub use record::{stop, wait_if_stopping};
use sibling::Sibling;

use crate::error::{Error, Result};

fn parent(out: &Path) -> &Path {
    out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether something stands there, be it a link that leads nowhere.
fn is_there(out: &Path) -> bool {
    fs::symlink_metadata(out).is_ok()
}

/// The error of a place that is taken, unless `force`.
fn refuse_existing(out: &Path, force: bool) -> Result<()> {
    if is_there(out) && !force {
        return Err(Error::new("there is something already").at(out.display()).hint("choose another place, or `--force` to replace it"));
    }
    Ok(())
}

fn fail(out: &Path, cause: impl std::fmt::Display) -> Error {
    Error::new("cannot write").at(out.display()).cause(cause)
}

/// Refuses a place for a folder before any work is done for it. `mark` is a file that tells that an
/// existing folder is one of ours: `force` replaces no other folder, unless it is empty.
///
/// # Errors
/// Where something stands there that may not be replaced, and where nothing can be written.
pub fn claim(out: &Path, force: bool, mark: &str) -> Result<()> {
    // First, since a run that was killed may have to be mended here.
    sibling::clear(parent(out));
    refuse_existing(out, force)?;
    let is_empty = || fs::read_dir(out).is_ok_and(|mut dir| dir.next().is_none());
    if is_there(out) && !(out.is_dir() && (out.join(mark).is_file() || is_empty())) {
        return Err(Error::new("`--force` replaces only what this program wrote")
            .at(out.display())
            .found(if out.is_dir() { "a folder with other files" } else { "a file" })
            .allowed(format!("nothing, an empty folder, or a folder that holds `{mark}`")));
    }
    sibling::try_out(out)?;
    record::planned(out);
    Ok(())
}

/// Refuses a place for a file before any work is done for it.
///
/// # Errors
/// As [`claim`].
pub fn claim_file(out: &Path, force: bool) -> Result<()> {
    if record::is_within_sibling(out) {
        return refuse_existing(out, force);
    }
    sibling::clear(parent(out));
    refuse_existing(out, force)?;
    if out.is_dir() {
        return Err(fail(out, "a folder stands where a file should be"));
    }
    sibling::try_out(out)?;
    record::planned(out);
    Ok(())
}

/// Fills a temporary sibling of `out` and puts it in its place when it is whole; see [`claim`].
///
/// # Errors
/// As [`claim`] and `fill`, and where the system refuses: then what was there is as it was.
pub fn folder(out: &Path, force: bool, mark: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    claim(out, force, mark)?;
    let sibling = Sibling::of(out)?;
    fs::create_dir(sibling.fresh()).map_err(|error| fail(out, error))?;
    fill(&sibling.fresh())?;
    place::sync(&sibling.fresh()).map_err(|error| fail(out, error))?;
    crate::work::go_on();
    record::commit(out, || place::put_folder(&sibling, out)).map_err(|error| fail(out, error))?;
    place::sync_parent(out);
    Ok(())
}

/// Makes a folder and its parents in a folder that [`folder`] is filling.
///
/// # Errors
/// Where the system refuses.
pub fn make_folder(path: &Path) -> Result<()> {
    record::undisturbed(|| fs::create_dir_all(path)).map_err(|error| fail(path, error))
}

/// Writes a file, unless it is there already with the same contents. What is there with others is
/// replaced only by `force`.
///
/// # Errors
/// Where the contents differ and `force` is not set, and as [`file()`].
pub fn update(out: &Path, force: bool, contents: &[u8]) -> Result<()> {
    sibling::clear(parent(out));
    if fs::read(out).is_ok_and(|found| found == contents) {
        return Ok(());
    }
    if is_there(out) && !force {
        return Err(Error::new("what is there differs from what would be written")
            .at(out.display())
            .hint("another version, seed or size gives other figures; `--force` replaces them"));
    }
    file(out, true, contents)
}

/// Writes a file through a temporary sibling; without one in a folder that [`folder`] is filling.
///
/// # Errors
/// As [`claim_file`], and where the system refuses: then what was there is as it was.
pub fn file(out: &Path, force: bool, contents: &[u8]) -> Result<()> {
    if record::is_within_sibling(out) {
        make_folder(parent(out))?;
        return fs::write(out, contents).map_err(|error| fail(out, error));
    }
    claim_file(out, force)?;
    let sibling = Sibling::of(out)?;
    fs::write(sibling.fresh(), contents).map_err(|error| fail(out, error))?;
    place::sync(&sibling.fresh()).map_err(|error| fail(out, error))?;
    crate::work::go_on();
    record::commit(out, || fs::rename(sibling.fresh(), out)).map_err(|error| fail(out, error))?;
    place::sync_parent(out);
    Ok(())
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

    #[test]
    fn a_fault_leaves_what_was_there_and_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("run");
        let write = |text: &'static str| move |fresh: &Path| file(&fresh.join("mark"), false, text.as_bytes());
        folder(&out, false, "mark", write("old")).unwrap();
        let failed = folder(&out, true, "mark", |fresh| write("new")(fresh).and(Err(Error::new("a full disk"))));
        assert!(failed.is_err() && folder(&out, false, "mark", write("new")).is_err());
        assert_eq!(fs::read_to_string(out.join("mark")).unwrap(), "old");
        folder(&out, true, "mark", write("new")).unwrap();
        assert_eq!(fs::read_to_string(out.join("mark")).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_below_a_file_is_refused_before_any_work() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "mine").unwrap();
        let error = claim(&dir.path().join("file").join("run"), false, "mark").unwrap_err().to_string();
        assert!(error.contains("a file stands where a folder should be"), "{error}");
        assert!(claim(&dir.path().join("new").join("run"), false, "mark").is_ok());
        assert!(!dir.path().join("new").exists());
    }
}
