//! What a check is.
//!
//! It must not run a query: `verify` does, for all checks at once.

use crosstrack_database::Row;
use crosstrack_model::Finding;

use crate::answer::AnswerError;
use crate::declared::Expectations;

/// A kind of object whose declarations are compared with the catalog: one query, one comparison.
pub trait Check: Send + Sync {
    /// The name that phases use: several kinds of objects may share it.
    fn name(&self) -> &'static str;

    /// The objects, in the plural: `foreign keys`.
    fn objects(&self) -> &'static str;

    /// The query. `None` when nothing of the kind is declared. It looks declared names up and must not read the whole
    /// catalog, so that a database of ten thousand tables costs no more than a small one.
    fn query(&self, expectations: &Expectations) -> Option<String>;

    /// Compares the answer with what is declared: for each declared object, in order, what differs.
    ///
    /// # Errors
    /// When the query and its reader disagree about the answer.
    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError>;
}
