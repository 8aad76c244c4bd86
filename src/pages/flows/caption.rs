//! What just happened, in a sentence, and which statement asks for it.

use mqttscope_flows::{Beat, seconds};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use crate::components::glossary::sentence;
use crate::components::rule_chip::rule_chip;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CaptionProps {
    pub(super) beat: Option<Beat>,
    /// The version that the scenario speaks.
    pub(super) version: ProtocolVersion,
    pub(super) playing: bool,
    /// The present step, from 0, and how many there are.
    pub(super) step: usize,
    pub(super) of: usize,
}

/// The caption. While it plays nobody is read every sentence; who steps is.
#[component]
pub(super) fn Caption(props: &CaptionProps) -> Html {
    let Some(beat) = &props.beat else {
        return Html::default();
    };
    let number = props.step.saturating_add(1);
    html! {
        <div class={classes!("caption", beat.fault.then_some("fault"))} data-testid="caption">
            <p aria-live={if props.playing { "off" } else { "polite" }}>
                { worded(&beat.text) }{ " " }
                { for beat.statements.iter().map(|id| rule_chip(props.version, id)) }
            </p>
            <span class="mono quiet" data-testid="step">{ format!("{} · step {number} of {}", seconds(beat.at), props.of) }</span>
        </div>
    }
}

/// A sentence with its terms explained; what stands between backticks is code.
fn worded(text: &str) -> Html {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(part, text)| match part % 2 {
        0 => sentence(text),
        _ => html! { <code>{ text.to_owned() }</code> },
    });
    parts.collect()
}
