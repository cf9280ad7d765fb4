//! Leaves whose continuations are told apart by the state that emits their first token.

use super::{
    PrefixTree,
    arithmetic::{Doubt, End, Group, View},
    floating::{divisible, low, shifted},
};
use crate::overlap::{DIGITS, ONE, Overlaps, threshold};

/// The digits of the factors of a ratio.
const FACTOR: i64 = 31;

/// The lower ends of the row of a comparison, state by state.
type Row = Vec<i128>;

/// How a leaf compares the states.
pub(super) struct ByState<'t> {
    overlaps: &'t Overlaps,
    /// For task and head the comparisons of each label.
    rows: [Vec<Vec<Row>>; 2],
}

impl<'t> ByState<'t> {
    pub fn new(tree: &PrefixTree, overlaps: &'t Overlaps, view: &View<'_, i128>) -> Self {
        let labels = tree.labels;
        let of_label = |group, label| {
            labels.comparisons(label).map(|comparison| tree.least(view, group, &comparison)).collect()
        };
        let of_group = |group| (0..labels.count()).map(|label| of_label(group, label)).collect();
        Self { overlaps, rows: [Group::Task, Group::Head].map(of_group) }
    }

    /// The bounds for continuations by any number of tokens, and by as many as are looked at or more. States with less of the mass, and rivals with smaller
    /// ratios, than about two to the power of minus `faint` are not looked at closely.
    ///
    /// # Soundness
    /// The probability of `w·y` is the sum of the masses ahead times `B(y)`. What comes from a state has the labels of that state but for the
    /// part of [`Self::parts`], or any labels; so it adds to the disagreement between nothing and its mass, and less of it where labels are known.
    /// Lemma: `by_state_sound`.
    pub fn doubts(&self, view: &View<'_, i128>, faint: u32) -> [Doubt<i128>; 2] {
        let [lower, upper] = [End::Lower, End::Upper].map(|end| view.row(end, 0));
        let least_mass = upper.iter().sum::<i128>().checked_shr(faint).unwrap_or(0);
        let mut doubts = [(); 2].map(|()| Doubt::none());
        for (state, (&least, &most)) in lower.iter().zip(upper).enumerate() {
            let known = if most < least_mass { None } else { self.labels(state) };
            let parts = known.map_or([ONE; 2], |labels| self.parts(state, labels, faint));
            for (doubt, part) in doubts.iter_mut().zip(parts) {
                match known {
                    Some([task, head]) if task == head => doubt.upper += share(most, part),
                    Some(_) => {
                        doubt.lower += least - share(least, part);
                        doubt.upper += most;
                    }
                    None => doubt.upper += most,
                }
            }
        }
        doubts
    }

    /// The labels of task and head that win all comparisons at a state for certain, without a tie.
    fn labels(&self, state: usize) -> Option<[usize; 2]> {
        let wins = |rows: &Vec<Row>| rows.iter().all(|row| row[state] > 0);
        let [task, head] = self.rows.each_ref().map(|labels| labels.iter().position(wins));
        Some([task?, head?])
    }

    /// The part of what comes from a state that has other labels, over [`ONE`], at most: of continuations by any number of tokens, and by as
    /// many as are looked at or more.
    ///
    /// # Soundness
    /// Where a comparison with the row `v` and `v_h > 0` is lost, `v_h B(y)[h] ≤ Σ |v_i| B(y)[i]` over the states with `v_i < 0`, also for the
    /// lower ends of `v`; so `B(y)[h]` is at most the sum of the minima of itself and `|v_i| / v_h B(y)[i]`.
    fn parts(&self, state: usize, labels: [usize; 2], faint: u32) -> [u64; 2] {
        let mut parts = [0_u64; 2];
        for row in self.rows.iter().zip(labels).flat_map(|(rows, label)| &rows[label]) {
            let own = Divisor::new(row[state]);
            for (rival, &value) in row.iter().enumerate().filter(|(_, value)| **value < 0) {
                if parts == [ONE; 2] {
                    return parts;
                }
                let ratio = own.ratio(value.unsigned_abs());
                let close = ratio.threshold.filter(|_| ratio.exponent + 2 * FACTOR >= -i64::from(faint));
                let sums =
                    close.map_or([(0, ONE); 2], |threshold| self.overlaps.sums((state, rival), threshold));
                for (part, (own, others)) in parts.iter_mut().zip(sums) {
                    *part = part.saturating_add(own).saturating_add(ratio.times(others)).min(ONE);
                }
            }
        }
        parts
    }
}

