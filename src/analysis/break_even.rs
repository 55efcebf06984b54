//! Break-even: at which energy ratio, batch size, router accuracy and price savings vanish.

use serde::{Deserialize, Serialize};

/// Where savings vanish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BreakEven {}
