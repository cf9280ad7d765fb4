//! Learning in stages, which can be stopped between two of them and gone on with.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::generate::Random;

/// Where learning stands after some of its stages. Gone on with, it ends as if it had never been stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Stages that are done, over all starts.
    stages: usize,
    /// The bits of the parameters after the last of them.
    parameters: Vec<u64>,
    /// The bits of the best parameters so far.
    best: Vec<u64>,
}

impl Progress {
    /// How many stages are done, over all starts.
    pub fn stages(&self) -> usize {
        self.stages
    }
}

/// What is learned in stages.
pub(super) trait Course {
    /// Parameters to start from.
    fn start(&self, random: &mut Random) -> Vec<f64>;

    /// How many stages follow on each start.
    fn stages(&self) -> usize;

    /// One stage of descent.
    fn descend(&mut self, stage: usize, parameters: Vec<f64>) -> Vec<f64>;

    /// How good parameters are: by the validation inputs, then by those learned from.
    fn score(&self, parameters: &[f64]) -> (usize, usize);
}

/// Goes through the stages that are left and shows each to `observe`, which can end it; returns the best parameters so far, if any.
///
/// Progress of another course counts as none.
pub(super) fn follow(
    course: &mut impl Course,
    starts: usize,
    random: &mut Random,
    progress: Progress,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Option<Vec<f64>> {
    let floats = |bits: &[u64]| bits.iter().map(|&bits| f64::from_bits(bits)).collect::<Vec<_>>();
    let bits = |floats: &[f64]| floats.iter().map(|float| float.to_bits()).collect::<Vec<_>>();
    let stages = course.stages();
    let mut progress = progress;
    let mut best: Option<((usize, usize), Vec<f64>)> = None;
    for start in 0..starts.max(1) {
        let mut parameters = course.start(random);
        if progress.stages > 0
            && [&progress.parameters, &progress.best].iter().any(|p| p.len() != parameters.len())
        {
            progress = Progress::default();
        }
        for stage in 0..stages {
            let number = start * stages + stage + 1;
            if number < progress.stages {
                continue;
            }
            if number == progress.stages {
                parameters = floats(&progress.parameters);
                let known = floats(&progress.best);
                best = Some((course.score(&known), known));
                continue;
            }
            parameters = course.descend(stage, parameters);
            let score = course.score(&parameters);
            if best.as_ref().is_none_or(|(best, _)| score > *best) {
                best = Some((score, parameters.clone()));
            }
            progress = Progress {
                stages: number,
                parameters: bits(&parameters),
                best: best.as_ref().map(|(_, best)| bits(best)).unwrap_or_default(),
            };
            if observe(&progress).is_break() {
                return best.map(|(_, parameters)| parameters);
            }
        }
    }
    best.map(|(_, parameters)| parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Stream;

    /// Each stage halves one parameter; the best is the one nearest to 100 from below.
    struct Halving;

    impl Course for Halving {
        fn start(&self, random: &mut Random) -> Vec<f64> {
            vec![(100.0 + 900.0 * random.unit()).round()]
        }

        fn stages(&self) -> usize {
            3
        }

        fn descend(&mut self, _: usize, parameters: Vec<f64>) -> Vec<f64> {
            vec![parameters[0] / 2.0]
        }

        fn score(&self, parameters: &[f64]) -> (usize, usize) {
            (if parameters[0] <= 100.0 { parameters[0] as usize } else { 0 }, 0)
        }
    }

    #[test]
    fn a_stopped_course_ends_like_one_that_was_not() {
        let go = |progress, stop: usize| {
            let mut last = Progress::default();
            let mut random = Random::new(1, Stream::Starts);
            let found = follow(&mut Halving, 4, &mut random, progress, &mut |progress| {
                last = progress.clone();
                if progress.stages() == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            (found, last)
        };
        let whole = go(Progress::default(), 0);
        assert_eq!(whole.1.stages(), 12);
        for stop in 1..12 {
            let (_, stopped) = go(Progress::default(), stop);
            let text = serde_json::to_string(&stopped).unwrap();
            assert_eq!(go(serde_json::from_str(&text).unwrap(), 0), whole);
        }
        assert_eq!(go(whole.1.clone(), 0).0, whole.0);
        let other = Progress { parameters: vec![0; 2], ..whole.1.clone() };
        assert_eq!(go(other, 0), whole);
    }
}
