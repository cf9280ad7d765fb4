//! For each rule the data, the statement, the boolean, and the theorem that leads from one to the other.

mod chain;
mod labels;
mod memory;
mod prompts;
mod trees;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::{
    certificate::{
        Aperiodicity, Certificate, EssentialStates, Evidence, Hmm, Independence, Intersection, MatrixProblem,
        Model, Motzkin, Outcome, Rank, SingularValue, Span, Statement, Trees, Weights,
    },
    number::Rational,
};

use chain::Chain;

use super::{
    Proof,
    literal::{Data, common, plain, plain_rows},
};

/// What Coq is asked to check, if the rule has an export.
pub fn proof(certificate: &Certificate) -> Option<Proof> {
    let statement = certificate.claim.statement;
    let subject = match &certificate.model {
        Model::Hmm(hmm) => Subject::hmm(hmm),
        Model::MemoryHmm(model) => return memory::proof(certificate, model),
        Model::Matrix(problem) => Subject::matrix(problem),
    };
    let asked = match &certificate.evidence {
        Evidence::IndependentColumns(independence) => independent_columns(&subject, independence),
        Evidence::DependentColumns(dependence) => dependent_columns(&subject, statement, &dependence.kernel),
        Evidence::Irreducible(_)
        | Evidence::Reducible(_)
        | Evidence::Aperiodic(_)
        | Evidence::Periodic(_)
        | Evidence::FullSupport(_)
        | Evidence::MissingSupport(_)
        | Evidence::Ergodic(_) => chain::asked(&subject.chain(), statement, &certificate.evidence)?,
        Evidence::InvertibleHead(evidence) => {
            invertible_head(&subject, certificate, &evidence.independence, &evidence.ergodic, &evidence.head)?
        }
        Evidence::Rank(rank) => rank_of(&subject, rank),
        Evidence::SingularValue(evidence) => singular_value(&subject, evidence),
        Evidence::Solution(x) => Asked::by("solvable (M R) (vf R data_rhs)", "solution_checked")
            .data(Data::vector("solution", &plain(&x.solution)))
            .check(format!("solution_check {} data_entries data_rhs data_solution", subject.shape())),
        Evidence::NonnegativeSolution(x) => {
            Asked::by("nonneg_solvable (M R) (vf R data_rhs)", "nonnegative_solution_checked")
                .data(Data::vector("solution", &plain(&x.solution)))
                .check(format!(
                    "solution_check {} data_entries data_rhs data_solution && nonnegl data_solution.2",
                    subject.shape()
                ))
        }
        Evidence::Inconsistency(y) => Asked::by("~ solvable (M R) (vf R data_rhs)", "inconsistency_checked")
            .data(Data::vector("functional", &plain(&y.functional)))
            .check(format!("inconsistency_check {} data_entries data_rhs data_functional", subject.shape())),
        Evidence::SeparatingFunctional(y) => {
            Asked::by("~ nonneg_solvable (M R) (vf R data_rhs)", "separating_functional_checked")
                .data(Data::vector("functional", &plain(&y.functional)))
                .check(format!("separating_check {} data_entries data_rhs data_functional", subject.shape()))
        }
        Evidence::LeftInverse(evidence) => Asked::by("has_left_inverse (M R)", "left_inverse_checked")
            .data(Data::matrix("inverse", &plain_rows(&evidence.inverse)))
            .check(format!("reads_check {} {} data_inverse data_entries", subject.shape(), subject.columns)),
        Evidence::Intersection(evidence) => intersection(&subject, evidence)?,
        Evidence::BlockFunctionals(evidence) => {
            let split = subject.split()?;
            Asked::by(&format!("recoverable_block (M R) (@block _ {split})"), "block_functionals_checked")
                .data(Data::matrix("functionals", &plain_rows(&evidence.rows)))
                .check(format!("reads_check {} {split} data_functionals data_entries", subject.shape()))
        }
        Evidence::BlockKernel(evidence) => {
            let split = subject.split()?;
            Asked::by(&format!("~ recoverable_block (M R) (@block _ {split})"), "block_kernel_checked")
                .data(Data::vector("kernel", &plain(&evidence.kernel)))
                .check(format!(
                    "kernel_check {} data_entries data_kernel && some_nonzero (take {split} data_kernel.2)",
                    subject.shape()
                ))
        }
        Evidence::Halfspace(b) => {
            let split = subject.split()?;
            Asked::by(&format!("halfspace (M R) (@block _ {split})"), "halfspace_checked")
                .data(Data::vector("functional", &plain(&b.functional)))
                .check(format!("halfspace_check {} data_entries {split} data_functional", subject.shape()))
        }
        Evidence::Motzkin(evidence) => motzkin(&subject, evidence)?,
        Evidence::ProportionalHead(evidence) => labels::proportional_head(&subject, statement, evidence)?,
        Evidence::NoProportionalHead(evidence) => labels::no_proportional_head(&subject, evidence)?,
        Evidence::UnseenCombination(evidence) => prompts::unseen_combination(&subject, evidence)?,
        Evidence::LeastHead(evidence) => labels::least_head(&subject, evidence)?,
        Evidence::NoLinearHead(evidence) => labels::no_linear_head(&subject, &evidence.terms)?,
        Evidence::PackedContradictions(evidence) => labels::packed_contradictions(&subject, evidence)?,
        Evidence::WrongLabel(evidence) => labels::wrong_label(&subject, evidence)?,
        Evidence::LabelsAgree(evidence) => trees::labels_agree(&subject, statement, evidence)?,
        Evidence::Disagreement(evidence) => trees::disagreement(&subject, evidence)?,
        Evidence::EssentialStates(evidence) => prompts::essential_states(&subject, evidence)?,
        Evidence::PromptedHead(evidence) => prompts::prompted_head(&subject, evidence)?,
        Evidence::ErgodicRadius(evidence) => Asked::by(
            "\n  forall M', near (fval R data_radius) (M R) M' -> assumption_3_2 M'",
            "ergodic_radius_checked",
        )
        .data(Data::rational("radius", &evidence.radius.0))
        .aperiodicity(&evidence.ergodic)
        .check(format!(
            "ergodic_radius_check {} data_model data_radius data_forward data_backward data_walks",
            subject.columns - 1
        )),
        Evidence::MaskedOutput(_) => Asked::by("proposition_3_4_of (M R)", "masked_output_checked")
            .check(format!("valid {}", subject.sizes("data_model"))),
        Evidence::FakeToken(_) => Asked::by("lemma_B1_of (M R)", "fake_token_checked")
            .check(format!("valid {}", subject.sizes("data_model"))),
        Evidence::ShiftedPosterior(evidence) => Asked::by("claim_A1_of (M R)", "shifted_posterior_checked")
            .aperiodicity(&evidence.ergodic)
            .check(format!(
                "ergodic_check {} data_chain data_forward data_backward data_walks",
                subject.columns - 1
            )),
        Evidence::PromptedPosterior(_) => Asked::by("lemma_B2_of (M R)", "prompted_posterior_checked")
            .check(format!("positivel {} (initial data_chain).2", subject.columns)),
        Evidence::LastingContradictions(evidence) => labels::lasting_contradictions(&subject, evidence)?,
        Evidence::NoEssentialStates(evidence) => prompts::no_essential_states(&subject, evidence)?,
        Evidence::NoPrompt(evidence) => prompts::no_prompt(&subject, evidence)?,
        Evidence::UnequalShiftedPosterior(evidence) => prompts::unequal_shifted(&subject, evidence),
        Evidence::UnequalPromptedPosterior(evidence) => prompts::unequal_prompted(&subject, evidence),
        Evidence::RecoverableStates(_)
        | Evidence::Stationary(_)
        | Evidence::NotStationary(_)
        | Evidence::AttentionHead(_)
        | Evidence::PromptedAttentionHead(_)
        | Evidence::WrongAttentionLabel(_)
        | Evidence::ScopeMember(_)
        | Evidence::EmptyScope(_) => return None,
    };
    Some(asked.of(subject))
}

