use super::fixed::bought;
use super::*;
use crate::analysis::peers::Hull;
use crate::policy::PolicySpec;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{Request, Silent, Weights};
use crate::trace::{Columns, Trace};
use crate::workload::{MissingRules, RoleNames, WorkloadSpec};

/// The policies of most tests: every fixed endpoint of toy's pool.
const FIXED: [&str; 3] = ["always:endpoint=small@laptop", "always:endpoint=medium@laptop", "always:endpoint=large@server"];

fn toy() -> Trace {
    Trace::open("toy", &Columns::all()).unwrap()
}

fn prepared<'t>(trace: &'t Trace, policies: &[String], request: &Request) -> Replay<'t> {
    let specs: Vec<PolicySpec> = policies.iter().map(|name| PolicySpec::find(name).unwrap()).collect();
    Replay::prepare(trace, &specs, request).unwrap()
}

fn held(replay: &Replay, by: &str) -> Comparison {
    let tallies = replay.run(&Silent).unwrap();
    let weights = Weights::new(replay.seed);
    let sample = |(entry, tally): (_, &Tally)| weights.apply(&tally.buckets, replay.replicates_of(entry));
    let samples: Vec<Resampled> = replay.entries.iter().zip(&tallies).map(sample).collect();
    compare(replay, &samples, &tallies, &By::find(by).unwrap()).unwrap()
}

fn names(policies: &[&str]) -> Vec<String> {
    FIXED.iter().chain(policies).map(|name| (*name).to_owned()).collect()
}

fn of<'c>(comparison: &'c Comparison, policy: &str) -> &'c Compared {
    comparison.policies.iter().find(|compared| compared.policy == policy).unwrap()
}

/// A policy that sends each of toy's queries where a list says, as another program's decisions.
fn decided(folder: &std::path::Path, name: &str, to: impl Fn(usize) -> &'static str) -> String {
    let ids = toy().queries.ids.unwrap();
    let lines: String = ids.iter().enumerate().map(|(row, id)| format!("{id},{}\n", to(row))).collect();
    let file = folder.join(name);
    std::fs::write(&file, format!("query_id,endpoint\n{lines}")).unwrap();
    format!("recorded:file={},decision=endpoint", file.display())
}

#[test]
fn above_fixed_by_hand() {
    let trace = toy();
    let found = held(&prepared(&trace, &names(&["oracle"]), &Request::default()), "above_fixed");
    assert_eq!(found.account.as_deref(), Some("energy"));
    let above = |policy: &str| of(&found, policy).above_fixed.energy.unwrap();
    // The oracle: 10/12 for 85/12 J. Between medium (3 J, 6/12) and large (15 J, 8/12) a coin buys
    // 1/2 + (85/12 - 3) / 12 * 2/12 for that.
    let bought = 0.5 + (85.0 / 12.0 - 3.0) / 12.0 / 6.0;
    assert!((above("oracle").value - (10.0 / 12.0 - bought)).abs() < 1e-12);
    // Twelve queries are too few to resample; all three endpoints are corners: small (1.5 J, 5/12) to medium
    // rises by 1/12 in 1.5 J, medium to large by 2/12 in 12 J.
    assert!(above("oracle").low.is_none());
    FIXED.iter().for_each(|name| assert_eq!(above(name).value, 0.0, "{name}"));
    // The oracle is a bound, and on no front.
    assert_eq!((of(&found, "oracle").pareto.energy, of(&found, FIXED[2]).pareto.energy), (None, Some(true)));
    let numbers = |name: &str| of(&found, "oracle").measures[name];
    assert!((numbers("zero-router").unwrap() - bought).abs() < 1e-12);
    // Against large, the best single model: 10/12 over 8/12, at 85 of 180 J.
    assert!((numbers("performance-gain").unwrap() - 0.25).abs() < 1e-12 && (numbers("cost-saving").unwrap() - 95.0 / 180.0).abs() < 1e-12);
    assert_eq!((numbers("score-regret"), numbers("optimal-selection"), numbers("pareto-distance")), (Some(0.0), Some(1.0), None));
    // Always large: right in 8 of 10 solvable queries, the only right one in rows 5 and 11 alone.
    let large = |name: &str| of(&found, FIXED[2]).measures[name].unwrap();
    assert!((large("optimal-selection") - 0.2).abs() < 1e-12 && (large("optimal-accuracy") - 0.8).abs() < 1e-12);
    // Its 10 J a chat query and 20 J an exam: 6 x 10 + 2 x 20 = 100 J in rows 0 to 6 and 11; the cheapest right
    // ones take 3 x 1 + 2 x 2 + 10 J, 2 J in row 6 and 20 J in row 11.
    assert!((large("optimal-cost") - 39.0 / 100.0).abs() < 1e-12);
    assert_eq!((large("score-regret"), large("reference-value")), (10.0 / 12.0 - 8.0 / 12.0, 1.0));
}

