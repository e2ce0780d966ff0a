//! The service in a process of its own, which can be killed, stopped, and kept from writing. The process is this test binary,
//! started again to run one test: the one below, which serves when it is told to.

use crate::node::{Node, ORIGIN, in_time};
use backend::{Config, teeth::Weakness};
use std::{env, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
};

const DATABASE: &str = "SHOPBELL_SERVED_DATABASE";
const BUS: &str = "SHOPBELL_SERVED_BUS";
const WEAK: &str = "SHOPBELL_SERVED_ACKNOWLEDGES_TOO_EARLY";
const SAYS: &str = "serving at ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_word_this_binary_serves_nothing() {
    let Ok(database) = env::var(DATABASE) else {
        assert!(env::var(WEAK).is_err() && env::var(BUS).is_err(), "{DATABASE} is missing beside these");
        return;
    };
    let Ok(database) = database.parse();
    let mut config = Config { database, ..Config::new("".as_ref() as &std::path::Path, &[ORIGIN]).expect("settings") };
    config.bus = env::var(BUS).ok().map(|address| address.parse().expect("a bus"));
    config.weakness = env::var(WEAK).is_ok().then_some(Weakness::AckBeforeCommit);
    config.messages_per_minute = 0;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("\n{SAYS}{}", listener.local_addr().expect("an address"));
    backend::serve(listener, config, std::future::pending()).await.expect("served");
}

/// What the process is told.
#[derive(Clone, Copy, Default)]
pub(crate) struct Orders<'a> {
    /// A path, or an address of Postgres.
    pub(crate) database: &'a str,
    /// A bus, or the database's own.
    pub(crate) bus: Option<&'a str>,
    /// Breaks the promise on purpose.
    pub(crate) acknowledges_too_early: bool,
    /// The largest file that it may write until [`Served::make_room`], in blocks of 512 bytes.
    pub(crate) file_blocks: Option<u32>,
}

/// A running process. Killed with its value.
pub(crate) struct Served {
    pub(crate) node: Node,
    process: Child,
    /// Read by nobody, and kept open: whoever prints into a closed one ends.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Served {
    pub(crate) async fn start(orders: Orders<'_>) -> Served {
        let this = env::current_exe().expect("this binary");
        let mut command = match orders.file_blocks {
            None => Command::new(this),
            Some(blocks) => {
                // Without the trap, the signal that comes with a refused write would end the process.
                let mut shell = Command::new("sh");
                shell.args(["-c", &format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"")]).arg(this);
                shell
            }
        };
        command.args(["--exact", "--nocapture", "served::without_a_word_this_binary_serves_nothing"]);
        command.env(DATABASE, orders.database).env_remove(BUS).env_remove(WEAK);
        command.envs(orders.bus.map(|bus| (BUS, bus)));
        command.envs(orders.acknowledges_too_early.then_some((WEAK, "yes")));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut process = command.spawn().expect("started");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let address = loop {
            let line = in_time(lines.next_line()).await.expect("read").expect("the process ended before it served");
            if let Some(address) = line.strip_prefix(SAYS) {
                break address.parse().expect("an address");
            }
        };
        Served { node: Node { address }, process, _output: lines }
    }

    /// SIGKILL: no time to do anything more.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.expect("killed");
    }

    /// From now on it may write files of any size.
    pub(crate) async fn make_room(&self) {
        let number = self.process.id().expect("it runs").to_string();
        let mut command = Command::new("prlimit");
        let raised =
            command.args(["--pid", &number, "--fsize=unlimited:"]).status().await.expect("the program prlimit");
        assert!(raised.success());
    }

    /// Sends a signal by its name.
    pub(crate) async fn signal(&self, name: &str) {
        let number = self.process.id().expect("it runs").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &number]).status().await.expect("the program kill");
        assert!(sent.success());
    }
}
