//! The traces that the repository ships: read from their folders and out of the program alike.

use wattroute::trace::{Columns, Metric, Trace, embedded_names};

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
    assert!(embedded_names().any(|name| name == "ladder"));
}
