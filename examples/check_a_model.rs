//! Build a model from matrices, decide Theorem 3.3, store the certificate, check it again.
//!
//! `cargo run --example check_a_model`

use recoverable::{
    model::{Hmm, Model, Names, Task},
    number::parse,
    oracle::Exact,
    theorem::{Verdict, theorem_3_3},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let row = |entries: &[&str]| entries.iter().map(|entry| parse(entry)).collect::<Result<Vec<_>, _>>();
    let hmm = Hmm::new(
        row(&["1/2", "1/2"])?,
        vec![row(&["0.7", "0.4"])?, row(&["0.3", "0.6"])?], // transition[next][current]
        vec![row(&["0.1", "0.7"])?, row(&["0.2", "0.2"])?, row(&["0.7", "0.1"])?], // emission[token][state]
    )?;
    let task = Task::binary_from_integers(&[1, -1]);
    let model = Model::new("weather", hmm, Some(task.clone()), Names::default())?;

    let found = theorem_3_3::decide(&model);
    match &found.verdict {
        Some(Verdict::Proved(accepted)) => {
            let path = std::env::temp_dir().join("weather.theorem-3.3.cert.json");
            std::fs::write(&path, accepted.text())?;
            println!("{} for all inputs of all lengths; certificate: {}", accepted.claim(), path.display());
            let again = recoverable_checker::check(&std::fs::read_to_string(&path)?)?;
            println!("checked again: {}", again.claim());
        }
        Some(Verdict::NotApplicable { violated }) => println!("does not apply: {violated:?}"),
        other => println!("{other:?}"),
    }

    let tokens = [2, 2, 0].map(|token| Some(recoverable::model::Token(token)));
    let oracle = Exact::new(model.hmm());
    let output = oracle.head_input(&tokens)?;
    if let Some(head) = &found.head {
        println!("head: {}, task: {}", head.label(&task, &output), oracle.label(&task, &tokens)?);
    }
    Ok(())
}
