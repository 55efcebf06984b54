//! RouterArena: whether a router decides alike when prompts are perturbed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Better, Measure};
use crate::error::{Error, Result};

pub(super) const ROBUSTNESS: Measure = Measure {
    name: "robustness",
    title: "How many choices stay when prompts are perturbed",
    formula: "1 - (choices that differ) / (queries in both lists with a choice in each)",
    source: "RouterArena, arXiv 2510.00202; compute_robustness_score in global_utils/robustness.py",
    needs: "two lists of decisions, for the prompts and for the perturbed prompts",
    difference: Some("of an id that is listed twice the present code keeps the last choice, an earlier one the first; ours refuses it. Names are compared as they are, the code first maps aliases"),
    better: Better::Higher,
};

/// How many choices stay.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Robustness {
    /// Queries that both lists decide.
    pub compared: usize,
    /// Share of these whose choice stays; `None` where there are none.
    pub stay: Option<f64>,
}

/// The measure `robustness`, of two lists of (id, choice). Queries in one list only are not compared.
///
/// # Errors
/// An id that one list has twice.
pub fn robustness(plain: &[(&str, &str)], perturbed: &[(&str, &str)]) -> Result<Robustness> {
    let by_id = |what: &str, list: &[(&str, &str)]| -> Result<()> {
        let mut seen = BTreeMap::new();
        match list.iter().find(|(id, choice)| seen.insert(*id, *choice).is_some()) {
            None => Ok(()),
            Some((id, _)) => Err(Error::new("a query is decided twice").at(what).found(format!("`{id}`"))),
        }
    };
    by_id("the decisions for the prompts", plain)?;
    by_id("the decisions for the perturbed prompts", perturbed)?;
    let plain: BTreeMap<&str, &str> = plain.iter().copied().collect();
    let pairs = || perturbed.iter().filter_map(|(id, choice)| plain.get(id).map(|before| before == choice));
    let compared = pairs().count();
    let stay = (compared > 0).then(|| pairs().filter(|stays| *stays).count() as f64 / compared as f64);
    Ok(Robustness { compared, stay })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robustness_by_hand() {
        let plain = [("q1", "a"), ("q2", "b"), ("q3", "a"), ("q4", "a")];
        let found = robustness(&plain, &[("q2", "b"), ("q1", "b"), ("q3", "a"), ("q9", "a")]).unwrap();
        assert_eq!(found, Robustness { compared: 3, stay: Some(2.0 / 3.0) });
        assert_eq!(robustness(&plain, &plain).unwrap().stay, Some(1.0));
        assert_eq!(robustness(&plain, &[]).unwrap(), Robustness { compared: 0, stay: None });
        assert!(robustness(&plain, &[("q1", "a"), ("q1", "b")]).is_err());
    }
}
