"""Dockerfiles as they are read. That Docker reads them so is in tests/reference."""

import pytest

from layerlab import DockerfileError
from layerlab.build import BUILDKIT, CLASSIC, Instruction, parse
from layerlab.build.golang import duration, parse_duration, quoted, quoted_number, unfilled
from layerlab.build.ignoring import BadIgnore, Ignore
from layerlab.build.patterns import BadPattern, matches
from layerlab.build.variables import BadSubstitution, expand, words


def only(text: str, **options) -> Instruction:
    """The one instruction behind FROM."""
    (stage,) = parse(f"FROM base\n{text}", **options).stages
    (instruction,) = stage.instructions
    return instruction


def refusal(text: str, **options) -> DockerfileError:
    with pytest.raises(DockerfileError) as caught:
        parse(text, **options)
    return caught.value


def test_lines_are_joined_and_counted():
    text = "\n# a comment\nFROM base\n\nRUN one \\\n  # between\n\n  two \\\n three\nCMD x\n"
    dockerfile = parse(text)
    run, cmd = dockerfile.stages[0].instructions
    assert run.args == ("one   two  three",)
    assert (run.line, run.end, cmd.line) == (5, 9, 10)
    assert dockerfile.warnings[0] == (
        "[WARNING]: Empty continuation line found in:\n    RUN one   two  three"
    )


@pytest.mark.parametrize(
    ("text", "args", "exec_form"),
    [
        ('RUN ["a", "b c"]', ("a", "b c"), True),
        ('RUN ["a"] and more', ("a",), True),
        ("RUN ['a']", ("['a']",), False),
        ('RUN ["a",]', ('["a",]',), False),
        ("RUN echo  two  spaces ", ("echo  two  spaces",), False),
        ("run lower", ("lower",), False),
        ("CMD", (), False),
        ("CMD []", (), True),
        ("COPY a b /c/", ("a", "b", "/c/"), False),
        ('COPY ["a b", "/c"]', ("a b", "/c"), True),
        ("ENV a=1 b='2 3' c=\"4 5\" d=6\\ 7", ("a", "1", "b", "'2 3'", "c", '"4 5"', "d", "6\\ 7"),
         False),
        ("ENV a b  c = d", ("a", "b  c = d"), False),
        ("LABEL \"a b\"=c", ('"a b"', "c"), False),
        ("ARG a b=c", ("a", "b=c"), False),
        ("EXPOSE 90 80/udp", ("80/udp", "90"), False),
        ("VOLUME /a /b", ("/a", "/b"), False),
        ("WORKDIR /a b", ("/a b",), False),
        ('SHELL ["/bin/bash", "-c"]', ("/bin/bash", "-c"), True),
        ("ONBUILD  COPY a /b", ("COPY a /b",), False),
        ("HEALTHCHECK CMD curl  -f x", ("CMD", "curl  -f x"), False),
        ("MAINTAINER me <me@x>", ("me <me@x>",), False),
    ],
)  # fmt: skip
def test_words(text, args, exec_form):
    found = only(text)
    assert (found.args, found.exec_form) == (args, exec_form)


def test_flags_stand_before_the_words():
    copy = only("COPY --from=0 --chown=a:b --link x --chmod=1")
    assert copy.flags == {"from": ("0",), "chown": ("a:b",), "link": ("true",)}
    assert copy.args == ("x", "--chmod=1")
    run = only("RUN --mount=type=cache,target=/a --mount=type=tmpfs,target=/b make")
    assert run.flags["mount"] == ("type=cache,target=/a", "type=tmpfs,target=/b")


def test_stages_and_arguments():
    dockerfile = parse("ARG V=1\nFROM a:$V AS Build\nRUN x\nFROM --platform=linux/arm64 b\nRUN y")
    build, last = dockerfile.stages
    assert (build.name, build.base, last.name, last.platform) == ("build", "a:$V", "",
                                                                   "linux/arm64")  # fmt: skip
    assert [item.args for item in dockerfile.arguments] == [("V=1",)]
    assert dockerfile.steps == 5
    assert dockerfile.stage("BUILD") == 0
    assert dockerfile.stage("nope") is None


def test_directives_stand_first():
    dockerfile = parse("# syntax = docker/dockerfile:1\n# escape=`\nFROM a\nRUN dir `\n c:\\\n")
    assert (dockerfile.syntax, dockerfile.escape) == ("docker/dockerfile:1", "`")
    assert dockerfile.stages[0].instructions[0].args == ("dir  c:\\",)
    assert parse("# a comment\n# escape=`\nFROM a").escape == "\\"


