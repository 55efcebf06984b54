//! The three sets of assumptions under which the routing study is held against the paper.

use super::lines::shown;
use super::published::Published;
use super::routing_lines::saved;
use crate::analysis::{BreakEvenOptions, break_even};
use crate::error::Result;
use crate::policy::PolicySpec;
use crate::replay::{Replay, Request, Silent};
use crate::report::build::{self, Making};
use crate::report::{Line, Report, Scenario, Unit};
use crate::trace::{Metric, Trace};
use crate::workload::{RoleNames, WorkloadSpec};

/// A set of assumptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScenarioKind {
    /// What Figure 4's numbers imply.
    Paper,
    /// Local energies from the paper's own Table 14, a measured cloud.
    Tables,
    /// Energies as others measured them, on both sides.
    Measured,
}

impl ScenarioKind {
    /// Every scenario by name.
    pub const ALL: [(&'static str, ScenarioKind); 3] =
        [("paper", ScenarioKind::Paper), ("tables", ScenarioKind::Tables), ("measured", ScenarioKind::Measured)];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            ScenarioKind::Paper => "paper",
            ScenarioKind::Tables => "tables",
            ScenarioKind::Measured => "measured",
        }
    }

    /// The spec of its trace.
    pub fn spec(self) -> &'static str {
        match self {
            ScenarioKind::Paper => "ipw-routing",
            ScenarioKind::Tables => "ipw-tables",
            ScenarioKind::Measured => "ipw-measured",
        }
    }

    /// What it takes for granted.
    pub fn assumptions(self, trace: &Trace) -> Vec<String> {
        let given: &[&str] = match self {
            ScenarioKind::Paper => &[
                "one distribution of tokens for both data sets and all endpoints, without a link to difficulty",
                "compute by total parameters, local energy in proportion to them",
                "the oracle takes the smallest correct local model; misrouted queries go to the cloud",
                "GPT-OSS-20B answers 60% of NaturalReasoning: Table 11's 67.3% exceeds Table 4's 63.0% for any local model",
                "Qwen3-4B's answer accuracies and the correlations are solved for, so that Figure 4's oracle holds",
            ],
            ScenarioKind::Tables => &[
                "who answers what correctly: as in scenario `paper`",
                "local energy: answer accuracy over accuracy per joule (Table 14), in proportion to the answer's length; 4B and 14B by a line through 8B and 32B",
                "lengths and cloud energy: ML.ENERGY's Qwen3-235B-A22B on eight H100, chat and reasoning",
            ],
            ScenarioKind::Measured => &[
                "who answers what correctly: as in scenario `paper`",
                "local energy: ML.ENERGY's small models on one H100 at batch 8, in the place of a laptop",
                "lengths and cloud energy: ML.ENERGY's Qwen3-235B-A22B on eight H100, chat and reasoning",
            ],
        };
        let stand_in = |source: &crate::trace::Source| format!("stand-in: {}", source.name);
        let stand_ins = trace.info.sources.iter().filter(|source| source.name.contains(", from ")).map(stand_in);
        given.iter().map(|line| (*line).to_owned()).chain(stand_ins).collect()
    }
}

/// Policies of a scenario: the size-oracle, the least-energy oracle, noisy oracles of 0.8 and 0.6.
pub(super) const POLICIES: [&str; 4] = ["oracle", "oracle:objective=energy", SWEPT, "noisy-oracle:router_accuracy=0.6"];
/// The noisy oracle whose router accuracy is varied.
pub(super) const SWEPT: &str = "noisy-oracle:router_accuracy=0.8";
/// Strategies of the day, beside sending everything to the cloud.
pub(super) const STRATEGIES: [&str; 4] = ["random", "noisy-oracle:router_accuracy=0.6", SWEPT, "oracle"];
/// Replicates of noisy oracles: few do, since the closed form stands beside them.
const REPLICATES: u32 = 4;

