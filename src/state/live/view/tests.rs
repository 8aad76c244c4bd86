use super::*;
use mqttscope_protocol::{
    ConnectionState, Instant, LogView, Moment, Outcome, Published, Rates, SearchProblem, StateAt,
    TapFaults,
};
use mqttscope_wire::{PacketType, ProtocolVersion, Sender};

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
        sender: Sender::Server,
        version: ProtocolVersion::V5,
        bytes: vec![0xd0, 0],
        frame: None,
        findings: Vec::new(),
        fate: None,
        linked: None,
        round_trip: None,
        forms: Vec::new(),
    })
}

fn view(id: u32, state: ConnectionState) -> ConnectionView {
    ConnectionView {
        id: ConnectionId(id),
        state,
        client_identifier: String::new(),
        session_present: Some(true),
        limits: Vec::new(),
        filters: Vec::new(),
        rates: Rates::default(),
        round_trip: None,
        queued: 3,
        opening: None,
        arriving: None,
        overdue: None,
        repeating: true,
        repeated: None,
        advice: Vec::new(),
        lost: String::new(),
        unverified: false,
        link: String::new(),
    }
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
    assert_eq!(live.clone().reduce(Act::Restored).packet, live.packet);
    assert_eq!(live.reduce(Act::Cleared).packet, None);
}

#[test]
fn the_packet_that_the_slider_comes_to_does_not_keep_the_history_of_the_one_before() {
    let state = |moment, record| {
        let at = StateAt {
            moment,
            record: RecordId(record),
            connection: ConnectionId(1),
            packet_type: PacketType::Connect,
            sender: Sender::Client,
            at: Instant::ZERO,
            row: 0,
            total: 9,
            view: None,
            left: 0,
        };
        Act::Report(vec![Report::State(Some(at.into()))])
    };
    let history = Report::History(History {
        record: RecordId(8),
        rows: Vec::new(),
        diff: Vec::new(),
    });
    let live = after([
        Act::Select(Some(RecordId(8))),
        Act::Report(vec![packet(8), history]),
        state(Moment::Packet(RecordId(8)), 8),
    ]);
    assert!(live.history.is_some(), "its own stays");
    let live = live.reduce(Act::Slide(ConnectionId(1), 0));
    let live = live.reduce(state(Moment::Row(ConnectionId(1), 0), 1));
    assert_eq!((live.selected, &live.history), (Some(RecordId(1)), &None));
}

