package io.github.fusedrnn.examples;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The dependencies between the packages of the examples, and those on the library. */
@AnalyzeClasses(packages = ArchitectureTest.EXAMPLES, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    static final String EXAMPLES = "io.github.fusedrnn.examples";

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("(" + EXAMPLES + "..)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule tasksShareOnlyTheCommonPackages = slices().matching(EXAMPLES + ".(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(
                    alwaysTrue(), resideInAnyPackage(EXAMPLES + ".cli", EXAMPLES + ".training", EXAMPLES + ".family"));

    @ArchTest
    static final ArchRule theFamilyDoesNotKnowTheCommandLine = noClasses()
            .that()
            .resideInAPackage(EXAMPLES + ".family")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EXAMPLES + ".cli", EXAMPLES + ".training", "picocli..");

    @ArchTest
    static final ArchRule onlyThePublicApiIsUsed = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.fusedrnn.internal..", "io.github.fusedrnn.spi..");
}
