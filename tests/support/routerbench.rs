//! What tests and benches know of RouterBench.

/// RouterBench's models in ascending list price. By their mean cost on mbpp, which is the cascade's own
/// order, CodeLlama stands before Mixtral: the same accuracies, $0.001 more.
pub const ASCENDING: [&str; 11] = [
    "mistral-7b-chat",
    "wizardlm-13b-v1.2",
    "mixtral-8x7b-chat",
    "code-llama-instruct-34b-chat",
    "yi-34b-chat",
    "llama-2-70b-chat",
    "gpt-3.5-turbo-1106",
    "claude-instant-v1",
    "claude-v1",
    "claude-v2",
    "gpt-4-1106-preview",
];
