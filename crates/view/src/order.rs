//! Order by a pair of numbers. Each type that is sorted by the standard library brings 4 kB of program, and what
//! is loaded first sorts several: they share this one.

/// The items in the order of their keys; of equal ones, the first stays first.
pub(crate) fn sorted<T>(items: &[T], key: impl Fn(&T) -> (usize, usize)) -> Vec<&T> {
    let placed = items.iter().enumerate().map(|(place, item)| {
        let (first, then) = key(item);
        (first, then, place)
    });
    let mut placed: Vec<(usize, usize, usize)> = placed.collect();
    placed.sort_unstable();
    let places = placed.into_iter();
    places.filter_map(|(.., place)| items.get(place)).collect()
}

#[cfg(test)]
mod tests {
    use super::sorted;

    #[test]
    fn items_are_put_in_order_and_equal_ones_stay() {
        let items = [
            (2, 0, 'a'),
            (1, 5, 'b'),
            (1, 4, 'c'),
            (2, 0, 'd'),
            (0, 9, 'e'),
        ];
        let names: String = sorted(&items, |&(first, then, _)| (first, then))
            .into_iter()
            .map(|&(.., name)| name)
            .collect();
        assert_eq!(names, "ecbad");
        assert!(sorted(&[], |&pair: &(usize, usize)| pair).is_empty());
    }
}
