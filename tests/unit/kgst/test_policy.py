"""``Policy``: what is read, and that each slip is named with its file, key and remedy."""

import re
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from kgst.errors import ExitCode
from kgst.policy import Policy, PolicyError
from kgst.quantities import (
    QuantityError,
    bnb_cost,
    bnb_held,
    format_bnb,
    format_bps,
    format_duration,
    format_gwei,
    format_refill,
    parse_bnb,
    parse_bps,
    parse_duration,
    parse_gwei,
    parse_refill,
)
from kgst.roles import Role
from kgst.sending.public_keys import public_accounts
from kgst.units import parse_amount

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "tests/support/policy.yaml").read_text()
ACCOUNTS = 'reserve_accounts: [{account: "1", bank: TLPRKG22}]\n'


def refusal(tmp_path: Path, text: str) -> str:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        Policy.load(path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())
    return str(caught.value)


def changed(old: str, new: str, text: str = TEXT) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    "path",
    [
        "deployments/local/policy.yaml",
        "deployments/rehearsal/policy.yaml",
        "tests/support/policy.yaml",
    ],
)
def test_load__policy_of_the_repository__is_read(path: str) -> None:
    policy = Policy.load(ROOT / path)
    assert set(policy.roles) == set(Role)
    assert policy.token.recovery_delay >= 14 * 86_400
    assert 2 * policy.token.max_age <= policy.token.recovery_delay
    assert policy.token.max_increase_bps == 1_000
    assert policy.issuers[0].capacity >= 1_000_000_000_000
    assert policy.issuers[0].refill_per_second == 0
    assert policy.issuers[0].may_burn is True
    assert policy.auditor_addresses == sorted(policy.auditor_addresses, key=lambda a: int(a, 16))
    assert set(policy.people.values()) <= public_accounts()


def test_load__example__asks_for_every_address(tmp_path: Path) -> None:
    example = (ROOT / "deployments/bsc-testnet/policy.example.yaml").read_text()
    message = refusal(tmp_path, example)
    assert message.count("it is not an address") == example.count('"0x…"') > 10


