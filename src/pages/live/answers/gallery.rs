//! Where an answer begins: an empty one, or one that is ready.

use mqttscope_answers::{Action, Answer, Publish, Table, TableEdit, gallery};
use yew::prelude::*;

use crate::components::dialog::Dialog;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct GalleryProps {
    /// The tables that are there.
    pub(super) tables: Vec<Table>,
    /// This one was chosen.
    pub(super) on_answer: Callback<Answer>,
    pub(super) on_edit: Callback<TableEdit>,
    pub(super) on_close: Callback<()>,
}

#[component]
pub(super) fn Gallery(props: &GalleryProps) -> Html {
    let empty = props.on_answer.reform(|_: MouseEvent| Answer {
        name: "My answer".into(),
        filter: "request/#".into(),
        actions: vec![Action::Publish(Publish {
            topic: "reply/{{topic}}".into(),
            payload: "{{payload}}".into(),
            ..Publish::default()
        })],
        ..Answer::default()
    });
    let rows = gallery().into_iter().enumerate().map(|(at, ready)| {
        let (name, about) = (ready.answer.name.clone(), ready.about);
        let choose = {
            let (on_answer, on_edit, tables) = (props.on_answer.clone(), props.on_edit.clone(), props.tables.clone());
            Callback::from(move |_: MouseEvent| {
                // A table of that name is the person's own.
                let is_new = |table: &&Table| tables.iter().all(|it| it.name != table.name);
                for table in ready.tables.iter().filter(is_new) {
                    on_edit.emit(TableEdit::Put(table.clone()));
                }
                on_answer.emit(ready.answer.clone());
            })
        };
        html! {
            <li key={at}><button type="button" class="answer-ready" data-testid={format!("ready-{at}")} onclick={choose}><strong>{ name }</strong><span>{ about }</span></button></li>
        }
    });
    html! {
        <Dialog title="New answer" on_close={props.on_close.clone()}>
            <p class="quiet">{ "An answer waits for messages of a topic filter, or for a timer, and then does something: it publishes, looks values up in a table, counts, writes a log. What this connection itself publishes is answered only where it has a subscription of its own for it." }</p>
            <ul class="answer-gallery">
                { for rows }
                <li><button type="button" class="answer-ready" data-testid="ready-empty" onclick={empty}><strong>{ "Something else" }</strong><span>{ "Begins with a plain reply to whatever comes below request/." }</span></button></li>
            </ul>
        </Dialog>
    }
}
