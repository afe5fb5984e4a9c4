"""Each row of the operator's runbook and playbook, drilled."""
