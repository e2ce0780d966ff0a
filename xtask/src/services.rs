//! Postgres and NATS for the tests that need them: found, or installed where we may, and started for these tests alone.

use crate::{
    command::{on_the_path, run, tell},
    debian,
};
use anyhow::{Context, bail};
use std::{
    fs::{self, File},
    io::ErrorKind,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// What to install by hand, where we may not.
const HOW: &str =
    "put Postgres (initdb, postgres) and nats-server on the PATH; on Debian: apt-get install postgresql nats-server";
/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);
/// What Postgres may fill with its log of changes and the databases of tests that run at once, in MiB.
const ROOM_MIB: u64 = 2_048;
/// Who Debian's Postgres runs as. It refuses to run as root.
const USER: &str = "postgres";

/// Both servers, running. End with their value.
pub(crate) struct Services {
    /// As `postgres://…`, of a user who may make databases.
    pub(crate) postgres: String,
    /// As `nats://…`.
    pub(crate) nats: String,
    _servers: [Server; 2],
    _folder: Folder,
}

/// Where the programs are.
struct Programs {
    /// The folder with `initdb` and `postgres`.
    postgres: PathBuf,
    nats: PathBuf,
}

impl Services {
    /// Starts both on free ports, in a folder of their own. `None` when one is not here and may not be installed, after
    /// saying which, and which tests are skipped for it.
    pub(crate) fn start() -> anyhow::Result<Option<Services>> {
        let programs = match programs()? {
            Ok(programs) => programs,
            Err(missing) => {
                tell(&format!(
                    "skipped, for want of {missing}: crates/backend/tests/line on Postgres, and what it tests between nodes \
                     (nodes::*); to run them, {HOW}"
                ));
                return Ok(None);
            }
        };
        let folder = Folder::new()?;
        let (postgres, postgres_port) = start_postgres(&programs.postgres, &folder.0)?;
        let port = free_port()?;
        let mut nats = Command::new(&programs.nats);
        nats.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        let nats = Server::start(nats, &folder.0.join("nats.log"), port)?;
        Ok(Some(Services {
            postgres: format!("postgres://{USER}@127.0.0.1:{postgres_port}/postgres"),
            nats: format!("nats://127.0.0.1:{port}"),
            _servers: [postgres, nats],
            _folder: folder,
        }))
    }
}

/// The programs, installed if need be, or the names of those that are missing.
fn programs() -> anyhow::Result<Result<Programs, String>> {
    if let Ok(programs) = found() {
        return Ok(Ok(programs));
    }
    if debian::may_install() {
        tell("installing Postgres and NATS with apt");
        if let Err(error) = debian::install(&["postgresql", "nats-server"]) {
            tell(&format!("{error:#}"));
        }
    }
    Ok(found())
}

fn found() -> Result<Programs, String> {
    let postgres = on_the_path("initdb").and_then(|initdb| Some(initdb.parent()?.to_owned())).or_else(debians_postgres);
    match (postgres, on_the_path("nats-server")) {
        (Some(postgres), Some(nats)) => Ok(Programs { postgres, nats }),
        (Some(_), None) => Err("nats-server".to_owned()),
        (None, Some(_)) => Err("Postgres".to_owned()),
        (None, None) => Err("Postgres and nats-server".to_owned()),
    }
}

/// Debian keeps each version in a folder of its own, off the PATH.
fn debians_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = versions.max_by_key(|path| path.file_name()?.to_str()?.parse::<u32>().ok());
    newest.map(|version| version.join("bin")).filter(|bin| bin.join("initdb").is_file())
}

/// Starts Postgres with everything durable as it is in earnest; the folder is in memory where there is such a place.
fn start_postgres(programs: &Path, folder: &Path) -> anyhow::Result<(Server, u16)> {
    let data = folder.join("data");
    if debian::is_root() {
        run(Command::new("chown").arg(USER).arg(folder)).context("Postgres needs a user of its own")?;
    }
    let mut initdb = as_its_user(&programs.join("initdb"));
    initdb.arg("--pgdata").arg(&data).args(["--auth=trust", "--username", USER, "--no-locale", "--encoding=UTF8"]);
    run(initdb.current_dir(folder).stdout(Stdio::null()))?;
    let port = free_port()?;
    let mut postgres = as_its_user(&programs.join("postgres"));
    postgres.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
    postgres.arg("-c").arg(format!("unix_socket_directories={}", folder.display()));
    postgres.args(["-c", "max_connections=300"]).current_dir(folder);
    Ok((Server::start(postgres, &folder.join("postgres.log"), port)?, port))
}

/// A call of the program by somebody who is not root.
fn as_its_user(program: &Path) -> Command {
    if !debian::is_root() {
        return Command::new(program);
    }
    // Becomes the program, so that what is asked of this process is asked of it.
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program);
    command
}

/// A running server.
struct Server(Child);

impl Server {
    /// Starts it and waits until it takes connections.
    fn start(mut command: Command, log: &Path, port: u16) -> anyhow::Result<Server> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let errors = file.try_clone().context("while starting a server")?;
        let program = command.get_program().display().to_string();
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn();
        let mut server = Server(child.with_context(|| format!("cannot start {program}"))?);
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            let ended = server.0.try_wait().with_context(|| format!("while waiting for {program}"))?;
            if ended.is_some() || started.elapsed() > PATIENCE {
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!("{program} did not start; it said:\n{said}");
            }
            sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGINT asks Postgres and NATS alike to end at once and in order. An error means that it has ended already.
        let asked = Command::new("kill").args(["-INT", &self.0.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// A folder that is gone with its value.
struct Folder(PathBuf);

impl Folder {
    /// In memory where Linux keeps such a place: each test makes a database, and disks take twice the time.
    fn new() -> anyhow::Result<Folder> {
        let memory = Path::new("/dev/shm");
        let parent = if has_room(memory) { memory.to_owned() } else { std::env::temp_dir() };
        for number in 0..u32::MAX {
            let folder = parent.join(format!("shopbell-services-{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Folder(folder)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error).with_context(|| format!("cannot make {}", folder.display())),
            }
        }
        bail!("{} has no room for another folder", parent.display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind is in a place for what does not stay.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether Postgres finds room there. Containers often have a place in memory of 64 MiB.
fn has_room(folder: &Path) -> bool {
    let said =
        Command::new("df").args(["--output=avail", "--block-size=1M"]).arg(folder).stderr(Stdio::null()).output();
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    said.lines().nth(1).and_then(|free| free.trim().parse().ok()).is_some_and(|free: u64| free >= ROOM_MIB)
}

/// A port that nobody listens on.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr().context("no port is free")?.port())
}
