//! What the development server does while a start takes its time.

use super::amounts::bytes;

/// What is known of a download that is under way.
pub fn server_progress(received: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("received {} of {}", bytes(received), bytes(total)),
        None => format!("received {}", bytes(received)),
    }
}
