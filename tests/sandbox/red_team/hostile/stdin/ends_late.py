# Tries: to spin in what runs after its last line.
# Mode: stdin
# Outcome: timeout
import atexit


@atexit.register
def spin():
    while True:
        pass
