//! Faults on a tap that the companion lends: which are in force, others, and what each has done.

pub(in crate::pages) mod dialog;
mod lines;
pub(in crate::pages) mod state;
pub(super) mod struck;

use mqttscope_protocol::{CaptureState, CaptureView, FaultRow, TapFaults};
use mqttscope_view::conversation::sentence;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::state::live::words;
use dialog::FaultsDialog;
use state::use_tap_faults;

/// The title of its window, and what only holds there.
const SAYS: (&str, &str) = (
    "Faults of the tap",
    "All pages on this tap see and change the same lines.",
);

/// The tap that the companion with this token lends, where it lends one: how it is, and the way to its faults.
pub(super) fn tap(companion: Option<&AttrValue>, capture: &CaptureView) -> Html {
    let Some(token) = companion else {
        return Html::default();
    };
    // A tap is what grows.
    let place = capture.files.iter().position(|file| file.size.is_none());
    let rows = capture.faults.iter().filter(|row| Some(row.file) == place);
    let state = place
        .and_then(|place| capture.files.get(place))
        .map(|file| file.state.clone());
    html! { <Tap token={token.clone()} rows={rows.cloned().collect::<Vec<_>>()} {state} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct TapProps {
    token: AttrValue,
    /// What the recording of the tap tells of its faults.
    rows: Vec<FaultRow>,
    /// How far what it sends is read.
    state: Option<CaptureState>,
}

#[component]
fn Tap(props: &TapProps) -> Html {
    let open = use_state_eq(|| false);
    let has_ended = matches!(
        props.state,
        Some(CaptureState::Read | CaptureState::Failed(_) | CaptureState::Awaited)
    );
    let faults = use_tap_faults(&props.token, *open, has_ended);
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
    let names: Vec<&str> = told.taps.iter().map(|tap| &*tap.name).collect();
    let trouble = trouble(told, props.state.as_ref());
    html! {
        <div class="tap-line" data-testid="tap-line">
            <span class="names" title={names.join(", ")}>{ names.join(", ") }</span>
            <span class="says" role="status" data-testid="tap-says">
                if props.state == Some(CaptureState::Stopped) {
                    { "Stopped here; the tap goes on. Load this page again to see what passes it." }
                } else if let Some(trouble) = trouble { <span class="is-error">{ icon(Icon::Fault) }</span>{ trouble } }
            </span>
            if told.allowed || count > 0 {
                <button data-testid="faults-open" aria-label={name} title="Break what passes the tap, on purpose" onclick={show(true).reform(|_: MouseEvent| ())}>
                    { "Faults" }
                    if count > 0 { { " " }<span class="count" data-testid="faults-count">{ words::whole(count as u64) }</span> }
                </button>
            }
            if *open {
                <FaultsDialog says={SAYS} faults={faults.clone()} rows={props.rows.clone()} on_close={show(false)} />
            }
        </div>
    }
}

/// Why nothing comes of the tap.
fn trouble(told: &TapFaults, state: Option<&CaptureState>) -> Option<String> {
    let over = match state? {
        CaptureState::Awaited => {
            return Some("The companion does not answer. This page goes on trying.".to_owned());
        }
        CaptureState::Read => Some("the companion has ended, and the tap with it".to_owned()),
        CaptureState::Failed(why) => Some(why.clone()),
        CaptureState::Stopped
        | CaptureState::Waiting
        | CaptureState::Reading
        | CaptureState::Keys(_) => None,
    };
    if let Some(why) = over {
        return Some(format!("Nothing more comes: {why}."));
    }
    let says: Vec<String> = (told.taps.iter())
        .filter_map(|tap| Some(sentence(tap.trouble.as_deref()?)))
        .collect();
    (!says.is_empty()).then(|| says.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::TapTold;

    #[test]
    fn a_tap_that_carries_nothing_says_why() {
        let tap = |trouble: Option<&str>| TapTold {
            name: "tap".to_owned(),
            trouble: trouble.map(str::to_owned),
        };
        let told = |taps: Vec<TapTold>| TapFaults {
            taps,
            ..TapFaults::default()
        };
        let reading = Some(&CaptureState::Reading);
        let well = told(vec![tap(None)]);
        assert_eq!(trouble(&well, reading), None);
        let says = trouble(
            &told(vec![tap(None), tap(Some("the broker is gone"))]),
            reading,
        );
        assert_eq!(says.as_deref(), Some("The broker is gone."));
        let awaited = trouble(&well, Some(&CaptureState::Awaited));
        assert!(awaited.is_some_and(|says| says.contains("goes on trying")));
        let over = trouble(&well, Some(&CaptureState::Read));
        assert!(over.is_some_and(|says| says.contains("the companion has ended")));
        let failed = CaptureState::Failed("the companion has closed the connection".to_owned());
        let says = trouble(&well, Some(&failed));
        let wanted = "Nothing more comes: the companion has closed the connection.";
        assert_eq!(says.as_deref(), Some(wanted));
    }
}
