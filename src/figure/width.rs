//! How wide figures are laid out.

use serde::Serialize;

/// What a figure is laid out for. Letters have the same size in all: 7 to 8 points at the printed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// As wide as it needs, up to 7.6 inches: for a screen.
    #[default]
    Natural,
    /// One column of a two-column paper: 3.33 inches (85 mm).
    OneColumn,
    /// Both columns: 7 inches (178 mm).
    TwoColumns,
}

/// The height of a paper's text, 9 inches: a figure cannot be higher.
const PAGE: f64 = 900.0;

impl Width {
    /// The width in figure units of what would by itself be so wide.
    pub fn of(self, natural: f64) -> f64 {
        match self {
            Width::Natural => natural,
            Width::OneColumn => 333.0,
            Width::TwoColumns => 700.0,
        }
    }

    /// Whether there is one column alone.
    pub fn is_narrow(self) -> bool {
        self == Width::OneColumn
    }

    /// One of two numbers: that for one column, or that for more.
    pub fn pick<T>(self, narrow: T, wide: T) -> T {
        if self.is_narrow() { narrow } else { wide }
    }

    /// Whether it is for print: its SVG has its size in inches.
    pub fn is_printed(self) -> bool {
        self != Width::Natural
    }

    /// Why a figure of this height cannot be printed, if so.
    pub fn refuses(self, height: f64) -> Option<String> {
        let columns = match self {
            Width::Natural => return None,
            Width::OneColumn => "one column",
            Width::TwoColumns => "two columns",
        };
        (height > PAGE).then(|| format!("in {columns} it would be {:.1} inches high, more than the 9 of a page", height / 100.0))
    }
}
