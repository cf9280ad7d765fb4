//! Rules `fake-token` and `prompted-posterior`. The stated values come from an enumeration of all hidden paths.

use recoverable_checker::{MAX_WORD, Rejection as R};
use serde_json::{Value, json};

use crate::support::{accepts, certificate, edited, long_word, rejection};

/// The certificate with one instance alone.
fn fake(embedding: Value, tokens: Value, position: usize, output: Value) -> Value {
    let instance = json!({"embedding": embedding, "tokens": tokens, "position": position, "output": output});
    edited("fake-token", [("/evidence/instances", json!([instance]))])
}

fn prompted(embedding: Value, tokens: Value, ratio: &str) -> Value {
    let instance = json!({"embedding": embedding, "tokens": tokens, "ratio": ratio});
    edited("prompted-posterior", [("/evidence/instances", json!([instance]))])
}

/// An embedding with which the instances below are right.
fn u() -> Value {
    json!(["1/2", "1/4", "1"])
}

#[test]
fn accepts_outputs_behind_an_embedding() {
    accepts(&certificate("fake-token"));
}

#[test]
fn accepts_any_token_at_the_position() {
    for token in [0, 1] {
        accepts(&fake(u(), json!([token, 1]), 2, json!(["4/7", "3/7"])));
    }
}

/// An embedding that lets everything pass is a blank: this is `G_2` of (blank, 0, 1).
#[test]
fn accepts_an_embedding_of_ones() {
    accepts(&fake(json!(["1", "1", "1"]), json!([0, 0, 1]), 2, json!(["2/9", "7/9"])));
}

#[test]
fn accepts_ratios_behind_an_embedding() {
    accepts(&certificate("prompted-posterior"));
}

#[test]
fn rejects_no_instance() {
    for name in ["fake-token", "prompted-posterior"] {
        let found = rejection(&edited(name, [("/evidence/instances", json!([]))]));
        assert_eq!(found, R::NoEvidence { field: "instances" });
    }
}

#[test]
fn rejects_an_input_without_tokens_or_with_too_many() {
    let empty = R::EmptyWord { field: "tokens" };
    assert_eq!(rejection(&fake(u(), json!([]), 2, json!(["1", "0"]))), empty);
    assert_eq!(rejection(&prompted(u(), json!([]), "1")), empty);
    let long = R::LongWord { field: "tokens", found: MAX_WORD + 1, limit: MAX_WORD };
    assert_eq!(rejection(&fake(u(), long_word(), 2, json!(["1", "0"]))), long);
    assert_eq!(rejection(&prompted(u(), long_word(), "1")), long);
}

#[test]
fn rejects_a_token_that_is_not_in_the_vocabulary() {
    for token in [2, usize::MAX] {
        let expected = R::OutOfRange { field: "tokens", found: token, limit: 2 };
        assert_eq!(rejection(&fake(u(), json!([0, token]), 2, json!(["1", "0"]))), expected);
        assert_eq!(rejection(&prompted(u(), json!([token]), "1")), expected);
    }
}

/// Position 1 is that of the embedding: the output there is a law on the old vocabulary.
#[test]
fn rejects_a_position_outside_the_input() {
    for position in [0, 1, 4, usize::MAX] {
        let found = rejection(&fake(u(), json!([0, 1]), position, json!(["4/7", "3/7"])));
        assert_eq!(found, R::OutOfRange { field: "position", found: position, limit: 4 });
    }
}

#[test]
fn rejects_an_embedding_of_the_wrong_length() {
    let expected = R::Length { field: "embedding", expected: 3, found: 2 };
    assert_eq!(rejection(&fake(json!(["1", "1"]), json!([0]), 2, json!(["1", "0"]))), expected);
    assert_eq!(rejection(&prompted(json!(["1", "1"]), json!([0]), "1")), expected);
}

#[test]
fn rejects_an_embedding_outside_the_unit_interval() {
    for entry in ["-1/4", "5/4"] {
        let embedding = json!(["1/2", entry, "1"]);
        let expected = R::InstanceEmbedding { instance: 0, state: 1 };
        assert_eq!(rejection(&fake(embedding.clone(), json!([0]), 2, json!(["1", "0"]))), expected);
        assert_eq!(rejection(&prompted(embedding, json!([0]), "1")), expected);
    }
}

#[test]
fn rejects_an_output_of_the_wrong_length() {
    let expected = R::Length { field: "output", expected: 2, found: 1 };
    assert_eq!(rejection(&fake(u(), json!([0, 1]), 2, json!(["1"]))), expected);
}

#[test]
fn rejects_a_wrong_output() {
    for output in [["3/7", "4/7"], ["4/7", "4/7"], ["0", "0"], ["4", "3"]] {
        let found = rejection(&fake(u(), json!([0, 1]), 2, json!(output)));
        assert_eq!(found, R::Value { field: "output", instance: 0 });
    }
}

#[test]
fn rejects_the_output_behind_another_embedding() {
    let found = rejection(&fake(json!(["1/2", "1/4", "1/2"]), json!([0, 1]), 2, json!(["4/7", "3/7"])));
    assert_eq!(found, R::Value { field: "output", instance: 0 });
}

/// Where nothing is possible the output is zero, and nothing else.
#[test]
fn rejects_an_output_of_the_impossible() {
    let found = rejection(&fake(json!(["0", "0", "0"]), json!([1]), 2, json!(["1/2", "1/2"])));
    assert_eq!(found, R::Value { field: "output", instance: 0 });
}

#[test]
fn rejects_a_wrong_output_of_a_later_instance() {
    let found = rejection(&edited("fake-token", [("/evidence/instances/1/output/0", json!("1/2"))]));
    assert_eq!(found, R::Value { field: "output", instance: 1 });
}

#[test]
fn rejects_a_wrong_ratio() {
    for ratio in ["0", "1", "-72/37", "37/72"] {
        let found = rejection(&prompted(u(), json!([0]), ratio));
        assert_eq!(found, R::Value { field: "ratio", instance: 0 });
    }
}

#[test]
fn rejects_a_ratio_of_the_impossible() {
    let found = rejection(&prompted(json!(["0", "0", "0"]), json!([0]), "1"));
    assert_eq!(found, R::ImpossibleInstance { instance: 0 });
}

/// The state 2 has the initial probability zero and comes behind the prompt: 1/π0 does not exist.
#[test]
fn rejects_a_ratio_without_full_support() {
    let found = rejection(&edited("prompted-posterior", [("/model/initial", json!(["1/2", "1/2", "0"]))]));
    assert_eq!(found, R::Unsupported { state: 2 });
}