/// A model or a matrix as data, and the matrix that the rules about columns speak of: `W`, or the matrix itself.
struct Subject<'a> {
    data: Vec<Data>,
    model: String,
    /// How the checks name the matrix.
    name: &'static str,
    /// How statements name it.
    over_r: &'static str,
    entries: Vec<Vec<BigRational>>,
    columns: usize,
    split: Option<usize>,
    hmm: Option<&'a Hmm>,
}

impl<'a> Subject<'a> {
    fn hmm(hmm: &'a Hmm) -> Self {
        let entries = plain_rows(&hmm.emission);
        let columns = hmm.initial.len();
        let (states, tokens) = (columns - 1, entries.len() - 1);
        let model = format!(
            "Definition data_own := Own data_initial data_transition data_emission.
Definition data_chain := chain_data data_own.
Definition data_model := spread_data data_own.

Lemma data_sums : sums_valid {states} {tokens} data_own.
Proof. vm_cast_no_check (erefl true). Qed.

Definition data_valid : valid {states} {tokens} data_model := spread_valid data_sums.

(* The model, of {columns} states and {} tokens. *)
Definition M (R : realFieldType) := model_of R data_valid.
",
            entries.len()
        );
        let data = vec![
            Data::vector("initial", &plain(&hmm.initial)),
            Data::columns("transition", &plain_rows(&hmm.transition)),
            Data::columns("emission", &entries),
        ];
        let (name, over_r) = ("(emission data_model)", "(emit (M R))");
        Self { data, model, name, over_r, entries, columns, split: None, hmm: Some(hmm) }
    }

