//! The changes that leave a certificate about heads behind prompts true.

const TASK: &str = "true of this task as well";

/// Certificate, pointer, changes, and why the changed certificate is still true.
pub const STILL_TRUE: &[(&str, &str, &str, &str)] = &[
    ("no-prompt", "/evidence/ratios/0/weight", "1", "the sum is still not negative and not zero"),
    ("no-prompt", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("no-prompt", "/model/task/weights/2", "-1", TASK),
    ("no-proportional-head-prompt", "/model/task/weights/0", "-1, 0, 1/2, 2, 7/5", TASK),
    ("no-proportional-head-prompt", "/model/task/weights/1", "-1, 0, 1/2, 2, 7/5", TASK),
    ("no-proportional-head-prompt", "/model/task/weights/2", "0, 1, 1/2, 2, 7/5", TASK),
    ("unseen-combination", "/model/task/weights/0", "-1, 1/2, 2, 7/5", TASK),
    ("unseen-combination", "/model/task/weights/1", "0, 1, 1/2, 2, 7/5", TASK),
    ("unseen-combination", "/model/task/weights/2", "-1, 1, 1/2, 2, 3, 7/5", TASK),
];
