//! Faults on a tap that the companion lends: which are in force, others, and what each has done.

mod dialog;
mod lines;
mod state;
pub(super) mod struck;

use mqttscope_protocol::{CaptureView, FaultRow};
use yew::prelude::*;

use crate::state::live::words;
use dialog::FaultsDialog;
use state::use_tap_faults;

/// The way to the faults of the tap, where the companion with this token lends one.
pub(super) fn faults(companion: Option<&AttrValue>, capture: &CaptureView) -> Html {
    let Some(token) = companion else {
        return Html::default();
    };
    // A tap is what grows.
    let tap = capture.files.iter().position(|file| file.size.is_none());
    let rows = capture.faults.iter().filter(|row| Some(row.file) == tap);
    html! { <Faults token={token.clone()} rows={rows.cloned().collect::<Vec<_>>()} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct FaultsProps {
    token: AttrValue,
    /// What the recording of the tap tells of them.
    rows: Vec<FaultRow>,
}

#[component]
fn Faults(props: &FaultsProps) -> Html {
    let open = use_state_eq(|| false);
    let faults = use_tap_faults(&props.token, *open);
    let Some(told) = &faults.told else {
        return Html::default();
    };
    let show = |to: bool| {
        let open = open.setter();
        Callback::from(move |()| open.set(to))
    };
    let count = told.active.len();
    let name = match count {
        0 => "Faults of the tap".to_owned(),
        _ => format!("Faults of the tap, {count} in force"),
    };
    html! {
        <>
            <button data-testid="faults-open" aria-label={name} title="Break what passes the tap, on purpose" onclick={show(true).reform(|_: MouseEvent| ())}>
                { "Faults" }
                if count > 0 { { " " }<span class="count" data-testid="faults-count">{ words::whole(count as u64) }</span> }
            </button>
            if *open {
                <FaultsDialog faults={faults.clone()} rows={props.rows.clone()} on_close={show(false)} />
            }
        </>
    }
}
