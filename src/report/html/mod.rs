//! Runs as one HTML page that needs nothing beside it: no network, no other file.
//!
//! What can be moved (router accuracy, misroute rule, amount) is drawn by plotly.js, which the crate
//! `plotly` carries (MIT), from a model that is made here (`model.rs`): numbers for the charts and, beside
//! them, the very words of the other writers, so that the page works out and formats no figure itself.
//! Below stand the runs' tables, as in Markdown.

mod break_even;
mod fragment;
mod model;
mod quality;
mod shares;
mod sweep;
mod text;

use std::collections::BTreeMap;

pub use fragment::fragment;
use model::Model;

use super::{Report, view};
use crate::error::{Error, Result};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The colours of the figures, as `#rrggbb`, so that a page and a paper's figures agree.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Inks {
    /// Of energy, compute, cost and time.
    pub accounts: [String; 4],
    /// Of the answer accuracy.
    pub answers: String,
    /// Of each endpoint, by its id.
    pub endpoints: BTreeMap<String, String>,
}

/// A figure that the page shows as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it shows, in a sentence.
    pub title: String,
    /// The SVG document.
    pub svg: String,
}

/// A page of one run, or of several of the same trace: what one lacks (a break-even map, a day) another may have.
///
/// # Errors
/// Where there is no run, or where runs are of different traces.
pub fn html(reports: &[Report], pictures: &[Picture], inks: &Inks) -> Result<String> {
    let [first, others @ ..] = reports else { return Err(Error::new("a page needs a run")) };
    if let Some(other) = others.iter().find(|other| other.manifest.trace != first.manifest.trace) {
        return Err(Error::new("the runs are of different traces, whose figures do not belong on one page")
            .found(format!("{} ({})", other.run.trace, other.manifest.trace))
            .allowed(format!("runs of {} ({})", first.run.trace, first.manifest.trace))
            .hint("write a page for each"));
    }
    let model = Model::of(reports, inks);
    let title = text::attribute(&format!("{} of {}", first.manifest.verb, first.run.trace));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"wattroute {}\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; \
         style-src 'unsafe-inline'; img-src data: blob:\">\n\
         <title>{title} · wattroute</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{}\
         <script type=\"application/json\" id=\"model\">{}</script>\n<script>{}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        body(reports, pictures, &model),
        model.to_json()?,
        library()?,
    ))
}

/// The charting library's source. The crate gives it as elements of a page, with one for formulas behind it,
/// which no chart here has.
fn library() -> Result<String> {
    let elements = plotly::Plot::offline_js_sources();
    let source = elements.split_once('>').and_then(|(_, rest)| rest.split_once("</script>")).map(|(source, _)| source.to_owned());
    source.filter(|source| source.contains("plotly.js")).ok_or_else(|| Error::new("the charting library is not where it was"))
}

fn body(reports: &[Report], pictures: &[Picture], model: &Model) -> String {
    let charts = [model.has_curves().then_some(SWEEP), model.has_quality().then_some(QUALITY), model.has_shares().then_some(SHARES)];
    let charts: String = charts.into_iter().flatten().collect();
    let break_even = if model.has_maps() { BREAK_EVEN.to_owned() } else { no_map(reports) };
    format!(
        "<a class=\"skip\" href=\"#main\">To the content</a>\n{}<main id=\"main\">\n\
         <noscript><p class=\"card\">The charts need JavaScript; all of their numbers are in the tables below.</p></noscript>\n\
         {charts}{break_even}{}{}</main>\n<footer>Written by wattroute {}. Charts: plotly.js, © Plotly, Inc., MIT licence.</footer>\n",
        header(reports),
        drawn(pictures),
        tables(reports),
        env!("CARGO_PKG_VERSION"),
    )
}

/// The result in sentences, and what was looked at.
fn header(reports: &[Report]) -> String {
    let mut verdicts: Vec<String> = Vec::new();
    for report in reports {
        let compared = report.compare.iter().flat_map(|comparison| view::verdicts(report, comparison));
        for sentence in compared.chain(view::results(report)) {
            if !verdicts.contains(&sentence) {
                verdicts.push(sentence);
            }
        }
    }
    let mut markdown = String::new();
    let (lead, others) = verdicts.split_first().map_or((None, &[][..]), |(lead, others)| (Some(lead), others));
    markdown += &lead.map_or(String::new(), |sentence| format!("{}\n\n", super::grid::sentence(sentence)));
    let lead = format!("<div class=\"lead\">{}</div>\n", text::html(&markdown));
    let others: String = others.iter().map(|sentence| format!("- {}\n", super::grid::sentence(sentence))).collect();
    let others = if others.is_empty() { String::new() } else { format!("<div class=\"verdicts\">{}</div>\n", text::html(&others)) };
    let names: Vec<String> = reports.iter().map(|report| report.manifest.verb.clone()).collect();
    let bound = if verdicts.iter().any(|sentence| sentence.contains("oracle")) { ORACLE } else { "" };
    let run = reports.first().map(|report| &report.run);
    let (name, summary) = run.map_or(("", ""), |run| (&run.trace, &run.summary));
    let opening = reports.first().map(view::opening).unwrap_or_default();
    let legend = run_legend(reports);
    format!(
        "<header>\n<div class=\"bar\"><span class=\"mark\">wattroute</span><button type=\"button\" id=\"theme\" \
         aria-label=\"Colours: as the system has them\">◐ <span>auto</span></button></div>\n\
         <h1>{}: <code>{}</code></h1>\n{lead}{others}<div class=\"what\">{}</div>\n</header>\n",
        text::attribute(&names.join(", ")),
        text::attribute(name),
        text::html(&format!(
            "{bound}\n\n{}.\n\n{}\n\n{}",
            super::grid::escape(&opening),
            super::grid::escape(summary),
            legend.map(|legend| format!("{}.", super::grid::escape(&legend))).unwrap_or_default()
        )),
    )
}

