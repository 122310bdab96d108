#!/usr/bin/env python3
"""Makes spec.json and data.csv of every case, from fixed seeds.

    make.py FOLDER      writes the cases below it
"""
import csv, json, sys
from pathlib import Path
import numpy as np

OUT = Path(sys.argv[1])
CI = [{"method": m, "level": l} for m in ("t", "logit", "beta", "wilson", "kg") for l in (0.95, 0.9)]
T = [{"method": "t", "level": 0.95}]
COMMUNE = ['Xã "Đông Hải", khu A', "Phường Bến Nghé,\nQuận 1", "Xã Ea H'leo", "  Thị trấn Sa Pa ", "xã đông hải", "Ủy ban\tTân Phú"]


def write(name, title, header, rows, analyses):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "data.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([["" if c is None else c for c in row] for row in rows])
    spec = {"schema": "svy-ref/1", "id": name, "title": title, "description": title, "covers": [],
            "data": {"file": "data.csv", "rows": len(rows), "missing": "", "columns": {h: h for h in header}}, "analyses": analyses}
    (folder / "spec.json").write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def analysis(id, design, estimands, calibration=None):
    for number, e in enumerate(estimands):
        e.setdefault("key", f"e{number}")
    return {"id": id, "description": id, "design": design, "calibration": calibration, "estimands": estimands}


def design(weight, strata, stages, lonely):
    return {"weight": weight, "strata": strata, "stages": [{"id": i, "fpc": f} for i, f in stages], "lonely_psu": lonely}


def likert(r, size, missing=0.1, p=(0.04, 0.06, 0.15, 0.4, 0.35)):
    return [None if r.random() < missing else int(r.choice(5, p=p)) + 1 for _ in range(size)]


def texts():
    """Vietnamese names with commas, quotes, newlines, spaces in columns and codes."""
    r = np.random.default_rng(101)
    h, unit, y, z = 'Tầng, "lớp"', "Đơn vị\nhành chính", 'Hài lòng, "chung"', "Thái độ"
    words = ["Rất hài lòng", "Hài lòng, tạm", 'Bình "thường"', "Không\nhài lòng", None]
    sizes = dict(zip(COMMUNE[:4], (300, 55, 80, 41)))
    rows = []
    for _ in range(130):
        c = COMMUNE[r.choice(4, p=(0.4, 0.25, 0.2, 0.15))]
        rows.append([c, c if r.random() < 0.7 else COMMUNE[r.integers(4, 6)], words[r.choice(5, p=(0.4, 0.3, 0.1, 0.1, 0.1))], likert(r, 1)[0]])
    n = {c: sum(row[0] == c for row in rows) for c in sizes}
    rows = [row + [sizes[row[0]], repr(sizes[row[0]] / n[row[0]])] for row in rows]
    yes = {"col": y, "in": words[:2]}
    dom = [{"col": unit, "in": COMMUNE[:2] + COMMUNE[4:5]}, {"col": z, "in": [4, "5", 3.0]}]
    write("s01_texts", "Texts with commas, quotes, newlines and spaces", [h, unit, y, z, "Số, N", "trọng số"], rows, [
        analysis("phân tích 1", design("trọng số", h, [(None, "Số, N")], "fail"), [
            {"kind": "mean", "y": yes, "domain": None, "ci": CI, "target": {"value": 0.8, "ci_method": "kg", "level": 0.95}},
            {"kind": "mean", "y": yes, "domain": dom, "ci": CI},
            {"kind": "mean", "y": {"col": z}, "domain": dom[:1], "ci": T},
            {"kind": "total", "y": {"col": y, "in": [words[3]]}, "domain": dom, "ci": T},
            {"kind": "ranking", "y": {"col": z}, "by": unit, "level": 0.9, "alpha": 0.2},
            {"kind": "suppression", "y": yes, "by": unit, "rules": {"min_n": 6, "min_n_eff": 12, "max_width": 0.35, "level": 0.9}},
        ])])


