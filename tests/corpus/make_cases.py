"""Writes the c*.json cases: every value by summing over hidden paths in rational arithmetic."""

import itertools
import json
from fractions import Fraction
from math import gcd
from pathlib import Path


def law(model, tokens):
    """The mass of every hidden path h_0 ... h_t together with the tokens (None: any)."""
    A, W, p = model["A"], model["W"], model["P_H0"]
    for path in itertools.product(range(len(p)), repeat=len(tokens) + 1):
        mass = p[path[0]]
        for i, token in enumerate(tokens):
            mass *= A[path[i + 1]][path[i]]
            if token is not None:
                mass *= W[token][path[i + 1]]
        yield path, mass


def probability(model, tokens):
    return sum(mass for _, mass in law(model, tokens))


def backward(model, tokens):
    """Pr(tokens | H_0 = h) for each h, from a start law that is a point mass."""
    n = len(model["P_H0"])
    points = [[Fraction(int(i == h)) for i in range(n)] for h in range(n)]
    return [probability({**model, "P_H0": point}, tokens) for point in points]


def rank(rows):
    rows, r = [list(row) for row in rows], 0
    for c in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(r, len(rows)) if rows[i][c] != 0), None)
        if pivot is None:
            continue
        rows[r], rows[pivot] = rows[pivot], rows[r]
        for i in range(r + 1, len(rows)):
            factor = rows[i][c] / rows[r][c]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[r])]
        r += 1
    return r


def contrasts(mu):
    return [[x - y for x, y in zip(row, mu[0])] for row in mu[1:]] if isinstance(mu[0], list) else [mu]


def expected(model, longest):
    A, W, p, mu = (model[key] for key in ("A", "W", "P_H0", "mu"))
    n, k = len(p), len(W)
    reach = [[A[j][i] > 0 for i in range(n)] for j in range(n)]
    power = reach
    steps = []  # steps[t][j][i]: j can be reached from i in exactly t + 1 steps
    for _ in range(2 * n * n):
        steps.append(power)
        power = [[any(reach[j][h] and power[h][i] for h in range(n)) for i in range(n)] for j in range(n)]
    irreducible = all(any(step[j][i] for step in steps) for i in range(n) for j in range(n))
    period = 0
    for t, step in enumerate(steps):
        if step[0][0]:
            period = gcd(period, t + 1)
    first = [sum(A[j][i] * p[i] for i in range(n)) for j in range(n)]
    words = [w for t in range(1, longest + 1) for w in itertools.product(range(k), repeat=t)]
    span = [backward(model, w) for w in words if probability(model, w) > 0]
    shown = [[sum(W[z][h] * first[h] * v[h] for h in range(n)) for z in range(k)] for v in span]
    score = lambda row, v: sum(row[h] * p[h] * v[h] for h in range(n))
    proportional = all(
        rank([g + [score(row, v)] for g, v in zip(shown, span)]) == rank(shown) for row in contrasts(mu)
    )
    return {
        "rank_W": rank(W),
        "assumption_3_1": rank(W) == n,
        "irreducible": irreducible,
        "primitive": irreducible and period == 1,
        "P_H0_full_support": all(x > 0 for x in p),
        "assumption_3_2": irreducible and period == 1 and all(x > 0 for x in p),
        "P_H1": first,
        "dim_V": rank(span),
        "proportional_head_exists": proportional,
    }


def sequence(model, tokens):
    n, k, mu = len(model["P_H0"]), len(model["W"]), model["mu"]
    total = probability(model, tokens)
    if total == 0:
        return {"prob": total}
    posterior = [Fraction(0)] * n
    for path, mass in law(model, tokens):
        posterior[path[0]] += mass / total
    first = [probability(model, (z, *tokens)) for z in range(k)]
    dot = lambda row: sum(x * y for x, y in zip(row, posterior))
    if isinstance(mu[0], list):
        margin = [dot(row) for row in mu]
        label = margin.index(max(margin))
    else:
        margin = dot(mu)
        label = int(margin >= 0)
    shifted = sum(first)
    output = [x / shifted for x in first] if shifted else first
    return {"prob": total, "post0": posterior, "margin": margin, "label": label, "G1": output}


def fractions(value):
    return [fractions(item) for item in value] if isinstance(value, list) else Fraction(value)


