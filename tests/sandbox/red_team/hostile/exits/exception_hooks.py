# Tries: to turn an error into exit code 0 by every hook for errors.
# Mode: calls
# Outcome: failed
import os
import sys
import threading

sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *_: os._exit(0)
raise ValueError
