//! Tries to break the claim `folder-diesel`. Must not hold anything itself: `crates/properties` does.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| crosstrack_properties::check("folder-diesel", input));
