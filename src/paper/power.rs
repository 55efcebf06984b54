//! What accuracy per watt tells: accuracy / accuracy per watt is a power.

use super::arithmetic::Bearing::{DoesNotFit, Follows};
use super::arithmetic::{Implied, Tables, pct};
use crate::error::{Error, Result};

/// Improvement over time is the ratio of accuracies times the inverse ratio of powers.
pub fn improvement(tables: &Tables) -> Result<Implied> {
    let Some((first, last)) = tables.0.longitudinal.first().zip(tables.0.longitudinal.last()) else {
        return Err(Error::new("the paper's table has no rows").at("traces/published/table-02-longitudinal.csv"));
    };
    let overall = last.apw_per_w / first.apw_per_w;
    let (old, new) = (first.success_pct / 100.0, last.success_pct / 100.0);
    let (old_w, new_w) = (old / first.apw_per_w, new / last.apw_per_w);
    let (models, hardware) = (new / old, old_w / new_w);
    let dense_w = tables.power_w("Qwen3-8B", "Apple M4 Max")?;
    Ok(Implied::new(
        Follows,
        "5.3 times in two years: accuracies times powers",
        format!(
            "Accuracy per watt is accuracy over power, so its growth splits exactly into the growth of accuracy (the paper: models) and the fall of power (hardware). The second also holds what a sparser model draws: on the same M4 Max Qwen3-8B comes to {dense_w:.0} W, GPT-OSS-120B to {new_w:.0} W.",
        ),
        format!(
            "{:.2e} / {:.2e} = {overall:.2}; {} / {} = {models:.2}; {old_w:.0} W / {new_w:.0} W = {hardware:.2}; {models:.2} x {hardware:.2} = {:.2}",
            last.apw_per_w,
            first.apw_per_w,
            pct(new, 1),
            pct(old, 1),
            models * hardware
        ),
        &[("overall", overall), ("models", models), ("hardware", hardware), ("first_power_w", old_w), ("last_power_w", new_w)],
    ))
}

/// Accuracy over accuracy per watt is one number a device, and another for one model.
pub fn one_power_a_device(tables: &Tables) -> Result<Implied> {
    let models = ["Qwen3-4B", "Qwen3-8B", "Qwen3-14B", "Qwen3-32B"];
    let mut means = Vec::new();
    let mut text = Vec::new();
    for hardware in ["Apple M4 Max", "NVIDIA B200"] {
        let powers = models.iter().map(|model| tables.power_w(model, hardware)).collect::<Result<Vec<f64>>>()?;
        means.push(powers.iter().sum::<f64>() / powers.len() as f64);
        let list = powers.iter().map(|power| format!("{power:.1}")).collect::<Vec<_>>().join(", ");
        text.push(format!("{hardware}: success rate / accuracy per watt of 4B, 8B, 14B, 32B = {list} W"));
    }
    let sparse = tables.power_w("GPT-OSS-120B", "Apple M4 Max")?;
    text.push(format!("GPT-OSS-120B on the M4 Max = {sparse:.1} W"));
    Ok(Implied::new(
        DoesNotFit,
        "one power for each device",
        format!(
            "Table 13's accuracies per watt come from one power for each device, {:.0} W on the M4 Max and {:.0} W on the B200, whatever the Qwen model from 4B to 32B; only GPT-OSS-120B, on the same M4 Max, draws another, {sparse:.0} W. So the table orders Qwen models by accuracy alone.",
            means[0], means[1]
        ),
        text.join("; "),
        &[("m4_max_w", means[0]), ("b200_w", means[1]), ("gpt_oss_120b_m4_max_w", sparse)],
    ))
}

/// Accuracy per watt on the phone against accuracy and power of the same rows.
pub fn phone_per_watt(tables: &Tables) -> Result<Implied> {
    let rows: Vec<_> = tables.0.phone.iter().filter(|row| row.hardware == "Apple A18 Pro").collect();
    let Some(first) = rows.first() else {
        return Err(Error::new("the paper's table has no such row").at("Table 17").found("Apple A18 Pro"));
    };
    let factors: Vec<f64> = rows.iter().map(|row| row.accuracy_pct / 100.0 / row.power_w / row.apw_per_w).collect();
    let mean = factors.iter().sum::<f64>() / factors.len() as f64;
    let (low, high) = factors.iter().fold((f64::INFINITY, 0.0_f64), |(low, high), &factor| (low.min(factor), high.max(factor)));
    let list = factors.iter().map(|factor| format!("{factor:.2}")).collect::<Vec<_>>().join(", ");
    Ok(Implied::new(
        DoesNotFit,
        "Table 17's accuracy per watt is a third",
        format!(
            "In the phone's {} rows accuracy divided by power is {mean:.1} times the accuracy per watt printed beside it. Accuracy per joule, and both references, fit.",
            rows.len()
        ),
        format!(
            "{:.3} / {:.1} W = {:.2e}, printed {:.2e}; accuracy / power / printed = {list}",
            first.accuracy_pct / 100.0,
            first.power_w,
            first.accuracy_pct / 100.0 / first.power_w,
            first.apw_per_w
        ),
        &[("factor_mean", mean), ("factor_low", low), ("factor_high", high)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::testing::{near, value};

    /// 4.18 / 0.792 = 5.278; 71.3 / 23.2 = 3.073; 292.9 W / 170.6 W = 1.717.
    #[test]
    fn two_years() {
        near(value(improvement, "overall"), 5.278, 0.001);
        near(value(improvement, "models"), 3.073, 0.001);
        near(value(improvement, "hardware"), 1.717, 0.001);
        near(value(improvement, "models") * value(improvement, "hardware"), value(improvement, "overall"), 1e-12);
    }

    /// 0.575 / 1.63e-3 and its like: between 352.1 and 352.8 W, 252.7 and 253.3 W; 0.713 / 4.18e-3.
    #[test]
    fn powers() {
        near(value(one_power_a_device, "m4_max_w"), 352.4, 0.1);
        near(value(one_power_a_device, "b200_w"), 253.0, 0.1);
        near(value(one_power_a_device, "gpt_oss_120b_m4_max_w"), 170.6, 0.05);
    }

    /// 0.425 / 12 / 11.8e-3 = 3.0014, and the other four rows between 2.96 and 3.14.
    #[test]
    fn a_third_on_the_phone() {
        near(value(phone_per_watt, "factor_mean"), 3.02, 0.01);
        near(value(phone_per_watt, "factor_low"), 2.969, 0.001);
        near(value(phone_per_watt, "factor_high"), 3.135, 0.001);
    }
}
