//! The faults of live connections: the same lines, and the same window, as those of a tap.

use std::rc::Rc;

use mqttscope_protocol::{AskFaults, Command};
use yew::prelude::*;

use super::desk::Desk;
use crate::pages::captures::faults::dialog::FaultsDialog;
use crate::pages::captures::faults::state::Asked;
use crate::state::live::faults::Faults;
use crate::state::live::words;

/// The title of their window, and what only holds there.
const SAYS: (&str, &str) = (
    "Faults of the connections",
    "They are for the connections of this page, and gone with it.",
);

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FaultsButtonProps {
    pub(super) faults: Rc<Faults>,
}

/// The way to their window, with how many are in force.
#[component]
pub(super) fn FaultsButton(props: &FaultsButtonProps) -> Html {
    let open = use_state_eq(|| false);
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let ask = desk.talk.reform(Command::Faults);
    let show = {
        let (open, ask) = (open.setter(), ask.clone());
        Callback::from(move |_: MouseEvent| {
            ask.emit(AskFaults::Tell);
            open.set(true);
        })
    };
    let on_close = {
        let open = open.setter();
        Callback::from(move |()| open.set(false))
    };
    let faults = &*props.faults;
    let count = (faults.told.as_ref()).map_or(0, |told| told.active.len());
    let name = match count {
        0 => "Faults of the connections".to_owned(),
        _ => format!("Faults of the connections, {count} in force"),
    };
    let asked = Asked {
        told: faults.told.clone(),
        errors: faults.errors.clone(),
        is_done: faults.is_done,
        ask,
    };
    html! {
        <>
            <button data-testid="live-faults" aria-label={name} title="Lose, cut, delay or change packets on purpose" onclick={show}>
                { "Faults" }
                if count > 0 { { " " }<span class="count" data-testid="live-faults-count">{ words::whole(count as u64) }</span> }
            </button>
            if *open && faults.told.is_some() {
                <FaultsDialog says={SAYS} faults={asked} rows={faults.rows.clone()} {on_close} />
            }
        </>
    }
}