def lonely():
    """Lonely PSUs under every rule, with domains that miss whole strata."""
    r = np.random.default_rng(202)
    rows = []
    for h, (m, M) in enumerate([(1, 6), (4, 9), (1, 1), (3, 40), (2, 2), (1, 30)]):
        for c in range(m):
            for _ in range(int(r.integers(2, 9))):
                rows.append([f"T{h}", f"0{c}" if h % 2 else c, M, round(float(r.uniform(0.7, 9)), 3), int(r.integers(3)), *likert(r, 2)])
    analyses = []
    for rule in ("adjust", "average", "certainty"):
        sat = {"col": "q", "in": [4, 5]}
        analyses += [analysis(f"{rule}_{fpc}", design("w", "h", [("psu", fpc)], rule), [
            {"kind": "mean", "y": sat, "domain": None, "ci": CI},
            {"kind": "mean", "y": sat, "domain": [{"col": "g", "in": [1]}], "ci": CI},
            {"kind": "mean", "y": {"col": "q"}, "domain": [{"col": "h", "in": ["T0", "T5"]}], "ci": T},
            {"kind": "ratio", "num": {"col": "q"}, "den": {"col": "k"}, "domain": [{"col": "g", "in": [0, 2]}], "ci": T},
            {"kind": "diff", "a": {"y": sat, "domain": [{"col": "g", "in": [0]}]}, "b": {"y": sat, "domain": [{"col": "g", "in": [1]}]}, "ci": T},
            {"kind": "composite", "components": [{"name": "a", "weight": 3, "items": [sat, {"col": "k", "in": [5]}]}, {"name": "b", "weight": 1, "items": [{"col": "k", "in": [4, 5]}]}],
             "domain": [{"col": "g", "in": [0, 1]}], "ci": CI, "target": {"value": 0.6, "ci_method": "logit", "level": 0.9}},
        ]) for fpc in (None, "M")]
    write("s02_lonely", "Lonely PSUs under three rules", ["h", "psu", "M", "w", "g", "q", "k"], rows, analyses)


def rake():
    """Raking on several columns, one of them crossed; unequal base weights, clusters."""
    r = np.random.default_rng(303)
    n = 160
    rows = []
    for i in range(n):
        h = int(r.integers(4))
        rows.append([f"h{h}", f"c{r.integers(6)}", round(float(r.lognormal(1, 0.5)), 4), ["Nam", "Nữ"][r.integers(2)], ["18–34", "35–59", "60+"][r.integers(3)], ["Trực tuyến", "Một cửa, xã"][r.integers(2)], *likert(r, 3)])
    marg = [
        {"by": ["tuổi"], "totals": [{"tuổi": a, "N": N} for a, N in (("18–34", 500), ("35–59", 700), ("60+", 300))]},
        {"by": ["giới", "kênh"], "totals": [{"giới": a, "kênh": b, "N": N} for a, b, N in (("Nam", "Trực tuyến", 320), ("Nữ", "Trực tuyến", 410.5), ("Nam", "Một cửa, xã", 349.5), ("Nữ", "Một cửa, xã", 420))]},
        {"by": ["h"], "totals": [{"h": f"h{k}", "N": N} for k, N in enumerate((300, 500, 400, 300))]},
    ]
    est = lambda: [
        {"kind": "weights"},
        {"kind": "mean", "y": {"col": "q1", "in": [4, 5]}, "domain": None, "ci": CI},
        {"kind": "mean", "y": {"cols": ["q1", "q2", "q3"], "agg": "mean", "min_answered": 2}, "domain": [{"col": "giới", "in": ["Nữ"]}], "ci": T},
        {"kind": "total", "y": {"col": "q2", "in": [5]}, "domain": [{"col": "tuổi", "in": ["60+"]}], "ci": T},
        {"kind": "ratio", "num": {"cols": ["q1", "q2", "q3"], "agg": "sum", "in": [4, 5]}, "den": {"cols": ["q1", "q2", "q3"], "agg": "count"}, "domain": None, "ci": T},
        {"kind": "composite", "components": [{"name": "Tiếp cận", "weight": 0.3, "items": [{"col": "q1", "in": [4, 5]}, {"col": "q2", "in": [4, 5]}]}, {"name": "Kết quả", "weight": 0.7, "items": [{"col": "q3", "in": [4, 5]}]}], "domain": None, "ci": CI},
        {"kind": "diff", "a": {"y": {"col": "q1"}, "domain": [{"col": "giới", "in": ["Nam"]}]}, "b": {"y": {"col": "q1"}, "domain": [{"col": "giới", "in": ["Nữ"]}]}, "ci": T},
        {"kind": "trim", "upper": 12.0, "lower": 1.5, "strict": True},
        {"kind": "ranking", "y": {"col": "q3", "in": [4, 5]}, "by": "tuổi", "level": 0.95, "alpha": 0.3},
        {"kind": "drivers", "y": {"col": "q1"}, "x": [{"name": "hai", "m": {"col": "q2"}}, {"name": "ba", "m": {"col": "q3"}}], "domain": None},
        {"kind": "alpha", "items": ["q1", "q2", "q3"], "weighted": True},
    ]
    d = design("w", "h", [("c", None)], "fail")
    write("s03_rake", "Raking to three margins, one crossed", ["h", "c", "w", "giới", "tuổi", "kênh", "q1", "q2", "q3"], rows, [
        analysis("rake", d, est(), {"method": "rake", "margins": marg}),
        analysis("post", d, est(), {"method": "poststratify", "by": ["giới", "kênh"], "totals": marg[1]["totals"]}),
        analysis("none", d, est()),
    ])


