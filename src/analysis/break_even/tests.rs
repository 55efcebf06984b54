use super::*;
use crate::policy::{Objective, PolicySpec};
use crate::replay::{Request, Silent, Weights};
use crate::trace::{Column, Columns, Metric, Source, Trace};
use crate::workload::RoleNames;

const XL: [&str; 2] = ["ladder-xl@nvidia-h200-bs1", "ladder-xl@nvidia-h200-bs16"];

fn open(name: &str) -> Trace {
    Trace::open(name, &Columns::all()).unwrap()
}

fn request(objective: &str) -> Request {
    Request { objective: Some(Objective::find(objective).unwrap()), replicates: 1, ..Request::default() }
}

fn analysed(trace: &Trace, objective: &str, options: &BreakEvenOptions) -> BreakEven {
    let specs = [PolicySpec::find("noisy-oracle").unwrap()];
    let replay = Replay::prepare(trace, &specs, &request(objective)).unwrap();
    break_even(&replay, "noisy-oracle", options).unwrap()
}

/// The first thousand queries of the ladder: a replay in a build for tests takes long.
fn part_of_ladder() -> Trace {
    open("ladder").gather(&(0..1000).collect::<Vec<u32>>())
}

/// Expected energy saving of a policy against its own fallback, with the energy of all local endpoints
/// of the ladder scaled in the trace itself.
fn saving(policy: &str, baseline: &str, objective: &str, factor: f64) -> f64 {
    let mut trace = part_of_ladder();
    for size in ["s", "m", "l"] {
        let index = trace.info.endpoint(&format!("ladder-{size}@nvidia-h200-bs1")).unwrap();
        let cells = trace.metric(index, Metric::EnergyJ).unwrap().iter().map(|joules| joules * factor).collect();
        trace.outcomes[index].metrics.set(Metric::EnergyJ, Column::from_vec(cells));
    }
    let roles = RoleNames { baselines: vec![baseline.to_owned()], ..RoleNames::default() };
    let specs = [PolicySpec::find(policy).unwrap()];
    let replay = Replay::prepare(&trace, &specs, &Request { roles, ..request(objective) }).unwrap();
    let measures = super::super::Measures { layout: replay.layout() };
    let sums = match replay.expect(0) {
        Some(moments) => moments.mean,
        None => Weights::new(0).apply(&replay.run(&Silent).unwrap()[0].buckets, 1).point,
    };
    measures.saving(&sums, 0, 0).unwrap()
}

fn value(crossing: Option<Crossing>) -> f64 {
    crossing.and_then(|crossing| crossing.value()).unwrap()
}

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-9 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

#[test]
fn twelve_queries_by_hand() {
    let found = analysed(&open("toy"), "size", &BreakEvenOptions::default());
    let section = &found.sections[0];
    // The oracle keeps 8 queries local: 15 J of its 85 J; the cloud takes 5·10 + 3·20 = 110 J for them
    // and 180 J for all (traces/toy/README.md).
    let local = section.local.energy.unwrap();
    close(section.oracle_savings.energy.unwrap().value, 1.0 - 85.0 / 180.0);
    close(local.ratio.unwrap().value, 15.0 / 110.0);
    close(value(Some(local.factor)), 110.0 / 15.0);
    // Retry pays a wrong attempt first. Where the oracle takes small: medium, 3·2 + 2·4; where it takes
    // medium: small, 1 + 1 + 2; where it takes large: the mean of both, 1.5 + 3·3. Together 28.5 J.
    let retry = &section.misroutes[3];
    let (w, s) = (28.5 / 180.0, 95.0 / 180.0);
    close(retry.savings_when_wrong.energy.unwrap().value, -w);
    close(value(retry.router_accuracy.energy), w / (s + w));
    // At a = 0.8: 0.8·15 + 0.2·28.5 = 17.7 J local; the cloud takes 0.8·70 + 0.2·180 = 92 J of 180.
    close(value(retry.local_factor_here.energy), 88.0 / 17.7);
    // Accept: the wrong answers score 3/12 (medium where small is right first: rows 0, 1, 6; small
    // where medium is: none; both wrong elsewhere), the oracle's 10/12, the baseline's 8/12 less 0.01.
    let accept = &section.misroutes[1];
    close(accept.answer_accuracy_when_wrong.unwrap().value, 3.0 / 12.0);
    close(value(accept.answers_meet_baseline), (8.0 / 12.0 - 0.01 - 0.25) / (10.0 / 12.0 - 0.25));
    assert_eq!(accept.router_accuracy.energy.unwrap().saves, Saves::Everywhere);
    // One batch size is no line.
    assert!(section.batch.crossing.energy.is_none() && section.batch.note.as_ref().unwrap().contains("batch size 1 alone"));
}

