//! Flow files of mitmproxy: TCP streams and WebSocket messages as the proxy saw them, TLS taken off.
//!
//! The format (tnetstrings) writes a value's kind behind it, so what a value is follows from where it stands. Flows of all
//! versions of the format have their messages as lists of who, what and when.

use super::{Input, Step, Tell};
use crate::reading::Role;
use crate::recording::inside::Within;
use crate::recording::peer::Peer;
use crate::recording::streams::Told;
use std::collections::VecDeque;

/// Digits of a length.
const DIGITS: usize = 12;

/// Bytes of names and addresses that are kept.
const SHORT: u64 = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Flow,
    Client,
    Server,
    /// Host and port.
    Address(Role),
    Request,
    WebSocket,
    Messages,
    Message,
}

impl Place {
    /// Names and values take turns.
    const fn is_object(self) -> bool {
        !matches!(self, Self::Address(_) | Self::Messages | Self::Message)
    }
}

/// A value that is open.
#[derive(Clone, Debug)]
struct Frame {
    place: Place,
    /// Where its content ends; its kind stands there.
    end: u64,
    /// Values so far.
    index: u64,
    /// The name of the member whose value comes.
    key: Option<Vec<u8>>,
}

/// What a value is for.
enum Want {
    Nothing,
    Inside(Place),
    Short,
    Bytes,
}

/// A flow as far as it is read.
#[derive(Debug, Default)]
struct Flow {
    client: String,
    server: String,
    scheme: String,
    host: String,
    port: String,
    path: String,
    is_websocket: bool,
    is_tls: bool,
    /// Datagrams are no stream.
    is_other: bool,
    /// Its ends and what carries it, as they were told.
    told: Option<(String, String, Within)>,
}

/// A message as far as it is read.
#[derive(Debug, Default)]
struct Message {
    from_client: Option<bool>,
    content: Option<Vec<u8>>,
    at_ns: Option<u64>,
    opcode: Option<u8>,
    is_too_long: bool,
}

/// The reader.
#[derive(Debug, Default)]
pub(super) struct Flows {
    open: Vec<Frame>,
    flow: Flow,
    message: Message,
    number: u64,
    frame: u64,
    has_text: bool,
    told: VecDeque<Tell>,
}

/// A length, and how many bytes it and its colon take; `None`: it is none. `Some(None)`: more bytes are needed.
fn length(bytes: &[u8]) -> Option<Option<(u64, usize)>> {
    let head = bytes.get(..bytes.len().min(DIGITS.saturating_add(1)))?;
    let digits = head.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match head.get(digits) {
        Some(b':') if digits > 0 => {
            let text = core::str::from_utf8(head.get(..digits)?).ok()?;
            Some(Some((text.parse().ok()?, digits.saturating_add(1))))
        }
        None if digits <= DIGITS => Some(None),
        _ => None,
    }
}

