use super::pair::pairs;
use super::*;
use crate::policy::PolicySpec;
use crate::replay::Request;
use crate::trace::{Columns, Trace};

fn judged() -> Judged {
    Judged {
        endpoints: vec![(3, "weak".to_owned()), (7, "strong".to_owned())],
        predicted: vec![vec![0.2, 0.5, 0.8, 0.5, 0.9], vec![0.8, 0.5, 0.8, 0.9, 0.5]],
        scores: vec![vec![0.0, 1.0, 0.0, 1.0, 0.0], vec![1.0, 1.0, f64::NAN, 0.0, 0.0]],
        positions: vec![0, 1, 2, 3, 4],
    }
}

#[test]
fn a_pair_by_hand() {
    let found = pairs(&judged(), 7);
    let [pair] = &found[..] else { panic!("{found:?}") };
    assert_eq!((pair.weak.as_str(), pair.strong.as_str(), pair.queries), ("weak", "strong", 4));
    assert_eq!((pair.weak_accuracy, pair.strong_accuracy), (0.5, 0.5));
    // Of the four known queries the strong one's win rates are 16/17, 1/2, 9/10 and 1/10; its gains in that
    // order 1 (query 0), -1 (3), 0 (1), 0 (4): accuracies 0.5, 0.75, 0.5, 0.5, 0.5 at shares 0, 1/4, .. 1.
    let measure = |name: &str| pair.measures[name];
    assert!((measure("auc").unwrap() - (0.25 * 0.625 * 2.0 + 0.5 * 0.5)).abs() < 1e-12);
    // There is no gap to recover.
    assert_eq!((measure("apgr"), measure("cpt-50"), measure("random-pair")), (None, None, Some(0.5)));
    // The weak one is least sure of query 0 (0.2), then of 1 and 3 (0.5, gains 0 and -1), then of 4 (0).
    assert!((measure("deferral-area").unwrap() - (0.25 * 0.625 + 0.5 * 0.625 + 0.25 * 0.5)).abs() < 1e-12);
    // All but a tenth go to the strong one: 0.5 of 0.5.
    assert_eq!(measure("quality-drop-10"), Some(0.0));
    assert!(pairs(&judged(), 9).is_empty(), "a fallback that the router does not know");
}

#[test]
fn a_learned_policy_has_a_router() {
    let trace = Trace::open("toy", &Columns::all()).unwrap();
    let specs = ["oracle", "logistic"].map(|name| PolicySpec::find(name).unwrap());
    let replay = Replay::prepare(&trace, &specs, &Request::default()).unwrap();
    let found = routers(&replay).unwrap();
    let [router] = &found[..] else { panic!("{} routers", found.len()) };
    assert_eq!(
        (router.policy.as_str(), router.router.as_str(), router.target, router.fitted_to.len()),
        ("logistic", "logistic", Target::Correct, 5)
    );
    assert!(router.reliability.values().all(Option::is_some) && router.risk.values().all(Option::is_some));
    assert_eq!((router.reliability.len(), router.pairs.len()), (3, 2));
    assert!(router.pairs.iter().all(|pair| pair.strong == "large@server" && pair.queries == 12));
    // At no price every query goes where the highest quality is predicted, the first listed of equal ones;
    // at the highest to the cheapest endpoint.
    let facts = replay.entries[1].built.router.as_ref().unwrap();
    let column = |endpoint: usize, metric: Metric| trace.metric(replay.roles.pools[0].all[endpoint].into(), metric).unwrap();
    let (mut score, mut energy) = (0.0, 0.0);
    for query in 0..12 {
        let predicted: Vec<f64> = facts.predicted.iter().map(|of| of[query]).collect();
        let highest = predicted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let chosen = predicted.iter().position(|p| *p == highest).unwrap();
        score += column(chosen, Metric::Score).get(query).unwrap() / 12.0;
        energy += column(chosen, Metric::EnergyJ).get(query).unwrap() / 12.0;
    }
    let trade_off = router.trade_off.as_ref().unwrap();
    let (first, last) = (trade_off.points[0], trade_off.points[trade_off.points.len() - 1]);
    assert!((first.answer_accuracy - score).abs() < 1e-9 && (first.cost - energy).abs() < 1e-9 && first.lambda == 0.0);
    let small = replay.workload.mean(replay.roles.pools[0].all[0], Metric::EnergyJ).unwrap();
    assert!((last.cost - small).abs() < 1e-9 && trade_off.account == "energy");
    // Its hull is at least the cheapest endpoint's point, and at most all queries right.
    assert!(trade_off.aiq.unwrap() > 0.0 && trade_off.aiq_paper.unwrap() < 1.0 && trade_off.zero_aiq_paper.unwrap() < 1.0);
    // Three endpoints: at most log2 3 bits.
    assert!((0.0..=3f64.log2()).contains(&router.bias_entropy.unwrap()));
}
