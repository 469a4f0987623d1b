"""Record what Apache's switches say and do, on Debian 12, where the catalog was measured.

    python tools/record_switches.py FOLDER

FOLDER is that of tools/measure_catalog.py. Writes tests/reference/switches.json.
"""

import json
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from measure.generated import run

LINES = """\
a2enmod rewrite
a2enmod rewrite
a2enmod ssl
a2enmod proxy_http headers
a2enmod nosuch
a2dismod rewrite
a2dismod rewrite
a2dismod nosuch
a2enmod -q expires
a2enmod cgi
a2enmod mpm_prefork
a2dismod mpm_event
a2enmod mpm_prefork
a2enmod cgi
a2dismod proxy
a2dismod -f proxy
a2ensite default-ssl
a2ensite default-ssl.conf
a2dissite 000-default
a2dissite 000-default
a2ensite nosuch
a2enconf charset
a2enconf nosuch
a2disconf charset serve-cgi-bin
a2enmod rewrite.load
a2dismod -p rewrite
a2enmod 'auth_d*' 'nosuch*'
a2dismod deflate </dev/null
a2dismod -q -f deflate
a2enmod -m deflate
rm /etc/apache2/mods-enabled/ssl.load; a2dismod ssl; a2enmod ssl
rm /etc/apache2/mods-enabled/ssl.conf; a2enmod ssl
""".splitlines()
RECORDED = Path(__file__).parents[1] / "tests/reference/switches.json"
_INSTALL = """
rm -f /etc/apt/apt.conf.d/docker-clean
apt-get -o Dir::Cache::Archives=/measure/debs -o Debug::NoLocking=1 --no-download -y \\
    --no-install-recommends install apache2 >/measure/log 2>&1
"""
_LINE = """
sh -c {line} >/measure/out.{at} 2>/measure/err.{at}
echo $? >/measure/code.{at}
find /etc/apache2 /var/lib/apache2 -printf '%y %m %l %p\\n' | sort >/measure/paths.{at}
"""


def main(folder: Path) -> None:
    script = _INSTALL + "set +e\n"
    for at, line in enumerate(["true", *LINES]):
        script += _LINE.format(line=shlex.quote(line), at=at)
    with TemporaryDirectory(dir=folder) as scratch:
        seen = Path(scratch, "x")
        run(folder / "updated", folder / "debs", script, seen)
        rows = [_row(seen / "measure", at, line) for at, line in enumerate(LINES, 1)]
    RECORDED.write_text(json.dumps(rows, indent=1) + "\n")


def _row(folder: Path, at: int, line: str) -> dict[str, object]:
    def text(name: str, number: int = at) -> str:
        return (folder / f"{name}.{number}").read_text()

    before, after = (set(text("paths", number).splitlines()) for number in (at - 1, at))
    return {
        "line": line,
        "code": int(text("code")),
        "stdout": text("out"),
        "stderr": text("err"),
        "gone": sorted(before - after),
        "made": sorted(after - before),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
