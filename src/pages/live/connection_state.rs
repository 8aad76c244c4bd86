//! Where a connection stands, in words.

use mqttscope_protocol::{ConnectionState, ConnectionView, OpeningView};

use crate::state::live::words;

/// Why it does not work, in words; empty where it does.
pub(super) fn cause(state: &ConnectionState) -> &str {
    match state {
        ConnectionState::Waiting { cause, .. } | ConnectionState::Failed { cause } => cause,
        ConnectionState::Closed | ConnectionState::Opening | ConnectionState::Open => "",
    }
}

/// The answers that its server owes for seconds, in words.
pub(super) fn overdue(view: Option<&ConnectionView>) -> Option<&str> {
    view.and_then(|view| view.overdue.as_deref())
}

/// What it has waited for, since a second at least, and until when it does.
fn waits(opening: OpeningView) -> Option<String> {
    let waited = opening.waited.as_secs();
    let what = if opening.for_connack {
        "no CONNACK"
    } else {
        "not open"
    };
    let left = opening.gives_up_in.as_secs();
    (waited > 0).then(|| format!("{what} for {waited} s, gives up in {left} s"))
}

/// The state's name, and what there is to say about it.
pub(super) fn said(
    state: &ConnectionState,
    view: Option<&ConnectionView>,
) -> (&'static str, String) {
    match state {
        ConnectionState::Closed => ("closed", String::new()),
        ConnectionState::Opening => {
            let arriving = view.and_then(|view| view.arriving.as_deref());
            let arriving = arriving.map(|arriving| format!(" {arriving}"));
            let waits = view.and_then(|view| view.opening).and_then(waits);
            let waits = waits.unwrap_or_else(|| "connecting…".to_owned());
            let says = format!("{waits}{}", arriving.unwrap_or_default());
            ("opening", says)
        }
        ConnectionState::Open => {
            if let Some(arriving) = view.and_then(|view| view.arriving.as_deref()) {
                return ("open", format!("incomplete: {arriving}"));
            }
            if let Some(overdue) = overdue(view) {
                return ("open", overdue.to_owned());
            }
            let session = match view.and_then(|view| view.session_present) {
                Some(true) => "session present",
                _ => "new session",
            };
            match view.map_or("", |view| view.client_identifier.as_str()) {
                "" => ("open", session.to_owned()),
                client => ("open", format!("{session} · {client}")),
            }
        }
        ConnectionState::Waiting { cause, again_in } => (
            "waiting",
            format!(
                "{cause} · again in {}",
                words::duration(*again_in).replace(' ', "\u{a0}")
            ),
        ),
        ConnectionState::Failed { cause } => ("failed", cause.clone()),
    }
}
