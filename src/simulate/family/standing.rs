//! What all sizes of a family say of a theorem, in plain words.

use recoverable_checker::certificate::Statement;

use super::THEOREMS;
use crate::audit::trial::{SimulationRow, Standing, Usefulness};

/// One for each family and theorem of which there are models.
pub fn standings(rows: &[SimulationRow]) -> Vec<Standing> {
    let pairs = ["vanilla", "joint", "memory"]
        .into_iter()
        .flat_map(|family| THEOREMS[usize::from(family == "memory")].map(|statement| (family, statement)));
    pairs.filter_map(|(family, statement)| standing(rows, family, statement)).collect()
}

fn standing(rows: &[SimulationRow], family: &str, statement: Statement) -> Option<Standing> {
    let about = |row: &&SimulationRow| row.family == family && row.verdicts.contains_key(statement.id());
    let rows: Vec<&SimulationRow> = rows.iter().filter(about).collect();
    let sum = |of: &dyn Fn(&SimulationRow) -> usize| rows.iter().map(|row| of(row)).sum();
    let id = statement.id();
    let found = Standing {
        statement: id.to_owned(),
        family: family.to_owned(),
        models: sum(&|row| row.models),
        proved: sum(&|row| proved(row, id)),
        vacuous: sum(&|row| row.vacuous.get(id).copied().unwrap_or(0)),
        hopeless: sum(&|row| row.hopeless.get(id).copied().unwrap_or(0)),
        usefulness: Usefulness::NeverApplies,
        says: String::new(),
    };
    (found.models > 0).then(|| Standing {
        usefulness: usefulness(&found),
        says: says(&rows, &found),
        ..found
    })
}

fn proved(row: &SimulationRow, id: &str) -> usize {
    row.verdicts.get(id).map_or(0, |verdicts| verdicts.proved)
}

fn usefulness(found: &Standing) -> Usefulness {
    match found.proved {
        0 => Usefulness::NeverApplies,
        proved if found.vacuous == proved => Usefulness::Vacuous,
        proved if 2 * found.hopeless >= proved => Usefulness::Hopeless,
        proved if proved < found.models => Usefulness::AppliesInPart,
        _ => Usefulness::Applies,
    }
}

fn says(rows: &[&SimulationRow], found: &Standing) -> String {
    let id = found.statement.as_str();
    let mut sentences = vec![applies(rows, found)];
    sentences.extend(failing(rows, id));
    if found.vacuous > 0 {
        sentences.push(format!("On {} of these it speaks about no input.", found.vacuous));
    }
    let wrong = rows.iter().filter_map(|row| row.wrong_on_sample.get(id));
    if let Some(most) = wrong.map(|spread| spread.greatest).reduce(f64::max) {
        sentences.push(format!(
            "Computed in f64, its head is wrong on a tenth of the sampled inputs or more on {} of the {} models to which it applies (at most on {:.1} %).",
            found.hopeless,
            found.proved,
            100.0 * most
        ));
    }
    if id == Statement::Theorem36.id() {
        sentences.extend(covers(rows));
    }
    if id == Statement::Theorem43.id() {
        sentences.extend(covered(rows));
    }
    sentences.join(" ")
}

/// To how many models, and of which sizes.
fn applies(rows: &[&SimulationRow], found: &Standing) -> String {
    let id = found.statement.as_str();
    let sizes = |wanted: &dyn Fn(usize, usize) -> bool| -> Vec<usize> {
        rows.iter().filter(|row| wanted(proved(row, id), row.models)).map(|row| row.states).collect()
    };
    let parts = [
        ("all", sizes(&|proved, models| proved == models)),
        ("some", sizes(&|proved, models| proved > 0 && proved < models)),
        ("none", sizes(&|proved, _| proved == 0)),
    ];
    let parts = parts.iter().filter(|(_, sizes)| !sizes.is_empty());
    let parts: Vec<_> =
        parts.map(|(which, sizes)| format!("{which} with {} states", listed(sizes))).collect();
    format!("It applies to {} of {} models: {}.", found.proved, found.models, parts.join(", "))
}

