//! The program as its users meet it: transcripts of the real binary against a real server.
//!
//! Must not touch a database or a folder that is not the test's own. One binary, so that it is linked once; a file a subject.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]
#![expect(clippy::too_many_lines, reason = "a transcript is read from its beginning to its end")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod audit;
mod backup;
mod base;
mod baseline;
#[cfg(target_os = "linux")]
mod children;
mod connection;
mod create;
mod crowd;
mod doctor;
mod down;
mod drift;
mod drift_replay;
mod drift_restored;
mod environments;
mod failing_script;
mod failing_statement;
mod faults;
mod folders;
mod fresh_copied;
mod from_journal;
mod generate;
mod generate_online;
mod going_on;
mod help;
mod histories;
mod history;
mod hooks;
mod hostile;
mod json;
mod line_endings;
mod loss;
mod mask;
mod meanwhile;
mod output;
mod plan;
mod policy;
mod pooler;
mod program;
mod prove;
mod refused;
mod rehearse;
mod renewal;
mod repository;
mod requires;
mod resolve;
mod restore;
mod restore_table;
mod saved_plan;
mod saved_schema;
mod scenarios;
mod scene;
mod schema;
mod secrets;
mod seed;
mod seed_again;
mod seed_lines;
mod seed_refused;
mod seed_sequences;
mod seed_tables;
mod seed_values;
mod server;
mod session_state;
mod settings;
mod shadow_prepared;
mod shadow_provider;
mod shadow_reach;
mod shadow_reads;
mod shadow_trouble;
mod status;
mod stopped;
mod tls;
mod traps;
mod trust;
mod untouched;
mod up;
mod verify;
mod waiting;
