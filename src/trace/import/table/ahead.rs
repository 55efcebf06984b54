//! A text file in blocks of whole lines, parsed ahead of their use, on other threads too.

use std::collections::VecDeque;
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
const READY: usize = 8;

/// What makes something of the lines of a block.
type Parse<T> = Arc<dyn Fn(Vec<u8>) -> T + Send + Sync>;

/// A block with its number.
type Numbered<T> = (usize, Result<T>);

/// Another thread, which has its blocks in order.
struct Other<T> {
    ready: Receiver<Numbered<T>>,
    /// The first, if it was taken out too early: where all were, one slow block would let the others fill the memory.
    first: Option<Numbered<T>>,
}

/// The blocks of a file, in order.
pub struct Ahead<T> {
    source: Arc<Mutex<Lines>>,
    parse: Parse<T>,
    /// None where this thread parses alone.
    others: Vec<Other<T>>,
    /// What this thread has ready: it parses too, where it would wait.
    own: VecDeque<Numbered<T>>,
    next: usize,
    begun: bool,
}

impl<T: Send + 'static> Ahead<T> {
    /// Opens a file, of which the first `skip` bytes are no rows.
    pub fn open(path: &Path, skip: u64, parse: impl Fn(Vec<u8>) -> T + Send + Sync + 'static) -> Result<Self> {
        let source = Arc::new(Mutex::new(Lines::open(path, skip)?));
        Ok(Ahead { source, parse: Arc::new(parse), others: Vec::new(), own: VecDeque::new(), next: 0, begun: false })
    }

    /// Starts other threads, where the file has work for several.
    fn begin(&mut self) {
        self.begun = true;
        let small = self.source.lock().is_ok_and(|lines| lines.bytes <= BLOCK as u64);
        if small || threads() == 1 {
            return;
        }
        for _ in 1..threads() {
            let (source, parse) = (self.source.clone(), self.parse.clone());
            let (done, ready) = sync_channel(READY);
            // It ends with the file, or when nobody waits any more.
            std::thread::spawn(move || while parse_one(&source, &parse).is_some_and(|block| done.send(block).is_ok()) {});
            self.others.push(Other { ready, first: None });
        }
    }

    /// The next block, parsed by this thread: for one that reads no further.
    pub fn next_alone(&mut self) -> Option<Result<T>> {
        parse_one(&self.source, &self.parse).map(|(_, block)| block)
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
        if self.others.is_empty() {
            return self.next_alone();
        }
        loop {
            let is_next = |(number, _): &mut Numbered<T>| *number == self.next;
            let mut found = self.own.pop_front_if(is_next);
            for Other { ready, first } in &mut self.others {
                *first = first.take().or_else(|| ready.try_recv().ok());
                found = found.or_else(|| first.take_if(is_next));
            }
            if let Some((_, block)) = found {
                self.next += 1;
                return Some(block);
            }
            // Another thread is at it: this one parses the block after those, unless it has too many already.
            let own = (self.own.len() < READY).then(|| parse_one(&self.source, &self.parse)).flatten();
            let came = own.is_some();
            self.own.extend(own);
            let wait = |Other { ready, first }: &mut Other<T>| {
                *first = ready.recv().ok();
                first.is_some()
            };
            if !came && !self.others.iter_mut().filter(|other| other.first.is_none()).any(wait) {
                break;
            }
        }
        let whole = self.source.lock().is_ok_and(|lines| lines.number == self.next);
        (!whole).then(|| Err(Error::new("a file was not read to its end").cause("a thread stopped")))
    }
}

/// The first block that no thread has taken, parsed, with its number.
fn parse_one<T>(source: &Mutex<Lines>, parse: &Parse<T>) -> Option<Numbered<T>> {
    take(source).map(|(number, block)| (number, block.map(|block| parse(block))))
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
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;
    use crate::work::Work;

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

    /// A file of so many blocks, each of the letter after the one before.
    fn blocks(folder: &Path, count: u8) -> Result<std::path::PathBuf> {
        let path = folder.join("x.txt");
        let line = |block: u8| [vec![b'a' + block; BLOCK - 1], vec![b'\n']].concat();
        std::fs::write(&path, (0..count).flat_map(line).collect::<Vec<u8>>()).map_err(|error| Error::new("not written").cause(error))?;
        Ok(path)
    }

    #[test]
    fn a_slow_block_is_waited_for_while_others_are_parsed() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        // More blocks than may wait, behind the first.
        let path = blocks(folder.path(), 3 * READY as u8)?;
        let mut ahead = Ahead::open(&path, 0, |block| {
            let letter = block.first().copied();
            std::thread::sleep(std::time::Duration::from_millis(if letter == Some(b'a') { 100 } else { 1 }));
            letter
        })?;
        let read: Vec<Option<u8>> = std::iter::from_fn(|| ahead.next()).collect::<Result<_>>()?;
        assert_eq!(read, (0..3 * READY as u8).map(|block| Some(b'a' + block)).collect::<Vec<_>>());
        assert!(ahead.next().is_none() && ahead.own.is_empty());
        Ok(())
    }

    #[test]
    fn a_slow_block_holds_up_the_threads_beside_it() -> Result<()> {
        Work { threads: Some(3), ..Work::default() }.take_up();
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let (count, most) = (80, 3 * (READY + 2));
        let (parsed, before) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
        let (now, then) = (parsed.clone(), before.clone());
        let mut ahead = Ahead::open(&blocks(folder.path(), count)?, 0, move |block| {
            if block.first() == Some(&b'a') {
                std::thread::sleep(std::time::Duration::from_millis(300));
                then.store(now.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            now.fetch_add(1, Ordering::Relaxed);
        })?;
        let read = std::iter::from_fn(|| ahead.next()).collect::<Result<Vec<()>>>()?;
        assert_eq!((read.len(), parsed.load(Ordering::Relaxed)), (usize::from(count), usize::from(count)));
        assert!((1..=most).contains(&before.load(Ordering::Relaxed)), "{} blocks before the first", before.load(Ordering::Relaxed));
        Ok(())
    }

    #[test]
    fn a_thread_that_stops_is_told() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = blocks(folder.path(), 3 * READY as u8)?;
        let (here, others, stopped) = (std::thread::current().id(), threads() > 1, Arc::new(AtomicBool::new(false)));
        let stops = stopped.clone();
        let mut ahead = Ahead::open(&path, 0, move |_| {
            if std::thread::current().id() != here {
                stops.store(true, Ordering::Relaxed);
                std::panic::resume_unwind(Box::new("it stops here"));
            }
            // Until the other thread has come that far.
            for _ in (0..1000).take_while(|_| others && !stops.load(Ordering::Relaxed)) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        })?;
        let end = std::iter::from_fn(|| ahead.next()).find_map(Result::err);
        let told = end.is_some_and(|error| error.to_string().contains("a thread stopped"));
        assert_eq!((told, stopped.load(Ordering::Relaxed)), (others, others));
        Ok(())
    }
}
