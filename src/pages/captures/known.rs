//! Files that were opened already: what is in them is not counted twice.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::File;
use yew::prelude::*;

use super::before;
use crate::components::icon::{Icon, icon};

/// Bytes at either end of a file by which it is known again.
const PIECE: f64 = 65_536.0;

/// By what a file is known again, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    size: u64,
    /// Of its first and its last bytes.
    hash: u64,
}

/// What was opened, as it was handed to the worker.
#[derive(Clone, Debug, PartialEq)]
struct Source<S> {
    source: S,
    /// Of a file its name; none: the companion lends it.
    name: Option<String>,
    mark: Option<Mark>,
}

/// All that was opened, in its order.
#[derive(Debug, Default)]
struct Opened<S> {
    sources: Vec<Source<S>>,
}

impl<S: Clone> Opened<S> {
    /// Takes up the files that are new, and gives them, and what is to be said of the others.
    fn take(&mut self, files: Vec<(S, String, Option<Mark>)>) -> (Vec<S>, Vec<String>) {
        let (mut new, mut again) = (Vec::new(), Vec::new());
        for (source, name, mark) in files {
            let mut sources = self.sources.iter();
            let known = sources.find(|it| mark.is_some() && it.mark == mark);
            match known.and_then(|it| it.name.as_deref()) {
                Some(before) if *before == name => {
                    again.push(format!("“{name}” is open already"));
                }
                Some(before) => {
                    again.push(format!("“{name}” has the same bytes as “{before}”"));
                }
                None => {
                    new.push(source.clone());
                    let name = Some(name);
                    self.sources.push(Source { source, name, mark });
                }
            }
        }
        (new, again)
    }

    /// Takes up what the companion lends.
    fn lend(&mut self, sources: impl Iterator<Item = S>) {
        let lent = |source| Source {
            source,
            name: None,
            mark: None,
        };
        self.sources.extend(sources.map(lent));
    }

    /// Forgets the one at this place, and gives those that stay.
    fn close(&mut self, place: usize) -> Vec<S> {
        if place < self.sources.len() {
            self.sources.remove(place);
        }
        self.all()
    }

    fn all(&self) -> Vec<S> {
        self.sources.iter().map(|it| it.source.clone()).collect()
    }

    /// The names of its files.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().filter_map(|it| it.name.as_deref())
    }
}

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
        let (keep, close) = (keep.clone(), close.clone());
        use_callback((), move |(), ()| {
            forget.emit(());
            keep.emit(opened.clone());
            close.emit(());
        })
    };
    let close_one = {
        let (opened, again) = (opened.clone(), again.setter());
        let (open, renew) = (open.clone(), renew.clone());
        use_callback((), move |place: usize, ()| {
            again.set(Vec::new());
            let rest = opened.borrow_mut().close(place);
            keep.emit(opened.clone());
            renew.emit(());
            if !rest.is_empty() {
                open.emit(rest.into_iter().collect());
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
            <button data-testid="read-again" title="Read all files anew, from their beginning" onclick={read_again}>{ "Read again" }</button>
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

/// FNV-1a of 64 bits: nobody gains by a file that is taken for another of his own.
fn hash(pieces: &[&[u8]]) -> u64 {
    let bytes = pieces.iter().copied().flatten();
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_is_taken_once_whatever_it_is_called() {
        let mark = |text: &[u8]| {
            Some(Mark {
                size: text.len() as u64,
                hash: hash(&[text]),
            })
        };
        let given = |name: &str, text: &[u8]| (name.to_owned(), name.to_owned(), mark(text));
        let mut opened = Opened::default();
        let (new, again) = opened.take(vec![given("a", b"one"), given("b", b"two")]);
        assert_eq!((new.len(), again.len()), (2, 0));
        // What has the same name and other bytes is another file.
        let (new, again) = opened.take(vec![
            given("a", b"one"),
            given("a", b"more"),
            given("c", b"two"),
            given("c", b"two"),
        ]);
        assert_eq!(new, ["a"]);
        assert_eq!(
            again,
            [
                "“a” is open already",
                "“c” has the same bytes as “b”",
                "“c” has the same bytes as “b”"
            ]
        );
        // What cannot be read is left to the worker, each time.
        for _ in 0..2 {
            let (new, again) = opened.take(vec![("d".into(), "d".into(), None)]);
            assert_eq!((new.len(), again.len()), (1, 0));
        }
        assert_eq!(opened.all(), ["a", "b", "a", "d", "d"]);
        // What is closed may be opened again, and what the companion lends is no file.
        opened.lend(["lent".to_owned()].into_iter());
        assert_eq!(opened.close(0), ["b", "a", "d", "d", "lent"]);
        assert_eq!(opened.names().collect::<Vec<_>>(), ["b", "a", "d", "d"]);
        assert_eq!(opened.take(vec![given("a", b"one")]).0, ["a"]);
        assert_eq!(opened.close(9).len(), 6);
        assert_ne!(hash(&[b"ab"]), hash(&[b"ba"]));
    }
}
