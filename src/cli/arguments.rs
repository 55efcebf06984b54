//! The arguments of a call, as traces and reports keep them.

use super::Common;

/// Options without a value that change nothing in a report: how a trace is read, how fast, what is printed.
const FLAGS: [&str; 4] = ["--stream", "--force", "--json", "--quiet"];
/// Such options with a value: which part is read, where what is made goes, how fast.
const VALUES: [&str; 4] = ["--rows", "--tally", "--out", "--threads"];

impl Common {
    /// The words of the call, as a trace keeps them: without those that only say how the answer is shown.
    pub(super) fn arguments(&self) -> Vec<String> {
        let shown = |word: &&String| !["--json", "--quiet"].contains(&word.as_str());
        self.caller.arguments.iter().filter(shown).cloned().collect()
    }

    /// Those that decide what stands in a report: it has the same bytes wherever it is written and however its
    /// trace was read.
    pub(super) fn deciding_arguments(&self) -> Vec<String> {
        deciding(self.caller.arguments.clone())
    }
}

fn deciding(arguments: Vec<String>) -> Vec<String> {
    let mut kept = Vec::with_capacity(arguments.len());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let with_value = argument.split_once('=').is_some_and(|(option, _)| VALUES.contains(&option));
        if argument == "--" {
            // What follows are no options.
            kept.push(argument);
            kept.extend(arguments);
            break;
        } else if VALUES.contains(&argument.as_str()) {
            arguments.next();
        } else if !with_value && !FLAGS.contains(&argument.as_str()) {
            kept.push(argument);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_decides_figures_is_kept() {
        let kept = |line: &str| deciding(line.split(' ').map(str::to_owned).collect()).join(" ");
        let line = "replay toy --policy oracle --out runs/toy --json --threads=2 --seed 3 --rows 0..4096 --tally=a.tally --force";
        assert_eq!(kept(line), "replay toy --policy oracle --seed 3");
        assert_eq!(kept("sweep --stream --quiet --threads 4 -- --out"), "sweep -- --out");
    }
}
