//! Where a request's page comes from, and whether it may speak to us. Exact matches only.

use crate::error::Error;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use std::{net::SocketAddr, time::Duration};
use tower_http::cors::CorsLayer;

/// How long a browser may remember what is open to a page.
const REMEMBERED: Duration = Duration::from_secs(600);

/// A page's origin: scheme, host, and the port unless it is the scheme's own. Written as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Text that is no origin.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an origin; write scheme, host and perhaps a port, such as https://shop.example")]
pub struct UnreadableOrigin(String);

impl Origin {
    /// Reads `https://shop.example` or `http://localhost:8080`.
    ///
    /// # Errors
    /// When there is anything beside scheme, host and port, or the scheme is not http or https.
    pub fn parse(text: &str) -> Result<Origin, UnreadableOrigin> {
        Origin::read(text, false).ok_or_else(|| UnreadableOrigin(text.to_owned()))
    }

    /// Reads the origin of an address, which may have a path.
    ///
    /// # Errors
    /// As [`Origin::parse`].
    pub fn parse_url(text: &str) -> Result<Origin, UnreadableOrigin> {
        Origin::read(text, true).ok_or_else(|| UnreadableOrigin(text.to_owned()))
    }

    fn read(text: &str, path_allowed: bool) -> Option<Origin> {
        let uri: Uri = text.trim().parse().ok()?;
        let authority = uri.authority()?;
        let scheme = uri.scheme_str()?;
        let own_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        if authority.as_str().contains('@')
            || (!path_allowed && !matches!(uri.path(), "" | "/"))
            || uri.query().is_some()
        {
            return None;
        }
        let host = authority.host().to_ascii_lowercase();
        Some(Origin(match authority.port_u16() {
            Some(port) if port != own_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }

    /// Of plain http at this address.
    pub(crate) fn at(address: SocketAddr) -> Origin {
        Origin(format!("http://{address}"))
    }

    /// As browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether a browser may write this origin so. On one's own machine it has two names; the Host header is no help, because
    /// a foreign name can be made to lead here.
    fn is_also(&self, origin: &str) -> bool {
        let by_name = |origin: &str| origin.replacen("://127.0.0.1", "://localhost", 1);
        self.0 == origin || self.0.starts_with("http://127.0.0.1:") && by_name(&self.0) == origin
    }

    /// Host, and the port unless it is the scheme's own.
    pub(crate) fn authority(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, authority)| authority)
    }
}

/// Lets a shop's page pass: its Origin must be on the list, and its place there is returned. Programs that send none are not
/// pages and do not pass either.
pub(crate) fn listed(origins: &[Origin], headers: &HeaderMap) -> Result<usize, Error> {
    let origin = origin_of(headers);
    let place = origins.iter().position(|listed| Some(listed.as_str()) == origin);
    place.ok_or_else(|| {
        tracing::info!(?origin, "a page was refused; if it is a shop's, allow its origin with --origin");
        Error::OriginNotAllowed
    })
}

/// Lets pages of the shops, and no others, post with these headers and read the answer.
pub(crate) fn cross_origin<const N: usize>(origins: &[Origin], headers: [HeaderName; N]) -> CorsLayer {
    let listed = origins.iter().filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok());
    CorsLayer::new()
        .allow_origin(listed.collect::<Vec<_>>())
        .allow_methods([Method::POST])
        .allow_headers(headers)
        .max_age(REMEMBERED)
}

/// Lets our own pages pass, for what a cookie alone would open: WebSockets and anything that changes something.
pub(crate) fn require_own(public_url: &Origin, headers: &HeaderMap) -> Result<(), Error> {
    match origin_of(headers) {
        Some(origin) if public_url.is_also(origin) => Ok(()),
        _ => Err(Error::NotOurOrigin),
    }
}

/// As [`require_own`], for plain reads, with which browsers send no Origin from our own pages.
pub(crate) fn refuse_foreign(public_url: &Origin, headers: &HeaderMap) -> Result<(), Error> {
    match origin_of(headers) {
        Some(origin) if !public_url.is_also(origin) => Err(Error::NotOurOrigin),
        _ => Ok(()),
    }
}

/// The Origin header; an unreadable one counts as a foreign one.
fn origin_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "127.0.0.1:9000".parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header"));
        }
        headers
    }

    #[test]
    fn origins_are_read_as_browsers_write_them() {
        for (written, read) in [
            ("https://Shop.Example", "https://shop.example"),
            ("https://shop.example:443/", "https://shop.example"),
            ("http://localhost:8080", "http://localhost:8080"),
        ] {
            assert_eq!(Origin::parse(written).expect("an origin").as_str(), read);
        }
        for written in
            ["shop.example", "ftp://shop.example", "https://shop.example/de", "https://me@shop.example", "null", ""]
        {
            assert!(Origin::parse(written).is_err(), "{written}");
        }
        assert_eq!(
            Origin::parse_url("https://bell.example/inbox").expect("an origin").as_str(),
            "https://bell.example"
        );
    }

    #[test]
    fn only_an_exact_origin_on_the_list_passes() {
        let listed = [Origin::parse("https://shop.example").expect("an origin")];
        assert!(super::listed(&listed, &headers(Some("https://shop.example"))).is_ok());
        for origin in [
            None,
            Some("https://shop.example.evil.example"),
            Some("http://shop.example"),
            Some("https://shop.example:8443"),
            Some("null"),
        ] {
            assert!(super::listed(&listed, &headers(origin)).is_err(), "{origin:?}");
        }
    }

    #[test]
    fn our_own_pages_are_those_of_the_public_address_whatever_host_was_asked() {
        for (public, origin, required, read) in [
            ("https://bell.example", Some("https://bell.example"), true, true),
            ("https://bell.example", Some("http://bell.example"), false, false),
            // The request's Host is 127.0.0.1:9000, by whatever name the browser was led there.
            ("https://bell.example", Some("http://127.0.0.1:9000"), false, false),
            ("https://bell.example", Some("null"), false, false),
            ("https://bell.example", None, false, true),
            ("http://127.0.0.1:9000", Some("http://127.0.0.1:9000"), true, true),
            ("http://127.0.0.1:9000", Some("http://localhost:9000"), true, true),
            ("http://127.0.0.1:9000", Some("http://localhost:9001"), false, false),
            ("http://127.0.0.1:9000", Some("http://evil.example:9000"), false, false),
        ] {
            let public = Origin::parse(public).expect("an origin");
            assert_eq!(require_own(&public, &headers(origin)).is_ok(), required, "{origin:?}");
            assert_eq!(refuse_foreign(&public, &headers(origin)).is_ok(), read, "{origin:?}");
        }
    }
}
