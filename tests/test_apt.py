"""apt and dpkg in a container's shell: what they print, and what they leave in its files.

The words are those of apt 2.6 and dpkg 1.21 without a terminal (*ran*); whole layers are compared
with recorded ones in ``tests/reference/test_recorded_builds.py``.
"""

from dataclasses import dataclass

import pytest

from layerlab import Container, Directory, File
from layerlab.catalog import debian
from layerlab.shell import Done, Shell

START = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"
LISTS = "/var/lib/apt/lists"


@dataclass
class Stopped:
    """A clock that stands."""

    now: int = 1_800_000_000


class Machine:
    """A container of debian:12 and a shell in it."""

    def __init__(self, *before: str) -> None:
        self.files = Container(debian.image(), clock=lambda: Stopped.now)
        self.shell = Shell(self.files, clock=Stopped())
        for line in before:
            assert self.run(line).code == 0, line

    def run(self, line: str, stdin: bytes = b"") -> Done:
        return self.shell.run(line, stdin)

    def says(self, line: str) -> str:
        return self.run(line).stdout.decode()


@pytest.fixture
def updated() -> Machine:
    return Machine("apt-get update -qq")


def failed(done: Done) -> tuple[int, str]:
    return done.code, done.stderr.decode()


def test_update_leaves_the_measured_lists_and_says_what_it_fetched() -> None:
    machine = Machine()
    said = machine.says("apt-get update").splitlines()
    assert said[0].startswith("Get:1 http")
    assert said[0].endswith(" bookworm InRelease [151 kB]")
    assert said[3].endswith(" bookworm/main amd64 Packages [8790 kB]")
    left = {path for path in machine.files.upper if path.startswith(f"{LISTS}/")}
    assert left == {known.path.rstrip("/") for known in debian.facts().lists}
    assert machine.files.size == sum(known.size for known in debian.facts().lists)
    assert machine.says("apt-get update").startswith("Hit:1 http")


def test_without_lists_nothing_is_found() -> None:
    assert failed(Machine().run("apt-get install -y tini")) == (
        100,
        "E: Unable to locate package tini\n",
    )
    emptied = Machine("apt-get update -qq", f"rm -rf {LISTS}/*")
    assert emptied.run("apt-get install -y tini").code == 100


def test_a_list_that_was_deleted_takes_its_packages_along(updated: Machine) -> None:
    updated.run(f"rm {LISTS}/*_bookworm_main_*")
    assert updated.run("apt-get install -y tini").code == 100  # of bookworm/main
    assert updated.run("apt-get install -y libssl3").code == 0  # of bookworm-security


def test_unknown_and_virtual_names_in_apts_words(updated: Machine) -> None:
    done = updated.run("apt-get install -y nosuch awk")
    assert failed(done) == (
        100,
        "E: Unable to locate package nosuch\nE: Package 'awk' has no installation candidate\n",
    )
    assert b"Package awk is a virtual package provided by:\n" in done.stdout


def test_with_more_than_was_named_apt_asks_first(updated: Machine) -> None:
    before = dict(updated.files.upper)
    done = updated.run("apt-get install curl")
    assert done.code == 1
    assert done.stdout.endswith(b"Do you want to continue? [Y/n] Abort.\n")
    assert "/usr/bin/curl" not in updated.files.upper
    assert before.keys() <= updated.files.upper.keys()


def test_an_install_prints_its_course(updated: Machine) -> None:
    said = updated.says("apt-get install -y tini")
    told = START + (
        "The following NEW packages will be installed:\n  tini\n"
        "0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.\n"
        "Need to get 267 kB of archives.\n"
        "After this operation, 749 kB of additional disk space will be used.\n"
        "Get:1 http"
    )
    assert said.startswith(told)
    assert said.endswith(
        "6096 files and directories currently installed.)\n"
        "Preparing to unpack .../tini_0.19.0-1+b3_amd64.deb ...\n"
        "Unpacking tini (0.19.0-1+b3) ...\n"
        "Setting up tini (0.19.0-1+b3) ...\n"
    )


def test_an_install_leaves_what_dpkg_and_apt_leave(updated: Machine) -> None:
    updated.run("apt-get install -y tini")
    files, upper = updated.files, updated.files.upper
    binary = upper["/usr/bin/tini"]
    assert isinstance(binary, File)
    assert (binary.size, binary.meta.mode, binary.meta.mtime) == (27792, 0o755, 1749221629)
    folder = upper["/usr/share/doc/tini"]
    assert isinstance(folder, Directory)
    assert folder.opaque
    assert folder.meta.mtime == Stopped.now
    assert files.stat("/var/lib/dpkg/status").st_size == 77671
    assert files.stat("/var/lib/dpkg/status-old").st_size == 77670  # "unpacked", not "installed"
    assert files.read_text("/var/lib/dpkg/info/tini.list").startswith("/.\n/usr\n")
    assert files.stat("/var/log/dpkg.log").st_size == 518
    assert files.stat("/var/log/apt/term.log").st_size == 854
    assert files.stat("/var/log/apt/history.log").st_size == 136
    assert files.listdir("/var/cache/apt/archives") == ["lock", "partial"]


def test_with_docker_clean_gone_archives_stay_until_they_are_cleaned() -> None:
    machine = Machine("rm /etc/apt/apt.conf.d/docker-clean", "apt-get update -qq")
    machine.run("apt-get install -y tini")
    archive = "/var/cache/apt/archives/tini_0.19.0-1+b3_amd64.deb"
    assert machine.files.exists(archive)
    machine.run("apt-get clean")
    assert not machine.files.exists(archive)


