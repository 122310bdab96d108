#!/usr/bin/env python3
"""Quantiles of Student's t and of the beta distribution to 20 digits, for the tests of src/statistics/quantile.rs.

    pip install mpmath
    python3 tests/statistics-references/quantiles.py > tests/statistics-references/quantiles.csv

The ranges are those that samples of up to 10^7 answers bring: t with 1 to 10^7 degrees of freedom; beta with the shapes
of Korn and Graubard's interval (n*p and n*(1-p) + 1, for effective sizes n from 2 to 10^7 and shares p from 10^-4 to
1 - 10^-4). The levels are 0.5 to 0.9999, so tails down to 5*10^-5. Beta has large shapes beside, up to 10^15, as a variance
near zero brings them.

Columns: kind, p, a (or the degrees of freedom), b, the quantile, and its distance from 1 for beta, because near 1 the
quantile itself shows nothing of it. p, a and b are printed so that reading them gives the very same doubles.

The quantile is the root of the distribution function for the smaller of the two tails: for beta a series of positive
terms, for t mpmath's incomplete beta function or, for many degrees of freedom, an integral of the density.
"""
from mpmath import betainc, erfinv, exp, log, loggamma, mp, mpf, quad, sqrt, workdps

mp.dps = 32

TAILS = [0.25, 0.1, 0.05, 0.025, 0.005, 0.0005, 5e-05]


def log_density(a, b, x):
    return loggamma(a + b) - loggamma(a) - loggamma(b) + (a - 1) * log(x) + (b - 1) * log(1 - x)


def lower_tail(a, b, x):
    """I_x(a, b) = x^a (1-x)^b / (a B(a, b)) * sum of (a+b)_n / (a+1)_n x^n: all terms are positive."""
    term = total = mpf(1)
    n = 0
    while term > total * mpf(10) ** -(mp.dps - 2) or (a + b + n) * x > a + 1 + n:
        term *= (a + b + n) / (a + 1 + n) * x
        total += term
        n += 1
    return exp(log_density(a, b, x)) * x * (1 - x) / a * total


def root(function, slope, start):
    """Newton's method from a start that is near."""
    x = start
    for _ in range(200):
        step = function(x) / slope(x)
        # Never leave the positive half.
        new = x - step if x - step > 0 else x / 2
        if abs(new - x) <= abs(x) * mpf(10) ** -26:
            return new
        x = new
    raise ArithmeticError("no root")


def normal(tail):
    """The standard normal quantile of 1 - tail."""
    return sqrt(mpf(2)) * erfinv(1 - 2 * mpf(tail))


def t_tail(x, nu):
    """P(T >= x) with nu degrees of freedom, x > 0: half of I_{nu/(nu+x^2)}(nu/2, 1/2)."""
    if nu < 2000:
        return betainc(mpf(nu) / 2, mpf(1) / 2, 0, nu / (nu + x * x), regularized=True) / 2
    f = t_density(nu)
    return quad(f, [x + k for k in (0, 1, 2, 4, 7, 11, 16, 25)])


def t_density(nu):
    front = loggamma(mpf(nu + 1) / 2) - loggamma(mpf(nu) / 2) - log(nu * mp.pi) / 2
    return lambda x: exp(front - mpf(nu + 1) / 2 * log(1 + x * x / nu))


def t_quantile(tail, nu):
    f = t_density(nu)
    z = normal(tail)
    start = z + (z**3 + z) / (4 * nu)
    if nu < 30:
        # The tail of a power law, from below: Newton's method then climbs without leaving.
        start = max(mpf(start), mpf("0.1"))
    return root(lambda x: tail - t_tail(x, nu), f, start)


def beta_quantile(tail, a, b):
    """x with I_x(a, b) = tail, by Newton's method for ln I in ln x: ln I is concave and grows, so that every step but
    the first comes from below and stays there."""
    z = -normal(tail)
    n, share = a + b, a / (a + b)
    middle = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    u = log((middle + spread) / (1 + z * z / n))
    for _ in range(500):
        x = exp(u)
        lower = lower_tail(a, b, x)
        step = log(lower / tail) * lower / (exp(log_density(a, b, x)) * x)
        u -= step
        # The error after a step is about its square, times n at most.
        if abs(step) <= mpf(10) ** -14 * min(1, a):
            return exp(u)
    raise ArithmeticError("no root")


def large_beta_quantile(tail, a, b):
    """As beta_quantile, for large shapes: the log-odds are then nearly normal, with variance 1/a + 1/b."""
    with workdps(60):
        a, b = mpf(a), mpf(b)
        norm = loggamma(a + b) - loggamma(a) - loggamma(b)
        density = lambda u: exp(norm + a * u - (a + b) * log(1 + exp(u)))
        deviation = sqrt(1 / a + 1 / b)
        # From 14 deviations below, where what is left out is 10^-28 of the tail.
        below = lambda u: quad(density, [u - k * deviation for k in (14, 11, 7, 4, 2, 1, 0)])
        u = log(a / b) - normal(tail) * deviation
        for _ in range(100):
            step = (below(u) - tail) / density(u)
            u -= step
            if abs(step) <= deviation * mpf(10) ** -24:
                return 1 / (1 + exp(-u))
    raise ArithmeticError("no root")


def main():
    print("kind,p,a,b,quantile,from_one")
    shown = lambda value: mp.nstr(value, 20, min_fixed=0, max_fixed=0)
    for nu in [1, 2, 3, 4, 5, 7, 10, 19, 30, 59, 100, 179, 499, 1000, 4999, 12345, 10**5, 10**6, 10**7]:
        for tail in TAILS:
            # The upper tail is given by p, which is what callers have: 1 - p is exact for these.
            p = 1 - tail
            print(f"t,{p!r},{nu},,{shown(t_quantile(1 - mpf(p), nu))},")
    for n in [2.0, 3.5, 8.0, 20.25, 36.0, 100.0, 385.7, 1100.0, 12500.5, 1e5, 1e7]:
        for share in [0.0001, 0.02, 0.3, 0.5, 0.8, 0.95, 0.9999]:
            for tail in [0.25, 0.025, 5e-05]:
                # The lower limit, and the upper one.
                for p, a, b in [(tail, n * share, n * (1 - share) + 1), (1 - tail, n * share + 1, n * (1 - share))]:
                    if n >= 1e5 and max(a, b) / n > 0.999 and (p < 0.5) == (a > b):
                        continue  # The series would take hours; smaller samples have this tail.
                    if p < 0.5:
                        x = beta_quantile(mpf(p), mpf(a), mpf(b))
                        y = 1 - x
                    else:
                        y = beta_quantile(1 - mpf(p), mpf(b), mpf(a))
                        x = 1 - y
                    # What is below the least double is 0 for everybody.
                    if x < mpf(10) ** -290:
                        continue
                    print(f"beta,{p!r},{a!r},{b!r},{shown(x)},{shown(y)}")
    # Either side of shapes of 10^8, equal and very unequal.
    for a, b in [(9e7, 9e7), (9e7, 4e9), (1.1e8, 1.1e8), (3e8, 1.1e8), (2e8, 1e15), (1e12, 3e8), (1e12, 7e12), (1e15, 1e15)]:
        for tail in [0.25, 0.025, 5e-05]:
            x = large_beta_quantile(mpf(tail), a, b)
            print(f"beta,{tail!r},{a!r},{b!r},{shown(x)},{shown(1 - x)}")
            p = 1 - tail
            y = large_beta_quantile(1 - mpf(p), b, a)
            print(f"beta,{p!r},{a!r},{b!r},{shown(1 - y)},{shown(y)}")


main()
