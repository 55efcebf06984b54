//! Checks of a spec's targets: which models they are about, and that they determine what is solved for.

use super::calibrate::range;
use super::check::Problems;
use super::form::{Form, Goal, SavingsForm};
use super::spec::{Answers, EndpointSpec, Model, SavingTarget, Tokens};
use crate::error::Error;
use crate::trace::Defaults;

/// Adds what the targets of a form say to models and data sets that are checked.
pub(super) fn add(form: &Form, endpoints: &[EndpointSpec], tokens: &[Tokens], answers: &mut Answers, problems: &mut Problems) {
    answers.local = local(&form.defaults, endpoints, &answers.models);
    first_solvers(form, answers, problems);
    answers.savings = savings(&form.savings, &form.defaults, endpoints, answers, tokens, problems);
    correlations(form, answers, problems);
    accuracies(answers, problems);
}

/// The models of local endpoints, the smallest first; of equal ones the first in the list.
fn local(defaults: &Defaults, endpoints: &[EndpointSpec], models: &[Model]) -> Vec<usize> {
    let is_local = |spec: &&EndpointSpec| match defaults.local.is_empty() {
        true => spec.endpoint.is_local() == Some(true),
        false => defaults.local.contains(&spec.endpoint.id),
    };
    let mut local: Vec<usize> = Vec::new();
    for spec in endpoints.iter().filter(is_local) {
        if !local.contains(&spec.model) {
            local.push(spec.model);
        }
    }
    local.sort_by(|&a, &b| models[a].params_total_b.unwrap_or(f64::INFINITY).total_cmp(&models[b].params_total_b.unwrap_or(f64::INFINITY)));
    local
}

/// The targets of savings as linear functions of the shares of first solvers.
fn savings(
    form: &SavingsForm,
    defaults: &Defaults,
    endpoints: &[EndpointSpec],
    answers: &Answers,
    tokens: &[Tokens],
    problems: &mut Problems,
) -> Vec<SavingTarget> {
    let baseline = match defaults.baseline.first() {
        Some(id) => endpoints.iter().find(|spec| spec.endpoint.id == *id),
        None => endpoints.iter().find(|spec| spec.endpoint.is_local() == Some(false)),
    };
    let wanted = [("energy", &form.energy), ("flops", &form.flops), ("cost", &form.cost)];
    let mut targets = Vec::new();
    for (account, value) in wanted.into_iter().filter_map(|(account, value)| Some((account, value.as_ref()?))) {
        problems.share(account, value);
        let value_of = |spec: &EndpointSpec, dataset: usize| spec.mean(account, dataset, answers, tokens);
        let serving = |model: usize| endpoints.iter().find(|spec| spec.model == model && spec.endpoint.is_local() == Some(true));
        let base: Option<Vec<f64>> = baseline.and_then(|spec| (0..answers.datasets.len()).map(|dataset| value_of(spec, dataset)).collect());
        let local = |dataset: usize| answers.local.iter().map(move |&model| value_of(serving(model)?, dataset)).collect();
        let locals: Option<Vec<Vec<f64>>> = (0..answers.datasets.len()).map(local).collect();
        let depends = tokens.iter().any(|tokens| tokens.difficulty_correlation != 0.0);
        let (Some(base), Some(locals), false) = (base, locals, depends) else {
            let allowed = "a baseline, the account for every local model, and lengths that do not depend on difficulty";
            problems.add(value.span(), Error::new(format!("a target of the {account} saving cannot be computed")).allowed(allowed));
            continue;
        };
        let counts: Vec<f64> = answers.datasets.iter().map(|dataset| dataset.queries()).collect();
        let total: f64 = counts.iter().zip(&base).map(|(count, base)| count * base).sum();
        targets.push(SavingTarget {
            account,
            value: *value.get_ref(),
            weight: counts.iter().zip(&base).map(|(count, base)| count * base / total).collect(),
            ratio: locals.iter().zip(&base).map(|(local, base)| local.iter().map(|value| value / base).collect()).collect(),
        });
    }
    targets
}

/// The targets of first solvers, by local model.
fn first_solvers(form: &Form, answers: &mut Answers, problems: &mut Problems) {
    for dataset in &mut answers.datasets {
        dataset.first_solver = vec![None; answers.local.len()];
        // A category that stands apart has no targets of its data set.
        let Some(form) = form.dataset.get(dataset.source).filter(|_| dataset.label == dataset.name) else { continue };
        for (name, value) in &form.first_solver {
            match answers.local.iter().position(|&model| answers.models[model].name == *name) {
                Some(position) => dataset.first_solver[position] = Some(problems.share("first_solver", value)),
                None => {
                    let local = answers.local.iter().map(|&model| answers.models[model].name.as_str());
                    problems.add(value.span(), crate::error::unknown("local model", name, local));
                }
            }
        }
    }
}

/// Each data set has correlations that are a matrix, and one of them to solve where it has a coverage.
fn correlations(form: &Form, answers: &Answers, problems: &mut Problems) {
    for dataset in &answers.datasets {
        let Some(form) = form.dataset.get(dataset.source) else { continue };
        let own = form.categories.iter().find(|category| dataset.label == format!("{}, {}", dataset.name, category.name.get_ref()));
        let span = own.and_then(|category| category.correlation.as_ref()).unwrap_or(&form.correlation).span();
        if range(answers, dataset).is_none() {
            let hint = "several families cannot all be as negative, and within a family correlations are 0 to 1";
            problems.add(span.clone(), Error::new("these correlations are no correlation matrix").hint(hint));
        }
        let targeted = dataset.coverage.is_some() || dataset.categories.iter().any(|category| category.coverage.is_some());
        if targeted != dataset.correlation.is_free() {
            let found = match targeted {
                true => "a coverage, and every correlation given",
                false => "a correlation to solve, and no coverage",
            };
            let error = Error::new(format!("data set `{}`: a coverage determines one correlation", dataset.label)).found(found);
            let hint = "write \"solve\" for one correlation of each data set that has a coverage, and for no other";
            problems.add(span, error.hint(hint));
        }
    }
}

/// As many accuracies to solve as targets that determine them.
fn accuracies(answers: &Answers, problems: &mut Problems) {
    let unknown = answers.datasets.iter().flat_map(|dataset| &dataset.accuracy).filter(|goal| **goal == Goal::Solve).count();
    let solvers = answers.datasets.iter().flat_map(|dataset| &dataset.first_solver).flatten().count();
    if unknown != solvers + answers.savings.len() {
        let found = format!(
            "{unknown} accuracies to solve, {} targets ({solvers} of first solvers, {} of savings)",
            solvers + answers.savings.len(),
            answers.savings.len()
        );
        problems.whole(Error::new("there are as many accuracies to solve as targets that determine them").found(found));
    }
}
