//! Agents' log-ins: a cookie that scripts cannot read and other sites cannot use, a row in the store that can be ended.

use crate::{
    agents,
    error::Error,
    origin::{refuse_foreign, require_own},
    secret::{new_secret, read_secret},
    service::Service,
    store::SignedIn,
};
use axum::{
    Json,
    extract::{ConnectInfo, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use protocol::AgentProfile;
use serde::Deserialize;
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// How long a log-in lasts: a long working day.
const LASTS: Duration = Duration::from_secs(12 * 60 * 60);

/// The body of a log-in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogIn {
    name: String,
    password: String,
}

/// `POST /v1/agent/login`: 204 and the cookie.
pub(crate) async fn log_in(
    State(service): State<Arc<Service>>,
    ConnectInfo(connection): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Json<LogIn>, JsonRejection>,
) -> Result<impl IntoResponse, Error> {
    require_own(&service.public_url, &headers)?;
    let Json(LogIn { name, password }) =
        body.map_err(|rejection| Error::of_body(rejection.status(), r#"{"name":"…","password":"…"}"#))?;
    if name.chars().count() > agents::NAME_CHARS || name.contains('\0') {
        return Err(Error::WrongLogIn);
    }
    let address = service.client_address(&headers, connection);
    service.log_ins.take(&name, address).map_err(Error::RateLimited)?;
    let agent = service.store.agent(&name).await?;
    let (name, hash) = agent.map_or((name, None), |agent| (agent.name, Some(agent.password_hash)));
    if !service.passwords.is_right(password, hash).await {
        service.metrics.logged_in(false);
        tracing::info!(%address, "a log-in failed");
        service.store.audit("somebody", "failed to log in", &address.to_string()).await?;
        return Err(Error::WrongLogIn);
    }
    let (secret, token) = new_secret()?;
    if !service.store.add_session(&name, &token, LASTS).await? {
        return Err(Error::WrongLogIn);
    }
    service.log_ins.clear(&name, address);
    service.metrics.logged_in(true);
    tracing::info!(agent = name, "logged in");
    service.store.audit(&name, "logged in", &address.to_string()).await?;
    set_cookie(&service, &secret, LASTS)
}

/// `POST /v1/agent/logout`: 204; every line of this log-in ends.
pub(crate) async fn log_out(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Error> {
    require_own(&service.public_url, &headers)?;
    if let Ok(SignedIn { name, token, .. }) = signed_in(&service, &headers).await {
        service.store.remove_session(&token).await?;
        service.wake.session_ended();
        tracing::info!(agent = name, "logged out");
        service.store.audit(&name, "logged out", "").await?;
    }
    set_cookie(&service, "", Duration::ZERO)
}

/// `GET /v1/agent/me`: who is logged in.
pub(crate) async fn me(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Json<AgentProfile>, Error> {
    refuse_foreign(&service.public_url, &headers)?;
    let SignedIn { name, role, .. } = signed_in(&service, &headers).await?;
    Ok(Json(AgentProfile { name, role }))
}

/// Who is logged in by the request's cookie.
pub(crate) async fn signed_in(service: &Service, headers: &HeaderMap) -> Result<SignedIn, Error> {
    let cookie_name = cookie_name(service);
    let secret = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == cookie_name).then_some(value));
    let token = secret.and_then(read_secret).ok_or(Error::NotLoggedIn)?;
    service.store.session(&token).await?.ok_or(Error::NotLoggedIn)
}

/// Over https the prefix makes browsers insist that the cookie is ours, host and all; plain http, for a try on one's own
/// machine, cannot have it.
fn cookie_name(service: &Service) -> &'static str {
    if service.public_url.is_https() { "__Host-shopbell" } else { "shopbell" }
}

fn set_cookie(service: &Service, secret: &str, lasts: Duration) -> Result<impl IntoResponse + use<>, Error> {
    let name = cookie_name(service);
    let secure = if service.public_url.is_https() { "; Secure" } else { "" };
    let cookie = format!("{name}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{secure}", lasts.as_secs());
    let mut cookie = HeaderValue::try_from(cookie).map_err(|_| Error::Inside("the cookie is not a header"))?;
    cookie.set_sensitive(true);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie)])))
}
