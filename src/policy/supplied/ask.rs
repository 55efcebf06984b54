//! Asking a host block by block, and checking what it answers.

use std::sync::Arc;

use super::{Asked, Candidates, Decide, Decided};
use crate::error::{Error, Result};
use crate::policy::{Context, target};
use crate::trace::{BatchColumn, Columns, EndpointIx, Names, Queries, QueryBatch};
use crate::work::go_on;

/// What a host answered for all queries.
pub(super) enum Answers {
    /// By position the endpoint, and whether any is meant by its role in the pool.
    Endpoints { by_position: Vec<EndpointIx>, roles: bool },
    /// By candidate and position.
    Scores(Vec<Vec<f64>>),
}

/// Asks for all queries of a trace; notes tell what the host was handed and how it answered.
pub(super) fn all(host: &dyn Decide, context: &Context, candidates: &Arc<Candidates>, chances: bool) -> Result<(Answers, Vec<String>)> {
    let queries = &context.trace.queries;
    let needs = host.needs();
    let wanted =
        Columns { metrics: Vec::new(), ids: needs.ids, prompts: needs.prompts, features: needs.features, embedding: needs.embedding };
    let mut gathered = Gathered { context, candidates, chances, answers: None };
    let (mut blocks, mut handed) = (0, Vec::new());
    for start in (0..queries.rows.len()).step_by(QueryBatch::ROWS) {
        go_on();
        let batch = QueryBatch::new(queries, start..queries.rows.len().min(start + QueryBatch::ROWS), &wanted);
        if handed.is_empty() {
            handed = batch.columns().iter().map(|(name, column)| described(name, column)).collect();
        }
        let block = Block { queries, start, rows: batch.len() };
        let place = batch.place().to_owned();
        let decided = host.decide(Asked { queries: batch, candidates: candidates.clone(), seed: context.seed });
        let decided = decided.map_err(|failed| match failed.row.filter(|row| *row < block.rows) {
            Some(row) => block.at(row, failed.error),
            None => failed.error,
        });
        decided.and_then(|decided| gathered.add(decided, block)).map_err(|error| error.at(&place))?;
        blocks += 1;
    }
    let answers = gathered.answers.ok_or_else(|| Error::new("there is no query to ask a router about"))?;
    let form = match &answers {
        Answers::Endpoints { .. } => "endpoints",
        Answers::Scores(_) => "a score for each endpoint",
    };
    let times = if blocks == 1 { "once".to_owned() } else { format!("{blocks} times") };
    let note = format!("the calling program decided, asked {times}, by {form}; of a query it was told: {}", handed.join(", "));
    Ok((answers, vec![note]))
}

fn described(name: &str, column: &BatchColumn) -> String {
    match column {
        BatchColumn::Vectors(vectors) => format!("{name} ({} numbers)", vectors.width()),
        _ => name.to_owned(),
    }
}

/// A block that was asked about.
#[derive(Clone, Copy)]
struct Block<'a> {
    queries: &'a Queries,
    start: usize,
    rows: usize,
}

impl Block<'_> {
    /// An error with the row of the block that it is about.
    fn at(&self, row: usize, error: Error) -> Error {
        error.at(self.queries.place(self.start + row))
    }

    /// Checks that something came for each query.
    fn check_length(&self, found: usize, what: &str) -> Result<()> {
        if found == self.rows {
            return Ok(());
        }
        let error = Error::new("a router answered for another number of queries than it was asked about")
            .found(format!("{found} {what}"))
            .allowed(format!("{}, one for each query of the block in its order", self.rows));
        // The first row without an answer; where there are too many, no row is at fault.
        Err(if found < self.rows { self.at(found, error) } else { error })
    }
}

/// The answers so far.
struct Gathered<'a> {
    context: &'a Context<'a>,
    candidates: &'a Candidates,
    /// Whether scores must be chances.
    chances: bool,
    answers: Option<Answers>,
}

