# Shows: regular expressions and what handles text.
# Arguments: ('ab@c',)
# Result: ['AB!c', ['x', 'y'], 'a\nb', "it's"]
import re
import string
import textwrap


def solve(s):
    return [
        re.sub(r"(\w+)@", lambda m: m[1].upper() + "!", s),
        re.findall(r"(?<=<)\w(?=>)", "<x><y>z"),
        textwrap.fill("a b", 1),
        string.Template("it$s").substitute(s="'s"),
    ]
