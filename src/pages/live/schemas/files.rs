//! The files with schemas.

use mqttscope_protocol::schema::{File, MOST_OF_FILE};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{FileList, HtmlInputElement};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::services::{browser, files};
use crate::state::live::schemas::Known;
use crate::state::live::words;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct FilesProps {
    pub(super) known: Known,
    pub(super) on_change: Callback<Known>,
}

/// The list, and the ways to give more: a button, and dropping them here.
#[component]
pub(super) fn Files(props: &FilesProps) -> Html {
    let chooser = use_node_ref();
    let refused = use_state_eq(Vec::<String>::new);
    let take = {
        let (known, on_change) = (props.known.clone(), props.on_change.clone());
        let refused = refused.setter();
        Callback::from(move |list: FileList| {
            let (known, on_change, refused) = (known.clone(), on_change.clone(), refused.clone());
            spawn_local(async move {
                let (mut given, mut why) = (Vec::new(), Vec::new());
                for file in (0..list.length()).filter_map(|at| list.get(at)) {
                    if file.size() > MOST_OF_FILE as f64 {
                        why.push(format!(
                            "{} is larger than 1 MiB, more than a schema may have.",
                            file.name()
                        ));
                        continue;
                    }
                    match files::read(file).await {
                        Ok(opened) => given.push(File {
                            name: opened.name,
                            bytes: opened.bytes,
                        }),
                        Err(fault) => why.push(fault),
                    }
                }
                refused.set(why);
                on_change.emit(known.with_files(given));
            });
        })
    };
    let on_file = {
        let take = take.clone();
        Callback::from(move |event: Event| {
            let input = event
                .target()
                .and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
            if let Some(list) = input.and_then(|input| input.files()) {
                take.emit(list);
            }
        })
    };
    let on_drop = Callback::from(move |event: DragEvent| {
        event.prevent_default();
        // The page would take them for captures.
        event.stop_propagation();
        if let Some(list) = event.data_transfer().and_then(|data| data.files()) {
            take.emit(list);
        }
    });
    let over = Callback::from(|event: DragEvent| event.prevent_default());
    let choose = {
        let chooser = chooser.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(chooser) = browser::element_of::<HtmlInputElement>(&chooser) {
                // So that the same file can be chosen again.
                chooser.set_value("");
                chooser.click();
            }
        })
    };
    let given = props.known.given.files.iter().enumerate();
    let faults = props.known.read.faults().iter();
    html! {
        <section aria-label="Files" ondrop={on_drop} ondragover={over}>
            <h3>{ "Files" }</h3>
            if props.known.given.files.is_empty() {
                <p class="quiet">{ "Choose or drop .proto files, descriptor sets of protoc, or Avro schemas (.avsc)." }</p>
            }
            <ul class="schema-list">{ for given.zip(faults).map(|((at, file), fault)| row(at, file, fault.as_deref(), props)) }</ul>
            { for refused.iter().map(|why| html! { <p class="is-error" role="alert" data-testid="schema-refused">{ why }</p> }) }
            <button type="button" data-testid="add-schema" onclick={choose}>{ "Add files…" }</button>
            <input ref={chooser} type="file" multiple=true hidden=true aria-label="Files with schemas" data-testid="schema-file" onchange={on_file} />
        </section>
    }
}

fn row(at: usize, file: &File, fault: Option<&str>, props: &FilesProps) -> Html {
    let remove = {
        let (known, on_change) = (props.known.clone(), props.on_change.clone());
        Callback::from(move |_: MouseEvent| on_change.emit(known.without_file(at)))
    };
    let label = format!("Remove {}", file.name);
    html! {
        <li key={file.name.clone()} data-testid="schema-row">
            <span class="mono">{ &file.name }</span>
            <span class="quiet">{ words::bytes(file.bytes.len() as u64) }</span>
            <button type="button" class="bare square" data-testid="remove-schema" aria-label={label.clone()} title={label} onclick={remove}>{ icon(Icon::Cross) }</button>
            if let Some(fault) = fault { <span class="is-error says" data-testid="schema-fault">{ format!("Not read: {fault}.") }</span> }
        </li>
    }
}
