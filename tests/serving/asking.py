"""Short questions to the endpoint of the tests."""

KEY = {"Authorization": "Bearer open-sesame"}
ASK = [{"role": "user", "content": "write f for list"}]


def chat(client, **options):
    values = {"model": "tiny", "messages": ASK, "max_tokens": 8, "seed": 1}
    return client.chat.completions.create(**values | options)


def complete(client, **options):
    values = {"model": "tiny", "prompt": "def f(x):", "max_tokens": 8, "seed": 1}
    return client.completions.create(**values | options)
