"""What the tests start for themselves ends with them, also when they are killed."""

import subprocess

from tests.matrix.homeserver import ON_A_LEASH


def test_a_process_on_a_leash_runs_until_nobody_holds_it_any_more() -> None:
    command = [*ON_A_LEASH, "http.server", "0", "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert process.stdin
        process.stdin.close()  # as when whoever has started it dies
        assert process.wait(30) == 1
    finally:
        process.kill()
        process.wait()
