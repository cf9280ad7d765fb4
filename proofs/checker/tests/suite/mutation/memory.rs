//! The changes that leave a certificate about a model with memory true.

const WALK: &str = "a walk may be given twice";
const LOOP: &str = "state 1 has a loop as well";
const UNUSED: &str = "the query is 0 at this row of the keys";
const ZERO_KEY: &str = "this row of the keys is zero";
const LOWER: &str = "all other positions gain alike, or the prompt's is still out of reach";
const TASK: &str = "true of this task as well: it depends on the cell, or on the support of the weights";
const MEMBER: &str = "another input that is a member as well";
const AUTOMATON: &str = "a state or set that is not used, or smaller sets that are survived as well";
const FEWER: &str = "with fewer recoverable states even fewer inputs are members";

/// Certificate, pointer, changes, and why the changed certificate is still true.
pub const STILL_TRUE: &[(&str, &str, &str, &str)] = &[
    ("attention-head", "/evidence/ergodic/walks", "0 twice", WALK),
    ("attention-head", "/evidence/head/keys/1/0", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head", "/evidence/head/keys/1/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head", "/evidence/head/keys/1/2", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head", "/evidence/head/position/first/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head", "/evidence/head/position/other/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head", "/evidence/head/query/1", "-1, 1, 1/2, 2, 3, 7/5", ZERO_KEY),
    ("attention-head-classes", "/evidence/ergodic/walks", "0 twice", WALK),
    ("attention-head-classes", "/evidence/head/keys/1/0", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head-classes", "/evidence/head/keys/1/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head-classes", "/evidence/head/keys/1/2", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head-classes", "/evidence/head/position/first/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head-classes", "/evidence/head/position/other/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("attention-head-classes", "/evidence/head/query/1", "-1, 1, 1/2, 2, 3, 7/5", ZERO_KEY),
    ("empty-scope", "/evidence/automaton", "3 twice", AUTOMATON),
    ("empty-scope", "/evidence/automaton/1/survivors", "0 twice", AUTOMATON),
    ("empty-scope", "/evidence/automaton/2/survivors", "0 twice", AUTOMATON),
    ("empty-scope", "/evidence/automaton/3/survivors", "0 twice", AUTOMATON),
    ("empty-scope", "/evidence/sets", "3 twice", AUTOMATON),
    ("empty-scope", "/evidence/sets/2", "without 0, without 1", AUTOMATON),
    ("empty-scope", "/evidence/states", "without 0", FEWER),
    ("empty-scope", "/model/task/weights/0", "-1, -2, 0, 1, 1/2, 7/5", TASK),
    ("empty-scope", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("empty-scope-prompt", "/evidence/automaton", "3 twice", AUTOMATON),
    ("empty-scope-prompt", "/evidence/automaton/1/survivors", "0 twice", AUTOMATON),
    ("empty-scope-prompt", "/evidence/automaton/2/survivors", "0 twice", AUTOMATON),
    ("empty-scope-prompt", "/evidence/automaton/3/survivors", "0 twice", AUTOMATON),
    ("empty-scope-prompt", "/evidence/sets", "3 twice", AUTOMATON),
    ("empty-scope-prompt", "/evidence/sets/2", "without 0, without 1", AUTOMATON),
    ("empty-scope-prompt", "/evidence/states", "without 0", FEWER),
    ("empty-scope-prompt", "/model/task/weights/0", "-1, -2, 1, 1/2, 7/5", TASK),
    ("empty-scope-prompt", "/model/task/weights/1", "1, 1/2, 2, 7/5", TASK),
    ("ergodic-memory", "/evidence/walks", "0 twice", WALK),
    ("ergodic-memory", "/evidence/walks/0/0", "1", LOOP),
    ("no-recoverable-states", "/model/task/weights/0", "-1, -2, 0, 1, 1/2, 7/5", TASK),
    ("no-recoverable-states", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("not-stationary", "/evidence/state", "1", "the probability of state 1 changes as well"),
    ("prompted-attention-head", "/evidence/ergodic/walks", "0 twice", WALK),
    ("prompted-attention-head", "/evidence/head/keys/1/0", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("prompted-attention-head", "/evidence/head/keys/1/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("prompted-attention-head", "/evidence/head/keys/1/2", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("prompted-attention-head", "/evidence/head/position/first/0", "-1, 1, 1/2, 7/5", LOWER),
    ("prompted-attention-head", "/evidence/head/position/first/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("prompted-attention-head", "/evidence/head/position/other/0", "-1, 1, 1/2, 2, 3, 7/5", LOWER),
    ("prompted-attention-head", "/evidence/head/position/other/1", "-1, 1, 1/2, 2, 3, 7/5", UNUSED),
    ("prompted-attention-head", "/evidence/head/position/other/2", "-1, 1, 1/2, 2, 3, 7/5", LOWER),
    ("prompted-attention-head", "/evidence/head/query/1", "-1, 1, 1/2, 2, 3, 7/5", ZERO_KEY),
    ("prompted-attention-head", "/evidence/head/query/2", "2, 7/5", LOWER),
    ("recoverable-states", "/model/task/weights/0", "-1, -2, 0, 1, 1/2, 7/5", TASK),
    ("recoverable-states", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("recoverable-states-prompt", "/model/task/weights/0", "-1, -2, 1, 1/2, 7/5", TASK),
    ("recoverable-states-prompt", "/model/task/weights/1", "1, 1/2, 2, 7/5", TASK),
    ("scope-member", "/evidence/tokens/1", "1, 2", MEMBER),
    ("scope-member", "/model/task/weights/0", "-1, -2, 0, 1, 1/2, 7/5", TASK),
    ("scope-member", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("scope-member-prompt", "/evidence/tokens", "2 twice", MEMBER),
    ("scope-member-prompt", "/evidence/tokens/1", "1, 2", MEMBER),
    ("scope-member-prompt", "/model/task/weights/0", "-1, -2, 0, 1, 1/2, 7/5", TASK),
    ("scope-member-prompt", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
];
