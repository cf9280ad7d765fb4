//! Sixteen words on their way through a chain, in `f64`.
//!
//! A step is `M (filter ⊙ message)`: backwards from the last token with `Aᵀ` for `M`, or forwards from the first with `A`. Messages carry a power of two, so
//! that long words do not underflow.
//!
//! Sums stay in registers: of eight rows of `M` and sixteen words where a register holds eight numbers, of eight rows and eight words where it holds fewer.
//! Products are fused with sums, in one rounding, on every processor (without such an instruction that is slow, and the same), so no bit depends on the
//! instruction set.

use num_rational::BigRational;
use num_traits::Zero;
use pulp::{Arch, Simd, WithSimd};

use crate::{linear::Matrix, model::Token, number::Scalar};

/// Words side by side.
pub(super) const LANES: usize = 16;

/// Rows of a matrix that are worked on together.
const TILE: usize = 8;

pub(super) type Lanes = [f64; LANES];

/// The order in which tokens are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// From the last: `β`.
    Backwards,
    /// From the first: laws.
    Forwards,
}

/// Transitions and emissions as floats.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// `A`, `[(next, current)]`
    transition: Tiles,
    /// `Aᵀ`
    transition_transposed: Tiles,
    /// `[(token, state)]`
    emission: Matrix<f64>,
    /// `[(state, token)]`
    emission_transposed: Matrix<f64>,
    /// After so many steps messages are scaled.
    period: usize,
    /// Whether entries above `2^-400` stay clear of underflow until they are scaled.
    safe: bool,
}

/// A square matrix in tiles of rows: for each tile, for each column, the entries of its rows; zeros beyond the last row.
#[derive(Clone, Debug)]
struct Tiles {
    columns: usize,
    entries: Vec<[f64; TILE]>,
}

impl Tiles {
    fn new(n: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let at = |row: usize, column: usize| if row < n { entry(row, column) } else { 0.0 };
        let tile = |first: usize| {
            let column = |column: usize| std::array::from_fn(|row| at(first + row, column));
            (0..n).map(column).collect::<Vec<_>>()
        };
        Self { columns: n, entries: (0..n).step_by(TILE).flat_map(tile).collect() }
    }

    fn entry(&self, row: usize, column: usize) -> f64 {
        self.entries[row / TILE * self.columns + column][row % TILE]
    }
}

/// What came out of a pass, for each lane.
pub(super) struct Passed {
    /// The last message, a state after the other, times `2^-exponent`.
    pub message: Vec<Lanes>,
    /// The powers of two.
    pub exponents: [i32; LANES],
    /// Whether nothing underflowed on the way.
    pub reliable: [bool; LANES],
}

/// The messages of a pass before each token, in the order of reading.
#[derive(Default)]
pub(super) struct Kept {
    /// `n` for each token, times `2^-exponent`.
    pub messages: Vec<Lanes>,
    /// The powers of two, for each token.
    pub exponents: Vec<[i32; LANES]>,
}

impl Chain {
    /// For `A` and `W`.
    pub(super) fn new(transition: &Matrix<BigRational>, emission: &Matrix<BigRational>) -> Self {
        let (n, k) = (transition.columns(), emission.rows());
        let exact = transition.entries().iter().chain(emission.entries());
        let float = |matrix: &Matrix<BigRational>| f64::common_scale(matrix.entries()).0;
        let (transition, emission) = (float(transition), float(emission));
        let positive = exact.zip(transition.iter().chain(&emission)).filter(|(exact, _)| !exact.is_zero());
        // Bits that a step can take away from a positive entry; infinitely many if one becomes 0 as a float.
        let bits = -2.0 * positive.map(|(_, float)| float.log2()).fold(0.0, f64::min);
        Self {
            transition_transposed: Tiles::new(n, |current, next| transition[next * n + current]),
            transition: Tiles::new(n, |next, current| transition[next * n + current]),
            emission: Matrix::from_fn(k, n, |token, state| emission[token * n + state]),
            emission_transposed: Matrix::from_fn(n, k, |state, token| emission[token * n + state]),
            period: (600.0 / bits.max(600.0 / 16.0)).max(1.0) as usize,
            safe: bits < 590.0,
        }
    }