/// What a reader who was sent the page has to know first.
const ORACLE: &str = "The oracle knows every answer in advance and takes the smallest (or cheapest) model that is right: a bound, \
    and no router. Router accuracy is how often a router chooses as it does.";

const SWEEP: &str = "<section class=\"card\" id=\"sweep\">\n<h2>What router accuracy buys</h2>\n\
    <div class=\"controls\">\n<label>compared with <select id=\"sweep-pair\"></select></label>\n\
    <fieldset id=\"sweep-misroute\"><legend>a misrouted query</legend></fieldset>\n\
    <fieldset id=\"sweep-accounts\"><legend>saved</legend></fieldset>\n\
    <label class=\"wide\" for=\"sweep-slider\">router accuracy (nominal) <output id=\"sweep-value\" for=\"sweep-slider\"></output>\
    <input type=\"range\" id=\"sweep-slider\" min=\"0\" step=\"1\"></label>\n</div>\n\
    <p id=\"sweep-sentence\" class=\"sentence\" aria-live=\"polite\"></p>\n\
    <div class=\"chart tall\" id=\"sweep-chart\"></div>\n\
    <div class=\"scroll\"><table id=\"sweep-table\"><caption>At this router accuracy</caption></table></div>\n\
    <p class=\"small\" id=\"sweep-router\"></p>\n</section>\n";

const QUALITY: &str = "<section class=\"card\" id=\"quality\">\n<h2>Quality against what it takes</h2>\n\
    <div class=\"controls\">\n<label class=\"pool\">of <select id=\"quality-pool\"></select></label>\n\
    <fieldset id=\"quality-account\"><legend>over</legend></fieldset>\n\
    <label><input type=\"checkbox\" id=\"quality-log\"> logarithmic</label>\n</div>\n\
    <div class=\"chart\" id=\"quality-chart\"></div>\n<p class=\"small\" id=\"quality-front\"></p>\n</section>\n";

const SHARES: &str = "<section class=\"card\" id=\"shares\">\n<h2>Where queries went</h2>\n\
    <div class=\"controls\">\n<label id=\"shares-pool-label\">of <select id=\"shares-pool\"></select></label>\n\
    <fieldset id=\"shares-by\"><legend>bars</legend></fieldset>\n\
    <label id=\"shares-policy-label\">policy <select id=\"shares-policy\"></select></label>\n</div>\n\
    <div class=\"chart\" id=\"shares-chart\"></div>\n<p class=\"small\" id=\"shares-more\"></p>\n</section>\n";

const BREAK_EVEN: &str = "<section class=\"card\" id=\"break-even\">\n<h2>Where savings vanish</h2>\n\
    <div class=\"controls\">\n<label>compared with <select id=\"map-section\"></select></label>\n\
    <fieldset id=\"map-misroute\"><legend>a misrouted query</legend></fieldset>\n</div>\n\
    <p id=\"map-sentence\" class=\"sentence\"></p>\n<div class=\"chart\" id=\"map-chart\"></div>\n\
    <p class=\"small\" id=\"map-about\"></p>\n</section>\n";

/// Options that say which endpoints, queries and cells a run is about: a break-even takes them too.
const SCOPE: [&str; 9] =
    ["--baseline", "--fallback", "--local", "--objective", "--correct-at", "--missing", "--metrics", "--workload", "--seed"];

/// Those of some arguments, with their values.
fn scope(arguments: &[String]) -> impl Iterator<Item = &str> {
    let is_scope = |word: &str| SCOPE.contains(&word.split('=').next().unwrap_or_default());
    let is_value = move |before: Option<&String>| before.is_some_and(|before| SCOPE.contains(&before.as_str()));
    let words = arguments.iter().enumerate();
    let kept = words.filter(move |(index, word)| is_scope(word) || is_value(index.checked_sub(1).and_then(|before| arguments.get(before))));
    kept.map(|(_, word)| word.as_str())
}

