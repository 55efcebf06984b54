//! Printed numbers that cannot all hold as they stand. Each item names both sides and takes neither.

use super::arithmetic::Bearing::DoesNotFit;
use super::arithmetic::{CLOUD_TOTAL_B, Implied, SMALLEST_LOCAL_B, Tables, pct};
use super::routing::free_share;
use crate::error::{Error, Result};

/// Queries of Figure 2's data sets, Section 4.1: WildChat, NaturalReasoning, SuperGPQA, MMLU Pro.
const QUERIES: [f64; 4] = [500_000.0, 500_000.0, 26_529.0, 12_032.0];

/// One model of a pool that answers more than the pool.
pub fn one_model_beats_all(tables: &Tables) -> Result<Implied> {
    let alone = tables.accuracy("GPT-OSS-20B")?.naturalreasoning_pct / 100.0;
    let (_, pool) = tables.solvable();
    let figure = local_coverage(tables)?[1];
    Ok(Implied::new(
        DoesNotFit,
        "one local model beats all local models",
        "On NaturalReasoning Table 11 gives GPT-OSS-20B alone more than Table 4 gives for all local models together, and Figure 2 gives for them far more than both.".to_owned(),
        format!("Table 11: {} > Table 4: {}; Figure 2: {}", pct(alone, 1), pct(pool, 1), pct(figure, 1)),
        &[("gpt_oss_20b", alone), ("all_local_table_4", pool), ("all_local_figure_2", figure)],
    ))
}

/// The smallest model answers more than the costs leave for it.
pub fn smallest_model(tables: &Tables) -> Result<Implied> {
    let accuracy = tables.per_watt("Qwen3-4B", "Apple M4 Max")?.success_pct / 100.0;
    let (_, most, _) = free_share(tables)?;
    let local = tables.local_share();
    let served = most * local;
    Ok(Implied::new(
        DoesNotFit,
        "the smallest model: Table 13 against Figure 4's costs",
        format!(
            "An oracle that takes the smallest capable model sends every query that Qwen3-4B answers correctly to it, and it is free. Figure 4's costs leave it at most {} of all queries; Table 13 lets it answer {}.",
            pct(served, 0),
            pct(accuracy, 1)
        ),
        format!("{} of the local queries x {} local = {} < {}", pct(most, 1), pct(local, 1), pct(served, 1), pct(accuracy, 1)),
        &[("served_at_most", served), ("success_rate", accuracy)],
    ))
}

/// Tables 8 and 9 against Figure 4, the same pool.
pub fn savings_by_size(tables: &Tables) -> Result<Implied> {
    let (chat, reasoning) = (tables.savings_up_to("wildchat", 20.0)?, tables.savings_up_to("naturalreasoning", 20.0)?);
    let oracle = tables.router(1.0)?;
    let known = |pct: Option<f64>| pct.ok_or_else(|| Error::new("a saving up to 20B is not printed").at("Tables 8, 9"));
    let pairs = [
        ("cost", known(chat.cost_qwen_gptoss_pct)?, known(reasoning.cost_qwen_gptoss_pct)?, oracle.cost_saving_pct),
        ("compute", known(chat.compute_qwen_gptoss_pct)?, known(reasoning.compute_qwen_gptoss_pct)?, oracle.compute_saving_pct),
        ("energy", known(chat.energy_qwen_gptoss_pct)?, known(reasoning.energy_qwen_gptoss_pct)?, oracle.energy_saving_pct),
    ];
    let line = |&(what, chat, reasoning, oracle): &(&str, f64, f64, f64)| {
        format!("{what} ({chat:.1} + {reasoning:.1}) / 2 = {:.2} against {oracle:.1}%", (chat + reasoning) / 2.0)
    };
    let mean = |at: usize| (pairs[at].1 + pairs[at].2) / 200.0;
    Ok(Implied::new(
        DoesNotFit,
        "Tables 8 and 9 against Figure 4",
        format!(
            "With local models up to 20B, Figure 4's pool, Tables 8 and 9 average {} of cost, {} of compute and {} of energy; Figure 4 has {:.1}, {:.1} and {:.1}%. Tables 8 and 9 ask for the cloud model's accuracy and may keep local what nobody answers, which explains more savings of cost and compute, not less of energy.",
            pct(mean(0), 1),
            pct(mean(1), 1),
            pct(mean(2), 1),
            oracle.cost_saving_pct,
            oracle.compute_saving_pct,
            oracle.energy_saving_pct
        ),
        pairs.iter().map(line).collect::<Vec<_>>().join("; "),
        &[("cost", mean(0)), ("compute", mean(1)), ("energy", mean(2))],
    ))
}

