//! What the page does and which keys it knows.

use mqttscope_view::texts::Texts;
use yew::prelude::*;

use super::dialog::Dialog;
use super::not_loaded::NotLoaded;
use crate::hooks::TextsStage;
use crate::route::Page;

/// What the help is given.
#[derive(Clone, PartialEq, Properties)]
pub struct HelpProps {
    /// The page that it is about.
    pub page: Page,
    /// Where its words come from.
    pub texts: TextsStage,
    /// It was closed.
    pub on_close: Callback<()>,
}

/// The help of a page, until it is closed.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    html! {
        <Dialog title="Help and keys" on_close={props.on_close.clone()}>
            { match &props.texts {
                TextsStage::Coming => html! { <p>{ "The help is on its way." }</p> },
                TextsStage::Failed(again) => html! { <NotLoaded again={again.clone()} /> },
                TextsStage::Here(texts) => help(texts, props.page),
            } }
        </Dialog>
    }
}

/// A sentence, and the keys with what they do.
fn help(texts: &Texts, page: Page) -> Html {
    let mut said = texts.help(page as usize).map(str::to_owned);
    let about = said.next().unwrap_or_default();
    let keys = std::iter::from_fn(|| Some((said.next()?, said.next()?)));
    html! {
        <>
            <p>{ about }</p>
            <dl class="keys">
                { for keys.map(|(keys, what)| html! {
                    <>
                        <dt>{ for keys.split(' ').map(|key| html! { <kbd>{ key.to_owned() }</kbd> }) }</dt>
                        <dd>{ what }</dd>
                    </>
                }) }
            </dl>
        </>
    }
}
