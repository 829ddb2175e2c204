"""`muster plan solve` on the shared instances: its promise is checked by a program that knows nothing of the planner."""

import json

import numpy as np
import pytest

from acceptance.ground import CERTIFY, MAKE_INSTANCE, QUICK, one_sentence, script

SIZES = (3_000, 30_000)
SEEDS = (0,) if QUICK else (0, 1, 2)
CASES = [(members, seed) for members in SIZES for seed in SEEDS]
FRESH = (20_261, 777)  # seeds of the checker, never used by the planner


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """Makes an instance once: `instance(3000, 0)`; further words go to its maker."""
    folder, made = tmp_path_factory.mktemp("instances"), {}

    def make(members, seed):
        if (members, seed) not in made:
            path = folder / f"{members}-{seed}.npz"
            done = script(MAKE_INSTANCE, path, "--members", members, "--seed", seed)
            assert done.returncode == 0, done.stderr
            made[members, seed] = path
        return made[members, seed]

    return make


@pytest.fixture
def solve(home):
    def run(path, *words):
        return home.muster("plan", "solve", "--instance", str(path), "--json", "-", *words, seconds=300)

    return run


def without_seconds(text):
    return {key: value for key, value in json.loads(text).items() if key != "seconds"}


def changed(source, target, **arrays):
    """A copy of an instance with other arrays."""
    with np.load(source) as stored:
        np.savez_compressed(target, **{**dict(stored), **arrays})
    return target


@pytest.mark.parametrize(("members", "seed"), CASES)
def test_the_promise_is_not_refuted_and_the_same_seed_repeats_it(instance, solve, tmp_path, members, seed):
    path = instance(members, seed)
    first, second = (solve(path, "--seed", "11") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert without_seconds(first.stdout) == without_seconds(second.stdout)
    answer = json.loads(first.stdout)
    assert set(answer) == {"alert", "p_low", "p_hat", "seconds"}
    assert answer["alert"] == sorted(set(answer["alert"]))
    assert answer["p_low"] >= 0.95
    plan = tmp_path / "plan.json"
    plan.write_text(first.stdout, encoding="utf-8")
    for fresh in FRESH:
        check = script(CERTIFY, path, plan, "--seed", fresh)
        verdict = json.loads(check.stdout)
        assert check.returncode == 0, verdict
        assert answer["p_low"] <= verdict["p_high"]  # the stated limit itself is no boast either


def test_the_json_goes_to_a_file_when_one_is_named(instance, home, tmp_path):
    out = tmp_path / "plan.json"
    done = home.muster("plan", "solve", "--instance", str(instance(3_000, 0)), "--json", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(out.read_text(encoding="utf-8"))["alert"]


def test_another_budget_is_another_effort_and_still_keeps_the_promise(instance, solve, tmp_path):
    path = instance(3_000, 0)
    done = solve(path, "--budget", "0.2")
    assert done.returncode == 0, done.stderr
    plan = tmp_path / "plan.json"
    plan.write_text(done.stdout, encoding="utf-8")
    assert script(CERTIFY, path, plan, "--seed", 5).returncode == 0


@pytest.fixture(scope="module")
def crowded(instance, tmp_path_factory):
    """An instance of which one line asks for more people than hold its capability, and that line's number."""
    source = instance(3_000, 0)
    with np.load(source) as stored:
        need, caps, bits = stored["need_n"].copy(), stored["caps"], stored["need_cap"]
    holders = [int(((caps >> np.uint64(bit)) & np.uint64(1)).sum()) for bit in bits]
    line = int(np.argmin(holders))
    need[line] = holders[line] + 3
    path = changed(source, tmp_path_factory.mktemp("short") / "short.npz", need_n=need)
    return path, line


def test_a_shortfall_exits_with_1_and_gives_its_reasons(crowded, solve):
    path, line = crowded
    done = solve(path)
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert set(answer) == {"shortfall"}
    short = answer["shortfall"]
    assert set(short) == {"lines", "missing", "best_p_low", "repairs"}
    assert short["lines"] == [line]
    assert short["missing"] >= 3
    assert short["best_p_low"] < 0.95
    assert short["repairs"]
    assert without_seconds(done.stdout) == without_seconds(solve(path).stdout)


def test_the_lines_of_a_shortfall_fail_by_themselves_with_everybody_alerted(crowded, solve, tmp_path):
    path, _ = crowded
    lines = json.loads(solve(path).stdout)["shortfall"]["lines"]
    with np.load(path) as stored:
        only = {name: stored[name][lines] for name in ("need_cap", "need_n", "need_due")}
        everybody = list(range(len(stored["accept"])))
    alone = changed(path, tmp_path / "alone.npz", **only)
    plan = tmp_path / "all.json"
    plan.write_text(json.dumps({"alert": everybody}), encoding="utf-8")
    assert script(CERTIFY, alone, plan, "--turnouts", 4000).returncode == 1


def test_a_repair_that_takes_people_off_a_line_can_be_solved(crowded, solve, tmp_path):
    path, line = crowded
    repairs = json.loads(solve(path).stdout)["shortfall"]["repairs"]
    fewer = [repair for repair in repairs if repair["kind"] == "fewer_people" and repair["line"] == line]
    assert fewer
    with np.load(path) as stored:
        need = stored["need_n"].copy()
    need[line] -= fewer[0]["people"]
    mended = changed(path, tmp_path / "mended.npz", need_n=need)
    done = solve(mended)
    assert done.returncode == 0, done.stdout
    plan = tmp_path / "plan.json"
    plan.write_text(done.stdout, encoding="utf-8")
    assert script(CERTIFY, mended, plan, "--seed", 99).returncode == 0


def broken_files(folder, good):
    """name -> file that no planner can read."""
    text, cut, lacking, mixed = (folder / f"{name}.npz" for name in ("text", "cut", "lacking", "mixed"))
    text.write_text("this is not an instance", encoding="utf-8")
    cut.write_bytes(good.read_bytes()[:2000])
    with np.load(good) as stored:
        arrays = dict(stored)
    np.savez(lacking, **{name: value for name, value in arrays.items() if name != "accept"})
    np.savez(mixed, **{**arrays, "accept": arrays["accept"][:-1]})
    return {"absent": folder / "absent.npz", "text": text, "cut": cut, "lacking": lacking, "mixed": mixed}


@pytest.mark.parametrize("fault", ["absent", "text", "cut", "lacking", "mixed"])
def test_what_can_not_be_read_exits_with_2_and_one_sentence(instance, solve, tmp_path, fault):
    done = solve(broken_files(tmp_path, instance(3_000, 0))[fault])
    assert done.returncode == 2
    assert one_sentence(done), done.stderr


def test_wrong_words_exit_with_2(home):
    done = home.muster("plan", "solve", "--no-such-option")
    assert (done.returncode, done.stdout) == (2, "")
