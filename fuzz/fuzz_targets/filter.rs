//! Any text is a filter or a problem within it; a filter is the same when it is written and read, and is held against any
//! packet; completion has something or nothing to say at every caret.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_filter::{Filter, Matcher, Search, Subject, complete};
use mqttscope_shared::{Instant, Recorded};
use mqttscope_wire::{ProtocolVersion, Sender};

struct Packet<'a> {
    bytes: &'a [u8],
    how: u8,
}

impl Subject for Packet<'_> {
    fn number(&self) -> u64 {
        self.how.into()
    }
    fn packet(&self) -> Recorded<'_> {
        Recorded {
            connection: self.how.into(),
            sender: if self.how & 2 == 0 {
                Sender::Client
            } else {
                Sender::Server
            },
            version: match self.how >> 2 & 3 {
                0 => ProtocolVersion::V3_1,
                1 => ProtocolVersion::V3_1_1,
                _ => ProtocolVersion::V5,
            },
            at: Instant::from_millis(u64::from(self.how) * 1_000_000_000),
            bytes: self.bytes,
        }
    }
    fn first_at(&self) -> Instant {
        Instant::ZERO
    }
    fn before(&self) -> Option<Instant> {
        (self.how & 1 == 0).then_some(Instant::ZERO)
    }
    fn aliased_topic(&self, into: &mut String) {
        if self.how & 0x10 != 0 {
            into.push_str("a/b");
        }
    }
}

// What a packet is like, where the caret is, a text, a zero, a packet.
fuzz_target!(|input: &[u8]| {
    let [how, caret, rest @ ..] = input else {
        return;
    };
    let (how, caret) = (*how, *caret);
    let mut parts = rest.splitn(2, |byte| *byte == 0);
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let text = text.as_ref();
    let bytes = parts.next().unwrap_or_default();
    let completion = complete(text, caret.into());
    assert!(text.get(completion.start..completion.end).is_some());
    if let Err(problem) = Search::read(text) {
        assert!(text.get(problem.start..problem.end).is_some());
    }
    match Filter::parse(text) {
        Ok(filter) => {
            let written = filter.to_string();
            // What is written may be longer than what was read, and than a filter may be.
            if written.len() <= 16 << 10 {
                assert_eq!(Filter::parse(&written).as_ref(), Ok(&filter), "{written}");
            }
            if let Ok(mut matcher) = Matcher::new(&filter) {
                let packet = Packet { bytes, how };
                assert_eq!(matcher.matches(&packet), matcher.matches(&packet));
            }
        }
        Err(problem) => assert!(text.get(problem.start..problem.end).is_some()),
    }
});
