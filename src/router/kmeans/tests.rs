use ndarray::{Array2, array};

use super::KIND;
use super::lloyd::{Clusters, How};
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::router::testing::{Data, close};

const NAN: f64 = f64::NAN;

/// Two clusters, right and up, of two queries each, and three endpoints.
fn two_clusters() -> Data {
    let features = array![[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 1.0]];
    let scores = array![[1.0, 1.0, 0.0], [0.4, 0.6, 1.0], [0.0, 1.0, 0.0], [0.0, 0.6, 1.0]];
    let costs = array![[1.0, 4.0, 1.0], [1.0, 1.0, 2.0], [3.0, 4.0, 1.0], [1.0, 1.0, 2.0]];
    Data { features, scores, costs }
}

/// Points around five places of a sphere.
fn cloud(rows: usize, width: usize) -> Array2<f32> {
    let draws = Draws::new(9, 0).stream(Stream::Choice, 0);
    let uniform = |key: usize| draws.uniform(key as u64) as f32 - 0.5;
    Array2::from_shape_fn((rows, width), |(row, column)| uniform(row % 5 * 7919 + column) * 2.0 + uniform(1_000_000 + row * width + column))
}

const SEEKING: &str = "clusters = 2\ntop = 1";

#[test]
fn without_weights_it_is_the_mean_score_of_the_cluster() -> Result<()> {
    let data = two_clusters();
    let fitted = data.fit(&KIND, SEEKING)?;
    let found = data.predicted(&*fitted, array![[2.0, 1.0], [1.0, 2.0]].view());
    assert!(close(&found, &array![[0.5, 1.0, 0.0], [0.2, 0.6, 1.0]], 1e-12), "{found}");
    assert!(fitted.notes()[0].contains("2 clusters of 4 rows, 2 to 2 each"), "{:?}", fitted.notes());
    Ok(())
}

#[test]
fn with_weights_it_is_the_score_of_avengers_pro() -> Result<()> {
    // Right: mean scores 0.5, 1, 0 (already 0 to 1), mean costs 2, 4, 1, of the greatest 0.5, 1, 0.25:
    // 0.6 x 0.5 + 0.4 x 0.5 = 0.5; 0.6 x 1 + 0 = 0.6; 0 + 0.4 x 0.75 = 0.3.
    // Up: mean scores 0.2, 0.6, 1 become 0, 0.5, 1; costs 1, 1, 2 are 0.5, 0.5, 1 of the greatest:
    // 0 + 0.4 x 0.5 = 0.2; 0.3 + 0.2 = 0.5; 0.6 + 0 = 0.6.
    let data = two_clusters();
    let weights = format!("{SEEKING}\nperformance_weight = 0.6\ncost_weight = 0.4\n");
    let fitted = data.fit(&KIND, &weights)?;
    let queries = array![[1.0f32, 0.0], [0.0, 1.0]];
    let found = data.predicted(&*fitted, queries.view());
    assert!(close(&found, &array![[0.5, 0.6, 0.3], [0.2, 0.5, 0.6]], 1e-12), "{found}");
    assert!(fitted.notes().iter().any(|note| note.contains("no chance of a correct answer")), "{:?}", fitted.notes());
    // The paper's costs, from the least to the greatest: 1/3, 1, 0 and 0, 0, 1.
    let fitted = data.fit(&KIND, &format!("{weights}cost_scale = \"minmax\""))?;
    let found = data.predicted(&*fitted, queries.view());
    assert!(close(&found, &array![[0.3 + 0.4 * 2.0 / 3.0, 0.6, 0.4], [0.4, 0.7, 0.6]], 1e-12), "{found}");
    // The code's ranks of 0.5, 0.6, 0.3: second, first, third; of 0.2, 0.5, 0.6: third, second, first.
    let fitted = data.fit(&KIND, &format!("{weights}combine = \"rank\""))?;
    let found = data.predicted(&*fitted, queries.view());
    assert!(close(&found, &array![[0.5, 1.0, 1.0 / 3.0], [1.0 / 3.0, 0.5, 1.0]], 1e-12), "{found}");
    Ok(())
}

#[test]
fn equal_scores_and_free_endpoints_are_full_marks() -> Result<()> {
    let features = array![[1.0, 0.0], [1.0, 0.1]];
    let data = Data { features, scores: Array2::from_elem((2, 2), 0.3), costs: Array2::zeros((2, 2)) };
    for scale in ["max", "minmax"] {
        let parameters = format!("clusters = 1\ntop = 1\nperformance_weight = 0.5\ncost_weight = 0.25\ncost_scale = \"{scale}\"");
        let fitted = data.fit(&KIND, &parameters)?;
        assert_eq!(data.predicted(&*fitted, array![[1.0, 0.0]].view()), array![[0.75, 0.75]]);
    }
    Ok(())
}

