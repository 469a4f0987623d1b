"""``%docker``, ``%host`` and ``%%dockerfile`` in a notebook."""

import pytest
from IPython.core.interactiveshell import InteractiveShell

from layerlab import Engine, Image, Layer, LayerlabError
from layerlab.notebook import magics


@pytest.fixture
def shell():
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


@pytest.fixture
def engine(shell) -> Engine:
    engine = Engine()
    engine.add("base", Image([Layer.of({"/bin/sh": b"#!"})]))
    magics(engine)
    return engine


def test_docker_prints_what_the_command_prints(shell, engine, capsys):
    shell.run_cell("%docker images -q", store_history=False).raise_error()
    assert capsys.readouterr().out == engine.docker("images -q")


def test_templates_keep_their_braces(shell, engine, capsys):
    line = "images --format '{{.Repository}}:{{.Tag}}'"
    shell.run_cell(f"%docker {line}").raise_error()
    assert capsys.readouterr().out == "base:latest\n"


def test_a_refusal_is_printed_and_not_raised(shell, engine, capsys):
    shell.run_cell("%docker tag nope x").raise_error()
    printed = capsys.readouterr()
    assert printed.err == "Error response from daemon: No such image: nope:latest\n"
    assert printed.out == ""


def test_a_quote_that_stays_open_is_told(shell, engine, capsys):
    shell.run_cell('%docker tag "base x').raise_error()
    assert capsys.readouterr().err == "layerlab: No closing quotation\n"


def test_the_host_runs_lines_and_cells(shell, engine, capsys):
    shell.run_cell("%host echo hello").raise_error()
    assert capsys.readouterr().out == "hello\n"
    shell.run_cell("%%host\ncd /var/lib/docker\npwd\ndocker images -q").raise_error()
    assert capsys.readouterr().out == "/var/lib/docker\n" + engine.docker("images -q")


def test_outside_of_a_notebook_it_is_an_error():
    InteractiveShell.clear_instance()
    with pytest.raises(LayerlabError, match="no notebook"):
        magics(Engine())


def test_the_name_is_the_function_every_time():
    import layerlab.notebook

    assert layerlab.notebook.magics is magics


def test_a_pull_ends_as_it_does_in_a_terminal(shell, engine, capsys):
    shell.run_cell("%docker pull alpine:3.12").raise_error()
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["3.12: Pulling from library/alpine", "801bfaa63ef2: Pull complete"]
    assert lines[2].startswith("Digest: sha256:")
    assert len(lines) == 5


def test_a_cell_is_built_as_docker_build_does(shell, engine, capsys):
    cell = "%%dockerfile -t shop:1 --build-arg A=b\nFROM base\nARG A\nENV MODE=$A"
    shell.run_cell(cell).raise_error()
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    assert lines[0].startswith("Sending build context to Docker daemon")
    assert lines[1] == "Step 1/3 : FROM base"
    assert lines[-1] == "Successfully tagged shop:1"
    assert "MODE=b" in engine.image("shop:1").image.config.env


@pytest.mark.parametrize("content", ["hello", b"hello"])
def test_a_mapping_of_the_notebook_is_the_context(shell, engine, capsys, content):
    shell.user_ns["files"] = {"app/motd": content}
    shell.run_cell("%%dockerfile -t shop files\nFROM base\nCOPY app /etc/").raise_error()
    assert capsys.readouterr().out.endswith("Successfully tagged shop:latest\n")
    assert engine.image("shop").image.rootfs.read_bytes("/etc/motd") == b"hello"


def test_a_folder_can_be_the_context(shell, engine, capsys, tmp_path):
    (tmp_path / "motd").write_text("hello")
    shell.run_cell(f"%%dockerfile -t shop {tmp_path}\nFROM base\nCOPY motd /etc/").raise_error()
    assert capsys.readouterr().err == ""
    assert engine.image("shop").image.rootfs.read_bytes("/etc/motd") == b"hello"


def test_an_options_value_is_no_context(shell, engine, capsys):
    shell.user_ns["shop"] = {"motd": "hello"}
    shell.run_cell("%%dockerfile -t shop\nFROM base\nENV A=b").raise_error()
    assert "Successfully tagged shop:latest" in capsys.readouterr().out


def test_a_build_that_fails_names_its_line(shell, engine, capsys):
    before = engine.docker("images")
    shell.run_cell("%%dockerfile -t bad\n\n# a comment\nFROM base\nCOPY x /\n").raise_error()
    said = capsys.readouterr().err
    assert "COPY failed: file not found in build context" in said
    assert said.endswith("it stopped at line 4 of the cell's Dockerfile: COPY x /\n")
    assert engine.docker("images") == before


def test_a_dockerfile_that_cannot_be_read_is_told(shell, engine, capsys):
    shell.run_cell("%%dockerfile\nFROM base\nCOPPY a b").raise_error()
    assert "parse error line 2: unknown instruction: COPPY" in capsys.readouterr().err
    shell.run_cell("%%dockerfile --no-such\nFROM base").raise_error()
    assert "unknown flag: --no-such" in capsys.readouterr().err
    shell.run_cell("%%dockerfile nowhere\nFROM base").raise_error()
    assert 'unable to prepare context: path "nowhere" not found' in capsys.readouterr().err
    shell.user_ns["files"] = {"a": 1}
    shell.run_cell("%%dockerfile files\nFROM base").raise_error()
    assert "layerlab: " in capsys.readouterr().err
