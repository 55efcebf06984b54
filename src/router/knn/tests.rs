use ndarray::{Array2, Axis, array};
use rayon::prelude::*;

use super::KIND;
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::router::testing::{Data, close};

const NAN: f64 = f64::NAN;

/// Four references in the plane: right, up, up-right, left.
fn plane() -> Data {
    let features = array![[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0]];
    Data::new(features, array![[1.0, 0.0], [0.0, 0.25], [0.5, 0.75], [0.0, 1.0]])
}

fn uniform(rows: usize, width: usize, seed: u64) -> Array2<f32> {
    let draws = Draws::new(seed, 0).stream(Stream::Choice, 0);
    Array2::from_shape_fn((rows, width), |(row, column)| draws.uniform((row * width + column) as u64) as f32 - 0.5)
}

#[test]
fn the_nearest_are_those_of_the_least_angle_or_distance() -> Result<()> {
    // (0.2, 0.1): cosines 0.894, 0.447, 0.949, -0.894, so up-right and right;
    // squared distances 0.65, 0.85, 1.45, 1.45, so right and up.
    let data = plane();
    let query = array![[0.2f32, 0.1]];
    let cosine = data.fit(&KIND, "k = 2")?;
    assert!(close(&data.predicted(&*cosine, query.view()), &array![[0.75, 0.375]], 0.0));
    let euclidean = data.fit(&KIND, "k = 2\nmetric = \"euclidean\"")?;
    assert!(close(&data.predicted(&*euclidean, query.view()), &array![[0.5, 0.125]], 0.0));
    Ok(())
}

#[test]
fn the_nearest_of_a_reference_is_itself() -> Result<()> {
    let features = uniform(1100, 7, 1);
    let scores = uniform(1100, 3, 2).mapv(|cell| f64::from(cell) + 0.5);
    let data = Data::new(features, scores);
    for metric in ["cosine", "euclidean"] {
        let fitted = data.fit(&KIND, &format!("k = 1\nmetric = \"{metric}\""))?;
        // The last of them, in both tiles of references.
        let (_, rows) = data.features.view().split_at(Axis(0), 900);
        let (_, scores) = data.scores.view().split_at(Axis(0), 900);
        assert_eq!(data.predicted(&*fitted, rows), scores, "{metric}");
    }
    Ok(())
}

#[test]
fn many_neighbours_are_those_of_a_plain_sort() -> Result<()> {
    let data = Data::new(uniform(1200, 5, 3), uniform(1200, 2, 4).mapv(|cell| f64::from(cell) + 0.5));
    let queries = uniform(40, 5, 5);
    let found = data.predicted(&*data.fit(&KIND, "k = 40")?, queries.view());
    for (query, found) in queries.rows().into_iter().zip(found.rows()) {
        let cosine = |row: usize| {
            let dot = |a: ndarray::ArrayView1<f32>, b: ndarray::ArrayView1<f32>| {
                a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
            };
            let other = data.features.row(row);
            dot(query, other) / (dot(query, query) * dot(other, other)).sqrt()
        };
        let mut order: Vec<usize> = (0..1200).collect();
        order.sort_by(|&a, &b| cosine(b).total_cmp(&cosine(a)));
        let mean = |endpoint: usize| order[..40].iter().map(|&row| data.scores[[row, endpoint]]).sum::<f64>() / 40.0;
        assert!((found[0] - mean(0)).abs() < 1e-12 && (found[1] - mean(1)).abs() < 1e-12);
    }
    Ok(())
}

#[test]
fn equally_near_references_count_in_the_order_of_their_rows() -> Result<()> {
    // All four lie in one direction.
    let data = Data::new(array![[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0]], array![[1.0], [0.5], [0.0], [0.0]]);
    let fitted = data.fit(&KIND, "k = 2")?;
    assert_eq!(data.predicted(&*fitted, array![[5.0, 0.0]].view()), array![[0.75]]);
    Ok(())
}

#[test]
fn neighbours_vote_for_their_best_endpoint() -> Result<()> {
    // Best of the references: e0; e0 and e1 alike; e2. All three are neighbours.
    let scores = array![[1.0, 0.5, NAN], [1.0, 1.0, 0.0], [0.0, 0.0, 0.25]];
    let data = Data::new(array![[1.0, 0.0], [1.0, 0.1], [1.0, 0.2]], scores);
    let query = array![[1.0f32, 0.05]];
    let first = data.fit(&KIND, "k = 3\nvote = \"best\"")?;
    assert!(close(&data.predicted(&*first, query.view()), &array![[2.0 / 3.0, 0.0, 1.0 / 3.0]], 1e-15));
    assert!(first.notes().iter().any(|note| note.contains("in 1 of 3 references")), "{:?}", first.notes());
    let split = data.fit(&KIND, "k = 3\nvote = \"best\"\nties = \"split\"")?;
    assert!(close(&data.predicted(&*split, query.view()), &array![[0.5, 1.0 / 6.0, 1.0 / 3.0]], 1e-15));
    Ok(())
}

