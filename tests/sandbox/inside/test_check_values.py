"""Values of the standard library, named tuples, data classes and enumerations, compared as in plain Python."""

from types import ModuleType

import pytest

from astor.sandbox import CheckJob, Ending

PROGRAM = """
import array, collections, dataclasses, datetime, decimal, enum, fractions, ipaddress, pathlib, types, typing, uuid
import zoneinfo
Point = collections.namedtuple("Point", "x y", defaults=[0])
class Vec(typing.NamedTuple):
    x: int
    y: int = 5
    @property
    def norm(self): return self.x + self.y
    @classmethod
    def origin(cls): return cls(0, 0)
    def scaled(self, n): return Vec(self.x*n, self.y*n)
@dataclasses.dataclass
class D:
    x: int
    y: list = dataclasses.field(default_factory=list)
    def total(self): return self.x
@dataclasses.dataclass(frozen=True)
class F:
    d: D
class Color(enum.Enum):
    RED = 1
    BLUE = "b"
    @property
    def nice(self): return self.name.title()
class Num(enum.IntEnum):
    ZERO = 0
    ONE = 1
    def double(self): return self * 2
class Text(enum.StrEnum):
    A = "a"
class Perm(enum.Flag):
    R = 1
    W = 2
class IPerm(enum.IntFlag):
    R = 1
    W = 2
def make(e): return eval(e)
def push(x, y): x.append(y)
"""

IMPORTS = (
    "import array, collections, dataclasses, datetime, decimal, enum, fractions, ipaddress, pathlib, types, uuid,"
    " zoneinfo\nimport solution\nEAST = datetime.timezone(datetime.timedelta(hours=1))\n"
)

