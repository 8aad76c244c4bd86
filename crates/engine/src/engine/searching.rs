//! What a text of the search is taken for.

use mqttscope_filter::{Matcher, Problem, Search};
use mqttscope_protocol::{SearchProblem, SearchView};

use crate::view::cut::cut;

/// Characters of a search that are told.
const MOST_TEXT: usize = 200;

/// What the page is told of a text, and whether anything can be searched for by it.
pub(super) fn view(text: &str) -> (SearchView, bool) {
    let read = Search::read(text).and_then(|search| {
        if let Search::Filter(filter) = &search {
            // Regular expressions are looked at here.
            Matcher::new(filter)?;
        }
        Ok(search)
    });
    match read {
        Ok(Search::Nothing) => (SearchView::Nothing, true),
        Ok(Search::Words(_) | Search::Topic(_) | Search::Hex(_)) => (SearchView::Words, true),
        Ok(Search::Filter(_)) => (SearchView::Filter, true),
        Err(problem) if problem.is_unfinished => (SearchView::Unfinished(told(problem)), false),
        Err(problem) => (SearchView::Wrong(told(problem)), false),
    }
}

/// What is wrong, in words.
pub(super) fn says(view: &SearchView) -> &str {
    match view {
        SearchView::Unfinished(problem) | SearchView::Wrong(problem) => &problem.says,
        SearchView::Nothing | SearchView::Words | SearchView::Filter => "nothing is wrong",
    }
}

fn told(problem: Problem) -> SearchProblem {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    SearchProblem {
        start: place(problem.start),
        end: place(problem.end),
        says: problem.says,
        stands: String::new(),
    }
}

/// The same, with what the lists go on showing.
pub(super) fn standing(mut view: SearchView, stands: &str) -> SearchView {
    if let SearchView::Unfinished(problem) | SearchView::Wrong(problem) = &mut view {
        cut(stands, MOST_TEXT).clone_into(&mut problem.stands);
    }
    view
}