def twostage():
    """Two stages with known populations; nested ids used again; composites and differences; sub-sampled units."""
    r = np.random.default_rng(404)
    rows = []
    for h, (m, M) in enumerate([(3, 10), (2, 2), (5, 8), (1, 4)]):
        for c in range(m):
            N = int(r.integers(6, 25))
            k = N if (h, c) == (1, 0) else int(r.integers(1, 6)) + 1
            for u in range(k):
                for _ in range(int(r.integers(1, 3))):
                    rows.append([f"{h:02d}", f"{c + 1}", u + 1, M, N, round(M / m * N / k, 12), int(r.integers(2)), *likert(r, 4, 0.15)])
    sat = lambda q: {"col": q, "in": [4, 5]}
    comps = [{"name": "một, hai", "weight": 2, "items": [sat("q1"), sat("q2")]}, {"name": "ba", "weight": 1.5, "items": [sat("q3")]}, {"name": "bốn", "weight": 0, "items": [{"col": "q4", "in": [5]}]}]
    est = lambda: [
        {"kind": "composite", "components": comps, "domain": None, "ci": CI, "target": {"value": 0.75, "ci_method": "logit", "level": 0.95}},
        {"kind": "composite", "components": comps, "domain": [{"col": "wave", "in": [1]}], "ci": CI},
        {"kind": "diff", "a": {"components": comps, "domain": [{"col": "wave", "in": [1]}]}, "b": {"components": comps, "domain": [{"col": "wave", "in": [0]}]}, "ci": T},
        {"kind": "diff", "a": {"components": comps}, "b": {"components": comps[1:2]}, "ci": T},
        {"kind": "mean", "y": sat("q1"), "domain": None, "ci": CI},
        {"kind": "total", "y": {"col": "q2"}, "domain": [{"col": "wave", "in": [0]}], "ci": T},
        {"kind": "mean", "y": sat("q3"), "domain": [{"col": "st", "in": [1]}], "ci": CI + [{"method": "hypergeom", "level": 0.95}]},
        {"kind": "drivers", "y": {"col": "q4"}, "x": [{"name": n, "m": {"col": n}} for n in ("q1", "q2", "q3")], "domain": [{"col": "wave", "in": [0, 1]}]},
    ]
    stages = [("psu", "M"), ("hộ", "N")]
    write("s04_twostage", "Two stages, ids used again in every parent", ["st", "psu", "hộ", "M", "N", "w", "wave", "q1", "q2", "q3", "q4"], rows, [
        analysis(rule, design("w", "st", stages, rule), est()) for rule in ("adjust", "certainty", "average")])


