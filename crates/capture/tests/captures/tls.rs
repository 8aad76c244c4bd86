//! TLS is named, and opened by whoever can.

use std::cell::RefCell;
use std::rc::Rc;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{
    CaptureReader, Limits, Opened, Plain, TlsOpener, TlsSessions, Transport,
};

use crate::build::{Pcapng, Segment, down, handshake, up};
use crate::support::{CONNACK, CONNECT, Part, run};

/// A "cipher" for tests: records of application data whose bytes are inverted, opened once keys are there.
struct Sessions {
    keys: Rc<RefCell<Vec<u8>>>,
    opened: Rc<RefCell<Vec<Opened>>>,
}

#[derive(Default)]
struct Opener {
    keys: Rc<RefCell<Vec<u8>>>,
    kept: Vec<(Role, Vec<u8>, Option<u64>, u64)>,
    ready: Vec<(Role, Vec<u8>, Option<u64>, u64)>,
    lent: Vec<u8>,
    says: bool,
}

impl TlsSessions for Sessions {
    fn handle_key_log(&mut self, text: &[u8]) {
        self.keys.borrow_mut().extend(text);
    }

    fn open(&mut self, connection: &Opened) -> Option<Box<dyn TlsOpener>> {
        self.opened.borrow_mut().push(connection.clone());
        Some(Box::new(Opener {
            keys: Rc::clone(&self.keys),
            ..Opener::default()
        }))
    }
}

impl TlsOpener for Opener {
    fn handle_bytes(&mut self, from: Role, bytes: &[u8], at_ns: Option<u64>, frame: u64) {
        self.kept.push((from, bytes.to_vec(), at_ns, frame));
    }

    fn handle_gap(&mut self, from: Role, _: Option<u64>) {
        self.kept.push((from, Vec::new(), None, 0));
    }

    fn handle_end(&mut self) {
        self.says = true;
    }

    fn poll_plain(&mut self) -> Option<Plain<'_>> {
        if !self.keys.borrow().is_empty() {
            self.ready.append(&mut self.kept);
        }
        if self.ready.is_empty() {
            return core::mem::take(&mut self.says).then_some(Plain::Sealed("is like this"));
        }
        let (from, bytes, at_ns, frame) = self.ready.remove(0);
        let [_, _, _, _, _, content @ ..] = &bytes[..] else {
            return Some(Plain::Gap { from });
        };
        self.lent = content.iter().map(|byte| !byte).collect();
        if bytes[0] == 22 {
            self.lent.clear();
        }
        Some(Plain::Bytes {
            from,
            at_ns,
            frame,
            bytes: &self.lent,
        })
    }
}

fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind, 3, 3];
    bytes.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
    bytes.extend(content);
    bytes
}

fn sealed(plain: &[u8]) -> Vec<u8> {
    record(23, &plain.iter().map(|byte| !byte).collect::<Vec<_>>())
}

/// Two connections: one is plain, one is in TLS; the keys come in the middle.
fn file(with_keys: bool) -> Vec<u8> {
    let hello = record(22, &[1, 0, 0, 4, 9, 9, 9, 9]);
    let answer = record(22, &[2, 0, 0, 4, 9, 9, 9, 9]);
    let mut all = handshake();
    all.extend([up(1000, &hello), down(5000, &answer)]);
    let (client, server) = (sealed(CONNECT), sealed(CONNACK));
    let at = 1000 + u32::try_from(hello.len()).unwrap();
    all.push(up(at, &client));
    all.push(down(5000 + u32::try_from(answer.len()).unwrap(), &server));
    let mut file = Pcapng::new(false);
    file.interface(101, 0, &[]);
    for (number, it) in all.iter().enumerate() {
        if with_keys && number == 5 {
            let mut body = file.word(0x544c_534b).to_vec();
            body.extend(file.word(4));
            body.extend(b"keys");
            file.block(10, &body);
        }
        file.packet(0, 1000 + number as u64, &Segment::ipv4(it));
    }
    file.bytes
}

#[test]
fn tls_is_named_where_nobody_opens_it() {
    let found = crate::support::read(&file(true));
    let one = found.only();
    assert_eq!(one.transports, [Transport::Tls]);
    assert!(one.whys[0].contains("ClientHello"), "{:?}", one.whys);
    assert!(one.client.is_empty() && one.server.is_empty());
    let mut middle = Vec::new();
    for (number, part) in [sealed(CONNECT), sealed(CONNECT)].iter().enumerate() {
        middle.push(up(10 + 20 * u32::try_from(number).unwrap(), part).ipv4());
    }
    let found = crate::support::read(&crate::build::pcap(101, &middle));
    assert!(
        found.only().whys[0].starts_with("it begins inside TLS"),
        "{found:?}"
    );
}

#[test]
fn what_was_opened_is_looked_at_like_any_other_bytes() {
    for chunk in [1, 50, 100_000] {
        let opened = Rc::new(RefCell::new(Vec::new()));
        let sessions = Sessions {
            keys: Rc::default(),
            opened: Rc::clone(&opened),
        };
        let reader = CaptureReader::new(Limits::default()).with_tls(Box::new(sessions));
        let found = run(reader, &file(true), chunk);
        let one = found.only();
        assert_eq!(one.transports, [Transport::Tls, Transport::Tls]);
        assert_eq!(
            (one.whole(Role::Client), one.whole(Role::Server)),
            (CONNECT, CONNACK)
        );
        // Each piece has the time and the frame in which it was sent, though the keys came later.
        assert_eq!(
            (&one.frames[..], one.times[0]),
            (&[5, 6][..], Some(1_004_000))
        );
        assert_eq!(opened.borrow().len(), 1);
        assert_eq!(
            opened.borrow()[0].client.to_string().split(':').next_back(),
            Some("50000")
        );
        assert_eq!(
            (found.key_logs.len(), one.sealed.as_deref()),
            (1, Some("is like this"))
        );
    }
}

#[test]
fn without_keys_nothing_comes_and_the_opener_is_asked_at_the_end() {
    let sessions = Sessions {
        keys: Rc::default(),
        opened: Rc::default(),
    };
    let reader = CaptureReader::new(Limits::default()).with_tls(Box::new(sessions));
    let found = run(reader, &file(false), 100);
    assert_eq!(
        (
            found.only().transports.len(),
            found.only().sealed.as_deref()
        ),
        (1, Some("is like this"))
    );
    let none: &[Part] = &[];
    assert_eq!(found.only().client, none);
}
