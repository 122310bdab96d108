#!/usr/bin/env python3
"""Figures of a specification of schema svy-ref/1, with numpy and scipy, written from its description alone.

Shares no code and no method of computing with the engine: it makes dense matrices and goes row by row.

    reference.py FOLDER…      writes expected.json beside spec.json and data.csv
"""
import csv, itertools, json, math, sys
from pathlib import Path
import numpy as np
from scipy import stats, special

NAN = float("nan")


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def same(cell, code):
    a, b = number(cell), number(code) if not isinstance(code, bool) else None
    if a is not None and b is not None:
        return a == b
    return str(cell) == str(code)


class Data:
    def __init__(self, path):
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.rows, self.n = rows, len(rows)

    def text(self, column):
        return [row[column] for row in self.rows]

    def numbers(self, column):
        return np.array([float(c) if c != "" else NAN for c in self.text(column)])

    def codes(self, column):
        """A hashable code of each cell: numbers that are equal are the same code."""
        return [number(c) if number(c) is not None else c for c in self.text(column)]


def one(data, column, codes):
    if codes is None:
        return data.numbers(column)
    return np.array([NAN if c == "" else float(any(same(c, k) for k in codes)) for c in data.text(column)])


def measure(data, m):
    if "col" in m:
        return one(data, m["col"], m.get("in"))
    values = np.array([one(data, c, m.get("in")) for c in m["cols"]]).T
    answered = (~np.isnan(values)).sum(axis=1)
    total = np.nansum(values, axis=1)
    if m["agg"] == "count":
        return answered.astype(float)
    if m["agg"] == "sum":
        return total
    least = max(m.get("min_answered", 1), 1)
    return np.array([t / a if a >= least else NAN for t, a in zip(total, answered)])


def domain(data, d):
    inside = np.ones(data.n, bool)
    for part in d or []:
        inside &= np.array([any(same(c, k) for k in part["in"]) for c in data.text(part["col"])])
    return inside


class Sample:
    def __init__(self, data, analysis):
        d = self.design = analysis["design"]
        self.data = data
        self.base = np.ones(data.n) if d.get("weight") is None else data.numbers(d["weight"])
        h = ["" for _ in range(data.n)] if d.get("strata") is None else data.codes(d["strata"])
        self.strata, self.psus, self.units = h, [], []
        first = d["stages"][0]
        ids = range(data.n) if first.get("id") is None else data.codes(first["id"])
        self.psus = [(a, b) for a, b in zip(h, ids)]
        self.fpc = first.get("fpc") is not None
        self.two = len(d["stages"]) == 2 and d["stages"][1].get("fpc") is not None
        if self.two:
            second = d["stages"][1]
            ids = range(data.n) if second.get("id") is None else data.codes(second["id"])
            self.units = [(a, b) for a, b in zip(self.psus, ids)]
        self.pop = [data.numbers(s["fpc"]) if s.get("fpc") is not None else None for s in d["stages"]]
        self.calibrate(analysis.get("calibration"))

    def calibrate(self, c):
        self.w, self.A = self.base.copy(), None
        if c is None:
            return
        margins = [c] if c["method"] == "poststratify" else c["margins"]
        blocks = []
        for m in margins:
            cells = [np.array([all(same(r[b], t[b]) for b in m["by"]) for r in self.data.rows]) for t in m["totals"]]
            blocks.append((np.array(cells).T.astype(float), np.array([t["N"] for t in m["totals"]], float)))
        for _ in range(100000):
            for A, N in blocks:
                factor = N / (A.T @ self.w)
                self.w = self.w * (A @ factor)
            if max(np.max(np.abs(A.T @ self.w / N - 1)) for A, N in blocks) < 1e-14:
                break
        self.A = np.hstack([A for A, _ in blocks])

    def influence(self, z):
        if self.A is not None:
            root = np.sqrt(self.base)
            b = np.linalg.lstsq(self.A * root[:, None], z * root, rcond=None)[0]
            z = z - self.A @ b
        return self.w * z


    def cov(self, zs):
        u = np.array([self.influence(z) for z in zs]).T
        total = np.zeros((u.shape[1],) * 2)

        def level(rows, parent, unit, pop):
            """{parent: contribution matrix} and lonely set among the rows."""
            groups = {}
            for i in rows:
                groups.setdefault(parent[i], {}).setdefault(unit[i], []).append(i)
            out, lonely = {}, []
            for p, members in groups.items():
                sums = np.array([u[ix].sum(axis=0) for ix in members.values()])
                m = len(sums)
                f = 1.0
                if pop is not None:
                    f = 1 - m / pop[next(iter(members.values()))[0]]
                if f < 1e-7:
                    out[p] = np.zeros_like(total)
                elif m > 1:
                    c = sums - sums.mean(axis=0)
                    out[p] = f * m / (m - 1) * c.T @ c
                else:
                    lonely.append(p)
                    rule = self.design["lonely_psu"]
                    if rule == "fail":
                        raise ValueError("lonely")
                    out[p] = f * sums.T @ sums if rule == "adjust" else np.zeros_like(total)
            factor = 1.0
            if self.design["lonely_psu"] == "average" and lonely:
                factor = len(groups) / (len(groups) - len(lonely))
            return out, factor, {p: len(g) for p, g in groups.items()}, groups

        out, factor, counts, groups = level(range(self.data.n), self.strata, self.psus, self.pop[0])
        total += factor * sum(out.values())
        if self.two:
            for h, members in groups.items():
                rows = [i for ix in members.values() for i in ix]
                inner, factor, _, _ = level(rows, self.psus, self.units, self.pop[1])
                total += counts[h] / self.pop[0][rows[0]] * factor * sum(inner.values())
        return total

    def df(self, K):
        K = K & (self.w != 0)
        return len({p for p, k in zip(self.psus, K) if k}) - len({h for h, k in zip(self.strata, K) if k})


