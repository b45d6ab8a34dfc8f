//! A run that is broken off at any point, by whatever means, is finished by the next: the same catalog, the same ledgers, no row
//! twice and none missing, and a journal that tells the truth about both.
#![cfg(unix)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::thread;

use crosstrack_fault::Point;
use crosstrack_testkit::{Cable, Fault, Held, PrivateServer, TestServer, dump, wait_until};
use rustix::process::Signal;

use crate::program::{Program, Ran};
use crate::scene::Scene;

/// Which adapter, and which way the run goes that is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Course {
    adapter: &'static str,
    direction: &'static str,
}

const COURSES: [Course; 4] = [
    Course { adapter: "diesel", direction: "up" },
    Course { adapter: "diesel", direction: "down" },
    Course { adapter: "sqlx", direction: "up" },
    Course { adapter: "sqlx", direction: "down" },
];

/// Two migrations in a transaction round one that is outside: concurrent builds, a row that must not be there twice, and a
/// transaction of its own.
const MIGRATIONS: [(&str, &str, &str); 3] = [
    (
        "20250101000000_herbs",
        "create table herbs (id int, name text);\ninsert into herbs values (1, 'sage');\n",
        "drop table herbs;\n",
    ),
    (
        "20250102000000_indexes",
        "create table notes (text text);\n\
         create index concurrently herbs_id on herbs (id);\n\
         insert into notes values ('once');\n\
         begin;\ninsert into notes values ('both');\ninsert into herbs values (2, 'thyme');\ncommit;\n\
         create unique index concurrently herbs_name on herbs (lower(name)) where id > 0;\n",
        "drop index concurrently herbs_name;\n\
         delete from herbs where id = 2;\n\
         drop index concurrently herbs_id;\n\
         drop table notes;\n",
    ),
    ("20250103000000_formulas", "create table formulas (id int primary key);\n", "drop table formulas;\n"),
];

impl Course {
    /// A project that is about to go this way.
    fn scene(self) -> Scene {
        self.fill(Scene::new())
    }

    fn fill(self, scene: Scene) -> Scene {
        for (label, up, down) in MIGRATIONS {
            let is_outside = up.contains("concurrently");
            if self.adapter == "diesel" {
                scene.diesel(label, up, down);
                if is_outside {
                    scene.write(&format!("auth/{label}/metadata.toml"), "run_in_transaction = false\n");
                }
            } else {
                let mark = if is_outside { "-- no-transaction\n" } else { "" };
                scene.sqlx(label, &format!("{mark}{up}"), &format!("{mark}{down}"));
            }
        }
        if self.direction == "down" {
            scene.run("up").exits(0);
        }
        scene
    }

    fn command(self) -> &'static str {
        if self.direction == "up" { "up" } else { "down --steps 3" }
    }

    /// In sqlx's own code there is no place between the script and the ledger row.
    fn passes(self, point: Point) -> bool {
        match point {
            Point::AfterScript => self.adapter == "diesel",
            // Of `fresh` on the development server.
            Point::BeforeExchange | Point::AfterExchange => false,
            _ => true,
        }
    }
}

/// The schema as `pg_dump` writes it, and every row that a migration wrote, the ledgers' without their times.
fn state(scene: &Scene) -> String {
    let mut state = dump(&scene.database);
    let rows = |table: &str, query: &str| {
        if scene.database.has(table) { scene.database.rows(query).join("\n") } else { format!("no {table}") }
    };
    for (table, query) in [
        ("herbs", "select * from herbs order by 1"),
        ("notes", "select * from notes order by 1"),
        ("__diesel_schema_migrations", "select version from __diesel_schema_migrations order by 1"),
        (
            "_sqlx_migrations",
            "select version, description, success, encode(checksum, 'hex'), execution_time >= 0 from _sqlx_migrations order by 1",
        ),
        (
            "herbs",
            "select indexrelid::regclass, indisvalid from pg_index join pg_class on oid = indrelid where relname = 'herbs' order by 1",
        ),
    ] {
        // Writing to a String cannot fail.
        let _ = write!(state, "\n{table}\n{}", rows(table, query));
    }
    state
}

/// The states that an uninterrupted run leaves: after `up`, and after the way back.
struct Uninterrupted {
    up: String,
    down: String,
}

