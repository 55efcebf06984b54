//! The program: parse, run, print the error and a hint, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    wattroute::cli::main()
}
