//! How far it is, and what can be done about it.

use mqttscope_protocol::{Command, Examine, ExaminedFormat, ExaminedStage, ExaminedView};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::pages::live::desk::Desk;
use crate::state::live::words;

/// The line with the bar and the buttons. `kept`: it is the report of an earlier visit; what is
/// said of that.
pub(super) fn progress(
    view: &ExaminedView,
    kept: Option<&str>,
    on_anew: &Callback<MouseEvent>,
    desk: &Desk,
) -> Html {
    let (says, is_bad) = said(view);
    let says = match kept {
        Some(kept) => format!("{kept} {says}"),
        None => says,
    };
    let is_paused = view.stage == ExaminedStage::Paused;
    let ask = |wanted: Examine| {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.talk.emit(Command::Examine(wanted.clone())))
    };
    let can_pause = is_paused || view.stage == ExaminedStage::Running;
    let is_on = view.stage.is_on();
    let has_file = view.done > 0 && !is_on && kept.is_none();
    html! {
        <section class="examine-progress" aria-label="How far it is">
            <p class={classes!(is_bad.then_some("is-error"))} role="status" data-testid="examine-state">{ says }</p>
            if is_on {
                <span class="quiet" data-testid="examine-done">{ counted(view) }</span>
                <progress aria-label="Checks that are done" max={view.total.max(1).to_string()} value={view.done.to_string()}></progress>
            }
            <span class="does">
                if is_on {
                    <button key="pause" data-testid="examine-pause" aria-disabled={(!can_pause).to_string()} onclick={ask(Examine::Pause(!is_paused))}>
                        { icon(if is_paused { Icon::Play } else { Icon::Pause }) }{ if is_paused { "Go on" } else { "Pause" } }
                    </button>
                    <button key="cancel" data-testid="examine-cancel" aria-disabled={(view.stage == ExaminedStage::Ending).to_string()} onclick={ask(Examine::Cancel)}>{ "Cancel" }</button>
                } else {
                    <button key="anew" data-testid="examine-anew" data-home="" onclick={on_anew.clone()}>{ "Examine again…" }</button>
                }
                if has_file {
                    <button key="json" data-testid="examine-json" title="All verdicts with their packets, for programs: as mqttscope examine --format json" onclick={ask(Examine::Export(ExaminedFormat::Json))}>{ "Save as JSON" }</button>
                    <button key="html" data-testid="examine-html" title="One file with all verdicts and their packets, which any browser shows" onclick={ask(Examine::Export(ExaminedFormat::Html))}>{ "Save as HTML" }</button>
                }
            </span>
        </section>
    }
}

/// Where it stands, and whether it did not work.
fn said(view: &ExaminedView) -> (String, bool) {
    let took = words::duration(view.took);
    let says = match &view.stage {
        ExaminedStage::None => String::new(),
        ExaminedStage::Reaching => "Connecting to the broker…".into(),
        ExaminedStage::Running if is_again(view) => "One check runs again.".into(),
        ExaminedStage::Running => "Checks run.".into(),
        ExaminedStage::Paused if view.running.is_empty() => "Paused: no check runs.".into(),
        ExaminedStage::Paused => "Pausing: those that run go on to their end.".into(),
        ExaminedStage::Ending => {
            "Ending: sessions and retained messages are taken away at the broker.".into()
        }
        ExaminedStage::Done if view.lost.is_some() => {
            let why = view.lost.as_deref().unwrap_or_default();
            return (format!("Ended after {took}. {why}"), true);
        }
        ExaminedStage::Done => format!("Done in {took}."),
        ExaminedStage::Cancelled if view.done == 0 => "Cancelled before a check was done.".into(),
        ExaminedStage::Cancelled => {
            format!("Cancelled after {took}: what was found until then stays.")
        }
        ExaminedStage::Unreachable(why) => {
            return (
                format!(
                    "The broker could not be reached: {}.",
                    why.trim_end_matches('.')
                ),
                true,
            );
        }
    };
    (says, false)
}

/// All are done, and one of them is run once more.
const fn is_again(view: &ExaminedView) -> bool {
    view.total > 0 && view.done == view.total
}

/// Checks that are done, and the time that is left.
fn counted(view: &ExaminedView) -> String {
    if view.total == 0 || is_again(view) {
        return String::new();
    }
    let (done, total) = (
        words::whole(view.done.into()),
        words::whole(view.total.into()),
    );
    let left = match (&view.stage, view.left.as_secs().saturating_add(1)) {
        _ if view.left.is_zero() => String::new(),
        (ExaminedStage::Running, seconds) if seconds < 100 => format!(", about {seconds} s left"),
        (ExaminedStage::Running, seconds) => {
            format!(", about {} min left", seconds.div_ceil(60))
        }
        _ => String::new(),
    };
    format!("{done} of {total} checks{left}")
}
