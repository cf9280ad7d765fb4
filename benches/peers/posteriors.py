#!/usr/bin/env python3
"""Posteriors of many words beside hmmlearn and batched numpy, in one run and on one thread each; fails if an answer differs.

    pip install hmmlearn
    cargo build --release --example peer
    python3 benches/peers/posteriors.py [--states 4,10,30,100] [--rounds 5]

1000 words of 128 tokens out of 10, the posterior of the hidden state at every position. The sides take turns, `--rounds` times; each figure is a side's
fastest run, in millions of tokens per second. hmmlearn: `CategoricalHMM(implementation="scaling").score_samples` on all words at once. numpy: all
words side by side, two matrix products for each position, scaled at each.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import argparse
import json
import subprocess
import sys
import tempfile
import time

import numpy as np
from hmmlearn.hmm import CategoricalHMM

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PEER = os.path.join(ROOT, "target", "release", "examples", "peer")
WORDS, LENGTH, TOKENS = 1000, 128, 10


def problem(states):
    """A doubly stochastic chain with a uniform start, so that the laws of the first two states agree."""
    rng = np.random.default_rng(states)
    transition = np.zeros((states, states))
    for weight in rng.dirichlet(np.ones(states)):
        transition[np.arange(states), rng.permutation(states)] += weight
    emission = rng.dirichlet(np.full(TOKENS, 0.5), size=states)
    return np.full(states, 1 / states), transition, emission, rng.integers(0, TOKENS, (WORDS, LENGTH))


def batched(initial, transition, emission, words):
    count, length = words.shape
    columns = np.ascontiguousarray(emission.T)
    before = np.empty((length, count, len(initial)))
    law = np.broadcast_to(initial, (count, len(initial)))
    for position in range(length):
        law = law * columns[words[:, position]]
        law /= law.sum(axis=1, keepdims=True)
        before[position] = law
        law = law @ transition
    backwards = np.ascontiguousarray(transition.T)
    after = np.ones((count, len(initial)))
    for position in reversed(range(length)):
        before[position] *= after
        before[position] /= before[position].sum(axis=1, keepdims=True)
        after = (columns[words[:, position]] * after) @ backwards
        after /= after.sum(axis=1, keepdims=True)
    return before.transpose(1, 0, 2)


def learned(initial, transition, emission):
    model = CategoricalHMM(n_components=len(initial), implementation="scaling")
    model.startprob_, model.transmat_, model.emissionprob_ = initial, transition, emission
    model.n_features = emission.shape[1]
    return model


def once(run):
    start = time.perf_counter()
    answer = run()
    return time.perf_counter() - start, answer


def ours(path, answer):
    output = subprocess.run([PEER, path, "0", "posteriors", answer], check=True, capture_output=True, text=True).stdout
    return json.loads(output)["ms"] / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--states", default="4,10,30,100")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| states | ours (Mtok/s) | hmmlearn | numpy | ours / hmmlearn | ours / numpy |\n|---|---|---|---|---|---|", flush=True)
    wrong = False
    for states in map(int, options.states.split(",")):
        initial, transition, emission, words = problem(states)
        model = learned(initial, transition, emission)
        column, lengths = words.reshape(-1, 1), [LENGTH] * WORDS
        times = {"ours": [], "hmmlearn": [], "numpy": []}
        with tempfile.TemporaryDirectory() as folder:
            path, answer = os.path.join(folder, "problem.json"), os.path.join(folder, "posteriors")
            with open(path, "w") as file:
                json.dump({"initial": initial.tolist(), "transition": transition.tolist(), "emission": emission.tolist(), "words": words.tolist()}, file)
            for _ in range(options.rounds):
                seconds, theirs = once(lambda: model.score_samples(column, lengths)[1])
                times["hmmlearn"].append(seconds)
                seconds, mine = once(lambda: batched(initial, transition, emission, words))
                times["numpy"].append(seconds)
                times["ours"].append(ours(path, answer))
            found = np.fromfile(answer).reshape(WORDS, LENGTH, states)
        for other in (theirs.reshape(found.shape), mine):
            wrong |= not np.allclose(found, other, rtol=1e-9, atol=1e-13)
        speed = {side: WORDS * LENGTH / min(seconds) / 1e6 for side, seconds in times.items()}
        ratios = (speed["ours"] / speed["hmmlearn"], speed["ours"] / speed["numpy"])
        figures = " | ".join(f"{speed[side]:.2f}" for side in times)
        print(f"| {states} | {figures} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)
    if wrong:
        print("different answers", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
