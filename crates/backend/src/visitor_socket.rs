//! A visitor's line over a WebSocket.

use crate::{
    error::Error,
    line::{Ending, VisitorInput, binary, too_large},
    metrics::{Side, Transport},
    service::Service,
    socket::{self, Inbound, Socket, Upgraded, read_frame},
    visitor_driver::VisitorDriver,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    response::Response,
};
use futures_util::FutureExt;
use protocol::limits;
use std::{net::SocketAddr, sync::Arc};

/// `GET /v1/visitor`: a WebSocket, for pages of the shops only.
pub(crate) async fn connect(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    request: Request,
) -> Result<Response, Error> {
    let source = service.source(request.headers(), connection)?;
    let (bytes, shared) = (limits::VISITOR_FRAME_BYTES, Arc::clone(&service));
    socket::upgrade(request, bytes, &shared, Side::Visitor, move |socket| {
        async move {
            let mut driver = Box::new(VisitorDriver::new(service, source, Transport::WebSocket));
            let first = match socket.first().await {
                Ok(first) => first,
                Err(ending) => return ending,
            };
            carry(socket, &mut driver, VisitorInput::Frame(first)).await
        }
        .boxed()
    })
}

/// Carries frames both ways until the line ends.
async fn carry(socket: &mut Socket<Upgraded>, driver: &mut VisitorDriver, first: VisitorInput) -> Ending {
    let mut input = Some(first);
    loop {
        if let Some(input) = input.take() {
            let (frames, ending) = driver.take(input).await;
            frames.iter().for_each(|frame| socket.push(frame));
            if let Some(ending) = ending {
                return ending;
            }
            if !socket.has_room() {
                driver.take(VisitorInput::Room(false)).await;
            }
        }
        // What is ready already goes out together with it, in one write.
        if socket.may_gather()
            && let Some(ready) = driver.next().now_or_never()
        {
            input = Some(ready);
            continue;
        }
        input = tokio::select! {
            inbound = socket.next(driver.has_room()) => match inbound {
                Inbound::Text(text) => Some(VisitorInput::Frame(read_frame(&text))),
                Inbound::Binary => Some(VisitorInput::Frame(Err(binary()))),
                Inbound::TooLarge => return too_large(),
                Inbound::BeatDue => Some(VisitorInput::BeatDue),
                Inbound::Room => Some(VisitorInput::Room(true)),
                Inbound::Lost => return Ending::Lost,
            },
            input = driver.next() => Some(input),
        };
    }
}
