//! The oracle is a bound, and the noisy oracle at router accuracy 1 is the oracle.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use wattroute::draw::Draws;
use wattroute::policy::{Objective, Overhead, PlanBlock, StopRule};
use wattroute::replay::{AccountBlock, Request, Silent};
use wattroute::workload::{ACCOUNTS, MissingRules, OutcomeBlock, QueryBlock, WorkloadSpec};

use crate::support::{World, cases, world};
use crate::{misroutes, noisy, policy, prepare, report};

fn request(world: &World, objective: Objective, missing: &str) -> Request {
    let mut rules = MissingRules::default();
    rules.add(missing).unwrap();
    let workload = WorkloadSpec { missing: rules, correct_at: Some(world.correct_at), ..WorkloadSpec::default() };
    Request { roles: world.roles(), workload, objective: Some(objective), replicates: 1, seed: 3 }
}

proptest! {
    #![proptest_config(cases(12))]

    /// Where some endpoint is right, no plan that ends in a correct answer takes less of the objective
    /// than the oracle's, whatever endpoints it tries and whatever a verifier says.
    #[test]
    fn no_plan_with_a_correct_answer_takes_less(
        world in world(12, 24),
        objective in select(Objective::ALL[1..].to_vec()),
        plans in vec(vec((0usize..60, 0.0..1.0f64), 0..4), 30),
        seed in 0u64..99,
    ) {
        let trace = world.trace();
        let replay = prepare(&trace, &[policy("oracle")], &request(&world, objective.1, "unavailable"));
        let queries = QueryBlock::new(&replay.workload, 0..replay.workload.len());
        let outcomes = OutcomeBlock::new(&replay.workload, &queries);
        let draws = Draws::new(seed, 0);
        let run = |plans: &PlanBlock| {
            let mut results = AccountBlock::default();
            results.run(&queries, &outcomes, plans, &Overhead::default(), &draws);
            results
        };
        let mut best = PlanBlock::new();
        replay.entries[0].built.rule.plan(&queries, &outcomes, &draws, &mut best).unwrap();
        let best = run(&best);
        let account = ACCOUNTS.iter().position(|metric| Some(*metric) == objective.1.metric()).unwrap();
        let pool = world.pool();
        for plan in plans {
            let mut same = PlanBlock::new();
            for _ in 0..queries.len() {
                plan.iter().for_each(|(number, detect)| same.attempt(pool[number % pool.len()] as u16, StopRule::Verify { detect: *detect, false_alarm: 0.3 }));
                same.next();
            }
            let other = run(&same);
            for index in (0..queries.len()).filter(|&index| other.score[index] >= world.correct_at) {
                let (best, other) = (best.totals[account][index], other.totals[account][index]);
                prop_assert!(best <= other, "query {index}: the oracle takes {best}, the plan {plan:?} {other}");
            }
        }
    }

    /// Tallies are equal as integers, so that every figure is equal to the bit.
    #[test]
    fn router_accuracy_one_is_the_oracle(
        world in world(30, 16),
        misroute in select(misroutes()),
        none_correct in select(vec!["cloud", "cheapest", "free", "skip"]),
        goal in select(vec!["adequate", "best", "iso-accuracy"]),
    ) {
        let trace = world.trace();
        let more = format!("goal = \"{goal}\"\nnone_correct = \"{none_correct}\"\n");
        let oracle = crate::support::spec(&format!("kind = \"oracle\"\n[parameters]\n{more}"));
        let replay = prepare(&trace, &[oracle, noisy(1.0, misroute, &more)], &request(&world, Objective::Energy, "unavailable"));
        let tallies = replay.run(&Silent).unwrap();
        prop_assert!(tallies[0] == tallies[1]);
    }

    #[test]
    fn the_baseline_saves_nothing_of_itself(world in world(20, 12)) {
        let trace = world.trace();
        let spec = policy(&format!("always:endpoint=e{}", world.baseline));
        let report = report(&prepare(&trace, &[spec], &request(&world, Objective::Size, "unavailable")));
        let savings = report.policies[0].savings.values().next().unwrap().to_array();
        for saving in savings {
            prop_assert_eq!(saving.map(|figure| figure.value), Some(0.0));
        }
    }
}