impl Flows {
    /// Whether a flow begins here; `None`: too few bytes to know.
    pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
        let (Some(outer), true) = (length(bytes), bytes.first().is_some_and(u8::is_ascii_digit))
        else {
            return Some(false);
        };
        let (_, at) = outer?;
        let inside = bytes.get(at..).unwrap_or_default();
        let Some(inner) = length(inside) else {
            return Some(false);
        };
        let (len, at) = inner?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if !(2..=30).contains(&len) {
            return Some(false);
        }
        let name = inside.get(at..)?;
        let is_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
        match (name.get(..len), name.get(len)) {
            (Some(name), Some(kind)) => {
                Some(name.iter().all(is_name) && matches!(kind, b',' | b';'))
            }
            _ => name
                .iter()
                .take(len)
                .all(is_name)
                .then_some(())
                .map_or(Some(false), |()| None),
        }
    }

    /// Whether a flow has no end yet.
    pub(super) const fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn held(&self) -> usize {
        self.message.content.as_ref().map_or(0, Vec::len)
    }

    /// Of each message so many bytes are kept.
    pub(super) fn step(&mut self, input: &mut Input, longest: usize) -> Step {
        if let Some(told) = self.told.pop_front() {
            return Step::Tell(told);
        }
        if input.passing > 0 {
            return Step::More;
        }
        let at = input.offset();
        if let Some(top) = self.open.last()
            && top.end == at
        {
            if input.rest().is_empty() {
                return Step::More;
            }
            self.close();
            return Step::Skip(1);
        }
        if input.rest().is_empty() && self.open.is_empty() {
            return self.end(input);
        }
        let (len, head) = match length(input.rest()) {
            Some(Some(found)) => found,
            Some(None) => return Step::More,
            None => return broken(at),
        };
        // Its kind is one byte more.
        let start = at.saturating_add(head as u64);
        let end = start.saturating_add(len);
        if self.open.last().is_some_and(|top| end >= top.end) {
            return broken(at);
        }
        let want = match self.want(len) {
            Want::Bytes if len > longest as u64 => {
                self.message.is_too_long = true;
                Want::Nothing
            }
            Want::Short if len > SHORT => Want::Nothing,
            want => want,
        };
        match want {
            Want::Inside(place) => {
                self.begin(place);
                self.open.push(Frame {
                    place,
                    end,
                    index: 0,
                    key: None,
                });
                Step::Skip(head as u64)
            }
            Want::Nothing => {
                self.pass();
                Step::Skip((head as u64).saturating_add(len).saturating_add(1))
            }
            Want::Short | Want::Bytes => {
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                let whole = head.saturating_add(len).saturating_add(1);
                let Some(value) = input.rest().get(head..whole) else {
                    return Step::More;
                };
                if let Some((kind, value)) = value.split_last() {
                    self.value(value, *kind);
                }
                Step::Skip(whole as u64)
            }
        }
    }

    /// What the next value is for.
    fn want(&self, len: u64) -> Want {
        let Some(top) = self.open.last() else {
            return Want::Inside(Place::Flow);
        };
        if top.place.is_object() && top.key.is_none() {
            return Want::Short;
        }
        // Nothing (`0:~`) has no inside.
        let inside = |place: Place| {
            if len == 0 {
                Want::Nothing
            } else {
                Want::Inside(place)
            }
        };
        match (top.place, top.key.as_deref().unwrap_or_default()) {
            (Place::Flow, b"client_conn") => inside(Place::Client),
            (Place::Flow, b"server_conn") => inside(Place::Server),
            (Place::Flow, b"request") => inside(Place::Request),
            (Place::Flow, b"websocket") => inside(Place::WebSocket),
            (Place::Flow | Place::WebSocket, b"messages") if !self.flow.is_other => {
                inside(Place::Messages)
            }
            (Place::Client, b"peername" | b"address") => inside(Place::Address(Role::Client)),
            (Place::Server, b"address") => inside(Place::Address(Role::Server)),
            // Before version 4 an address was an object with this member.
            (Place::Address(role), _) if top.index == 1 && self.is_name(role) => {
                inside(Place::Address(role))
            }
            (Place::Messages, _) => Want::Inside(Place::Message),
            (Place::Message, _) => Want::Bytes,
            (Place::Flow, b"type")
            | (
                Place::Client | Place::Server,
                b"timestamp_tls_setup" | b"timestamp_ssl_setup" | b"tls_established",
            )
            | (Place::Request, b"scheme" | b"host" | b"port" | b"path")
            | (Place::Address(_), _) => Want::Short,
            _ => Want::Nothing,
        }
    }

    fn is_name(&self, role: Role) -> bool {
        self.name(role) == "address"
    }

    fn name(&self, role: Role) -> &str {
        match role {
            Role::Client => &self.flow.client,
            Role::Server => &self.flow.server,
        }
    }

    fn begin(&mut self, place: Place) {
        match place {
            Place::Flow => {
                self.flow = Flow::default();
                self.number = self.number.saturating_add(1);
            }
            Place::WebSocket => self.flow.is_websocket = true,
            Place::Message => self.message = Message::default(),
            Place::Address(Role::Client) => self.flow.client.clear(),
            Place::Address(Role::Server) => self.flow.server.clear(),
            _ => {}
        }
        self.pass();
    }

    /// A value more of what is open.
    fn pass(&mut self) {
        if let Some(top) = self.open.last_mut() {
            top.index = top.index.saturating_add(1);
            top.key = None;
        }
    }

    fn value(&mut self, value: &[u8], kind: u8) {
        let Some(top) = self.open.last_mut() else {
            return;
        };
        if top.place.is_object() && top.key.is_none() {
            top.key = Some(value.to_vec());
            return;
        }
        let (place, index, key) = (top.place, top.index, top.key.take());
        let text = || String::from_utf8_lossy(value).into_owned();
        match (place, key.as_deref().unwrap_or_default()) {
            (Place::Flow, b"type") => {
                self.flow.is_other = matches!(value, b"udp" | b"dns");
                self.flow.is_websocket |= value == b"websocket";
            }
            (Place::Client | Place::Server, _) => {
                self.flow.is_tls |= kind != b'~' && value != b"false" && place == Place::Client;
            }
            (Place::Request, b"scheme") => self.flow.scheme = text(),
            (Place::Request, b"host") => self.flow.host = text(),
            (Place::Request, b"port") => self.flow.port = text(),
            (Place::Request, b"path") => self.flow.path = text(),
            (Place::Address(role), _) if index < 2 => {
                let text = text();
                let name = match role {
                    Role::Client => &mut self.flow.client,
                    Role::Server => &mut self.flow.server,
                };
                match index {
                    0 if text.contains(':') => *name = format!("[{text}]"),
                    0 => *name = text,
                    _ => *name = format!("{name}:{text}"),
                }
            }
            (Place::Message, _) => self.message.value(value, kind),
            _ => {}
        }
        self.pass();
    }

    fn close(&mut self) {
        let closed = self.open.pop();
        match closed.map(|frame| frame.place) {
            Some(Place::Message) => self.close_message(),
            Some(Place::Flow) => self.close_flow(),
            _ => {}
        }
    }

    fn close_message(&mut self) {
        let message = core::mem::take(&mut self.message);
        let from = match message.from_client {
            Some(true) => Role::Client,
            Some(false) => Role::Server,
            None => return,
        };
        let told = match message.content {
            Some(content) if content.is_empty() => return,
            Some(content) => Told::Message(from, content),
            None if message.is_too_long => Told::Missing(from),
            None => return,
        };
        if self.flow.is_websocket {
            match message.opcode {
                Some(8..=10) => return,
                Some(1) => self.has_text = true,
                _ => {}
            }
        }
        self.frame = self.frame.saturating_add(1);
        if self.flow.told.is_none() {
            let flow = &mut self.flow;
            let (client, server, within) = (flow.client.clone(), flow.server_name(), flow.within());
            let begins = Told::Begins {
                client: Peer::named(&client),
                server: Peer::named(&server),
                within,
                is_begun: true,
            };
            flow.told = Some((client, server, within));
            self.tell(message.at_ns, begins);
        }
        self.tell(message.at_ns, told);
    }

    /// The ends of a flow may stand behind its messages.
    fn close_flow(&mut self) {
        let flow = core::mem::take(&mut self.flow);
        let (server, within) = (flow.server_name(), flow.within());
        let Some(told) = flow.told else { return };
        if told.0 != flow.client {
            self.tell(None, Told::Named(Role::Client, flow.client));
        }
        if told.1 != server {
            self.tell(None, Told::Named(Role::Server, server));
        }
        if told.2 != within {
            self.tell(None, Told::Carried(within));
        }
        self.tell(None, Told::Ends(None, String::new()));
    }

    fn tell(&mut self, at_ns: Option<u64>, told: Told) {
        self.told.push_back(Tell {
            key: self.number,
            at_ns,
            frame: self.frame,
            told,
        });
    }

    fn end(&mut self, input: &Input) -> Step {
        if !input.is_ended {
            return Step::More;
        }
        if core::mem::take(&mut self.has_text) {
            let note = "text messages of a WebSocket are among the packets: MQTT must be in binary ones [MQTT-6.0.0-1]";
            return Step::Note(note.to_owned(), 0);
        }
        Step::More
    }
}

