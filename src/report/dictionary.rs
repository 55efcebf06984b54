//! The columns of a report's tables in words: the page of columns is made of this list, and a test holds it to
//! the tables.

use serde::Serialize;

/// A table of a report: the name of its files, what a row is, and its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TableMeaning {
    /// The name of its files, without ending.
    pub name: &'static str,
    /// What stands in a row.
    pub row: &'static str,
    /// Its columns: name, type, meaning. A `figure` is three columns: the name, and with `_low` and `_high` after
    /// it the ends of its 95% interval. `{unit}` stands for each account with its unit, `{account}` for each
    /// without, `{measure}` for a measure, its name with `_` for `-`.
    pub columns: &'static [(&'static str, &'static str, &'static str)],
}

const POLICY: (&str, &str, &str) = ("policy", "text", "its name, unique in the report");
const FALLBACK: (&str, &str, &str) = ("fallback", "text", "the fallback of its pool, where it depends on one");
const BASELINE: (&str, &str, &str) = ("baseline", "text", "what savings are measured against");
const EXTENT: (&str, &str, &str) = ("extent", "text", "`all`, `dataset` or `category`: what the row is about");
const DATASET: (&str, &str, &str) = ("dataset", "text", "data set, where known");
const CATEGORY: (&str, &str, &str) = ("category", "text", "category, where known");
const QUERIES: (&str, &str, &str) = ("queries", "count", "queries that the row is about");
const ACCURACY: (&str, &str, &str) = ("answer_accuracy", "figure", "mean score of what was served");
const ENDPOINT: (&str, &str, &str) = ("endpoint", "text", "id of the endpoint");
const MODEL: (&str, &str, &str) = ("model", "text", "model, as the trace names it");
const HARDWARE: (&str, &str, &str) = ("hardware", "text", "hardware, as the trace names it");
const SIZE: (&str, &str, &str) = ("params_total_b", "number", "parameters in billions");
const POWER: (&str, &str, &str) = ("power_w", "figure", "mean power of an answer, energy over latency, in watts");
const ENERGY: (&str, &str, &str) = ("energy_j", "figure", "mean energy of an answer, in joules");
const LATENCY: (&str, &str, &str) = ("latency_s", "figure", "mean latency of an answer, in seconds");
const APW: (&str, &str, &str) = ("apw", "figure", "accuracy per watt: mean score over mean power, in 1/W");
const APJ: (&str, &str, &str) = ("apj", "figure", "accuracy per joule: mean score over mean energy, in 1/J");
const ROUTER: (&str, &str, &str) = ("router", "text", "kind of the router behind the policy");
const AGREEMENT: (&str, &str, &str) =
    ("router_accuracy_agreement", "figure", "share of queries whose first attempt is the oracle's endpoint");
const TIER: (&str, &str, &str) =
    ("router_accuracy_tier_agreement", "figure", "share whose first attempt is local where the oracle's is, and not where it is not");
const ADEQUATE: (&str, &str, &str) =
    ("router_accuracy_adequate", "figure", "share answered correctly, of the queries that some endpoint can answer");

