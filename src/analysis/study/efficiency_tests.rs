//! Efficiency of endpoints, by hand and by the paper's own numbers.

use super::testing::{assert_close, constant, endpoint, studied, trace, values};
use super::*;
use crate::analysis::efficiency::Efficiency;
use crate::trace::{Column, Endpoint, Tier};

fn year(id: &str, year: Option<u16>) -> Endpoint {
    Endpoint { year, ..endpoint(id, Tier::Local, 1.0) }
}

#[test]
fn pairs_are_those_of_inspect() {
    // Powers 10 W and 5 W, mean 7.5 W; perplexities 1 and 3, mean 2.
    let mut trace = trace(vec![(endpoint("m@h", Tier::Local, 1.0), vec![1.0, 0.0], vec![10.0, 20.0], vec![1.0, 4.0])]);
    trace.outcomes[0].metrics.set(Metric::Perplexity, Column::from_vec(vec![1.0, 3.0]));
    let pairs = studied(&trace, &Options::default()).0.pairs;
    let pair = &pairs[0];
    let found = values(&[pair.power_w, pair.apw, pair.apj, pair.ppw, pair.ppj]);
    assert_close(&found, &[7.5, 0.5 / 7.5, 0.5 / 15.0, 0.5 / 7.5, 0.5 / 15.0]);
    let Efficiency { power_w_mean, apw, apj, ppw, ppj } = Efficiency::of(&trace.outcomes[0]);
    assert_eq!(found, [power_w_mean, apw, apj, ppw, ppj].map(Option::unwrap), "to the last bit");
}

#[test]
fn intervals_are_as_wide_as_theory_has_them() {
    // 4,000 scores, half of them right: the standard error is 0.5 / sqrt(4,000) = 0.0079, the 95% interval
    // 0.031 wide. Constant power cancels in the relative width of accuracy per watt.
    let scores: Vec<f64> = (0..4000).map(|query| f64::from(query % 2)).collect();
    let trace = trace(vec![(endpoint("m@h", Tier::Local, 1.0), scores, vec![2.0; 4000], vec![1.0; 4000])]);
    let pair = &studied(&trace, &Options::default()).0.pairs[0];
    let width = |figure: crate::analysis::Figure| (figure.high.unwrap() - figure.low.unwrap()) / figure.value;
    let theory = 2.0 * 1.96 / 4000_f64.sqrt();
    for figure in [pair.answer_accuracy, pair.apw, pair.apj] {
        assert!((width(figure.unwrap()) / theory - 1.0).abs() < 0.15, "{figure:?}");
    }
    // What does not vary has no interval that would only repeat it.
    assert_eq!(pair.power_w, Some(crate::analysis::Figure::exact(2.0)));
}

#[test]
fn the_paper_s_years() {
    // Table 2: 23.2% at 293 W in 2023 and 71.3% at 171 W in 2025; the paper: 5.3x = 3.1x times 1.7x.
    let one = |id, of, score, watts| (year(id, Some(of)), vec![score; 4], vec![watts; 4], vec![1.0; 4]);
    let trace = trace(vec![one("gpt-oss-120b@m4-max", 2025, 0.713, 171.0), one("mixtral@rtx-6000", 2023, 0.232, 293.0)]);
    let options = Options { correct_at: Some(0.5), ..Options::default() };
    let steps = studied(&trace, &options).0.over_time.unwrap().steps;
    assert_eq!(steps.iter().map(|step| step.year).collect::<Vec<_>>(), [2023, 2025]);
    assert!(steps[0].per_watt.is_none());
    let gain = steps[1].per_watt.as_ref().unwrap();
    let printed = [gain.total, gain.models, gain.hardware].map(|figure| format!("{:.1}", figure.value));
    assert_eq!(printed, ["5.3", "3.1", "1.7"]);
    assert!(gain.crossed.is_none());
    assert_close(&[gain.models.value * gain.hardware.value], &[gain.total.value]);
}

#[test]
fn crossed_pairs_split_free_of_order() {
    // Accuracy per watt by (model, hardware): old/old 0.25/300, new/new 0.75/150: 6 times; old/new 0.25/100,
    // new/old 0.75/600. Models: sqrt(1.5 x 2), hardware: sqrt(3 x 4); the paper's split has 3 x 2.
    let trace = trace(vec![
        constant(year("old@old", Some(2023)), 1, 300.0, 1.0),
        constant(year("new@new", Some(2025)), 3, 150.0, 1.0),
        constant(year("old@new", None), 1, 100.0, 1.0),
        constant(year("new@old", None), 3, 600.0, 1.0),
    ]);
    let steps = studied(&trace, &Options::default()).0.over_time.unwrap().steps;
    assert_eq!(steps.len(), 2);
    // With a second for each answer watts are joules.
    for gain in [&steps[1].per_watt, &steps[1].per_joule] {
        let gain = gain.as_ref().unwrap();
        let crossed = gain.crossed.as_ref().unwrap();
        assert_eq!((crossed.first_model.as_str(), crossed.this_model.as_str()), ("old@new", "new@old"));
        assert_close(&[gain.total, gain.models, gain.hardware].map(|figure| figure.value), &[6.0, 3.0, 2.0]);
        assert_close(&[crossed.models, crossed.hardware].map(|figure| figure.value), &[3_f64.sqrt(), 12_f64.sqrt()]);
    }
}

