//! `mqttscope open`: the page, out of this program, for a browser on this machine.

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use clap::Args;
use tokio::net::TcpListener;

use crate::net::{Stop, stop};

/// What a `<meta>` of the page cannot say; the rest is the page's own.
const POLICY: &str = "frame-ancestors 'none'; connect-src 'self' ws: wss:; object-src 'none'";

#[derive(Args, Default)]
pub(crate) struct Options {
    /// The port, of 127.0.0.1 only. What the browser keeps for the page is kept for this port. [default: 8437]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Do not open the browser.
    #[arg(long)]
    no_browser: bool,
}

/// The port unless another is asked for: what the browser keeps belongs to it, so it is the same each time.
const USUAL: u16 = 8437;

/// A file of the page by its path, without the slash before it.
type Files = fn(&str) -> Option<Cow<'static, [u8]>>;

#[cfg(feature = "page")]
mod page {
    use std::borrow::Cow;

    /// The page as `cargo xtask companion` has built it.
    #[derive(rust_embed::RustEmbed)]
    #[folder = "$MQTTSCOPE_PAGE"]
    struct Page;

    pub(super) fn file(path: &str) -> Option<Cow<'static, [u8]>> {
        <Page as rust_embed::RustEmbed>::get(path).map(|file| file.data)
    }
}

#[cfg(feature = "page")]
const PAGE: Option<Files> = Some(page::file);
#[cfg(not(feature = "page"))]
const PAGE: Option<Files> = None;

/// Whether the page is in this program.
pub(crate) const HAS_PAGE: bool = PAGE.is_some();

/// Serves the page until it is told to end.
pub(crate) fn run(options: &Options) -> ExitCode {
    let Some(files) = PAGE else {
        eprintln!(
            "mqttscope: the page is not in this program: `cargo xtask companion` builds one that has it"
        );
        return ExitCode::from(2);
    };
    match serve(options, files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mqttscope: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn serve(options: &Options, files: Files) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port.unwrap_or(USUAL)));
        let listener = TcpListener::bind(address).await;
        let listener =
            listener.with_context(|| format!("listening at {address} (--port has another)"))?;
        let address = listener.local_addr()?;
        let (stopper, mut stop) = Stop::new();
        stop::on_signals(stopper)?;
        let url = format!("http://{address}/");
        eprintln!("mqttscope: the page is at {url}");
        if !options.no_browser && !browse(&url) {
            eprintln!("mqttscope: no browser could be started: open that address in one");
        }
        let served = axum::serve(listener, app(files, address));
        served
            .with_graceful_shutdown(async move { stop.asked().await })
            .await?;
        Ok(())
    })
}

fn browse(url: &str) -> bool {
    let (program, arguments): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[url])
    } else if cfg!(windows) {
        ("cmd", &["/C", "start", "", url])
    } else {
        ("xdg-open", &[url])
    };
    let mut command = Command::new(program);
    let silent = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    silent.spawn().is_ok()
}

fn app(files: Files, address: SocketAddr) -> Router {
    Router::new().fallback(answer).with_state((files, address))
}

async fn answer(
    State((files, address)): State<(Files, SocketAddr)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let mut response = if !is_for_us(&headers, address) {
        // Another site's name that was made to lead here (DNS rebinding).
        (StatusCode::MISDIRECTED_REQUEST, "this is not that host").into_response()
    } else if method != Method::GET && method != Method::HEAD {
        (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response()
    } else {
        let path = match uri.path().trim_start_matches('/') {
            "" => "index.html",
            path => path,
        };
        match files(path) {
            Some(bytes) => {
                let kind = [
                    (header::CONTENT_TYPE, kind(path)),
                    (header::CACHE_CONTROL, caching(path)),
                ];
                (kind, bytes.into_owned()).into_response()
            }
            None => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
        }
    };
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

/// Whether a request is for the host that this is.
fn is_for_us(headers: &HeaderMap, address: SocketAddr) -> bool {
    let port = address.port();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(|host| {
        host == format!("127.0.0.1:{port}") || host == format!("localhost:{port}")
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Names of files carry the hash of what is in them, all but that of the page itself.
fn caching(path: &str) -> &'static str {
    if path == "index.html" {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

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
            tokio::spawn(async move { axum::serve(listener, app(files, address)).await });
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
            "content-security-policy: frame-ancestors 'none'; connect-src 'self' ws: wss:; object-src 'none'",
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
