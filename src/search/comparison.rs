//! What decides a label: comparisons of linear functionals.

use num_traits::Zero;

use crate::model::Task;

/// The functional `row[plus] − row[minus]` (an absent row is 0) of the contrast rows of a task or head has to be positive, or not
/// negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The row that is added.
    pub plus: Option<usize>,
    /// The row that is subtracted.
    pub minus: Option<usize>,
    /// Whether 0 is not enough.
    pub strict: bool,
    /// The label that wins otherwise.
    pub rival: usize,
}

impl Comparison {
    /// The value of the functional from those of the contrast rows.
    pub fn value<T>(&self, rows: &[T]) -> T
    where
        T: Clone + Zero + std::ops::Sub<Output = T>,
    {
        let row = |index: Option<usize>| index.map_or_else(T::zero, |index| rows[index].clone());
        row(self.plus) - row(self.minus)
    }
}

/// The comparisons that a label has to win, for every label of a task. A binary task has one row: label 1 needs `v ≥ 0`, label 0
/// needs `−v > 0`. With `c` classes row `j − 1` is that of class `j` minus that of class 0: class `a` needs the difference to `j`
/// to be positive for `j < a` and not negative for `j > a`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparisons(Vec<Vec<Comparison>>);

impl Comparisons {
    /// Those of a task.
    pub fn new(task: &Task) -> Self {
        let classes = task.scores().len();
        if let Task::Binary(_) = task {
            let zero = Comparison { plus: None, minus: Some(0), strict: true, rival: 1 };
            return Self(vec![
                vec![zero],
                vec![Comparison { plus: Some(0), minus: None, strict: false, rival: 0 }],
            ]);
        }
        let against = |label: usize, rival: usize| Comparison {
            plus: label.checked_sub(1),
            minus: rival.checked_sub(1),
            strict: rival < label,
            rival,
        };
        let of = |label: usize| {
            (0..classes).filter(|&rival| rival != label).map(|rival| against(label, rival)).collect()
        };
        Self((0..classes).map(of).collect())
    }

    /// How many labels there are.
    pub fn labels(&self) -> usize {
        self.0.len()
    }

    /// What a label has to win.
    pub fn of(&self, label: usize) -> &[Comparison] {
        &self.0[label]
    }

    /// The label from the values of the contrast rows.
    pub fn label<T>(&self, rows: &[T]) -> usize
    where
        T: Clone + Zero + PartialOrd + std::ops::Sub<Output = T>,
    {
        let wins = |comparison: &Comparison| {
            let value = comparison.value(rows);
            if comparison.strict { value > T::zero() } else { value >= T::zero() }
        };
        let label = self.0.iter().position(|comparisons| comparisons.iter().all(wins));
        label.unwrap_or(0) // some label always wins
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All small score vectors, against the task's own rule.
    #[test]
    fn comparisons_give_the_task_s_label() {
        let row = |value: i64| vec![num_rational::BigRational::from_integer(value.into())];
        for scores in (0..125).map(|code| [code / 25 - 2, code / 5 % 5 - 2, code % 5 - 2]) {
            let task = Task::classes(scores.map(row).to_vec()).unwrap();
            let contrasts = [scores[1] - scores[0], scores[2] - scores[0]];
            assert_eq!(Comparisons::new(&task).label(&contrasts), task.label(&scores), "{scores:?}");
            let binary = Task::binary_from_integers(&[1]);
            assert_eq!(Comparisons::new(&binary).label(&scores[..1]), binary.label(&scores[..1]));
        }
    }
}
