use super::*;
use mqttscope_engine::protocol::Direction;

fn after(acts: impl IntoIterator<Item = Act>) -> Rc<Live> {
    acts.into_iter()
        .fold(Rc::new(Live::default()), |live, act| live.reduce(act))
}

fn window(first: u64) -> Window {
    Window {
        first,
        count: 40,
        tail: false,
        dropped: 0,
    }
}

fn packet(record: u64) -> Report {
    Report::Packet(Packet {
        record: RecordId(record),
        direction: Direction::In,
        version: "5".into(),
        bytes: vec![0xd0, 0],
        findings: Vec::new(),
        linked: None,
        round_trip_ms: None,
    })
}

/// All rows have been found of what was asked for so often.
fn settled(number: u32) -> Report {
    let summary = Summary {
        settled: Some(number),
        ..Summary::default()
    };
    Report::Summary(summary.into())
}

#[test]
fn only_the_list_on_screen_is_asked_for() {
    let live = after([
        Act::Connection(ConnectionId(3)),
        Act::Scroll(List::Middle, window(7)),
        Act::Scroll(List::Topics, window(0)),
    ]);
    let looking = live.looking();
    assert_eq!(looking.connection, Some(ConnectionId(3)));
    assert_eq!(looking.wire, Some(window(7)));
    assert_eq!(looking.topics, Some(window(0)));
    assert_eq!((looking.messages, looking.chart), (None, false));

    let looking = live.reduce(Act::Show(Tab::Chart)).looking();
    assert_eq!((looking.wire, looking.chart), (None, true));
}

#[test]
fn another_list_does_not_begin_where_the_last_one_was() {
    let live = after([
        Act::Scroll(List::Middle, window(90)),
        Act::Show(Tab::Messages),
    ]);
    assert_eq!(live.looking().messages, None);
    let live = live.reduce(Act::Scroll(List::Middle, window(2)));
    assert_eq!(live.looking().messages, Some(window(2)));
}

#[test]
fn all_connections_or_the_one() {
    let live = after([Act::Connection(ConnectionId(1)), Act::Everything(true)]);
    assert_eq!(live.looking().connection, None);
    assert_eq!(live.connection, Some(ConnectionId(1)));
}

#[test]
fn a_packet_that_comes_late_is_not_shown() {
    let live = after([
        Act::Select(Some(RecordId(1))),
        Act::Select(Some(RecordId(2))),
        Act::Report(vec![packet(1)]),
    ]);
    assert_eq!(live.packet, None);
    let live = live.reduce(Act::Report(vec![packet(2)]));
    assert_eq!(live.packet.as_ref().unwrap().record, RecordId(2));
    assert_eq!(live.reduce(Act::Cleared).packet, None);
}

#[test]
fn a_paused_list_stands_where_it_was() {
    let of = |number: u32, first: u64, total: u64| {
        let row = FlowView {
            connection: ConnectionId(0),
            name: "PING".into(),
            about: String::new(),
            packet_identifier: None,
            direction: Direction::Out,
            state: mqttscope_engine::protocol::FlowState::Complete,
            state_text: String::new(),
            packets: Vec::new(),
            began_ms: 0.0,
            took_ms: None,
        };
        let rows = vec![row; usize::try_from(total - first).unwrap()];
        let flows = Report::Flows {
            first,
            total,
            dropped: 0,
            rows,
        };
        Act::Report(vec![settled(number), flows])
    };
    let report = |first: u64, total: u64| of(1, first, total);
    let tail = Window {
        first: 0,
        count: 3,
        tail: true,
        dropped: 0,
    };
    let live = after([
        Act::Show(Tab::Flows),
        Act::Scroll(List::Middle, tail),
        report(2, 5),
        Act::Pause(true),
        report(2, 9),
    ]);
    assert_eq!((live.flows.total, live.flows.rows.len()), (5, 3));
    assert_eq!(live.looking().flows, Some(window_of(2, 3)));
    assert_eq!((live.fresh(), live.resumed), (4, 0));
    let live = live.reduce(Act::Pause(false)).reduce(report(6, 9));
    assert_eq!((live.flows.total, live.looking().flows), (9, Some(tail)));
    assert_eq!((live.fresh(), live.resumed), (0, 1));
    // The search was just changed: rows of before, and those that are found since, are not new.
    let live = after([
        Act::Show(Tab::Flows),
        Act::Scroll(List::Middle, tail),
        report(1, 4),
        Act::Search("needle".into()),
        Act::Pause(true),
        of(1, 2, 5),
        of(1, 0, 2),
        of(2, 3, 6),
        of(2, 5, 8),
    ]);
    assert_eq!((live.flows.total, live.fresh()), (6, 2));
    // Nothing was there when it was paused: the first rows are shown.
    let live = after([
        Act::Show(Tab::Flows),
        report(0, 0),
        Act::Pause(true),
        report(1, 4),
        report(1, 6),
    ]);
    assert_eq!((live.flows.total, live.fresh()), (4, 2));
}

