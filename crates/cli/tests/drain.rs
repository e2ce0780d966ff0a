//! The real process told to stop, as whatever runs it does at every upgrade: a visitor's line ends with a word when to come
//! back, and what was acknowledged is there in the next process.
#![cfg(unix)]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStderr, Command},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const ORIGIN: &str = "https://shop.example";
/// A test that waits longer than this for anything has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the process may take to end, lines that do not close included.
const DRAIN: Duration = Duration::from_secs(5);

type Line = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn in_time<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("in time")
}

/// A running `shopbell serve`. Killed with its value.
struct Process {
    address: SocketAddr,
    child: Child,
    /// Kept open: the process goes on to log.
    _log: Lines<BufReader<ChildStderr>>,
}

impl Process {
    async fn start(database: &Path) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shopbell"));
        command
            .args(["serve", "--log-json", "--listen", "127.0.0.1:0", "--origin", ORIGIN, "--database"])
            .arg(database);
        command.env("RUST_LOG", "info").stdin(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("started");
        let mut log = BufReader::new(child.stderr.take().expect("its log")).lines();
        loop {
            let line = in_time(log.next_line()).await.expect("read").expect("the process ended before it served");
            let line: Value = serde_json::from_str(&line).expect("JSON");
            if line["fields"]["message"] == "serving" {
                let address = line["fields"]["address"].as_str().expect("an address").parse().expect("an address");
                return Process { address, child, _log: log };
            }
        }
    }

    /// A visitor's line, and the welcome to this `hello`.
    async fn greet(&self, hello: Value) -> (Line, Value) {
        let mut request = format!("ws://{}/v1/visitor", self.address).into_client_request().expect("an address");
        request.headers_mut().insert("origin", ORIGIN.parse().expect("a header"));
        let (mut line, _) = in_time(connect_async(request)).await.expect("let in");
        send(&mut line, &json!({ "hello": hello })).await;
        let welcome = frame(&mut line, "welcome").await;
        (line, welcome)
    }
}

async fn send(line: &mut Line, frame: &Value) {
    line.send(Message::text(frame.to_string())).await.expect("sent");
}

/// Reads on until a frame of this name: what it says.
async fn frame(line: &mut Line, name: &str) -> Value {
    loop {
        let Message::Text(text) = in_time(line.next()).await.expect("open").expect("a message") else { continue };
        let mut frame: Value = serde_json::from_str(&text).expect("JSON");
        if let Some(found) = frame.get_mut(name) {
            return found.take();
        }
    }
}

#[tokio::test]
async fn told_to_stop_it_says_when_to_come_back_ends_in_time_and_has_kept_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("shopbell.db");
    let mut process = Process::start(&database).await;
    let (mut line, welcome) = process.greet(json!({ "protocol": "shopbell/1" })).await;
    // Another one, who will not close.
    let (_deaf, _) = process.greet(json!({ "protocol": "shopbell/1" })).await;
    let cid = "01970000-0000-7000-8000-00000000000a";
    send(&mut line, &json!({ "send": { "cid": cid, "author": "visitor", "text": "where is my parcel" } })).await;
    assert_eq!(frame(&mut line, "ack").await["seq"], 1);

    let number = process.child.id().expect("it runs").to_string();
    let told = Command::new("kill").args(["-TERM", &number]).status().await.expect("the program kill");
    assert!(told.success());
    let bye = frame(&mut line, "bye").await;
    assert!(bye["retry_after_ms"].as_u64().is_some_and(|wait| (500..3_000).contains(&wait)), "{bye}");
    let Message::Close(Some(close)) = in_time(line.next()).await.expect("a close frame").expect("a message") else {
        panic!("not closed");
    };
    assert_eq!(u16::from(close.code), 1001);
    let ended = timeout(DRAIN, process.child.wait()).await.expect("within its time").expect("ended");
    assert_eq!(ended.code(), Some(0));

    let process = Process::start(&database).await;
    let (token, conversation, epoch) = (&welcome["token"], &welcome["conversation"], &welcome["epoch"]);
    let resume = json!({ "epoch": epoch, "seq": 0 });
    let hello = json!({ "protocol": "shopbell/1", "token": token, "conversation": conversation, "resume": resume });
    let (mut line, again) = process.greet(hello).await;
    assert_eq!((&again["head"], &again["reset"], &again["epoch"]), (&json!(1), &json!(false), epoch));
    let log = frame(&mut line, "replay").await;
    assert_eq!((&log[0]["seq"], &log[0]["cid"]), (&json!(1), &json!(cid)));
    assert!(log[0].to_string().contains("where is my parcel"), "{log}");
}