    fn matrix(problem: &MatrixProblem) -> Self {
        let entries = plain_rows(&problem.entries);
        let columns = entries.first().map_or(0, Vec::len);
        let rows = entries.len();
        let model = format!(
            "(* The matrix, of {rows} rows and {columns} columns. *)
Definition M (R : realFieldType) : 'I_{rows} -> 'I_{columns} -> R := mx R data_entries.
"
        );
        let mut data = vec![Data::matrix("entries", &entries)];
        data.extend(problem.rhs.as_ref().map(|rhs| Data::vector("rhs", &plain(rhs))));
        let (name, over_r) = ("data_entries", "(M R)");
        Self { data, model, name, over_r, entries, columns, split: problem.split, hmm: None }
    }

    /// The hidden chain of a model.
    fn chain(&self) -> Chain {
        let (states, last) = (self.columns.to_string(), (self.columns - 1).to_string());
        Chain { model: "(M R)", data: "data_chain".to_owned(), states, last, prefix: "" }
    }

    /// The first arguments of checks about a model: states and tokens without one each, and the model by this name.
    fn sizes(&self, data: &str) -> String {
        format!("{} {} {data}", self.columns - 1, self.entries.len() - 1)
    }

    /// The first two arguments of checks: rows without one, and columns.
    fn shape(&self) -> String {
        format!("{} {}", self.entries.len() - 1, self.columns)
    }

    fn split(&self) -> Option<usize> {
        self.split
    }

    /// How the checks name the matrix of the columns' own numerators, or the matrix.
    fn own(&self) -> &'static str {
        if self.hmm.is_some() { "(numerators data_emission)" } else { self.name }
    }

    /// What the numerators of a column in that matrix are divided by.
    fn own_scale(&self, column: usize) -> BigInt {
        if self.hmm.is_some() { BigInt::from(1) } else { self.scale(column) }
    }

    /// What the numerators of a column over the common denominator are divided by: the common denominator over the
    /// column's own.
    fn scale(&self, column: usize) -> BigInt {
        common(self.entries.iter().flatten()) / common(self.entries.iter().map(|row| &row[column]))
    }

    /// The proof by one of these theorems.
    fn by(&self, model: &str, matrix: &str) -> String {
        applied(if self.hmm.is_some() { model } else { matrix })
    }
}

/// A proof without its subject.
struct Asked {
    data: Vec<Data>,
    statement: String,
    check: String,
    proof: String,
}

impl Asked {
    fn new(statement: impl Into<String>, proof: impl Into<String>) -> Self {
        Self { data: Vec::new(), statement: statement.into(), check: String::new(), proof: proof.into() }
    }

