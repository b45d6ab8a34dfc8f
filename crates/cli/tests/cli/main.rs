//! The program as its users meet it: transcripts of the real binary against a real server.
//!
//! Must not touch a database or a folder that is not the test's own. One binary, so that it is linked once; a file a subject.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod down;
mod mask;
mod plan;
mod policy;
mod program;
mod scene;
mod status;
mod up;
mod waiting;
