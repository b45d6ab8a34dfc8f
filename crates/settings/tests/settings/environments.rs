//! Which environment it is, and what it demands.

use crosstrack_settings::{
    BackupRule, Confirmation, Environment, EnvironmentKind, EnvironmentOrigin, Settings, SettingsError, load,
};
use expect_test::expect;

use crate::project::{GOOD, Project};

const DECLARED: &str = r#"
[environment.production]
rollback = { auth = "forbidden" }
forbid = ["seed", "reset"]

[environment.preview]
like = "development"
confirm = "yes-no"

[environment.live]
"#;

fn load_as(flag: Option<&str>, variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let project = Project::new(&format!("{GOOD}{DECLARED}"));
    let mut request = project.request();
    request.environment = flag.map(str::to_owned);
    let environment: Environment = variables.iter().copied().collect();
    load(&request, &environment)
}

#[test]
fn the_flag_wins_over_crosstrack_env_which_wins_over_app_env() {
    let own = EnvironmentOrigin::Variable { name: "CROSSTRACK_ENV" };
    let app = EnvironmentOrigin::Variable { name: "APP_ENV" };
    let both = [("CROSSTRACK_ENV", "preview"), ("APP_ENV", "staging")];
    for (flag, variables, name, origin) in [
        (None, &[][..], "development", EnvironmentOrigin::Default),
        (None, &both[1..], "staging", app),
        (None, &both[..], "preview", own),
        (Some("production"), &both[..], "production", EnvironmentOrigin::Flag),
        (None, &[("CROSSTRACK_ENV", "")][..], "development", EnvironmentOrigin::Default),
    ] {
        let settings = load_as(flag, variables).unwrap();
        assert_eq!((settings.environment.as_str(), settings.environment.origin.clone()), (name, origin));
        assert_eq!(
            settings.environment.is_default(),
            flag.is_none() && !variables.iter().any(|(_, value)| !value.is_empty())
        );
    }
}

#[test]
fn an_unknown_environment_is_refused() {
    let project = Project::new(&format!("{GOOD}{DECLARED}"));
    let error = load_as(None, &[("APP_ENV", "prod")]).unwrap_err();
    expect![[r#"
        unknown environment `prod` from APP_ENV
        hint: did you mean `production`?
        a new one is declared as `[environment.<name>]` in `crosstrack.toml`"#]]
    .assert_eq(&project.explain(&error));
}

#[test]
fn a_built_in_environment_has_its_rules_without_a_word_in_the_file() {
    let settings = load_as(Some("staging"), &[]).unwrap();
    assert_eq!(settings.rules.confirm, Confirmation::YesNo);
    assert_eq!(settings.rules.backup, BackupRule::Required);
    let settings = load_as(None, &[]).unwrap();
    assert_eq!(settings.rules.confirm, Confirmation::Warning);
    assert!(!settings.rules.forbids("reset"));
}

#[test]
fn production_tightens_policies_and_adds_to_the_forbidden_commands() {
    let settings = load_as(Some("production"), &[]).unwrap();
    assert_eq!(settings.rules.forbid, ["reset", "fresh", "refresh", "drop-database", "seed"]);
    assert_eq!(settings.tracks[0].rollback.as_str(), "forbidden");
    assert_eq!(settings.tracks[1].rollback.as_str(), "manual", "a track that is not named keeps its own");
    let settings = load_as(Some("staging"), &[]).unwrap();
    assert_eq!(settings.tracks[0].rollback.as_str(), "backup", "the policy is production's only");
}

#[test]
fn a_declared_environment_is_like_production_unless_it_says_otherwise() {
    let live = load_as(Some("live"), &[]).unwrap();
    assert_eq!(live.environment.kind, EnvironmentKind::Production);
    assert!(live.rules.forbids("reset"));
    let preview = load_as(Some("preview"), &[]).unwrap();
    assert_eq!(preview.environment.kind, EnvironmentKind::Development);
    assert_eq!(preview.rules.confirm, Confirmation::YesNo);
}
