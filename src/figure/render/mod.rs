//! A scene as a file: the same places and the same letters in every format.

mod outline;
mod pdf;
mod png;
mod shapes;
mod svg;

use serde::Serialize;
pub(super) use svg::svg;

use super::scene::Scene;
use crate::error::{Error, Result};

/// How much of the ink an area shows.
const SHADE: f64 = 0.18;

/// A format of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Scalable, for pages and editors.
    Svg,
    /// 240 dots an inch.
    Png,
    /// Scalable, for papers.
    Pdf,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Svg, Format::Png, Format::Pdf];

    /// Its name, which ends the names of its files.
    pub fn name(self) -> &'static str {
        match self {
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Pdf => "pdf",
        }
    }

    /// The figure as a file of this format.
    pub fn render(self, scene: &Scene) -> Result<Vec<u8>> {
        match self {
            Format::Svg => svg(scene).map(String::into_bytes),
            Format::Png => png::png(scene),
            Format::Pdf => Ok(pdf::pdf(scene)),
        }
    }
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::new("a figure cannot be drawn").cause(cause)
}
