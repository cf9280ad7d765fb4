//! Properties that a draft can be given, or robbed of.
//!
//! Each [`Facet`] changes as little as it can. Facets are not independent of one another (a cycle may lead out of a set that was to be closed), so
//! that whoever plants several decides afterwards what holds; nothing here is trusted.

use super::{Draft, Random};

/// A property of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// The columns of `W` are independent.
    Independent,
    /// Every state leads to every other.
    Irreducible,
    /// States come back at times without a common divisor.
    Aperiodic,
    /// `π0` is positive everywhere.
    FullSupport,
    /// Every state is entered from some state.
    NoZeroRow,
    /// Where `π0` is positive, `π_1` is.
    StartCovered,
    /// Some states lead to states with independent columns of `W`, outside of which the task has no weight.
    Essential,
    /// Some syntax state of the task's cell is recoverable.
    Recoverable,
    /// The same once the cell's value is known to be one that the task weighs.
    RecoverableBehindPrompt,
    /// `A π0 = π0`.
    Stationary,
    /// Whoever reads outputs of the model and tokens can tell the values of the task's cell apart.
    Visible,
}

impl Facet {
    /// Gives a draft the property, as far as it can.
    pub fn plant(self, draft: &mut Draft, random: &mut Random) {
        match self {
            Self::Independent => dominate(draft, 0..draft.emission.len()),
            Self::Irreducible => cycle(draft, random),
            Self::Aperiodic => {
                for _ in 0..=random.below(draft.states()) {
                    let state = random.below(draft.states());
                    draft.transition[state][state] += 1;
                }
            }
            Self::FullSupport => {
                draft.stationary = false;
                draft.initial.iter_mut().for_each(|weight| *weight = (*weight).max(1));
            }
            Self::NoZeroRow => enter_every_state(draft, random),
            Self::StartCovered => {
                for h in 0..draft.states() {
                    draft.transition[h][h] += u32::from(draft.initial[h] > 0);
                }
            }
            Self::Essential => essential(draft, random),
            Self::Recoverable => recoverable(draft, random),
            Self::RecoverableBehindPrompt => recoverable_behind_prompt(draft, random),
            Self::Stationary => draft.stationary = true,
            Self::Visible => dominate(draft, 0..draft.emission.len()),
        }
    }

    /// Robs a draft of the property, as far as it can.
    pub fn spoil(self, draft: &mut Draft, random: &mut Random) {
        let n = draft.states();
        match self {
            Self::Independent | Self::Essential => mix_a_column(draft, random),
            Self::Irreducible if random.below(2) == 0 => close_a_set(draft, random),
            Self::Aperiodic => take_turns(draft, random),
            Self::FullSupport => {
                draft.stationary = false;
                for _ in 0..=random.below(2) {
                    draft.initial[random.below(n)] = 0;
                }
                if draft.initial.iter().all(|&weight| weight == 0) {
                    draft.initial[random.below(n)] = 1;
                }
            }
            Self::Irreducible | Self::NoZeroRow | Self::StartCovered => {
                let state = random.below(n);
                draft.initial[state] += 1;
                for column in &mut draft.transition {
                    column[state] = 0;
                    revive(column, (state + 1) % n);
                }
            }
            Self::Recoverable | Self::RecoverableBehindPrompt if random.below(2) == 0 => forget(draft),
            Self::Recoverable | Self::RecoverableBehindPrompt => mix_a_column(draft, random),
            Self::Stationary => {
                draft.stationary = false;
                draft.initial = random.weights(n, 0);
            }
            Self::Visible => blur(draft, random),
        }
    }
}

/// A law keeps some weight.
fn revive(weights: &mut [u32], at: usize) {
    if weights.iter().all(|&weight| weight == 0) {
        weights[at] = 1;
    }
}

/// So many tokens at least; new ones have no weight yet.
fn widen(draft: &mut Draft, tokens: usize) {
    draft.emission.iter_mut().for_each(|column| column.resize(column.len().max(tokens), 0));
}