#[test]
fn a_paused_list_stands_where_it_was() {
    let of = |number: u32, first: u64, total: u64| {
        let row = FlowView {
            connection: ConnectionId(0),
            name: "PING".into(),
            about: String::new(),
            packet_identifier: None,
            sender: Sender::Client,
            state: mqttscope_protocol::FlowState::Complete,
            state_text: String::new(),
            packets: Vec::new(),
            began: Instant::ZERO,
            took: None,
            of: None,
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
fn what_is_selected_is_seen_where_the_packets_are_shown() {
    let live = after([Act::Show(Tab::Findings), Act::Select(Some(RecordId(7)))]);
    assert_eq!(live.looking().reveal, None);
    let live = live.reduce(Act::Show(Tab::Wire));
    assert_eq!(live.looking().reveal, Some(RecordId(7)));
    // Who goes there from there stays where the list stands.
    let live = live.reduce(Act::Select(Some(RecordId(8))));
    assert_eq!(live.reduce(Act::Show(Tab::Wire)).looking().reveal, None);
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

#[test]
fn when_the_engine_stops_every_connection_is_lost_and_nothing_is_recorded() {
    let summary = Summary {
        connections: vec![
            view(1, ConnectionState::Open),
            view(2, ConnectionState::Closed),
        ],
        log: LogView {
            packets: 9,
            budget: 7,
            ..LogView::default()
        },
        ..Summary::default()
    };
    let live = after([
        Act::Connection(ConnectionId(1)),
        Act::Report(vec![
            Report::Summary(summary.into()),
            Report::Faults {
                told: TapFaults::default(),
                rows: Vec::new(),
                is_answer: true,
            },
        ]),
        Act::Select(Some(RecordId(4))),
        Act::Stopped("It broke.".into()),
    ]);
    let stopped = live.stopped.clone().unwrap();
    assert_eq!(
        (&*stopped.why, stopped.packets, stopped.budget),
        ("It broke.", 9, 7)
    );
    assert_eq!(stopped.connected, [ConnectionId(1)]);
    assert!(matches!(
        live.current().unwrap().state,
        ConnectionState::Failed { .. }
    ));
    assert!(!live.current().unwrap().repeating);
    assert_eq!((live.selected, live.summary.log.packets), (None, 0));
    assert_eq!(live.faults.told, None, "they are gone with the engine");
    // It fails again while it starts: what was connected is not forgotten.
    let again = live.clone().reduce(Act::Stopped("Again.".into()));
    assert_eq!(again.stopped.as_ref().unwrap().connected, [ConnectionId(1)]);
    let number = live.looking().number;
    let live = live.reduce(Act::Restarted);
    assert!(live.stopped.is_none() && live.looking().number != number);
}

#[test]
fn the_chart_draws_the_first_number_until_another_is_chosen() {
    let chart = |paths: &[&str]| {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        Act::Report(vec![Report::Chart(Chart {
            paths,
            ..Chart::default()
        })])
    };
    let live = after([chart(&["t", "u"])]);
    assert_eq!(&*live.chart_path, "t");
    let chosen = live.clone().reduce(Act::ChartPath("".into()));
    assert_eq!(&*chosen.reduce(chart(&["t"])).chart_path, "");
    let other = live.reduce(Act::ChartTopic("b".into()));
    assert_eq!(&*other.reduce(chart(&["x"])).chart_path, "x");
}

#[test]
fn a_chart_of_something_else_or_of_a_part_is_not_taken_for_the_whole() {
    let chart = |path: &str, is_counting| {
        Act::Report(vec![Report::Chart(Chart {
            paths: vec!["n".to_owned()],
            topic: "#".to_owned(),
            path: path.to_owned(),
            without_number: 7,
            is_counting,
            ..Chart::default()
        })])
    };
    // What has no number in itself is looked at again for the number in it.
    let live = after([chart("", false)]);
    assert_eq!((&*live.chart_path, live.is_charting()), ("n", true));
    let live = live.reduce(chart("n", true));
    assert!(live.is_charting());
    let live = live.reduce(chart("n", false));
    assert!(!live.is_charting());
    assert!(live.reduce(Act::ChartTopic("a".into())).is_charting());
}

#[test]
fn what_became_of_a_message_is_said_for_its_connection_alone() {
    let told = |connection: u32, number: u32, topic: &str, outcome: Outcome| {
        Act::Report(vec![Report::Published(Published {
            connection: ConnectionId(connection),
            number,
            topic: topic.into(),
            record: Some(RecordId(1)),
            outcome,
        })])
    };
    let said = |acts: Vec<Act>, of: u32| {
        let live = after(acts);
        let (before, behind) = live.published.get(&ConnectionId(of))?.words();
        Some(format!("{before}t{behind}"))
    };
    let sent = |connection, number| told(connection, number, "t", Outcome::Sent);
    assert_eq!(said(vec![sent(1, 0)], 2), None);
    assert_eq!(
        said(vec![sent(1, 0), sent(2, 0), sent(1, 1)], 1).as_deref(),
        Some("Sent to t (2 messages so far)")
    );
    // What is known later is of the same message, and what was refused is not counted.
    let acknowledged = told(1, 1, "t", Outcome::Acknowledged("PUBACK".into()));
    assert_eq!(
        said(vec![sent(1, 0), sent(1, 1), acknowledged], 1).as_deref(),
        Some("Sent to t (2 messages so far), acknowledged (PUBACK)")
    );
    let refused = told(1, 0, "t", Outcome::Refused("Not authorized".into()));
    assert_eq!(
        said(vec![sent(1, 0), refused.clone()], 1).as_deref(),
        Some("Refused by the server: t: Not authorized")
    );
    assert_eq!(
        said(vec![refused, sent(1, 1)], 1).as_deref(),
        Some("Sent to t")
    );
    let failed = told(1, 0, "t", Outcome::Failed("Not sent: no room".into()));
    assert_eq!(
        said(vec![failed], 1).as_deref(),
        Some("t: not sent: no room")
    );
    let other = told(1, 1, "u", Outcome::Sent);
    let live = after([sent(1, 0), other]);
    assert_eq!(live.published[&ConnectionId(1)].count(), 1);
}

#[test]
fn half_a_filter_finds_nothing_of_its_own() {
    let searched = |text: &str, search: SearchView| {
        let summary = Summary {
            search,
            ..Summary::default()
        };
        let acts = [
            Act::Search(text.into()),
            Act::Report(vec![Report::Summary(summary.into())]),
        ];
        after(acts).is_searched()
    };
    let problem = |stands: &str| SearchProblem {
        start: 11,
        end: 11,
        says: "a value is missing at the end".to_owned(),
        stands: stands.to_owned(),
    };
    assert!(!searched("", SearchView::Nothing));
    assert!(searched("mqtt.qos >= 1", SearchView::Filter));
    assert!(!searched(
        "mqtt.qos >=",
        SearchView::Unfinished(problem(""))
    ));
    assert!(searched(
        "mqtt.qos >=",
        SearchView::Unfinished(problem("mqtt.retain == 1"))
    ));
    assert!(!searched("mqtt.qos == x", SearchView::Wrong(problem(""))));
}

#[test]
fn findings_behind_a_row_are_asked_for_and_counted_as_findings() {
    let findings = |number: u32, findings: u64| {
        let rows = Report::Findings {
            first: 0,
            total: 1,
            dropped: 0,
            findings,
            rows: Vec::new(),
        };
        Act::Report(vec![settled(number), rows])
    };
    let key = FindingKey {
        connection: ConnectionId(1),
        rule: "pingresp-unasked".into(),
        by: Sender::Server,
    };
    let live = after([Act::Show(Tab::Findings), findings(0, 30)]);
    assert_eq!((live.findings.total, live.findings_listed), (1, 30));
    let opened = live.reduce(Act::OpenFindings(Some(key.clone())));
    assert_eq!(opened.looking().opened, Some(key));
    // What comes while the list stands still is not counted before it goes on.
    let paused = opened.reduce(Act::Pause(true)).reduce(findings(2, 40));
    assert_eq!(paused.findings_listed, 30);
    assert_eq!(
        paused.reduce(Act::OpenFindings(None)).looking().opened,
        None
    );
}

#[test]
fn the_rate_is_of_what_the_lists_show() {
    let of = |id, messages_in, queued| ConnectionView {
        queued,
        rates: Rates {
            messages_in,
            ..Rates::default()
        },
        ..view(id, ConnectionState::Open)
    };
    let summary = Summary {
        connections: vec![of(1, 10.0, 1), of(2, 2.5, 4)],
        ..Summary::default()
    };
    let live = after([
        Act::Connection(ConnectionId(1)),
        Act::Report(vec![Report::Summary(summary.into())]),
    ]);
    let said = |live: &Live| {
        live.rates()
            .map(|(rates, queued)| (rates.messages_in, queued))
    };
    assert_eq!(said(&live), Some((10.0, 1)));
    let all = live.reduce(Act::Everything(true));
    assert_eq!(said(&all), Some((12.5, 5)));
    assert_eq!(Live::default().rates(), None);
}
