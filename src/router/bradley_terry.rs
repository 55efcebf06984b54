//! `bradley-terry`: one ranking of the endpoints for all queries, as of Chatbot Arena.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use super::calibrate::strength_as_quality;
use super::predictor::{Examples, Predicted, Predictor, Router, RouterKind, fits, loaded, saved};
use super::{games, parameter};
use crate::error::{Error, Result};
use crate::policy::Problems;

/// Rating that Elo starts from.
const START: f64 = 1000.0;
/// Natural units of strength in a point of rating: 400 points are odds of 10.
const STRENGTH_PER_POINT: f64 = std::f64::consts::LN_10 / 400.0;
/// Rounds of a fit after which it is given up; the notes say so.
const MOST_ROUNDS: usize = 100_000;
/// A fit is done when no strength moves by more in a round.
const STILL: f64 = 1e-13;

/// The kind.
pub const KIND: RouterKind = RouterKind {
    name: "bradley-terry",
    summary: "one strength an endpoint, from how often it beats the others",
    parameters: &[
        ("method", "`likelihood` (default; Bradley and Terry 1952) or `elo`: ratings updated query by query"),
        ("ties", "`half` (default; half a win each, as in Chatbot Arena) or `skip`: what the same score of two endpoints counts"),
        ("prior", "for `likelihood`: wins that each endpoint is given over each other, so that strengths are finite (default 0.5)"),
        ("k", "for `elo`: points that a game moves a rating by at most (default 4, Chatbot Arena's; chess has 32)"),
    ],
    read,
    load: loaded::<Ranking>,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    #[serde(default)]
    method: Method,
    #[serde(default)]
    ties: Ties,
    prior: Option<toml::Spanned<f64>>,
    k: Option<toml::Spanned<f64>>,
}

/// How strengths are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Method {
    #[default]
    Likelihood,
    Elo,
}

/// What the same score of two endpoints counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Ties {
    #[default]
    Half,
    Skip,
}

#[derive(Debug, Clone, Copy)]
struct BradleyTerry {
    method: Method,
    ties: Ties,
    prior: f64,
    k: f64,
}

fn read(problems: &mut Problems) -> Option<Box<dyn Router>> {
    let file: File = problems.router_section()?;
    let unused = match file.method {
        Method::Likelihood => file.k.as_ref().map(|k| ("k", k.span(), "elo")),
        Method::Elo => file.prior.as_ref().map(|prior| ("prior", prior.span(), "likelihood")),
    };
    if let Some((name, span, method)) = unused {
        problems.add(span, Error::new(format!("`{name}` is a parameter of another method")).allowed(format!("with `method = \"{method}\"`")));
    }
    let prior = parameter::within(problems, "prior", file.prior, 0.5, 0.0..=1e6);
    let k = parameter::within(problems, "k", file.k, 4.0, 1e-3..=1e3);
    Some(Box::new(BradleyTerry { method: file.method, ties: file.ties, prior, k }))
}

impl Router for BradleyTerry {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        let wins = self.wins(examples);
        check_met(&wins, examples.endpoints)?;
        let games = wins.sum();
        let (strengths, finished) = match self.method {
            Method::Elo => (self.elo(examples), true),
            Method::Likelihood => {
                if self.prior == 0.0 {
                    check_finite(&wins, examples.endpoints)?;
                }
                likelihood(&wins, self.prior)
            }
        };
        Ok(Box::new(Ranking { method: self.method, endpoints: examples.endpoints.to_vec(), strengths, games, finished }))
    }
}

impl BradleyTerry {
    /// Hands on the games that count, query by query.
    fn games(&self, examples: &Examples, mut game: impl FnMut(usize, usize, games::Points)) {
        for scores in examples.scores.rows() {
            games::each(scores, |first, second, points| {
                if self.ties == Ties::Half || points != 0.5 {
                    game(first, second, points);
                }
            });
        }
    }

    /// Endpoints x endpoints: how often the first beat the second, ties as half a win each.
    fn wins(&self, examples: &Examples) -> Array2<f64> {
        let count = examples.endpoints.len();
        let mut wins = Array2::zeros((count, count));
        self.games(examples, |first, second, points| {
            wins[[first, second]] += points;
            wins[[second, first]] += 1.0 - points;
        });
        wins
    }

    /// Elo's ratings after all games, query by query and in the order of the endpoints, as strengths: R_a
    /// grows by K (S_a − E_a), with E_a = 1 / (1 + 10^((R_b − R_a) / 400)) expected and S_a reached.
    /// They depend on that order, the more the larger K.
    fn elo(&self, examples: &Examples) -> Vec<f64> {
        let mut ratings = vec![START; examples.endpoints.len()];
        self.games(examples, |first, second, points| {
            let expected = 1.0 / (1.0 + 10f64.powf((ratings[second] - ratings[first]) / 400.0));
            let change = self.k * (points - expected);
            ratings[first] += change;
            ratings[second] -= change;
        });
        // What one gains another loses: their mean stays where they start.
        ratings.into_iter().map(|rating| (rating - START) * STRENGTH_PER_POINT).collect()
    }
}

