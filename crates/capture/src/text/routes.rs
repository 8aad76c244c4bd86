//! Routes at the beginning of lines, between two ends of any names: `dev>>brk 10 0c …` and `brk>>dev 20 02 …`. Only a text
//! that has both ways says so much.

use super::marks::{ARROWS_LEFT, ARROWS_RIGHT, is_end};
use super::scan::{self, is_hex, words};

/// Words before a route at most: a time, a level.
const BEFORE: usize = 4;

/// The longest name of an end.
const MOST_NAME: usize = 24;

/// A route in a line.
struct Route<'a> {
    from: &'a str,
    to: &'a str,
    start: usize,
    end: usize,
}

/// The text with `>` and `<` in place of the routes between two ends, where both ways are there. Every place stays the same.
/// The first way is `>`, or that to a broker.
pub(super) fn as_arrows(text: &str) -> Option<String> {
    let mut ends: Option<(&str, &str)> = None;
    let (mut there, mut back) = (false, false);
    for (_, line) in scan::lines(text) {
        let Some(route) = route(line) else { continue };
        let (one, two) = *ends.get_or_insert((route.from, route.to));
        if (route.from, route.to) == (one, two) {
            there = true;
        } else if (route.to, route.from) == (one, two) {
            back = true;
        } else {
            return None;
        }
    }
    let (one, two) = ends.filter(|_| there && back)?;
    // Marks know these by themselves.
    if is_end(one).is_some() && is_end(two).is_some() {
        return None;
    }
    let is_turned = is_end(one) == Some(true) || is_end(two) == Some(false);
    let mut out = String::with_capacity(text.len());
    for (start, line) in scan::lines(text) {
        let Some(route) = route(line) else { continue };
        out.push_str(text.get(out.len()..start.saturating_add(route.start))?);
        let is_first = (route.from == one) != is_turned;
        out.push(if is_first { '>' } else { '<' });
        let len = route.end.saturating_sub(route.start).saturating_sub(1);
        out.extend(core::iter::repeat_n(' ', len));
    }
    out.push_str(text.get(out.len()..)?);
    Some(out)
}

/// The route that a line begins with, perhaps behind a time and the like: `a>>b`, `a -> b:`, `a << b`.
fn route(line: &str) -> Option<Route<'_>> {
    let mut all = words(line).take(BEFORE.saturating_add(3));
    let mut last: Option<(usize, &str)> = None;
    for _ in 0..=BEFORE {
        let (at, word) = all.next()?;
        let bare = word.trim_end_matches(':');
        if let Some((left, sign, right)) = parted(bare)
            && right.is_empty() == left.is_empty()
        {
            let end = at.saturating_add(word.len());
            if !left.is_empty() {
                return made(left, sign, right, at..end);
            }
            let (start, left) = last?;
            let (next, right) = all.next()?;
            let end = next.saturating_add(right.len());
            return made(left, sign, right.trim_end_matches(':'), start..end);
        }
        last = Some((at, word));
    }
    None
}

/// A word at its arrow: what stands before it, whether it leads to the right, what stands behind it.
fn parted(word: &str) -> Option<(&str, bool, &str)> {
    let is_sign = |c: char| ARROWS_RIGHT.contains(&c) || ARROWS_LEFT.contains(&c);
    let heads = |c: char| !matches!(c, '-' | '=') && is_sign(c);
    let head = word.find(heads)?;
    let right = ARROWS_RIGHT.contains(&word.get(head..)?.chars().next()?);
    let left = word.get(..head)?.trim_end_matches(['-', '=']);
    let behind = word.get(head..)?.trim_start_matches(is_sign);
    Some((left, right, behind))
}

fn made<'a>(
    left: &'a str,
    right_way: bool,
    right: &'a str,
    at: core::ops::Range<usize>,
) -> Option<Route<'a>> {
    let is_name = |name: &str| {
        name.len() <= MOST_NAME
            && name.starts_with(char::is_alphabetic)
            && !is_hex(name)
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let (from, to) = if right_way {
        (left, right)
    } else {
        (right, left)
    };
    (is_name(left) && is_name(right) && left != right).then_some(Route {
        from,
        to,
        start: at.start,
        end: at.end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_of_both_ways_become_arrows_in_their_places() {
        for (text, wanted) in [
            (
                "dev>>brk c0 00\nbrk>>dev d0 00",
                ">        c0 00\n<        d0 00",
            ),
            (
                "10:00:01 dev->brk: c0 00\n10:00:02 brk->dev: d0 00",
                "10:00:01 >         c0 00\n10:00:02 <         d0 00",
            ),
            (
                "brk<<dev c0 00\ndev<<brk d0 00",
                ">        c0 00\n<        d0 00",
            ),
            (
                "sensor → gw c0 00\ngw → sensor d0 00",
                ">             c0 00\n<             d0 00",
            ),
            // The way to the broker is the first, whichever comes first.
            (
                "broker -> pump: d0 00\npump -> broker: c0 00",
                "<               d0 00\n>               c0 00",
            ),
        ] {
            let arrows = as_arrows(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(arrows.len(), text.len());
            let blanked: String = arrows
                .split('\n')
                .map(|line| {
                    line.split(' ')
                        .filter(|word| !word.is_empty())
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect::<Vec<_>>()
                .join("\n");
            let squeezed: String = wanted
                .split('\n')
                .map(|line| {
                    line.split(' ')
                        .filter(|word| !word.is_empty())
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .collect::<Vec<_>>()
                .join("\n");
            assert_eq!(blanked, squeezed, "{text}");
        }
        for text in [
            // One way is none, more than two ends are too many, and what marks know stays theirs.
            "dev>>brk c0 00\ndev>>brk e0 00",
            "a1x->b2y c0 00\nb2y->a1x d0 00\nb2y->z9x d0 00",
            "client -> server: c0 00\nserver -> client: d0 00",
            "de->ad c0 00\nad->de d0 00",
            "> c0 00\n< d0 00",
            "10 > 20 30 40\n20 > 10",
        ] {
            assert_eq!(as_arrows(text), None, "{text}");
        }
    }
}
