//! The rules, in the order in which their findings are shown.
//!
//! Must not hold a rule itself: each is a file of its name.

use super::rule::Rule;
use super::{
    crate_graph, dependency_versions, file_size, glob_imports, lints, machine_paths, migrations,
    module_comment, module_names, printing, readme_commands, unfinished,
};

pub(super) const RULES: &[Rule] = &[
    module_comment::RULE,
    file_size::RULE,
    module_names::RULE,
    glob_imports::RULE,
    printing::RULE,
    unfinished::RULE,
    machine_paths::RULE,
    lints::RULE,
    dependency_versions::RULE,
    crate_graph::RULE,
    migrations::RULE,
    readme_commands::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_a_reason_and_a_way_out() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
        for Rule { name, why, remedy, .. } in RULES {
            assert!(!why.is_empty() && !remedy.is_empty(), "{name}");
        }
    }
}