def test_load__example_filled_in__has_who_and_what_the_runbooks_speak_of(tmp_path: Path) -> None:
    text = (ROOT / "deployments/bsc-testnet/policy.example.yaml").read_text()
    for number in range(1, text.count('"0x…"') + 1):
        address = to_checksum_address(keccak(text=f"person {number}")[:20])
        text = text.replace('"0x…"', f'"{address}"', 1)
    (tmp_path / "policy.yaml").write_text(text)
    policy = Policy.load(tmp_path / "policy.yaml")
    assert policy.safes
    books = "".join(one.read_text() for one in sorted((ROOT / "docs/runbooks").glob("*.md")))
    named = re.findall(r"--account ([a-z_0-9]+)", books)
    named += re.findall(r"ape run supply mint ([a-z_0-9]+) ", books)
    assert len(set(named)) > 12
    assert not set(named) - set(policy.people)
    minted = re.findall(r'ape run supply mint [a-z_0-9]+ "([0-9. ]+ som)"', books)
    [issuer] = policy.issuers
    assert max(map(parse_amount, minted)) <= min(issuer.capacity, policy.limits.mint_alone or 0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("chain_id: local", "chain_id: 0x61", "chain_id: found '0x61': it is not a whole number"),
        ("7 days", "7.5 days", "token.max_age: found '7.5 days': '7.5 days' is not a duration"),
        ("7 days", "604800", "token.max_age: found '604800'"),
        ("7 days", "32 days", "token.max_age: found '32 days': it must be at most 31 days."),
        ("30 days", "13 days", "token.recovery_delay: found '13 days'"),
        ("10 %", "0.1", "token.max_increase: found '0.1'"),
        ("10 %", "101 %", "token.max_increase: found '101 %'"),
        ("10 %", "0.001 %", "has 3 decimals"),
        ("7 days", "7 days\n  margin: 20.01 %", "token.margin: found '20.01 %'"),
        ("7 days", "7 days\n  margin: 0.02", "token.margin: found '0.02'"),
        ("threshold: 2", "threshold: 1", "auditors.threshold: found 1 of 3; write 2 to 3"),
        ("threshold: 2", "threshold: 4", "auditors.threshold: found 4 of 3; write 2 to 3"),
        ("auditor_c]", "auditor_b]", "auditors.members: found 'auditor_b' twice"),
        ("auditor_c]", "auditor_x]", "auditors.members: found 'auditor_x', which is not among"),
        ("auditor_c]", "guardian]", "found 'guardian', which is also role GUARDIAN"),
        ("member: issuer,", "member: auditor_a,", "found 'auditor_a', which is also issuer"),
        ("auditor_c]", "audtior_c]", "add its address there. Did you mean auditor_c?"),
        ("  PAUSER:", "  PAWSER:", "there is no role 'PAWSER'"),
        ("  PAUSER:", "  pauser:", "GUARDIAN, REDEEMER, MINTER. Did you mean PAUSER?"),
        (
            "- {member: pauser, delay: 0 seconds}",
            "[]",
            "roles.PAUSER: found []: write at least 1 here.",
        ),
        (
            "max_age:",
            "maxage:",
            "or remove it. Did you mean max_age?",
        ),
        ("max_increase:", "maxincrease:", "or remove it. Did you mean max_increase?"),
        (
            "may_burn:",
            "may_bum:",
            "or remove it. Did you mean may_burn?",
        ),
        (
            "chain_id: local",
            "chain_id: local\nmax_statment_age: 7 days",
            "Did you mean max_statement_age?",
        ),
        ("capacity: 1 000 000.00 som", "capacity: []", "issuers.0.capacity: found []"),
        ("people:", "people: []\npeoples:", "people: found []: write keys with values here."),
        ("member: guardian, delay: 0 seconds", "member: guardian, delay: 1 day", "act at once"),
        (
            "{member: admin,",
            "{membre: admin,",
            "roles.ADMIN.0.membre: nothing reads this key",
        ),
        ("{member: admin,", "{membre: admin,", "or remove it. Did you mean member?"),
        (
            "limits:",
            "safes: {admin: {thresold: 2, owners: [pauser, unpauser]}}\nlimits:",
            "safes.admin.thresold: nothing",
        ),
        (
            "limits:",
            "safes: {admin: {thresold: 2}}\nlimits:",
            "or remove it. Did you mean threshold?",
        ),
        (
            "refill: none",
            "refill: 99999999999999 som per second",
            "709.551615 som per second.",
        ),
        ("limits:", "limitz:", "limits: it is missing; add it."),
        ("1 000 000.00 som", "1000000.00", "issuers.0.capacity: found '1000000.00'"),
        ("refill: none", "refill: 0", "issuers.0.refill: found '0'"),
        ("may_burn: true", "may_burn: yes", "issuers.0.may_burn: found 'yes': write true or false"),
        ("max_gas_price: 10 gwei", "max_gas_price: 10", "limits.max_gas_price: found '10'"),
        ("max_cost: 0.5 BNB", "max_cost: 0.5 bnb", "limits.max_cost: found '0.5 bnb'"),
        ("confirmations: 15", "confirmations: 0", "limits.confirmations: found '0'"),
    ],
)
def test_load__one_slip__is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in refusal(tmp_path, changed(old, new))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ('"0x70997970c51812dc3a010c7d01b50e0d17dc79c8"', "its EIP-55 checksum is absent or wrong"),
        ('"0x70997970C51812dc3A010C7d01b50e0d17dc79C9"', "its EIP-55 checksum is absent or wrong"),
        ('"0x70997970C51812dc3A010C7d01b50e0d17dc79"', "it is not an address"),
        (
            '"0x70997970C51812dc3A010C7d01b50e0d17dc79C8 "',
            "there is a space or a line's end around",
        ),
        ('"70997970C51812dc3A010C7d01b50e0d17dc79C8"', "it is not an address"),
        ('"0x0000000000000000000000000000000000000000"', "nobody holds the key"),
        ('"0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"', "which is admin; give each address one"),
        ("&a x", "anchors (&) and aliases (*) are not used"),
        ("!!python/object:os.system x", "is not used here"),
    ],
)
def test_load__bad_address__is_named(tmp_path: Path, address: str, said: str) -> None:
    text = changed('"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"', address)
    assert said in refusal(tmp_path, text)


def test_load__one_slip_in_a_list__is_told_once(tmp_path: Path) -> None:
    """And not that the list has too few, since what is wrong is not in it."""
    text = changed("{member: admin, delay: 0 seconds}", "{member: admin, delay: 31 days}")
    said = refusal(tmp_path, text)
    assert said.endswith("roles.ADMIN.0.delay: found '31 days': it must be at most 30 days.")
    assert "roles.ADMIN: " not in said


