//! HTTP requests and responses, and the upgrade to WebSocket.

use mqttscope_wire::explain::shown;

use super::{Confidence, Foreign, Protocol};

const METHODS: [&[u8]; 9] = [
    b"GET ",
    b"POST ",
    b"PUT ",
    b"HEAD ",
    b"DELETE ",
    b"OPTIONS ",
    b"PATCH ",
    b"CONNECT ",
    b"TRACE ",
];

/// The longest head that is looked through for its end.
const LONGEST_HEAD: usize = 64 << 10;

/// The longest first line that is shown.
const LONGEST_LINE: usize = 100;

pub(super) fn recognize(bytes: &[u8]) -> Option<Foreign> {
    if bytes.starts_with(b"PRI * HTTP/2.0") {
        return Some(Foreign::new(
            Protocol::Http,
            Confidence::Certain,
            "the beginning of an HTTP/2 connection",
            "MQTT over HTTP/2 cannot be read here. Connect with HTTP/1.1, or record the WebSocket messages in the browser.",
        ));
    }
    let is_answer = bytes.starts_with(b"HTTP/");
    let method = METHODS.iter().find(|method| bytes.starts_with(method));
    if !is_answer && method.is_none() {
        return None;
    }
    let line = first_line(bytes);
    let is_whole = line.windows(5).any(|part| part == b"HTTP/");
    let confidence = if is_whole {
        Confidence::Certain
    } else {
        Confidence::Likely
    };
    let what = shown(line, LONGEST_LINE);
    let found = if is_answer {
        let status: String = what.split(' ').nth(1).unwrap_or_default().into();
        let advice = match status.as_str() {
            "101" => {
                "The server agrees to speak WebSocket: MQTT comes in the WebSocket frames after this."
            }
            "400" | "405" | "501" | "505" => {
                "A web server received something that is no HTTP request, such as an MQTT packet on an HTTP port. \
                 Use the broker's MQTT port (usually 1883 or 8883), or connect with WebSocket."
            }
            "401" | "403" => {
                "The web server refuses access: credentials, the origin or a rule of a proxy."
            }
            "404" => {
                "There is no such path on this web server. Brokers usually take WebSocket connections at /mqtt."
            }
            "426" => "The server wants WebSocket here: connect with ws:// or wss://.",
            "301" | "302" | "307" | "308" => {
                "The web server redirects elsewhere; WebSocket clients do not follow redirects. Use the new address."
            }
            "502" | "503" | "504" => "A proxy answered because it could not reach the broker.",
            _ => {
                "A web server answered, not an MQTT broker: check the port, or connect with WebSocket."
            }
        };
        Foreign::new(
            Protocol::Http,
            confidence,
            format!("an HTTP response: {what}"),
            advice,
        )
    } else if is_upgrade(bytes) {
        Foreign::new(
            Protocol::WebSocket,
            confidence,
            format!("an HTTP request to open a WebSocket: {what}"),
            "MQTT comes in the WebSocket frames after the server's response.",
        )
    } else {
        Foreign::new(
            Protocol::Http,
            confidence,
            format!("an HTTP request: {what}"),
            "MQTT over WebSocket begins with such a request; a browser or a health check that opens the broker's \
             port sends one too. A broker's plain MQTT port does not speak HTTP.",
        )
    };
    Some(found)
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .position(|byte| matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

/// Whether it is the request or the response that opens a WebSocket.
fn is_upgrade(bytes: &[u8]) -> bool {
    let head = bytes
        .get(..bytes.len().min(LONGEST_HEAD))
        .unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    text.contains("upgrade: websocket") || text.contains("sec-websocket-")
}

/// The length of the head of a request or response that opens a WebSocket.
pub(super) fn upgrade(bytes: &[u8]) -> Option<(usize, &'static str)> {
    let is_answer = bytes.starts_with(b"HTTP/1.1 101");
    if !is_answer && !bytes.starts_with(b"GET ") {
        return None;
    }
    let head = bytes.get(..bytes.len().min(LONGEST_HEAD))?;
    let end = head.windows(4).position(|part| part == b"\r\n\r\n")?;
    let end = end.saturating_add(4);
    is_upgrade(bytes.get(..end)?).then_some((
        end,
        if is_answer {
            "HTTP response"
        } else {
            "HTTP request"
        },
    ))
}
