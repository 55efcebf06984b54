//! The report of a study: a trace and its analyses, without a replay.

use super::build::Making;
use super::{EndpointEntry, FORMAT, Manifest, Place, Quantities, Report, Run, Study, VERSION};
use crate::analysis::{ById, efficiency::mean};
use crate::trace::{Metric, Trace};
use crate::workload::ACCOUNTS;

/// The report of a study of a trace; `notes` say what it lacks, `seed` is that of its intervals.
pub fn studied(trace: &Trace, study: Study, notes: Vec<String>, making: Making, seed: u64) -> Report {
    let run = Run {
        trace: trace.info.name.clone(),
        summary: trace.info.summary.clone(),
        trace_queries: trace.len() as u64,
        queries: trace.len() as u64,
        dropped: 0,
        endpoints: (0..trace.outcomes.len()).map(|index| endpoint(trace, index)).collect(),
        baselines: study.by_size.iter().map(|savings| savings.baseline.clone()).collect(),
        pools: Vec::new(),
        objective: "size".to_owned(),
        correct_at: study.coverage.as_ref().map_or(1.0, |coverage| coverage.correct_at),
        replicates: 1,
        carbon_g_per_kwh: None,
    };
    Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        manifest: Manifest {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            verb: making.verb,
            arguments: making.arguments,
            seed,
            policies: ById::new(),
            trace: trace.fingerprint.clone(),
        },
        run,
        policies: Vec::new(),
        curves: Vec::new(),
        study: Some(study),
        day: None,
        break_even: None,
        reproduction: None,
        compare: None,
        routers: Vec::new(),
        notes,
    }
}

fn endpoint(trace: &Trace, index: usize) -> EndpointEntry {
    let endpoint = &trace.info.endpoints[index];
    let mean_of = |metric: Metric| trace.metric(index, metric).and_then(|cells| mean(cells.iter()));
    EndpointEntry {
        id: endpoint.id.clone(),
        place: Place::of(trace.info.endpoints.iter().map(|endpoint| endpoint.model.as_str()), index),
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        tier: endpoint.tier.map(|tier| tier.to_string()),
        energy_scope: endpoint.energy_scope.map(|scope| scope.name().to_owned()),
        answer_accuracy: mean_of(Metric::Score),
        per_query: Quantities::from_array(ACCOUNTS.map(mean_of)),
    }
}