def strings(value):
    if isinstance(value, dict):
        return {key: strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [strings(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


CASES = {
    "c01_three_classes_with_ties": {
        "note": "full rank, three classes; rows 1 and 2 tie on symmetric inputs, the smallest index wins",
        "A": [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"], ["1/4", "1/4", "1/2"]],
        "W": [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"], ["1/4", "1/4", "1/2"]],
        "P_H0": ["1/2", "1/4", "1/4"],
        "mu": [["1", "0", "0"], ["0", "2", "1"], ["0", "1", "2"]],
    },
    "c02_impossible_words_do_not_count": {
        "note": "a proportional head exists only because words that begin with token 1 are impossible",
        "A": [["0", "1/2"], ["1", "1/2"]],
        "W": [["0", "1"], ["1", "0"]],
        "P_H0": ["1", "0"],
        "mu": ["-1", "0"],
    },
    "c03_missing_support_full_rank": {
        "note": "irreducible, aperiodic, W invertible, but P[H0] lacks state 2",
        "A": [["1/2", "1/3", "1/4"], ["1/4", "1/3", "1/4"], ["1/4", "1/3", "1/2"]],
        "W": [["1/2", "1/5", "1/10"], ["1/4", "3/5", "1/10"], ["1/4", "1/5", "4/5"]],
        "P_H0": ["2/3", "1/3", "0"],
        "mu": ["1", "-2", "5"],
    },
    "c04_one_state": {
        "note": "the smallest model: one state",
        "A": [["1"]], "W": [["1/3"], ["2/3"]], "P_H0": ["1"], "mu": ["-1"],
    },
    "c05_one_token": {
        "note": "one token says nothing: every posterior is the start law",
        "A": [["1/2", "1/4"], ["1/2", "3/4"]], "W": [["1", "1"]], "P_H0": ["1/4", "3/4"], "mu": ["3", "-1"],
    },
    "c06_second_contrast_fails": {
        "note": "rank-deficient with three classes: a head exists for mu_1 - mu_0 and none for mu_2 - mu_0",
        "A": [["1/2", "1/4", "1/4"], ["1/4", "1/2", "1/4"], ["1/4", "1/4", "1/2"]],
        "W": [["1", "1/2", "0"], ["0", "1/2", "1"]],
        "P_H0": ["1/3", "1/3", "1/3"],
        "mu": [["0", "0", "0"], ["1", "0", "-1"], ["0", "1", "0"]],
    },
    "c07_state_0_is_left_for_good": {
        "note": "reducible: states 1 and 2 never lead back to state 0",
        "A": [["1/2", "0", "0"], ["1/4", "1/2", "1/3"], ["1/4", "1/2", "2/3"]],
        "W": [["1/2", "1/4", "0"], ["1/2", "1/4", "1/2"], ["0", "1/2", "1/2"]],
        "P_H0": ["1/2", "1/4", "1/4"],
        "mu": ["1", "1", "-1"],
    },
    "c08_more_states_than_seen": {
        "note": "lumpable: states 1 and 2 behave alike, so the backward vectors span two dimensions of three",
        "A": [["1/2", "1/3", "1/3"], ["1/4", "1/3", "1/3"], ["1/4", "1/3", "1/3"]],
        "W": [["3/4", "1/4", "1/4"], ["1/4", "3/4", "3/4"]],
        "P_H0": ["1/2", "1/3", "1/6"],
        "mu": ["1", "-1", "1"],
    },
    "c09_equal_scores_without_one_constant": {
        "note": "no proportional head, yet b = (1,1) has the task's score, 1, on every input: the factor varies with x",
        "A": [["1/2", "1/4", "1/8"], ["1/4", "1/2", "1/8"], ["1/4", "1/4", "3/4"]],
        "W": [["3/4", "1/2", "1/4"], ["1/4", "1/2", "3/4"]],
        "P_H0": ["1/2", "1/4", "1/4"],
        "mu": ["1", "1", "1"],
    },
}


def main():
    here = Path(__file__).parent
    for name, case in CASES.items():
        model = {key: fractions(case[key]) for key in ("A", "W", "P_H0", "mu")}
        k = len(model["W"])
        longest = 6 if k <= 2 else 4
        words = [w for t in range(1, 4) for w in itertools.product(range(k), repeat=t)]
        record = {"name": name, "kind": "vanilla", "note": case["note"], **model}
        record["expected"] = expected(model, longest)
        record["sequences"] = {",".join(map(str, w)): sequence(model, w) for w in words}
        (here / f"{name}.json").write_text(json.dumps(strings(record), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
