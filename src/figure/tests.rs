use super::*;
use crate::report::{ById, Quantities};

pub(super) fn scene(name: &str, report: &Report) -> Scene {
    kind(name).scene(report, Width::Natural).unwrap()
}

fn kind(name: &str) -> &'static FigureKind {
    FIGURES.iter().find(|figure| figure.name == name).unwrap()
}

/// A figure can be drawn, and is tidy at every width that it can be laid out for. Widths that it was drawn at.
pub(super) fn tidy(name: &str, report: &Report) -> Vec<Width> {
    let mut drawn = Vec::new();
    for width in [Width::Natural, Width::TwoColumns, Width::OneColumn] {
        match kind(name).scene(report, width) {
            Ok(scene) => {
                assert!(width == Width::Natural || scene.width == width.of(0.0), "{name}: {width:?}");
                println!("{name} {width:?}");
                assert_tidy(&scene);
                drawn.push(width);
            }
            Err(why) => assert!(width != Width::Natural && why.contains("column"), "{name} {width:?}: {why}"),
        }
    }
    drawn
}

pub(super) fn texts(scene: &Scene) -> Vec<&Text> {
    scene.marks.iter().filter_map(|mark| if let Mark::Text(text) = mark { Some(text) } else { None }).collect()
}

/// Everything is inside, and no text touches another or a marker.
pub(super) fn assert_tidy(scene: &Scene) {
    let page = Rect { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
    // Measured once: there are many pairs.
    let texts: Vec<(&str, Rect)> = texts(scene).iter().map(|text| (text.text.as_str(), text.room())).collect();
    // Letters of 7 to 9 points of 1/72 inch: no figure is scaled for its width.
    for size in super::tests::texts(scene).iter().map(|text| text.size) {
        assert!((7.0..=9.0).contains(&(0.72 * size)), "{size}");
    }
    for (index, (text, room)) in texts.iter().enumerate() {
        assert!(page.holds(room), "`{text}` is cut off: {room:?}");
        let other = texts.iter().skip(index + 1).find(|(_, other)| other.overlaps(room));
        assert!(other.is_none(), "`{text}` touches `{}`", other.unwrap().0);
    }
    for mark in &scene.marks {
        let points = match mark {
            Mark::Line { points, .. } | Mark::Area { points, .. } | Mark::Fill { points, .. } => points.clone(),
            Mark::Marker { at, .. } => vec![*at],
            Mark::Text(_) => Vec::new(),
        };
        assert!(points.iter().all(|at| page.holds(&Rect::around(*at, 0.0))), "{mark:?} is cut off");
        if let Mark::Marker { at, .. } = mark {
            let hidden = texts.iter().find(|(_, room)| room.overlaps(&Rect::around(*at, 2.0)));
            assert!(hidden.is_none(), "`{}` hides a marker", hidden.unwrap().0);
        }
    }
}

/// What a replay's report cannot feed.
const LACKING: [&str; 11] = [
    "savings_curves",
    "reliability",
    "break_even",
    "day",
    "coverage",
    "coverage_by_category",
    "over_time",
    "efficiency",
    "savings_by_size",
    "difficulty",
    "reproduction",
];

#[test]
fn files_are_whole_and_the_same_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (out, again) = (folder.path().join("a"), folder.path().join("b"));
    let (report, all) = (small(), Drawing { formats: Format::ALL.to_vec(), width: Width::Natural });
    let drawn = draw_all(&report, &out, &all, false).unwrap();
    assert_eq!(drawn.files, ["svg", "png", "pdf"].map(|ending| out.join(format!("quality_cost.{ending}"))));
    assert_eq!(drawn.skipped.iter().map(|skipped| skipped.figure).collect::<Vec<_>>(), LACKING);
    draw_all(&report, &again, &all, false).unwrap();
    for name in ["quality_cost.svg", "quality_cost.png", "quality_cost.pdf"] {
        assert!(std::fs::read(out.join(name)).unwrap() == std::fs::read(again.join(name)).unwrap(), "{name}");
    }
    let svg = std::fs::read_to_string(out.join("quality_cost.svg")).unwrap();
    assert!(svg.starts_with("<svg width=\"460\"") && svg.ends_with("</svg>\n"), "{}", &svg[..80]);
    for label in ["cascade-verify", sample::BASELINES[0].0, "cost per 1,000 queries, USD", "answer accuracy", "<title>Answer"] {
        assert!(svg.contains(label), "{label}");
    }
    let png = std::fs::read(out.join("quality_cost.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG") && png.ends_with(b"IEND\xaeB`\x82"));
}