    /// What this theorem deduces from `checked`.
    fn by(statement: &str, theorem: &str) -> Self {
        Self::new(statement, applied(theorem))
    }

    fn data(mut self, data: Data) -> Self {
        self.data.push(data);
        self
    }

    fn trees(self, trees: &Trees) -> Self {
        self.data(Data::pairs("forward", &trees.forward)).data(Data::pairs("backward", &trees.backward))
    }

    fn aperiodicity(self, evidence: &Aperiodicity) -> Self {
        self.trees(&evidence.trees).data(Data::lists("walks", &evidence.walks))
    }

    /// An independence of columns with these scales, as `data_PREFIXpivots` and so on.
    fn independence(self, prefix: &str, independence: &Independence, scales: &[BigInt]) -> Self {
        let integers = |row: &Vec<u64>| row.iter().map(|&entry| BigInt::from(entry)).collect::<Vec<_>>();
        let inverse: Vec<_> = independence.inverse.iter().map(integers).collect();
        self.data(Data::naturals(format!("{prefix}pivots"), &independence.rows))
            .data(Data::integer(format!("{prefix}modulus"), &independence.modulus.into()))
            .data(Data::rows(format!("{prefix}inverse"), &inverse))
            .data(Data::integers(format!("{prefix}scales"), scales))
    }

    /// A rank of the columns from `offset` on, as `data_PREFIXcolumns` and so on.
    fn rank(self, prefix: &str, subject: &Subject, rank: &Rank, offset: usize) -> Self {
        let columns: Vec<_> = rank.columns.iter().map(|column| column + offset).collect();
        let scales: Vec<_> = columns.iter().map(|&column| subject.scale(column)).collect();
        let kernel: Vec<Vec<BigInt>> = rank.kernel.iter().map(|vector| shifted(vector, offset)).collect();
        self.data(Data::naturals(format!("{prefix}columns"), &columns))
            .independence(prefix, &rank.independence, &scales)
            .data(Data::rows(format!("{prefix}kernel"), &kernel))
    }

    /// The states of `B`, and the independence of the columns of `W` at `H*(B)`.
    fn essential(self, subject: &Subject, evidence: &EssentialStates) -> Self {
        let hmm = subject.hmm;
        let reached = |state: &usize| {
            let steps = |hmm: &Hmm| evidence.sources.iter().any(|&g| !hmm.transition[*state][g].0.is_zero());
            hmm.is_some_and(steps)
        };
        let scales: Vec<_> =
            (0..subject.columns).filter(reached).map(|state| subject.own_scale(state)).collect();
        self.data(Data::naturals("sources", &evidence.sources)).independence(
            "",
            &evidence.independence,
            &scales,
        )
    }

    /// Words and rows that vanish on their vectors, with the independence of either, in integers as they are.
    fn span(self, span: &Span) -> Self {
        let rows: Vec<Vec<BigInt>> =
            span.annihilator.iter().map(|row| row.iter().map(|entry| entry.0.clone()).collect()).collect();
        let ones = |count| vec![BigInt::from(1); count];
        self.data(Data::lists("words", &span.words))
            .independence("words_", &span.words_independent, &ones(span.words.len()))
            .data(Data::rows("zeros", &rows))
            .independence("zeros_", &span.annihilator_independent, &ones(rows.len()))
    }

    fn proof(mut self, proof: String) -> Self {
        self.proof = proof;
        self
    }

    fn check(mut self, check: String) -> Self {
        self.check = check;
        self
    }

    fn of(self, subject: Subject) -> Proof {
        let Self { data, statement, check, proof } = self;
        let data = subject.data.into_iter().chain(data).collect();
        Proof { data, model: subject.model, statement, check, proof }
    }
}

/// A vector times its least common denominator, with as many zeros in front.
fn shifted(vector: &[Rational], offset: usize) -> Vec<BigInt> {
    let (_, rows) = super::literal::cleared(&[plain(vector)]);
    let zeros = std::iter::repeat_n(BigInt::zero(), offset);
    zeros.chain(rows.into_iter().flatten()).collect()
}

