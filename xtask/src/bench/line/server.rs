//! The server under test: `shopbell serve`, built optimised, in a process of its own with its database on a disk.

use super::client::{Door, PATIENCE};
use crate::command::{output_of, tell};
use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::OpenOptions,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

/// The page that the visitors are on.
const ORIGIN: &str = "https://shop.example";
/// The one agent of this shop; several lines may be theirs.
const AGENT: &str = "Ada";
const PASSWORD: &str = "known to this bench only";
/// Ports below those that the system gives to clients, so that none of them takes the server's while it is down.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
/// Between two looks at whether it listens.
const PAUSE: Duration = Duration::from_millis(2);

/// A running server. Dropping it kills it and removes its database.
pub(super) struct Server {
    child: Child,
    program: PathBuf,
    address: SocketAddr,
    /// The log of what it says, kept after the run.
    log: PathBuf,
    folder: TempDir,
}

impl Server {
    /// Starts one with a new database in a folder of its own below `folder`, and waits until it is well.
    pub(super) async fn start(program: &Path, folder: &Path, name: &str) -> anyhow::Result<Server> {
        let log = folder.join(format!("{name}.log"));
        std::fs::write(&log, "").with_context(|| format!("cannot write {}", log.display()))?;
        let folder = tempfile::tempdir_in(folder).context("cannot make a folder for the database")?;
        let address = free_address()?;
        let child = start(program, &folder.path().join("shopbell.db"), address, &log)?;
        let mut server = Server { child, program: program.to_owned(), address, log, folder };
        server.listening().await?;
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process's number.
    pub(super) fn process(&self) -> anyhow::Result<u32> {
        self.child.id().context("the server has ended")
    }

    /// Says that it has ended by itself, when it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("the server has ended ({status}); {} says why", self.log.display()))
    }

    /// A visitor's way in.
    pub(super) fn visitors(&self) -> Door {
        Door::new(self.address, "/v1/visitor", [("origin", ORIGIN.to_owned())])
    }

    /// An agent's way in, logged in.
    pub(super) async fn agents(&self) -> anyhow::Result<Door> {
        let mut add = std::process::Command::new(&self.program);
        add.args(["agent", "add", AGENT, "--password-stdin", "--database"]).arg(self.database());
        let (words, mut password) = std::io::pipe()?;
        std::io::Write::write_all(&mut password, PASSWORD.as_bytes())?;
        drop(password);
        output_of(add.stdin(words).stderr(Stdio::inherit())).context("while adding an agent")?;
        let body = serde_json::json!({ "name": AGENT, "password": PASSWORD }).to_string();
        let origin = format!("http://{}", self.address);
        let headers = format!("origin: {origin}\r\ncontent-type: application/json\r\n");
        let answer = timeout(PATIENCE, ask(self.address, "POST /v1/agent/login", &headers, &body)).await??;
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
        let cookie = cookie.with_context(|| format!("the agent was not logged in: {answer}"))?;
        Ok(Door::new(self.address, "/v1/agent/line", [("origin", origin), ("cookie", cookie.to_owned())]))
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    pub(super) async fn stop(&mut self) -> anyhow::Result<()> {
        let process = i32::try_from(self.process()?).ok().and_then(Pid::from_raw).context("no process number")?;
        kill_process(process, Signal::TERM).context("cannot stop the server")?;
        timeout(PATIENCE, self.child.wait()).await.context("the server does not stop")??;
        Ok(())
    }

    /// Ends it on the spot (SIGKILL), as a crash would.
    pub(super) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("cannot kill the server")
    }

    /// Starts it again on the same database and port: when it began to listen.
    pub(super) async fn start_again(&mut self) -> anyhow::Result<Instant> {
        self.child = start(&self.program, &self.database(), self.address, &self.log)?;
        self.listening().await
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("shopbell.db")
    }

    /// Waits until it listens, which is the answer, and then until it says that it is well.
    async fn listening(&mut self) -> anyhow::Result<Instant> {
        let start = Instant::now();
        let mut listening = None;
        loop {
            if let Some(ended) = self.ended() {
                bail!(ended);
            }
            let connected = TcpStream::connect(self.address).await.is_ok();
            listening = listening.or(connected.then(Instant::now));
            if let Some(since) = listening
                && let Ok(answer) = ask(self.address, "GET /healthz", "", "").await
                && answer.starts_with("HTTP/1.1 200")
            {
                return Ok(since);
            }
            if start.elapsed() > PATIENCE {
                bail!("the server is not well after {PATIENCE:?}; {} says why", self.log.display());
            }
            sleep(PAUSE).await;
        }
    }
}

/// Starts the process. What it writes goes to the end of `log`.
fn start(program: &Path, database: &Path, address: SocketAddr, log: &Path) -> anyhow::Result<Child> {
    let log = OpenOptions::new().append(true).open(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        // What is set for another service must not change this one.
        if name.to_string_lossy().starts_with("SHOPBELL_") {
            command.env_remove(name);
        }
    }
    command.env("RUST_LOG", "info");
    // Two hundred visitors write what thousands would; the limit on each of them is not what is measured.
    command.env("SHOPBELL_MESSAGES_PER_MINUTE", "0");
    command.args(["serve", "--origin", ORIGIN, "--listen", &address.to_string(), "--database"]).arg(database);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
    command.spawn().with_context(|| format!("cannot start {}", program.display()))
}

/// An address that is free now, that no client will be given, and that another bench beside this one hardly takes.
fn free_address() -> anyhow::Result<SocketAddr> {
    let tries = std::iter::repeat_with(|| SocketAddr::from((Ipv4Addr::LOCALHOST, fastrand::u16(PORTS))));
    let free = tries.take(PORTS.len()).find(|address| TcpListener::bind(address).is_ok());
    free.inspect(|address| tell(&format!("serving on {address}"))).context("no port is free")
}

/// One request over HTTP, on a connection of its own: the whole answer.
async fn ask(address: SocketAddr, line: &str, headers: &str, body: &str) -> anyhow::Result<String> {
    let mut connection = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await?;
    Ok(answer)
}
