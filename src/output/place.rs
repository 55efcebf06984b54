//! Putting what is whole in its place, in one step where the system can.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::sibling::Sibling;
use super::{is_there, parent};

/// Puts a folder in its place. What stands there goes to where the new folder grew.
pub(super) fn put_folder(sibling: &Sibling, out: &Path) -> io::Result<()> {
    if !is_there(out) {
        fs::rename(sibling.fresh(), out)?;
    } else if exchange(&sibling.fresh(), out).is_err() {
        in_two_steps(sibling, out)?;
    }
    Ok(())
}

/// Two names change places in one step.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Where names cannot change places. A kill between the steps leaves the place empty until the next run
/// puts back what stands aside: see `sibling::clear`.
fn in_two_steps(sibling: &Sibling, out: &Path) -> io::Result<()> {
    let name = out.file_name().ok_or(ErrorKind::InvalidInput)?;
    let aside = sibling.aside().join(name);
    fs::create_dir(sibling.aside())?;
    fs::rename(out, &aside)?;
    fs::rename(sibling.fresh(), out).inspect_err(|_| {
        let _ = fs::rename(&aside, out);
    })
}

/// Puts back what stands aside, unless its place is taken by now.
pub(super) fn put_back(aside: &Path, out: &Path) -> io::Result<()> {
    if is_there(out) { Ok(()) } else { fs::rename(aside, out) }
}

/// Has the system write a file, or a folder with all that it holds, to the disk: a name must not appear
/// there before the contents do.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    if !path.is_dir() {
        return File::options().append(true).open(path)?.sync_all();
    }
    for entry in fs::read_dir(path)? {
        sync(&entry?.path())?;
    }
    sync_folder(path)
}

/// Has the system write the name of what stands in its place to the disk.
pub(super) fn sync_parent(out: &Path) {
    // It is written, and in its place: only whether a power cut would undo that is open.
    let _ = sync_folder(parent(out));
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened as a file; some file systems do not sync one.
    let synced = if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) };
    synced.or_else(|error| if [ErrorKind::InvalidInput, ErrorKind::Unsupported].contains(&error.kind()) { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_steps_do_what_one_does() {
        for step in [put_folder, in_two_steps] {
            let dir = tempfile::tempdir().unwrap();
            let out = dir.path().join("run");
            fs::create_dir(&out).unwrap();
            fs::write(out.join("mark"), "old").unwrap();
            let sibling = Sibling::of(&out).unwrap();
            fs::create_dir(sibling.fresh()).unwrap();
            fs::write(sibling.fresh().join("mark"), "new").unwrap();
            step(&sibling, &out).unwrap();
            assert_eq!(fs::read_to_string(out.join("mark")).unwrap(), "new");
            drop(sibling);
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        }
    }
}
