//! Reports that are hard to lay out: one endpoint, sixty with long names, one point, nothing known; and that
//! endpoints keep their colours through all figures.

use super::study_sample::{pair, study};
use super::tests::{scene, texts, tidy};
use super::*;
use crate::report::{Place, Quantities};
use crate::router::Reliability;
use crate::trace::Tier;

fn long(index: usize) -> String {
    format!("qwen{index}-235b-a22b-instruct-2507-fp8@8x-nvidia-h100-80gb-batch-{index}")
}

/// A replay of one endpoint and one policy.
fn one_endpoint() -> Report {
    let mut report = sample::replay();
    report.run.endpoints.truncate(1);
    report.policies.truncate(2);
    report
}

/// A replay and a study of sixty endpoints with long names, with the reliability of a router of all of them.
fn sixty() -> Report {
    let mut report = sample::learned(2);
    report.study = study().study;
    report.run.endpoints = (0..60)
        .map(|index| {
            let mut entry = report.run.endpoints[index % 3].clone();
            (entry.id, entry.place) = (long(index), Some(Place { model: index as u16, of_model: 0 }));
            entry.answer_accuracy = Some(0.3 + 0.01 * index as f64);
            entry.per_query.energy_j = Some(20.0 * 1.1f64.powi(index as i32));
            entry
        })
        .collect();
    for router in &mut report.routers {
        let known = router.reliability.values().flatten().next().cloned();
        router.reliability = (0..60).map(|index| (long(index), known.clone())).collect();
    }
    let tiers = [Tier::Local, Tier::Cloud];
    let pairs = (0..60).map(|index| pair(&long(index), &format!("hardware {}", index % 4), tiers[index % 2], 1, 1.0 + index as f64));
    report.study.as_mut().unwrap().pairs = pairs.collect();
    report
}

#[test]
fn one_endpoint_is_tidy() {
    assert_eq!(tidy("quality_cost", &one_endpoint()).len(), 3);
    let mut report = study();
    let study = report.study.as_mut().unwrap();
    study.pairs.truncate(1);
    study.difficulty.as_mut().unwrap().levels.truncate(1);
    study.difficulty.as_mut().unwrap().rows.iter_mut().for_each(|row| row.smallest.truncate(1));
    for name in ["coverage", "efficiency", "difficulty"] {
        assert_eq!(tidy(name, &report).len(), 3, "{name}");
    }
}

#[test]
fn sixty_endpoints_with_long_names_are_tidy() {
    let report = sixty();
    // Too high for a column, and that is said; on a screen there is room.
    assert_eq!(tidy("quality_cost", &report)[0], Width::Natural);
    assert_eq!(tidy("efficiency", &report)[0], Width::Natural);
    tidy("reliability", &report);
    let why = FIGURES.iter().find(|figure| figure.name == "efficiency").unwrap().scene(&report, Width::OneColumn).unwrap_err();
    assert!(why.starts_with("in one column it would be ") && why.ends_with("more than the 9 of a page"), "{why}");
}

#[test]
fn one_point_is_tidy() {
    let mut report = sample::sweep();
    report.curves.iter_mut().for_each(|curve| curve.points.truncate(1));
    assert!(!tidy("savings_curves", &report).is_empty());
    let mut report = sample::learned(1);
    for of in report.routers.iter_mut().flat_map(|router| router.reliability.values_mut()) {
        *of = Reliability::of(&[0.5], &[1.0]);
    }
    assert_eq!(tidy("reliability", &report).len(), 3);
    let mut report = study();
    report.study.as_mut().unwrap().by_size[0].limits.truncate(1);
    assert_eq!(tidy("savings_by_size", &report).len(), 3);
}

#[test]
fn where_all_is_missing_each_figure_says_why() {
    let mut report = sample::sweep();
    for point in report.curves.iter_mut().flat_map(|curve| &mut curve.points) {
        (point.answer_accuracy, point.expected_answer_accuracy, point.per_query) = (None, None, Quantities::default());
    }
    report.run.endpoints.iter_mut().for_each(|entry| (entry.answer_accuracy, entry.per_query) = (None, Quantities::default()));
    report.study = Some(Study::default());
    report.day = Some(crate::report::Day::default());
    for width in [Width::Natural, Width::TwoColumns, Width::OneColumn] {
        for figure in FIGURES {
            let why = figure.scene(&report, width).map(|_| ()).unwrap_err();
            assert!(!why.is_empty() && !why.ends_with('.'), "{}: {why}", figure.name);
        }
    }
}

