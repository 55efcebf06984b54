//! Files that mean harm, or look like it: each gives a clear error in bounded time and memory, and nothing in
//! them reaches the terminal or a page as an order.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(target_os = "linux")]

mod child;
mod claims;
mod forge;
mod names;
mod places;
mod texts;
