//! Several tabs and the channel between them, without a browser.

use mqttscope_shared::Instant;

use super::*;
use std::collections::{BTreeMap, VecDeque};

/// Tabs that hear each other; messages go through JSON, as they go through the browser's copy.
#[derive(Default)]
struct Browser {
    now: u64,
    tabs: BTreeMap<TabId, Tab>,
    channel: VecDeque<String>,
    watched: Vec<(TabId, TabId)>,
    /// What each link of each tab brought.
    seen: BTreeMap<(TabId, u32), Vec<Output>>,
    /// Whether messages stay in the channel.
    is_held: bool,
}

const A: TabId = TabId::from_random(1);
const B: TabId = TabId::from_random(2);
const C: TabId = TabId::from_random(3);

impl Browser {
    fn new(tabs: &[TabId]) -> Self {
        let mut browser = Self::default();
        for &id in tabs {
            browser.tabs.insert(id, Tab::new(id, 7));
        }
        browser
    }

    /// Does something in a tab, then lets everything settle.
    fn act(&mut self, tab: TabId, act: impl FnOnce(&mut Tab, Instant)) {
        let now = Instant::from_millis(self.now);
        if let Some(tab) = self.tabs.get_mut(&tab) {
            act(tab, now);
        }
        self.settle();
    }

