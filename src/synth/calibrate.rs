//! Calibration: latent parameters that meet a spec's targets.
//!
//! Model i answers a query of category c correctly where z_i + level_i + shift_c > 0, z_i as in
//! [`super::structure`]. Given correlations and accuracies, levels follow from the accuracies and
//! shifts from the categories' coverages; the mean of the shifts is 0, so that a data set's coverage
//! as a whole determines one correlation. What else is to be solved are accuracies, by Newton's method.

use rayon::prelude::*;

use super::balance::{PRINTED, balance};
use super::feasible::What;
use super::form::Goal;
use super::joint::{Joint, normal_cdf};
use super::quantile::normal_quantile;
use super::root::{newton, root_near};
use super::spec::{Answers, Dataset};
use super::structure::{HIGHEST, Structure};

/// How far from its target a share may stay.
pub(super) const CLOSE: f64 = 2e-5;

/// What calibration found for a data set.
#[derive(Debug, Clone)]
pub struct Fitted {
    pub(super) structure: Structure,
    /// Answer accuracy of each model.
    pub accuracy: Vec<f64>,
    /// By model.
    pub(super) level: Vec<f64>,
    /// By category.
    pub(super) shift: Vec<f64>,
    /// The correlation that was solved for.
    pub correlation: Option<f64>,
}

/// A target with what calibration reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// What it is, for people.
    pub name: String,
    /// What was wanted.
    pub wanted: f64,
    /// What the fitted distribution has.
    pub reached: f64,
}

/// What calibration found for a spec.
#[derive(Debug, Clone)]
pub struct Calibration {
    /// By data set.
    pub fitted: Vec<Fitted>,
    /// Every target.
    pub reached: Vec<Reached>,
}

/// Solves for the latent parameters of a spec. What it cannot reach is in [`Calibration::reached`].
pub fn calibrate(answers: &Answers) -> Calibration {
    let unknown: Vec<(usize, usize)> = answers
        .datasets
        .iter()
        .enumerate()
        .flat_map(|(index, dataset)| {
            let solved = dataset.accuracy.iter().enumerate().filter(|(_, goal)| **goal == Goal::Solve);
            solved.map(move |(model, _)| (index, model))
        })
        .collect();
    let start = unknown.iter().map(|&(dataset, model)| logit(guess(answers, dataset, model))).collect();
    let fit = |at: &[f64], earlier: &[Fitted]| -> Vec<Fitted> {
        let of = |dataset: usize| {
            crate::work::go_on();
            fit_dataset(answers, dataset, accuracies(answers, dataset, &unknown, at), earlier.get(dataset))
        };
        (0..answers.datasets.len()).into_par_iter().map(of).collect()
    };
    let mut earlier = Vec::new();
    let best = newton(start, 1e-8, |at| {
        earlier = fit(at, &earlier);
        misses(answers, &earlier)
    });
    let fitted = fit(&best, &earlier);
    let reached = reached(answers, &fitted);
    Calibration { fitted, reached }
}

