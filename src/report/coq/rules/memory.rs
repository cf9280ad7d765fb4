//! The rules about models with memory, and those about the hidden chain of one.

use num_rational::BigRational;
use num_traits::Zero;
use recoverable_checker::certificate::{
    AttentionEvidence, AttentionHead, Certificate, EmptyScope, Evidence, JointLaw, MemoryHmm, MemoryPrior,
    Outcome, Recoverable, RecoverableStates, ScopeMember, ScopeState, Statement, Weights,
    WrongAttentionLabel,
};

use super::{
    super::literal::{Data, plain, plain_rows},
    Asked, Proof,
    chain::{self, Chain},
    class, classes, rows_of,
};

/// What Coq is asked to check, if the rule has an export for models with memory.
pub fn proof(certificate: &Certificate, memory: &MemoryHmm) -> Option<Proof> {
    let statement = certificate.claim.statement;
    let model = Named::new(memory);
    let mut data = model.data();
    let asked = match &certificate.evidence {
        Evidence::Stationary(_) => Asked::by("stationary (M R)", "stationary_checked")
            .check(format!("stationary_check {} data_model", model.chain_sizes())),
        Evidence::NotStationary(moving) => Asked::by("~ stationary (M R)", "not_stationary_checked")
            .check(format!("not_stationary_check {} data_model {}", model.chain_sizes(), moving.state)),
        Evidence::RecoverableStates(evidence) => {
            recoverable_states(&model, statement, certificate.claim.verdict, evidence)?
        }
        Evidence::AttentionHead(evidence) => attention_head(&model, evidence, false)?,
        Evidence::PromptedAttentionHead(evidence) => attention_head(&model, evidence, true)?,
        Evidence::WrongAttentionLabel(evidence) => wrong_attention_label(&model, evidence)?,
        Evidence::ScopeMember(evidence) => scope_member(&model, statement, evidence)?,
        Evidence::EmptyScope(evidence) => empty_scope(&model, statement, evidence)?,
        evidence => chain::asked(&model.chain(), statement, evidence)?,
    };
    data.extend(asked.data);
    Some(Proof {
        data,
        model: model.text(&certificate.evidence),
        statement: asked.statement,
        check: asked.check,
        proof: asked.proof,
    })
}

/// A model with memory; sizes without one each in the order values, cells, syntax states and tokens.
struct Named<'a> {
    memory: &'a MemoryHmm,
    task: Option<(usize, Vec<Vec<BigRational>>)>,
}

impl<'a> Named<'a> {
    fn new(memory: &'a MemoryHmm) -> Self {
        let task = memory.task.as_ref().map(|task| (task.cell, rows_of(&task.weights)));
        Self { memory, task }
    }

    fn sizes(&self) -> String {
        let MemoryHmm { values, cells, syntax, emission, .. } = self.memory;
        format!("{} {} {} {}", values - 1, cells - 1, syntax - 1, emission.len() - 1)
    }

    fn chain_sizes(&self) -> String {
        format!("{} {}", self.memory.cells - 1, self.memory.syntax - 1)
    }

    /// The chain; Coq reads the sizes off the number of states, and so it is written with them.
    fn chain(&self) -> Chain {
        let states = format!("(width {})", self.chain_sizes());
        Chain {
            model: "(chain (M R))",
            data: format!("(chain_of {} data_model)", self.chain_sizes()),
            last: format!("{states}.-1"),
            states,
            prefix: "chain_",
        }
    }

    fn data(&self) -> Vec<Data> {
        let MemoryHmm { initial, transition, emission, memory_prior, .. } = self.memory;
        let mut data = vec![
            Data::vector("initial", &plain(initial)),
            Data::matrix("transition", &plain_rows(transition)),
            Data::matrix("emission", &plain_rows(emission)),
        ];
        match memory_prior {
            MemoryPrior::Product(laws) => data.push(Data::matrix("prior", &plain_rows(laws))),
            MemoryPrior::Joint(JointLaw(law)) => {
                let mut law = law.clone();
                law.sort_by(|(memory, _), (other, _)| memory.cmp(other));
                let (memories, probabilities): (Vec<_>, Vec<_>) = law.into_iter().unzip();
                data.push(Data::lists("memories", &memories));
                data.push(Data::vector("prior", &plain(&probabilities)));
            }
        }
        data
    }