class Linear:
    def __init__(self, est, z, K):
        self.est, self.z, self.K = est, z, K


def mean(s, y, inside):
    K = inside & ~np.isnan(y)
    W = s.w[K].sum()
    if not K.any():
        return Linear(NAN, np.zeros(len(y)), K)
    est = (s.w[K] * y[K]).sum() / W
    z = np.zeros(len(y))
    z[K] = (y[K] - est) / W
    return Linear(est, z, K)


def combine(parts):
    return Linear(sum(c * p.est for c, p in parts), sum(c * p.z for c, p in parts), np.any([p.K for _, p in parts], axis=0))


def clean(v):
    return 0.0 if v < 1e-20 else v


def tq(q, df):
    return stats.t.ppf(q, df)


def interval(method, level, fig):
    p, var, df, n, w = fig["p"], fig["var"], fig["df"], fig["n"], fig["w"]
    a = 1 - level
    none = (None, None, None)
    if math.isnan(p):
        return none
    edge = p <= 1e-12 or p >= 1 - 1e-12
    if method == "t":
        if df < 1:
            return none
        r = tq(1 - a / 2, df) * math.sqrt(var)
        return p - r, p + r, None
    if method in ("logit", "beta", "wilson"):
        if df < 1 or var == 0 or edge or p < 0 or p > 1:
            return none
        t = tq(1 - a / 2, df)
        if method == "logit":
            r = t * math.sqrt(var) / (p * (1 - p))
            l = math.log(p / (1 - p))
            return special.expit(l - r), special.expit(l + r), None
        if method == "wilson":
            n = p * (1 - p) / var
            d = 1 + t * t / n
            m = (p + t * t / 2 / n) / d
            r = t * math.sqrt(p * (1 - p) / n + t * t / 4 / n / n) / d
            return m - r, m + r, n
        ne = p * (1 - p) / var * (tq(1 - a / 2, n - 1) / t) ** 2
        return stats.beta.ppf(a / 2, ne * p, ne * (1 - p) + 1), stats.beta.ppf(1 - a / 2, ne * p + 1, ne * (1 - p)), ne
    if method == "kg":
        W, W2, g = w.sum(), (w**2).sum(), (w * np.maximum(w - 1, 0)).sum()
        if p < -1e-12 or p > 1 + 1e-12:
            return none
        if fig["fpc"] and g <= 1e-9 * W:
            return p, p, None
        kish = W * W / W2
        if p >= 1 - 1e-12:
            return (a / 2) ** (1 / kish), 1.0, kish
        if p <= 1e-12:
            return 0.0, 1 - (a / 2) ** (1 / kish), kish
        if var == 0:
            ne = kish
        else:
            if df < 1:
                return none
            ne = min(p * (1 - p) / var * (tq(1 - a / 2, n - 1) / tq(1 - a / 2, df)) ** 2, W * W / g if fig["fpc"] else kish)
        return stats.beta.ppf(a / 2, ne * p, ne * (1 - p) + 1), stats.beta.ppf(1 - a / 2, ne * p + 1, ne * (1 - p)), ne
    if method == "hypergeom":
        if not fig["simple"]:
            return none
        N, x = round(w.sum()), round(p * n)
        lim = a / 2 * (1 + 1e-9)
        D = np.arange(x, N - (n - x) + 1)
        return D[stats.hypergeom.sf(x - 1, N, D, n) > lim].min() / N, D[stats.hypergeom.cdf(x, N, D, n) > lim].max() / N, None
    raise ValueError(method)