def exact():
    """Hypergeometric limits, censuses, everybody and nobody satisfied."""
    r = np.random.default_rng(505)
    rows = []
    spec = {"A": (20, 60, 0.9), "B": (35, 35, 0.8), "C": (14, 90, 1.0), "D": (9, 300, 0.0), "E": (1, 7, 1.0), "F": (3, 3, 0.4), "G": (120, 124, 0.93), "H": (2, 50, 0.5)}
    for u, (n, N, p) in spec.items():
        for i in range(n):
            y = 5 if i < round(n * p) else 2
            rows.append([u, N, repr(N / n), y, "" if r.random() < 0.1 else y])
    y = {"col": "y", "in": [4, 5]}
    ci = CI + [{"method": "hypergeom", "level": l} for l in (0.8, 0.95, 0.99)]
    est = [{"key": f"{u}_{q}", "kind": "mean", "y": {"col": q, "in": [4, 5]}, "domain": [{"col": "u", "in": [u]}], "ci": ci, "target": {"value": 0.8, "ci_method": "hypergeom", "level": 0.95}} for u in spec for q in ("y", "q")]
    est += [{"key": "all", "kind": "mean", "y": y, "domain": None, "ci": ci}, {"key": "two", "kind": "mean", "y": y, "domain": [{"col": "u", "in": ["A", "B"]}], "ci": ci}]
    est += [{"key": "cells", "kind": "suppression", "y": y, "by": "u", "rules": {"min_n": 3, "min_n_eff": 15, "max_width": 0.3, "level": 0.95}},
            {"key": "rank", "kind": "ranking", "y": y, "by": "u", "level": 0.95, "alpha": 0.05}]
    est2 = json.loads(json.dumps(est))
    write("s05_exact", "Exact limits, censuses, unanimous units", ["u", "N", "w", "y", "q"], rows, [
        analysis("fpc", design("w", "u", [(None, "N")], "certainty"), est),
        analysis("nofpc", design("w", "u", [(None, None)], "adjust"), est2)])


def ties():
    """Ranking with exact ties, empty units, one-person units, without weights and strata."""
    r = np.random.default_rng(606)
    rows = []
    for u in ("b", "B", "á", "a", "10", "9", "Z,1", 'Z"2'):
        k = {"b": 12, "B": 12, "9": 1, "Z,1": 24}.get(u, int(r.integers(20, 60)))
        for i in range(k):
            rows.append([u, f"{i % 5}", (5 if i % 4 else 1) if u in ("b", "B", "Z,1") else likert(r, 1)[0], likert(r, 1)[0]])
    rows += [["a", "x", None, 3], [None, "1", 4, 4], ["empty", "1", None, 2], ["empty", "2", None, 2]]
    r.shuffle(rows)
    est = lambda: [
        {"kind": "ranking", "y": {"col": "q", "in": [4, 5]}, "by": "u", "level": 0.95, "alpha": 0.05},
        {"kind": "ranking", "y": {"col": "q"}, "by": "u", "level": 0.5, "alpha": 0.5},
        {"kind": "ranking", "y": {"col": "k"}, "by": "u", "level": 0.9, "alpha": 0.9},
        {"kind": "suppression", "y": {"col": "k", "in": [4, 5]}, "by": "u", "rules": {"min_n": 2, "min_n_eff": 30, "max_width": 0.4, "level": 0.95}},
    ]
    rows = [row for row in rows if row[0] not in ("empty",)]
    write("s06_ties", "Ranking with ties and tiny units", ["u", "c", "q", "k"], rows, [
        analysis("srs", design(None, None, [(None, None)], "fail"), est()),
        analysis("clusters", design(None, None, [("c", None)], "fail"), est())])


