package io.github.fusedrnn.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
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
import io.github.fusedrnn.tensor.Allocator;
import io.github.fusedrnn.tensor.AllocatorProvider;
import io.github.fusedrnn.tensor.NativeResource;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The order of the packages, and the arrows and the public members that must never exist. */
@AnalyzeClasses(packages = "io.github.fusedrnn", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String ROOT = "io.github.fusedrnn";

    /** Lowest first: a package imports only those before it. */
    private static final List<String> ORDER = Stream.of(
                    ".internal.checks",
                    ".internal.door",
                    ".config",
                    ".internal.math",
                    ".tensor",
                    ".internal.memory",
                    ".weights",
                    ".dense",
                    ".spi",
                    ".internal.reference",
                    ".internal.natives",
                    ".internal.cpu",
                    ".internal.layer",
                    "",
                    ".stream",
                    ".stream.metrics",
                    ".check")
            .map(ROOT::concat)
            .toList();

    /** The seam: what a backend implements, and the operations that it hands out. */
    private static final List<String> SEAM = List.of(ROOT + ".spi", ROOT + ".dense");
    /** The memory below the seam, which shows itself to those who allocate it. */
    private static final Set<Class<?>> MEMORY =
            Set.of(TensorStorage.class, NativeResource.class, Allocator.class, AllocatorProvider.class);

    private static final String INTERNAL = ROOT + ".internal";
    private static final String JAVACPP_AND_PRESETS = "org.bytedeco";

    @ArchTest
    static final ArchRule packagesImportOnlyThoseBeforeThem = classes().should(keepTheOrder());

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.github.(fusedrnn..)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule javaCppStaysInsideTheCpuBackend = noClasses()
            .that()
            .resideOutsideOfPackages("io.github.fusedrnn.internal.cpu..", "io.github.fusedrnn.internal.natives..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(JAVACPP_AND_PRESETS + "..");

    @ArchTest
    static final ArchRule backendsAreReachedThroughTheSeam = noClasses()
            .that()
            .resideInAnyPackage(ROOT, ROOT + ".stream..", ROOT + ".internal.layer")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".internal.cpu..", ROOT + ".internal.natives..", ROOT + ".internal.reference..");

    @ArchTest
    static final ArchRule onlyTheAdaptersKnowTheLibrariesOfMetrics = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.fusedrnn.stream.metrics")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.HdrHistogram..", "io.micrometer..");

    @ArchTest
    static final ArchRule publicSignaturesShowOnlyWhatUsersMaySee = classes()
            .that()
            .resideOutsideOfPackage(INTERNAL + "..")
            .and()
            .arePublic()
            .should(showOnlyPublicTypes());

    @ArchTest
    static void everyPackageHasItsPlace(JavaClasses all) {
        assertThat(all.stream().map(JavaClass::getPackageName).distinct()).containsExactlyInAnyOrderElementsOf(ORDER);
    }

    private static ArchCondition<JavaClass> keepTheOrder() {
        return new ArchCondition<>("import only packages before their own") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                int own = ORDER.indexOf(type.getPackageName());
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    int other = ORDER.indexOf(
                            dependency.getTargetClass().getBaseComponentType().getPackageName());
                    if (other > own) {
                        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> showOnlyPublicTypes() {
        return new ArchCondition<>("show neither internal types nor those of the seam, nor memory and its address") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaType parent : parents(type)) {
                    report(type, type.getName(), parent, events);
                }
                for (JavaMember member : type.getMembers()) {
                    if (!visible(member)) {
                        continue;
                    }
                    for (JavaType shown : shownBy(member)) {
                        report(type, member.getFullName(), shown, events);
                    }
                    if (member.getName().equals("address") && MEMORY.stream().noneMatch(type::isEquivalentTo)) {
                        events.add(SimpleConditionEvent.violated(type, member.getFullName() + " shows an address"));
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
        boolean seam = SEAM.contains(owner.getPackageName()) || MEMORY.stream().anyMatch(owner::isEquivalentTo);
        for (JavaClass raw : shown.getAllInvolvedRawTypes()) {
            String name = raw.getBaseComponentType().getPackageName();
            boolean hidden = name.startsWith(INTERNAL) || name.startsWith(JAVACPP_AND_PRESETS);
            boolean ofTheSeam = name.equals(ROOT + ".spi") || raw.isEquivalentTo(TensorStorage.class);
            if (hidden || (ofTheSeam && !seam)) {
                events.add(SimpleConditionEvent.violated(owner, where + " shows " + raw.getName()));
            }
        }
    }
}