def figure(s, lin, y=None, d=None):
    K = lin.K
    var = NAN if math.isnan(lin.est) else clean(s.cov([lin.z])[0, 0])
    simple = False
    if y is not None and K.any():
        simple = (s.fpc and s.A is None and s.design["stages"][0].get("id") is None and np.ptp(s.w[K]) <= 1e-9 * s.w[K].max()
                  and len({h for h, k in zip(s.strata, K) if k}) == 1 and set(y[K]) <= {0.0, 1.0})
    return {"p": lin.est, "var": var, "df": s.df(K), "n": int(K.sum()), "w": s.w[K], "fpc": s.fpc, "simple": simple}


def cis(fig, wanted):
    out = []
    for c in wanted or []:
        lo, hi, ne = interval(c["method"], c["level"], fig)
        r = {"method": c["method"], "level": c["level"], "lower": lo, "upper": hi}
        if c["method"] in ("beta", "wilson", "kg"):
            r["n_eff"] = ne
        out.append(r)
    return out


def target(fig, t):
    lo, hi, _ = interval(t["ci_method"], t["level"], fig)
    se = math.sqrt(fig["var"])
    r = {"value": t["value"], "t": None, "p_exceeds": None, "p_below": None, "lower": lo, "upper": hi}
    if se > 0 and fig["df"] >= 1:
        r["t"] = (fig["p"] - t["value"]) / se
        r["p_exceeds"], r["p_below"] = stats.t.sf(r["t"], fig["df"]), stats.t.cdf(r["t"], fig["df"])
    r["decision"] = "undecided" if lo is None else "met" if lo >= t["value"] else "not_met" if hi < t["value"] else "undecided"
    return r


def base(fig, e):
    r = {"n": fig["n"], "estimate": fig["p"], "var": fig["var"], "se": math.sqrt(fig["var"]), "df": fig["df"], "ci": cis(fig, e.get("ci"))}
    if e.get("target"):
        r["target"] = target(fig, e["target"])
    return r


def do_mean(s, e):
    y = measure(s.data, e["y"])
    lin = mean(s, y, domain(s.data, e.get("domain")))
    fig = figure(s, lin, y)
    r = base(fig, e)
    w, K, n, var = fig["w"], lin.K, fig["n"], fig["var"]
    W = w.sum()
    r["sum_w"] = W
    s2 = n / (n - 1) * (w * (y[K] - lin.est) ** 2).sum() / W if n > 1 else NAN
    ok = var > 0 and n > 1
    r["deff_wr"] = var / (s2 / n) if ok else None
    r["deff"] = var / (s2 * (1 / n - 1 / W)) if ok and abs(W - n) > 1e-9 * W else None
    r["kish_deff"] = n * (w**2).sum() / W**2
    r["n_eff_kish"] = W**2 / (w**2).sum()
    return r


