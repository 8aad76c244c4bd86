//! The way back for an answer or a table that was just removed.

use std::rc::Rc;

use mqttscope_answers::{Answer, Table, TableEdit};
use mqttscope_protocol::Profile;
use mqttscope_view::escape::visible;
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::services::browser;

/// An answer that was removed, and where it stood.
#[derive(Clone, PartialEq)]
pub(super) struct Removed {
    pub(super) at: usize,
    pub(super) answer: Answer,
}

/// For an answer: it comes back among those that are there when it is asked for.
pub(super) fn answer(
    removed: &Removed,
    state: &UseStateHandle<Option<Removed>>,
    profile: &Rc<Profile>,
    on_answers: &Callback<Vec<Answer>>,
) -> Html {
    let restore = {
        let (removed, state) = (removed.clone(), state.clone());
        let (profile, on_answers) = (profile.clone(), on_answers.clone());
        Callback::from(move |()| {
            on_answers.emit(with(&profile.answers, &removed));
            state.set(None);
        })
    };
    let forget = {
        let state = state.clone();
        Callback::from(move |()| state.set(None))
    };
    let is_full = profile.answers.len() >= Answer::MOST;
    html! { <Undo key={format!("{}-{}", removed.at, removed.answer.name)} what="answer" name={removed.answer.name.clone()} restore={(!is_full).then_some(restore)} {forget} /> }
}

/// All of them with the one that was removed, which cannot be one too many.
fn with(answers: &[Answer], removed: &Removed) -> Vec<Answer> {
    let mut answers = answers.to_vec();
    if answers.len() < Answer::MOST {
        answers.insert(removed.at.min(answers.len()), removed.answer.clone());
    }
    answers
}

/// For a table. One that has its name by now stays.
pub(super) fn table(
    removed: &Rc<Table>,
    state: &UseStateHandle<Option<Rc<Table>>>,
    tables: &[Table],
    on_edit: &Callback<TableEdit>,
) -> Html {
    let restore = {
        let (table, state, on_edit) = (removed.clone(), state.clone(), on_edit.clone());
        Callback::from(move |()| {
            on_edit.emit(TableEdit::Put((*table).clone()));
            state.set(None);
        })
    };
    let forget = {
        let state = state.clone();
        Callback::from(move |()| state.set(None))
    };
    let is_free = tables.iter().all(|table| table.name != removed.name);
    html! { <Undo key={removed.name.clone()} what="table" name={removed.name.clone()} restore={is_free.then_some(restore)} {forget} /> }
}

#[derive(Clone, PartialEq, Properties)]
struct UndoProps {
    what: &'static str,
    name: String,
    /// None: there is no room for it any more.
    restore: Option<Callback<()>>,
    forget: Callback<()>,
}

/// It stays until it is used or sent away, and has the focus that the removed one had.
#[component]
fn Undo(props: &UndoProps) -> Html {
    let id = format!("undo-{}", props.what);
    {
        let id = id.clone();
        use_effect_with((), move |()| browser::focus_id(&id));
    }
    let what = props.what;
    let restore = props.restore.as_ref().map(|restore| {
        let restore = restore.reform(|_: MouseEvent| ());
        html! { <button type="button" {id} data-testid={format!("undo-{what}")} onclick={restore}>{ "Undo" }</button> }
    });
    let forget = props.forget.reform(|_: MouseEvent| ());
    html! {
        <div class="undo" role="status" data-testid={format!("removed-{what}")}>
            <span>{ format!("“{}” is removed.", visible(&props.name)) }</span>
            { for restore }
            <button type="button" class="bare square" data-testid={format!("forget-{what}")} aria-label="Close this message" title="Close" onclick={forget}>{ icon(Icon::Cross) }</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Answer {
        Answer {
            name: name.into(),
            ..Answer::default()
        }
    }

    #[test]
    fn an_answer_comes_back_among_those_that_are_there_now() {
        let removed = Removed {
            at: 1,
            answer: named("b"),
        };
        let names = |answers: &[Answer]| -> Vec<String> {
            with(answers, &removed)
                .iter()
                .map(|answer| answer.name.clone())
                .collect()
        };
        // What was renamed and added since stays so.
        assert_eq!(
            names(&[named("A"), named("c"), named("d")]),
            ["A", "b", "c", "d"]
        );
        // Fewer than there were.
        assert_eq!(names(&[]), ["b"]);
        let full = vec![named("x"); Answer::MOST];
        assert_eq!(names(&full).len(), Answer::MOST);
    }
}
