//! Files that were opened already: what is in them is not counted twice.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;
use yew::prelude::*;

use super::before;
use super::opened::{Mark, Opened, hash};
use crate::components::icon::{Icon, icon};
use crate::state::live::words;
use crate::state::toasts::{ToastAction, Toaster};

/// Bytes at either end of a file by which it is known again.
const PIECE: f64 = 65_536.0;

/// Opens files that are not open yet, and offers to read everything again where one is.
#[derive(Clone, PartialEq)]
pub(super) struct Opening {
    /// Files that were dropped or chosen.
    pub(super) on_files: Callback<Vec<File>>,
    /// What the companion lends.
    pub(super) on_sources: Callback<Array>,
    /// All are closed.
    pub(super) on_close: Callback<()>,
    /// The file at this place is closed; the others are read again.
    pub(super) close_one: Callback<usize>,
    /// Nothing is open any more, and not because somebody closed it.
    pub(super) forget: Callback<()>,
    /// Whether files are open that the page could not open again.
    pub(super) has_files: bool,
    /// Says which files were open already, and offers to read all again.
    pub(super) notice: Html,
}

/// `open` hands sources to the worker. `close` and `renew` start another one, which knows of none; what is looked for
/// stays with `renew`.
#[hook]
pub(super) fn use_known(
    open: &Callback<Array>,
    close: &Callback<()>,
    renew: &Callback<()>,
    toaster: Option<&Toaster>,
) -> Opening {
    let opened = use_mut_ref(Opened::<JsValue>::default);
    let again = use_state_eq(Vec::<String>::new);
    let has_files = use_state_eq(|| false);
    // The tab keeps their names for after a reload.
    let keep = {
        let has_files = has_files.setter();
        use_callback((), move |opened: Rc<RefCell<Opened<JsValue>>>, ()| {
            let opened = opened.borrow();
            before::keep(opened.names());
            has_files.set(opened.names().next().is_some());
        })
    };
    let on_files = {
        let (opened, again, open) = (opened.clone(), again.setter(), open.clone());
        let keep = keep.clone();
        use_callback((), move |files: Vec<File>, ()| {
            let (opened, again, open) = (opened.clone(), again.clone(), open.clone());
            let keep = keep.clone();
            spawn_local(async move {
                let mut marked = Vec::new();
                for file in files {
                    let mark = mark_of(&file).await;
                    marked.push((JsValue::from(&file), file.name(), mark));
                }
                let (new, known) = opened.borrow_mut().take(marked);
                again.set(known);
                keep.emit(opened);
                if !new.is_empty() {
                    open.emit(new.into_iter().collect());
                }
            });
        })
    };
    let on_sources = {
        let (opened, open) = (opened.clone(), open.clone());
        use_callback((), move |sources: Array, ()| {
            opened.borrow_mut().lend(sources.iter());
            open.emit(sources);
        })
    };
    let forget = {
        let (opened, again, has_files) = (opened.clone(), again.setter(), has_files.setter());
        use_callback((), move |(), ()| {
            opened.take();
            again.set(Vec::new());
            has_files.set(false);
        })
    };
    let on_close = {
        let (opened, forget) = (opened.clone(), forget.clone());
        let (keep, close, open) = (keep.clone(), close.clone(), open.clone());
        let toaster = toaster.cloned();
        use_callback((), move |(), ()| {
            let closed = opened.take();
            let says = match closed.len() {
                1 => "1 file is closed.".to_owned(),
                count => format!("{} files are closed.", words::whole(count as u64)),
            };
            forget.emit(());
            keep.emit(opened.clone());
            close.emit(());
            if let Some(toaster) = &toaster {
                toaster.dispatch(undo(says, closed, &opened, &keep, &open));
            }
        })
    };
    let close_one = {
        let (opened, again) = (opened.clone(), again.setter());
        let (open, renew) = (open.clone(), renew.clone());
        let toaster = toaster.cloned();
        use_callback((), move |place: usize, ()| {
            again.set(Vec::new());
            let closed = opened.borrow_mut().close(place);
            let rest = opened.borrow().all();
            keep.emit(opened.clone());
            renew.emit(());
            if !rest.is_empty() {
                open.emit(rest.into_iter().collect());
            }
            if let Some(toaster) = toaster.as_ref().filter(|_| closed.len() > 0) {
                let name = closed.names().next().map(|name| format!("“{name}”"));
                let says = format!("{} is closed.", name.as_deref().unwrap_or("1 file"));
                toaster.dispatch(undo(says, closed, &opened, &keep, &open));
            }
        })
    };
    let notice = notice(&again, &opened, open, renew);
    Opening {
        on_files,
        on_sources,
        on_close,
        close_one,
        forget,
        has_files: *has_files,
        notice,
    }
}

/// Says what is closed, and offers to open it again: a browser lets it be read as long as the page has it.
fn undo(
    says: String,
    closed: Opened<JsValue>,
    opened: &Rc<RefCell<Opened<JsValue>>>,
    keep: &Callback<Rc<RefCell<Opened<JsValue>>>>,
    open: &Callback<Array>,
) -> ToastAction {
    let closed = Rc::new(RefCell::new(closed));
    let (opened, keep, open) = (opened.clone(), keep.clone(), open.clone());
    let undo = Callback::from(move |()| {
        let sources = opened.borrow_mut().restore(closed.take());
        keep.emit(opened.clone());
        if !sources.is_empty() {
            open.emit(sources.into_iter().collect());
        }
    });
    ToastAction::Offer(says, "Undo", undo)
}

fn notice(
    again: &UseStateHandle<Vec<String>>,
    opened: &Rc<RefCell<Opened<JsValue>>>,
    open: &Callback<Array>,
    renew: &Callback<()>,
) -> Html {
    if again.is_empty() {
        return Html::default();
    }
    let close = {
        let again = again.setter();
        Callback::from(move |_: MouseEvent| again.set(Vec::new()))
    };
    let read_again = {
        let (again, opened) = (again.setter(), opened.clone());
        let (open, renew) = (open.clone(), renew.clone());
        Callback::from(move |_: MouseEvent| {
            again.set(Vec::new());
            renew.emit(());
            open.emit(opened.borrow().all().into_iter().collect());
        })
    };
    html! {
        <div class="undo" role="status" data-testid="open-already">
            <span>{ again.join(", ") }{ ": not read twice." }</span>
            <button data-testid="read-again" title="Read all files again from the start" onclick={read_again}>{ "Read again" }</button>
            <button class="bare square" data-testid="close-open-already" aria-label="Close this message" title="Close" onclick={close}>{ icon(Icon::Cross) }</button>
        </div>
    }
}

/// None: the browser does not read it, which the worker will say.
async fn mark_of(file: &File) -> Option<Mark> {
    let size = file.size();
    let first = piece(file, 0.0, size.min(PIECE)).await?;
    let last = piece(file, (size - PIECE).max(0.0), size).await?;
    Some(Mark {
        size: size as u64,
        hash: hash(&[&first, &last]),
    })
}

async fn piece(file: &File, from: f64, to: f64) -> Option<Vec<u8>> {
    let part = file.slice_with_f64_and_f64(from, to).ok()?;
    let buffer = JsFuture::from(part.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
