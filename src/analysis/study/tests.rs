//! Tables by data set and category, by hand.
//!
//! Six queries, `a` three and `b` three; small (1B) and medium (2B) are local, large (100B) is not.
//! Every answer takes 1, 2 and 10 J.
//!
//! | query | data set, category | small | medium | large |
//! | --- | --- | --- | --- | --- |
//! | 0 | a, x | 1 | 0 | 1 |
//! | 1 | a, x | 0 | 1 | 1 |
//! | 2 | a, y | 0 | 0 | 1 |
//! | 3 | b, x | 1 | 1 | 0 |
//! | 4 | b, x | 0 | 0 | 0 |
//! | 5 | b, none | 0 | 0 | 0 |

use super::testing::{assert_close, constant, endpoint, grouped, studied, trace, values};
use super::*;
use crate::trace::Tier;

fn six() -> Trace {
    let answers = |scores: [f64; 6], joules: f64| (scores.to_vec(), vec![joules; 6], vec![1.0; 6]);
    let one = |id, tier, size, scores, joules| {
        let (scores, joules, seconds) = answers(scores, joules);
        (endpoint(id, tier, size), scores, joules, seconds)
    };
    let mut trace = trace(vec![
        one("small", Tier::Local, 1.0, [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], 1.0),
        one("medium", Tier::Local, 2.0, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0], 2.0),
        one("large", Tier::Cloud, 100.0, [1.0, 1.0, 1.0, 0.0, 0.0, 0.0], 10.0),
    ]);
    grouped(&mut trace, &["a", "a", "a", "b", "b", "b"], &["x", "x", "y", "x", "x", ""]);
    trace
}

fn name(group: &Group) -> (Extent, Option<&str>, Option<&str>, u64) {
    (group.extent, group.dataset.as_deref(), group.category.as_deref(), group.queries)
}

#[test]
fn groups_are_all_then_data_sets_with_their_categories() {
    let table = studied(&six(), &Options::default()).0.coverage.unwrap();
    let found: Vec<_> = table.rows.iter().map(|row| name(&row.group)).collect();
    let expected = [
        (Extent::All, None, None, 6),
        (Extent::Dataset, Some("a"), None, 3),
        (Extent::Category, Some("a"), Some("x"), 2),
        (Extent::Category, Some("a"), Some("y"), 1),
        (Extent::Dataset, Some("b"), None, 3),
        (Extent::Category, Some("b"), Some("x"), 2),
        (Extent::Category, Some("b"), None, 1),
    ];
    assert_eq!(found, expected);
}

#[test]
fn coverage_by_hand() {
    let table = studied(&six(), &Options::default()).0.coverage.unwrap();
    assert_eq!((table.local, table.cloud), (vec!["small".to_owned(), "medium".to_owned()], vec!["large".to_owned()]));
    let row = |index: usize| {
        let row: &CoverageRow = &table.rows[index];
        let (local, cloud) = (row.best_local.as_ref().unwrap(), row.best_cloud.as_ref().unwrap());
        assert_eq!((local.endpoint.as_str(), cloud.endpoint.as_str()), ("small", "large"), "of equals the first");
        values(&[row.any, row.local, Some(local.share), Some(cloud.share)])
    };
    // Any solves queries 0 to 3, a local one 0, 1 and 3, small 0 and 3, large 0, 1 and 2.
    assert_close(&row(0), &[4.0 / 6.0, 3.0 / 6.0, 2.0 / 6.0, 3.0 / 6.0]);
    // Data set a; its category y is query 2 alone.
    assert_close(&row(1), &[1.0, 2.0 / 3.0, 1.0 / 3.0, 1.0]);
    assert_close(&row(3), &[1.0, 0.0, 0.0, 1.0]);
    // Six queries are too few for an interval.
    assert!(table.rows[0].any.is_some_and(|figure| figure.low.is_none()));
}

#[test]
fn coverage_is_that_of_inspect() {
    let trace = six();
    let inspected = crate::analysis::inspect::inspect(&trace, None, &[]).unwrap().coverage;
    let rows = studied(&trace, &Options::default()).0.coverage.unwrap().rows;
    assert_eq!(values(&[rows[0].any, rows[0].local]), [inspected.any, inspected.local.unwrap()]);
    for (row, known) in rows.iter().filter(|row| row.group.extent == Extent::Dataset).zip(&inspected.by_dataset) {
        assert_eq!(values(&[row.any, row.local]), [known.any, known.local.unwrap()]);
    }
}

