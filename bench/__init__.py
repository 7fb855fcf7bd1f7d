"""What BUDGETS promise, measured. Each module is one benchmark with a `main()`; `python -m bench` runs them all."""