#[test]
fn crossed_pairs_are_of_the_same_batch_size() {
    let batched = Endpoint { batch_size: Some(64), ..year("old@new", None) };
    let trace = trace(vec![
        constant(year("old@old", Some(2023)), 1, 300.0, 1.0),
        constant(year("new@new", Some(2025)), 3, 150.0, 1.0),
        constant(batched, 1, 100.0, 1.0),
        constant(year("new@old", None), 3, 600.0, 1.0),
    ]);
    let steps = studied(&trace, &Options::default()).0.over_time.unwrap().steps;
    assert!(steps[1].per_watt.as_ref().is_some_and(|gain| gain.crossed.is_none()));
}

#[test]
fn the_gap_is_between_the_same_model_in_the_same_precision() {
    let precision = |id, tier, word: Option<&str>| Endpoint { precision: word.map(str::to_owned), ..endpoint(id, tier, 8.0) };
    let trace = trace(vec![
        constant(precision("m@laptop", Tier::Local, Some("fp16")), 2, 100.0, 2.0),
        constant(precision("m@server", Tier::Cloud, Some("FP16")), 2, 50.0, 0.5),
        constant(precision("m@other-server", Tier::Cloud, Some("FP4")), 2, 10.0, 1.0),
        constant(precision("other@server", Tier::Cloud, None), 2, 10.0, 1.0),
        constant(precision("m@phone", Tier::Phone, None), 1, 25.0, 1.0),
    ]);
    let gaps = studied(&trace, &Options::default()).0.local_cloud_gap;
    let of = |local: &str, cloud: &str| gaps.iter().find(|gap| gap.local == local && gap.cloud == cloud);
    // The laptop takes 100 J at 50 W, the server 50 J at 100 W: half as good per watt, twice per joule.
    let gap = of("m@laptop", "m@server").unwrap();
    assert_close(&values(&[gap.apw, gap.apj]), &[0.5, 2.0]);
    // Where a precision is not known it is not held against anyone: the phone has both clouds, a pair each.
    // Phone: 1/4 right at 25 W and 25 J; other-server: 2/4 right at 10 W and 10 J, 5 times.
    assert_close(&values(&[of("m@phone", "m@other-server").unwrap().apj]), &[5.0]);
    assert!(of("m@laptop", "m@other-server").is_none() && of("m@phone", "m@server").is_some() && gaps.len() == 3);
}

#[test]
fn batching_of_the_paper() {
    // Appendix E.9: Qwen3-8B on B200 6,449 J at batch 1 and 548 J at batch 64: Table 15 has a gain of 11.8.
    let batch = |id, size: Option<u32>, precision: &str| Endpoint {
        batch_size: size,
        precision: Some(precision.to_owned()),
        model: "qwen3-8b".to_owned(),
        ..endpoint(id, Tier::Cloud, 8.2)
    };
    let trace = trace(vec![
        constant(batch("bs64@b200", Some(64), "bf16"), 2, 548.0, 0.62),
        constant(batch("bs1@b200", Some(1), "bf16"), 2, 6449.0, 25.0),
        constant(batch("fp4@b200", Some(8), "fp4"), 2, 1.0, 1.0),
        constant(batch("unknown@b200", None, "bf16"), 2, 1.0, 1.0),
    ]);
    let (study, notes) = studied(&trace, &Options::default());
    let [group] = &study.batching[..] else { panic!("one group: {:?}", study.batching) };
    assert_eq!(group.rows.iter().map(|row| row.batch_size).collect::<Vec<_>>(), [1, 64]);
    assert_eq!(group.rows[1].apj_gain.map(|figure| format!("{:.1}", figure.value)).as_deref(), Some("11.8"));
    assert_close(&values(&[group.rows[0].apj_gain, group.rows[1].energy_ratio]), &[1.0, 548.0 / 6449.0]);
    assert!(study.precision.is_empty() && notes.contains("no precision"), "{notes}");
}

#[test]
fn precision_goes_from_wide_to_narrow() {
    let word =
        |id, precision: &str| Endpoint { precision: Some(precision.to_owned()), model: "m".to_owned(), ..endpoint(id, Tier::Phone, 4.0) };
    let trace = trace(vec![
        constant(word("a@phone", "ternary"), 1, 1.0, 1.0),
        constant(word("b@phone", "INT4"), 2, 20.0, 1.0),
        constant(word("c@phone", "BF16"), 4, 100.0, 1.0),
    ]);
    let (study, notes) = studied(&trace, &Options::default());
    let [group] = &study.precision[..] else { panic!("one group") };
    let words: Vec<&str> = group.rows.iter().map(|row| row.precision.as_str()).collect();
    assert_eq!(words, ["BF16", "INT4", "ternary"]);
    // Half the accuracy for a fifth of the energy is 2.5 times the accuracy per joule.
    let row = &group.rows[1];
    assert_close(&values(&[row.answer_accuracy_ratio, row.energy_ratio, row.apj_gain]), &[0.5, 0.2, 2.5]);
    assert!(notes.contains("stand last: ternary"), "{notes}");
}
