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
quick="-Dmaven.test.skip=true -Dspring-javaformat.skip=true -Derror-prone.options=-XepDisableAllChecks -Dnullaway.options= -Djavac.tier=1"

# Builds the sample's jar unless it is newer than everything that it is made of
build_sample() {
	jar=$root/sample-app/target/sample-app.jar
	if [ ! -f "$jar" ] || [ -n "$(find pom.xml cajun-*/pom.xml cajun-*/src/main sample-app/pom.xml sample-app/src/main -newer "$jar")" ]; then
		./mvnw -q -T 2 -pl sample-app -am package $quick
	fi
}

# Runs a program of tools/ with its arguments, by the command $in if there is one; it ends what it starts, in any case,
# and itself after some minutes
run_tool() {
	"$JAVA_HOME/bin/javac" --release 21 -d "$work/tools" integration/tools/*.java
	${in:-} "$JAVA_HOME/bin/java" -cp "$work/tools" "$@" &
	tool=$!
	trap 'kill $tool; wait $tool' INT TERM
	wait $tool
}
