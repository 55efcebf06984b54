//! A report for a cell of a notebook: what came out, and every table to be opened. No script, no colours of its own.

use super::text;
use crate::report::{Report, view};

const STYLE: &str = include_str!("fragment.css");

/// How the titles of those sections begin that are open from the start: what came out. The others have what it came from.
const OPEN: [&str; 4] = ["Saved against", "Break-even against", "The day", "Coverage"];
/// What stands in the titles of the tables of a comparison, which are open too.
const RANKED: &str = ", by ";

/// The report as a piece of HTML that stands among others: its looks end with it, and fit a light or a dark page.
pub fn fragment(report: &Report) -> String {
    let verdicts = report.compare.iter().flat_map(|comparison| view::verdicts(report, comparison));
    let headlines: String =
        verdicts.chain(view::results(report)).map(|text| format!("{}\n\n", super::super::grid::sentence(&text))).collect();
    let opening = format!("{}.", super::super::grid::escape(&view::opening(report)));
    let page = report.to_markdown();
    let legend = view::legend(report, &page).map(|legend| format!("{}.", super::super::grid::escape(&legend))).unwrap_or_default();
    let section = |(title, body): (String, String)| {
        let is_open = OPEN.iter().any(|known| title.starts_with(known)) || title.contains(RANKED);
        let open = if is_open { " open" } else { "" };
        format!("<details{open}><summary>{}</summary>\n{}</details>\n", text::inline(&title), text::html(&body))
    };
    let sections: String = text::sections(&page).into_iter().map(section).collect();
    format!(
        "<div class=\"wattroute\">\n<style>\n{STYLE}</style>\n<p class=\"title\">{} of <code>{}</code></p>\n{}<div class=\"small\">{}</div>\n\
         {sections}<div class=\"small\">{}</div>\n</div>\n",
        text::attribute(&report.manifest.verb),
        text::attribute(&report.run.trace),
        text::html(&headlines),
        text::html(&opening),
        text::html(&legend),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_fragment_keeps_to_itself_and_names_do_not_become_markup() {
        let mut report = sample::report();
        report.run.trace = "<script>alert(1)</script>".to_owned();
        let html = fragment(&report);
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
        assert!(!html.contains("http") && html.contains("<details open><summary>Saved against"), "{html}");
        // Every rule is of the fragment alone.
        let rules: Vec<&str> = STYLE.lines().filter(|line| line.ends_with('{')).collect();
        assert!(rules.len() > 3 && rules.iter().all(|rule| rule.split(',').all(|one| one.trim().starts_with(".wattroute"))), "{rules:?}");
    }
}
