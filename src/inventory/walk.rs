//! Which files the given paths hold. Looks at names and kinds only; follows no symlink out of the evidence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What stands in a folder under one name.
pub(super) enum Entry {
    File,
    /// A link whose target is listed itself.
    LinkInside,
    Unusable(String),
}

/// Collects the entries below one path.
pub(super) fn walk(root: &Path, prefix: &str, roots: &BTreeSet<PathBuf>, found: &mut Vec<(String, PathBuf, Entry)>) {
    for entry in walkdir::WalkDir::new(root).follow_links(false).follow_root_links(true).sort_by_file_name() {
        let (path, kind) = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) if entry.path_is_symlink() && entry.depth() > 0 => {
                let kind = link(entry.path(), roots);
                (entry.into_path(), kind)
            }
            Ok(entry) if entry.path().is_file() => (entry.into_path(), Entry::File),
            Ok(entry) => (entry.into_path(), Entry::Unusable("not a regular file".to_owned())),
            Err(error) => {
                let path = error.path().unwrap_or(root).to_path_buf();
                (path, Entry::Unusable(error.io_error().map_or_else(|| error.to_string(), ToString::to_string)))
            }
        };
        let below = path.strip_prefix(root).unwrap_or(&path);
        let mut parts: Vec<String> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.is_empty() && prefix.is_empty() {
            parts.extend(root.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        if !prefix.is_empty() {
            parts.insert(0, prefix.to_owned());
        }
        found.push((parts.join("/"), path, kind));
    }
}

/// Judges a symbolic link inside the evidence without reading through it.
fn link(path: &Path, roots: &BTreeSet<PathBuf>) -> Entry {
    match path.canonicalize() {
        Ok(target) if roots.iter().any(|root| target.starts_with(root)) => Entry::LinkInside,
        Ok(_) => Entry::Unusable("a symbolic link that leads out of the evidence is not followed".to_owned()),
        Err(error) => Entry::Unusable(format!("a symbolic link without target: {error}")),
    }
}
