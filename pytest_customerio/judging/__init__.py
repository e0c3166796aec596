"""Was the error handled? The outcome of each payload that met the error, and one small function per rule.

Which rule of error handling stands in which module:

* `outcome`: `outcome`, `200-dropped`
* `exceptions`: `undeclared-exception`
* `backoff`: `no-backoff`, `retry-after-ignored`
* `retries`: `blind-retry`, `unbounded-retry`
* `double_send`: `double-send`, `payload-changed`
* `jitter`: `jitter`
* `timeouts`: `no-timeout`
* `partial_failure`: `partial-failure-ignored`
* `leaks`: `secret-leak`, `pii-leak`, `leak-check-blind`

`remade` finds the retries that make another part of their payload anew than its id or timestamp. `judgement` applies
them all to what `replay/` observed. `chain` and `violation` are what the rules share. `ledger` counts the violations of
contracts. `written_leaks` looks for leaks where no error is replayed. The rule `nothing-sent` needs the whole test and
stands in `running/checked/conclusion`.
"""
