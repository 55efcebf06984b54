//! The program under watch: how long it takes, how much memory, what it says.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Address space that a child may have, in kB: what the system calls free is less then than on most machines.
const ADDRESS_SPACE_KB: u64 = 4 << 20;

/// What came of a run.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
    /// The most memory that it held, in MB.
    pub peak_mb: u64,
}

/// Runs the program in a folder and watches it.
pub fn run(folder: &Path, arguments: &[&str]) -> Ended {
    let limited = format!("ulimit -v {ADDRESS_SPACE_KB}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_wattroute")]).args(arguments).current_dir(folder);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let read = |pipe: Box<dyn std::io::Read + Send>| std::thread::spawn(move || std::io::read_to_string(pipe).unwrap());
    let (stdout, stderr) = (read(Box::new(child.stdout.take().unwrap())), read(Box::new(child.stderr.take().unwrap())));
    let mut peak_mb = 0;
    let code = loop {
        let held = fs::read_to_string(&status).unwrap_or_default();
        let held = held.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.split_whitespace().next());
        peak_mb = held.and_then(|kb| kb.parse::<u64>().ok()).map_or(peak_mb, |kb| peak_mb.max(kb / 1024));
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ended { code, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap(), took: start.elapsed(), peak_mb }
}

/// Text that gives no order to a terminal.
pub fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || wattroute::is_shown(c))
}

/// Runs the program on something that it must refuse: a clear error with these words, in so many seconds and MB.
pub fn refused(folder: &Path, arguments: &[&str], words: &[&str], seconds: u64, peak_mb: u64) {
    let ended = run(folder, arguments);
    let said = format!("{}{}", ended.stdout, ended.stderr);
    println!("{}: {:.1} s, {} MB", arguments.join(" "), ended.took.as_secs_f64(), ended.peak_mb);
    assert_eq!(ended.code, Some(1), "{arguments:?}: {said}");
    let begins = if arguments.contains(&"--json") { "{\n  \"errors\": [" } else { "error: " };
    assert!(ended.stderr.starts_with(begins) && words.iter().all(|word| said.contains(word)), "{arguments:?}: {said}");
    assert!(is_plain(&said) && said.len() < 50_000, "{arguments:?}: {said:?}");
    assert!(ended.took < Duration::from_secs(seconds), "{arguments:?}: {:?}", ended.took);
    assert!(ended.peak_mb < peak_mb, "{arguments:?}: {} MB", ended.peak_mb);
}

/// A copy of the toy trace, as `trace`.
pub fn toy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("traces/toy"), &folder.path().join("trace"));
    folder
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}
