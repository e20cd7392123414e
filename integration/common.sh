# Sourced by the scripts here: a JDK, a directory that goes away, and the Java programs of tools/.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)

JAVA_HOME=$(bin/jdk)
export JAVA_HOME

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# As bin/sample builds: bin/test is what checks
quick="-Dmaven.test.skip=true -Dspring-javaformat.skip=true -Derror-prone.options=-XepDisableAllChecks -Dnullaway.options="

# Builds the sample's jar unless it is newer than everything that it is made of, and unpacks it next to an AOT cache: a start
# takes half the processor time then, and that is what most of a test's time goes to. $jar is the unpacked one.
build_sample() {
	bin/servers
	packed=$root/sample-app/target/sample-app.jar
	if [ ! -f "$packed" ] || [ -n "$(find pom.xml cajun-*/pom.xml cajun-*/src/main sample-app/pom.xml sample-app/src/main -newer "$packed")" ]; then
		./mvnw -q -T 2 -pl sample-app -am package $quick
	fi
	unpacked=$root/sample-app/target/unpacked
	jar=$unpacked/sample-app.jar
	if [ ! -f "$unpacked/sample-app.aot" ] || [ "$packed" -nt "$unpacked/sample-app.aot" ]; then
		rm -rf "$unpacked"
		"$JAVA_HOME/bin/java" -Djarmode=tools -jar "$packed" extract --destination "$unpacked" >/dev/null
		run_tool AotCache "$jar" "$work/aot-cache"
	fi
}

# Runs a program of tools/ with its arguments, by the command $in if there is one; it ends what it starts, in any case,
# and itself after some minutes
run_tool() {
	tools=$root/target/tools
	if [ ! -f "$tools/Check.class" ] || [ -n "$(find integration/tools -newer "$tools/Check.class")" ]; then
		"$JAVA_HOME/bin/javac" --release 21 -d "$tools" integration/tools/*.java
	fi
	${in:-} "$JAVA_HOME/bin/java" -cp "$tools" "$@" &
	tool=$!
	trap 'kill $tool; wait $tool' INT TERM
	wait $tool
}
