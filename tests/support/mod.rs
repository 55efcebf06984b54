//! Small random recordings, as plain `Option<f64>` cells and as traces.
// Each test binary uses a part of it, and may stop at the first surprise.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod recording;
pub mod reference;

use proptest::collection::vec;
use proptest::prelude::*;
use wattroute::policy::PolicySpec;
use wattroute::trace::{
    Column, Columns, Draft, DraftEndpoint, Endpoint, Feature, Metric, Names, PerMetric, Queries, Tier, Trace, TraceInfo,
};
use wattroute::workload::RoleNames;

/// The accounts in the order of the cells.
pub const ACCOUNTS: [Metric; 4] = [Metric::EnergyJ, Metric::Flops, Metric::CostUsd, Metric::LatencyS];

/// What one endpoint did with one query.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Whether the endpoint's file has a row for it; without one nothing is known.
    pub answered: bool,
    pub score: Option<f64>,
    pub accounts: [Option<f64>; 4],
    pub confidence: f64,
}

#[derive(Debug, Clone)]
pub struct Recorded {
    pub size: f64,
    pub cells: Vec<Cell>,
}

/// A recording and the roles of its endpoints.
#[derive(Debug, Clone)]
pub struct World {
    /// Row numbers, increasing.
    pub keys: Vec<u32>,
    pub category: Vec<Option<u8>>,
    pub hard: Vec<Option<f64>>,
    pub endpoints: Vec<Recorded>,
    pub local: Vec<usize>,
    pub fallback: usize,
    pub baseline: usize,
    pub correct_at: f64,
}

/// A modest number of cases, so that all tests take less than a minute; `PROPTEST_CASES` asks for more.
pub fn cases(few: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(few);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A policy from the text of its file.
pub fn spec(toml: &str) -> PolicySpec {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), toml).unwrap();
    PolicySpec::find(file.path().to_str().unwrap()).unwrap_or_else(|error| panic!("{error}\n{toml}"))
}

pub fn id(endpoint: usize) -> String {
    format!("e{endpoint}")
}

impl World {
    /// Candidates and fallback in the trace's order.
    pub fn pool(&self) -> Vec<usize> {
        (0..self.endpoints.len()).filter(|endpoint| self.local.contains(endpoint) || *endpoint == self.fallback).collect()
    }

    pub fn draft(&self) -> Draft {
        let ids = self.keys.iter().map(|key| format!("q{key}")).collect();
        let category = self.category.iter().map(|code| code.map(|code| ["c0", "c1", "c2"][code as usize]));
        let hard = self.hard.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        let queries = Queries {
            rows: self.keys.clone(),
            ids: Some(ids),
            category: Some(Names::new(category)),
            features: vec![("hard".to_owned(), Feature::Number(Column::from_vec(hard)))],
            ..Queries::default()
        };
        let endpoints = self.endpoints.iter().enumerate().map(|(index, recorded)| self.draft_endpoint(index, recorded)).collect();
        Draft { info: TraceInfo { name: "random".to_owned(), ..TraceInfo::default() }, queries, endpoints }
    }

    /// The roles as a command names them.
    pub fn roles(&self) -> RoleNames {
        let local = self.local.iter().map(|&endpoint| id(endpoint)).collect();
        RoleNames { baselines: vec![id(self.baseline)], fallback: Some(id(self.fallback)), local }
    }

    fn draft_endpoint(&self, index: usize, recorded: &Recorded) -> DraftEndpoint {
        let answered = || recorded.cells.iter().filter(|cell| cell.answered);
        let mut metrics = PerMetric::default();
        metrics.set(Metric::Score, answered().map(|cell| cell.score.unwrap_or(f64::NAN)).collect());
        metrics.set(Metric::Confidence, answered().map(|cell| cell.confidence).collect());
        for (account, metric) in ACCOUNTS.into_iter().enumerate() {
            metrics.set(metric, answered().map(|cell| cell.accounts[account].unwrap_or(f64::NAN)).collect());
        }
        let tier = if index == self.fallback { Tier::Cloud } else { Tier::Local };
        let endpoint = Endpoint { id: id(index), tier: Some(tier), params_total_b: Some(recorded.size), ..Endpoint::new(&id(index), None) };
        let rows = self.keys.iter().zip(&recorded.cells).filter(|(_, cell)| cell.answered).map(|(key, _)| *key).collect();
        DraftEndpoint { endpoint, rows, metrics, ..DraftEndpoint::default() }
    }

    /// Written to a folder and read back.
    pub fn trace(&self) -> Trace {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace");
        self.draft().write(&path, false).unwrap_or_else(|error| panic!("{error}"));
        Trace::open(path.to_str().unwrap(), &Columns::all()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Cells from few values, so that objectives and scores tie; about one in `gaps` is missing (0: none).
fn cell(graded: bool, gaps: u32) -> impl Strategy<Value = Cell> {
    let value = |step: f64| (gap(gaps), 1u8..5).prop_map(move |(missing, value)| (!missing).then_some(f64::from(value) * step));
    let score = (gap(gaps), 0u8..5).prop_map(move |(missing, value)| {
        let score = f64::from(value) / 4.0;
        (!missing).then_some(if graded { score } else { score.round() })
    });
    let accounts =
        (value(0.7), value(1e9), value(0.000_3), value(0.25)).prop_map(|(energy, flops, cost, latency)| [energy, flops, cost, latency]);
    (gap(gaps), score, accounts, 0.0..1.0f64).prop_map(|(unanswered, score, accounts, confidence)| {
        if unanswered {
            return Cell { answered: false, score: None, accounts: [None; 4], confidence: f64::NAN };
        }
        Cell { answered: true, score, accounts, confidence }
    })
}

fn gap(gaps: u32) -> impl Strategy<Value = bool> {
    (0..gaps.max(1)).prop_map(move |draw| gaps > 0 && draw == gaps - 1)
}

/// Worlds of 2 to 5 endpoints and up to `queries` queries. The first query lacks nothing, so that
/// every endpoint has every column.
pub fn world(queries: usize, gaps: u32) -> impl Strategy<Value = World> {
    (2usize..=5, 1..=queries, any::<bool>()).prop_flat_map(move |(endpoints, queries, graded)| {
        let cells = vec((1u8..4, cell(graded, 0), vec(cell(graded, gaps), queries - 1)), endpoints);
        let rows = (vec(1u32..4, queries), vec(proptest::option::of(0u8..3), queries), vec(proptest::option::of(0.0..1.0f64), queries));
        let roles = (vec(any::<bool>(), endpoints), 0..endpoints, 0..endpoints);
        (cells, rows, roles).prop_map(move |(cells, (steps, category, hard), (local, fallback, baseline))| {
            let keys = steps.iter().scan(0, |row, step| {
                *row += step;
                Some(*row)
            });
            let recorded = |(size, first, others): (u8, Cell, Vec<Cell>)| Recorded {
                size: f64::from(size),
                cells: std::iter::once(first).chain(others).collect(),
            };
            let mut local: Vec<usize> = (0..endpoints).filter(|&endpoint| local[endpoint] && endpoint != fallback).collect();
            if local.is_empty() {
                local.push((fallback + 1) % endpoints);
            }
            World {
                keys: keys.collect(),
                category,
                hard,
                endpoints: cells.into_iter().map(recorded).collect(),
                local,
                fallback,
                baseline,
                correct_at: if graded { 0.5 } else { 1.0 },
            }
        })
    })
}
