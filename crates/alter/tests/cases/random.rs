//! Random schemas with rows, edited at random: led there and back, they are equal, and every row that no statement gave up is there.

use std::fmt::Write as _;

use crosstrack_alter::{Hazard, Statement, alter};
use crosstrack_loss::Loss;
use crosstrack_testkit::TestDatabase;

use crate::judge::{catalog, run, said};

/// How many pairs are tried in a round. The same seeds give the same pairs everywhere.
const PAIRS: u64 = 40;

#[expect(
    clippy::disallowed_methods,
    reason = "more rounds are asked for by `cargo xtask stress` and nobody else"
)]
fn rounds() -> u64 {
    std::env::var("CROSSTRACK_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[tokio::test]
async fn random_schemas_are_led_there_and_back_and_keep_their_rows() {
    for seed in 0..PAIRS * rounds() {
        try_pair(seed).await;
    }
}

/// Steele's and Vigna's `SplitMix64`: what a seed gives is the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn chance(&mut self, of_ten: u64) -> bool {
        self.below(10) < of_ten
    }
}

const TYPES: [&str; 8] =
    ["integer", "bigint", "text", "varchar(40)", "numeric(12,2)", "boolean", "timestamptz", "mood"];

#[derive(Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one edit")]
struct Column {
    name: String,
    kind: usize,
    required: bool,
    default: bool,
    indexed: bool,
    unique: bool,
}

#[derive(Clone, PartialEq)]
struct Table {
    name: String,
    columns: Vec<Column>,
    parent: Option<usize>,
    view: bool,
    commented: bool,
}

#[derive(Clone)]
struct Schema {
    values: usize,
    tables: Vec<Table>,
}

impl Schema {
    fn new(random: &mut Random) -> Self {
        let mut schema =
            Self { values: 2 + usize::try_from(random.below(3)).unwrap_or_default(), tables: Vec::new() };
        for number in 0..2 + random.below(3) {
            schema.tables.push(table(random, &format!("t{number}"), schema.tables.len()));
        }
        schema
    }

    fn edit(&mut self, random: &mut Random) {
        let number = usize::try_from(random.next()).unwrap_or_default() % self.tables.len();
        match random.below(12) {
            0 => self.values += 1,
            1 => {
                let name = format!("t{}", 10 + random.below(20));
                if self.tables.iter().all(|table| table.name != name) {
                    let table = table(random, &name, self.tables.len());
                    self.tables.push(table);
                }
            }
            2 if self.tables.len() > 1 => {
                let gone = self.tables.len() - 1;
                self.tables.remove(gone);
            }
            3 => self.tables[number].view = !self.tables[number].view,
            4 => self.tables[number].commented = !self.tables[number].commented,
            5 => self.tables[number].parent = None,
            6 => {
                let name = format!("c{}", 10 + random.below(20));
                if self.tables[number].columns.iter().all(|column| column.name != name) {
                    let column = column(random, name);
                    self.tables[number].columns.push(column);
                }
            }
            7 if self.tables[number].columns.len() > 1 => {
                self.tables[number].columns.pop();
            }
            _ => {
                let columns = &mut self.tables[number].columns;
                let place = usize::try_from(random.next()).unwrap_or_default() % columns.len();
                let fresh = column(random, columns[place].name.clone());
                let column = &mut columns[place];
                match random.below(5) {
                    0 => column.kind = fresh.kind,
                    1 => column.default = fresh.default,
                    2 => column.indexed = !column.indexed,
                    3 => column.unique = !column.unique,
                    _ => column.required = !column.required,
                }
            }
        }
    }

    fn sql(&self) -> String {
        let values: Vec<String> = (0..self.values).map(|value| format!("'m{value}'")).collect();
        let mut sql = format!("create type mood as enum ({});\n", values.join(", "));
        for table in &self.tables {
            let mut lines = vec!["id integer primary key".to_owned()];
            lines.extend(table.columns.iter().map(Column::sql));
            if table.parent.is_some() {
                lines.push("parent integer".to_owned());
            }
            let _ = writeln!(sql, "create table {} ({});", table.name, lines.join(", "));
            for column in table.columns.iter().filter(|column| column.indexed) {
                let _ = writeln!(sql, "create index {0}_{1} on {0} ({1});", table.name, column.name);
            }
            if table.view {
                let _ = writeln!(
                    sql,
                    "create view v_{0} as select id, {1} from {0};",
                    table.name, table.columns[0].name
                );
            }
            if table.commented {
                let _ = writeln!(sql, "comment on table {} is 'said';", table.name);
            }
        }
        for table in &self.tables {
            let parent = table.parent.and_then(|parent| self.tables.get(parent));
            if let Some(parent) = parent.filter(|parent| parent.name != table.name) {
                let _ = writeln!(
                    sql,
                    "alter table {} add foreign key (parent) references {};",
                    table.name, parent.name
                );
            }
        }
        sql
    }

    /// Some rows for each table, which fit.
    fn rows(&self) -> String {
        let mut sql = String::new();
        for table in &self.tables {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let values: Vec<String> = table.columns.iter().map(Column::value).collect();
            let (names, values) = (names.join(", "), values.join(", "));
            let _ = writeln!(
                sql,
                "insert into {} (id, {names}) select i, {values} from generate_series(1, 3) i;",
                table.name
            );
        }
        sql
    }
}

