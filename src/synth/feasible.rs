//! Can the targets hold together at all? A linear program over the patterns of correctness.
//!
//! A pattern says which of the k local models answer a query correctly; every joint distribution is
//! a share for each of the 2^k patterns, and every target is linear in these shares. So a linear
//! program tells whether any distribution meets all targets, whatever its form.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::form::Goal;
use super::spec::{Answers, Dataset};
use crate::error::{Error, Result};

/// Local models at most: patterns double with each.
const MOST_LOCAL: usize = 12;
/// What rounding in the solver may leave of a total miss.
const TOLERANCE: f64 = 1e-7;

/// Which target a constraint stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The answer accuracy of a model on a data set.
    Accuracy(usize, usize),
    /// The coverage of a data set.
    Coverage(usize),
    /// A first solver's share of a data set, by position among the local models.
    First(usize, usize),
    /// A saving over the whole trace.
    Saving(usize),
}

/// A target with what the nearest joint distribution gives for it.
#[derive(Debug, Clone)]
pub struct Target {
    pub(super) what: What,
    /// What it is, for people.
    pub name: String,
    /// What is wanted.
    pub wanted: f64,
    /// What the nearest joint distribution has: equal to `wanted` where all targets hold together.
    pub nearest: f64,
}

/// Whether the targets hold together.
#[derive(Debug, Clone)]
pub struct Feasibility {
    /// All targets; none where accuracies are the only ones.
    pub targets: Vec<Target>,
    /// Positions of targets that cannot hold together, of which none can be left out: dropping any one
    /// of them would do.
    pub conflict: Vec<usize>,
}

struct Constraint {
    what: What,
    name: String,
    /// Patterns of data sets with their coefficients.
    terms: Vec<(usize, f64)>,
    target: f64,
}

/// Tests the targets of a spec.
///
/// # Errors
/// Where there are more local models than patterns can be listed for, or the solver fails.
pub fn feasibility(answers: &Answers) -> Result<Feasibility> {
    let local = answers.local.len();
    if !answers.datasets.iter().any(Dataset::has_joint_targets) && answers.savings.is_empty() {
        // Accuracies alone hold together: take independent answers.
        return Ok(Feasibility { targets: Vec::new(), conflict: Vec::new() });
    }
    if local > MOST_LOCAL {
        return Err(Error::new("too many local models to list the patterns of correctness")
            .found(local)
            .allowed(format!("up to {MOST_LOCAL}")));
    }
    let constraints = constraints(answers);
    let all: Vec<usize> = (0..constraints.len()).collect();
    let misses = solve(answers, &constraints, &all)?;
    let targets = constraints.iter().zip(&misses).map(|(constraint, miss)| Target {
        what: constraint.what,
        name: constraint.name.clone(),
        wanted: constraint.target,
        nearest: constraint.target + miss,
    });
    let targets = targets.collect();
    if total(&misses) <= TOLERANCE {
        return Ok(Feasibility { targets, conflict: Vec::new() });
    }
    // What can go without making the rest feasible is no part of the conflict.
    let mut conflict = all;
    for candidate in (0..constraints.len()).rev() {
        let rest: Vec<usize> = conflict.iter().copied().filter(|&index| index != candidate).collect();
        if total(&solve(answers, &constraints, &rest)?) > TOLERANCE {
            conflict = rest;
        }
    }
    Ok(Feasibility { targets, conflict })
}

fn total(misses: &[f64]) -> f64 {
    misses.iter().map(|miss| miss.abs()).sum()
}

