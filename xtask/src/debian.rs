//! Installing what is missing, where we may: as root on Debian and its like.

use crate::command::{on_the_path, run};
use std::{path::Path, process::Command};

/// Whether [`install`] may be called.
pub(crate) fn may_install() -> bool {
    Path::new("/etc/debian_version").exists() && is_root() && on_the_path("apt-get").is_some()
}

pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Installs these packages and what they need, nothing more.
pub(crate) fn install(packages: &[&str]) -> anyhow::Result<()> {
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive");
        apt
    };
    run(apt().arg("update"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(packages))
}