#[test]
fn nothing_is_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let (svg, png) = (folder.path().join("quality_cost.svg"), folder.path().join("quality_cost.png"));
    std::fs::write(&png, "mine").unwrap();
    // One of the two is there: neither is written.
    assert!(draw_all(&small(), folder.path(), &Drawing::default(), false).unwrap_err().to_string().contains("--force"));
    assert!(!svg.exists() && std::fs::read(&png).unwrap() == b"mine");
    draw_all(&small(), folder.path(), &Drawing::default(), true).unwrap();
    assert!(svg.exists() && std::fs::read(&png).unwrap() != b"mine");
}

/// A report of one small figure: bitmaps take long in a build for tests.
fn small() -> Report {
    let mut report = sample::replay();
    report.policies.iter_mut().for_each(|policy| (policy.per_query.energy_j, policy.per_query.latency_s) = (None, None));
    report.run.endpoints.clear();
    report
}

#[test]
fn savings_stand_beside_answer_accuracy_and_their_own_baseline() {
    let scene = scene("savings_curves", &sample::sweep());
    tidy("savings_curves", &sample::sweep());
    let count = |wanted: &str| texts(&scene).iter().filter(|text| text.text == wanted).count();
    // Two fallbacks, each against itself alone.
    for (id, ..) in sample::BASELINES {
        assert_eq!(count(&format!("saved, % of {id}")), 1);
    }
    assert_eq!((count("answer accuracy"), count("baseline"), count("misroute: retry")), (2, 2, 2));
    let mut blind = sample::sweep();
    blind.curves.iter_mut().flat_map(|curve| &mut curve.points).for_each(|point| {
        (point.answer_accuracy, point.expected_answer_accuracy) = (None, None);
    });
    assert!((savings::FIGURE.draw)(&blind, Width::Natural).err().unwrap().contains("answer accuracy"));
}

#[test]
fn a_fallback_that_is_no_baseline_stands_against_every_baseline() {
    let report = one();
    let scene = scene("savings_curves", &report);
    tidy("savings_curves", &report);
    let wanted = "saved, % of b@x (fallback: ladder-xl@epyc-bs1)";
    assert!(texts(&scene).iter().any(|text| text.text == wanted));
}

/// One curve against two baselines, without a closed form of savings.
fn one() -> Report {
    let mut report = sample::sweep();
    report.curves.truncate(1);
    for point in &mut report.curves[0].points {
        let own = point.savings.values().next().copied().unwrap();
        point.savings = ById::from([("a@x".to_owned(), own), ("b@x".to_owned(), own)]);
        point.expected_savings.clear();
    }
    report.run.baselines = vec!["a@x".to_owned(), "b@x".to_owned()];
    report
}

#[test]
fn hard_cases_stay_tidy() {
    tidy("savings_curves", &sample::hard());
    // Too many for names: each panel has the numbers, the key says whose they are.
    let crowd = scene("quality_cost", &sample::crowd());
    tidy("quality_cost", &sample::crowd());
    for (wanted, times) in [("30", 3), ("30 threshold-23-of-a-long-name", 1), ("threshold-23-of-a-long-name", 0)] {
        assert_eq!(texts(&crowd).iter().filter(|text| text.text == wanted).count(), times, "{wanted}");
    }
}

#[test]
fn quality_of_sweeps_and_replays_is_tidy() {
    tidy("quality_cost", &sample::replay());
    let scene = scene("quality_cost", &sample::sweep());
    tidy("quality_cost", &sample::sweep());
    // Energy and latency of curves are known, for two fallbacks; cost only of endpoints, once.
    let count = |start: &str| texts(&scene).iter().filter(|text| text.text.starts_with(start)).count();
    assert_eq!((count("energy"), count("cost"), count("latency")), (2, 1, 2));
    // Paths are named in the key alone, once, and not like an endpoint.
    assert_eq!((count("misroute accept"), count("misroute cloud"), count("cloud")), (1, 1, 0));
}

