//! Hooks round a change. They run under the run's lock, so that nobody changes the schema while types are written from it.

use std::path::{Component, Path};

use crosstrack_engine::Stop;
use crosstrack_operations::{Hooked, hooks_at, run_hook};
use crosstrack_report::Problem;
use crosstrack_settings::{HookMoment, HookSettings, check_trust};

use crate::context::Context;
use crate::deployment::Deployment;
use crate::failure;

/// Runs the hooks of a moment. `migrations` says how many the run applied or reverted, or is about to; for none of them only those
/// hooks run that always do.
///
/// # Errors
/// When one fails; those after it are not run.
pub(crate) fn run(
    moment: HookMoment,
    migrations: usize,
    (deployment, stop): (&Deployment, &Stop),
    context: &Context,
) -> Result<(), Problem> {
    let settings = &deployment.settings;
    let hooked = Hooked {
        root: &settings.root,
        target: deployment.database.target(),
        endpoint: deployment.database.endpoint(),
        command: context.command(),
        environment: settings.environment.as_str(),
        migrations,
        is_stopped: &|| stop.requested().is_some(),
    };
    for hook in hooks_at(&settings.hooks, moment, migrations > 0) {
        check_program(hook, &settings.root, context)?;
        context.print.story(&format!("hook {}: {}\n", moment.as_str(), hook.run.join(" ")));
        let said = tokio::task::block_in_place(|| run_hook(hook, &hooked));
        let said = said.map_err(|error| failure::hook(&error, moment, stop.requested()))?;
        context.print.detail(|| if said.is_empty() { said } else { said + "\n" });
    }
    Ok(())
}

/// Refuses a program of the repository that another user may have written. One that is found through `PATH` is the machine's.
fn check_program(hook: &HookSettings, root: &Path, context: &Context) -> Result<(), Problem> {
    let Some(program) = hook.run.first().map(Path::new) else { return Ok(()) };
    if program.components().count() < 2 && !matches!(program.components().next(), Some(Component::CurDir)) {
        return Ok(());
    }
    check_trust(&root.join(program), root, &context.environment)
        .map_err(|untrusted| failure::settings(&untrusted.into()))
}
