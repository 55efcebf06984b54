//! Published figures beside ours, line by line.

use serde::{Deserialize, Serialize};

/// A comparison with what was published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reproduction {
    /// One comparison for each set of assumptions.
    pub scenarios: Vec<Scenario>,
}

/// Published figures beside ours under one set of assumptions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it takes for granted, a line each.
    pub assumptions: Vec<String>,
    /// The figures.
    pub lines: Vec<Line>,
}

/// One figure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it is, with its unit.
    pub what: String,
    /// The published figure; `None` where nothing was published to compare with.
    pub paper: Option<f64>,
    /// Ours.
    pub here: f64,
    /// How far apart they may be; `None` where the figure is shown and not judged.
    pub tolerance: Option<f64>,
    /// Whether they are that close; `None` where the figure is not judged.
    pub within: Option<bool>,
    /// Where it was published: table or figure.
    pub source: String,
}