/// In each of these columns a token of its own outweighs all others.
fn dominate(draft: &mut Draft, columns: std::ops::Range<usize>) {
    let count = columns.len();
    widen(draft, count);
    for (token, column) in columns.enumerate() {
        let column = &mut draft.emission[column];
        column[token] += 1 + column.iter().sum::<u32>();
    }
}

/// Steps along a random cycle through all states.
fn cycle(draft: &mut Draft, random: &mut Random) {
    let order = random.permutation(draft.states());
    for (at, &state) in order.iter().enumerate() {
        let next = order[(at + 1) % order.len()];
        draft.transition[state][next] = draft.transition[state][next].max(1);
    }
}

fn enter_every_state(draft: &mut Draft, random: &mut Random) {
    for state in 0..draft.states() {
        if draft.transition.iter().all(|column| column[state] == 0) {
            let from = random.below(draft.states());
            draft.transition[from][state] = 1;
        }
    }
}

/// No step leads out of the first states.
fn close_a_set(draft: &mut Draft, random: &mut Random) {
    let n = draft.states();
    let closed = 1 + random.below(n.max(2) - 1);
    let column = |(current, column): (usize, &mut Vec<u32>)| {
        if current < closed {
            column[closed.min(n)..].fill(0);
            revive(column, current);
        }
    };
    draft.transition.iter_mut().enumerate().for_each(column);
}

/// The states fall into classes that are visited in turn.
fn take_turns(draft: &mut Draft, random: &mut Random) {
    let n = draft.states();
    let period = 2 + random.below(n.max(2) - 1);
    for (current, column) in draft.transition.iter_mut().enumerate() {
        for (next, weight) in column.iter_mut().enumerate() {
            let follows = next % period == (current % period + 1) % period;
            *weight = if follows { (*weight).max(1) } else { 0 };
        }
        revive(column, (current + 1) % n);
    }
}

/// One column of the emissions becomes the sum of two others (or equal to the other one), or there are fewer tokens than columns.
fn mix_a_column(draft: &mut Draft, random: &mut Random) {
    let columns = draft.emission.len();
    if random.below(3) == 0 && columns > 1 {
        let tokens = (1 + random.below(columns - 1)).min(draft.tokens());
        for column in &mut draft.emission {
            column.truncate(tokens);
            revive(column, random.below(tokens));
        }
        return;
    }
    let [mixed, first, second] = [(); 3].map(|()| random.below(columns));
    let sum = draft.emission[first].iter().zip(&draft.emission[second]).map(|(x, y)| x + y).collect();
    draft.emission[mixed] = sum;
}

/// The last state leads to the first ones alone, whose columns are independent, and perhaps no other state leads there; the task weighs no other.
fn essential(draft: &mut Draft, random: &mut Random) {
    let n = draft.states();
    let count = 1 + random.below(n);
    for row in &mut draft.task {
        row[count..].fill(0);
        if row.iter().all(|&weight| weight == 0) {
            row[0] = 1;
        }
    }
    let last = &mut draft.transition[n - 1];
    last[count..].fill(0);
    last[..count].iter_mut().for_each(|weight| *weight = (*weight).max(1));
    if count < n && random.below(3) == 0 {
        for column in &mut draft.transition[..n - 1] {
            column[..count].fill(0);
            revive(column, count + random.below(n - count));
        }
    }
    dominate(draft, 0..count);
}

/// All columns are independent; or a syntax state has tokens of its own for each value, and perhaps another state, whose token betrays it,
/// leads to it alone.
fn recoverable(draft: &mut Draft, random: &mut Random) {
    let Some(shape) = draft.memory.as_ref().map(|memory| memory.shape) else { return };
    if random.below(3) == 0 {
        return dominate(draft, 0..shape.columns());
    }
    let (word, n) = (random.below(shape.syntax), shape.states());
    let mark = random.below(n);
    widen(draft, shape.values + 1);
    let shy = random.below(2) == 0; // its own token need not be likely
    let betrayed = mark != word && random.below(4) > 0;
    for (column, weights) in draft.emission.iter_mut().enumerate() {
        let (value, state) = (column / n, column % n);
        if state != word {
            weights[..shape.values].fill(0);
        } else {
            let others: u32 = weights.iter().sum();
            weights[value] += if shy { 1 } else { others + 1 };
        }
        if betrayed {
            weights[shape.values] = 0;
        }
        if betrayed && state == mark {
            weights.fill(0);
        }
        revive(weights, shape.values);
    }
    if betrayed {
        draft.transition[mark].fill(0);
        draft.transition[mark][word] = 1;
        // Whatever emits the betraying token for want of another is no mark.
        widen(draft, shape.values + 2);
        for (column, weights) in draft.emission.iter_mut().enumerate() {
            if column % n != mark && weights[shape.values] > 0 {
                weights.swap(shape.values, shape.values + 1);
            }
        }
    }
}