#[test]
fn below_the_cheapest_endpoint_its_own_accuracy_counts() {
    let hull = Hull::of(&Points::new(vec![Point::new(1.0, 0.4), Point::new(3.0, 0.8)]).unwrap());
    assert_eq!([0.2, 1.0, 2.0, 9.0].map(|amount| bought(&hull, amount)), [0.4, 0.4, 0.6000000000000001, 0.8]);
}

#[test]
fn an_interval_is_of_the_difference_to_what_is_resampled_too() {
    let trace = Trace::open("ladder", &Columns::all()).unwrap();
    let xl = "ladder-xl@nvidia-h200-bs1";
    let roles = RoleNames { baselines: vec![xl.to_owned()], fallback: Some(xl.to_owned()), ..RoleNames::default() };
    let request = Request { roles, replicates: 20, ..Request::default() };
    let fixed = ["s", "m", "l", "xl"].map(|size| format!("always:endpoint=ladder-{size}@nvidia-h200-bs1"));
    let asked: Vec<String> =
        fixed.iter().cloned().chain(["random".to_owned(), "random:fallback_share=1.0".to_owned(), "oracle".to_owned()]).collect();
    let found = held(&prepared(&trace, &asked, &request), "above_fixed");
    let above = |policy: &str| of(&found, policy).above_fixed.energy.unwrap();
    // A coin that always falls on the fallback is the fallback, in every resample: there is nothing to give bounds of.
    let coin = above("random:fallback_share=1.0");
    assert!(coin.value.abs() < 1e-12 && coin.low.is_none());
    // A coin over four endpoints is below the best coin, and the oracle above it, for all that the sample tells.
    assert!(above("random").high.unwrap() < 0.0 && above("oracle").low.unwrap() > 0.0);
    // The difference is known better than answer accuracies of 80 to 86% are, with widths of 1.5 points.
    let width = |figure: Figure| figure.high.unwrap() - figure.low.unwrap();
    assert!(width(above("random")) < 0.01);
    assert_eq!(of(&found, "random").worse_than.as_ref().map(|worse| worse.endpoint.as_str()), Some("ladder-l@nvidia-h200-bs1"));
}

