"""What KServe's own protocols ask of a model, answered by the model that is served."""

import json
import uuid
from collections.abc import Sequence
from typing import Any, TypeVar

from kserve import InferOutput, InferRequest, InferResponse
from kserve import Model as KServeModel
from kserve.errors import InvalidInput
from pydantic import ValidationError

from astor.serving.completions import CHAT_TOKENS, COMPLETION_TOKENS, count_usage
from astor.serving.metrics import Metrics
from astor.serving.model import Model
from astor.serving.refusals import in_words
from astor.serving.requests import ChatRequest, CompletionRequest, SamplingRequest
from astor.serving.sampling import Choice, check_length, choices, complete, encode

PROMPT, MESSAGES = "prompt", "messages"
"""What an element is: a text that is continued as it is, or the turns of a chat. The protocols leave it to the model;
the names are OpenAI's."""
NOT_OFFERED = {"model", "stream", "stream_options", "logprobs", "top_logprobs", "echo", "return_token_ids"}
"""What OpenAI's requests can say, and answers of these protocols have no place for."""
Asked = TypeVar("Asked", bound=SamplingRequest)


class Predictor(KServeModel):  # type: ignore[misc]  # kserve has no types
    """KServe's view of a model: texts in, texts out, sampled beside what other routes ask."""

    def __init__(self, model: Model, name: str, metrics: Metrics) -> None:
        super().__init__(name)
        self._model, self._metrics, self.ready = model, metrics, True

    async def healthy(self) -> bool:
        """Whether answers are given."""
        return not self._model.why_closed

    def get_input_types(self) -> list[dict[str, Any]]:
        """One of these is given; each of its elements is asked for itself."""
        return [{"name": name, "datatype": "BYTES", "shape": [-1]} for name in (PROMPT, MESSAGES)]

    def get_output_types(self) -> list[dict[str, Any]]:
        """A row for each element, an answer in each column."""
        return [{"name": name, "datatype": "BYTES", "shape": [-1, -1]} for name in ("text", "finish_reason")]

    async def predict(
        self, payload: Any, headers: dict[str, str] | None = None, response_headers: dict[str, str] | None = None
    ) -> Any:
        """Answers to the `instances` of version 1, or to the tensor of version 2, of the protocol.

        Raises:
            InvalidInput: something else is asked, or something that is not offered.
            RefusedError, FullError, EndedError, UserError: as OpenAI's routes.
        """
        if isinstance(payload, InferRequest):
            kind, values = _tensor(payload)
            answers = await self._answer(kind, values, payload.parameters or {})
            shape, flat = [len(answers), len(answers[0])], [one for of_one in answers for one in of_one]
            told = {"text": [one.text for one in flat], "finish_reason": [_end(one) for one in flat]}
            asked = {output.name for output in payload.request_outputs or []} or told.keys()
            outputs = [InferOutput(name, shape, "BYTES", data=told[name]) for name in told if name in asked]
            return InferResponse(payload.id or uuid.uuid4().hex, self.name, outputs, model_version=self._model.digest)
        kind, values, parameters = _instances(payload)
        answers = await self._answer(kind, values, parameters)
        rows = [[{"text": one.text, "finish_reason": _end(one)} for one in of_one] for of_one in answers]
        return {"predictions": rows if parameters.get("n", 1) != 1 else [row[0] for row in rows]}

    async def _answer(self, kind: str, values: Sequence[Any], parameters: dict[str, Any]) -> list[list[Choice]]:
        """The answers to each of what is asked; all are sampled together."""
        if not values:
            raise InvalidInput("Nothing is asked: give one text at least.")
        if refused := parameters.keys() & {*NOT_OFFERED, PROMPT, MESSAGES}:
            raise InvalidInput(f"{min(refused)} is not supported by this route: leave it out, or use /v1/completions.")
        said = parameters | {"model": self.name}
        if kind == MESSAGES:
            chats = [_validated(ChatRequest, said | {MESSAGES: turns}) for turns in values]
            for each in chats:
                check_length(self._model, sum(len(message.content) for message in each.messages))
            prompts = [self._model.chat.encode([message.message for message in each.messages]) for each in chats]
            request: SamplingRequest = chats[0]
            longest, default = chats[0].max_completion_tokens or request.max_tokens, CHAT_TOKENS
        else:
            request = _validated(CompletionRequest, said | {PROMPT: list(values)})
            prompts = [await encode(self._model, text) for text in values]
            longest, default = request.max_tokens, COMPLETION_TOKENS
        wanted = choices(self._model, request, prompts, longest, default, 0, talks=kind == MESSAGES)
        await complete(self._model, wanted, request.stop)
        count_usage(self._metrics, wanted)
        return [wanted[first : first + request.n] for first in range(0, len(wanted), request.n)]


def _instances(payload: Any) -> tuple[str, list[Any], dict[str, Any]]:
    """Kind, elements and parameters of a request of version 1."""
    if not isinstance(payload, dict):
        raise InvalidInput("The body is no JSON object: send one, and Content-Type: application/json.")
    parameters = payload.get("parameters") or {}
    if unknown := payload.keys() - {"instances", "parameters"}:
        raise InvalidInput(f"{min(unknown)} is not supported by this route: leave it out.")
    instances = payload.get("instances")
    if not isinstance(instances, list) or not isinstance(parameters, dict):
        raise InvalidInput('instances: give a list, as ["def f(x):"], and parameters, if any, as an object.')
    found = [({PROMPT: each} if isinstance(each, str) else each) for each in instances]
    for kind in (PROMPT, MESSAGES):
        if all(isinstance(each, dict) and each.keys() == {kind} for each in found):
            return kind, [each[kind] for each in found], parameters
    raise InvalidInput(f"instances: give texts, or objects with {PROMPT}, or objects with {MESSAGES}, all of one kind.")


def _tensor(request: InferRequest) -> tuple[str, list[Any]]:
    """Kind and elements of a request of version 2."""
    names = [tensor.name for tensor in request.inputs]
    if names not in ([PROMPT], [MESSAGES]):
        raise InvalidInput(f"inputs: give one tensor, named {PROMPT} or {MESSAGES}.")
    (tensor,) = request.inputs
    if tensor.datatype != "BYTES":
        raise InvalidInput(f"inputs.{tensor.name}: its datatype is {tensor.datatype}, and texts are BYTES.")
    try:
        texts = [each.decode() if isinstance(each, bytes) else each for each in tensor.as_numpy().ravel()]
        if not all(isinstance(each, str) for each in texts):
            raise ValueError("an element is no text")
        return tensor.name, [json.loads(text) for text in texts] if tensor.name == MESSAGES else texts
    except (ValueError, RecursionError) as error:  # of a wrong shape, other bytes than UTF-8, or other text than JSON
        raise InvalidInput(f"inputs.{tensor.name}: {error}.") from error


def _validated(kind: type[Asked], values: dict[str, Any]) -> Asked:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(in_words(error.errors()[0], 0)[0]) from error


def _end(choice: Choice) -> str:
    return choice.answer.end or "length"
