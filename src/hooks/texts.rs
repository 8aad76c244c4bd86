//! The texts that come after the page.

use std::rc::Rc;

use mqttscope_view::texts::Texts;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::services::texts;

/// How far the texts are. Only that is compared: there is one set of texts.
#[derive(Clone, Default)]
pub enum TextsStage {
    /// On their way.
    #[default]
    Coming,
    /// The texts are loaded.
    Here(Rc<Texts>),
    /// They did not come; this asks again.
    Failed(Callback<()>),
}

impl PartialEq for TextsStage {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// The texts, loaded when they are first wanted; drawn again when they have come.
#[hook]
pub fn use_texts(wanted: bool) -> TextsStage {
    let stage = use_state_eq(|| texts::kept().map_or(TextsStage::Coming, TextsStage::Here));
    let is_coming = wanted && *stage == TextsStage::Coming;
    {
        let stage = stage.setter();
        use_effect_with(is_coming, move |&is_coming| {
            if is_coming {
                spawn_local(async move {
                    let again = {
                        let stage = stage.clone();
                        move |()| stage.set(TextsStage::Coming)
                    };
                    stage.set(match texts::load().await {
                        Some(texts) => TextsStage::Here(texts),
                        None => TextsStage::Failed(again.into()),
                    });
                });
            }
        });
    }
    (*stage).clone()
}
