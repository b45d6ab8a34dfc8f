//! `up`: what is pending is applied, in order, once.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn up_applies_what_is_pending_and_a_second_up_has_nothing_to_do() {
    let scene = Scene::with_migrations();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 4 migrations in [time]: auth 2, cms 2.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas.
        [exit 0]
    "#]]);
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [database] on PostgreSQL [version] at [server], user developer, [size], 8 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 2 applied
          applied  20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]

        Nothing is pending.
        [exit 0]
    "#]]);
}
