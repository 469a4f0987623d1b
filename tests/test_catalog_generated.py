"""What maintainer scripts make: the measured data, and the rules that apply it to a tree."""

import pytest

from layerlab import Container, Directory, File, Symlink
from layerlab.catalog import debian, packages
from layerlab.catalog.packages import configuring, fonts, info, libraries, manpages
from layerlab.catalog.packages.alternatives import LOGGED, Group, install, logged
from layerlab.catalog.packages.generated import generated
from layerlab.nodes import Bytes, Meta, Zeros

NOW = 1_795_500_000


@pytest.fixture
def container() -> Container:
    return Container(debian.image())


def configure(container: Container, name: str) -> None:
    """Apply what the package's postinst changes."""
    for path, node in configuring.configured(name, container, NOW).items():
        if container.lexists(path) and not isinstance(node, Directory):
            container.unlink(path)
        if node is not None:
            container.unpack({path: node})


def test_accounts_get_the_next_free_number(container: Container) -> None:
    configure(container, "redis-tools")
    assert container.read_text("/etc/passwd").splitlines()[-1] == (
        "redis:x:100:101::/var/lib/redis:/usr/sbin/nologin"
    )
    assert container.read_text("/etc/shadow").splitlines()[-1] == "redis:!:20781::::::"
    assert "redis" not in container.read_text("/etc/passwd-")
    configure(container, "dbus-system-bus-common")
    last = container.read_text("/etc/passwd").splitlines()[-1]
    assert last.startswith("messagebus:x:101:102:")


def test_what_belongs_to_an_account_follows_its_number(container: Container) -> None:
    configure(container, "dbus-system-bus-common")
    configure(container, "redis-tools")
    assert container.stat("/var/lib/redis").st_uid == 101


def test_systemd_takes_numbers_from_the_top(container: Container) -> None:
    configure(container, "systemd")
    groups = container.read_text("/etc/group")
    assert "systemd-journal:x:999:" in groups


def test_the_alternative_of_the_highest_priority_counts(container: Container) -> None:
    for name, path in (("nano", "/bin/nano"), ("vim-tiny", "/usr/bin/vim.tiny")):
        container.unpack({path: File(Zeros(1), Meta(0o755))})
        configure(container, name)
        assert container.readlink("/etc/alternatives/editor") == "/bin/nano"
    assert container.readlink("/usr/bin/editor") == "/etc/alternatives/editor"
    assert container.readlink("/etc/alternatives/vi") == "/usr/bin/vim.tiny"
    admin = container.read_text("/var/lib/dpkg/alternatives/editor")
    assert admin.startswith("auto\n/usr/bin/editor\n")
    assert Group.read("editor", admin).text == admin
    log = container.read_text("/var/log/alternatives.log")
    assert log.count("link group editor updated to point to /bin/nano\n") == 1


def test_a_slave_without_its_file_gets_no_link() -> None:
    command = "--install /usr/bin/a a /usr/bin/a1 5 --slave /usr/share/a.gz a.gz /usr/share/a1.gz"
    group = install(command, lambda name: None)
    assert group is not None
    assert dict(group.links(lambda path: False)) == {
        "/etc/alternatives/a": "/usr/bin/a1",
        "/usr/bin/a": "/etc/alternatives/a",
    }
    assert len(dict(group.links(lambda path: True))) == 4


def test_every_alternative_leads_to_a_file_of_a_package() -> None:
    """Its own, or one of a package that it needs."""
    paths = {path for name in packages.names() for path in packages.package(name).files}
    paths |= set(debian.base_changes())
    paths |= {path.path for name in packages.names() for path in generated(name).configured.paths}
    commands = [c for name in packages.names() for c in generated(name).configured.commands]
    groups = [group for command in commands if (group := install(command, lambda name: None))]
    assert len(groups) > 50
    paths |= {group.link for group in groups}
    for group in groups:
        (choice,) = group.choices.values()
        path = choice.path.removeprefix("/usr")
        assert not paths.isdisjoint((choice.path, path, f"/usr{path}")), choice.path


def test_bytes_of_python_stand_beside_their_source() -> None:
    sources = {path for path in packages.package("python3-pip").files if path.endswith(".py")}
    made = [path.path for path in generated("python3-pip").configured.paths]
    compiled = [path for path in made if path.endswith(".cpython-311.pyc")]
    assert len(compiled) > 100
    for path in compiled:
        folder, _, name = path.partition("/__pycache__/")
        assert f"{folder}/{name.partition('.')[0]}.py" in sources


