//! Texts that are no certificates: each is an error of reading, and none makes the checker panic.

use recoverable_checker::check;
use serde_json::{Value, json};

use crate::support::{CERTIFICATES, assert_malformed, certificate, edited, text, without};

/// The text of `invertible-head` with the first occurrence of a piece replaced.
fn replaced(from: &str, to: &str) -> String {
    let text = text("invertible-head");
    assert!(text.contains(from), "{from} is not there");
    text.replacen(from, to, 1)
}

fn assert_all_malformed<const N: usize>(name: &str, pointer: &str, values: [Value; N]) {
    for value in values {
        assert_malformed(&edited(name, [(pointer, value)]).to_string());
    }
}

/// Every object in the value, as a pointer.
fn objects(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(key, value)| objects(value, format!("{pointer}/{key}"), found));
            found.push(pointer);
        }
        Value::Array(list) => {
            let elements = list.iter().enumerate();
            elements.for_each(|(index, value)| objects(value, format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}

fn every_object(mut visit: impl FnMut(&str, &str)) {
    for (name, _) in CERTIFICATES {
        let mut pointers = Vec::new();
        objects(&certificate(name), String::new(), &mut pointers);
        pointers.iter().for_each(|pointer| visit(name, pointer));
    }
}

#[test]
fn a_truncated_text() {
    for (_, text) in CERTIFICATES {
        for end in 0..text.trim_end().len() {
            assert_malformed(&text[..end]);
        }
    }
}

#[test]
fn any_changed_byte_is_read_without_panic() {
    for (_, text) in CERTIFICATES {
        for index in 0..text.len() {
            for byte in b"0-/\"[]{},e. \\" {
                let mut bytes = text.as_bytes().to_vec();
                bytes[index] = *byte;
                _ = check(std::str::from_utf8(&bytes).expect("ASCII stays ASCII"));
            }
        }
    }
}

#[test]
fn nothing_at_all() {
    for text in ["", " ", "\n", "null", "true", "0", "\"\"", "[]", "{}", "[{}]", "NaN", "\u{feff}{}", "\0"] {
        assert_malformed(text);
    }
}

#[test]
fn something_after_the_end() {
    for rest in ["x", "{}", ",", "\0", "null"] {
        assert_malformed(&format!("{}{rest}", text("invertible-head").trim_end()));
    }
}

#[test]
fn something_before_the_beginning() {
    for rest in ["\u{feff}", "x", ",", "\0", "// comment\n"] {
        assert_malformed(&format!("{rest}{}", text("invertible-head")));
    }
}

#[test]
fn an_unknown_field_at_any_level() {
    every_object(|name, pointer| {
        for value in [json!(0), json!(null), json!({"deep": [[[]]]})] {
            assert_malformed(&edited(name, [(&format!("{pointer}/unknown"), value)]).to_string());
        }
    });
}

#[test]
fn a_missing_field_at_any_level() {
    let optional = [
        ("/model", "task"),
        ("/model", "rhs"),
        ("/model", "split"),
        ("/evidence", "span"),
        ("/evidence", "prompt"),
        ("/evidence/construction", "prompt"),
        ("/evidence/construction", "memory_prompt"),
        ("/evidence/tree", "rounded"),
        ("/evidence/tree", "ahead"),
        ("/evidence/tree", "regions"),
    ];
    every_object(|name, pointer| {
        let object = certificate(name).pointer(pointer).unwrap().clone();
        for key in object.as_object().unwrap().keys() {
            let source = key == "source" && pointer.starts_with("/evidence/automaton");
            let memory = pointer == "/model/memory_prior/joint"; // a key that is absent is a probability of 0
            if !source && !memory && !optional.contains(&(pointer, key.as_str())) {
                assert_malformed(&without(name, pointer, key).to_string());
            }
        }
    });
}

#[test]
fn a_field_given_twice_at_any_level() {
    every_object(|name, pointer| {
        let marked = edited(name, [(&format!("{pointer}/unknown"), json!(0))]).to_string();
        let object = certificate(name).pointer(pointer).unwrap().clone();
        for (key, value) in object.as_object().unwrap() {
            assert_malformed(&marked.replacen("\"unknown\":0", &format!("\"{key}\":{value}"), 1));
        }
    });
}

#[test]
fn a_field_given_twice_with_another_value() {
    let wrong_first = r#""head": [["0", "0"]], "head": "#;
    assert_malformed(&replaced(r#""head": "#, wrong_first));
    assert_malformed(&replaced(r#""verdict": "proved""#, r#""verdict": "refuted", "verdict": "proved""#));
    let rules = r#""rule": "proportional-head", "rule": "invertible-head""#;
    assert_malformed(&replaced(r#""rule": "invertible-head""#, rules));
}

#[test]
fn a_field_spelt_differently() {
    for spelling in ["Schema", "SCHEMA", "schema ", "sch\u{435}ma"] {
        assert_malformed(&replaced("schema", spelling));
    }
}

#[test]
fn an_unknown_schema() {
    assert_all_malformed(
        "invertible-head",
        "/schema",
        [
            json!("recoverable.certificate/2"),
            json!("recoverable.certificate/1 "),
            json!("recoverable.certificate"),
            json!("recoverable.report/1"),
            json!(""),
            json!(1),
            json!(null),
        ],
    );
}

#[test]
fn an_unknown_statement() {
    for statement in ["theorem-9.9", "Theorem-3.3", "theorem-3.3 ", "Theorem33", ""] {
        assert_all_malformed("invertible-head", "/claim/statement", [json!(statement)]);
    }
    assert_all_malformed("invertible-head", "/claim/statement", [json!(7), json!(null), json!([])]);
}

#[test]
fn an_unknown_verdict() {
    for verdict in ["bounded", "not-applicable", "Proved", "true", ""] {
        assert_all_malformed("invertible-head", "/claim/verdict", [json!(verdict)]);
    }
    assert_all_malformed("invertible-head", "/claim/verdict", [json!(true), json!(0), json!(null)]);
}

#[test]
fn an_unknown_rule() {
    for rule in ["trust-me", "invertible_head", "InvertibleHead", "invertible-head ", ""] {
        assert_all_malformed("invertible-head", "/evidence/rule", [json!(rule)]);
    }
    let others = [json!(11), json!(null), json!(["invertible-head"]), json!({"invertible-head": null})];
    assert_all_malformed("invertible-head", "/evidence/rule", others);
}

#[test]
fn the_fields_of_another_rule() {
    for (name, _) in
        CERTIFICATES.iter().filter(|(name, _)| !name.starts_with("full-support") && *name != "stationary")
    {
        assert_all_malformed(name, "/evidence/rule", [json!("full-support")]);
    }
}

#[test]
fn an_unknown_kind_of_model() {
    assert_all_malformed("full-support", "/model/kind", [json!("memory-hmm"), json!("HMM"), json!(null)]);
}

#[test]
fn keys_of_the_model_file_that_certificates_do_not_have() {
    for key in ["orientation", "initial_of", "states", "tokens"] {
        assert_all_malformed("full-support", &format!("/model/{key}"), [json!("column-stochastic")]);
    }
}

#[test]
fn strings_that_are_no_rational() {
    for number in [
        "", "-", "+1", "1/0", "0/0", "-1/0", "1/-2", "1/+2", "1/", "/2", "1//2", "1/2/3", "0.5", ".5", "1.",
        "1e3", " 1", "1 ", "1 /2", "1_000", "0x1", "NaN", "inf", "-inf", "--1", "½", "١", "1\u{0}",
    ] {
        assert_all_malformed("invertible-head", "/evidence/head/0/0", [json!(number)]);
        assert_all_malformed("invertible-head", "/model/initial/0", [json!(number)]);
        assert_all_malformed("invertible-head", "/model/task/weights/0", [json!(number)]);
    }
}

#[test]
fn strings_that_are_no_integer() {
    for number in ["", "-", "+1", "1/2", "1/1", "1.0", "1e3", " 1", "NaN", "--1", "0x1"] {
        assert_all_malformed("proportional-head-span", "/evidence/span/annihilator/0/0", [json!(number)]);
    }
}

#[test]
fn numbers_in_place_of_strings() {
    for value in [json!(1), json!(0.5), json!(-3), json!(null), json!(true), json!({}), json!(["1", "2"])] {
        assert_all_malformed("invertible-head", "/model/initial/0", [value.clone()]);
        assert_all_malformed("invertible-head", "/model/transition/0/0", [value.clone()]);
        assert_all_malformed("invertible-head", "/model/task/weights/0", [value.clone()]);
        assert_all_malformed("invertible-head", "/evidence/head/0/0", [value.clone()]);
        assert_all_malformed("proportional-head-span", "/evidence/span/annihilator/0/0", [value.clone()]);
        assert_all_malformed("no-proportional-head", "/evidence/weights/0", [value]);
    }
}

#[test]
fn strings_in_place_of_indices() {
    for value in [json!("0"), json!(null), json!(true), json!([]), json!({})] {
        assert_all_malformed("independent-columns", "/evidence/rows/0", [value.clone()]);
        assert_all_malformed("independent-columns", "/evidence/modulus", [value.clone()]);
        assert_all_malformed("independent-columns", "/evidence/inverse/0/0", [value.clone()]);
        assert_all_malformed("irreducible", "/evidence/forward/0/0", [value.clone()]);
        assert_all_malformed("masked-output", "/evidence/instances/0/position", [value]);
    }
}

#[test]
fn indices_that_are_no_index() {
    let numbers = [
        "-1",
        "-0",
        "0.0",
        "1.5",
        "1e0",
        "1e400",
        "01",
        "+1",
        "0x1",
        "NaN",
        "Infinity",
        "18446744073709551616",
    ];
    for number in numbers.into_iter().chain([&*"9".repeat(400)]) {
        for (from, to) in [
            (r#""rows": [0, 1]"#, format!(r#""rows": [0, {number}]"#)),
            (r#""modulus": 7"#, format!(r#""modulus": {number}"#)),
            (r#""inverse": [[1"#, format!(r#""inverse": [[{number}"#)),
            (r#""walks": [[0"#, format!(r#""walks": [[{number}"#)),
        ] {
            assert_malformed(&replaced(from, &to));
        }
    }
}

#[test]
fn nan_in_place_of_a_rational() {
    for number in ["NaN", "-NaN", "Infinity", "1.0", "0"] {
        assert_malformed(&replaced(r#"["6", "#, &format!("[{number}, ")));
    }
}

#[test]
fn a_step_that_is_no_pair() {
    for step in [json!([]), json!([0]), json!([0, 1, 0]), json!(0), json!({"from": 0, "to": 1})] {
        assert_all_malformed("irreducible", "/evidence/forward/0", [step]);
    }
}

#[test]
fn weights_that_mix_numbers_and_rows() {
    let mixed =
        [json!([["1", "0"], "1"]), json!(["1", ["1", "0"]]), json!([[["1"]]]), json!("1"), json!(null)];
    assert_all_malformed("invertible-head", "/model/task/weights", mixed);
}

#[test]
fn deep_nesting() {
    for open in
        ["[", "{\"a\":", "{\"evidence\":", "{\"evidence\":{\"rule\":\"irreducible\",\"forward\":[", "[["]
    {
        for depth in [10, 127, 128, 129, 100_000] {
            assert_malformed(&open.repeat(depth));
        }
    }
    for depth in [10, 127, 128, 100_000] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for from in [r#"[["6", "-15/2"]]"#, r#"["1", "-1"]"#, r#"[["2/3", "1/2"], ["1/3", "1/2"]]"#, "7"] {
            assert_malformed(&replaced(from, &nested));
        }
    }
}

#[test]
fn numbers_of_too_many_digits() {
    let long = "1".repeat(recoverable_checker::number::MAX_DIGITS + 1);
    for number in [long.clone(), format!("-{long}"), format!("1/{long}"), format!("{long}/7")] {
        assert_all_malformed("invertible-head", "/evidence/head/0/0", [json!(number)]);
    }
}

#[test]
fn control_characters_and_broken_escapes() {
    for piece in ["\"6\n\"", "\"6\t\"", "\"\\x36\"", "\"\\u003\"", "\"\\ud800\"", "'6'", "6\""] {
        assert_malformed(&replaced(r#""6""#, piece));
    }
}

#[test]
fn lists_with_a_trailing_comma() {
    assert_malformed(&replaced(r#""-15/2"]]"#, r#""-15/2"],]"#));
    assert_malformed(&replaced(r#""proved"}"#, r#""proved",}"#));
}

#[test]
fn a_list_in_place_of_an_object() {
    let dependent = r#"["dependent-columns", ["1", "1", "-2"]]"#;
    assert_malformed(
        &text("dependent-columns")
            .replace(r#"{"rule": "dependent-columns", "kernel": ["1", "1", "-2"]}"#, dependent),
    );
    assert_all_malformed("dependent-columns", "/claim", [json!(["assumption-3.1", "refuted"])]);
    assert_all_malformed("full-support", "/evidence", [json!(["full-support"])]);
    assert_all_malformed("invertible-head", "/model/task", [json!([["1", "-1"]])]);
    assert_all_malformed("invertible-head", "/evidence/independence", [json!([[0, 1], 7, [[1, 6], [6, 2]]])]);
    assert_all_malformed(
        "masked-output",
        "/evidence/instances/0",
        [json!([[0, 1, 1], 2, ["4/15", "11/15"]])],
    );
}

#[test]
fn an_object_in_place_of_a_name() {
    assert_all_malformed("invertible-head", "/schema", [json!({"recoverable.certificate/1": null})]);
    assert_all_malformed("invertible-head", "/claim/statement", [json!({"theorem-3.3": null})]);
    assert_all_malformed("invertible-head", "/claim/verdict", [json!({"proved": null})]);
    assert_all_malformed("invertible-head", "/model/kind", [json!({"hmm": null})]);
}

#[test]
fn null_in_place_of_nothing() {
    assert_all_malformed("full-support", "/model/task", [json!(null)]);
    assert_all_malformed("proportional-head-identity", "/evidence/span", [json!(null)]);
    assert_all_malformed("labels-agree", "/evidence/construction/prompt", [json!(null)]);
    for name in ["proportional-head-prompt", "no-proportional-head-prompt"] {
        assert_all_malformed(name, "/evidence/prompt", [json!(null), json!("1"), json!(["1"]), json!([[0]])]);
    }
    assert_all_malformed("labels-agree", "/evidence/tree/rounded", [json!(null)]);
    assert_all_malformed("labels-agree", "/evidence/tree/ahead", [json!(null)]);
}

#[test]
fn a_node_that_is_none() {
    let leaf = json!({"task": 1, "head": 1, "ratios": ["0", "0"]});
    assert_all_malformed(
        "labels-agree",
        "/evidence/tree/nodes/2",
        [
            json!("Split"),
            json!("leaf"),
            json!("settled"),
            json!({"split": null}),
            json!({"open": {}}),
            json!({"proportional": null}),
            json!({"settled": null}),
            json!({"settled": [1, 1, ["0", "0"]]}),
            json!("by-state"),
            json!({"by-state": -1}),
            json!({"by-state": "1"}),
            json!({"by-state": 1_u64 << 32}),
            json!({"settled": leaf, "exact": leaf}),
            json!({}),
            json!([]),
            json!(["split"]),
            json!(null),
            json!(0),
        ],
    );
}

/// What is not rounded does not say so.
#[test]
fn a_rounding_that_is_no_flag() {
    let others = [json!(false), json!("true"), json!(1), json!([true]), json!(64)];
    assert_all_malformed("labels-agree", "/evidence/tree/rounded", others);
}

#[test]
fn ratios_that_are_not_short_times_a_power_of_two() {
    let power = num_bigint::BigInt::from(1) << 4097_u32;
    let long = 1_u64 << 32;
    let ratios = ["-1", "-1/2", "1/3", "7/6", "1/5", "0/2", "2/4", "-0"].map(String::from);
    let ratios = ratios.into_iter().chain([(long + 1).to_string(), format!("{}/2", long + 1)]);
    let ratios =
        ratios.chain([power.to_string(), format!("1/{power}"), format!("3/{}", power >> 1_u32 << 2_u32)]);
    for ratio in ratios {
        for index in ["0", "1"] {
            let pointer = format!("/evidence/tree/nodes/2/settled/ratios/{index}");
            assert_all_malformed("labels-agree", &pointer, [json!(ratio)]);
        }
    }
}

#[test]
fn numbers_that_are_not_in_lowest_terms() {
    for number in ["12/2", "6/1", "06", "-0", "0/5", "00", "6/01", "-06/1"] {
        assert_all_malformed("invertible-head", "/evidence/head/0/0", [json!(number)]);
    }
    for number in ["01", "-0", "00"] {
        assert_all_malformed("proportional-head-span", "/evidence/span/annihilator/0/0", [json!(number)]);
    }
}
