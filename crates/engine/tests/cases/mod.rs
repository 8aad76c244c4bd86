//! Cases against our broker: those of the table, one that a person writes, and what is said of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use mqttscope_engine::{Closed, Transport};
use mqttscope_protocol::{
    AskCase, CaseOffers, CaseView, Command, ExaminedStage, Profile, Target, Verdict,
};
use mqttscope_wire::{ProtocolVersion, Sender, Severity};

use crate::world::World;
use crate::{A, connected, profile};

/// Longer than the longest case takes, in milliseconds.
const LONG: u64 = 60_000;

/// Rules whose conversation our broker does not let come so far: it announces nothing that it lacks, and
/// knows no method to authenticate; a DISCONNECT makes it close the connection at once.
const NOT_HERE: [&str; 9] = [
    "client-packet-too-large",
    "auth-unasked",
    "publish-qos-unavailable",
    "publish-retain-unavailable",
    "subscribe-wildcard-unavailable",
    "subscribe-shared-unavailable",
    "subscribe-identifier-unavailable",
    "client-receive-maximum-exceeded",
    "open-after-disconnect",
];

fn ask(world: &mut World, wanted: AskCase) {
    world.command(Command::Case(wanted));
}

fn run(world: &mut World, profile: Box<Profile>, text: &str) -> CaseView {
    ask(world, AskCase::Run(profile, text.to_owned()));
    world.pass_at_both_ends(LONG);
    world.look().cases.pop().unwrap()
}

fn offers(world: &mut World, version: ProtocolVersion) -> CaseOffers {
    ask(world, AskCase::Offers(version));
    world.look().offers.pop().unwrap()
}

#[test]
fn each_case_of_the_table_breaks_its_rule_at_our_broker_and_nothing_else() {
    let mut wrong = Vec::new();
    for version in ProtocolVersion::ALL {
        let mut world = World::new();
        let known = offers(&mut world, version);
        assert!(known.offers.len() > 30, "{}", known.offers.len());
        for offer in &known.offers {
            let profile = profile(version.name(), "");
            let case = run(&mut world, profile, &offer.text);
            assert_eq!(case.stage, ExaminedStage::Done, "{}", offer.rule);
            let found: Vec<_> = case
                .findings
                .iter()
                .filter(|it| it.severity > Severity::Note || it.rule == offer.rule)
                // The second PUBREC is nobody's fault but the client's.
                .filter(|it| it.by == Sender::Client || offer.rule != "publish-after-pubrel")
                .map(|it| (it.by, &*it.rule))
                .collect();
            let judged = case.came.unwrap().judged.unwrap();
            let is_not_here = NOT_HERE.contains(&&*offer.rule);
            let is_it = |found: &(Sender, &str)| *found == (Sender::Client, &*offer.rule);
            let is_right = if is_not_here {
                found.is_empty()
            } else {
                judged.verdict == Verdict::Kept && !found.is_empty() && found.iter().all(is_it)
            };
            if !is_right {
                let (name, why) = (version.name(), judged.why);
                wrong.push(format!("{} {name}: {found:?}: {why}", offer.rule));
            }
        }
        assert_eq!(world.left_at_broker(), (0, 0), "{version:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_case_goes_to_its_first_line_that_is_not_kept_and_beside_the_connection() {
    let mut world = connected("5");
    let text = "a connect\na> PUBACK #9\n-- shown\na< PUBCOMP #9 ; never";
    let case = run(&mut world, profile("5", "me"), text);
    let came = case.came.as_ref().unwrap();
    let judged = came.judged.as_ref().unwrap();
    assert_eq!(judged.verdict, Verdict::Broken, "{}", judged.why);
    assert!(judged.why.contains("`a< PUBCOMP #9`"), "{}", judged.why);
    let lines: Vec<_> = came
        .lines
        .iter()
        .map(|it| (&*it.text, it.is_shown))
        .collect();
    let wanted = [
        ("a connect", false),
        ("a> PUBACK #9", false),
        ("a< PUBCOMP #9", true),
    ];
    assert_eq!(lines, wanted);
    assert_eq!(came.lines[2].note, "never");
    let finding = &case.findings[0];
    assert_eq!(finding.rule, "acknowledgement-unknown");
    assert_eq!(finding.statement.as_deref(), Some("MQTT-2.2.1-5"));
    assert!(came.packets.len() > 3 && case.text == text);
    // The connection goes on, and its log knows nothing of it.
    let summary = world.look().summary;
    assert_eq!(summary.connections.len(), 1);
    assert!(summary.log.packets < 5, "{}", summary.log.packets);
    // The same text again, and another.
    for text in [text, "a connect"] {
        let case = run(&mut world, profile("5", "me"), text);
        assert_eq!(
            (case.text.as_str(), case.stage),
            (text, ExaminedStage::Done)
        );
    }
}

#[test]
fn a_case_is_stopped_and_only_one_runs() {
    let mut world = connected("3.1.1");
    ask(
        &mut world,
        AskCase::Run(profile("3.1.1", ""), "a connect\n+600000".into()),
    );
    world.pass(1000);
    let case = world.look().cases.pop().unwrap();
    assert_eq!((case.stage, case.came), (ExaminedStage::Running, None));
    ask(
        &mut world,
        AskCase::Run(profile("3.1.1", ""), "a connect".into()),
    );
    assert!(
        world.look().notices[0]
            .text
            .contains("another case still runs")
    );
    ask(&mut world, AskCase::Stop);
    world.pass_at_both_ends(5000);
    let case = world.look().cases.pop().unwrap();
    assert_eq!(case.stage, ExaminedStage::Cancelled);
    assert_eq!(world.left_at_broker().0, 1, "that of the connection");
}

#[test]
fn a_case_that_cannot_run_says_why() {
    let mut world = World::new();
    ask(
        &mut world,
        AskCase::Run(profile("5", ""), "a connect\na> NOTHING".into()),
    );
    let seen = world.look();
    assert_eq!(
        seen.notices[0].text,
        "Not run: Line 2: “NOTHING” is no packet."
    );
    assert_eq!(seen.cases, []);
    let away = Box::new(Profile {
        target: Target::WebSocket("ws://127.0.0.1:1".into()),
        ..Profile::default()
    });
    ask(&mut world, AskCase::Run(away, "a connect".into()));
    let Some(Transport::Open { socket, .. }) = world.asked.pop() else {
        unreachable!("a socket is asked for");
    };
    world
        .engine
        .handle_closed(world.now, socket, &Closed::default());
    let case = world.look().cases.pop().unwrap();
    assert!(matches!(case.stage, ExaminedStage::Unreachable(_)));
    // Whoever has connections keeps them.
    assert!(world.look().summary.connections.iter().all(|it| it.id != A));
}
