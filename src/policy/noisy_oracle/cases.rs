//! Every way in which a query may go, with its chance: what closed forms are made of.

use super::{Choice, Misroute, NoisyOracle, Rates};
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;
use crate::workload::OutcomeBlock;

impl NoisyOracle {
    /// Every way in which a query may go, with its chance: what a closed form is made of. Chances add
    /// up to 1. A way is none, one or two endpoints, all paid, the last one answering, or
    /// the mark that takes the query out of the comparison.
    pub fn cases(&self, outcomes: &OutcomeBlock, index: usize, mut each: impl FnMut(f64, &[EndpointIx])) {
        let right = self.oracle.choose(outcomes, index);
        let local = right.endpoint().is_some_and(|endpoint| self.local.contains(&endpoint));
        let error = match self.rates {
            Rates::Accuracy(accuracy) => 1.0 - accuracy,
            Rates::Two { cloud_to_local, local_to_cloud } => if local { local_to_cloud } else { cloud_to_local },
        };
        self.right_cases(outcomes, index, right, local, |chance, endpoints| each((1.0 - error) * chance, endpoints));
        self.wrong_cases(outcomes, index, right, local, |chance, endpoints| each(error * chance, endpoints));
    }

    /// The ways of a query that is routed right.
    pub fn right_cases(
        &self,
        outcomes: &OutcomeBlock,
        index: usize,
        right: Choice,
        local: bool,
        mut each: impl FnMut(f64, &[EndpointIx]),
    ) {
        match (right, self.rates, self.misroute) {
            (Choice::Endpoint(endpoint), Rates::Two { .. }, Misroute::Local { detect, false_alarm }) if local => {
                self.verified(outcomes, index, endpoint, detect, false_alarm, 1.0, &mut each);
            }
            (Choice::Endpoint(endpoint), ..) => each(1.0, &[endpoint]),
            (Choice::Nobody, ..) => each(1.0, &[]),
            (Choice::Skip, ..) => each(1.0, &[PlanBlock::SKIP]),
        }
    }

    /// The ways of a query that is misrouted; see [`NoisyOracle::plan`] for their meaning.
    pub fn wrong_cases(
        &self,
        outcomes: &OutcomeBlock,
        index: usize,
        right: Choice,
        local: bool,
        mut each: impl FnMut(f64, &[EndpointIx]),
    ) {
        let fallback = self.oracle.fallback();
        if right == Choice::Skip {
            return each(1.0, &[PlanBlock::SKIP]);
        }
        match self.misroute_of(local) {
            Misroute::Cloud => each(1.0, &[fallback]),
            Misroute::Uniform => {
                let count = self.oracle.available(outcomes, index).count();
                self.oracle.available(outcomes, index).for_each(|endpoint| each(1.0 / count as f64, &[endpoint]));
                if count == 0 {
                    each(1.0, &[fallback]);
                }
            }
            Misroute::Local { detect, false_alarm } => {
                let count = self.wrong(outcomes, index, right).count();
                for endpoint in self.wrong(outcomes, index, right) {
                    self.verified(outcomes, index, endpoint, detect, false_alarm, 1.0 / count as f64, &mut each);
                }
                if count == 0 {
                    each(1.0, &[fallback]);
                }
            }
        }
    }

    /// A local answer that a verifier may send on to the fallback.
    #[allow(clippy::too_many_arguments)]
    fn verified(
        &self,
        outcomes: &OutcomeBlock,
        index: usize,
        endpoint: EndpointIx,
        detect: f64,
        false_alarm: f64,
        chance: f64,
        each: &mut impl FnMut(f64, &[EndpointIx]),
    ) {
        let sent_on = if outcomes.correct(endpoint, index) { false_alarm } else { detect };
        if !outcomes.available(self.oracle.fallback(), index) {
            return each(chance, &[endpoint]);
        }
        each(chance * (1.0 - sent_on), &[endpoint]);
        each(chance * sent_on, &[endpoint, self.oracle.fallback()]);
    }
}
