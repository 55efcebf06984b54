//! The program as its surroundings fail it: killed, stopped, out of room, nowhere to write. What was there
//! before is intact, what is there after is whole, and running again finishes.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(unix)]

mod jobs;
mod kill;
mod room;
mod stop;
mod tree;
