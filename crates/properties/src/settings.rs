//! What holds for every settings file.

use std::cell::OnceCell;
use std::path::PathBuf;

use crosstrack_settings::{Environment, Request, SettingsError, load};
use tempfile::TempDir;

use crate::place::Place;

thread_local! {
    /// A folder of this thread's own with what a settings file may name.
    static PROJECT: OnceCell<TempDir> = const { OnceCell::new() };
}

/// Settings are read, or the mistake has a place in the file.
pub(crate) fn hold_for(input: &[u8]) {
    let folder = PROJECT.with(|project| project.get_or_init(new_project).path().to_owned());
    std::fs::write(folder.join("crosstrack.toml"), input).expect("a folder of ours");
    let request = Request {
        working_directory: folder,
        config: Some(PathBuf::from("crosstrack.toml")),
        no_dotenv: true,
        adapters: &["diesel", "sqlx"],
        checks: &["indexes", "tables"],
        ..Request::default()
    };
    match load(&request, &Environment::default()) {
        Ok(settings) => {
            let phases = || settings.phases.iter().flat_map(|phase| &phase.tracks);
            for track in &settings.tracks {
                assert_eq!(
                    phases().filter(|name| **name == track.name).count(),
                    1,
                    "a track is in one phase"
                );
            }
        }
        Err(SettingsError::Mistake(mistake)) => {
            let text = String::from_utf8_lossy(input);
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let place = &mistake.place;
            Place { line: place.line, column: place.column, shown: &place.text }.is_in(text);
            assert!(!mistake.to_string().is_empty());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn new_project() -> TempDir {
    let folder = tempfile::Builder::new().prefix("crosstrack-properties-").tempdir().expect("a folder");
    for name in ["auth", "cms", "a"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder of ours");
    }
    folder
}
