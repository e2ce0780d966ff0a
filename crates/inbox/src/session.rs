//! The log-in over HTTP: who am I, let me in, let me out. The cookie is the browser's to keep; scripts never see it.

use crate::access::LogInProblem;
use gloo_net::http::{Request, Response};
use protocol::{AgentProfile, WireError};

/// What the backend's answer means.
pub(crate) enum Answer {
    /// This agent is logged in, or nobody.
    Is(Option<String>),
    /// It is not known who is logged in.
    Unknown,
    /// Let in.
    LoggedIn,
    /// Not let in.
    Refused(LogInProblem),
    /// Whether logging out came about.
    LoggedOut(bool),
}

/// `GET /v1/agent/me`.
pub(crate) async fn who_am_i() -> Answer {
    let Ok(response) = Request::get("/v1/agent/me").send().await else { return Answer::Unknown };
    match response.status() {
        200 => match response.json::<AgentProfile>().await {
            Ok(profile) => Answer::Is(Some(profile.name)),
            Err(_) => Answer::Unknown,
        },
        401 => Answer::Is(None),
        _ => Answer::Unknown,
    }
}

/// `POST /v1/agent/login`.
pub(crate) async fn log_in(name: String, password: String) -> Answer {
    let body = serde_json::json!({ "name": name, "password": password });
    let Ok(request) = Request::post("/v1/agent/login").json(&body) else {
        return Answer::Refused(LogInProblem::NotReached);
    };
    match request.send().await {
        Ok(response) if response.status() == 204 => Answer::LoggedIn,
        Ok(response) => Answer::Refused(problem(response).await),
        Err(_) => Answer::Refused(LogInProblem::NotReached),
    }
}

/// `POST /v1/agent/logout`.
pub(crate) async fn log_out() -> Answer {
    let response = Request::post("/v1/agent/logout").send().await;
    Answer::LoggedOut(response.is_ok_and(|response| response.ok()))
}

async fn problem(response: Response) -> LogInProblem {
    match response.status() {
        401 => LogInProblem::Wrong,
        429 => {
            let refusal = response.json::<WireError>().await.ok();
            LogInProblem::TooMany(refusal.and_then(|refusal| refusal.retry_after_ms).unwrap_or_default())
        }
        _ => LogInProblem::NotReached,
    }
}
