//! The decision rules, one file each.

use super::rule::RuleKind;

macro_rules! rules {
    ($($module:ident)*) => {
        $(mod $module;)*
        /// Every kind of rule, in the order in which they are listed.
        pub static RULES: &[RuleKind] = &[$($module::KIND),*];
    };
}

rules! { cheapest highest utility win_rate budget deadline }
