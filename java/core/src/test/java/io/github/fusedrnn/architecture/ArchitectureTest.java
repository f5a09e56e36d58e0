package io.github.fusedrnn.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;

/** The arrows between packages that must never exist. */
@AnalyzeClasses(packages = "io.github.fusedrnn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] EXPORTED = {
        "io.github.fusedrnn",
        "io.github.fusedrnn.check",
        "io.github.fusedrnn.spi",
        "io.github.fusedrnn.stream",
        "io.github.fusedrnn.stream.metrics",
        "io.github.fusedrnn.tensor",
        "io.github.fusedrnn.weights",
    };
    private static final String INTERNAL = "io.github.fusedrnn.internal";
    private static final String JAVACPP_AND_PRESETS = "org.bytedeco";

    @ArchTest
    static final ArchRule referenceKnowsNothingNative = noClasses()
            .that()
            .resideInAPackage("io.github.fusedrnn.internal.reference..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    JAVACPP_AND_PRESETS + "..",
                    "io.github.fusedrnn.internal.cpu..",
                    "io.github.fusedrnn.internal.natives..");

    @ArchTest
    static final ArchRule javaCppStaysInsideTheCpuBackend = noClasses()
            .that()
            .resideOutsideOfPackages("io.github.fusedrnn.internal.cpu..", "io.github.fusedrnn.internal.natives..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(JAVACPP_AND_PRESETS + "..");

    @ArchTest
    static final ArchRule coreDoesNotKnowItsUsers = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.github.fusedrnn.cudnn..",
                    "io.github.fusedrnn.formats..",
                    "io.github.fusedrnn.train..",
                    "io.github.fusedrnn.examples..",
                    "io.github.fusedrnn.natives..");

    @ArchTest
    static final ArchRule onlyTheAdaptersKnowTheLibrariesOfMetrics = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.fusedrnn.stream.metrics")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.fusedrnn.stream.metrics", "org.HdrHistogram..", "io.micrometer..");

    @ArchTest
    static final ArchRule backendsAreReachedThroughTheSeam = noClasses()
            .that()
            .resideInAnyPackage("io.github.fusedrnn", "io.github.fusedrnn.stream", "io.github.fusedrnn.tensor")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.fusedrnn.internal.cpu..");

    @ArchTest
    static final ArchRule publicSignaturesShowOnlyPublicTypes =
            classes().that().resideInAnyPackage(EXPORTED).and().arePublic().should(showOnlyPublicTypes());

    private static ArchCondition<JavaClass> showOnlyPublicTypes() {
        return new ArchCondition<>("show neither internal nor JavaCPP types in public signatures") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaType parent : parents(type)) {
                    report(type, type.getName(), parent, events);
                }
                for (JavaMember member : type.getMembers()) {
                    if (visible(member)) {
                        for (JavaType shown : shownBy(member)) {
                            report(type, member.getFullName(), shown, events);
                        }
                    }
                }
            }
        };
    }

    private static List<JavaType> parents(JavaClass type) {
        List<JavaType> parents = new ArrayList<>(type.getInterfaces());
        type.getSuperclass().ifPresent(parents::add);
        return parents;
    }

    private static boolean visible(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static List<JavaType> shownBy(JavaMember member) {
        List<JavaType> shown = new ArrayList<>();
        if (member instanceof JavaField field) {
            shown.add(field.getType());
        } else if (member instanceof JavaCodeUnit code) {
            shown.add(code.getReturnType());
            shown.addAll(code.getParameterTypes());
            shown.addAll(code.getExceptionTypes());
        }
        return shown;
    }

    private static void report(JavaClass owner, String where, JavaType shown, ConditionEvents events) {
        for (JavaClass raw : shown.getAllInvolvedRawTypes()) {
            String name = raw.getBaseComponentType().getPackageName();
            if (name.startsWith(INTERNAL) || name.startsWith(JAVACPP_AND_PRESETS)) {
                events.add(SimpleConditionEvent.violated(owner, where + " shows " + raw.getName()));
            }
        }
    }
}
