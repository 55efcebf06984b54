//! Chances of joint correctness, by integrating over the common factors.

use statrs::function::erf::erfc;

use super::quantile::normal_quantile;
use super::structure::Structure;
use crate::draw::{Draws, Stream};

/// How far a factor reaches to both sides, and the nodes at most, by the number of factors: beyond lie
/// chances of 3e-10, 3e-10 and 2e-6.
const GRIDS: [(f64, f64); 3] = [(6.3, 4000.0), (6.3, 120.0), (5.0, 32.0)];
/// Points where there are more factors: they leave an error of some 0.0005.
const POINTS: usize = 1 << 14;

/// The standard normal distribution function.
pub(super) fn normal_cdf(x: f64) -> f64 {
    0.5 * erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal density; 0 at both infinities.
pub(super) fn normal_density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
}

/// A structure with the points at which chances are added up.
pub(super) struct Joint<'a> {
    structure: &'a Structure,
    weight: Vec<f64>,
    /// By model, then by point: the common part of its ability.
    common: Vec<Vec<f64>>,
}

impl<'a> Joint<'a> {
    pub fn new(structure: &'a Structure) -> Joint<'a> {
        let (points, weight) = points(structure);
        let common = |loading: &Vec<f64>| {
            points.iter().map(|point: &Vec<f64>| point.iter().zip(loading).map(|(factor, loading)| factor * loading).sum()).collect()
        };
        Joint { structure, common: structure.loading.iter().map(common).collect(), weight }
    }

    /// The chance that model `model` is wrong at point `point`, where it is right if z + level > 0.
    fn wrong(&self, model: usize, level: f64, point: usize) -> f64 {
        normal_cdf(-(level + self.common[model][point]) / self.structure.own[model])
    }

    /// The chance that at least one of some models is right; `level` by model, with the category's shift.
    pub fn coverage(&self, models: &[usize], level: &[f64], shift: f64) -> f64 {
        let none = |point: usize| models.iter().map(|&model| self.wrong(model, level[model] + shift, point)).product::<f64>();
        1.0 - self.weight.iter().enumerate().map(|(point, weight)| weight * none(point)).sum::<f64>()
    }

    /// The coverage and its slope over the shift.
    pub fn coverage_and_slope(&self, models: &[usize], level: &[f64], shift: f64) -> (f64, f64) {
        let (mut none, mut slope) = (0.0, 0.0);
        for (point, weight) in self.weight.iter().enumerate() {
            let (mut product, mut change) = (*weight, 0.0);
            for &model in models {
                let own = self.structure.own[model];
                let at = (level[model] + shift + self.common[model][point]) / own;
                let wrong = normal_cdf(-at);
                change = change * wrong - product * normal_density(at) / own;
                product *= wrong;
            }
            none += product;
            slope += change;
        }
        (1.0 - none, -slope)
    }

    /// For each of some models the chance that it is right and none before it.
    pub fn first_solvers(&self, models: &[usize], level: &[f64], shift: f64) -> Vec<f64> {
        let mut first = vec![0.0; models.len()];
        for (point, weight) in self.weight.iter().enumerate() {
            let mut none = *weight;
            for (first, &model) in first.iter_mut().zip(models) {
                let wrong = none * self.wrong(model, level[model] + shift, point);
                *first += none - wrong;
                none = wrong;
            }
        }
        first
    }
}

/// Points of the factors with weights that sum to 1: a grid of up to three factors, as fine as the
/// own parts ask for (the trapezoidal rule converges exponentially for smooth functions that
/// vanish at both ends), a quasi-random set of more.
fn points(structure: &Structure) -> (Vec<Vec<f64>>, Vec<f64>) {
    let density = |at: f64| (-0.5 * at * at).exp();
    let steepest = (0..structure.own.len()).map(|model| {
        let common = structure.loading[model].iter().map(|loading| loading * loading).sum::<f64>().sqrt();
        if common > 0.0 { structure.own[model] / common } else { 1.0 }
    });
    // A step of a transition's own width leaves an error of exp(-2π²), 3e-9.
    let step = 0.9 * steepest.fold(0.8, f64::min);
    let factors = structure.factors();
    let Some((reach, most)) = factors.checked_sub(1).and_then(|index| GRIDS.get(index).copied()) else {
        return match factors {
            0 => (vec![Vec::new()], vec![1.0]),
            _ => (quasi_random(factors), vec![1.0 / POINTS as f64; POINTS]),
        };
    };
    let nodes = (2.0 * reach / step).clamp(24.0, most).ceil() as i32;
    let axis: Vec<f64> = (0..=nodes).map(|node| reach * (2.0 * f64::from(node) / f64::from(nodes) - 1.0)).collect();
    let mut points = vec![Vec::new()];
    for _ in 0..factors {
        points = points.iter().flat_map(|point| axis.iter().map(move |&at| point.iter().copied().chain([at]).collect())).collect();
    }
    let mut weight: Vec<f64> = points.iter().map(|point: &Vec<f64>| point.iter().map(|&at| density(at)).product()).collect();
    let sum: f64 = weight.iter().sum();
    weight.iter_mut().for_each(|weight| *weight /= sum);
    (points, weight)
}

/// Normal points of a Kronecker sequence with the generalised golden ratio's powers (a low-discrepancy
/// set), shifted by fixed draws.
fn quasi_random(factors: usize) -> Vec<Vec<f64>> {
    // The positive root of x^(d+1) = x + 1.
    let root = (0..60).fold(2.0_f64, |root, _| (1.0 + root).powf(1.0 / (factors as f64 + 1.0)));
    let shift = Draws::new(0, 0).stream(Stream::SynthQuadrature, 0);
    let coordinate = |index: usize, factor: usize| {
        let at = (shift.uniform(factor as u64) + (index as f64 + 1.0) * root.powi(-(factor as i32 + 1))).fract();
        normal_quantile(at.clamp(1e-12, 1.0 - 1e-12))
    };
    (0..POINTS).map(|index| (0..factors).map(|factor| coordinate(index, factor)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::spec::Model;

    fn structure(families: &[usize], within: f64, across: f64) -> Structure {
        let model = |&family: &usize| Model {
            name: String::new(),
            shown: String::new(),
            family,
            params_total_b: None,
            params_active_b: None,
            perplexity: None,
        };
        let models: Vec<Model> = families.iter().map(model).collect();
        let count = families.iter().max().unwrap() + 1;
        Structure::new(&models, &vec![within; count], &vec![vec![across; count]; count]).unwrap()
    }

    #[test]
    fn orthant_chances_are_as_sheppard_has_them() {
        // Two abilities of correlation ρ: both above 0 with chance 1/4 + asin(ρ)/2π (Sheppard 1899),
        // so that at least one is right with chance 3/4 - asin(ρ)/2π.
        for (families, within, across, rho) in [(&[0, 0][..], 0.8, 0.0, 0.8), (&[0, 1], 0.8, -0.6, -0.6), (&[0, 0, 1, 1], 0.5, 0.25, 0.25)]
        {
            let structure = structure(families, within, across);
            let last = families.len() - 1;
            let found = Joint::new(&structure).coverage(&[0, last], &vec![0.0; families.len()], 0.0);
            let wanted = 0.75 - f64::asin(rho) / std::f64::consts::TAU;
            assert!((found - wanted).abs() < 1e-6, "{families:?} {rho}: {found} {wanted}");
        }
    }

    #[test]
    fn many_factors_are_integrated_by_points() {
        // Four families, correlation 0.2 across: two of them as Sheppard has it, to what quasi-random points give.
        let structure = structure(&[0, 0, 1, 1, 2, 2, 3, 3], 0.5, 0.2);
        assert_eq!(structure.factors(), 4);
        let found = Joint::new(&structure).coverage(&[0, 7], &[0.0; 8], 0.0);
        assert!((found - (0.75 - f64::asin(0.2) / std::f64::consts::TAU)).abs() < 5e-4, "{found}");
    }

    #[test]
    fn first_solvers_sum_to_the_coverage() {
        let structure = structure(&[0, 0, 1], 0.8, -0.5);
        let joint = Joint::new(&structure);
        let level = [-0.3, 0.1, 0.7];
        let first = joint.first_solvers(&[0, 1, 2], &level, 0.2);
        assert!((first.iter().sum::<f64>() - joint.coverage(&[0, 1, 2], &level, 0.2)).abs() < 1e-12);
        // The first is right with its own chance.
        assert!((first[0] - normal_cdf(-0.1)).abs() < 1e-8, "{}", first[0]);
    }
}
