//! `cheapest-adequate`: of the endpoints that a fitted model holds for good enough, the cheapest.

use serde::Deserialize;

use super::recorded::ByPosition;
use super::{Built, Context, Needs, Objective, Parameters, PolicyKind, PolicySpec, Problems, Rule, oracle};
use crate::error::{Error, Result};
use crate::router::{CrossFit, Features, Fitted, Label, MissingFeatures, crossfit};
use crate::trace::{EndpointIx, Metric};

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "cheapest-adequate",
    summary: "the cheapest endpoint whose predicted chance to be correct is high enough",
    parameters: &[
        ("tau", "the chance from which an endpoint is adequate, 0 to 1"),
        ("objective", "what is cheap, by its mean over the queries fitted on: size, energy, cost, flops, latency; the run's if not said"),
        ("otherwise", "where no endpoint is adequate: `fallback` (default) or `highest` (the one of highest chance)"),
        ("folds", "parts of the cross-fit: each is judged by models fitted on the others (default 5)"),
        ("max_rows", "rows that a model is fitted on at most (default 100000)"),
        ("l2", "weight of half the squared weights against the summed loss (default 1)"),
        ("missing_features", "`require` (default) or `mean`: what is done about missing cells of features"),
    ],
    read: |text| PolicySpec::read(text, "cheapest-adequate", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tau: toml::Spanned<f64>,
    objective: Option<Objective>,
    #[serde(default)]
    otherwise: Otherwise,
    folds: Option<toml::Spanned<usize>>,
    max_rows: Option<toml::Spanned<usize>>,
    l2: Option<toml::Spanned<f64>>,
    #[serde(default)]
    missing_features: MissingFeatures,
}

/// Where a query goes for which no endpoint is adequate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Otherwise {
    #[default]
    Fallback,
    Highest,
}

struct CheapestAdequate {
    tau: f64,
    objective: Option<Objective>,
    otherwise: Otherwise,
    how: CrossFit,
    missing_features: MissingFeatures,
}

fn check(file: File, problems: &mut Problems) -> CheapestAdequate {
    let tau = problems.probability("tau", &file.tau);
    let mut at_least = |name: &str, value: Option<toml::Spanned<usize>>, usual: usize, least: usize| {
        let Some(value) = value else { return usual };
        if *value.get_ref() < least {
            problems.add(value.span(), Error::new(format!("`{name}` is too small")).found(value.get_ref()).allowed(format!("{least} and more")));
        }
        value.into_inner()
    };
    let folds = at_least("folds", file.folds, 5, 2);
    let max_rows = at_least("max_rows", file.max_rows, 100_000, 2);
    let l2 = file.l2.map_or(1.0, |l2| {
        if !(l2.get_ref().is_finite() && *l2.get_ref() >= 0.0) {
            problems.add(l2.span(), Error::new("`l2` is no weight").found(l2.get_ref()).allowed("0 and more"));
        }
        l2.into_inner()
    });
    CheapestAdequate {
        tau,
        objective: file.objective,
        otherwise: file.otherwise,
        how: CrossFit { folds, max_rows, l2, seed: 0 },
        missing_features: file.missing_features,
    }
}

impl Parameters for CheapestAdequate {
    fn needs(&self) -> Needs {
        Needs { features: true, prompts: true, ..Needs::default() }
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let objective = self.objective.unwrap_or(context.objective);
        oracle::comparable(objective, context)?;
        let how = CrossFit { seed: context.seed, ..self.how };
        let features = Features::new(context.trace, self.missing_features)?;
        let labels = context.pool.all.iter().map(|&endpoint| label(endpoint, context)).collect::<Result<Vec<_>>>()?;
        let fitted = crossfit(&features, &labels, &context.trace.queries.rows, &how)?;
        let prices: Vec<Vec<f64>> = (0..how.folds as u32).map(|part| prices(objective, part, &fitted, context)).collect();
        let choose = |position: usize| self.choose(position, &fitted, &prices[fitted.fold[position] as usize], context);
        let by_position: Vec<EndpointIx> = (0..context.trace.len()).map(choose).collect();
        let notes = notes(&features, &labels, &fitted, &how);
        Ok(Built { notes, ..Built::pooled(Rule::Foresight(Box::new(ByPosition(by_position)))) })
    }
}

