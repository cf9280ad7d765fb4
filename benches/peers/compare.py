#!/usr/bin/env python3
"""Exact linear algebra beside FLINT (python-flint), in one run; fails if an answer differs.

    pip install python-flint
    cargo build --release --example peer
    python3 benches/peers/compare.py [--sizes 10,30,50] [--seconds 0.3] [--markdown FILE]

The last cells take FLINT minutes (the left inverse through the normal equations at n = 200).

Each cell is the fastest run in milliseconds, ours and FLINT's, and the ratio of the two. Matrices are generated from fixed
seeds. `3-digit`: column-stochastic, every column over a denominator of three digits (or as large as it has rows);
`f64`: column-stochastic up to rounding, every entry the exact value of a float. `deficient`: the product of an
n x 0.9n and a 0.9n x n matrix of that kind.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from fractions import Fraction

import flint

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PEER = os.path.join(ROOT, "target", "release", "examples", "peer")


def three_digit(rng, rows, columns):
    matrix = [[None] * columns for _ in range(rows)]
    for column in range(columns):
        denominator = max(rng.randrange(100, 1000), 2 * rows)
        shares = [1] * rows
        weights = [rng.random() for _ in range(rows)]
        for row in rng.choices(range(rows), weights, k=denominator - rows):
            shares[row] += 1
        for row in range(rows):
            matrix[row][column] = Fraction(shares[row], denominator)
    return matrix


def born_as_float(rng, rows, columns):
    matrix = [[None] * columns for _ in range(rows)]
    for column in range(columns):
        weights = [rng.random() for _ in range(rows)]
        total = sum(weights)
        for row in range(rows):
            matrix[row][column] = Fraction(weights[row] / total)
    return matrix


def product(a, b):
    b = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in b] for row in a]


ENTRIES = {"3-digit": three_digit, "f64": born_as_float}


def problem(entries, shape, n):
    rng = random.Random(f"{entries} {shape} {n}")
    make = ENTRIES[entries]
    if shape == "n x n":
        return make(rng, n, n), make(rng, n, max(n // 10, 2))
    if shape == "2n x n":
        matrix = make(rng, 2 * n, n)
        return matrix, product(matrix, make(rng, n, max(n // 10, 2)))
    inner = n * 9 // 10
    return product(make(rng, n, inner), make(rng, inner, n)), None


def cleared(matrix):
    """By column, as integers: the form that FLINT's integer routines want."""
    import math

    columns = []
    scales = []
    for column in zip(*matrix):
        scale = math.lcm(*(entry.denominator for entry in column))
        scales.append(scale)
        columns.append([int(entry * scale) for entry in column])
    return flint.fmpz_mat([list(row) for row in zip(*columns)]), scales


def rational(matrix):
    return flint.fmpq_mat([[flint.fmpq(x.numerator, x.denominator) for x in row] for row in matrix])


def numbers(matrix):
    return [[Fraction(int(x.p), int(x.q)) for x in row] for row in matrix.tolist()]


def left_inverse(matrix):
    """The usual way: through the normal equations."""
    transpose = matrix.transpose()
    return (transpose * matrix).inv() * transpose


def kernel(matrix):
    basis, nullity = matrix.nullspace()
    return basis, nullity


def flint_operation(name, matrix, rhs):
    integers, _ = cleared(matrix)
    rationals = rational(matrix)
    if name in ("rank", "independence"):
        return integers.rank
    if name in ("rank-from-rationals", "independence-from-rationals"):
        return rationals.rank
    if name == "solve":
        # Several ways; FLINT is given its fastest.
        right = rational([[row[0]] for row in rhs])
        if len(matrix) != len(matrix[0]):
            return None
        return lambda: rationals.solve(right, "dixon")
    if name == "solve-many":
        if len(matrix) != len(matrix[0]):
            return None
        right = rational(rhs)
        return lambda: rationals.solve(right)
    if name == "kernel":
        return lambda: kernel(integers)
    if name == "left-inverse":
        if len(matrix) == len(matrix[0]):
            return rationals.inv
        return lambda: left_inverse(rationals)
    raise ValueError(name)


