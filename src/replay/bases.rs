//! Entries that choose what another choice is for most queries, held against it: an oracle that errs against the
//! oracle, say. What the base adds is added up once for all of them, and then only where they differ from it.
//!
//! Sums are exact integers, and so are differences: an entry's tally is the same to the last bit.

use super::baselines::Theirs;
use super::block::Judge;
use super::cells::Scratch;
use super::counts::Differences;
use super::dense::Turn;
use super::estimates::Estimates;
use super::lines::Lines;
use super::pending::Pending;
use super::setup::Replay;
use super::tally::Tally;
use crate::policy::oracle::KIND;
use crate::policy::{Overhead, Rule};
use crate::trace::EndpointIx;
use crate::wide::{self, Ahead, Loop};

/// An entry is held against a base where at least so many of a hundred choices are the same.
const ALIKE_PERCENT: usize = 60;

/// The bases of a task.
pub(super) struct Bases {
    room: usize,
    bases: Vec<Base>,
    /// By entry how it is added up.
    ways: Vec<Way>,
    /// Queries in which choices differ.
    differing: Vec<u32>,
}

/// A choice for every query, as a judge sees it.
struct Base {
    judge: usize,
    of: Of,
    /// The choices of the block, once they are added.
    chosen: Vec<EndpointIx>,
    pending: Pending,
    tally: Tally,
}

#[derive(Clone, Copy)]
enum Of {
    /// What the judge's oracle chooses.
    Oracle,
    /// An endpoint, which is the baseline at a position.
    Baseline(usize, EndpointIx),
}

/// How an entry is added up.
enum Way {
    /// Not known before its first block.
    Unknown,
    Alone,
    /// Beside the base at a position, with counts of its own.
    Beside(usize, Differences),
}

impl Bases {
    /// Every baseline, as the first entry's judge sees it, and every oracle around which there are several entries;
    /// `has_lines` says of a judge whether the lines of all endpoints are made.
    pub fn new(replay: &Replay, room: usize, has_lines: impl Fn(usize) -> bool) -> Self {
        let judge = |entry: usize| replay.references.judge(entry);
        let base = |judge: usize, of: Of| {
            let (groups, endpoints) = (replay.groups.names.len(), replay.workload.trace().outcomes.len());
            Base { judge, of, chosen: Vec::new(), pending: Pending::new(groups), tally: Tally::new(replay.layout(), groups, 1, endpoints) }
        };
        let around = |number: usize| (0..replay.entries.len()).filter(move |&entry| judge(entry) == number && may_be_beside(replay, entry));
        let around_oracle = |number: &usize| around(*number).filter(|&entry| chooses_around_oracle(replay, entry)).count() > 1;
        let mut bases = Vec::new();
        if !replay.entries.is_empty() && has_lines(judge(0)) {
            let baselines = replay.roles.baselines.iter().enumerate();
            bases.extend(baselines.map(|(position, &endpoint)| base(judge(0), Of::Baseline(position, endpoint))));
        }
        let oracles = (0..replay.entries.len()).filter(|&number| has_lines(number)).filter(around_oracle);
        bases.extend(oracles.map(|number| base(number, Of::Oracle)));
        let way = |entry: usize| if may_be_beside(replay, entry) { Way::Unknown } else { Way::Alone };
        Bases { room, bases, ways: (0..replay.entries.len()).map(way).collect(), differing: Vec::new() }
    }

    /// Whether baselines are among them.
    pub fn have_baselines(&self) -> bool {
        self.bases.iter().any(|base| matches!(base.of, Of::Baseline(..)))
    }

    /// A block begins.
    pub fn begin(&mut self) {
        self.bases.iter_mut().for_each(|base| base.chosen.clear());
    }

