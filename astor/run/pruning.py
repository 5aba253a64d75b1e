"""Pruning a store: what can go from it, and its removal."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path

from astor.errors import UserError
from astor.registry.connection import sqlite_file
from astor.run.listing import ListedRun, files_of_runs, list_runs, open_run
from astor.run.lock import SUFFIX, LockedError, alone
from astor.run.pruned import mark_pruned
from astor.run.removal import LEFT_OVER, Removal, left_over, removal
from astor.run.run import Run
from astor.run.spent import spent
from astor.run.unused import unused
from astor.storage import MANIFEST, Entry, remove

WHOLE = "the whole run"


@dataclass
class Pruning:
    """What would go from a store, and what stays though one might think that it goes."""

    removals: list[Removal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def find_removals(root: str, names: Collection[str] = ()) -> Pruning:
    """What can go from the store `root`; nothing is written.

    Of a run that is finished goes what neither its result nor its report needs. Of any run that nobody works on go
    attempts that were never committed. Caches and models go that no run uses, models only where they are not
    registered. A run whose lock is held stays as it is.

    Args:
        names: of runs that go as a whole.

    Raises:
        UserError: there is no run of such a name, or a command works on it.
    """
    root = root.rstrip("/") or "/"
    listed, files_of = {run.name: run for run in list_runs(root)}, files_of_runs(root)
    found, staying, certain = Pruning(), [], True
    for name in names:
        run = _chosen(root, name, listed)
        found.removals.append(Removal(run.uri, WHOLE, name, run.bytes, len(files_of.get(name, {}))))
    for name, run in listed.items():
        if name not in names:
            files = files_of.get(name, {})
            certain &= _is_known(run, files, found.remarks)
            if run.rounds is not None:
                staying.append(open_run(root, name))
            if run.state in ("finished", "interrupted"):
                found.removals += _of_run(run, staying, files)
    removals, remarks = unused(root, staying, certain)
    found.removals += removals
    found.remarks += remarks
    return found


def carry_out(root: str, removals: Sequence[Removal]) -> Iterator[Removal]:
    """Remove these from the store `root`, those of a run under its lock, and yield each once it is gone.

    Raises:
        UserError: a command works on a run, or MLflow cannot be told that one is gone.
    """
    root = root.rstrip("/") or "/"
    for (is_run, name), group in groupby(removals, key=lambda one: (one.uri.startswith(f"{root}/runs/"), one.of)):
        of_one = list(group)
        if not is_run:
            yield from _remove(of_one)
            continue
        uri = f"{root}/runs/{name}"
        with alone(uri):
            if of_one[0].what == WHOLE:
                _retire(root, name)
            # The mark comes first: a run that is pruned in part cannot go on either.
            elif wanted := [one.uri for one in of_one if one.what != LEFT_OVER]:
                mark_pruned(open_run(root, name).places, wanted)
            yield from _remove(of_one)
            if of_one[0].what == WHOLE and "://" not in uri:
                Path(f"{uri}{SUFFIX}").unlink(missing_ok=True)


def _remove(removals: Sequence[Removal]) -> Iterator[Removal]:
    for one in removals:
        remove(one.uri)
        yield one


def _chosen(root: str, name: str, listed: dict[str, ListedRun]) -> ListedRun:
    if name not in listed:
        near = get_close_matches(name, listed, n=1)
        hint = f"did you mean {near[0]}" if near else f"there are {', '.join(sorted(listed)) or 'none'}"
        raise UserError(f"There is no run {name} in {root}: {hint}.")
    if listed[name].state == "running":
        raise LockedError(listed[name].uri)
    return listed[name]


def _is_known(run: ListedRun, files: dict[str, Entry], remarks: list[str]) -> bool:
    """Whether it is known what a run uses; what keeps it or others from being pruned is remarked."""
    if run.state == "damaged":
        remarks.append(f"{run.name} stays, and all that it may use: {run.problem}")
        return False
    worked_on = run.state in ("running", "going on")
    if worked_on:
        remarks.append(f"{run.name} stays as it is: a command works on it.")
    if f"recipe/{MANIFEST}" in files and f"plan/{MANIFEST}" not in files:
        way = "" if worked_on else f"; --runs {run.name} removes it"
        remarks.append(f"Caches and models stay, for {run.name} has no plan yet, which says what it uses{way}.")
        return False
    return True


def _of_run(run: ListedRun, staying: Sequence[Run], files: dict[str, Entry]) -> Iterator[Removal]:
    if run.state == "finished":
        yield from spent(staying[-1], files)
    own = {path: entry for path, entry in files.items() if not path.startswith("kfp/")}
    for place in left_over(run.uri, own, settled="://" not in run.uri):
        yield removal(run.uri, place, files, LEFT_OVER, run.name)


def _retire(root: str, name: str) -> None:
    """Give the run's name up in MLflow, as where it is begun afresh: its curves are not another's."""
    try:
        run = open_run(root, name)
        uri = run.services.tracking_uri
    except UserError:  # of a damaged run nothing is known, and it can go nevertheless
        return
    database = sqlite_file(uri)
    if "plan" in run.places.committed_below() and (database is None or database.exists()):
        run.services.tracker.retire()
