#!/bin/sh
# Projects outside this one, with Spring Boot's parent and our starter from a repository of their own: the first example
# of the README, an application without a web server, one whose bean names, cache and database are its own, and one behind
# Spring Security, set up as the manual says.
. "$(dirname "$0")/common.sh"

property() {
	sed -n "s:^[[:space:]]*<$1>\(.*\)</$1>\$:\1:p" pom.xml | head -n 1
}

# Our artifacts go to $work/repository, everything else comes from and goes to the user's; the sample is made of the same
# classes, so nothing is compiled again
build_sample
user_repository=${HOME}/.m2/repository
./mvnw -q -T 2 -pl cajun-spring-boot-starter -am install $quick -Dmaven.main.skip=true \
	-Dmaven.repo.local="$work/repository" -Dmaven.repo.local.tail="$user_repository"

cp -R integration/outside "$work/outside"
find "$work/outside" -name pom.xml | while read -r pom; do
	sed -e "s:@spring-boot.version@:$(property spring-boot.version):" -e "s:@cajun.version@:$(property version):" "$pom" >"$pom.new"
	mv "$pom.new" "$pom"
done

# The first block of Java in a document, as it stands
example() {
	awk '/^```java$/ { found = 1; next } /^```$/ && found { exit } found' "$1"
}

source=$work/outside/readme/src/main/java/com/example
mkdir -p "$source"
example README.md >"$work/example"
class=$(sed -n 's/^public class \([A-Za-z]*\).*/\1/p' "$work/example")
grep -q '^package ' "$work/example" || echo 'package com.example;' >"$source/${class:-Example}.java"
cat "$work/example" >>"$source/${class:-Example}.java"

# Puts the example of a document into a class of the project behind Spring Security
secure() {
	example "$2" >"$work/example"
	class=$work/outside/secured/src/main/java/com/example/$1.java
	sed -e "/@example@/r $work/example" -e "/@example@/d" "$class" >"$class.new"
	mv "$class.new" "$class"
}
secure PageSecurity docs/operations/cluster-page.md
secure EndpointSecurity docs/security.md

./mvnw -q -f "$work/outside/pom.xml" package -Dmaven.repo.local.tail="$work/repository"

run_tool OutsideProject "$work/outside" "$work"
