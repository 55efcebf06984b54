//! The rows of the paper's tables. Percents stay percents here (`_pct`), as they are printed; what is worked
//! out from them is in fractions.

use serde::Deserialize;

/// Table 2: the best local pair of model and hardware of a year.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearBest {
    /// Year.
    pub year: u16,
    /// Model.
    pub model: String,
    /// Hardware.
    pub hardware: String,
    /// Share of queries answered correctly, in percent.
    pub success_pct: f64,
    /// Its standard deviation, in percent.
    pub success_sd: f64,
    /// Accuracy per watt.
    pub apw_per_w: f64,
    /// Its standard deviation.
    pub apw_sd: f64,
}

/// Table 4: the queries of a category, and the share of them that some local model answers correctly.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Category of the Anthropic Economic Index.
    pub category: String,
    /// Queries of WildChat.
    pub wildchat_queries: u64,
    /// Share of them answered locally, in percent.
    pub wildchat_solvable_pct: f64,
    /// Queries of NaturalReasoning.
    pub naturalreasoning_queries: u64,
    /// Share of them answered locally, in percent.
    pub naturalreasoning_solvable_pct: f64,
}

/// Table 5: the accuracy of GPT-OSS-120B in a category, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryAccuracy {
    /// Category of the Anthropic Economic Index.
    pub category: String,
    /// On WildChat.
    pub wildchat_pct: f64,
    /// On MMLU Pro.
    pub mmlu_pro_pct: f64,
    /// On SuperGPQA.
    pub supergpqa_pct: f64,
    /// Mean of the three.
    pub average_pct: f64,
}

/// Table 7: an accelerator.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hardware {
    /// Name.
    pub hardware: String,
    /// `cloud`, `local` or `phone`.
    pub tier: String,
    /// Memory, in gigabytes.
    pub memory_gb: f64,
    /// Kind of memory.
    pub memory_kind: String,
    /// Bandwidth of the memory, in gigabytes a second.
    pub bandwidth_gb_s: f64,
    /// Rated power, in watts.
    pub power_w: f64,
}

/// Table 8 (WildChat) or 9 (NaturalReasoning): savings at the accuracy of Qwen3-235B where local models up to
/// a size may serve, in percent; of Qwen's models alone, or of Qwen's and GPT-OSS. `None` is a dash.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavingsBySize {
    /// `wildchat` or `naturalreasoning`.
    pub dataset: String,
    /// Parameters of the largest model allowed, in billions.
    pub max_params_b: f64,
    /// Cost, both families.
    pub cost_qwen_gptoss_pct: Option<f64>,
    /// Cost, Qwen alone.
    pub cost_qwen_pct: Option<f64>,
    /// Compute, both families.
    pub compute_qwen_gptoss_pct: Option<f64>,
    /// Compute, Qwen alone.
    pub compute_qwen_pct: Option<f64>,
    /// Energy, both families.
    pub energy_qwen_gptoss_pct: Option<f64>,
    /// Energy, Qwen alone.
    pub energy_qwen_pct: Option<f64>,
}

/// Table 10: the price of a million tokens, in US dollars.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPrice {
    /// Model.
    pub model: String,
    /// Of the prompt.
    pub input_usd_per_mtok: f64,
    /// Of the answer.
    pub output_usd_per_mtok: f64,
}

/// Table 11: a model's answer accuracy, in percent. On WildChat: wins and ties against Qwen3-235B.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelAccuracy {
    /// Model.
    pub model: String,
    /// `open` or `closed` weights.
    pub kind: String,
    /// On WildChat; `None` for the reference itself.
    pub wildchat_pct: Option<f64>,
    /// On NaturalReasoning.
    pub naturalreasoning_pct: f64,
    /// On MMLU Pro.
    pub mmlu_pro_pct: f64,
    /// On SuperGPQA.
    pub supergpqa_pct: f64,
    /// Mean of those that there are.
    pub average_pct: f64,
}

/// Table 13: a pair's success rate and accuracy per watt.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Efficiency {
    /// Model.
    pub model: String,
    /// Hardware.
    pub hardware: String,
    /// Share of queries answered correctly, in percent.
    pub success_pct: f64,
    /// Its standard deviation, in percent.
    pub success_sd: f64,
    /// Accuracy per watt.
    pub apw_per_w: f64,
    /// Its standard deviation.
    pub apw_sd: f64,
}

/// Table 14: a pair's accuracy per joule at batch 1.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JouleEfficiency {
    /// Model.
    pub model: String,
    /// Hardware.
    pub hardware: String,
    /// Accuracy per joule.
    pub apj_per_j: f64,
    /// Its standard deviation.
    pub apj_sd: f64,
}

/// Table 15: accuracy per joule on one B200 by batch size.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batching {
    /// Model.
    pub model: String,
    /// At batch 1.
    pub apj_batch1: f64,
    /// At batch 64.
    pub apj_batch64: f64,
    /// Their ratio.
    pub gain: f64,
}

/// Table 16: accuracy per watt on the M4 Max by inference program.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameworkEfficiency {
    /// Model.
    pub model: String,
    /// With vLLM, which the other tables use.
    pub vllm_apw: f64,
    /// With SGLang.
    pub sglang_apw: f64,
    /// With llama.cpp.
    pub llama_cpp_apw: f64,
}

/// Table 17: a small model at a precision, on a phone's accelerator or beside one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {
    /// Model.
    pub model: String,
    /// Number format of the weights.
    pub precision: String,
    /// Hardware.
    pub hardware: String,
    /// Answer accuracy, in percent.
    pub accuracy_pct: f64,
    /// Power, in watts.
    pub power_w: f64,
    /// Time of a query, in seconds.
    pub latency_s: f64,
    /// Accuracy per watt.
    pub apw_per_w: f64,
    /// Accuracy per joule.
    pub apj_per_j: f64,
}

/// Figure 2: share of queries that the best model of a set answers correctly, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// `best-of-local` or `best-single-cloud`.
    pub set: String,
    /// On WildChat.
    pub wildchat_pct: f64,
    /// On NaturalReasoning.
    pub naturalreasoning_pct: f64,
    /// On SuperGPQA.
    pub supergpqa_pct: f64,
    /// On MMLU Pro.
    pub mmlu_pro_pct: f64,
    /// As printed for all four together.
    pub overall_pct: Option<f64>,
}

/// Figure 4: savings of a router over a day, in percent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingSavings {
    /// `oracle` or `noisy-oracle`.
    pub router: String,
    /// Router accuracy, as a fraction.
    pub router_accuracy: f64,
    /// Energy.
    pub energy_saving_pct: f64,
    /// Compute.
    pub compute_saving_pct: f64,
    /// Cost.
    pub cost_saving_pct: f64,
}
