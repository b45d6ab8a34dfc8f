//! The only look at the process's own environment.
//!
//! It must not interpret anything: it makes an [`Environment`], and everything else works on that value.

use crate::environment::Environment;

impl Environment {
    /// The variables of this process and the name of the user who runs it. Variables whose name is not UTF-8 are left out.
    ///
    /// `HOME` is filled in from the operating system when it is not set, as libpq does.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        let variables: Self = std::env::vars_os()
            .filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value)))
            .collect();
        let home = std::env::home_dir()
            .and_then(|home| home.into_os_string().into_string().ok())
            .map(|home| ("HOME".to_owned(), home));
        let variables = variables.or(home);
        #[cfg(unix)]
        let variables = variables.with_user_number(rustix::process::geteuid().as_raw());
        match whoami::username() {
            Ok(user) => variables.with_user(user),
            Err(_) => variables,
        }
    }
}
