//! Correlated abilities as a few common factors and a part of each model's own.
//!
//! Model i of family f has the latent ability z_i = √w_f · F_f + √(1 − w_f) · ε_i on a query, all
//! standard normal: two models of a family correlate by w_f, models of two families by
//! √(w_f w_g) · corr(F_f, F_g). This is a Gaussian copula whose correlation matrix has a block for
//! each family. The family factors are written as loadings on independent factors.

use super::spec::Model;

/// Correlations within a family end here: the own part of an ability does not vanish.
pub(super) const HIGHEST: f64 = 0.9998;
/// What rounding may do to a matrix that is just no longer definite.
const TOLERANCE: f64 = 1e-9;
/// Steps by which the factor's weight in a family of one is raised until the matrix is one.
const STEPS: usize = 60;

/// Loadings of each model's ability on independent factors.
#[derive(Debug, Clone)]
pub(super) struct Structure {
    /// By model and factor.
    pub loading: Vec<Vec<f64>>,
    /// By model, the standard deviation of its own part.
    pub own: Vec<f64>,
}

impl Structure {
    /// Loadings for correlations within and across families; `None` where there is no such
    /// correlation matrix.
    pub fn new(models: &[Model], within: &[f64], across: &[Vec<f64>]) -> Option<Structure> {
        let members = |family: usize| models.iter().filter(|model| model.family == family).count();
        let single: Vec<bool> = (0..within.len()).map(|family| members(family) < 2).collect();
        if (0..within.len()).any(|family| !single[family] && within[family] < 0.0) {
            return None;
        }
        let mut weight: Vec<f64> = within.iter().map(|within| within.clamp(1e-6, HIGHEST)).collect();
        // In a family of one nothing says how much of the ability is the family's: as little as the
        // correlations with others allow, since then fewer factors do.
        for family in (0..within.len()).filter(|&family| single[family]) {
            let needed = (0..within.len()).filter(|&other| other != family).map(|other| match single[other] {
                true => across[family][other].abs(),
                false => across[family][other].powi(2) / within[other].clamp(1e-6, HIGHEST),
            });
            weight[family] = needed.fold(1e-6, f64::max).min(HIGHEST);
        }
        for _ in 0..STEPS {
            if let Some(factors) = factors(&weight, across) {
                return Some(Structure::from_factors(models, &weight, &factors));
            }
            if !single.contains(&true) {
                return None;
            }
            for family in (0..within.len()).filter(|&family| single[family]) {
                weight[family] += (HIGHEST - weight[family]) * 0.2;
            }
        }
        None
    }

    fn from_factors(models: &[Model], weight: &[f64], factors: &[Vec<f64>]) -> Structure {
        let loading = |model: &Model| factors[model.family].iter().map(|loading| loading * weight[model.family].sqrt()).collect();
        Structure {
            loading: models.iter().map(loading).collect(),
            own: models.iter().map(|model| (1.0 - weight[model.family]).sqrt()).collect(),
        }
    }

    /// Number of independent factors.
    pub fn factors(&self) -> usize {
        self.loading.first().map_or(0, Vec::len)
    }

    /// Standard deviation of the mean ability over all models.
    pub fn mean_ability_sd(&self) -> f64 {
        let models = self.own.len() as f64;
        let common: f64 = (0..self.factors()).map(|factor| self.loading.iter().map(|row| row[factor]).sum::<f64>().powi(2)).sum();
        (common + self.own.iter().map(|own| own * own).sum::<f64>()).sqrt() / models
    }
}

/// The families' factors as loadings on independent ones: a pivoted Cholesky decomposition of their
/// correlations, with as many columns as its rank; `None` where they are no correlations.
fn factors(weight: &[f64], across: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let families = weight.len();
    let correlation = |a: usize, b: usize| if a == b { 1.0 } else { across[a][b] / (weight[a] * weight[b]).sqrt() };
    let mut rest: Vec<Vec<f64>> = (0..families).map(|a| (0..families).map(|b| correlation(a, b)).collect()).collect();
    let mut loadings: Vec<Vec<f64>> = vec![Vec::new(); families];
    for _ in 0..families {
        let pivot = (0..families).max_by(|&a, &b| rest[a][a].total_cmp(&rest[b][b]))?;
        let largest = rest[pivot][pivot];
        if largest < TOLERANCE {
            break;
        }
        let column: Vec<f64> = (0..families).map(|row| rest[row][pivot] / largest.sqrt()).collect();
        for a in 0..families {
            loadings[a].push(column[a]);
            (0..families).for_each(|b| rest[a][b] -= column[a] * column[b]);
        }
    }
    let left = rest.iter().flatten().map(|value| value.abs()).fold(0.0, f64::max);
    (left < 1e3 * TOLERANCE).then_some(loadings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(families: &[usize]) -> Vec<Model> {
        let model = |&family: &usize| Model {
            name: String::new(),
            shown: String::new(),
            family,
            params_total_b: None,
            params_active_b: None,
            perplexity: None,
        };
        families.iter().map(model).collect()
    }

    fn correlation(structure: &Structure, a: usize, b: usize) -> f64 {
        structure.loading[a].iter().zip(&structure.loading[b]).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn loadings_reproduce_the_correlations() {
        // Three families of 2, 1 and 1 models, correlations of different signs.
        let across = vec![vec![0.0, -0.4, 0.3], vec![-0.4, 0.0, 0.1], vec![0.3, 0.1, 0.0]];
        let structure = Structure::new(&models(&[0, 0, 1, 2]), &[0.8, 0.8, 0.8], &across).unwrap();
        for (a, b, wanted) in [(0, 1, 0.8), (0, 2, -0.4), (1, 2, -0.4), (1, 3, 0.3), (2, 3, 0.1)] {
            assert!((correlation(&structure, a, b) - wanted).abs() < 1e-9, "{a} {b}: {}", correlation(&structure, a, b));
        }
        for model in 0..4 {
            let variance = correlation(&structure, model, model) + structure.own[model].powi(2);
            assert!((variance - 1.0).abs() < 1e-9, "{variance}");
        }
    }

    #[test]
    fn a_family_of_one_shares_the_other_ones_factor() {
        // -0.654 beside 0.8: one factor does, with loadings 0.894 and -0.731.
        let across = vec![vec![0.0, -0.654], vec![-0.654, 0.0]];
        let structure = Structure::new(&models(&[0, 0, 0, 1]), &[0.8, 0.8], &across).unwrap();
        assert_eq!(structure.factors(), 1);
        assert!((structure.loading[3][0].abs() - 0.654 / 0.8_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn a_matrix_that_is_none_is_refused() {
        // Three families of two that all correlate by -0.6 with each other, within by 0.7: the
        // factors would correlate by -0.857, and three of them cannot go below -0.5.
        let across = vec![vec![-0.6; 3]; 3];
        assert!(Structure::new(&models(&[0, 0, 1, 1, 2, 2]), &[0.7; 3], &across).is_none());
        assert!(Structure::new(&models(&[0, 0]), &[-0.2], &[vec![0.0]]).is_none());
    }
}
