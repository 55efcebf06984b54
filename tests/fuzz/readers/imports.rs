//! Import formats of one kind of file each.

use std::path::{Path, PathBuf};

use wattroute::Result;
use wattroute::trace::import::{FORMATS, ImportOptions, find, import, option};

use super::Reader;
use crate::seeds::use_draft;

/// Imports inputs as a format with all the options that it takes, and without; writes and reads back.
pub fn imported(format: &str, inputs: &[PathBuf], options: &ImportOptions, folder: &Path) -> Result<()> {
    let format = find(format)?;
    let takes = |name: &str| format.options().contains(&name);
    let all =
        ImportOptions { tokens_from_text: takes(option::TOKENS_FROM_TEXT), keep_features: takes(option::KEEP_FEATURES), ..options.clone() };
    if let Ok(draft) = import(format, inputs, &all, Vec::new()) {
        draft.check()?;
    }
    use_draft(import(format, inputs, options, Vec::new())?, folder)
}

fn plain(format: &str, file: &str, folder: &Path) -> Result<()> {
    imported(format, &[folder.join(file)], &ImportOptions::default(), folder)
}

pub static ROUTERBENCH: Reader = Reader {
    name: "routerbench",
    group: "csv_imports",
    file: "t.csv",
    words: &[
        "sample_id",
        "prompt",
        "eval_name",
        "a/m1",
        "m2",
        "a/m1|model_response",
        "a/m1|total_cost",
        "oracle_model_to_route_to",
        "mmlu-law",
        "mbpp",
        "['q']",
    ],
    seeds: || {
        vec![b",sample_id,prompt,eval_name,a/m1,m2,a/m1|model_response,a/m1|total_cost,m2|total_cost,oracle_model_to_route_to\n7,x.1,['q'],mmlu-law,0.5,,['B'],0.001,0.01,a/m1\n8,x.2,\"['r, \"\"s\"\"\nt']\",mbpp,1.0,1,['C'],,,a/m1\n".to_vec()]
    },
    read: |folder, _| plain("routerbench", "t.csv", folder),
};

pub static ROUTELLM: Reader = Reader {
    name: "routellm",
    group: "csv_imports",
    file: "gsm8k_responses.csv",
    words: &["prompt", "a", "b", "a_response", "True", "False", "mixtral", "gpt-4", "q1", "q2"],
    seeds: || vec![b"prompt,a,b,a_response\n\"q\n1\",True,False,four\nq2,False,,fiver\n".to_vec()],
    read: |folder, _| plain("routellm", "gsm8k_responses.csv", folder),
};

pub static LLMROUTER_LIST: Reader = Reader {
    name: "llmrouter-list",
    group: "json_imports",
    file: "train.json",
    words: &["question", "scores", "cluster_id", "a", "b", "q", "task_name"],
    seeds: || {
        vec![
            br#"[{"question": "q", "scores": {"a": 0.0, "b": 0.25}, "cluster_id": 3},
{"question": "r", "scores": {"b": 1, "a": null}, "level": "hard"}]"#
                .to_vec(),
        ]
    },
    read: |folder, _| plain("llmrouter", "train.json", folder),
};