impl Gathered<'_> {
    fn add(&mut self, decided: Decided, block: Block) -> Result<()> {
        match decided {
            Decided::Endpoints(names) => {
                block.check_length(names.codes.len(), "endpoints")?;
                let (chosen, roles) = self.named(&names, block)?;
                self.endpoints(chosen, roles)
            }
            Decided::Positions(positions) => {
                block.check_length(positions.len(), "positions")?;
                let chosen = self.placed(&positions, block)?;
                self.endpoints(chosen, true)
            }
            Decided::Scores { cells, width } => self.scores(&cells, width, block),
        }
    }

    fn endpoints(&mut self, chosen: Vec<EndpointIx>, by_role: bool) -> Result<()> {
        match self.answers.get_or_insert_with(|| Answers::Endpoints { by_position: Vec::new(), roles: false }) {
            Answers::Endpoints { by_position, roles } => {
                by_position.extend(chosen);
                *roles |= by_role;
                Ok(())
            }
            Answers::Scores(_) => Err(changed("endpoints", "scores")),
        }
    }

    /// Endpoints by name, and whether any is meant by its role.
    fn named(&self, names: &Names, block: Block) -> Result<(Vec<EndpointIx>, bool)> {
        let mut known: Vec<Result<(EndpointIx, bool)>> = names.names.iter().map(|name| target::meant(name, self.context)).collect();
        let (mut chosen, mut roles) = (Vec::with_capacity(names.codes.len()), false);
        for (row, &code) in names.codes.iter().enumerate() {
            match known.get(code as usize) {
                Some(Ok((endpoint, by_role))) => {
                    chosen.push(*endpoint);
                    roles |= by_role;
                }
                Some(Err(_)) => return known.swap_remove(code as usize).map(|_| (chosen, roles)).map_err(|error| block.at(row, error)),
                None => {
                    let error =
                        Error::new("a router answered nothing for a query").found("nothing").allowed(self.candidates.ids().join(", "));
                    return Err(block.at(row, error));
                }
            }
        }
        Ok((chosen, roles))
    }

    /// Endpoints by their places among the candidates.
    fn placed(&self, positions: &[i64], block: Block) -> Result<Vec<EndpointIx>> {
        let all = &self.context.pool.all;
        let endpoint = |(row, &position): (usize, &i64)| {
            let known = usize::try_from(position).ok().and_then(|position| all.get(position)).copied();
            known.ok_or_else(|| {
                let ids = self.candidates.ids();
                let listed: Vec<String> = ids.iter().enumerate().map(|(place, id)| format!("{place} ({id})")).collect();
                block.at(
                    row,
                    Error::new("a router answered a position at which there is no endpoint").found(position).allowed(listed.join(", ")),
                )
            })
        };
        positions.iter().enumerate().map(endpoint).collect()
    }

    fn scores(&mut self, cells: &[f64], width: usize, block: Block) -> Result<()> {
        let ids = self.candidates.ids();
        if width != ids.len() || !cells.len().is_multiple_of(width) {
            let found = format!("{width} scores a query, {} in all", cells.len());
            return Err(Error::new("a router scored another number of endpoints than there are").found(found).allowed(format!(
                "{}: {}",
                ids.len(),
                ids.join(", ")
            )));
        }
        block.check_length(cells.len() / width, "rows of scores")?;
        let right = |cell: &f64| if self.chances { (0.0..=1.0).contains(cell) } else { cell.is_finite() };
        if let Some(first) = cells.iter().position(|cell| !right(cell)) {
            let error = Error::new("a router gave what is no score").at(format!("endpoint `{}`", ids[first % width])).found(cells[first]);
            let error = error.allowed(if self.chances { "0 to 1, as the rule compares chances" } else { "finite numbers" });
            return Err(block.at(first / width, error));
        }
        match self.answers.get_or_insert_with(|| Answers::Scores(vec![Vec::new(); width])) {
            Answers::Scores(predicted) => {
                predicted.iter_mut().enumerate().for_each(|(candidate, of)| of.extend(cells.iter().skip(candidate).step_by(width)));
                Ok(())
            }
            Answers::Endpoints { .. } => Err(changed("scores", "endpoints")),
        }
    }
}

fn changed(now: &str, before: &str) -> Error {
    Error::new("a router answered in another form than before").found(now).allowed(format!("{before}, as for the blocks before"))
}
