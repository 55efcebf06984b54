//! `wattroute enrich`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::replaying::OUTPUT;
use super::{Common, output};
use crate::error::{Error, Result, none_of};
use crate::trace::enrich::{self, EnrichOptions, Filled, FlopsBy, Missing};
use crate::trace::{Draft, TracePlace, schema};
use crate::units::Count;

const HELP: &str = "\
Only missing cells are filled; each is marked with its source, a stand-in by
name.

KEY is the key of an entry, or words of it that no other entry has:
  in a profile     MODEL@HARDWARE:batch=N, as in Qwen/Qwen3-14B@H100x8:batch=128
  in a price list  the model's name there
  none             looks nothing up for this endpoint

A plain profile (.csv, or .toml with one [[entry]] each) has `model` and any of:
hardware, batch_size, energy_per_output_token_j, energy_per_request_j,
latency_per_output_token_s, latency_per_request_s,
throughput_output_tokens_per_s, power_w, params_total_b, params_active_b,
input_usd_per_mtok, output_usd_per_mtok, energy_scope.

Examples:
  wattroute enrich my-trace --electricity 0.20 --out my-trace-priced
  wattroute enrich mmlu --out mmlu-energy --profile gpqa.json \\
      --output-tokens 250 \\
      --as mixtral-8x7b-instruct-v0.1=Qwen/Qwen3-14B@B200:batch=8
  wattroute enrich mmlu --out mmlu-priced --prices model_prices.json \\
      --output-tokens 250 --tokens-from-text \\
      --as mixtral-8x7b=together_ai/mistralai/Mixtral-8x7B-Instruct-v0.1";

/// The headings of options.
const SOURCES: &str = "Where figures come from";
const ESTIMATES: &str = "What is estimated";

/// Fill in missing energy, time, compute and cost from measurements
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Folder of a trace, or the name of one in the program
    trace: String,
    /// Profile: ML.ENERGY leaderboard (.json) or figures of your own (.toml, .csv); may be repeated
    #[arg(long = "profile", value_name = "FILE", num_args = 1.., help_heading = SOURCES)]
    profiles: Vec<PathBuf>,
    /// Price list (.json): USD for the tokens of a model
    #[arg(long, value_name = "FILE", help_heading = SOURCES)]
    prices: Option<PathBuf>,
    /// Which entry an endpoint gets, as a choice or as a stand-in; KEY `none` looks nothing up
    #[arg(long = "as", value_name = "ENDPOINT=KEY", value_parser = pair, help_heading = SOURCES)]
    stand_ins: Vec<(String, String)>,
    /// Price of electricity: what the energy of local endpoints without a token price costs [default: the trace's, else not counted]
    #[arg(long, value_name = "USD_PER_KWH", help_heading = SOURCES)]
    electricity: Option<f64>,
    /// Output tokens of answers that have none, marked as estimated; for one endpoint: ENDPOINT=N [default: they stay missing]
    #[arg(long, value_name = "N", value_parser = tokens, help_heading = ESTIMATES)]
    output_tokens: Vec<(Option<String>, f64)>,
    /// Count missing input tokens from the prompts, four characters each, marked as estimated [default: they stay missing]
    #[arg(long, help_heading = ESTIMATES)]
    tokens_from_text: bool,
    /// Which parameters compute follows from: total or active [default: active where known]
    #[arg(long, value_name = "WHICH", value_parser = flops, help_heading = ESTIMATES)]
    flops: Option<FlopsBy>,
    /// Folder of the new trace [default: the trace itself, with --force]
    #[arg(long, value_name = "TRACE", help_heading = OUTPUT)]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Enriched<'a> {
    trace: &'a Path,
    filled: &'a [Filled],
    missing: &'a [Missing],
    notes: &'a [String],
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (endpoint, key) = text.split_once('=').ok_or("ENDPOINT=KEY is wanted")?;
    Ok((endpoint.trim().to_owned(), key.trim().to_owned()))
}

fn tokens(text: &str) -> std::result::Result<(Option<String>, f64), String> {
    let (endpoint, number) = text.rsplit_once('=').map_or((None, text), |(endpoint, number)| (Some(endpoint.to_owned()), number));
    let number = number.trim().parse().map_err(|_| format!("`{number}` is no number; N or ENDPOINT=N is wanted"))?;
    Ok((endpoint, number))
}

fn flops(text: &str) -> std::result::Result<FlopsBy, String> {
    match text {
        "total" => Ok(FlopsBy::Total),
        "active" => Ok(FlopsBy::Active),
        other => Err(none_of(other, &["total", "active"])),
    }
}

/// Where the trace is written. In its own place only if nothing but the trace stands there.
fn target(args: &Args, force: bool) -> Result<PathBuf> {
    if let Some(out) = &args.out {
        return Ok(out.clone());
    }
    let TracePlace::Folder(folder) = TracePlace::find(&args.trace)? else {
        return Err(Error::new("a trace in the program cannot be changed")
            .found(&args.trace)
            .hint("`--out TRACE` makes a new one")
            .usage());
    };
    if !force {
        return Err(Error::new("the trace itself would be replaced")
            .at(folder.display())
            .hint("`--out TRACE` makes a new one, `--force` replaces this one")
            .usage());
    }
    let fail = |error: std::io::Error| Error::new("cannot read a folder").at(folder.display()).cause(error);
    let ours = [schema::TRACE_FILE, schema::QUERIES_FILE, schema::OUTCOMES_DIR];
    for entry in std::fs::read_dir(&folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        if !ours.iter().any(|ours| name == *ours) {
            return Err(Error::new("something beside the trace stands in its folder and would be lost")
                .at(folder.display())
                .found(name.to_string_lossy())
                .hint("`--out TRACE` makes a new trace")
                .usage());
        }
    }
    Ok(folder)
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let out = target(&args, common.force)?;
    let (draft, unknown) = Draft::open(&args.trace)?;
    if let Some(column) = unknown.first().filter(|_| args.out.is_none()) {
        return Err(Error::new("the trace has columns that this program does not know and would lose")
            .at(out.display())
            .found(column)
            .hint("`--out TRACE` makes a new trace")
            .usage());
    }
    let options = EnrichOptions {
        profiles: args.profiles,
        prices: args.prices,
        stand_ins: args.stand_ins,
        electricity_usd_per_kwh: args.electricity,
        output_tokens: args.output_tokens,
        tokens_from_text: args.tokens_from_text,
        flops: args.flops,
    };
    let (mut draft, mut log) = enrich::enrich(draft, &options, common.arguments())?;
    let lost: Vec<String> = unknown.iter().map(|column| format!("not carried over, since its use is not known: {column}")).collect();
    log.notes.extend(lost.iter().cloned());
    if let Some(step) = draft.info.steps.last_mut() {
        step.notes.extend(lost);
    }
    draft.write(&out, common.force)?;
    let enriched = Enriched { trace: &out, filled: &log.filled, missing: &log.missing, notes: &log.notes };
    output::show(common, &enriched, || {
        let cells = |cells: &mut dyn Iterator<Item = usize>| cells.sum::<usize>();
        let filled = cells(&mut log.filled.iter().map(|filled| filled.cells));
        let missing = cells(&mut log.missing.iter().map(|missing| missing.cells));
        let lines: String = log.lines().iter().map(|line| output::below(line)).collect();
        format!("{}: {} cells filled, {} still missing\n{lines}", out.display(), Count(filled), Count(missing))
    })
}
