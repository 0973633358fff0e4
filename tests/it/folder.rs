//! Evidence folders that live as long as a test.

use std::fs;
use std::path::PathBuf;

use backtrail::case::{self, Case};
use backtrail::inventory;
use backtrail::settings::archive::Archive;

/// A fresh folder below the system's temporary one, removed at the end. Tests run side by side: names are used once.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("backtrail-evidence-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the temporary folder is writable");
        fs::write(path, bytes).expect("the temporary folder is writable");
        self
    }

    pub(crate) fn load(&self) -> Case {
        self.load_within(&Archive::default())
    }

    pub(crate) fn load_within(&self, limits: &Archive) -> Case {
        let inventory = inventory::take(std::slice::from_ref(&self.0), limits).expect("the folder holds files");
        let case = case::load(inventory, &|_| ());
        for source in &case.sources {
            assert_eq!(source.records, source.kept + source.duplicates + source.skipped, "the books of {} balance", source.path);
        }
        case
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