#[test]
fn a_worse_policy_and_one_that_hardly_routes_are_pointed_out() {
    let (trace, folder) = (toy(), tempfile::tempdir().unwrap());
    // Row 0 is right everywhere: large answers it for 10 J instead of 2 J, and nothing is gained.
    let wasteful = decided(folder.path(), "wasteful.csv", |row| if row == 0 { "large@server" } else { "medium@laptop" });
    let constant = decided(folder.path(), "constant.csv", |_| "medium@laptop");
    let found = held(&prepared(&trace, &names(&[&wasteful, &constant, "cascade"]), &Request::default()), "answer_accuracy");
    let worse = of(&found, &wasteful).worse_than.clone().unwrap();
    assert_eq!((worse.endpoint.as_str(), worse.accounts), ("medium@laptop", vec!["energy".to_owned(), "cost".to_owned()]));
    assert_eq!((of(&found, &wasteful).pareto.energy, of(&found, &wasteful).nearly_all_to.as_ref()), (Some(false), None));
    // Equal to an endpoint is not worse than it; equal points are all on the front.
    let nearly = of(&found, &constant).nearly_all_to.clone().unwrap();
    assert_eq!((nearly.endpoint.as_str(), nearly.share), ("medium@laptop", 1.0));
    assert_eq!((of(&found, &constant).worse_than.as_ref(), of(&found, &constant).pareto.energy), (None, Some(true)));
    // One that is meant to take a single endpoint is not told that it does.
    FIXED.iter().for_each(|name| assert!(of(&found, name).nearly_all_to.is_none() && of(&found, name).worse_than.is_none()));
    // The cascade tries several: its decisions are none of one endpoint.
    assert_eq!(of(&found, "cascade").measures["optimal-selection"], None);
}

#[test]
fn an_endpoint_that_cannot_answer_all_is_no_choice_for_all() {
    let trace = toy();
    let local = ["small@laptop", "medium@laptop", "tiny@phone"].map(str::to_owned).to_vec();
    let mut missing = MissingRules::default();
    missing.add("unavailable").unwrap();
    let request = Request {
        roles: RoleNames { local, ..RoleNames::default() },
        workload: WorkloadSpec { missing, ..WorkloadSpec::default() },
        ..Request::default()
    };
    let found = held(&prepared(&trace, &names(&["always:endpoint=tiny@phone"]), &request), "above_fixed");
    let tiny = of(&found, "always:endpoint=tiny@phone");
    // Row 11 has no answer of it, and the energy of row 4 is not known.
    assert!(tiny.not_held.as_ref().unwrap().starts_with("2 queries"), "{tiny:?}");
    assert_eq!((tiny.above_fixed.energy, tiny.measures["arena-score"]), (None, None));
    // It stands last, and is no corner for the others: small is.
    assert_eq!(found.policies.last().unwrap().policy, tiny.policy);
    assert_eq!(of(&found, FIXED[0]).above_fixed.energy.unwrap().value, 0.0);
}

#[test]
fn sorted_by_any_figure_the_best_first() {
    let trace = toy();
    let replay = prepared(&trace, &names(&["oracle"]), &Request::default());
    let order = |by: &str| held(&replay, by).policies.into_iter().map(|compared| compared.policy).collect::<Vec<_>>();
    let (small, medium, large) = (FIXED[0], FIXED[1], FIXED[2]);
    // 10/12, 8/12, 6/12, 5/12.
    assert_eq!(order("answer-accuracy"), ["oracle", large, medium, small]);
    // 1.5, 3, 85/12 and 15 J.
    assert_eq!(order("energy"), [small, medium, "oracle", large]);
    assert_eq!(order("savings"), [small, medium, "oracle", large]);
    // Of equal figures (the corners' 0) the first named comes first.
    assert_eq!(order("above_fixed"), ["oracle", small, medium, large]);
    // The lowest is best: regrets of 0, 2/12, 4/12, 5/12.
    assert_eq!(order("score_regret"), ["oracle", large, medium, small]);
    let error = By::find("arena").unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("arena-score"), "{error}");
}