/// The strengths θ of largest likelihood, P(i beats j) = σ(θ_i − θ_j), of mean 0, and whether the fit came to
/// rest: the MM algorithm (Hunter 2004, "MM algorithms for generalized Bradley-Terry models", Section 2),
/// γ_i = W_i / Σ_j N_ij / (γ_i + γ_j) for γ = e^θ, one endpoint after the other.
fn likelihood(wins: &Array2<f64>, prior: f64) -> (Vec<f64>, bool) {
    let count = wins.nrows();
    let won: Vec<f64> = wins.rows().into_iter().map(|row| row.sum() + prior * (count as f64 - 1.0)).collect();
    let games = |i: usize, j: usize| wins[[i, j]] + wins[[j, i]] + 2.0 * prior;
    let mut strengths = vec![0.0f64; count];
    for _ in 0..MOST_ROUNDS {
        let before = strengths.clone();
        for i in 0..count {
            let own = strengths[i].exp();
            let against: f64 = (0..count).filter(|&j| j != i).map(|j| games(i, j) / (own + strengths[j].exp())).sum();
            strengths[i] = (won[i] / against).ln();
        }
        let mean = strengths.iter().sum::<f64>() / count as f64;
        strengths.iter_mut().for_each(|strength| *strength -= mean);
        if strengths.iter().zip(&before).all(|(now, then)| (now - then).abs() < STILL) {
            return (strengths, true);
        }
    }
    (strengths, false)
}

/// Whether each endpoint was compared with another: nothing is known of one that was not.
fn check_met(wins: &Array2<f64>, endpoints: &[String]) -> Result<()> {
    let games = |i: usize| wins.row(i).sum() + wins.column(i).sum();
    let unmet: Vec<&String> = (0..endpoints.len()).filter(|&i| games(i) == 0.0).map(|i| &endpoints[i]).collect();
    if unmet.is_empty() {
        return Ok(());
    }
    Err(Error::new("a ranking needs every endpoint to be compared with another")
        .found(format!("no query compares {} with any other", games::named(unmet)))
        .hint("scores of both on one query are needed, and with `ties = \"skip\"` different ones"))
}

/// Whether the strengths of largest likelihood are finite: where from each endpoint a chain of wins leads to
/// each other one (Ford 1957; Hunter 2004, assumption 1).
fn check_finite(wins: &Array2<f64>, endpoints: &[String]) -> Result<()> {
    for (forward, verb) in [(true, "never beat"), (false, "never lost to")] {
        let edge = |from: usize, to: usize| if forward { wins[[from, to]] > 0.0 } else { wins[[to, from]] > 0.0 };
        let mut reached = vec![false; endpoints.len()];
        let mut open = vec![0];
        while let Some(from) = open.pop() {
            if !std::mem::replace(&mut reached[from], true) {
                open.extend((0..endpoints.len()).filter(|&to| edge(from, to)));
            }
        }
        let part = |wanted: bool| games::named(endpoints.iter().zip(&reached).filter(|(_, hit)| **hit == wanted).map(|(id, _)| id));
        if reached.contains(&false) {
            return Err(Error::new("strengths of largest likelihood are not finite")
                .found(format!("{} {verb} {}", part(true), part(false)))
                .hint("give `prior`, say 0.5: so many wins of each over each other"));
        }
    }
    Ok(())
}

/// A fitted ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ranking {
    method: Method,
    endpoints: Vec<String>,
    /// One an endpoint, in natural units, of mean 0.
    strengths: Vec<f64>,
    /// Comparisons fitted on.
    games: f64,
    /// Whether the fit came to rest.
    finished: bool,
}

impl Predictor for Ranking {
    fn predict(&self, _features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        for (mut column, strength) in out.columns_mut().into_iter().zip(&self.strengths) {
            column.fill(strength_as_quality(*strength));
        }
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        saved(self)
    }

    fn check(&self, _width: usize, endpoints: usize) -> Result<()> {
        fits("endpoints", self.endpoints.len(), endpoints)?;
        fits("strengths", self.strengths.len(), endpoints)
    }

    fn notes(&self) -> Vec<String> {
        let mut ranked: Vec<(&String, &f64)> = self.endpoints.iter().zip(&self.strengths).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(a.1));
        let line = |(id, strength): (&String, &f64)| format!("{id} {strength:+.3} (rating {:.0})", START + strength / STRENGTH_PER_POINT);
        let ranked = ranked.into_iter().map(line).collect::<Vec<_>>().join(", ");
        let method = if self.method == Method::Elo { "Elo" } else { "Bradley-Terry" };
        let mut notes = vec![
            format!("ranking ({method}, {} comparisons): {ranked}", self.games),
            "predictions are σ(strength), the same for every query: an endpoint's chance to beat an average one, not to be correct".to_owned(),
        ];
        if !self.finished {
            notes.push(format!("the ranking had not come to rest after {MOST_ROUNDS} rounds: strengths are rough"));
        }
        notes
    }
}

#[cfg(test)]
mod tests;
