//! The guard of a throwaway server that is used.
//!
//! Must not fail when it is dropped: what it cannot clean up, the watcher does.

use std::path::PathBuf;

use super::settings::Lifetime;
use super::usage::{self, Usage};
use crate::layout::Layout;
use crate::lock::ServerLock;
use crate::{Running, destroy};

/// A throwaway server that does not end by itself before this value is dropped.
#[derive(Debug)]
pub struct ServerInUse {
    /// The server. Reach it by its socket; [`Running::url`] is for Windows only.
    pub running: Running,
    folder: PathBuf,
    lifetime: Lifetime,
    usage: Option<Usage>,
}

impl ServerInUse {
    pub(super) fn new(running: Running, folder: PathBuf, lifetime: Lifetime, usage: Usage) -> Self {
        Self { running, folder, lifetime, usage: Some(usage) }
    }
}

impl Drop for ServerInUse {
    fn drop(&mut self) {
        self.usage = None;
        match self.lifetime {
            Lifetime::Kept => {}
            Lifetime::Once => self.delete_unless_used(),
        }
    }
}

impl ServerInUse {
    fn delete_unless_used(&self) {
        let layout = Layout::of(&self.folder);
        if !destroy::is_there(&layout) {
            return;
        }
        let Ok(_lock) = ServerLock::take(&layout, &mut |_| {}) else { return };
        if !usage::exists(&layout) {
            let _ = destroy::destroy(&layout);
        }
    }
}
