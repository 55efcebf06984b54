//! What a strategy adds up over some arrivals.

use super::fixed::{AMOUNTS, SCORE};
use crate::trace::EndpointIx;

/// Sums over some arrivals, in the units of the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// By endpoint the arrivals whose answer is its own.
    pub served: Vec<u64>,
    /// By endpoint the energy of all attempts there.
    pub energy_at: Vec<i128>,
    /// Arrivals that nobody served, as the policy had it; that went to an endpoint that cannot serve
    /// them; that left the comparison.
    pub nobody: u64,
    pub unserved: u64,
    pub skipped: u64,
    /// Arrivals whose answer has a score, and the sum of those.
    pub scored: u64,
    pub score: i128,
    /// By account the arrivals for which it is known, and the sum over them.
    pub known: [u64; AMOUNTS],
    pub amount: [i128; AMOUNTS],
}

/// Sums of a strategy and of a baseline over the arrivals where both are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub both: [u64; AMOUNTS],
    pub mine: [i128; AMOUNTS],
    pub theirs: [i128; AMOUNTS],
}

impl Sums {
    pub fn new(endpoints: usize) -> Self {
        Sums { served: vec![0; endpoints], energy_at: vec![0; endpoints], ..Sums::default() }
    }

    /// Adds arrivals that an endpoint served, with their sums by lane; an account of `has` is known.
    pub fn add_served(&mut self, endpoint: EndpointIx, count: u64, lanes: [i128; AMOUNTS + 1], has: [bool; AMOUNTS]) {
        self.served[endpoint as usize] += count;
        self.scored += count;
        self.score += lanes[SCORE];
        for account in (0..AMOUNTS).filter(|&account| has[account]) {
            self.known[account] += count;
            self.amount[account] += lanes[account];
        }
        if has[0] {
            self.energy_at[endpoint as usize] += lanes[0];
        }
    }

    /// Adds other arrivals of the same strategy.
    pub fn merge(&mut self, other: &Sums) {
        self.served.iter_mut().zip(&other.served).for_each(|(mine, theirs)| *mine += theirs);
        self.energy_at.iter_mut().zip(&other.energy_at).for_each(|(mine, theirs)| *mine += theirs);
        self.nobody += other.nobody;
        self.unserved += other.unserved;
        self.skipped += other.skipped;
        self.scored += other.scored;
        self.score += other.score;
        for account in 0..AMOUNTS {
            self.known[account] += other.known[account];
            self.amount[account] += other.amount[account];
        }
    }
}

impl Pair {
    pub fn merge(&mut self, other: &Pair) {
        for account in 0..AMOUNTS {
            self.both[account] += other.both[account];
            self.mine[account] += other.mine[account];
            self.theirs[account] += other.theirs[account];
        }
    }

    /// The pair of sums in which all is known of both.
    pub fn whole(mine: &Sums, theirs: &Sums) -> Self {
        let both = std::array::from_fn(|account| mine.known[account].min(theirs.known[account]));
        Pair { both, mine: mine.amount, theirs: theirs.amount }
    }
}
