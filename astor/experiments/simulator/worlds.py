"""Worlds by name, each to show one thing."""

from dataclasses import replace

from astor.experiments.simulator.world import Shift, SimulatedTask, World

SATURATED, HOPELESS = SimulatedTask(skill=5.5), SimulatedTask(skill=-5.5)

STATIC = World({"saturated": SATURATED, "hopeless": HOPELESS, "one": SimulatedTask(), "other": SimulatedTask()}, rate=0)
"""A saturated task, a hopeless one and two that can be learnt, and never are."""

LEARNING = World(
    {
        "easy": SimulatedTask(skill=1.5),
        "medium": SimulatedTask(skill=-1.0),
        "hard": SimulatedTask(skill=-3.0, rate=0.7),
        "graded": SimulatedTask(skill=-0.5, grain=8, tokens=60),
    }
)
"""Four tasks of different difficulty, all of which can be learnt."""

NOISY = World(
    {"noisy": SimulatedTask(coins=1.0, rate=0), "one": SimulatedTask(skill=-1.0), "other": SimulatedTask(skill=-1.0)}
)
"""A task with coins for rewards beside two to learn."""

HELPFUL = World(
    {"helper": SimulatedTask(skill=-1.0), **{name: SimulatedTask(skill=-1.0) for name in ("alone", "one", "other")}},
    cosines={("helper", "one"): 0.6, ("helper", "other"): 0.6, ("one", "other"): 0.36},
)
"""Four tasks alike, of which one helps two others, and one helps none."""

REGRESSING = replace(
    World({"saturated": SATURATED, "one": SimulatedTask(skill=-1.0), "other": SimulatedTask(skill=-1.0)}, rate=0),
    shifts=(Shift(round=80, task="saturated", by=-6.0),),
)
"""A saturated task that is forgotten, where nothing else changes."""

MIXED = World(
    {
        "saturated": SATURATED,
        "hopeless": replace(HOPELESS, rate=0),
        "noisy": SimulatedTask(coins=1.0, rate=0),
        "easy": SimulatedTask(skill=0.5),
        "medium": SimulatedTask(skill=-1.0),
        "hard": SimulatedTask(skill=-2.5),
    },
    cosines={("easy", "medium"): 0.5},
)
"""A saturated, a hopeless and a noisy task beside three to learn, of graded difficulty, two of them related."""

WORLDS = {
    "static": STATIC,
    "learning": LEARNING,
    "noisy": NOISY,
    "helpful": HELPFUL,
    "regressing": REGRESSING,
    "mixed": MIXED,
}
