//! Why there is no script.

/// Why there is no script.
#[derive(Debug, thiserror::Error)]
pub enum AlterError {
    /// Things stand on each other in a circle.
    #[error("no order of statements leads there: {} stand on each other", statements.join("; "))]
    Circle {
        /// The first lines of the statements in the circle.
        statements: Vec<String>,
    },
}