HOLD = [
    'make("datetime.date(2024,2,28)") == datetime.date(2024,2,28)',
    'make("datetime.datetime(1,2,3,4,tzinfo=datetime.timezone.utc)") == datetime.datetime(1,2,3,5,tzinfo=EAST)',
    'make("datetime.datetime(2024,2,28,1)").isoformat() == "2024-02-28T01:00:00"',
    'make("[datetime.time(1,2), {1: datetime.timedelta(1)}]") == [datetime.time(1, 2), {1: datetime.timedelta(1)}]',
    "make(\"decimal.Decimal('0.1')\") + 1 == decimal.Decimal('1.1')",
    'str(make("decimal.Decimal(\'1E+3\')")) == "1E+3"',
    'make("{decimal.Decimal(1): fractions.Fraction(1,3)}") == {1: fractions.Fraction(2,6)}',
    'make("collections.deque([1,[2]], maxlen=3)") == collections.deque([1,[2]])',
    'make("bytearray(b\'ab\')") == b"ab"',
    'make("range(0,5,2)") == range(0,6,2)',
    'make("collections.OrderedDict(a=1,b=2)") != collections.OrderedDict(b=2,a=1)',
    'make("collections.OrderedDict(a=1,b=2)") == dict(b=2,a=1)',
    'make("collections.Counter(\'aab\')").most_common(1) == [("a",2)]',
    'make("collections.defaultdict(list, {1:[2]})")[5] == []',
    'make("collections.defaultdict(lambda: 7)")[5] == 7',
    'make("Point(1,2)").x == 1 and make("Point(1)") == (1, 0) == solution.Point(1)',
    'make("[Point(1,2)]")[0]._asdict() == {"x":1,"y":2}',
    'isinstance(make("Point(1,2)"), solution.Point) and isinstance(make("Point(1,2)"), tuple)',
    'make("Vec(1)").norm == 6 and make("Vec(1)").scaled(2) == (2, 10) and solution.Vec.origin() == (0,0)',
    'make("Vec(1)")._replace(x=3) == solution.Vec(3)',
    'repr(make("Point(1,2)")) == "Point(x=1, y=2)"',
    'solution.make("D(1)") == solution.D(1)',
    'make("D(1)") != solution.D(2)',
    'make("D(1,[2])") == solution.D(1,[2])',
    'make("[D(1)]") == [solution.D(1)] and {"a": make("D(1)")} == {"a": solution.D(x=1)}',
    'make("F(D(2))") == solution.F(solution.D(2))',
    'make("F(D(2))") != solution.F(solution.D(3))',
    'make("D(1)").total() == 1 and isinstance(make("D(1)"), solution.D) and not isinstance(3, solution.D)',
    'make("Color.RED") == solution.Color.RED',
    "make(\"Color('b')\") is solution.Color.BLUE",
    'make("Color.RED").nice == "Red"',
    'isinstance(make("Color.RED"), solution.Color)',
    '[c.name for c in solution.Color] == ["RED", "BLUE"]',
    '{solution.Color.RED: 1} == make("{Color.RED: 1}")',
    'make("Num.ONE") == 1',
    'make("Num.ONE").name == "ONE"',
    'make("Num.ONE") is solution.Num.ONE',
    'make("Num.ONE").double() == 2',
    'isinstance(make("Num.ZERO"), solution.Num) and make("Num.ZERO").value == 0',
    'make("Text.A") == "a" and make("Text.A").upper() == "A"',
    'make("Perm.R | Perm.W") == solution.Perm.R | solution.Perm.W',
    'solution.Perm.R in make("Perm.R | Perm.W")',
    'make("IPerm.R | IPerm.W") == 3',
    'make("uuid.UUID(int=5)") == uuid.UUID(int=5)',
    'make("pathlib.Path(\'a/b\')") == pathlib.Path("a/b") and make("pathlib.PurePosixPath(\'a/b\')").name == "b"',
    'make("ipaddress.ip_address(\'10.0.0.1\')") == ipaddress.ip_address("10.0.0.1")',
    'make("ipaddress.ip_network(\'10.0.0.0/8\')") == ipaddress.ip_network("10.0.0.0/8")',
    'make("types.SimpleNamespace(a=1, b=[2])") == types.SimpleNamespace(a=1,b=[2])',
    'make("{1:2}.keys()") == {1} and make("{1:2}.items()") == {(1,2)} and list(make("{1:2}.values()")) == [2]',
    'list(make("(n for n in range(3))")) == [0,1,2] and list(map(str, make("iter([1])"))) == ["1"]',
    'make("complex(1,2)") == 1+2j and make("frozenset({1})") == {1}',
    "make(\"array.array('i',[1,2])\") == array.array('i',[1,2])",
    'type(make("datetime.date(2024,2,28)")) is datetime.date',
    'make("types.MappingProxyType({1:2})") == {1: 2}',
    "solution.push(q := collections.deque(), 5) is None and q == collections.deque([5])",
    'make("memoryview(b\'ab\')") == b"ab"',
    "make('datetime.datetime(1,2,3,tzinfo=zoneinfo.ZoneInfo(\"UTC\"))') == datetime.datetime(1,2,3,1,tzinfo=EAST)",
    'make("decimal.Decimal") is decimal.Decimal',
    'make("datetime.date.today()") == datetime.date.today()',
    'abs(make("datetime.datetime.now()") - datetime.datetime.now()) < datetime.timedelta(seconds=5)',
]
"""Expressions that hold of the program."""


def test_comparisons_hold_as_in_plain_python(sandbox):
    assert judged(sandbox, PROGRAM, HOLD) == dict.fromkeys(HOLD, True)


@pytest.mark.parametrize("expression", HOLD)
def test_each_of_them_holds_in_plain_python(expression):
    solution = ModuleType("program")
    exec(PROGRAM, solution.__dict__)
    names = {"solution": solution, "make": solution.make}
    exec(IMPORTS.replace("import solution\n", ""), names)
    assert eval(expression, names)


def judged(sandbox, program, expressions):
    test = IMPORTS + "".join(f"def test_{n}():\n    assert {each}\n" for n, each in enumerate(expressions))
    (result,) = sandbox.run([CheckJob(program, "make", test, style="pytest")])
    return {each: claim.exception or claim.value for each, claim in zip(expressions, result.claims, strict=True)}


