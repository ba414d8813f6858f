"""KGST deployed as the policy deploys it, and every row of its own."""

from __future__ import annotations

from eth_account.signers.local import LocalAccount
from eth_utils import function_signature_to_4byte_selector
from gas.actors import DEADLINE, address, clean, key, sign, standard
from gas.builds import kgst_code
from gas.chain import CHAIN_ID, START, Chain, call_data
from gas.desk_rows import measure_desks
from gas.scenario import (
    ADMIN,
    AMOUNT,
    HOLDER,
    MINTER,
    RECIPIENT,
    RELAYER,
    Token,
    after,
    fund,
    measure_token,
    receivers,
)

from kgst.attestation import AuditorRotation, Domain, ReserveAttestation, in_signer_order
from kgst.roles import ROLE_FUNCTIONS, Role

PAYOUTS = (1, 10, 100, 500)
AUDITORS = (2, 3, 4, 5, 6, 7)
RECOVERY_DELAY = 30 * 86_400  # seconds
MAX_AGE = 7 * 86_400  # seconds
MAX_INCREASE_BPS = 1_000
RESERVES = 0x1234567812  # tyiyn
QUOTA = 2**71  # base units

_ATTEST = "attest((uint256,uint256,uint256,uint256,bytes32),uint256,uint256,(address,bytes)[])"
_ROTATE = "rotateAuditors(address[],uint256,uint256,(address,bytes)[])"
_PAYOUT = "payout(address[],uint256[])"
_PAYOUT_BY_KEY = "payout(address[],uint256[],bytes32)"
_KEY = bytes(range(0x41, 0x61))
_OTHER_KEY = _KEY[:-1] + b"\x61"
"""Of the same reference: another chunk. No byte is zero, as the conventions ask."""


def measure_kgst(chain: Chain) -> dict[str, int]:
    """Gas by operation."""
    deployed = _deploy(chain)
    token = deployed.token
    domain = Domain(CHAIN_ID, token.address)
    auditors = _auditors(domain)
    chain.do(
        RELAYER,
        token.address,
        _ATTEST,
        *_FIRST.arguments(_signatures(deployed.founders, _FIRST, domain)),
    )
    fund(chain, token)
    return {
        **measure_token(chain, token),
        **_payouts(chain, token),
        **_by_key(chain, token),
        **measure_desks(chain, token, deployed.manager, _role),
        **_attestations(chain, token, domain, deployed.founders, auditors),
        **deployed.gas,
    }


class _Deployed:
    """The contracts and what their deployment cost."""

    def __init__(
        self, token: Token, manager: str, founders: list[LocalAccount], gas: dict[str, int]
    ) -> None:
        self.token = token
        self.manager = manager
        self.founders = founders
        self.gas = gas


def _role(role: Role) -> str:
    return address(f"role {role.name}")


def _deploy(chain: Chain) -> _Deployed:
    founders = _ascending([key(f"founding auditor {i}") for i in range(3)])
    gas: dict[str, int] = {}
    manager, gas["deploy_manager"] = chain.deploy(
        kgst_code("KGSTAccessManager"), ["address"], ADMIN
    )
    logic, gas["deploy_logic"] = chain.deploy(kgst_code("KGSTLogic"), ["uint256"], RECOVERY_DELAY)
    initialize = call_data(
        "initialize((address,address[],uint256,uint256,uint256,uint256))",
        [(manager, [a.address for a in founders], 2, MAX_AGE, MAX_INCREASE_BPS, 0)],
    )
    at, gas["deploy_token"] = chain.deploy(
        kgst_code("KGST"), ["address", "bytes"], logic, initialize
    )
    gas["deploy_sum"] = gas["deploy_token"] + gas["deploy_logic"]
    _, gas["deploy_feed"] = chain.deploy(kgst_code("ReserveFeed"), ["address", "uint8"], at, 8)
    for role in Role:
        chain.do(ADMIN, manager, "grantRole(uint64,address,uint32)", int(role), _role(role), 0)
    for role, functions in ROLE_FUNCTIONS.items():
        selectors = [function_signature_to_4byte_selector(function) for function in functions]
        chain.do(
            ADMIN,
            manager,
            "setTargetFunctionRole(address,bytes4[],uint64)",
            at,
            selectors,
            int(role),
        )
    chain.do(
        _role(Role.ISSUANCE_ADMIN),
        at,
        "setIssuer(address,uint256,uint256,bool)",
        MINTER,
        QUOTA,
        0,
        True,
    )
    token = Token(
        at,
        "KGST",
        existing=max(PAYOUTS),
        authorizations=True,
        authorization_bytes=True,
        extra={
            "pause": (_role(Role.PAUSER), "pause(uint256)", (1,)),
            "block": (_role(Role.COMPLIANCE), "blockAccount(address)", (HOLDER.address,)),
        },
    )
    return _Deployed(token, manager, founders, gas)


