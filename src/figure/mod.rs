//! The figures of a report, as SVG, PNG and PDF: one file a figure, drawn from a [`Report`] alone.
//!
//! A new figure is one file here and one word in the list below. It turns a report into a [`Scene`]
//! or says why it cannot; the scene knows no file format.

mod axis;
mod dots;
mod endpoints;
mod font;
mod ink;
mod label;
mod place;
mod render;
mod rows;
#[cfg(test)]
mod sample;
mod scene;
#[cfg(test)]
mod study_sample;
#[cfg(test)]
mod study_tests;
mod style;
mod units;
mod width;

use std::path::{Path, PathBuf};

pub use endpoints::Endpoints;
pub use ink::Ink;
pub use render::Format;
pub use scene::{Anchor, At, Mark, Rect, Scene, Stroke, Text};
use serde::Serialize;
pub use style::{ACCOUNTS, ANSWERS, Dash, Look, PLAIN, Shape};
pub use width::Width;

use crate::error::Result;
use crate::output;
use crate::report::html::{Inks, Picture};
use crate::report::{Line, Report, Study};

macro_rules! figures {
    ($($module:ident)*) => {
        $(mod $module;)*
        /// Every figure, in the order in which they are drawn.
        pub static FIGURES: &[FigureKind] = &[$($module::FIGURE),*];
    };
}

figures! {
    savings quality reliability break_even day coverage coverage_by_category over_time efficiency savings_by_size difficulty reproduction
}

/// A kind of figure.
pub struct FigureKind {
    /// The name of its files.
    pub name: &'static str,
    /// What it shows, in a line.
    pub summary: &'static str,
    /// Lays it out for a width, or says what the report or the width lacks.
    pub draw: fn(&Report, Width) -> std::result::Result<Scene, String>,
}

/// A figure that a report cannot feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The figure's name.
    pub figure: &'static str,
    /// What the report lacks, or the width.
    pub why: String,
}

/// What came of drawing all figures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drawn {
    /// The files written.
    pub files: Vec<PathBuf>,
    /// The figures not drawn.
    pub skipped: Vec<Skipped>,
}

/// In which formats and for which width figures are drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// A file of each.
    pub formats: Vec<Format>,
    /// The width.
    pub width: Width,
}

impl Default for Drawing {
    /// What a run has beside its report: figures to look at, of natural width. Papers want PDF, of the width of their
    /// columns: both are chosen together, afterwards, and the run need not be repeated for it.
    fn default() -> Self {
        Drawing { formats: vec![Format::Svg, Format::Png], width: Width::Natural }
    }
}

impl FigureKind {
    /// Lays the figure out, or says why it cannot be: what the report lacks, or that it is higher than a page.
    pub fn scene(&self, report: &Report, width: Width) -> std::result::Result<Scene, String> {
        let scene = (self.draw)(report, width)?;
        match width.refuses(scene.height) {
            Some(why) => Err(why),
            None => Ok(Scene { printed: width.is_printed(), ..scene }),
        }
    }
}

/// Draws every figure that the report can feed into `folder`, as `<name>.svg` and so on. The same report gives the
/// same bytes. Nothing is written if a file is there already, unless `force`.
pub fn draw_all(report: &Report, folder: &Path, drawing: &Drawing, force: bool) -> Result<Drawn> {
    let (mut contents, mut skipped) = (Vec::new(), Vec::new());
    for figure in FIGURES {
        match figure.scene(report, drawing.width) {
            Ok(scene) => {
                for format in &drawing.formats {
                    let path = folder.join(format!("{}.{}", figure.name, format.name()));
                    contents.push((path, format.render(&scene)?));
                }
            }
            Err(why) => skipped.push(Skipped { figure: figure.name, why }),
        }
    }
    for (path, _) in &contents {
        output::claim_file(path, force)?;
    }
    for (path, bytes) in &contents {
        output::file(path, force, bytes)?;
    }
    Ok(Drawn { files: contents.into_iter().map(|(path, _)| path).collect(), skipped })
}

/// The figures of which a page has charts of its own.
const CHARTS_OF_A_PAGE: [&str; 3] = [savings::FIGURE.name, quality::FIGURE.name, break_even::FIGURE.name];

/// The figures that a page shows as they are.
pub fn pictures(report: &Report) -> Result<Vec<Picture>> {
    let others = FIGURES.iter().filter(|figure| !CHARTS_OF_A_PAGE.contains(&figure.name));
    let scenes = others.filter_map(|figure| figure.scene(report, Width::default()).ok());
    let picture = |scene: Scene| Ok(Picture { svg: render::svg(&scene)?, title: scene.title });
    scenes.map(picture).collect()
}

/// The colours of the figures, for a page.
pub fn inks(report: &Report) -> Inks {
    Inks {
        accounts: ACCOUNTS.map(|look| look.ink.hex()),
        answers: ANSWERS.ink.hex(),
        endpoints: Endpoints::of(report).inks().map(|(id, ink)| (id.to_owned(), ink.hex())).collect(),
    }
}

/// The different fallbacks of the report's curves, in their order.
fn fallbacks(report: &Report) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for curve in &report.curves {
        if !all.contains(&curve.fallback.as_str()) {
            all.push(&curve.fallback);
        }
    }
    all
}

/// Where the figures come from, for the key: the trace and how many of its queries.
fn provenance(report: &Report) -> String {
    let run = &report.run;
    let of = if run.queries == run.trace_queries { String::new() } else { format!(" of {}", thousands(run.trace_queries)) };
    format!("Trace {}, {}{of} queries.", run.trace, thousands(run.queries))
}

/// The report's study, or that it has none.
fn study(report: &Report) -> std::result::Result<&Study, String> {
    report.study.as_ref().ok_or_else(|| "the report is not of a study".to_owned())
}

/// Where the numbers of a study come from. A reproduction takes each analysis from a trace of its own,
/// so that the run's name and size are not those of all.
fn studied(report: &Report, queries: Option<u64>) -> String {
    match (report.reproduction.is_some(), queries) {
        (false, _) => provenance(report),
        (true, Some(queries)) => format!("Here: a generated trace of {} queries.", thousands(queries)),
        (true, None) => "Here: a generated trace.".to_owned(),
    }
}

/// The line of a reproduction with that key, where there is one.
fn published<'a>(report: &'a Report, key: &str) -> Option<&'a Line> {
    report.reproduction.as_ref()?.line(key)
}

/// A count with a comma between groups of three digits.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let comma = |index: usize| index > 0 && (digits.len() - index).is_multiple_of(3);
    digits.char_indices().flat_map(|(index, digit)| comma(index).then_some(',').into_iter().chain([digit])).collect()
}

#[cfg(test)]
mod extreme_tests;
#[cfg(test)]
mod tests;
