//! The analyses of a trace that need no policy, as the paper has them, on any trace.

use serde::{Deserialize, Serialize};

/// The analyses of a trace.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Study {}
