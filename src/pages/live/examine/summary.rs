//! How many checks have each verdict: a bar to look at, and buttons that leave only those of one.

use mqttscope_protocol::Verdict;
use yew::prelude::*;

use crate::state::live::examine::{Examine, Listing, look};
use crate::state::live::words;

/// Bar and buttons; empty before there is a verdict.
pub(super) fn summary(
    examine: &Examine,
    listing: &Listing,
    on_listing: &Callback<Listing>,
) -> Html {
    let counts = examine.counts();
    let all: usize = counts.iter().sum();
    if all == 0 {
        return Html::default();
    }
    let each = || Verdict::ALL.into_iter().zip(counts);
    let says: Vec<String> = each()
        .map(|(verdict, count)| format!("{count} {}", look(Some(verdict)).0))
        .collect();
    html! {
        <div class="examine-summary">
            <div class="verdict-bar" role="img" aria-label={says.join(", ")} data-testid="verdict-bar">
                { for each().filter(|(_, count)| *count > 0).map(|(verdict, count)| html! {
                    <i class={look(Some(verdict)).1} style={format!("flex-grow:{count}")}></i>
                }) }
            </div>
            <div class="grades" role="group" aria-label="Verdicts shown">
                { choice(None, all, listing, on_listing) }
                { for each().map(|(verdict, count)| choice(Some(verdict), count, listing, on_listing)) }
            </div>
        </div>
    }
}

fn choice(
    verdict: Option<Verdict>,
    count: usize,
    listing: &Listing,
    on_listing: &Callback<Listing>,
) -> Html {
    let (name, class) = match verdict {
        Some(verdict) => look(Some(verdict)),
        None => ("all", "all"),
    };
    let choose = {
        let listing = Listing {
            verdict,
            ..listing.clone()
        };
        on_listing.reform(move |_: MouseEvent| listing.clone())
    };
    html! {
        <button class={classes!("chip", "verdict", class)} data-testid={format!("verdict-{class}")} aria-pressed={(verdict == listing.verdict).to_string()} onclick={choose}>
            { name }{ " " }<span class="count">{ words::whole(count as u64) }</span>
        </button>
    }
}