impl CheapestAdequate {
    /// The endpoint of a query: of the adequate ones the first of least price.
    fn choose(&self, position: usize, fitted: &Fitted, prices: &[f64], context: &Context) -> EndpointIx {
        let candidates = || (0..prices.len()).map(|candidate| (candidate, fitted.chances[candidate][position]));
        // A price that is not known is never the least.
        let adequate = candidates().filter(|&(candidate, chance)| chance >= self.tau && !prices[candidate].is_nan());
        let cheapest = adequate.min_by(|a, b| prices[a.0].total_cmp(&prices[b.0]));
        let found = match self.otherwise {
            Otherwise::Fallback => cheapest,
            // Reversed, since the last of equal ones is the greatest: the first endpoint wins a tie.
            Otherwise::Highest => cheapest.or_else(|| candidates().rev().max_by(|a, b| a.1.total_cmp(&b.1))),
        };
        found.map_or(context.pool.fallback, |(candidate, _)| context.pool.all[candidate])
    }
}

fn label(endpoint: EndpointIx, context: &Context) -> Result<Label> {
    let name = context.trace.info.endpoints[usize::from(endpoint)].id.clone();
    let scores = context.trace.metric(usize::from(endpoint), Metric::Score);
    let scores = scores.ok_or_else(|| Error::new("a router cannot be fitted to an endpoint without scores").at(format!("endpoint `{name}`")))?;
    let answer = |score: f64| (!score.is_nan()).then_some(score >= context.correct_at);
    Ok(Label { name, answers: scores.iter().map(answer).collect() })
}

/// What each endpoint of the pool takes on average, over the queries that one part is not of; NaN
/// where that is not known.
fn prices(objective: Objective, part: u32, fitted: &Fitted, context: &Context) -> Vec<f64> {
    let price = |&endpoint: &EndpointIx| match objective.metric() {
        None => context.trace.info.endpoints[usize::from(endpoint)].params_total_b.unwrap_or(f64::NAN),
        Some(metric) => {
            let column = context.trace.metric(usize::from(endpoint), metric);
            let cells = column.into_iter().flat_map(|column| column.iter()).zip(&fitted.fold);
            let known = cells.filter(|(cell, of)| **of != part && !cell.is_nan());
            let (sum, count) = known.fold((0.0, 0.0), |(sum, count), (cell, _)| (sum + cell, count + 1.0));
            sum / count
        }
    };
    context.pool.all.iter().map(price).collect()
}

/// What was fitted on what, and what came of it.
fn notes(features: &Features, labels: &[Label], fitted: &Fitted, how: &CrossFit) -> Vec<String> {
    let counts = || fitted.fitted_on.iter().flatten();
    let (least, most) = (counts().min().unwrap_or(&0), counts().max().unwrap_or(&0));
    let mut notes = vec![format!(
        "a logistic regression for each of {} endpoints and {} folds (seed {}, l2 {}); each query is judged by the models that were \
         fitted on the other folds, {least} to {most} rows each",
        labels.len(),
        how.folds,
        how.seed,
        how.l2
    )];
    if *most >= how.max_rows {
        notes.push(format!("models are fitted on a sample of {} rows, correct and wrong answers in their shares", how.max_rows));
    }
    notes.extend(features.notes.iter().cloned());
    for (index, (label, models)) in labels.iter().zip(&fitted.models).enumerate() {
        if let Some((own, share)) = fitted.log_loss(index, &label.answers) {
            notes.push(format!("{}: log loss {own:.4} on queries not fitted on; {share:.4} by its share of correct answers alone", label.name));
        }
        let unknown = label.answers.iter().filter(|answer| answer.is_none()).count();
        if unknown > 0 {
            notes.push(format!("{}: nothing was fitted on {unknown} queries without a score", label.name));
        }
        for (answer, word) in [(true, "correct"), (false, "wrong")] {
            let constant = models.iter().filter(|model| model.only == Some(answer)).count();
            if constant > 0 {
                notes.push(format!("{}: every answer is {word} in the rows of {constant} fits, whose chance is a constant", label.name));
            }
        }
        let worst = models.iter().filter_map(|model| model.unfinished).fold(0.0, f64::max);
        if worst > 0.0 {
            notes.push(format!("warning: {}: a fit stopped early, with a gradient of {worst:.1e} a row", label.name));
        }
    }
    notes
}

#[cfg(test)]
mod tests;
