use super::*;

fn close(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
}

#[test]
fn four_points_by_hand() {
    // Two bins. (0, 1/2]: 0.1 and 0.5, labels 0 and 1: |0.5 - 0.3| = 0.2. (1/2, 1]: 0.6 and 0.8, labels 1 and 1:
    // |1 - 0.7| = 0.3. Expected calibration error: 0.2/2 + 0.3/2 = 0.25.
    let (predicted, label) = ([0.8, 0.1, 0.6, 0.5, 0.3, f64::NAN], [1.0, 0.0, 1.0, 1.0, f64::NAN, 0.0]);
    let found = Reliability::with_bins(&predicted, &label, 2).unwrap();
    close(found.ece, 0.25);
    let bin = |low, high, mean_predicted, mean_label| ReliabilityBin { low, high, count: 2, mean_predicted, mean_label };
    assert_eq!(found.bins.len(), 2);
    for (own, wanted) in found.bins.iter().zip([bin(0.0, 0.5, 0.3, 0.5), bin(0.5, 1.0, 0.7, 1.0)]) {
        assert_eq!((own.low, own.high, own.count), (wanted.low, wanted.high, wanted.count));
        close(own.mean_predicted, wanted.mean_predicted);
        close(own.mean_label, wanted.mean_label);
    }
    // The same pairs in bins of equal mass.
    close(found.ece_equal_mass, 0.25);
    assert_eq!(found.count, 4);
    close(found.mean_label, 0.75);
    close(found.mean_predicted, 0.5);
    // (0.04 + 0.01 + 0.16 + 0.25) / 4.
    close(found.brier, 0.115);
    close(found.log_loss, -(0.8f64.ln() + 0.9f64.ln() + 0.6f64.ln() + 0.5f64.ln()) / 4.0);
    close(found.base_log_loss, -(3.0 * 0.75f64.ln() + 0.25f64.ln()) / 4.0);
    assert_eq!(found.auc, Some(1.0));
}

#[test]
fn ties_count_half_in_the_area() {
    // Positive 0.9, 0.5, 0.5; negative 0.5, 0.1. 0.9 beats both: 2; each 0.5 beats 0.1 and ties with 0.5: 1.5.
    // (2 + 1.5 + 1.5) / 6 = 5/6.
    let found = Reliability::of(&[0.9, 0.5, 0.5, 0.5, 0.1], &[1.0, 1.0, 0.0, 1.0, 0.0]).unwrap();
    close(found.auc.unwrap(), 5.0 / 6.0);
    let constant = Reliability::of(&[0.4; 4], &[1.0, 0.0, 0.0, 1.0]).unwrap();
    assert_eq!(constant.auc, Some(0.5));
}

#[test]
fn the_area_is_the_share_of_pairs_in_order() {
    let draw = |which: u64, key: u64| crate::draw::Draws::new(3, 0).stream(crate::draw::Stream::Verdict, which).uniform(key);
    // Predictions of one digit, so that many tie.
    let predicted: Vec<f64> = (0..300).map(|key| (draw(0, key) * 10.0).floor() / 10.0).collect();
    let label: Vec<f64> = (0..300).map(|key| f64::from(draw(1, key) < predicted[key as usize])).collect();
    let (mut won, mut pairs) = (0.0, 0.0);
    for (p, _) in predicted.iter().zip(&label).filter(|(_, label)| **label == 1.0) {
        for (q, _) in predicted.iter().zip(&label).filter(|(_, label)| **label == 0.0) {
            pairs += 1.0;
            won += if p > q {
                1.0
            } else if p == q {
                0.5
            } else {
                0.0
            };
        }
    }
    close(Reliability::of(&predicted, &label).unwrap().auc.unwrap(), won / pairs);
}

#[test]
fn no_area_where_labels_are_graded_or_all_the_same() {
    assert_eq!(Reliability::of(&[0.2, 0.4, 0.6], &[0.0, 0.5, 1.0]).unwrap().auc, None);
    assert_eq!(Reliability::of(&[0.2, 0.4], &[1.0, 1.0]).unwrap().auc, None);
    assert_eq!(Reliability::of(&[0.2, f64::NAN], &[f64::NAN, 1.0]), None);
}

#[test]
fn certain_and_wrong_stays_finite() {
    let found = Reliability::of(&[0.0, 1.0, 0.0, 1.0], &[1.0, 0.0, 0.0, 1.0]).unwrap();
    // Two of four lose ln 1e15 = 34.54 each; 1 − 1e-15 is rounded to a multiple of 1.1e-16, by up to 11%.
    assert!((found.log_loss - 15.0 * std::f64::consts::LN_10 / 2.0).abs() < 0.05, "{}", found.log_loss);
    let all_right = Reliability::of(&[1.0; 3], &[1.0; 3]).unwrap();
    assert!(all_right.base_log_loss.abs() < 2e-15 && all_right.log_loss.abs() < 2e-15);
    for reliability in [found, all_right] {
        let json = serde_json::to_string(&reliability).unwrap();
        assert_eq!(serde_json::from_str::<Reliability>(&json).unwrap(), reliability, "{json}");
        let nulls = json.matches("null").count();
        assert_eq!(nulls, usize::from(reliability.auc.is_none()), "{json}");
    }
}

#[test]
fn equal_mass_keeps_ties_together() {
    // Three bins of six: ends after 2, 4, 6, but 0.3 three times ends after 4 at once: {0.1}, no. Sorted
    // 0.1 0.3 0.3 0.3 0.7 0.9: the first bin wants two, and takes all of 0.3; the second wants four, which are
    // taken; the third has 0.7 and 0.9.
    let bins = equal_mass(&[(0.1, 0.0), (0.3, 0.0), (0.3, 1.0), (0.3, 1.0), (0.7, 1.0), (0.9, 0.0)], 3);
    assert_eq!(bins.iter().map(|bin| bin.count).collect::<Vec<_>>(), [4, 2]);
    // |0.5 - 0.25| * 4/6 + |0.5 - 0.8| * 2/6 = 1/6 + 0.1.
    close(calibration_error(&bins, 6), 1.0 / 6.0 + 0.1);
}

#[test]
fn bins_of_width_hold_their_upper_end_and_leave_none_out() {
    let predicted = [0.0, 0.2, 0.2000001, 1.0];
    let found = Reliability::with_bins(&predicted, &[0.0, 0.0, 1.0, 1.0], 5).unwrap();
    let bins: Vec<(f64, usize)> = found.bins.iter().map(|bin| (bin.high, bin.count)).collect();
    assert_eq!(bins, [(0.2, 2), (0.4, 1), (1.0, 1)]);
    assert_eq!(bins.iter().map(|(_, count)| count).sum::<usize>(), found.count);
}