#[test]
fn the_nearest_clusters_are_weighted_by_a_softmax() -> Result<()> {
    // (3, 4) has cosines 0.6 with right and 0.8 with up: weights e^(-9 x 0.4) and e^(-9 x 0.2),
    // that is e^-1.8 to 1.
    let data = two_clusters();
    let query = array![[3.0f32, 4.0]];
    let fitted = data.fit(&KIND, "clusters = 2\ntop = 2")?;
    let right = (-1.8f64).exp() / (1.0 + (-1.8f64).exp());
    let expected = array![[0.5 * right + 0.2 * (1.0 - right), right + 0.6 * (1.0 - right), 1.0 - right]];
    let found = data.predicted(&*fitted, query.view());
    assert!(close(&found, &expected, 1e-6), "{found} {expected}");
    // Without sharpness both weigh the same: the paper's sum.
    let fitted = data.fit(&KIND, "clusters = 2\ntop = 2\nbeta = 0")?;
    assert!(close(&data.predicted(&*fitted, query.view()), &array![[0.35, 0.8, 0.5]], 1e-12));
    Ok(())
}

#[test]
fn a_centre_is_as_long_as_its_rows_agree() -> Result<()> {
    // The first two at length one are (1, 0) and (0.8, 0.6), their mean (0.9, 0.3) of length 0.948683;
    // the others are (-1, 0). For (1, 0) the cosines are 0.948683 and -1, the products 0.9 and -1.
    let features = array![[2.0, 0.0], [4.0, 3.0], [-1.0, 0.0], [-2.0, 0.0]];
    let data = Data::new(features, array![[1.0], [1.0], [0.0], [0.0]]);
    for (similarity, gap) in [("cosine", 0.9 / 0.9f64.sqrt() + 1.0), ("product", 1.9)] {
        let fitted = data.fit(&KIND, &format!("clusters = 2\ntop = 2\nbeta = 1\nsimilarity = \"{similarity}\""))?;
        let found = data.predicted(&*fitted, array![[1.0, 0.0]].view());
        assert!(close(&found, &array![[1.0 / (1.0 + (-gap).exp())]], 1e-6), "{similarity} {found}");
    }
    Ok(())
}

#[test]
fn unknown_cells_take_the_mean_of_the_endpoint() -> Result<()> {
    // Of e1 nothing is known in the cluster up: (0.5 + 0.7) / 2 stands there.
    let mut data = two_clusters();
    data.scores = array![[1.0, 0.5], [0.0, NAN], [NAN, 0.7], [1.0, NAN]];
    let fitted = data.fit(&KIND, SEEKING)?;
    let found = data.predicted(&*fitted, array![[1.0, 0.0], [0.0, 1.0]].view());
    assert!(close(&found, &array![[1.0, 0.6], [0.5, 0.6]], 1e-12), "{found}");
    assert!(fitted.notes().iter().any(|note| note.starts_with("no score is known in 1 of 4")), "{:?}", fitted.notes());
    // A query without direction: both clusters by their rows.
    let found = data.predicted(&*fitted, array![[0.0, 0.0]].view());
    assert!(close(&found, &array![[0.75, 0.6]], 1e-12), "{found}");
    Ok(())
}

