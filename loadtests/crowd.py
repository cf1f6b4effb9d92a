"""The people of one run, from the options to the population that Locust is told of."""

from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.contract import messages
from harness.contract.client import RelyingPartyClient
from harness.contract.configuration import TERMINAL
from harness.contract.vocabulary import Capability, Kind
from harness.errors import ConfigurationError
from harness.keys import KeyPool
from harness.world import fingerprint
from loadtests.casting import facts_of, how_many
from loadtests.desk import signer_for
from loadtests.holder_making import Progress, find_or_make, made_of
from loadtests.holders import Holders
from loadtests.mixes import Mix, find_mix, parse_bad
from loadtests.options import Options
from loadtests.population import Population
from loadtests.stage import Settlement, Stage
from loadtests.truth import Declared, Moment
from loadtests.vocabulary import Signatures, Standing

FORGER = "load-forger"
SIGNED_BY = {
    Signatures.CARD: "signatures by the virtual card, by APDU in the generator's processes",
    Signatures.KEY: "signatures by the holders' keys in the generator's processes, no card",
    Signatures.PRECOMPUTED: "signatures made with the population",
}
HOLDERS = 1000
"""Unless a population is named."""


class Crowd(NamedTuple):
    """Where the people come from, and where they live."""

    keys: KeyPool
    holders: Holders
    stage: Stage
    mix: Mix


def mix_of(options: Options) -> Mix:
    """Return the mix that was asked for; ConfigurationError where there is none, or its bad visits cannot be."""
    mix = find_mix(options.mix)
    return parse_bad(options.bad, mix) if options.bad else mix


def open_holders(options: Options, keys: KeyPool, progress: Progress | None = None) -> Holders:
    """Return the holders: of a folder, or so many of this installation, made now when there were none."""
    mix_of(options)  # what is wrong with the words is said before anything is made
    named = options.population
    if named and not named.isdecimal():
        return Holders(Path(named), installation=fingerprint(keys))
    wanted = made_of(
        options.seed, int(named or HOLDERS), keys, precomputed=options.signatures is Signatures.PRECOMPUTED
    )
    return find_or_make(wanted, folder_of(keys) / wanted.name, keys, progress)


def folder_of(keys: KeyPool) -> Path:
    """Return where this installation keeps its populations."""
    return keys.folder.parent / "populations"


def settled(
    options: Options,
    crowd: Crowd,
    client: RelyingPartyClient,
    product: messages.Introduction,
    progress: tuple[Progress, Progress] | None = None,
) -> Population:
    """Return the people, enrolled and fallen from grace, as the load will meet them.

    `progress` is told of the enrolments, and of waiting for the product to have what it decides by.
    """
    enrolling, waiting = progress or (None, None)
    if options.signatures is Signatures.PRECOMPUTED:
        raise ConfigurationError(
            "--signatures precomputed: expected a target that takes challenges of ours, actual a product that draws "
            "its own; use card or key"
        )
    world, mix = crowd.stage.world, crowd.mix
    authorities = {Kind(kind): der for kind, der in world.trust().authorities.items()}
    signer = signer_for(options.signatures, crowd.holders, authorities)
    numbers = how_many(options.users, mix, crowd.holders.made_of, workers=options.parts, enrolled=options.enrolled)
    casting, apart = Settlement(crowd.stage, client, crowd.holders, signer, mix, options.patience, waiting).settle(
        numbers, enrolling
    )
    return Population(
        seed=options.seed,
        timeout=options.timeout,
        mix=mix,
        signatures=options.signatures,
        terminal=TERMINAL,
        declared=Declared(
            clock_seconds=product.tolerances.clock_seconds,
            status_seconds=product.tolerances.status_seconds,
            coarse_reasons=Capability.COARSE_REASONS in product.capabilities,
        ),
        moment=Moment(world.clock.now(), world.clock.epoch),
        folder=str(crowd.holders.folder.absolute()),
        told=f"{len(crowd.holders):,} holders: {crowd.holders.made_of.sharing}; {SIGNED_BY[options.signatures]}",
        cast=casting,
        facts={standing: facts_of(standing) for standing in Standing},
        authorities=authorities,
        forger_key=crowd.keys.named(FORGER).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        apart=apart,
    )
