"""Go templates, as --format takes them. What is expected was printed by the client (28.2)."""

import pytest

from layerlab.docker.formatting import render
from layerlab.docker.gotemplate import Nil, Record, Template, TemplateError, raw
from layerlab.docker.structs import typed
from layerlab.docker.table import align, display_width, ellipsis

DOCUMENT = {
    "Id": "sha256:4a57b412b6ed",
    "RepoTags": ["app:1"],
    "Size": 1985486,
    "Os": "linux",
    "Config": {
        "Env": ["PATH=/bin:/sbin", "A=1"],
        "Cmd": None,
        "WorkingDir": "/srv",
        "Labels": {"team": "core", "tier": "a & b", "empty": ""},
        "ExposedPorts": {"80/tcp": {}},
    },
    "RootFS": {"Type": "layers", "Layers": ["sha256:aa", "sha256:bb"]},
    "Metadata": {"LastTagTime": "2026-11-24T13:39:14.386360955Z"},
}
IMAGE = typed("image.InspectResponse", DOCUMENT)


def printed(text: str) -> str:
    """As ``docker inspect -f`` does: on the struct, or else on the JSON itself."""
    template = Template(text)
    try:
        return template.render(IMAGE)
    except TemplateError:
        return template.render(raw(DOCUMENT), strict=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{.ID}} {{.Os}}", "sha256:4a57b412b6ed linux"),
        ("{{.Id}}", "sha256:4a57b412b6ed"),
        ("{{.Config.Env}}", "[PATH=/bin:/sbin A=1]"),
        ("{{range .Config.Env}}<{{.}}>{{end}}", "<PATH=/bin:/sbin><A=1>"),
        ("{{range $i, $e := .Config.Env}}{{$i}}={{$e}} {{end}}", "0=PATH=/bin:/sbin 1=A=1 "),
        ("{{range .Config.Cmd}}x{{else}}none{{end}}", "none"),
        ("{{range .Config.Env}}{{.}}{{break}}{{end}}", "PATH=/bin:/sbin"),
        ("{{range .Config.Env}}{{continue}}x{{end}}ok", "ok"),
        ("{{range 3}}{{.}}{{end}}", "012"),
        ("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}", "empty=;team=core;tier=a & b;"),
        ('{{join .Config.Env ", "}}', "PATH=/bin:/sbin, A=1"),
        ('{{join (split "a,b" ",") "/"}}', "a/b"),
        ("{{.Config.Labels}}", "map[empty: team:core tier:a & b]"),
        ('{{index .Config.Labels "team"}}|{{index .Config.Labels "nope"}}', "core|"),
        ("{{.Config.Labels.nope}}", "<no value>"),
        ("{{json .Config.Labels}}", '{"empty":"","team":"core","tier":"a & b"}'),
        ("{{json .Config.Cmd}} {{.Config.Cmd}} {{len .Config.Cmd}}", "null [] 0"),
        ("{{json .RootFS}}", '{"Type":"layers","Layers":["sha256:aa","sha256:bb"]}'),
        ("{{.RootFS}}", "{layers [sha256:aa sha256:bb]}"),
        ("{{.Config.ExposedPorts}}", "map[80/tcp:{}]"),
        ("{{.Metadata.LastTagTime}}", "2026-11-24 13:39:14.386360955 +0000 UTC"),
        ("{{if .Config.User}}a{{else if eq .Os \"linux\"}}b{{else}}c{{end}}", "b"),
        ("{{with .Config.WorkingDir}}wd={{.}}{{end}}", "wd=/srv"),
        ("{{with .Config.User}}{{.}}{{else}}root{{end}}", "root"),
        ("{{with .Config.User}}a{{else with .Os}}{{.}}{{end}}", "linux"),
        ("{{or .Config.User \"root\"}} {{and .ID .Os}} {{not .ID}}", "root linux false"),
        ("{{and 0 (index .Config.Env 99)}}", "0"),
        ('{{eq "a" "b" "a"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 2 3}}',
         "true true true true false false"),
        ("{{len .Id}} {{len .RootFS.Layers}}", "19 2"),
        ("{{slice .Id 7 11}} {{slice .Config.Env 1}}", "4a57 [A=1]"),
        ("{{truncate .Id 6}}{{truncate .Os 99}}", "sha256linux"),
        ('{{upper .Os}} {{lower "ABC"}} {{title "hello world-foo bar_baz"}}',
         "LINUX abc Hello World-Foo Bar_baz"),
        ('{{pad "a" 2 3}}|{{pad "" 2 3}}|', "  a   ||"),
        ('{{println "a" 1}}{{print 1 2 "a" "b" 3 4}}', "a 1\n1 2ab3 4"),
        ('{{printf "%s|%q|%5d|%05d|%-4s|%x|%v|%.2f" "a" "b" 42 42 "c" 255 true 1.5}}',
         'a|"b"|   42|00042|c   |ff|true|1.50'),
        ('{{printf "%d" "a"}} {{printf "%s"}} {{printf "%s" "a" "b"}}',
         "%!d(string=a) %!s(MISSING) a%!(EXTRA string=b)"),
        ('{{printf "%T %T %T" .Id 1 1.5}}', "string int float64"),
        ("{{html \"a<b>&\"}} {{js \"it's\"}} {{urlquery \"a b&c\"}}",
         "a&lt;b&gt;&amp; it\\'s a+b%26c"),
        ('{{upper .Os | lower | printf "%s-%s" "x"}}', "x-linux"),
        ("{{.Os | printf \"%.3s\"}}", "lin"),
        ("{{$x := 1}}{{$x = 2}}{{$x}} {{$.Os}}", "2 linux"),
        ("a {{- .Os -}}  b", "alinuxb"),
        ("a\n{{- /* what */ -}}  b{{/* that */}}", "ab"),
        ("{{0x1F}} {{017}} {{1_000}} {{1.5}} {{1e3}} {{'a'}} {{true}}",
         "31 15 1000 1.5 1000 97 true"),
        (r'{{"tab\t\u00e9"}} {{`raw \n`}}', "tab\té raw \\n"),
        ("no template", "no template"),
    ],
)  # fmt: skip
def test_what_a_template_prints(text: str, expected: str) -> None:
    assert printed(text) == expected


