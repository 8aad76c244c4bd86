//! Topic matching (v5 and v3.1.1 section 4.7): one filter against one name, and a tree of many.
//!
//! The tree serves both directions: filters are stored and a name is looked up (subscriptions), or
//! names are stored and a filter is looked up (retained messages). It has at most
//! [`MAXIMUM_LEVELS`] levels, so no name from outside can make a walk deep.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;

/// The most levels that a stored topic may have. Deeper ones are refused, not cut.
pub const MAXIMUM_LEVELS: usize = 200;

/// Whether a topic has more levels than a [`TopicTree`] stores.
#[must_use]
pub fn too_deep(topic: &str) -> bool {
    topic.bytes().filter(|&byte| byte == b'/').count() >= MAXIMUM_LEVELS
}

/// Whether the filter (without `$share/NAME/`) matches the name.
///
/// ```
/// use mqttscope_shared::topic_tree::matches;
/// assert!(matches("sport/#", "sport"));
/// assert!(matches("+/+", "/finance"));
/// assert!(!matches("+", "/finance"));
/// assert!(!matches("#", "$SYS/uptime"));
/// ```
#[must_use]
pub fn matches(filter: &str, name: &str) -> bool {
    //= [MQTT-4.7.2-1] v5 and v3.1.1: a leading wildcard does not reach names that begin with $
    if name.starts_with('$') && filter.starts_with(['+', '#']) {
        return false;
    }
    //= [MQTT-4.7.3-4] v5 and v3.1.1: compared as they are, byte for byte
    let mut names = name.split('/');
    for level in filter.split('/') {
        match (level, names.next()) {
            ("#", _) | ("+", Some(_)) => {}
            (level, Some(name)) if level == name => {}
            _ => return false,
        }
        if level == "#" {
            return true;
        }
    }
    names.next().is_none()
}

/// A topic with too many levels for the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

impl core::fmt::Display for TooDeep {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "the topic has more than {MAXIMUM_LEVELS} levels")
    }
}

impl core::error::Error for TooDeep {}

/// Values by topic, found by name or by filter.
#[derive(Clone, Debug)]
pub struct TopicTree<V> {
    root: Node<V>,
    len: usize,
}

#[derive(Clone, Debug)]
struct Node<V> {
    children: BTreeMap<Box<str>, Node<V>>,
    value: Option<V>,
}

impl<V> Default for Node<V> {
    fn default() -> Self {
        Self {
            children: BTreeMap::new(),
            value: None,
        }
    }
}

impl<V> Default for TopicTree<V> {
    fn default() -> Self {
        Self {
            root: Node::default(),
            len: 0,
        }
    }
}

impl<V> TopicTree<V> {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many topics have a value.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no topic has one.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at exactly this topic.
    #[must_use]
    pub fn get(&self, topic: &str) -> Option<&V> {
        let mut node = &self.root;
        for level in topic.split('/') {
            node = node.children.get(level)?;
        }
        node.value.as_ref()
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, topic: &str) -> Option<&mut V> {
        let mut node = &mut self.root;
        for level in topic.split('/') {
            node = node.children.get_mut(level)?;
        }
        node.value.as_mut()
    }

    /// Puts a value at a topic and gives back what was there.
    ///
    /// # Errors
    /// When the topic has more than [`MAXIMUM_LEVELS`] levels.
    pub fn insert(&mut self, topic: &str, value: V) -> Result<Option<V>, TooDeep> {
        if too_deep(topic) {
            return Err(TooDeep);
        }
        let mut node = &mut self.root;
        for level in topic.split('/') {
            node = node.children.entry(level.into()).or_default();
        }
        let before = node.value.replace(value);
        if before.is_none() {
            self.len = self.len.saturating_add(1);
        }
        Ok(before)
    }

    /// Takes the value at exactly this topic out.
    pub fn remove(&mut self, topic: &str) -> Option<V> {
        let removed = self.root.remove(Some(topic));
        if removed.is_some() {
            self.len = self.len.saturating_sub(1);
        }
        removed
    }