#[test]
fn electricity_at_home_counts_once() {
    let mut trace = open("toy");
    let options = BreakEvenOptions::new(0.8, 0.01, Some(0.2)).unwrap();
    let price = analysed(&trace, "size", &options).sections[0].price.clone();
    // Eight local queries: 3·0.0001 + 2·0.0002 + 2·0.0002 + 0.0004 = $0.0015, and 15 J at $0.20/kWh.
    let electricity = 15.0 / 8.0 / 3.6e6 * 0.2;
    close(price.electricity_usd_per_query.unwrap(), electricity);
    close(price.local_usd_per_query.unwrap(), 0.0015 / 8.0 + electricity);
    close(price.cloud_usd_per_query.unwrap(), 0.011 / 8.0);
    // Where unsolved queries cost the same on both sides, the prices are equal at the crossing.
    close(price.ratio_at_zero.unwrap(), 1.0);
    // The oracle saves 0.018·(1 - 85/180) = $0.0095: 15 J would have to cost that.
    assert!((price.usd_per_kwh_at_zero.unwrap() - 0.0095 / 15.0 * 3.6e6).abs() < 1e-6);
    // Costs that are electricity already get nothing on top.
    trace.info.sources = vec![Source { code: 1, name: "energy_j at $0.3 a kilowatt hour".to_owned() }];
    for endpoint in 0..2 {
        trace.outcomes[endpoint].sources.set(Metric::CostUsd, vec![1; 12]);
    }
    let price = analysed(&trace, "size", &options).sections[0].price.clone();
    close(price.local_usd_per_query.unwrap(), 0.0015 / 8.0);
    assert!(price.usd_per_kwh.is_empty() && price.notes[0].contains("its electricity already"), "{:?}", price.notes);
}

#[test]
fn the_sign_change_of_the_ladder_is_found() {
    let trace = open("ladder");
    let found = analysed(&trace, "size", &BreakEvenOptions::default());
    // As published with the recording: +66.4691% and -43.3302%.
    let savings: Vec<f64> = found.sections.iter().map(|section| section.oracle_savings.energy.unwrap().value).collect();
    assert!((savings[0] - 0.664_691).abs() < 1e-6 && (savings[1] + 0.433_302).abs() < 1e-6, "{savings:?}");
    // By hand, query by query: what the smallest right model takes and the cloud on the same queries.
    let column = |id: &str, metric| trace.metric(trace.info.endpoint(id).unwrap(), metric).unwrap().iter().collect::<Vec<f64>>();
    let local = ["s", "m", "l"].map(|size| format!("ladder-{size}@nvidia-h200-bs1"));
    let local = local.map(|id| (column(&id, Metric::Score), column(&id, Metric::EnergyJ)));
    let advantage = |batch: u32| {
        let cloud = column(&format!("ladder-xl@nvidia-h200-bs{batch}"), Metric::EnergyJ);
        let right = |query: &usize| local.iter().find(|(score, _)| score[*query] == 1.0).map(|(_, joules)| (joules[*query], cloud[*query]));
        let kept = (0..trace.len()).filter_map(|query| right(&query)).filter(|(_, cloud)| !cloud.is_nan());
        let (mine, theirs) = kept.fold((0.0, 0.0), |sums, kept| (sums.0 + kept.0, sums.1 + kept.1));
        f64::ln(theirs / mine)
    };
    let (four, sixteen) = (advantage(4), advantage(16));
    let even = (4f64.ln() + 4f64.ln() * four / (four - sixteen)).exp();
    for section in &found.sections {
        let crossing = section.batch.crossing.energy.unwrap();
        close(crossing.batch_size.unwrap(), even);
        assert_eq!((crossing.between, crossing.extrapolated, crossing.saves), (Some([4, 16]), false, Saves::Below));
    }
    let words =
        ["saves 66.5% of the energy", "itself takes 43.3% more energy", "the same model at batch size 16", "between the measured 4 and 16"];
    words.iter().for_each(|part| assert!(found.sentence.contains(part), "{part}: {}", found.sentence));
}

