//! `generate --online`: migrations that let others write to a table meanwhile, for both formats.

use expect_test::expect;

use crate::scene::Scene;

const BEFORE: &str =
    "create table teams (id int primary key);\ncreate table people (id int not null, team int, mail text);\n";
const AFTER: &str = "create table teams (id int primary key);\n\
    create table people (id int primary key, team int not null references teams, mail text unique, check (id > 0));\n\
    create index people_team on people (team);\n\
    create table visits (id int primary key, person int references people);\n\
    create index visits_person on visits (person);\n";

/// The scripts of a track in the order in which they run, one after the other.
fn scripts(scene: &Scene, track: &str, names: &[String], ending: &str) -> String {
    let mut text = String::new();
    for name in names.iter().filter(|name| name.ends_with(ending)) {
        text += &format!(
            "# {}\n{}",
            name.trim_start_matches(char::is_numeric),
            scene.read(&format!("{track}/{name}"))
        );
    }
    text
}

#[test]
fn what_lets_others_write_takes_migrations_of_its_own() {
    let scene = Scene::new();
    scene.sqlx("1_people", BEFORE, "drop table people, teams;\n");
    scene.write("cms/schema.sql", AFTER);
    scene.run("up").exits(0);
    scene.database.sql("insert into teams values (1); insert into people values (1, 1, 'a')");
    scene.run("generate keys --track cms --online always").shows(&expect![[r#"
        $ crosstrack generate keys --track cms --online always
        Detected:
          + table public.visits
          ~ column public.people.team: nullable true -> false
          + constraint people_id_check on public.people
          + constraint people_mail_key on public.people
          + constraint people_pkey on public.people
          + constraint people_team_fkey on public.people
          + index public.people_team
        Written, and tried there and back on a shadow database:
          cms/2_keys.up.sql
          cms/2_keys.down.sql
          cms/3_keys_2.up.sql
          cms/3_keys_2.down.sql
          cms/4_keys_3.up.sql
          cms/4_keys_3.down.sql
          cms/5_keys_4.up.sql
          cms/5_keys_4.down.sql
          cms/6_keys_5.up.sql
          cms/6_keys_5.down.sql
          cms/7_keys_6.up.sql
          cms/7_keys_6.down.sql
          cms/8_keys_7.up.sql
          cms/8_keys_7.down.sql
          cms/9_keys_8.up.sql
          cms/9_keys_8.down.sql
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track cms --last 8`.
        [exit 0]
    "#]]);
    let names = scene.names_in("cms");
    expect![[r#"
        # _people.up.sql
        create table teams (id int primary key);
        create table people (id int not null, team int, mail text);
        # _keys.up.sql
        CREATE TABLE public.visits (
            id integer NOT NULL,
            person integer,
            CONSTRAINT visits_pkey PRIMARY KEY (id)
        );
        ALTER TABLE public.people ADD CONSTRAINT crosstrack_not_null_2 CHECK (team IS NOT NULL) NOT VALID;
        ALTER TABLE public.people ADD CONSTRAINT people_id_check CHECK ((id > 0)) NOT VALID;
        # _keys_2.up.sql
        -- no-transaction
        -- hazard: fails where rows do not fit
        CREATE UNIQUE INDEX CONCURRENTLY people_mail_key ON public.people USING btree (mail);
        # _keys_3.up.sql
        -- no-transaction
        -- hazard: fails where rows do not fit
        CREATE UNIQUE INDEX CONCURRENTLY people_pkey ON public.people USING btree (id);
        # _keys_4.up.sql
        ALTER TABLE public.people ADD CONSTRAINT people_team_fkey FOREIGN KEY (team) REFERENCES public.teams(id) NOT VALID;
        # _keys_5.up.sql
        -- hazard: fails where rows do not fit
        ALTER TABLE public.people VALIDATE CONSTRAINT crosstrack_not_null_2;
        -- hazard: fails where rows do not fit
        ALTER TABLE public.people VALIDATE CONSTRAINT people_id_check;
        -- hazard: fails where rows do not fit
        ALTER TABLE public.people VALIDATE CONSTRAINT people_team_fkey;
        ALTER TABLE public.people ADD CONSTRAINT people_mail_key UNIQUE USING INDEX people_mail_key;
        ALTER TABLE public.people ADD CONSTRAINT people_pkey PRIMARY KEY USING INDEX people_pkey;
        # _keys_6.up.sql
        ALTER TABLE public.people ALTER COLUMN team SET NOT NULL;
        ALTER TABLE public.people DROP CONSTRAINT crosstrack_not_null_2;
        ALTER TABLE public.visits ADD CONSTRAINT visits_person_fkey FOREIGN KEY (person) REFERENCES public.people(id);
        # _keys_7.up.sql
        -- no-transaction
        CREATE INDEX CONCURRENTLY people_team ON public.people USING btree (team);
        # _keys_8.up.sql
        CREATE INDEX visits_person ON public.visits USING btree (person);
    "#]].assert_eq(&scripts(&scene, "cms", &names, ".up.sql"));
    expect![[r#"
        # _people.down.sql
        drop table people, teams;
        # _keys.down.sql
        ALTER TABLE public.people DROP CONSTRAINT crosstrack_not_null_2;
        ALTER TABLE public.people DROP CONSTRAINT people_id_check;
        -- hazard: programs that know the old form break
        -- loses data: drops table public.visits
        DROP TABLE public.visits;
        # _keys_2.down.sql
        -- no-transaction
        DROP INDEX CONCURRENTLY public.people_mail_key;
        # _keys_3.down.sql
        -- no-transaction
        DROP INDEX CONCURRENTLY public.people_pkey;
        # _keys_4.down.sql
        ALTER TABLE public.people DROP CONSTRAINT people_team_fkey;
        # _keys_5.down.sql
        ALTER TABLE public.people DROP CONSTRAINT crosstrack_not_null_2;
        ALTER TABLE public.people DROP CONSTRAINT people_id_check;
        ALTER TABLE public.people DROP CONSTRAINT people_mail_key;
        ALTER TABLE public.people DROP CONSTRAINT people_pkey;
        ALTER TABLE public.people DROP CONSTRAINT people_team_fkey;
        ALTER TABLE public.people ADD CONSTRAINT crosstrack_not_null_2 CHECK ((team IS NOT NULL)) NOT VALID;
        ALTER TABLE public.people ADD CONSTRAINT people_id_check CHECK ((id > 0)) NOT VALID;
        ALTER TABLE public.people ADD CONSTRAINT people_team_fkey FOREIGN KEY (team) REFERENCES public.teams(id) NOT VALID;
        -- hazard: builds an index while nobody can write to the table
        -- hazard: fails where rows do not fit
        CREATE UNIQUE INDEX people_mail_key ON public.people USING btree (mail);
        -- hazard: builds an index while nobody can write to the table
        -- hazard: fails where rows do not fit
        CREATE UNIQUE INDEX people_pkey ON public.people USING btree (id);
        # _keys_6.down.sql
        ALTER TABLE public.visits DROP CONSTRAINT visits_person_fkey;
        ALTER TABLE public.people ALTER COLUMN team DROP NOT NULL;
        -- hazard: reads every row while nobody can write to the table
        -- hazard: fails where rows do not fit
        ALTER TABLE public.people ADD CONSTRAINT crosstrack_not_null_2 CHECK ((team IS NOT NULL));
        # _keys_7.down.sql
        -- no-transaction
        DROP INDEX CONCURRENTLY public.people_team;
        # _keys_8.down.sql
        DROP INDEX public.visits_person;
    "#]].assert_eq(&scripts(&scene, "cms", &names, ".down.sql"));
    scene.run("prove --track cms").exits(0);
    scene.run("up").exits(0);
    scene.run("generate --track cms --check").exits(0);
    scene.run("drift").exits(0);
    scene.run("down --to cms/1 --yes").exits(0);
    scene.run("up").exits(0);
}

#[test]
fn a_migration_of_diesel_that_runs_outside_of_a_transaction_says_so() {
    let scene = Scene::new();
    scene.diesel("20260101000000_people", BEFORE, "drop table people, teams;\n");
    scene.write("auth/schema.sql", format!("{BEFORE}create index people_team on people (team);\n"));
    scene.run("generate new_team --track auth --online always").shows(&expect![[r#"
        $ crosstrack generate new_team --track auth --online always
        Detected:
          + index public.people_team
        Written, and tried there and back on a shadow database:
          auth/[now]_new_team/up.sql
          auth/[now]_new_team/down.sql
          auth/[now]_new_team/metadata.toml
        Next: read them, look at the plan with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack prove --track auth --last 1`.
        [exit 0]
    "#]]);
    scene.run("prove --track auth").exits(0);
    scene.run("up").exits(0);
    scene.run("down --yes").exits(0);
}

#[test]
fn small_tables_are_changed_in_one_go_and_large_ones_are_not() {
    let scene = Scene::new();
    scene.sqlx("1_people", BEFORE, "drop table people, teams;\n");
    scene.write("cms/schema.sql", format!("{BEFORE}create index people_team on people (team);\n"));
    scene.run("up").exits(0);
    scene.database.sql("insert into people select i, 1, repeat('x', 200) from generate_series(1, 1000) i");
    let one_go = scene.run("schema diff database cms/schema.sql --sql").exits(0);
    assert!(one_go.stdout.contains("CREATE INDEX people_team"), "{}", one_go.transcript());
    scene
        .database
        .sql("insert into people select i, 1, repeat('x', 200) from generate_series(1001, 80000) i");
    scene.run("schema diff database cms/schema.sql --sql").shows(&expect![[r#"
        $ crosstrack schema diff database cms/schema.sql --sql
        -- outside of a transaction
        CREATE INDEX CONCURRENTLY people_team ON public.people USING btree (team);
        [exit 0]
    "#]]);
    scene.run("schema diff database cms/schema.sql --sql --online never").shows(&expect![[r#"
        $ crosstrack schema diff database cms/schema.sql --sql --online never
        BEGIN;
        -- hazard: builds an index while nobody can write to the table
        CREATE INDEX people_team ON public.people USING btree (team);
        COMMIT;
        [exit 0]
    "#]]);
}

#[test]
fn what_can_only_be_done_in_one_go_is_done_so() {
    let scene = Scene::new();
    scene.sqlx("1_people", BEFORE, "drop table people, teams;\n");
    // The name of the constraint that would help is taken.
    scene.write(
        "cms/schema.sql",
        "create table teams (id int primary key);\ncreate table people (id int not null, team int not null, mail text,\n\
         constraint crosstrack_not_null_2 check (id > 0));\n",
    );
    scene.run("generate strict --track cms --online always").exits(0);
    assert_eq!(scene.names_in("cms").len(), 5, "one pair of files beside the first and the schema");
}

#[test]
fn a_table_of_a_new_name_stays_open_for_others_too() {
    let scene = Scene::new();
    scene.sqlx("1_people", BEFORE, "drop table people, teams;\n");
    let after = BEFORE.replace("people", "persons") + "create index persons_team on persons (team);\n";
    scene.write("cms/schema.sql", after);
    scene.run("generate persons --track cms --online always --rename people=persons").exits(0);
    let script = scene.read("cms/3_persons_2.up.sql");
    assert!(script.contains("CREATE INDEX CONCURRENTLY persons_team"), "{script}");
}

#[test]
fn a_row_without_all_its_fields_is_there_all_the_same() {
    let scene = Scene::new();
    let before = "create type pair as (a int, b int);\ncreate table pairs (id int, pair pair);\n";
    scene.sqlx("1_pairs", before, "drop table pairs;\ndrop type pair;\n");
    scene.write("cms/schema.sql", before.replace("pair pair", "pair pair not null"));
    scene.run("up").exits(0);
    scene.database.sql("insert into pairs values (1, row(1, null))");
    scene.run("generate strict --track cms --online always").exits(0);
    scene.run("up").exits(0);
}
