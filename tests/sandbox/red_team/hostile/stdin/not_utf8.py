# Tries: output that is no text, with control characters for whoever prints it.
# Mode: stdin
# Outcome: passed
import os

os.write(1, b"\xff\xfe42\x00\x1b[2J\r42\r\n")