/// `mass · part`, rounded up.
fn share(mass: i128, part: u64) -> i128 {
    let (mass, part) = (mass.unsigned_abs(), u128::from(part));
    let (high, low) = (mass >> DIGITS, mass & u128::from(ONE - 1));
    (high * part + (low * part).div_ceil(ONE.into())).cast_signed()
}

/// The binary digits of a number.
fn digits(x: u128) -> i64 {
    i64::from(u128::BITS - x.leading_zeros())
}

/// What ratios are of: the number by its digits, and the inverse of the first [`FACTOR`] ones, rounded up, over `2^(2 FACTOR)`.
struct Divisor {
    digits: i64,
    inverse: u64,
}

/// An upper end of a ratio: `factor · 2^exponent`.
struct Ratio {
    factor: u64,
    exponent: i64,
    /// Its threshold; where there is none, no word is in the set.
    threshold: Option<usize>,
}

impl Divisor {
    fn new(value: i128) -> Self {
        let value = value.unsigned_abs();
        let digits = digits(value);
        let first = shifted(value, FACTOR - digits);
        Self { digits, inverse: low((1_u128 << (2 * FACTOR)).div_ceil(first)) }
    }

    fn ratio(&self, value: u128) -> Ratio {
        let digits = digits(value);
        let up = low(shifted(value, FACTOR - digits)) + u64::from(digits > FACTOR); // 2^FACTOR at most, as is the inverse
        let exponent = digits - self.digits - 2 * FACTOR;
        Ratio { factor: up * self.inverse, exponent, threshold: threshold(digits, self.digits) }
    }
}

impl Ratio {
    /// `ratio · part`, rounded up; [`ONE`] if it is more.
    fn times(&self, part: u64) -> u64 {
        let product = u128::from(self.factor) * u128::from(part);
        let cut = u128::from(!divisible(product, -self.exponent));
        low(shifted(product, self.exponent).saturating_add(cut).min(ONE.into()))
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn ratios_are_rounded_up_and_end_at_1() {
        let values =
            [1, 2, 3, 1 << 20, (1 << 31) - 1, 1 << 31, (1 << 31) + 1, 0xdead_beef_dead_beef, 1 << 100];
        for (p, q) in values.iter().flat_map(|p| values.iter().map(move |q| (*p, *q))) {
            let ratio = Divisor::new(q).ratio(p.unsigned_abs());
            for part in [0, 1, 12345, ONE - 1, ONE] {
                let truth = BigUint::from(p.unsigned_abs()) * part;
                let (found, q) = (BigUint::from(ratio.times(part)), BigUint::from(q.unsigned_abs()));
                if found < BigUint::from(ONE) {
                    assert!(truth <= &found * &q, "{p} / {q}, {part}: {found}");
                    let more = (&truth >> 28_u32) + &q;
                    assert!(&found * &q <= truth + more, "{p} / {q}, {part}: {found}");
                } else {
                    assert!(&truth + (&truth >> 28_u32) + &q >= q * ONE, "{p}, {part}");
                }
            }
        }
    }

    #[test]
    fn shares_are_rounded_up() {
        for mass in [0, 1, 5, 1 << 62, (1 << 63) + 1, (1 << 124) + 12345] {
            for part in [0, 1, ONE / 3, ONE - 1, ONE] {
                let truth = BigUint::from(i128::unsigned_abs(mass)) * part;
                let found = BigUint::from(share(mass, part).unsigned_abs()) << DIGITS;
                assert!(truth <= found && found < truth + ONE, "{mass} {part}");
            }
        }
        assert_eq!(share(1 << 124, ONE), 1 << 124);
    }
}
