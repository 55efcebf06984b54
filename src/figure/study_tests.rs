//! The figures of a study and a reproduction.

use super::study_sample::{DATASETS, LONG, crowd, line, reproduction, step, study};
use super::tests::{scene, texts, tidy};
use super::*;

const NAMES: [&str; 6] = ["coverage", "coverage_by_category", "over_time", "efficiency", "savings_by_size", "difficulty"];

/// How many texts are these words.
fn count(scene: &Scene, wanted: &str) -> usize {
    texts(scene).iter().filter(|text| text.text == wanted).count()
}

/// Markers of published numbers, those in the key included.
fn hollow(scene: &Scene) -> usize {
    scene.marks.iter().filter(|mark| matches!(mark, Mark::Marker { hollow: true, .. })).count()
}

#[test]
fn figures_of_studies_are_tidy() {
    for report in [study(), reproduction(), crowd()] {
        for name in NAMES {
            tidy(name, &report);
        }
    }
    for report in [reproduction(), crowd()] {
        tidy("reproduction", &report);
    }
}

#[test]
fn real_studies_are_tidy() {
    for name in ["toy", "ladder"] {
        let trace = crate::trace::Trace::open(name, &crate::trace::Columns::metrics(&crate::analysis::study::METRICS)).unwrap();
        let mut report = sample::empty("study");
        report.study = Some(crate::analysis::study::of(&trace, &crate::analysis::study::Options::default()).unwrap().0);
        for figure in NAMES.into_iter().filter(|figure| *figure != "over_time") {
            tidy(figure, &report);
        }
    }
}

#[test]
fn nothing_is_published_beside_a_study() {
    let report = study();
    for name in NAMES {
        let scene = scene(name, &report);
        assert_eq!(hollow(&scene), 0, "{name}");
        assert!(texts(&scene).iter().any(|text| text.text == "Trace ladder, 1,200 queries."), "{name} says where it is from");
    }
    assert!((reproduction::FIGURE.draw)(&report, Width::Natural).err().unwrap().contains("not of a reproduction"));
}

