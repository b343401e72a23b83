# Reads the output of go test -v, package by package: says ok or shows all of a
# package that failed, and names each skipped test with its reason. It fails
# when a test failed, and under CI when one was skipped for another reason than
# that the recorded inputs are not beside the project.
BEGIN { ci = ENVIRON["CI"] == "true" }
/^[ \t]+[A-Za-z0-9_]+\.go:[0-9]+: / { said = $0 }
/^[ \t]*--- SKIP: / {
	reason = said; sub(/^[ \t]+[A-Za-z0-9_]+\.go:[0-9]+: /, "", reason)
	skips[++skipped] = $3 ": " reason
	if (reason !~ /shared\/data|recorded/) bad++
}
{ lines[++n] = $0 }
/^(ok|\?)[ \t]/ || /no test files\]?$/ { print; passed++; n = 0 }
/^FAIL\t/ { for (i = 1; i <= n; i++) if (lines[i] !~ /^=== (RUN|PAUSE|CONT|NAME)/ && lines[i] !~ /^[ \t]*--- PASS/) print lines[i]; failed++; n = 0 }
END {
	if (n > 0 && passed + failed == 0) for (i = 1; i <= n; i++) print lines[i]
	for (i = 1; i <= skipped; i++) print "skipped " skips[i]
	if (failed || passed == 0) { print "FAILED: " failed + 0 " packages"; exit 1 }
	if (ci && bad) { print "FAILED: " bad " tests skipped, and under CI nothing is"; exit 1 }
	print passed " packages passed, " skipped + 0 " tests skipped"
}
