//! One check: what the standard asks, what was expected, what came.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{CheckLine, CheckView, Command, Examine, ExaminedCheck};
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::conversation::Conversation;
use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;
use crate::pages::live::desk::Desk;
use crate::services::browser;
use crate::state::live::Act;
use crate::state::live::examine::{Statements, look};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct CheckPaneProps {
    pub(super) check: CheckView,
    pub(super) opened: Rc<ExaminedCheck>,
    /// What statements ask; none: not known yet.
    pub(super) statements: Option<Rc<Statements>>,
    /// Other checks run.
    pub(super) is_on: bool,
    /// It is of a report that is kept without its packets.
    pub(super) is_kept: bool,
}

#[component]
pub(super) fn CheckPane(props: &CheckPaneProps) -> Html {
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let (check, opened) = (&props.check, &props.opened);
    let close = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| {
            desk.live.dispatch(Act::CloseCheck);
            // On a narrow screen the list is not there before.
            Timeout::new(0, || browser::focus_id("checks")).forget();
        })
    };
    let again = {
        let (desk, number, is_on) = (desk, check.number, props.is_on);
        Callback::from(move |_: MouseEvent| {
            if !is_on {
                desk.talk.emit(Command::Examine(Examine::Again(number)));
            }
        })
    };
    let (word, class) = look(opened.judged.as_ref().map(|judged| judged.verdict));
    let (shown, lead): (Vec<_>, Vec<_>) = opened.lines.iter().partition(|line| line.is_shown);
    html! {
        <section class="pane examine-side" aria-label="Check" data-testid="check">
            <div class="head">
                <h2 title={check.name.clone()}>{ &check.name }</h2><span>{ format!("MQTT {}", check.version.name()) }</span>
                <span class="grow"></span>
                if !props.is_kept { <button data-testid="check-again" aria-disabled={props.is_on.to_string()} title="Runs this check once more; its verdict takes the place of this one" onclick={again}>{ icon(Icon::Redo) }{ "Run again" }</button> }
                <button class="bare square" data-testid="check-close" aria-label="Close the check" onclick={close}>{ icon(Icon::Cross) }</button>
            </div>
            <div class="check-body" data-testid="check-body" tabindex="0" role="region" aria-label="The check">
                <p class="asks">{ &check.title }</p>
                <p class="judged"><b class={classes!("verdict", class)} data-testid="check-verdict">{ word }</b>
                    if let Some(judged) = &opened.judged { <span data-testid="check-why">{ marked(&judged.why) }</span> }</p>
                { asked(check.version, &check.statements, check.is_must, props.statements.as_deref()) }
                if !shown.is_empty() { <h3>{ "What was expected" }</h3>{ lines(&shown) } }
                if !lead.is_empty() { <h3>{ "What leads there" }</h3>{ lines(&lead) } }
                { notation() }
                if !opened.rows.is_empty() { <h3>{ "What came" }</h3><Conversation opened={opened.clone()} /> }
                else if props.is_kept { <p class="quiet" data-testid="check-kept">{ "Its packets are not kept. “Examine again…” shows them." }</p> }
                else if opened.judged.is_some() { <p class="quiet">{ "Nothing was sent for it." }</p> }
            </div>
        </section>
    }
}

/// The statements of a check or a situation, each with what it asks.
pub(in crate::pages::live) fn asked(
    version: ProtocolVersion,
    ids: &[String],
    is_must: bool,
    statements: Option<&Statements>,
) -> Html {
    let word = if is_must { "MUST" } else { "SHOULD" };
    if ids.is_empty() {
        return html! { <p class="quiet">{ format!("The statements of version {} have no names.", version.name()) }</p> };
    }
    html! {
        <ul class="asked" data-testid="check-statements">
            { for ids.iter().map(|id| html! {
                <li>{ rule_chip(version, id) }{ " " }{ word }{ ": " }{ statements.and_then(|all| all.of(version, id)).unwrap_or_default().to_owned() }</li>
            }) }
        </ul>
    }
}

/// Lines of the conversation as it is written: `a>` is sent on connection a, `a<` comes there.
pub(in crate::pages::live) fn lines(lines: &[&CheckLine]) -> Html {
    html! {
        <ol class="check-lines">
            { for lines.iter().map(|line| html! {
                <li><code>{ &line.text }</code>if !line.note.is_empty() { <span class="quiet">{ &line.note }</span> }</li>
            }) }
        </ol>
    }
}

/// What the signs of these lines mean.
const NOTATION: [(&str, &str); 12] = [
    (
        "a connect clean / present",
        "Client a connects with what stands before the slash; the CONNACK has to say what stands behind it.",
    ),
    (
        "a> PUBLISH ~/x p q1",
        "Client a sends this packet: to topic x, with payload p, at QoS 1. a2 is another connection of client a.",
    ),
    (
        "a< SUBACK #1 00",
        "The broker’s next packet of this type to client a has to be this one: with Packet Identifier 1 and Reason Code 0x00.",
    ),
    (
        "a<! PINGRESP",
        "Its very next packet, of whatever type, has to be this one.",
    ),
    (
        "a<~ PUBLISH ~/x",
        "One of the packets that came has to be this one.",
    ),
    (
        "a? close -> allowed",
        "Where this comes in place of the next line: the verdict, or “next” to go on.",
    ),
    (
        "a none 700 PUBLISH",
        "No such packet may come for 700 ms. * stands for each type.",
    ),
    (
        "a< close",
        "The broker has to close the connection. “a cut”: this side drops it; “a end”: it says DISCONNECT first.",
    ),
    ("+1500", "1500 ms pass."),
    (
        "~, $1",
        "The beginning of this check’s own topics and identifiers; a value that came and is used later.",
    ),
    (
        "!dup, 8x, 00|10",
        "Something is not there; any code that begins with 8; either of two.",
    ),
    ("[v5], [v3]", "In version 5 only; before it only."),
];

pub(in crate::pages::live) fn notation() -> Html {
    html! {
        <details class="check-notation" data-testid="check-notation">
            <summary>{ "How to read these lines" }</summary>
            <dl>{ for NOTATION.iter().map(|(sign, says)| html! { <><dt><code>{ *sign }</code></dt><dd>{ *says }</dd></> }) }</dl>
        </details>
    }
}
