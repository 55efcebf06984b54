//! An arm: a ridge regression of two rewards on contexts, kept up to date one answer after the other.

/// What is estimated for an arm: the score of its answer, and what it takes.
pub const REWARDS: usize = 2;

/// The linear models of one arm.
#[derive(Debug, Clone)]
pub struct Arm {
    /// A⁻¹, symmetric, row by row.
    inverse: Vec<f64>,
    /// b of each reward.
    sums: [Vec<f64>; REWARDS],
    /// θ = A⁻¹·b of each reward.
    theta: [Vec<f64>; REWARDS],
    /// A⁻¹·x of the last context.
    product: Vec<f64>,
    /// The dimension whose prior is put back next.
    next: usize,
}

impl Arm {
    /// An arm that has met nothing: A = ridge·I, b = 0.
    pub fn new(width: usize, ridge: f64) -> Arm {
        let mut inverse = vec![0.0; width * width];
        inverse.iter_mut().step_by(width + 1).for_each(|cell| *cell = 1.0 / ridge);
        let zeros = || vec![0.0; width];
        Arm { inverse, sums: [zeros(), zeros()], theta: [zeros(), zeros()], product: zeros(), next: 0 }
    }

    /// The estimate of each reward, x·θ.
    pub fn means(&self, x: &[f64]) -> [f64; REWARDS] {
        [dot(&self.theta[0], x), dot(&self.theta[1], x)]
    }

    /// The square of the estimates' width, xᵀ·A⁻¹·x.
    pub fn variance(&mut self, x: &[f64]) -> f64 {
        multiply(&self.inverse, x, &mut self.product);
        // Rounding may leave a little less than nothing.
        dot(&self.product, x).max(0.0)
    }

    /// Takes in an answer: A becomes forgetting·A + x·xᵀ, b becomes forgetting·b + reward·x.
    pub fn update(&mut self, x: &[f64], rewards: [f64; REWARDS], forgetting: f64, ridge: f64) {
        let variance = self.variance(x);
        self.subtract(1.0 / (forgetting + variance), 1.0 / forgetting);
        if forgetting < 1.0 {
            self.put_back((1.0 - forgetting) * ridge * x.len() as f64);
        }
        for ((sums, theta), reward) in self.sums.iter_mut().zip(&mut self.theta).zip(rewards) {
            sums.iter_mut().zip(x).for_each(|(sum, &x)| *sum = forgetting * *sum + reward * x);
            multiply(&self.inverse, sums, theta);
        }
    }

    /// Adds to A at one dimension, the next one at each call.
    fn put_back(&mut self, weight: f64) {
        let width = self.product.len();
        self.product.copy_from_slice(&self.inverse[self.next * width..(self.next + 1) * width]);
        self.subtract(weight / (1.0 + weight * self.product[self.next]), 1.0);
        self.next = (self.next + 1) % width;
    }

    /// A⁻¹ becomes times·(A⁻¹ - weight·p·pᵀ) with p the last product: a rank-one step.
    fn subtract(&mut self, weight: f64, times: f64) {
        for (row, &product) in self.inverse.chunks_exact_mut(self.product.len()).zip(&self.product) {
            // The weight comes after the two products, so that both halves round alike and stay symmetric.
            row.iter_mut().zip(&self.product).for_each(|(cell, other)| *cell = times * (*cell - product * other * weight));
        }
    }
}

/// A symmetric matrix times a vector, row by row: the compiler makes vectors of sums along a row, and
/// none of sums across.
fn multiply(matrix: &[f64], x: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (row, &x) in matrix.chunks_exact(out.len()).zip(x) {
        out.iter_mut().zip(row).for_each(|(sum, cell)| *sum += x * cell);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    /// θ by Gauss elimination of A·θ = b, and A itself, from the definition.
    fn plain(rows: &[(Vec<f64>, f64)], forgetting: f64, ridge: f64) -> (Vec<Vec<f64>>, Vec<f64>) {
        let width = rows[0].0.len();
        let mut a: Vec<Vec<f64>> = (0..width).map(|i| (0..width).map(|j| if i == j { ridge } else { 0.0 }).collect()).collect();
        let mut b = vec![0.0; width];
        for (turn, (x, reward)) in rows.iter().enumerate() {
            for i in 0..width {
                (0..width).for_each(|j| a[i][j] = forgetting * a[i][j] + x[i] * x[j]);
                b[i] = forgetting * b[i] + reward * x[i];
            }
            if forgetting < 1.0 {
                a[turn % width][turn % width] += (1.0 - forgetting) * ridge * width as f64;
            }
        }
        let (matrix, mut theta) = (a.clone(), b);
        for i in 0..width {
            let (pivot, own) = (a[i].clone(), theta[i]);
            for j in (0..width).filter(|&j| j != i) {
                let factor = a[j][i] / pivot[i];
                a[j].iter_mut().zip(&pivot).for_each(|(cell, pivot)| *cell -= factor * pivot);
                theta[j] -= factor * own;
            }
        }
        (0..width).for_each(|i| theta[i] /= a[i][i]);
        (matrix, theta)
    }

    fn rows(count: u64, width: u64) -> Vec<(Vec<f64>, f64)> {
        let draws = Draws::new(5, 0);
        let cell = |row: u64, column: u64| draws.stream(Stream::Verdict, column).uniform(row) * 4.0 - 2.0;
        (0..count).map(|row| ((0..width).map(|column| cell(row, column)).collect(), cell(row, width))).collect()
    }

    #[test]
    fn steps_of_rank_one_are_the_regression_of_all_answers() {
        for forgetting in [1.0, 0.97] {
            let rows = rows(5_000, 6);
            let mut arm = Arm::new(6, 0.5);
            rows.iter().for_each(|(x, reward)| arm.update(x, [*reward, 2.0 * reward], forgetting, 0.5));
            let (matrix, theta) = plain(&rows, forgetting, 0.5);
            for i in 0..6 {
                assert!((arm.theta[0][i] - theta[i]).abs() < 1e-9, "{} {}", arm.theta[0][i], theta[i]);
                assert!((arm.theta[1][i] - 2.0 * theta[i]).abs() < 1e-9);
                for j in 0..6 {
                    let cell: f64 = (0..6).map(|k| matrix[i][k] * arm.inverse[k * 6 + j]).sum();
                    assert!((cell - f64::from(u8::from(i == j))).abs() < 1e-9, "A times its inverse at {i}, {j}: {cell}");
                    assert_eq!(arm.inverse[i * 6 + j].to_bits(), arm.inverse[j * 6 + i].to_bits(), "symmetric to the last bit");
                }
            }
        }
    }

    #[test]
    fn what_an_arm_never_meets_stays_as_uncertain_as_the_prior() {
        // Only the first of two dimensions is met. The second keeps its prior of 2: its variance is about
        // 1/2, between what the cycle of putting back leaves, however long the arm forgets. Without putting
        // back it would be 0.9^-100,000 / 2, which no number holds.
        let mut arm = Arm::new(2, 2.0);
        (0..100_000).for_each(|_| arm.update(&[1.0, 0.0], [1.0, 0.0], 0.9, 2.0));
        let variance = arm.variance(&[0.0, 1.0]);
        assert!((0.45..0.56).contains(&variance), "{variance}");
        // The first: A is 1/(1 - 0.9) = 10 of answers and about 2 of prior, b is 10.
        assert!((arm.means(&[1.0, 0.0])[0] - 10.0 / 12.0).abs() < 0.01, "{:?}", arm.means(&[1.0, 0.0]));
    }
}
