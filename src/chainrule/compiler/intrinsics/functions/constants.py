"""The numbers in the forms of functions, for float32 and for float64.

The polynomials are minimax fits (Remez exchange in 50 digits), rounded.
"""

from typing import NamedTuple

from chainrule.compiler.intrinsics.functions.bits import DOUBLE, SINGLE, polynomial, rounder


class Pair(NamedTuple):
    """A number that is another in float32 than in float64."""

    single: float
    double: float


ROUNDER = Pair(rounder(SINGLE), rounder(DOUBLE))
INFINITY = float("inf")
NOT_A_NUMBER = float("nan")
LOG2_E = 1.4426950408889634  # 1 / log(2)
LOG10_E = 0.4342944819032518  # 1 / log(10)
LN2 = 0.6931471805599453
# The first part of log(2) and log10(2) has so few bits that its product with an exponent is exact.
LN2_HIGH = Pair(0.69314575, 0.6931471805592082)
LN2_LOW = Pair(1.4286068e-06, 7.371002565167799e-13)
LOG10_2_HIGH = Pair(0.3010254, 0.301029995663157)
LOG10_2_LOW = Pair(4.605039e-06, 8.241712586023572e-13)

SMALLEST_NORMAL = Pair(2.0**-126, 2.0**-1022)
LIFT_EXPONENT = Pair(25.0, 54.0)  # what makes a denormal number a normal one
LIFT = Pair(2.0**25, 2.0**54)

# Where a function has reached its limits.
EXP_LOWEST = Pair(-104.5, -746.0)  # exp is 0
EXP_HIGHEST = Pair(90.0, 711.0)  # exp is infinite; sinh and cosh too
EXPM1_LOWEST = Pair(-20.0, -40.0)  # expm1 is -1
EXPM1_HIGHEST = Pair(89.0, 710.0)  # expm1 is infinite
TANH_HIGHEST = Pair(10.0, 20.0)  # tanh is 1
ERF_HIGHEST = Pair(4.0, 5.95)  # erf is 1

# (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2
EXP_REST = polynomial(
    (0.5, 0.16666667, 0.041666355, 0.008333273, 0.0013941008, 0.00019914203),
    (
        0.5,
        0.16666666666666677,
        0.0416666666666667,
        0.008333333333321615,
        0.0013888888888866728,
        0.00019841269886158402,
        2.480158736073158e-05,
        2.7557244181991197e-06,
        2.7557242632587336e-07,
        2.5109044888320275e-08,
        2.092447773111693e-09,
    ),
)
# (log((1 + s) / (1 - s)) - 2 s) / s^3 as a function of s^2, for |s| <= 3 - sqrt(8)
LOG_REST = polynomial(
    (0.66666776, 0.39977533, 0.29871982),
    (
        0.6666666666666734,
        0.3999999999941399,
        0.2857142874255869,
        0.22222198554030897,
        0.1818356539964856,
        0.15314021189941918,
        0.14796261596527585,
    ),
)
# erf(x) / x - 1 as a function of x^2, for |x| <= 1
ERF_REST = polynomial(
    (0.12837917, -0.37612626, 0.112836, -0.026854444, 0.0051895347, -0.0008020834, 7.889095e-05),
    (
        0.12837916709551256,
        -0.3761263890318355,
        0.11283791670945252,
        -0.026866170643276073,
        0.005223977607422502,
        -0.0008548325989661416,
        0.00012055295319730584,
        -1.492474465356765e-05,
        1.6447517609499445e-06,
        -1.6209175731923008e-07,
        1.3722976770798816e-08,
        -7.801191888341914e-10,
    ),
)
# log(1 - erf(x)) for x from 1 to ERF_HIGHEST, the closer the more it matters beside the 1
ERF_TAIL = polynomial(
    (
        0.00018846188,
        -1.1295803,
        -0.63321644,
        -0.10842204,
        0.025210302,
        -0.004205271,
        0.00044146986,
        -2.1697379e-05,
    ),
    (
        2.684840333887033e-08,
        -1.1283795095045854,
        -0.636617707281615,
        -0.10278043966231551,
        0.01914944506724498,
        0.00016693353753880367,
        -0.0016298833339193006,
        0.0005069959463317256,
        5.860769556917181e-05,
        -0.00013468851841993493,
        7.746896585308951e-05,
        -2.97878546847229e-05,
        8.726697403583135e-06,
        -2.024224967542472e-06,
        3.7499914300754555e-07,
        -5.509606416284866e-08,
        6.294057551769879e-09,
        -5.396888831979647e-10,
        3.2691637612677565e-11,
        -1.247204449038996e-12,
        2.2527809176705988e-14,
    ),
)
