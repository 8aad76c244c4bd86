//! Brokers that are not there, or let nobody in: nothing is called broken over that.

use std::collections::BTreeMap;
use std::time::Duration;

use mqttscope_examine::{Options, Report, Verdict};
use mqttscope_wire::ProtocolVersion;

use crate::pump::{How, Peer, Run, run, run_at};
use crate::{FAR, NEAR, all, hostile, is_of_lesser, shown, verdicts};

fn at(peer: Peer) -> Run {
    let run = run_at(&all(), hostile(), peer, None);
    assert_eq!(run.open, 0, "connections that nobody closed");
    run
}

fn counts(run: &Run) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for report in &run.reports {
        *counts.entry(report.verdict.name()).or_default() += 1;
    }
    counts
}

fn with(run: &Run, verdict: Verdict) -> impl Iterator<Item = &Report> {
    let has_it = move |report: &&Report| report.verdict == verdict;
    run.reports.iter().filter(has_it)
}

fn none<'r>(wrong: impl Iterator<Item = &'r Report>, place: &str) {
    let wrong: Vec<String> = wrong.map(shown).collect();
    assert!(wrong.is_empty(), "{place}: {}", wrong.join("\n"));
}

/// All are unknown, and each says why; and so does the examination.
fn all_unknown(run: &Run, why: &str) {
    for report in &run.reports {
        assert_eq!(report.verdict, Verdict::Unknown, "{}", shown(report));
        assert!(report.why.contains(why), "{why}: {}", shown(report));
    }
    assert!(run.reports.len() > 100);
    assert!(
        run.lost.as_deref().is_some_and(|lost| lost.contains(why)),
        "{:?}",
        run.lost
    );
}

/// What it says of the time that is left is never less than half of what follows, and not four times as much.
#[test]
fn the_time_left_is_about_what_follows() {
    let checks = all();
    let options = |side_by_side| Options {
        side_by_side,
        ..hostile()
    };
    for (way, think, side_by_side) in [
        (1, 0, 8),
        (1, 0, 1),
        (1, 40, 8),
        (40, 0, 8),
        (40, 120, 4),
        (150, 600, 8),
        (500, 0, 8),
        (500, 1000, 3),
        (500, 1500, 16),
    ] {
        let peer = Peer {
            think: Duration::from_millis(think),
            ..Peer::at(Duration::from_millis(way))
        };
        let run = run_at(&checks, options(side_by_side), peer, None);
        let place = format!(
            "{way} ms, {think} ms, {side_by_side} at a time, {:?}",
            run.took
        );
        assert!(run.said.len() > 100, "{place}");
        for (at, left) in &run.said {
            let followed = run.took - *at;
            assert!(
                *left * 2 >= followed.saturating_sub(Duration::from_millis(50)),
                "{place}: after {at:?} it said {left:?}, and {followed:?} followed"
            );
            assert!(
                *left
                    <= followed * 4
                        + Duration::from_secs(2)
                        + Duration::from_millis(way + think) * 20,
                "{place}: after {at:?} it said {left:?}, and {followed:?} followed"
            );
        }
    }
}

#[test]
fn a_broker_that_refuses_connections_is_unknown() {
    for way in [NEAR, FAR] {
        let run = at(Peer {
            limit: Some((0, How::Refuses)),
            ..Peer::at(way)
        });
        all_unknown(&run, "A connection could not be opened: refused");
        assert!(run.opened < 10, "{}", run.opened);
    }
}

#[test]
fn a_broker_that_closes_after_each_connect_is_unknown() {
    let run = at(Peer {
        limit: Some((0, How::Closes)),
        ..Peer::at(NEAR)
    });
    all_unknown(
        &run,
        "closes the connection after each CONNECT, without a CONNACK (tried in MQTT 5, 3.1.1, 3.1)",
    );
}

#[test]
fn a_broker_that_takes_connections_and_never_answers_is_unknown() {
    let run = at(Peer {
        limit: Some((0, How::IsSilent)),
        ..Peer::at(NEAR)
    });
    all_unknown(
        &run,
        "took the connection, and answered nothing at all after 5",
    );
    assert!(run.took < Duration::from_secs(30), "{:?}", run.took);
}

#[test]
fn a_broker_that_wants_a_password_is_unknown() {
    let run = at(Peer {
        connack: |bytes| match (bytes.first(), bytes.get(8)) {
            (Some(0x10), Some(5)) => Some(b"\x20\x03\x00\x86\x00"),
            (Some(0x10), _) => Some(b"\x20\x02\x00\x05"),
            _ => None,
        },
        ..Peer::at(NEAR)
    });
    all_unknown(&run, "The broker wants another user name and password");
}

#[test]
fn a_broker_that_speaks_only_3_1_1_is_examined_in_that() {
    let run = at(Peer {
        connack: |bytes| match (bytes.first(), bytes.get(8)) {
            (Some(0x10), Some(4 | 0x7f)) => None,
            (Some(0x10), _) => Some(b"\x20\x02\x00\x01"),
            _ => None,
        },
        ..Peer::at(NEAR)
    });
    for report in &run.reports {
        let wanted = match report.version {
            ProtocolVersion::V3_1_1 => Verdict::Kept,
            _ => Verdict::NotApplicable,
        };
        let is_other = report.version == ProtocolVersion::V3_1_1 && report.verdict != wanted;
        // Checks of the first bytes send what is no CONNECT of any version.
        assert!(
            !is_other || report.id == "protocol-name",
            "{}",
            shown(report)
        );
        if wanted == Verdict::NotApplicable {
            assert_eq!(report.verdict, wanted, "{}", shown(report));
            assert!(
                report.why.contains("refuses this version"),
                "{}",
                report.why
            );
        }
    }
}

