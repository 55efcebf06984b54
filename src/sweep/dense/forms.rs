//! The closed form of a task, and the sums that it is part of.

use super::super::DrawSums;
use crate::replay::sweeping::{ClosedForm, LANES};
use crate::replay::{Layout, Spread};

/// The sums of a task from the figures of its closed form. Without gaps no denominator varies.
pub(super) fn task_of(layout: Layout, form: &ClosedForm) -> DrawSums {
    let mut task = DrawSums::new(layout);
    for (figure, lane) in LANES.into_iter().enumerate() {
        task.difference.variance[layout.at(lane)] = form.difference_squared[figure];
        task.misroute.variance[layout.at(lane)] = form.wrong_variance[figure];
    }
    task
}

/// A closed form that goes on from those of a task.
pub(super) fn form_of(layout: Layout, task: &DrawSums) -> ClosedForm {
    let figures = |spread: &Spread| LANES.map(|lane| spread.variance[layout.at(lane)]);
    let mut form = ClosedForm::default();
    (form.difference_squared, form.wrong_variance) = (figures(&task.difference), figures(&task.misroute));
    form
}
