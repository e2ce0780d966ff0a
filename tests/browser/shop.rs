//! A shop: its pages on one origin, its backend on another, and what can go wrong with either.

use crate::{browser::setting, wall::Wall};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use backend::{Config, ServeError};
use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Every agent's password in these tests.
pub(crate) const PASSWORD: &str = "a long password";

/// What the shop and its backend know to say who a visitor is.
const SECRET: &str = "a secret of the shop and its bell, long enough";

/// A shop with a page at `/`.
pub(crate) struct Shop {
    /// Where its pages are, without a slash at the end.
    pub(crate) origin: String,
    /// Where its backend is, without a slash at the end.
    pub(crate) backend: String,
    pub(crate) pages: Pages,
    folder: TempDir,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<Result<(), ServeError>>)>,
}

impl Shop {
    /// A shop whose page carries the tag with the usual attributes.
    pub(crate) async fn open() -> Shop {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let pages = Pages::default();
        let router = Router::new().fallback(page).with_state(pages.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = free.local_addr().expect("an address");
        let folder = tempfile::tempdir().expect("a folder");
        let mut shop = Shop { origin, backend: format!("http://{address}"), pages, folder, address, running: None };
        shop.serve(free).await;
        shop.tag("en", "");
        shop
    }

    /// A shop whose visitors reach its backend through a wall. Agents reach it as ever.
    pub(crate) async fn behind_a_wall() -> (Shop, Wall) {
        let shop = Shop::open().await;
        let wall = Wall::default();
        let address = wall.stand_before(shop.address).await;
        shop.tag("en", &format!("data-backend='http://{address}'"));
        (shop, wall)
    }

    /// The same page with other attributes on its tag, in a page of this language. An attribute given twice counts first.
    pub(crate) fn tag(&self, language: &str, attributes: &str) {
        let page = format!(
            "<!doctype html><html lang={language}><head><meta charset=utf-8><title>A shop</title>\
             <meta name=viewport content='width=device-width'><link rel=icon href='data:,'></head>\
             <body><h1>A shop</h1><p><button id=before>Before</button> <a href='/second'>Another page</a></p>\
             <div style='height: 3000px'></div>\
             <script async src='/shopbell.js' {attributes} data-faq='/faq.json' data-backend='{}' \
             data-contact='mailto:help@harbor.example'></script></body></html>",
            self.backend
        );
        self.pages.put("/", "text/html; charset=utf-8", page.clone());
        self.pages.put("/second", "text/html; charset=utf-8", page);
    }

    /// The tag's attribute for a page on which this customer is logged in.
    pub(crate) fn identity_of(id: &str, name: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let claims = serde_json::json!({ "sub": id, "name": name, "exp": now + 600 }).to_string();
        let signed = [r#"{"alg":"HS256"}"#, &claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key does");
        mac.update(signed.as_bytes());
        format!("data-identity='{signed}.{}'", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    }

    /// A word that opens the inbox.
    pub(crate) async fn hire(&self, name: &str) {
        backend::agents::add(
            &self.folder.path().join("shopbell.db").into(),
            name,
            PASSWORD,
            backend::agents::Role::Agent,
        )
        .await
        .expect("added");
    }

    /// The backend stops, and says good-bye on every line.
    pub(crate) async fn stop_backend(&mut self) {
        let (stop, served) = self.running.take().expect("it runs");
        stop.send(()).expect("it listens");
        served.await.expect("no panic").expect("a clean end");
    }

    /// It runs again, at the same address and with the same database.
    pub(crate) async fn start_backend(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("its port is free again");
        self.serve(listener).await;
    }

    async fn serve(&mut self, listener: TcpListener) {
        let mut config =
            Config::new(self.folder.path().join("shopbell.db"), &[self.origin.as_str(), self.backend.as_str()])
                .expect("settings");
        let dist = PathBuf::from(setting("SHOPBELL_DIST"));
        config.inbox = Some(dist.join("inbox"));
        config.site = Some(dist.join("site"));
        let secret = self.folder.path().join("secret");
        std::fs::write(&secret, SECRET).expect("written");
        config.identity_secret_file = Some(secret);
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(backend::serve(listener, config, async {
            // A dropped sender is the end of the test.
            let _ = stopped.await;
        }));
        self.running = Some((stop, served));
    }
}

/// The shop's pages, and what was asked of them. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Pages(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    /// What is served in place of the built files: type and bytes.
    own: BTreeMap<String, (String, Vec<u8>)>,
    missing: BTreeSet<String>,
    silent: BTreeSet<String>,
    policy: Option<String>,
    asked: Vec<String>,
}

impl Pages {
    /// Serves this at `path`.
    pub(crate) fn put(&self, path: &str, kind: &str, bytes: impl Into<Vec<u8>>) {
        self.change(|inner| inner.own.insert(path.into(), (kind.into(), bytes.into())));
    }

    /// Answers 404 at `path`.
    pub(crate) fn lose(&self, path: &str) {
        self.change(|inner| inner.missing.insert(path.into()));
    }

    /// Never answers at `path`.
    pub(crate) fn hold(&self, path: &str) {
        self.change(|inner| inner.silent.insert(path.into()));
    }

    /// Sends this content security policy with every answer.
    pub(crate) fn guard(&self, policy: &str) {
        self.change(|inner| inner.policy = Some(policy.into()));
    }

    /// Every path that was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.change(|inner| inner.asked.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Any file of the shop: its own page, or what was built.
async fn page(State(pages): State<Pages>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (own, missing, silent, policy) = pages.change(|inner| {
        inner.asked.push(path.clone());
        let own = inner.own.get(&path).cloned();
        (own, inner.missing.contains(&path), inner.silent.contains(&path), inner.policy.clone())
    });
    if silent {
        std::future::pending::<()>().await;
    }
    if missing {
        return StatusCode::NOT_FOUND.into_response();
    }
    let file = PathBuf::from(setting("SHOPBELL_DIST")).join("site").join(path.trim_start_matches('/'));
    let (kind, body) = match own {
        Some((kind, bytes)) => (kind, Body::from(bytes)),
        None => match tokio::fs::read(&file).await {
            Ok(bytes) => (kind_of(&path).to_owned(), Body::from(bytes)),
            Err(_) => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let mut response =
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store".into())], body).into_response();
    if let Some(policy) = policy {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.parse().expect("a header"));
    }
    response
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