def test_ldconfig_counts_the_libraries_of_the_base(container: Container) -> None:
    real = container.stat("/etc/ld.so.cache").st_size
    assert libraries.caches(container)[libraries.CACHE].size == real


def test_ldconfig_counts_a_library_by_its_soname(container: Container) -> None:
    folder = "/usr/lib/x86_64-linux-gnu"
    before = libraries.caches(container)
    container.unpack(
        {
            f"{folder}/libnew.so.1.2.3": File(Bytes(b"\x7fELF")),
            f"{folder}/libnew.so.1": Symlink("libnew.so.1.2.3"),
        }
    )
    after = libraries.caches(container)
    grown = after[libraries.AUXILIARY].size - before[libraries.AUXILIARY].size
    assert grown == 48 + len("libnew.so.1") + 1


def test_the_log_cuts_a_long_command_after_a_word() -> None:
    (command,) = generated("postgresql-client-15").configured.commands
    cut = logged(command)
    assert len(cut) <= LOGGED < len(command)
    assert command[len(cut)] == " "


def test_info_lists_the_manuals_of_the_base(container: Container) -> None:
    made = configuring.configured("install-info", container, NOW)
    assert isinstance(listed := made[info.DIR], File)
    assert listed.size == 10077  # *ran*: as large as texinfo makes it
    assert made[info.OLD] == File(Zeros(781), Meta(0o644))


def test_fontconfig_tells_what_it_read(container: Container) -> None:
    folder = "/usr/share/fonts/truetype/dejavu"
    parents = {"/usr/share/fonts": Directory(), "/usr/share/fonts/truetype": Directory()}
    names = [f"{folder}/{number}.ttf" for number in range(6)]
    fonts_there = dict.fromkeys(names, File(Zeros(1000)))
    container.unpack({**parents, folder: Directory(), **fonts_there})
    made = configuring.configured("fontconfig", container, NOW)
    assert isinstance(cache := made[fonts.cache_of(folder)], File)
    assert cache.size == 16136  # *ran*
    assert isinstance(log := made[fonts.LOG], File)
    assert (
        f"{folder}: caching, new cache contents: 6 fonts, 0 dirs\n" in log.content.read().decode()
    )


def test_man_db_has_a_folder_for_each_section(container: Container) -> None:
    container.unpack({"/usr/share/man/xx": Directory(), "/usr/share/man/xx/man1": Directory()})
    made = manpages.indexes(container)
    assert isinstance(made["/var/cache/man/xx/cat1"], Directory)
    assert "/var/cache/man/xx/cat5" not in made
    assert made["/var/cache/man/xx/index.db"].meta == Meta(0o644, 6, 12)


def test_a_module_of_php_is_enabled_for_the_servers_that_are_there(container: Container) -> None:
    def enabled() -> set[str]:
        made = configuring.configured("php8.2-common", container, NOW)
        return {path.split("/")[4] for path in made if path.startswith("/etc/php/8.2/")} - {
            "mods-available"
        }

    assert not enabled()
    container.unpack({f"/usr/lib/php{part}": Directory() for part in ("", "/8.2", "/8.2/sapi")})
    container.unpack({"/usr/lib/php/8.2/sapi/fpm": File(b"")})
    assert enabled() == {"fpm"}


def test_a_line_is_added_where_the_script_adds_it(container: Container) -> None:
    configure(container, "libpam-cap")
    lines = container.read_text("/etc/pam.d/common-auth").splitlines()
    assert lines[-1] == "# end of pam-auth-update config"
    assert any("pam_cap.so" in line for line in lines)


def test_dpkg_keeps_the_overrides_before_the_last(container: Container) -> None:
    configure(container, "redis-tools")
    configure(container, "redis-server")
    configure(container, "cron-daemon-common")
    configure(container, "cron")
    now = container.read_text("/var/lib/dpkg/statoverride")
    assert now == container.read_text("/var/lib/dpkg/statoverride-old") + (
        "root crontab 2755 /usr/bin/crontab\n"
    )


def test_a_package_without_scripts_changes_nothing(container: Container) -> None:
    assert not configuring.configured("libpsl5", container, NOW)
    assert not configuring.unpacked("libpsl5", container, NOW)
