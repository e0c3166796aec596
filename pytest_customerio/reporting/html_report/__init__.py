"""The HTML report: one page that loads nothing, with all verdicts as compact JSON and a script that shows them."""
