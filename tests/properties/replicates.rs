//! Replicates that are added up together are those that are added up one by one.

use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Request, Silent};
use wattroute::trace::{Metric, Trace};

use crate::support::recording::{recording, with_column};
use crate::{noisy, policy, prepare};

const ENDPOINTS: usize = 45;
const REPLICATES: u32 = 40;

/// One answer takes so much that the lines of 4,096 answers may be added up, those of 16 replicates of a block.
fn trace() -> Trace {
    let mut trace = recording(300, ENDPOINTS);
    for endpoint in 0..ENDPOINTS {
        for (metric, unit) in [(Metric::EnergyJ, 0.7), (Metric::Flops, 1e9), (Metric::CostUsd, 1e-5), (Metric::LatencyS, 0.3)] {
            let cells = (0..300).map(|query| unit * (1.0 + ((query * 31 + endpoint * 17) % 101) as f64));
            trace = with_column(trace, endpoint, metric, cells.collect());
        }
    }
    let energy = (0..300).map(|query| if query == 7 { 9e8 } else { 1.1 });
    with_column(trace, 3, Metric::EnergyJ, energy.collect())
}

#[test]
fn together_and_one_by_one() {
    let trace = trace();
    let request = Request { replicates: REPLICATES, seed: 5, ..Request::default() };
    let local = Misroute::Local { detect: 0.7, false_alarm: 0.2 };
    let policies = [noisy(0.8, Misroute::Cloud, ""), noisy(0.6, local, ""), noisy(0.4, Misroute::Uniform, ""), policy("random")];
    for spec in policies {
        // Alone there are fewer replicates than endpoints, and lines are made for what each chooses.
        let alone = prepare(&trace, std::slice::from_ref(&spec), &request).run(&Silent).unwrap();
        let beside = prepare(&trace, &[spec.clone(), noisy(0.3, Misroute::Cloud, "")], &request).run(&Silent).unwrap();
        assert!(alone[0] == beside[0], "{}", spec.name);
        assert_eq!(alone[0].buckets.total(), alone[0].replicates.total());
        assert_eq!(alone[0].buckets.total(), alone[0].groups.total());
    }
}