def do_total(s, e):
    y = measure(s.data, e["y"])
    K = domain(s.data, e.get("domain")) & ~np.isnan(y)
    z = np.where(K, np.nan_to_num(y), 0.0)
    return base(figure(s, Linear((s.w * z).sum(), z, K)), e)


def do_ratio(s, e):
    num, den = measure(s.data, e["num"]), measure(s.data, e["den"])
    K = domain(s.data, e.get("domain")) & ~np.isnan(num) & ~np.isnan(den)
    W = (s.w[K] * den[K]).sum()
    R = (s.w[K] * num[K]).sum() / W
    z = np.zeros(s.data.n)
    z[K] = (num[K] - R * den[K]) / W
    return base(figure(s, Linear(R, z, K)), e)


def dims(s, components, inside):
    parts = []
    for c in components:
        items = [mean(s, measure(s.data, m), inside) for m in c["items"]]
        parts.append(combine([(1 / len(items), i) for i in items]))
    total = sum(c["weight"] for c in components)
    return parts, combine([(c["weight"] / total, p) for c, p in zip(components, parts)])


def do_composite(s, e):
    parts, whole = dims(s, e["components"], domain(s.data, e.get("domain")))
    r = base(figure(s, whole), e)
    cov = s.cov([p.z for p in parts])
    r["components"] = [{"name": c["name"], "estimate": p.est, "se": math.sqrt(clean(cov[i, i]))} for i, (c, p) in enumerate(zip(e["components"], parts))]
    r["cov"] = cov.tolist()
    return r


def side(s, x):
    inside = domain(s.data, x.get("domain"))
    return mean(s, measure(s.data, x["y"]), inside) if "y" in x else dims(s, x["components"], inside)[1]


def do_diff(s, e):
    a, b = side(s, e["a"]), side(s, e["b"])
    fig = figure(s, combine([(1, a), (-1, b)]))
    cov = s.cov([a.z, b.z])
    r = base(fig, e)
    r.pop("n")
    se = r["se"]
    t = fig["p"] / se if se > 0 and fig["df"] >= 1 else None
    r |= {"a": a.est, "b": b.est, "se_a": math.sqrt(clean(cov[0, 0])), "se_b": math.sqrt(clean(cov[1, 1])), "cov_ab": cov[0, 1],
          "t": t, "p_two_sided": None if t is None else 2 * stats.t.sf(abs(t), fig["df"])}
    return r


def describe(w):
    return {"n": len(w), "sum": w.sum(), "min": w.min(), "max": w.max(), "kish_deff": len(w) * (w**2).sum() / w.sum() ** 2,
            "n_eff_kish": w.sum() ** 2 / (w**2).sum(), "weights": w.tolist()}


def do_trim(s, e):
    lo, hi = e.get("lower"), e.get("upper")
    lo, hi = -math.inf if lo is None else lo, math.inf if hi is None else hi
    w, first = s.w.copy(), None
    while True:
        out = (w < lo) | (w > hi)
        first = int(out.sum()) if first is None else first
        if not out.any():
            break
        new = np.clip(w, lo, hi)
        new[~out] += (w - new).sum() / (~out).sum()
        w = new
        if not e.get("strict"):
            break
    return {"n_outside": first} | describe(w)


def do_alpha(s, e):
    x = np.array([measure(s.data, m if isinstance(m, dict) else {"col": m}) for m in e["items"]]).T
    K = domain(s.data, e.get("domain")) & ~np.isnan(x).any(axis=1)
    w = s.w[K] if e.get("weighted") else np.ones(K.sum())
    var = lambda v: (w * (v - np.average(v, weights=w)) ** 2).sum()
    k = x.shape[1]
    return {"n": int(K.sum()), "items": k, "estimate": k / (k - 1) * (1 - sum(var(x[K, j]) for j in range(k)) / var(x[K].sum(axis=1)))}


