//! What was replayed, in sentences.

use crate::report::words::{count, list, percent};
use crate::report::{PoolEntry, Report};

/// The trace and the run in one line.
pub(in crate::report) fn opening(report: &Report) -> String {
    let run = &report.run;
    let queries = if run.queries == run.trace_queries {
        format!("{} queries", count(run.queries))
    } else {
        format!("{} of {} queries", count(run.queries), count(run.trace_queries))
    };
    format!(
        "{}: {queries}, {} endpoints, objective {}, correct from score {}, {} dropped, seed {}",
        run.trace,
        run.endpoints.len(),
        run.objective,
        run.correct_at,
        count(run.dropped),
        report.manifest.seed
    )
}

/// Which queries a reader should miss, if any.
pub(in crate::report) fn dropped(report: &Report) -> Option<String> {
    let dropped = report.run.dropped;
    (dropped > 0).then(|| format!("{} queries were dropped because they lack a cell that is needed.", count(dropped)))
}

/// The pools: candidates that pools have in common are told once, then each fallback.
pub(in crate::report) fn pools(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before: Option<&PoolEntry> = None;
    for pool in &report.run.pools {
        if before.is_none_or(|before| before.local != pool.local) {
            lines.push(format!("local {}: right for {} of queries", list(&pool.local), percent(pool.coverage_local)));
        }
        lines.push(format!("fallback {}: right for {} with the local ones", pool.fallback, percent(pool.coverage)));
        before = Some(pool);
    }
    lines
}
