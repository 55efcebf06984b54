//! `wattroute import`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::replaying::OUTPUT;
use super::{Common, output};
use crate::error::{Error, Result, none_of};
use crate::trace::Tier;
use crate::trace::import::{self, ImportOptions};
use crate::trace::schema::TRACE_FILE;
use crate::units::Count;

/// The headings of options.
const FORMAT: &str = "Of single formats";
const MISSING: &str = "What the files do not say";
const KEPT: &str = "What is kept";

/// Make a trace from another program's files
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute import ipw runs/profile_* --out my-trace\n  \
    wattroute import table answers.csv --map map.toml --out my-trace\n  \
    wattroute import routellm mmlu/ --out mmlu --tier gpt-4-1106-preview=cloud")]
pub(super) struct Args {
    /// The format of the input: see `wattroute formats`
    format: String,
    /// Files or folders
    #[arg(required = true)]
    input: Vec<PathBuf>,
    /// Folder of the new trace
    #[arg(long, value_name = "TRACE", help_heading = OUTPUT)]
    out: PathBuf,
    /// Name of the trace [default: the name of the folder]
    #[arg(long, help_heading = OUTPUT)]
    name: Option<String>,
    /// Mapping file: names columns, units and conversions (table)
    #[arg(long, value_name = "FILE", help_heading = FORMAT)]
    map: Option<PathBuf>,
    /// Output tokens of answers that have none, marked as estimated [default: they stay missing]
    #[arg(long, value_name = "N", conflicts_with = "tokens_from_text", help_heading = MISSING)]
    output_tokens: Option<f64>,
    /// Count missing tokens from the texts, four characters each, rounded up, marked as estimated [default: they stay missing]
    #[arg(long, help_heading = MISSING)]
    tokens_from_text: bool,
    /// Keep columns that nothing else uses as features that a router may look at (see `wattroute formats`) [default: they are listed and left out]
    #[arg(long, help_heading = KEPT)]
    keep_features: bool,
    /// Leave the prompts out of the trace [default: they are kept]
    #[arg(long, help_heading = KEPT)]
    no_prompts: bool,
    /// Drop the queries whose prompts stand in this JSONL file, `eval_prompt` (see `wattroute formats`)
    #[arg(long, value_name = "FILE", help_heading = KEPT)]
    drop_prompts: Option<PathBuf>,
    /// Which filter counts (lm-eval: one row for each query and filter) [default: the only one]
    #[arg(long, help_heading = FORMAT)]
    filter: Option<String>,
    /// Which metric is the score (lm-eval) [default: the only one]
    #[arg(long, value_name = "METRIC", help_heading = FORMAT)]
    score: Option<String>,
    /// Tier of an endpoint or model: phone, local or cloud
    #[arg(long = "tier", value_name = "ENDPOINT=TIER", value_parser = tier, help_heading = MISSING)]
    tiers: Vec<(String, Tier)>,
    /// Hardware of a model, where the source does not tell it
    #[arg(long = "hardware", value_name = "MODEL=HARDWARE", value_parser = pair, help_heading = MISSING)]
    hardware: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Imported<'a> {
    trace: &'a PathBuf,
    queries: usize,
    endpoints: Vec<&'a str>,
    notes: &'a [String],
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("two parts with `=` between them are wanted")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn tier(text: &str) -> std::result::Result<(String, Tier), String> {
    let (key, value) = pair(text)?;
    match value.as_str() {
        "phone" => Ok((key, Tier::Phone)),
        "local" => Ok((key, Tier::Local)),
        "cloud" => Ok((key, Tier::Cloud)),
        other => Err(none_of(other, &["phone", "local", "cloud"])),
    }
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let format = import::find(&args.format)?;
    crate::output::claim(&args.out, common.force, TRACE_FILE)?;
    if args.output_tokens.is_some_and(|tokens| !(tokens.is_finite() && tokens >= 0.0)) {
        return Err(Error::new("no number of tokens").at("--output-tokens").allowed("0 and more").usage());
    }
    let folder = args.out.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let options = ImportOptions {
        map: args.map,
        output_tokens: args.output_tokens,
        tokens_from_text: args.tokens_from_text,
        keep_features: args.keep_features,
        filter: args.filter,
        score: args.score,
        no_prompts: args.no_prompts,
        drop_prompts: args.drop_prompts,
        tiers: args.tiers.into_iter().collect::<BTreeMap<_, _>>(),
        hardware: args.hardware.into_iter().collect::<BTreeMap<_, _>>(),
        memory: common.memory(),
        name: args.name.or(folder),
    };
    let draft = import::import(format, &args.input, &options, common.arguments())?;
    let notes = draft.info.steps.iter().flat_map(|step| step.notes.clone()).collect::<Vec<_>>();
    let queries = draft.queries.rows.len();
    let ids: Vec<String> = draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.clone()).collect();
    draft.write(&args.out, common.force)?;
    let imported = Imported { trace: &args.out, queries, endpoints: ids.iter().map(String::as_str).collect(), notes: &notes };
    output::show(common, &imported, || {
        let notes: String = notes.iter().map(|note| output::below(note)).collect();
        let note = if notes.is_empty() { "  nothing was dropped, doubled, missing or converted\n".to_owned() } else { notes };
        let size = format!("{} queries, {} endpoints", Count(queries), ids.len());
        output::text(&format!("{}: {size} ({})", args.out.display(), ids.join(", "))) + &note
    })
}