impl Flow {
    fn within(&self) -> Within {
        let is_secure = self.is_tls || self.scheme == "https";
        match (self.is_websocket, is_secure) {
            (true, true) => Within::SecureWebSocket,
            (true, false) => Within::WebSocket,
            (false, true) => Within::Tls,
            (false, false) => Within::Tcp,
        }
    }

    fn server_name(&self) -> String {
        if !self.is_websocket || self.host.is_empty() {
            return self.server.clone();
        }
        let scheme = if self.scheme == "https" { "wss" } else { "ws" };
        // What follows the path may hold a token.
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        format!("{scheme}://{}:{}{path}", self.host, self.port)
    }
}

impl Message {
    fn value(&mut self, value: &[u8], kind: u8) {
        let text = core::str::from_utf8(value).ok();
        match kind {
            b'!' if self.from_client.is_none() => self.from_client = Some(value == b"true"),
            b',' | b';' if self.content.is_none() => self.content = Some(value.to_vec()),
            b'^' if self.at_ns.is_none() => {
                self.at_ns = text.and_then(|text| super::nanoseconds(text.parse().ok()?));
            }
            b'#' if self.opcode.is_none() => self.opcode = text.and_then(|text| text.parse().ok()),
            _ => {}
        }
    }
}

fn broken(at: u64) -> Step {
    Step::Broken(format!(
        "the flow file is damaged at byte {at}: what is behind is not read"
    ))
}