/// Every table that a report may have, in the order in which they are written.
pub const TABLES: &[TableMeaning] = &[
    TableMeaning {
        name: "policies",
        row: "a policy against a baseline",
        columns: &[
            POLICY,
            BASELINE,
            ("kind", "text", "kind of the policy"),
            ("hindsight", "flag", "whether it sees outcomes in advance: a bound"),
            FALLBACK,
            ("replicates", "count", "replicates that the figures are means of"),
            ("queries", "count", "queries that it was given"),
            ("unserved", "number", "queries that it sent to an endpoint that cannot serve them, mean over replicates"),
            ("skipped", "number", "queries that left the comparison, mean over replicates"),
            ACCURACY,
            ("answer_accuracy_expected", "number", "the same expected, in closed form (noisy oracles)"),
            ("answer_accuracy_expected_sd", "number", "standard deviation of that over the router's draws, of one replicate"),
            ("relative_answer_accuracy", "figure", "answer accuracy over the baseline's, over queries that both answered"),
            ("router_accuracy_nominal", "number", "chance that the coin of a noisy oracle is right"),
            AGREEMENT,
            TIER,
            ADEQUATE,
            ("local_share", "number", "share of queries whose answer comes from a local endpoint"),
            ("{unit}_total", "number", "total over the queries for which it is known"),
            ("{unit}_total_expected", "number", "that total expected, in closed form"),
            ("{unit}_total_expected_sd", "number", "its standard deviation"),
            ("{unit}_known_queries", "number", "queries that the total is over, mean over replicates"),
            ("{unit}_per_query", "figure", "mean a query"),
            ("{unit}_per_correct", "figure", "total over the number of correct answers"),
            ("latency_s_p50", "number", "median latency of what was served"),
            ("latency_s_p95", "number", "95th percentile"),
            ("latency_s_p99", "number", "99th percentile"),
            ("{account}_estimated_share", "number", "share of the total that was estimated, not measured"),
            ("apw", "figure", "accuracy per watt of the system: mean score over mean power, in 1/W"),
            ("apj", "figure", "accuracy per joule of the system: mean score over mean energy, in 1/J"),
            ("carbon_g", "number", "grams of CO2, where a grid intensity was given"),
            ("{account}_saving", "figure", "1 - total / baseline's total, over the queries where both are known"),
            ("{account}_saving_queries", "number", "queries that the saving is over, mean over replicates"),
            ("{account}_regret", "figure", "what the oracle saves more"),
            ("{account}_saving_expected", "number", "the saving expected, in closed form"),
            ("{account}_saving_expected_sd", "number", "its standard deviation"),
        ],
    },
    TableMeaning {
        name: "shares",
        row: "a policy and an endpoint",
        columns: &[
            POLICY,
            FALLBACK,
            ("endpoint", "text", "id of the endpoint; `none` for queries that nobody serves"),
            ("share", "number", "share of queries whose answer this endpoint gave"),
            ("attempts_per_query", "number", "attempts at this endpoint a query"),
        ],
    },
    TableMeaning {
        name: "groups",
        row: "a policy on one data set and category, against a baseline",
        columns: &[
            POLICY,
            FALLBACK,
            DATASET,
            CATEGORY,
            BASELINE,
            QUERIES,
            ("answer_accuracy", "number", "mean score of what was served"),
            ("{unit}_total", "number", "total over the queries for which it is known"),
            ("{account}_saving", "number", "1 - total / baseline's total"),
        ],
    },
    TableMeaning {
        name: "group_shares",
        row: "a policy on one data set and category, and an endpoint that answers there",
        columns: &[
            POLICY,
            FALLBACK,
            DATASET,
            CATEGORY,
            QUERIES,
            ("endpoint", "text", "id of the endpoint; `none` for queries that nobody serves"),
            ("share", "number", "share of the row's queries whose answer this endpoint gave"),
        ],
    },
    TableMeaning {
        name: "curves",
        row: "a router accuracy of a sweep, against a baseline",
        columns: &[
            ("misroute", "text", "what an error does"),
            ("policy", "text", "the policy that was swept"),
            ("fallback", "text", "the fallback of its pool"),
            ("router_accuracy", "number", "chance that the router is right"),
            BASELINE,
            ("replicates", "count", "replicates that simulated figures are means of"),
            ACCURACY,
            ("answer_accuracy_expected", "number", "the same expected, in closed form"),
            AGREEMENT,
            TIER,
            ADEQUATE,
            ("{unit}_total", "number", "simulated total"),
            ("{unit}_per_query", "number", "simulated mean a query"),
            ("{unit}_per_correct", "number", "simulated total over correct answers"),
            ("{account}_saving", "figure", "simulated saving; the interval is of the queries and the draws together"),
            ("{account}_saving_expected", "number", "the saving expected, in closed form"),
        ],
    },
    TableMeaning {
        name: "day",
        row: "a strategy at a point in time of the day",
        columns: &[
            ("strategy", "text", "the policy"),
            FALLBACK,
            ("seconds", "number", "time from the start of the day"),
            ("arrived", "count", "arrivals up to then"),
            ("energy_j_cumulative", "number", "joules up to then"),
            ("flops_cumulative", "number", "floating-point operations up to then"),
            ("cost_usd_cumulative", "number", "US dollars up to then"),
            ("carbon_g_cumulative", "number", "grams of CO2 up to then, where grids are known"),
        ],
    },
    TableMeaning {
        name: "lines",
        row: "a published figure beside ours",
        columns: &[
            ("scenario", "text", "the assumptions"),
            ("key", "text", "the figure's key, by which it can be found again"),
            ("what", "text", "the figure in words"),
            ("paper", "number", "as published, a fraction and not a percent; empty where nothing was"),
            ("here", "number", "as it came out"),
            ("tolerance", "number", "how far apart the two may be"),
            ("within", "text", "`within` or `outside`; empty where nothing is judged"),
            ("source", "text", "table or figure of the paper"),
        ],
    },
    TableMeaning {
        name: "compare",
        row: "a policy among others, in the order of the comparison",
        columns: &[
            ("rank", "count", "place in that order, from 1"),
            POLICY,
            ("kind", "text", "kind of the policy"),
            ("hindsight", "flag", "whether it sees outcomes in advance"),
            FALLBACK,
            ("sorted_by", "text", "what `--by` said"),
            ("account", "text", "the account that stands for the objective"),
            ACCURACY,
            (
                "{account}_above_fixed",
                "figure",
                "answer accuracy above the best coin between fixed endpoints for the same amount, a fraction",
            ),
            ("{account}_pareto", "number", "1 where it is Pareto-optimal, 0 where not"),
            ("worse_than", "text", "the one endpoint that answers as well for no more"),
            ("{account}_worse", "number", "1 where that holds in this account"),
            ("nearly_all_to", "text", "the endpoint that gives 99% and more of its answers"),
            ("nearly_all_share", "number", "its share"),
            ("{measure}", "number", "measures that are one number a policy"),
        ],
    },
    TableMeaning {
        name: "equivalents",
        row: "a policy beside the noisy oracle of one pool, against a baseline, under one misroute rule",
        columns: &[
            POLICY,
            ("fallback", "text", "the fallback of the noisy oracle's pool"),
            BASELINE,
            ("misroute", "text", "what an error of the noisy oracle does"),
            ("{account}_saving_equivalent", "figure", "router accuracy of the noisy oracle that saves as much"),
            (
                "{account}_saving_equivalent_lies",
                "text",
                "`on_curve`, or `above_curve`, `below_curve`, `flat_curve`: then no router accuracy does",
            ),
            ("{account}_saving_equivalent_falls", "number", "1 where better routers save less, 0 where not"),
            ("answer_accuracy_equivalent", "figure", "router accuracy of the noisy oracle that answers as well"),
            ("answer_accuracy_equivalent_lies", "text", "the same of the answers"),
            ("answer_accuracy_equivalent_falls", "number", "1 where better routers answer worse, 0 where not"),
            ("router_accuracy_nominal", "number", "the policy's own, where it has one"),
            AGREEMENT,
            TIER,
            ADEQUATE,
        ],
    },
    TableMeaning {
        name: "routers",
        row: "a learned policy and an endpoint whose answers its router predicts",
        columns: &[
            POLICY,
            ROUTER,
            ENDPOINT,
            ("queries", "number", "queries that predictions are judged on"),
            ("mean_predicted", "number", "mean prediction"),
            ("mean_label", "number", "share of them that were right"),
            ("log_loss", "number", "mean log loss of the predictions"),
            ("base_log_loss", "number", "log loss of predicting the mean for every query"),
            ("brier", "number", "mean squared error of the predictions"),
            ("auc_roc", "number", "area under the ROC curve; 0.5 is chance"),
            ("ece", "number", "expected calibration error over 15 bins of the same width"),
            ("ece_equal_mass", "number", "the same over bins of as many queries each"),
            ("aurc", "number", "area under the risk-coverage curve"),
            ("excess_aurc", "number", "that area above the least that these answers allow"),
            ("strong", "text", "the strong endpoint that this one is paired with"),
            ("{measure}", "number", "measures of the pair"),
            ("aiq", "number", "average quality over cost of the router's own curve, as RouterBench's code divides"),
            ("aiq_paper", "number", "the same as its paper divides"),
            ("zero_aiq", "number", "that of the coins between fixed endpoints"),
            ("zero_aiq_paper", "number", "the same as the paper divides"),
            ("bias_entropy", "number", "how much the choices spread over the endpoints, in bits"),
        ],
    },
    TableMeaning {
        name: "reliability",
        row: "a learned policy, an endpoint and a bin of predictions",
        columns: &[
            POLICY,
            ROUTER,
            ENDPOINT,
            ("low", "number", "the bin's lower end"),
            ("high", "number", "its upper end"),
            ("queries", "count", "predictions in it"),
            ("mean_predicted", "number", "their mean"),
            ("mean_label", "number", "share of them that were right"),
        ],
    },
    TableMeaning {
        name: "coverage",
        row: "a group of queries",
        columns: &[
            EXTENT,
            DATASET,
            CATEGORY,
            QUERIES,
            ("any", "figure", "share that any endpoint answers correctly"),
            ("local", "figure", "share that some local endpoint does"),
            ("best_local", "text", "the local endpoint that does most often"),
            ("best_local_share", "figure", "its share"),
            ("best_cloud", "text", "the cloud endpoint that does most often"),
            ("best_cloud_share", "figure", "its share"),
        ],
    },
    TableMeaning {
        name: "difficulty",
        row: "a group of queries and a size of local models",
        columns: &[
            EXTENT,
            DATASET,
            CATEGORY,
            QUERIES,
            SIZE,
            ("models", "text", "the local models of that size"),
            ("smallest_share", "figure", "share that a model of this size is the smallest to solve"),
            ("no_local_share", "figure", "share that no local model solves"),
            ("cloud_only_share", "figure", "share that the cloud alone solves"),
            ("nobody_share", "figure", "share that nobody solves"),
        ],
    },
    TableMeaning {
        name: "savings_by_size",
        row: "a group of queries, with local models up to a size",
        columns: &[
            BASELINE,
            ("params_total_b", "number", "the largest local model allowed, in billions of parameters"),
            EXTENT,
            DATASET,
            CATEGORY,
            QUERIES,
            ("local_share", "number", "share that stays local"),
            ACCURACY,
            ("{account}_saving", "figure", "saved against the baseline"),
        ],
    },
    TableMeaning {
        name: "pairs",
        row: "an endpoint: a model on a hardware",
        columns: &[
            ENDPOINT,
            MODEL,
            HARDWARE,
            ("tier", "text", "`phone`, `local` or `cloud`"),
            ("precision", "text", "number format of the weights"),
            ("batch_size", "number", "queries answered at a time"),
            SIZE,
            ("answered", "count", "queries that it answered"),
            ACCURACY,
            POWER,
            ENERGY,
            LATENCY,
            ("perplexity", "figure", "mean perplexity of the reference answers"),
            APW,
            APJ,
            ("ppw", "figure", "1 / mean perplexity over mean power, in 1/W"),
            ("ppj", "figure", "1 / mean perplexity over mean energy, in 1/J"),
        ],
    },
    TableMeaning {
        name: "over_time",
        row: "an endpoint with a year",
        columns: &[
            ("year", "count", "year whose state of the art it is"),
            ENDPOINT,
            ACCURACY,
            POWER,
            ENERGY,
            APW,
            APJ,
            ("apw_gain", "figure", "accuracy per watt over that of the first year"),
            ("apw_gain_models", "figure", "the part of models: the ratio of answer accuracies"),
            ("apw_gain_hardware", "figure", "the part of hardware: the inverse ratio of powers"),
            ("apw_gain_models_shapley", "figure", "the part of models whichever is changed first (Shapley)"),
            ("apw_gain_hardware_shapley", "figure", "the part of hardware whichever is changed first"),
            ("apj_gain", "figure", "accuracy per joule over that of the first year"),
            ("apj_gain_models", "figure", "the part of models"),
            ("apj_gain_hardware", "figure", "the part of hardware: the inverse ratio of energies"),
            ("apj_gain_models_shapley", "figure", "the part of models whichever is changed first"),
            ("apj_gain_hardware_shapley", "figure", "the part of hardware whichever is changed first"),
        ],
    },
    TableMeaning {
        name: "local_cloud_gap",
        row: "a model that has a local and a cloud endpoint",
        columns: &[
            MODEL,
            ("local", "text", "its local endpoint"),
            ("cloud", "text", "its cloud endpoint"),
            ("local_batch_size", "number", "batch size of the local one"),
            ("cloud_batch_size", "number", "batch size of the cloud one"),
            ("apw_ratio", "figure", "accuracy per watt of the cloud endpoint over the local one's"),
            ("apj_ratio", "figure", "accuracy per joule of the cloud endpoint over the local one's"),
        ],
    },
    TableMeaning {
        name: "batching",
        row: "an endpoint among those that differ in batch size alone",
        columns: &[
            MODEL,
            HARDWARE,
            ENDPOINT,
            ("batch_size", "count", "queries answered at a time"),
            ACCURACY,
            ENERGY,
            LATENCY,
            APW,
            APJ,
            ("energy_ratio", "figure", "energy an answer over that at the smallest batch"),
            ("apw_gain", "figure", "accuracy per watt over that at the smallest batch"),
            ("apj_gain", "figure", "accuracy per joule over that at the smallest batch"),
        ],
    },
    TableMeaning {
        name: "precision",
        row: "an endpoint among those that differ in precision alone",
        columns: &[
            MODEL,
            HARDWARE,
            ENDPOINT,
            ("precision", "text", "number format of the weights"),
            ACCURACY,
            ENERGY,
            APJ,
            ("answer_accuracy_ratio", "figure", "answer accuracy over that of the widest precision"),
            ("energy_ratio", "figure", "energy an answer over that of the widest precision"),
            ("apj_gain", "figure", "accuracy per joule over that of the widest precision"),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::compare::MEASURES_A_POLICY;
    use crate::analysis::{ACCOUNT_NAMES, Study};
    use crate::report::columns::{Cells, UNIT_NAMES};
    use crate::report::{sample, tables};

    /// The columns that a line of the list stands for, with their types; the measures of pairs are as a run has them.
    fn expanded(table: &str, (name, of, _): (&str, &str, &str)) -> Vec<(String, String)> {
        let names: Vec<String> = match name.split_once('}') {
            Some(("{unit", rest)) => UNIT_NAMES.iter().map(|unit| format!("{unit}{rest}")).collect(),
            Some(("{account", rest)) => ACCOUNT_NAMES.iter().map(|account| format!("{account}{rest}")).collect(),
            Some(_) if table == "compare" => MEASURES_A_POLICY.iter().map(|measure| measure.replace('-', "_")).collect(),
            Some(_) => Vec::new(),
            None => vec![name.to_owned()],
        };
        let endings: &[&str] = if of == "figure" { &["", "_low", "_high"] } else { &[""] };
        let of = if of == "figure" { "number" } else { of };
        names.iter().flat_map(|name| endings.iter().map(move |ending| (format!("{name}{ending}"), of.to_owned()))).collect()
    }

    #[test]
    fn every_column_of_every_table_is_said() {
        let mut report = sample::report();
        report.study = Some(Study::default());
        report.routers.clear();
        let tables = tables::every(&report);
        let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
        assert_eq!(names, TABLES.iter().map(|table| table.name).collect::<Vec<_>>());
        for (table, said) in tables.iter().zip(TABLES) {
            let of = |cells: &Cells| match cells {
                Cells::Text(_) => "text",
                Cells::Count(_) => "count",
                Cells::Number(_) => "number",
                Cells::Flag(_) => "flag",
            };
            let columns: Vec<(String, String)> = table.columns.iter().map(|(name, cells)| (name.clone(), of(cells).to_owned())).collect();
            let said: Vec<(String, String)> = said.columns.iter().flat_map(|column| expanded(table.name, *column)).collect();
            assert_eq!(columns, said, "table `{}`", table.name);
        }
    }
}
