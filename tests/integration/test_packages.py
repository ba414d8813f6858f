"""The integrators' packages, packed, and installed without a network into projects that have nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils import keccak
from support.bsc.deployed import Deployed
from support.bsc.reserves import funded
from support.cli import ROOT
from support.tools import tool
from web3.exceptions import ContractCustomError

from kgst.paying.register import Payee

SOM = 10**6
SIGNED = json.loads((ROOT / "abi/eip712.json").read_text())
PAYEE = {"name": "Асан Усонов", "account": "1234567890123456", "bank": "123456"}
SALT = "0x" + bytes(range(32)).hex()
SHOP = Account.create().address
MOST_LINES = 25
TYPED = """
import { createPublicClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { addresses, argumentsOf, authorization, kgstAbi as abi, typed } from "kgst";
const client = createPublicClient({ transport: http() });
const { address } = addresses[97]!.KGST;
const args = [address] as const;
const value: bigint = await client.readContract({ address, abi, functionName: "balanceOf", args });
const payment = authorization({ from: address, to: address, value, validBefore: 1n });
const signed = typed("ReceiveWithAuthorization", 97, address, payment);
const signature = await privateKeyToAccount("0x").signTypedData(signed);
const functionName = "transferWithAuthorization";
await client.simulateContract({ address, abi, functionName, args: argumentsOf(payment, signature) });
// @ts-expect-error: no such function
await client.readContract({ address, abi, functionName: "balanceof", args });
// @ts-expect-error: no such type
typed("PayWithAuthorization", 97, address, payment);
// @ts-expect-error: base units are a bigint
authorization({ from: address, to: address, value: 2, validBefore: 1n });
// @ts-expect-error: there may be no deployment
addresses[56].KGST;
"""


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployments") / "here"
    folder.mkdir()
    with funded(folder, 900) as found:
        yield found


@pytest.fixture(scope="module")
def packed(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The packed files, with the addresses of this deployment."""
    found: dict[str, Path] = tool("packages").pack(
        tmp_path_factory.mktemp("packed"), deployed.folder.parent
    )
    return found


@pytest.fixture(scope="module")
def npm(packed: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project in which `kgst` and `kgst-contracts` were installed; what they ask for is linked."""
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    options = ("--offline", "--legacy-peer-deps", "--no-audit", "--no-fund")
    files = (packed["kgst"], packed["kgst-contracts"])
    run("npm", "install", *options, *files, cwd=folder)
    for name in ("viem", "@openzeppelin"):
        (folder / "node_modules" / name).symlink_to(ROOT / "node_modules" / name)
    return folder


@pytest.fixture(scope="module")
def python(packed: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which only `kgst-client` was installed."""
    folder = tmp_path_factory.mktemp("python")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    own = folder / "bin/python"
    options = ("--no-index", "--no-deps", "--disable-pip-version-check", "-q")
    pip = ("-m", "pip", "--python", own, "install", *options)
    run(sys.executable, *pip, packed["kgst-client"], cwd=folder)
    return own


def run(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(one) for one in command], cwd=cwd, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def node(folder: Path, code: str, **environment: str) -> Any:
    """What the module prints, read as JSON; None for nothing."""
    (folder / "main.js").write_text(code)
    said = run("node", "main.js", cwd=folder, **environment)
    return json.loads(said) if said else None


def people(deployed: Deployed) -> dict[str, str]:
    return {
        "RPC": deployed.node.address,
        "KEY": deployed.key("issuer").private_key,
        "RELAYER": deployed.key("outsider").private_key,
        "SHOP": SHOP,
    }


def code_of(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf8")
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert found, page
    return found


def contract(deployed: Deployed, name: str) -> Any:
    record = deployed.record["token" if name == "KGST" else "redemption_desk"]
    abi = json.loads((ROOT / f"abi/{name}.json").read_text())
    return deployed.web3.eth.contract(record["address"], abi=abi)


def held(deployed: Deployed, account: str) -> int:
    found: int = contract(deployed, "KGST").functions.balanceOf(account).call()
    return found


@pytest.fixture
def asked_and_paid(deployed: Deployed) -> Iterator[None]:
    """What the example of each language does: 2 som to the shop, 100 som into the desk's escrow, for the holder."""
    desk = contract(deployed, "RedemptionDesk").functions
    shop, escrow, count = held(deployed, SHOP), desk.escrow().call(), desk.requestCount().call()
    gas = deployed.nonce("issuer")
    yield
    assert held(deployed, SHOP) == shop + 2 * SOM
    assert desk.escrow().call() == escrow + 100 * SOM
    assert desk.requestCount().call() == count + 1
    requester, amount, state, *_ = desk.requestOf(count + 1).call()
    assert (requester, amount, state) == (deployed.address("issuer"), 100 * SOM, 1)
    assert deployed.nonce("issuer") == gas  # who paid no gas


# npm


@pytest.mark.usefixtures("asked_and_paid")
def test_npm__its_readme__pays_and_asks_for_redemption(deployed: Deployed, npm: Path) -> None:
    [code] = code_of("packages/kgst/README.md", "js")
    assert len([line for line in code.split("\n") if line]) <= MOST_LINES
    node(npm, code, **people(deployed))


def test_npm__what_is_exported__is_what_stands_on_the_chain(deployed: Deployed, npm: Path) -> None:
    code = """
        import * as kgst from "kgst";
        console.log(JSON.stringify(kgst, (_, one) => typeof one === "bigint" ? Number(one) : one));
    """
    found = node(npm, code)
    record = deployed.record
    keys = {"KGST": "token", "RedemptionDesk": "redemption_desk", "BackingFeed": "backing_feed"}
    for name, key in keys.items():
        block = record[key]["transaction"]["block_number"]
        assert found["addresses"]["97"][name] == {"address": record[key]["address"], "block": block}
    assert found["kgstAbi"] == json.loads((ROOT / "abi/KGST.json").read_text())
    assert found["redemptionDeskAbi"] == json.loads((ROOT / "abi/RedemptionDesk.json").read_text())
    assert {"domain": found["domain"], "types": found["types"]} == SIGNED


def test_npm__an_import_of_addresses__brings_no_interface_along(npm: Path) -> None:
    (npm / "shaken.js").write_text('import { addresses } from "kgst";\nconsole.log(addresses);\n')
    bundler = ROOT / "node_modules/.bin/esbuild"
    options = ("--bundle", "--format=esm", "--minify", "--platform=browser")
    bundled = run(bundler, "shaken.js", *options, cwd=npm)
    assert re.search(r"0x[0-9a-fA-F]{40}", bundled)
    assert len(bundled) < 2_000


def test_npm__types__know_names_arguments_and_results(npm: Path) -> None:
    (npm / "typed.ts").write_text(TYPED)
    options = {"noEmit": True, "strict": True, "noUncheckedIndexedAccess": True, "skipLibCheck": True,
               "target": "es2022", "module": "nodenext", "types": []}  # fmt: skip
    settings = {"compilerOptions": options, "files": ["typed.ts"]}
    (npm / "tsconfig.json").write_text(json.dumps(settings))
    run(ROOT / "node_modules/.bin/tsc", "-p", ".", cwd=npm)


def test_npm__payee_and_nonce__are_the_issuers_and_the_desks(deployed: Deployed, npm: Path) -> None:
    desk = contract(deployed, "RedemptionDesk")
    code = f"""
        import {{ payeeHash, redemptionNonce }} from "kgst";
        const hash = payeeHash({json.dumps(PAYEE)}, "{SALT}");
        const inn = payeeHash({json.dumps({**PAYEE, "inn": "1" * 14})}, "{SALT}");
        const request = {{ requester: "{SHOP}", amount: 5n, payeeHash: hash, salt: "{SALT}" }};
        console.log(JSON.stringify([hash, inn, redemptionNonce(request, "{desk.address}")]));
    """
    assert node(npm, code) == expected_hashes(desk)


def expected_hashes(desk: Any) -> list[str]:
    """The register's references of the payee without and with an INN, and the desk's own nonce."""
    whole = {"salt": SALT, **PAYEE}
    reference = Payee.model_validate(whole).reference
    nonce = desk.functions.authorizationNonce(SHOP, 5, reference, SALT).call()
    return [
        reference,
        Payee.model_validate({**whole, "inn": "1" * 14}).reference,
        "0x" + nonce.hex(),
    ]


# Python


@pytest.mark.usefixtures("asked_and_paid")
def test_python__its_readme__pays_and_asks_for_redemption(
    deployed: Deployed, python: Path, tmp_path: Path
) -> None:
    [code] = code_of("packages/python/README.md", "python")
    assert len([line for line in code.split("\n") if line]) <= MOST_LINES
    with_packages(python)
    (tmp_path / "main.py").write_text(code)
    run(python, "main.py", cwd=tmp_path, **people(deployed))


def with_packages(python: Path) -> None:
    """What `kgst-client[web3]` asks for is taken from this project's environment."""
    [own] = python.parent.parent.glob("lib/python*/site-packages")
    (own / "linked.pth").write_text(sysconfig.get_path("purelib"))


def test_python__without_other_packages__has_the_data(
    deployed: Deployed, packed: dict[str, Path], python: Path, tmp_path: Path
) -> None:
    code = (
        "import json, kgst_client as it\n"
        "print(json.dumps([it.ADDRESSES[97], it.abi('KGST'), it.DOMAIN, it.TYPES, it.__file__]))"
    )
    # -S and no site-packages but its own: what with_packages has linked is not seen.
    [own] = python.parent.parent.glob("lib/python*/site-packages")
    addresses, abi, domain, types, where = json.loads(
        run(python, "-S", "-c", code, cwd=tmp_path, PYTHONPATH=str(own))
    )
    assert addresses["KGST"]["address"] == deployed.token
    assert abi == json.loads((ROOT / "abi/KGST.json").read_text())
    assert {"domain": domain, "types": types} == SIGNED
    assert Path(where).is_relative_to(own)


def test_python__payee_and_nonce__are_the_issuers_and_the_desks(
    deployed: Deployed, python: Path, tmp_path: Path
) -> None:
    desk = contract(deployed, "RedemptionDesk")
    with_packages(python)
    code = f"""
import json
from kgst_client.signing import payee_hash, redemption_nonce
payee, salt = {PAYEE!r}, bytes(range(32))
first, second = payee_hash(**payee, salt=salt), payee_hash(**payee, salt=salt, inn="1" * 14)
nonce = redemption_nonce("{SHOP}", 5, first, salt, "{desk.address}")
print(json.dumps(["0x" + one.hex() for one in (first, second, nonce)]))
"""
    assert json.loads(run(python, "-c", code, cwd=tmp_path)) == expected_hashes(desk)


# Contracts


@pytest.fixture(scope="module")
def till(npm: Path) -> dict[str, Any]:
    """The example, built by forge in the project that has the packed interfaces."""
    (npm / "src").mkdir()
    shutil.copy(npm / "node_modules/kgst-contracts/examples/Till.sol", npm / "src")
    readme = code_of("packages/kgst-contracts/README.md", "toml")[0]
    settings = (
        f'[profile.default]\nlibs = ["node_modules"]\nsolc = "{ROOT}/.venv/solcx/solc-v0.8.37"\n'
    )
    (npm / "foundry.toml").write_text(settings + readme)
    run(ROOT / "node_modules/.bin/forge", "build", "--offline", cwd=npm)
    built: dict[str, Any] = json.loads((npm / "out/Till.sol/Till.json").read_text())
    return built


def signed_payment(deployed: Deployed, key: str, *fields: Any) -> bytes:
    """`ReceiveWithAuthorization`, signed by the key, whoever it is from."""
    kind = "ReceiveWithAuthorization"
    domain = {**SIGNED["domain"], "chainId": 97, "verifyingContract": deployed.token}
    names = [field["name"] for field in SIGNED["types"][kind]]
    message = dict(zip(names, fields, strict=True))
    account = Account.from_key(key)
    signed = account.sign_typed_data(domain, {kind: SIGNED["types"][kind]}, message)
    return bytes(signed.signature)


def test_contracts__example_of_a_payee__is_paid_by_a_key_and_by_a_contract_and_redeems(
    deployed: Deployed, till: dict[str, Any]
) -> None:
    web3 = deployed.web3
    sender = {"from": web3.eth.accounts[0]}
    keeper, issuer = deployed.key("outsider"), deployed.key("issuer")
    at = web3.eth.contract(abi=till["abi"], bytecode=till["bytecode"]["object"])
    before = web3.eth.get_block("latest")["timestamp"] + 3600

    def sent(call: Any) -> Any:
        receipt = web3.eth.wait_for_transaction_receipt(call.transact(sender), poll_latency=0.05)
        assert receipt["status"] == 1
        return receipt

    first, second = (
        at(sent(at.constructor(deployed.token, keeper.address))["contractAddress"])
        for _ in range(2)
    )
    order = keccak(text="order 1")

    def paid(payer: str, payee: Any, value: int, key: str) -> Any:
        """The call by which anyone submits it."""
        fields = (payer, payee.address, value, 0, before, order)
        signature = signed_payment(deployed, key, *fields)
        return payee.functions.pay(order, payer, value, before, signature)

    sent(paid(issuer.address, first, 300 * SOM, issuer.private_key))
    sent(paid(first.address, second, SOM, keeper.private_key))
    assert (held(deployed, first.address), held(deployed, second.address)) == (299 * SOM, SOM)
    # Nobody but its owner spends what the till has.
    refused = paid(second.address, first, SOM, issuer.private_key)
    with pytest.raises(
        ContractCustomError, match=refusal("InvalidSignature(address)", second.address)
    ):
        refused.call(sender)

    desk = contract(deployed, "RedemptionDesk")
    terms = (first.address, 100 * SOM, keccak(text="payee"), bytes(32))
    nonce = desk.functions.authorizationNonce(*terms).call()
    consent = signed_payment(
        deployed, keeper.private_key, first.address, desk.address, 100 * SOM, 0, before, nonce
    )
    sent(desk.functions.requestWithAuthorization(*terms, 0, before, consent))
    assert desk.functions.requestOf(desk.functions.requestCount().call()).call()[0] == first.address


def refusal(error: str, account: str) -> str:
    """The error's bytes, as they stand in a message."""
    return keccak(text=error)[:4].hex() + account[2:].lower().rjust(64, "0")


def test_contracts__what_is_packed__is_the_projects_own_but_for_the_compiler(npm: Path) -> None:
    folder = npm / "node_modules/kgst-contracts"
    sources = sorted((ROOT / "contracts/interfaces").glob("*.sol"))
    assert len(sources) > 5
    for source in sources:
        packed = (folder / "interfaces" / source.name).read_text().split("\n")
        own = source.read_text().split("\n")
        assert [a for a, b in zip(own, packed, strict=True) if a != b] == [
            "pragma solidity 0.8.37;"
        ]
    example = (folder / "examples/Till.sol").read_text()
    assert len(example.strip().split("\n")) <= 35


# What is signed, and what is packed


def test_types__hashed__are_those_of_the_token(deployed: Deployed) -> None:
    functions = contract(deployed, "KGST").functions
    hashes = {
        "TransferWithAuthorization": functions.TRANSFER_WITH_AUTHORIZATION_TYPEHASH(),
        "ReceiveWithAuthorization": functions.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
        "CancelAuthorization": functions.CANCEL_AUTHORIZATION_TYPEHASH(),
        "Permit": functions.PERMIT_TYPEHASH(),
    }
    for name, call in hashes.items():
        fields = ",".join(f"{one['type']} {one['name']}" for one in SIGNED["types"][name])
        assert keccak(text=f"{name}({fields})") == call.call()
    auditors = {"AuditorRotation", "ImplementationApproval", "ReserveAttestation"}
    assert set(SIGNED["types"]) == {*hashes, *auditors, "EIP712Domain", "RedemptionPayee"}


def test_pack__twice__makes_the_same_bytes(
    deployed: Deployed, packed: dict[str, Path], tmp_path: Path
) -> None:
    again = tool("packages").pack(tmp_path, deployed.folder.parent)
    assert {name: path.read_bytes() for name, path in again.items()} == {
        name: path.read_bytes() for name, path in packed.items()
    }


def test_data__records_of_one_chain_twice__are_refused(deployed: Deployed, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(deployed.folder / "record.json", tmp_path / name)
    data = tool("abi").deployed
    assert set(data(tmp_path, but={"two"})) == {"97"}
    with pytest.raises(SystemExit, match="another record is of chain 97"):
        data(tmp_path, but=set())


def test_abi__of_a_record_that_it_does_not_tell__is_stale(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `make lint` finds after a deployment, until `make abi` was given."""
    abi, folder = tool("abi"), ROOT / "abi"
    told = {path: path.read_text() for path in sorted(folder.glob("*.json"))}
    assert not abi.update(told, folder, check=True)
    told |= {folder / name: text for name, text in abi.data(deployed.folder.parent, but=set())}
    assert abi.update(told, folder, check=True)
    said = "abi/addresses.json: not what sources and records say; run `make abi`.\n"
    assert capsys.readouterr().out == said


# docs/integrate.md


def test_integrate__blocks_for_viem__run_as_they_say(deployed: Deployed, npm: Path) -> None:
    node(npm, "\n".join(code_of("docs/integrate.md", "js")), **people(deployed))
