"""The App API's calls about people, objects, segments and activities."""
