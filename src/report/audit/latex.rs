//! The map of hypotheses, and the paper's simulations on trial, as LaTeX tables.
//!
//! It needs `booktabs` and nothing else: signs are those of plain LaTeX, and what a model or a statement is called is escaped.

use std::fmt::Write as _;

use super::{
    answer::Answer,
    campaign,
    claims::{claims, hypotheses},
    simulations,
    words::title,
};
use crate::audit::trial::Audit;

/// A document of class `article` with the table; from `\begin{table}` on it can be copied into a paper.
///
/// # Panics
/// Never: writing to a string does not fail.
pub fn latex(audit: &Audit) -> String {
    let columns = hypotheses(audit);
    let mut text = format!(
        "% Made by: {}\n\
         \\documentclass{{article}}\n\\usepackage{{booktabs}}\n\\begin{{document}}\n\
         \\begin{{table}}\n\\centering\\small\n\\caption{{Which hypotheses are needed. \
         $\\bullet$: needed, there is a counterexample without it; $\\circ$: not needed, proved without it; ?: open; \
         $\\times$: the claim is false as it stands; --: no hypothesis of this claim.}}\n\
         \\begin{{tabular}}{{l{}}}\n\\toprule\n",
        comment(&campaign::command(audit)),
        "c".repeat(columns.len() + 1)
    );
    let headings = columns.iter().enumerate().map(|(at, _)| format!(" & ({})", at + 1));
    let headings: String = headings.collect();
    writeln!(text, "Claim & whole{headings} \\\\\n\\midrule").expect("writing to a string");
    for claim in claims(audit) {
        let name = format!("{}: {}", title(claim.statement), title(&claim.conclusion.id));
        let whole = claim.whole.map_or("", |trial| sign(Answer::of(trial)));
        let cells = columns.iter().map(|hypothesis| {
            let dropped = claim.about(&hypothesis.id).into_iter().find(|trial| trial.weakening.is_none());
            format!(" & {}", dropped.map_or("--", |trial| sign(Answer::of(trial))))
        });
        writeln!(text, "{} & {whole}{} \\\\", escaped(&name), cells.collect::<String>())
            .expect("writing to a string");
    }
    let names =
        columns.iter().enumerate().map(|(at, found)| format!("({}) {}", at + 1, escaped(&title(&found.id))));
    let names: Vec<_> = names.collect();
    write!(
        text,
        "\\bottomrule\n\\end{{tabular}}\n\n\\medskip\n\\raggedright\n{}\n\\end{{table}}\n{}\\end{{document}}\n",
        names.join("; "),
        simulated(audit)
    )
    .expect("writing to a string");
    text
}

/// What the theorems say about the paper's simulations.
fn simulated(audit: &Audit) -> String {
    if audit.standings.is_empty() {
        return String::new();
    }
    let mut text = "\n\\begin{table}\n\\centering\\small\n\\caption{The theorems on the random models of the paper's simulations. Proved: all hypotheses hold. Vacuous: of these, \
                    no input satisfies the condition. Hopeless: of these, the head computed in double precision is wrong on a tenth of the sampled inputs or more.}\n\
                    \\begin{tabular}{llrrrrl}\n\\toprule\n\
                    Theorem & models & number & proved & vacuous & hopeless & verdict \\\\\n\\midrule\n"
        .to_owned();
    for found in &audit.standings {
        let (_, _, words) = simulations::useful(found);
        let [name, family] = [&title(&found.statement), &found.family].map(|text| escaped(text));
        let counts =
            [found.models, found.proved, found.vacuous, found.hopeless].map(|count| count.to_string());
        writeln!(text, "{name} & {family} & {} & {words} \\\\", counts.join(" & "))
            .expect("writing to a string");
    }
    text + "\\bottomrule\n\\end{tabular}\n\\end{table}\n"
}

fn sign(answer: Answer) -> &'static str {
    match answer.sign {
        "●" => "$\\bullet$",
        "✓" => "$\\circ$",
        "✗" => "$\\times$",
        _ => "?",
    }
}

/// A comment cannot be left.
fn comment(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// Text of any kind: what has a meaning in LaTeX is escaped, what plain LaTeX does not have is written as `?`.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => written += "\\textbackslash{}",
            '^' => written += "\\textasciicircum{}",
            '~' => written += "\\textasciitilde{}",
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => {
                written.push('\\');
                written.push(character);
            }
            '<' | '>' | '|' => {
                let _ = write!(written, "${character}$");
            }
            ' '..='~' => written.push(character),
            'α'..='ω' | 'Α'..='Ω' => {
                let _ = write!(written, "${}$", greek(character));
            }
            '⊆' => written += "$\\subseteq$",
            '₀'..='₉' => {
                let _ = write!(written, "$_{}$", u32::from(character) - u32::from('₀'));
            }
            _ => written.push('?'),
        }
    }
    written
}

fn greek(letter: char) -> &'static str {
    match letter {
        'π' => "\\pi",
        'μ' => "\\mu",
        'β' => "\\beta",
        'ρ' => "\\rho",
        'θ' => "\\theta",
        'σ' => "\\sigma",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_a_meaning_that_it_should_not_have() {
        let hostile = "\\input{/etc/passwd} 50% a_b & {x} $y$ #1 ~ ^ é\n";
        assert_eq!(
            escaped(hostile),
            "\\textbackslash{}input\\{/etc/passwd\\} 50\\% a\\_b \\& \\{x\\} \\$y\\$ \\#1 \\textasciitilde{} \\textasciicircum{} ??"
        );
        assert_eq!(escaped("supp π0 ⊆ π₁"), "supp $\\pi$0 $\\subseteq$ $\\pi$$_1$");
    }
}
