"""``%docker`` and ``%host`` in a notebook."""

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
