//! How much memory there is for a trace: what is known to be too much is refused before it is read.

use std::fs::read_to_string;

use crate::error::{Error, Result};

/// Refuses to hold so many bytes where there is no room for them.
///
/// # Errors
/// Where the system tells how much memory is free, and it is less.
pub(crate) fn room_for(bytes: u64, what: &str) -> Result<()> {
    let Some(free) = free().filter(|free| bytes > *free) else { return Ok(()) };
    Err(Error::new(format!("{what} take more memory than there is"))
        .found(format!("at least {} MB", bytes / 1_000_000))
        .allowed(format!("{} MB, which are free", free / 1_000_000))
        .hint("`--stream` reads a trace in parts; a file that claims far more rows than it has bytes may be a trap"))
}

/// Bytes that are free for this process, by the narrowest limit that the system tells: the machine's, a
/// container's, the shell's. `None` on systems that tell none of them in this way.
fn free() -> Option<u64> {
    [machine(), container(), shell()].into_iter().flatten().min()
}

fn machine() -> Option<u64> {
    kilobytes(&read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

fn container() -> Option<u64> {
    let groups = read_to_string("/proc/self/cgroup").ok()?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let read = |file: &str| read_to_string(format!("/sys/fs/cgroup{group}/{file}")).ok();
    let number = |file: &str| read(file)?.trim().parse::<u64>().ok();
    let held = number("memory.current")?.saturating_sub(cached(&read("memory.stat")?));
    Some(number("memory.max")?.saturating_sub(held))
}

/// Bytes of files that are kept in memory for as long as nobody needs the room.
fn cached(stat: &str) -> u64 {
    let parts = stat.lines().filter_map(|line| line.strip_prefix("active_file ").or_else(|| line.strip_prefix("inactive_file ")));
    parts.filter_map(|bytes| bytes.parse::<u64>().ok()).sum()
}

/// What `ulimit -v` leaves.
fn shell() -> Option<u64> {
    let limits = read_to_string("/proc/self/limits").ok()?;
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    let limit: u64 = limit.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(kilobytes(&read_to_string("/proc/self/status").ok()?, "VmSize:")?))
}

/// The bytes of a line `label 123 kB`.
fn kilobytes(text: &str, label: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(label))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_is_free() {
        assert_eq!(kilobytes("MemTotal: 9 kB\nMemAvailable:   7 kB\n", "MemAvailable:"), Some(7 * 1024));
        assert_eq!(kilobytes("", "MemAvailable:"), None);
        assert_eq!(cached("anon 5\nfile 9\ninactive_file 3\nactive_file 4\n"), 3 + 4);
        assert!(room_for(1, "cells").is_ok());
        if cfg!(target_os = "linux") {
            // No machine has 2^60 bytes.
            let error = room_for(1 << 60, "cells").err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains("cells take more memory than there is") && error.contains("1152921504606 MB"), "{error}");
        }
    }
}