/// By how much each constraint misses its target where the sum of the misses is least; 0 for those
/// that are not in `kept`.
fn solve(answers: &Answers, constraints: &[Constraint], kept: &[usize]) -> Result<Vec<f64>> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let patterns = 1usize << answers.local.len();
    let shares: Vec<Variable> = (0..patterns * answers.datasets.len()).map(|_| problem.add_var(0.0, (0.0, 1.0))).collect();
    for dataset in shares.chunks(patterns) {
        problem.add_constraint(dataset.iter().map(|&share| (share, 1.0)), ComparisonOp::Eq, 1.0);
    }
    let mut slack = Vec::new();
    for &index in kept {
        let (above, below) = (problem.add_var(1.0, (0.0, f64::INFINITY)), problem.add_var(1.0, (0.0, f64::INFINITY)));
        let constraint = &constraints[index];
        let terms = constraint.terms.iter().map(|&(pattern, coefficient)| (shares[pattern], coefficient));
        let terms: Vec<_> = terms.chain([(above, -1.0), (below, 1.0)]).collect();
        problem.add_constraint(terms, ComparisonOp::Eq, constraint.target);
        slack.push((index, above, below));
    }
    let solution =
        problem.solve().map_err(|error| Error::new("the linear program over patterns of correctness has no solution").cause(error))?;
    let mut misses = vec![0.0; constraints.len()];
    for (index, above, below) in slack {
        misses[index] = solution[above] - solution[below];
    }
    Ok(misses)
}

fn constraints(answers: &Answers) -> Vec<Constraint> {
    let patterns = 1usize << answers.local.len();
    let all = |dataset: usize| (0..patterns).map(move |pattern| (dataset * patterns + pattern, pattern));
    let where_bits = |dataset: usize, holds: &dyn Fn(usize) -> bool| -> Vec<(usize, f64)> {
        all(dataset).filter(|(_, pattern)| holds(*pattern)).map(|(index, _)| (index, 1.0)).collect()
    };
    let mut out = Vec::new();
    for (index, dataset) in answers.datasets.iter().enumerate() {
        let model_name = |position: usize| &answers.models[answers.local[position]].name;
        for (position, &model) in answers.local.iter().enumerate() {
            if let Goal::Given(target) = dataset.accuracy[model] {
                let name = format!("answer accuracy of {} on {}", model_name(position), dataset.label);
                let terms = where_bits(index, &|pattern| pattern >> position & 1 == 1);
                out.push(Constraint { what: What::Accuracy(index, model), name, terms, target });
            }
        }
        if let Some(target) = dataset.coverage_target() {
            let name = format!("coverage of {} by local models", dataset.label);
            out.push(Constraint { what: What::Coverage(index), name, terms: where_bits(index, &|pattern| pattern != 0), target });
        }
        for (position, target) in dataset.first_solver.iter().enumerate().filter_map(|(position, target)| Some((position, (*target)?))) {
            let name = format!("share of {} that {} is the smallest to solve", dataset.label, model_name(position));
            let terms = where_bits(index, &|pattern| pattern.trailing_zeros() as usize == position);
            out.push(Constraint { what: What::First(index, position), name, terms, target });
        }
    }
    for (index, saving) in answers.savings.iter().enumerate() {
        let mut terms = Vec::new();
        for (dataset, (weight, ratio)) in saving.weight.iter().zip(&saving.ratio).enumerate() {
            let solved = all(dataset).filter(|(_, pattern)| *pattern != 0);
            terms.extend(solved.map(|(at, pattern)| (at, weight * (1.0 - ratio[pattern.trailing_zeros() as usize]))));
        }
        let name = format!("{} saving of the oracle", saving.account);
        out.push(Constraint { what: What::Saving(index), name, terms, target: saving.value });
    }
    out
}

impl Dataset {
    /// The coverage of the whole data set, where it has a target of its own or one for each category.
    pub(super) fn coverage_target(&self) -> Option<f64> {
        if self.coverage.is_some() {
            return self.coverage;
        }
        let weighted = self.categories.iter().map(|category| Some(category.coverage? * category.queries));
        weighted.sum::<Option<f64>>().map(|solved| solved / self.queries())
    }

    /// Whether some target is about several models at once.
    fn has_joint_targets(&self) -> bool {
        self.coverage_target().is_some() || self.first_solver.iter().any(Option::is_some)
    }

    /// Queries, before the trace is made smaller or larger.
    pub(super) fn queries(&self) -> f64 {
        self.categories.iter().map(|category| category.queries).sum()
    }
}
