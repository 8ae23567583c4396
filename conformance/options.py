"""The table of options under pytest: command line, environment, `conformance.toml`, default."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.file import File
from conformance.option import Kind, Option
from conformance.settings import Settings, options

_PACKAGE = Path(__file__).parent
_SETTINGS = pytest.StashKey[Settings]()


def add_options(parser: pytest.Parser, *, shared: bool = False) -> None:
    """Declare the options; None stands for what the command line does not say.

    Those that are `shared` with plugins of others come last: a name that one of them has taken is
    left to it, and ours is another.
    """
    group = parser.getgroup("conformance", "holding a target to its contract")
    for each in options():
        if each.shared is not shared:
            continue
        try:
            _add(group, each, each.flag)
        except (argparse.ArgumentError, ValueError):
            if not shared:
                raise
            _add(group, each, each.instead)


def _add(group: pytest.OptionGroup, option: Option, flag: str) -> None:
    words = option.words.replace("`", "").replace("%", "%%")
    dest = _dest(option)
    if not option.metavar:
        group.addoption(flag, action="store_true", default=None, dest=dest, help=words)
        return
    group.addoption(
        flag,
        action="append" if option.repeatable else "store",
        type=_typed(option.kind),
        default=None,
        metavar=option.metavar,
        dest=dest,
        help=words,
    )


def _dest(option: Option) -> str:
    return f"conformance_{option.field}"


def _typed(kind: Kind) -> Callable[[str], Any]:
    def read(text: str) -> Any:  # noqa: ANN401  (of the option's kind)
        try:
            # pytest-xdist hands only plain values on to its workers: a path stays a text.
            value = kind.read(text)
        except ValueError as problem:
            raise argparse.ArgumentTypeError(f"{text!r} {problem}") from None
        return str(value) if isinstance(value, Path) else value

    return read


def wanted(config: pytest.Config) -> bool:
    """Whether the user speaks to this suite: gives an option of it, or names its tests."""
    return _asked(config) or _named(config)


def name_tests(config: pytest.Config) -> None:
    """Let pytest run the tests of this suite where an option asks for it and no test is named."""
    named_some = config.args_source is pytest.Config.ArgsSource.ARGS
    if _asked(config) and not named_some and not _named(config):
        config.args.append(str(_PACKAGE))


def _asked(config: pytest.Config) -> bool:
    return any(each.wakes and config.getoption(_dest(each)) is not None for each in options())


def _named(config: pytest.Config) -> bool:
    here = config.invocation_params.dir
    places = (argument.partition("::")[0] for argument in config.args)
    return any(
        place.partition(".")[0] == _PACKAGE.name or Path(here, place).is_relative_to(_PACKAGE)
        for place in places
    )


def settings(config: pytest.Config) -> Settings:
    """Return what the user asked for. Raises UsageError for a wrong `conformance.toml`."""
    if _SETTINGS not in config.stash:
        config.stash[_SETTINGS] = _settings(config)
    return config.stash[_SETTINGS]


def _settings(config: pytest.Config) -> Settings:
    from conformance.config import find, read  # noqa: PLC0415  (not for other suites)

    here = Path(config.invocation_params.dir)
    named = config.getoption("conformance_config")
    path = Path(here, named) if named is not None else find(here)
    file = read(path) if path is not None else File()
    chosen = dict(file.chosen)
    for each in options():
        given = config.getoption(_dest(each))
        if given is None and each.environment:
            given = os.environ.get(each.environment)
        if given is not None:
            _refuse_empty(each, given)
            chosen[each.field] = tuple(given) if each.repeatable else given
    chosen["reports"] = Path(here, chosen.get("reports", Settings.reports))
    return Settings(
        **chosen,
        file=file,
        cache=_cache(config),
        # pytest's own --strict; with it, findings of level SHOULD make the run red as well.
        strict="strict=true" in (config.option.override_ini or ()),
        command=shlex.join(["pytest", *map(str, config.invocation_params.args)]),
        environment={"pytest": pytest.__version__},
    )


def _refuse_empty(option: Option, given: Any) -> None:  # noqa: ANN401  (of the option's kind)
    if given == "" or (option.repeatable and "" in given):
        raise UsageError(
            f"{option.flag} is empty",
            f"Give it {option.metavar}, or leave it away. A variable that is not set is empty.",
        )


def _cache(config: pytest.Config) -> Path | None:
    """Return where plans are kept: in pytest's own cache; nowhere with `-p no:cacheprovider`."""
    cache = getattr(config, "cache", None)
    try:
        return None if cache is None else Path(cache.mkdir("conformance"))
    except OSError:  # a folder that cannot be written: everything is derived each time
        return None
