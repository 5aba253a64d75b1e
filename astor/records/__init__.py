"""The records that steps hand to each other, and their files."""

from astor.records.evaluation import Champion, GateDecision, Guard, ItemScore, MetricComparison, Power, Score, Scores
from astor.records.files import (
    read_json,
    read_jsonl,
    read_parquet,
    write_json,
    write_jsonl,
    write_parquet,
)
from astor.records.item import Call, Commit, Conversation, DataOrigin, Function, Item, Program, StdinTest
from astor.records.message import Message
from astor.records.prepared import MANIFEST, PreparedManifest, PreparedPart
from astor.records.prompt import Demonstration, Prompt, Reference, Split, prompts_by_id, references_by_prompt
from astor.records.record import Record
from astor.records.rollout import Batch, BatchRow, Completion, Group, Outcome, Verdict
from astor.records.state import PromptStatistics, State, TaskStatistics
from astor.records.trained import TrainedTask, TrainedTasks
from astor.records.training import PolicyCard, TaskUpdate, UpdateReport
from astor.records.trajectory import PublicTest, Trajectory, Turn

__all__ = [
    "MANIFEST",
    "Batch",
    "BatchRow",
    "Call",
    "Champion",
    "Commit",
    "Completion",
    "Conversation",
    "DataOrigin",
    "Demonstration",
    "Function",
    "GateDecision",
    "Group",
    "Guard",
    "Item",
    "ItemScore",
    "Message",
    "MetricComparison",
    "Outcome",
    "PolicyCard",
    "Power",
    "PreparedManifest",
    "PreparedPart",
    "Program",
    "Prompt",
    "PromptStatistics",
    "PublicTest",
    "Record",
    "Reference",
    "Score",
    "Scores",
    "Split",
    "State",
    "StdinTest",
    "TaskStatistics",
    "TaskUpdate",
    "TrainedTask",
    "TrainedTasks",
    "Trajectory",
    "Turn",
    "UpdateReport",
    "Verdict",
    "prompts_by_id",
    "read_json",
    "read_jsonl",
    "read_parquet",
    "references_by_prompt",
    "write_json",
    "write_jsonl",
    "write_parquet",
]
