//! What the browser asks for: the files of the page, and what the page is lent.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use mqttscope_protocol::{ASK_LED, BRIDGE_MESSAGE};

use super::faults;
use super::lend::Lent;
use super::page::{self, Page};
use crate::bridge::Bridge;

/// What a `<meta>` of the page cannot say; the rest is the page's own. It frames a file of its own: where scripts run.
const POLICY: &str = "frame-ancestors 'self'; connect-src 'self' ws: wss:; object-src 'none'";

/// Names the recording of a tap that is lent.
const RUN: HeaderName = HeaderName::from_static("mqttscope-run");

/// What is served, and where.
pub(super) struct Served {
    page: Page,
    address: SocketAddr,
    lent: Lent,
    /// None: it is turned off.
    bridge: Option<Bridge>,
    /// None: there is no tap.
    faults: Option<faults::Lent>,
}

impl Served {
    pub(super) const fn new(
        page: Page,
        address: SocketAddr,
        lent: Lent,
        bridge: Option<Bridge>,
    ) -> Self {
        Self {
            page,
            address,
            lent,
            bridge,
            faults: None,
        }
    }

    /// The same with the faults of taps.
    pub(super) fn with_faults(self, faults: Option<faults::Lent>) -> Self {
        Self { faults, ..self }
    }

    pub(super) const fn faults(&self) -> Option<&faults::Lent> {
        self.faults.as_ref()
    }

    /// Whether a request is for the host that this is.
    pub(super) fn is_for_us(&self, headers: &HeaderMap) -> bool {
        let host = text(headers, header::HOST);
        host.is_some_and(|host| self.names().iter().any(|name| name == host))
    }

    /// Whether a request comes from our own page, or from no page.
    fn is_from_us(&self, headers: &HeaderMap) -> bool {
        !headers.contains_key(header::ORIGIN)
            || text(headers, header::ORIGIN)
                .and_then(|origin| origin.strip_prefix("http://"))
                .is_some_and(|origin| self.names().iter().any(|name| name == origin))
    }

    fn names(&self) -> [String; 2] {
        let port = self.address.port();
        [format!("127.0.0.1:{port}"), format!("localhost:{port}")]
    }

    fn file(&self, path: &str) -> Response {
        let path = if path.is_empty() { "index.html" } else { path };
        match self.page.file(path) {
            Some(bytes) => {
                let kind = [
                    (header::CONTENT_TYPE, page::kind(path)),
                    (header::CACHE_CONTROL, page::caching(path)),
                ];
                (kind, bytes.into_owned()).into_response()
            }
            None => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
        }
    }

    /// The answer to who does not know the token, or is another page.
    pub(super) fn refused(&self, token: &str, headers: &HeaderMap) -> Option<Response> {
        let is_ours = self.is_from_us(headers) && self.lent.knows(token);
        let says = "this is lent to another page";
        (!is_ours).then(|| (StatusCode::FORBIDDEN, says).into_response())
    }

    /// A WebSocket of the page, with messages of at most so many bytes, for the bridge to serve.
    fn bridge<F: Future<Output = ()> + Send + 'static>(
        &self,
        token: &str,
        headers: &HeaderMap,
        upgrade: Upgrade,
        (most, serve): (usize, impl FnOnce(Bridge, WebSocket) -> F + Send + 'static),
    ) -> Response {
        if !self.is_for_us(headers) {
            return misdirected();
        }
        if let Some(refused) = self.refused(token, headers) {
            return refused;
        }
        let Some(bridge) = self.bridge.clone() else {
            return (StatusCode::NOT_FOUND, "there is no bridge (--no-bridge)").into_response();
        };
        match upgrade {
            Ok(upgrade) => upgrade
                .max_message_size(most)
                .max_frame_size(most)
                .on_upgrade(move |page| serve(bridge, page)),
            Err(rejection) => rejection.into_response(),
        }
    }

