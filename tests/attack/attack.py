#!/usr/bin/env python3
"""Attacks everything that is shown of four campaigns and of their periods together with linear programs.

    attack.py SIPAS                    attacks what the program SIPAS shows; exit code 1: something was given away
    attack.py SIPAS --self-test        with one hidden cell given away on purpose, which the attack must find
    attack.py SIPAS --provinces 5      that many provinces of other sizes and with other answers
    attack.py SIPAS --whole-numbers 5  solves in whole numbers, too, for so many seconds each; tells how much that gives

What is held (docs/security.md, D-02 and D-06): an attacker with linear programs, who is given every page and file together, narrows no
hidden count below k. The reading of that sentence here:

- A *group* is the people of some units and some campaigns who answered one criterion. Groups tried: what every unit holds in every
  campaign, every cell that some report hides, the same less what another report shows of it, and what is left of every shown cell
  without the shown ones right below it.
- A *hidden count* is how many of such a group, of 1 to k - 1 people, are satisfied. It is minimised and maximised over all answers that
  show the same figures. It is given away where no more than one whole number lies between the two: a count is whole, so that
  2.2 to 3.7 gives it away as 3 to 3 does. Groups of k people or more may be known. What is left of a whole is a group like any other: if
  fewer than k were left, and could be worked out, that would be found.
- Where k people or more all agree and a report says so (the equations alone give the count of a group that is everybody or
  nobody), each of them is known. Reports of citizens' answers show that on purpose; such groups are counted ("unanimous")
  and are no failure. Whoever has to combine bounds for it has worked it out, and that is one.

What the attacker has: JSON and CSV of each campaign and each period, JSON of each cut to each unit, the series with its cuts, what is
published, and answers and population by unit (API, `counts:read`). Of these he takes whatever is linear in the answers by campaign,
unit, criterion and option: counts by option, n, asked, shares and means with weights population / answers (of units weighted together
theirs), and that nobody
answers less than nothing. He does not know how many of a hidden cell answered "don't know". With `--granted` he does, and then
takes the means of several shares (part, index) as well. Nobody uses standard errors, effective sizes and design effects (no linear
equations), the index of those without help (of other people), or single answer sheets (`sipas export`, which says of itself what it
tells). Pages and charts show these same figures, rounded (the tests D-01 hold them to the JSON).

The truth comes from the rows of the database, past the program. It is not trusted: every equation is held to it, and every
interval must hold it.
"""

import argparse
import csv
import io
import itertools
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import requests
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix

ROOT = Path(__file__).resolve().parents[2]
K = 10
PASSWORD = "bốn con voi qua sông"
SERIES = "sipas/pulse"
CAMPAIGNS = {
    "quy-1": ("2025-02-03", "2025-02-15"),
    "quy-2": ("2025-05-05", "2025-05-17"),
    "quy-3": ("2025-08-04", "2025-08-16"),
    "quy-4": ("2025-11-03", "2025-11-15"),
}
PERIODS = ["2025-q1", "2025-q2", "2025-q3", "2025-q4", "2025-6m", "2025-9m", "2025"]
ITEMS = ["access.seats", "procedures.papers", "staff.polite", "results.on-time", "feedback.channels"]
OPTIONS = ["1", "2", "3", "4", "5", "na", "blank"]
ANSWERS, SATISFIED = OPTIONS[:5], ["4", "5"]

# Units of three levels: a province, three districts, eight communes. A district may have a counter of its own.
TREE = {"t": None, "h1": "t", "h2": "t", "h3": "t"}
TREE |= {f"h1x{n}": "h1" for n in (1, 2, 3)} | {f"h2x{n}": "h2" for n in (1, 2, 3)} | {f"h3x{n}": "h3" for n in (1, 2)}
KINDS = {1: "province", 2: "district", 4: "commune"}


# What an answer stands for: anything from 1 to 1,000 times as much as another, at most three times, or all the same.
WEIGHTS = [(3, 1500), (20, 60), (20, 20)]