def test_load__unquoted_address__is_read(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace('"', ""))
    assert Policy.load(path) == Policy.load(ROOT / "tests/support/policy.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it must be a mapping"),
        ("- a\n", "it must be a mapping"),
        ("a: [", "it is not YAML"),
        ("a: 1\n---\nb: 2\n", "it is not YAML"),
        ('a: "\\UFFFFFFFF"\n', "it is not YAML"),
        ('a: "\\U00110000"\n', "it is not YAML"),
        ("a: *b\n", "line 1: anchors (&) and aliases (*) are not used here"),
        ("a: &b {c: *b}\n", "line 1: anchors (&) and aliases (*) are not used here"),
        ("a: b\nc: ! d\n", "line 2: the tag '!' is not used here"),
        ("a: b\n? [c]\n: d\n", "line 2: a key must be plain text"),
        ("a: b # none\u2028c: d\n", "line 1: U+2028 is a line's end to some readers"),
        ("a: b\n# none\x85c: d\n", "line 2: U+0085 is a line's end to some readers"),
        (changed("  guardian: ", "  admin:    "), "'admin' is already given on line"),
        pytest.param("a: " + "[" * 5_000 + "]" * 5_000, "nested too deeply", id="deep"),
        pytest.param("#" * 300_000, "larger than", id="large"),
    ],
)
def test_load__no_plain_yaml__is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_load__absent_file__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        Policy.load(tmp_path / "policy.yaml")


def test_load__binary__is_refused(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyError, match="UTF-8"):
        Policy.load(tmp_path / "policy.yaml")


