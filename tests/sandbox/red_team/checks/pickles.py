import pickle


def check(candidate):
    assert pickle.loads(pickle.dumps(candidate(41, WORLD))) == 42
