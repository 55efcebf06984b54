//! Totals as whole numbers in a fixed order, and back: what a file of them holds.

use super::exact::Exact;
use super::expect::MomentSums;
use super::outline::Outline;
use super::rows::Rows;
use super::tally::{BUCKETS, Tally};
use super::totals::{Facts, Group, Totals};
use crate::accumulator::{self, Accumulator};
use crate::error::{Error, Result};
use crate::workload::{ACCOUNTS, KnownSum};

/// What is done with each number: told what it is of and its value, gives the value that it is to have.
pub type Visit<'a> = dyn FnMut(&str, i128) -> Result<i128> + 'a;

/// Numbers of a sum of known cells, with their count.
const A_KNOWN_SUM: u128 = accumulator::WORDS as u128 + 2;
/// Numbers of a sum of moments.
const A_MOMENT: u128 = accumulator::WORDS as u128 + 1;

impl Totals {
    /// Totals of nothing, in the shape of those of some replay.
    pub fn empty(outline: &Outline, groups: Vec<Group>) -> Totals {
        let (layout, endpoints) = (outline.layout(), outline.trace.endpoints.len());
        let tally = |replicates: u32| Tally::new(layout, groups.len(), replicates as usize, endpoints);
        Totals {
            tallies: outline.entries.iter().map(|entry| tally(outline.replicates_of(entry))).collect(),
            expected: outline.entries.iter().map(|entry| entry.has_moments.then(|| MomentSums::new(layout))).collect(),
            facts: Facts::empty(outline, groups),
        }
    }

    /// How many numbers totals of this shape have. Worked out before there is room for them: a file may claim any
    /// shape.
    pub fn numbers(outline: &Outline, groups: usize) -> u128 {
        let (layout, endpoints, groups) = (outline.layout(), outline.trace.endpoints.len() as u128, groups as u128);
        let width = layout.width() as u128;
        let tally = Tally::default_numbers();
        let mut count =
            3 + 2 * outline.roles.pools.len() as u128 + outline.in_use.len() as u128 * (1 + ACCOUNTS.len() as u128) * A_KNOWN_SUM;
        for entry in &outline.entries {
            let rows = BUCKETS as u128 + groups + u128::from(outline.replicates_of(entry));
            count += width * rows + (endpoints + 1) * groups + endpoints + tally;
            if entry.has_moments {
                count += (2 * width + layout.ratios().count() as u128) * A_MOMENT;
            }
        }
        count
    }

    /// Has every number seen, and changed, in the order that a file has them in.
    ///
    /// # Errors
    /// Where `visit` fails or gives a number that is none of its kind.
    pub fn visit(&mut self, visit: &mut Visit) -> Result<()> {
        self.facts.visit(visit)?;
        for (entry, (tally, expected)) in self.tallies.iter_mut().zip(&mut self.expected).enumerate() {
            // Named once for all of its numbers.
            tally.visit(entry, visit)?;
            let Some(moments) = expected else { continue };
            let kinds =
                [("expectations", &mut moments.mean), ("variances", &mut moments.variance), ("covariances", &mut moments.covariance)];
            for (kind, sums) in kinds {
                let what = format!("policy {entry}: {kind}");
                sums.iter_mut().try_for_each(|sum| accumulated(&what, sum, visit))?;
            }
        }
        Ok(())
    }
}

impl Facts {
    fn visit(&mut self, visit: &mut Visit) -> Result<()> {
        for number in [&mut self.trace_queries, &mut self.queries, &mut self.dropped] {
            count("queries", number, visit)?;
        }
        self.solved.iter_mut().flatten().try_for_each(|number| count("solved", number, visit))?;
        for KnownSum { sum, count: known } in self.known.iter_mut().flat_map(|(_, sums)| sums) {
            accumulated("known cells", sum, visit)?;
            count("known cells", known, visit)?;
        }
        Ok(())
    }
}

impl Tally {
    /// Numbers of a tally beside its rows and what it counts by endpoint.
    fn default_numbers() -> u128 {
        let tally = Tally::new(super::lane::Layout { baselines: 0, dense: true }, 0, 0, 0);
        (tally.status.len() + tally.estimated.len() + 1 + tally.latency.counts().count()) as u128
    }

    fn visit(&mut self, entry: usize, visit: &mut Visit) -> Result<()> {
        let what = |kind: &str| format!("policy {entry}: {kind}");
        for (kind, rows) in [("buckets", &mut self.buckets), ("groups", &mut self.groups), ("replicates", &mut self.replicates)] {
            exact_rows(&what(kind), rows, visit)?;
        }
        let served = what("served");
        self.served.counts_mut().iter_mut().try_for_each(|number| count(&served, number, visit))?;
        let attempts = what("attempts");
        self.attempts.iter_mut().try_for_each(|number| count(&attempts, number, visit))?;
        let status = what("status");
        self.status.iter_mut().try_for_each(|number| count(&status, number, visit))?;
        let estimated = what("estimated");
        self.estimated.iter_mut().try_for_each(|sum| exact(&estimated, sum, visit))?;
        let latency = what("latency");
        self.latency.counts_mut().try_for_each(|number| count(&latency, number, visit))?;
        count(&what("not learned from"), &mut self.unlearned, visit)
    }
}

fn exact_rows(what: &str, rows: &mut Rows, visit: &mut Visit) -> Result<()> {
    rows.lanes_mut().flatten().try_for_each(|sum| exact(what, sum, visit))
}

fn exact(what: &str, sum: &mut Exact, visit: &mut Visit) -> Result<()> {
    sum.0 = visit(what, sum.0)?;
    Ok(())
}

fn count(what: &str, count: &mut u64, visit: &mut Visit) -> Result<()> {
    let seen = visit(what, i128::from(*count))?;
    *count = u64::try_from(seen).map_err(|_| Error::new("this is no count").at(what).found(seen).allowed("0 and more"))?;
    Ok(())
}

fn accumulated(what: &str, sum: &mut Accumulator, visit: &mut Visit) -> Result<()> {
    let (words, spoilt) = sum.parts_mut();
    words.iter_mut().try_for_each(|word| count(what, word, visit))?;
    let mut flag = u64::from(*spoilt);
    count(what, &mut flag, visit)?;
    *spoilt = flag != 0;
    Ok(())
}