    /// The model `M`, and the head where there is one.
    fn text(&self, evidence: &Evidence) -> String {
        let (sizes, MemoryHmm { values, cells, syntax, emission, .. }) = (self.sizes(), self.memory);
        let law = match self.memory.memory_prior {
            MemoryPrior::Product(_) => "Product data_prior",
            MemoryPrior::Joint(_) => "Joint data_prior.1 (zip data_memories data_prior.2)",
        };
        let head = match evidence {
            Evidence::AttentionHead(found) | Evidence::PromptedAttentionHead(found) => Some(&found.head),
            Evidence::WrongAttentionLabel(found) => Some(&found.construction.attention),
            _ => None,
        };
        let head = head.map_or_else(String::new, |head| {
            format!(
                "\nDefinition head (R : realFieldType) := head_of {sizes} R {} {}\n  \
                 data_keys data_query data_first data_other data_values data_b.\n",
                head.keys.len(),
                classes(&head.b).len() - 1
            )
        });
        format!(
            "From Recoverable Require Import memory scope attention attention_identities compute_memory compute_scope compute_attention.

Definition data_model := Data data_initial data_transition data_emission.
Definition data_law := {law}.

Lemma data_valid : mvalid {sizes} data_model data_law.
Proof. vm_cast_no_check (erefl true). Qed.

(* The model, of {values} values, {cells} cells, {syntax} syntax states and {} tokens. *)
Definition M (R : realFieldType) := memory_of R data_valid.
{head}",
            emission.len()
        )
    }

    /// The task's cell and its class with the largest index, its rows as data, and how the cell is named.
    fn task(&self) -> Option<(usize, usize, Data, String)> {
        let (cell, rows) = self.task.as_ref()?;
        let name = format!("(cell {} {cell})", self.memory.cells - 1);
        Some((*cell, rows.len() - 1, Data::matrix("task", rows), name))
    }

    fn states(&self) -> String {
        format!("(syntax {} data_states)", self.memory.syntax - 1)
    }
}

fn recoverable_states(
    model: &Named,
    statement: Statement,
    verdict: Outcome,
    evidence: &RecoverableStates,
) -> Option<Asked> {
    let (cell, last, task, named) = model.task()?;
    let prompted = statement == Statement::Assumption45;
    let (assumption, prefix, positive, counts) = if prompted {
        let assumption = format!("assumption_4_5 (M R) (@mx R {last} {} data_task)", model.memory.values);
        let counts = format!("(task_counts {last} data_task)");
        (assumption, "prompted_", "(0 <? data_task.1)%ZZ && ", counts)
    } else {
        ("assumption_4_2 (M R)".to_owned(), "", "", "xpredT".to_owned())
    };
    let functionals: Vec<_> =
        evidence.recoverable.iter().map(|found| padded(model, prompted, found)).collect();
    let kernels: Vec<_> = evidence.excluded.iter().map(|found| plain(&found.kernel)).collect();
    let excluded: Vec<_> = evidence.excluded.iter().map(|found| found.state).collect();
    let states: Vec<_> = evidence.recoverable.iter().map(|found| found.state).collect();
    let start = format!("{} data_model {cell} {counts}", model.sizes());
    let end = "data_functionals data_kernels data_excluded";
    let asked = match verdict {
        Outcome::Proved => Asked::by(
            &format!(
                "\n  [/\\ {assumption} {named} {0}, {0} != set0\n    \
                 & forall Ss, {assumption} {named} Ss -> Ss \\subset {0}]",
                model.states()
            ),
            &format!("{prefix}recoverable_states_checked"),
        )
        .data(Data::naturals("states", &states))
        .check(format!("{positive}states_check {start} data_states {end}")),
        Outcome::Refuted => Asked::by(
            &format!("~ exists2 Ss, Ss != set0 & {assumption} {named} Ss"),
            &format!("no_{prefix}recoverable_states_checked"),
        )
        .check(format!("{positive}no_states_check {start} {end}")),
    };
    let asked = if prompted { asked.data(task) } else { asked };
    Some(
        asked
            .data(Data::matrices("functionals", &functionals))
            .data(Data::vectors("kernels", &kernels))
            .data(Data::naturals("excluded", &excluded)),
    )
}