#[test]
fn a_replay_with_scaled_energies_saves_nothing() {
    for objective in ["size", "energy"] {
        let found = analysed(&part_of_ladder(), objective, &BreakEvenOptions::default());
        for (section, baseline) in found.sections.iter().zip(XL) {
            assert_eq!(section.baseline, baseline);
            let local = section.local.energy.unwrap();
            assert_eq!(local.asked_again, objective == "energy");
            let saved = saving("oracle", baseline, objective, value(Some(local.factor)));
            assert!(saved.abs() < 1e-9, "{objective} {baseline}: {saved}");
            let retry = value(section.misroutes[3].local_factor_here.energy);
            let saved = saving("noisy-oracle:router_accuracy=0.8,misroute=retry", baseline, objective, retry);
            assert!(saved.abs() < 1e-9, "{objective} {baseline} retry: {saved}");
        }
        // The map agrees with a replay at one of its points: 10^(4/12) is a factor of both grids.
        let map = found.sections[0].map.as_ref().unwrap();
        let (row, column) = (12, map.local_factors.iter().position(|factor| (factor - 10f64.powf(1.0 / 3.0)).abs() < 1e-9).unwrap());
        let replayed = saving("noisy-oracle:router_accuracy=0.6,misroute=verify", XL[0], objective, map.local_factors[column]);
        assert!((map.router_accuracies[row] - 0.6).abs() < 1e-12);
        assert!((map.misroutes[2].savings[row][column] - replayed).abs() < 1e-9);
    }
}

#[test]
fn the_break_even_router_is_w_over_s_and_w() {
    let found = analysed(&part_of_ladder(), "size", &BreakEvenOptions::default());
    let section = &found.sections[0];
    let retry = &section.misroutes[3];
    for account in [0, 1, 3] {
        let s = section.oracle_savings.to_array()[account].unwrap().value;
        let w = -retry.savings_when_wrong.to_array()[account].unwrap().value;
        close(value(retry.router_accuracy.to_array()[account]), w / (s + w));
    }
    // A router of that accuracy, in the closed form of the replay.
    let at = value(retry.router_accuracy.energy);
    assert!(saving(&format!("noisy-oracle:router_accuracy={at},misroute=retry"), XL[0], "size", 1.0).abs() < 1e-9);
    assert!(retry.router_accuracy.energy.unwrap().at.unwrap().low.unwrap() < at);
}

#[test]
fn bad_options_are_refused_together() {
    let error = BreakEvenOptions::new(1.5, f64::NAN, Some(-1.0)).unwrap_err();
    assert!(error.is_usage());
    let text = error.to_string();
    for option in ["--router-accuracy", "--tolerance", "--electricity"] {
        assert!(text.contains(option), "{text}");
    }
    let trace = open("toy");
    let replay = Replay::prepare(&trace, &[PolicySpec::find("oracle").unwrap()], &request("size")).unwrap();
    assert!(break_even(&replay, "oracle", &BreakEvenOptions::default()).is_err_and(|error| error.is_usage()));
    assert!(break_even(&replay, "noisy-oracle", &BreakEvenOptions::default()).is_err());
}
