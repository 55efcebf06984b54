//! `wattroute replay`.

use super::parts::ReadArgs;
use super::replaying::{ReplayArgs, RunArgs};
use super::{Common, finish};
use crate::error::{Error, Result};
use crate::policy::PolicySpec;
use crate::sweep::Grid;
use crate::trace::{EndpointIx, TraceInfo};
use crate::workload::Roles;

/// What each policy would have cost, saved and answered
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute replay ladder --policy oracle --policy random\n  \
    wattroute replay ladder --policy noisy-oracle:router_accuracy=0.6\n  \
    wattroute replay my-trace --policy my-router.toml --baseline gpt-4 --out mine")]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Policy to replay: NAME or FILE, with settings as NAME:key=value,key=value; may be given several times
    #[arg(long = "policy", value_name = "NAME|FILE", required = true)]
    policies: Vec<String>,
    #[command(flatten)]
    replaying: ReplayArgs,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    let request = args.replaying.request(common)?;
    let specs = named(&args.policies, common)?;
    // Nothing is swept.
    let grid = Grid::new(vec![1.0])?;
    let making = args.replaying.making("replay", common);
    let report = args.read.replayed(&args.run.trace, specs, &request, making, common, (&grid, &|_| Ok(Vec::new())))?;
    finish::finish(&report, args.run.out.as_deref(), common)
}

/// The policies of some names, each once.
pub(super) fn named(names: &[String], common: &Common) -> Result<Vec<PolicySpec>> {
    let specs = names.iter().map(|name| common.policy(name)).collect::<Result<Vec<_>>>()?;
    if let Some(twice) = specs.iter().enumerate().find(|(index, spec)| specs.iter().take(*index).any(|other| other.name == spec.name)) {
        return Err(Error::new("a policy is named twice").at("--policy").found(format!("`{}`", twice.1.name)).usage());
    }
    Ok(specs)
}

/// The policies with one that always takes each baseline, which figures are held against.
pub(super) fn with_baselines(specs: Vec<PolicySpec>, info: &TraceInfo, roles: &Roles) -> Result<Vec<PolicySpec>> {
    with_always(specs, info, &roles.baselines)
}

/// The policies with one that always takes each of some endpoints.
pub(super) fn with_always(mut specs: Vec<PolicySpec>, info: &TraceInfo, endpoints: &[EndpointIx]) -> Result<Vec<PolicySpec>> {
    for &endpoint in endpoints {
        let Some(id) = info.endpoints.get(usize::from(endpoint)).map(|endpoint| &endpoint.id) else { continue };
        let name = format!("always:endpoint={id}");
        if !specs.iter().any(|spec| spec.name == name) {
            // Quoted, for ids that TOML would read as a number.
            let quoted = format!("always:endpoint=\"{id}\"");
            specs.push(PolicySpec { name, ..PolicySpec::find(&quoted)? });
        }
    }
    Ok(specs)
}