/// It goes away at each of these moments, and does not come back: what was found before stays, the rest is unknown.
#[test]
fn a_broker_that_dies_in_the_midst_breaks_nothing() {
    let never = Duration::from_secs(100_000);
    let whole = run(&all(), hostile(), NEAR, None).took;
    for how in [How::Refuses, How::Closes, How::IsSilent] {
        for part in 1..8 {
            let from = whole * part / 8;
            let run = at(Peer {
                away: vec![(from, never, how)],
                ..Peer::at(NEAR)
            });
            let place = format!("{how:?} from {from:?}");
            let wrong = with(&run, Verdict::Broken).chain(with(&run, Verdict::Allowed));
            none(wrong, &place);
            let mut unknown = 0;
            for report in with(&run, Verdict::Unknown) {
                unknown += 1;
                assert!(
                    report.why.contains("The broker was not there any more: "),
                    "{place}: {}",
                    shown(report)
                );
            }
            assert!(
                unknown > 0 && unknown < run.reports.len(),
                "{place}: {unknown}"
            );
            assert!(
                run.took < from + Duration::from_secs(60),
                "{place}: {:?}",
                run.took
            );
        }
    }
}

/// It is started anew in the midst, and everything is asked again that was hit by it.
#[test]
fn a_broker_that_is_started_anew_breaks_nothing() {
    let usual = run(&all(), hostile(), NEAR, None);
    for part in 1..16 {
        let from = usual.took * part / 16;
        for pause in [1, 700] {
            let to = from + Duration::from_millis(pause);
            let run = at(Peer {
                away: vec![(from, to, How::Refuses)],
                ..Peer::at(NEAR)
            });
            let place = format!("{from:?}, {pause} ms");
            let is_other =
                |report: &&Report| report.verdict != Verdict::Kept && !is_of_lesser(report);
            none(run.reports.iter().filter(is_other), &place);
            assert_eq!(verdicts(&run.reports), verdicts(&usual.reports), "{place}");
        }
    }
}

#[test]
fn a_broker_that_limits_connections_is_asked_more_slowly() {
    let says = How::Says(b"\x20\x03\x00\x9f\x00");
    for how in [How::Refuses, How::Closes, says] {
        for most in [8, 40] {
            let run = at(Peer {
                limit: Some((most, how)),
                ..Peer::at(NEAR)
            });
            let place = format!("{most} a second, {how:?}: {:?}", counts(&run));
            none(with(&run, Verdict::Broken), &place);
            let kept = with(&run, Verdict::Kept).count();
            assert!(kept * 20 > run.reports.len() * 19, "{place}");
            for report in with(&run, Verdict::Unknown) {
                assert!(
                    report.why.contains("It may limit connections.")
                        || report.why.contains("closed the connection"),
                    "{place}: {}",
                    shown(report)
                );
            }
        }
    }
}

/// Ended at each of its steps: it comes to an end, closes all, and leaves nothing at the broker.
#[test]
fn an_examination_is_ended_at_any_moment() {
    let checks = all();
    let whole = run(&checks, hostile(), NEAR, None).steps;
    let mut peers = vec![Peer::at(NEAR), Peer::at(FAR)];
    // Also while the broker is away, or lets nobody in.
    for how in [How::Refuses, How::Closes, How::IsSilent] {
        let (from, to) = (Duration::from_millis(300), Duration::from_secs(30));
        peers.push(Peer {
            away: vec![(from, to, how)],
            ..Peer::at(NEAR)
        });
    }
    let mut left = 0;
    for peer in peers {
        for steps in (1..24).chain((24..whole).step_by(whole / 20)) {
            let is_away = !peer.away.is_empty();
            let run = run_at(
                &checks,
                hostile(),
                Peer {
                    cancel: Some(steps),
                    ..peer.clone()
                },
                None,
            );
            assert_eq!(run.open, 0, "{steps}");
            if !is_away {
                // The one whose identifier the broker had made, and not told.
                assert!(run.left.0 <= 1 && run.left.1 == 0, "{steps}");
                left += run.left.0;
            }
            for report in &run.reports {
                let is_ended = report.why == "The examination was ended before.";
                let is_away = is_away && report.verdict == Verdict::Unknown;
                assert!(
                    is_ended || is_away || is_of_lesser(report) || report.verdict == Verdict::Kept,
                    "{steps}: {}",
                    shown(report)
                );
            }
        }
    }
    assert!(left <= 3, "{left}");
}

#[test]
fn an_examination_is_held_at_any_moment_and_finds_the_same() {
    let checks = all();
    let usual = run(&checks, hostile(), NEAR, None);
    for steps in (1..40).chain((40..usual.steps).step_by(usual.steps / 10)) {
        let peer = Peer {
            pause: Some(steps),
            ..Peer::at(NEAR)
        };
        let run = run_at(&checks, hostile(), peer, None);
        assert_eq!(verdicts(&run.reports), verdicts(&usual.reports), "{steps}");
        assert_eq!((run.open, run.left), (0, (0, 0)), "{steps}");
    }
}
