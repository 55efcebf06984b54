//! Replaying a trace that is read at once, or part by part.

use super::Common;
use super::replay::with_baselines;
use super::replaying::{Bar, REPLAYING, columns, open};
use crate::error::Result;
use crate::policy::PolicySpec;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{PART_QUERIES, Progress, Replay, Request, SMALL_PART_QUERIES, Stream, Totals};
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

/// A run, whichever way its trace is read.
struct Job<'a> {
    specs: Vec<PolicySpec>,
    request: &'a Request,
    common: &'a Common,
    grid: &'a Grid,
    wanted: WantedOf<'a>,
}

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
        let job = Job { specs, request, common, grid, wanted };
        if self.stream {
            return job.part_by_part(&TraceReader::open(trace)?, PART_QUERIES, making);
        }
        job.in_small_parts(trace, &making).map_or_else(|| job.at_once(trace, making.clone()), Ok)
    }
}

impl Job<'_> {
    /// The report of a trace that nobody said is to be read in parts, if its parts are alike and nothing stands in the
    /// way: they take less memory, and less time. Whatever is wrong is found, and told in full, by a look at the whole.
    fn in_small_parts(&self, trace: &str, making: &Making) -> Option<Report> {
        if !Stream::suits(&self.specs, self.request) {
            return None;
        }
        let reader = TraceReader::open(trace).ok()?;
        self.part_by_part(&reader, reader.even_parts(SMALL_PART_QUERIES)?, making.clone()).ok()
    }

    fn part_by_part(&self, reader: &TraceReader, size: usize, making: Making) -> Result<Report> {
        let columns = columns(&self.specs, false);
        let specs = with_baselines(self.specs.clone(), reader.info(), &Roles::resolve(reader.info(), &self.request.roles)?)?;
        let stream = Stream::new(reader, &columns, &specs, self.request, size)?;
        let head = stream.head()?;
        let wanted = (self.wanted)(&head)?;
        let mut run = Run::new(&head, &wanted, self.grid)?;
        let bar = Bar::new(self.common, (stream.queries() * (1 + wanted.len())) as u64);
        stream.each(&head, |part| run.add(part, &bar))?;
        drop(bar);
        run.report(&head, making)
    }

    fn at_once(&self, trace: &str, making: Making) -> Result<Report> {
        let trace = open(trace, &self.specs, false)?;
        let specs = with_baselines(self.specs.clone(), &trace.info, &Roles::resolve(&trace.info, &self.request.roles)?)?;
        let replay = Replay::prepare(&trace, &specs, self.request)?;
        // Asked before the work: what cannot be swept need not be replayed.
        let wanted = (self.wanted)(&replay)?;
        let mut run = Run::new(&replay, &wanted, self.grid)?;
        let bar = Bar::new(self.common, replay.steps() + (replay.workload.len() * wanted.len()) as u64);
        run.add(&replay, &bar)?;
        drop(bar);
        run.report(&replay, making)
    }
}