    /// `n`, the number of states.
    pub(super) fn states(&self) -> usize {
        self.emission.columns()
    }

    /// `A`, `[(next, current)]`
    pub(super) fn transition(&self) -> Matrix<f64> {
        let n = self.states();
        Matrix::from_fn(n, n, |next, current| self.transition.entry(next, current))
    }

    /// `W`, `[(token, state)]`
    pub(super) fn emission(&self) -> &Matrix<f64> {
        &self.emission
    }

    /// Passes up to sixteen words of one length through the chain.
    pub(super) fn pass(&self, words: &[Vec<Token>], reading: Reading, start: &[f64]) -> Passed {
        self.dispatch(words, reading, start, None)
    }

    /// The same; the messages before each token are kept.
    pub(super) fn keep(
        &self,
        words: &[Vec<Token>],
        reading: Reading,
        start: &[f64],
        kept: &mut Kept,
    ) -> [bool; LANES] {
        kept.messages.clear();
        kept.exponents.clear();
        self.dispatch(words, reading, start, Some(kept)).reliable
    }

    fn dispatch(
        &self,
        words: &[Vec<Token>],
        reading: Reading,
        start: &[f64],
        kept: Option<&mut Kept>,
    ) -> Passed {
        let passed = self.start(start);
        Arch::new().dispatch(Passing { chain: self, words, reading, passed, kept })
    }

    /// Before the first step.
    fn start(&self, start: &[f64]) -> Passed {
        let mut message: Vec<Lanes> = start.iter().map(|&value| [value; LANES]).collect();
        message.resize(start.len().next_multiple_of(TILE), [0.0; LANES]);
        Passed { message, exponents: [0; LANES], reliable: [self.safe; LANES] }
    }

    /// The messages, each entry times the probability of the word's token in that state; lanes without a word have the token 0.
    #[inline(always)]
    fn filter(&self, words: &[Vec<Token>], at: usize, message: &[Lanes], filtered: &mut [Lanes]) {
        let mut tokens = [0; LANES];
        for (token, word) in tokens.iter_mut().zip(words) {
            *token = word[at].0;
        }
        for (state, (out, lanes)) in filtered.iter_mut().zip(message).enumerate() {
            let row = self.emission_transposed.row(state);
            for lane in 0..LANES {
                out[lane] = row[tokens[lane]] * lanes[lane];
            }
        }
    }
}

/// Up to sixteen words on their way.
struct Passing<'a> {
    chain: &'a Chain,
    words: &'a [Vec<Token>],
    reading: Reading,
    /// `message` is what was read so far, for each state, with zeros or anything else beyond the last.
    passed: Passed,
    kept: Option<&'a mut Kept>,
}

/// Everything below is inlined into the body that `pulp` compiles for each instruction set.
impl WithSimd for Passing<'_> {
    type Output = Passed;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Passed {
        let Self { chain, words, reading, mut passed, mut kept } = self;
        let n = chain.states();
        let matrix = match reading {
            Reading::Backwards => &chain.transition_transposed,
            Reading::Forwards => &chain.transition,
        };
        rescale(&mut passed, n);
        let mut filtered = vec![[0.0; LANES]; n];
        let length = words.first().map_or(0, Vec::len);
        for step in 0..length {
            if let Some(kept) = &mut kept {
                kept.messages.extend_from_slice(&passed.message[..n]);
                kept.exponents.push(passed.exponents);
            }
            let at = match reading {
                Reading::Backwards => length - 1 - step,
                Reading::Forwards => step,
            };
            chain.filter(words, at, &passed.message, &mut filtered);
            multiply::<S>(matrix, &filtered, &mut passed.message);
            if (step + 1) % chain.period == 0 || step + 1 == length {
                rescale(&mut passed, n);
            }
        }
        passed
    }
}

/// The matrix times the filtered messages.
#[inline(always)]
fn multiply<S: Simd>(matrix: &Tiles, filtered: &[Lanes], message: &mut [Lanes]) {
    if S::F64_LANES >= 8 {
        multiply_lanes::<LANES>(matrix, filtered, message);
    } else {
        multiply_lanes::<{ LANES / 2 }>(matrix, filtered, message);
    }
}