#[test]
fn what_does_not_fit_is_left_out_with_its_reason() {
    let trace = toy();
    let specs: Vec<PolicySpec> =
        ["oracle", "recorded", "always:endpoint=nowhere"].iter().map(|name| PolicySpec::find(name).unwrap()).collect();
    let (replay, left_out) = Replay::prepare_those_that_fit(&trace, &specs, &Request::default(), |_| false).unwrap();
    assert_eq!(replay.entries.len(), 1);
    let told: Vec<(&str, &str)> = left_out.iter().map(|left| (left.policy.as_str(), left.why.as_str())).collect();
    assert_eq!(told[0], ("recorded", "a recorded policy has no file"));
    assert!(left_out[0].needs.as_ref().unwrap().contains("recorded:file=FILE"));
    assert!(told[1].0 == "always:endpoint=nowhere" && told[1].1.contains("nowhere"), "{told:?}");
    // With two pools a policy that fits neither is told once.
    let baselines = ["medium@laptop", "large@server"].map(str::to_owned).to_vec();
    let request = Request { roles: RoleNames { baselines, ..RoleNames::default() }, ..Request::default() };
    let (replay, left_out) = Replay::prepare_those_that_fit(&trace, &specs[..2], &request, |_| false).unwrap();
    assert_eq!((replay.entries.len(), left_out.len(), left_out[0].policy.as_str()), (2, 1, "recorded"));
    // The ordinary way is strict, and so is a policy that must fit.
    assert!(Replay::prepare(&trace, &specs, &Request::default()).is_err());
    assert!(Replay::prepare_those_that_fit(&trace, &specs, &Request::default(), |spec| spec.name == "recorded").is_err());
    let none = Replay::prepare_those_that_fit(&trace, &specs[1..], &Request::default(), |_| false).err().unwrap().to_string();
    assert!(none.contains("no policy fits the trace") && none.contains("recorded: a recorded policy has no file"), "{none}");
}

#[test]
fn robustness_is_the_share_of_first_choices_that_stay() {
    let (trace, folder) = (toy(), tempfile::tempdir().unwrap());
    let plain = decided(folder.path(), "plain.csv", |row| if row < 6 { "small@laptop" } else { "large@server" });
    // Rows 3, 4, 5 change: 9 of 12 stay.
    let changed = decided(folder.path(), "changed.csv", |row| if row < 3 { "small@laptop" } else { "large@server" });
    let replay = prepared(&trace, &names(&[&plain, &changed]), &Request::default());
    let found = perturbed(&replay, &[(plain.clone(), changed.clone())]).unwrap();
    assert_eq!((found[0].queries, found[0].robustness, found[0].fallback.as_ref()), (12, Some(0.75), None));
    let error = perturbed(&replay, &[(plain, "oracle".to_owned())]).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("`oracle`"), "{error}");
}

#[test]
fn keys_are_a_contract() {
    let trace = toy();
    let found = held(&prepared(&trace, &names(&["oracle"]), &Request::default()), "above_fixed");
    let json = serde_json::to_value(&found).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut all = keys(&json);
    all.sort();
    assert_eq!(all, ["account", "by", "left_out", "policies"]);
    let mut of_policy = keys(&json["policies"][0]);
    of_policy.sort();
    assert_eq!(of_policy, ["above_fixed", "measures", "nearly_all_to", "not_held", "pareto", "policy", "worse_than"]);
    let measures = keys(&json["policies"][0]["measures"]);
    assert!(MEASURES_A_POLICY.iter().all(|name| measures.contains(&(*name).to_owned())) && measures.len() == MEASURES_A_POLICY.len());
    assert!(MEASURES_A_POLICY.iter().all(|name| crate::analysis::peers::find(name).is_ok()));
    assert_eq!(serde_json::from_value::<Comparison>(json).unwrap(), found);
}

/// The router accuracy that a policy equals by its energy and by its answers, under a misroute rule.
fn equal(found: &Comparison, policy: &str, misroute: &str) -> [Equivalent; 2] {
    let under = of(found, policy).equivalents.iter().find(|found| found.misroute == misroute).unwrap();
    [under.by_savings.energy.unwrap(), under.by_answers.unwrap()]
}