/// The name of an independence in checks.
fn independence_term(prefix: &str) -> String {
    format!(
        "(Independence data_{prefix}pivots data_{prefix}modulus data_{prefix}inverse data_{prefix}scales)"
    )
}

/// The name of a rank in checks.
fn rank_term(prefix: &str) -> String {
    format!("(Ranks data_{prefix}columns {} data_{prefix}kernel)", independence_term(prefix))
}

/// The proof by a theorem whose last hypothesis is `checked`. Where Coq can, it matches the conclusion first: `apply: theorem checked` also tries
/// `checked` in the place of other hypotheses, and computes it without `vm_compute` to see that it does not fit.
fn applied(theorem: &str) -> String {
    format!("first [eapply {theorem}; exact checked | by apply: {theorem} checked]")
}

fn independent_columns(subject: &Subject, independence: &Independence) -> Asked {
    let scales: Vec<_> = (0..subject.columns).map(|column| subject.own_scale(column)).collect();
    let statement = match subject.hmm {
        Some(_) => "assumption_3_1 (M R)",
        None => "independent (M R) predT",
    };
    Asked::new(statement, subject.by("own_assumption_3_1_checked", "independent_columns_checked"))
        .independence("", independence, &scales)
        .check(format!(
            "independent_columns_check {} {} {}",
            subject.shape(),
            subject.own(),
            independence_term("")
        ))
}

fn dependent_columns(subject: &Subject, statement: Statement, kernel: &[Rational]) -> Asked {
    let asked = match statement {
        Statement::Assumption31 => Asked::by("~ assumption_3_1 (M R)", "not_assumption_3_1"),
        Statement::LeftInverse => {
            Asked::new("~ has_left_inverse (M R)", "by case: (dependent_columns_checked R checked)")
        }
        _ => Asked::new("~ independent (M R) predT", "by case: (dependent_columns_checked R checked)"),
    };
    asked.data(Data::vector("kernel", &plain(kernel))).check(format!(
        "kernel_check {} {} data_kernel && some_nonzero data_kernel.2",
        subject.shape(),
        subject.name
    ))
}

/// The class of a label: 1 of a binary task is class 0.
fn class(binary: bool, label: usize) -> usize {
    if binary { usize::from(label == 0) } else { label }
}

/// The rows of a task or a head, with a row of zeros for the other label of a binary one.
fn classes(rows: &[Vec<Rational>]) -> Vec<Vec<BigRational>> {
    let mut rows = plain_rows(rows);
    if let [row] = &rows[..] {
        let zeros = vec![BigRational::zero(); row.len()];
        rows.push(zeros);
    }
    rows
}

fn task_rows(hmm: &Hmm) -> Option<Vec<Vec<BigRational>>> {
    Some(rows_of(&hmm.task.as_ref()?.weights))
}

fn rows_of(weights: &Weights) -> Vec<Vec<BigRational>> {
    match weights {
        Weights::Binary(weights) => classes(std::slice::from_ref(weights)),
        Weights::Classes(rows) => classes(rows),
    }
}

fn invertible_head(
    subject: &Subject,
    certificate: &Certificate,
    independence: &Independence,
    ergodic: &Aperiodicity,
    head: &[Vec<Rational>],
) -> Option<Asked> {
    debug_assert_eq!(certificate.claim.verdict, Outcome::Proved);
    let task = task_rows(subject.hmm?)?;
    let scales: Vec<_> = (0..subject.columns).map(|column| subject.own_scale(column)).collect();
    let last = task.len() - 1;
    let statement = format!(
        "\n  [/\\ assumption_3_1 (M R), assumption_3_2 (M R),\n      \
         forall blank x, supp (M R) x ->\n        \
         @agree R _ _ (M R) {last} [::] (mx R data_head) (mx R data_task) blank x\n    \
         & exists f : ('I_{} -> R) -> 'I_{} -> R, forall blank x, supp (M R) x ->\n        \
         posterior (M R) x =1 f (G (M R) 1 (blank :: x))]",
        subject.entries.len(),
        subject.columns
    );
    let asked = Asked::by(&statement, "own_invertible_head_checked")
        .independence("", independence, &scales)
        .aperiodicity(ergodic)
        .data(Data::matrix("task", &task))
        .data(Data::matrix("head", &classes(head)))
        .check(format!(
            "own_invertible_head_check {} {last} data_head data_task\n  {}\n  \
             data_forward data_backward data_walks",
            subject.sizes("data_own"),
            independence_term("")
        ));
    Some(asked)
}

