//! Vectors modulo a prime that are inserted one by one while they are independent.

use super::prime::Prime;

/// Independent vectors modulo a prime.
pub(crate) struct Echelon {
    /// Rows with their pivots, where they are 1.
    rows: Vec<(usize, Vec<u32>)>,
    prime: Prime,
}

impl Echelon {
    /// No vector.
    pub fn new(prime: Prime) -> Self {
        Self { rows: Vec::new(), prime }
    }

    /// Whether the vector is independent of the earlier ones; if so it is kept.
    pub fn insert(&mut self, mut vector: Vec<u32>) -> bool {
        let prime = self.prime;
        for (pivot, row) in &self.rows {
            let factor = u64::from(prime.negate(vector[*pivot]));
            if factor != 0 {
                for (x, &y) in vector.iter_mut().zip(row) {
                    *x = prime.reduce(u64::from(*x) + factor * u64::from(y));
                }
            }
        }
        let Some(pivot) = vector.iter().position(|&entry| entry != 0) else { return false };
        let scale = prime.invert(vector[pivot]);
        vector.iter_mut().for_each(|entry| *entry = prime.times(*entry, scale));
        self.rows.push((pivot, vector));
        true
    }
}