    /// `TOKEN/sources` or `TOKEN/source/N`.
    fn lend(&self, path: &str, query: Option<&str>, headers: &HeaderMap) -> Response {
        let (token, what) = path.split_once('/').unwrap_or((path, ""));
        if let Some(refused) = self.refused(token, headers) {
            return refused;
        }
        let fresh = (header::CACHE_CONTROL, "no-store");
        if what == "sources" {
            let kind = (header::CONTENT_TYPE, "application/json");
            return ([kind, fresh], self.lent.list()).into_response();
        }
        let given = what
            .strip_prefix("source/")
            .and_then(|number| self.lent.source(number, query));
        match given {
            Some(given) => {
                let kind = (header::CONTENT_TYPE, "application/octet-stream");
                let mut response = ([kind, fresh], given.body).into_response();
                if let Some(run) = given.run.and_then(|run| HeaderValue::try_from(run).ok()) {
                    response.headers_mut().insert(RUN, run);
                }
                response
            }
            None => (StatusCode::NOT_FOUND, "there is no such source").into_response(),
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// A request that is to become a WebSocket, or is none.
type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

pub(super) fn app(served: Served) -> Router {
    Router::new()
        .route("/companion/{token}/bridge", get(bridge))
        .route("/companion/{token}/client", get(client))
        .route("/companion/{token}/faults", any(faults::all))
        .route("/companion/{token}/faults/{number}", any(faults::one))
        .fallback(answer)
        .with_state(Arc::new(served))
}

/// Another site's name that was made to lead here (DNS rebinding).
pub(super) fn misdirected() -> Response {
    (StatusCode::MISDIRECTED_REQUEST, "this is not that host").into_response()
}

async fn bridge(
    State(served): State<Arc<Served>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let how = (BRIDGE_MESSAGE, Bridge::serve);
    kept_off(served.bridge(&token, &headers, upgrade, how))
}

/// A client is examined.
async fn client(
    State(served): State<Arc<Served>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let how = (ASK_LED, Bridge::examine_client);
    kept_off(served.bridge(&token, &headers, upgrade, how))
}

async fn answer(
    State(served): State<Arc<Served>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    let response = if !served.is_for_us(&headers) {
        misdirected()
    } else if method != Method::GET && method != Method::HEAD {
        (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response()
    } else if let Some(path) = path.strip_prefix("companion/") {
        served.lend(path, uri.query(), &headers)
    } else {
        served.file(path)
    };
    kept_off(response)
}

/// The answer with what keeps others off it.
pub(super) fn kept_off(mut response: Response) -> Response {
    let common = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in common {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Stop;
    use std::borrow::Cow;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use tokio::net::TcpListener;

    fn files(path: &str) -> Option<Cow<'static, [u8]>> {
        match path {
            "index.html" => Some(Cow::Borrowed(b"<!doctype html>page")),
            "app-1f.wasm" => Some(Cow::Borrowed(b"\0asm")),
            _ => None,
        }
    }

    /// Starts the server, and gives the answer to a request for the host that `host` makes of the right one.
    fn ask(request: &str, host: fn(SocketAddr) -> String) -> String {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let address = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let lent = Lent::new(Vec::new(), 0, Stop::new().1).unwrap();
            let served = Served::new(Page::Test(files), address, lent, None);
            tokio::spawn(async move { axum::serve(listener, app(served)).await });
            address
        });
        let mut stream = TcpStream::connect(address).unwrap();
        let text = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            host(address)
        );
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.to_lowercase()
    }

    fn right(address: SocketAddr) -> String {
        address.to_string()
    }

    #[test]
    fn the_page_comes_with_what_keeps_others_off() {
        let answer = ask("GET /", right);
        assert!(
            answer.starts_with("http/1.1 200") && answer.ends_with("page"),
            "{answer}"
        );
        for line in [
            "content-type: text/html; charset=utf-8",
            "content-security-policy: frame-ancestors 'self'; connect-src 'self' ws: wss:; object-src 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-cache",
        ] {
            assert!(answer.contains(line), "{line}: {answer}");
        }
        let answer = ask("GET /app-1f.wasm", right);
        assert!(
            answer.contains("application/wasm") && answer.contains("immutable"),
            "{answer}"
        );
    }

    #[test]
    fn other_hosts_methods_and_files_are_refused() {
        assert!(
            ask("GET /", |address| format!("localhost:{}", address.port()))
                .starts_with("http/1.1 200")
        );
        assert!(ask("GET /", |_| "evil.example".into()).starts_with("http/1.1 421"));
        assert!(
            ask("GET /", |address| format!(
                "evil.example:{}",
                address.port()
            ))
            .starts_with("http/1.1 421")
        );
        assert!(ask("POST /", right).starts_with("http/1.1 405"));
        for path in ["/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
            let answer = ask(&format!("GET {path}"), right);
            assert!(
                answer.starts_with("http/1.1 404") && answer.contains("nosniff"),
                "{answer}"
            );
        }
    }
}