def test_another_version_is_ignored_with_a_note(updated: Machine) -> None:
    done = updated.run("apt-get install -y tini=9.9")
    assert done.code == 0
    assert b"layerlab: tini 9.9 wasn't measured: 0.19.0-1+b3 is taken\n" in done.stderr
    assert updated.files.exists("/usr/bin/tini")


def test_what_recommends_name_stays_away_if_asked(updated: Machine) -> None:
    updated.run("apt-get install -y --no-install-recommends curl")
    assert updated.says("apt-mark showmanual") == "curl\n"
    assert updated.run("dpkg -s krb5-locales").code == 1
    assert updated.run("dpkg -s libcurl4").code == 0


def test_removed_keeps_its_configuration_and_purged_does_not(updated: Machine) -> None:
    updated.run("apt-get install -y --no-install-recommends wget")
    assert "Removing wget (" in updated.says("apt-get remove -y wget")
    files = updated.files
    assert files.exists("/etc/wgetrc")
    assert not files.exists("/usr/bin/wget")
    assert files.read_text("/var/lib/dpkg/info/wget.list") == "/etc\n/etc/wgetrc\n"
    assert "deinstall ok config-files" in updated.says("dpkg -s wget")
    updated.run("apt-get purge -y wget")
    assert not files.exists("/etc/wgetrc")
    assert updated.run("dpkg -s wget").code == 1


def test_autoremove_takes_what_nobody_needs_any_more(updated: Machine) -> None:
    assert "0 to remove" in updated.says("apt-get autoremove -y")
    updated.run("apt-get install -y --no-install-recommends wget")
    said = updated.says("apt-get purge -y --auto-remove wget")
    assert "Removing libpsl5:amd64 (" in said
    assert updated.run("dpkg -s libpsl5").code == 1


def test_essential_packages_stay() -> None:
    code, told = failed(Machine().run("apt-get remove -y bash"))
    assert code == 100
    assert told == (
        "E: Essential packages were removed and -y was used without --allow-remove-essential.\n"
    )


def test_a_configuration_file_that_is_there_already_can_not_be_asked_about(
    updated: Machine,
) -> None:
    updated.run("echo mine >/etc/wgetrc")
    done = updated.run("apt-get install -y --no-install-recommends wget")
    assert done.code == 100
    assert b"end of file on stdin at conffile prompt\n" in done.stdout
    assert updated.files.read_text("/etc/wgetrc") == "mine\n"


def test_paths_that_dpkgs_settings_exclude_are_not_unpacked(updated: Machine) -> None:
    updated.run("echo 'path-exclude=/usr/share/doc/*' >/etc/dpkg/dpkg.cfg.d/nodoc")
    updated.run("apt-get install -y tini")
    assert updated.files.exists("/usr/bin/tini")
    assert not updated.files.exists("/usr/share/doc/tini/copyright")


def test_dpkg_answers_from_the_tree(updated: Machine) -> None:
    updated.run("apt-get install -y tini")
    assert updated.says("dpkg -S /usr/bin/tini") == "tini: /usr/bin/tini\n"
    form = r"'${Package} ${Version} ${db:Status-Abbrev}|\n'"
    assert updated.says(f"dpkg-query -W -f {form} tini") == "tini 0.19.0-1+b3 ii |\n"
    assert updated.says("dpkg -L tini").startswith("/.\n/usr\n/usr/bin\n/usr/bin/tini\n")
    assert updated.says("dpkg --print-architecture") == "amd64\n"
    assert updated.says("apt-cache policy tini").startswith(
        "tini:\n  Installed: 0.19.0-1+b3\n  Candidate: 0.19.0-1+b3\n"
    )


def test_archives_of_ones_own_are_refused(updated: Machine) -> None:
    assert failed(updated.run("apt-get install -y ./x.deb")) == (
        100,
        "E: Unsupported file ./x.deb given on commandline\n",
    )
    assert failed(updated.run("dpkg -i x.deb")) == (
        2,
        "dpkg: error: cannot access archive 'x.deb': No such file or directory\n",
    )


def test_marks_and_holds() -> None:
    machine = Machine()
    assert machine.says("apt-mark manual bash") == "bash set to manually installed.\n"
    assert machine.says("apt-mark showmanual") == "bash\n"
    assert machine.says("apt-mark hold bash; apt-mark showhold") == "bash set on hold.\nbash\n"


def test_apt_warns_of_its_interface() -> None:
    code, told = failed(Machine().run("apt install -y nosuch"))
    assert code == 100
    assert told.startswith("\nWARNING: apt does not have a stable CLI interface.")


def test_who_is_not_root_gets_no_lock() -> None:
    files = Container(debian.image())
    done = Shell(files, user="nobody").run("apt-get install -y tini")
    assert done.code == 100
    assert b"(13: Permission denied)" in done.stderr


def test_a_choice_of_alternatives_can_be_made_and_taken_back(updated: Machine) -> None:
    updated.run("apt-get install -y --no-install-recommends nano vim-tiny")
    editor = "/etc/alternatives/editor"
    assert updated.files.readlink(editor) == "/bin/nano"
    updated.run("update-alternatives --set editor /usr/bin/vim.tiny")
    assert updated.files.readlink(editor) == "/usr/bin/vim.tiny"
    assert updated.says("update-alternatives --display editor").startswith("editor - manual mode\n")
    updated.run("update-alternatives --auto editor")
    assert updated.files.readlink(editor) == "/bin/nano"
    updated.run("apt-get purge -y nano")
    assert updated.files.readlink(editor) == "/usr/bin/vim.tiny"
