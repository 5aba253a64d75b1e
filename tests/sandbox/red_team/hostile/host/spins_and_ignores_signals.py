# Tries: to take a processor for ever, deaf to every signal.
# Mode: calls
# Outcome: timeout
import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        continue


def solve(x, world):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