def timed(run, seconds):
    start, best = time.perf_counter(), float("inf")
    while True:
        before = time.perf_counter()
        answer = run()
        best = min(best, time.perf_counter() - before)
        if time.perf_counter() - start >= seconds:
            return best * 1e3, answer


def agree(name, matrix, rhs, ours, theirs):
    """Whether the two answers say the same. Left inverses, kernels and solutions of tall systems are multiplied out."""
    if name.startswith("rank"):
        return ours == theirs
    if name.startswith("independence"):
        return ours == (theirs == len(matrix[0]))
    if name == "solve":
        return [Fraction(x) for x in ours] == [row[0] for row in numbers(theirs)]
    if name == "solve-many":
        return [[Fraction(x) for x in row] for row in ours] == numbers(theirs)
    if name == "left-inverse":
        mine = rational([[Fraction(x) for x in row] for row in ours])
        if len(matrix) == len(matrix[0]):
            return mine == theirs
        n = len(matrix[0])
        identity = flint.fmpq_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
        return mine * rational(matrix) == identity == theirs * rational(matrix)
    if name == "kernel":
        _, nullity = theirs
        if len(ours) != nullity:
            return False
        mine = flint.fmpq_mat([[flint.fmpq(int(x)) for x in row] for row in ours]).transpose()
        product = rational(matrix) * mine
        zero = flint.fmpq_mat(len(matrix), nullity)
        return product == zero and mine.rank() == nullity
    raise ValueError(name)


OPERATIONS = {
    "n x n": ["rank", "rank-from-rationals", "independence", "independence-from-rationals", "solve", "solve-many", "left-inverse"],
    "2n x n": ["rank", "rank-from-rationals", "independence", "independence-from-rationals", "left-inverse"],
    "deficient": ["rank", "rank-from-rationals", "independence", "kernel"],
}


def ours(path, seconds, operations):
    command = [PEER, path, str(seconds), *operations]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line["operation"]: line for line in map(json.loads, lines)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10,30,50,100,200")
    parser.add_argument("--seconds", type=float, default=0.3, help="for each operation and side")
    parser.add_argument("--entries", default="3-digit,f64")
    parser.add_argument("--shapes", default="n x n,2n x n,deficient")
    parser.add_argument("--operations", help="only these, by name")
    parser.add_argument("--markdown", help="write the table to this file")
    options = parser.parse_args()
    sys.set_int_max_str_digits(0)
    lines = ["| operation | shape | entries | n | ours (ms) | FLINT (ms) | ours / FLINT |", "|---|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    wrong = []
    for shape in options.shapes.split(","):
        for entries in options.entries.split(","):
            for n in map(int, options.sizes.split(",")):
                matrix, rhs = problem(entries, shape, n)
                content = {"matrix": [[str(x) for x in row] for row in matrix]}
                if rhs:
                    content["rhs"] = [[str(x) for x in row] for row in rhs]
                with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                    json.dump(content, file)
                    file.flush()
                    for name in OPERATIONS[shape]:
                        if options.operations and name not in options.operations.split(","):
                            continue
                        mine = ours(file.name, options.seconds, [name])[name]
                        theirs_ms, theirs = timed(flint_operation(name, matrix, rhs), options.seconds)
                        if not agree(name, matrix, rhs, mine["answer"], theirs):
                            wrong.append((name, shape, entries, n))
                        ratio = mine["ms"] / theirs_ms
                        line = f"| {name} | {shape} | {entries} | {n} | {mine['ms']:.3f} | {theirs_ms:.3f} | {ratio:.2f} |"
                        lines.append(line)
                        print(line, flush=True)
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write("\n".join(lines) + "\n")
    for cell in wrong:
        print("different answers:", *cell, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
