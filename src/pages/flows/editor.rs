//! A scenario as text, beside its diagram, which follows as one types.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_flows::{Run, Scenario, ScriptError};
use yew::prelude::*;

use super::act::Acts;
use super::asking::Asking;
use super::code::Code;
use super::draft;
use super::editor_help::editor_help;
use super::problems::Problems;
use crate::services::browser;
use crate::state::flows::{Act, Editing};

/// Milliseconds from a key to the diagram.
const WAIT: u32 = 160;

#[derive(Clone, Properties)]
pub(super) struct EditorProps {
    /// What is shown beside it.
    pub(super) run: Rc<Run>,
    pub(super) editing: Editing,
    pub(super) on_close: Callback<()>,
}

impl PartialEq for EditorProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.run, &other.run) && self.editing == other.editing
    }
}

/// The pane.
#[component]
pub(super) fn Editor(props: &EditorProps) -> Html {
    let acts = use_context::<Acts>();
    let text = use_state_eq(|| props.editing.text.to_string());
    let unsaved = use_state_eq(|| draft::text().filter(|draft| *draft != *props.editing.text));
    use_leaving(&text, acts.clone());
    let (scenario, errors) = Scenario::check(&text);
    {
        // The diagram follows when one pauses for a moment; a text with errors changes nothing.
        let (acts, waiting) = (acts.clone(), use_mut_ref(|| None::<Timeout>));
        let right = errors.is_empty().then(|| scenario.clone());
        use_effect_with((*text).clone(), move |_| {
            let show = move || {
                if let (Some(scenario), Some(acts)) = (right, acts) {
                    acts.dispatch(Act::Preview(scenario.into()));
                }
            };
            *waiting.borrow_mut() = Some(Timeout::new(WAIT, show));
        });
    }
    let on_text = {
        let (text, replaces) = (text.clone(), props.editing.replaces.clone());
        Callback::from(move |written: String| {
            draft::keep(&written, replaces.as_ref());
            text.set(written);
        })
    };
    let restore = {
        let (text, unsaved) = (text.clone(), unsaved.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(draft) = &*unsaved {
                text.set(draft.clone());
            }
            unsaved.set(None);
        })
    };
    let on_save = {
        let (acts, props) = (acts.clone(), props.clone());
        let right = errors.is_empty().then_some(scenario);
        Callback::from(move |()| {
            if let (Some(scenario), Some(acts)) = (right.clone(), &acts) {
                draft::forget();
                let old = props.editing.replaces.clone().map(Box::new);
                acts.dispatch(Act::Finish(scenario.into(), old));
                props.on_close.emit(());
            }
        })
    };
    let on_discard = {
        let on_close = props.on_close.clone();
        Callback::from(move |()| {
            draft::give_up();
            if let Some(acts) = &acts {
                acts.dispatch(Act::Discard);
            }
            on_close.emit(());
        })
    };
    // Escape is pressed by mistake: what was typed is given up only on a second word.
    let is_asking = use_state_eq(|| false);
    let ask = {
        let is_asking = is_asking.clone();
        Callback::from(move |asks: bool| {
            is_asking.set(asks);
            if !asks {
                // The button that had the focus goes.
                browser::focus_quietly("#script");
            }
        })
    };
    let on_cancel = {
        let would_lose = *text != *props.editing.first;
        let (ask, discard) = (ask.clone(), on_discard.clone());
        Callback::from(move |()| {
            if would_lose {
                ask.emit(true);
            } else {
                discard.emit(());
            }
        })
    };
    let on_key = {
        let (save, cancel) = (on_save.clone(), on_cancel.clone());
        let (ask, asks) = (ask.clone(), *is_asking);
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "Enter" if event.ctrl_key() || event.meta_key() => save.emit(()),
                // Who holds the key down is asked once.
                "Escape" if event.repeat() => {}
                "Escape" if asks => ask.emit(false),
                "Escape" => cancel.emit(()),
                _ => return,
            }
            event.prevent_default();
        })
    };
    // Of the run beside it, once it is of this text.
    let unused = if errors.is_empty() {
        props.run.unused.clone()
    } else {
        Vec::new()
    };
    let lines: Vec<usize> = errors
        .iter()
        .map(|error: &ScriptError| error.line)
        .collect();
    html! {
        <section class="pane scenarios editor" aria-label="Scenario editor" onkeydown={on_key}>
            // The two rows have keys, so that no button turns into another under the press.
            if *is_asking {
                <Asking key="ask" {ask} {on_discard} />
            } else {
                <div key="done" class="head">
                    <h2>{ "Scenario as text" }</h2><span class="grow"></span>
                    <button data-testid="cancel-edit" title="Close without saving (Escape)" onclick={on_cancel.reform(|_: MouseEvent| ())}>{ "Cancel" }</button>
                    <button class="main" data-testid="save-scenario" title="Keep it under “Yours” (Ctrl+Enter)" disabled={!errors.is_empty()} onclick={on_save.reform(|_: MouseEvent| ())}>{ "Save" }</button>
                </div>
            }
            if unsaved.is_some() {
                <div class="undo" role="status" data-testid="unsaved"><span>{ "There is a text that was not saved." }</span><button data-testid="restore-draft" onclick={restore}>{ "Restore it" }</button></div>
            }
            <Code text={(*text).clone()} wrong={lines} on_text={on_text.clone()} />
            <Problems text={(*text).clone()} {errors} {unused} {on_text} />
            { editor_help() }
        </section>
    }
}

/// Tells the state, which outlives the page, what was written when the page is left.
#[hook]
fn use_leaving(text: &str, acts: Option<Acts>) {
    let latest = use_mut_ref(String::new);
    text.clone_into(&mut latest.borrow_mut());
    use_effect_with((), move |()| {
        move || {
            if let Some(acts) = acts {
                acts.dispatch(Act::Leave(latest.borrow().clone().into()));
            }
        }
    });
}