/// A saving beyond what the smallest model could save.
pub fn compute_beyond_bound(tables: &Tables) -> Result<Implied> {
    let row = tables.savings_up_to("wildchat", 20.0)?;
    let printed = row.compute_qwen_gptoss_pct.unwrap_or(f64::NAN) / 100.0;
    let (chat, _) = tables.solvable();
    let bound = chat * (1.0 - SMALLEST_LOCAL_B / CLOUD_TOTAL_B);
    Ok(Implied::new(
        DoesNotFit,
        "more compute saved than there is to save",
        format!(
            "On WildChat {} of the queries can stay local, and the smallest model takes {SMALLEST_LOCAL_B}/{CLOUD_TOTAL_B} of the cloud model's compute. Table 8's {} is more than if the smallest model served them all.",
            pct(chat, 2),
            pct(printed, 1)
        ),
        format!("{} x (1 - {SMALLEST_LOCAL_B}/{CLOUD_TOTAL_B}) = {} < {}", pct(chat, 2), pct(bound, 2), pct(printed, 1)),
        &[("bound", bound), ("printed", printed)],
    ))
}

/// Figure 2's shares for local models: WildChat, NaturalReasoning, SuperGPQA, MMLU Pro.
fn local_coverage(tables: &Tables) -> Result<[f64; 4]> {
    let row = tables.0.coverage.iter().find(|row| row.set == "best-of-local");
    let row = row.ok_or_else(|| Error::new("the paper's table has no such row").at("Figure 2").found("best-of-local"))?;
    Ok([row.wildchat_pct, row.naturalreasoning_pct, row.supergpqa_pct, row.mmlu_pro_pct].map(|pct| pct / 100.0))
}

