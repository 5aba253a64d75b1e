# Shows: text of all planes, normal forms, and half a surrogate.
# Arguments: ('ǅ',)
# Result: ['ǆ', 'é', 2, '\ud800', '🐍' * 3, 'ß'.casefold()]
import unicodedata


def solve(s):
    return [s.lower(), unicodedata.normalize("NFC", "e\u0301"), len("e\u0301"), "\ud800", "🐍" * 3, "ss"]