def test_heredocs():
    run = only("RUN <<EOF sh <<-'B C' 3<<D\necho $x\nEOF\n\tone\n\tB C\nD\n")
    assert [(h.name, h.content, h.expand, h.chomp, h.descriptor) for h in run.heredocs] == [
        ("EOF", "echo $x\n", True, False, 0),
        ("B C", "one\n", False, True, 0),
        ("D", "", True, False, 3),
    ]
    assert (run.line, run.end) == (2, 7)
    assert only("ENV a=<<EOF").heredocs == ()
    assert only("ONBUILD COPY <<x /x\nhi\nx").heredocs[0].content == "hi\n"
    assert refusal("FROM a\nRUN <<EOF\nhi").what.endswith("unterminated heredoc")
    assert "unknown instruction: HI" in refusal("FROM a\nRUN <<EOF\nhi", dialect=CLASSIC).what


def test_healthcheck():
    check = only('HEALTHCHECK --interval=1h30m --timeout=1.5s --retries=3 CMD ["a", "b"]').health
    assert check == {
        "Test": ["CMD", "a", "b"], "Interval": 5_400_000_000_000, "Timeout": 1_500_000_000,
        "Retries": 3,
    }  # fmt: skip
    assert only("HEALTHCHECK CMD a b").health == {"Test": ["CMD-SHELL", "a b"]}
    assert only("HEALTHCHECK --any=thing none").health == {"Test": ["NONE"]}


def test_refusals_name_the_line():
    error = refusal("FROM a\n\nRUN x\nFOO \\\n bar\n")
    assert (error.line, error.what) == (
        4,
        "dockerfile parse error line 4: unknown instruction: FOO",
    )
    assert str(error).startswith("line 4, FOO  bar: ")
    assert refusal("FROM a\nRUN b\nENV c\n").line == 3


def test_what_only_buildkit_knows():
    assert only("RUN --network=none x", dialect=BUILDKIT).flag("network") == "none"
    assert "Unknown flag: network" in refusal("FROM a\nRUN --network=none x", dialect=CLASSIC).what
    assert only("HEALTHCHECK --start-interval=1s CMD x").health["StartInterval"] == 10**9


def test_a_bom_and_carriage_returns_are_no_part_of_it():
    assert parse("\ufeffFROM a\r\nRUN b\\\r\n c\r\n").stages[0].instructions[0].args == ("b c",)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$a", "1"), ("${a}", "1"), ("$ab", ""), ("${a}b", "1b"), ("\\$a", "$a"), ("'$a'", "$a"),
        ('"$a"', "1"), ('"\\$a\\b"', "$a\\b"), ("$", "$"), ("a$", "a$"), ("$.", "$."),
        ("${a:-x}", "1"), ("${n:-x}", "x"), ("${e:-x}", "x"), ("${n:-$a}", "1"),
        ("${a:+x}", "x"), ("${n:+x}", ""), ("${a:?x}", "1"), ("${e?x}", ""), ("$1x", "x"),
        ("a\\", "a"), ("'a'\"b\"c", "abc"), ("${n:-'a }'}", "a }"),
    ],
)  # fmt: skip
def test_variables(word, value):
    assert expand(word, {"a": "1", "e": ""}) == value


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("${a", "missing ':' in substitution"),
        ("${", "syntax error: missing '}'"),
        ("${}", "syntax error: bad substitution"),
        ("${n:?gone}", "n: gone"),
        ("${n:?}", "n: is not allowed to be unset"),
        ("${e:?}", "e: is not allowed to be empty"),
        ("${n?}", "n: is not allowed to be unset"),
        ("${a:=b}", "unsupported modifier (=) in substitution"),
        ("${a:-b", "syntax error: missing '}'"),
        ("'a", "unexpected end of statement while looking for matching single-quote"),
        ('"a', "unexpected end of statement while looking for matching double-quote"),
    ],
)
def test_variables_that_cannot_be(word, fault):
    with pytest.raises(BadSubstitution) as caught:
        expand(word, {"a": "1", "e": ""})
    assert caught.value.what == f"failed to process {quoted(word)}: {fault}"


def test_words_after_expansion():
    assert words("$a 'c d'", {"a": "1 2"}) == ["1", "2", "c d"]
    assert expand("`$a", {"a": "1"}, "`") == "$a"