/// The same, so many lanes after the others.
#[inline(always)]
fn multiply_lanes<const WIDTH: usize>(matrix: &Tiles, filtered: &[Lanes], message: &mut [Lanes]) {
    for (tile, out) in matrix.entries.chunks_exact(matrix.columns).zip(message.chunks_exact_mut(TILE)) {
        for first in (0..LANES).step_by(WIDTH) {
            let mut sums = [[0.0_f64; WIDTH]; TILE];
            for (&[a, b, c, d, e, f, g, h], lanes) in tile.iter().zip(filtered) {
                let lanes = &lanes[first..first + WIDTH];
                for lane in 0..WIDTH {
                    sums[0][lane] = lanes[lane].mul_add(a, sums[0][lane]);
                    sums[1][lane] = lanes[lane].mul_add(b, sums[1][lane]);
                    sums[2][lane] = lanes[lane].mul_add(c, sums[2][lane]);
                    sums[3][lane] = lanes[lane].mul_add(d, sums[3][lane]);
                    sums[4][lane] = lanes[lane].mul_add(e, sums[4][lane]);
                    sums[5][lane] = lanes[lane].mul_add(f, sums[5][lane]);
                    sums[6][lane] = lanes[lane].mul_add(g, sums[6][lane]);
                    sums[7][lane] = lanes[lane].mul_add(h, sums[7][lane]);
                }
            }
            for (out, sums) in out.iter_mut().zip(&sums) {
                out[first..first + WIDTH].copy_from_slice(sums);
            }
        }
    }
}

/// Brings the largest entry of each lane near 1 by a power of two, and notes lanes in which a positive entry is far below.
#[inline(always)]
fn rescale(passed: &mut Passed, n: usize) {
    let Passed { message, exponents, reliable } = passed;
    let message = &mut message[..n];
    let (mut largest, mut least) = ([0.0_f64; LANES], [f64::MAX; LANES]);
    for lanes in message.iter() {
        for lane in 0..LANES {
            largest[lane] = if lanes[lane] > largest[lane] { lanes[lane] } else { largest[lane] };
            let positive = if lanes[lane] > 0.0 { lanes[lane] } else { f64::MAX };
            least[lane] = if positive < least[lane] { positive } else { least[lane] };
        }
    }
    let mut scale = [1.0; LANES];
    for lane in 0..LANES {
        let exponent = exponent(largest[lane]);
        scale[lane] = power(-exponent);
        exponents[lane] = exponents[lane].saturating_add(exponent);
        reliable[lane] &= least[lane] * scale[lane] > FAR_BELOW;
    }
    for lanes in message {
        for lane in 0..LANES {
            lanes[lane] *= scale[lane];
        }
    }
}

/// `2^-900`
const LEAST_PRODUCT: f64 = f64::from_bits((1023 - 900) << 52);

/// `2^-400`
const FAR_BELOW: f64 = f64::from_bits((1023 - 400) << 52);

/// `e` with `2^e ≤ x < 2^{e+1}` for a normal number up to `2^1022`, otherwise 0.
#[inline(always)]
pub(super) fn exponent(x: f64) -> i32 {
    let biased = x.to_bits() >> 52;
    if biased == 0 || biased >= 2046 { 0 } else { biased as i32 - 1023 }
}

/// `2^e`, 0 far below.
#[inline(always)]
pub(super) fn power(exponent: i32) -> f64 {
    if exponent < -1022 { 0.0 } else { f64::from_bits(((exponent.min(1023) + 1023) as u64) << 52) }
}

/// For each position of up to sixteen words the entrywise product of the messages from both sides, scaled so that it does not underflow.
pub(super) struct Meeting<'a> {
    /// Backwards, of the tokens behind.
    pub after: &'a Kept,
    /// Forwards, of the tokens in front.
    pub before: &'a Kept,
    /// `n`
    pub states: usize,
}

