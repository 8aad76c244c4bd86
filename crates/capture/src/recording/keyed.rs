//! TLS connections of a capture opened with a key log.

use std::cell::RefCell;
use std::rc::Rc;

use super::event::Opened;
use super::tls::{Plain, TlsOpener, TlsSessions};
use crate::reading::Role;
use crate::tls::{self, KeyLog, Session, State, Tag};

/// Opens what the lines of a key log open, those that the file carries included.
#[derive(Default)]
pub struct KeyLogSessions {
    keys: Rc<RefCell<KeyLog>>,
}

impl KeyLogSessions {
    /// With the lines of a key log (`SSLKEYLOGFILE`).
    #[must_use]
    pub fn new(key_log: &[u8]) -> Self {
        let mut keys = KeyLog::new();
        keys.add(key_log);
        Self {
            keys: Rc::new(RefCell::new(keys)),
        }
    }
}

impl TlsSessions for KeyLogSessions {
    fn handle_key_log(&mut self, text: &[u8]) {
        self.keys.borrow_mut().add(text);
    }

    fn open(&mut self, _: &Opened) -> Option<Box<dyn TlsOpener>> {
        Some(Box::new(Opener {
            session: Session::new(),
            keys: self.keys.clone(),
            next: None,
            current: None,
            end: None,
            told: String::new(),
            missing: Vec::new(),
        }))
    }
}

struct Opener {
    session: Session,
    keys: Rc<RefCell<KeyLog>>,
    /// What comes behind the gap that was told of.
    next: Option<tls::Plain>,
    /// What is lent.
    current: Option<tls::Plain>,
    /// Why it was not opened, at the end.
    end: Option<String>,
    /// The same, where it is lent.
    told: String,
    /// Of whom it was told that bytes are missing, and who has said nothing since.
    missing: Vec<Role>,
}

impl TlsOpener for Opener {
    fn handle_bytes(&mut self, from: Role, bytes: &[u8], at_ns: Option<u64>, frame: u64) {
        let tag = Tag { frame, at_ns };
        let keys = self.keys.borrow();
        self.session.handle_bytes(from, bytes, tag, &keys);
    }

    fn handle_gap(&mut self, from: Role, bytes: Option<u64>) {
        self.session.handle_gap(from, bytes.unwrap_or(1));
    }

    fn handle_end(&mut self) {
        self.session.retry(&self.keys.borrow());
        let state = self.session.state();
        if !matches!(state, State::Opened { .. } | State::Empty) {
            self.end = Some(state.to_string());
        }
    }

    fn poll_plain(&mut self) -> Option<Plain<'_>> {
        if let Some(plain) = self.next.take() {
            return Some(lent(self.current.insert(plain)));
        }
        if let Some(from) = self.session.poll_gap() {
            // What the other side says next may answer what is missing.
            self.missing.retain(|it| *it != from);
            self.missing.push(from);
            return Some(Plain::Gap { from });
        }
        if let Some(plain) = self.session.poll_plaintext() {
            let from = plain.from;
            let is_told = self.missing.contains(&from);
            self.missing.retain(|it| *it != from);
            if plain.after_gap && !is_told {
                self.next = Some(plain);
                return Some(Plain::Gap { from });
            }
            return Some(lent(self.current.insert(plain)));
        }
        self.current = None;
        self.told = self.end.take()?;
        Some(Plain::Sealed(&self.told))
    }
}

fn lent(plain: &tls::Plain) -> Plain<'_> {
    Plain::Bytes {
        from: plain.from,
        at_ns: plain.tag.at_ns,
        frame: plain.tag.frame,
        bytes: &plain.bytes,
    }
}
