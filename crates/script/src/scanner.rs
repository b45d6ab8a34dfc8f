//! Which semicolons separate statements, by the lexical rules alone.
//!
//! PostgreSQL's grammar has a semicolon inside a statement in two places: the parentheses of a rule's actions, and the SQL
//! body of a routine (`BEGIN ATOMIC ... END`). Nothing else is known here, so that no statement is too new to be split.

use crate::token::{Kind, Token};

/// Follows the significant tokens of a script, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Scanner {
    parentheses: usize,
    routine: Routine,
    /// How many `BEGIN ATOMIC` and `CASE` are open.
    blocks: usize,
    previous: Previous,
}

/// How much of `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE` the statement has said so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Routine {
    #[default]
    Start,
    Create,
    CreateOr,
    CreateOrReplace,
    Yes,
    No,
}

/// What the previous token means for the one after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Previous {
    #[default]
    Anything,
    Begin,
    /// `ATOMIC` or a semicolon: the body of a routine can end here.
    BeforeStatement,
    /// `AS` or a dot: what follows is a name, whatever it is called.
    BeforeName,
}

impl Scanner {
    /// Takes the next significant token: whether it is a semicolon that separates statements.
    pub(crate) fn separates(&mut self, token: &Token<'_>) -> bool {
        match token.kind {
            Kind::Semicolon if self.parentheses == 0 && self.blocks == 0 => {
                *self = Self::default();
                return true;
            }
            Kind::Open if token.text == "(" => self.parentheses += 1,
            Kind::Close if token.text == ")" => self.parentheses = self.parentheses.saturating_sub(1),
            Kind::Word => self.take_block_word(token),
            _ => {}
        }
        self.routine = self.routine.next(token);
        self.previous = Previous::of(token);
        false
    }

    /// Whether the scanner stands in parentheses.
    pub(crate) fn is_in_parentheses(&self) -> bool {
        self.parentheses > 0
    }

    fn take_block_word(&mut self, token: &Token<'_>) {
        if self.routine != Routine::Yes || self.previous == Previous::BeforeName {
            return;
        }
        match self.blocks {
            0 if token.is("atomic") && self.previous == Previous::Begin && self.parentheses == 0 => {
                self.blocks = 1;
            }
            0 => {}
            // An `END` anywhere else, as in `select 1 end;`, is a name.
            1 if token.is("end") && self.previous == Previous::BeforeStatement => self.blocks = 0,
            2.. if token.is("end") => self.blocks -= 1,
            _ if token.is("case") => self.blocks += 1,
            _ => {}
        }
    }
}

impl Routine {
    fn next(self, token: &Token<'_>) -> Self {
        match self {
            Self::Start if token.is("create") => Self::Create,
            Self::Create if token.is("or") => Self::CreateOr,
            Self::CreateOr if token.is("replace") => Self::CreateOrReplace,
            Self::Create | Self::CreateOrReplace if token.is_any(&["function", "procedure"]) => Self::Yes,
            Self::Yes => Self::Yes,
            _ => Self::No,
        }
    }
}

impl Previous {
    fn of(token: &Token<'_>) -> Self {
        if token.is("begin") {
            Self::Begin
        } else if token.kind == Kind::Semicolon || token.is("atomic") {
            Self::BeforeStatement
        } else if token.kind == Kind::Dot || token.is("as") {
            Self::BeforeName
        } else {
            Self::Anything
        }
    }
}