/// Its hypotheses that fail somewhere.
fn failing(rows: &[&SimulationRow], id: &str) -> Option<String> {
    let own: &[&str] = match id {
        "theorem-3.3" => &["assumption-3.1", "assumption-3.2"],
        "theorem-3.6" => &["assumption-3.2", "assumption-3.5"],
        "theorem-4.3" => &["assumption-3.2", "assumption-4.2"],
        _ => &["assumption-3.2", "assumption-4.4", "assumption-4.5"],
    };
    let fails = |hypothesis: &str| {
        let fails = rows.iter().filter_map(|row| row.hypotheses.get(hypothesis));
        fails.map(|counts| counts.fails).sum::<usize>()
    };
    let failing =
        own.iter().map(|hypothesis| (hypothesis, fails(hypothesis))).filter(|(_, count)| *count > 0);
    let failing: Vec<_> = failing
        .map(|(hypothesis, count)| format!("{} on {count}", hypothesis.replace("assumption-", "Assumption ")))
        .collect();
    (!failing.is_empty()).then(|| format!("Of its hypotheses fail: {}.", failing.join(", ")))
}

/// How large `H*` has to be.
fn covers(rows: &[&SimulationRow]) -> Option<String> {
    let median =
        |row: &&SimulationRow| Some(format!("{} of {}", row.smallest_cover?.median as usize, row.states));
    let found: Vec<_> = rows.iter().filter_map(median).collect();
    (!found.is_empty()).then(|| {
        format!(
            "The smallest H* that a prompt can single out and the task allows has {} states (medians); Assumption 3.5 asks for independent columns of W at all of them.",
            found.join(", ")
        )
    })
}

/// The probability of the scope at the greatest length.
fn covered(rows: &[&SimulationRow]) -> Option<String> {
    let longest = *rows.iter().flat_map(|row| row.coverage.keys()).max()?;
    let at =
        |row: &&SimulationRow| Some(format!("{} with {} values", row.coverage.get(&longest)?, row.values?));
    let found: Vec<_> = rows.iter().filter_map(at).collect();
    Some(format!(
        "An input of length {longest} is in its scope with probability {} (means).",
        found.join(", ")
    ))
}

/// `4, 8 and 10`
fn listed(numbers: &[usize]) -> String {
    let words: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::trial::Verdicts;

    fn row(states: usize, proved: usize, hopeless: usize) -> SimulationRow {
        let verdicts = Verdicts { proved, not_applicable: 10 - proved, ..Verdicts::default() };
        SimulationRow {
            family: "vanilla".to_owned(),
            states,
            models: 10,
            verdicts: [("theorem-3.3".to_owned(), verdicts)].into(),
            hopeless: [("theorem-3.3".to_owned(), hopeless)].into(),
            ..SimulationRow::default()
        }
    }

    #[test]
    fn every_kind_of_standing_is_told() {
        let of = |rows: &[SimulationRow]| standings(rows)[0].usefulness;
        assert_eq!(of(&[row(4, 10, 0), row(8, 10, 4)]), Usefulness::Applies);
        assert_eq!(of(&[row(4, 10, 0), row(15, 0, 0)]), Usefulness::AppliesInPart);
        assert_eq!(of(&[row(4, 10, 6), row(15, 0, 0)]), Usefulness::Hopeless);
        assert_eq!(of(&[row(15, 0, 0)]), Usefulness::NeverApplies);
        let mut vacuous = row(4, 10, 0);
        vacuous.vacuous.insert("theorem-3.3".to_owned(), 10);
        assert_eq!(of(&[vacuous, row(8, 0, 0)]), Usefulness::Vacuous);
        let told = &standings(&[row(4, 10, 0), row(8, 10, 0), row(10, 3, 0), row(15, 0, 0)])[0].says;
        let expected = "It applies to 23 of 40 models: all with 4 and 8 states, some with 10 states, none with 15 states.";
        assert_eq!(told, expected);
        assert!(standings(&[]).is_empty());
    }
}