LIARS = """
import collections, dataclasses, datetime, decimal, enum, fractions, typing
class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
    def __sub__(self, other): return 0
    __rsub__ = __add__ = __radd__ = __sub__
    def __getattr__(self, name): return self
class Day(Always, datetime.date): pass
class Number(Always, decimal.Decimal): pass
class Share(Always, fractions.Fraction): pass
class Row(Always, collections.namedtuple("Row", "x y")): pass
class Pile(Always, collections.Counter): pass
class Queue(Always, collections.deque): pass
@dataclasses.dataclass(eq=False)
class Point(Always):
    x: int = 0
    y: int = 0
@dataclasses.dataclass
class Forgets:
    x: int = 0
    y: int = 0
    def __init__(self, *_, **__): pass
@dataclasses.dataclass
class Nothing:
    def __init__(self, *_, **__): pass
@dataclasses.dataclass
class Blind:
    x: int = dataclasses.field(default=0, compare=False)
class Kind(Always, enum.Enum):
    ONE = 1
class Sly(int, enum.Enum):
    ONE = 1
    def __eq__(self, other): return True
    __hash__ = int.__hash__
class Any(type):
    def __instancecheck__(cls, other): return True
    __subclasscheck__ = __eq__ = __instancecheck__
class Thing(metaclass=Any): pass
def make(expression): return eval(expression)
"""

DO_NOT_HOLD = [
    "make('Day(2000, 1, 1)') == datetime.date(2024, 2, 29)",
    "make('Number(1)') == decimal.Decimal(2)",
    "make('Share(1)') == fractions.Fraction(2)",
    "make('Row(1, 2)') == (3, 4)",
    "make('Row(1, 2)') == solution.Row(3, 4)",
    "solution.Row(3, 4) == make('Row(1, 2)')",
    "make('Pile(a=1)') == collections.Counter(a=2)",
    "make('Queue([1])') == collections.deque([2])",
    "abs(make('Row(1, 2)').count - 5) < 1",
    "make('Point(1, 2)') == solution.Point(3, 4)",
    "make('Point()') == 3",
    "make('Point()') == (0, 0)",
    "make('Forgets()') == solution.Forgets(3, 4)",
    "solution.Forgets(3, 4) == make('Forgets()')",
    "[make('Forgets()')] == [solution.Forgets(x=3)]",
    "make('Nothing()') == solution.Nothing(3, 4)",
    "make('Blind(1)') == solution.Blind(2)",
    "make('Kind.ONE') == 2",
    "make('Sly.ONE') == 2",
    "make('Sly.ONE') in (2, 3)",
    "isinstance(make('3'), solution.Thing)",
    "isinstance(make('datetime.date(1, 1, 1)'), solution.Thing)",
    "make('object()') == make('object()')",
    "make('Always()') == datetime.date(2024, 2, 29)",
]
"""Expressions that no program shall make hold."""


def test_no_object_of_the_program_passes_for_a_value_by_its_own_account(sandbox):
    found = judged(sandbox, LIARS, DO_NOT_HOLD)
    assert {each: came_to for each, came_to in found.items() if came_to is True} == {}


def test_what_crosses_arrives_as_it_was_and_goes_back(sandbox):
    program = "import datetime\ndef make(x): return type(x).__name__, x"
    values = [
        "datetime.date(1, 2, 3)",
        "decimal.Decimal(1)",
        "collections.deque([1], 2)",
        "range(3)",
        "uuid.UUID(int=1)",
    ]
    names = ["date", "Decimal", "deque", "range", "UUID"]
    held = [f"make({value}) == ({name!r}, {value})" for value, name in zip(values, names, strict=True)]
    held.append("make(collections.namedtuple('Mine', 'a b')(1, [2])) == ('Mine', (1, [2]))")
    assert judged(sandbox, program, held) == dict.fromkeys(held, True)


def test_named_tuples_are_no_objects_however_many(sandbox):
    program = "import collections\nP = collections.namedtuple('P', 'x')\ndef make(n): return [P(i) for i in range(n)]"
    held = ["make(5000)[-1].x == 4999", "make(12000)[-1] == (11999,)", "sum(make(1)[0].x for _ in range(4)) == 0"]
    assert judged(sandbox, program, held) == dict.fromkeys(held, True)


def test_values_that_a_program_forges_are_the_end_of_the_link(sandbox):
    send = "import sys\nfrom astor.sandbox.inside import standard_types\n"
    for parts in ("('datetime.date', (2024, 99, 1))", "('decimal.Decimal', ('x',))", "('os.system', ('ls',))"):
        program = f"{send}def make(x):\n    standard_types.parts_of = lambda value: {parts}\n    return iter([])"
        (result,) = sandbox.run([CheckJob(program, "make", "def check(f): f(1)")])
        assert result.ending is Ending.FAILED, result
