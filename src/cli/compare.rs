//! `wattroute compare`.

use super::replay::{named, with_always};
use super::replaying::{Bar, ReplayArgs, RunArgs, open};
use super::{Common, finish};
use crate::analysis::{By, perturbed};
use crate::error::{Error, Result};
use crate::policy::{PolicySpec, shipped_names};
use crate::replay::{LeftOut, Replay};
use crate::report::build;
use crate::trace::EndpointIx;
use crate::workload::Roles;

const HELP: &str = "\
The policies of the program that the trace can feed, and one for each endpoint
that always takes it. Those that do not fit are named, with what they would
need.

--by takes above_fixed (answer accuracy above every mix of fixed endpoints for
the same amount), answer_accuracy, energy, compute, cost, latency (a query),
savings, or a measure that is one number a policy: arena-score, cost-saving,
optimal-selection and others (`wattroute measures`).

Examples:
  wattroute compare ladder --all
  wattroute compare my-trace --policy my-router.toml --policy oracle --by cost";

/// Policies side by side: which of them are worth their cost
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Compare every policy of the program; so it is where no policy is named
    #[arg(long)]
    all: bool,
    /// Policy to compare: NAME or FILE, with settings as NAME:key=value,key=value; may be given several times [default: all of the program]
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// Figure to sort by
    #[arg(long, value_name = "FIGURE", default_value = "above_fixed")]
    by: String,
    /// Two policies of recorded decisions, for prompts and for perturbed prompts: how many decisions stay
    #[arg(long, value_name = "POLICY=POLICY")]
    perturbed: Vec<String>,
    #[command(flatten)]
    replaying: ReplayArgs,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    let request = args.replaying.request(common)?;
    let by = By::find(&args.by)?;
    let mut specs = named(&args.policies, common)?;
    let pairs = args.perturbed.iter().map(|pair| pair_of(pair, &mut specs, common)).collect::<Result<Vec<_>>>()?;
    let asked: Vec<String> = specs.iter().map(|spec| spec.name.clone()).collect();
    let mut unread = Vec::new();
    if args.all || args.policies.is_empty() && pairs.is_empty() {
        (specs, unread) = with_shipped(specs);
    }
    let trace = open(&args.run.trace, &specs, false)?;
    let roles = Roles::resolve(&trace.info, &request.roles)?;
    let specs = with_always(specs, &trace.info, &fixed(&roles))?;
    // What the command names must fit; it would be missed among what is left out.
    let (replay, left_out) = Replay::prepare_those_that_fit(&trace, &specs, &request, |spec| asked.contains(&spec.name))?;
    let bar = Bar::new(common, replay.workload.len() as u64);
    let tallies = replay.run(&bar)?;
    drop(bar);
    let mut report = build::compared(&replay, tallies, args.replaying.making("compare", common), &by)?;
    if let Some(compare) = &mut report.compare {
        compare.left_out = left_out.into_iter().chain(unread).collect();
        compare.perturbed = perturbed(&replay, &pairs)?;
    }
    finish::finish(&report, args.run.out.as_deref(), common)
}

/// Every policy of the program beside some; one whose file cannot be read is left out. Those that always take
/// one endpoint are there by the endpoint's name.
fn with_shipped(mut specs: Vec<PolicySpec>) -> (Vec<PolicySpec>, Vec<LeftOut>) {
    let mut unread = Vec::new();
    for name in shipped_names().filter(|name| !specs.iter().any(|spec| spec.name == *name)).collect::<Vec<_>>() {
        match PolicySpec::find(name) {
            Ok(spec) if spec.kind == "always" => {}
            Ok(spec) => specs.push(spec),
            Err(error) => unread.push(LeftOut::new(name, &error)),
        }
    }
    (specs, unread)
}

/// The endpoints of pools and the baselines, each once.
fn fixed(roles: &Roles) -> Vec<EndpointIx> {
    let mut all: Vec<EndpointIx> =
        roles.pools.iter().flat_map(|pool| pool.all.iter().copied()).chain(roles.baselines.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The two policies of `POLICY=POLICY`, put among the others. A policy's settings have `=` too: of the ways to
/// part the text the one counts whose two parts are policies.
fn pair_of(text: &str, specs: &mut Vec<PolicySpec>, common: &Common) -> Result<(String, String)> {
    for (at, _) in text.match_indices('=') {
        let (plain, changed) = text.split_at(at);
        let changed = changed.strip_prefix('=').unwrap_or_default();
        if let (Ok(plain), Ok(changed)) = (common.policy(plain), common.policy(changed)) {
            let names = (plain.name.clone(), changed.name.clone());
            for spec in [plain, changed] {
                if !specs.iter().any(|known| known.name == spec.name) {
                    specs.push(spec);
                }
            }
            return Ok(names);
        }
    }
    let error = Error::new("these are not two policies").at("--perturbed").found(format!("`{text}`")).allowed("POLICY=POLICY");
    Err(error.hint("`recorded:file=a.csv,decision=endpoint=recorded:file=b.csv,decision=endpoint`").usage())
}
