package dev.cajun;

import java.io.ObjectInputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/**
 * The package table of the runtime, and what none of its packages may do.
 */
class ArchitectureTests {

	/**
	 * The packages, in order: a package may use only those above it.
	 */
	private static final List<String> PACKAGES = List.of("dev.cajun", "dev.cajun.time", "dev.cajun.serialization",
			"dev.cajun.metadata", "dev.cajun.store", "dev.cajun.transport", "dev.cajun.placement",
			"dev.cajun.activation", "dev.cajun.routing", "dev.cajun.cluster", "dev.cajun.node");

	private static final JavaClasses RUNTIME = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("dev.cajun");

	@Test
	void isInPackageOfTable() {
		classes().should().resideInAnyPackage(PACKAGES.toArray(String[]::new)).check(RUNTIME);
	}

	@Test
	void usesOnlyPackagesAboveItsOwn() {
		classes().should(new ArchCondition<JavaClass>("use only packages above their own, of " + PACKAGES) {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				int own = PACKAGES.indexOf(type.getPackageName());
				for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
					int used = PACKAGES.indexOf(dependency.getTargetClass().getBaseComponentType().getPackageName());
					if (used > own) {
						events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
					}
				}
			}

		}).check(RUNTIME);
	}

	@Test
	void isFreeOfSpringAndOfClients() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework..", "io.etcd..", "io.lettuce..", "io.grpc..")
			.check(RUNTIME);
	}

	@Test
	void isFreeOfJavaSerialization() {
		noClasses().should().dependOnClassesThat().areAssignableTo(ObjectInputStream.class).check(RUNTIME);
	}

	@Test
	void takesTimeRandomnessAndThreadsFromNode() {
		noClasses().that()
			.resideOutsideOfPackage("dev.cajun.time")
			.should()
			.accessTargetWhere(DescribedPredicate.describe(
					"is time, randomness or threads of the whole JVM (these are given by the node)",
					ArchitectureTests::isGlobal))
			.check(RUNTIME);
	}

	@Test
	void isNullMarked() {
		classes().should(new ArchCondition<JavaClass>("be in a package whose package-info has @NullMarked") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
					events.add(SimpleConditionEvent.violated(type,
							type.getName() + " is in " + type.getPackageName() + ", which is not @NullMarked"));
				}
			}

		}).check(RUNTIME);
	}

	private static boolean isGlobal(JavaAccess<?> access) {
		JavaClass owner = access.getTargetOwner();
		String name = access.getName();
		if (owner.isEquivalentTo(System.class)) {
			return name.equals("currentTimeMillis") || name.equals("nanoTime");
		}
		if (owner.isEquivalentTo(Thread.class)) {
			return name.equals("sleep");
		}
		if (owner.isEquivalentTo(Math.class)) {
			return name.equals("random");
		}
		if (owner.isEquivalentTo(Clock.class)) {
			return name.startsWith("system") || name.startsWith("tick");
		}
		if (owner.getPackageName().equals(Instant.class.getPackageName())) {
			return name.equals("now") && !takes(access, Clock.class);
		}
		if (owner.isEquivalentTo(Random.class)) {
			return name.equals("<init>");
		}
		if (owner.isEquivalentTo(ThreadLocalRandom.class)) {
			return name.equals("current");
		}
		if (owner.isEquivalentTo(ForkJoinPool.class)) {
			return name.equals("commonPool");
		}
		if (owner.isAssignableTo(CompletableFuture.class)) {
			// Without an executor these run in the common pool, or on a timer of the JVM
			return name.equals("orTimeout") || name.equals("completeOnTimeout") || name.equals("delayedExecutor")
					|| (name.endsWith("Async") && !takes(access, Executor.class));
		}
		return false;
	}

	private static boolean takes(JavaAccess<?> access, Class<?> parameterType) {
		return access.getTarget() instanceof CodeUnitAccessTarget target
				&& target.getRawParameterTypes().stream().anyMatch((type) -> type.isEquivalentTo(parameterType));
	}

}
