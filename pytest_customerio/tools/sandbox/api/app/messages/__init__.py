"""The App API's calls that send messages, and those that read what became of them."""