pub static LLMROUTER_LOG: Reader = Reader {
    name: "llmrouter-log",
    group: "json_imports",
    file: "routing.jsonl",
    words: &[
        "task_name",
        "query",
        "metric",
        "task_id",
        "model_name",
        "response",
        "response_time",
        "performance",
        "token_num",
        "prompt_tokens",
        "input_tokens",
        "output_tokens",
        "mmlu",
        "a",
        "b",
    ],
    seeds: || {
        vec![br#"{"task_name":"mmlu","query":"q","metric":"em","task_id":null,"model_name":"a","response":"r","token_num":30,"prompt_tokens":20,"response_time":1.5,"performance":1.0}
{"task_name":"mmlu","query":"q","metric":"em","task_id":null,"model_name":"b","response":"r","token_num":null,"response_time":1.5,"performance":0.0}
{"task_name":"code","query":"c","metric":"em","task_id":"HumanEval/0","model_name":"a","response":"r","token_num":30,"input_tokens":20,"output_tokens":9,"response_time":1.5,"performance":1.0}
"#.to_vec()]
    },
    read: |folder, _| plain("llmrouter", "routing.jsonl", folder),
};

pub static ROUTERARENA: Reader = Reader {
    name: "routerarena",
    group: "json_imports",
    file: "m1.jsonl",
    words: &[
        "global_index",
        "question",
        "llm_selected",
        "success",
        "token_usage",
        "input_tokens",
        "output_tokens",
        "evaluation_result",
        "score",
        "metric",
        "inference_cost",
        "meteor_score",
        "AIME_1",
        "MMLUPro_computer science_2",
        "NarrativeQA_1",
        "generated_answer",
    ],
    seeds: || {
        vec![br#"{"global_index": "AIME_1", "question": "q1", "llm_selected": "m1", "generated_answer": "x", "success": true, "token_usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}, "evaluation_result": {"score": 0.5, "metric": "m", "inference_cost": 0.002}}
{"global_index": "MMLUPro_computer science_2", "question": "q2", "llm_selected": "m1", "success": true, "token_usage": null, "evaluation_result": {"score": 1, "metric": "meteor_score", "inference_cost": null}}
{"global_index": "AIME_1", "question": "q1", "llm_selected": "m2", "success": false, "token_usage": null, "evaluation_result": null}
"#.to_vec()]
    },
    read: |folder, _| plain("routerarena", "m1.jsonl", folder),
};

pub static LLMROUTERBENCH: Reader = Reader {
    name: "llmrouterbench",
    group: "json_imports",
    file: "aime-test-a-20250101_000000.json",
    words: &[
        "performance",
        "model_name",
        "dataset_name",
        "split",
        "demo",
        "records",
        "index",
        "origin_query",
        "prompt",
        "prompt_tokens",
        "completion_tokens",
        "cost",
        "score",
        "prediction",
        "ground_truth",
        "raw_output",
        "extra_fields",
        "aime",
        "a",
    ],
    seeds: || {
        vec![br#"{"performance": 0.5, "time_taken": 1.5, "prompt_tokens": 3, "completion_tokens": 4, "cost": 0.1, "counts": 2,
"model_name": "a", "dataset_name": "aime", "split": "test", "demo": false, "extra_metrics": {}, "records": [
{"index": 1, "origin_query": "q1", "prompt": "p1", "prompt_tokens": 12, "completion_tokens": 30, "cost": 0.0025, "score": 1.0, "prediction": "7", "ground_truth": "8", "raw_output": "seven", "extra_fields": {}},
{"index": 2, "origin_query": "q2", "prompt": "p2", "prompt_tokens": 2, "completion_tokens": 3, "cost": 0.5, "score": true, "prediction": null, "ground_truth": 8, "raw_output": "", "extra_fields": {"a": [1]}}]}"#.to_vec()]
    },
    read: |folder, _| plain("llmrouterbench", "aime-test-a-20250101_000000.json", folder),
};

pub static LM_EVAL: Reader = Reader {
    name: "lm-eval",
    group: "json_imports",
    file: "samples_gsm8k_2025-03-01T12-00-00.123456.jsonl",
    words: &[
        "doc_id",
        "doc",
        "target",
        "arguments",
        "gen_args_0",
        "arg_0",
        "arg_1",
        "resps",
        "filtered_resps",
        "filter",
        "none",
        "metrics",
        "exact_match",
        "acc",
        "doc_hash",
        "prompt_hash",
        "target_hash",
        "h1",
    ],
    seeds: || {
        vec![br#"{"doc_id": 0, "doc": {"question": "q"}, "target": "8", "arguments": {"gen_args_0": {"arg_0": "Question", "arg_1": {"until": ["."]}}}, "resps": [["four"]], "filtered_resps": ["4"], "filter": "none", "metrics": ["exact_match"], "doc_hash": "h1", "prompt_hash": "p", "target_hash": "t", "exact_match": 1.0}
{"doc_id": 1, "doc": {}, "arguments": {"gen_args_0": {"arg_0": "ctx", "arg_1": " A"}}, "resps": [[["-1.5", "True"]]], "filter": "none", "metrics": ["exact_match"], "doc_hash": "h2", "exact_match": false}
"#.to_vec()]
    },
    read: |folder, _| plain("lm-eval", LM_EVAL.file, folder),
};

pub static PROMPTS_TO_DROP: Reader = Reader {
    name: "prompts-to-drop",
    group: "json_imports",
    file: "drop.jsonl",
    words: &["eval_prompt", "q1", "q2"],
    seeds: || vec![b"{\"eval_prompt\": \"q1\", \"more\": 1}\n{\"eval_prompt\": \"other\"}\n".to_vec()],
    read: |folder, _| {
        let table = folder.join("mmlu_law.csv");
        std::fs::write(&table, "prompt,a,b\nq1,True,False\nq2,False,True\n").unwrap();
        let options = ImportOptions { drop_prompts: Some(folder.join("drop.jsonl")), ..ImportOptions::default() };
        imported("routellm", &[table], &options, folder)
    },
};

#[test]
fn every_format_has_a_reader_here() {
    // `ipw` and `table` stand in files of their own.
    let tried = ["routerbench", "routellm", "llmrouter", "routerarena", "llmrouterbench", "lm-eval", "ipw", "table"];
    assert!(FORMATS.iter().all(|format| tried.contains(&format.name())));
}