/// How a map gets onto the page, where replays have none.
fn no_map(reports: &[Report]) -> String {
    let Some(report) = reports.iter().find(|report| !report.policies.is_empty()) else { return String::new() };
    let trace = report.manifest.arguments.get(1).map_or("TRACE", String::as_str);
    let words: Vec<String> = std::iter::once(trace).chain(scope(&report.manifest.arguments)).map(super::markdown::quoted).collect();
    let command = super::grid::code(&format!("wattroute break-even {} --out RUN2", words.join(" ")));
    let markdown = format!(
        "The map of where savings vanish, over router accuracy and local energy, is not in this run. It comes onto this page by \
         {command} and `wattroute report RUN RUN2 --html FILE`."
    );
    format!("<section class=\"card\" id=\"break-even\">\n<h2>Where savings vanish</h2>\n{}</section>\n", text::html(&markdown))
}

/// The figures that are shown as they are.
fn drawn(pictures: &[Picture]) -> String {
    let figure = |picture: &Picture| {
        // In a data address everything but these stands for itself.
        let source = picture.svg.replace('%', "%25").replace('#', "%23").replace('"', "%22").replace('\n', " ");
        let title = text::attribute(&picture.title);
        format!("<figure><img alt=\"{title}\" src=\"data:image/svg+xml,{source}\"><figcaption>{title}</figcaption></figure>\n")
    };
    let figures: String = pictures.iter().map(figure).collect();
    if figures.is_empty() { figures } else { format!("<section class=\"card\" id=\"figures\">\n<h2>Figures</h2>\n{figures}</section>\n") }
}

/// What the marks mean that the tables of the runs use.
fn run_legend(reports: &[Report]) -> Option<String> {
    let page: String = reports.iter().map(Report::to_markdown).collect();
    reports.first().and_then(|report| view::legend(report, &page))
}

/// The sections that a reader should not have to look for.
const ALWAYS_OPEN: [&str; 3] = ["What was measured and what estimated", "Notes", "How to make this again"];

/// The tables of all runs, each section to be opened; what was measured and how it was made are open.
fn tables(reports: &[Report]) -> String {
    let mut out = "<section id=\"tables\">\n<div class=\"bar\"><h2>All tables</h2>\
        <button type=\"button\" id=\"open-all\">open all</button></div>\n"
        .to_owned();
    for report in reports {
        if reports.len() > 1 {
            out += &format!("<h3>{}</h3>\n", text::attribute(&report.manifest.verb));
        }
        for (title, section) in text::sections(&report.to_markdown()) {
            let open = if ALWAYS_OPEN.contains(&title.as_str()) { " open" } else { "" };
            out +=
                &format!("<details class=\"card\"{open}><summary>{}</summary>\n{}</details>\n", text::inline(&title), text::html(&section));
        }
    }
    out + "</section>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn page() -> String {
        let picture = Picture { title: "50% of \"a\" & <b>".to_owned(), svg: "<svg id=\"#a\">100%</svg>".to_owned() };
        html(&[sample::sweep()], &[picture], &Inks::default()).unwrap()
    }

    #[test]
    fn a_page_needs_nothing_beside_it_and_holds_what_its_charts_draw() {
        let page = page();
        // The charting library is there, and what the crate puts behind it (2 MB for formulas) is not.
        let library = library().unwrap();
        assert!(page.contains(&library) && library.contains("plotly.js v") && library.len() < 5_000_000);
        let before = page.split("<script").next().unwrap();
        assert!(!before.contains("src=\"http") && !before.contains("href=\"http") && !before.contains("@import"), "{before}");
        assert!(before.contains("src=\"data:image/svg+xml,<svg id=%22%23a%22>100%25</svg>\""), "{before}");
        assert!(before.contains("50% of &quot;a&quot; &amp; &lt;b&gt;"), "{before}");
        // The model is the one element of its kind, and whole.
        let (_, model) = page.split_once("id=\"model\">").unwrap();
        let (model, _) = model.split_once("</script>").unwrap();
        let model: serde_json::Value = serde_json::from_str(model).unwrap();
        let curve = &sample::sweep().curves[0];
        assert_eq!(model["curves"][0]["readings"].as_array().unwrap().len(), curve.points.len());
        let saved = curve.points[3].expected_savings[&curve.fallback].energy;
        assert_eq!(model["curves"][0]["expected"][0][3].as_f64(), saved);
    }

    #[test]
    fn a_break_even_is_asked_about_the_same_endpoints_and_cells() {
        let words = "sweep t --objective cost --out runs/x --metrics=cost_usd --misroute retry --seed 7";
        let arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(scope(&arguments).collect::<Vec<_>>(), ["--objective", "cost", "--metrics=cost_usd", "--seed", "7"]);
    }

    #[test]
    fn runs_of_different_traces_are_not_mixed() {
        let mut other = sample::sweep();
        other.manifest.trace = "xxh3:0".to_owned();
        let error = html(&[sample::sweep(), other], &[], &Inks::default()).unwrap_err();
        assert!(error.to_string().contains("different traces"), "{error}");
    }
}
