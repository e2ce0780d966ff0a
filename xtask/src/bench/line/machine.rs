//! What the bench runs on: described beside the figures, and asked for what it must allow. Linux only: it reads `/proc`.

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path, time::Instant};

/// Writes for [`commit_ms`].
const COMMITS: usize = 200;

/// Cores, memory, processor, what else it is doing, and how long the disk takes for what every commit of the store waits for.
pub(super) fn described(folder: &Path) -> anyhow::Result<Value> {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {file}; the bench needs Linux"))?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        Ok::<_, anyhow::Error>(value.map(|(_, value)| value.trim().to_owned()))
    };
    let memory = field("/proc/meminfo", "MemTotal")?.and_then(|memory| memory.split(' ').next()?.parse::<u64>().ok());
    // Of the last minute: a machine that does other things measures those too.
    let load = fs::read_to_string("/proc/loadavg").ok();
    let load = load.and_then(|load| load.split(' ').next()?.parse::<f64>().ok());
    Ok(json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": field("/proc/cpuinfo", "model name")?,
        "load": load,
        "memory_bytes": memory.map(|kib| kib * 1024),
        "commit_ms": commit_ms(folder).context("while writing to the disk")?,
    }))
}

/// The median time to append 4 KiB to a file and have it on the disk.
fn commit_ms(folder: &Path) -> anyhow::Result<f64> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut times = Vec::new();
    for _ in 0..COMMITS {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(super::report::median(times))
}

/// Whether a folder's files are in memory only, where a commit waits for nothing.
pub(super) fn is_in_memory(folder: &Path) -> anyhow::Result<bool> {
    /// statfs(2): TMPFS_MAGIC.
    const TMPFS: i64 = 0x0102_1994;
    let system = rustix::fs::statfs(folder).with_context(|| format!("cannot look at {}", folder.display()))?;
    Ok(system.f_type == TMPFS)
}

/// Lets this process, and those it starts from now on, open `wanted` files, or as many as the system allows: how many that
/// is. Both ends of a connection are a file each, in two processes.
pub(super) fn allow_open_files(wanted: u64) -> anyhow::Result<u64> {
    let now = getrlimit(Resource::Nofile);
    let unlimited = u64::MAX;
    if now.current.unwrap_or(unlimited) >= wanted {
        return Ok(now.current.unwrap_or(unlimited));
    }
    let maximum = now.maximum.unwrap_or(unlimited);
    if maximum < wanted
        // Only who may change the limits of the system can do this.
        && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: Some(wanted) }).is_ok()
    {
        return Ok(wanted);
    }
    let most = maximum.min(wanted);
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum: now.maximum })
        .context("cannot raise the limit of open files")?;
    Ok(most)
}

/// The memory that is a process's own, in bytes: shared pages are counted by halves, thirds and so on (PSS, proc(5)).
pub(super) fn memory_of(process: u32) -> anyhow::Result<u64> {
    let file = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let kib = text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB"));
    let kib: u64 = kib.and_then(|kib| kib.trim().parse().ok()).with_context(|| format!("{file} tells no Pss"))?;
    Ok(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_in_use_is_counted() {
        let before = memory_of(std::process::id()).expect("told");
        let held = vec![1u8; 64 << 20];
        let after = memory_of(std::process::id()).expect("told");
        assert!(after >= before + (60 << 20), "{before} bytes before, {after} with {} more", held.len());
    }
}
