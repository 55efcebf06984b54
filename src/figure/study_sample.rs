//! A made-up report of a study and a reproduction, shaped like the paper's: two data sets, long names of
//! categories, three years, a phone and a cloud.

use super::sample::empty;
use crate::analysis::study::*;
use crate::report::*;
use crate::trace::Tier;

/// A category with a name that needs two lines.
pub const LONG: &str = "Arts, design, sports, entertainment, media, and whatever else has a long name of its own";
const CATEGORIES: [&str; 3] = ["Legal services", LONG, "None"];
pub const DATASETS: [&str; 2] = ["wildchat", "naturalreasoning"];

/// A figure with an interval.
pub fn around(value: f64, reach: f64) -> Figure {
    Figure { value, low: Some(value - reach), high: Some(value + reach) }
}

fn group(dataset: Option<&str>, category: Option<&str>, queries: u64) -> Group {
    let extent = match (dataset, category) {
        (_, Some(_)) => Extent::Category,
        (Some(_), None) => Extent::Dataset,
        (None, None) => Extent::All,
    };
    Group { extent, dataset: dataset.map(str::to_owned), category: category.map(str::to_owned), queries }
}

/// All, and each data set with its categories; queries 600, 300 a data set, 50, 100 and 150 a category.
fn groups() -> Vec<Group> {
    let mut groups = vec![group(None, None, 600)];
    for dataset in DATASETS {
        groups.push(group(Some(dataset), None, 300));
        groups.extend(CATEGORIES.iter().zip(1..).map(|(category, size)| group(Some(dataset), Some(category), 50 * size)));
    }
    groups
}

/// A study of everything.
pub fn study() -> Report {
    let mut report = empty("study");
    let best = |endpoint: &str, share: f64| Some(Best { endpoint: endpoint.to_owned(), share: around(share, 0.02) });
    let share = |index: usize| 0.9 - 0.05 * index as f64;
    let coverage = |(index, group): (usize, Group)| CoverageRow {
        group,
        any: Some(around(share(index) + 0.05, 0.02)),
        local: Some(around(share(index), 0.02)),
        best_local: best("gpt-oss-120b@apple-m4-max", share(index) - 0.1),
        best_cloud: best("qwen3-235b@8x-nvidia-h100", share(index) - 0.05),
    };
    let difficulty = |group: Group| DifficultyRow {
        group,
        smallest: vec![Some(around(0.5, 0.02)), Some(around(0.2, 0.02))],
        no_local: Some(around(0.3, 0.02)),
        cloud_only: Some(around(0.1, 0.02)),
        nobody: Some(around(0.2, 0.02)),
    };
    let level =
        |size: f64, model: &str| DifficultyLevel { params_total_b: Some(size), models: vec![model.to_owned()], endpoints: Vec::new() };
    let levels = vec![level(0.6, "small"), level(8.2, "medium")];
    report.study = Some(Study {
        coverage: Some(CoverageTable {
            correct_at: 1.0,
            rows: groups().into_iter().enumerate().map(coverage).collect(),
            ..CoverageTable::default()
        }),
        by_size: vec![by_size()],
        pairs: pairs(),
        over_time: Some(over_time()),
        difficulty: Some(DifficultyTable { levels, rows: groups().into_iter().map(difficulty).collect() }),
        ..Study::default()
    });
    report
}

fn by_size() -> SavingsBySize {
    let limit = |(size, saved): (f64, f64)| {
        let row = |group: Group| SizeRow {
            group,
            answer_accuracy: Some(around(0.8, 0.01)),
            local_share: saved,
            savings: Fractions { energy: Some(around(saved, 0.02)), flops: Some(Figure::exact(saved + 0.1)), cost: None, latency: None },
        };
        let rows = groups().into_iter().filter(|group| group.extent != Extent::Category).map(row).collect();
        SizeLimit { params_total_b: size, local: Vec::new(), rows }
    };
    let limits = [(4.0, -0.3), (8.2, 0.4), (20.9, 0.7)].map(limit).to_vec();
    SavingsBySize { baseline: super::sample::BASELINES[0].0.to_owned(), local: Vec::new(), limits }
}

/// An endpoint, its accuracy per watt in 1/kW; that per joule is a hundredth of it.
pub fn pair(endpoint: &str, hardware: &str, tier: Tier, batch: u32, per_kw: f64) -> Pair {
    Pair {
        endpoint: endpoint.to_owned(),
        model: endpoint.split('@').next().unwrap().to_owned(),
        hardware: Some(hardware.to_owned()),
        tier: Some(tier),
        params_total_b: None,
        batch_size: Some(batch),
        precision: None,
        answered: 600,
        answer_accuracy: None,
        power_w: None,
        energy_j: None,
        latency_s: None,
        perplexity: None,
        apw: Some(around(1e-3 * per_kw, 1e-4 * per_kw)),
        apj: Some(around(1e-5 * per_kw, 1e-6 * per_kw)),
        ppw: None,
        ppj: None,
    }
}

fn pairs() -> Vec<Pair> {
    vec![
        pair("large@h200", "NVIDIA H200", Tier::Cloud, 1, 2.0),
        pair("large@h200-again", "NVIDIA H200", Tier::Cloud, 1, 2.1),
        pair("large@h200-bs64", "NVIDIA H200", Tier::Cloud, 64, 0.7),
        pair("small@m4", "Apple M4 Max", Tier::Local, 1, 1.5),
        pair("tiny@phone", "Apple A18 Pro", Tier::Phone, 1, 35.0),
        pair("small@h200", "NVIDIA H200", Tier::Local, 1, 3.0),
    ]
}