/// A row for each value, zero where the value does not count.
fn padded(model: &Named, prompted: bool, found: &Recoverable) -> Vec<Vec<BigRational>> {
    let rows = model.task.as_ref().map_or(&[][..], |(_, rows)| rows);
    let weighed = |value: usize| rows.iter().any(|row| row[value] != rows[0][value]);
    let mut functionals = found.functionals.iter();
    let zeros = vec![BigRational::zero(); model.memory.emission.len()];
    (0..model.memory.values)
        .map(|value| {
            let counts = !prompted || weighed(value);
            let row = if counts { functionals.next() } else { None };
            row.map_or_else(|| zeros.clone(), |row| plain(row))
        })
        .collect()
}

fn attention_head(model: &Named, evidence: &AttentionEvidence, prompted: bool) -> Option<Asked> {
    let AttentionEvidence { ergodic, states, head } = evidence;
    let (cell, last, task, named) = model.task()?;
    let set = model.states();
    let mu = format!("(@mx R {last} {} data_task)", model.memory.values);
    let says = if prompted {
        let counts = format!("(attention_identities.task_values {mu})");
        format!(
            "\n  [/\\ assumption_3_2 (chain (M R)), stationary (M R),\n      \
             assumption_4_5 (M R) {mu} {named} {set} /\\ {set} != set0\n    \
             & forall x, supp (augmented (M R)) x -> prompted_scope (M R) {named} {counts} {set} x ->\n        \
             prompted_attention_label (M R) (head R) (allow R {named} {counts}) x\n        \
             =1 mtask_label (M R) {mu} {named} x]"
        )
    } else {
        format!(
            "\n  [/\\ assumption_3_2 (chain (M R)), assumption_4_2 (M R) {named} {set}, {set} != set0\n    \
             & forall x, supp (augmented (M R)) x -> scope (M R) {named} {set} x ->\n        \
             attention_label (M R) (head R) x =1 mtask_label (M R) {mu} {named} x]"
        )
    };
    let prefix = if prompted { "prompted_" } else { "" };
    let asked = Asked::by(&says, &format!("{prefix}attention_head_checked"))
        .aperiodicity(ergodic)
        .data(task)
        .data(Data::naturals("states", states))
        .attention(head)
        .check(format!(
            "{prefix}attention_check {} data_model {cell} data_states {} {last}\n  \
             data_keys data_query data_first data_other data_values data_b data_task\n  \
             data_forward data_backward data_walks",
            model.sizes(),
            head.keys.len()
        ));
    Some(asked)
}

/// The labels of the head and of the task on one input, without a prompt or behind one.
fn wrong_attention_label(model: &Named, evidence: &WrongAttentionLabel) -> Option<Asked> {
    let (cell, last, task, named) = model.task()?;
    let binary = matches!(model.memory.task.as_ref()?.weights, Weights::Binary(_));
    let head = &evidence.construction.attention;
    let prompt = evidence.construction.memory_prompt.as_ref();
    let (prefix, label, arguments) = match prompt {
        None => ("", "attention_label (M R) (head R)".to_owned(), String::new()),
        Some(prompt) => {
            let (cells, values) = (model.memory.cells - 1, model.memory.values);
            let passes = format!("[pred v : 'I_{values} | (v : nat) \\in data_passing]");
            let allow = format!("(allow R (cell {cells} {}) {passes})", prompt.cell);
            let label = format!("prompted_attention_label (M R) (head R) {allow}");
            ("prompted_", label, format!("{} data_passing ", prompt.cell))
        }
    };
    let says = format!(
        "\n  ~ forall x, x != [::] -> supp (augmented (M R)) x ->\n    {label} x\n    \
         =1 mtask_label (M R) (@mx R {last} {} data_task) {named} x",
        model.memory.values
    );
    let asked = Asked::by(&says, &format!("{prefix}wrong_attention_label_checked"))
        .data(task)
        .attention(head)
        .data(Data::naturals("tokens", &evidence.tokens))
        .check(format!(
            "{prefix}wrong_attention_check {} data_model data_law {} {last}\n  \
             data_keys data_query data_first data_other data_values data_b data_task\n  \
             {arguments}{cell} data_tokens {} {}",
            model.sizes(),
            head.keys.len(),
            class(binary, evidence.task),
            class(binary, evidence.head)
        ));
    Some(match prompt {
        None => asked,
        Some(prompt) => asked.data(Data::naturals("passing", &prompt.values)),
    })
}