def _payouts(chain: Chain, token: Token) -> dict[str, int]:
    rows = {}
    for kind in ("existing", "fresh"):
        for number in PAYOUTS:
            to = receivers(number, kind)
            rows[f"payout_{number}_{kind}"] = chain.measure(
                HOLDER.address, token.address, _PAYOUT, to, [AMOUNT] * number
            )
    return rows


def _by_key(chain: Chain, token: Token) -> dict[str, int]:
    """The forms with a key: of a new reference, and of one whose word is in use."""
    calls: dict[str, tuple[str, str, tuple[object, ...]]] = {
        "mint_keyed": (MINTER, "mint(address,uint256,bytes32)", (RECIPIENT, AMOUNT)),
        "burn_keyed": (MINTER, "burn(uint256,bytes32)", (AMOUNT,)),
        "payout_100_keyed": (
            HOLDER.address, "payout(address[],uint256[],bytes32)", (receivers(100, "existing"), [AMOUNT] * 100),
        ),
    }  # fmt: skip
    rows = {}
    for operation, (caller, function, arguments) in calls.items():
        if operation != "burn_keyed":
            rows[operation] = chain.measure(caller, token.address, function, *arguments, _KEY)
        rows[f"{operation}_in_use"] = after(
            chain,
            lambda: chain.do(caller, token.address, _PAYOUT_BY_KEY, [], [], _OTHER_KEY),  # noqa: B023
            lambda: chain.measure(caller, token.address, function, *arguments, _KEY),  # noqa: B023
        )
    return rows


def _attestations(
    chain: Chain,
    token: Token,
    domain: Domain,
    founders: list[LocalAccount],
    auditors: list[LocalAccount],
) -> dict[str, int]:
    """``attest`` signed by every auditor of sets from two to seven."""
    rows = {}
    for number in AUDITORS:
        chosen = _ascending(auditors[:number])
        names = tuple(a.address for a in chosen)
        threshold = max(2, number // 2 + 1)
        rotation = AuditorRotation(names, threshold, version=1, deadline=DEADLINE)
        consent = in_signer_order(
            [(a.address, sign(a, rotation.message(domain))) for a in founders]
        )
        signatures = _signatures(chosen, _NEXT, domain)
        rows[f"attest_{number}"] = after(
            chain,
            lambda: chain.do(RELAYER, token.address, _ROTATE, *rotation.arguments(consent)),  # noqa: B023
            lambda: chain.measure(RELAYER, token.address, _ATTEST, *_NEXT.arguments(signatures)),  # noqa: B023
        )
    return rows


def _auditors(domain: Domain) -> list[LocalAccount]:
    """Auditors whose signatures of the measured attestation cost what the conventions ask for."""
    message = _NEXT.message(domain)
    return [
        key(f"auditor {i}", lambda account: standard(sign(account, message)))
        for i in range(max(AUDITORS))
    ]


def _signatures(
    auditors: list[LocalAccount], attestation: ReserveAttestation, domain: Domain
) -> list[tuple[str, bytes]]:
    message = attestation.message(domain)
    return in_signer_order([(a.address, sign(a, message)) for a in auditors])


def _ascending(accounts: list[LocalAccount]) -> list[LocalAccount]:
    return sorted(accounts, key=lambda account: int(account.address, 16))


# Four non-zero bytes of time, as authorisations have; a little before the first block.
_FIRST = ReserveAttestation(
    1, RESERVES, 0, START - 0x3C3C, b"\x5a" * 32, halts=0, version=1, deadline=DEADLINE
)
# Each set is seated in the place of the founders, so it is the second.
_NEXT = ReserveAttestation(
    2, RESERVES, 0, START - 0x1E1E, b"\xa5" * 32, halts=0, version=2, deadline=DEADLINE
)
assert all(clean(attestation.as_of.to_bytes(4, "big")) for attestation in (_FIRST, _NEXT))