#[test]
fn equivalent_router_accuracies_by_hand() {
    let (trace, folder) = (toy(), tempfile::tempdir().unwrap());
    let medium = decided(folder.path(), "medium.csv", |_| "medium@laptop");
    let found = held(&prepared(&trace, &names(&["oracle", "cascade", &medium]), &Request::default()), "above_fixed");
    let value = |figure: Equivalent| figure.router_accuracy.unwrap().value;
    let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
    // Under cloud the curve goes from the baseline's 180 J and 8 right answers to the oracle's 85 J and 10. The
    // cascade takes 110 J for 10: it saves 70 of 95 J.
    let [saves, answers] = equal(&found, "cascade", "cloud");
    close(value(saves), 70.0 / 95.0);
    assert_eq!((value(answers), answers.lies, saves.lies, saves.falls), (1.0, Lies::OnCurve, Lies::OnCurve, false));
    // Medium alone takes 36 J and is right 6 times: it saves more than the oracle and answers worse than the baseline.
    let [saves, answers] = equal(&found, &medium, "cloud");
    close(value(saves), 144.0 / 95.0);
    close(value(answers), -1.0);
    assert_eq!((saves.lies, answers.lies), (Lies::AboveCurve, Lies::BelowCurve));
    // Under accept every wrong query costs 28.5 J in all, and 3 are right: the curve falls from a saving of 151.5 J to
    // one of 95 J, and medium's 144 J lies on it.
    let [saves, answers] = equal(&found, &medium, "accept");
    close(value(saves), (151.5 - 144.0) / (151.5 - 95.0));
    close(value(answers), (6.0 - 3.0) / (10.0 - 3.0));
    assert!(saves.falls && !answers.falls && saves.lies == Lies::OnCurve);
    // The fallback is the noisy oracle that is always wrong, and fixed endpoints stand beside the curve too.
    let [saves, answers] = equal(&found, FIXED[2], "cloud");
    assert_eq!((value(saves), value(answers)), (0.0, 0.0));
    // Twelve queries have no interval, and what sees outcomes in advance is no router.
    assert_eq!(saves.router_accuracy.unwrap().low, None);
    assert!(of(&found, "oracle").equivalents.is_empty());
    let one = &of(&found, "cascade").equivalents;
    assert_eq!((one.len(), one[0].fallback.as_str(), one[0].baseline.as_str()), (5, "large@server", "large@server"));
}

#[test]
fn a_policy_without_a_pool_stands_beside_the_curves_of_each() {
    let trace = toy();
    let roles = RoleNames { baselines: ["medium@laptop", "large@server"].map(str::to_owned).to_vec(), ..RoleNames::default() };
    let request = Request { roles, ..Request::default() };
    let found = held(&prepared(&trace, &names(&["random"]), &request), "above_fixed");
    let pools = |policy: &str| {
        let clouds = of(&found, policy).equivalents.iter().filter(|found| found.misroute == "cloud");
        clouds.map(|found| (found.fallback.clone(), found.baseline.clone())).collect::<Vec<_>>()
    };
    let both = ["medium@laptop", "large@server"].map(|id| (id.to_owned(), id.to_owned()));
    assert_eq!(pools(FIXED[0]), both);
    assert_eq!(pools("random (fallback large@server)"), both[1..]);
    // One fallback that is no baseline: against each of them.
    let roles = RoleNames {
        fallback: Some("large@server".into()),
        baselines: vec!["small@laptop".into(), "medium@laptop".into()],
        ..RoleNames::default()
    };
    let found = held(&prepared(&trace, &names(&["random"]), &Request { roles, ..Request::default() }), "above_fixed");
    assert_eq!(of(&found, "random").equivalents.len(), 2 * Misroute::NAMED.len());
    // Where nothing is local every curve is flat.
    let roles = RoleNames { local: vec!["large@server".into()], ..RoleNames::default() };
    let found = held(&prepared(&trace, &[FIXED[0].to_owned()], &Request { roles, ..Request::default() }), "above_fixed");
    let [saves, answers] = equal(&found, FIXED[0], "cloud");
    assert_eq!((saves.lies, saves.router_accuracy, answers.lies), (Lies::FlatCurve, None, Lies::FlatCurve));
}
