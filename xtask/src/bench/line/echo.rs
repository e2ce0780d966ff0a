//! The limit: a bare WebSocket echo with axum's own `ws`, in a process of its own, which reads nothing and stores nothing.

use super::client::Door;
use anyhow::Context;
use axum::{
    Router,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    routing::get,
};
use std::{net::Ipv4Addr, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, ChildStdin, Command},
};

const PATH: &str = "/echo";

/// Echoes until standard input ends, which is when whoever started this is gone. Prints its address.
pub(crate) fn serve() -> anyhow::Result<()> {
    std::thread::spawn(|| {
        // Whatever ends it, there is nobody left to echo for.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Runtime::new().context("while starting")?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
        println!("{}", listener.local_addr()?);
        let app = Router::new().route(PATH, get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)));
        axum::serve(listener, app).await.context("the listener failed")
    })
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Text(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}

/// A running echo. Dropping it ends it.
pub(super) struct Echo {
    _child: Child,
    _open: ChildStdin,
    pub(super) door: Door,
}

impl Echo {
    /// Starts one: this program by its hidden verb.
    pub(super) async fn start() -> anyhow::Result<Echo> {
        let mut command = Command::new(std::env::current_exe().context("this program is not there")?);
        command.args(["bench", "echo"]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start the echo")?;
        let open = child.stdin.take().context("the echo has no input")?;
        let output = child.stdout.take().context("the echo has no output")?;
        let address = BufReader::new(output).lines().next_line().await?.context("the echo told no address")?;
        Ok(Echo { _child: child, _open: open, door: Door::new(address.parse()?, PATH, []) })
    }
}