    fn settle(&mut self) {
        loop {
            let mut is_quiet = true;
            let ids: Vec<_> = self.tabs.keys().copied().collect();
            for id in ids {
                while let Some(output) = self.tabs.get_mut(&id).and_then(Tab::poll_output) {
                    is_quiet = false;
                    match output {
                        Output::Post(message) => {
                            self.channel
                                .push_back(serde_json::to_string(&message).unwrap());
                        }
                        Output::Watch(other) => self.watched.push((id, other)),
                        Output::Opened(n) | Output::Bytes(n, _) | Output::Closed(n, _) => {
                            self.seen.entry((id, n)).or_default().push(output);
                        }
                    }
                }
            }
            if !self.is_held
                && let Some(text) = self.channel.pop_front()
            {
                is_quiet = false;
                let message: Message = serde_json::from_str(&text).unwrap();
                for (&id, tab) in &mut self.tabs {
                    if id != message.from {
                        tab.handle_message(Instant::from_millis(self.now), message.clone());
                    }
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    /// The tab is closed, without a word.
    fn kill(&mut self, gone: TabId) {
        self.tabs.remove(&gone);
        let watchers: Vec<_> = self.watched.extract_if(.., |w| w.1 == gone).collect();
        for (watcher, _) in watchers {
            self.act(watcher, |tab, now| tab.handle_tab_gone(now, gone));
        }
    }

    fn send(&mut self, tab: TabId, number: u32, bytes: &[u8]) {
        self.act(tab, |tab, now| tab.handle_bytes(now, number, bytes));
    }

    fn bytes(&self, tab: TabId, number: u32) -> Vec<u8> {
        let seen = self.seen.get(&(tab, number)).into_iter().flatten();
        seen.filter_map(|output| match output {
            Output::Bytes(_, bytes) => Some(&bytes[..]),
            _ => None,
        })
        .collect::<Vec<_>>()
        .concat()
    }

    fn take(&mut self, tab: TabId, number: u32) -> Vec<Output> {
        self.seen.remove(&(tab, number)).unwrap_or_default()
    }

    /// A link, connected with this client identifier (3.1.1, clean, no keep alive).
    fn connect(&mut self, tab: TabId, number: u32, identifier: u8) {
        self.act(tab, |tab, now| tab.handle_open(now, number));
        self.send(
            tab,
            number,
            &[
                0x10, 13, 0, 4, b'M', b'Q', b'T', b'T', 4, 2, 0, 0, 0, 1, identifier,
            ],
        );
        assert_eq!(self.bytes(tab, number), [0x20, 2, 0, 0]);
        self.take(tab, number);
    }
}

/// SUBSCRIBE to `t` at QoS 0, and a message there.
const SUBSCRIBE: &[u8] = &[0x82, 6, 0, 1, 0, 1, b't', 0];
const SUBACK: &[u8] = &[0x90, 3, 0, 1, 0];
const PUBLISH: &[u8] = &[0x30, 5, 0, 1, b't', b'h', b'i'];

#[test]
fn tabs_talk_through_one_broker() {
    let mut browser = Browser::new(&[A, B, C]);
    browser.act(A, Tab::handle_elected);
    browser.connect(A, 1, b'a');
    browser.connect(B, 1, b'b');
    browser.connect(C, 1, b'c');
    for tab in [A, B, C] {
        browser.send(tab, 1, SUBSCRIBE);
        assert_eq!(browser.bytes(tab, 1), SUBACK);
        browser.take(tab, 1);
    }
    for from in [A, B] {
        browser.send(from, 1, PUBLISH);
        for tab in [A, B, C] {
            assert_eq!(browser.bytes(tab, 1), PUBLISH, "{from:?} to {tab:?}");
            browser.take(tab, 1);
        }
    }
    assert_eq!(browser.watched, [(A, B), (A, C)]);
    assert!(browser.tabs[&A].holds_broker() && !browser.tabs[&B].holds_broker());
}

#[test]
fn a_link_waits_for_somebody_to_hold_the_broker() {
    let mut browser = Browser::new(&[A, B]);
    browser.act(B, |tab, now| tab.handle_open(now, 5));
    assert!(browser.take(B, 5).is_empty());
    browser.act(A, Tab::handle_elected);
    assert_eq!(browser.take(B, 5), [Output::Opened(5)]);

    // And when it is this tab itself.
    let mut browser = Browser::new(&[A]);
    browser.act(A, |tab, now| tab.handle_open(now, 5));
    browser.act(A, Tab::handle_elected);
    assert_eq!(browser.take(A, 5), [Output::Opened(5)]);
}

#[test]
fn nobody_answers() {
    let mut browser = Browser::new(&[A]);
    browser.act(A, |tab, now| tab.handle_open(now, 5));
    assert_eq!(
        browser.tabs[&A].poll_timeout(),
        Some(Instant::from_millis(10_000))
    );
    browser.now = 10_000;
    browser.act(A, Tab::handle_timeout);
    assert!(
        matches!(browser.take(A, 5)[..], [Output::Closed(5, why)] if why.contains("does not answer"))
    );
    assert_eq!(browser.tabs[&A].poll_timeout(), None);
}

#[test]
fn another_tab_takes_over() {
    let mut browser = Browser::new(&[A, B, C]);
    browser.act(A, Tab::handle_elected);
    browser.connect(B, 1, b'b');
    browser.connect(C, 1, b'c');
    browser.kill(A);
    browser.act(B, Tab::handle_elected);
    for tab in [B, C] {
        assert!(
            matches!(browser.take(tab, 1)[..], [Output::Closed(1, why)] if why.contains("was closed")),
            "{tab:?}"
        );
        browser.connect(tab, 1, b'x');
    }
}

#[test]
fn a_tab_that_is_gone_leaves_its_will() {
    let mut browser = Browser::new(&[A, B]);
    browser.act(A, Tab::handle_elected);
    browser.connect(A, 1, b'a');
    browser.send(A, 1, SUBSCRIBE);
    browser.take(A, 1);
    browser.act(B, |tab, now| tab.handle_open(now, 1));
    let with_will = [
        0x10, 20, 0, 4, b'M', b'Q', b'T', b'T', 4, 6, 0, 0, 0, 1, b'b', 0, 1, b't', 0, 2, b'h',
        b'i',
    ];
    browser.send(B, 1, &with_will);
    assert_eq!(browser.bytes(A, 1), b"");
    browser.kill(B);
    assert_eq!(browser.bytes(A, 1), PUBLISH);
}

#[test]
fn what_was_on_its_way_to_an_earlier_link_is_ignored() {
    let mut browser = Browser::new(&[A, B]);
    browser.act(A, Tab::handle_elected);
    browser.connect(B, 1, b'b');
    browser.is_held = true;
    browser.send(B, 1, &[0xC0, 0]);
    browser.act(B, |tab, now| tab.handle_open(now, 1));
    browser.is_held = false;
    browser.settle();
    assert_eq!(browser.take(B, 1), [Output::Opened(1)]);
    browser.act(B, |tab, now| tab.handle_close(now, 1));
    browser.send(B, 1, &[0xC0, 0]);
    assert!(browser.take(B, 1).is_empty());
}

#[test]
fn the_broker_closes() {
    let mut browser = Browser::new(&[A, B]);
    browser.act(A, Tab::handle_elected);
    for tab in [A, B] {
        browser.connect(tab, 1, b'b');
        browser.send(tab, 1, &[0xF0, 0]);
        assert!(
            matches!(browser.take(tab, 1)[..], [Output::Closed(1, why)] if why.contains("closed the connection")),
            "{tab:?}"
        );
    }
}

#[test]
fn a_slow_tab_holds_back_its_own_link_only() {
    let mut browser = Browser::new(&[A, B]);
    browser.act(A, Tab::handle_elected);
    browser.connect(A, 1, b'a');
    browser.connect(B, 1, b'b');
    browser.send(A, 1, SUBSCRIBE);
    browser.send(B, 1, SUBSCRIBE);
    browser.take(A, 1);
    browser.take(B, 1);
    // 200 messages of 16 KiB are more than the window.
    let mut big = vec![0x30, 0x83, 0x80, 0x01, 0, 1, b't'];
    big.resize(7 + 16_384, b'x');
    browser.is_held = true;
    for _ in 0..200 {
        browser.send(A, 1, &big);
    }
    assert_eq!(browser.bytes(A, 1).len(), 200 * big.len());
    let in_channel: usize = browser
        .channel
        .iter()
        .map(|text| text.matches("120").count())
        .sum();
    assert!(in_channel <= WINDOW + (128 << 10), "{in_channel}");
    browser.is_held = false;
    browser.settle();
    assert_eq!(browser.bytes(B, 1).len(), 200 * big.len());

    // The other way the sender sees what waits.
    browser.is_held = true;
    for _ in 0..200 {
        browser.send(B, 1, &big);
    }
    let handshake = 15 + SUBSCRIBE.len();
    assert_eq!(browser.tabs[&B].buffered(1), 200 * big.len() + handshake);
    browser.is_held = false;
    browser.settle();
    assert!(browser.tabs[&B].buffered(1) < REPORT_AFTER + big.len());
}

#[test]
fn numbers_of_tabs_fit_into_javascript() {
    assert_eq!(TabId::from_random(u64::MAX).number(), (1 << 53) - 1);
    assert_eq!(tab_lock(A), "mqttscope.tab.1");
}
