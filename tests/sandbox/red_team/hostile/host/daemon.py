# Tries: to fork twice, leave its session, and write a file once everybody has gone.
# Mode: calls
# Outcome: passed
import os
import time


def solve(x, world):
    try:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(0.2)
                with open(f"/tmp/{world['mark']}-daemon", "w") as file:
                    file.write("I live")
            os._exit(0)
    except OSError:
        return "no fork"