impl Uninterrupted {
    fn of(adapter: &'static str) -> Self {
        let scene = Course { adapter, direction: "up" }.scene();
        scene.run("up").exits(0);
        let up = state(&scene);
        scene.run("down --steps 3").exits(0);
        Self { up, down: state(&scene) }
    }
}

/// Finishes what was broken off, and demands that nobody can tell.
fn recover(course: Course, scene: &Scene, uninterrupted: &Uninterrupted, what: &str) {
    let ran = scene.run(course.command());
    assert_eq!(ran.code, 0, "{what}\n{}", ran.transcript());
    let expected = if course.direction == "up" { &uninterrupted.up } else { &uninterrupted.down };
    assert!(state(scene) == *expected, "{what}:\n{}", state(scene));
    check_journal(course, scene, what);
    if course.direction == "down" {
        scene.run("up").exits(0);
        assert!(state(scene) == uninterrupted.up, "{what}: and up again");
    }
    scene.run("status --check").exits(0);
}

/// No step is left open, each migration was done once in this direction, and no run is said to be under way.
fn check_journal(course: Course, scene: &Scene, what: &str) {
    let open = "select count(*) from crosstrack.step where outcome = 'intent'";
    assert_eq!(scene.database.value(open), "0", "{what}: no step is open");
    let running = "select count(*) from crosstrack.run where outcome = 'running'";
    assert_eq!(scene.database.value(running), "0", "{what}: no run is under way");
    let done = format!(
        "select version, count(*) from crosstrack.step where outcome = 'done' and direction = '{}' group by 1 order by 1",
        course.direction
    );
    let once = ["20250101000000|1", "20250102000000|1", "20250103000000|1"];
    assert_eq!(scene.database.rows(&done), once, "{what}: each is done once");
    let strange = "select count(*) from crosstrack.step where outcome = 'failed' and error is null";
    assert_eq!(scene.database.value(strange), "0", "{what}: what failed says why");
}

/// The program stands still at a point; or it has come to its end without passing it.
fn hold(scene: &mut Scene, line: &str, point: Point, passes: usize) -> (Program, Option<Held>) {
    let fault = Fault::hold(point, passes);
    let (name, value) = fault.variable();
    scene.set(name, &value);
    let mut running = scene.start(line);
    scene.unset(name);
    let mut held = None;
    wait_until("the program is at the point, or at its end", || {
        held = fault.held();
        held.is_some() || running.has_ended()
    });
    (running, held)
}

/// A row of the printed table.
struct Cell {
    point: Point,
    course: Course,
    times: usize,
}

/// Breaks a run off at every occurrence of every point of a course; gives how many there were.
fn at_every_occurrence(course: Course, broken: impl Fn(&mut Scene, Point, usize) -> bool) -> Vec<Cell> {
    let uninterrupted = Uninterrupted::of(course.adapter);
    let points = Point::ALL.into_iter().filter(|point| course.passes(*point));
    points
        .map(|point| {
            let mut times = 0;
            loop {
                let mut scene = course.scene();
                if !broken(&mut scene, point, times) {
                    break;
                }
                let what = format!("{course:?}, {} for the {}. time", point.as_str(), times + 1);
                recover(course, &scene, &uninterrupted, &what);
                times += 1;
            }
            assert!(times > 0, "{course:?} never passes {}", point.as_str());
            Cell { point, course, times }
        })
        .collect()
}

/// Runs the courses beside each other and prints the table, also when nothing is wrong.
fn print_table(title: &str, run: impl Fn(Course) -> Vec<Cell> + Sync) {
    let cells: Vec<Cell> = thread::scope(|scope| {
        let courses: Vec<_> = COURSES.iter().map(|course| scope.spawn(|| run(*course))).collect();
        courses.into_iter().flat_map(|course| course.join().unwrap()).collect()
    });
    let mut table = format!("\n{title}; every one recovered\n{:<20}", "");
    for course in COURSES {
        let _ = write!(table, "{:>14}", format!("{} {}", course.adapter, course.direction));
    }
    for point in Point::ALL {
        let _ = write!(table, "\n{:<20}", point.as_str());
        for course in COURSES {
            let cell = cells.iter().find(|cell| cell.point == point && cell.course == course);
            let _ = write!(table, "{:>14}", cell.map_or("-".to_owned(), |cell| cell.times.to_string()));
        }
    }
    let total: usize = cells.iter().map(|cell| cell.times).sum();
    // Not captured, as a print would be: the table is for whoever runs the tests.
    let _ = writeln!(std::io::stderr(), "{table}\n{total} in all\n");
}

