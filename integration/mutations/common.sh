# Sourced by the scripts here, which name the $module and its $package: takes something out of a copy of the tree, runs
# tests on it, and tells which of them turn red. A mutation that no test notices is a failure, and so is one that finds
# nothing to take out any more. With names of mutations as arguments, only those are tried.
cd "$(dirname "$0")/../.."
root=$(pwd)

JAVA_HOME=$(bin/jdk)
export JAVA_HOME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

reports=$work/copy/$module/target/surefire-reports
tried=0
failures=0
wanted=" $* "

# Runs test classes, given with commas between them, on the copy of the tree
run_tests() {
	rm -rf "$reports"
	(cd "$work/copy" && ./mvnw -o -q -pl "$module" -am test -Dtest="$1" -Dsurefire.failIfNoSpecifiedTests=false \
		-Dspring-javaformat.skip=true -Derror-prone.options=-XepDisableAllChecks -Dnullaway.options= -Dcajun.simulation.seeds=40 >"$work/log" 2>&1)
}

# The tests that failed, without package and arguments
red() {
	cat "$reports"/*.txt 2>/dev/null |
		sed -n "s/^$package\.\([^ ([]*\).*<<< \(FAILURE\|ERROR\)!.*/\1/p" | sort -u
}

# The tests have to pass as long as nothing is taken out
without_mutation() {
	mkdir "$work/copy"
	git ls-files -z --cached --others --exclude-standard | xargs -0 tar cf - | tar xf - -C "$work/copy"
	if ! run_tests "$1"; then
		echo "The tests fail without any mutation:"
		red
		tail -n 20 "$work/log"
		exit 1
	fi
	echo "The tests pass without a mutation"
}

# mutate NAME FILE SED-SCRIPT TEST-CLASSES WHAT
mutate() {
	case "$wanted" in
		"  " | *" $1 "*) ;;
		*) return 0 ;;
	esac
	tried=$((tried + 1))
	sed -e "$3" "$root/$2" >"$work/copy/$2"
	if cmp -s "$root/$2" "$work/copy/$2"; then
		printf '%-16s STALE     there is nothing to take out of %s any more (%s)\n' "$1" "$2" "$5"
		failures=$((failures + 1))
	elif run_tests "$4"; then
		printf '%-16s SURVIVED  %s pass without %s\n' "$1" "$4" "$5"
		failures=$((failures + 1))
	elif [ -n "$(red)" ]; then
		printf '%-16s killed    without %s these fail:\n' "$1" "$5"
		red | sed 's/^/                           /'
	else
		printf '%-16s BROKEN    no test ran without %s:\n' "$1" "$5"
		tail -n 20 "$work/log"
		failures=$((failures + 1))
	fi
	cp "$root/$2" "$work/copy/$2"
}

finish() {
	echo "$tried mutations, $failures of them not killed"
	[ "$failures" -eq 0 ] && [ "$tried" -gt 0 ]
}
