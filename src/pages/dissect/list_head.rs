//! Above the packets: how many there are, and how many of them are at fault.

use std::rc::Rc;

use mqttscope_view::digits::counted;
use mqttscope_wire::{FirstError, Score};
use yew::prelude::*;

use super::desk::Desk;
use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::hooks::TextsStage;
use crate::state::workbench::{Act, Document};

/// The bar, and below it the reading of another version that is nearly as good.
pub(super) fn list_head(desk: &Rc<Desk>, texts: &TextsStage) -> Html {
    html! {
        <>
            { count(desk) }
            { other_reading(desk, texts) }
        </>
    }
}

/// The reading that is nearly as good, where nobody chose a version.
pub(super) fn alternative(now: &Document) -> Option<&Score> {
    now.recording
        .detection()
        .alternatives
        .first()
        .filter(|_| now.version.is_none())
}

/// What the error says; the name of its rule until the texts are here.
fn message(first: &FirstError, bytes: &[u8], texts: &TextsStage) -> String {
    let diagnostic = &first.diagnostic;
    match texts {
        TextsStage::Here(texts) => {
            let rule = texts.rule(diagnostic.rule, diagnostic.version);
            diagnostic.filled(rule.message, first.packet(bytes))
        }
        _ => diagnostic.rule.name().to_owned(),
    }
}

/// What another version would say, where the version is a guess that might have gone the other way.
fn other_reading(desk: &Rc<Desk>, texts: &TextsStage) -> Html {
    let Some(other) = alternative(&desk.now) else {
        return Html::default();
    };
    let bytes = desk.now.recording.bytes();
    let name = other.version.name();
    let says = match other.first {
        None => format!("MQTT {name} can read this, too, and finds no error."),
        Some(first) => format!(
            "MQTT {name} can read this, too, with {}: {}",
            counted(other.errors as usize, "error"),
            message(&first, bytes, texts)
        ),
    };
    let read = desk.on_press(Act::ReadVersion(Some(other.version)));
    html! {
        <div class="list-head other" data-testid="other-reading">
            <span>{ marked(&says) }</span>
            <button class="bare" onclick={read}>{ format!("Read as {name}") }</button>
        </div>
    }
}

fn count(desk: &Rc<Desk>) -> Html {
    let recording = &desk.now.recording;
    let packets = recording.packets();
    let is_faulty = |&index: &usize| {
        let own = packets.get(index).map_or(0, |packet| packet.errors);
        own > 0 || desk.added(index)[0] > 0
    };
    let behind = desk.now.packet.saturating_add(1);
    let faulty = (0..packets.len()).filter(is_faulty).count();
    // Behind the last one the first comes again.
    let next = (behind..packets.len()).chain(0..behind).find(is_faulty);
    let jump = desk.on_press(Act::Select(next.unwrap_or_default()));
    let says = match faulty {
        more if desk.may_add_more() => format!("at least {more} packets with errors"),
        1 => "1 packet with errors".to_owned(),
        more => format!("{more} packets with errors"),
    };
    html! {
        <div class="list-head">
            <span data-testid="count">
                { counted(packets.len(), "packet") }
                { " · " }
                { counted(recording.bytes().len(), "byte") }
            </span>
            <span class="grow"></span>
            if faulty > 0 {
                <button
                    class="bare is-error"
                    data-testid="next-fault"
                    title="Go to the next packet with a fault"
                    onclick={jump}
                >
                    { icon(Icon::Fault) }
                    { says }
                    { icon(Icon::Down) }
                </button>
            }
        </div>
    }
}