impl Asked {
    /// The numbers of an attention head.
    fn attention(self, head: &AttentionHead) -> Self {
        self.data(Data::matrix("keys", &plain_rows(&head.keys)))
            .data(Data::vector("query", &plain(&head.query)))
            .data(Data::vector("first", &plain(&head.position.first)))
            .data(Data::vector("other", &plain(&head.position.other)))
            .data(Data::matrix("values", &plain_rows(&head.values)))
            .data(Data::matrix("b", &classes(&head.b)))
    }
}

/// What is said of the inputs in `R` or `R_u`, and how checks and theorems about them begin.
struct Scope {
    says: String,
    prefix: &'static str,
    arguments: String,
    task: Option<Data>,
    prompted: bool,
}

impl Scope {
    fn new(model: &Named, statement: Statement) -> Option<Self> {
        let (cell, last, task, named) = model.task()?;
        let (set, sizes) = (model.states(), model.sizes());
        let says = |scope: &str| format!("exists2 x, supp (augmented (M R)) x & {scope} {set} x");
        Some(if statement == Statement::Scope46 {
            let counts = format!(
                "(attention_identities.task_values (@mx R {last} {} data_task))",
                model.memory.values
            );
            Self {
                says: says(&format!("prompted_scope (M R) {named} {counts}")),
                prefix: "prompted_",
                arguments: format!("{sizes} data_model data_law {last} data_task {cell} data_states"),
                task: Some(task),
                prompted: true,
            }
        } else {
            Self {
                says: says(&format!("scope (M R) {named}")),
                prefix: "",
                arguments: format!("{sizes} data_model data_law {cell} data_states"),
                task: None,
                prompted: false,
            }
        })
    }

    fn asked(self, says: &str, theorem: &str, states: &[usize]) -> Asked {
        let asked = Asked::by(says, &format!("{}{theorem}", self.prefix));
        self.task.into_iter().fold(asked, Asked::data).data(Data::naturals("states", states))
    }
}

fn scope_member(model: &Named, statement: Statement, evidence: &ScopeMember) -> Option<Asked> {
    let scope = Scope::new(model, statement)?;
    let check = format!("{}scope_member_check {}", scope.prefix, scope.arguments);
    let position = evidence.position.checked_sub(usize::from(scope.prompted))?;
    let says = scope.says.clone();
    Some(
        scope
            .asked(&says, "scope_member_checked", &evidence.states)
            .data(Data::naturals("tokens", &evidence.tokens))
            .check(format!("{check} data_tokens {position}")),
    )
}

fn empty_scope(model: &Named, statement: Statement, evidence: &EmptyScope) -> Option<Asked> {
    let scope = Scope::new(model, statement)?;
    let check = format!("{}empty_scope_check {}", scope.prefix, scope.arguments);
    let says = format!("~ {}", scope.says);
    let n = model.memory.initial.len();
    let memories = evidence.sets.iter().flatten().max().map_or(0, |largest| largest / n + 1);
    let rows = |set: &Vec<usize>| -> Vec<Vec<usize>> {
        let of = |memory: usize| set.iter().filter(move |&pair| pair / n == memory).map(|pair| pair % n);
        (0..memories).map(|memory| of(memory).collect()).collect()
    };
    let states = &evidence.automaton;
    let of = |index: fn(&ScopeState) -> usize| states.iter().map(index).collect::<Vec<_>>();
    let sources = of(|state| state.source.unwrap_or(state.possible));
    let survivors: Vec<_> = states.iter().map(|state| state.survivors.clone()).collect();
    let next: Vec<_> = states.iter().map(|state| state.next.clone()).collect();
    Some(
        scope
            .asked(&says, "empty_scope_checked", &evidence.states)
            .data(Data::tables("sets", &evidence.sets.iter().map(rows).collect::<Vec<_>>()))
            .data(Data::naturals("possible", &of(|state| state.possible)))
            .data(Data::naturals("source", &sources))
            .data(Data::lists("survivors", &survivors))
            .data(Data::options("next", &next))
            .check(format!(
                "{check}\n  (Automaton data_sets data_possible data_source data_survivors data_next)"
            )),
    )
}
