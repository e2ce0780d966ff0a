//! An unfaithful network: a TCP proxy that cuts connections, tears frames in two and holds everything up, on command.

use anyhow::Context;
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::broadcast,
    task::JoinHandle,
    time::sleep,
};

/// Faults held for a connection that is held up itself.
const FAULTS_HELD: usize = 16;

/// What happens to connections.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// They end.
    Cut,
    /// They end in the middle of the next bytes that come, in whichever direction.
    Tear,
    /// Nothing passes for so long; then all of it does.
    Stall(Duration),
}

/// A running proxy. Dropping it cuts every connection.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    faults: broadcast::Sender<(Fault, f64)>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one to `server`, which need not listen yet.
    pub(super) async fn start(server: SocketAddr) -> anyhow::Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("no free port")?;
        let address = listener.local_addr()?;
        let faults = broadcast::Sender::new(FAULTS_HELD);
        let of_connections = faults.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, of_connections.subscribe()));
            }
        });
        Ok(Proxy { address, faults, accepting })
    }

    /// Does this to a share of the connections, 0 to 1, each by its own lot.
    pub(super) fn fault(&self, fault: Fault, share: f64) {
        // An error means that there is no connection.
        let _ = self.faults.send((fault, share));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.fault(Fault::Cut, 1.0);
    }
}

/// Carries one connection until either side or a fault ends it. Both sides then see it end.
async fn carry(mut client: TcpStream, server: SocketAddr, mut faults: broadcast::Receiver<(Fault, f64)>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    let mut tear = false;
    loop {
        let (from, to) = tokio::select! {
            read = client.read(&mut up) => (bytes(read, &up), &mut server),
            read = server.read(&mut down) => (bytes(read, &down), &mut client),
            fault = faults.recv() => {
                match fault {
                    Ok((fault, share)) if fastrand::f64() < share => match fault {
                        Fault::Cut => return,
                        Fault::Tear => tear = true,
                        Fault::Stall(time) => sleep(time).await,
                    },
                    // Spared, or held up for so long that some faults were missed.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return,
                }
                continue;
            }
        };
        let Some(bytes) = from else { return };
        let passing = if tear { bytes.len() / 2 } else { bytes.len() };
        if to.write_all(&bytes[..passing]).await.is_err() || tear {
            return;
        }
    }
}

/// What was read; `None` at the end.
fn bytes(read: std::io::Result<usize>, buffer: &[u8]) -> Option<&[u8]> {
    read.ok().filter(|count| *count > 0).map(|count| &buffer[..count])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client's connection through a proxy, and the server's end of it.
    async fn through() -> (Proxy, TcpStream, TcpStream) {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let proxy = Proxy::start(server.local_addr().expect("an address")).await.expect("a proxy");
        let client = TcpStream::connect(proxy.address).await.expect("connected");
        let (end, _) = server.accept().await.expect("connected on");
        (proxy, client, end)
    }

    #[tokio::test]
    async fn bytes_pass_both_ways_until_a_cut() {
        let (proxy, mut client, mut server) = through().await;
        let mut read = [0; 4];
        client.write_all(b"ping").await.expect("sent");
        server.read_exact(&mut read).await.expect("passed");
        server.write_all(b"pong").await.expect("sent");
        client.read_exact(&mut read).await.expect("passed");
        assert_eq!(&read, b"pong");
        proxy.fault(Fault::Cut, 1.0);
        assert_eq!(client.read(&mut read).await.expect("an end"), 0);
        assert_eq!(server.read(&mut read).await.expect("an end"), 0);
    }

    #[tokio::test]
    async fn a_tear_lets_half_of_the_next_bytes_pass() {
        let (proxy, mut client, mut server) = through().await;
        proxy.fault(Fault::Tear, 1.0);
        while !proxy.faults.is_empty() {
            tokio::task::yield_now().await;
        }
        client.write_all(b"0123456789").await.expect("sent");
        let mut read = Vec::new();
        server.read_to_end(&mut read).await.expect("an end");
        assert_eq!(read, b"01234");
    }

    #[tokio::test]
    async fn the_spared_share_passes() {
        let (proxy, mut client, mut server) = through().await;
        proxy.fault(Fault::Cut, 0.0);
        client.write_all(b"x").await.expect("sent");
        assert_eq!(server.read_u8().await.expect("passed"), b'x');
    }
}
