# Shows: json, copy, pickle, base64, hashlib, zlib, csv and io.
# Arguments: ({'a': [1, None, 'é']},)
# Result: ['{"a": [1, null, "\\u00e9"]}', True, 'YQ==', 'ca978112', b'aaaa', [['1', '2']]]
import base64
import copy
import csv
import hashlib
import io
import json
import pickle
import zlib


def solve(data):
    again = pickle.loads(pickle.dumps(copy.deepcopy(data)))
    return [
        json.dumps(data),
        again == data and again["a"] is not data["a"],
        base64.b64encode(b"a").decode(),
        hashlib.sha256(b"a").hexdigest()[:8],
        zlib.decompress(zlib.compress(b"aaaa")),
        list(csv.reader(io.StringIO("1,2"))),
    ]