def drivers():
    """Regression with strongly correlated predictors, clusters and a calibrated weight; zero weights."""
    r = np.random.default_rng(707)
    rows = []
    for i in range(110):
        a = r.normal()
        x = [a + 0.02 * r.normal(), a + 0.02 * r.normal(), r.normal(), r.normal() * 40 + 1000, -a + 0.3 * r.normal()]
        y = x[0] + 0.3 * x[2] + 0.01 * x[3] + r.normal()
        rows.append([i % 6, i % 17, round(float(r.gamma(2, 3)), 3) if i % 23 else 0, *[round(float(v), 6) if r.random() > 0.03 else None for v in x], round(float(y), 6), ["p", "q"][i % 2]])
    d = lambda k: {"kind": "drivers", "y": {"col": "y"}, "x": [{"name": f"biến {j}, \"x\"", "m": {"col": f"x{j}"}} for j in range(k)], "domain": None}
    dom = d(3) | {"domain": [{"col": "g", "in": ["p"]}], "key": "dom"}
    sc = d(1) | {"key": "one"}
    est = lambda: [d(5), d(2), json.loads(json.dumps(dom)), json.loads(json.dumps(sc)), {"kind": "alpha", "items": ["x0", "x1", "x4"], "weighted": True}, {"kind": "alpha", "items": ["x0", "x1", "x2"], "weighted": False},
                   {"kind": "mean", "y": {"col": "x3"}, "domain": None, "ci": T}, {"kind": "weights"}]
    write("s07_drivers", "Drivers that go together; weights of zero", ["h", "c", "w", "x0", "x1", "x2", "x3", "x4", "y", "g"], rows, [
        analysis("elements", design("w", "h", [(None, None)], "fail"), est()),
        analysis("clusters", design("w", None, [("c", None)], "fail"), est()),
        analysis("post", design("w", "h", [("c", None)], "fail"), est(), {"method": "poststratify", "by": ["g"], "totals": [{"g": "p", "N": 900}, {"g": "q", "N": 400}]})])


def trim():
    """Trimming, strictly and once, from below and above."""
    r = np.random.default_rng(808)
    rows = [[i, repr(float(r.pareto(1.5) + 0.2))] for i in range(90)]
    w = np.array([float(row[1]) for row in rows])
    est = [{"kind": "weights"}] + [{"kind": "trim", "upper": u, "lower": l, "strict": s} for u, l in ((3 * float(np.median(w)), None), (4.0, 0.9), (float(w.mean()) * 1.05, float(w.mean()) * 0.3), (None, 1.0), (1e9, None)) for s in (False, True)]
    write("s08_trim", "Trimming", ["i", "w"], rows, [analysis("trim", design("w", None, [(None, None)], "fail"), est)])


def codes():
    """Codes that are numbers written differently; large scores; counts; quantiles far out."""
    r = np.random.default_rng(909)
    write_codes = ["4", "4.0", "04", "4e0", "5", "5.00", " 5", "1", "2", "3", ""]
    rows = [[["1", "01", "1.0", "2"][r.integers(4)], write_codes[r.integers(11)].strip(), write_codes[r.integers(11)].strip(), 1e6 + float(r.integers(100)), -float(r.integers(1, 7)) / 3, int(r.integers(40)) + 1] for _ in range(120)]
    m = lambda agg, **k: {"cols": ["a", "b"], "agg": agg} | k
    est = lambda: [
        {"kind": "mean", "y": {"col": "a", "in": [4, "5"]}, "domain": None, "ci": CI + [{"method": "t", "level": 0.9999}, {"method": "kg", "level": 0.999999}]},
        {"kind": "mean", "y": m("mean", **{"in": ["4.0"], "min_answered": 2}), "domain": None, "ci": T},
        {"kind": "mean", "y": m("sum"), "domain": None, "ci": T},
        {"kind": "mean", "y": m("count"), "domain": [{"col": "h", "in": [1]}], "ci": T},
        {"kind": "mean", "y": m("count", **{"in": [5]}), "domain": [{"col": "h", "in": ["1.0"]}, {"col": "a", "in": [4]}], "ci": T},
        {"kind": "total", "y": {"col": "big"}, "domain": None, "ci": T},
        {"kind": "mean", "y": {"col": "big"}, "domain": [{"col": "b", "in": [1]}], "ci": T},
        {"kind": "ratio", "num": {"col": "neg"}, "den": {"col": "big"}, "domain": None, "ci": T},
        {"kind": "total", "y": {"col": "neg"}, "domain": [{"col": "a", "in": [5, 4]}], "ci": T},
    ]
    write("s09_codes", "Numbers written differently", ["h", "a", "b", "big", "neg", "psu"], rows, [
        analysis("strata", design(None, "h", [(None, None)], "fail"), est()),
        analysis("psu", design(None, "h", [("psu", None)], "fail"), est())])


