import os
from unittest.mock import patch
@patch.dict(os.environ, {'A': 'b'})
def test(): clamp(1, 0, 3)
