//! What the log keeps, drops and counts.

use mqttscope_protocol::EventKind;

use super::*;

fn new(micros: u64) -> New {
    New {
        at: Instant::from_micros(micros),
        connection: ConnectionId(1),
        sender: Sender::Client,
        version: ProtocolVersion::V5,
        packet_identifier: 0,
        topic: u32::MAX,
        severity: None,
    }
}

#[test]
fn packets_come_back_as_they_were() {
    let mut log = WireLog::default();
    let packets: Vec<Vec<u8>> = (0..5_000_u32)
        .map(|n| vec![(n % 251) as u8; 1 + (n as usize * 37) % 3000])
        .collect();
    let ids: Vec<_> = packets
        .iter()
        .map(|packet| log.push(new(0), packet))
        .collect();
    for (id, packet) in ids.iter().zip(&packets) {
        assert_eq!(log.bytes(log.get(*id).unwrap()), packet);
    }
    assert_eq!(log.view().dropped, 0);
}

#[test]
fn the_oldest_go_when_the_budget_is_spent() {
    let mut log = WireLog::default();
    log.set_budget(0);
    for n in 0..100_000_u32 {
        log.push(new(u64::from(n)), &[n as u8; 100]);
    }
    let view = log.view();
    assert_eq!(view.budget, LEAST_BUDGET);
    assert!(view.bytes <= LEAST_BUDGET, "{view:?}");
    assert_eq!(view.dropped + view.packets, 100_000);
    assert!(view.packets > 1_000);
    assert!(log.get(RecordId(0)).is_none());
    let last = log.get(RecordId(99_999)).unwrap();
    assert_eq!(log.bytes(last), [(99_999_u32 % 256) as u8; 100]);
}

#[test]
fn events_are_no_packets_kept_dropped_or_cleared() {
    let mut log = WireLog::default();
    log.set_budget(0);
    let event = ConnectionEvent {
        kind: EventKind::Opened,
        address: String::new(),
        after: Duration::ZERO,
        by: None,
        code: None,
        reason: String::new(),
        cause: String::new(),
        was_accepted: false,
        client_identifier: String::new(),
        last_sent: None,
        last_received: None,
        retry_in: None,
        advice: Vec::new(),
    };
    let fill = |log: &mut WireLog, packets: u64| {
        for n in 0..packets {
            if n % 100 == 0 {
                let (id, version) = (ConnectionId(1), ProtocolVersion::V5);
                log.push_event(Instant::from_micros(n), id, version, &event);
            }
            log.push(new(n), &[0; 100]);
        }
    };
    fill(&mut log, 50_000);
    let full = log.view();
    assert!(full.dropped > 0);
    assert_eq!(full.dropped + full.packets, 50_000);
    assert!(log.clear());
    let cleared = log.view();
    assert_eq!((cleared.packets, cleared.dropped), (0, 0));
    assert_eq!((log.events(), cleared.cleared), (0, full.packets));
    // Some of what is hidden makes room; what is left can be shown again.
    fill(&mut log, 1_000);
    let hidden = log.view();
    assert_eq!((hidden.packets, log.events()), (1_000, 10));
    assert!(log.restore());
    let restored = log.view();
    assert_eq!(restored.packets, hidden.cleared + 1_000);
    assert_eq!(restored.dropped + restored.packets, 51_000);
    log.clear();
    fill(&mut log, 50_000);
    assert_eq!(log.view().dropped + log.view().packets, 50_000);
}

#[test]
fn a_packet_larger_than_the_budget_is_kept_alone() {
    let mut log = WireLog::default();
    log.set_budget(0);
    log.push(new(0), &[1; 10]);
    let id = log.push(new(0), &vec![7; 3 << 20]);
    assert_eq!(log.view().packets, 1);
    assert_eq!(log.bytes(log.get(id).unwrap()).len(), 3 << 20);
}

#[test]
fn what_was_cleared_is_hidden_and_answered_all_the_same() {
    let mut log = WireLog::default();
    log.push(new(9_000), &[0xe0]);
    let asked = log.push(new(10_000), &[0x32]);
    assert!(log.clear() && !log.clear());
    assert_eq!((log.get(asked), log.first(), log.end()), (None, 2, 2));
    let answer = log.push(new(12_500), &[0x40]);
    log.link(asked, answer);
    assert_eq!(log.linked(answer), None);
    assert_eq!((log.view().packets, log.view().cleared), (1, 2));
    assert!(log.restore() && !log.restore());
    assert_eq!(log.linked(answer), Some(asked));
    assert_eq!(log.linked(asked), Some(answer));
    assert_eq!((log.view().packets, log.view().cleared), (3, 0));
}

#[test]
fn an_answer_is_tied_to_what_it_answers() {
    let mut log = WireLog::default();
    let asked = log.push(new(10_000), &[0x32]);
    log.push(new(11_000), &[0xc0]);
    let answer = log.push(new(12_500), &[0x40]);
    log.link(asked, answer);
    assert_eq!(log.linked(asked), Some(answer));
    assert_eq!(log.linked(answer), Some(asked));
    assert_eq!(
        log.get(answer).unwrap().round_trip(),
        Some(Duration::from_micros(2_500))
    );
}

/// ARCHITECTURE.md says what a packet takes beside its bytes.
#[test]
fn a_record_is_small() {
    assert_eq!(size_of::<Record>(), 48);
}