#[test]
fn another_list_is_not_new_because_a_list_is_paused() {
    let wire = |number: u32, total: u64| {
        let wire = Report::Wire {
            first: 0,
            total,
            dropped: 0,
            events: 0,
            rows: Vec::new(),
            revealed: None,
        };
        Act::Report(vec![settled(number), wire])
    };
    let paused = after([wire(0, 5), Act::Pause(true), wire(0, 7)]);
    assert_eq!((paused.wire.total, paused.fresh()), (5, 2));
    let numbers: Vec<u32> = [
        Act::Everything(true),
        Act::Connection(ConnectionId(4)),
        Act::Cleared,
        Act::Search("a".into()),
    ]
    .into_iter()
    .map(|act| {
        let live = paused.clone().reduce(act).reduce(wire(0, 9));
        assert_eq!((live.wire.total, live.fresh()), (9, 0), "not yet the other");
        let live = live.reduce(wire(1, 3)).reduce(wire(1, 4));
        assert_eq!((live.wire.total, live.fresh()), (3, 1));
        live.looking().number
    })
    .collect();
    assert_eq!(numbers, [1; 4]);
    // A look at another list leaves this one where it stands.
    let live = (paused.reduce(Act::Show(Tab::Flows))).reduce(Act::Show(Tab::Wire));
    assert_eq!(live.reduce(wire(2, 9)).wire.total, 5);
}

#[test]
fn a_jump_behind_the_end_of_a_paused_list_takes_that_along() {
    let wire = |total: u64, dropped: u64, revealed| {
        let wire = Report::Wire {
            first: 0,
            total,
            dropped,
            events: 0,
            rows: Vec::new(),
            revealed,
        };
        Act::Report(vec![settled(0), wire])
    };
    let jump = Act::Jump(RecordId(70));
    let live = after([wire(50, 0, None), Act::Pause(true), wire(80, 0, None), jump]);
    assert_eq!((live.wire.total, live.fresh()), (50, 30));
    // Twenty went meanwhile.
    let live = live.reduce(wire(60, 20, Some((RecordId(70), 50))));
    assert_eq!(live.revealed, Some(50));
    assert_eq!((live.wire.total, live.fresh()), (51, 9));
    // One that is shown already moves nothing.
    let live = live.reduce(Act::Jump(RecordId(30)));
    let live = live.reduce(wire(60, 20, Some((RecordId(30), 10))));
    assert_eq!((live.revealed, live.wire.total), (Some(10), 51));
}

fn window_of(first: u64, count: u32) -> Window {
    Window {
        first,
        count,
        tail: false,
        dropped: 0,
    }
}

#[test]
fn a_small_tree_opens_by_itself_but_for_what_was_closed() {
    let report = |total: u64| {
        let row = TopicRow {
            topic: "a".into(),
            level: "a".into(),
            depth: 0,
            has_children: true,
            is_open: false,
            messages: 1,
            last: None,
            last_size: 0,
            last_record: None,
            retained: false,
        };
        Act::Report(vec![Report::Topics {
            first: 0,
            total,
            rows: vec![row],
        }])
    };
    assert_eq!(after([report(3)]).looking().open_topics, ["a"]);
    assert!(after([report(90)]).looking().open_topics.is_empty());
    let closed = after([report(3), Act::Fold("a".into()), report(3)]);
    assert!(closed.looking().open_topics.is_empty());
}

#[test]
fn a_jump_shows_the_packet_in_the_list() {
    let wire = |revealed| Report::Wire {
        first: 0,
        total: 0,
        dropped: 0,
        events: 0,
        rows: Vec::new(),
        revealed,
    };
    let live = after([
        Act::Show(Tab::Findings),
        Act::Search("needle".into()),
        Act::Jump(RecordId(7)),
    ]);
    assert_eq!((live.tab, live.selected), (Tab::Wire, Some(RecordId(7))));
    let looking = live.looking();
    assert_eq!((&*looking.search, looking.reveal), ("", Some(RecordId(7))));
    let late = wire(Some((RecordId(3), 1)));
    let live = live.reduce(Act::Report(vec![late, wire(None)]));
    assert_eq!(live.revealed, None);
    let live = live.reduce(Act::Report(vec![wire(Some((RecordId(7), 4)))]));
    assert_eq!((live.revealed, live.looking().reveal), (Some(4), None));
    // Another packet is chosen where the list stands.
    assert_eq!(live.reduce(Act::Select(None)).revealed, None);
}

#[test]
fn a_branch_opens_and_closes() {
    let live = after([Act::Fold("a".into()), Act::Fold("a/b".into())]);
    assert_eq!(live.looking().open_topics, ["a", "a/b"]);
    assert_eq!(
        live.reduce(Act::Fold("a".into())).looking().open_topics,
        ["a/b"]
    );
}

#[test]
fn what_is_dropped_while_a_list_is_paused_does_not_move_it() {
    let messages = |first: u64, total: u64, dropped: u64| {
        let messages = Report::Messages {
            first,
            total,
            dropped,
            rows: Vec::new(),
        };
        Act::Report(vec![settled(1), messages])
    };
    let tail = |dropped: u64| {
        let window = Window {
            first: 0,
            count: 10,
            tail: true,
            dropped,
        };
        Act::Scroll(List::Middle, window)
    };
    let live = after([
        Act::Show(Tab::Messages),
        tail(0),
        messages(90, 100, 0),
        Act::Pause(true),
    ]);
    let asked = |live: &Live| {
        let window = live.looking().messages.unwrap();
        (window.first, window.dropped, window.tail)
    };
    assert_eq!(asked(&live), (90, 0, false));
    // Thirty came, twenty went.
    let live = live.reduce(messages(70, 110, 20));
    assert_eq!((live.messages.total, live.fresh()), (80, 30));
    let live = live.reduce(tail(20));
    assert_eq!(asked(&live), (70, 20, false));
    // Everything that was seen then is gone.
    let live = live.reduce(messages(0, 100, 500));
    assert_eq!((live.messages.total, live.fresh()), (0, 500));
    let live = live
        .reduce(Act::Pause(false))
        .reduce(messages(90, 100, 500));
    assert_eq!((live.messages.total, live.fresh()), (100, 0));
}