#[test]
fn wrong_parameters_are_refused_all_at_once() {
    let data = two_clusters();
    let text = data.refused(&KIND, "clusters = 3\ntop = 4\nbeta = -1\nruns = 0\nperformance_weight = 0.5");
    for part in ["`top` is more", "`beta` is no sharpness", "`runs` is too small", "go together", "line 5", "line 6", "line 7", "line 8"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(data.refused(&KIND, "performance_weight = 0.7\ncost_weight = 0.7").contains("0.7 + 0.7"));
    assert!(data.refused(&KIND, "performance_weight = 2\ncost_weight = 0").contains("is no weight"));
    assert!(data.refused(&KIND, "cost_scale = \"max\"").contains("belongs to"));
    assert!(data.refused(&KIND, "clusters = 5\nrows = 4").contains("more than the `rows`"));
    assert!(data.refused(&KIND, "clusters = 5").contains("clusters = 5, 4 rows"));
    assert!(data.refused(&KIND, "").contains("clusters = 60, 4 rows"));
}

#[test]
fn what_is_not_known_is_refused() -> Result<()> {
    let mut data = two_clusters();
    let weights = format!("{SEEKING}\nperformance_weight = 0.5\ncost_weight = 0.5");
    data.costs.column_mut(1).fill(NAN);
    let text = data.refused(&KIND, &weights);
    assert!(text.contains("no cost of an endpoint") && text.contains("`e1`") && text.contains("hint"), "{text}");
    data.costs.fill(NAN);
    let text = data.refused(&KIND, &weights);
    assert!(text.contains("are not known") && text.contains("leave `performance_weight`"), "{text}");
    // Where cost weighs nothing it need not be known.
    let fitted = data.fit(&KIND, &format!("{SEEKING}\nperformance_weight = 1\ncost_weight = 0"))?;
    let found = data.predicted(&*fitted, array![[0.0, 1.0]].view());
    assert!(close(&found, &array![[0.0, 0.5, 1.0]], 1e-12), "{found}");
    data.scores.column_mut(2).fill(NAN);
    assert!(data.refused(&KIND, SEEKING).contains("`e2`"));
    Ok(())
}

#[test]
fn clusters_end_where_centres_are_the_means_of_their_nearest_rows() {
    let rows = cloud(1500, 4);
    let how = How { clusters: 12, iterations: 300, runs: 1, seed: 3 };
    let found = Clusters::of(rows.view(), &how);
    assert!(found.settled && found.sizes().iter().all(|&size| size > 0));
    let distance = |row: usize, centre: usize| -> f64 {
        rows.row(row).iter().zip(found.centres.row(centre)).map(|(a, b)| f64::from(a - b).powi(2)).sum()
    };
    let mut inertia = 0.0;
    let mut sums = Array2::<f64>::zeros((12, 4));
    for (row, &label) in found.labels.iter().enumerate() {
        let least = (0..12).map(|centre| distance(row, centre)).fold(f64::INFINITY, f64::min);
        assert!(distance(row, label) <= least + 1e-5, "row {row}");
        inertia += least;
        sums.row_mut(label).iter_mut().zip(rows.row(row)).for_each(|(sum, &cell)| *sum += f64::from(cell));
    }
    assert!((found.inertia / inertia - 1.0).abs() < 1e-4, "{} {inertia}", found.inertia);
    for (centre, size) in found.sizes().into_iter().enumerate() {
        // It settles shortly before it stands still.
        let off = |column: usize| (sums[[centre, column]] / size as f64 - f64::from(found.centres[[centre, column]])).powi(2);
        let off = (0..4).map(off).sum::<f64>();
        assert!(off < 1e-3, "{off}");
    }
    // More runs are never worse.
    assert!(Clusters::of(rows.view(), &How { runs: 4, ..how }).inertia <= found.inertia);
    assert!(!Clusters::of(rows.view(), &How { iterations: 1, ..how }).settled);
}

#[test]
fn clear_clusters_are_found_by_three_runs_from_any_seed() {
    let rows = crate::router::matrix::unit(cloud(500, 16).view());
    for seed in 0..10 {
        let found = Clusters::of(rows.view(), &How { clusters: 5, iterations: 300, runs: 3, seed });
        assert_eq!(found.sizes(), [100; 5], "seed {seed}");
        assert!((0..500).all(|row| found.labels[row] == found.labels[row % 5]), "seed {seed}");
    }
}

#[test]
fn fewer_clusters_where_fewer_rows_differ() -> Result<()> {
    // Ten queries in two directions, and one without any.
    let features = Array2::from_shape_fn((11, 2), |(row, column)| if row < 10 && row % 2 == column { row as f32 + 1.0 } else { 0.0 });
    let data = Data::new(features, Array2::from_shape_fn((11, 1), |(row, _)| (row % 2) as f64));
    let fitted = data.fit(&KIND, "clusters = 8\ntop = 1")?;
    assert!(fitted.notes()[0].contains("3 clusters (of 8 asked for"), "{:?}", fitted.notes());
    assert_eq!(data.predicted(&*fitted, array![[1.0, 0.0], [0.0, 1.0]].view()), array![[0.0], [1.0]]);
    // Nothing but zeros: one cluster.
    let data = Data::new(Array2::zeros((9, 2)), Array2::from_elem((9, 1), 0.5));
    let fitted = data.fit(&KIND, "clusters = 8")?;
    assert_eq!(data.predicted(&*fitted, array![[0.0, 0.0], [1.0, 1.0]].view()), array![[0.5], [0.5]]);
    Ok(())
}

#[test]
fn a_saved_router_predicts_the_same() -> Result<()> {
    let features = cloud(400, 6);
    let draws = Draws::new(2, 0).stream(Stream::Choice, 0);
    let scores = Array2::from_shape_fn((400, 3), |(row, endpoint)| draws.uniform((row * 3 + endpoint) as u64));
    let costs = scores.mapv(|score| score * 7.0 + 0.1);
    let data = Data { features, scores, costs };
    for parameters in ["clusters = 9", "clusters = 9\nperformance_weight = 0.7\ncost_weight = 0.3"] {
        let fitted = data.fit(&KIND, parameters)?;
        let text = fitted.save()?.to_string();
        let again = (KIND.load)(serde_json::from_str(&text).unwrap())?;
        let queries = cloud(50, 6);
        assert_eq!(data.predicted(&*again, queries.view()), data.predicted(&*fitted, queries.view()));
        assert_eq!((again.save()?.to_string(), again.notes()), (text, fitted.notes()));
        let mut broken = fitted.save()?;
        broken["top"] = 10.into();
        assert!((KIND.load)(broken).is_err());
    }
    Ok(())
}

#[test]
fn the_number_of_threads_changes_nothing() -> Result<()> {
    let data = Data::new(cloud(1500, 6), Array2::from_shape_fn((1500, 2), |(row, endpoint)| ((row + endpoint) % 3) as f64 / 2.0));
    let fit = |threads: usize| -> Result<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| Ok(data.fit(&KIND, "clusters = 20\nruns = 2")?.save()?.to_string()))
    };
    let one = fit(1)?;
    assert_eq!(fit(3)?, one);
    assert_eq!(fit(8)?, one);
    Ok(())
}