#[test]
fn what_a_report_lacks_is_said() {
    let mut report = sample::replay();
    for name in NAMES {
        let figure = FIGURES.iter().find(|figure| figure.name == name).unwrap();
        assert!((figure.draw)(&report, Width::Natural).err().unwrap().contains("not of a study"), "{name}");
    }
    report.study = Some(crate::analysis::Study::default());
    for name in NAMES {
        let figure = FIGURES.iter().find(|figure| figure.name == name).unwrap();
        assert!(!(figure.draw)(&report, Width::Natural).err().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn coverage_names_the_best_and_rings_what_was_published() {
    let scene = scene("coverage", &reproduction());
    // One data set was published: its ring, and that of the key.
    assert_eq!(hollow(&scene), 2);
    // Rows of the sample: all 90%, wildchat 85%, four rows later naturalreasoning 65%.
    assert_eq!((count(&scene, "85.0% (84.0%)"), count(&scene, "65.0%"), count(&scene, "90.0%")), (1, 1, 1));
    assert_eq!((count(&scene, "best local: gpt-oss-120b@apple-m4-max"), count(&scene, "wildchat (300 queries)")), (3, 1));
}

#[test]
fn categories_are_whole_in_order_of_queries_and_from_the_lines() {
    let scene = scene("coverage_by_category", &reproduction());
    let all: Vec<&str> = texts(&scene).iter().map(|text| text.text.as_str()).collect();
    assert!(all.join(" ").contains(LONG), "{all:?}");
    // 300 queries with None, 200 with the long name, 100 legal.
    let place = |name: &str| all.iter().position(|text| LONG.starts_with(text) && name == LONG || *text == name).unwrap();
    assert!(place("None") < place(LONG) && place(LONG) < place("Legal services"));
    // The line's own number, not the study's 75%, which stays that of another data set's row (55%).
    assert_eq!((count(&scene, "12.5% (12.3%)"), count(&scene, "75.0%"), count(&scene, "55.0%")), (1, 0, 1));
    for dataset in DATASETS {
        assert_eq!(count(&scene, &format!("{dataset} (300 queries)")), 1);
    }
}

#[test]
fn years_are_split_into_models_and_hardware() {
    let scene = scene("over_time", &reproduction());
    // 1 to 2: twice by models. 2 to 6: three times, of which models 3/2 and hardware 2/1.
    for (wanted, times) in [("×2.0", 2), ("models ×2.0", 2), ("hardware ×1.0", 2), ("×3.0", 2), ("models ×1.5", 2), ("hardware ×2.0", 2)]
    {
        assert_eq!(count(&scene, wanted), times, "{wanted}, per watt and per joule");
    }
    assert_eq!(count(&scene, "2023 to 2025: ×6.0 = models ×3.0, hardware ×2.0"), 2);
    assert_eq!(count(&scene, "published: ×5.9"), 1);
    // 1 to 6 in 1/kW, and a hundredth of it in 1/J: 10 to 60 in 1/MJ.
    assert_eq!(count(&scene, "answer accuracy per kilowatt (log scale)"), 1);
    assert_eq!(count(&scene, "answer accuracy per megajoule (log scale)"), 1);
    // The last year's point per watt was published.
    assert_eq!(hollow(&scene), 2);
    let mut report = study();
    report.study.as_mut().unwrap().over_time.as_mut().unwrap().steps = vec![step(2025, "one", 1.0, None)];
    assert!((over_time::FIGURE.draw)(&report, Width::Natural).err().unwrap().contains("fewer than two"));
}

#[test]
fn pairs_stand_by_hardware_and_tier() {
    let scene = scene("efficiency", &reproduction());
    let all: Vec<&str> = texts(&scene).iter().map(|text| text.text.as_str()).collect();
    let place = |wanted: &str| all.iter().position(|text| *text == wanted).unwrap_or_else(|| panic!("{wanted} is not in {all:?}"));
    let order = ["Apple A18 Pro", "Apple M4 Max", "NVIDIA H200, local", "NVIDIA H200, cloud"].map(place);
    assert!(order.is_sorted());
    // Two endpoints that are equal in model, batch and precision have names of their own.
    assert!(place("large") < place("large (again)") && place("large (again)") < place("large, batch 64"));
    assert_eq!((count(&scene, "1.50 (1.60)"), count(&scene, "15.0 (15.0)"), count(&scene, "350")), (1, 1, 1));
    assert_eq!(hollow(&scene), 3);
}

#[test]
fn savings_by_size_stand_beside_answer_accuracy() {
    let mut report = reproduction();
    let scene = scene("savings_by_size", &report);
    // The energy and the cost of one size, though ours has no cost, and the key.
    assert_eq!(hollow(&scene), 3);
    assert_eq!((count(&scene, "8.2B"), count(&scene, "energy saved"), count(&scene, "cost saved")), (2, 1, 0));
    assert_eq!((count(&scene, "answer accuracy"), count(&scene, "that of the baseline")), (2, 0));
    // The baseline's answer accuracy by data set is a line of the reproduction.
    report.reproduction.as_mut().unwrap().scenarios[0].lines.push(line("baseline.wildchat", "Table 11", 0.7, 0.7, None));
    assert_eq!(count(&super::tests::scene("savings_by_size", &report), "that of the baseline"), 1);
    for limit in &mut report.study.as_mut().unwrap().by_size[0].limits {
        limit.rows.iter_mut().for_each(|row| row.answer_accuracy = None);
    }
    assert!((savings_by_size::FIGURE.draw)(&report, Width::Natural).err().unwrap().contains("answer accuracy"));
}

#[test]
fn bars_of_difficulty_have_their_numbers() {
    let mut report = study();
    let scene = scene("difficulty", &report);
    // Every one of 9 rows: half small, a fifth medium, a tenth cloud alone, a fifth nobody.
    assert_eq!((count(&scene, "50%") - 1, count(&scene, "20%"), count(&scene, "10%")), (9, 18, 9), "with the axis's 50%");
    assert_eq!((count(&scene, "600M: small"), count(&scene, "only a cloud endpoint"), count(&scene, "no endpoint")), (1, 1, 1));
    let rows = &mut report.study.as_mut().unwrap().difficulty.as_mut().unwrap().rows;
    rows.iter_mut().for_each(|row| row.cloud_only = None);
    let blind = super::tests::scene("difficulty", &report);
    assert_eq!((count(&blind, "only a cloud endpoint"), count(&blind, "no local endpoint")), (0, 1));
}

#[test]
fn what_is_outside_is_seen() {
    let mut report = reproduction();
    let outside = |scene: &Scene| scene.marks.iter().filter(|mark| matches!(mark, Mark::Marker { shape: Shape::Square, .. })).count();
    // Six lines are judged; accuracy per watt is ten times its tolerance off. With the key's.
    let drawn = scene("reproduction", &report);
    assert_eq!((count(&drawn, "5 of 6 published numbers are within."), count(&drawn, "0 of 1 within"), outside(&drawn)), (1, 1, 2));
    let lines = &mut report.reproduction.as_mut().unwrap().scenarios[0].lines;
    lines.retain(|line| line.within != Some(false));
    let drawn = scene("reproduction", &report);
    assert_eq!((count(&drawn, "5 of 5 published numbers are within."), outside(&drawn)), (1, 0));
    report.reproduction.as_mut().unwrap().scenarios[0].lines.retain(|line| line.within.is_none());
    assert!((super::reproduction::FIGURE.draw)(&report, Width::Natural).err().unwrap().contains("no line that is judged"));
}

#[test]
fn dots_of_a_source_do_not_hide_each_other() {
    let drawn = scene("reproduction", &crowd());
    let dots: Vec<At> = drawn.marks.iter().filter_map(|mark| if let Mark::Marker { at, .. } = mark { Some(*at) } else { None }).collect();
    for (index, a) in dots.iter().enumerate() {
        assert!(dots.iter().skip(index + 1).all(|b| (a.0 - b.0).hypot(a.1 - b.1) > 5.0), "{a:?}");
    }
}
