//! Killed at random moments, over and over.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::jobs::{IMPORT, Job, Place, REPLAY, REPRODUCE, SYNTH, assert_whole, earlier};
use crate::tree::{self, Tree};

const SIGKILL: i32 = 9;
/// Kills after which a run is left to finish.
const KILLS_IN_A_ROW: u32 = 4;

/// Numbers that look random: splitmix64.
struct Draw(u64);

impl Draw {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What became of the kills of a job.
#[derive(Default)]
struct Tally {
    kills: u32,
    hits: u32,
    /// Hits after which every place held what the run would have written.
    done: u32,
    /// Hits that left a temporary folder behind.
    leftovers: u32,
}

/// Waits until something is being written in a temporary folder, for no longer than that.
fn wait_for_writing(work: &Path, longest: Duration) {
    let start = Instant::now();
    let writes = |folder: &Path| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(".wattroute-"))
            .any(|entry| entry.path().join("new").exists())
    };
    while start.elapsed() < longest && !["", "cache", "figures"].iter().any(|folder| writes(&work.join(folder))) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Kills a job so many times, from `before` on; every fourth time a run is left to finish on what the kills left.
fn torment(job: &Job, place: &Place, before: &Tree, after: &Tree, kills: u32, seed: u64) -> Tally {
    let (mut draw, mut tally) = (Draw(seed), Tally::default());
    tree::lay(&place.work(), before);
    let start = Instant::now();
    assert_eq!(&place.finish(job), after, "{:?}: another run gives other bytes", job.arguments);
    let mut lasts = start.elapsed();
    for round in 0..kills {
        if round % KILLS_IN_A_ROW == 0 {
            tree::lay(&place.work(), before);
        }
        let mut child = place.command(job.arguments).spawn().unwrap();
        // Every third kill comes soon after the writing begins, which takes a small part of the time.
        let delay = if round % 3 == 2 {
            wait_for_writing(&place.work(), lasts);
            lasts.mul_f64(0.2 * draw.unit())
        } else {
            lasts.mul_f64(draw.unit())
        };
        std::thread::sleep(delay);
        child.kill().unwrap();
        let hit = child.wait().unwrap().signal() == Some(SIGKILL);
        let found = tree::read(&place.work());
        let when = format!("{:?}, killed after {delay:?} of {lasts:?}, round {round}", job.arguments);
        assert_whole(job, &found, before, after, &when);
        tally.kills += 1;
        tally.hits += u32::from(hit);
        tally.done += u32::from(hit && tree::visible(&found) == *after);
        tally.leftovers += u32::from(tree::visible(&found) != found);
        if round % KILLS_IN_A_ROW == KILLS_IN_A_ROW - 1 || round == kills - 1 {
            let start = Instant::now();
            let again = place.finish(job);
            lasts = start.elapsed();
            let differ = tree::difference(&again, after);
            assert!(differ.is_empty(), "{when}, then finished: {differ:?} are not what an undisturbed run gives, or left over");
        }
    }
    tally
}

/// Both where nothing is there before and where something is.
fn kill(job: &Job, kills: u32, seed: u64) {
    let place = Place::new();
    let after = place.finish(job);
    for (nothing, before) in [(true, Tree::new()), (false, earlier(job, &after))] {
        let tally = torment(job, &place, &before, &after, kills, seed + u64::from(nothing));
        let over = if nothing { "nothing" } else { "something" };
        let Tally { kills, hits, done, leftovers } = tally;
        println!(
            "{} over {over}: {kills} kills, {hits} while it ran, {done} of them once all was in place, {leftovers} left temporary folders",
            job.arguments[0]
        );
        assert!(2 * hits >= kills, "{}: {hits} of {kills} kills came while it ran", job.arguments[0]);
    }
}

// Twice 16, 16, 14 and 6: 104 kills, in threads beside each other.

#[test]
fn import_survives_kills() {
    kill(&IMPORT, 16, 1);
}

#[test]
fn synth_survives_kills() {
    kill(&SYNTH, 16, 2);
}

#[test]
fn replay_survives_kills() {
    kill(&REPLAY, 14, 3);
}

#[test]
fn reproduce_survives_kills() {
    kill(&REPRODUCE, 6, 4);
}
