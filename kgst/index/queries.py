"""Questions to an index about all that its events name, each with what the last of them said."""

from __future__ import annotations

from typing import Final

__all__ = ["ACCOUNTS", "OPERATIONS", "ROLES", "TARGETS", "ZERO"]

ZERO: Final = "0x" + "00" * 20

ACCOUNTS: Final = f"""
WITH named AS (
    SELECT block_number, log_index, "from" AS account, -value::HUGEINT AS change, NULL AS blocked,
        NULL::HUGEINT AS frozen FROM transfer
    UNION ALL SELECT block_number, log_index, "to", value::HUGEINT, NULL, NULL FROM transfer
    UNION ALL SELECT block_number, log_index, account, 0, true, NULL FROM blocked
    UNION ALL SELECT block_number, log_index, account, 0, false, NULL FROM unblocked
    UNION ALL SELECT block_number, log_index, account, 0, NULL, amount::HUGEINT FROM frozen
    UNION ALL SELECT block_number, log_index, owner, 0, NULL, NULL FROM approval
    UNION ALL SELECT block_number, log_index, spender, 0, NULL, NULL FROM approval
    UNION ALL SELECT block_number, log_index, authorizer, 0, NULL, NULL FROM authorization_used
)
SELECT account, sum(change), coalesce(arg_max(blocked, (block_number, log_index)), false),
    coalesce(arg_max(frozen, (block_number, log_index)), 0)
FROM named WHERE account <> '{ZERO}' GROUP BY account HAVING max(block_number) >= ? ORDER BY account
"""  # noqa: S608


ROLES: Final = """
WITH known AS (
    SELECT role_id FROM role_granted UNION SELECT role_id FROM role_revoked UNION SELECT role_id FROM role_label
    UNION SELECT role_id FROM role_admin_changed UNION SELECT role_id FROM role_guardian_changed
    UNION SELECT role_id FROM role_grant_delay_changed UNION SELECT role_id FROM target_function_role_updated
)
SELECT role_id,
    coalesce((SELECT arg_max(admin, (block_number, log_index)) FROM role_admin_changed a
        WHERE a.role_id = known.role_id), 0),
    coalesce((SELECT arg_max(guardian, (block_number, log_index)) FROM role_guardian_changed g
        WHERE g.role_id = known.role_id), 0),
    coalesce((SELECT arg_max(delay, (block_number, log_index)) FROM role_grant_delay_changed d
        WHERE d.role_id = known.role_id AND d.since <= ?), 0)
FROM known WHERE role_id < 2 ** 64 - 1 ORDER BY role_id
"""
TARGETS: Final = """
WITH known AS (
    SELECT target FROM target_function_role_updated UNION SELECT target FROM target_closed
    UNION SELECT target FROM target_admin_delay_updated UNION SELECT target FROM operation_scheduled
)
SELECT target, coalesce((SELECT arg_max(closed, (block_number, log_index)) FROM target_closed c
    WHERE c.target = known.target), false)
FROM known ORDER BY target
"""
OPERATIONS: Final = """
WITH last AS (
    SELECT operation_id, max(nonce) AS nonce, arg_max(schedule, nonce) AS due FROM operation_scheduled
    GROUP BY operation_id
)
SELECT operation_id, nonce, due, NOT EXISTS (
    SELECT 1 FROM (SELECT operation_id, nonce FROM operation_executed
        UNION ALL SELECT operation_id, nonce FROM operation_canceled) e
    WHERE e.operation_id = last.operation_id AND e.nonce = last.nonce)
FROM last ORDER BY operation_id
"""
