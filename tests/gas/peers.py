"""The peers that can be installed as packages, measured on the same chain as KGST.

Their figures must equal those recorded in ``peers.json``: that is the check on this harness. The peers that cannot be
installed stand in the tables with the recorded figures.
"""

from __future__ import annotations

from collections.abc import Callable

from gas.actors import address
from gas.builds import PEERS, UsdcArtifact, compiled
from gas.chain import Chain, call_data
from gas.scenario import ADMIN, HOLDER, MINTER, Token, fund, measure_token

DEPLOY_JITTER = 24  # gas for each contract: zero bytes in the addresses given to constructors, and in metadata hashes
PROXY_ADMIN = address("proxy admin")
LOST_AND_FOUND = address("lost and found")


def measure_peers(chain: Chain) -> dict[str, dict[str, int]]:
    """Gas by peer and operation."""
    return {peer: deploy(chain) for peer, deploy in _PEERS.items()}


def differences(measured: dict[str, dict[str, int]]) -> list[str]:
    """Where a measured peer is not what was recorded for it; empty when the harness is sound."""
    found = []
    for peer, rows in measured.items():
        recorded = PEERS[peer]["ops"]
        for operation, gas in rows.items():
            expected = recorded.get(operation)
            slack = 0
            if operation.startswith("deploy"):
                slack = DEPLOY_JITTER * (2 if operation == "deploy_sum" else 1)
            if expected is not None and abs(gas - expected) > slack:
                found.append(f"{peer} {operation}: measured {gas:,}, recorded {expected:,}")
    return found


def _usdc(chain: Chain) -> dict[str, int]:
    library, deploy_library = chain.deploy(UsdcArtifact("util/SignatureChecker").code())
    code = UsdcArtifact("v2/FiatTokenV2_2").code(SignatureChecker=library)
    logic, deploy_logic = chain.deploy(code)
    at, deploy_proxy = chain.deploy(UsdcArtifact("v1/FiatTokenProxy").code(), ["address"], logic)
    # The proxy's admin may not call the token.
    deployer = chain.rpc("eth_getStorageAt", at, _USDC_ADMIN_SLOT, "latest")
    chain.do("0x" + deployer[-40:], at, "changeAdmin(address)", PROXY_ADMIN)
    roles = (ADMIN, ADMIN, ADMIN, ADMIN)
    initialize = "initialize(string,string,string,uint8,address,address,address,address)"
    chain.do(ADMIN, at, initialize, "USD Coin", "USDC", "USD", 6, *roles)
    chain.do(ADMIN, at, "initializeV2(string)", "USD Coin")
    chain.do(ADMIN, at, "initializeV2_1(address)", LOST_AND_FOUND)
    chain.do(ADMIN, at, "initializeV2_2(address[],string)", [], "USDC")
    chain.do(ADMIN, at, "configureMinter(address,uint256)", MINTER, 2**200)
    extra = {
        "pause": (ADMIN, "pause()", ()),
        "freeze_holder": (ADMIN, "blacklist(address)", (HOLDER.address,)),
    }
    token = Token(at, "USD Coin", "2", authorizations=True, extra=extra)
    fund(chain, token)
    return {
        **measure_token(chain, token),
        "deploy_impl": deploy_library + deploy_logic,
        "deploy_proxy": deploy_proxy,
        "deploy_sum": deploy_library + deploy_logic + deploy_proxy,
    }


def _wizard(chain: Chain) -> dict[str, int]:
    code = compiled("WizardToken.sol", "oz_wizard_uups")
    logic, deploy_impl = chain.deploy(code["WizardToken"])
    initialize = call_data(
        "initialize(address,address,address,address)", (ADMIN, ADMIN, MINTER, ADMIN)
    )
    at, deploy_proxy = chain.deploy(code["ERC1967Proxy"], ["address", "bytes"], logic, initialize)
    token = Token(at, "Wizard Token", extra={"pause": (ADMIN, "pause()", ())})
    fund(chain, token)
    return {
        **measure_token(chain, token),
        "deploy_impl": deploy_impl,
        "deploy_proxy": deploy_proxy,
        "deploy_sum": deploy_impl + deploy_proxy,
    }


def _solady_bare(chain: Chain) -> dict[str, int]:
    at, gas = chain.deploy(compiled("SoladyToken.sol", "solady_erc20_bare")["SoladyToken"])
    token = Token(at, "SoladyToken")
    fund(chain, token)
    return {**measure_token(chain, token), "deploy_impl": gas, "deploy_sum": gas}


def _solady_uups(chain: Chain) -> dict[str, int]:
    code = compiled("SoladyToken.sol", "solady_uups")
    logic, deploy_impl = chain.deploy(code["SoladyUpgradeableToken"])
    maker, _ = chain.deploy(code["SoladyProxyCode"])
    (proxy,) = chain.read(maker, "initCode(address)", ["bytes"], logic)
    at, deploy_proxy = chain.deploy(proxy)
    init_txs = chain.do(ADMIN, at, "initialize(address)", MINTER)
    token = Token(at, "SoladyToken")
    fund(chain, token)
    return {
        **measure_token(chain, token),
        "deploy_impl": deploy_impl,
        "deploy_proxy": deploy_proxy,
        "deploy_sum": deploy_impl + deploy_proxy,
        "init_txs": init_txs,
    }


_USDC_ADMIN_SLOT = "0x10d6a54a4754c8869d6886b5f5d7fbfa5b4522237ea5c60d11bc4e7a1ff9390b"
_PEERS: dict[str, Callable[[Chain], dict[str, int]]] = {
    "usdc_v2_2": _usdc,
    "oz_wizard_uups": _wizard,
    "solady_erc20_bare": _solady_bare,
    "solady_uups": _solady_uups,
}