#[test]
fn what_is_one_point_has_one_short_label() {
    let mut report = sample::sweep();
    let fallback = sample::BASELINES[0].0;
    // Two policies that always use one endpoint, and the oracle where the paths of its fallback end.
    for name in ["all-fallback", "always:endpoint=x"] {
        report.policies.push(sample::policy((name, "always", false, 0.782, 410.0)));
    }
    let end = *report.curves[0].points.last().unwrap().per_query.energy_j.as_ref().unwrap();
    let accuracy = report.curves[0].points.last().unwrap().answer_accuracy.unwrap().value;
    let mut oracle = sample::policy(("best", "oracle", true, accuracy, end));
    (oracle.name, oracle.fallback) = (format!("best (fallback {fallback})"), Some(fallback.to_owned()));
    report.policies.push(oracle);
    let scene = scene("quality_cost", &report);
    let count = |wanted: &str| texts(&scene).iter().filter(|text| text.text == wanted).count();
    assert_eq!((count("all-fallback"), count("always:endpoint=x")), (0, 0));
    // Panels: energy and latency of two fallbacks each, and the cost of both fallbacks' policies.
    assert_eq!(count(fallback), texts(&scene).iter().filter(|text| text.text.starts_with("answer accuracy (")).count());
    let energy_panels = texts(&scene).iter().filter(|text| text.text.starts_with("energy per query")).count();
    assert!(count("best") > 0 && energy_panels == 2);
    // The end of the path is the oracle's place in its fallback's panel of energy, and in no other.
    assert!(count("oracle") < texts(&scene).iter().filter(|text| text.text.starts_with("answer accuracy (")).count());
}

#[test]
fn a_day_has_its_amounts_and_what_each_strategy_saves_and_answers() {
    let report = sample::day();
    let scene = scene("day", &report);
    tidy("day", &report);
    let count = |wanted: &str| texts(&scene).iter().filter(|text| text.text == wanted).count();
    for (wanted, times) in [
        ("energy, MWh", 1),
        ("compute, EFLOP", 1),
        ("cost, USD, thousand", 1),
        ("CO2, t", 1),
        ("arrivals per hour, million", 1),
        ("hour of the day", 5),
        // The names at the ends of the lines of four panels, and answers in the key, once.
        ("router 80% +64.3%", 4),
        ("random −10.2%", 4),
        ("baseline", 4),
        ("router 60%: answer accuracy 85.0%", 1),
    ] {
        assert_eq!(count(wanted), times, "{wanted}");
    }
    // Three amounts leave a cell for the arrivals, one leaves one too; of none there is no figure.
    for known in [3, 1, 0] {
        let mut report = sample::day();
        report.day.iter_mut().flat_map(|day| &mut day.strategies).for_each(|strategy| {
            strategy.cumulative.carbon_g = None;
            if known < 3 {
                (strategy.cumulative.flops, strategy.cumulative.cost_usd) = (None, None);
            }
            if known < 1 {
                strategy.cumulative.energy_j = None;
            }
        });
        match (day::FIGURE.draw)(&report, Width::Natural) {
            Ok(_) => drop(tidy("day", &report)),
            Err(why) => assert!(known == 0 && why.contains("known"), "{why}"),
        }
    }
    assert!((day::FIGURE.draw)(&sample::replay(), Width::Natural).is_err());
}

#[test]
fn a_day_against_two_baselines_of_a_short_file_is_tidy() {
    let mut report = sample::day();
    report.run.baselines.push("another@hardware-with-a-long-name-batch-16".to_owned());
    let day = report.day.as_mut().unwrap();
    day.span_s /= 30.0;
    day.seconds.iter_mut().for_each(|second| *second /= 30.0);
    let scene = scene("day", &report);
    tidy("day", &report);
    assert!(texts(&scene).iter().any(|text| text.text == "minutes since the first arrival"));
    assert!(texts(&scene).iter().any(|text| text.text.starts_with("arrivals per minute")));
}

#[test]
fn counts_are_grouped() {
    assert_eq!([0, 999, 1200, 80_200_000].map(thousands), ["0", "999", "1,200", "80,200,000"]);
}

#[test]
fn unknown_accounts_have_no_panel() {
    let mut report = sample::replay();
    report.policies.iter_mut().for_each(|policy| policy.per_query.energy_j = None);
    report.run.endpoints.iter_mut().for_each(|endpoint| endpoint.per_query.energy_j = None);
    let scene = scene("quality_cost", &report);
    assert!(!texts(&scene).iter().any(|text| text.text.starts_with("energy")));
    assert!(texts(&scene).iter().any(|text| text.text.starts_with("latency")));
    report.run.endpoints.iter_mut().for_each(|endpoint| endpoint.per_query = Quantities::default());
    assert!((quality::FIGURE.draw)(&report, Width::Natural).is_err());
}

