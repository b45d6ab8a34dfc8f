//! Settings as a caller sees them: files in a temporary folder, an environment as a value, and what comes out.
//!
//! No test here may look at the environment of the process or outside of its own folder.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]
#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod adapter_files;
mod connection;
mod contradictions;
mod environments;
mod mistakes;
mod password_file;
mod precedence;
mod project;
mod redaction;
mod service_file;
