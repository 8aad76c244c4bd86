//! Terms of the standard that explain themselves: a button that opens a sentence and the link to the section
//! where the standard defines the term.

use mqttscope_view::glossary::{self, Term};
use mqttscope_view::standard;
use mqttscope_wire::ProtocolVersion;
use yew::prelude::*;

use super::inspector::marked;

/// What a term is given.
#[derive(Clone, PartialEq, Properties)]
pub struct GlossaryTermProps {
    /// The term.
    pub term: &'static str,
    /// What the button says; the term itself, or a mark beside it.
    #[prop_or_default]
    pub says: AttrValue,
}

/// A term. The browser opens and closes what belongs to it, by mouse and keyboard, Escape included.
#[component]
pub fn GlossaryTerm(props: &GlossaryTermProps) -> Html {
    // One term may be in several places.
    let ready = use_state_eq(|| false);
    let id = use_memo((), |()| format!("term-{:x}", next_number()));
    let Some(term) = glossary::find(props.term) else {
        return html! { { props.says.clone() } };
    };
    let is_mark = props.says.is_empty();
    // What it means is no part of the text around it before somebody asks.
    let ask = {
        let ready = ready.clone();
        Callback::from(move |_: MouseEvent| ready.set(true))
    };
    html! {
        <span class="glossary">
            <button
                type="button"
                class={classes!("term", is_mark.then_some("mark"))}
                popovertarget={(*id).clone()}
                data-testid="term"
                onclick={ask}
                aria-label={is_mark.then(|| format!("What is {}?", term.name))}
            >
                { if is_mark { AttrValue::from("?") } else { props.says.clone() } }
            </button>
            <span id={(*id).clone()} popover="auto" class="meaning" role="note" data-testid="meaning">
                if *ready {
                    <b>{ term.name }</b>
                    <span>{ marked(term.meaning) }</span>
                    <span class="places">
                        { place(ProtocolVersion::V5, term.v5) }
                        { place(ProtocolVersion::V3_1_1, term.v3_1_1) }
                    </span>
                }
            </span>
        </span>
    }
}

/// A label, with the term that it is as a button.
pub fn label(text: &str) -> Html {
    match glossary::find(text) {
        Some(Term { name, .. }) => {
            let rest = text.get(name.len()..).unwrap_or_default().to_owned();
            html! { <><GlossaryTerm term={*name} says={*name} />{ rest }</> }
        }
        None => html! { { text.to_owned() } },
    }
}

/// A sentence, with the terms in it as buttons.
pub fn sentence(text: &str) -> Html {
    html! {
        { for glossary::parts(text).into_iter().map(|(part, term)| match term {
            Some(term) => html! { <GlossaryTerm term={term.name} says={part.to_owned()} /> },
            None => html! { { part.to_owned() } },
        }) }
    }
}

/// A mark beside a label that has a term in it; nothing where it has none.
pub fn mark(text: &str) -> Html {
    match glossary::find(text) {
        Some(Term { name, .. }) => html! { <GlossaryTerm term={*name} /> },
        None => Html::default(),
    }
}

fn place(version: ProtocolVersion, section: &'static str) -> Html {
    let Some(address) = standard::section_address(version, section).filter(|_| !section.is_empty())
    else {
        return Html::default();
    };
    html! {
        <a href={address} target="_blank" rel="noopener">
            { format!("MQTT {} section {section}", version.name()) }
            <span class="unseen">{ ", opens in a new tab" }</span>
        </a>
    }
}

fn next_number() -> u32 {
    use core::cell::Cell;
    thread_local! {
        static NEXT: Cell<u32> = const { Cell::new(0) };
    }
    NEXT.replace(NEXT.get().wrapping_add(1))
}
