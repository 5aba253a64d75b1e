from unittest.mock import patch
@patch('builtins.input', return_value='1')
def test(given): clamp(1, 0, 3)
