"""What must always hold, each under its number of docs/invariants.md, on the chain's own words and logs.

None of these asks the model what should be so; each keeps its own account of what the chain logged. 18, that all this
is not vacuous, is `campaign.missing`; the others that are not here are not about single transactions.
"""

from __future__ import annotations

from property.invariants.base import Invariant
from property.invariants.powers import (
    BlockedStaysPut,
    DesksKeepWhatIsTheirClients,
    GuardianOnlyTakesAway,
    NoncesAreUsedOnce,
    OrdersAreExact,
    PausesAreIndependent,
    UpgradeKeepsState,
)
from property.invariants.reserves import AttestationsStepForward, DeficitIsTruthful, QuorumIsReal
from property.invariants.supply import (
    DeficitGrowsOnlyByAttestation,
    EpochBoundsMints,
    FiguresAreExact,
    MintsAreBacked,
    NoBypass,
    QuotaBoundsIssuer,
    ReadersStopWithTheToken,
    StaleMeansNoMint,
    SupplyIsTheSumOfBalances,
)

INVARIANTS: tuple[type[Invariant], ...] = (
    SupplyIsTheSumOfBalances, MintsAreBacked, DeficitGrowsOnlyByAttestation, EpochBoundsMints, StaleMeansNoMint,
    AttestationsStepForward, QuorumIsReal, DeficitIsTruthful, NoBypass, QuotaBoundsIssuer, BlockedStaysPut,
    PausesAreIndependent, OrdersAreExact, NoncesAreUsedOnce, UpgradeKeepsState, FiguresAreExact,
    GuardianOnlyTakesAway, DesksKeepWhatIsTheirClients, ReadersStopWithTheToken,
)  # fmt: skip
