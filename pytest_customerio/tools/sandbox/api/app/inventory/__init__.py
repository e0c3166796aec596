"""The App API's calls that manage what is made in the interface: campaigns, newsletters, collections and more."""
