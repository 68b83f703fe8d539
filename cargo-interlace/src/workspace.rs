//! The workspace of the program, as cargo knows it.

use std::path::PathBuf;

use serde_json::Value;

use crate::arguments::Arguments;
use crate::toolchain::{cargo, text};

/// Two folders.
pub(crate) struct Workspace {
    /// That of the workspace: files are called by their paths in it.
    pub(crate) root: PathBuf,
    /// Where cargo would build otherwise.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// # Errors
    ///
    /// If cargo finds none.
    pub(crate) fn find(arguments: &Arguments<'_>) -> Result<Self, String> {
        let mut cargo = cargo();
        cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
        arguments.pass_on_manifest(&mut cargo);
        let metadata = text(&mut cargo)?;
        let metadata: Value = serde_json::from_str(&metadata)
            .map_err(|error| format!("what `cargo metadata` prints is not JSON: {error}"))?;
        let folder = |name: &str| match &metadata[name] {
            Value::String(path) => Ok(PathBuf::from(path)),
            _ => Err(format!("`cargo metadata` does not say what `{name}` is")),
        };
        let target = match arguments.value("--target-dir") {
            Some(target) => std::path::absolute(target)
                .map_err(|error| format!("{} is no path: {error}", target.display()))?,
            None => folder("target_directory")?,
        };
        let root = folder("workspace_root")?;
        Ok(Workspace { root, target })
    }
}
