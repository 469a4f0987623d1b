"""What ``--help`` prints (docker/cli: cli/cobra.go; spf13/pflag: FlagUsagesWrapped)."""

from layerlab.docker.spec import Command, Flag

WIDTH = 79
"""Without a terminal the client takes it to have 80 columns, and leaves the last one free."""
_SLOP = 5
"""How far the last line of a paragraph may go over, so that no short word stands alone."""


def command_help(command: Command, name: str, api: tuple[int, ...]) -> str:
    """The help of one command, to an engine whose API is ``api``."""
    usage = command.canonical(name)
    parts = [f"Usage:  docker {usage} {command.line}".rstrip(), command.long or command.short]
    if len(command.names) > 1:
        parts.append("Aliases:\n  " + ", ".join(f"docker {each}" for each in command.names))
    flags = [flag for flag in command.flags if not flag.hidden and known_to(flag, api)]
    if flags:
        parts.append("Options:\n" + flag_usages(flags))
    return "\n\n".join(parts) + "\n"


def known_to(flag: Flag, api: tuple[int, ...]) -> bool:
    """Whether an engine with this API knows the option."""
    return not flag.since or tuple(map(int, flag.since.split("."))) <= api


def group_help(name: str, short: str, commands: dict[str, str]) -> str:
    """The help of ``docker image``: ``commands`` are its commands and what each does."""
    return (
        f"Usage:  docker {name} COMMAND\n\n{short}\n\n"
        f"Commands:\n{listing(commands)}\n\n"
        f"Run 'docker {name} COMMAND --help' for more information on a command.\n"
    )


def listing(commands: dict[str, str]) -> str:
    """Commands and what each does, in two columns."""
    return "\n".join(f"  {name:<11} {short}" for name, short in commands.items())


def flag_usages(flags: list[Flag]) -> str:
    """The options in two columns, by name, the second one wrapped."""
    heads = {flag: _head(flag) for flag in sorted(flags, key=lambda flag: flag.name)}
    indent = max(map(len, heads.values())) + 3
    return "\n".join(
        f"{head:<{indent}}{_wrap(indent, _text(flag))}".rstrip() for flag, head in heads.items()
    )


def _head(flag: Flag) -> str:
    name = f"  -{flag.short}, --{flag.name}" if flag.short else f"      --{flag.name}"
    value = flag.usage.split("`")[1] if "`" in flag.usage else flag.kind
    return name if value == "bool" else f"{name} {value}"


def _text(flag: Flag) -> str:
    text = flag.usage.replace("`", "")
    if flag.default:
        shown = f'"{flag.default}"' if flag.kind == "string" else flag.default
        text += f" (default {shown})"
    return text


def _wrap(indent: int, text: str) -> str:
    """``text`` in lines of what ``indent`` leaves of the width; the first follows the head."""
    margin = "\n" + " " * indent
    room = WIDTH - indent
    start = ""
    if room < 24:  # too narrow: as a block, below the option
        margin = "\n" + " " * 16
        room = WIDTH - 16
        start = margin
    lines: list[str] = []
    while text or not lines:
        line, text = _first_line(room - _SLOP, text)
        lines.append(line.replace("\n", margin))
    return start + margin.join(lines)


def _first_line(room: int, text: str) -> tuple[str, str]:
    """As pflag's ``wrapN``: up to ``room`` characters, broken at a space, and the rest."""
    if room + _SLOP > len(text):
        return text, ""
    space = max(text.rfind(blank, 0, room) for blank in " \t\n")
    if space <= 0:
        return text, ""
    newline = text.rfind("\n", 0, room)
    end = newline if 0 < newline < space else space
    return text[:end], text[end + 1 :]
