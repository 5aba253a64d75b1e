"""Whether an error says that memory ran out. Importing this imports no torch."""


def ran_out(error: RuntimeError) -> bool:
    """As torch says it of a GPU, and of the CPU."""
    return type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)
