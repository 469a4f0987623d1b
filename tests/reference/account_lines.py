"""Command lines about users and groups, and the files that they are run on."""

from pathlib import Path

from layerlab import Directory, File, Layer, Meta

OLD = 981_173_106
"""2001-02-03 04:05:06 UTC."""
_PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
_apt:x:42:65534::/nonexistent:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_GROUP = """\
root:x:0:
daemon:x:1:
sudo:x:27:
audio:x:29:
shadow:x:42:
users:x:100:
nogroup:x:65534:
"""


def accounts() -> Layer:
    """What Debian has in ``/etc`` for them, with this machine's own settings."""

    def text(content: str, mode: int = 0o644, gid: int = 0) -> File:
        return File(content.encode(), Meta(mode, 0, gid, OLD))

    folder = Directory(Meta(0o755, mtime=OLD))
    names = [line.partition(":")[0] for line in _PASSWD.splitlines()]
    secrets = "".join(f"{name}:*:19000:0:99999:7:::\n" for name in names)
    groups = "".join(f"{line.partition(':')[0]}:*::\n" for line in _GROUP.splitlines())
    settings = {path: text(Path(path).read_text()) for path in
                ("/etc/login.defs", "/etc/default/useradd", "/etc/adduser.conf",
                 "/etc/deluser.conf")}  # fmt: skip
    folders = ("/", "/etc", "/etc/default", "/etc/skel", "/etc/pam.d",
               "/home", "/usr", "/usr/bin", "/usr/sbin", "/run", "/srv", "/var",
               "/var/log", "/var/mail")  # fmt: skip
    pam = {str(path): text(path.read_text()) for path in Path("/etc/pam.d").iterdir()}
    program = File(b"\x7fELF\0", Meta(0o755, mtime=OLD))
    shells = dict.fromkeys(("/usr/bin/bash", "/usr/bin/false", "/usr/sbin/nologin"), program)
    return Layer.of({
        **dict.fromkeys(folders, folder), **settings, **pam, **shells,
        "/etc/passwd": text(_PASSWD), "/etc/group": text(_GROUP),
        "/etc/passwd-": text("root:x:0:0:root:/root:/bin/bash\n", 0o600),
        "/etc/shadow": text(secrets, 0o640, 42), "/etc/gshadow": text(groups, 0o640, 42),
        "/etc/subuid": text(""), "/etc/subgid": text(""), "/etc/skel/.profile": text("# me\n"),
        "/var/log/lastlog": text("", 0o664, 43), "/var/log/faillog": text(""),
    })  # fmt: skip


ACCOUNT_LINES = r"""
useradd app
useradd -m app; ls -la /home/app
useradd -r -s /bin/false app; id app
useradd -m -u 1234 -g users -G sudo,audio -s /bin/bash -c "A B" -d /srv/x app; id app
groupadd -r app && useradd -r -g app app; groupadd -r other && useradd --system --gid other other
groupadd -g 999 g; groupadd -g 1001 h; groupadd i; groupadd -r j; cat /etc/group
useradd -u 10001 -U app; useradd app; useradd -g nosuch x; useradd -u 10001 y; userdel nosuch
useradd -u 10001 app; userdel -r app; echo $?; cat /etc/passwd /etc/group
useradd -M -N b; useradd -m -k /nosuch c; useradd -b /srv -m d; useradd -l e; useradd f
useradd -rm -d /opt/x -u 1001 -s /usr/sbin/nologin -U app; useradd "a b"; useradd -o -u 0 t
useradd -p xx f; useradd -e 2030-01-01 -f 3 g; useradd -G nosuch h; useradd -d relative i
useradd -m -d /no/such/home/j j; useradd sudo; echo $?; useradd -s /nosuch w; useradd -m -d /srv k
groupadd sudo; groupadd -f sudo; echo $?; groupadd -g 27 n; groupadd -g 28 -r o; groupadd -f -g 27 p
useradd -m u; userdel u; echo $?; useradd -m v -G sudo; userdel -r v; userdel -f v; ls /home
useradd app; usermod -aG sudo,audio app; usermod -s /bin/bash -d /h app; id app
useradd app; usermod -u 1500 app; groupmod -g 1600 app; id app; usermod -l app2 app; id app2
useradd -m -G sudo app; usermod -G audio app; usermod -u 1500 -g users app; ls -la /home; id app
useradd app; groupdel app; groupdel users; groupdel nosuch; groupmod -n people users; cat /etc/group
useradd app; passwd -d app; passwd -l root; passwd -u root; passwd -l nosuch; passwd -S root
useradd app; gpasswd -a app audio; gpasswd -d app audio; gpasswd -a x audio; gpasswd -a root nosuch
usermod -aG nosuch root; usermod nosuch; usermod -L root; usermod -U root; usermod -p '*' root
adduser --disabled-password --gecos "" app; id app; ls -la /home/app
adduser --system --group app; id app
addgroup --system app && adduser --system --ingroup app --no-create-home app
addgroup --gid 1500 app; adduser --uid 1500 --gid 1500 --disabled-password --gecos "x" app
adduser --system app; adduser --system app; useradd bob; adduser bob sudo; adduser bob sudo
addgroup sudo; addgroup --system sudo; addgroup --system nogroup; addgroup users --gid 27
useradd bob; adduser bob sudo; deluser bob sudo; deluser bob; deluser bob; delgroup nosuch
adduser --disabled-login --gecos "" --no-create-home --quiet q; adduser Bad; adduser root nosuch
adduser --system --gecos "My App" --home /srv/z --shell /bin/bash --group z; ls -la /srv
adduser --system --uid 200 --group --home /srv/y y; adduser --system --no-create-home --group x
addgroup x; delgroup x; adduser nosuch1 nosuch2; adduser --disabled-password --gecos "A,B" w
useradd -m app && chown -R app:app /srv && ls -la /srv && id -u app && echo ~
""".strip("\n").split("\n")
