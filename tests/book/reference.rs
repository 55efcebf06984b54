//! The pages of `docs/reference` that are made from the code.

use std::fmt::Write;

use wattroute::analysis::peers::{Better, MEASURES};
use wattroute::policy::{KINDS, learned};
use wattroute::report::TABLES;
use wattroute::trace::import::FORMATS;
use wattroute::trace::{ColumnMeaning, outcome_columns, query_columns};

/// The pages: file and contents.
pub fn made() -> Vec<(&'static str, String)> {
    let pages = [
        ("commands.md", commands()),
        ("policies.md", policies()),
        ("columns.md", columns()),
        ("measures.md", measures()),
        ("formats.md", formats()),
    ];
    let note = "<!-- Made from the code: SNAPSHOTS=overwrite cargo test --test docs writes it anew. -->\n";
    pages.into_iter().map(|(file, page)| (file, format!("{note}\n{page}"))).collect()
}

/// Text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn commands() -> String {
    format!(
        "# Commands\n\nWhat `wattroute VERB --help` says; the [options of every verb](#options-of-every-verb) stand at the end. How results, errors and exit codes are printed, with `--json`, `--quiet` and \
         on a terminal: [terminal.md](terminal.md).\n{}",
        wattroute::cli::reference()
    )
}

fn parameters(out: &mut String, parameters: &[(&str, &str)]) {
    if parameters.is_empty() {
        return;
    }
    out.push_str("\n| parameter | meaning |\n| --- | --- |\n");
    for (name, meaning) in parameters {
        let _ = writeln!(out, "| `{}` | {} |", name.replace(", ", "`, `"), cell(meaning));
    }
}

fn policies() -> String {
    let mut page =
        "# Policies\n\nEvery kind of policy with its parameters, then the kinds of routers and rules that a learned one is made \
                    of. `wattroute policies` lists them, and the policies that come with the program. How a policy is written and \
                    used: [policies](../../policies/). What the rules mean exactly: [semantics.md](../semantics.md).\n"
            .to_owned();
    for kind in KINDS {
        let _ = write!(page, "\n## `{}`\n\n{}\n", kind.name, kind.summary);
        parameters(&mut page, kind.parameters);
    }
    for section in learned::sections() {
        let _ = write!(page, "\n## The kinds of `{}`\n\nThe section `[parameters.{0}]` of a learned policy.\n", section.name);
        for (name, summary, of) in section.kinds {
            let _ = write!(page, "\n### `{}`: `{name}`\n\n{summary}\n", section.name);
            parameters(&mut page, of);
        }
    }
    page
}

fn trace_table(out: &mut String, columns: &[ColumnMeaning]) {
    out.push_str("\n| column | type | unit | null | meaning |\n| --- | --- | --- | --- | --- |\n");
    for column in columns {
        let _ = writeln!(out, "| `{}` | {} | {} | {} | {} |", column.name, column.of, column.unit, column.null, cell(column.meaning));
    }
}

fn columns() -> String {
    let mut page = "# Columns\n\nThe tables of a trace, which a run reads, and those of a report, which it writes. Null is not known; \
                    nothing missing is 0.\n\n## A trace's `queries.parquet`\n\nOne row a query. Only `row` and `query_id` must be there. The \
                    rules of the folder: [traces](../../traces/).\n"
        .to_owned();
    trace_table(&mut page, &query_columns());
    page += "\n## A trace's `outcomes/endpoint=<id>/*.parquet`\n\nOne row for each query that this endpoint answered. All numbers but \
             `perplexity`, `score` and `confidence` are finite and from 0 up. A query without a row was not answered; a row with a null \
             metric was, and that figure is not known.\n";
    trace_table(&mut page, &outcome_columns());
    page += "\n## The tables of a report\n\n`--out RUN` writes each as CSV and as Parquet, where it has rows. A *figure* is three columns: \
             the name, and with `_low` and `_high` after it the ends of its 95% interval, empty where there is none. `{unit}` stands for \
             `energy_j`, `flops`, `cost_usd` and `latency_s`, `{account}` for `energy`, `flops`, `cost` and `latency`, `{measure}` for a \
             [measure](measures.md) with `_` for `-`. Savings and shares are fractions, never percents.\n";
    for table in TABLES {
        let _ = write!(page, "\n### `{}`\n\nA row is {}.\n\n| column | type | meaning |\n| --- | --- | --- |\n", table.name, table.row);
        for (name, of, meaning) in table.columns {
            let _ = writeln!(page, "| `{name}` | {of} | {} |", cell(meaning));
        }
    }
    page
}

fn measures() -> String {
    let mut page = "# Measures\n\nThe measures that routers' papers use, each by its authors' formula, as `wattroute measures NAME` \
                    shows them. A report's own figures (answer accuracy, the four router accuracies, savings, regret, accuracy per \
                    watt and per joule) are defined in [semantics.md](../semantics.md#router-accuracy), and named column by column \
                    in [columns.md](columns.md#the-tables-of-a-report).\n\nAccuracies, shares and gaps are fractions. A cost is in any \
                    one unit, unless a measure names its own.\n"
        .to_owned();
    for measure in MEASURES {
        let better = match measure.better {
            Better::Higher => "higher is better",
            Better::Lower => "lower is better",
            Better::Neither => "it describes, and does not rank",
        };
        let _ = write!(page, "\n## `{}`\n\n{}; {better}.\n\n", measure.name, measure.title);
        let _ = writeln!(page, "- Formula: {}", line(measure.formula));
        let _ = writeln!(page, "- Source: {}", line(measure.source));
        let _ = writeln!(page, "- Needs: {}", line(measure.needs));
        if let Some(difference) = measure.difference {
            let _ = writeln!(page, "- Where the paper and its code part, or where we chose: {}", line(difference));
        }
    }
    page
}

/// Text in a list: `*`, `_` and `<` are what they are, and code is code.
fn line(text: &str) -> String {
    let plain = |part: &str| part.replace('\\', "\\\\").replace('*', "\\*").replace('_', "\\_").replace('<', "\\<").replace('[', "\\[");
    let parts = text.split('`').enumerate().map(|(index, part)| if index % 2 == 0 { plain(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

fn formats() -> String {
    let mut page = "# Formats\n\nWhat `wattroute import FORMAT INPUT...` reads. `wattroute formats` lists them. Beside the options \
                    named here a format takes those of [`import`](commands.md#import) that no format names. Which one to take: \
                    [formats.md](../formats.md).\n"
        .to_owned();
    for format in FORMATS {
        let options: Vec<String> = format.options().iter().map(|option| format!("`{option}`")).collect();
        let _ = write!(page, "\n## `{}`\n\nReads {}.\n\n", format.name(), line(format.summary()));
        let _ = write!(page, "- Input: {}\n- Options of its own: {}\n", line(format.input()), options.join(", "));
    }
    page
}
