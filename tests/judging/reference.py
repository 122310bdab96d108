#!/usr/bin/env python3
"""Answers of groups of raters about units, and the figures of them: fractions row by row, mpmath for quantiles."""
import json
from fractions import Fraction as F

import mpmath as mp

mp.mp.dps = 40
K = 5
DIMENSIONS = {"a": [0, 1, 2], "b": [3, 4], "c": [5]}
SCORES = {1: F(1, 5), 2: F(2, 5), 3: F(3, 5), 4: F(4, 5), 5: F(1)}
UNITS = ["d1", "d2", "s1"]


class Draw:
    """A small generator of its own, the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def rows(draw, n, mood):
    """Bytes of packed answers: 1 to 5 the codes, 6 "don't know"."""
    out = []
    for _ in range(n):
        own = draw.below(2)
        out.append([6 if draw.below(12) == 0 else min(5, max(1, mood + own + draw.below(3) - 1)) for _ in range(6)])
    return out


def t_quantile(p, df):
    def cdf(t):
        return 1 - mp.betainc(mp.mpf(df) / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2

    return mp.findroot(lambda t: cdf(t) - p, mp.mpf(2), tol=1e-30)


class Row:
    def __init__(self, stratum, unit, cluster, weight, open_share, answers, around=None, units=1):
        self.stratum, self.unit, self.cluster = stratum, unit, cluster
        self.weight, self.open_share, self.answers = weight, open_share, answers
        # Units weighted together: what stands for their unit in a bound, and how many they are.
        self.around, self.units = around or unit, units


def figure(data, items):
    """Points reached over points possible over these items, its standard error, degrees of freedom and limits."""
    reached = [sum((SCORES.get(r.answers[i], F(0)) for i in items), F(0)) for r in data]
    possible = [sum(1 for i in items if r.answers[i] in SCORES) for r in data]
    whole = sum(r.weight * b for r, b in zip(data, possible))
    ratio = sum(r.weight * a for r, a in zip(data, reached)) / whole
    strata = {}
    for r, a, b in zip(data, reached, possible):
        strata.setdefault(r.stratum, []).append((r, r.weight * (a - ratio * b) / whole, b > 0))
    clusters = {}
    for members in strata.values():
        first, u = members[0][0], [m[1] for m in members]
        n = len(u)
        mean = sum(u) / n
        v = first.open_share * (F(n, n - 1) * sum((x - mean) ** 2 for x in u) if n > 1 else u[0] ** 2)
        units = clusters.setdefault(first.cluster, {})
        variance, free = units.get(first.around, (F(0), 0))
        answering = sum(1 for m in members if m[2]) // first.units
        units[first.around] = (variance + v * first.units, free + (answering - 1 if answering else 0))
    # The same people about several units: as if each judged all of them alike.
    variance = sum(sum(mp.sqrt(mp.mpf(v.numerator) / v.denominator) for v, _ in units.values()) ** 2
                   for units in clusters.values())
    df = sum(max(free for _, free in units.values()) for units in clusters.values())
    p = mp.mpf(ratio.numerator) / ratio.denominator
    out = {"n": sum(1 for b in possible if b), "estimate": float(p), "se": float(mp.sqrt(variance)), "df": df}
    if variance == 0:
        out["lower"] = out["upper"] = float(p)
    else:
        reach = t_quantile(mp.mpf("0.975"), df) * mp.sqrt(variance) / (p * (1 - p))
        centre = mp.log(p / (1 - p))
        out["lower"], out["upper"] = (float(1 / (1 + mp.exp(-(centre + s * reach)))) for s in (-1, 1))
    return out


def figures(data):
    out = {"index": figure(data, range(6))}
    out.update({name: figure(data, items) for name, items in DIMENSIONS.items()})
    out.update({f"q{i}": figure(data, [i]) for i in range(6)})
    satisfied = sum(r.weight * sum(1 for i in range(6) if r.answers[i] in (4, 5)) for r in data)
    answered = sum(r.weight * sum(1 for i in range(6) if r.answers[i] in SCORES) for r in data)
    out["satisfied"] = float(satisfied / answered)
    return out


def case(groups, assigned, answers, joint=()):
    """groups: code → weight or None; assigned and answers by unit and group; joint: strata (unit, groups) that are weighted together
    since a unit has fewer than K answers."""
    names = sorted(groups)
    weighted = all(groups[g] is not None for g in names)
    # Strata of the units: groups with fewer than K answers about a unit go with the next larger one there.
    cluster = {g: g for g in names}
    together = {}
    for unit in UNITS:
        parts = [[g] for g in names if answers.get(unit, {}).get(g)]
        size = lambda part: sum(len(answers[unit][g]) for g in part)
        while len(parts) > 1:
            parts.sort(key=lambda part: (size(part), part))
            if size(parts[0]) >= K:
                break
            small = parts.pop(0)
            parts[0] = parts[0] + small
        together[unit] = parts
        for part in parts:
            home = min(cluster[g] for g in part)
            old = {cluster[g] for g in part}
            for g in names:
                if cluster[g] in old:
                    cluster[g] = home
    for own in ([g for _, part in joint for g in part],) if joint else ():
        home, old = min(cluster[g] for g in own), {cluster[g] for g in own}
        cluster = {g: home if cluster[g] in old else cluster[g] for g in names}
    of_units, of_groups, together_rows = [], [], []
    for unit in UNITS:
        asked = sum(assigned[unit].values())
        share = lambda g: F(groups[g]) if weighted else F(assigned[unit][g])
        present = sum(share(g) for part in together[unit] for g in part)
        for part in together[unit]:
            n = sum(len(answers[unit][g]) for g in part)
            population = sum(assigned[unit][g] for g in part)
            weight = F(asked) * sum(share(g) for g in part) / present / n
            for g in part:
                for r in answers[unit][g]:
                    of_units.append(Row((unit, tuple(part)), unit, cluster[part[0]], weight, 1 - F(n, population), r))
                    if (unit, tuple(part)) in joint:
                        together_rows.append(of_units[-1])
        for g, own in answers.get(unit, {}).items():
            n, population = len(own), assigned[unit][g]
            of_groups += [(g, Row((unit, g), unit, g, F(population, n), 1 - F(n, population), r)) for r in own]
    if together_rows:
        weight = sum(r.weight for r in together_rows) / len(together_rows)
        population = sum(assigned[unit][g] for unit, part in joint for g in part)
        for r in together_rows:
            r.stratum, r.around, r.units, r.weight = "joint", "joint", len({unit for unit, _ in joint}), weight
            r.open_share = 1 - F(len(together_rows), population)
    return {
        "groups": {g: None if groups[g] is None else float(F(groups[g])) for g in names},
        "assigned": assigned,
        "answers": answers,
        "expected": {
            "total": figures(of_units),
            "units": {unit: figures([r for r in of_units if r.unit == unit])
                      for unit in UNITS if unit not in dict(joint)},
            "groups": {g: figures([r for of, r in of_groups if of == g]) for g in names},
        },
    }


def main():
    draw = Draw(7)
    full = {unit: rows(draw, 12, mood) for unit, mood in zip(UNITS, (3, 4, 2))}
    part = {unit: rows(draw, n, mood) for unit, n, mood in zip(UNITS, (14, 13, 15), (2, 3, 3))}
    few = rows(draw, 3, 4)
    both = {unit: {"full": full[unit], "part": part[unit]} for unit in UNITS}
    assigned = {"d1": {"full": 12, "part": 20}, "d2": {"full": 12, "part": 19}, "s1": {"full": 12, "part": 20}}
    silent = {unit: dict(of) for unit, of in both.items()}
    del silent["s1"]["part"]
    three = {unit: dict(of) for unit, of in both.items()}
    three["d1"]["few"] = few
    more = {unit: {**of, "few": 4} if unit == "d1" else dict(of) for unit, of in assigned.items()}
    cases = {
        "by_number": case({"full": None, "part": None}, assigned, both),
        "weights": case({"full": "0.3", "part": "0.7"}, assigned, silent),
        "small": case({"few": None, "full": None, "part": None}, more, three),
    }
    # A unit of three answers, and the smallest stratum of the smallest unit beside it.
    little = {unit: dict(of) for unit, of in both.items()}
    little["s1"] = {"full": rows(draw, 2, 3), "part": rows(draw, 1, 2)}
    joint = [("s1", ("full", "part")), ("d2", ("full",))]
    cases["little"] = case({"full": None, "part": None}, assigned, little, joint)
    print(json.dumps(cases, indent=1, sort_keys=True))


main()
