package dev.cajun.etcd;

import java.util.concurrent.Future;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.cajun.metadata.MetadataStore;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Election;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.Lock;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

/** What of jetcd is used, and what this module shows to others. */
class ArchitectureTests {

	private static final JavaClasses MODULE = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("dev.cajun.etcd");

	/** Elections that nobody won, keep-alives by the wall clock: J8 to J10 and J17. */
	@Test
	void usesNeitherElectionsNorLocksNorKeepAliveOfJetcd() {
		noClasses().should()
			.dependOnClassesThat()
			.belongToAnyOf(Election.class, Lock.class)
			.orShould()
			.accessTargetWhere(describe("keeps a lease alive by jetcd's own loop",
					(access) -> access.getTargetOwner().isEquivalentTo(Lease.class)
							&& access.getName().equals("keepAlive")))
			.check(MODULE);
	}

	/** Only transactions, whose failed attempts jetcd neither repeats nor logs. */
	@Test
	void readsAndWritesByTransactions() {
		noClasses().should()
			.accessTargetWhere(describe("reads or writes without a transaction",
					(access) -> access.getTargetOwner().isEquivalentTo(KV.class) && !access.getName().equals("txn")))
			.check(MODULE);
	}

	@Test
	void blocksNowhere() {
		noClasses().should()
			.accessTargetWhere(describe("waits for a future",
					(access) -> access.getTargetOwner().isAssignableTo(Future.class)
							&& (access.getName().equals("get") || access.getName().equals("join"))))
			.check(MODULE);
	}

	@Test
	void seesOnlyItsSpiOfTheRuntime() {
		classes().should()
			.onlyDependOnClassesThat(describe("are no other part of the runtime",
					(type) -> !type.getPackageName().startsWith("dev.cajun")
							|| type.getPackageName().equals("dev.cajun")
							|| type.getPackageName().equals(MetadataStore.class.getPackageName())
							|| type.getPackageName().equals(EtcdMetadataStore.class.getPackageName())))
			.check(MODULE);
	}

	@Test
	void showsNothingOfJetcd() {
		methods().that()
			.areDeclaredInClassesThat()
			.haveModifier(JavaModifier.PUBLIC)
			.and()
			.arePublic()
			.should()
			.notHaveRawReturnType(
					describe("is jetcd's", (type) -> type.getPackageName().startsWith(Client.class.getPackageName())))
			.andShould()
			.notHaveRawParameterTypes(describe("one is jetcd's",
					(types) -> types.stream()
						.anyMatch((type) -> type.getPackageName().startsWith(Client.class.getPackageName()))))
			.check(MODULE);
	}

}