/// The overall coverage against its parts.
pub fn coverage(tables: &Tables) -> Result<Implied> {
    let parts = local_coverage(tables)?;
    let printed = tables.0.coverage.iter().find_map(|row| row.overall_pct).unwrap_or(f64::NAN) / 100.0;
    let mean = parts.iter().sum::<f64>() / parts.len() as f64;
    let weighted = parts.iter().zip(QUERIES).map(|(share, queries)| share * queries).sum::<f64>() / QUERIES.iter().sum::<f64>();
    let list = parts.map(|share| format!("{:.1}", share * 100.0)).join(" + ");
    Ok(Implied::new(
        DoesNotFit,
        "88.7% coverage against its four parts",
        format!(
            "The overall coverage is printed as {}. Figure 2's four data sets have a plain mean of {}; weighted by their queries it is {}, since nearly all queries are of the two large ones.",
            pct(printed, 1),
            pct(mean, 1),
            pct(weighted, 1)
        ),
        format!("({list}) / 4 = {}; by queries {}; printed = {}", pct(mean, 1), pct(weighted, 1), pct(printed, 1)),
        &[("mean", mean), ("weighted", weighted), ("printed", printed)],
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

/// Accuracy per joule of the same pair in two tables.
pub fn joules_twice(tables: &Tables) -> Result<Implied> {
    let twice = |model: &str| -> Result<(f64, f64)> {
        let batch = tables.0.batching.iter().find(|row| row.model == model).map_or(f64::NAN, |row| row.apj_batch1);
        Ok((tables.per_joule(model, "NVIDIA B200")?.apj_per_j, batch))
    };
    let (small, large) = (twice("Qwen3-8B")?, twice("GPT-OSS-120B")?);
    let apart = |pair: (f64, f64)| pair.1 / pair.0 - 1.0;
    Ok(Implied::new(
        DoesNotFit,
        "Table 14 against Table 15",
        format!(
            "Both tables give the accuracy per joule of the same pairs on the B200 at batch 1, and differ by {} and {}: less than the standard deviations of Table 14, so perhaps two runs.",
            pct(apart(small).abs(), 1),
            pct(apart(large).abs(), 1)
        ),
        format!(
            "Qwen3-8B {:.2e} / {:.2e} - 1 = {:+.1}%; GPT-OSS-120B {:.2e} / {:.2e} - 1 = {:+.1}%",
            small.1,
            small.0,
            apart(small) * 100.0,
            large.1,
            large.0,
            apart(large) * 100.0
        ),
        &[("qwen3_8b", apart(small)), ("gpt_oss_120b", apart(large))],
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

/// A query's energy and time on the same laptop in two tables.
pub fn laptop_energy_twice(tables: &Tables) -> Result<Implied> {
    let hardware = "Apple M4 Max";
    let Some(quantised) = tables.0.phone.iter().find(|row| row.hardware == hardware) else {
        return Err(Error::new("the paper's table has no such row").at("Table 17").found(hardware));
    };
    let small_j = quantised.power_w * quantised.latency_s;
    let (large_j, large_w) = (tables.energy_j("Qwen3-8B", hardware)?, tables.power_w("Qwen3-8B", hardware)?);
    Ok(Implied::new(
        DoesNotFit,
        "a query on the laptop: Table 17 against Table 14",
        format!(
            "Table 17's Qwen3-4B in FP4 takes {:.2} kJ and {:.1} s a query on the M4 Max, Tables 13 and 14 give {:.1} kJ and {:.0} s for Qwen3-8B: {:.0} times the energy for twice the model. Different queries or answer lengths would explain it; the tables do not say.",
            small_j / 1e3,
            quantised.latency_s,
            large_j / 1e3,
            large_j / large_w,
            large_j / small_j
        ),
        format!(
            "{:.0} W x {:.1} s = {:.0} J; {:.0} J / {large_w:.0} W = {:.1} s; {:.0} J / {:.0} J = {:.1}",
            quantised.power_w,
            quantised.latency_s,
            small_j,
            large_j,
            large_j / large_w,
            large_j,
            small_j,
            large_j / small_j
        ),
        &[("table_17_energy_j", small_j), ("table_14_energy_j", large_j), ("ratio", large_j / small_j)],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Published;

    /// The value of an item, to compare with a number worked out by hand.
    fn value(item: fn(&Tables) -> Result<Implied>, name: &str) -> f64 {
        item(&Tables(&Published::read().unwrap())).unwrap().value(name).unwrap()
    }

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() < within, "{found} instead of {expected}");
    }

    /// As printed in Table 11 and Figure 2, and Table 4's mean.
    #[test]
    fn naturalreasoning_three_times() {
        near(value(one_model_beats_all, "gpt_oss_20b"), 0.673, 1e-9);
        near(value(one_model_beats_all, "all_local_table_4"), 0.6297, 1e-4);
        near(value(one_model_beats_all, "all_local_figure_2"), 0.883, 1e-9);
    }

    /// 46.28% of 80.70%.
    #[test]
    fn at_most_37_percent() {
        near(value(smallest_model, "served_at_most"), 0.3734, 1e-3);
        near(value(smallest_model, "success_rate"), 0.493, 1e-9);
    }

    /// (90.5 + 73.3) / 2, (97.4 + 72.2) / 2, (89.4 + 67.8) / 2.
    #[test]
    fn averages_of_tables_8_and_9() {
        near(value(savings_by_size, "cost"), 0.819, 1e-9);
        near(value(savings_by_size, "compute"), 0.848, 1e-9);
        near(value(savings_by_size, "energy"), 0.786, 1e-9);
    }

    /// 98.4278% x 231 / 235.
    #[test]
    fn bound_on_compute() {
        near(value(compute_beyond_bound, "bound"), 0.96752, 1e-5);
        near(value(compute_beyond_bound, "printed"), 0.974, 1e-9);
    }

    /// (97.8 + 88.3 + 77.0 + 92.4) / 4, and 96,204,530 / 1,038,561 queries in percent.
    #[test]
    fn coverage_by_data_set_and_by_query() {
        near(value(coverage, "mean"), 0.88875, 1e-9);
        near(value(coverage, "weighted"), 0.9263, 1e-4);
        near(value(coverage, "printed"), 0.887, 1e-9);
    }

    /// 0.575 / 1.63e-3 and its like: between 352.1 and 352.8 W, 252.7 and 253.3 W; 0.713 / 4.18e-3.
    #[test]
    fn powers() {
        near(value(one_power_a_device, "m4_max_w"), 352.4, 0.1);
        near(value(one_power_a_device, "b200_w"), 253.0, 0.1);
        near(value(one_power_a_device, "gpt_oss_120b_m4_max_w"), 170.6, 0.05);
    }

    /// 8.92 / 8.71 and 6.72 / 6.78.
    #[test]
    fn two_tables_of_joules() {
        near(value(joules_twice, "qwen3_8b"), 0.0241, 1e-4);
        near(value(joules_twice, "gpt_oss_120b"), -0.0088, 1e-4);
    }

    /// 0.425 / 12 / 11.8e-3 = 3.0014, and the other four rows between 2.96 and 3.14.
    #[test]
    fn a_third_on_the_phone() {
        near(value(phone_per_watt, "factor_mean"), 3.02, 0.01);
        near(value(phone_per_watt, "factor_low"), 2.969, 0.001);
        near(value(phone_per_watt, "factor_high"), 3.135, 0.001);
    }

    /// 240 W x 3.5 s; 15,131.6 / 840 = 18.
    #[test]
    fn laptop() {
        near(value(laptop_energy_twice, "table_17_energy_j"), 840.0, 1e-9);
        near(value(laptop_energy_twice, "ratio"), 18.01, 0.01);
    }
}