#[test]
fn reliability_has_a_panel_for_each_router_or_each_endpoint_of_one() {
    let count = |scene: &Scene, start: &str| texts(scene).iter().filter(|text| text.text.starts_with(start)).count();
    let several = scene("reliability", &sample::learned(8));
    tidy("reliability", &sample::learned(8));
    // Eight routers, of which six are shown; two policies of one router are one.
    assert_eq!((count(&several, "predicted"), count(&several, "Panels that are not shown: 2")), (6, 1));
    assert_eq!((count(&several, "knn-0 and 1 more: mean"), count(&several, "ladder-s@epyc-bs1")), (1, 1));
    let one = scene("reliability", &sample::learned(1));
    tidy("reliability", &sample::learned(1));
    // Four endpoints, of one of which nothing is known; headings of two lines.
    assert_eq!((count(&one, "predicted"), count(&one, "router of knn-0")), (3, 1));
    assert!(texts(&one).iter().any(|text| text.bold && text.text.contains("ladder-s@epyc-bs1")));
    // The diagonal, once a panel, and in the key.
    let dashed =
        one.marks.iter().filter(|mark| matches!(mark, Mark::Line { stroke, points } if stroke.dash == style::DASHED && points.len() == 2));
    assert_eq!(dashed.count(), 4);
    assert!((reliability::FIGURE.draw)(&sample::replay(), Width::Natural).err().unwrap().contains("no learned policy"));
}

/// Writes the samples where a person can look at them: set the variable and run this test.
#[test]
#[ignore = "writes files to look at, into WATTROUTE_LOOK"]
fn look() {
    let Some(folder) = std::env::var_os("WATTROUTE_LOOK").map(PathBuf::from) else { return };
    let reports = [
        ("sweep", sample::sweep()),
        ("replay", sample::replay()),
        ("hard", sample::hard()),
        ("crowd", sample::crowd()),
        ("day", sample::day()),
        ("learned", sample::learned(8)),
        ("learned-one", sample::learned(1)),
    ];
    let studies =
        [("study", study_sample::study()), ("reproduction", study_sample::reproduction()), ("study-crowd", study_sample::crowd())];
    for (name, report) in reports.into_iter().chain([("small", small()), ("one", one())]).chain(studies) {
        for width in [Width::Natural, Width::TwoColumns, Width::OneColumn] {
            let drawing = Drawing { formats: Format::ALL.to_vec(), width };
            draw_all(&report, &folder.join(format!("{name}-{width:?}")), &drawing, true).unwrap();
        }
        std::fs::write(folder.join(format!("{name}-Natural")).join("report.json"), serde_json::to_vec(&report).unwrap()).unwrap();
    }
}

#[test]
fn a_break_even_has_a_map_for_each_misroute_and_baseline() {
    let trace = crate::trace::Trace::open("toy", &crate::trace::Columns::all()).unwrap();
    let specs = [crate::policy::PolicySpec::find("noisy-oracle").unwrap()];
    // Two baselines, one of them the fallback: a section against that one alone.
    let roles = crate::workload::RoleNames {
        baselines: vec!["large@server".to_owned(), "medium@laptop".to_owned()],
        fallback: Some("large@server".to_owned()),
        ..crate::workload::RoleNames::default()
    };
    let request = crate::replay::Request { roles, ..crate::replay::Request::default() };
    let replay = crate::replay::Replay::prepare(&trace, &specs, &request).unwrap();
    let mut report = sample::replay();
    report.break_even = Some(crate::analysis::break_even(&replay, "noisy-oracle", &crate::analysis::BreakEvenOptions::default()).unwrap());
    let scene = scene("break_even", &report);
    tidy("break_even", &report);
    let count = |wanted: &str| texts(&scene).iter().filter(|text| text.text == wanted).count();
    for misroute in ["cloud", "accept", "verify", "retry", "uniform"] {
        assert_eq!(count(&format!("misroute: {misroute}")), 1, "against the fallback alone");
    }
    assert_eq!(count("energy saved, % of large@server"), 1);
    // Today, in each panel and in the key.
    assert_eq!(scene.marks.iter().filter(|mark| matches!(mark, Mark::Marker { .. })).count(), 6);
    report.break_even = None;
    assert!((break_even::FIGURE.draw)(&report, Width::Natural).err().unwrap().contains("not of a break-even"));
}