def do_ranking(s, e):
    y = measure(s.data, e["y"])
    text = s.data.text(e["by"])
    names = sorted({t for t in text if t != ""})
    k = len(names)
    lins = [mean(s, y, np.array([t == n for t in text])) for n in names]
    figs = [figure(s, l) for l in lins]
    units = []
    for n, f in zip(names, figs):
        lo, hi, _ = interval("t", 1 - (1 - e["level"]) / k, f)
        units.append({"unit": n, "n": f["n"], "estimate": f["p"], "se": math.sqrt(f["var"]), "df": f["df"], "lower": lo, "upper": hi})
    pairs = []
    for i, j in itertools.combinations(range(k), 2):
        f = figure(s, combine([(1, lins[i]), (-1, lins[j])]))
        se = math.sqrt(f["var"])
        t = f["p"] / se if se > 0 and f["df"] >= 1 else None
        pairs.append({"a": names[i], "b": names[j], "diff": f["p"], "se": se, "df": f["df"], "t": t,
                      "p": None if t is None else 2 * stats.t.sf(abs(t), f["df"]), "p_holm": None})
    order = sorted((q for q in pairs if q["p"] is not None), key=lambda q: q["p"])
    running = 0.0
    for rank, q in enumerate(order):
        # The family is all pairs, tested or not.
        running = max(running, min(1.0, (len(pairs) - rank) * q["p"]))
        q["p_holm"] = running
    ranks = []
    for i, n in enumerate(names):
        better = sum(1 for q in pairs if q["p_holm"] is not None and q["p_holm"] < e["alpha"] and ((q["a"] == n and q["diff"] < 0) or (q["b"] == n and q["diff"] > 0)))
        worse = sum(1 for q in pairs if q["p_holm"] is not None and q["p_holm"] < e["alpha"] and ((q["a"] == n and q["diff"] > 0) or (q["b"] == n and q["diff"] < 0)))
        ranks.append({"unit": n, "rank": 1 + sum(f["p"] > figs[i]["p"] + 1e-12 for f in figs), "rank_lo": 1 + better, "rank_hi": k - worse})
    return {"units": units, "pairs": pairs, "ranks": ranks}


def do_drivers(s, e):
    y = measure(s.data, e["y"])
    X = np.array([measure(s.data, x["m"]) for x in e["x"]]).T
    names = [x["name"] for x in e["x"]]
    K = domain(s.data, e.get("domain")) & ~np.isnan(y) & ~np.isnan(X).any(axis=1)
    w, Y, X0 = s.w[K], y[K], X[K]
    A = np.column_stack([np.ones(K.sum()), X0])
    r = np.sqrt(w)
    beta = np.linalg.lstsq(A * r[:, None], Y * r, rcond=None)[0]
    res = Y - A @ beta
    inv = np.linalg.inv(A.T @ (A * w[:, None]))
    Z = np.zeros((s.data.n, A.shape[1]))
    Z[K] = (A @ inv) * res[:, None]
    se = np.sqrt(np.diag(s.cov(list(Z.T))))
    avg = lambda v: np.average(v, weights=w, axis=0)
    sd = lambda v: np.sqrt(avg((v - avg(v)) ** 2))

    def r2(set_):
        B = np.column_stack([np.ones(K.sum())] + [X0[:, j] for j in set_])
        b = np.linalg.lstsq(B * r[:, None], Y * r, rcond=None)[0]
        return 1 - (w * (Y - B @ b) ** 2).sum() / (w * (Y - avg(Y)) ** 2).sum()

    k = len(names)
    lmg = np.zeros(k)
    for order in itertools.permutations(range(k)):
        before = 0.0
        for i in range(k):
            now = r2(order[: i + 1])
            lmg[order[i]] += now - before
            before = now
    lmg /= math.factorial(k)
    # Johnson (2000) through the singular value decomposition of the standardised predictors.
    Zx = (X0 - avg(X0)) / sd(X0) * np.sqrt(w / w.sum())[:, None]
    Zy = (Y - avg(Y)) / sd(Y) * np.sqrt(w / w.sum())
    P, D, Qt = np.linalg.svd(Zx, full_matrices=False)
    lam = Qt.T @ np.diag(D) @ Qt
    b = Qt.T @ (P.T @ Zy)
    johnson = lam**2 @ b**2
    name = lambda v: dict(zip(names, map(float, v)))
    return {"n": int(K.sum()), "r2": r2(range(k)), "intercept": beta[0], "se_intercept": se[0], "coef": name(beta[1:]), "se": name(se[1:]),
            "beta_std": name(beta[1:] * sd(X0) / sd(Y)), "lmg": name(lmg), "johnson": name(johnson), "performance": name(avg(X0))}


