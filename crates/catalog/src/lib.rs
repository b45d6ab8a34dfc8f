//! The catalog: which schema is there, as facts, and how two differ.
//!
//! The server is the codec: every definition is the server's own text under an empty search path, so that two facts are equal
//! when their texts are. That is what `pg_dump` goes by, too, and it shares the limits: the text of an expression is not always
//! the same after it was read back (`status IN ('a', 'b')` over a `varchar` is not), and then equal things have two texts.
//!
//! Nothing here decides how a difference came about or what would mend it, and no number by which a
//! server knows its objects leaves this crate.

mod attributes;
mod difference;
mod fact;
mod kind;
mod name;
mod read;
mod serial;

pub use attributes::Attributes;
pub use difference::{Change, Difference, differences, outermost};
pub use fact::{Catalog, Dependencies, FORMAT, Fact, Id};
pub use kind::Kind;
pub use name::{before_last, last_part, unquoted};
pub use read::{ReadError, Scope, read_catalog, read_dependencies};
