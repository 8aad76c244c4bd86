//! What the Dissect page works on: what was given, how it was read, what is selected, and the way
//! back.

mod document;
mod edits;
mod given;
mod history;
mod pending;
mod places;
mod saved;

use std::rc::Rc;

use mqttscope_capture::text::Format;
use mqttscope_view::reader::Taking;
use mqttscope_view::share::Shared;
use mqttscope_view::sides::Run;
use mqttscope_wire::{ProtocolVersion, Sender};
use yew::Reducible;

pub use document::{Awaiting, Document, Read};
pub use given::{Given, LARGE, LONG_TEXT};
pub use history::History;
use pending::Pending;

/// The document with its history.
#[derive(Clone)]
pub struct Workbench {
    read: Read,
    now: Rc<Document>,
    history: History,
    /// What is large and is read aside.
    pending: Option<Pending>,
    /// Changes when the text was changed by anything but typing, so that the text field follows.
    text_revision: u32,
}

/// What a person does to the document.
#[derive(Clone)]
pub enum Act {
    /// The text field holds this now.
    Type(Rc<str>),
    /// Something was opened in place of all there was.
    Open(Given),
    /// Bytes were opened with how to read them: an example, a share link, a built packet.
    OpenBytes(OpenBytes),
    /// Packets are added behind the last one.
    Append(Rc<[u8]>),
    /// The packet with this index has these bytes now, and this field is what was changed.
    Edit(usize, Rc<[u8]>),
    /// Read the text as this format; `None`: as the one that is found in it.
    ReadAs(Option<Format>),
    /// Read the bytes as this version; `None`: as the one that fits.
    ReadVersion(Option<ProtocolVersion>),
    /// The bytes come from these sides; `None`: as the text says.
    ReadSides(Option<Sides>),
    /// Take bytes that are not packets on their own in this way.
    Take(Taking),
    /// Show this one of several connections.
    Stream(usize),
    /// Look at this packet.
    Select(usize),
    /// Look at this field of the packet.
    SelectNode(Option<usize>),
    /// Take the last change back.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// The program that reads what was given is here, or has read what is large.
    ReaderCame,
    /// What is read aside is not wanted any more.
    Cancel,
}

/// Bytes with how to read them and what to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBytes {
    /// The bytes.
    pub bytes: Rc<[u8]>,
    /// Read as this version; `None`: as the one that fits.
    pub version: Option<ProtocolVersion>,
    /// Sent by this side.
    pub sender: Option<Sender>,
    /// Where each side's bytes begin, where both speak.
    pub runs: Vec<Run>,
    /// Where packets begin, whatever the one before says; none: as their lengths say.
    pub cuts: Vec<usize>,
    /// Look at this packet.
    pub packet: usize,
    /// Look at this field of it.
    pub node: Option<usize>,
}

impl From<Shared> for OpenBytes {
    fn from(shared: Shared) -> Self {
        Self {
            bytes: shared.bytes.into(),
            version: shared.version,
            sender: shared.sender,
            runs: shared.runs,
            cuts: shared.cuts,
            packet: shared.packet as usize,
            node: shared.node.map(|node| node as usize),
        }
    }
}

/// Whose packets the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Each packet stands alone, and anyone may have sent it.
    Apart,
    /// One side's.
    From(Sender),
    /// Both sides', told by marks in the text.
    Marked,
    /// Both sides', which take turns at blank lines.
    Turns,
}

impl Sides {
    /// Every way, in the order in which a menu lists them.
    pub const ALL: [Self; 5] = [
        Self::Apart,
        Self::From(Sender::Client),
        Self::From(Sender::Server),
        Self::Marked,
        Self::Turns,
    ];
}

impl Workbench {
    /// An empty one; `read` reads what is given.
    #[must_use]
    pub fn new(read: Read) -> Self {
        Self {
            read,
            now: Rc::default(),
            history: History::default(),
            pending: None,
            text_revision: 0,
        }
    }

    /// The document as it is.
    #[must_use]
    pub fn now(&self) -> &Rc<Document> {
        &self.now
    }

    /// Whether there is something to take back, and something to do again.
    #[must_use]
    pub fn can(&self) -> (bool, bool) {
        self.history.can()
    }

    /// Changes when the text field has to show another text than the one typed into it.
    #[must_use]
    pub fn text_revision(&self) -> u32 {
        self.text_revision
    }

