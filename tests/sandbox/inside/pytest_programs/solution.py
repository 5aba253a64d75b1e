import collections, dataclasses, datetime, decimal, warnings

def clamp(value, low, high):
    if low > high:
        raise ValueError(f"low {low} is above high {high}")
    if value < low:
        return low
    if value > high:
        return high
    return value

def tidy(items):
    items.sort()

def half(number):
    return number / 2

def greet(name):
    print(f"Hello, {name}!")

def old(x):
    warnings.warn("old is out of date", DeprecationWarning)
    return x

class Poor(Exception):
    def __init__(self, missing):
        super().__init__(f"{missing} is missing")
        self.missing = missing

def pay(balance, price):
    if price > balance:
        raise Poor(price - balance)
    return balance - price

def count(words):
    return collections.Counter(words)

def squares(n):
    for number in range(n):
        yield number * number

def next_day(day):
    return day + datetime.timedelta(days=1)

def total(prices):
    return sum(map(decimal.Decimal, prices), decimal.Decimal(0))

@dataclasses.dataclass
class Point:
    x: int
    y: int = 0

def move(point, by):
    return Point(point.x + by, point.y)

def positive(x):
    assert x > 0, "not positive"
    return x

def leave():
    raise SystemExit(3)
