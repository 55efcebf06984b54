//! Numbers of `[parameters.router]`, checked.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::error::Error;
use crate::policy::Problems;

/// A parameter of a router, or what is usual where it is not said. One that is out of range is noted as a
/// problem at its place.
pub(super) fn within<T: PartialOrd + Copy + Display>(
    problems: &mut Problems,
    name: &str,
    value: Option<toml::Spanned<T>>,
    usual: T,
    range: RangeInclusive<T>,
) -> T {
    let Some(value) = value else { return usual };
    let number = *value.get_ref();
    if !range.contains(&number) {
        let allowed = format!("{} to {}, usually {usual}", range.start(), range.end());
        problems.add(value.span(), Error::new(format!("`{name}` is out of range")).found(number).allowed(allowed));
    }
    number
}
