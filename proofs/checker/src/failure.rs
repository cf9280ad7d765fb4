//! Why a certificate is not accepted.

use std::{error::Error, fmt};

use crate::certificate::{Claim, Kind, Outcome, Statement};

/// Why a text is not an accepted certificate.
#[derive(Debug)]
pub enum Failure {
    /// The text is not a certificate: not JSON, or of an unknown schema, rule, statement or field.
    Malformed(serde_json::Error),
    /// The text is a certificate, and what it says is not so.
    Rejected(Rejection),
}

/// What is wrong with a certificate that could be read. Indices count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // of the fields: they are what the variant's sentence speaks of
pub enum Rejection {
    /// The rule of the evidence does not establish the claim.
    WrongRule(Claim),
    /// The statement is about another kind of model.
    WrongKind(Statement),
    /// The matrix has no row.
    NoRows,
    /// The matrix has no column.
    NoColumns,
    /// The statement needs this field of the model.
    Missing { field: &'static str },
    /// The statement does not speak of this field of the model.
    Superfluous { field: &'static str },
    /// The model has no state.
    NoStates,
    /// The model has no token.
    NoTokens,
    /// The memory has no value.
    NoValues,
    /// The claim needs a task and the model has none.
    NoTask,
    /// A task with several classes has fewer than two rows.
    TooFewClasses,
    /// A list has the wrong length.
    Length { field: &'static str, expected: usize, found: usize },
    /// An entry of the model is negative.
    Negative { field: &'static str, row: usize, column: usize },
    /// A column of the model does not sum to 1.
    ColumnSum { field: &'static str, column: usize },
    /// An index is not below its limit.
    OutOfRange { field: &'static str, found: usize, limit: usize },
    /// An index stands twice where it may stand once.
    Repeated { field: &'static str, index: usize },
    /// A word has no token.
    EmptyWord { field: &'static str },
    /// A word is longer than the checker reads.
    LongWord { field: &'static str, found: usize, limit: usize },
    /// The numbers that a word, a tree or a prompt leads to would be too large.
    TooLarge { field: &'static str },
    /// A list that has to have an element has none.
    NoEvidence { field: &'static str },
    /// The modulus is below 2 or not below 2²⁸.
    Modulus { field: &'static str, found: u64 },
    /// An entry of the modular inverse is not below the modulus.
    Unreduced { field: &'static str, row: usize, column: usize },
    /// A product that has to be the identity, beside zeros or modulo the modulus, is not.
    NotInverse { field: &'static str, row: usize, column: usize },
    /// The vector, or the part of it that matters, is zero.
    ZeroVector,
    /// The kernel vector is not in the kernel.
    NotInKernel { row: usize },
    /// The chain has no such step.
    NoStep { field: &'static str, from: usize, to: usize },
    /// A step of a search tree starts (or, backward, ends) at a state not reached before.
    Unreached { field: &'static str, state: usize },
    /// A search tree misses a state.
    TreeMisses { field: &'static str, state: usize },
    /// A closed set is all of the states.
    NotProper,
    /// The chain can leave the set.
    Leaves { from: usize, to: usize },
    /// The lengths of the closed walks have this common divisor.
    CommonDivisor(usize),
    /// A period has to be at least 2.
    Period(usize),
    /// A step does not lead from a class to the next one.
    ClassStep { from: usize, to: usize },
    /// The state has positive probability after all.
    Supported { state: usize },
    /// `π0` gives a state the probability zero.
    Unsupported { state: usize },
    /// The head does not satisfy the identity at this class and state.
    Identity { class: usize, state: usize },
    /// The head's score differs from the task's on the vector of this word.
    Score { class: usize, word: usize },
    /// The numbers of basis vectors and of annihilating rows do not add up to the dimension.
    Dimension { expected: usize, found: usize },
    /// An annihilating row does not vanish on the vector of this word.
    NotAnnihilated { row: usize, word: Vec<usize> },
    /// A word has probability zero.
    ImpossibleWord { word: usize },
    /// The combination of words is not in the kernel of `W diag(π_1)`.
    Visible { token: usize },
    /// The task's score vanishes on the combination of words.
    TaskVanishes,
    /// The indices do not ascend at this position.
    NotAscending { field: &'static str, position: usize },
    /// A combination leaves its own column out, or has another column that it may not have.
    Support { field: &'static str, index: usize, column: usize },
    /// A combination of columns does not vanish.
    OutsideKernel { field: &'static str, index: usize, row: usize },
    /// The lower bound is negative or exceeds the upper one.
    Bounds,
    /// The vector is stretched by more than the upper bound.
    Stretched,
    /// The matrix without its lower bound and factor is not diagonally dominant.
    NotDominant { row: usize },
    /// The dual vector exceeds 1 at a token.
    DualBound { class: usize, token: usize },
    /// The value of the dual vector is not the norm of the head.
    DualValue { class: usize },
    /// The solution does not solve an equation.
    NotSolved { row: usize },
    /// An entry that may not be negative is.
    NegativeWeight { field: &'static str, index: usize },
    /// The functional has the wrong sign at a column.
    WrongSign { column: usize },
    /// The functional has the wrong sign at the right side.
    WrongSignAtRhs,
    /// A stated value is not the value found.
    Value { field: &'static str, instance: usize },
    /// An instance conditions on an event of probability zero.
    ImpossibleInstance { instance: usize },
    /// The statement is about a head without a prompt.
    Prompted,
    /// The statement is about a head behind a prompt.
    Unprompted,
    /// A bound on a ratio of laws fails in a column of `A`.
    StateRatio { index: usize, column: usize },
    /// Behind some prompts a state may be out of sight.
    OutOfSight { field: &'static str, index: usize, state: usize },
    /// Behind some prompts a row of `W` does not vanish on the combination of words.
    VisibleFrom { state: usize, token: usize },
    /// What has to be positive behind every prompt is negative at a state.
    NegativeSum { state: usize },
    /// An entry of the prompt is not in [0, 1].
    Embedding { row: usize, state: usize },
    /// The list of nodes ends before the tree is complete, or goes on after that.
    Preorder { node: usize },
    /// A node has a label that the task does not have.
    NodeLabel { node: usize },
    /// A node has too few or too many ratios.
    Ratios { node: usize, expected: usize, found: usize },
    /// The scores of the head are not one positive multiple of those of the task.
    NotProportional { node: usize },
    /// A node looks ahead, and the tree does not say how far, or is not one of rounded numbers.
    Ahead { node: usize },
    /// A region has a label that the task does not have.
    RegionLabel { region: usize },
    /// A fact that has to be that of a comparison of the region's label is another one.
    RegionComparison { region: usize, fact: usize },
    /// The weighted facts of a region do not add up to a fact of the next one.
    RegionStep { region: usize, token: usize, fact: usize },
    /// The scores of a node do not satisfy a fact of its region.
    OutsideRegion { node: usize, fact: usize },
    /// A node leaves room for a disagreement.
    InDoubt { node: usize },
    /// The stated length is not the depth of the tree.
    FromLength { expected: usize, found: usize },
    /// The stated bounds for this length do not contain those found.
    Bracket { length: usize },
    /// A stated label is not the one found.
    Label { field: &'static str, expected: usize, found: usize },
    /// The head's label is the task's.
    SameLabel,
    /// The input has probability zero.
    ImpossibleInput,
    /// The two sides are equal.
    EqualSides,
    /// The input of a term has probability zero. (A single contradiction has the index 0.)
    ImpossibleTerm { contradiction: usize, term: usize },
    /// The label of a term is not the task's.
    TermLabel { contradiction: usize, term: usize },
    /// The rival of a term is its label, or none at all.
    Rival { contradiction: usize, term: usize },
    /// The weight of a term is not positive.
    TermWeight { contradiction: usize, term: usize },
    /// The weighted comparisons do not cancel.
    NotZero { contradiction: usize, class: usize, token: usize },
    /// Ties would satisfy all comparisons.
    NoStrictTerm { contradiction: usize },
    /// A share is not positive.
    Share { contradiction: usize },
    /// The shares of this input exceed its probability.
    Overpacked { word: Vec<usize> },
    /// The bound is not the sum of the shares.
    SharesSum,
    /// A state of the task's support is not in `H*`.
    NotCovered { state: usize },
    /// A relation does not vanish on a column of `W`.
    NoRelation { index: usize, column: usize },
    /// A relation has no token at which all others are zero.
    NoOwnToken { index: usize },
    /// The state branched on is covered, or does not have to be.
    Branch { position: usize, state: usize },
    /// A choice of states is not ruled out, and no branch is left.
    NotRefuted { position: usize },
    /// A list goes on after its end.
    Leftover { field: &'static str, position: usize },
    /// An entry of an instance's embedding is not in [0, 1].
    InstanceEmbedding { instance: usize, state: usize },
    /// The radius is not positive.
    Radius,
    /// So many syntax states are recoverable, which is not the verdict.
    Recoverable { found: usize },
    /// `(A π0)[h]` is not `π0[h]`.
    Moves { state: usize },
    /// `(A π0)[h]` is `π0[h]` after all.
    Rests { state: usize },
    /// An entry of `b` is not what the task asks for.
    Weight { class: usize, column: usize },
    /// A row of the head's values that is not read is not zero.
    Unread { row: usize },
    /// The position embeddings let the head attend to the wrong position.
    Offset,
    /// Outside of the addressed states something remains possible.
    Survivor,
    /// A survivor set is empty.
    EmptySurvivor,
    /// The first state of the automaton is not where inputs start.
    Start,
    /// A token does not lead from this state to where it says.
    Transition { state: usize, token: usize },
    /// A step has less probability than the radius.
    WeakStep { from: usize, to: usize },
    /// A state has less initial probability than the radius.
    WeakState { state: usize },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => {
                // The message quotes the text: at most 200 characters of it, and no control characters.
                let message: String = error.to_string().chars().take(200).collect();
                write!(f, "not a certificate: {}", message.escape_debug())
            }
            Self::Rejected(rejection) => write!(f, "rejected: {rejection}"),
        }
    }
}

impl Error for Failure {}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl fmt::Display for Rejection {
    #[rustfmt::skip]
    #[expect(clippy::too_many_lines, reason = "one line for each defect")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongRule(Claim { statement, verdict }) => {
                let verdict = match verdict { Outcome::Proved => "proves", Outcome::Refuted => "refutes" };
                write!(f, "this evidence is not of a rule that {verdict} {statement}")
            }
            Self::WrongKind(statement) => match statement.kind() {
                Kind::Hmm => write!(f, "{statement} is about a hidden Markov model without memory"),
                Kind::MemoryHmm => write!(f, "{statement} is about a hidden Markov model with memory"),
                Kind::Matrix => write!(f, "{statement} is about a matrix, not a hidden Markov model"),
            },
            Self::NoRows => write!(f, "the matrix has no row"),
            Self::NoColumns => write!(f, "the matrix has no column"),
            Self::Missing { field } => write!(f, "the statement needs {field} in the model"),
            Self::Superfluous { field } => write!(f, "the statement does not speak of {field}, and the model has it"),
            Self::NoStates => write!(f, "the model has no state"),
            Self::NoTokens => write!(f, "the model has no token"),
            Self::NoValues => write!(f, "the cells of the memory have no value"),
            Self::NoTask => write!(f, "the claim needs a task and the model has none"),
            Self::TooFewClasses => write!(f, "task.weights has rows, but fewer than two"),
            Self::Length { field, expected, found } => write!(f, "{field} has {found} entries, expected {expected}"),
            Self::Negative { field, row, column } => write!(f, "{field}[{row}][{column}] is negative"),
            Self::ColumnSum { field, column } => write!(f, "column {column} of {field} does not sum to 1"),
            Self::OutOfRange { field, found, limit } => write!(f, "{field}: index {found} is not below {limit}"),
            Self::Repeated { field, index } => write!(f, "{field}: {index} stands there twice"),
            Self::EmptyWord { field } => write!(f, "{field}: a word has no token"),
            Self::LongWord { field, found, limit } => write!(f, "{field}: a word of {found} tokens (limit {limit})"),
            Self::TooLarge { field } => write!(f, "{field} leads to numbers that are too large"),
            Self::NoEvidence { field } => write!(f, "{field} is empty"),
            Self::Modulus { field, found } => write!(f, "{field}: modulus {found} is not in 2..2^28"),
            Self::Unreduced { field, row, column } => write!(f, "{field}: inverse[{row}][{column}] is not below the modulus"),
            Self::NotInverse { field, row, column } => write!(f, "{field}: the product with the matrix is wrong at [{row}][{column}]"),
            Self::ZeroVector => write!(f, "the vector is zero where it must not be"),
            Self::NotInKernel { row } => write!(f, "row {row} of the matrix times the vector is not zero"),
            Self::NoStep { field, from, to } => write!(f, "{field}: the chain has no step from state {from} to state {to}"),
            Self::Unreached { field, state } => write!(f, "{field}: a step uses state {state}, which is not reached yet"),
            Self::TreeMisses { field, state } => write!(f, "{field}: state {state} is never reached"),
            Self::NotProper => write!(f, "the closed set has every state"),
            Self::Leaves { from, to } => write!(f, "the chain leaves the set by a step from {from} to {to}"),
            Self::CommonDivisor(divisor) => write!(f, "the lengths of the closed walks have the common divisor {divisor}"),
            Self::Period(period) => write!(f, "a period of {period} says nothing"),
            Self::ClassStep { from, to } => write!(f, "the step from state {from} to state {to} does not lead to the next class"),
            Self::Supported { state } => write!(f, "state {state} has positive initial probability"),
            Self::Unsupported { state } => write!(f, "state {state} has initial probability zero"),
            Self::Identity { class, state } => write!(f, "class {class}: the head's identity fails at state {state}"),
            Self::Score { class, word } => write!(f, "class {class}: the head's score differs from the task's on word {word}"),
            Self::Dimension { expected, found } => write!(f, "basis and annihilator have {found} vectors together, expected {expected}"),
            Self::NotAnnihilated { row, word } => write!(f, "annihilator[{row}] does not vanish on the word {word:?}"),
            Self::ImpossibleWord { word } => write!(f, "words[{word}] has probability zero"),
            Self::Visible { token } => write!(f, "row {token} of W diag(ρ) does not vanish on the combination"),
            Self::TaskVanishes => write!(f, "the task's score vanishes on the combination"),
            Self::NotAscending { field, position } => write!(f, "{field}[{position}] is below the index before it"),
            Self::Support { field, index, column } => write!(f, "{field}[{index}] is wrong about which columns it has, at column {column}"),
            Self::OutsideKernel { field, index, row } => write!(f, "{field}[{index}]: row {row} of the matrix times the vector is not zero"),
            Self::Bounds => write!(f, "the lower bound is negative or exceeds the upper one"),
            Self::Stretched => write!(f, "the vector is stretched by more than the upper bound"),
            Self::NotDominant { row } => write!(f, "what the lower bound and the factor leave is not diagonally dominant in row {row}"),
            Self::DualBound { class, token } => write!(f, "class {class}: the dual vector exceeds 1 at token {token}"),
            Self::DualValue { class } => write!(f, "class {class}: the value of the dual vector is not the norm of the head"),
            Self::NotSolved { row } => write!(f, "the solution does not solve equation {row}"),
            Self::NegativeWeight { field, index } => write!(f, "{field}[{index}] is negative"),
            Self::WrongSign { column } => write!(f, "the functional has the wrong sign at column {column}"),
            Self::WrongSignAtRhs => write!(f, "the functional has the wrong sign at the right side"),
            Self::Value { field, instance } => write!(f, "instances[{instance}]: {field} is not the value found"),
            Self::ImpossibleInstance { instance } => write!(f, "instances[{instance}] conditions on an event of probability zero"),
            Self::Prompted => write!(f, "the statement is about a head without a prompt"),
            Self::Unprompted => write!(f, "the statement is about a head behind a prompt"),
            Self::StateRatio { index, column } => write!(f, "ratios[{index}] is no bound in column {column} of the transitions"),
            Self::OutOfSight { field, index, state } => write!(f, "{field}[{index}]: behind some prompts state {state} is out of sight"),
            Self::VisibleFrom { state, token } => write!(f, "row {token} of W does not vanish on the combination behind a prompt that starts in state {state}"),
            Self::NegativeSum { state } => write!(f, "the sum of kernels and ratios is negative at state {state}"),
            Self::Embedding { row, state } => write!(f, "prompt[{row}][{state}] is not in [0, 1]"),
            Self::Preorder { node } => write!(f, "nodes[{node}] is missing, or beyond the end of the tree"),
            Self::NodeLabel { node } => write!(f, "nodes[{node}]: a label is not one of the task"),
            Self::Ratios { node, expected, found } => write!(f, "nodes[{node}] has {found} ratios, expected {expected}"),
            Self::NotProportional { node } => write!(f, "nodes[{node}]: the head's scores are not one positive multiple of the task's"),
            Self::Ahead { node } => write!(f, "nodes[{node}] looks ahead, in a tree without ahead or without rounded"),
            Self::RegionLabel { region } => write!(f, "regions[{region}]: the label is not one of the task"),
            Self::RegionComparison { region, fact } => write!(f, "regions[{region}]: facts[{fact}] is not that of a comparison of the label"),
            Self::RegionStep { region, token, fact } => write!(f, "regions[{region}]: the weights for token {token} do not lead to facts[{fact}] of the next region"),
            Self::OutsideRegion { node, fact } => write!(f, "nodes[{node}]: the scores do not satisfy facts[{fact}] of the region"),
            Self::InDoubt { node } => write!(f, "nodes[{node}] leaves room for a disagreement"),
            Self::FromLength { expected, found } => write!(f, "from_length is {found}, expected {expected}"),
            Self::Bracket { length } => write!(f, "the bounds for length {length} do not contain those found"),
            Self::Label { field, expected, found } => write!(f, "{field}: label {found}, expected {expected}"),
            Self::SameLabel => write!(f, "the head's label is the task's"),
            Self::ImpossibleInput => write!(f, "the input has probability zero"),
            Self::EqualSides => write!(f, "the two sides are equal"),
            Self::ImpossibleTerm { contradiction, term } => write!(f, "contradiction {contradiction}: the input of term {term} has probability zero"),
            Self::TermLabel { contradiction, term } => write!(f, "contradiction {contradiction}: the label of term {term} is not the task's"),
            Self::Rival { contradiction, term } => write!(f, "contradiction {contradiction}: the rival of term {term} is not another label"),
            Self::TermWeight { contradiction, term } => write!(f, "contradiction {contradiction}: the weight of term {term} is not positive"),
            Self::NotZero { contradiction, class, token } => write!(f, "contradiction {contradiction}: the sum of class {class} does not vanish at token {token}"),
            Self::NoStrictTerm { contradiction } => write!(f, "contradiction {contradiction}: ties satisfy all terms"),
            Self::Share { contradiction } => write!(f, "contradiction {contradiction}: the share is not positive"),
            Self::Overpacked { word } => write!(f, "the shares of the word {word:?} exceed its probability"),
            Self::SharesSum => write!(f, "the lower bound is not the sum of the shares"),
            Self::NotCovered { state } => write!(f, "no source leads to state {state}, which has a weight in the task"),
            Self::NoRelation { index, column } => write!(f, "relations[{index}] does not vanish on column {column} of W"),
            Self::NoOwnToken { index } => write!(f, "relations[{index}] has no token at which all others are zero"),
            Self::Branch { position, state } => write!(f, "branches[{position}]: state {state} is covered, or has no weight in the task"),
            Self::NotRefuted { position } => write!(f, "branches[{position}] is missing: a choice of states is not ruled out"),
            Self::Leftover { field, position } => write!(f, "{field}[{position}] stands after the end"),
            Self::InstanceEmbedding { instance, state } => write!(f, "instances[{instance}]: embedding[{state}] is not in [0, 1]"),
            Self::Radius => write!(f, "the radius is not positive"),
            Self::Recoverable { found } => write!(f, "{found} syntax states are recoverable, which is not the verdict"),
            Self::Moves { state } => write!(f, "the first step changes the probability of state {state}"),
            Self::Rests { state } => write!(f, "the first step does not change the probability of state {state}"),
            Self::Weight { class, column } => write!(f, "class {class}: b is not what the task asks for at column {column}"),
            Self::Unread { row } => write!(f, "values[{row}] is not read, and not zero"),
            Self::Offset => write!(f, "the position embeddings let the head attend to the wrong position"),
            Self::Survivor => write!(f, "outside of the addressed states something remains possible"),
            Self::EmptySurvivor => write!(f, "a survivor set is empty"),
            Self::Start => write!(f, "automaton[0] is not where inputs start"),
            Self::Transition { state, token } => write!(f, "automaton[{state}]: token {token} does not lead to what next says"),
            Self::WeakStep { from, to } => write!(f, "the step from state {from} to state {to} has less probability than the radius"),
            Self::WeakState { state } => write!(f, "state {state} has less initial probability than the radius"),
        }
    }
}
