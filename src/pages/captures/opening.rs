//! Files dropped anywhere on the page, or chosen by a button.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast as _;
use web_sys::{DragEvent, File, FileList, HtmlInputElement};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::services::browser;

/// Takes what is dropped while the page is looked at; whether something hovers over it to be dropped.
#[hook]
pub(crate) fn use_dropping(shown: bool, on_files: &Callback<Vec<File>>) -> bool {
    let over = use_state_eq(|| false);
    {
        let (over, on_files) = (over.setter(), on_files.clone());
        use_effect_with(shown, move |&shown| {
            let window = browser::window().filter(|_| shown);
            let listeners = window.map(|window| listen(&window, &over, &on_files));
            move || {
                drop(listeners);
                over.set(false);
            }
        });
    }
    *over
}

fn listen(
    window: &web_sys::Window,
    over: &UseStateSetter<bool>,
    on_files: &Callback<Vec<File>>,
) -> [EventListener; 3] {
    let add = |kind: &'static str, then: Box<dyn Fn(&DragEvent)>| {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(window, kind, options, move |event| {
            if let Some(event) = event.dyn_ref::<DragEvent>() {
                then(event);
            }
        })
    };
    let (entered, left, dropped) = (over.clone(), over.clone(), over.clone());
    let on_files = on_files.clone();
    [
        add(
            "dragover",
            Box::new(move |event| {
                event.prevent_default();
                entered.set(true);
            }),
        ),
        add(
            "dragleave",
            Box::new(move |event| {
                // Only leaving the window itself has nothing it goes to.
                if event.related_target().is_none() {
                    left.set(false);
                }
            }),
        ),
        add(
            "drop",
            Box::new(move |event| {
                event.prevent_default();
                dropped.set(false);
                let files = event.data_transfer().and_then(|data| data.files());
                give(files, &on_files);
            }),
        ),
    ]
}

fn give(files: Option<FileList>, on_files: &Callback<Vec<File>>) {
    let Some(list) = files else { return };
    let files: Vec<File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
    if !files.is_empty() {
        on_files.emit(files);
    }
}

/// What is shown while something hovers over the page.
pub(super) fn hint() -> Html {
    html! { <div class="drop-hint" data-testid="drop-hint"><p>{ "Drop capture files, key logs" }</p></div> }
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ChooseProps {
    /// What stands on the button.
    pub(super) label: AttrValue,
    #[prop_or_default]
    pub(super) class: Classes,
    /// The names of the button and of the field behind it in tests.
    #[prop_or(("open-captures", "capture-files"))]
    pub(super) test: (&'static str, &'static str),
    pub(super) on_files: Callback<Vec<File>>,
}

/// A button that lets files be chosen.
#[component]
pub(super) fn Choose(props: &ChooseProps) -> Html {
    let input = use_node_ref();
    let press = {
        let input = input.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(input) = browser::element_of::<HtmlInputElement>(&input) {
                input.click();
            }
        })
    };
    let chosen = {
        let on_files = props.on_files.clone();
        Callback::from(move |event: Event| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            let Some(input) = input else { return };
            give(input.files(), &on_files);
            // So that the same file can be chosen again.
            input.set_value("");
        })
    };
    html! {
        <>
            <button class={props.class.clone()} data-testid={props.test.0} onclick={press}>{ icon(Icon::File) }{ props.label.clone() }</button>
            <input ref={input} type="file" multiple=true hidden=true aria-label="Capture files and key logs" data-testid={props.test.1} onchange={chosen} />
        </>
    }
}
