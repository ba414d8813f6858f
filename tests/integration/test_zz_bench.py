import time
from support.bsc import bsc_in_front_of
from support.bsc.deployed import deployed_on_bsc, quick
from support.life import Life
def test_bench(tmp_path_factory):
    with deployed_on_bsc(tmp_path_factory.mktemp("d")) as d:
        life = Life(d)
        life.attest(10_000_000)
        life.act(d.address("issuer"), life.token.functions.mint(life.holder, 10**13))
        for n in range(40):
            life.pay(n*250, 250)
        d.node.anvil.ask("evm_setIntervalMining", 0)
        for _ in range(16):
            d.node.mine(250)
        life.act(d.address("compliance"), life.token.functions.blockAccount(life.puppet))
        d.node.mine(10)
        t=time.time(); s=d.run("index","sync"); print("sync", s.code, round(time.time()-t,2), s.document and s.document["new_events"], flush=True)
        def timed(name, terms, index):
            with bsc_in_front_of(d.node.upstream, terms) as node:
                away = d.folder/"index.away"
                if not index: (d.folder/"index").rename(away)
                try:
                    best=[]
                    for cmd in (("doctor",),("govern","plan")):
                        ts=[]
                        for _ in range(3):
                            node.asked.clear()
                            t=time.process_time(); w=time.time(); r=d.run(*cmd, node=node); ts.append((round(time.time()-w,2), round(time.process_time()-t,2)))
                        best.append((cmd[0], r.code, min(ts), node.asked["eth_getLogs"], sum(node.asked.values())))
                    print(name, best, flush=True)
                finally:
                    if not index: away.rename(d.folder/"index")
        for limit in (5000, 10):
            timed(f"whole, {limit}, no index", quick(log_range=limit), False)
            timed(f"whole, {limit}, index", quick(log_range=limit), True)
            timed(f"pruned to 200, {limit}, index", quick(log_range=limit, log_blocks=200, receipt_blocks=200), True)
            timed(f"pruned to 200, {limit}, no index", quick(log_range=limit, log_blocks=200, receipt_blocks=200), False)