    /// Another one after each change of what can be undone and redone.
    #[must_use]
    pub fn history_revision(&self) -> u32 {
        self.history.revision()
    }

    /// Goes to another document and keeps the way back.
    fn go(&mut self, document: Document) {
        if !self.now.given.is_nothing() {
            self.history.push(self.now.clone());
        }
        self.now = Rc::new(document);
        self.text_revision = self.text_revision.wrapping_add(1);
    }

    /// Goes to another reading of the same text, which the text field has still, and keeps the way back.
    fn reread(&mut self, document: Document) {
        self.history.push(self.now.clone());
        self.now = Rc::new(document);
    }

    fn travel(&mut self, to: Option<Rc<Document>>) {
        if let Some(document) = to {
            self.now = match document.awaiting {
                Awaiting::Nothing => document,
                _ => Rc::new(document.awaited(self.read)),
            };
            self.text_revision = self.text_revision.wrapping_add(1);
        }
    }

    fn reader_came(&mut self) {
        self.pending_came();
        if self.now.awaiting == Awaiting::Nothing {
            return;
        }
        let read = self.now.awaited(self.read);
        if read.given != self.now.given {
            // A file that is text is in the text field now.
            self.text_revision = self.text_revision.wrapping_add(1);
        }
        self.now = Rc::new(read);
    }

    fn type_text(&mut self, text: Rc<str>) {
        // Letter by letter the text field keeps its own way back. What was not typed is kept here.
        if !self.now.given.is_typed() && !self.now.given.is_nothing() {
            self.history.push(self.now.clone());
        }
        let is_another = match &self.now.given {
            Given::Typed(before) => is_another(before, &text),
            _ => true,
        };
        let given = Given::of_text(text);
        let long = given.is_long();
        let document = if is_another {
            Document::default().with_given(given, self.read)
        } else {
            self.now.with_given(given, self.read)
        };
        self.now = Rc::new(document);
        if long {
            self.text_revision = self.text_revision.wrapping_add(1);
        }
    }
}

/// Whether a text took the place of another as a whole, so that what was chosen for that one says nothing of it: less
/// than half of the shorter one is a common beginning or end.
fn is_another(before: &str, now: &str) -> bool {
    let start = before.bytes().zip(now.bytes()).take_while(|(a, b)| a == b);
    let start = start.count();
    let shorter = before.len().min(now.len());
    let end = before.bytes().rev().zip(now.bytes().rev());
    let end = end.take_while(|(a, b)| a == b).count();
    let kept = start.saturating_add(end.min(shorter.saturating_sub(start)));
    kept < shorter / 2
}

impl PartialEq for Workbench {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.now, &other.now)
            && self.text_revision == other.text_revision
            && self.can() == other.can()
            && self.pending == other.pending
    }
}

impl Reducible for Workbench {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        let now = self.now.clone();
        let read = self.read;
        let kind = pending::Kind::of(&act);
        match act {
            Act::Type(text) => next.type_text(text),
            // What is opened says anew what it is.
            Act::Open(given) => next.go(Document::default().with_given(given, read)),
            Act::OpenBytes(open) => next.go(Document::of_bytes(open, read)),
            Act::Append(bytes) => next.go(now.appended(&bytes)),
            Act::Edit(packet, bytes) => next.go(now.edited(packet, &bytes)),
            Act::ReadAs(format) => next.now = Rc::new(now.read_as(format, read)),
            Act::ReadVersion(version) => next.reread(now.read_version(version, read)),
            Act::ReadSides(sides) => next.now = Rc::new(now.read_sides(sides, read)),
            Act::Take(taking) => next.now = Rc::new(now.taken(taking, read)),
            Act::Stream(stream) => next.now = Rc::new(now.of_stream(stream, read)),
            Act::Select(packet) => next.now = Rc::new(now.selecting(packet, None)),
            Act::SelectNode(node) => next.now = Rc::new(now.looking_at(node)),
            Act::Undo => {
                let before = next.history.undo(&now);
                next.travel(before);
            }
            Act::Redo => {
                let after = next.history.redo(&now);
                next.travel(after);
            }
            Act::ReaderCame => next.reader_came(),
            Act::Cancel => next.text_revision = next.text_revision.wrapping_add(1),
        }
        next.wait_aside(&self, kind);
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests;
