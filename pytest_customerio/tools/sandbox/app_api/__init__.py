"""The App API's calls that read a workspace, and those that manage what Customer.io's interface makes."""
