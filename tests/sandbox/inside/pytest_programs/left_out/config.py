def test(request): request.config.getoption('x')
