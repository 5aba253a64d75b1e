"""`/v1/tasks`: what a policy was trained on, asked by its natural input and answered by its natural answer."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, create_model, model_validator

from astor.serving.completions import count_usage
from astor.serving.guard import Guarded
from astor.serving.model import Model
from astor.serving.refusals import RefusedError
from astor.serving.requests import Said, SamplingRequest
from astor.serving.sampling import check_length, choices, complete, unless_gone
from astor.tasks.front_door import Door


class Sampled(Said):
    """What every front door can be told beside its task's input."""

    n: int = Field(1, ge=1, le=128, description="Answers.")
    temperature: float = Field(0.0, ge=0, le=2, description="0, the default, is greedy: the likeliest answer.")

    @model_validator(mode="after")
    def _answers_differ(self) -> "Sampled":
        if self.n > 1 and not self.temperature:
            raise ValueError(f"n is {self.n}, and at temperature 0 all answers are the same: give a temperature too")
        return self


class TaskAnswer(BaseModel):
    """An answer, and the text that it stood in."""

    answer: str | None = Field(description="What was asked for, as text; null where the policy thought to the end.")
    text: str = Field(description="All that the policy wrote.")
    finish_reason: str = Field(description="`stop`, or `length` where the answer was cut.")


class TaskAnswers(TaskAnswer):
    """The first answer, the others of it that were asked for, and by whom."""

    others: list[TaskAnswer] = Field(description="Further answers, where `n` is more than 1.")
    usage: dict[str, int]
    policy_digest: str


def task_routes(model: Model, name: str, doors: Mapping[str, Door]) -> APIRouter:
    """The list of front doors, and a route for each, for the model that is served as `name`."""
    router = APIRouter(route_class=Guarded)
    bodies = {key: _body(key, door) for key, door in doors.items()}

    @router.get("/v1/tasks")
    async def tasks() -> dict[str, Any]:
        """Tasks that can be asked, each with the field that a file holds, its schema and an example."""
        return {"object": "list", "data": [_card(key, body) for key, body in bodies.items()]}

    for key, door in doors.items():
        _add(router, model, name, key, door, bodies[key])

    @router.post("/v1/tasks/{task:path}", include_in_schema=False)
    async def unknown(task: str) -> None:
        known = (
            f"this policy was trained on {', '.join(doors)}"
            if doors
            else ("nothing says on which tasks this policy was trained; serve it with --tasks RECIPE")
        )
        raise RefusedError(404, f"There is no task {task[:80]!r} here: {known}.", "task", "task_not_found")

    return router


def _body(key: str, door: Door) -> type[Any]:
    asked = door.task.request_type
    body: type[Any] = create_model(f"Ask_{key}", __base__=(asked, Sampled), __doc__=asked.__doc__)
    return body


def _card(key: str, body: type[Any]) -> dict[str, Any]:
    schema = body.model_json_schema()
    return {"id": key, "object": "task", "main": body.main, "schema": schema, "example": schema.get("example")}


def _add(router: APIRouter, model: Model, name: str, key: str, door: Door, body: type[Any]) -> None:
    async def ask(request: body, client: Request) -> TaskAnswers:  # type: ignore[valid-type]
        prompt = await asyncio.to_thread(_encode, model, door, request)
        sampling = SamplingRequest(model=name, n=request.n, temperature=request.temperature)  # type: ignore[attr-defined]
        wanted = choices(model, sampling, [prompt], None, door.task.options.max_tokens, 0)
        await unless_gone(client, complete(model, wanted, ()))
        begun = door.task.options.prefill + model.chat.answer(prompt, [])
        answers = [
            TaskAnswer(
                answer=door.answer(request, begun + choice.text),
                text=begun + choice.text,
                finish_reason=choice.answer.end or "length",
            )
            for choice in wanted
        ]
        first, *others = answers
        usage = count_usage(client.app.state.metrics, wanted)
        return TaskAnswers(**dict(first), others=others, usage=usage, policy_digest=model.digest)

    summary = (door.task.request_type.__doc__ or "").strip()
    router.add_api_route(f"/v1/tasks/{key}", ask, methods=["POST"], summary=summary, operation_id=f"ask_{key}")


def _encode(model: Model, door: Door, request: Any) -> list[int]:
    """The prompt's tokens. In a thread: reading a long input takes a while."""
    messages = door.messages(request)
    check_length(model, sum(len(message.content) for message in messages))
    return model.chat.encode(messages)
