//! `wattroute inspect`.

use super::{Common, output};
use crate::analysis::inspect::{EndpointSummary, Inspection};
use crate::analysis::{coverage::Coverage, inspect::inspect};
use crate::error::Result;
use crate::report::inspected;
use crate::trace::{Columns, Metric, Tier, Trace};
use crate::units::{Count, Flops, Joules, Ratio, Seconds, Share, Usd, Watts};

/// Accuracy, energy, time, money, coverage, and what is missing
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute inspect toy\n  wattroute inspect my-trace --correct-at 0.5 --json")]
pub(super) struct Args {
    /// Folder of a trace, or the name of one in the program
    #[arg(default_value = "ladder")]
    trace: String,
    /// Score from which an answer is correct [default: the trace's, else 1 where every score is 0 or 1]
    #[arg(long, value_name = "SCORE")]
    correct_at: Option<f64>,
    /// Local endpoints [default: the trace's, else all whose tier is not cloud]
    #[arg(long, value_name = "ENDPOINT", value_delimiter = ',')]
    local: Vec<String>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let trace = Trace::open(&args.trace, &Columns::metrics(&Metric::ALL))?;
    let inspection = inspect(&trace, args.correct_at, &args.local)?;
    for warning in &inspection.warnings {
        output::remark(common, &format!("warning: {warning}\n"));
    }
    common.keep_table(|| inspected(&inspection));
    output::show(common, &inspection, || text(&inspection))
}

fn text(inspection: &Inspection) -> String {
    let (known, unknown) = columns(&inspection.endpoints);
    let header: Vec<&str> = std::iter::once("endpoint").chain(known.iter().map(|column| column.0)).collect();
    let row = |endpoint: &EndpointSummary| {
        let cells = known.iter().map(|column| (column.1)(endpoint).unwrap_or_else(unknown_cell));
        std::iter::once(endpoint.id.clone()).chain(cells).collect()
    };
    let rows: Vec<Vec<String>> = inspection.endpoints.iter().map(row).collect();
    let mut blocks = vec![output::facts(&facts(inspection)), output::blocks(&header, &rows)];
    blocks.extend(gaps(inspection, &unknown));
    blocks.push(coverage(&inspection.coverage, inspection.endpoints.len()));
    blocks.push(output::facts(&notes(inspection)));
    blocks.join("\n")
}

fn unknown_cell() -> String {
    "—".to_owned()
}

fn facts(inspection: &Inspection) -> Vec<(&'static str, String)> {
    let size = format!("{} queries, {} endpoints", Count(inspection.queries), inspection.endpoints.len());
    let mut facts = vec![("trace", format!("{}: {size}", inspection.trace))];
    if !inspection.summary.is_empty() {
        facts.push(("what", inspection.summary.clone()));
    }
    facts.extend(inspection.licence.iter().map(|licence| ("licence", licence.clone())));
    for dataset in &inspection.datasets {
        let name = dataset.name.as_deref().unwrap_or("(no data set)");
        let categories: Vec<String> = dataset.categories.0.iter().map(|(name, queries)| format!("{name} {}", Count(*queries))).collect();
        let categories = if categories.is_empty() { String::new() } else { format!(": {}", categories.join(", ")) };
        facts.push(("data set", format!("{name}, {} queries{categories}", Count(dataset.queries))));
    }
    facts
}

