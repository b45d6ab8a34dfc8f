//! What every adapter keeps, whatever its ORM is: one suite, run through the contract alone.
//!
//! An adapter's tests say `crosstrack_testkit::conformance!(SUBJECT);` and have every case as a test of its own. A case knows
//! no ORM: it must not look for a difference between them. Where they differ, their own tests say so.

#![expect(
    missing_docs,
    clippy::unused_async,
    reason = "a case is a sentence already, and all cases are called alike"
)]

pub mod apply;
pub mod connection;
pub mod discover;
pub mod encryption;
pub mod ledger;
pub mod outside;
pub mod revert;
pub mod script;
pub mod settle;
mod stage;

use crosstrack_track::Adapter;

use crate::folder::{Folder, SqlMigration};

/// An adapter, and what the suite has to know of its files.
#[derive(Clone, Copy)]
pub struct Subject {
    /// The adapter.
    pub adapter: &'static dyn Adapter,
    /// Writes a folder in its format.
    pub folder: fn(&[SqlMigration<'_>]) -> Folder,
    /// The forward script of a migration that has a way back, from its `<version>_<name>`.
    pub forward: fn(&str) -> String,
    /// Marks a migration that has a way back not to run in a transaction, from its `<version>_<name>`.
    pub without_transaction: fn(&Folder, &str),
}

/// Runs a case on a runtime like the tool's own.
pub fn run(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be built").block_on(case);
}

/// Makes a test of every case of the suite.
///
/// A new case is a function in a file of `conformance/` and a line here.
#[macro_export]
macro_rules! conformance {
    ($subject:expr) => {
        $crate::conformance_cases! { $subject;
            discover {
                migrations_come_in_the_order_of_their_versions
                a_migration_is_both_its_scripts_as_they_are_in_the_files
                a_missing_way_back_is_none
                a_mark_against_the_transaction_is_read
                a_script_that_is_not_utf_8_names_its_line
                two_migrations_of_one_version_are_both_there
                a_missing_folder_is_named_as_people_wrote_it
                directives_are_read_from_the_forward_script
                a_malformed_directive_names_its_script
                files_beside_the_migrations_are_nobodys_business
                line_endings_and_a_byte_order_mark_do_not_change_the_checksum
                a_new_migration_is_found_after_the_newest
            }
            ledger {
                an_absent_ledger_is_empty_and_reading_it_creates_nothing
                a_ledger_is_made_where_the_adapter_says_and_is_empty
                making_a_ledger_twice_does_no_harm
                reading_a_ledger_changes_nothing
                a_ledger_stands_in_the_schema_that_the_settings_name
                the_ledger_of_another_schema_is_another_ledger
                a_mark_is_the_row_that_an_application_writes
                marking_runs_nothing
                unmarking_runs_nothing
                a_mark_in_a_schema_needs_no_settings_first
                a_row_is_told_from_one_that_was_written_later
                a_restamped_row_is_about_the_script_as_it_is_now_and_otherwise_the_same
                restamping_runs_nothing_and_makes_no_row
            }
            apply {
                an_applied_migration_is_there_and_in_the_ledger
                the_moment_is_utc_whatever_the_database_says
                a_failing_script_leaves_nothing_and_says_where_it_failed
                the_position_counts_characters_and_not_bytes
                a_session_goes_on_after_a_failure
                a_ledger_row_that_is_refused_takes_the_script_back
                a_constraint_that_fails_at_the_commit_takes_the_script_back
                what_the_server_adds_to_an_error_is_kept
                a_lock_timeout_is_told_from_other_errors
                a_statement_timeout_is_told_from_other_errors
            }
            revert {
                a_reverted_migration_is_gone_and_not_in_the_ledger
                a_failing_way_back_leaves_everything
                a_way_back_from_the_journal_needs_no_file
                a_migration_can_be_applied_again_after_its_revert
                an_older_migration_can_be_reverted_alone
            }
            outside {
                an_index_is_built_concurrently
                a_failing_build_says_why_and_the_session_goes_on
                the_time_that_a_script_took_may_be_given
                a_statement_outside_a_transaction_stands_when_the_next_fails
            }
            script {
                a_script_has_as_many_statements_as_it_likes
                a_script_of_comments_alone_is_applied
                a_script_of_a_hundred_kilobytes_is_applied
                a_script_with_windows_line_endings_is_applied
                a_byte_order_mark_is_refused_by_the_server
                a_script_with_its_own_begin_and_commit_is_applied
                a_script_that_ends_the_transaction_keeps_what_it_committed
                a_script_may_hold_bodies_quotes_and_notices
                a_script_that_wants_to_copy_from_the_client_fails
                a_script_that_hides_the_ledger_is_taken_back
            }
            settle {
                a_session_is_put_back_after_settings_leaked
                a_role_that_leaked_is_put_back
                a_read_only_default_that_leaked_is_put_back
                a_leaked_setting_of_a_failed_script_is_gone_too
                settings_that_the_server_refuses_are_said_to_be_settings
            }
            connection {
                a_connection_that_is_ended_during_a_script_is_broken
                a_connection_that_is_ended_between_two_scripts_is_broken
                a_session_says_which_track_it_serves
                a_session_signs_in_over_tcp_with_the_password
                the_servers_options_reach_the_session_and_survive_its_settings
            }
            encryption {
                a_server_that_proves_itself_is_served_encrypted
                an_address_that_is_given_serves_for_a_name_without_one
                a_server_that_cannot_prove_itself_is_refused_by_the_driver_too
                a_client_signs_in_by_its_certificate
                a_password_of_any_characters_signs_in
            }
        }
    };
}

/// The cases, one test each. Use [`conformance!`].
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($subject:expr; $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            $(
                #[test]
                fn $case() {
                    $crate::conformance::run($crate::conformance::$module::$case($subject));
                }
            )*
        })*
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_case_is_in_the_list() {
        let list = include_str!("conformance.rs");
        let files = [
            include_str!("conformance/apply.rs"),
            include_str!("conformance/connection.rs"),
            include_str!("conformance/discover.rs"),
            include_str!("conformance/encryption.rs"),
            include_str!("conformance/ledger.rs"),
            include_str!("conformance/outside.rs"),
            include_str!("conformance/revert.rs"),
            include_str!("conformance/script.rs"),
            include_str!("conformance/settle.rs"),
        ];
        for file in files {
            let cases = file.split("\npub async fn ").skip(1);
            for case in cases.filter_map(|rest| rest.split('(').next()) {
                let line = format!("                {case}\n");
                assert!(list.contains(&line), "`{case}` is a case and not in the list of `conformance!`");
            }
        }
    }
}
