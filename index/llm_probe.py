"""Does the LLM's server answer? One word is asked for, as a question would ask for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from index.llm_faults import Fault, LlmError, explain
from index.llm_server import LlmServer, open_client

if TYPE_CHECKING:
    import openai

_MOST_LISTED: Final = 5
_WORDS: Final = 16  # tokens: some models begin with white space


def probe(server: LlmServer, seconds: float) -> str:
    """Ask the model for a word; what was found, for a person.

    Args:
        server: with the model.
        seconds: to wait for it.

    Raises:
        LlmError: it does not answer; of an unknown model it says which there are.
    """
    import openai

    with open_client(server, seconds) as http:
        client = openai.OpenAI(
            api_key=server.secret, base_url=server.url, http_client=http, max_retries=0
        )
        try:
            _ask(client, server)
        except LlmError:
            raise
        except Exception as error:
            told = explain(error, server)
            if told.fault is Fault.MODEL and (names := _models(client)):
                raise LlmError(told.fault, f"{told.what}; it has {names}") from None
            if told.fault is Fault.STALLED:
                raise LlmError(
                    Fault.SLOW_START, f"the LLM server at {server} took too long to begin its reply"
                ) from None
            raise told from None
    return f"LLM {server.model} at {server} answers"


def _ask(client: openai.OpenAI, server: LlmServer) -> None:
    from openai.types.chat import ChatCompletion

    limit = "max_completion_tokens" if server.endpoint.is_openai else "max_tokens"
    reply = client.chat.completions.create(
        model=server.model,
        messages=[{"role": "user", "content": "Say yes."}],
        extra_body={limit: _WORDS},
    )
    if not isinstance(reply, ChatCompletion) or not reply.choices:
        raise LlmError(Fault.UNREADABLE, f"what the LLM server at {server} sends cannot be read")


def _models(client: openai.OpenAI) -> str:
    """Some of the models that the server has; "" if it does not say."""
    try:
        names = [model.id for model in client.models.list()]
    except Exception:  # a server without a list is told of its unknown model all the same
        return ""
    more = len(names) - _MOST_LISTED
    return ", ".join(names[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
