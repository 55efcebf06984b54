//! The program: parse, run, print the error and a hint, exit code.

use std::process::ExitCode;

/// Takes memory from the system in large pages and keeps what is freed for what comes next: columns are large, and the
/// page faults of new memory were a third of many a verb's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wattroute::cli::main()
}