def waves():
    """Two waves in the same PSUs, differences of shares and indices; a big sample with unequal weights."""
    r = np.random.default_rng(1010)
    rows = []
    for i in range(300):
        h = int(r.integers(7))
        rows.append([2025 + i % 2, f"T{h}", f"P{r.integers(9)}", round(float((h + 1) * r.uniform(0.5, 4)), 5), 40 + h, *likert(r, 5, 0.08, (0.01, 0.02, 0.07, 0.4, 0.5))])
    sat = lambda q: {"col": q, "in": [4, 5]}
    comps = [{"name": "I", "weight": 0.25, "items": [sat("q1"), sat("q2")]}, {"name": "II", "weight": 0.5, "items": [sat("q3")]}, {"name": "III", "weight": 0.25, "items": [sat("q4"), sat("q5"), {"col": "q1", "in": [5]}]}]
    wave = lambda y: [{"col": "năm", "in": [y]}]
    est = lambda: [
        {"kind": "diff", "a": {"components": comps, "domain": wave(2026)}, "b": {"components": comps, "domain": wave(2025)}, "ci": T + [{"method": "t", "level": 0.99}]},
        {"kind": "diff", "a": {"y": sat("q1"), "domain": wave(2026)}, "b": {"y": sat("q1"), "domain": wave(2025)}, "ci": T},
        {"kind": "diff", "a": {"y": sat("q1")}, "b": {"y": sat("q2")}, "ci": T},
        {"kind": "composite", "components": comps, "domain": wave("2026"), "ci": CI, "target": {"value": 0.85, "ci_method": "logit", "level": 0.95}},
        {"kind": "composite", "components": comps, "domain": None, "ci": CI},
        {"kind": "composite", "components": comps[1:2], "domain": None, "ci": CI, "target": {"value": 0.9, "ci_method": "kg", "level": 0.95}},
        {"kind": "mean", "y": sat("q3"), "domain": None, "ci": CI, "target": {"value": 0.9, "ci_method": "kg", "level": 0.95}},
        {"kind": "mean", "y": {"col": "q5"}, "domain": wave(2025), "ci": T},
    ]
    write("s10_waves", "Two waves", ["năm", "tầng", "xã", "w", "M", "q1", "q2", "q3", "q4", "q5"], rows, [
        analysis("psu", design("w", "tầng", [("xã", "M")], "fail"), est()),
        analysis("elements", design("w", "tầng", [(None, None)], "fail"), est()),
        analysis("independent", design("w", "năm", [(None, None)], "fail"), est())])


def sizes():
    rows, i = [], 0
    for t in ("prop", "mean", "power", "yamane"):
        for N in (None, 1, 37, 2500):
            for deff, rr in ((1, 1), (1.7, 0.35), (0.5, 0.99)):
                i += 1
                rows.append([i, t, N if t != "yamane" or N else 10, 0.83, 0.04, 0.99 if i % 2 else 0.9, deff if t != "yamane" else 1, rr, 0.77, 0.91])
    write("s11_sizes", "Sample sizes", ["row", "type", "N", "p", "e", "level", "deff", "response_rate", "s2", "p1"], rows, [
        analysis("p80", None, [{"kind": "sample_size", "power": 0.8, "key": "n"}]), analysis("p95", None, [{"kind": "sample_size", "power": 0.95, "key": "n"}])])


for make in (texts, lonely, rake, twostage, exact, ties, drivers, trim, codes, waves, sizes):
    make()
