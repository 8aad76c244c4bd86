//! HAR files: WebSocket messages that a browser or a proxy recorded, read while the file comes.
//!
//! Only one message is kept at a time. Chrome writes the messages of an entry before its address.

use std::collections::VecDeque;

use super::json::{Json, Stop, Token};
use super::{Input, Step, Tell};
use crate::json::har::{decoded, role, without_messages};
use crate::reading::Role;
use crate::recording::inside::Within;
use crate::recording::peer::Peer;
use crate::recording::streams::Told;

/// Bytes of names, addresses and numbers that are kept.
const SHORT: usize = 4096;

/// How far a file is looked into for its first member.
const HEAD: usize = 512;

/// Where in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Root,
    Log,
    Creator,
    Entries,
    Entry,
    Request,
    Response,
    Messages,
    Message,
    Elsewhere,
}

/// The member whose value comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Member {
    Log,
    Creator,
    Name,
    Entries,
    Request,
    Response,
    Url,
    Status,
    Messages,
    Type,
    Time,
    Opcode,
    Data,
    #[default]
    Other,
}

impl Member {
    fn of(place: Place, name: &[u8]) -> Self {
        match (place, name) {
            (Place::Root, b"log") => Self::Log,
            (Place::Log, b"creator") => Self::Creator,
            (Place::Log, b"entries") => Self::Entries,
            (Place::Creator, b"name") => Self::Name,
            (Place::Entry, b"request") => Self::Request,
            (Place::Entry, b"response") => Self::Response,
            (Place::Entry, b"_webSocketMessages") => Self::Messages,
            (Place::Request, b"url") => Self::Url,
            (Place::Response, b"status") => Self::Status,
            (Place::Message, b"type") => Self::Type,
            (Place::Message, b"time") => Self::Time,
            (Place::Message, b"opcode") => Self::Opcode,
            (Place::Message, b"data") => Self::Data,
            _ => Self::Other,
        }
    }

    const fn opens(self, place: Place) -> Place {
        match (place, self) {
            (Place::Root, Self::Log) => Place::Log,
            (Place::Log, Self::Creator) => Place::Creator,
            (Place::Log, Self::Entries) => Place::Entries,
            (Place::Entries, _) => Place::Entry,
            (Place::Entry, Self::Request) => Place::Request,
            (Place::Entry, Self::Response) => Place::Response,
            (Place::Entry, Self::Messages) => Place::Messages,
            (Place::Messages, _) => Place::Message,
            _ => Place::Elsewhere,
        }
    }
}

/// A message as far as it is read.
#[derive(Debug, Default)]
struct Message {
    from: Option<Role>,
    at_ns: Option<u64>,
    opcode: Option<u8>,
    data: Option<Vec<u8>>,
    is_too_long: bool,
}

/// An entry as far as it is read.
#[derive(Debug, Default)]
struct Entry {
    url: Option<String>,
    is_upgrade: bool,
    is_told: bool,
    messages: u64,
}

/// The reader.
#[derive(Debug, Default)]
pub(super) struct Har {
    json: Json,
    places: Vec<Place>,
    member: Member,
    entry: Entry,
    message: Message,
    creator: String,
    /// Entries so far.
    number: u64,
    /// Messages so far.
    frame: u64,
    /// A WebSocket without its messages was there.
    has_silent: bool,
    unread: u64,
    has_text: bool,
    told: VecDeque<Tell>,
    is_over: bool,
    is_closed: bool,
}