impl Column {
    fn sql(&self) -> String {
        let mut sql = format!("{} {}", self.name, TYPES[self.kind]);
        if self.default {
            sql += [
                "  default 7",
                " default 7",
                " default 'x'",
                " default 'x'",
                " default 1.5",
                " default true",
                " default now()",
                " default 'm0'",
            ][self.kind];
        }
        if self.required {
            sql += " not null";
        }
        if self.unique {
            sql += " unique";
        }
        sql
    }

    /// A value for the row `i`: no two rows have the same where that can be. Some numbers have no place in a smaller type.
    fn value(&self) -> String {
        let large = if self.name == "c1" { "i * 1500000000::bigint" } else { "i" };
        [
            "i",
            large,
            "i::text",
            "i::text",
            "i",
            "i = 1",
            "timestamptz '2025-01-01 00:00Z' + i * interval '1 day'",
            "'m0'::mood",
        ][self.kind]
            .to_owned()
    }
}

fn table(random: &mut Random, name: &str, before: usize) -> Table {
    let mut columns = Vec::new();
    for number in 0..=random.below(4) {
        columns.push(column(random, format!("c{number}")));
    }
    let parent = (before > 0 && random.chance(5))
        .then(|| usize::try_from(random.below(u64::MAX)).unwrap_or_default() % before);
    Table { name: name.to_owned(), columns, parent, view: random.chance(3), commented: random.chance(2) }
}

fn column(random: &mut Random, name: String) -> Column {
    let kind = usize::try_from(random.next()).unwrap_or_default() % TYPES.len();
    // Of few values no more than one row could be unique.
    let unique = kind < 5 && random.chance(2);
    Column { name, kind, required: false, default: random.chance(4), indexed: random.chance(3), unique }
}

/// Leads a random schema with rows to an edited one and back.
async fn try_pair(seed: u64) {
    let mut random = Random(seed);
    let old = Schema::new(&mut random);
    let mut new = old.clone();
    for _ in 0..=random.below(6) {
        new.edit(&mut random);
    }
    let (before, after) = (TestDatabase::new("random"), TestDatabase::new("edited"));
    before.sql(&old.sql());
    before.sql(&old.rows());
    after.sql(&new.sql());
    let (from, to) = (catalog(&before).await, catalog(&after).await);
    let acting = before.value("select current_user");
    let story = format!("seed {seed}\n{}\nto\n{}", old.sql(), new.sql());
    let up = alter(&from, &to, &acting).unwrap_or_else(|error| panic!("{story}\n{error}"));
    let down = alter(&to, &from, &acting).unwrap_or_else(|error| panic!("{story}\n{error}"));
    let kept: Vec<(String, String)> = content(&before, &old);
    let failed = run(&before, &up, "up");
    // What may fail on rows has said so.
    if !failed.is_empty() && may_fail(&up) {
        return;
    }
    assert!(failed.is_empty(), "{story}\n{failed:?}");
    assert_eq!(said(&catalog(&before).await, &to), [""; 0], "{story}");
    for (what, values) in &kept {
        if !is_given_up(&up, what) && new.has(what) {
            assert_eq!(&value(&before, what), values, "{story}\n{what} was not given up");
        }
    }
    let failed = run(&before, &down, "down");
    if !failed.is_empty() && may_fail(&down) {
        return;
    }
    assert!(failed.is_empty(), "{story}\n{failed:?}");
    assert_eq!(said(&catalog(&before).await, &from), [""; 0], "{story}");
}

impl Schema {
    fn has(&self, what: &str) -> bool {
        let (name, column) = what.split_once('.').unwrap_or((what, ""));
        self.tables
            .iter()
            .any(|table| table.name == name && table.columns.iter().any(|other| other.name == column))
    }
}

/// Every column, and the texts of its values.
fn content(database: &TestDatabase, schema: &Schema) -> Vec<(String, String)> {
    let columns = schema
        .tables
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| format!("{}.{}", table.name, column.name)));
    columns.map(|what| (what.clone(), value(database, &what))).collect()
}

fn value(database: &TestDatabase, what: &str) -> String {
    let (table, column) = what.split_once('.').unwrap_or((what, ""));
    // A number is the same whatever zeros it is written with.
    let text = format!("regexp_replace({column}::text, '\\.0+$', '')");
    database.value(&format!("select string_agg({text}, ',' order by id) from {table}"))
}

fn may_fail(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| statement.hazards.contains(&Hazard::FailsOnRows))
}

/// Whether a statement has said that the values of a column may go.
fn is_given_up(statements: &[Statement], what: &str) -> bool {
    let losses = statements.iter().flat_map(|statement| &statement.losses);
    let mut names = losses.map(|loss| match loss {
        Loss::Table { table } => table.trim_start_matches("public.").to_owned() + ".",
        Loss::Column { table, column, .. } | Loss::Narrowing { table, column, .. } => {
            format!("{}.{column}", table.trim_start_matches("public."))
        }
        _ => String::new(),
    });
    names.any(|name| what == name || (name.ends_with('.') && what.starts_with(&name)))
}
