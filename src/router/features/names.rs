//! Names of a column, as a number for each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trace::Names;

/// Names of one column that get a number of their own; rarer ones count as unknown.
const MOST_NAMES: usize = 64;
/// The slot of a name that is not known.
const UNKNOWN: u32 = u32::MAX;

/// The names of a column that are known, by themselves and not by a trace's codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KnownNames {
    /// The most frequent first, of equally frequent ones by the alphabet.
    known: Vec<String>,
    /// What is written in the place of a query's name: see [`KnownNames::fit`].
    value: f64,
}

impl KnownNames {
    /// The most frequent names of some rows, with what a reader should know.
    ///
    /// Where name k is that of the share p_k of the rows, a place of 0 and 1 has the variance
    /// p_k (1 - p_k). All places are divided by the root of their sum, so that a column of names spreads as
    /// much as a standardised number does, and any two of its names are equally far apart. (Each divided
    /// by its own would put a name of one row in a million a thousand spreads away from all others.)
    /// They are not centred: a query whose name is unknown, or missing, has zeros.
    pub fn fit(names: &Names, positions: &[usize]) -> (KnownNames, Vec<String>) {
        let mut counts = vec![0usize; names.names.len()];
        for &position in positions.iter().filter(|position| names.codes[**position] != Names::MISSING) {
            counts[names.codes[position] as usize] += 1;
        }
        let mut frequent: Vec<usize> = (0..counts.len()).filter(|&code| counts[code] > 0).collect();
        frequent.sort_by(|&a, &b| counts[b].cmp(&counts[a]).then_with(|| names.names[a].cmp(&names.names[b])));
        let mut notes = Vec::new();
        if frequent.len() > MOST_NAMES {
            let rest: usize = frequent[MOST_NAMES..].iter().map(|&code| counts[code]).sum();
            let others = frequent.len() - MOST_NAMES;
            notes.push(format!("has {others} rarer names, of {rest} rows fitted on, which count as unknown"));
        }
        let rows: usize = counts.iter().sum();
        frequent.truncate(MOST_NAMES);
        let share = |code: &usize| counts[*code] as f64 / rows as f64;
        // Exactly 0 where all rows have one name.
        let variance: f64 = frequent.iter().map(|code| share(code) * (1.0 - share(code))).sum();
        match frequent.len() {
            0 => notes.push("has no name in the rows fitted on".to_owned()),
            1 if variance == 0.0 => notes.push("is constant in the rows fitted on, and says nothing".to_owned()),
            _ => {}
        }
        let value = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
        (KnownNames { known: frequent.into_iter().map(|code| names.names[code].clone()).collect(), value }, notes)
    }

    /// Number of known names.
    pub fn width(&self) -> usize {
        self.known.len()
    }

    /// The places of a trace's codes.
    pub fn bind<'a>(&self, names: &'a Names) -> BoundNames<'a> {
        let places: BTreeMap<&str, u32> = (0..).zip(&self.known).map(|(place, name)| (name.as_str(), place)).collect();
        let place = |name: &String| places.get(name.as_str()).copied().unwrap_or(UNKNOWN);
        let places = names.names.iter().map(place).collect();
        BoundNames { codes: &names.codes, places, value: self.value as f32, width: self.width() }
    }
}

/// Known names with the codes of a trace.
#[derive(Debug)]
pub(super) struct BoundNames<'a> {
    codes: &'a [u32],
    /// For each code of the trace the place of its name.
    places: Vec<u32>,
    value: f32,
    width: usize,
}

impl BoundNames<'_> {
    pub fn width(&self) -> usize {
        self.width
    }

    /// Queries without a name, and queries whose name is not known.
    pub fn missing_and_unknown(&self) -> (usize, usize) {
        let missing = self.codes.iter().filter(|code| **code == Names::MISSING).count();
        let unknown = self.codes.iter().filter(|code| self.places.get(**code as usize) == Some(&UNKNOWN)).count();
        (missing, unknown)
    }

    #[inline]
    pub fn write(&self, position: usize, out: &mut [f32]) {
        out.fill(0.0);
        let place = self.places.get(self.codes[position] as usize).copied().unwrap_or(UNKNOWN);
        if let Some(cell) = out.get_mut(place as usize) {
            *cell = self.value;
        }
    }
}