impl Har {
    /// Whether a HAR file begins here; `None`: too few bytes to know.
    pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
        let head = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut rest = head;
        for expected in [&b"{"[..], b"\"log\"", b":"] {
            rest = rest.trim_ascii_start();
            match rest.strip_prefix(expected) {
                Some(behind) => rest = behind,
                None => {
                    let is_short = expected.starts_with(rest) && bytes.len() < HEAD;
                    return if is_short { None } else { Some(false) };
                }
            }
        }
        Some(true)
    }

    pub(super) fn held(&self) -> usize {
        let data = self.message.data.as_ref().map_or(0, Vec::len);
        self.json.held().saturating_add(data)
    }

    /// Of each string so many bytes are kept.
    pub(super) fn step(&mut self, input: &mut Input, longest: usize) -> Step {
        loop {
            if let Some(told) = self.told.pop_front() {
                return Step::Tell(told);
            }
            if self.is_over {
                return self.end(input);
            }
            let most = match self.member {
                Member::Data => longest,
                _ => SHORT,
            };
            match self.json.next(input, most) {
                Ok(token) => self.token(token),
                Err(Stop::Whole) => self.is_over = true,
                Err(Stop::Broken) => {
                    self.is_over = true;
                    self.close_entry();
                    return Step::Note(
                        format!(
                            "the HAR file is damaged at byte {}: what is behind is not read",
                            input.offset()
                        ),
                        0,
                    );
                }
                Err(Stop::More) if input.is_ended => {
                    self.is_over = true;
                    self.close_entry();
                    return Step::Note("the HAR file is cut short".to_owned(), 0);
                }
                Err(Stop::More) => return Step::More,
            }
        }
    }

    fn token(&mut self, token: Token) {
        let place = self.places.last().copied();
        match token {
            Token::Opens => {
                let opened = match place {
                    None => Place::Root,
                    Some(place) => self.member.opens(place),
                };
                match opened {
                    Place::Entry => {
                        self.entry = Entry::default();
                        self.number = self.number.saturating_add(1);
                    }
                    Place::Message => self.message = Message::default(),
                    _ => {}
                }
                self.member = Member::Other;
                self.places.push(opened);
            }
            Token::Closes => {
                match self.places.pop() {
                    Some(Place::Message) => self.close_message(),
                    Some(Place::Entry) => self.close_entry(),
                    _ => {}
                }
                self.member = Member::Other;
            }
            Token::Key => {
                let place = place.unwrap_or(Place::Elsewhere);
                let name = self.json.text().unwrap_or_default();
                self.member = Member::of(place, name);
            }
            Token::Text => self.text(),
            Token::Value => self.value(),
        }
    }

    fn text(&mut self) {
        let text = self.json.text();
        match self.member {
            Member::Type => self.message.from = text.and_then(role),
            Member::Data => {
                self.message.is_too_long = text.is_none();
                self.message.data = text.map(<[u8]>::to_vec);
                self.json.forget();
            }
            Member::Url => {
                let url = String::from_utf8_lossy(text.unwrap_or_default());
                // What follows the path may hold a token.
                let url = url.split(['?', '#']).next().unwrap_or_default().to_owned();
                self.entry.is_upgrade |= url.starts_with("ws");
                if self.entry.is_told {
                    self.tell(None, Told::Carried(within(&url)));
                    self.tell(None, Told::Named(Role::Server, url.clone()));
                }
                self.entry.url = Some(url);
            }
            Member::Name => {
                self.creator = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
            }
            // A time or an opcode in quotes.
            _ => self.value(),
        }
        self.member = Member::Other;
    }

    fn value(&mut self) {
        let text = self.json.text().unwrap_or_default();
        let number = || core::str::from_utf8(text).ok()?.parse::<f64>().ok();
        match self.member {
            Member::Time => self.message.at_ns = number().and_then(super::nanoseconds),
            Member::Opcode => {
                self.message.opcode = number()
                    .filter(|it| (0.0..16.0).contains(it))
                    .map(|it| it as u8);
            }
            Member::Status => self.entry.is_upgrade |= text == b"101",
            _ => {}
        }
        self.member = Member::Other;
    }

    fn close_message(&mut self) {
        self.entry.messages = self.entry.messages.saturating_add(1);
        let message = core::mem::take(&mut self.message);
        let Some(from) = message.from else {
            self.unread = self.unread.saturating_add(1);
            return;
        };
        let told = match (message.opcode, message.data) {
            (Some(8..=10), _) => return,
            (_, None) if message.is_too_long => Told::Missing(from),
            (_, None) => {
                self.unread = self.unread.saturating_add(1);
                return;
            }
            (Some(1), Some(data)) => {
                self.has_text |= !data.is_empty();
                Told::Message(from, data)
            }
            (_, Some(data)) => match decoded(&data) {
                Some(bytes) => Told::Message(from, bytes),
                None => {
                    self.unread = self.unread.saturating_add(1);
                    Told::Missing(from)
                }
            },
        };
        if matches!(&told, Told::Message(_, bytes) if bytes.is_empty()) {
            return;
        }
        self.frame = self.frame.saturating_add(1);
        if !self.entry.is_told {
            self.entry.is_told = true;
            let url = self.entry.url.clone().unwrap_or_default();
            let begins = Told::Begins {
                client: Peer::named(client(&self.creator)),
                server: Peer::named(&url),
                within: within(&url),
                is_begun: true,
            };
            self.tell(message.at_ns, begins);
        }
        self.tell(message.at_ns, told);
    }

    fn close_entry(&mut self) {
        let entry = core::mem::take(&mut self.entry);
        self.has_silent |= entry.is_upgrade && entry.messages == 0;
        if entry.is_told {
            self.tell(None, Told::Ends(None, String::new()));
        }
    }

    fn tell(&mut self, at_ns: Option<u64>, told: Told) {
        self.told.push_back(Tell {
            key: self.number,
            at_ns,
            frame: self.frame,
            told,
        });
    }

    /// What is said of the whole file.
    fn end(&mut self, input: &mut Input) -> Step {
        input.drop_all();
        self.json = Json::default();
        self.message = Message::default();
        if self.has_text {
            self.has_text = false;
            let note = "text messages of a WebSocket are among the packets: MQTT must be in binary ones [MQTT-6.0.0-1]";
            return Step::Note(note.to_owned(), 0);
        }
        if self.unread > 0 {
            let note = format!("{} WebSocket messages could not be read", self.unread);
            self.unread = 0;
            return Step::Note(note, 0);
        }
        if !self.is_closed {
            self.is_closed = true;
            if self.frame == 0 {
                let (what, advice) = without_messages(&self.creator, self.has_silent);
                let advice = advice.trim_end_matches('.');
                return Step::Note(format!("the file is {what}. {advice}"), 0);
            }
        }
        Step::More
    }
}

/// Who has opened the WebSocket, by the program that wrote the file: a proxy does not know whether it was a browser.
fn client(creator: &str) -> &'static str {
    /// What browsers call themselves, and Chrome and Edge their developer tools.
    const BROWSERS: [&str; 4] = ["WebInspector", "Firefox", "WebKit Web Inspector", "Safari"];
    if BROWSERS.contains(&creator) {
        "browser"
    } else {
        "client"
    }
}

fn within(url: &str) -> Within {
    if url.starts_with("wss:") || url.starts_with("https:") {
        Within::SecureWebSocket
    } else {
        Within::WebSocket
    }
}
