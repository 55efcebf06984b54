//! Published figures beside ours, line by line.

use serde::{Deserialize, Serialize};

/// A comparison with what was published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reproduction {
    /// One comparison for each set of assumptions.
    pub scenarios: Vec<Scenario>,
    /// What the published numbers imply, and where they do not fit together.
    pub implications: Vec<Implication>,
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
    /// Where savings vanish under these assumptions, in a sentence.
    pub break_even: Option<String>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// A name that does not change: parts with a dot between.
    pub key: String,
    /// What it is.
    pub what: String,
    /// What the numbers are.
    pub unit: Unit,
    /// The published figure; `None` where nothing was published to compare with.
    pub paper: Option<f64>,
    /// Ours; `None` where the trace does not have it.
    pub here: Option<f64>,
    /// How far apart they may be; `None` where the figure is shown and not judged.
    pub tolerance: Option<f64>,
    /// Whether they are that close; `None` where the figure is not judged.
    pub within: Option<bool>,
    /// Where it was published: table or figure.
    pub source: String,
}

/// What the numbers of a line are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A fraction of something.
    Share,
    /// Accuracy per watt.
    PerWatt,
    /// Accuracy per joule.
    PerJoule,
    /// So many times.
    Times,
}

/// Something that published numbers imply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Implication {
    /// Whether the numbers fit together.
    pub fits: bool,
    /// A few words.
    pub title: String,
    /// What is the case.
    pub statement: String,
    /// The arithmetic, with the numbers put in.
    pub arithmetic: String,
}

impl Reproduction {
    /// The line of a key, in the first scenario that has it.
    pub fn line(&self, key: &str) -> Option<&Line> {
        self.scenarios.iter().flat_map(|scenario| &scenario.lines).find(|line| line.key == key)
    }

    /// The published figure of a key.
    pub fn paper(&self, key: &str) -> Option<f64> {
        self.line(key)?.paper
    }

    /// The lines that are outside of their tolerance.
    pub fn outside(&self) -> impl Iterator<Item = &Line> {
        self.scenarios.iter().flat_map(|scenario| &scenario.lines).filter(|line| line.within == Some(false))
    }
}
