//! Judgement over findings: attacker context, verdicts, artefacts, the fifteen items, coverage. Findings state facts; only this room draws conclusions.