fn rank_of(subject: &Subject, rank: &Rank) -> Asked {
    let statement = format!("columns.rank {} predT = {}", subject.over_r, rank.columns.len());
    Asked::new(statement, subject.by("emission_rank_checked", "rank_checked"))
        .rank("", subject, rank, 0)
        .check(format!("rank_check {} predT {} {}", subject.shape(), subject.name, rank_term("")))
}

fn singular_value(subject: &Subject, evidence: &SingularValue) -> Asked {
    let scale = BigInt::from(1) << evidence.scale_bits;
    let entry =
        |entry: &recoverable_checker::number::Integer| BigRational::new(entry.0.clone(), scale.clone());
    let factor: Vec<Vec<_>> = evidence.factor.iter().map(|row| row.iter().map(entry).collect()).collect();
    let vector: Vec<_> =
        evidence.vector.iter().map(|entry| BigRational::from_integer(entry.0.clone())).collect();
    let statement = format!("singular_bounds {} (fval R data_lower) (fval R data_upper)", subject.over_r);
    Asked::new(statement, subject.by("emission_singular_checked", "singular_value_checked"))
        .data(Data::rational("lower", &evidence.lower.0))
        .data(Data::rational("upper", &evidence.upper.0))
        .data(Data::matrix("factor", &factor))
        .data(Data::vector("vector", &vector))
        .check(format!(
            "singular_check {} {} data_lower data_upper data_factor data_vector",
            subject.shape(),
            subject.name
        ))
}

fn intersection(subject: &Subject, evidence: &Intersection) -> Option<Asked> {
    let split = subject.split()?;
    let combinations = plain_rows(&evidence.combinations);
    let denominator = common(combinations.iter().flatten()) * common(subject.entries.iter().flatten());
    let own = |combination: &Vec<BigRational>| {
        let image = |row: &Vec<BigRational>| -> BigRational {
            row.iter().zip(combination).take(split).map(|(entry, x)| entry * x).sum()
        };
        let image: Vec<_> = subject.entries.iter().map(image).collect();
        &denominator / common(&image)
    };
    let scales: Vec<_> = combinations.iter().map(own).collect();
    let count = combinations.len();
    let statement = format!(
        "\n  basis (fun i : 'I_{count} => combine (M R) (@block _ {split}) (vf R (compute.row data_combinations i)))\n    \
         (@block _ {split}) (predC (@block _ {split})) (M R)"
    );
    let asked = Asked::by(&statement, "intersection_checked")
        .rank("left_", subject, &evidence.left, 0)
        .rank("right_", subject, &evidence.right, split)
        .rank("both_", subject, &evidence.both, 0)
        .data(Data::matrix("combinations", &combinations))
        .independence("", &evidence.independence, &scales)
        .check(format!(
            "intersection_check {} data_entries {split}\n  {}\n  {}\n  {}\n  data_combinations {}",
            subject.shape(),
            rank_term("left_"),
            rank_term("right_"),
            rank_term("both_"),
            independence_term("")
        ));
    Some(asked)
}

fn motzkin(subject: &Subject, evidence: &Motzkin) -> Option<Asked> {
    let split = subject.split()?;
    let weights: Vec<_> =
        evidence.first.iter().chain(&evidence.others).map(|weight| weight.0.clone()).collect();
    let asked = Asked::by(&format!("~ halfspace (M R) (@block _ {split})"), "motzkin_checked")
        .data(Data::vector("weights", &weights))
        .check(format!("motzkin_check {} data_entries {split} data_weights", subject.shape()));
    Some(asked)
}
