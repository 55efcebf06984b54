//! Replaying a trace that is read at once, or part by part.

use super::Common;
use super::replay::with_baselines;
use super::replaying::{Bar, REPLAYING, columns, open};
use crate::error::Result;
use crate::policy::PolicySpec;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{PART_QUERIES, Progress, Replay, Request, Stream, Totals};
use crate::report::build::{self, Making};
use crate::report::{Report, curve};
use crate::sweep::{Grid, Sweeping};
use crate::trace::TraceReader;
use crate::workload::Roles;

/// How a trace is read.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ReadArgs {
    /// Read the trace part by part, so that it need not fit in memory: the same report
    #[arg(long, help_heading = REPLAYING)]
    stream: bool,
}

/// A curve to sweep: the position of an entry, and the misroute rule with its name.
pub(super) struct Wanted {
    pub(super) entry: usize,
    pub(super) name: String,
    pub(super) misroute: Misroute,
}

/// What a run adds up to.
struct Run<'a> {
    totals: Totals,
    curves: Vec<(&'a Wanted, Sweeping<'a>)>,
    grid: &'a Grid,
}

impl<'a> Run<'a> {
    fn new(replay: &Replay, wanted: &'a [Wanted], grid: &'a Grid) -> Result<Self> {
        let sweeping = |wanted: &'a Wanted| Ok((wanted, Sweeping::new(replay, wanted.entry, wanted.misroute, grid)?));
        Ok(Run { totals: Totals::default(), curves: wanted.iter().map(sweeping).collect::<Result<_>>()?, grid })
    }

    /// Adds a part of the trace.
    fn add(&mut self, part: &Replay, progress: &dyn Progress) -> Result<()> {
        self.totals.add(part, progress)?;
        self.curves.iter_mut().try_for_each(|(_, sweeping)| sweeping.add(part, progress))
    }

    fn report(self, replay: &Replay, making: Making) -> Result<Report> {
        let mut report = build::with_routers(replay, &self.totals, making)?;
        for (wanted, sweeping) in self.curves {
            report.curves.push(curve(replay, wanted.entry, &wanted.name, self.grid, &sweeping.finish()));
        }
        Ok(report)
    }
}

/// What is to be swept of a replay.
type WantedOf<'a> = &'a dyn Fn(&Replay) -> Result<Vec<Wanted>>;

impl ReadArgs {
    /// Replays policies and the baselines, sweeps what `wanted` says of the replay, and reports.
    pub(super) fn replayed(
        &self,
        trace: &str,
        specs: Vec<PolicySpec>,
        request: &Request,
        making: Making,
        common: &Common,
        (grid, wanted): (&Grid, WantedOf),
    ) -> Result<Report> {
        if self.stream {
            let reader = TraceReader::open(trace)?;
            let columns = columns(&specs, false);
            let specs = with_baselines(specs, reader.info(), &Roles::resolve(reader.info(), &request.roles)?)?;
            let stream = Stream::new(&reader, &columns, &specs, request, PART_QUERIES)?;
            let head = stream.head()?;
            let wanted = wanted(&head)?;
            let mut run = Run::new(&head, &wanted, grid)?;
            let bar = Bar::new(common, (stream.queries() * (1 + wanted.len())) as u64);
            stream.each(&head, |part| run.add(part, &bar))?;
            drop(bar);
            return run.report(&head, making);
        }
        let trace = open(trace, &specs, false)?;
        let specs = with_baselines(specs, &trace.info, &Roles::resolve(&trace.info, &request.roles)?)?;
        let replay = Replay::prepare(&trace, &specs, request)?;
        // Asked before the work: what cannot be swept need not be replayed.
        let wanted = wanted(&replay)?;
        let mut run = Run::new(&replay, &wanted, grid)?;
        let bar = Bar::new(common, replay.steps() + (replay.workload.len() * wanted.len()) as u64);
        run.add(&replay, &bar)?;
        drop(bar);
        run.report(&replay, making)
    }
}
