//! RouteLLM: how much of the gap between two models a curve recovers, and at what share of strong calls.

use super::{Better, Curve, Measure, Pair, pair};

pub(super) const APGR: Measure = Measure {
    name: "apgr",
    title: "Average performance gap recovered",
    formula: "(AUC - AUC of always weak) / (AUC of always strong - AUC of always weak); 0.5 for a random router",
    source: "RouteLLM, arXiv 2406.18665; routellm/evals/evaluate.py",
    needs: pair::AUC.needs,
    difference: Some("the paper averages the gap recovered at ten strong shares (apgr-mean), the code divides areas"),
    better: Better::Higher,
};

pub(super) const APGR_MEAN: Measure = Measure {
    name: "apgr-mean",
    title: "Average performance gap recovered at ten strong shares",
    formula: "mean over strong shares c = 0.1, 0.2, .. 1 of (accuracy at c - weak) / (strong - weak), linear between thresholds; 0.55 for a random router",
    source: "RouteLLM, arXiv 2406.18665",
    needs: pair::AUC.needs,
    difference: Some("the paper does not say which ten shares it takes; these are our reading. Its code computes apgr"),
    better: Better::Higher,
};

pub(super) const CPT: Measure = Measure {
    name: "cpt",
    title: "Call-performance threshold: strong calls needed for a part of the gap (20, 50, 80%)",
    formula: "the least strong share at which accuracy reaches weak + p (strong - weak), linear between thresholds",
    source: "RouteLLM, arXiv 2406.18665; routellm/evals/evaluate.py",
    needs: pair::AUC.needs,
    difference: Some(
        "the code interpolates shares over accuracies as if these were sorted: where a curve falls it finds one of several crossings, and the curve's end where none is; the least share is the paper's",
    ),
    better: Better::Lower,
};

impl Pair<'_> {
    /// The part of the gap between weak and strong that an accuracy recovers. `None` where the strong model
    /// is not better: there is no gap.
    pub fn gap_recovered(&self, accuracy: f64) -> Option<f64> {
        let gap = self.strong_accuracy() - self.weak_accuracy();
        (gap > 0.0).then(|| (accuracy - self.weak_accuracy()) / gap)
    }

    /// The measure `apgr`, over the shares that the curve has.
    pub fn apgr(&self, curve: &Curve) -> Option<f64> {
        (curve.width() > 0.0).then(|| self.gap_recovered(curve.area() / curve.width())).flatten()
    }

    /// The measure `apgr-mean`. `None` also where the curve lacks one of the shares.
    pub fn apgr_mean(&self, curve: &Curve) -> Option<f64> {
        let recovered = |tenth: u32| self.gap_recovered(curve.at(f64::from(tenth) / 10.0)?);
        let sum: Option<f64> = (1..=10).map(recovered).sum();
        Some(sum? / 10.0)
    }

    /// The accuracy that recovers a part of the gap. `None` where there is no gap.
    fn target(&self, part: f64) -> Option<f64> {
        let gap = self.strong_accuracy() - self.weak_accuracy();
        (gap > 0.0).then(|| self.weak_accuracy() + part * gap)
    }

    /// The measure `cpt`: the least strong share that recovers a part of the gap (0.5 for CPT(50%)). `None`
    /// where there is no gap or the curve never recovers that much.
    pub fn cpt(&self, curve: &Curve, part: f64) -> Option<f64> {
        curve.least_share(self.target(part)?)
    }

    /// The same as the code interpolates. `None` where there is no gap.
    pub fn cpt_code(&self, curve: &Curve, part: f64) -> Option<f64> {
        Some(curve.share_by_bisection(self.target(part)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEAK: [f64; 5] = [0.0, 1.0, 0.0, 1.0, 0.0];
    const STRONG: [f64; 5] = [1.0, 1.0, 1.0, 0.0, 0.0];

    fn close(found: Option<f64>, wanted: f64) {
        assert!((found.unwrap() - wanted).abs() < 1e-12, "found {found:?}, wanted {wanted}");
    }

    #[test]
    fn by_hand() {
        // The curve of pair.rs: weak 0.4, strong 0.6, area 0.52.
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        let curve = pair.curve(&[0.9, 0.5, 0.3, 0.5, 0.1]).unwrap();
        close(pair.apgr(&curve), (0.52 - 0.4) / 0.2);
        // Accuracies at 0.1, 0.2, .. 1: .5 .6 .55 .5 .45 .4 .5 .6 .6 .6, mean .53.
        close(pair.apgr_mean(&curve), (0.53 - 0.4) / 0.2);
        // 0.5 is reached half way to the first point.
        close(pair.cpt(&curve, 0.5), 0.1);
        assert!([0.1, 0.4, 0.7].iter().any(|share| (pair.cpt_code(&curve, 0.5).unwrap() - share).abs() < 1e-12));
    }

    #[test]
    fn a_random_router_recovers_half() {
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        let random = pair.random();
        close(pair.apgr(&random), 0.5);
        close(pair.apgr_mean(&random), 0.55);
        for part in [0.2, 0.5, 0.8] {
            close(pair.cpt(&random, part), part);
            close(pair.cpt_code(&random, part), part);
        }
        // The optimum recovers at least as much as any score, and needs no more calls.
        let (curve, optimal) = (pair.curve(&[0.9, 0.5, 0.3, 0.5, 0.1]).unwrap(), pair.optimal(10));
        assert!(pair.apgr(&optimal) >= pair.apgr(&curve) && pair.cpt(&optimal, 0.8) <= pair.cpt(&curve, 0.8));
    }

    #[test]
    fn without_a_gap_nothing_is_recovered() {
        let pair = Pair::new(&STRONG, &WEAK).unwrap();
        let curve = pair.random();
        assert_eq!((pair.apgr(&curve), pair.apgr_mean(&curve), pair.cpt(&curve, 0.5), pair.cpt_code(&curve, 0.5)), (None, None, None, None));
        assert_eq!(Pair::new(&WEAK, &WEAK).unwrap().apgr(&curve), None);
    }
}
