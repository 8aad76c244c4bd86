//! What is in the files, in the numbers that a person reads first.

use mqttscope_protocol::{CaptureView, Instant};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::faults::struck;
use crate::pages::live::desk::Desk;
use crate::pages::live::steps::Step;
use crate::state::live::{Act, Live, Tab, words};

/// Counts that are not 0, each behind its name.
fn listed(counts: &[u64], names: &[&str]) -> String {
    let some = counts.iter().zip(names).filter(|(count, _)| **count > 0);
    let texts: Vec<String> = some
        .map(|(count, name)| format!("{name}: {}", words::whole(*count)))
        .collect();
    texts.join(" · ")
}

/// So many of something.
fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", words::whole(number))
}

/// The card.
pub(super) fn summary(capture: &CaptureView, live: &Live, desk: &Desk) -> Html {
    let whole = words::whole;
    let versions = ProtocolVersion::ALL.map(ProtocolVersion::name);
    let messages: u64 = capture.messages.iter().sum();
    let span = capture.times.map_or_else(String::new, |(from, to)| {
        if to == Instant::ZERO {
            return "without times".to_owned();
        }
        let minutes = js_sys::Date::new_0().get_timezone_offset();
        format!(
            "{} {}, {}",
            words::date(from, minutes),
            words::time(from, minutes),
            words::duration(to - from)
        )
    });
    let others = match (capture.others, capture.sealed) {
        (0, _) => String::new(),
        (others, 0) => format!("{} without MQTT", whole(others)),
        (others, sealed) => format!(
            "{} without MQTT, of which {} are TLS that no key opens",
            whole(others),
            whole(sealed)
        ),
    };
    let some = |count: u64| {
        if count == 0 {
            String::new()
        } else {
            whole(count)
        }
    };
    let missing = match capture.gaps {
        (0, _) => String::new(),
        (gaps, bytes) => format!(
            "{}, {} missing",
            counted(gaps, "gap"),
            counted(bytes, "byte")
        ),
    };
    let unreached = capture.files.iter().flat_map(|file| &file.unreached);
    let unreached: Vec<&str> = unreached.map(String::as_str).collect();
    let facts = [
        ("Recorded", span),
        ("Frames", some(capture.frames)),
        ("Connections", whole(capture.connections)),
        ("Other connections", others),
        ("Not reached", unreached.join(" · ")),
        ("Versions", listed(&capture.versions, &versions)),
        ("Clients", some(capture.clients)),
        ("Packets", whole(live.summary.log.packets)),
        ("Messages", some(messages)),
        (
            "by QoS",
            listed(&capture.messages, &["0", "1", "2", "3, not allowed"]),
        ),
        ("Not recorded", missing),
    ];
    let [errors, warnings, notes] = capture.findings;
    let findings = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            // They are of all connections, and so is the list of them.
            desk.live.dispatch(Act::Everything(true));
            desk.live.dispatch(Act::Show(Tab::Findings));
            desk.step.emit(Step::Traffic);
        })
    };
    let found = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let found: Vec<String> = (found.into_iter().filter(|(count, _)| *count > 0))
        .map(|(count, name)| counted(count, name))
        .collect();
    let found = found.join(" · ");
    html! {
        <>
            <div class="head"><h2>{ "Capture" }</h2></div>
            <div class="card-body" data-testid="capture-summary" tabindex="0" role="region" aria-label="What is in the capture">
                <dl>
                    { for facts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| html! { <><dt>{ name }</dt><dd>{ value }</dd></> }) }
                    <dt>{ "Findings" }</dt>
                    <dd>if found.is_empty() { { "none" } } else { <button class="link" data-testid="show-findings" onclick={findings}>{ found }</button> }</dd>
                </dl>
                { struck::recorded(&capture.faults, desk) }
                if !capture.notes.is_empty() {
                    <h3>{ "Not read" }</h3>
                    <ul class="notes" data-testid="capture-notes">{ for capture.notes.iter().map(|note| html! { <li>{ note }</li> }) }</ul>
                }
                <p class="quiet">{ "Select a packet or a message to see it here byte by byte." }</p>
            </div>
        </>
    }
}
