"""What tests on real processes are told of: a rule on stale air, and a route to a webhook."""

RULE = """
[rules.{name}]
title = {{ fr = "Air vicié ({name})", en = "Stale air ({name})" }}
action = {{ fr = "Ouvrir les fenêtres.", en = "Open the windows." }}
quantity = "co2"
{told}
{more}
[rules.{name}.levels.critical]
above = 1500
clear = {clear}
for = "{delay}"
keep_firing_for = "{keep}"
"""
OF_EACH = 'group = "device"'
AT_ONCE = f'wait = "0 s"\n{OF_EACH}'
NOTIFY = """
[channels.gmao]
webhook = "{hook}"
allow_private = true
[[routes]]
channels = [{channels}]
{more}
"""


def rule(
    name: str = "co2",
    more: str = "",
    clear: float = 1490,
    delay: str = "0 s",
    keep: str = "0 s",
    told: str = AT_ONCE,
) -> str:
    """A table of rules.toml: critical above 1,500 ppm. `told` says when and with which others people are told."""
    return RULE.format(name=name, more=more, clear=clear, delay=delay, keep=keep, told=told)


def notify(hook: str, *others: str, more: str = "") -> str:
    """Tables of notify.toml: the channel `gmao`, a webhook, and a route to `others` and to it."""
    channels = ", ".join(f'"{name}"' for name in (*others, "gmao"))
    return NOTIFY.format(hook=hook, channels=channels, more=more)
