//! Times without a connection: each is drawn as a band that says why, whether there was a connection before or not.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use mqttscope_flows::{Break, Diagram, Look, Run, Scenario, What, Why};

/// A publisher with a session that connects at a moment, and what else the scenario says.
fn run(connects: u64, lines: &str) -> Run {
    let text = format!(
        "version 5\ndelay 50\npublisher P session\nsubscriber S session\nat 0 S connect\nat {connects} P connect\n{lines}\n"
    );
    Run::of(&Scenario::parse(&text).unwrap())
}

fn breaks(run: &Run) -> Vec<(u64, Option<u64>, Why)> {
    let of = |gone: &Break| (gone.from, gone.to, gone.why);
    run.breaks.iter().map(of).collect()
}

/// The labels of the bands, and that each stands where its moments are.
fn bands(run: &Run) -> Vec<String> {
    let diagram = Diagram::of(run, Look::WIDE);
    assert_eq!(diagram.bands.len(), run.breaks.len());
    for (band, gone) in diagram.bands.iter().zip(&run.breaks) {
        assert!(band.top > diagram.time.heights(gone.from).0);
        assert!(band.top < band.bottom && band.bottom < diagram.height);
        if let Some(to) = gone.to {
            assert!(band.bottom <= diagram.time.heights(to).1.max(band.top + 12));
        }
    }
    diagram.bands.into_iter().map(|band| band.label).collect()
}

#[test]
fn a_link_that_is_offline_from_the_beginning_has_its_band() {
    let run = run(0, "offline P from 0 to 2000");
    let first = run.packets.iter().find(|packet| packet.client == 0);
    let connects = first.unwrap().sent;
    assert!(connects >= 2000, "{connects}");
    assert_eq!(breaks(&run), [(0, Some(connects), Why::Offline)]);
    let [label] = bands(&run).try_into().unwrap();
    assert!(label.starts_with("offline · "), "{label}");
    // It had no connection that it could lose.
    assert!(
        run.beats()
            .iter()
            .any(|beat| beat.fault && beat.text == "P is offline: it cannot reach the broker.")
    );
    assert!(
        run.beats()
            .iter()
            .all(|beat| !beat.text.contains("loses its connection"))
    );
}

#[test]
fn every_outage_has_a_band_whatever_the_client_did_before() {
    for (connects, lines, expected) in [
        // It wants a connection only later, in the outage and behind it.
        (700, "offline P from 300 to 2000", (300, Why::Offline)),
        (0, "offline P from 40 to 900", (40, Why::Offline)),
        (0, "offline P from 600 to 900", (600, Why::Offline)),
        // It has said good-bye and connects again.
        (
            0,
            "at 300 P disconnect\nat 800 P connect\noffline P from 500 to 1500",
            (500, Why::Offline),
        ),
        // Without a broker there is no connection either.
        (
            700,
            "restart broker at 500 keeping",
            (700, Why::BrokerRestart),
        ),
        (0, "restart P at 500 keeping", (500, Why::Restart)),
        (0, "cut P at 500", (500, Why::Cut)),
    ] {
        let run = run(connects, lines);
        let own: Vec<&Break> = run.breaks.iter().filter(|gone| gone.client == 0).collect();
        let [gone] = own.as_slice() else {
            panic!("{lines}: {:?}", run.breaks)
        };
        assert_eq!((gone.from, gone.why), expected, "{lines}");
        let again = run
            .packets
            .iter()
            .filter(|packet| packet.client == 0)
            .find(|packet| packet.sent >= gone.from);
        assert_eq!(gone.to, again.map(|packet| packet.sent), "{lines}");
        bands(&run);
    }
}

#[test]
fn a_client_that_wants_no_connection_is_offline_as_long_as_it_is_said() {
    let run = run(900, "offline P from 0 to 500");
    assert_eq!(breaks(&run), [(0, Some(500), Why::Offline)]);
    assert_eq!(bands(&run), ["offline · 0.500 s"]);
}

#[test]
fn an_outage_lasts_through_a_restart_of_either_side() {
    for restart in ["restart P at 600 keeping", "restart broker at 600 keeping"] {
        let run = run(0, &format!("offline P from 400 to 3000\n{restart}"));
        let early = |at: u64| (400..3000).contains(&at);
        let sent = run
            .packets
            .iter()
            .filter(|packet| packet.client == 0 && early(packet.sent));
        assert_eq!(sent.count(), 0, "{restart}");
        assert!(
            run.packets
                .iter()
                .any(|packet| packet.client == 0 && packet.sent >= 3000)
        );
    }
}

#[test]
fn why_a_connection_ended_is_not_told_of_the_next_one() {
    // The cut meets nothing; what ends the connection later is the other client of the same name.
    let text = "version 5\ndelay 50\npublisher A as same\npublisher B as same\ncut A at 0\nat 100 A connect\nat 600 B connect\n";
    let run = Run::of(&Scenario::parse(text).unwrap());
    assert_eq!(
        run.breaks.first().map(|gone| (gone.client, gone.why)),
        Some((0, Why::Closed))
    );
}

#[test]
fn who_closed_a_connection_is_named() {
    // The CONNACK is lost, the client has no session and is told of one: it closes.
    let run = run(0, "cut P before CONNACK 1\nat 2000 P publish t 1 : 1");
    let closed = run
        .happenings
        .iter()
        .find_map(|happening| match happening.what {
            What::Closed { by_client, .. } => Some(by_client),
            _ => None,
        });
    assert_eq!(closed, Some(true));
    assert_eq!(
        run.breaks.last().map(|gone| gone.why),
        Some(Why::ClosedByClient)
    );
    assert!(bands(&run).contains(&"closed by the client".to_owned()));
    assert!(
        run.beats()
            .iter()
            .any(|beat| beat.text.starts_with("P closes its connection"))
    );
}
