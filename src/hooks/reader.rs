//! The reader of what is given, which comes after the page.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::{Kept, use_after, use_kept};
use crate::services::reader;
use crate::state::workbench::{Act, Workbench};

/// How far the reader is.
#[derive(Clone, Default, PartialEq)]
pub enum ReaderStage {
    /// On its way.
    #[default]
    Coming,
    /// Here.
    Here,
    /// It did not come, and why.
    Failed(AttrValue),
}

/// Loads the reader behind the page, and has read what waited for it.
#[hook]
pub fn use_reader(acts: &Kept<Rc<Workbench>>) -> Kept<ReaderStage> {
    let stage = use_kept(ReaderStage::default);
    {
        let acts = acts.clone();
        use_after([], move || {
            reader::on_read(move || acts.dispatch(Act::ReaderCame));
            None
        });
    }
    let is_coming = stage.get() == ReaderStage::Coming;
    let (acts, coming) = (acts.clone(), stage.clone());
    use_after([usize::from(is_coming)], move || {
        if is_coming {
            spawn_local(async move {
                match reader::load().await {
                    Ok(()) => {
                        coming.set(ReaderStage::Here);
                        acts.dispatch(Act::ReaderCame);
                    }
                    Err(why) => coming.set(ReaderStage::Failed(why.into())),
                }
            });
        }
        None
    });
    stage
}