    /// Visits the values of all stored filters that match `name`.
    pub fn visit_matching(&mut self, name: &str, mut visit: impl FnMut(&mut V)) {
        //= [MQTT-4.7.2-1] v5 and v3.1.1
        self.root
            .visit_matching(Some(name), !name.starts_with('$'), &mut visit);
    }

    /// Visits the values of all stored names that `filter` (without `$share/NAME/`) matches, in
    /// the order of their levels.
    pub fn visit_matched_by<'a>(&'a self, filter: &str, mut visit: impl FnMut(&'a V)) {
        self.root.visit_matched_by(Some(filter), true, &mut visit);
    }

    /// All values.
    pub fn visit<'a>(&'a self, mut visit: impl FnMut(&'a V)) {
        self.root.visit_all(false, &mut visit);
    }
}

/// The first level of what is left, and what is then left.
fn split(rest: &str) -> (&str, Option<&str>) {
    match rest.split_once('/') {
        Some((level, rest)) => (level, Some(rest)),
        None => (rest, None),
    }
}

// The walks recurse along stored levels only, of which there are at most MAXIMUM_LEVELS.
impl<V> Node<V> {
    fn remove(&mut self, rest: Option<&str>) -> Option<V> {
        let Some(rest) = rest else {
            return self.value.take();
        };
        let (level, rest) = split(rest);
        let child = self.children.get_mut(level)?;
        let removed = child.remove(rest);
        if child.value.is_none() && child.children.is_empty() {
            self.children.remove(level);
        }
        removed
    }

    fn visit_matching(
        &mut self,
        rest: Option<&str>,
        wildcards: bool,
        visit: &mut impl FnMut(&mut V),
    ) {
        // A last # stands for the level above it too.
        if wildcards
            && let Some(value) = self
                .children
                .get_mut("#")
                .and_then(|node| node.value.as_mut())
        {
            visit(value);
        }
        let Some(rest) = rest else {
            if let Some(value) = &mut self.value {
                visit(value);
            }
            return;
        };
        let (level, rest) = split(rest);
        if let Some(child) = self.children.get_mut(level) {
            child.visit_matching(rest, true, visit);
        }
        if wildcards && let Some(child) = self.children.get_mut("+") {
            child.visit_matching(rest, true, visit);
        }
    }

    fn visit_matched_by<'a>(
        &'a self,
        rest: Option<&str>,
        root: bool,
        visit: &mut impl FnMut(&'a V),
    ) {
        let Some(rest) = rest else {
            if let Some(value) = &self.value {
                visit(value);
            }
            return;
        };
        match split(rest) {
            ("#", _) => self.visit_all(root, visit),
            ("+", rest) => {
                for (level, child) in &self.children {
                    //= [MQTT-4.7.2-1] v5 and v3.1.1
                    if !(root && level.starts_with('$')) {
                        child.visit_matched_by(rest, false, visit);
                    }
                }
            }
            (level, rest) => {
                if let Some(child) = self.children.get(level) {
                    child.visit_matched_by(rest, false, visit);
                }
            }
        }
    }

