use super::*;
use crate::router::calibrate::{logit, sigma};
use ndarray::Array2;

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("e{index}")).collect()
}

/// Fits to scores, one row a query, and gives the strengths of two endpoints or more back.
fn fitted(router: &str, scores: &[Vec<f64>]) -> Result<(Vec<f64>, Box<dyn Predictor>)> {
    let endpoints = ids(scores[0].len());
    let scores = Array2::from_shape_fn((scores.len(), endpoints.len()), |(row, column)| scores[row][column]);
    let features = Array2::<f32>::zeros((scores.nrows(), 1));
    let examples = Examples { features: features.view(), scores: scores.view(), costs: scores.view(), endpoints: &endpoints, seed: 1 };
    let fitted = Problems::of_router(&format!("kind = \"bradley-terry\"\n{router}"), KIND.read)?.fit(&examples)?;
    let mut out = Array2::zeros((2, endpoints.len()));
    fitted.predict(Array2::zeros((2, 1)).view(), out.view_mut()).unwrap();
    assert_eq!(out.row(0), out.row(1), "the same for every query");
    Ok((out.row(0).iter().map(|quality| logit(*quality)).collect(), fitted))
}

fn message<T>(result: Result<T>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

/// So many queries of each row of scores.
fn repeated(rows: &[(usize, &[f64])]) -> Vec<Vec<f64>> {
    rows.iter().flat_map(|(times, scores)| vec![scores.to_vec(); *times]).collect()
}

#[test]
fn two_endpoints_differ_by_the_log_of_wins_to_losses() -> Result<()> {
    // 30 wins, 10 losses, 20 ties, 5 queries with one score unknown.
    let scores = repeated(&[(30, &[1.0, 0.0]), (10, &[0.2, 0.3]), (20, &[1.0, 1.0]), (5, &[f64::NAN, 1.0])]);
    let difference = |router: &str| fitted(router, &scores).map(|(strengths, _)| strengths[0] - strengths[1]);
    assert!((difference("prior = 0\nties = \"skip\"")? - 3f64.ln()).abs() < 1e-9);
    // Ties as half a win each: 40 to 20. And with the usual prior 40.5 to 20.5.
    assert!((difference("prior = 0")? - 2f64.ln()).abs() < 1e-9);
    assert!((difference("")? - (40.5f64 / 20.5).ln()).abs() < 1e-9);
    Ok(())
}

#[test]
fn strengths_of_three_endpoints_have_no_slope_left() -> Result<()> {
    // At the largest likelihood each endpoint's wins are those expected (the score equations). Endpoints 0 and 2
    // never meet.
    let unknown = f64::NAN;
    let scores = repeated(&[
        (7, &[1.0, 0.0, unknown]),
        (3, &[0.0, 1.0, unknown]),
        (9, &[unknown, 1.0, 0.0]),
        (2, &[unknown, 0.0, 1.0]),
    ]);
    let (strengths, _) = fitted("prior = 0", &scores)?;
    // A chain: each meeting stands alone, ln(7/3) and ln(9/2).
    assert!((strengths[0] - strengths[1] - (7.0f64 / 3.0).ln()).abs() < 1e-9, "{strengths:?}");
    assert!((strengths[1] - strengths[2] - 4.5f64.ln()).abs() < 1e-9, "{strengths:?}");
    let scores = repeated(&[(7, &[1.0, 0.0, 0.5]), (3, &[0.0, 1.0, 0.5]), (4, &[0.5, 0.0, 1.0]), (6, &[0.2, 0.3, 0.3])]);
    let (strengths, _) = fitted("prior = 0", &scores)?;
    let (mut won, mut expected) = ([0.0; 3], [0.0; 3]);
    for row in &scores {
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let points = if row[i] == row[j] { 0.5 } else { f64::from(row[i] > row[j]) };
            let chance = sigma(strengths[i] - strengths[j]);
            (won[i], won[j]) = (won[i] + points, won[j] + 1.0 - points);
            (expected[i], expected[j]) = (expected[i] + chance, expected[j] + 1.0 - chance);
        }
    }
    assert!(won.iter().zip(&expected).all(|(won, expected)| (won - expected).abs() < 1e-8), "{won:?} {expected:?}");
    assert!(strengths.iter().sum::<f64>().abs() < 1e-9);
    Ok(())
}

