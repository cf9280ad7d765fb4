//! Indices that cannot be mistaken for one another.

use std::fmt;

macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub usize);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

index!(
    /// A hidden state, from 0.
    State,
    /// A token of the vocabulary, from 0.
    Token,
    /// A cell of the memory, from 0.
    Cell,
    /// A position in a sequence, from 1 as in the paper.
    Position
);