def do_suppression(s, e):
    y = measure(s.data, e["y"])
    rules = e["rules"]
    text = s.data.text(e["by"])
    units = []
    for n in sorted({t for t in text if t != ""}):
        f = figure(s, mean(s, y, np.array([t == n for t in text])))
        lo, hi, ne = interval("kg", rules["level"], f) if f["n"] else (None,) * 3
        census = lo is not None and ne is None
        if f["n"] < rules["min_n"]:
            st = "suppress"
        elif lo is None or hi - lo > rules["max_width"] or (not census and ne < rules["min_n_eff"]):
            st = "caution"
        else:
            st = "publish"
        units.append({"unit": n, "n": f["n"], "n_eff": ne, "width": None if lo is None else hi - lo, "status": st})
    return {"cells": units}


def do_sample_size(data, e):
    out = []
    z = stats.norm.ppf
    for r in data.rows:
        v = {k: number(r.get(k)) for k in r}
        N, deff, rr = v.get("N"), v.get("deff") or 1.0, v.get("response_rate") or 1.0
        two = z(1 - (1 - v["level"]) / 2) if v.get("level") else None
        if r["type"] == "yamane":
            n = N / (1 + N * v["e"] ** 2)
        else:
            if r["type"] == "prop":
                n0 = deff * two**2 * v["p"] * (1 - v["p"]) / v["e"] ** 2
            elif r["type"] == "mean":
                n0 = deff * two**2 * v["s2"] / v["e"] ** 2
            else:
                p, q = v["p"], v["p1"]
                n0 = deff * ((z(v["level"]) * math.sqrt(p * (1 - p)) + z(e["power"]) * math.sqrt(q * (1 - q))) / (q - p)) ** 2
            n = n0 if N is None else n0 / (1 + n0 / N) if r["type"] == "mean" else n0 / (1 + (n0 - 1) / N)
        need = math.ceil(n - 1e-9)
        invite = math.ceil(need / rr - 1e-9)
        out.append({"row": int(v["row"]), "n_raw": n, "n": need, "n_invite": invite if N is None else min(int(N), invite)})
    return {"rows": out}


KINDS = {"mean": do_mean, "total": do_total, "ratio": do_ratio, "composite": do_composite, "diff": do_diff, "trim": do_trim,
         "alpha": do_alpha, "ranking": do_ranking, "drivers": do_drivers, "suppression": do_suppression,
         "weights": lambda s, e: describe(s.w)}


def nice(x):
    if isinstance(x, dict):
        return {k: nice(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [nice(v) for v in x]
    if isinstance(x, (float, np.floating)):
        return None if math.isnan(x) else float(x)
    if isinstance(x, np.integer):
        return int(x)
    return x


def run(folder):
    spec = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
    data = Data(folder / spec["data"]["file"])
    results = {}
    for a in spec["analyses"]:
        s = None if a["design"] is None else Sample(data, a)
        results[a["id"]] = {e["key"]: nice(do_sample_size(data, e) if e["kind"] == "sample_size" else KINDS[e["kind"]](s, e)) for e in a["estimands"]}
    return {"schema": "svy-ref/1", "id": spec["id"], "made_with": {"numpy": np.__version__}, "results": results}


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        text = json.dumps(run(folder), ensure_ascii=False, indent=1)
        (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
