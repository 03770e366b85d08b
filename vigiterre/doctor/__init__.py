"""`vigiterre doctor`: looks at everything a running installation leans on, changes nothing, says how to mend it."""
