//! Studies: many independent runs, on some threads, that can be stopped and gone on with.
//!
//! Whatever the number of threads, and wherever a study was interrupted, the same plan gives the same runs.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use serde::{Serialize, de::DeserializeOwned};

/// A plan of runs.
pub trait Study: Serialize + DeserializeOwned + PartialEq + Sync {
    /// What one run is of, such as a number of states and a seed.
    type Case: Copy + PartialEq + Send + Sync;
    /// What comes out of it.
    type Run: Clone + Serialize + DeserializeOwned + Send + Sync;

    /// Every run of the plan, in its order.
    fn cases(&self) -> Vec<Self::Case>;

    /// What a run is of.
    fn case(run: &Self::Run) -> Self::Case;

    /// Does one run; `None` if it was stopped.
    fn run(&self, case: Self::Case, stop: &AtomicBool) -> Option<Self::Run>;
}

/// Does all runs of a plan that are not done yet, on some threads, and returns them with those that are, in the plan's order. Each one is shown
/// to `finished` at once. If it is stopped, some are missing.
pub fn run_all<S: Study>(
    study: &S,
    done: Vec<S::Run>,
    threads: usize,
    stop: &AtomicBool,
    finished: &mut (dyn FnMut(&S::Run) + Send),
) -> Vec<S::Run> {
    let known = |case: &S::Case| done.iter().any(|run| S::case(run) == *case);
    let open: Vec<_> = study.cases().into_iter().filter(|case| !known(case)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new((done.clone(), finished)));
    let work = || {
        while let Some(&case) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = (!stop.load(Ordering::Relaxed)).then(|| study.run(case, stop)).flatten();
            let Some(run) = run else { return };
            let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            (found.1)(&run);
            found.0.push(run);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let (runs, _) = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let place = |case: S::Case| runs.iter().find(|run| S::case(run) == case);
    study.cases().into_iter().filter_map(|case| place(case).cloned()).collect()
}