/// A replay of some policies and of the baselines: those of the trace, or one.
pub(super) fn prepare<'t>(trace: &'t Trace, policies: &[&str], seed: u64, baseline: Option<&str>) -> Result<Replay<'t>> {
    let mut specs = policies.iter().map(|name| PolicySpec::find(name)).collect::<Result<Vec<_>>>()?;
    let roles = RoleNames { baselines: baseline.iter().map(|id| (*id).to_owned()).collect(), ..RoleNames::default() };
    let named = if roles.baselines.is_empty() { trace.info.defaults.baseline.clone() } else { roles.baselines.clone() };
    for id in named {
        specs.push(PolicySpec { name: format!("always:endpoint={id}"), ..PolicySpec::find(&format!("always:endpoint=\"{id}\""))? });
    }
    let request =
        Request { roles, workload: WorkloadSpec { seed, ..WorkloadSpec::default() }, objective: None, replicates: REPLICATES, seed };
    Replay::prepare(trace, &specs, &request)
}

/// The report of a replay.
pub(super) fn replayed(replay: &Replay, making: &Making) -> Result<Report> {
    Ok(build::report(replay, &replay.run(&Silent)?, making.clone()))
}

/// A scenario that is not fitted to the paper: what routing saves against each of its baselines,
/// beside Figure 4's savings.
pub(super) fn measured(kind: ScenarioKind, trace: &Trace, published: &Published, seed: u64, making: &Making) -> Result<Scenario> {
    let mut lines = Vec::new();
    for baseline in trace.info.defaults.baseline.clone() {
        let report = replayed(&prepare(trace, &POLICIES, seed, Some(&baseline))?, making)?;
        lines.extend(against(&report, trace, &baseline, published)?);
    }
    let sentence = sentence(&prepare(trace, &[SWEPT], seed, None)?)?;
    Ok(Scenario { name: kind.name().to_owned(), assumptions: kind.assumptions(trace), lines, break_even: Some(sentence) })
}

/// Where savings vanish, in a sentence.
pub(super) fn sentence(replay: &Replay) -> Result<String> {
    Ok(break_even(replay, SWEPT, &BreakEvenOptions::default())?.sentence)
}

fn against(report: &Report, trace: &Trace, baseline: &str, published: &Published) -> Result<Vec<Line>> {
    let mut lines = vec![shown(
        format!("saving.free_local.{baseline}"),
        format!("energy saved if local energy were free, against {baseline}"),
        Unit::Share,
        None,
        free_local(trace, baseline)?,
    )];
    for policy in report.policies.iter().filter(|policy| policy.kind != "always") {
        let row = published.routing.iter().find(|row| match policy.router_accuracy.nominal {
            Some(accuracy) => row.router_accuracy == accuracy && row.router != "oracle",
            None => row.router == "oracle",
        });
        let who = match (policy.name.as_str(), policy.router_accuracy.nominal) {
            ("oracle", _) => "oracle of the smallest correct model".to_owned(),
            (_, Some(accuracy)) if policy.kind == "noisy-oracle" => format!("router accuracy {accuracy}"),
            _ => "oracle of the least energy".to_owned(),
        };
        let papers = row.map(|row| [row.energy_saving_pct, row.compute_saving_pct, row.cost_saving_pct]);
        for (account, word) in ["energy", "compute", "cost"].into_iter().enumerate() {
            let key = format!("saving.{word}.{}.{baseline}", policy.name);
            let what = format!("{word} saved, {who}, against {baseline}");
            lines.push(shown(key, what, Unit::Share, papers.map(|papers| papers[account] / 100.0), saved(policy, account)));
        }
    }
    let source = |line: Line| match line.paper {
        Some(_) => Line { source: "Figure 4".to_owned(), ..line },
        None => line,
    };
    Ok(lines.into_iter().map(source).collect())
}

/// The share of the baseline's energy that is spent on queries which some local model answers
/// correctly: what an oracle would save if local energy were free.
fn free_local(trace: &Trace, baseline: &str) -> Result<Option<f64>> {
    let local = trace.local(&[])?;
    let Some(energy) = trace.metric(trace.info.endpoint(baseline)?, Metric::EnergyJ) else { return Ok(None) };
    let scores: Vec<_> = local.iter().filter_map(|&endpoint| trace.metric(endpoint, Metric::Score)).collect();
    let correct_at = trace.correct_at(None, None)?;
    let (mut saved, mut total) = (0.0, 0.0);
    for (position, joules) in energy.iter().enumerate().filter(|(_, joules)| !joules.is_nan()) {
        total += joules;
        if scores.iter().any(|column| column.get(position).is_some_and(|score| score >= correct_at)) {
            saved += joules;
        }
    }
    Ok((total > 0.0).then(|| saved / total))
}
