//! A text file in blocks of whole lines, parsed ahead of their use on other threads.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::trace::import::files::{LONGEST_LINE, too_long};
use crate::trace::threads::threads;

/// Bytes of a block, but for a line that is longer: what is made of it is made in a core's own cache.
pub(super) const BLOCK: usize = 1 << 18;

/// Blocks that a thread has ready at most: it goes on while the first ones wait for the memory of all that come.
const READY: usize = 4;

/// What makes something of the lines of a block.
type Parse<T> = Arc<dyn Fn(Vec<u8>) -> T + Send + Sync>;

/// The blocks of a file, in order.
pub struct Ahead<T> {
    source: Arc<Mutex<Lines>>,
    parse: Parse<T>,
    /// What each thread has ready, with the number of the block; none where this thread parses alone.
    ready: Vec<Receiver<(usize, Result<T>)>>,
    /// The first of each that was taken out too early.
    held: Vec<Option<(usize, Result<T>)>>,
    next: usize,
    begun: bool,
}

impl<T: Send + 'static> Ahead<T> {
    /// Opens a file, of which the first `skip` bytes are no rows.
    pub fn open(path: &Path, skip: u64, parse: impl Fn(Vec<u8>) -> T + Send + Sync + 'static) -> Result<Self> {
        let source = Arc::new(Mutex::new(Lines::open(path, skip)?));
        Ok(Ahead { source, parse: Arc::new(parse), ready: Vec::new(), held: Vec::new(), next: 0, begun: false })
    }

    /// Starts the threads, where the file has work for several.
    fn begin(&mut self) {
        self.begun = true;
        let small = self.source.lock().is_ok_and(|lines| lines.bytes <= BLOCK as u64);
        if small || threads() == 1 {
            return;
        }
        for _ in 0..threads() {
            let (source, parse) = (self.source.clone(), self.parse.clone());
            let (done, ready) = sync_channel(READY);
            // It ends with the file, or when nobody waits any more.
            std::thread::spawn(move || {
                while let Some((number, block)) = take(&source) {
                    if done.send((number, block.map(|block| parse(block)))).is_err() {
                        break;
                    }
                }
            });
            self.ready.push(ready);
            self.held.push(None);
        }
    }

    /// The next block, parsed by this thread: for one that reads no further.
    pub fn next_alone(&mut self) -> Option<Result<T>> {
        take(&self.source).map(|(_, block)| block.map(|block| (self.parse)(block)))
    }

    /// Takes a block that is not needed any more, so that the memory of a few serves all.
    pub fn give_back(&self, block: Vec<u8>) {
        if let Ok(mut lines) = self.source.lock() {
            lines.spare.push(block);
        }
    }

    /// How many blocks like one with so many bytes the file has, rounded up.
    pub fn blocks_like(&self, bytes: usize) -> usize {
        let file = self.source.lock().map_or(0, |lines| usize::try_from(lines.bytes).unwrap_or(0));
        file.div_ceil(bytes.max(1)).max(1)
    }

    /// Whether nothing is left to be read.
    pub fn has_ended(&self) -> bool {
        self.source.lock().is_ok_and(|lines| lines.bytes <= lines.taken)
    }

    /// The next block; `None` after the last.
    pub fn next(&mut self) -> Option<Result<T>> {
        crate::work::go_on();
        if !self.begun {
            self.begin();
        }
        if self.ready.is_empty() {
            return self.next_alone();
        }
        for (held, ready) in self.held.iter_mut().zip(&self.ready) {
            if held.is_none() {
                *held = ready.recv().ok();
            }
            // A thread has its blocks in order: what it holds back cannot stand before this one.
            if held.as_ref().is_some_and(|(number, _)| *number == self.next) {
                self.next += 1;
                return held.take().map(|(_, block)| block);
            }
        }
        let whole = self.source.lock().is_ok_and(|lines| lines.number == self.next);
        (!whole).then(|| Err(Error::new("a file was not read to its end").cause("a thread stopped")))
    }
}

fn take(source: &Mutex<Lines>) -> Option<(usize, Result<Vec<u8>>)> {
    // Of a thread that panicked while it held the file there is nothing to go on with.
    source.lock().ok()?.next()
}

/// A file, cut where lines end.
struct Lines {
    file: File,
    name: String,
    bytes: u64,
    /// Bytes that were skipped, or given in blocks.
    taken: u64,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    /// Blocks that may be filled again.
    spare: Vec<Vec<u8>>,
    number: usize,
    ended: bool,
}

impl Lines {
    fn open(path: &Path, skip: u64) -> Result<Self> {
        let fail = |error| Error::new("cannot open a file").at(path.display()).cause(error);
        let mut file = File::open(path).map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        file.seek(SeekFrom::Start(skip)).map_err(fail)?;
        Ok(Lines { file, name: path.display().to_string(), bytes, taken: skip, rest: Vec::new(), spare: Vec::new(), number: 0, ended: false })
    }

    fn next(&mut self) -> Option<(usize, Result<Vec<u8>>)> {
        let block = self.block();
        if block.as_ref().is_ok_and(Vec::is_empty) {
            return None;
        }
        self.taken += block.as_ref().map_or(0, |block| block.len() as u64);
        self.number += 1;
        Some((self.number - 1, block.map_err(|error| Error::new("cannot read a file").at(&self.name).cause(error))))
    }

    /// Lines up to the last that is whole; nothing after the end.
    fn block(&mut self) -> std::io::Result<Vec<u8>> {
        let mut block = self.spare.pop().unwrap_or_default();
        let mut filled = self.rest.len();
        block.resize(block.len().max(filled), 0);
        block.get_mut(..filled).into_iter().for_each(|start| start.copy_from_slice(&self.rest));
        self.rest.clear();
        while !self.ended {
            // Until it is read: after an error there is nothing more.
            self.ended = true;
            let before = filled;
            block.resize(before + BLOCK, 0);
            filled += fill(&mut self.file, block.get_mut(before..).unwrap_or_default())?;
            self.ended = filled == before;
            let end = block.get(before..filled).and_then(|read| read.iter().rposition(|&byte| byte == b'\n'));
            if let Some(end) = end {
                self.rest.extend_from_slice(block.get(before + end + 1..filled).unwrap_or_default());
                filled = before + end + 1;
                break;
            }
            if filled > LONGEST_LINE {
                self.ended = true;
                return Err(too_long());
            }
        }
        block.truncate(filled);
        Ok(block)
    }
}

/// Reads until a buffer is full or the file has ended: how many bytes.
fn fill(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_in_order_and_end_with_lines() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("x.txt");
        // Two lines that are longer than a block, short ones around them, and no end of the last line.
        let mut text = b"head\n".to_vec();
        for line in 0..20 {
            text.extend(vec![b'a' + line; if line % 7 == 3 { BLOCK + 5 } else { BLOCK / 3 }]);
            text.push(b'\n');
        }
        text.extend(b"the end");
        std::fs::write(&path, &text).map_err(|error| Error::new("not written").cause(error))?;
        let mut ahead = Ahead::open(&path, 5, |block| block)?;
        let mut read = Vec::new();
        while let Some(block) = ahead.next() {
            let block = block?;
            read.extend_from_slice(&block);
            assert!(block.ends_with(b"\n") || read.len() + 5 == text.len());
        }
        assert!(read == text[5..], "{} bytes of {}", read.len(), text.len() - 5);
        Ok(())
    }
}