@pytest.mark.parametrize(
    ("rules", "left_out", "kept"),
    [
        ("*.md\n!README*.md\nREADME-secret.md", ["a.md", "README-secret.md"], ["README.md", "x"]),
        ("*/temp*", ["a/temp", "a/tempx/y"], ["temp", "a/b/temp"]),
        ("**/*.go", ["a.go", "a/b/c.go"], ["a.god"]),
        ("**/foo", ["foo", "a/foo", "a/foo/b"], ["xfoo"]),
        ("**foo", ["foo", "xfoo"], ["foox"]),
        ("foo/**", ["foo/a", "foo/a/b"], ["foo"]),
        ("a/**/b", ["a/b", "a/x/y/b"], ["b", "xa/b"]),
        ("/foo", ["foo", "foo/a"], ["a/foo"]),
        ("foo/./bar/..", ["foo"], ["bar"]),
        ("temp?", ["tempa"], ["temp", "temp/a"]),
        ("[a-c].txt", ["b.txt"], ["d.txt"]),
        ("*\n!dir/keep", ["dir", "x", "dir/x"], ["dir/keep", "dir/keep/deep"]),
        ("!a\na", ["a"], ["b"]),
        ("# no\n #yes", ["#yes"], ["# no"]),
        ("\\*", ["*"], ["a"]),
        ("a.b+c", ["a.b+c"], ["aXb+c"]),
    ],
)
def test_dockerignore(rules, left_out, kept):
    ignore = Ignore.parse(rules)
    assert [path for path in (*left_out, *kept) if ignore.excludes(path)] == left_out


def test_dockerignore_refuses_what_is_no_pattern():
    with pytest.raises(BadIgnore, match="illegal exclusion pattern"):
        Ignore.parse("!")
    with pytest.raises(BadIgnore, match="syntax error in pattern"):
        Ignore.parse("[a")


def test_patterns_are_go_s():
    assert matches("[^a]?c*", "bxcd")
    assert not matches("*", "a/b")
    assert matches("[\\-x]", "-")
    assert not matches("[b-a]", "a")
    assert matches("[!a]", "!")
    for pattern in ("[", "[]a]", "[-]", "[a-]", "a\\"):
        with pytest.raises(BadPattern):
            matches(pattern, "a")


@pytest.mark.parametrize(
    ("text", "nanoseconds", "shown"),
    [("5m", 300 * 10**9, "5m0s"), ("1.5s", 1500 * 10**6, "1.5s"), ("20ms", 20 * 10**6, "20ms"),
     ("1h", 3600 * 10**9, "1h0m0s"), ("0", 0, "0s"), ("-2us", -2000, "-2µs"), ("7ns", 7, "7ns")],
)  # fmt: skip
def test_durations(text, nanoseconds, shown):
    assert parse_duration(text) == nanoseconds
    assert duration(nanoseconds) == shown


@pytest.mark.parametrize(
    ("text", "fault"),
    [("1", 'time: missing unit in duration "1"'), ("", 'time: invalid duration ""'),
     ("x", 'time: invalid duration "x"'), ("1s2x", 'time: unknown unit "x" in duration "1s2x"')],
)  # fmt: skip
def test_durations_that_are_none(text, fault):
    with pytest.raises(ValueError) as caught:
        parse_duration(text)
    assert str(caught.value) == fault


def test_quotes():
    assert quoted('a"\t\x01é\u200b') == r'"a\"\t\x01é\u200b"'
    assert [quoted_number(n) for n in (0, 3, 10, 39, 34, 65)] == [
        r"'\x00'", r"'\x03'", r"'\n'", r"'\''", "'\"'", "'A'",
    ]  # fmt: skip


def test_a_text_taken_for_a_format():
    assert unfilled("date +%F 100%% % x %--y %5.2z") == (
        "date +%!F(MISSING) 100% %!x(MISSING) %!y(MISSING) %!z(MISSING)"
    )
    assert unfilled("%") == "%!(NOVERB)"


@pytest.mark.parametrize("depth", [300, 20_000])
def test_substitutions_nested_without_end(depth):
    text = "${a:-" * depth + "x" + "}" * depth
    with pytest.raises(BadSubstitution, match="nested too deeply"):
        expand(text, {}, "\\")
    shallow = "${a:-" * 90 + "x" + "}" * 90
    assert expand(shallow, {}, "\\") == "x"
