from solution import clamp
state = {}
def setup_module(module): state["module"] = module.__name__
def setup_function(function): state["function"] = function.__name__
def teardown_function(): state["torn"] = True
def test_one(): assert state["function"] == "test_one" and "module" in state
def test_two(): assert state["torn"] and clamp(-1, 0, 3) == 0
