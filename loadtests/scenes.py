"""The scene of each kind of target."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from rich.progress import Progress

from harness.keys import KeyPool
from loadtests.options import Options
from loadtests.scene import Scene, product_scene
from loadtests.targets.card_scene import card_scene
from loadtests.targets.core_scene import core_scene
from loadtests.targets.grammar import LoadTarget, TargetKind, parse_target
from loadtests.targets.platform_scene import platform_scene
from loadtests.targets.responder_scene import responder_scene

Opener = Callable[[LoadTarget, Options, KeyPool, Progress], AbstractContextManager[Scene]]
OPENERS: dict[TargetKind, Opener] = {
    TargetKind.PRODUCT: product_scene,
    TargetKind.OCSP: responder_scene,
    TargetKind.CRL: responder_scene,
    TargetKind.CORE: core_scene,
    TargetKind.CARDS: card_scene,
    TargetKind.PLATFORM: platform_scene,
}


def open_scene(options: Options, keys: KeyPool, bars: Progress) -> AbstractContextManager[Scene]:
    """Return the scene of the target that the options name: all that stands before load is sent."""
    target = parse_target(options.target)
    return OPENERS[target.kind](target, options, keys, bars)