/// The inks of markers that stand in a row with a text that ends so, or of the lines beside it.
fn inks_of(scene: &Scene, wanted: &str) -> Vec<Ink> {
    let rows: Vec<Rect> = texts(scene).iter().filter(|text| text.text.ends_with(wanted)).map(|text| text.room()).collect();
    let markers = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Marker { at, ink, hollow: false, .. } => Some((*at, *ink)),
        _ => None,
    });
    markers.filter(|((_, y), _)| rows.iter().any(|room| room.top < *y && *y < room.bottom)).map(|(_, ink)| ink).collect()
}

#[test]
fn an_endpoint_has_one_colour_in_all_figures() {
    let mut report = study();
    // The sample's endpoints are of three models, those of the pairs of three more.
    let endpoints = Endpoints::of(&report);
    for (id, name) in [("small@m4", "small"), ("tiny@phone", "tiny")] {
        let ink = endpoints.look(id).unwrap().ink;
        assert_eq!(inks_of(&scene("efficiency", &report), name)[..1], [ink], "{id}");
    }
    let best = "gpt-oss-120b@apple-m4-max";
    let ink = endpoints.look(best).unwrap().ink;
    let seen = inks_of(&scene("coverage", &report), best);
    assert!(seen.len() >= 3 && seen.iter().all(|seen| *seen == ink), "{seen:?}");
    // Of a level of difficulty its first endpoint's colour fills the bars.
    let table = report.study.as_mut().unwrap().difficulty.as_mut().unwrap();
    table.levels[0].endpoints = vec![best.to_owned()];
    table.levels[1].endpoints = vec!["small@m4".to_owned()];
    let filled = |scene: &Scene, wanted: Ink| scene.marks.iter().any(|mark| matches!(mark, Mark::Fill { ink, .. } if *ink == wanted));
    let drawn = scene("difficulty", &report);
    assert!(filled(&drawn, ink) && filled(&drawn, endpoints.look("small@m4").unwrap().ink));
}

#[test]
fn what_is_no_endpoint_has_no_endpoints_colour() {
    let report = sample::sweep();
    let endpoints = Endpoints::of(&report);
    let taken: Vec<Ink> = report.run.endpoints.iter().map(|entry| endpoints.look(&entry.id).unwrap().ink).collect();
    for mark in &scene("quality_cost", &report).marks {
        if let Mark::Line { stroke, .. } = mark {
            assert!(!taken.contains(&stroke.ink), "{mark:?}");
        }
    }
    // Of a day, the baseline is an endpoint; the others have colours that it has not.
    let mut report = sample::day();
    let baseline = endpoints.look(sample::BASELINES[0].0).unwrap().ink;
    let strategies = &mut report.day.as_mut().unwrap().strategies;
    strategies.iter_mut().for_each(|strategy| strategy.savings.values_mut().for_each(|saved| saved.carbon = None));
    let lines = |scene: &Scene| {
        let long = |points: &Vec<At>| points.len() > 10;
        let inks = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Line { points, stroke } if long(points) && stroke.width > 1.2 => Some(stroke.ink),
            _ => None,
        });
        inks.collect::<Vec<Ink>>()
    };
    let drawn = lines(&scene("day", &report));
    // Four panels of five lines: one of them the baseline's.
    assert_eq!((drawn.len(), drawn.iter().filter(|ink| **ink == baseline).count()), (20, 4));
}

#[test]
fn accounts_and_answers_have_inks_for_pages_too() {
    assert_eq!(ACCOUNTS.map(|look| look.ink.hex()), ["#0072b2", "#e69f00", "#009e73", "#cc79a7"]);
    assert_eq!((ANSWERS.ink.hex(), PLAIN.ink.hex()), ("#d55e00".to_owned(), "#000000".to_owned()));
    let report = sample::replay();
    let endpoints = Endpoints::of(&report);
    let inks: Vec<(&str, String)> = endpoints.inks().map(|(id, ink)| (id, ink.hex())).collect();
    assert_eq!(inks[0], ("ladder-s@epyc-bs1", "#0072b2".to_owned()));
    assert_eq!(inks.len(), 4);
}