#[test]
fn difficulty_by_hand() {
    let table = studied(&six(), &Options::default()).0.difficulty.unwrap();
    let levels: Vec<_> = table.levels.iter().map(|level| (level.params_total_b, level.models.join(","))).collect();
    assert_eq!(levels, [(Some(1.0), "small".to_owned()), (Some(2.0), "medium".to_owned())]);
    let row = |index: usize| {
        let row: &DifficultyRow = &table.rows[index];
        values(&[row.smallest[0], row.smallest[1], row.no_local, row.cloud_only, row.nobody])
    };
    // Small solves 0 and 3, medium then 1; large alone 2; nobody 4 and 5.
    assert_close(&row(0), &[2.0 / 6.0, 1.0 / 6.0, 3.0 / 6.0, 1.0 / 6.0, 2.0 / 6.0]);
    assert_close(&row(4), &[1.0 / 3.0, 0.0, 2.0 / 3.0, 0.0, 2.0 / 3.0]);
}

#[test]
fn local_models_of_unknown_size_are_the_last_level() {
    let mut trace = six();
    trace.info.endpoints[0].params_total_b = None;
    let (study, notes) = studied(&trace, &Options::default());
    let table = study.difficulty.unwrap();
    assert_eq!(table.levels[1].models, ["small"]);
    // Medium solves 1 and 3, small then 0.
    assert_close(&values(&table.rows[0].smallest), &[2.0 / 6.0, 1.0 / 6.0]);
    assert!(notes.contains("last level") && notes.contains("leave out what has no `params_total_b`: small"), "{notes}");
}

#[test]
fn savings_by_size_by_hand() {
    let (study, notes) = studied(&six(), &Options::default());
    assert!(!notes.contains("no savings by size"), "{notes}");
    let [savings] = &study.by_size[..] else { panic!("one baseline") };
    assert_eq!((savings.baseline.as_str(), savings.limits.len()), ("large", 2));
    let saved = |limit: usize| values(&savings.limits[limit].rows.iter().map(|row| row.savings.energy).collect::<Vec<_>>());
    // Up to 1B: small for 0 and 3, and for 4 and 5, where large is wrong too; large for 1 and 2: 4 + 20 of
    // 60 J. In a: 1 + 20 of 30 J, in b: 3 of 30 J.
    assert_close(&saved(0), &[1.0 - 24.0 / 60.0, 1.0 - 21.0 / 30.0, 1.0 - 3.0 / 30.0]);
    // Up to 2B medium takes query 1: 4 + 2 + 10 of 60 J.
    assert_close(&saved(1), &[1.0 - 16.0 / 60.0, 1.0 - 13.0 / 30.0, 1.0 - 3.0 / 30.0]);
    let row = &savings.limits[0].rows[0];
    assert_close(&[row.local_share, row.answer_accuracy.unwrap().value], &[4.0 / 6.0, 4.0 / 6.0]);
    // Nothing else than energy is known of all.
    assert_eq!((row.savings.flops, row.savings.cost, row.savings.latency), (None, None, None));
}

#[test]
fn savings_by_size_of_one_family() {
    let trace = six();
    let savings = savings_by_size(&trace, "large", &["medium".to_owned()], &Options::default()).unwrap();
    // Medium for 1 and 3, and for 4 and 5; large for 0 and 2: 8 + 20 of 60 J.
    assert_close(&values(&[savings.limits[0].rows[0].savings.energy]), &[1.0 - 28.0 / 60.0]);
    assert!(savings_by_size(&trace, "large", &["large".to_owned()], &Options::default()).is_err(), "no local endpoint is left");
    assert!(savings_by_size(&trace, "huge", &["small".to_owned()], &Options::default()).is_err());
}

#[test]
fn what_a_trace_lacks_is_said() {
    let mut without =
        trace(vec![constant(endpoint("a", Tier::Local, 1.0), 2, 1.0, 1.0), constant(endpoint("b", Tier::Local, 2.0), 2, 1.0, 1.0)]);
    let (study, notes) = studied(&without, &Options::default());
    assert!(study.by_size.is_empty() && study.coverage.is_some_and(|table| table.rows[0].best_cloud.is_none()));
    assert!(notes.contains("no savings by size: no endpoint is of tier `cloud`") && notes.contains("none is of tier `cloud`"), "{notes}");
    // A name that is none is a mistake, not something that the trace lacks.
    let wrong = Options { baselines: vec!["c".to_owned()], ..Options::default() };
    assert!(of(&without, &wrong).is_err());
    assert!(of(&without, &Options { local: vec!["c".to_owned()], ..Options::default() }).is_err());
    without.outcomes.iter_mut().for_each(|outcomes| *outcomes = Default::default());
    let (study, notes) = studied(&without, &Options::default());
    assert_eq!(study, Study::default());
    // A line for each analysis, and one more for what scores, energies and perplexities would give.
    assert_eq!(notes.lines().count(), 9, "{notes}");
}