#[test]
fn a_run_killed_at_any_point_is_finished_by_the_next() {
    print_table("runs killed (SIGKILL) at each point", |course| {
        at_every_occurrence(course, |scene, point, passes| {
            let (name, value) = Fault::kill(point, passes).variable();
            scene.set(name, &value);
            let code = scene.run(course.command()).code;
            scene.unset(name);
            assert!(code == -1 || code == 0, "it is killed, or it never comes to the point");
            code == -1
        })
    });
}

#[test]
fn a_run_stopped_by_a_signal_at_any_point_ends_cleanly_and_is_finished_by_the_next() {
    print_table("runs stopped (SIGINT, SIGTERM in turns) at each point", |course| {
        at_every_occurrence(course, |scene, point, passes| {
            let (signal, code) = if passes % 2 == 0 { (Signal::INT, 130) } else { (Signal::TERM, 143) };
            let (running, Some(held)) = hold(scene, course.command(), point, passes) else { return false };
            running.signal(signal);
            running.tells("stopping:");
            drop(held);
            let ran = running.wait();
            check_stopped(&ran, code);
            true
        })
    });
}

/// It ended with the signal's code and a sentence about what is left; or there was nothing left to stop.
fn check_stopped(ran: &Ran, code: i32) {
    assert!(ran.code == code || ran.code == 0, "{}", ran.transcript());
    assert!(ran.code == 0 || ran.stderr.contains("error: stopped"), "{}", ran.transcript());
    assert!(ran.code == 0 || ran.stderr.contains("changed: "), "{}", ran.transcript());
}

#[test]
fn a_run_whose_connections_are_cut_at_any_point_says_so_and_is_finished_by_the_next() {
    print_table("connections cut at each point", |course| {
        at_every_occurrence(course, |scene, point, passes| {
            let cable = Cable::before(TestServer::shared().running().port);
            let direct = scene.variable("DATABASE_URL");
            let server = format!("127.0.0.1:{}", TestServer::shared().running().port);
            let through = scene.database.url().replace(&server, &format!("127.0.0.1:{}", cable.port()));
            scene.set("DATABASE_URL", &through);
            let (running, held) = hold(scene, course.command(), point, passes);
            scene.set("DATABASE_URL", &direct);
            let Some(held) = held else { return false };
            cable.cut();
            drop(held);
            check_cut_off(&running.wait());
            true
        })
    });
}

/// It failed with what is known and what is not; or what was left to do needed no connection any more, or a new one.
fn check_cut_off(ran: &Ran) {
    assert!(matches!(ran.code, 0 | 4 | 5), "{}", ran.transcript());
    assert!(ran.code == 0 || ran.stderr.contains("changed: "), "{}", ran.transcript());
}

#[test]
fn a_run_whose_server_is_killed_at_any_point_is_finished_when_the_server_has_recovered() {
    print_table("servers killed (SIGKILL) at each point, once in the middle of the run", |course| {
        let uninterrupted = Uninterrupted::of(course.adapter);
        let mut server = PrivateServer::start_durable();
        let points = Point::ALL.into_iter().filter(|point| course.passes(*point));
        points
            .map(|point| {
                // The second time is in the middle; what a run passes only once has no second time.
                let scene = [1, 0].into_iter().find_map(|passes| {
                    let mut scene = course.fill(Scene::at(&server));
                    let (running, held) = hold(&mut scene, course.command(), point, passes);
                    let held = held?;
                    server.crash();
                    drop(held);
                    check_cut_off(&running.wait());
                    Some(scene)
                });
                let what = format!("{course:?}, {}", point.as_str());
                let scene = scene.unwrap_or_else(|| panic!("{what} is never passed"));
                recover(course, &scene, &uninterrupted, &what);
                Cell { point, course, times: 1 }
            })
            .collect()
    });
}
