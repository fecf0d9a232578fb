"""Before anything is believed: the judge refuses what is wrong, and the search finds what is there."""

import pathlib
import tempfile

import entra
import resources
import search
from tokens import Refused, Tokens


def check() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        own, other = Tokens(folder), Tokens(folder)
        good = own.access("https://management.azure.com/", entra.HOME, entra.PERSON)
        own.judge(good, resources.ARM)
        claims = {"aud": "https://management.azure.com", "tid": entra.HOME, "nbf": 0, "exp": 1}
        issuer = f"https://sts.windows.net/{entra.HOME}/"
        lives = claims | {"exp": 1 << 40}
        for wrong, audiences in [
            (good, resources.GRAPH),
            (good[:-8] + "AAAAAAAA", resources.ARM),
            (other.access("https://management.azure.com", entra.HOME, {}), resources.ARM),
            (own.sign(claims | {"iss": issuer}), resources.ARM),
            (own.sign(lives | {"iss": "https://sts.windows.net/another/"}), resources.ARM),
            ("not.a.token", resources.ARM),
        ]:
            try:
                own.judge(wrong, audiences)
            except Refused:
                continue
            raise AssertionError(f"a wrong token is accepted for {audiences}")
        for kind, planted in [("utf-8", f"x{good}y"), ("utf-16-le", f'"{good}"')]:
            file = folder / "home" / kind
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(planted.encode(kind))
            found = search.found({good}, [folder / "home"])
            assert file in found, f"a token in {kind} is not found"
