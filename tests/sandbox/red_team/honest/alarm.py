# Shows: an alarm that interrupts.
# Arguments: ()
# Result: 'rung'
import signal
import time


def solve():
    def ring(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    try:
        time.sleep(1)
    except TimeoutError:
        return "rung"