    fn visit_all<'a>(&'a self, root: bool, visit: &mut impl FnMut(&'a V)) {
        if let Some(value) = &self.value {
            visit(value);
        }
        for (level, child) in &self.children {
            //= [MQTT-4.7.2-1] v5 and v3.1.1
            if !(root && level.starts_with('$')) {
                child.visit_all(false, visit);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Filter, names that it matches, names that it does not.
    const TABLE: &[(&str, &[&str], &[&str])] = &[
        (
            "sport/tennis/player1/#",
            &[
                "sport/tennis/player1",
                "sport/tennis/player1/ranking",
                "sport/tennis/player1/score/x",
            ],
            &["sport/tennis/player2"],
        ),
        ("sport/#", &["sport", "sport/"], &["sports"]),
        ("#", &["a", "/", "a/b", ""], &["$SYS", "$SYS/a"]),
        (
            "sport/tennis/+",
            &["sport/tennis/player1", "sport/tennis/"],
            &["sport/tennis/player1/ranking", "sport/tennis"],
        ),
        ("sport/+", &["sport/"], &["sport"]),
        ("+/+", &["/finance"], &["finance", "$SYS/a"]),
        ("/+", &["/finance"], &["finance", "/a/b"]),
        ("+", &["finance"], &["/finance", "$SYS"]),
        (
            "+/monitor/Clients",
            &["a/monitor/Clients"],
            &["$SYS/monitor/Clients"],
        ),
        ("$SYS/#", &["$SYS/a/b", "$SYS"], &["SYS/a"]),
        ("$SYS/+/x", &["$SYS/a/x", "$SYS/$b/x"], &["$SYS/x"]),
        ("a/+/$x", &["a/b/$x"], &["a/b/x"]),
        ("a", &["a"], &["A", "a/", "/a", "a "]),
        ("+/tennis/#", &["x/tennis", "/tennis/y/z"], &["tennis"]),
    ];

    #[test]
    fn one_filter_and_one_name() {
        for (filter, good, bad) in TABLE {
            for name in *good {
                assert!(matches(filter, name), "{filter} {name}");
            }
            for name in *bad {
                assert!(!matches(filter, name), "{filter} {name}");
            }
        }
    }

    #[test]
    fn the_tree_finds_what_matching_says_in_both_directions() {
        let names: Vec<&str> = TABLE
            .iter()
            .flat_map(|row| row.1.iter().chain(row.2))
            .copied()
            .collect();
        let mut filters = TopicTree::new();
        let mut stored = TopicTree::new();
        for (filter, ..) in TABLE {
            filters.insert(filter, *filter).unwrap();
        }
        for name in &names {
            stored.insert(name, *name).unwrap();
        }
        for name in &names {
            let mut found = Vec::new();
            filters.visit_matching(name, |filter| found.push(*filter));
            found.sort_unstable();
            let mut wanted: Vec<&str> = TABLE
                .iter()
                .map(|row| row.0)
                .filter(|filter| matches(filter, name))
                .collect();
            wanted.sort_unstable();
            assert_eq!(found, wanted, "{name}");
        }
        for (filter, ..) in TABLE {
            let mut found = Vec::new();
            stored.visit_matched_by(filter, |name| found.push(*name));
            found.sort_unstable();
            let mut wanted: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| matches(filter, name))
                .collect();
            wanted.sort_unstable();
            wanted.dedup();
            assert_eq!(found, wanted, "{filter}");
        }
    }

    #[test]
    fn what_is_removed_leaves_nothing() {
        let mut tree = TopicTree::new();
        assert_eq!(tree.insert("a/b/c", 1), Ok(None));
        assert_eq!(tree.insert("a", 2), Ok(None));
        assert_eq!(tree.insert("a", 3), Ok(Some(2)));
        assert_eq!(
            (tree.len(), tree.get("a"), tree.get("a/b")),
            (2, Some(&3), None)
        );
        assert_eq!(
            (
                tree.remove("a/b"),
                tree.remove("a/b/c"),
                tree.remove("a"),
                tree.remove("a")
            ),
            (None, Some(1), Some(3), None)
        );
        assert!(tree.is_empty() && tree.root.children.is_empty());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = "/".repeat(MAXIMUM_LEVELS);
        let mut tree = TopicTree::new();
        assert_eq!(tree.insert(&deep, ()), Err(TooDeep));
        assert_eq!(tree.insert(&deep[1..], ()), Ok(None));
        let mut found = 0;
        tree.visit_matching(&"/".repeat(65_535), |()| found += 1);
        tree.visit_matching(&deep[1..], |()| found += 1);
        assert_eq!(found, 1);
    }
}