/// A column of the table of endpoints: its header, and the cell of an endpoint where it is known.
type TableColumn = (&'static str, fn(&EndpointSummary) -> Option<String>);

/// The header of the column that repeats the one before it where no two endpoints share a model.
const BY_MODEL: &str = "… by its\nmodel";

const COLUMNS: [TableColumn; 17] = [
    ("tier", |e| e.tier.map(|tier: Tier| tier.to_string())),
    ("answered", |e| Some(Count(e.answered).to_string())),
    ("answer\naccuracy", |e| Some(Share(e.answer_accuracy?).to_string())),
    ("solved\nalone", |e| Some(Count(e.solved_alone).to_string())),
    (BY_MODEL, |e| Some(Count(e.solved_by_model_alone).to_string())),
    ("energy\nmean", |e| Some(Joules(e.energy_j_mean?).to_string())),
    ("energy\np95", |e| Some(Joules(e.energy_j_p95?).to_string())),
    ("latency\nmean", |e| Some(Seconds(e.latency_s_mean?).to_string())),
    ("latency\np95", |e| Some(Seconds(e.latency_s_p95?).to_string())),
    ("power\nmean", |e| Some(Watts(e.power_w_mean?).to_string())),
    ("accuracy\nper W", |e| Some(Ratio(e.apw?).to_string())),
    ("accuracy\nper J", |e| Some(Ratio(e.apj?).to_string())),
    ("cost\nin all", |e| Some(Usd(e.cost_usd_total?).to_string())),
    ("cost\nmean", |e| Some(Usd(e.cost_usd_mean?).to_string())),
    ("cost\np95", |e| Some(Usd(e.cost_usd_p95?).to_string())),
    ("compute\nmean", |e| Some(Flops(e.flops_mean?).to_string())),
    ("output\ntokens", |e| Some(Ratio(e.output_tokens_mean?).to_string())),
];

/// The columns of which some endpoint has something, and the metrics that no endpoint has.
fn columns(endpoints: &[EndpointSummary]) -> (Vec<TableColumn>, Vec<&'static str>) {
    let shared_models = endpoints.iter().any(|endpoint| endpoint.solved_by_model_alone != endpoint.solved_alone);
    let columns = COLUMNS.into_iter().filter(|(header, _)| *header != BY_MODEL || shared_models);
    let known = columns.filter(|(_, cell)| endpoints.iter().any(|endpoint| cell(endpoint).is_some()));
    let lacks = |endpoint: &EndpointSummary, metric: Metric| endpoint.missing_cells.get(metric.column()) == Some(&endpoint.answered);
    let unknown = Metric::ALL.into_iter().filter(|metric| endpoints.iter().all(|endpoint| lacks(endpoint, *metric)));
    (known.collect(), unknown.map(Metric::column).collect())
}

/// What is missing or estimated, a line for each endpoint with gaps; `None` where nothing is.
fn gaps(inspection: &Inspection, unknown: &[&str]) -> Option<String> {
    let mut rows = Vec::new();
    for endpoint in &inspection.endpoints {
        let mut gaps = Vec::new();
        if endpoint.missing > 0 {
            gaps.push(format!("answered {} of {} queries", Count(endpoint.answered), Count(inspection.queries)));
        }
        for (metric, missing) in endpoint.missing_cells.0.iter().filter(|(name, missing)| *missing > 0 && !unknown.contains(&name.as_str()))
        {
            let which = match *missing {
                1 => "1 answer".to_owned(),
                all if all == endpoint.answered => "every answer".to_owned(),
                some => format!("{} answers", Count(some)),
            };
            gaps.push(format!("{metric} unknown for {which}"));
        }
        gaps.extend(endpoint.estimated.0.iter().map(|(metric, share)| format!("{metric} estimated for {}", Share(*share))));
        if !gaps.is_empty() {
            rows.push((endpoint.id.as_str(), gaps.join(", ")));
        }
    }
    if !unknown.is_empty() {
        rows.push(("every endpoint", format!("no {}", unknown.join(", "))));
    }
    (!rows.is_empty()).then(|| format!("Not known, or not measured\n{}", output::facts(&rows)))
}

fn coverage(coverage: &Coverage, endpoints: usize) -> String {
    let local = |share: Option<f64>| share.map_or_else(unknown_cell, |share| Share(share).to_string());
    let all = ("all queries".to_owned(), Share(coverage.any).to_string(), local(coverage.local));
    let datasets = coverage.by_dataset.iter().map(|line| {
        let name = line.dataset.clone().unwrap_or_else(|| "(no data set)".to_owned());
        (name, Share(line.any).to_string(), local(line.local))
    });
    // One data set is all queries.
    let datasets = datasets.filter(|_| coverage.by_dataset.len() > 1);
    let rows: Vec<Vec<String>> = std::iter::once(all).chain(datasets).map(|(name, any, local)| vec![name, any, local]).collect();
    let any = format!("any of {endpoints}\nendpoints");
    output::table(&["coverage", &any, "any local\nendpoint"], &rows)
}

/// How to read the figures.
fn notes(inspection: &Inspection) -> Vec<(&'static str, String)> {
    let coverage = &inspection.coverage;
    let correct = match coverage.correct_at {
        1.0 => "a score of 1".to_owned(),
        at => format!("a score of {at} and more"),
    };
    let local = match coverage.local_endpoints.len() {
        0 => "no endpoint is known to be; `--local` names some".to_owned(),
        _ => coverage.local_endpoints.join(", "),
    };
    let mut notes = vec![("correct", correct), ("local", local)];
    let batched = |endpoint: &EndpointSummary| endpoint.power_w_mean.is_some() && endpoint.batch_size.is_some_and(|size| size > 1);
    if inspection.endpoints.iter().any(batched) {
        let power = "a query's energy over its latency, the mean of it; in a batch that is the query's share, not the hardware's power";
        notes.push(("power", power.to_owned()));
    }
    notes
}