@pytest.mark.parametrize(("margin", "bps"), [("0 %", 0), ("2 %", 200), ("20 %", 2_000)])
def test_load__margin__is_in_basis_points_and_part_of_what_is_deployed(
    tmp_path: Path, margin: str, bps: int
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(changed("7 days", f"7 days\n  margin: {margin}"))
    policy = Policy.load(path)
    assert policy.token.margin_bps == bps
    path.write_text(TEXT)
    without = Policy.load(path)
    assert without.token.margin_bps == 0
    assert (policy.fingerprint == without.fingerprint) == (bps == 0)


def test_load__several_slips__names_all(tmp_path: Path) -> None:
    message = refusal(tmp_path, changed("10 %", "10", changed("7 days", "7")))
    assert "token.max_age" in message
    assert "token.max_increase" in message


def test_load__mainnet_with_short_recovery__is_refused(tmp_path: Path) -> None:
    text = changed("30 days", "29 days", changed("chain_id: local", f"{ACCOUNTS}chain_id: 56"))
    assert "on mainnet write 30 days or more" in refusal(tmp_path, text)


def test_fingerprint__of_the_tests_policy__is_as_in_records_from_before() -> None:
    """A record keeps it for ever, and `deploy verify` compares less where the policy is another."""
    found = Policy.load(ROOT / "tests/support/policy.yaml").fingerprint
    assert found == "af64f81b2449caa91290a34f25b21e52da9e57a9947affb27d1869d336771a6d"


def test_fingerprint__labels_comments_and_limits__do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        changed("max_cost: 0.5 BNB", "max_cost: 1 BNB", TEXT.replace("issuer_b", "b")) + "# more\n"
    )
    original = Policy.load(ROOT / "tests/support/policy.yaml")
    assert Policy.load(path).fingerprint == original.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("7 days", "8 days", "token.max_age"),
        (
            "member: enforcer, delay: 0 seconds",
            "member: enforcer, delay: 6 minutes",
            "roles.ENFORCER",
        ),
        ("threshold: 2", "threshold: 3", "auditors.threshold"),
        ("may_burn: true", "may_burn: false", "issuers"),
        ("redeem_within: 3 days", "redeem_within: 4 days", "desks.redemption.redeem_within"),
        ("mint_limit: 100 000.00 som", "mint_limit: 1.00 som", "desks.mint.mint_limit"),
        ("destinations: [issuer]", "destinations: [issuer_b]", "desks.mint.destinations"),
        ("member: pauser", "member: unpauser", "roles.PAUSER"),
        ("chain_id: local", f"{ACCOUNTS}chain_id: 97", "chain_id"),
    ],
)
def test_fingerprint__anything_deployed__matters_and_its_key_is_known(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(changed(old, new))
    original = Policy.load(ROOT / "tests/support/policy.yaml")
    other = Policy.load(path)
    assert other.fingerprint != original.fingerprint
    was, now = original.fingerprints, other.fingerprints
    assert was.keys() == now.keys()
    assert [one for one in was if was[one] != now[one]] == [key]


def test_allows_chain__local__is_the_two_development_chains() -> None:
    policy = Policy.load(ROOT / "tests/support/policy.yaml")
    assert [c for c in (1, 56, 97, 1337, 31337) if policy.allows_chain(c)] == [1337, 31337]


@pytest.mark.parametrize(
    ("parse", "form", "text", "value"),
    [
        (parse_duration, format_duration, "10 minutes", 600),
        (parse_duration, format_duration, "1 hour", 3_600),
        (parse_duration, format_duration, "90 seconds", 90),
        (parse_duration, format_duration, "0 seconds", 0),
        (parse_duration, format_duration, "31 days", 31 * 86_400),
        (parse_bps, format_bps, "0.25 %", 25),
        (parse_bps, format_bps, "10 %", 1_000),
        (parse_gwei, format_gwei, "0.05 gwei", 50_000_000),
        (parse_bnb, format_bnb, "0.000000000000000001 BNB", 1),
        (parse_refill, format_refill, "none", 0),
        (parse_refill, format_refill, "0.50 som per second", 500_000),
    ],
)
def test_parse__what_format_writes__is_read_back(
    parse: Any, form: Any, text: str, value: int
) -> None:
    assert parse(text) == value
    assert form(value) == text


def test_bnb__for_people__is_rounded_to_the_safe_side() -> None:
    """Who has less than the figure says, or needs more, would be told wrongly."""
    assert (bnb_cost(1), bnb_held(10**12 - 1)) == ("0.000001 BNB", "0 BNB")
    assert bnb_cost(15_088_251_485_500_710) == "0.015089 BNB"
    assert bnb_held(15_088_951_485_500_710) == "0.015088 BNB"
    assert bnb_cost(5 * 10**16) == bnb_held(5 * 10**16) == "0.05 BNB"


def test_parse_refill__per_day__is_rounded_down() -> None:
    assert parse_refill("1 000 000.00 som per day") == 11_574_074


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_duration, "-1 day"),
        (parse_duration, "1"),
        (parse_duration, "1  day"),
        (parse_duration, "1e3 days"),
        (parse_duration, "٣ days"),
        (parse_duration, 600),
        (parse_bps, "10%"),
        (parse_bps, "+10 %"),
        (parse_gwei, "1"),
        (parse_gwei, "1,5 gwei"),
        (parse_gwei, 1.5),
        (parse_bnb, "1 gwei"),
        (parse_refill, "1.00 som"),
        (parse_refill, "1.00 per day"),
        (parse_refill, "0.01 som per day"),
        (parse_refill, "1.00 som per week"),
    ],
)
def test_parse__anything_else__is_refused(parse: Any, text: Any) -> None:
    with pytest.raises(QuantityError):
        parse(text)


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("", "reserve_accounts: none are given; write the bank accounts that hold the reserves"),
        ('reserve_accounts: ["12"]\n', "reserve_accounts: 12 has no bank; write its BIC"),
        (
            'reserve_accounts: [{account: "12", bank: tulpar}]\n',
            "reserve_accounts.0.bank: found 'tulpar'",
        ),
        (
            'reserve_accounts: [{account: "12", bank: TLPRKG22, currency: USD}]\n',
            "reserve_accounts: 12 is in USD; only accounts in KGS are reserves.",
        ),
        (
            'reserve_accounts: [{account: "12", bank: TLPRKG22, written: ["13"]}, '
            '{account: "0013", bank: TASHKG22}]\n',
            "reserve_accounts: found '0013' for two accounts",
        ),
        ("max_statement_age: 32 days\n" + ACCOUNTS, "max_statement_age"),
    ],
)
def test_load__accounts_off_local_chains__are_all_said_with_their_banks(
    tmp_path: Path, accounts: str, said: str
) -> None:
    assert said in refusal(tmp_path, accounts + changed("chain_id: local", "chain_id: 97"))


def test_accounts__however_the_bank_writes_them__are_found(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(
        'reserve_accounts: ["129-001", {account: "77", written: ["77:KGS"], bank: TLPRKG22}]\n'
        'other_accounts: [{account: "88", currency: USD}]\n' + TEXT
    )
    accounts = Policy.load(path).accounts(path)
    assert accounts.listed
    assert [accounts.find(one) is None for one in ("0129001", "77:kgs", "77", "88")] == [
        False,
        False,
        False,
        True,
    ]