    /// Adds the block to the bases of a turn's judge, once.
    pub fn add(
        &mut self,
        replay: &Replay,
        turn: &Turn,
        estimates: &Estimates,
        lines: &mut Lines,
        scratch: &mut Scratch,
        ahead: &mut Ahead,
    ) {
        let queries = turn.block.queries.len();
        let of_judge = |base: &&mut Base| base.judge == turn.judge.number && base.chosen.is_empty();
        for Base { of, chosen, pending, tally, .. } in self.bases.iter_mut().filter(of_judge) {
            match *of {
                Of::Oracle => chosen.extend_from_slice(turn.judge.oracle()),
                Of::Baseline(_, endpoint) => chosen.resize(queries, endpoint),
            }
            lines.make(turn.cells, turn.judge, scratch, chosen.iter().copied());
            pending.admit(queries, self.room, replay.layout(), tally);
            pending.add(turn.block, estimates, lines, chosen, tally, ahead);
        }
    }

    /// Looks where an entry's choices differ from those of its base; `None` where it has none.
    pub fn beside<'b>(&'b mut self, entry: usize, judge: &Judge, chosen: &'b [EndpointIx]) -> Option<Beside<'b>> {
        if let Way::Unknown = self.ways[entry] {
            self.ways[entry] = self.way(judge, chosen);
        }
        let Way::Beside(base, counts) = &mut self.ways[entry] else { return None };
        let base = &self.bases[*base].chosen[..];
        self.differing.resize(chosen.len(), 0);
        let mut count = 0;
        wide::run(Differing { chosen, base, differing: &mut self.differing, count: &mut count });
        Some(Beside { choices: Choices { chosen, base, differing: &self.differing[..count] }, counts })
    }

    /// Beside the base of which the choices are most alike.
    fn way(&self, judge: &Judge, chosen: &[EndpointIx]) -> Way {
        let alike = |base: &Base| base.chosen.iter().zip(chosen).filter(|(base, chosen)| base == chosen).count();
        let of_judge = self.bases.iter().enumerate().filter(|(_, base)| base.judge == judge.number);
        match of_judge.map(|(position, base)| (alike(base), position)).max() {
            Some((alike, position)) if alike * 100 >= chosen.len() * ALIKE_PERCENT => {
                Way::Beside(position, Differences::new(&self.bases[position].tally))
            }
            _ => Way::Alone,
        }
    }

    /// Gives every entry what its base adds, and to the baselines' side what baselines take.
    pub fn finish(mut self, replay: &Replay, tallies: &mut [Tally], theirs: &mut Theirs) {
        for Base { of, pending, tally, .. } in &mut self.bases {
            pending.take(replay.layout(), tally);
            if let Of::Baseline(position, _) = *of {
                theirs.add(position, tally);
            }
        }
        for (tally, way) in tallies.iter_mut().zip(&self.ways) {
            if let Way::Beside(base, counts) = way {
                tally.merge(&self.bases[*base].tally);
                counts.give(tally);
            }
        }
    }
}

/// Choices beside those of a base, by query.
#[derive(Clone, Copy)]
pub(super) struct Choices<'a> {
    pub chosen: &'a [EndpointIx],
    pub base: &'a [EndpointIx],
    /// The queries in which they differ.
    pub differing: &'a [u32],
}

/// An entry's choices beside those of its base, and what is counted of them.
pub(super) struct Beside<'a> {
    pub choices: Choices<'a>,
    pub counts: &'a mut Differences,
}

/// Whether the answers of an entry may be added up beside a base: each is there once, and all that is taken.
fn may_be_beside(replay: &Replay, entry: usize) -> bool {
    let entry = &replay.entries[entry];
    replay.replicates_of(entry) == 1 && entry.spec.overhead == Overhead::default()
}

/// Whether an entry chooses what its oracle does, if it does not err.
fn chooses_around_oracle(replay: &Replay, entry: usize) -> bool {
    let entry = &replay.entries[entry];
    matches!(entry.built.rule, Rule::NoisyOracle(_)) || entry.spec.kind == KIND.name
}

/// Lists the queries in which two choices differ.
struct Differing<'a> {
    chosen: &'a [EndpointIx],
    base: &'a [EndpointIx],
    differing: &'a mut [u32],
    count: &'a mut usize,
}

impl Loop for Differing<'_> {
    #[inline(always)]
    fn run(self) {
        let queries = self.chosen.len().min(self.base.len());
        let (chosen, base) = (&self.chosen[..queries], &self.base[..queries]);
        *self.count = wide::list(queries, |query| chosen[query] != base[query], self.differing);
    }
}