def sizes(seed):
    """Sheets and populations by campaign and unit that holds them: about half of the communes are small."""
    draw = random.Random(seed)
    holders = [unit for unit in TREE if "x" in unit] + ["h3"]
    small = set(draw.sample(holders, 5))
    sheets = {
        (slug, unit): draw.randint(2, 12) if unit in small else draw.randint(11, 40)
        for slug in CAMPAIGNS
        for unit in holders
    }
    # Nobody answered somewhere once.
    sheets[draw.choice(list(CAMPAIGNS)), draw.choice(sorted(small))] = 0
    least, most = WEIGHTS[(seed - 1) % len(WEIGHTS)]
    population = {}
    for key, n in sheets.items():
        # Populations of about one size make weights of small samples large; some units weigh the same.
        wanted = 20 if draw.random() < 0.4 else draw.randint(200, 3000) // max(n, 1)
        population[key] = max(n, 1) * min(max(wanted, least), most)
    return sheets, population


def province(sheets, population):
    """The file for `sipas apply`."""
    lines = []
    for unit, parent in TREE.items():
        kind = KINDS[1 if parent is None else 4 if "x" in unit else 2]
        lines += ["[[unit]]", f'code = "{unit}"', f'name = "Don vi {unit}"', f'kind = "{kind}"']
        lines += [f'parent = "{parent}"'] if parent else []
    for slug, (opens, closes) in CAMPAIGNS.items():
        lines += ["[[campaign]]", f'slug = "{slug}"', 'definition = "sipas"', 'version = "2026.1"', 'form = "pulse"']
        lines += [f'title = {{ vi = "{slug}", en = "{slug}" }}', f"minimum_answers = {K}", "demonstration = true"]
        lines += [f"opens = {opens}T00:00:00+07:00", f"closes = {closes}T00:00:00+07:00"]
        for (own, unit), n in sheets.items():
            if own == slug:
                lines += ["[[campaign.stratum]]", f'unit = "{unit}"', f"population = {population[own, unit]}"]
                lines += [f"sample = {n}"] if n else []
                # A counter where nobody answers is none, so that nobody is invented there.
                if n:
                    lines += ["[[campaign.counter]]", f'code = "{slug}-{unit}"', f'unit = "{unit}"', f'name = "{unit}"']
                    lines += ["public = true"]
    return "\n".join(lines) + "\n"