impl Meeting<'_> {
    /// Of one position (from 0): the products, their power of two, and whether no positive one underflowed.
    #[inline(always)]
    pub(super) fn at(&self, position: usize, products: &mut [Lanes]) -> ([i32; LANES], [bool; LANES]) {
        let (n, length) = (self.states, self.after.exponents.len());
        let back = length - 1 - position;
        let after = &self.after.messages[back * n..(back + 1) * n];
        let before = &self.before.messages[position * n..(position + 1) * n];
        let [before_exponents, after_exponents] = meet(before, after, products);
        let mut reliable = [true; LANES];
        for ((product, a), b) in products.iter().zip(after).zip(before) {
            for lane in 0..LANES {
                reliable[lane] &= product[lane] > LEAST_PRODUCT || a[lane] == 0.0 || b[lane] == 0.0;
            }
        }
        let mut exponents = self.after.exponents[back];
        for lane in 0..LANES {
            let others =
                [self.before.exponents[position][lane], after_exponents[lane], before_exponents[lane]];
            exponents[lane] = others.into_iter().fold(exponents[lane], i32::saturating_add);
        }
        (exponents, reliable)
    }
}

/// Entrywise products of messages from both sides, each scaled so that no large one underflows, and the exponents that were taken away.
#[inline(always)]
fn meet(before: &[Lanes], after: &[Lanes], products: &mut [Lanes]) -> [[i32; LANES]; 2] {
    let ((before_scale, before_exponents), (after_scale, after_exponents)) = (scales(before), scales(after));
    for ((product, a), b) in products.iter_mut().zip(before).zip(after) {
        for lane in 0..LANES {
            product[lane] = (a[lane] * before_scale[lane]) * (b[lane] * after_scale[lane]);
        }
    }
    [before_exponents, after_exponents]
}

/// What brings the largest entry of each lane near 1, and the exponent that was taken away.
#[inline(always)]
fn scales(message: &[Lanes]) -> ([f64; LANES], [i32; LANES]) {
    let mut largest = [0.0_f64; LANES];
    for lanes in message {
        for lane in 0..LANES {
            largest[lane] = if lanes[lane] > largest[lane] { lanes[lane] } else { largest[lane] };
        }
    }
    let (mut scale, mut exponents) = ([1.0; LANES], [0; LANES]);
    for lane in 0..LANES {
        exponents[lane] = exponent(largest[lane]);
        scale[lane] = power(-exponents[lane]);
    }
    (scale, exponents)
}

/// `P[H_i | X_{1:t} = x]` at every position, for up to sixteen words: the rows of a word, one for each position, stand together. The messages from the front
/// are used as they come, so that one side alone is kept.
pub(super) struct Posteriors<'a> {
    pub chain: &'a Chain,
    pub words: &'a [Vec<Token>],
    /// Backwards.
    pub after: &'a Kept,
    /// `π_1`
    pub first: &'a [f64],
    /// `words × positions × states`
    pub out: &'a mut [f64],
}

impl WithSimd for Posteriors<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { chain, words, after, first, out } = self;
        let (n, length) = (chain.states(), words.first().map_or(0, Vec::len));
        let mut before = chain.start(first);
        let (mut filtered, mut products) = (vec![[0.0; LANES]; n], vec![[0.0; LANES]; n]);
        for position in 0..length {
            if position % chain.period == 0 {
                rescale(&mut before, n);
            }
            chain.filter(words, position, &before.message, &mut filtered);
            let back = length - 1 - position;
            meet(&filtered, &after.messages[back * n..(back + 1) * n], &mut products);
            let mut totals = [0.0; LANES];
            for product in &products {
                for lane in 0..LANES {
                    totals[lane] += product[lane];
                }
            }
            let shares = totals.map(|total| if total > 0.0 { 1.0 / total } else { 0.0 });
            for lane in 0..words.len() {
                let place = (lane * length + position) * n;
                let row = &mut out[place..place + n];
                for (entry, product) in row.iter_mut().zip(&products) {
                    *entry = product[lane] * shares[lane];
                }
            }
            multiply::<S>(&chain.transition, &filtered, &mut before.message);
        }
    }
}