#[test]
fn unknown_scores_are_left_out() -> Result<()> {
    let scores = array![[1.0, NAN], [0.5, NAN], [0.0, 0.2], [0.0, 0.6]];
    let data = Data::new(array![[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [0.1, 1.0]], scores);
    let fitted = data.fit(&KIND, "k = 2")?;
    // Near the first two nothing is known of e1: the mean over all references, (0.2 + 0.6) / 2.
    assert!(close(&data.predicted(&*fitted, array![[1.0, 0.05]].view()), &array![[0.75, 0.4]], 1e-15));
    // With three neighbours it is the one that is known: (0.1, 1) is nearer than (0, 1).
    let fitted = data.fit(&KIND, "k = 3")?;
    assert!(close(&data.predicted(&*fitted, array![[1.0, 0.05]].view()), &array![[0.5, 0.6]], 1e-15));
    // A reference of which nothing is known has no vote: of the two nearest only (0, 1) has one.
    let voted = Data::new(array![[1.0, 0.0], [0.1, 1.0], [0.0, 1.0]], array![[1.0, 0.0], [NAN, NAN], [0.0, 1.0]]);
    let fitted = voted.fit(&KIND, "k = 2\nvote = \"best\"")?;
    assert_eq!(voted.predicted(&*fitted, array![[0.05, 1.0]].view()), array![[0.0, 1.0]]);
    Ok(())
}

#[test]
fn a_query_without_direction_gets_the_mean_of_all() -> Result<()> {
    let data = plane();
    let fitted = data.fit(&KIND, "k = 1")?;
    assert!(close(&data.predicted(&*fitted, array![[0.0, 0.0]].view()), &array![[0.375, 0.5]], 1e-15));
    // The origin is a point like any other by distance: right is the first of three at distance 1.
    let fitted = data.fit(&KIND, "k = 1\nmetric = \"euclidean\"")?;
    assert_eq!(data.predicted(&*fitted, array![[0.0, 0.0]].view()), array![[1.0, 0.0]]);
    // A reference without direction has cosine 0: nearer to (-1, 0) than (1, 0) is.
    let data = Data::new(array![[1.0, 0.0], [0.0, 0.0]], array![[1.0], [0.0]]);
    let fitted = data.fit(&KIND, "k = 1")?;
    assert_eq!(data.predicted(&*fitted, array![[-1.0, 0.0]].view()), array![[0.0]]);
    assert!(fitted.notes().iter().any(|note| note.starts_with("1 of its references")), "{:?}", fitted.notes());
    Ok(())
}

#[test]
fn wrong_parameters_are_refused_all_at_once() {
    let data = plane();
    let text = data.refused(&KIND, "k = 0\nties = \"split\"");
    assert!(text.contains("`k` is no number of neighbours") && text.contains("line 4"), "{text}");
    assert!(text.contains("`ties` belongs to `vote = \"best\"`") && text.contains("line 5"), "{text}");
    let text = data.refused(&KIND, "k = 5");
    assert!(text.contains("k = 5, 4 rows") && text.contains("1 to 4"), "{text}");
    assert!(data.refused(&KIND, "k = 20\nreferences = 10").contains("1 to 10"));
    assert!(data.refused(&KIND, "metric = \"manhattan\"").contains("manhattan"));
    assert!(data.refused(&KIND, "neighbours = 3").contains("neighbours"));
    let unknown = Data::new(data.features.clone(), array![[1.0, NAN], [1.0, NAN], [1.0, NAN], [1.0, NAN]]);
    let text = unknown.refused(&KIND, "k = 1");
    assert!(text.contains("no score of an endpoint") && text.contains("`e1`"), "{text}");
    let broken = Data::new(array![[1.0, f32::NAN]], array![[1.0]]);
    assert!(broken.refused(&KIND, "k = 1").contains("row 0, feature 1"));
}

#[test]
fn the_number_of_references_is_the_rows_that_it_wants() -> Result<()> {
    let rows = |text: &str| crate::policy::Problems::of_router(text, KIND.read).map(|router| router.most_rows());
    assert_eq!(rows("kind = \"knn\"")?, Some(10_000));
    assert_eq!(rows("kind = \"knn\"\nreferences = 7")?, Some(7));
    Ok(())
}

#[test]
fn a_saved_router_predicts_the_same() -> Result<()> {
    let mut scores = uniform(300, 3, 2).mapv(f64::from).mapv(|cell| cell + 0.5);
    scores[[5, 1]] = NAN;
    let data = Data::new(uniform(300, 4, 1), scores);
    let queries = uniform(50, 4, 3);
    for parameters in ["k = 3", "k = 3\nmetric = \"euclidean\"", "k = 3\nvote = \"best\""] {
        let fitted = data.fit(&KIND, parameters)?;
        let text = fitted.save()?.to_string();
        let again = (KIND.load)(serde_json::from_str(&text).unwrap())?;
        assert_eq!(data.predicted(&*again, queries.view()), data.predicted(&*fitted, queries.view()));
        assert_eq!((again.save()?.to_string(), again.notes()), (text, fitted.notes()));
    }
    let mut broken = data.fit(&KIND, "k = 3")?.save()?;
    broken["k"] = 301.into();
    assert!((KIND.load)(broken).is_err());
    Ok(())
}

#[test]
fn neither_threads_nor_the_split_of_queries_change_anything() -> Result<()> {
    let data = Data::new(uniform(1100, 9, 1), uniform(1100, 2, 2).mapv(|cell| f64::from(cell) + 0.5));
    let fitted = data.fit(&KIND, "k = 10")?;
    let queries = uniform(300, 9, 3);
    let whole = data.predicted(&*fitted, queries.view());
    for size in [1, 37] {
        let parts: Vec<_> = queries.axis_chunks_iter(Axis(0), size).collect();
        let parts: Vec<f64> = parts.into_par_iter().flat_map_iter(|part| data.predicted(&*fitted, part)).collect();
        assert_eq!(parts, whole.iter().copied().collect::<Vec<_>>(), "{size}");
    }
    Ok(())
}