class Program:
    """The program with a database of its own."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, Path(folder)
        own = {name: value for name, value in os.environ.items() if not name.startswith("SIPAS_")}
        self.variables = own | {
            "SIPAS_LANG": "en",
            "SIPAS_SECRET": "a key for tests alone, long enough to be taken",
            "SIPAS_DATABASE_URL": f"sqlite:{self.folder}/sipas.db",
            "SIPAS_LISTEN": "127.0.0.1:0",
        }

    def run(self, *args, said=None):
        done = subprocess.run(
            [self.binary, *args], env=self.variables, cwd=ROOT, input=said, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"sipas {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def serve(self):
        log = open(self.folder / "log", "w")
        server = subprocess.Popen(
            [self.binary, "serve"], env=self.variables, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
        )
        for line in server.stdout:
            if line.startswith("listening\t"):
                return server, line.split("\t")[1].strip().rstrip("/")
        sys.exit("the server does not listen:\n" + (self.folder / "log").read_text())


def truth(folder):
    """Answers by campaign, unit, item and option, from the rows of the database: a byte for each question, as
    src/questionnaire/answers.rs packs them."""
    db = sqlite3.connect(f"file:{folder}/sipas.db?mode=ro", uri=True)
    rows = db.execute(
        "SELECT c.slug, p.unit, r.answers FROM response r JOIN place p ON p.number = r.place"
        " JOIN campaign c ON c.number = r.campaign"
    )
    counted = defaultdict(int)
    for slug, unit, answers in rows:
        for item, byte in zip(ITEMS, answers):
            counted[slug, unit, item, "blank" if byte == 255 else OPTIONS[byte - 1]] += 1
    db.close()
    return counted


class Files:
    """Everything that a manager can download, and the public."""

    def __init__(self, program, url):
        self.url, self.got = url, 0
        program.run("user", "add", "lan", "--role", "manager", said=PASSWORD)
        self.staff, self.public = requests.Session(), requests.Session()
        self.ask(self.staff, "/admin/login", {"name": "lan", "password": PASSWORD})
        self.program, self.token = program, None

    def ask(self, who, path, form=None, want=(200,), **headers):
        self.got += 1
        origin = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"} | headers
        answer = who.request("POST" if form else "GET", self.url + path, data=form, headers=origin, timeout=120)
        if answer.status_code not in want:
            sys.exit(f"{path}: {answer.status_code}\n{answer.text[:2000]}")
        return answer

    def json(self, path):
        return self.ask(self.staff, path).json()

    def csv(self, who, path):
        text = self.ask(who, path, **{"Accept-Language": "en"}).content.decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def counts(self, slug):
        if not self.token:
            make = ["user", "token", "make", "lan", "--name", "x", "--days", "1", "--scope", "counts:read"]
            self.token = re.search(r"sipas_[0-9a-z]{39}", self.program.run(*make))[0]
        return self.ask(self.public, f"/api/v1/campaigns/{slug}/counts", Authorization=f"Bearer {self.token}").json()

    def publish(self, slug):
        path = f"/admin/campaigns/{slug}/cong-bo"
        page = self.ask(self.staff, path).text
        form = {"do": "publish", "fingerprint": re.search(r'name="fingerprint" value="([^"]+)', page)[1]}
        self.ask(self.staff, path, form | {"confirm": "công bố"})
        return self.ask(self.public, f"/ket-qua/{slug}/du-lieu.json").json()


class Known:
    """What is shown, as sums over answers: what by (campaigns, unit, level, id, kind of number)."""

    def __init__(self):
        self.values, self.hidden = {}, set()

    def of_campaigns(self):
        """What is shown of single campaigns, without periods of several."""
        alone = Known()
        alone.values = {key: value for key, value in self.values.items() if len(key[0]) == 1}
        alone.hidden = {key for key in self.hidden if len(key[0]) == 1}
        return alone

    def tell(self, campaigns, unit, level, name, kind, value):
        if value is None or value == "":
            return
        key, value = (campaigns, unit, level, name, kind), float(value)
        if abs(self.values.setdefault(key, value) - value) > 1e-12:
            sys.exit(f"two files differ in {key}: {self.values[key]} and {value}")

    def estimate(self, campaigns, unit, level, name, estimate, before=None):
        if estimate.get("publish") == "suppress":
            self.hidden.add((campaigns, unit, level, name))
        for kind in ("n", "estimate"):
            self.tell(campaigns, unit, level, name, kind, estimate.get(kind))
        change = estimate.get("change") or {}
        if before:
            self.tell(before, unit, level, name, "estimate", change.get("previous"))

    def result(self, campaigns, unit, result, before=None):
        self.estimate(campaigns, unit, "index", "", result["index"], before)
        for part in result["parts"]:
            self.estimate(campaigns, unit, "index", "", part["estimate"], before)
        for dimension in result["dimensions"]:
            criteria = dimension["criteria"]
            assert len(criteria) == 1, "the form asks one criterion of each dimension"
            for criterion in criteria:
                name = criterion["id"]
                self.estimate(campaigns, unit, "criterion", name, dimension["estimate"], before)
                self.estimate(campaigns, unit, "criterion", name, criterion["estimate"], before)
                self.tell(campaigns, unit, "criterion", name, "asked", criterion["asked"])
                self.tell(campaigns, unit, "criterion", name, "mean", criterion["mean"].get("estimate"))
                for option, n in criterion["counts"].items():
                    self.tell(campaigns, unit, "criterion", name, option, n)

    def report(self, campaigns, report, before=None, only=""):
        self.result(campaigns, only, report["total"], before)
        for unit in report["units"]:
            self.result(campaigns, unit["code"], unit, before)
        for ranking in report["rankings"]:
            for unit in ranking["units"]:
                self.tell(campaigns, unit["code"], "index", "", "estimate", unit["estimate"])

    def table(self, campaigns, rows):
        for row in rows:
            level = "index" if row["level"] == "part" else row["level"]
            if level not in ("index", "criterion"):
                continue
            name = row["id"] if level == "criterion" else ""
            for kind in ("n", "estimate", "asked", "mean"):
                self.tell(campaigns, row["unit"], level, name, kind, row[kind])
            for column, value in row.items():
                if column.startswith("count_"):
                    self.tell(campaigns, row["unit"], level, name, column[len("count_") :], value)

    def series(self, series, only=""):
        slugs = [(campaign["slug"],) for campaign in series["campaigns"]]
        lines = [(only, line["level"], line["id"], line["points"]) for line in series["lines"]]
        lines += [(line["code"], "index", "", line["points"]) for line in series["units"]]
        for unit, level, name, points in lines:
            if level in ("index", "criterion"):
                for at, point in enumerate(points):
                    before = slugs[at - 1] if at else None
                    name = "" if level == "index" else name
                    self.estimate(slugs[at], unit, level, name, point["figure"] or {}, before)


def everything(files, units):
    """Downloads all files; gives what they tell, the campaigns of each period, and answers and population of what each unit
    holds."""
    known, periods, strata = Known(), {}, {}
    for slug in CAMPAIGNS:
        told = {unit["code"]: unit for unit in files.counts(slug)["units"]}
        for unit in told:
            below = [other for other in told if TREE[other] == unit]
            answers, population = (
                (told[unit][what] or 0) - sum(told[other][what] or 0 for other in below)
                for what in ("answers", "population")
            )
            if answers:
                strata[slug, unit] = (answers, population)
        base = f"/admin/campaigns/{slug}/report"
        known.report((slug,), files.json(f"{base}.json"))
        known.table((slug,), files.csv(files.staff, f"{base}.csv?lang=en"))
        for unit in units:
            known.report((slug,), files.json(f"{base}.json?unit={unit}"), only=unit)
    for code in PERIODS:
        base = f"/admin/periods/{SERIES}/{code}/report"
        report = files.json(f"{base}.json")
        own = periods[code] = tuple(part["slug"] for part in report["period"]["campaigns"])
        # What a quarter is compared with is the quarter before; that of the others is another year's.
        before = periods.get(f"2025-q{int(code[-1]) - 1}") if "-q" in code else None
        known.report(own, report, before)
        known.table(own, files.csv(files.staff, f"{base}.csv?lang=en"))
        for unit in units:
            known.report(own, files.json(f"{base}.json?unit={unit}"), before, only=unit)
    known.series(files.json(f"/admin/series/{SERIES}/series.json"))
    for unit in units:
        known.series(files.json(f"/admin/series/{SERIES}/series.json?unit={unit}"), only=unit)
    for slug in CAMPAIGNS:
        known.report((slug,), files.publish(slug))
        known.table((slug,), files.csv(files.public, f"/ket-qua/{slug}/du-lieu.csv?lang=en"))
    return known, periods, strata


class Attack:
    """The figures as equations over answers by campaign, unit, criterion and option."""

    def __init__(self, known, periods, strata, answers, granted):
        self.known, self.answers, self.granted = known, answers, granted
        self.sheets = {key: sheets for key, (sheets, _) in strata.items()}
        self.weights, self.together = {}, []
        for slug in CAMPAIGNS:
            own = {unit: of for (campaign, unit), of in strata.items() if campaign == slug}
            for together, sheets, population in blocks(own):
                self.weights |= {(slug, unit): population / sheets for unit in together}
                self.together.append([(slug, unit) for unit in together])
        self.at = {key: at for at, key in enumerate(itertools.product(self.sheets, ITEMS, OPTIONS))}
        self.truth = np.array([float(answers[*cell, item, option]) for cell, item, option in self.at])
        self.n = {
            (cell, item): sum(answers[*cell, item, option] for option in ANSWERS)
            for cell, item in itertools.product(self.sheets, ITEMS)
        }
        self.rows = {}
        for cell, item in itertools.product(self.sheets, ITEMS):
            self.add({self.at[cell, item, option]: 1.0 for option in OPTIONS}, self.sheets[cell], "sheets")
            if granted:
                self.add({self.at[cell, item, option]: 1.0 for option in ANSWERS}, self.n[cell, item], "granted")
        for (campaigns, unit, level, name, kind), value in known.values.items():
            self.figure(self.inside(campaigns, unit), level, name, kind, value)
        self.periods = list(dict.fromkeys([*((slug,) for slug in CAMPAIGNS), *periods.values()]))
        self.solve()

    def inside(self, campaigns, unit):
        """The strata of a place; the whole is the unit without a name."""
        return [(slug, own) for slug, own in self.sheets if slug in campaigns and within(own, unit)]

    def add(self, row, right, name):
        # Each once: a row is scaled so that its largest factor is 1.
        scale = max(abs(value) for value in row.values())
        row = {at: value / scale for at, value in row.items() if value}
        once = tuple((at, round(value, 12)) for at, value in sorted(row.items()))
        self.rows.setdefault(once, (row, right / scale, name))

    def figure(self, strata, level, name, kind, value):
        if level == "criterion" and kind in ("estimate", "mean"):
            # Sum of weight × (worth - value) over the answers.
            worth = {code: float(code in SATISFIED) if kind == "estimate" else float(code) for code in ANSWERS}
            row = {
                self.at[cell, name, option]: self.weights[cell] * (points - value)
                for cell, (option, points) in itertools.product(strata, worth.items())
            }
            self.add(row, 0.0, (strata, name, kind))
        elif level == "criterion":
            options = {"asked": OPTIONS, "n": ANSWERS}.get(kind, [kind])
            row = {self.at[cell, name, option]: 1.0 for cell, option in itertools.product(strata, options)}
            self.add(row, value, (strata, name, kind))
        elif self.granted and kind == "estimate":
            # A mean of shares: linear only for who knows how many answered each criterion.
            row = {}
            for item in ITEMS:
                whole = sum(self.weights[cell] * self.n[cell, item] for cell in strata)
                for cell, option in itertools.product(strata, SATISFIED):
                    row[self.at[cell, item, option]] = self.weights[cell] / whole / len(ITEMS)
            self.add(row, value, (strata, "index", kind))

    def solve(self):
        """The equations as a matrix, held to the truth, and what follows from them alone."""
        rows = self.rows.values()
        entries = [(at, column, value) for at, (row, *_) in enumerate(rows) for column, value in row.items()]
        lines, columns, values = zip(*entries)
        self.matrix = csr_matrix((values, (lines, columns)), shape=(len(rows), len(self.at)))
        self.right = np.array([right for _, right, _ in rows])
        wrong = np.abs(self.matrix @ self.truth - self.right)
        if wrong.max() > 1e-9:
            sys.exit(f"the truth does not fit: {list(rows)[int(wrong.argmax())][1:]}, by {wrong.max()}")
        # A basis of all differences between two sets of answers that show the same figures.
        values, vectors = np.linalg.eigh((self.matrix.T @ self.matrix).toarray())
        self.free = vectors[:, values < 1e-10 * values[-1]].T

    def reveal(self, strata, item):
        """Adds what somebody might have been told: the counts of a group."""
        for option in OPTIONS:
            row = {self.at[cell, item, option]: 1.0 for cell in strata}
            self.add(row, sum(self.answers[*cell, item, option] for cell in strata), "revealed")

    def count(self, strata, item):
        """How many of a group are satisfied, as a combination of unknowns."""
        target = np.zeros(len(self.at))
        for cell, option in itertools.product(strata, SATISFIED):
            target[self.at[cell, item, option]] = 1.0
        return target

    def size(self, strata, item):
        return sum(self.n[cell, item] for cell in strata)

    def follows(self, target):
        """Whether the equations alone give a combination."""
        return len(self.free) == 0 or np.abs(self.free @ target).max() < 1e-6

    def interval(self, target):
        """The least and the most that a combination may be."""
        ends = []
        tight = {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
        for sign in (1.0, -1.0):
            program = {"A_eq": self.matrix, "b_eq": self.right, "bounds": (0, None)}
            done = linprog(sign * target, **program, method="highs", options=tight)
            if done.status != 0:
                sys.exit(f"no solution: {done.message}")
            ends.append(sign * done.fun)
        return tuple(ends)

    def whole(self, target, seconds):
        """The same over whole numbers; `None` where it takes too long."""
        ends = []
        for sign in (1.0, -1.0):
            rows = LinearConstraint(1e3 * self.matrix, 1e3 * self.right - 1e-7, 1e3 * self.right + 1e-7)
            limit = {"time_limit": seconds}
            done = milp(sign * target, constraints=rows, integrality=np.ones(len(target)), options=limit)
            if done.status != 0:
                return None
            ends.append(sign * done.fun)
        return tuple(ends)

    def groups(self):
        """Groups to be tried: (strata, criterion), each once, of any size, with what they are."""
        found = {}

        def group(strata, item, what):
            strata = tuple(cell for cell in strata if self.n[cell, item])
            if strata:
                found.setdefault((strata, item), what)

        def is_hidden(campaigns, unit, item):
            return (campaigns, unit, "criterion", item) in self.known.hidden

        for campaigns, unit, item in itertools.product(self.periods, ["", *TREE], ITEMS):
            strata = self.inside(campaigns, unit)
            if is_hidden(campaigns, unit, item):
                group(strata, item, "hidden cell")
                for other in self.periods:
                    if set(other) < set(campaigns) and not is_hidden(other, unit, item):
                        less = self.inside(other, unit)
                        group([cell for cell in strata if cell not in less], item, "hidden cell less a shown report")
            else:
                below = [below for below in TREE if (TREE[below] or "") == unit]
                shown = [self.inside(campaigns, below) for below in below if not is_hidden(campaigns, below, item)]
                left = [cell for cell in strata if not any(cell in below for below in shown)]
                group(left, item, "what is left of a shown cell")
        for cell, item in self.n:
            group([cell], item, "unit in a campaign")
        for together, item in itertools.product(self.together, ITEMS):
            group(together, item, "units weighted together")
        return found


def within(unit, above):
    while unit is not None:
        if unit == above:
            return True
        unit = TREE[unit]
    return above == ""


def blocks(own, place=""):
    """Units whose sheets have one weight, with how many sheets and what they stand for, below a place: docs/method.md, 11, 1. `own`
    are sheets and population by unit."""
    inside = [(-1, ([unit], *of)) for unit, of in own.items() if unit == place]
    for unit, parent in TREE.items():
        if (parent or "") == place:
            below = blocks(own, unit)
            inside += [(sum(block[1] for block in below), block) for block in below]
    few = sorted((block for _, block in inside if block[1] < K), key=lambda block: (block[2] / block[1], block[1], block[0]))
    enough = [block for _, block in sorted(inside, key=lambda own: (own[0], own[1][1])) if block[1] >= K]
    together = lambda a, b: (a[0] + b[0], a[1] + b[1], a[2] + b[2])
    made, left = [], ([], 0, 0)
    for block in few:
        left = together(left, block)
        if left[1] >= K:
            made, left = [*made, left], ([], 0, 0)
    if left[1]:
        if made:
            made[-1] = together(made[-1], left)
        else:
            made = [together(left, enough.pop(0)) if enough else left]
    return enough + made


def numbers(least, most):
    """How many whole numbers lie in an interval."""
    return int(np.floor(most + 1e-6) - np.ceil(least - 1e-6)) + 1


def attack(made, whole=0):
    """Tries every group of fewer than k."""
    groups = made.groups()
    satisfied = {group: round(float(made.count(*group) @ made.truth)) for group in groups}
    agreeing = [
        (set(strata), item)
        for strata, item in groups
        if made.size(strata, item) >= K
        and satisfied[strata, item] in (0, made.size(strata, item))
        and made.follows(made.count(strata, item))
    ]
    found = {"tried": 0, "given": [], "unanimous": 0, "narrowest": None, "whole": 0, "unsolved": 0}
    for (strata, item), what in groups.items():
        n, real = made.size(strata, item), satisfied[strata, item]
        if n >= K:
            continue
        found["tried"] += 1
        target = made.count(strata, item)
        least, most = made.interval(target)
        if not least - 1e-6 <= real <= most + 1e-6:
            sys.exit(f"{strata} {item}: the truth, {real}, is not within {least} to {most}")
        if numbers(least, most) <= 1:
            if any(item == other and set(strata) <= around for around, other in agreeing):
                found["unanimous"] += 1
            else:
                how = "equations" if made.follows(target) else "bounds"
                found["given"].append((strata, item, what, n, real, least, most, how))
            continue
        if found["narrowest"] is None or most - least < found["narrowest"][0]:
            found["narrowest"] = (most - least, strata, item, n, least, most)
        if whole:
            ends = made.whole(target, whole)
            # Not within its ends is not solved: a solver of whole numbers rounds.
            solved = ends is not None and ends[0] - 1e-6 <= real <= ends[1] + 1e-6
            found["unsolved"] += not solved
            found["whole"] += solved and numbers(*ends) <= 1
    return found


def made_up(binary, seed, folder):
    """A province with its answers; gives what is shown and what is true."""
    program = Program(binary, folder)
    sheets, population = sizes(seed)
    file = Path(folder, "province.toml")
    file.write_text(province(sheets, population))
    program.run("apply", str(file))
    for at, slug in enumerate(CAMPAIGNS):
        n = sum(n for (own, _), n in sheets.items() if own == slug)
        program.run("simulate", slug, "--responses", str(n), "--seed", str(100 * seed + at))
    answers = truth(folder)
    server, url = program.serve()
    try:
        files = Files(program, url)
        return files, *everything(files, list(TREE)), answers
    finally:
        server.terminate()
        server.wait()


def named(strata):
    return " + ".join(f"{unit} in {slug}" for slug, unit in strata)


def tell(made, found, seconds):
    print(f"  {len(made.sheets)} units in campaigns, {len(made.at)} unknowns, {len(made.right)} equations")
    print(f"  {len(made.known.hidden)} hidden cells; {found['tried']} groups of fewer than {K}, "
          f"{found['unanimous']} of them unanimous, {len(found['given'])} given away; {seconds:.0f} s")
    if found["narrowest"]:
        _, strata, item, n, least, most = found["narrowest"]
        print(f"  narrowest of the others: {named(strata)}, {item}, {n} people: {least:.3f} to {most:.3f} satisfied")


def self_test(made):
    """Gives away a hidden cell by its parent and all siblings; whether the attack finds it, and did not without."""
    for (strata, item), n in sorted(made.n.items()):
        slug, unit = strata
        above = TREE[unit]
        cell = ((slug,), unit, "criterion", item)
        if not 0 < n < K or cell not in made.known.hidden or len(made.inside((slug,), above)) < 3:
            continue
        target = made.count([strata], item)
        before = made.interval(target)
        if numbers(*before) <= 1:
            continue
        whole = made.inside((slug,), above)
        made.reveal(whole, item)
        for other in whole:
            if other != strata:
                made.reveal([other], item)
        made.solve()
        after, real = made.interval(target), round(float(target @ made.truth))
        print(f"  {named([strata])}, {item}, {n} people, {real} of them satisfied: "
              f"{before[0]:.3f} to {before[1]:.3f} before, {after[0]:.3f} to {after[1]:.3f} with {above} and all others in it")
        return numbers(*after) == 1 and made.follows(target) and abs(after[0] - real) < 1e-6
    sys.exit("no hidden cell is left to be given away")


def main():
    plain = argparse.RawDescriptionHelpFormatter
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parse.add_argument("sipas")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--provinces", type=int, default=1)
    parse.add_argument("--granted", action="store_true")
    parse.add_argument("--self-test", action="store_true")
    parse.add_argument("--whole-numbers", type=float, default=0, metavar="SECONDS")
    asked = parse.parse_args()
    failed = False
    for seed in range(asked.seed, asked.seed + asked.provinces):
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            files, known, periods, strata, answers = made_up(os.path.abspath(asked.sipas), seed, folder)
        weights, took = WEIGHTS[(seed - 1) % len(WEIGHTS)], time.monotonic() - start
        print(f"province {seed} (weights {weights}): {files.got} files, {len(known.values)} figures, {took:.0f} s")
        if asked.self_test:
            good = self_test(Attack(known, periods, strata, answers, asked.granted))
            print("  found" if good else "  NOT FOUND")
            failed |= not good
            continue
        ways = {"the campaigns' own reports alone": (known.of_campaigns(), {}), "all together": (known, periods)}
        for name, (shown, over) in ways.items():
            start = time.monotonic()
            made = Attack(shown, over, strata, answers, asked.granted)
            found = attack(made, asked.whole_numbers)
            print(f" {name}:")
            tell(made, found, time.monotonic() - start)
            if asked.whole_numbers:
                print(f"  in whole numbers {found['whole']} more; {found['unsolved']} took too long")
        for strata, item, what, n, real, least, most, how in found["given"]:
            print(f"  GIVEN AWAY: {named(strata)} ({what}), {item}: {real} of {n} satisfied; "
                  f"{least:.3f} to {most:.3f}, by {how}")
        failed |= bool(found["given"])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
