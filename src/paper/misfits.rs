//! Answers and savings that cannot all hold as they are printed. Each item names both sides and takes neither.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::testing::{near, value};

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
}
