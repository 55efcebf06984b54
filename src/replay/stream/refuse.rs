//! What cannot be replayed part by part, and parts that do not add up.

use crate::error::{Error, Result};
use crate::policy::{BuiltFrom, PolicySpec};
use crate::replay::part;
use crate::replay::range::Largest;
use crate::replay::setup::{Replay, Request};
use crate::workload::Selection;

/// What can be done about whatever needs the whole trace.
pub(super) fn without(option: &str) -> String {
    format!("leave out `{option}`: the trace is read into memory then")
}

/// Refuses policies that are fitted to cells.
pub(super) fn refuse_policies(specs: &[PolicySpec], asked: &str) -> Result<()> {
    let fitted: Vec<String> = specs
        .iter()
        .filter(|spec| spec.parameters.built_from() == BuiltFrom::Cells)
        .map(|spec| format!("`{}` of kind {}", spec.name, spec.kind))
        .collect();
    if fitted.is_empty() {
        return Ok(());
    }
    Err(Error::new("a policy that looks at the whole trace before it routes cannot be replayed part by part")
        .at(asked)
        .found(fitted.join(", "))
        .allowed("always, random, oracle, noisy-oracle, by-category, threshold, and cascade with an `order`")
        .hint(format!("leave out the policy, or {}", without(asked)))
        .usage())
}

/// Refuses selections and rules that depend on all queries.
pub(super) fn refuse_request(request: &Request, asked: &str) -> Result<()> {
    let refuse = |what: &str, option: &str, allowed: &str| {
        Err(Error::new(what).at(asked).found(option).allowed(allowed).hint(without(asked)).usage())
    };
    if request.workload.selection != Selection::default() {
        return refuse("a selection of queries cannot be replayed part by part", "`--workload`", "all queries of the trace");
    }
    if !request.workload.missing.require_all() {
        let what = "what is done about missing cells depends on all of them, and cannot be settled part by part";
        return refuse(what, "`--missing complete` or `unavailable`", "`--missing require`");
    }
    Ok(())
}

/// Refuses a part that is added up in another way than the first queries: parts would not add up to what
/// the whole gives.
pub(super) fn alike(head: &Replay, part: &Replay, largest: &Largest) -> Result<()> {
    let same = head.workload.metrics() == part.workload.metrics()
        && head.layout() == part.layout()
        && head.references == part.references
        && head.notes == part.notes
        && head.entries.len() == part.entries.len();
    if !same {
        return Err(Error::new("cells that this needs are missing in parts of the trace, and there in others")
            .found(format!("needed there: {}", listed(part)))
            .allowed(format!("needed of the first queries: {}", listed(head)))
            .hint("`--metrics` says which metrics are needed, `--local` and `--baseline` which endpoints"));
    }
    let in_lines = part::in_lines(largest, head.layout().dense);
    if head.room.is_some() == in_lines && part.room.is_some() == in_lines {
        return Ok(());
    }
    Err(in_another_way())
}

/// The error of parts whose floating-point figures are not made alike.
pub(in crate::replay) fn in_another_way() -> Error {
    Error::new("single answers take so much that they are added up in another way, in some parts of the trace only")
        .allowed("less than 2^30 joules, dollars, seconds or watts, and 2^70 FLOP, for a plan")
        .hint("look for cells with a wrong unit, or replay the trace at once, without `--stream` and `--tally`")
}

/// The metrics that a replay accounts for.
fn listed(replay: &Replay) -> String {
    replay.workload.metrics().iter().map(|metric| metric.column()).collect::<Vec<_>>().join(", ")
}
