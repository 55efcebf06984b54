//! `wattroute sweep`.

use super::parts::{ReadArgs, Wanted};
use super::replaying::{ReplayArgs, RunArgs};
use super::{Common, finish};
use crate::error::{Error, Result};
use crate::policy::PolicySpec;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::Replay;
use crate::sweep::Grid;

/// Savings and answer accuracy over router accuracy
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute sweep ladder --out runs/ladder\n  \
    wattroute sweep my-trace --misroute cloud,retry --accuracy 0.5:1:0.05")]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// The noisy oracle to sweep
    #[arg(long, value_name = "NAME|FILE", default_value = "noisy-oracle")]
    policy: String,
    /// Router accuracies, as FROM:TO:STEP or a list with commas
    #[arg(long, value_name = "GRID", default_value = "0:1:0.01")]
    accuracy: String,
    /// What an error does: cloud, accept, verify, retry, uniform, or local:DETECT:FALSE_ALARM; several, or `all` [default: the policy's]
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    misroute: Vec<String>,
    #[command(flatten)]
    replaying: ReplayArgs,
    #[command(flatten)]
    read: ReadArgs,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    let request = args.replaying.request(common)?;
    let grid = Grid::new(accuracies(&args.accuracy)?)?;
    let misroutes = misroutes(&args.misroute)?;
    let swept = common.policy(&args.policy)?;
    let specs = vec![PolicySpec::find("oracle")?, swept.clone()];
    let wanted = |replay: &Replay| {
        let mut wanted = Vec::new();
        for (entry, built) in replay.entries.iter().enumerate().filter(|(_, entry)| entry.spec.name == swept.name) {
            let misroutes = named_misroutes(built, &misroutes)?;
            wanted.extend(misroutes.into_iter().map(|(name, misroute)| Wanted { entry, name, misroute }));
        }
        Ok(wanted)
    };
    let making = args.replaying.making("sweep", common);
    let report = args.read.replayed(&args.run.trace, specs, &request, making, common, (&grid, &wanted))?;
    finish::finish(&report, args.run.out.as_deref(), common)
}

/// The misroute rules to sweep: those of the command, else the policy's own.
fn named_misroutes(entry: &crate::replay::Entry, wanted: &[(String, Misroute)]) -> Result<Vec<(String, Misroute)>> {
    match &entry.built.rule {
        crate::policy::Rule::NoisyOracle(noisy) if wanted.is_empty() => Ok(vec![(noisy.misroute().to_string(), noisy.misroute())]),
        crate::policy::Rule::NoisyOracle(_) => Ok(wanted.to_vec()),
        _ => {
            let what = "only a noisy oracle can be swept over router accuracy";
            Err(Error::new(what).at("--policy").found(entry.spec.kind).allowed("a policy of kind noisy-oracle").usage())
        }
    }
}

fn misroutes(names: &[String]) -> Result<Vec<(String, Misroute)>> {
    if names.iter().any(|name| name == "all") {
        return Ok(Misroute::NAMED.iter().map(|(name, misroute)| ((*name).to_owned(), *misroute)).collect());
    }
    names.iter().map(|name| Ok((name.clone(), misroute(name)?))).collect()
}

/// A misroute rule by name, or `local:DETECT:FALSE_ALARM`.
fn misroute(text: &str) -> Result<Misroute> {
    let Some(numbers) = text.strip_prefix("local:") else {
        return Misroute::find(text).map_err(|error| error.at("--misroute").hint("or local:DETECT:FALSE_ALARM, two chances").usage());
    };
    let chance = |text: &str| text.parse::<f64>().ok().filter(|chance| (0.0..=1.0).contains(chance));
    let parts: Option<Vec<f64>> = numbers.split(':').map(chance).collect();
    match parts.as_deref() {
        Some([detect, false_alarm]) => Ok(Misroute::Local { detect: *detect, false_alarm: *false_alarm }),
        _ => Err(Error::new("a verifier has two chances")
            .at("--misroute")
            .found(text)
            .allowed("local:DETECT:FALSE_ALARM, each 0 to 1")
            .usage()),
    }
}

/// The accuracies of `FROM:TO:STEP` or of a list.
fn accuracies(text: &str) -> Result<Vec<f64>> {
    let fail = || {
        Error::new("the router accuracies to sweep cannot be read")
            .at("--accuracy")
            .found(text)
            .allowed("FROM:TO:STEP (0:1:0.01) or a list (0.6,0.8), within 0 to 1")
            .usage()
    };
    let numbers =
        |separator: char| text.split(separator).map(|part| part.trim().parse::<f64>().map_err(|_| fail())).collect::<Result<Vec<f64>>>();
    if !text.contains(':') {
        return numbers(',');
    }
    let parts = numbers(':')?;
    let [from, to, step] = parts[..] else { return Err(fail()) };
    let usable = step > 0.0 && to >= from && [from, to].iter().all(|end| (0.0..=1.0).contains(end));
    if !usable || (to - from) / step > 1e6 {
        return Err(fail());
    }
    // Steps are counted, not added up, and rounded to a billionth, so that 0.8 is 0.8 and the end is in.
    let count = ((to - from) / step + 1e-9).floor();
    Ok((0..).take_while(|index| f64::from(*index) <= count).map(|index| ((from + f64::from(index) * step) * 1e9).round() / 1e9).collect())
}