AT = 'template: :1:{}: executing "" at <{}>: {}'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{{.Foo}}", AT.format(2, ".Foo", 'map has no entry for key "Foo"')),
        ("{{.Config.Foo}}", AT.format(9, ".Config.Foo", 'map has no entry for key "Foo"')),
        ("{{.Id.Foo}}", AT.format(5, ".Id.Foo", "can't evaluate field Foo in type interface {}")),
        ("{{(index .Config.Env 0).Foo}}",
         AT.format(21, "0", "can't evaluate field Foo in type string")),
        ("{{upper 3}}", AT.format(8, "3", "expected string; found 3")),
        ("{{upper .Size}}",
         AT.format(8, ".Size", "wrong type for value; expected string; got json.Number")),
        ("{{upper}}", AT.format(2, "upper", "wrong number of args for upper: want 1 got 0")),
        ("{{index .RepoTags 1}}",
         AT.format(2, "index .RepoTags 1",
                   "error calling index: reflect: slice index out of range")),
        ("{{index .RepoTags 9}}",
         AT.format(2, "index .RepoTags 9", "error calling index: index out of range: 9")),
        ("{{eq .Os 1}}",
         AT.format(2, "eq .Os 1", "error calling eq: incompatible types for comparison")),
        ('{{.Id "a"}}', AT.format(2, ".Id", "Id is not a method but has arguments")),
        ('{{"s" "a"}}', AT.format(2, '"s"', 'can\'t give argument to non-function "s"')),
        ("{{nil}}", AT.format(2, "nil", "nil is not a command")),
        ("{{range .Os}}{{end}}", AT.format(8, ".Os", "range can't iterate over linux")),
        ("{{", "template: :1: unclosed action"),
        ("{{.Id\n", "template: :2: unclosed action started at :1"),
        ("{{}}", "template: :1: missing value for command"),
        ("{{if}}{{end}}", "template: :1: missing value for if"),
        ("{{if .Id}}", "template: :1: unexpected EOF"),
        ("{{end}}", "template: :1: unexpected {{end}}"),
        ("{{else}}", "template: :1: unexpected {{else}}"),
        ("{{foo}}", 'template: :1: function "foo" not defined'),
        ("{{$y}}", 'template: :1: undefined variable "$y"'),
        ("{{.Id | 3}}", "template: :1: non executable command in pipeline stage 2"),
        ("{{(.Id}}", "template: :1: unclosed left paren"),
        ("{{.Id)}}", "template: :1: unexpected right paren"),
        ("{{#}}", 'template: :1: unexpected "#" in command'),
        ('{{"a}}', "template: :1: unterminated quoted string"),
        ("{{3x}}", 'template: :1: bad number syntax: "3x"'),
        ("{{.Id#}}", "template: :1: bad character U+0023 '#'"),
        ("{{/* a }}", "template: :1: unclosed comment"),
        ("{{break}}", "template: :1: {{break}} outside {{range}}"),
        ("{{$a, $b := .Id}}", "template: :1: too many declarations in command"),
        ("{{define \"x\"}}{{end}}", "template: :1: {{define}} is not simulated by layerlab"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_template(text: str, error: str) -> None:
    with pytest.raises(TemplateError) as caught:
        printed(text)
    assert str(caught.value) == error


def test_json_of_an_image_s_config_leaves_out_what_is_empty() -> None:
    assert printed("{{json .Config}}") == (
        '{"ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin:/sbin","A=1"],"WorkingDir":"/srv",'
        '"Labels":{"empty":"","team":"core","tier":"a & b"}}'
    )


def test_a_row_as_json_is_sorted_and_escaped_for_html() -> None:
    row = Record("*row", {"Size": "1B", "By": "a && b > c", "None": Nil("*x")}, row=True)
    assert Template("{{json .}}").render(row) == (
        '{"By":"a \\u0026\\u0026 b \\u003e c","None":null,"Size":"1B"}'
    )
    assert Template("{{json .By}}").render(row) == '"a && b > c"'


def test_a_row_names_its_type() -> None:
    with pytest.raises(TemplateError, match=r"can't evaluate field B in type \*x\.y"):
        Template("{{.B}}").render(Record("*x.y", {"A": ""}, row=True))


ROWS = [Record("*row", {"ID": name, "Size": size}, row=True) for name, size in
        (("a", "1B"), ("a much longer name", "2B"))]  # fmt: skip
HEADERS = {"ID": "IMAGE ID", "Size": "SIZE"}


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("table {{.ID}}\t{{.Size}}",
         "IMAGE ID             SIZE\na                    1B\na much longer name   2B\n"),
        (r"table {{.Size}}\t{{.ID}}",
         "SIZE      IMAGE ID\n1B        a\n2B        a much longer name\n"),
        ("table {{upper .ID}}\t{{json .Size}}",
         'IMAGE ID             SIZE\nA                    "1B"\nA MUCH LONGER NAME   "2B"\n'),
        ("table {{.ID}}", "IMAGE ID\na\na much longer name\n"),
        ("{{.ID}}: {{.Size}}", "a: 1B\na much longer name: 2B\n"),
        (r"{{.ID}}\t{{.Size}}\n", "a\t1B\n\na much longer name\t2B\n\n"),
        ("json", '{"ID":"a","Size":"1B"}\n{"ID":"a much longer name","Size":"2B"}\n'),
    ],
)  # fmt: skip
def test_formats(layout: str, expected: str) -> None:
    assert render(layout, ROWS, HEADERS) == expected


def test_a_heading_that_nothing_is_known_of() -> None:
    assert render("table {{.Foo}}", [], HEADERS) == "<no value>\n"
    heading = render('table {{.Label "com.example.app-name"}}', [], HEADERS)
    assert heading == "app name\n"


def test_columns_last_as_long_as_lines_running_have_them() -> None:
    assert align("a\tb\nno cells\nlong enough to matter\tb\n") == (
        "a         b\nno cells\nlong enough to matter   b\n"
    )
    assert align("a\t\tc\nbb\tb\tc") == "a                   c\nbb        b         c"


def test_wide_characters_take_two_columns() -> None:
    assert display_width("层a") == 3
    assert align("层\tb\n") == "层        b\n"
    assert ellipsis("abcdef", 6) == "abcdef"
    assert ellipsis("abcdefg", 6) == "abcde…"
    assert ellipsis("层层层层", 6) == "层层…"
