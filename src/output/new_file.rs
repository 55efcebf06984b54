//! A file that a library writes.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};

use super::fail;
use crate::error::Result;

/// A new file that remembers why it could not be written: libraries on the way may not tell.
pub struct NewFile {
    path: PathBuf,
    file: File,
    cause: Option<io::Error>,
}

impl NewFile {
    /// Makes a file in a folder that [`super::folder`] is filling.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(|error| fail(path, error))?;
        Ok(NewFile { path: path.to_owned(), file, cause: None })
    }

    /// Has the system write the file to the disk, while other work is done, given what came of the library's work.
    ///
    /// # Errors
    /// The system's, or else the library's.
    pub fn finish(self, done: std::result::Result<(), impl Display>) -> Result<Syncing> {
        let NewFile { path, file, cause } = self;
        match (cause, done) {
            (Some(cause), _) => Err(fail(&path, cause)),
            (None, Err(cause)) => Err(fail(&path, cause)),
            (None, Ok(())) => match Builder::new().spawn(move || file.sync_all()) {
                Ok(thread) => Ok(Syncing { path, thread: Some(thread) }),
                Err(error) => Err(fail(&path, error)),
            },
        }
    }

    fn keep<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.cause.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.file.write(bytes);
        self.keep(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.file.flush();
        self.keep(done)
    }
}

/// A file on its way to the disk, for which a thread waits. That thread ends before this goes: no file is left open in a
/// folder that is cleared away.
#[must_use = "only its end tells whether the file could be written"]
pub struct Syncing {
    path: PathBuf,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Syncing {
    /// Waits until the file is on the disk.
    ///
    /// # Errors
    /// Where the system could not write it.
    pub fn wait(mut self) -> Result<()> {
        self.join().map_err(|error| fail(&self.path, error))
    }

    fn join(&mut self) -> io::Result<()> {
        let stopped = |_| Err(io::Error::other("a thread stopped"));
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or_else(stopped))
    }
}

impl Drop for Syncing {
    fn drop(&mut self) {
        // Of one that nobody waits for nobody wants to know.
        let _ = self.join();
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_asked_before_the_library() {
        let mut file = NewFile::create(Path::new("/dev/full")).unwrap();
        assert!(file.write(b"x").is_err());
        let error = file.finish(Err("transport error")).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("No space left") && !error.contains("transport"), "{error}");
    }

    #[test]
    fn what_the_disk_refuses_is_told() {
        let written: std::result::Result<(), &str> = Ok(());
        let dir = tempfile::tempdir().unwrap();
        let file = NewFile::create(&dir.path().join("new")).unwrap();
        assert!(file.finish(written).unwrap().wait().is_ok());
        // It takes what is written, and has no disk to write it to.
        let file = NewFile::create(Path::new("/dev/null")).unwrap();
        let error = file.finish(written).unwrap().wait().unwrap_err().to_string();
        assert!(error.contains("/dev/null") && error.contains("cannot write"), "{error}");
    }
}