/// The answer accuracies of a data set, with numbers in the place of what is solved for.
fn accuracies(answers: &Answers, dataset: usize, unknown: &[(usize, usize)], at: &[f64]) -> Vec<f64> {
    let solved = |model: usize| unknown.iter().zip(at).find(|(key, _)| **key == (dataset, model)).map_or(0.0, |(_, at)| *at);
    let number = |(model, goal): (usize, &Goal)| match goal {
        Goal::Given(value) => *value,
        Goal::Solve => 1.0 / (1.0 + (-solved(model)).exp()),
    };
    answers.datasets[dataset].accuracy.iter().enumerate().map(number).collect()
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// A first guess of an accuracy: its first-solver target, else a little below the given ones.
fn guess(answers: &Answers, dataset: usize, model: usize) -> f64 {
    let dataset = &answers.datasets[dataset];
    let position = answers.local.iter().position(|&local| local == model);
    if let Some(target) = position.and_then(|position| dataset.first_solver[position]) {
        return target.clamp(0.01, 0.99);
    }
    let given = answers.local.iter().filter_map(|&local| match dataset.accuracy[local] {
        Goal::Given(value) => Some(value),
        Goal::Solve => None,
    });
    let (sum, count) = given.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { (0.7 * sum / count).clamp(0.01, 0.99) } else { 0.5 }
}

/// The misses of all targets that accuracies are solved for.
fn misses(answers: &Answers, fitted: &[Fitted]) -> Vec<f64> {
    let first: Vec<Vec<f64>> =
        fitted.iter().zip(&answers.datasets).map(|(fitted, dataset)| fitted.first_solvers(answers, dataset)).collect();
    let mut misses = Vec::new();
    for (dataset, first) in answers.datasets.iter().zip(&first) {
        misses.extend(dataset.first_solver.iter().zip(first).filter_map(|(target, found)| Some(found - (*target)?)));
    }
    misses.extend((0..answers.savings.len()).map(|index| saving(answers, index, &first) - answers.savings[index].value));
    misses
}

/// A saving from the shares of first solvers.
fn saving(answers: &Answers, index: usize, first: &[Vec<f64>]) -> f64 {
    let target = &answers.savings[index];
    let of_dataset =
        |(first, ratio): (&Vec<f64>, &Vec<f64>)| first.iter().zip(ratio).map(|(share, ratio)| share * (1.0 - ratio)).sum::<f64>();
    target.weight.iter().zip(first.iter().zip(&target.ratio).map(of_dataset)).map(|(weight, saved)| weight * saved).sum()
}

impl super::spec::Correlation {
    /// Whether some correlation is to be solved for.
    pub(super) fn is_free(&self) -> bool {
        let across =
            self.across.iter().enumerate().flat_map(|(a, row)| row.iter().enumerate().filter(move |(b, _)| *b != a).map(|(_, goal)| goal));
        self.within.iter().chain(across).any(|goal| *goal == Goal::Solve)
    }

    /// The structure with a number in the place of what is solved for.
    fn structure(&self, answers: &Answers, solved: f64) -> Option<Structure> {
        let number = |goal: &Goal| match goal {
            Goal::Given(value) => *value,
            Goal::Solve => solved,
        };
        let within: Vec<f64> = self.within.iter().map(number).collect();
        let across: Vec<Vec<f64>> = self.across.iter().map(|row| row.iter().map(number).collect()).collect();
        Structure::new(&answers.models, &within, &across)
    }
}

/// The numbers that can be solved for: those with which the correlations are a correlation matrix
/// (0 alone where nothing is solved for); `None` where none are.
pub(super) fn range(answers: &Answers, dataset: &Dataset) -> Option<(f64, f64)> {
    let works = |solved: f64| dataset.correlation.structure(answers, solved).is_some();
    if !dataset.correlation.is_free() {
        return works(0.0).then_some((0.0, 0.0));
    }
    let start = [0.0, 0.3, 0.6, 0.9].into_iter().find(|&solved| works(solved))?;
    // Correlation matrices are convex, so that the numbers are too.
    let end = |mut beyond: f64| {
        let mut inside = start;
        for _ in 0..40 {
            let middle = 0.5 * (beyond + inside);
            if works(middle) { inside = middle } else { beyond = middle }
        }
        inside
    };
    Some((end(-1.0), end(HIGHEST)))
}

/// A data set fitted to answer accuracies, from where an earlier fit ended.
fn fit_dataset(answers: &Answers, index: usize, accuracy: Vec<f64>, earlier: Option<&Fitted>) -> Fitted {
    if let Some(same) = earlier.filter(|earlier| earlier.accuracy == accuracy) {
        return same.clone();
    }
    let dataset = &answers.datasets[index];
    let structure = |solved: f64| dataset.correlation.structure(answers, solved).unwrap_or_else(|| independent(answers));
    let mut level = earlier.map_or_else(|| accuracy.iter().map(|&share| normal_quantile(share)).collect(), |earlier| earlier.level.clone());
    let mut shift = earlier.map_or_else(|| vec![0.0; dataset.categories.len()], |earlier| earlier.shift.clone());
    let correlation = dataset.correlation.is_free().then(|| {
        // A higher correlation covers less, so that categories have to be shifted up.
        let excess = |solved: f64| balance(answers, dataset, &structure(solved), &accuracy, &mut level, &mut shift);
        let (lowest, highest) = range(answers, dataset).unwrap_or_default();
        let guess = earlier.and_then(|earlier| earlier.correlation).unwrap_or(0.5).clamp(lowest, highest);
        root_near(guess, (lowest, highest), 1e-9, excess)
    });
    let structure = structure(correlation.unwrap_or(0.0));
    balance(answers, dataset, &structure, &accuracy, &mut level, &mut shift);
    Fitted { structure, accuracy, level, shift, correlation }
}

/// Abilities without any correlation: never used within a `range`.
fn independent(answers: &Answers) -> Structure {
    Structure { loading: vec![Vec::new(); answers.models.len()], own: vec![1.0; answers.models.len()] }
}

impl Fitted {
    /// Each category's share of the data set with its shift.
    fn categories<'a>(&'a self, dataset: &'a Dataset) -> impl Iterator<Item = (f64, f64)> + 'a {
        dataset.categories.iter().zip(&self.shift).map(|(category, shift)| (category.queries / dataset.queries(), *shift))
    }

    /// For each local model by size the share of queries that it is the smallest to answer correctly.
    pub(super) fn first_solvers(&self, answers: &Answers, dataset: &Dataset) -> Vec<f64> {
        let joint = Joint::new(&self.structure);
        let mut first = vec![0.0; answers.local.len()];
        for (share, shift) in self.categories(dataset) {
            let found = joint.first_solvers(&answers.local, &self.level, shift);
            first.iter_mut().zip(found).for_each(|(first, found)| *first += share * found);
        }
        first
    }

    fn accuracy_of(&self, dataset: &Dataset, model: usize) -> f64 {
        self.categories(dataset).map(|(share, shift)| share * normal_cdf(self.level[model] + shift)).sum()
    }
}

fn reached(answers: &Answers, fitted: &[Fitted]) -> Vec<Reached> {
    let mut out = Vec::new();
    let first: Vec<Vec<f64>> =
        fitted.iter().zip(&answers.datasets).map(|(fitted, dataset)| fitted.first_solvers(answers, dataset)).collect();
    for (index, (dataset, fitted)) in answers.datasets.iter().zip(fitted).enumerate() {
        for (model, goal) in dataset.accuracy.iter().enumerate() {
            if let Goal::Given(wanted) = *goal {
                let name = format!("answer accuracy of {} on {}", answers.models[model].name, dataset.label);
                out.push(Reached { name, wanted, reached: fitted.accuracy_of(dataset, model) });
            }
        }
        let joint = Joint::new(&fitted.structure);
        for (category, shift) in dataset.categories.iter().zip(&fitted.shift) {
            if let Some(wanted) = category.coverage {
                let name = format!("coverage of {}, {}, by local models", dataset.name, category.name.as_deref().unwrap_or("all"));
                let wanted = wanted.clamp(PRINTED, 1.0 - PRINTED);
                out.push(Reached { name, wanted, reached: joint.coverage(&answers.local, &fitted.level, *shift) });
            }
        }
        if let Some(wanted) = dataset.coverage {
            let reached = first[index].iter().sum();
            out.push(Reached { name: format!("coverage of {} by local models", dataset.label), wanted, reached });
        }
        for (position, wanted) in dataset.first_solver.iter().enumerate().filter_map(|(position, wanted)| Some((position, (*wanted)?))) {
            let model = &answers.models[answers.local[position]].name;
            let name = format!("share of {} that {model} is the smallest to solve", dataset.label);
            out.push(Reached { name, wanted, reached: first[index][position] });
        }
    }
    for (index, target) in answers.savings.iter().enumerate() {
        out.push(Reached {
            name: format!("{} saving of the oracle", target.account),
            wanted: target.value,
            reached: saving(answers, index, &first),
        });
    }
    out
}

/// Moves the targets of a spec to what [`super::feasibility`] found to be nearest.
pub(super) fn move_targets(answers: &mut Answers, targets: &[super::Target]) {
    for target in targets {
        match target.what {
            What::Accuracy(dataset, model) => answers.datasets[dataset].accuracy[model] = Goal::Given(target.nearest.clamp(0.0, 1.0)),
            What::First(dataset, position) => answers.datasets[dataset].first_solver[position] = Some(target.nearest.clamp(0.0, 1.0)),
            What::Saving(index) => answers.savings[index].value = target.nearest,
            What::Coverage(index) => {
                let dataset = &mut answers.datasets[index];
                if dataset.coverage.is_some() {
                    dataset.coverage = Some(target.nearest);
                } else {
                    let by = if target.wanted > 0.0 { target.nearest / target.wanted } else { 1.0 };
                    let categories = dataset.categories.iter_mut().filter_map(|category| category.coverage.as_mut());
                    categories.for_each(|coverage| *coverage = (*coverage * by).clamp(0.0, 1.0));
                }
            }
        }
    }
}
