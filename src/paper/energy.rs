//! What the tables say of energy: what Figure 4's savings need, and where joules part.

use super::arithmetic::Bearing::{DoesNotFit, Follows};
use super::arithmetic::{Implied, Tables, pct};
use crate::error::{Error, Result};

/// Energy of a query on Qwen3-235B-A22B, eight H100, batch 16, in joules, as the ML.ENERGY leaderboard measured it
/// (Apache-2.0): chat (lm-arena-chat, Instruct-2507) and reasoning (gpqa, Thinking-2507).
pub const MEASURED_CLOUD_J: (f64, f64) = (4_480.9, 45_582.1);

const KWH_J: f64 = 3.6e6;

/// How much more energy a reasoning query may take, if the energy savings are to be had at all.
pub fn reasoning_energy(tables: &Tables) -> Result<Implied> {
    let (chat, reasoning) = tables.solvable();
    let saving = tables.router(1.0)?.energy_saving_pct / 100.0;
    // Free local energy saves (chat + k reasoning) / (1 + k), k = a reasoning query's cloud energy in chat queries'.
    let most = (chat - saving) / (saving - reasoning);
    let (chat_j, reasoning_j) = MEASURED_CLOUD_J;
    let measured = reasoning_j / chat_j;
    let ceiling = (chat + measured * reasoning) / (1.0 + measured);
    let ceiling_80 = 0.8 * ceiling;
    Ok(Implied::new(
        Follows,
        "energy does not depend on the kind of query",
        format!(
            "Reasoning queries stay local less often. Savings of {} therefore need the cloud energy of a reasoning query to be at most {most:.2} times a chat query's, even if local energy were free. With {measured:.0} times, as measured elsewhere, free local energy saves {}, and {} at router accuracy 0.8.",
            pct(saving, 1),
            pct(ceiling, 1),
            pct(ceiling_80, 1)
        ),
        format!(
            "({c} - {s}) / ({s} - {r}) = {most:.2}; measured {reasoning_j:.0} J / {chat_j:.0} J = {measured:.1}; ({c} + {measured:.1} x {r}) / (1 + {measured:.1}) = {}; x 0.8 = {}",
            pct(ceiling, 1),
            pct(ceiling_80, 1),
            c = pct(chat, 2),
            s = pct(saving, 1),
            r = pct(reasoning, 2)
        ),
        &[
            ("most_reasoning_to_chat_energy", most),
            ("measured_reasoning_to_chat_energy", measured),
            ("ceiling_free_local", ceiling),
            ("ceiling_free_local_80", ceiling_80),
        ],
    ))
}

/// The energy that Figure 4 leaves to a local query, beside Table 14's.
pub fn local_energy(tables: &Tables) -> Result<Implied> {
    let (local, saving) = (tables.local_share(), tables.router(1.0)?.energy_saving_pct / 100.0);
    let ratio = (local - saving) / local;
    let local_j = tables.energy_j("Qwen3-8B", "Apple M4 Max")?;
    let cloud_j = local_j / ratio;
    let (chat_j, reasoning_j) = MEASURED_CLOUD_J;
    Ok(Implied::new(
        DoesNotFit,
        "Figure 4's energy against Table 14's",
        format!(
            "The energy savings put a local query at {} of a cloud query. With Table 14's {:.1} kJ for Qwen3-8B on the M4 Max a cloud query would take {:.1} MJ, {:.1} kilowatt hours; ML.ENERGY measured {:.1} kJ (chat) and {:.1} kJ (reasoning) for Qwen3-235B on eight H100 at batch 16.",
            pct(ratio, 1),
            local_j / 1e3,
            cloud_j / 1e6,
            cloud_j / KWH_J,
            chat_j / 1e3,
            reasoning_j / 1e3
        ),
        format!(
            "({} - {}) / {} = {}; {} / {:.2e} = {:.1} kJ; / {} = {:.1} MJ = {:.2} kWh; measured {:.1} and {:.1} kJ",
            pct(local, 2),
            pct(saving, 1),
            pct(local, 2),
            pct(ratio, 2),
            pct(tables.per_watt("Qwen3-8B", "Apple M4 Max")?.success_pct / 100.0, 1),
            tables.per_joule("Qwen3-8B", "Apple M4 Max")?.apj_per_j,
            local_j / 1e3,
            pct(ratio, 2),
            cloud_j / 1e6,
            cloud_j / KWH_J,
            chat_j / 1e3,
            reasoning_j / 1e3
        ),
        &[("local_energy_ratio", ratio), ("local_energy_j", local_j), ("implied_cloud_energy_j", cloud_j)],
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
    use crate::paper::testing::{near, value};

    /// (98.4278 - 80.4) / (80.4 - 62.9657) = 1.034; 45582.1 / 4480.9 = 10.17; (98.4278 + 10.17 x 62.9657) / 11.17 = 66.14%.
    #[test]
    fn energy_of_reasoning() {
        near(value(reasoning_energy, "most_reasoning_to_chat_energy"), 1.034, 0.001);
        near(value(reasoning_energy, "measured_reasoning_to_chat_energy"), 10.17, 0.005);
        near(value(reasoning_energy, "ceiling_free_local"), 0.6614, 1e-4);
        near(value(reasoning_energy, "ceiling_free_local_80"), 0.5291, 1e-4);
    }

    /// 0.297 / 80.697 = 0.368%; 0.575 / 3.80e-5 = 15,132 J; 15,132 / 0.00368 = 4.1 MJ, over 3.6 MJ.
    #[test]
    fn a_kilowatt_hour_a_query() {
        near(value(local_energy, "local_energy_ratio"), 0.00368, 1e-5);
        near(value(local_energy, "local_energy_j"), 15_131.6, 0.1);
        near(value(local_energy, "implied_cloud_energy_j"), 4.11e6, 0.01e6);
    }

    /// 8.92 / 8.71 and 6.72 / 6.78.
    #[test]
    fn two_tables_of_joules() {
        near(value(joules_twice, "qwen3_8b"), 0.0241, 1e-4);
        near(value(joules_twice, "gpt_oss_120b"), -0.0088, 1e-4);
    }

    /// 240 W x 3.5 s; 15,131.6 / 840 = 18.
    #[test]
    fn laptop() {
        near(value(laptop_energy_twice, "table_17_energy_j"), 840.0, 1e-9);
        near(value(laptop_energy_twice, "ratio"), 18.01, 0.01);
    }
}
