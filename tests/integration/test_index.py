"""`ape run index` on a node of BNB Smart Chain: read, go on, verify, hand on."""

from __future__ import annotations

from support.bsc.deployed import Deployed
from support.drafts import require_schema
def say(*a):
    print(*a, file=open("/tmp/say.txt","a"))


def test_sync__new_deployment__all_events_are_kept_and_agree_with_the_state(
    deployed: Deployed,
) -> None:
    first = deployed.run("index", "sync")
    say(first.stderr)
    for c in first.document["checks"]: say(c["state"],c["area"],c["item"],c["found"])
    say({k:v for k,v in first.document.items() if k!='checks'})
    shown = deployed.run("index", "sync", as_json=False)
    say(shown.stdout)
    shown = deployed.run_offline("index", "show", deployed.folder / "index")
    say(shown.stdout)
    shown = deployed.run_offline("index", "verify", deployed.folder / "index")
    say(shown.stdout, shown.stderr)
    assert 0
