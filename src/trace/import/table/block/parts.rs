//! Names that rows repeat, in the order in which they first appear.

use std::collections::HashMap;
use std::hash::Hash;

/// Names that are looked through one by one.
const NEAR: usize = 4;

/// Different names, each with where it stood first.
pub(super) struct Parts<K, S> {
    /// Those beyond the first few, at least.
    known: HashMap<K, u32>,
    /// With the position of the one that came after it the last time: names often come in turns.
    list: Vec<(K, u32)>,
    pub spans: Vec<S>,
    last: u32,
}

impl<K, S> Default for Parts<K, S> {
    fn default() -> Self {
        Parts { known: HashMap::new(), list: Vec::new(), spans: Vec::new(), last: 0 }
    }
}

impl<K: Hash + Eq + Copy, S> Parts<K, S> {
    /// The position of the name that came after the last one before, if the next `is` that one.
    #[inline]
    pub fn foreseen(&mut self, is: impl Fn(&K) -> bool) -> Option<u32> {
        let &(_, after) = self.list.get(self.last as usize)?;
        let (known, _) = self.list.get(after as usize)?;
        if !is(known) {
            return None;
        }
        self.last = after;
        Some(after)
    }

    /// The position of the next name, which is added where it is new.
    #[inline]
    pub fn position(&mut self, part: K, span: S) -> Option<u32> {
        if let Some(after) = self.foreseen(|known| *known == part) {
            return Some(after);
        }
        let next = u32::try_from(self.list.len()).ok()?;
        // Of a few names one is found before it is hashed.
        let near = self.list.iter().take(NEAR).position(|(known, _)| *known == part).and_then(|near| u32::try_from(near).ok());
        let position = near.unwrap_or_else(|| *self.known.entry(part).or_insert(next));
        if let Some((_, after)) = self.list.get_mut(self.last as usize) {
            *after = position;
        }
        if position == next {
            self.list.push((part, position));
            self.spans.push(span);
        }
        self.last = position;
        Some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_positions_of_their_first_places() {
        let mut parts = Parts::default();
        let text = "a a b a b c c c a b c a a d";
        let found: Vec<Option<u32>> = text.split(' ').enumerate().map(|(at, name)| parts.position(name, at)).collect();
        assert_eq!(found, [0, 0, 1, 0, 1, 2, 2, 2, 0, 1, 2, 0, 0, 3].map(Some));
        assert_eq!(parts.spans, [0, 2, 5, 13]);
        assert_eq!((parts.foreseen(|name| *name == "a"), parts.foreseen(|name| *name == "d")), (None, Some(3)));
    }
}
