//! What a panic said, and cases that take too long or too much memory.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once, OnceLock};
use std::time::{Duration, Instant};

use crate::corpus;

/// Processor time that no case of a small file takes, in a debug build: the machine may be busy with other work.
const LONGEST: Duration = Duration::from_secs(30);
/// More memory than a small file may take, in KiB: address space and not what is in use, so that what is
/// asked for and not touched counts.
const MOST_KIB: u64 = 2 << 20;

/// What a panic was about, and where.
static SAID: Mutex<Option<String>> = Mutex::new(None);
/// The case that runs: the processor time at its start, its reader and its file.
static RUNNING: Mutex<Option<(Duration, &'static str, Vec<u8>)>> = Mutex::new(None);

/// Runs a case; the finding where it panics or takes too much memory. A case that takes too long ends the
/// process, once its file is kept.
pub fn watched<T>(reader: &'static str, bytes: &[u8], work: impl FnOnce() -> T) -> Result<T, String> {
    static START: Once = Once::new();
    START.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| match RUNNING.lock().unwrap().as_ref() {
            Some(_) => *SAID.lock().unwrap() = Some(panic.to_string().replace('\n', " ")),
            None => usual(panic),
        }));
        std::thread::spawn(watch);
    });
    // One case at a time: tests of this program run side by side.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = peak_kib();
    *RUNNING.lock().unwrap() = Some((worked(), reader, bytes.to_vec()));
    let done = catch_unwind(AssertUnwindSafe(work));
    *RUNNING.lock().unwrap() = None;
    let done = done.map_err(|_| SAID.lock().unwrap().take().unwrap_or_else(|| "a panic".to_owned()));
    match (done, before.zip(peak_kib())) {
        (Ok(_), Some((before, after))) if after > before + MOST_KIB => Err(format!("memory: {} MiB more", (after - before) >> 10)),
        (done, _) => done,
    }
}

fn watch() {
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let running = RUNNING.lock().unwrap().clone();
        if let Some((since, reader, bytes)) = running
            && worked().saturating_sub(since) > LONGEST
        {
            let path = corpus::keep(reader, &format!("takes too long {}", bytes.len()), &bytes);
            eprintln!("{reader}: a case takes longer than {LONGEST:?}: {}", path.display());
            std::process::exit(101);
        }
    }
}

/// The processor time of this process so far, or where the system does not tell, the time that passed.
fn worked() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let passed = START.get_or_init(Instant::now).elapsed();
    // The two numbers after eleven others, in hundredths of a second.
    let ticks = |stat: String| {
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().ok());
        Some(fields.next()?? + fields.next()??)
    };
    std::fs::read_to_string("/proc/self/stat").ok().and_then(ticks).map_or(passed, |ticks| Duration::from_millis(10 * ticks))
}

/// The most memory that this process has asked for so far, where the system tells.
fn peak_kib() -> Option<u64> {
    static TELLS: OnceLock<bool> = OnceLock::new();
    let status = || std::fs::read_to_string("/proc/self/status").ok();
    if !TELLS.get_or_init(|| status().is_some()) {
        return None;
    }
    status()?.lines().find_map(|line| line.strip_prefix("VmPeak:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
}
