//! A file that a library writes.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

    /// Has the system write the file to the disk, given what came of the library's work.
    ///
    /// # Errors
    /// The system's, or else the library's.
    pub fn finish(self, done: std::result::Result<(), impl Display>) -> Result<()> {
        let NewFile { path, file, cause } = self;
        match (cause, done) {
            (Some(cause), _) => Err(fail(&path, cause)),
            (None, Err(cause)) => Err(fail(&path, cause)),
            (None, Ok(())) => file.sync_all().map_err(|error| fail(&path, error)),
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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_asked_before_the_library() {
        let mut file = NewFile::create(Path::new("/dev/full")).unwrap();
        assert!(file.write(b"x").is_err());
        let error = file.finish(Err("transport error")).unwrap_err().to_string();
        assert!(error.contains("No space left") && !error.contains("transport"), "{error}");
    }
}
