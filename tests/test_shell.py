"""The shell on containers and on trees that can't be written; the real one is in reference/."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from layerlab import Container, Directory, File, Image, Layer, Meta, Symlink, UnionFS, Zeros
from layerlab.shell import BUSYBOX, CENTOS, DEBIAN, Done, Process, Shell, run_program

MTIME = 981_173_106  # 2001-02-03 04:05:06


def layer(**more: Any) -> Layer:
    program = Meta(0o755, mtime=MTIME)
    old = Meta(mtime=MTIME)
    passwd = b"root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n"
    return Layer.of({
        "/bin/busybox": File(b"\x7fELF\0", program), "/bin/sh": Symlink("busybox"),
        "/bin/python3": File(b"\x7fELF\0", program), "/etc/passwd": File(passwd, old),
        "/etc/group": File(b"root:x:0:\nbob:x:1000:\nstaff:x:50:bob\n", old),
        "/f": File(b"a\nb\n", old), "/d": Directory(Meta(0o755, mtime=MTIME)),
        "/d/g": File(b"one\ntwo\n", old), "/run": File(b"#!/bin/sh\necho $0 $1\n", program),
        "/private": File(b"secret\n", Meta(0o600, mtime=MTIME)), **more,
    })  # fmt: skip


@pytest.fixture
def container() -> Container:
    return Container(Image([layer()]))


@dataclass
class Clock:
    now: int = MTIME + 3600


def out(shell: Shell, script: str) -> str:
    done = shell.run(script)
    assert not done.stderr, done
    return done.stdout.decode()


def test_state_lasts_between_runs(container: Container) -> None:
    shell = Shell(container, env={"X": "1"})
    out(shell, "cd /d; Y=2; f() { echo f$1; }")
    assert out(shell, "pwd; echo $X$Y; f 3; cat g") == "/d\n12\nf3\none\ntwo\n"
    assert shell.cwd == "/d"
    assert shell.env["X"] == "1"
    assert "Y" not in shell.env


def test_what_a_line_does_to_the_layer(container: Container) -> None:
    out(Shell(container), "echo more >> /f && mkdir /new && mv /d/g /new/g && chmod 640 /private")
    assert container.diff() == [
        "C /d", "D /d/g", "C /f", "A /new", "A /new/g", "C /private",
    ]  # fmt: skip
    assert container.read_bytes("/f") == b"a\nb\nmore\n"


def test_a_directory_of_a_lower_layer_is_moved_by_copying(container: Container) -> None:
    out(Shell(container), "mv /d /e")
    assert "/d" in container.upper
    assert container.upper["/d"].kind == "whiteout"
    assert container.stat("/e").st_mtime == MTIME
    copied = [event for event in container.events if event.op == "rename"]
    assert not copied


def test_a_read_only_tree_says_so() -> None:
    shell = Shell(UnionFS([layer()]))
    assert out(shell, "cat /f | wc -l; ls /d") == "2\ng\n"
    done = shell.run("touch /f; mkdir /x; mkdir /d; rm /f; echo x > /f; echo x > /y; mv /f /g")
    why = "Read-only file system\n"
    assert done.stderr.decode() == (
        f"touch: /f: {why}mkdir: can't create directory '/x': {why}"
        "mkdir: can't create directory '/d': File exists\n"
        f"rm: can't remove '/f': {why}sh: can't create /f: {why}sh: can't create /y: {why}"
        f"mv: can't rename '/f': {why}"
    )


def test_a_user_is_stopped_by_permissions(container: Container) -> None:
    shell = Shell(container, user="bob")
    assert out(shell, "whoami; id -u; id -Gn; echo ~") == "bob\n1000\nbob staff\n/home/bob\n"
    done = shell.run("cat /private")
    assert done.stderr == b"cat: can't open '/private': Permission denied\n"
    with pytest.raises(KeyError, match="nobody"):
        Shell(container, user="nobody")


def test_own_programs_need_no_file(container: Container) -> None:
    def shout(process: Process) -> int:
        process.stdout.write(process.stdin.read().upper())
        process.stdout.line(" ".join([process.cwd, process.env["X"], *process.args[1:]]))
        return 3

    shell = Shell(container, commands={"shout": shout}, cwd="/d", env={"X": "x"})
    assert shell.run("cat g | shout a b") == Done(3, b"ONE\nTWO\n/d x a b\n")


def test_long_lists_by_the_clock(container: Container) -> None:
    shell = Shell(container, flavour=CENTOS, clock=Clock())
    assert out(shell, "ll /d") == "total 4\n-rw-r--r-- 1 root root 8 Feb  3 04:05 g\n"
    later = Shell(container, flavour=BUSYBOX, clock=Clock(MTIME + 200 * 86400))
    line = "-rw-r--r--    1 root     root             8 Feb  3  2001 /d/g\n"
    assert out(later, "ls -l /d/g") == line


def test_a_dot_marks_a_security_label() -> None:
    label = Meta(0o700, mtime=MTIME, xattrs={"security.selinux": b"unconfined_u\0"})
    container = Container(Image([layer(**{"/s": Directory(label)})]))
    shell = Shell(container, flavour=CENTOS, clock=Clock())
    assert out(shell, "ls -ld /s").startswith("drwx------. 2 root root ")
    assert out(Shell(container), "ls -ld /s").startswith("drwx------    2 root ")


@pytest.mark.parametrize(
    ("flavour", "text"),
    [
        (BUSYBOX, "sh: nosuch: not found\ncat: can't open '/x': No such file or directory\n"),
        (CENTOS, "-bash: nosuch: command not found\ncat: /x: No such file or directory\n"),
    ],
)
def test_whose_words(container: Container, flavour: Any, text: str) -> None:
    done = Shell(container, flavour=flavour).run("nosuch; cat /x")
    assert done.stderr.decode() == text


def test_dash_counts_lines() -> None:
    program = File(b"\x7fELF\0", Meta(0o755))
    files = Container(Image([Layer.of({"/bin/bash": program, "/bin/sh": program})]))
    done = run_program(files, ["/bin/sh", "-c", "echo\nnosuch"])
    assert done.stderr == b"/bin/sh: 2: nosuch: not found\n"
    assert replace(DEBIAN, name="x").tools == "gnu"


def test_run_program_looks_as_execvp_does(container: Container) -> None:
    assert run_program(container, ["busybox", "echo", "a", "*"]) == Done(0, b"a *\n")
    assert run_program(container, ["/run", "x"]) == Done(0, b"/run x\n")
    assert run_program(container, ["sh", "-c", "exit 7"], cwd="/d").code == 7
    with pytest.raises(FileNotFoundError):
        run_program(container, ["nosuch"])
    with pytest.raises(FileNotFoundError):
        run_program(container, ["busybox"], env={"PATH": "/d"})
    with pytest.raises(PermissionError):
        run_program(container, ["/f"])
    with pytest.raises(PermissionError):
        run_program(container, ["/d"])


def test_what_cannot_be_simulated_says_what_can(container: Container) -> None:
    done = run_program(container, ["python3", "-c", "1"])
    assert done.code == 127
    assert done.stderr.startswith(b"layerlab: /bin/python3 can't be simulated. These programs can")
    assert b" grep " in done.stderr


def test_how_long_a_program_runs(container: Container) -> None:
    assert run_program(container, ["sh", "-c", "sleep 2; sleep 1m"]).runs_for == 62
    assert run_program(container, ["sh", "-c", "echo a; tail -f /f"]) == Done(
        0, b"a\na\nb\n", b"", None
    )
    assert Shell(container).run("sleep infinity; echo not").stdout == b""


def test_a_measured_file_is_copied_without_content() -> None:
    huge = 1 << 30
    container = Container(Image([layer(**{"/huge": File(Zeros(huge), Meta(mtime=MTIME))})]))
    out(Shell(container), "cp -p /huge /copy && mv /copy /d/copy && dd if=/dev/zero of=/z bs=1M"
        " count=500 2>/dev/null")  # fmt: skip
    assert container.stat("/d/copy").st_size == huge
    assert container.stat("/z").st_size == 500 << 20


def test_streams_are_bytes(container: Container) -> None:
    data = b"\xff\x00\n\xfe"
    container.write_bytes("/raw", data)
    assert Shell(container).run("cat /raw; cat").stdout == data
    assert Shell(container).run("cat > /copy", data).code == 0
    assert container.read_bytes("/copy") == data


def test_one_write_a_program_and_one_tick() -> None:
    container = Container(Image([layer()]))
    out(Shell(container), "for i in 1 2 3; do echo $i; done > /x")
    first = Container(Image([layer()]))
    out(Shell(first), "printf '1\n2\n3\n' > /x")
    assert container.read_bytes("/x") == first.read_bytes("/x")
    assert container.stat("/x").st_mtime - first.stat("/x").st_mtime == 2


def test_busybox_adds_users_in_its_own_way(container: Container) -> None:
    shell = Shell(container, clock=Clock())
    container.write_bytes("/etc/shadow", b"root:*::0:::::\n")
    container.mkdir("/home")
    out(shell, "addgroup -S app && adduser -S -G app app; adduser -D amy; addgroup amy staff")
    assert out(shell, "tail -n 2 /etc/passwd; tail -n 1 /etc/shadow; cat /etc/group") == (
        "app:x:100:100:Linux User,,,:/home/app:/bin/false\n"
        "amy:x:1001:1001:Linux User,,,:/home/amy:/bin/sh\namy:!:11356:0:99999:7:::\n"
        "root:x:0:\nbob:x:1000:\nstaff:x:50:bob,amy\napp:x:100:app\namy:x:1001:\n"
    )
    assert out(shell, "ls -ld /home/amy").startswith("drwxr-sr-x    2 amy      amy")
    assert shell.run("adduser -D amy").stderr == b"adduser: user 'amy' in use\n"


def debian() -> Container:
    program = File(b"\x7fELF\0", Meta(0o755))
    names = ("bash", "dash", "sh", "curl", "su", "timeout", "sleep", "id", "perl", "echo")
    files = {f"/usr/bin/{name}": program for name in names}
    passwd = File(b"root:x:0:0:root:/root:/bin/sh\nbob:x:1000:50::/home/bob:/usr/bin/sh\n")
    return Container(Image([Layer.of({
        **files, "/etc/passwd": passwd, "/etc/group": File(b"root:x:0:\nstaff:x:50:\n"),
        "/home/bob": Directory(Meta(0o755, 1000, 50)),
    })]))  # fmt: skip


def test_a_shell_is_the_one_that_was_started() -> None:
    files = debian()
    script = "set -o pipefail; false | true; echo $?; echo 'a\\tb'"
    assert run_program(files, ["bash", "-c", script]).stdout == b"1\na\\tb\n"
    refused = run_program(files, ["sh", "-c", script])
    assert refused == Done(2, b"", b"sh: 1: set: Illegal option -o pipefail\n")
    assert run_program(files, ["bash", "-o", "pipefail", "-c", "false | true"]).code == 1
    assert run_program(files, ["sh", "-c", "echo 'a\\tb'; /usr/bin/echo 'a\\tb'"]).stdout == (
        b"a\tb\na\\tb\n"
    )


def test_what_stands_before_a_syntax_error_is_done() -> None:
    done = run_program(debian(), ["sh", "-c", "echo a\n)\necho b"])
    assert done == Done(2, b"a\n", b'sh: 2: Syntax error: ")" unexpected\n')


def test_programs_that_run_others() -> None:
    files = debian()
    shell = Shell(files)
    assert out(shell, "su bob -c id") == "uid=1000(bob) gid=50(staff) groups=50(staff)\n"
    done = shell.run("timeout 5 sleep 10; echo $?")
    assert (done.stdout, done.runs_for) == (b"124\n", 5)
    assert shell.run("su nobody -c id").stderr.startswith(b"su: user nobody does not exist")


def test_no_network_and_no_such_program_are_told_apart() -> None:
    shell = Shell(debian())
    assert shell.run("curl -fsSL https://example.com/x | sh") == Done(
        0, b"", b"curl: (6) Could not resolve host: example.com\n"
    )
    assert shell.run("wget x").stderr == b"sh: 1: wget: not found\n"
    assert b"/usr/bin/perl can't be simulated" in shell.run("perl -e 1").stderr
