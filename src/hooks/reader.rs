//! The reader of what is given, which comes after the page.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::services::reader;
use crate::state::workbench::{Act, Workbench};

/// How far the reader is.
#[derive(Clone, Default, PartialEq)]
pub enum ReaderStage {
    /// On its way.
    #[default]
    Coming,
    /// The reader is loaded.
    Here,
    /// It did not come, and why.
    Failed(AttrValue),
}

/// Loads the reader behind the page, and has read what waited for it.
#[hook]
pub fn use_reader(acts: &UseReducerDispatcher<Workbench>) -> UseStateHandle<ReaderStage> {
    let stage = use_state_eq(ReaderStage::default);
    {
        let acts = acts.clone();
        use_effect_with((), move |()| {
            reader::on_read(move || acts.dispatch(Act::ReaderCame));
        });
    }
    let is_coming = *stage == ReaderStage::Coming;
    let (acts, coming) = (acts.clone(), stage.setter());
    use_effect_with(is_coming, move |&is_coming| {
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
    });
    stage
}