#[test]
fn the_first_two_games_of_elo_by_hand() -> Result<()> {
    // K = 32. Game 1, from 1000 each: expected 1/2, the winner gains 16: 1016 and 984. Game 2, lost by the
    // first: expected 1/(1 + 10^(-32/400)) = 0.545922…, it loses 32 of that: 998.530… and 1001.469….
    let (strengths, fitted_elo) = fitted("method = \"elo\"\nk = 32", &[vec![1.0, 0.0], vec![0.0, 1.0]])?;
    let rating = 1016.0 - 32.0 / (1.0 + 10f64.powf(-0.08));
    let points = |strength: f64| 1000.0 + strength * 400.0 / std::f64::consts::LN_10;
    assert!((points(strengths[0]) - rating).abs() < 1e-9 && (points(strengths[1]) - (2000.0 - rating)).abs() < 1e-9, "{strengths:?}");
    assert!((rating - 998.5303).abs() < 1e-3, "{rating}");
    // A tie between unequal ones moves the better one down, and with `skip` nothing.
    let tie = [vec![1.0, 0.0], vec![1.0, 1.0]];
    let after = |router: &str| fitted(router, &tie).map(|(strengths, _)| points(strengths[0]));
    assert!((after("method = \"elo\"\nk = 32\nties = \"skip\"")? - 1016.0).abs() < 1e-9);
    assert!((after("method = \"elo\"\nk = 32")? - (1016.0 + 32.0 * (0.5 - 1.0 / (1.0 + 10f64.powf(-0.08))))).abs() < 1e-9);
    let notes = fitted_elo.notes();
    assert!(notes[0].contains("Elo, 2 comparisons") && notes[0].contains("e1 +0.008 (rating 1001), e0"), "{notes:?}");
    Ok(())
}

#[test]
fn a_ranking_comes_back_as_it_was_saved() -> Result<()> {
    let scores = repeated(&[(7, &[1.0, 0.0, 0.3]), (3, &[0.0, 1.0, 1.0])]);
    let (strengths, fitted) = fitted("", &scores)?;
    let again = (KIND.load)(fitted.save()?)?;
    let mut out = Array2::zeros((1, 3));
    again.predict(Array2::zeros((1, 1)).view(), out.view_mut()).unwrap();
    assert!(out.iter().zip(&strengths).all(|(quality, strength)| logit(*quality) == *strength));
    assert_eq!(again.notes(), fitted.notes());
    assert!(message((KIND.load)(serde_json::json!({"strengths": [1.0]}))).contains("another form"));
    Ok(())
}

#[test]
fn strengths_that_nothing_says_are_errors() {
    let undefeated = repeated(&[(5, &[1.0, 0.0, 0.0]), (2, &[1.0, 1.0, 0.0])]);
    let text = message(fitted("prior = 0\nties = \"skip\"", &undefeated));
    assert!(text.contains("not finite") && text.contains("`e0` never lost to `e1`, `e2`"), "{text}");
    assert!(text.contains("prior"), "{text}");
    let text = message(fitted("prior = 0", &repeated(&[(5, &[0.0, 1.0, 0.9])])));
    assert!(text.contains("`e0` never beat `e1`, `e2`"), "{text}");
    assert!(fitted("", &undefeated).is_ok());
    let text = message(fitted("", &repeated(&[(5, &[1.0, 0.0, f64::NAN])])));
    assert!(text.contains("no query compares `e2` with any other"), "{text}");
    let text = message(fitted("ties = \"skip\"", &repeated(&[(5, &[1.0, 1.0])])));
    assert!(text.contains("`e0`, `e1`") && text.contains("skip"), "{text}");
}

#[test]
fn parameters_are_checked_all_at_once() {
    let text = message(Problems::of_router("kind = \"bradley-terry\"\nprior = -1\nk = 4", KIND.read));
    assert!(text.contains("test.toml, line 4") && text.contains("`prior` is out of range"), "{text}");
    assert!(text.contains("line 5") && text.contains("`k` is a parameter of another method"), "{text}");
    let text = message(Problems::of_router("kind = \"bradley-terry\"\nmethod = \"glicko\"", KIND.read));
    assert!(text.contains("glicko") && text.contains("likelihood"), "{text}");
    assert!(message(Problems::of_router("kind = \"bradley-terry\"\nties = \"half\"\nrho = 1", KIND.read)).contains("rho"));
}