/// As [`recoverable`], but the last value, which the task does not weigh then, looks like the others together.
fn recoverable_behind_prompt(draft: &mut Draft, random: &mut Random) {
    recoverable(draft, random);
    let Some(shape) = draft.memory.as_ref().map(|memory| memory.shape) else { return };
    if shape.values < 2 || random.below(3) == 0 {
        return;
    }
    let (last, n) = (shape.values - 1, shape.states());
    for row in &mut draft.task {
        row[last] = 0;
        if row.iter().all(|&weight| weight == 0) {
            row[0] = 1;
        }
    }
    let signed = random.below(2) == 0;
    for state in 0..n {
        let sum = |token: usize| -> u32 { (0..last).map(|c| draft.emission[c * n + state][token]).sum() };
        let mut mixed: Vec<u32> = (0..draft.tokens()).map(sum).collect();
        if signed {
            // Two of the values' words and none of what they share.
            let shared = |token: usize| (0..last).all(|c| draft.emission[c * n + state][token] > 0);
            let distinct: Vec<_> =
                mixed.iter().enumerate().map(|(z, &w)| if shared(z) { 0 } else { w }).collect();
            if distinct.iter().any(|&weight| weight > 0) {
                mixed = distinct;
            }
        }
        draft.emission[last * n + state] = mixed;
    }
}

/// From every state two steps are equally likely, and back, and the chain starts anywhere: whatever the states before and behind a position are, if they are one and the
/// same state, the law at the position is the same, at both ends too.
fn walk_evenly(draft: &mut Draft, random: &mut Random) {
    let n = draft.states();
    draft.stationary = false;
    draft.initial = vec![1; n];
    draft.transition = vec![vec![0; n]; n];
    for _ in 0..2 {
        let order = random.permutation(n);
        let pairs = if random.below(4) == 0 { random.below(n / 2 + 1) } else { n / 2 };
        for (at, &from) in order.iter().enumerate() {
            let to = if at / 2 < pairs && at ^ 1 < n { order[at ^ 1] } else { from };
            draft.transition[from][to] += 1;
        }
    }
}

/// A word of one token, which one state alone emits, looks the same at each of its positions; that state tells the values apart by how often it
/// emits the token, and of the others one is left as it is and the rest say nothing about them.
fn blur(draft: &mut Draft, random: &mut Random) {
    let Some(shape) = draft.memory.as_ref().map(|memory| memory.shape) else { return };
    walk_evenly(draft, random);
    let (n, token) = (shape.states(), draft.tokens());
    let (home, spared, other) = (random.below(shape.syntax), random.below(n), random.below(token));
    widen(draft, token + 1);
    for column in 0..draft.emission.len() {
        let state = column % n;
        if state == home {
            draft.emission[column].fill(0);
            draft.emission[column][token] = random.weight(0);
            draft.emission[column][other] = random.weight(0);
        } else if state != spared {
            draft.emission[column] = draft.emission[state].clone();
        }
    }
}

/// In every syntax state of the task's cell two values emit alike.
fn forget(draft: &mut Draft) {
    let Some(shape) = draft.memory.as_ref().map(|memory| memory.shape) else { return };
    for state in 0..shape.syntax {
        let alike = draft.emission[state].clone();
        draft.emission[(shape.values - 1) * shape.states() + state] = alike;
    }
}
