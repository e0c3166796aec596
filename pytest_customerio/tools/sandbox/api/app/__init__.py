"""The App API's calls."""
