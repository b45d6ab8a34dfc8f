//! PostgreSQL's programs, wrapped: each writes down how it was called before it does its work.
//!
//! Must not change what a program does. Linux alone shows a process to itself as others see it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crosstrack_testkit::TestServer;

use crate::scene::Scene;

/// The wrapped programs, and what they wrote down.
pub(crate) struct Children {
    folder: PathBuf,
    record: PathBuf,
}

impl Children {
    /// Puts the wrapped programs before all others: on `PATH`, and for the project's own development server.
    pub(crate) fn watch(scene: &mut Scene) -> Self {
        let (folder, record) = (scene.path("programs"), scene.path("record"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(&record, "").unwrap();
        // The development server may be another user's process.
        open_to_all(&record, 0o666);
        for entry in std::fs::read_dir(&TestServer::shared().running().binaries).unwrap() {
            let program = entry.unwrap().path();
            if program.is_file() {
                wrap(&program, &folder, &record);
            }
        }
        scene.set("PATH", folder.to_str().unwrap());
        scene.declare("[server]\ndata = \"server\"\npg_bin = \"programs\"\n");
        Self { folder, record }
    }

    /// What the programs wrote down: their names, arguments and variables, and the password files that they were given.
    pub(crate) fn record(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.record).unwrap()).into_owned()
    }

    /// The password files: the mode of each, and its path.
    pub(crate) fn password_files(&self) -> Vec<(String, PathBuf)> {
        let record = self.record();
        let given = record.lines().filter_map(|line| line.strip_prefix("was given "));
        given
            .filter_map(|line| line.split_once(' '))
            .map(|(mode, path)| (mode.to_owned(), path.into()))
            .collect()
    }

    /// Whether this program was run.
    pub(crate) fn ran(&self, program: &str) -> bool {
        self.record().contains(&format!("\n== {program}\n")) && self.folder.join(program).is_file()
    }
}

fn wrap(program: &Path, folder: &Path, record: &Path) {
    let name = program.file_name().unwrap();
    let script = format!(
        "#!/bin/sh\n\
         {{\n\
         printf '\\n== {}\\n'\n\
         /usr/bin/tr '\\0' '\\n' </proc/$$/cmdline\n\
         /usr/bin/tr '\\0' '\\n' </proc/$$/environ\n\
         if [ -n \"$PGPASSFILE\" ]; then /usr/bin/stat -c 'was given %a %n' \"$PGPASSFILE\"; fi\n\
         }} >>'{}'\n\
         exec '{}' \"$@\"\n",
        name.display(),
        record.display(),
        program.display()
    );
    let path = folder.join(name);
    std::fs::write(&path, script).unwrap();
    open_to_all(&path, 0o755);
}

pub(crate) fn open_to_all(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}