/// A year's endpoint with its accuracy per watt in 1/kW and what models and hardware gained over the first.
pub fn step(year: u16, model: &str, per_kw: f64, gained: Option<(f64, f64)>) -> TimeStep {
    let gain = gained.map(|(models, hardware)| Improvement {
        total: Figure::exact(models * hardware),
        models: Figure::exact(models),
        hardware: Figure::exact(hardware),
        crossed: None,
    });
    TimeStep {
        year,
        endpoint: format!("{model}@box"),
        model: model.to_owned(),
        hardware: Some("NVIDIA Quadro RTX 6000".to_owned()),
        apw: Some(around(1e-3 * per_kw, 2e-5)),
        apj: Some(around(1e-5 * per_kw, 2e-7)),
        per_watt: gain.clone(),
        per_joule: gain,
        ..TimeStep::default()
    }
}

/// 1 to 2 (models 2, hardware 1) to 6 (over the first: models 3, hardware 2).
fn over_time() -> OverTime {
    OverTime {
        steps: vec![
            step(2023, "Mixtral-8x7B", 1.0, None),
            step(2024, "Llama-3.1-8B", 2.0, Some((2.0, 1.0))),
            step(2025, "GPT-OSS-120B", 6.0, Some((3.0, 2.0))),
        ],
    }
}

/// A line that is judged where it has a tolerance.
pub fn line(key: &str, source: &str, paper: f64, here: f64, tolerance: Option<f64>) -> Line {
    Line {
        key: key.to_owned(),
        what: format!("what it is, {key}"),
        unit: Unit::Share,
        paper: Some(paper),
        here: Some(here),
        tolerance,
        within: tolerance.map(|tolerance| (here - paper).abs() <= tolerance),
        source: source.to_owned(),
    }
}

/// The same study beside published numbers; one is outside of its tolerance.
pub fn reproduction() -> Report {
    let mut report = study();
    let lines = vec![
        line("coverage.wildchat", "Figure 2", 0.84, 0.85, Some(0.02)),
        line(&format!("coverage.wildchat.{LONG}"), "Table 4", 0.123, 0.125, Some(0.005)),
        line("apw.small@m4", "Table 13", 1.6e-3, 1.5e-3, Some(1e-5)),
        line("apj.small@m4", "Table 14", 1.5e-5, 1.5e-5, Some(1e-7)),
        line("apw.GPT-OSS-120B@box", "Table 2", 6.2e-3, 6.0e-3, Some(1e-3)),
        line("over_time.per_watt", "Table 2, Figure 3", 5.9, 6.0, Some(0.2)),
        line("by_size.wildchat.20.both.energy", "Tables 8, 9", 0.6, 0.7, None),
        line("by_size.wildchat.20.both.cost", "Tables 8, 9", 0.65, 0.7, None),
    ];
    let scenario = Scenario { name: "paper".to_owned(), assumptions: Vec::new(), lines, break_even: None };
    report.reproduction = Some(Reproduction { scenarios: vec![scenario], implications: Vec::new() });
    report
}

/// Much of everything, with long names.
pub fn crowd() -> Report {
    let mut report = reproduction();
    let study = report.study.as_mut().unwrap();
    let (coverage, difficulty) = (study.coverage.as_mut().unwrap(), study.difficulty.as_mut().unwrap());
    for set in 0..17u64 {
        let dataset = format!("a-data-set-whose-name-is-long-and-never-ends-{set}");
        for category in std::iter::once(None).chain((0..if set == 16 { 45 } else { 3 }).map(Some)) {
            let name =
                category.map(|category| format!("category {category} of a long name that goes on for more than one line of the page"));
            let group = group(Some(&dataset), name.as_deref(), 1000 + set);
            let row = coverage.rows[1].clone();
            let best_local =
                row.best_local.clone().map(|best| Best { endpoint: format!("{}-8xh100-80gb-batch-128", best.endpoint), ..best });
            coverage.rows.push(CoverageRow { group: group.clone(), best_local, ..row });
            difficulty.rows.push(DifficultyRow { group: group.clone(), ..difficulty.rows[1].clone() });
            for limit in study.by_size[0].limits.iter_mut().filter(|_| category.is_none()) {
                limit.rows.push(SizeRow { group: group.clone(), ..limit.rows[0].clone() });
            }
        }
    }
    let steps = &mut study.over_time.as_mut().unwrap().steps;
    steps.extend((0..4).map(|index| step(2025, &format!("Another-Model-{index}B-Instruct"), 5.0, Some((2.5, 2.0)))));
    // A year that falls behind the last, and one like it.
    steps.extend([step(2026, "Falling", 0.5, Some((0.5, 1.0))), step(2027, "Level", 0.5, Some((0.5, 1.0)))]);
    let lines = &mut report.reproduction.as_mut().unwrap().scenarios[0].lines;
    lines.extend((0..80).map(|index| line(&format!("{index}"), "Table 99", 1.0, 1.0 + 1e-4 * f64::from(index % 9), Some(1e-3))));
    report
}
