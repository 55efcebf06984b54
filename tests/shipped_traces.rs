//! The traces that the repository ships: read from their folders and out of the program alike.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use wattroute::trace::{Columns, Feature, Metric, Trace, embedded_names};

fn open(name: &str) -> Trace {
    Trace::open(name, &Columns::all()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn ladder_is_read_whole() {
    let trace = open("traces/ladder");
    assert_eq!((trace.len(), trace.outcomes.len()), (7000, 22));
    // The CPU answered the first queries only: 1,039 and 510 of them.
    let answered: Vec<usize> = trace.outcomes.iter().map(|outcomes| outcomes.answered).filter(|&n| n < 7000).collect();
    assert_eq!(answered, [1039, 510]);
    // Energy that the counter missed: 536 queries of ladder-m at batch 64, 4 of ladder-xl at batch 4.
    let lacking: Vec<(String, usize)> = trace
        .endpoints()
        .filter_map(|(endpoint, outcomes)| Some((endpoint.id.clone(), outcomes.metrics.get(Metric::EnergyJ)?.missing())))
        .filter(|(_, missing)| *missing > 0)
        .collect();
    assert_eq!(lacking, [("ladder-m@nvidia-h200-bs64".to_owned(), 536), ("ladder-xl@nvidia-h200-bs4".to_owned(), 4)]);
}

#[test]
fn the_program_carries_the_shipped_traces() {
    for name in embedded_names() {
        let (carried, folder) = (open(name), open(&format!("traces/{name}")));
        assert_eq!(carried.fingerprint, folder.fingerprint, "{name}");
        assert_eq!(carried.info, folder.info, "{name}");
    }
    assert_eq!(embedded_names().collect::<Vec<_>>(), ["ladder", "toy"]);
}

/// The rows of the first table below a heading of a Markdown file, as trimmed cells.
fn table_rows<'a>(text: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let from = text.find(heading).unwrap_or_else(|| panic!("no `{heading}`"));
    let lines = text[from..].lines().skip_while(|line| !line.starts_with('|')).skip(2);
    lines.take_while(|line| line.starts_with('|')).map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn number(cell: &str) -> Option<f64> {
    cell.parse().ok()
}

#[test]
fn toy_is_what_its_readme_says() {
    let trace = open("traces/toy");
    let text = include_str!("../traces/toy/README.md");
    let queries = &trace.queries;
    let rows = table_rows(text, "# toy");
    assert_eq!(rows.len(), trace.len());
    let Feature::Number(hard) = &queries.features.iter().find(|(name, _)| name == "score_hard").expect("score_hard").1 else {
        panic!("score_hard is a number")
    };
    for (row, cells) in rows.iter().enumerate() {
        assert_eq!(cells[0], queries.rows[row].to_string());
        assert_eq!(cells[1], queries.ids.as_ref().expect("ids")[row]);
        assert_eq!(Some(cells[2]), queries.category.as_ref().expect("categories").get(row));
        assert_eq!(number(cells[3]), queries.arrival_s.as_ref().expect("arrivals").get(row));
        assert_eq!(number(cells[4]), hard.get(row));
        for endpoint in 0..4 {
            let score = trace.metric(endpoint, Metric::Score).expect("scores").get(row);
            assert_eq!(number(cells[5 + endpoint]), score, "row {row}, endpoint {endpoint}");
        }
        for endpoint in 0..2 {
            assert_eq!(number(cells[9 + endpoint]), trace.metric(endpoint, Metric::Confidence).expect("confidence").get(row));
        }
    }
}

#[test]
fn toy_endpoints_are_what_its_readme_says() {
    let trace = open("traces/toy");
    let text = include_str!("../traces/toy/README.md");
    for (index, cells) in table_rows(text, "its data set only").iter().enumerate() {
        assert_eq!(cells[0], trace.info.endpoints[index].id);
        for (column, metric) in [(3, Metric::EnergyJ), (4, Metric::LatencyS), (6, Metric::CostUsd)] {
            let said: Vec<Option<f64>> = cells[column].split(", ").map(number).collect();
            for row in 0..trace.len() {
                let gap = (index, row) == (3, 11) || (index, row, metric) == (3, 4, Metric::EnergyJ);
                let expected = if gap { None } else { said[row / 6] };
                assert_eq!(trace.metric(index, metric).expect("a column").get(row), expected, "{cells:?}, row {row}, {metric}");
            }
        }
    }
}
